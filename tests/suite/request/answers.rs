use super::{HISTORY, Kept, ask, ask_for, demonstration, document, keep, refused, shipped, small, vendor, vendor_of};
use crate::support::{list, text};
use quotient::report::schema;
use quotient::request::{Defaults, Form, Kind, Limits, NoBooks, decide, digest_of};
use serde_json::{Value, json};

fn validates(document: &Value, schema: &str) {
    let schema: Value = serde_json::from_str(schema).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let errors: Vec<String> =
        validator.iter_errors(document).map(|error| format!("{error} at {}", error.instance_path())).collect();
    assert_eq!(errors, Vec::<String>::new());
}

/// 12 × 10,000 of last year × 1.5 = 180,000.
#[test]
fn one_partner_is_assessed_by_the_rules_alone() {
    let answer = ask(&vendor(HISTORY), Kind::Assessment, &json!({"partner": "A", "book": small()})).unwrap();
    let document = document(&answer);
    validates(&document, &schema::assessment());
    assert_eq!(document["schema"], "quotient.assessment/1");
    assert_eq!((&document["period"], &document["as_of"]), (&json!("FY2026"), &json!("2025-12-31")));
    assert_eq!(document["is_eligible"], true);
    let line = &document["lines"][0];
    assert_eq!((&line["quota"], &line["assessment"]), (&json!("180000.00"), &json!("180000.00")));
    let factor = json!({
        "name": "history", "abstained": false, "indicated": "180000.00", "weight": "1",
        "contribution": "180000.00", "because": "half as much again", "source": "history.rhai:2",
    });
    assert_eq!(line["factors"], json!([factor]));
    assert_eq!(answer.input_hash.as_deref(), document["input_hash"].as_str());
    assert_eq!((answer.partners, answer.failed), (1, 0));
}

/// 180,000.00 for 184 of the 365 days of 2026 is 90,739.73; before joining and after leaving there is nothing.
#[test]
fn an_assessment_is_for_the_days_in_the_program_and_says_so() {
    let assessed = |dates: Value| {
        let mut book = small();
        for (name, date) in dates.as_object().unwrap() {
            book["partners"][0][name] = date.clone();
        }
        let answer = ask(&vendor(HISTORY), Kind::Assessment, &json!({"partner": "A", "book": book})).unwrap();
        let document = document(&answer);
        let codes: Vec<&str> = list(&document, "findings").iter().filter_map(|finding| text(finding, "code")).collect();
        let line = list(&document, "lines").first();
        (line.map(|line| line["assessment"].clone()), codes.contains(&"plan::proration"))
    };
    assert_eq!(assessed(json!({"since": "2026-07-01"})), (Some(json!("90739.73")), true));
    assert_eq!(assessed(json!({"until": "2025-12-31"})), (None, true));
    assert_eq!(assessed(json!({"since": "2020-01-01", "until": "2026-12-31"})), (Some(json!("180000.00")), false));
}

#[test]
fn a_partner_is_unknown_before_its_first_row_counts() {
    let mut book = small();
    book["partners"][1]["valid_from"] = json!("2026-01-01");
    let asked = |kind: Kind, plugin: &quotient::plugin::VendorPlugin, as_of: &str| {
        ask(plugin, kind, &json!({"partner": "B", "as_of": as_of, "book": book})).is_ok()
    };
    let (rules, policies) = (vendor(HISTORY), shipped("meridian"));
    for (kind, plugin) in [(Kind::Assessment, &rules), (Kind::Explanation, &rules), (Kind::Review, &policies)] {
        assert!(!asked(kind, plugin, "2025-12-31"), "{kind:?}");
        assert!(asked(kind, plugin, "2026-01-31"), "{kind:?}");
    }
}

