//! What an attacker, an unlucky client or a careless operator could do to a server, and no longer can.

use super::hostile::assessment;
use super::http::{ask, get, post, request};
use super::running::{Home, Running};
use crate::patience::{HANG, until};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::net::{UnixDatagram, UnixListener};
use std::process::Command;
use std::time::{Duration, Instant};

const TOKENS: &str = r#"
[[token]]
name = "reader"
token = "the-secret-of-the-reader"
scopes = ["read"]

[[token]]
name = "operator"
token = "the-secret-of-the-operator"
scopes = ["read", "evaluate", "admin"]
"#;

#[test]
fn a_decision_that_was_made_is_returned_again_on_a_retry() {
    let home = Home::new();
    let server = home.serve(&[]);
    let first =
        server.vendor("meridian", |vendor| vendor["state"] == "active")["revision"].as_str().unwrap().to_owned();
    let rule = home.read("rules/meridian/history.rhai");
    home.save("rules/meridian/history.rhai", &rule.replace("last year ${", "the year before ${"));
    let second = server.vendor("meridian", |vendor| vendor["revision"] != first.as_str());
    let second = second["revision"].as_str().unwrap().to_owned();
    let body = serde_json::json!({"revision": first, "reason": "quotas look wrong"}).to_string();
    let if_match = format!("If-Match: \"{second}\"");
    let fields = ["Content-Type: application/json", "Idempotency-Key: one", &if_match];
    let pin =
        |fields: &[&str]| ask(server.address, "PUT", "/v1/vendors/meridian/pin", fields, body.as_bytes()).unwrap();
    let once = pin(&fields);
    assert_eq!(once.status, 200, "{}", once.text());
    // The answer was lost on its way. What was asked for is what is in use now, so `If-Match` no longer fits.
    let again = pin(&fields);
    assert_eq!((again.status, again.field("idempotency-replayed")), (200, Some("true")), "{}", again.text());
    assert_eq!(again.body, once.body);
    assert_eq!(pin(&["Content-Type: application/json", &if_match]).status, 412);
}

#[test]
fn a_book_that_was_not_there_can_be_sent_and_asked_about_with_the_same_key() {
    let home = Home::new();
    let server = home.serve(&[]);
    let book = serde_json::from_str::<serde_json::Value>(&assessment("P1")).unwrap()["book"].to_string();
    let keep = || post(server.address, "/v1/vendors/meridian/books", &book).unwrap().json()["id"].clone();
    let id = keep();
    let path = format!("/v1/vendors/meridian/books/{}", id.as_str().unwrap());
    assert_eq!(ask(server.address, "DELETE", &path, &[], b"").unwrap().status, 204);
    let question = serde_json::json!({"as_of": "2025-12-31", "book": {"base": id}}).to_string();
    let ask = || {
        let fields = ["Content-Type: application/json", "Idempotency-Key: two"];
        ask(server.address, "POST", "/v1/vendors/meridian/assessments", &fields, question.as_bytes()).unwrap()
    };
    assert_eq!(ask().json()["code"], "book_unknown");
    assert_eq!(keep(), id);
    let answer = ask();
    assert_eq!(answer.status, 200, "{}", answer.text());
}

#[test]
fn events_end_with_the_token_they_were_opened_with() {
    let home = Home::new();
    std::fs::write(home.path("tokens.toml"), TOKENS).unwrap();
    let tokens = home.path("tokens.toml").display().to_string();
    let server = home.serve(&["--tokens", &tokens]);
    let mut stream = TcpStream::connect(server.address).unwrap();
    stream.set_read_timeout(Some(HANG)).unwrap();
    let token = "Authorization: Bearer the-secret-of-the-reader";
    stream.write_all(&request("GET", "/v1/events", &[token], b"")).unwrap();
    let mut lines = BufReader::new(stream).lines().map_while(Result::ok);
    assert!(lines.any(|line| line.contains("listening")));
    // The server may see the new file before the signal.
    let before = server.log().matches("the tokens were reloaded").count();
    std::fs::write(home.path("tokens.toml"), TOKENS.replace("the-secret-of-the-reader", "another-secret-of-it"))
        .unwrap();
    server.signal("HUP");
    until("the new tokens", || server.log().matches("the tokens were reloaded").count() > before);
    home.save("rules/meridian/history.rhai", "fn assess(partner) { ");
    // The last chunk is an empty one.
    let last = lines.find(|line| line.starts_with("data:") || line == "0");
    assert_eq!(last.as_deref(), Some("0"), "told to a token that is no more");
}

#[test]
fn a_tokens_file_that_turns_into_a_pipe_or_a_directory_or_is_huge_changes_nothing() {
    let home = Home::new();
    let path = home.path("tokens.toml");
    std::fs::write(&path, TOKENS).unwrap();
    let server = home.serve(&["--tokens", path.to_str().unwrap()]);
    let refusals = || server.log().matches("the last valid tokens stay in effect").count();
    let replacements: [&dyn Fn(); 4] = [
        &|| assert!(Command::new("mkfifo").arg(&path).status().unwrap().success()),
        &|| std::os::unix::fs::symlink("/dev/zero", &path).unwrap(),
        &|| std::fs::write(&path, vec![b'#'; 64 << 20]).unwrap(),
        &|| std::fs::create_dir(&path).unwrap(),
    ];
    for (count, replace) in replacements.into_iter().enumerate() {
        std::fs::remove_file(&path).unwrap();
        replace();
        server.signal("HUP");
        until("a refusal", || refusals() > count);
        let token = ["Authorization: Bearer the-secret-of-the-operator"];
        assert_eq!(ask(server.address, "GET", "/v1/vendors", &token, b"").unwrap().status, 200);
    }
    server.signal("TERM");
    assert_eq!(server.wait(), Some(0));
}

