//! Questions about the rows that count: one for each set of rows, with the amounts that breakdowns have, and the revenue alone
//! where a matrix has other figures below it.

use super::unsaid::Seen;
use quotient::finding::Findings;
use quotient::intake::Limits;
use quotient::intake::recognition::{Survey, survey_files};
use quotient::report::TableOptions;
use quotient::report::survey::{SurveyView, text};
use rust_decimal::Decimal;
use std::fmt::Write;

/// An amount, another one for each number.
fn amount(number: u64) -> u64 {
    1_000 + number.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407) % 89_000
}

fn survey(file: &str, text: &str) -> Survey {
    let files = vec![(file.to_owned(), text.as_bytes().to_vec())];
    survey_files(files, &Limits::default()).into_parts().0.unwrap()
}

fn grouped(value: u64) -> String {
    if value < 1_000 { value.to_string() } else { format!("{},{:03}", grouped(value / 1_000), value % 1_000) }
}

#[test]
fn the_revenue_of_a_matrix_is_read_alone() {
    for (partners, is_blank) in [(1, true), (2, true), (2, false), (5, true), (5, false)] {
        let mut text = "Partner,Measure,Jan-25,Feb-25,Mar-25,Apr-25,May-25,Jun-25\n".to_owned();
        let mut actual = 0;
        for partner in 0..partners {
            for (at, measure) in (0u64..).zip(["Actual", "Budget", "Units"]) {
                let own = |month: u64| amount(partner * 100 + at * 10 + month) / if at == 2 { 500 } else { 1 };
                let name = if at > 0 && is_blank { String::new() } else { format!("Partner {partner}") };
                let cells: Vec<String> = (0..6).map(|month| own(month).to_string()).collect();
                writeln!(text, "{name},{measure},{}", cells.join(",")).unwrap();
                actual += if at == 0 { (0..6).map(own).sum() } else { 0 };
            }
        }
        let seen = Seen::text(&[("matrix.csv", &text)]);
        assert!(seen.mapping.contains("where.Measure = \"Actual\""), "{partners} {is_blank}\n{}", seen.mapping);
        assert!(!seen.mapping.contains("skip.Measure"), "{}", seen.mapping);
        assert!(!seen.said.contains("\"Units\" count"), "{}", seen.said);
        assert_eq!(seen.revenue(), Decimal::from(actual), "{partners} {is_blank}");
    }
}

#[test]
fn the_open_pipeline_is_not_asked_about() {
    let mut text = "Partner Account,Opportunity ID,Stage,Amount,Close Date,Forecast Category,Type\n".to_owned();
    let mut won = 0;
    for number in 0..60u64 {
        let (stage, category) = [
            ("Closed Won", "Closed"),
            ("Closed Lost", "Omitted"),
            ("Qualification", "Pipeline"),
            ("Proposal", "Best Case"),
            ("Negotiation", "Commit"),
        ][usize::try_from(number % 5).unwrap()];
        let (own, partner) = (amount(number), ["Acme", "Birch", "Cedar"][usize::try_from(number % 3).unwrap()]);
        won += if stage == "Closed Won" { own } else { 0 };
        writeln!(text, "{partner},006{number:04},{stage},{own},2025-{:02}-10,{category},New", number % 12 + 1).unwrap();
    }
    let seen = Seen::text(&[("report.csv", &text)]);
    assert_eq!(seen.revenue(), Decimal::from(won), "{}\n{}", seen.mapping, seen.said);
    assert!(!seen.said.contains("Forecast Category"), "{}", seen.said);
    // What may not be a deal at all is asked about, with the key that opportunities have.
    let draft = text.replacen(",New\n", ",Test\n", 3);
    let seen = Seen::text(&[("report.csv", &draft)]);
    seen.says("write `skip.Type = [\"Test\"]` under `[opportunities]`");
    assert!(!seen.said.contains("subtract"), "{}", seen.said);
}

/// Invoices and credit memos, every fifth row of a forecast, with the sum of the actual credit memos.
fn transactions() -> (String, u64) {
    let mut text = "Date,Type,Document Number,Partner,Amount,Scenario\n".to_owned();
    let mut credits = 0;
    for number in 0..120u64 {
        let (own, is_credit, is_plan) = (amount(number), number % 8 == 0, number % 5 == 0);
        let (kind, letters) = if is_credit { ("Credit Memo", "CM") } else { ("Invoice", "INV") };
        let scenario = if is_plan { "Forecast" } else { "Actual" };
        let partner = ["Acme", "Birch", "Cedar"][usize::try_from(number % 3).unwrap()];
        writeln!(text, "2025-{:02}-11,{kind},{letters}{},{partner},{own},{scenario}", number % 12 + 1, 3000 + number)
            .unwrap();
        credits += if is_credit && !is_plan { own } else { 0 };
    }
    (text, credits)
}