#[test]
fn a_review_names_the_partners_that_it_leaves_out_because_their_first_row_counts_later() {
    let mut book = small();
    book["partners"][1]["valid_from"] = json!("2026-01-01");
    let plugin = shipped("meridian");
    let later = "partner `B` is left out: its first row counts after 2025-12-31";
    let body = json!({"as_of": "2025-12-31", "book": book});
    let warnings = ask(&plugin, Kind::Review, &body).unwrap().warnings;
    assert!(warnings.iter().any(|finding| finding.message() == later), "{warnings:?}");
    let (_, errors) =
        refused(ask(&plugin, Kind::Review, &json!({"partner": "B", "as_of": "2025-12-31", "book": book})));
    assert_eq!(errors, [format!("/partner: {later}")]);
    let (_, errors) =
        refused(ask(&plugin, Kind::Review, &json!({"partner": "C", "as_of": "2025-12-31", "book": book})));
    assert!(errors[0].contains("the book has no partner `C`"), "{errors:?}");
    let answer = ask(&plugin, Kind::Review, &json!({"as_of": "2026-01-31", "book": book})).unwrap();
    assert!(!answer.warnings.iter().any(|finding| finding.message().contains("left out")));
}

#[test]
fn a_book_of_one_partner_need_not_name_it() {
    let mut book = small();
    book["partners"].as_array_mut().unwrap().pop();
    book["revenue"].as_array_mut().unwrap().retain(|row| row["partner_id"] == "A");
    let answer = ask(&vendor(HISTORY), Kind::Assessment, &json!({"book": book})).unwrap();
    assert_eq!(document(&answer)["partner_id"], "A");
}

#[test]
fn an_assessment_is_one_line_of_text() {
    let answer = ask(&vendor(HISTORY), Kind::Assessment, &json!({"partner": "A", "book": small()})).unwrap();
    assert_eq!(answer.bytes.iter().filter(|byte| **byte == b'\n').count(), 1);
    assert_eq!(answer.bytes.last(), Some(&b'\n'));
}

#[test]
fn amounts_may_be_numbers_and_keep_their_digits() {
    let mut text = json!({"partner": "A", "book": small()}).to_string();
    text = text.replace("\"10000.00\"", "10000.01");
    let answer = ask_for(&vendor(HISTORY), Kind::Assessment, Form::Json, text.as_bytes(), &NoBooks).unwrap();
    // 12 × 10,000.01 × 1.5 = 180,000.18
    assert_eq!(document(&answer)["lines"][0]["assessment"], "180000.18");
}

#[test]
fn a_factor_that_abstains_weighs_nothing() {
    let rule = "/// Cannot tell.\nfn assess(partner) { abstain(\"nothing known\") }\n";
    let answer = ask(&vendor(rule), Kind::Assessment, &json!({"partner": "A", "book": small()})).unwrap();
    let line = &document(&answer)["lines"][0];
    assert_eq!((&line["quota"], &line["assessment"]), (&Value::Null, &Value::Null));
    let factor = json!({
        "name": "history", "abstained": true, "indicated": null, "weight": "0", "contribution": null,
        "because": "nothing known", "source": "history.rhai:2",
    });
    assert_eq!(line["factors"], json!([factor]));
    // No quota is never without a finding that says what is missing.
    let finding = &document(&answer)["findings"][0];
    assert_eq!((&finding["code"], &finding["severity"]), (&json!("plan::no_assessment"), &json!("warning")));
    assert_eq!(finding["message"], "no factor indicates a quota for `A`: `history`: nothing known");
}

/// The months after the book count as months without revenue, which lowers the quota: never without a word.
#[test]
fn an_assessment_long_after_the_revenue_of_its_book_says_so() {
    let body = json!({"partner": "A", "book": small(), "as_of": "2026-11-30"});
    let answer = document(&ask(&vendor(HISTORY), Kind::Assessment, &body).unwrap());
    let finding = &answer["findings"][0];
    assert_eq!((&finding["code"], &finding["severity"]), (&json!("plan::history"), &json!("warning")));
    let message = finding["message"].as_str().unwrap();
    assert!(message.contains("ends in 2025-12") && message.contains("2026-11-30"), "{message}");
}