#[test]
fn a_silent_connection_that_never_greets_does_not_hold_up_the_end() {
    let home = Home::new();
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    std::fs::write(home.path("tls.crt"), made.cert.pem()).unwrap();
    std::fs::write(home.path("tls.key"), made.signing_key.serialize_pem()).unwrap();
    let (certificate, key) = (home.path("tls.crt").display().to_string(), home.path("tls.key").display().to_string());
    let mut arguments = home.arguments();
    arguments.extend(["--tls-certificate", &certificate, "--tls-key", &key, "--lame-duck", "0"].map(str::to_owned));
    let server = Running::launch(&arguments);
    until("a listener", || server.log().contains("listening"));
    let silent = TcpStream::connect(server.address).unwrap();
    std::thread::sleep(Duration::from_millis(300));
    server.signal("TERM");
    assert_eq!(server.wait(), Some(0));
    assert!(!server.log().contains("cut off"), "{}", server.log());
    drop(silent);
}

#[test]
fn a_signal_that_comes_while_vendors_are_read_is_an_orderly_end() {
    let home = Home::new();
    let server = Running::launch(&home.arguments());
    until("the socket", || TcpStream::connect(server.address).is_ok());
    server.signal("TERM");
    assert_eq!(server.wait(), Some(0), "{}", server.log());
}

#[test]
fn a_silent_plain_connection_does_not_hold_up_the_end_either() {
    let home = Home::new();
    let server = home.serve(&["--lame-duck", "0"]);
    let silent = TcpStream::connect(server.address).unwrap();
    // One that rests between two requests.
    let mut resting = TcpStream::connect(server.address).unwrap();
    resting.write_all(&request("GET", "/health/live", &[], b"")).unwrap();
    assert!(resting.read(&mut [0; 1024]).unwrap() > 0);
    server.signal("TERM");
    assert_eq!(server.wait(), Some(0));
    assert!(!server.log().contains("cut off"), "{}", server.log());
    drop((silent, resting));
}

/// A server on a Unix socket, and what became of it within a while.
fn serve_on(home: &Home, socket: &str) -> std::process::Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_quotient"));
    command.arg("serve").args(["--listen", &format!("unix:{socket}")]).args(home.arguments());
    command.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null()).spawn().unwrap()
}

#[test]
fn a_socket_of_another_process_is_never_removed() {
    let home = Home::new();
    let path = home.path("socket");
    let _other = UnixDatagram::bind(&path).unwrap();
    let mut server = serve_on(&home, path.to_str().unwrap());
    let start = Instant::now();
    let ended = loop {
        if let Some(status) = server.try_wait().unwrap() {
            break Some(status);
        }
        if start.elapsed() > HANG {
            break None;
        }
        std::thread::sleep(Duration::from_millis(50));
    };
    drop(server.kill());
    drop(server.wait());
    assert_eq!(ended.and_then(|status| status.code()), Some(5), "the socket was taken away");
    assert!(path.exists());
}

#[test]
fn a_server_that_ends_leaves_the_socket_of_its_successor_alone() {
    let home = Home::new();
    let path = home.path("socket");
    let mut server = serve_on(&home, path.to_str().unwrap());
    let is_ready = || {
        let mut ask = Command::new(env!("CARGO_BIN_EXE_quotient"));
        ask.args(["healthcheck", "--listen", &format!("unix:{}", path.display())]);
        ask.stderr(std::process::Stdio::null()).status().unwrap().success()
    };
    until("the server", is_ready);
    std::fs::remove_file(&path).unwrap();
    let _successor = UnixListener::bind(&path).unwrap();
    assert!(Command::new("kill").arg(server.id().to_string()).status().unwrap().success());
    assert_eq!(server.wait().unwrap().code(), Some(0));
    assert!(path.exists(), "the socket of the successor was removed");
}

#[test]
fn the_trailer_of_a_batch_counts_what_was_sent_when_the_log_fails_in_the_middle() {
    // A collector that takes two records and then no more.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let place = format!("http://{}/log", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        let mut taken = 0;
        for stream in listener.incoming() {
            let mut stream = BufReader::new(stream.unwrap());
            let mut length = 0;
            for line in stream.by_ref().lines().map_while(Result::ok).take_while(|line| !line.is_empty()) {
                if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                    length = value.trim().parse().unwrap();
                }
            }
            drop(std::io::copy(&mut stream.by_ref().take(length), &mut std::io::sink()));
            taken += 1;
            let status = if taken <= 2 { "200 OK" } else { "503 Service Unavailable" };
            let answer = format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
            drop(stream.get_mut().write_all(answer.as_bytes()));
        }
    });
    let home = Home::new();
    let server = home.serve(&["--decision-log", &place, "--audit", "strict"]);
    let batch = ["P1", "P2", "P3", "P4"].map(assessment).join("\n");
    let path = "/v1/vendors/meridian/assessments";
    let answer = ask(server.address, "POST", path, &["Content-Type: application/x-ndjson"], batch.as_bytes()).unwrap();
    let text = answer.text();
    let lines: Vec<serde_json::Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let (trailer, given) = lines.split_last().unwrap();
    let trailer = &trailer["trailer"];
    assert_eq!(trailer["problem"]["code"], "not_recorded", "{text}");
    assert_eq!((&trailer["ok"], &trailer["lines"], given.len()), (&2.into(), &2.into(), 2), "{text}");
    assert_eq!(given[1]["ok"]["partner_id"], "P2");
    assert_eq!(get(server.address, "/health/ready").unwrap().status, 200);
}
