//! A collector takes batches by HTTP, fails, and comes back.

use super::support::{ids, record, runtime, until};
use quotient::audit::{
    Collector, CollectorOptions, Expected, Log, LogOptions, LogReader, Mode, Sink, SinkFault, Verification, Verifier,
};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// The body arrives, and its answer does not.
const LOST: &str = "lost";

#[derive(Debug, Default)]
struct Seen {
    connections: usize,
    requests: usize,
    head: String,
    text: Vec<u8>,
}

/// Answers requests by `answers`, one after the other and the last one for ever; an empty one closes without answer, and
/// so does `LOST`, for which the body is stored.
fn collector(answers: &'static [&'static str]) -> (String, Arc<Mutex<Seen>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/v1/logs?source=quotient", listener.local_addr().unwrap());
    let seen = Arc::new(Mutex::new(Seen::default()));
    let shared = Arc::clone(&seen);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            shared.lock().unwrap().connections += 1;
            serve(&stream.unwrap(), answers, &shared);
        }
    });
    (url, seen)
}

fn serve(stream: &TcpStream, answers: &[&str], seen: &Mutex<Seen>) {
    let mut reader = BufReader::new(stream);
    loop {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            if reader.read_line(&mut head).unwrap_or(0) == 0 {
                return;
            }
        }
        let length = head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
        let mut body = vec![0; length.unwrap()];
        reader.read_exact(&mut body).unwrap();
        let mut seen = seen.lock().unwrap();
        let answer = answers[seen.requests.min(answers.len() - 1)];
        seen.requests += 1;
        seen.head = head;
        if answer.starts_with('2') || answer == LOST {
            seen.text.extend(body);
        }
        drop(seen);
        if answer.is_empty() || answer == LOST {
            return;
        }
        let mut writer = stream;
        if write!(writer, "HTTP/1.1 {answer}\r\ncontent-length: 2\r\n\r\nok").is_err() {
            return;
        }
    }
}

fn quick() -> CollectorOptions {
    CollectorOptions { attempts: 3, timeout: crate::patience::HANG, pause: Duration::from_millis(5) }
}

#[test]
fn lines_arrive_as_the_body_of_a_post_over_one_connection() {
    let (url, seen) = collector(&["204 No Content"]);
    let log = Log::start(LogOptions::new(Mode::Strict), Box::new(Collector::new(&url, quick()).unwrap())).unwrap();
    runtime().block_on(async {
        for id in ["a", "b", "c"] {
            log.append(&record(id)).await.unwrap();
        }
    });
    let seen = seen.lock().unwrap();
    assert_eq!(ids(&seen.text), ["a", "b", "c"]);
    assert!(seen.head.starts_with("POST /v1/logs?source=quotient HTTP/1.1\r\n"), "{}", seen.head);
    assert!(seen.head.to_lowercase().contains("content-type: application/x-ndjson"), "{}", seen.head);
    assert!(seen.head.to_lowercase().contains("host: 127.0.0.1:"), "{}", seen.head);
}

/// Verifies what a collector has, after it has left out the lines that it has already.
fn verified(text: &[u8]) -> Verification {
    let mut lines: Vec<&[u8]> = Vec::new();
    for line in text.split_inclusive(|byte| *byte == b'\n') {
        if !lines.contains(&line) {
            lines.push(line);
        }
    }
    let text = lines.concat();
    let (mut reader, mut verifier) = (LogReader::new(&*text), Verifier::new(Expected::default()));
    while let Some(line) = reader.next_line().unwrap() {
        verifier.line("copy", &line);
    }
    verifier.finish("copy")
}