#[test]
fn a_question_has_the_amount_of_the_rows_that_count_and_is_asked_once() {
    let (text, credits) = transactions();
    let survey = survey("transactions.csv", &text);
    let about = |what: &str| -> Vec<&str> {
        let all = survey.questions.iter().map(|one| one.question.as_str());
        all.filter(|question| question.contains(what)).collect()
    };
    let [question] = about("Credit Memo")[..] else { panic!("{:#?}", survey.questions) };
    assert!(question.contains(&format!("\"Credit Memo\" count ({})?", grouped(credits))), "{question}");
    assert!(question.ends_with("(`Document Number` marks the same rows)"), "{question}");
    assert_eq!(about("`CM`"), [""; 0]);
    assert_eq!(about("Forecast").len(), 1, "{:#?}", survey.questions);
    let types = survey.breakdowns.iter().find(|one| one.column == "Type").unwrap();
    let memo = types.values.iter().find(|one| one.value == "Credit Memo").unwrap();
    assert_eq!(memo.amount, Some(Decimal::from(credits)));
}

#[test]
fn debits_and_credits_are_asked_about_once() {
    let mut text = "Konto;Datum;Beleg;S/H;Betrag;Buchungstext;Partner\n".to_owned();
    for number in 0..120u64 {
        let (sign, letters, word) = if number % 9 == 0 { ("H", "GS", "Gutschrift") } else { ("S", "RE", "Rechnung") };
        let partner = ["Acme", "Birch", "Cedar"][usize::try_from(number % 3).unwrap()];
        let (day, own) = (number % 28 + 1, amount(number));
        writeln!(
            text,
            "8400;{day:02}.{:02}.2025;{letters}{number};{sign};{own},00;{word} {number};{partner}",
            number % 12 + 1
        )
        .unwrap();
    }
    let survey = survey("konten.csv", &text);
    let credits: Vec<&str> = survey
        .questions
        .iter()
        .map(|one| one.question.as_str())
        .filter(|question| ["change the sign", "Gutschrift", "`GS`"].iter().any(|word| question.contains(word)))
        .collect();
    let [question] = credits[..] else { panic!("{:#?}", survey.questions) };
    assert!(question.ends_with("(`Buchungstext`, `Beleg` mark the same rows)"), "{question}");
}

#[test]
fn a_breakdown_separates_values_from_amounts_and_says_what_it_leaves_out() {
    let attributes: Vec<String> = (0..20).map(|at| format!("Attribute {at}")).collect();
    let mut table = format!("Partner,Month,Segment,Target FY25,Code,{},Amount\n", attributes.join(","));
    for number in 0..80u64 {
        let partner = number % 8;
        let values: Vec<&str> =
            (0..20).map(|at| if amount(number * 20 + at).is_multiple_of(3) { "red" } else { "blue" }).collect();
        let segment = ["Small", "Large"][usize::try_from(partner % 2).unwrap()];
        writeln!(
            table,
            "P{partner},2025-{:02},{segment},{},{},{},{}",
            number / 8 + 1,
            400 + partner * 7,
            10 + number % 9,
            values.join(","),
            amount(number)
        )
        .unwrap();
    }
    let survey = survey("wide.csv", &table);
    let options = TableOptions { width: 80, ..TableOptions::default() };
    let said = text(&SurveyView { survey: &survey, book: None, findings: &Findings::new() }, &options);
    let shown = said.split("Amounts by the values of columns\n").nth(1).unwrap();
    let shown = shown.split("\n\n").next().unwrap();
    assert!(shown.lines().all(|line| line.chars().count() <= 80), "{shown}");
    assert!(!shown.contains("Target FY25"), "{shown}");
    let whole = shown.replace("\n  ", " ");
    assert!(whole.contains("wide.csv: Segment (vertical): `"), "{shown}");
    assert!(whole.contains("Code (not used): `10`: "), "{shown}");
    assert!(whole.contains("(9 rows) · `11`: "), "{shown}");
    assert!(whole.contains(" · and 3 more values\n"), "{shown}");
    assert!(whole.ends_with("- and 6 more columns with at most 12 values"), "{shown}");
}
