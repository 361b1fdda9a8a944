use super::{MANIFEST, TIER, beyond_range, glossary, json, json_on, request, vendor};
use crate::performance::{With, book, partner};
use quotient::channel::PartnerBook;
use quotient::report::review::{self as report, Reviewed};
use quotient::report::{TableOptions, schema};
use quotient::review::{Kept, Review, Setting};
use serde_json::Value;

/// 700 partners: several tasks of work.
fn many() -> PartnerBook {
    let one = |number: usize| {
        let mut one = partner(&format!("P{number:04}"))
            .quota("FY2026", &format!("{}", 600_000 + 1_000 * number))
            .sold("2026-02", &format!("{}.37", 500 * number))
            .forecast("FY2026", "2026-03-01", &format!("{}", 580_000 + 1_100 * number));
        one.account_manager = Some(format!("Manager {}", number % 3).as_str().into());
        one
    };
    book((0..700).map(one).collect())
}

#[test]
fn the_order_of_partners_and_the_number_of_threads_do_not_matter() {
    let plugin = vendor(MANIFEST, &[("tier.rhai", TIER)]);
    let (one, _) = json_on(&plugin, &many(), &request("2026-06-30"), 1);
    let reversed = many().partners.into_iter().rev().collect();
    let (eight, _) = json_on(&plugin, &book(reversed), &request("2026-06-30"), 8);
    assert!(one == eight);
}

#[test]
fn real_output_validates_against_the_published_schema() {
    let schema: Value = serde_json::from_str(&schema::review()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let plugin = vendor(MANIFEST, &[("tier.rhai", TIER)]);
    let mut partners = glossary().partners;
    partners.push(beyond_range("E"));
    for (book, day) in [(many(), "2026-06-30"), (glossary(), "2025-06-30"), (book(partners), "2026-12-31")] {
        let document = json(&plugin, &book, &request(day));
        let errors: Vec<String> =
            validator.iter_errors(&document).map(|error| format!("{error} at {}", error.instance_path())).collect();
        assert_eq!(errors, Vec::<String>::new());
    }
}

/// Set `QUOTIENT_BLESS=1` to write the file anew.
#[test]
fn the_committed_schema_is_current() {
    let directory = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("schema");
    for (name, text) in
        [("review.schema.json", schema::review()), ("reviewed_partner.schema.json", schema::reviewed_partner())]
    {
        let path = directory.join(name);
        if std::env::var_os("QUOTIENT_BLESS").is_some() {
            std::fs::write(&path, &text).unwrap();
        }
        assert_eq!(std::fs::read_to_string(&path).unwrap_or_default(), text, "{name}");
    }
}

#[test]
fn every_format_is_written_and_says_the_same() {
    let plugin = vendor(MANIFEST, &[("tier.rhai", TIER)]);
    let mut partners = glossary().partners;
    let mut hostile = partner("=1+1").quota("FY2026", "100").sold("2026-06", "50");
    hostile.name = "<script>alert(1)</script>".into();
    partners.push(hostile);
    let book = book(partners);
    let setting = Setting::new(&plugin.manifest, &book, &request("2026-12-31")).unwrap();
    let review = Review::new(&plugin, &book, &setting, Some(2)).unwrap();
    let reviewed = Reviewed::new(&review, Some(2), &|_, _| {}).unwrap();

    let mut csv = Vec::new();
    report::csv::write_review(&review, Some(2), &|_, _| {}, &mut csv).unwrap();
    let csv = String::from_utf8(csv).unwrap();
    assert_eq!(csv.lines().count(), 6);
    assert!(csv.contains("'=1+1,") && csv.contains("D,D,Gold"));
    assert!(csv.contains(",demote,Silver,"));

    let mut html = Vec::new();
    report::html::write_review(&reviewed, &mut html).unwrap();
    let html = String::from_utf8(html).unwrap();
    assert!(!html.contains("<script>alert"));
    assert!(
        !html.replace("http://www.w3.org/2000/svg", "").contains("http:") && !html.contains("https:"),
        "the page loads nothing"
    );
    assert!(html.contains("demote: Gold → Silver"));

    let mut xlsx = Vec::new();
    report::xlsx::write_review(&reviewed, &mut xlsx).unwrap();
    let mut workbook: calamine::Xlsx<_> = calamine::open_workbook_from_rs(std::io::Cursor::new(xlsx)).unwrap();
    let rows = |range: calamine::Range<calamine::Data>| range.height();
    use calamine::Reader;
    assert_eq!(workbook.sheet_names(), ["partners", "decisions", "rollups", "_meta"]);
    assert_eq!(rows(workbook.worksheet_range("partners").unwrap()), 6);
    assert_eq!(rows(workbook.worksheet_range("decisions").unwrap()), 6);

    let table = report::table::review(&reviewed, &TableOptions::default()).unwrap();
    assert!(table.contains("demote: Gold → Silver") && table.contains("2,850,050"));
    let (partner, _) = review.of(review.index_of("D").unwrap()).unwrap();
    let text = report::partner::text(&review, &partner, &[], &TableOptions::default());
    assert!(text.contains("revenue of the tier"), "{text}");
}

#[test]
fn a_large_book_keeps_the_most_pressing_partners() {
    let mut kept = Kept::of_book(Kept::WHOLE + 1);
    let (plugin, book) = (vendor(MANIFEST, &[]), many());
    let setting = Setting::new(&plugin.manifest, &book, &request("2026-06-30")).unwrap();
    let review = Review::new(&plugin, &book, &setting, Some(1)).unwrap();
    for _ in 0..6 {
        (0..700).for_each(|index| kept.add(review.of(index).unwrap().0));
    }
    let kept = kept.finish();
    assert_eq!((kept.partners.len(), kept.left_out), (Kept::PRESSING, 6 * 700 - Kept::PRESSING));
    // Remaining quota is 600,000 + 500 × number − 0.37: the larger the number, the more is short.
    assert_eq!(&*kept.partners.last().unwrap().standing.identity.partner_id, "P0699");
    assert!(&*kept.partners[0].standing.identity.partner_id > "P0300");
}