#[test]
fn the_query_of_a_batch_says_what_a_body_does_not() {
    let plugin = vendor(HISTORY);
    let defaults = Defaults { as_of: Some("2025-06-30".parse().unwrap()), period: Some("FY2026".to_owned()) };
    let ask = |body: Value| {
        let body = body.to_string();
        let (books, limits) = (NoBooks, Limits::default());
        document(&decide(&plugin, Kind::Assessment, Form::Json, body.as_bytes(), &defaults, &books, &limits).unwrap())
    };
    assert_eq!(ask(json!({"partner": "A", "book": small()}))["as_of"], "2025-06-30");
    assert_eq!(ask(json!({"partner": "A", "as_of": "2025-09-30", "book": small()}))["as_of"], "2025-09-30");
}

/// The same book in the same period, one line of a proposal without target: the assessment within its guardrails.
#[test]
fn an_assessment_agrees_with_the_bottom_up_of_a_proposal() {
    let plugin = shipped("meridian");
    let book = demonstration();
    let proposal = document(&ask(&plugin, Kind::Proposal, &json!({"book": book})).unwrap());
    let kept = keep(&plugin, &book);
    for line in proposal["lines"].as_array().unwrap().iter().take(20) {
        let body = json!({"partner": line["partner_id"], "book": {"base": kept.0.id}}).to_string();
        let answer = ask_for(&plugin, Kind::Assessment, Form::Json, body.as_bytes(), &kept).unwrap();
        let assessed = &document(&answer)["lines"][0];
        assert_eq!(assessed["assessment"], line["assessment"], "{line}");
        assert_eq!(assessed["floor"], line["floor"], "{line}");
        assert_eq!(assessed["ceiling"], line["ceiling"], "{line}");
    }
}

/// The program, on the same book as a file.
fn program(book: &Value, arguments: &[&str]) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("book.json");
    std::fs::write(&path, book.to_string()).unwrap();
    let mut command = assert_cmd::Command::cargo_bin("quotient").unwrap();
    command.args(arguments).arg("--book").arg(&path).current_dir(super::root());
    command.assert().success().get_output().stdout.clone()
}

#[test]
fn proposals_have_the_bytes_that_the_program_writes() {
    let (plugin, book) = (shipped("meridian"), demonstration());
    let body = json!({"target": 60000000, "book": book}).to_string();
    for (form, word) in [(Form::Json, "json"), (Form::Csv, "csv"), (Form::Html, "html")] {
        let answer = ask_for(&plugin, Kind::Proposal, form, body.as_bytes(), &NoBooks).unwrap();
        let written = program(&book, &["propose", "meridian", "--target", "60000000", "--format", word]);
        assert!(answer.bytes == written, "{word}");
        assert_eq!(answer.media_type, form.media_type());
        assert_eq!(answer.input_digest, digest_of(body.as_bytes()));
        assert_eq!(answer.partners, book["partners"].as_array().unwrap().len());
    }
}

#[test]
fn explanations_have_the_bytes_that_the_program_writes() {
    let (plugin, book) = (shipped("meridian"), demonstration());
    let body = json!({"target": "60000000.00", "partner": "P0007", "book": book});
    let answer = ask(&plugin, Kind::Explanation, &body).unwrap();
    let arguments = ["explain", "meridian", "P0007", "--target", "60000000", "--format", "json"];
    assert!(answer.bytes == program(&book, &arguments));
}

