//! Passwords and sessions of persons, and the attacks that they must withstand.

use super::http::Answer;
use super::plans::{Site, ledger_command, line, opening};
use crate::patience::is_full;
use serde_json::{Value, json};
use std::io::Write;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

const PASSWORD: &str = "four plain words in a row";
const OTHER: &str = "another one that is long";
const PLANS: &str = "/v1/vendors/meridian/plans";

/// Runs `quotient ledger password` with a text on stdin.
fn password_command(ledger: &str, arguments: &[&str], stdin: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_quotient"));
    command.args(["ledger", "password", "--ledger", ledger, "--as", "root"]).args(arguments);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let written = child.stdin.take().unwrap().write_all(stdin.as_bytes());
    drop(written); // a command that reads nothing may have ended
    child.wait_with_output().unwrap()
}

fn set(site: &Site, person: &str, password: &str) {
    let output = password_command(&site.ledger(), &[person], &format!("{password}\n"));
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// A server on which pia has a plan and a password; `berg` has a grant and no password.
fn site(options: &[&str]) -> Site {
    let grants: [&[&str]; 4] = [
        &["pia", "planner"],
        &["mara", "channel_manager", "--manager", "Mara"],
        &["berg", "partner_user", "--partner", "P1"],
        &["old", "planner", "--until", "2020-12-31"],
    ];
    let site = Site::with(None, &grants, &[&["--passwords"], options].concat());
    for person in ["pia", "mara", "old", "ghost"] {
        set(&site, person, PASSWORD);
    }
    site
}

fn origin(site: &Site) -> String {
    format!("Origin: http://{}", host(site))
}

/// Host that the tests' requests name.
fn host(_: &Site) -> &'static str {
    "127.0.0.1"
}

fn sign_in(site: &Site, person: &str, password: &str, fields: &[&str]) -> Answer {
    site.ask("POST", "/v1/session", fields, Some(&json!({"person": person, "password": password})))
}

/// The `Cookie` field of a session that began.
fn cookie(answer: &Answer) -> String {
    assert_eq!(answer.status, 200, "{}", answer.text());
    let set = answer.field("set-cookie").expect("a cookie");
    format!("Cookie: {}", set.split(';').next().unwrap())
}

fn code(answer: &Answer) -> (u16, Value) {
    (answer.status, answer.json()["code"].clone())
}

#[test]
fn a_person_signs_in_works_and_signs_out() {
    let site = site(&[]);
    assert_eq!(code(&site.ask("GET", "/v1/session", &[], None)), (401, json!("token_missing")));
    let signed_in = sign_in(&site, "pia", PASSWORD, &[]);
    let field = signed_in.field("set-cookie").unwrap().to_owned();
    assert!(
        field.contains("; HttpOnly") && field.contains("; SameSite=Strict") && field.contains("; Path=/"),
        "{field}"
    );
    assert!(
        !field.contains("Secure") && field.starts_with("quotient-session="),
        "the request came without TLS: {field}"
    );
    assert_eq!(signed_in.json(), json!({"person": "pia", "idle_seconds": 1800, "end_seconds": 43_200}));
    let (session, origin) = (cookie(&signed_in), origin(&site));
    let own = site.ask("GET", "/v1/session", &[&session], None).json();
    assert_eq!((&own["person"], &own["is_session"], &own["is_open"]), (&json!("pia"), &json!(true), &json!(false)));
    assert_eq!(own["vendors"][0]["may_open"], true);
    let opened = site.ask("POST", PLANS, &[&session, &origin], Some(&opening("FY2026")));
    assert_eq!(opened.status, 201, "{}", opened.text());
    let events = site.ask("GET", &format!("{PLANS}/FY2026/events"), &[&session], None).json();
    assert_eq!(events["events"][0]["actor"], "pia");
    // A session is for plans of record: what else a server does needs a token.
    assert_eq!(code(&site.ask("GET", "/v1/vendors", &[&session], None)), (403, json!("scope_missing")));
    let left = site.ask("DELETE", "/v1/session", &[&session, &origin], None);
    assert_eq!(left.json(), json!({"was_signed_in": true}));
    assert!(left.field("set-cookie").unwrap().contains("Max-Age=0"));
    assert_eq!(site.ask("GET", "/v1/session", &[&session], None).status, 401);
    assert!(!site.server.log().contains(PASSWORD), "{}", site.server.log());
}

