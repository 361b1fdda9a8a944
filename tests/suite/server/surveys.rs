//! Surveys: files of an export that the workbench sends, read as `quotient book` reads them, and stored nowhere.

use super::http::{Answer, ask};
use super::plans::Site;
use serde_json::{Value, json};
use std::process::Command;

const SALES: &str = "Händler;Monat;Umsatz\nA-1;2025-11;1.200,50\nA-1;2025-12;1.300,00\nB-2;2025-12;999,99\n";

fn site(tokens: Option<&str>) -> Site {
    Site::with(
        tokens,
        &[
            &["pia", "planner"],
            &["mara", "channel_manager", "--manager", "Mara"],
            &["alder", "partner_user", "--partner", "P1"],
        ],
        &["--workbench"],
    )
}

pub fn base64(bytes: &[u8]) -> String {
    let alphabet: Vec<char> = ('A'..='Z').chain('a'..='z').chain('0'..='9').chain(['+', '/']).collect();
    let digits = |group: &[u8]| {
        let bits = (0..3).fold(0u32, |bits, at| bits << 8 | u32::from(group.get(at).copied().unwrap_or(0)));
        let digit = |at: usize| if at > group.len() { '=' } else { alphabet[(bits >> (18 - 6 * at) & 63) as usize] };
        (0..4).map(digit).collect::<String>()
    };
    bytes.chunks(3).map(digits).collect()
}

fn request(files: &[(&str, &[u8])], mapping: Option<&str>) -> Value {
    let files: Vec<Value> = files.iter().map(|(name, bytes)| json!({"name": name, "content": base64(bytes)})).collect();
    json!({"files": files, "mapping": mapping})
}

fn survey(site: &Site, person: &str, body: &Value) -> Answer {
    let person = format!("Quotient-Person: {person}");
    site.ask("POST", "/v1/vendors/meridian/surveys", &[&person], Some(body))
}

fn read(site: &Site, body: &Value) -> Value {
    let answer = survey(site, "pia", body);
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()
}

