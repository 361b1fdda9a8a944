//! A collector takes batches by HTTP, fails, and comes back.

use super::support::{ids, record, runtime, until};
use quotient::audit::{Collector, CollectorOptions, Log, LogOptions, Mode, Sink, SinkFault};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

#[derive(Debug, Default)]
struct Seen {
    connections: usize,
    requests: usize,
    head: String,
    text: Vec<u8>,
}

/// Answers requests by `answers`, one after the other and the last one for ever; an empty one closes without answer.
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
        if answer.starts_with('2') {
            seen.text.extend(body);
        }
        drop(seen);
        if answer.is_empty() {
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

    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
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