#[test]
fn a_session_sees_what_the_grants_of_its_person_allow() {
    let site = site(&[]);
    let session = |person: &str| cookie(&sign_in(&site, person, PASSWORD, &[]));
    let (pia, mara, origin) = (session("pia"), session("mara"), origin(&site));
    assert_eq!(site.ask("POST", PLANS, &[&pia, &origin], Some(&opening("FY2026"))).status, 201);
    let lines = site.ask("GET", &format!("{PLANS}/FY2026/lines"), &[&mara], None).json();
    assert_eq!(lines["lines"].as_array().unwrap().len(), 3, "{lines}");
    let lock = json!({"command": "lock", "lines": [line("P1")]});
    let refused = site.ask("POST", &format!("{PLANS}/FY2026/commands"), &[&mara, &origin, "If-Match: *"], Some(&lock));
    assert_eq!(code(&refused), (403, json!("role_missing")));
    // A header cannot name another person.
    let other = site.ask("GET", PLANS, &[&mara, "Quotient-Person: pia"], None);
    assert_eq!(code(&other), (400, json!("parameter_invalid")));
}

#[test]
fn unknown_persons_wrong_passwords_and_removed_ones_get_the_same_answer() {
    let site = site(&[]);
    let removed = password_command(&site.ledger(), &["mara", "--remove", "--reason", "left"], "");
    assert!(removed.status.success(), "{}", String::from_utf8_lossy(&removed.stderr));
    // `ghost` has a password and no grant, `old` a grant that is over, `berg` a grant and no password.
    let persons = [
        ("pia", OTHER),
        ("unknown", PASSWORD),
        ("mara", PASSWORD),
        ("ghost", PASSWORD),
        ("old", PASSWORD),
        ("berg", PASSWORD),
        ("", PASSWORD),
    ];
    let mut answers = Vec::new();
    let mut times: Vec<Duration> = vec![Duration::MAX; persons.len()];
    // The work of a hash is most of the time of each: the quickest attempts differ by less than its half. A busy machine
    // needs more rounds until each was quick once.
    let is_even = |times: &[Duration]| *times.iter().max().unwrap() < *times.iter().min().unwrap() * 2;
    for round in 0..5 {
        if round >= 4 && is_even(&times) {
            break;
        }
        for (at, (person, password)) in persons.iter().enumerate() {
            let begun = Instant::now();
            let answer = sign_in(&site, person, password, &[]);
            times[at] = times[at].min(begun.elapsed());
            let id = answer.field("x-request-id").unwrap().to_owned();
            let varying = ["x-request-id", "date", "traceparent"];
            let fields: Vec<_> =
                answer.fields.iter().filter(|(name, _)| !varying.contains(&name.as_str())).cloned().collect();
            answers.push((answer.status, fields, answer.text().replace(&id, "ID")));
        }
    }
    assert_eq!((answers[0].0, answers[0].2.contains("sign_in_refused")), (401, true));
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:#?}");
    // Times of a busy machine show nothing: the long form asserts them.
    assert!(!is_full() || is_even(&times), "{times:?}");
}

#[test]
fn failures_make_an_address_wait_whether_or_not_the_person_exists() {
    let site = site(&["--trusted-proxy", "127.0.0.1"]);
    let from = |address: &str, person: &str, password: &str| {
        sign_in(&site, person, password, &[&format!("X-Forwarded-For: 192.0.2.1, {address}")])
    };
    for person in ["pia", "unknown"] {
        for _ in 0..8 {
            assert_eq!(from("203.0.113.1", person, OTHER).status, 401);
        }
        let refused = from("203.0.113.1", person, PASSWORD);
        assert_eq!(code(&refused), (429, json!("sign_in_limited")), "also with the right password");
        let wait: u32 = refused.field("retry-after").unwrap().parse().unwrap();
        assert!((800..=900).contains(&wait), "{wait}");
    }
    // The person is not locked out: neither are other persons there, nor the person elsewhere.
    assert_eq!(from("203.0.113.2", "pia", PASSWORD).status, 200);
    assert_eq!(from("203.0.113.1", "mara", PASSWORD).status, 200);
    // What a client writes before the proxy's own entry is not its address.
    let written = sign_in(&site, "pia", PASSWORD, &["X-Forwarded-For: 203.0.113.2, 203.0.113.1"]);
    assert_eq!(written.status, 429);
}