#[test]
fn a_survey_is_what_the_command_reports_about_the_same_files() {
    let site = site(None);
    let workbook = site.home.path("template");
    let made = Command::new(env!("CARGO_BIN_EXE_quotient"))
        .args(["template", "--format", "xlsx", "--output"])
        .arg(&workbook)
        .output()
        .unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let broken = "partner_id;month;amount\nA-1;2025-11;12x\nA-1;2025-13;5\n".as_bytes();
    for (name, bytes) in [
        ("sales.csv", SALES.as_bytes().to_vec()),
        ("template.xlsx", std::fs::read(workbook.join("book.xlsx")).unwrap()),
        ("revenue.csv", broken.to_vec()),
        ("book.json", br#"{"partners": [{"partner_id": "P1"}], "revenue": []}"#.to_vec()),
        ("notes.pdf", b"%PDF-1.4".to_vec()),
        ("empty.csv", Vec::new()),
    ] {
        let path = site.home.path(name);
        std::fs::write(&path, &bytes).unwrap();
        let output = Command::new(env!("CARGO_BIN_EXE_quotient"))
            .args(["book", "--format", "json"])
            .arg(&path)
            .output()
            .unwrap();
        let mut asked = read(&site, &request(&[(name, &bytes)], None));
        match serde_json::from_slice::<Value>(&output.stdout) {
            Ok(mut printed) => {
                // The names of the mapping file differ: the command has not written one.
                for document in [&mut printed, &mut asked] {
                    document["findings"] = json!(null);
                }
                assert_eq!(asked, printed, "{name}");
            }
            // The command prints findings only.
            Err(_) => assert!(
                asked["read"].is_null() && !asked["findings"]["findings"].as_array().unwrap().is_empty(),
                "{name}: {asked}"
            ),
        }
    }
}

#[test]
fn a_mapping_is_corrected_until_the_sums_are_those_of_the_report() {
    let site = site(None);
    let files = [("sales.csv", SALES.as_bytes())];
    let proposed = read(&site, &request(&files, None));
    assert_eq!(proposed["read"]["revenue"]["2025"], "3500.49", "{proposed}");
    let mapping = proposed["mapping"].as_str().unwrap();
    assert!(mapping.contains("Umsatz"), "{mapping}");
    // The same mapping file as text reads the same, without another proposal.
    let again = read(&site, &request(&files, Some(mapping)));
    assert_eq!((&again["read"], &again["mapping"]), (&proposed["read"], &json!("")));
    // A file that is not TOML, a key that is not known, and a heading that is not there: all have their line.
    for (wrong, part) in [
        (format!("{mapping}\n["), "map.toml"),
        (format!("{mapping}\ncolour = 1"), "colour"),
        (mapping.replace("Umsatz", "Umsatzz"), "Umsatzz"),
    ] {
        let refused = read(&site, &request(&files, Some(&wrong)));
        assert_eq!(refused["read"], Value::Null, "{wrong}");
        let findings = refused["findings"]["findings"].to_string();
        assert!(findings.contains(part) && findings.contains("map.toml"), "{findings}");
    }
    // A value is named with file, row and column.
    let bad = read(&site, &request(&[("sales.csv", SALES.replace("999,99", "n/a").as_bytes())], Some(mapping)));
    let findings = bad["findings"]["findings"].to_string();
    for part in ["sales.csv", "\"row\":4", "Umsatz", "n/a"] {
        assert!(findings.contains(part), "{part}: {findings}");
    }
    // Several files are one book.
    let (first, second) = SALES.split_at(SALES.find("B-2").unwrap());
    let second = format!("{}\n{second}", SALES.lines().next().unwrap());
    let both = read(&site, &request(&[("a.csv", first.as_bytes()), ("b.csv", second.as_bytes())], None));
    assert_eq!(both["sources"].as_array().unwrap().len(), 2, "{both}");
}

#[test]
fn names_and_contents_that_cannot_be_files_are_refused() {
    let site = site(None);
    let ok = base64(SALES.as_bytes());
    let many: Vec<Value> = (0..65).map(|at| json!({"name": format!("{at}.csv"), "content": ok})).collect();
    for (files, part) in [
        (json!([]), "from 1 to 64"),
        (json!(many), "from 1 to 64"),
        (json!([{"name": "../../etc/passwd", "content": ok}]), "not the name of a file"),
        (json!([{"name": "a\u{0}.csv", "content": ok}]), "not the name of a file"),
        (json!([{"name": "a\u{202e}vsc.csv", "content": ok}]), "`avsc.csv` is not the name of a file"),
        (json!([{"name": "", "content": ok}]), "not the name of a file"),
        (json!([{"name": "a.csv", "content": ok}, {"name": "A.csv", "content": ok}]), "duplicate file `A.csv`"),
        (json!([{"name": "a.csv", "content": "%%%"}]), "not base64"),
    ] {
        let answer = survey(&site, "pia", &json!({"files": files}));
        assert_eq!(answer.json()["code"], "input_refused", "{}", answer.text());
        assert!(answer.json()["detail"].as_str().unwrap().contains(part), "{}", answer.text());
    }
    let answer = survey(&site, "pia", &json!({"files": [], "path": "/etc"}));
    assert_eq!((answer.status, answer.json()["code"].as_str()), (400, Some("body_malformed")), "{}", answer.text());
}

#[test]
fn only_who_may_open_plans_sends_files_and_no_page_of_another_host() {
    let body = request(&[("sales.csv", SALES.as_bytes())], None);
    let open = site(None);
    for person in ["mara", "alder", "zoe"] {
        let answer = survey(&open, person, &body);
        assert_eq!((answer.status, answer.json()["code"].as_str()), (403, Some("role_missing")), "{person}");
    }
    let cross = open.ask(
        "POST",
        "/v1/vendors/meridian/surveys",
        &["Quotient-Person: pia", "Origin: https://evil.example"],
        Some(&body),
    );
    assert_eq!((cross.status, cross.json()["code"].as_str()), (403, Some("origin_refused")));
    // A form of another page cannot send JSON, and nothing else is read.
    let form = ask(
        open.server.address,
        "POST",
        "/v1/vendors/meridian/surveys",
        &["Quotient-Person: pia", "Content-Type: text/plain"],
        body.to_string().as_bytes(),
    );
    assert_eq!(form.unwrap().status, 415);

    let tokens = "[[token]]\nname = \"pia\"\ntoken = \"token-of-pia-for-the-planner\"\nscopes = [\"plan\"]\n\
                  [[token]]\nname = \"alder\"\ntoken = \"token-of-alder-at-the-partner\"\nscopes = [\"plan\"]\n\
                  [[token]]\nname = \"reader\"\ntoken = \"token-of-the-reading-caller\"\nscopes = [\"read\"]\n";
    let guarded = site(Some(tokens));
    let with = |token: &str| {
        let field = format!("Authorization: Bearer {token}");
        guarded.ask("POST", "/v1/vendors/meridian/surveys", &[&field], Some(&body)).status
    };
    assert_eq!(with("token-of-pia-for-the-planner"), 200);
    assert_eq!(with("token-of-alder-at-the-partner"), 403);
    assert_eq!(with("token-of-the-reading-caller"), 403);
    assert_eq!(with("token-that-is-in-no-file-here"), 401);
    // Without the option the path does not exist.
    let closed = Site::new(None, &[&["pia", "planner"]]);
    assert_eq!(survey(&closed, "pia", &body).status, 404);
}