#[test]
fn a_collector_has_a_whole_chain_when_responses_are_lost() {
    for (answers, failed, arrived) in [
        (&["200 OK"][..], 0, vec!["a", "b"]),
        // The first batch never arrives, or arrives three times: it is sent before the second one.
        (&["", "", "", "200 OK"], 1, vec!["a", "b"]),
        (&[LOST, LOST, LOST, "200 OK"], 1, vec!["a", "a", "a", "a", "b"]),
        // It is refused: the second one has its numbers.
        (&["413 Payload Too Large", "200 OK"], 1, vec!["b"]),
        // It has arrived, and is refused as a duplicate.
        (&[LOST, "409 Conflict", "200 OK"], 1, vec!["a", "b"]),
        (&[LOST, LOST, LOST, "409 Conflict", "200 OK"], 1, vec!["a", "a", "a", "b"]),
    ] {
        let (url, seen) = collector(answers);
        let mut collector = Collector::new(&url, quick()).unwrap();
        let taken = ["a", "b"].map(|id| collector.take(&record(id).line()).is_err());
        assert_eq!(taken, [failed > 0, false], "{answers:?}");
        let seen = seen.lock().unwrap();
        assert_eq!(ids(&seen.text), arrived, "{answers:?}");
        let verified = verified(&seen.text);
        assert!(verified.holds(), "{answers:?}: {:?}", verified.findings);
        // The entry of the beginning, and the records.
        let records = 1 + u64::from(arrived.contains(&"a"));
        assert_eq!((verified.entries, verified.unchained), (1 + records, 0), "{answers:?}");
    }
}

#[test]
fn a_batch_that_is_tried_again_later_is_the_same_bytes() {
    let (url, seen) = collector(&[LOST, LOST, LOST, "200 OK"]);
    let mut collector = Collector::new(&url, quick()).unwrap();
    let line = record("a").line();
    assert!(collector.take(&line).is_err());
    collector.take(&line).unwrap();
    let text = seen.lock().unwrap().text.clone();
    assert_eq!(text, text[..text.len() / 4].repeat(4));
}

#[test]
fn a_collector_that_stumbles_is_asked_again() {
    let (url, seen) = collector(&["503 Service Unavailable", "", "200 OK"]);
    Collector::new(&url, quick()).unwrap().take(&record("a").line()).unwrap();
    let seen = seen.lock().unwrap();
    assert_eq!((ids(&seen.text), seen.requests), (vec!["a".to_owned()], 3));
}

#[test]
fn a_collector_that_stays_away_is_a_failure_that_may_pass() {
    let (url, seen) = collector(&["500 Oops"]);
    let fault = Collector::new(&url, quick()).unwrap().take(b"x\n").unwrap_err();
    assert!(matches!(&fault, SinkFault::Passing(why) if why.contains("500")), "{fault}");
    assert_eq!(seen.lock().unwrap().requests, 3);

    let nobody = crate::server::running::free_address();
    let fault = Collector::new(&format!("http://{nobody}/"), quick()).unwrap().take(b"x\n").unwrap_err();
    assert!(matches!(&fault, SinkFault::Passing(why) if why.contains("cannot be reached")), "{fault}");
}

#[test]
fn a_collector_that_never_answers_is_given_up() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let options = CollectorOptions { attempts: 2, timeout: Duration::from_millis(50), ..quick() };
    let fault = Collector::new(&url, options).unwrap().take(b"x\n").unwrap_err();
    assert!(matches!(&fault, SinkFault::Passing(why) if why.contains("50 ms")), "{fault}");
}

#[test]
fn lines_that_a_collector_refuses_are_not_sent_again() {
    let (url, seen) = collector(&["413 Payload Too Large"]);
    let fault = Collector::new(&url, quick()).unwrap().take(b"x\n").unwrap_err();
    assert!(matches!(&fault, SinkFault::Lasting(why) if why.contains("413")), "{fault}");
    assert_eq!(seen.lock().unwrap().requests, 1);
}

#[test]
fn best_effort_reaches_a_collector_that_comes_back() {
    let (url, seen) = collector(&["500 Oops", "500 Oops", "500 Oops", "500 Oops", "200 OK"]);
    let log = Log::start(LogOptions::new(Mode::BestEffort), Box::new(Collector::new(&url, quick()).unwrap())).unwrap();
    drop(log.append(&record("a")));
    until("it has arrived", || ids(&seen.lock().unwrap().text) == ["a"]);
    assert_eq!(log.stats().dropped, 0);
}

#[test]
fn wrong_addresses_are_findings() {
    let message = |url: &str| Collector::new(url, quick()).unwrap_err().to_string();
    assert!(message("https://logs.example/").contains("local collector"));
    assert!(message("logs.example:80/x").contains("http://host:port/path"));
    assert!(message("http://user@logs.example/").contains("user name"));
    assert!(message("http://").contains("cannot be sent"));
    Collector::new("http://[::1]:4318/v1/logs", quick()).unwrap();
}