#[test]
fn the_health_of_a_plan_has_the_bytes_that_the_program_writes() {
    let (plugin, book) = (shipped("meridian"), demonstration());
    let body = json!({"target": 60000000, "book": book}).to_string();
    for (form, word) in [(Form::Json, "json"), (Form::Csv, "csv"), (Form::Html, "html")] {
        let answer = ask_for(&plugin, Kind::Health, form, body.as_bytes(), &NoBooks).unwrap();
        let written = program(&book, &["health", "meridian", "--target", "60000000", "--format", word]);
        assert!(answer.bytes == written, "{word}");
        assert_eq!(answer.media_type, form.media_type());
    }
    let answer = ask(&plugin, Kind::Health, &json!({"target": 60000000, "book": book})).unwrap();
    let found = document(&answer);
    validates(&found, &schema::health());
    assert_eq!((&found["schema"], &found["target"]), (&json!("quotient.health/1"), &json!("60000000.00")));
    // Findings of the plan and of its health are warnings of the response.
    assert_eq!(answer.warnings.iter().count(), list(&found, "findings").len());
    assert!(
        ask_for(&plugin, Kind::Health, Form::Xlsx, body.as_bytes(), &NoBooks).is_err(),
        "a workbook is not offered"
    );
}

/// A plan that the manifest refuses cannot be proposed; its health says why.
#[test]
fn the_health_of_a_refused_plan_is_answered_with_the_refusal() {
    let refusing = "api = 1\nname = \"Acme\"\ncurrency = \"USD\"\n[plan]\nperiod = \"half\"\nfiscal_year_starts = \"January\"\n\
        grain = \"partner\"\nbasis = \"indicated\"\n[weights]\nhistory = 1\n[health]\nreject = [\"channel_odds\"]\n";
    let plugin = vendor_of(refusing, HISTORY);
    // The rule asks for half as much again as was sold in the past half-year, which was never reached.
    let body = json!({"target": 500000, "book": small()});
    assert!(ask(&plugin, Kind::Proposal, &body).is_err());
    let found = document(&ask(&plugin, Kind::Health, &body).unwrap());
    let refused: Vec<&Value> =
        list(&found, "findings").iter().filter(|finding| finding["severity"] == "error").collect();
    assert_eq!(refused.iter().map(|finding| text(finding, "cause")).collect::<Vec<_>>(), [Some("channel_odds")]);
}

#[test]
fn reviews_have_the_bytes_that_the_program_writes() {
    let (plugin, book) = (shipped("meridian"), demonstration());
    let body = json!({"as_of": "2025-09-30", "book": book}).to_string();
    for (form, word) in [(Form::Json, "json"), (Form::Csv, "csv"), (Form::Html, "html")] {
        let answer = ask_for(&plugin, Kind::Review, form, body.as_bytes(), &NoBooks).unwrap();
        let written = program(&book, &["review", "meridian", "--as-of", "2025-09-30", "--format", word]);
        assert!(answer.bytes == written, "{word}");
        assert_eq!(answer.failed, 0);
    }
    let body = json!({"as_of": "2025-09-30", "partner": "P0007", "book": book});
    let answer = ask(&plugin, Kind::Review, &body).unwrap();
    let arguments = ["review", "meridian", "--as-of", "2025-09-30", "--partner", "P0007", "--format", "json"];
    assert!(answer.bytes == program(&book, &arguments));
    assert_eq!(answer.partners, 1);
}

/// A + B = 30,000 a month, 360,000 a year, × 1.5 = 540,000; the target asks 600,000, of which A keeps 250,000.
#[test]
fn targets_locks_and_previous_lines_are_members_of_a_proposal() {
    let body = json!({
        "targets": [{"target": 600000}],
        "locks": [{"partner_id": "A", "quota": "250000", "reason": "agreed"}],
        "previous": [{"partner_id": "A", "quota": 250000}, {"partner_id": "B", "quota": "300000.00"}],
        "book": small(),
    });
    let plugin = vendor(HISTORY);
    let answer = ask(&plugin, Kind::Proposal, &body).unwrap();
    let proposal = document(&answer);
    let quotas: Vec<&Value> = proposal["lines"].as_array().unwrap().iter().map(|line| &line["quota"]).collect();
    assert_eq!(quotas, ["250000.00", "350000.00"]);
    assert_eq!(proposal["lines"][0]["lock_reason"], "agreed");
    assert_eq!(proposal["changes"].as_array().unwrap().len(), 1);
    assert_eq!(proposal["changes"][0]["before"], "300000.00");
    // The whole document of before does as well as its lines.
    let again = json!({"target": 600000, "previous": proposal, "book": small()});
    let again = document(&ask(&plugin, Kind::Proposal, &again).unwrap());
    assert_eq!(again["changes"].as_array().unwrap().len(), 2);
}

