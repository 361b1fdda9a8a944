//! The front door: what a program gets that knows nothing but the crate's root.

use crate::usd;
use chrono::NaiveDate;
use quotient::{
    Book, BookBuilder, BookReader, Currency, Engine, EngineOptions, Findings, ForecastRow, InvestmentRow, LockRow,
    MarketRow, Money, OpportunityRow, PartnerRow, ProposalRequest, QuotaRow, RevenueRow, ReviewRequest, Table, Vendor,
    VendorFiles, WinRateRow,
};

const MANIFEST: &str = "api = 1\nname = \"Acme\"\n[weights]\nhistory = 0.5\npipeline = 0.5\n";
const HISTORY: &str = r#"fn assess(partner) { indicate(partner.history.prior_revenue ?? 0).because("as last year") }"#;
/// Abstains where the pipeline is not known; the weight then goes to the history.
const PIPELINE: &str = r#"fn assess(partner) {
    let open = partner.pipeline.open_amount;
    if open == () { abstain("no pipeline") } else { indicate(open).because("the open pipeline") }
}"#;

fn engine() -> Engine {
    Engine::new(EngineOptions::new().threads(2)).unwrap()
}

fn vendor(engine: &Engine) -> Vendor {
    let files = [("vendor.toml", MANIFEST), ("history.rhai", HISTORY), ("pipeline.rhai", PIPELINE)];
    engine.compile(&VendorFiles::from_rules("acme", files)).unwrap()
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// One partner that sold 100 in each month of 2025.
fn builder() -> BookBuilder {
    let months = (1..=12).map(|month| RevenueRow::new("P1", format!("2025-{month:02}"), usd(100)));
    BookBuilder::new(Currency::USD).partners([PartnerRow::new("P1")]).revenue(months)
}

fn quota(book: &Book) -> Money {
    let engine = engine();
    engine.propose(&vendor(&engine), book, &ProposalRequest::new().period("FY2026")).unwrap().lines[0].quota
}

fn codes(findings: &Findings) -> Vec<&'static str> {
    findings.iter().map(|finding| finding.code().as_str()).collect()
}

#[test]
fn an_absent_table_is_not_known_and_an_empty_one_is_none() {
    let deal = OpportunityRow::new("O1", "P1", usd(2_000), day("2026-03-31"), "open").registered_on(day("2025-11-01"));
    // Not known: the history alone, 1,200. None: half of it. One deal: half of 1,200 and half of 2,000.
    assert_eq!(quota(&builder().build().unwrap()), usd(1_200));
    assert_eq!(quota(&builder().opportunities(Table::Absent).build().unwrap()), usd(1_200));
    assert_eq!(quota(&builder().opportunities(Vec::new()).build().unwrap()), usd(600));
    assert_eq!(quota(&builder().opportunities([deal]).build().unwrap()), usd(1_600));
}

#[test]
fn every_table_can_be_there_without_rows() {
    let book = builder()
        .market(Vec::new())
        .investments(Vec::new())
        .opportunities(Vec::new())
        .win_rates(Vec::new())
        .forecasts(Vec::new())
        .quotas(Vec::new())
        .locks(Vec::new());
    assert_eq!(book.build().unwrap().partners(), 1);
}

#[test]
fn a_built_book_is_the_book_that_is_read() {
    let built = builder()
        .market([MarketRow::new().territory("North").addressable(usd(5_000)).growth("0.05".parse().unwrap())])
        .investments([InvestmentRow::new("P1").certified_now(12).marketing_spend(usd(25)).services_revenue(usd(30))])
        .win_rates([WinRateRow::new("P1").by_value("0.25".parse().unwrap())])
        .forecasts([ForecastRow::new("P1", "2026-01", usd(90)).submitted_on(day("2025-12-20"))])
        .quotas([QuotaRow::new("P1", "2025-12", usd(80))])
        .locks([LockRow::new("P1", usd(70)).reason("agreed")])
        .build()
        .unwrap();
    let revenue: String = (1..=12).map(|month| format!("P1,2025-{month:02},100.00\n")).collect();
    let files = [
        ("partners.csv", "partner_id\nP1\n".to_owned()),
        ("revenue.csv", format!("partner_id,month,amount\n{revenue}")),
        ("market.csv", "territory,addressable_market,growth\nNorth,5000.00,0.05\n".to_owned()),
        ("investments.csv", "partner_id,certified_now,marketing_spend,services_revenue\nP1,12,25,30\n".to_owned()),
        ("win_rates.csv", "partner_id,by_value\nP1,0.25\n".to_owned()),
        ("forecasts.csv", "partner_id,period,amount,submitted_on\nP1,2026-01,90,2025-12-20\n".to_owned()),
        ("quotas.csv", "partner_id,period,quota\nP1,2025-12,80\n".to_owned()),
        ("locks.csv", "partner_id,quota,reason\nP1,70,agreed\n".to_owned()),
    ];
    let files = files.into_iter().map(|(name, text)| (name.to_owned(), text.into_bytes())).collect();
    let read = BookReader::new().read_files(files).unwrap();
    assert_eq!((quota(&built), quota(&built)), (quota(&read), usd(70)), "the lock is kept");
    let engine = engine();
    let request = ReviewRequest::new(day("2025-12-31"));
    let reviewed = |book: &Book| engine.review(&vendor(&engine), book, &request).unwrap().partners().to_vec();
    assert_eq!(reviewed(&built), reviewed(&read));
    assert_eq!(reviewed(&built)[0].standing.whole.actual, Some(usd(1_200)));
}

