//! Findings as data: causes, groups, and the one JSON shape.

use quotient::finding::{Code, Field, Finding, Findings, Place, Position, Severity, Span, parse, render};
use serde_json::json;
use std::sync::Arc;

quotient::faults! {
    /// Faults of a cellar book, for the tests.
    enum CellarFault {
        /// A value is not an exact number of litres.
        Litres { column: String, value: String } = BookAmount {
            message: format!("`{value}` is not an exact number of litres"),
            help: format!("write litres such as `0.75` in the column `{column}`"),
            varying: [value],
        }
        /// A barrel has a name that another barrel has.
        DuplicateBarrel { barrel: String, rows: Vec<u64> } = BookDuplicate {
            message: format!("duplicate barrel `{barrel}`"),
            help: "rename one of them",
            severity: Warning,
        }
        /// A rule needs a fact of the barrel that is not known.
        Unknown { fact: String } = ScriptNotKnown {
            message: format!("`{fact}` is not known for this partner"),
            help: "write `?? 0`",
        }
    }
}

fn litres(row: u64) -> Finding {
    let (column, value) = ("litres".to_owned(), format!("{row},5"));
    let place = Place::cell("cellar.csv", row, "litres", &value);
    Finding::from(CellarFault::Litres { column, value }).at(place)
}

#[test]
fn a_cause_is_decided_on_as_data() {
    let finding = Finding::from(CellarFault::DuplicateBarrel { barrel: "Oak".to_owned(), rows: vec![2, 7] });
    assert_eq!(finding.code(), Code::BookDuplicate);
    assert_eq!(finding.fault().cause(), "duplicate_barrel");
    assert_eq!(finding.severity, Severity::Warning);
    assert!(matches!(finding.cause(), Some(CellarFault::DuplicateBarrel { rows, .. }) if rows[..] == [2, 7]));
    assert_eq!(finding.to_string(), "warning[book::duplicate]: duplicate barrel `Oak`; rename one of them");
    let names: Vec<&str> = CellarFault::CAUSES.iter().map(|cause| cause.name).collect();
    assert_eq!(names, ["litres", "duplicate_barrel", "unknown"]);
    assert_eq!(CellarFault::CAUSES[1].fields, ["barrel", "rows"]);
}

#[test]
fn a_cause_in_a_context_is_still_the_cause() {
    let finding = Finding::from(CellarFault::Unknown { fact: "age".to_owned() }).in_context(|context| {
        context.partner = Some("P1".to_owned());
        context.values = vec![("size".to_owned(), "3".to_owned())];
    });
    assert!(matches!(finding.cause(), Some(CellarFault::Unknown { fact }) if fact == "age"));
    assert_eq!(finding.message(), "partner `P1`: `age` is not known for this partner");
    assert_eq!(finding.advice(), "write `?? 0` (here size = 3)");
    let fields = &render::json([&finding])["findings"][0]["fields"];
    assert_eq!(*fields, json!({"partner": "P1", "values": {"size": "3"}, "fact": "age"}));
}