#[test]
fn a_page_of_another_site_can_neither_act_nor_sign_in_with_a_session() {
    let site = site(&[]);
    let (session, own) = (cookie(&sign_in(&site, "pia", PASSWORD, &[])), origin(&site));
    let open = |fields: &[&str], name: &str| code(&site.ask("POST", PLANS, fields, Some(&opening(name))));
    let refused = (403, json!("origin_refused"));
    assert_eq!(open(&[&session], "P0"), refused, "a browser always states the origin of a change");
    for evil in [
        "Origin: https://evil.example",
        "Origin: null",
        "Origin: http://127.0.0.1.evil.example",
        "Origin: http://127.0.0.1:1",
    ] {
        assert_eq!(open(&[&session, evil], "P1"), refused, "{evil}");
        let end = site.ask("DELETE", "/v1/session", &[&session, evil], None);
        assert_eq!(code(&end), refused, "{evil}");
        assert_eq!(code(&sign_in(&site, "pia", PASSWORD, &[evil])), refused, "{evil}");
    }
    assert_eq!(open(&[&session, &own, "Sec-Fetch-Site: same-site"], "P2"), refused);
    assert_eq!(open(&[&session, &own, "Sec-Fetch-Site: same-origin"], "P3").0, 201);
    // A form cannot send JSON.
    let form = super::http::ask(
        site.server.address,
        "POST",
        "/v1/session",
        &["Content-Type: text/plain"],
        json!({"person": "pia", "password": PASSWORD}).to_string().as_bytes(),
    )
    .unwrap();
    assert_eq!(code(&form), (415, json!("media_type_unknown")));
}

#[test]
fn a_session_that_was_planted_before_signing_in_is_worth_nothing() {
    let site = site(&[]);
    let planted = "Cookie: quotient-session=0000000000000000000000000000000000000000000000000000000000000000";
    let first = cookie(&sign_in(&site, "pia", PASSWORD, &[planted]));
    assert_ne!(first, planted);
    assert_eq!(site.ask("GET", "/v1/session", &[planted], None).status, 401);
    // Signing in again gives a new session and ends the one that the browser had.
    let second = cookie(&sign_in(&site, "pia", PASSWORD, &[&first]));
    assert_ne!(first, second);
    assert_eq!(site.ask("GET", "/v1/session", &[&first], None).status, 401);
    assert_eq!(site.ask("GET", "/v1/session", &[&second], None).status, 200);
    // Two cookies of the name: one may come from another host of the domain.
    let both = format!("{second}; quotient-session=x");
    assert_eq!(site.ask("GET", "/v1/session", &[&both], None).status, 401);
}

#[test]
fn sessions_end_with_the_password_when_they_rest_and_when_they_are_old() {
    let site = site(&["--session-idle", "2", "--session-end", "5"]);
    let status = |session: &str| site.ask("GET", "/v1/session", &[session], None).status;
    let session = cookie(&sign_in(&site, "pia", PASSWORD, &[]));
    assert_eq!(status(&session), 200);
    set(&site, "pia", OTHER);
    let ended = site.ask("GET", PLANS, &[&session], None);
    assert_eq!(code(&ended), (401, json!("token_missing")), "{}", ended.text());
    assert_eq!(status(&session), 401);
    assert_eq!(sign_in(&site, "pia", PASSWORD, &[]).status, 401);
    let session = cookie(&sign_in(&site, "pia", OTHER, &[]));
    password_command(&site.ledger(), &["pia", "--remove", "--reason", "left"], "");
    assert_eq!(status(&session), 401);
    let (used, resting) =
        (cookie(&sign_in(&site, "mara", PASSWORD, &[])), cookie(&sign_in(&site, "mara", PASSWORD, &[])));
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_secs(4) {
        assert_eq!(status(&used), 200, "{:?}", begun.elapsed());
        std::thread::sleep(Duration::from_millis(300));
    }
    assert_eq!(status(&resting), 401);
    std::thread::sleep(Duration::from_millis(2_000));
    assert_eq!(status(&used), 401);
}

#[test]
fn a_cookie_is_secure_behind_a_trusted_proxy_and_the_word_of_others_does_not_count() {
    let https = "X-Forwarded-Proto: https";
    let trusting = site(&["--trusted-proxy", "127.0.0.1"]);
    let answer = sign_in(&trusting, "pia", PASSWORD, &[https]);
    let field = answer.field("set-cookie").unwrap();
    assert!(field.starts_with("__Host-quotient-session=") && field.contains("; Secure"), "{field}");
    let session = cookie(&answer);
    assert_eq!(trusting.ask("GET", "/v1/session", &[&session, https], None).status, 200);
    assert_eq!(trusting.ask("GET", "/v1/session", &[&session], None).status, 401, "without TLS it has another name");
    let plain = site(&[]);
    let answer = sign_in(&plain, "pia", PASSWORD, &[https]);
    assert!(!answer.field("set-cookie").unwrap().contains("Secure"));
}