#[test]
fn a_book_with_two_currencies_is_refused_with_the_row() {
    let euros = OpportunityRow::new("O1", "P1", Money::new(5, Currency::EUR), day("2026-03-31"), "open");
    let refused = builder().opportunities([euros]).build().unwrap_err();
    assert_eq!(codes(&refused), ["book::mixed_currency"]);
    assert!(refused.to_string().contains("opportunities.csv"), "{refused}");
    let both = InvestmentRow::new("P1").marketing_spend(usd(5)).services_revenue(Money::new(5, Currency::EUR));
    assert_eq!(codes(&builder().investments([both]).build().unwrap_err()), ["book::mixed_currency"]);
}

#[test]
fn what_the_reader_rejects_the_builder_rejects() {
    let twice = builder().partners([PartnerRow::new("P1"), PartnerRow::new("P1")]);
    assert!(twice.build().unwrap_err().has_errors());
    let stranger = builder().quotas([QuotaRow::new("P2", "2025-12", usd(80))]);
    assert!(stranger.build().unwrap_err().to_string().contains("P2"));
}

#[test]
fn an_engine_limits_the_memory_of_scripts() {
    let engine = engine();
    let greedy = r#"fn assess(partner) { let s = "0123456789abcdef"; loop { s += s; } }"#;
    let files = [("vendor.toml", "api = 1\nname = \"G\"\n[weights]\ngreedy = 1\n"), ("greedy.rhai", greedy)];
    let vendor = engine.compile(&VendorFiles::from_rules("greedy", files)).unwrap();
    let refused = engine.propose(&vendor, &builder().build().unwrap(), &ProposalRequest::new()).unwrap_err();
    assert!(codes(&refused).contains(&"script::budget"), "{refused}");
}

#[test]
fn a_vendor_whose_case_fails_does_not_compile() {
    let case = "[[case]]\nname = \"too much\"\nas_of = 2025-12-31\nrule = \"history\"\n\
                facts.history.prior_revenue = 5\nexpect.indicates = 6\n";
    let files =
        [("vendor.toml", MANIFEST), ("history.rhai", HISTORY), ("pipeline.rhai", PIPELINE), ("cases.toml", case)];
    let refused = engine().compile(&VendorFiles::from_rules("acme", files)).unwrap_err();
    assert_eq!(codes(&refused), ["case::failed"]);
}

#[test]
fn an_explanation_has_the_lines_of_one_partner() {
    let engine = engine();
    let (vendor, book) = (vendor(&engine), builder().build().unwrap());
    let explanation = engine.explain(&vendor, &book, &ProposalRequest::new(), "P1").unwrap();
    let line = explanation.lines().next().unwrap().line;
    assert_eq!(Money::sum(Currency::USD, line.steps.iter().map(|step| step.amount)), Ok(line.quota));
    assert!(engine.explain(&vendor, &book, &ProposalRequest::new(), "P2").is_err());
}

#[test]
fn an_engine_has_the_threads_it_was_asked_for_and_bands_only_where_they_are() {
    let engine = Engine::new(EngineOptions::new().threads(3)).unwrap();
    assert_eq!(engine.threads(), 3);
    let (vendor, book) = (vendor(&engine), builder().build().unwrap());
    let plan = |request: ProposalRequest| engine.propose(&vendor, &book, &request.period("FY2026")).unwrap();
    assert!(plan(ProposalRequest::new()).bands.is_none());
    assert!(plan(ProposalRequest::new().bands()).bands.is_some());
}

#[test]
fn a_review_is_about_the_period_that_is_asked_for() {
    let engine = engine();
    let (vendor, book) = (vendor(&engine), builder().build().unwrap());
    let sold =
        |request: ReviewRequest| engine.review(&vendor, &book, &request).unwrap().partners()[0].standing.whole.actual;
    // 100 in each month.
    assert_eq!(sold(ReviewRequest::new(day("2025-12-31"))), Some(usd(1_200)));
    assert_eq!(sold(ReviewRequest::new(day("2025-12-31")).period("FY2025-Q3")), Some(usd(300)));
}

#[test]
fn every_row_in_another_currency_is_reported_at_its_place() {
    let row = |month: &str, currency| RevenueRow::new("P1", month, Money::new(100, currency));
    let rows = [row("2025-10", Currency::EUR), row("2025-11", Currency::USD), row("2025-12", "GBP".parse().unwrap())];
    let built = BookBuilder::new(Currency::USD).partners([PartnerRow::new("P1")]).revenue(rows).build();
    let findings = built.unwrap_err();
    let places: Vec<String> = findings.iter().map(|finding| finding.places[0].to_string()).collect();
    assert_eq!(places.len(), 2, "{places:?}");
    for (place, (row, code)) in places.iter().zip([(2, "EUR"), (4, "GBP")]) {
        assert!(place.contains(&format!("row {row}")) && place.contains(code), "{place}");
    }
}

#[test]
fn an_engine_has_at_least_one_thread() {
    assert_eq!(EngineOptions::new().threads(0), EngineOptions::new().threads(1));
    assert_ne!(EngineOptions::new().threads(2), EngineOptions::new().threads(1));
}
