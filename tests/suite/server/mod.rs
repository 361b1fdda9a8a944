//! The server over real sockets.

mod access;
mod accounts;
mod attacks;
mod bulk;
mod certificates;
mod clients;
mod contract;
mod document;
mod fairness;
mod faults;
mod fleet;
pub mod hostile;
pub mod http;
pub mod load;
mod log;
mod monitoring;
mod operation;
mod page;
mod partner_page;
mod people;
mod persons;
mod plans;
mod plans_postgres;
mod proxies;
mod reload;
pub mod running;
mod sign_in;
mod standings;
mod surveys;
mod traces;
mod whatif;
mod workbench;

use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::time::Duration;

/// A listener that gives every connection the same bytes and closes it; `None` leaves it open without a word.
fn always(answer: Option<&'static str>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        let mut open = Vec::new();
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            match answer {
                Some(answer) => {
                    drop(stream.write_all(answer.as_bytes()));
                    drop(stream.shutdown(std::net::Shutdown::Write));
                    std::thread::spawn(move || drop(stream.read_to_end(&mut Vec::new())));
                }
                None => open.push(stream),
            }
        }
    });
    address
}

fn attack(name: &str) -> hostile::Attack {
    hostile::corpus("meridian").into_iter().find(|attack| attack.name == name).unwrap()
}

#[test]
fn the_table_of_hostile_requests_is_long_and_names_each_once() {
    let corpus = hostile::corpus("meridian");
    let names: BTreeSet<&str> = corpus.iter().map(|attack| attack.name).collect();
    assert_eq!(names.len(), corpus.len());
    assert!(corpus.len() >= 150, "{}", corpus.len());
}

#[test]
fn a_server_that_says_yes_to_everything_is_found_out() {
    let address = always(Some("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"));
    let refused = attack("key twice").run(address).unwrap_err();
    assert!(refused.contains("Refused") && refused.contains("200"), "{refused}");
    assert!(attack("length and chunked").run(address).is_err());
    assert!(attack("TLS hello").run(address).is_err());
}

#[test]
fn a_refusal_without_a_problem_document_is_found_out() {
    let address = always(Some("HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nContent-Length: 3\r\n\r\nbad"));
    let found = attack("key twice").run(address).unwrap_err();
    assert!(found.contains("not as a problem"), "{found}");
    assert!(attack("TLS hello").run(address).is_ok());
}

#[test]
fn a_failure_of_the_server_is_detected_whatever_was_expected() {
    let address = always(Some("HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n"));
    for name in ["key twice", "TLS hello", "OPTIONS", "silence"] {
        assert!(attack(name).run(address).is_err(), "{name}");
    }
}

#[test]
fn chunks_are_put_together_and_what_follows_is_the_next_answer() {
    let address = always(Some(
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nX-Trailer: 1\r\n\r\nHTTP/1.1 404 Not Found\r\nContent-Length: 1\r\n\r\nx",
    ));
    let exchange = http::exchange(address, b"GET / HTTP/1.1\r\n\r\n", 2, false, crate::patience::HANG).unwrap();
    let texts: Vec<(u16, String)> = exchange.answers.iter().map(|answer| (answer.status, answer.text())).collect();
    assert_eq!(texts, [(200, "abcde".to_owned()), (404, "x".to_owned())]);
}

#[test]
fn a_connection_without_a_word_is_seen_to_hang() {
    let address = always(None);
    let exchange = http::exchange(address, b"GET / HTTP/1.1\r\n\r\n", 1, false, Duration::from_millis(100)).unwrap();
    assert_eq!((exchange.answers.len(), exchange.end), (0, http::End::TimedOut));
    assert!(attack("silence").judge(&exchange).is_err());
}

#[test]
fn hostile_requests_end_as_the_table_says_and_the_server_goes_on() {
    let server = running::Running::start(&[] as &[&str]);
    let address = server.address;
    let (waiting, quick): (Vec<_>, Vec<_>) =
        hostile::corpus("meridian").into_iter().partition(|attack| attack.expect == hostile::Expect::Abandoned);
    let failures: Vec<String> = std::thread::scope(|scope| {
        let waiting: Vec<_> = waiting.iter().map(|attack| scope.spawn(move || attack.run(address))).collect();
        let quick: Vec<_> = quick.iter().map(|attack| attack.run(address)).collect();
        let waited = waiting.into_iter().map(|thread| thread.join().unwrap());
        quick.into_iter().chain(waited).filter_map(Result::err).collect()
    });
    assert!(failures.is_empty(), "{} of the table:\n{}", failures.len(), failures.join("\n"));
    let answer = http::post(address, "/v1/vendors/meridian/assessments", &hostile::assessment("P1")).unwrap();
    assert_eq!(answer.status, 200, "{}", answer.text());
}