#[test]
fn the_ledger_has_no_password_and_erases_the_hash_of_the_one_before() {
    let site = site(&[]);
    let contains = |text: &str| {
        let files =
            ["plans.ledger", "plans.ledger-wal"].map(|file| std::fs::read(site.home.path(file)).unwrap_or_default());
        files.iter().any(|file| file.windows(text.len()).any(|window| window == text.as_bytes()))
    };
    assert!(!contains(PASSWORD) && contains("$argon2id$v=19$m=19456,t=2,p=1$"));
    let hash = || {
        let files =
            ["plans.ledger", "plans.ledger-wal"].map(|file| std::fs::read(site.home.path(file)).unwrap_or_default());
        let text = String::from_utf8_lossy(&files.concat()).into_owned();
        let all: std::collections::BTreeSet<String> =
            text.match_indices("$argon2id$").map(|(at, _)| text[at..].chars().take(97).collect()).collect();
        all
    };
    let before = hash();
    assert_eq!(before.len(), 4, "{before:?}");
    for person in ["pia", "mara", "old", "ghost"] {
        set(&site, person, OTHER);
    }
    let after = hash();
    assert!(after.len() == 4 && before.iter().all(|one| !after.contains(one)), "{before:?} {after:?}");
    ledger_command(&site.ledger(), &["verify"]);
    let persons = ledger_command(&site.ledger(), &["persons"]);
    assert!(persons.contains("with a password: ghost, mara, old, pia"), "{persons}");
}

#[test]
fn a_password_is_read_from_stdin_and_never_from_an_argument() {
    let site = site(&[]);
    let run = |arguments: &[&str], stdin: &str| {
        let output = password_command(&site.ledger(), arguments, stdin);
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let (given, said) = run(&["pia", PASSWORD], "");
    assert_eq!(given, Some(2), "{said}");
    for (stdin, words) in [
        ("", "no password was entered"),
        ("short\n", "shorter than 12 characters"),
        ("pia has a long one\n", "contains the id of the person"),
        ("aaaaaaaaaaaaaaaa\n", "one character only"),
    ] {
        let (status, said) = run(&["pia"], stdin);
        assert!(status != Some(0) && said.contains(words), "{said}");
    }
    let long = run(&["pia"], &"long words ".repeat(200));
    assert!(long.1.contains("longer than 1024 bytes"), "{}", long.1);
    assert!(run(&["pia", "--remove"], "").1.contains("without a reason"));
    assert!(run(&["unknown", "--remove", "--reason", "x"], "").1.contains("`unknown` has no password"));
    // Passwords that differ in a line end or a space are as they were typed.
    assert_eq!(run(&["pia"], "words with a space \r\n").0, Some(0));
    assert_eq!(sign_in(&site, "pia", "words with a space ", &[]).status, 200);
}

#[test]
fn tokens_and_sessions_work_side_by_side_and_an_open_server_asks_for_neither() {
    let token = "[[token]]\nname = \"desk\"\nperson = \"mara\"\ntoken = \"the-secret-of-the-desk-is-long\"\nscopes = [\"plan\"]\n";
    let site = Site::new(Some(token), &[&["pia", "planner"], &["mara", "auditor"]]);
    set(&site, "pia", PASSWORD);
    let session = cookie(&sign_in(&site, "pia", PASSWORD, &[]));
    let bearer = "Authorization: Bearer the-secret-of-the-desk-is-long";
    let person = |fields: &[&str]| site.ask("GET", "/v1/session", fields, None).json()["person"].clone();
    assert_eq!(
        (person(&[&session]), person(&[bearer]), person(&[&session, bearer])),
        (json!("pia"), json!("mara"), json!("mara"))
    );
    // A wrong token is not rescued by a session.
    assert_eq!(site.ask("GET", "/v1/session", &[&session, "Authorization: Bearer wrong"], None).status, 401);
    let open = Site::new(None, &[]);
    set(&open, "pia", PASSWORD);
    assert_eq!(code(&sign_in(&open, "pia", PASSWORD, &[])), (404, json!("route_unknown")));
}
