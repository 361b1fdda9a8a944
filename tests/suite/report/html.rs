use super::sample::{UGLY_NAMES, channel, in_currency, plan, small, small_with_changes, ugly};
use quotient::planning::QuotaPlan;
use quotient::report::html::write_plan;

fn page(plan: &QuotaPlan) -> String {
    let mut out = Vec::new();
    write_plan(plan, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// The page without style and script.
fn body(plan: &QuotaPlan) -> String {
    let page = page(plan);
    let (before, rest) = page.split_once("<style>").unwrap();
    let (_, rest) = rest.split_once("</style>").unwrap();
    let (rest, after) = rest.split_once("<script>").unwrap();
    let (_, after) = after.split_once("</script>").unwrap();
    format!("{before}{rest}{after}")
}

#[test]
fn a_small_plan_has_this_structure() {
    insta::assert_snapshot!(body(&small_with_changes()));
}

#[test]
fn the_page_asks_for_nothing_from_outside() {
    let page = page(&channel(150)).replace("http://www.w3.org/2000/svg", "");
    for reference in ["http:", "https:", "src=", "@import", "url(", "<link", "//cdn"] {
        assert!(!page.contains(reference), "{reference}");
    }
}

#[test]
fn every_text_of_the_book_is_escaped() {
    let body = body(&ugly());
    assert!(!body.contains("<script") && !body.contains("<img") && !body.contains("</style>"));
    assert!(body.contains("&lt;script&gt;alert(1)&lt;&#x2f;script&gt;"));
    assert!(body.contains("{{ 7 * 7 }}"), "a name is data, never a template");
    assert!(!body.chars().any(|c| (c.is_control() && c != '\n') || c == '\u{202E}'));
    assert_eq!(UGLY_NAMES.len() + 1, ugly().lines.len());
}

#[test]
fn every_element_that_is_opened_is_closed() {
    for plan in [plan(Vec::new()), small(), ugly(), channel(150), in_currency("JPY", "7")] {
        let body = body(&plan);
        for tag in [
            "table", "tr", "td", "th", "div", "svg", "text", "details", "summary", "figure", "p", "dl", "section",
            "main",
        ] {
            let opened = body.matches(&format!("<{tag}>")).count() + body.matches(&format!("<{tag} ")).count();
            assert_eq!(opened, body.matches(&format!("</{tag}>")).count(), "{tag}");
        }
    }
}

#[test]
fn beyond_300_lines_the_largest_are_drawn_and_the_page_says_so() {
    let page = page(&channel(400));
    assert_eq!(page.matches("<details").count(), 300);
    assert!(page.contains("Shown: the first 300 of 400 lines, by quota."));
}

#[test]
fn ten_thousand_lines_stay_a_page_that_opens() {
    let page = page(&channel(10_000));
    assert!(page.contains("the 2,000 lines with the largest quotas of 10,000"));
    assert!(page.len() < 4_000_000, "{} bytes", page.len());
}

#[test]
fn an_empty_plan_and_other_currencies_are_pages_too() {
    assert!(page(&plan(Vec::new())).contains("no partner of the book is eligible"));
    assert!(page(&in_currency("KWD", "1250000.125")).contains("1,250,000.125"));
}

#[test]
fn the_same_plan_gives_the_same_bytes() {
    assert_eq!(page(&channel(60)), page(&channel(60)));
}

#[test]
fn a_page_can_be_kept_for_looking_at() {
    // Set QUOTIENT_LOOK to a folder to get the pages of the tests there.
    let Some(folder) = std::env::var_os("QUOTIENT_LOOK") else { return };
    let folder = std::path::PathBuf::from(folder);
    for (file, plan) in
        [("small", small_with_changes()), ("channel", channel(150)), ("ugly", ugly()), ("empty", plan(Vec::new()))]
    {
        std::fs::write(folder.join(format!("{file}.html")), page(&plan)).unwrap();
    }
}