#[test]
fn a_proposal_is_given_to_a_review_as_quotas() {
    let (plugin, book) = (shipped("meridian"), demonstration());
    let proposal = document(&ask(&plugin, Kind::Proposal, &json!({"target": 60000000, "book": book})).unwrap());
    let body = |quotas: &Value| json!({"as_of": "2026-03-31", "quotas": quotas, "partner": "P0007", "book": book});
    let by_document = document(&ask(&plugin, Kind::Review, &body(&proposal)).unwrap());
    let by_lines = document(&ask(&plugin, Kind::Review, &body(&proposal["lines"])).unwrap());
    let line = proposal["lines"].as_array().unwrap().iter().find(|line| line["partner_id"] == "P0007").unwrap();
    assert_eq!(by_document["standing"]["quota"]["total"], by_lines["standing"]["quota"]["total"]);
    assert!(by_document.to_string().contains(line["quota"].as_str().unwrap()), "{by_document}");
}

#[test]
fn the_same_question_gives_the_same_bytes_on_any_thread() {
    let plugin = std::sync::Arc::new(shipped("meridian"));
    let body = json!({"partner": "P0007", "book": demonstration()}).to_string();
    let pooled = ask_for(&plugin, Kind::Assessment, Form::Json, body.as_bytes(), &NoBooks).unwrap();
    let on_small_stack = decide(
        &plugin,
        Kind::Assessment,
        Form::Json,
        body.as_bytes(),
        &Defaults::default(),
        &NoBooks,
        &Limits::default(),
    )
    .unwrap();
    let (own, text) = (std::sync::Arc::clone(&plugin), body.clone());
    let worker = quotient::script::spawn_script_thread("worker", move || {
        let (defaults, limits) = (Defaults::default(), Limits::default());
        decide(&own, Kind::Assessment, Form::Json, text.as_bytes(), &defaults, &NoBooks, &limits)
    });
    let on_worker = worker.unwrap().join().unwrap().unwrap();
    assert_eq!(pooled, on_small_stack);
    assert_eq!(pooled, on_worker);
}

#[test]
fn a_stored_book_gives_the_same_response_as_the_whole_one() {
    let (plugin, book) = (shipped("meridian"), demonstration());
    let kept: Kept = keep(&plugin, &book);
    assert!(kept.0.bytes > book.to_string().len());
    for kind in [Kind::Proposal, Kind::Review] {
        let body = |book: Value| json!({"as_of": "2025-09-30", "book": book}).to_string();
        let by_id = ask_for(&plugin, kind, Form::Json, body(json!({"base": kept.0.id})).as_bytes(), &kept).unwrap();
        let whole = ask_for(&plugin, kind, Form::Json, body(book.clone()).as_bytes(), &NoBooks).unwrap();
        assert!(by_id.bytes == whole.bytes, "{kind:?}");
    }
}

#[test]
fn bands_are_a_member_of_a_proposal_and_of_an_explanation() {
    let book = demonstration();
    let of = |kind, body: &Value| document(&ask(&shipped("meridian"), kind, body).unwrap());
    let proposal = of(Kind::Proposal, &json!({"bands": true, "book": book}));
    validates(&proposal, &schema::proposal());
    assert_eq!(list(&proposal["bands"], "distribution").len(), 19);
    assert!(text(&list(&proposal, "lines")[0], "odds").is_some());
    for bands in [json!(false), Value::Null] {
        assert_eq!(of(Kind::Proposal, &json!({"bands": bands, "book": book}))["bands"], Value::Null);
    }
    let explained = of(Kind::Explanation, &json!({"bands": true, "partner": "P0001", "book": book}));
    assert_eq!(list(&explained, "lines")[0]["line"]["band"], list(&proposal, "lines")[0]["band"]);
}
