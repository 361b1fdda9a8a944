//! Nothing that an author, a file or a book contains steers a terminal or turns what a reader sees.
#![cfg(unix)]

use super::Desk;

/// Characters that steer: bell, escape, delete, the one-byte form of `ESC [`, and those that turn the direction.
const STEER: &str = "\u{7}\u{1b}[31m\u{7f}\u{9b}2J\u{61c}\u{200f}\u{202e}\u{2066}";
/// What can be seen of it.
const SEEN: &str = "[31m";

/// Text with the characters as escapes of TOML, JSON and Rhai.
fn escaped() -> String {
    STEER
        .chars()
        .map(|c| if c.is_ascii_graphic() { c.to_string() } else { format!("\\u{:04x}", u32::from(c)) })
        .collect()
}

fn steers(c: char) -> bool {
    (c.is_control() && c != '\n')
        || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// A desk whose vendor and book have such characters in every field that can have them.
fn desk() -> Desk {
    let (desk, escaped) = (Desk::new(), escaped());
    let manifest = std::fs::read_to_string(desk.path("rules/acme/vendor.toml")).unwrap();
    let named: String = manifest
        .lines()
        .map(
            |line| {
                if line.starts_with("name =") { format!("name = \"Acme {escaped}\"\n") } else { format!("{line}\n") }
            },
        )
        .collect();
    desk.write("rules/acme/vendor.toml", named);
    let rule = format!(
        "/// As last year.\nfn assess(partner) {{ indicate(partner.history.prior_revenue * 1.5).because(\"half {escaped} more\") }}\n"
    );
    desk.write("rules/acme/history.rhai", rule);
    let cases = format!(
        "[[case]]\nname = \"passes {escaped}\"\nas_of = 2025-12-31\nrule = \"history\"\nfacts.history.prior_revenue = 100\nexpect.indicates = 150\n\
         [[case]]\nname = \"fails {escaped}\"\nas_of = 2025-12-31\nrule = \"history\"\nfacts.history.prior_revenue = 100\nexpect.because = \"never {escaped}\"\n"
    );
    let _ = std::fs::remove_dir_all(desk.path("rules/acme/cases"));
    desk.write("rules/acme/cases/cases.toml", cases);
    desk.write(&format!("rules/acme/odd {STEER}.rhai"), "let x = ;");
    desk.write(
        "policies/acme/incentive.rhai",
        format!(
            "/// All get it.\nfn decide(partner) {{ [award(\"bonus {escaped}\").level(\"level {escaped}\").because(\"reason {escaped}\")] }}\n"
        ),
    );
    desk.write(
        "policies/acme/intervention.rhai",
        format!("/// All are helped.\nfn decide(partner) {{ [intervene(\"pipeline_support\", \"high\").owner(\"owner {escaped}\").because(\"reason {escaped}\")] }}\n"),
    );
    desk
}

/// Runs a command, whatever its exit code, and returns what it writes.
#[track_caller]
fn clean(desk: &Desk, arguments: &[&str]) -> String {
    let output = desk.run(arguments).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap() + &*String::from_utf8(output.stderr).unwrap();
    let found: Vec<char> = text.chars().filter(|c| steers(*c)).collect();
    assert!(found.is_empty(), "{arguments:?}: {found:?} in {text}");
    text
}

#[test]
fn nothing_of_a_vendor_steers_what_check_and_test_write() {
    let desk = desk();
    for format in ["text", "json", "github"] {
        let text = clean(&desk, &["check", "acme", "--format", format]);
        assert!(text.contains(SEEN), "{format}: {text}");
    }
    std::fs::remove_file(desk.path(&format!("rules/acme/odd {STEER}.rhai"))).unwrap();
    for format in ["text", "json", "github", "junit"] {
        let text = clean(&desk, &["test", "acme", "--format", format]);
        assert!(text.contains(SEEN), "{format}: {text}");
    }
    let text = clean(&desk, &["test", "acme", "--verbose"]);
    assert!(text.contains("\u{fffd}[31m"), "{text}");
    clean(&desk, &["check", &format!("acme{STEER}")]);
    clean(&desk, &["explain-code", STEER]);
}

#[test]
fn nothing_of_a_vendor_steers_what_plans_and_reviews_write() {
    let desk = desk();
    std::fs::remove_file(desk.path(&format!("rules/acme/odd {STEER}.rhai"))).unwrap();
    std::fs::remove_dir_all(desk.path("rules/acme/cases")).unwrap();
    for format in ["table", "json", "csv", "html"] {
        clean(&desk, &["propose", "acme", "--book", "book", "--format", format]);
        let text = clean(&desk, &["review", "acme", "--book", "book", "--as-of", "2025-12-31", "--format", format]);
        assert!(text.contains(SEEN), "{format}: {text}");
    }
    for format in ["table", "json", "svg"] {
        let text = clean(&desk, &["explain", "acme", "A", "--book", "book", "--format", format]);
        assert!(text.contains(SEEN) || format == "svg", "{format}: {text}");
    }
    let text = clean(&desk, &["review", "acme", "--book", "book", "--as-of", "2025-12-31", "--partner", "A"]);
    assert!(text.contains(SEEN), "{text}");
}

#[test]
fn nothing_of_a_book_steers_the_findings_about_it() {
    let desk = Desk::new();
    for (name, text) in [
        ("book/partners.csv", format!("partner_id,partner_name,{STEER}\nA,Al{STEER}pha,x\nB{STEER},Beta,y\n")),
        ("book/revenue.csv", format!("partner_id,month,amount\nA,2025-01,1{STEER}\nA,{STEER},1\n{STEER},2025-01,1\n")),
        (&format!("book/odd {STEER}.csv"), "a,b\n1,2\n".to_owned()),
        ("map.toml", format!("\"{0}\" = 1\n[revenue]\n\"{0}\" = 1\ncolumns.amount = \"{0}\"\n", escaped())),
        ("locks.csv", format!("partner_id,quota,reason\nA,1{STEER},{STEER}\n{STEER},1,x\n")),
        ("targets.csv", format!("level,name,target\nterritory,{STEER},1{STEER}\n{STEER},North,1\n")),
    ] {
        desk.write(name, text);
    }
    assert!(clean(&desk, &["propose", "acme", "--book", "book"]).contains(SEEN));
    assert!(clean(&desk, &["propose", "acme", "--book", "book", "--map", "map.toml"]).contains(SEEN));
    desk.write("book/partners.csv", super::PARTNERS);
    desk.write("book/revenue.csv", super::REVENUE);
    std::fs::remove_file(desk.path(&format!("book/odd {STEER}.csv"))).unwrap();
    clean(&desk, &["propose", "acme", "--book", "book", "--locks", "locks.csv"]);
    clean(&desk, &["propose", "acme", "--book", "book", "--targets", "targets.csv"]);
    clean(&desk, &["propose", "acme", "--book", &format!("no {STEER}")]);
    clean(&desk, &["template", "--output", &format!("new {STEER}")]);
}

#[test]
fn a_long_value_is_cut_in_a_message() {
    let desk = Desk::new();
    let long = "9x".repeat(450_000);
    desk.write(
        "book/revenue.csv",
        format!("partner_id,month,amount\nA,2025-01,{long}\n{long},2025-01,1\nA,{long},1\n"),
    );
    for arguments in [&["--format", "table"][..], &["--format", "json"]] {
        let errors = desk.refused(3, arguments);
        assert!(errors.len() < 10_000 && errors.contains("9x9x…"), "{} bytes", errors.len());
    }
}