#[test]
fn a_cause_that_hits_4788_cells_is_reported_once_with_its_cure() {
    let findings: Findings = (2..4_790).map(litres).collect();
    let text = render::human(&findings, false);
    insta::assert_snapshot!(text, @r"
    error[book::amount]: `2,5` is not an exact number of litres
     |
     = at: cellar.csv: row 2, column `litres`, value `2,5`
     = at: cellar.csv: row 3, column `litres`, value `3,5`
     = at: cellar.csv: row 4, column `litres`, value `4,5`
     = note: and 4,785 more: `5,5`, `6,5`, `7,5`, …
     = help: write litres such as `0.75` in the column `litres`
    ");
    let document = render::json(&findings);
    assert_eq!(document["errors"], 4_788);
    let [group] = &document["findings"].as_array().unwrap()[..] else { panic!("{document}") };
    assert_eq!((&group["count"], &group["cause"]), (&json!(4_788), &json!("litres")));
    assert_eq!(group["fields"], json!({"column": "litres", "value": "2,5"}));
    assert_eq!(group["places"].as_array().unwrap().len(), 100);
    assert_eq!(group["others"][0], json!({"value": "3,5"}));
    assert_eq!(render::github(&findings).lines().count(), 1);
}

#[test]
fn a_rule_that_fails_for_150_partners_is_reported_once() {
    let text: Arc<str> = Arc::from("fn assess(partner) { partner.age }");
    let finding = |partner: u32| {
        let place = Place::text("rules/oak/age.rhai", &text, Span { start: 21, end: 32 }, "");
        let fault = CellarFault::Unknown { fact: "partner.age".to_owned() };
        Finding::from(fault).at(place).in_context(|context| context.partner = Some(format!("P{partner:04}")))
    };
    let findings: Findings = (1..=150).map(finding).collect();
    insta::assert_snapshot!(render::human(&findings, false), @r"
    error[script::not_known]: partner `P0001`: `partner.age` is not known for this partner
     --> rules/oak/age.rhai:1:22
      |
    1 | fn assess(partner) { partner.age }
      |                      ^^^^^^^^^^^
      |
      = note: and 149 more: `P0002`, `P0003`, `P0004`, …
      = help: write `?? 0`
    ");
    let document = render::json(&findings);
    let others = document["findings"][0]["others"].as_array().unwrap();
    assert_eq!((document["findings"][0]["count"].as_u64(), others.len()), (Some(150), 99));
    assert_eq!(others[98], json!({"partner": "P0100"}));
    // One by one nothing is left out.
    assert_eq!(render::json_each(&findings)["findings"].as_array().unwrap().len(), 150);
}

#[test]
fn findings_at_different_places_of_a_text_stay_apart() {
    let text: Arc<str> = Arc::from("age age");
    let at = |start| Place::text("a.rhai", &text, Span { start, end: start + 3 }, "");
    let fault = || CellarFault::Unknown { fact: "age".to_owned() };
    let findings: Findings = [0, 4, 4].map(|start| Finding::from(fault()).at(at(start))).into_iter().collect();
    let counts: Vec<u64> = findings.groups().iter().map(|group| group.count).collect();
    assert_eq!(counts, [1, 2]);
}

#[test]
fn what_was_written_is_read_back() {
    let findings: Findings = (2..40).map(litres).collect();
    let document = render::json_each(&findings);
    let read = parse::json(&document, |_| None).unwrap();
    assert_eq!(render::json_each(&read), document);
    // An archive of an earlier version.
    let old = json!({"schema": "quotient.findings/1", "findings": [
        {"code": "book::word", "severity": "warning", "message": "m", "help": null, "places": []}
    ]});
    let read = parse::json(&old, |_| None).unwrap();
    assert_eq!(read.iter().next().map(Finding::to_string), Some("warning[book::word]: m".to_owned()));
}

#[test]
fn real_output_fits_the_schema() {
    let schema = schemars::schema_for!(quotient::finding::FindingsDocument);
    let validator = jsonschema::validator_for(schema.as_value()).unwrap();
    let findings: Findings = (2..40).map(litres).collect();
    for document in [render::json(&findings), render::json_each(&findings), render::json([])] {
        assert!(validator.is_valid(&document), "{document:#}");
    }
    assert!(!validator.is_valid(&json!({"schema": "quotient.findings/1", "findings": []})));
}

#[test]
fn findings_are_equal_when_cause_fields_places_and_words_are() {
    let one = litres(3);
    assert_eq!(one, litres(3));
    let message = |text: &str| Finding::error(Code::BookAmount, text);
    let different = [
        litres(4),
        litres(3).with_severity(Severity::Warning),
        litres(3).at(Place::file("cellar.csv")),
        message("`3,5` is not an exact number of litres"),
    ];
    for other in different {
        assert_ne!(one, other);
    }
    assert_ne!(message("a"), message("b"));
    assert_ne!(message("a"), message("a").help("b"));
}

#[test]
fn errors_are_counted_without_warnings() {
    let mut findings = Findings::new();
    assert_eq!((findings.error_count(), findings.has_errors()), (0, false));
    findings.push(litres(2).with_severity(Severity::Warning));
    assert_eq!((findings.error_count(), findings.has_errors()), (0, false));
    findings.push(litres(3));
    findings.push(litres(4));
    assert_eq!((findings.error_count(), findings.len(), findings.has_errors()), (2, 3, true));
}

#[test]
fn a_finding_that_is_read_back_underlines_the_word_at_its_place() {
    let text: Arc<str> = "let ü = 1;\nlet total_2 = 3 + x;\n".into();
    let word = |line: usize, column: usize| {
        let place = json!({"file": "a.rhai", "line": line, "column": column, "label": ""});
        let finding = json!({"severity": "error", "code": "book::amount", "message": "m", "places": [place]});
        let document = json!({"schema": "quotient.findings/2", "findings": [finding]});
        let findings = parse::json(&document, |_| Some(Arc::clone(&text))).unwrap();
        match &findings.iter().next().unwrap().places[0] {
            Place::Text { text, span, .. } => text[span.start..span.end].to_owned(),
            place => panic!("{place:?}"),
        }
    };
    assert_eq!((word(1, 1), word(1, 5), word(1, 7)), ("let".to_owned(), "ü".to_owned(), "=".to_owned()));
    assert_eq!((word(2, 5), word(2, 15), word(2, 19)), ("total_2".to_owned(), "3".to_owned(), "x".to_owned()));
    assert_eq!(word(3, 1), "");
}

#[test]
fn of_a_document_that_is_too_long_the_first_thousand_are_read() {
    let list = |length: usize| (0..length).collect::<Vec<usize>>();
    let finding = json!({"severity": "error", "code": "book::amount", "message": "m", "places": [],
        "fields": {"rows": list(1_001)}});
    let document = json!({"schema": "quotient.findings/2", "findings": vec![finding; 1_001]});
    let read = parse::json(&document, |_| None).unwrap();
    let fields = read.iter().next().unwrap().fault().fields();
    assert_eq!(read.len(), 1_000);
    assert!(matches!(&fields[0].1, Field::List(rows) if rows.len() == 1_000));
}

#[test]
fn a_position_counts_lines_and_characters_from_one() {
    let of = |offset| {
        let found = Position::of("ab\ncü d\n", offset);
        (found.line, found.column)
    };
    assert_eq!((of(0), of(2), of(3), of(4)), ((1, 1), (1, 3), (2, 1), (2, 2)));
    // `ü` has two bytes; past the end is behind the last character.
    assert_eq!((of(6), of(8), of(99)), ((2, 3), (2, 5), (3, 1)));
}
