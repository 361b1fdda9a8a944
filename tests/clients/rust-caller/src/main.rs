//! openapi-generator, rust: an assessment, a proposal, a review, an explanation, and one problem.

use openapi::apis::{configuration::Configuration, decisions_api as api, Error};
use openapi::models;
use serde_json::json;

const VENDOR: &str = "meridian";
const TARGET: &str = "720000.00";

/// Two partners with two years of revenue.
fn book() -> models::GivenBook {
    let row = |partner: &str, at: u32| {
        json!({"partner_id": partner, "month": format!("{}-{:02}", 2024 + at / 12, at % 12 + 1), "amount": "30000.00"})
    };
    let revenue: Vec<_> = ["P1", "P2"].iter().flat_map(|partner| (0..24).map(move |at| row(partner, at))).collect();
    let book = json!({"kind": "whole", "currency": "USD", "revenue": revenue, "partners": [
        {"partner_id": "P1", "partner_name": "Alder Systems", "tier": "Gold", "since": "2019-03-01"},
        {"partner_id": "P2", "partner_name": "Beacon Consulting", "tier": "Silver", "since": "2021-03-01"},
    ]});
    serde_json::from_value(book).expect("a book")
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let base_path = std::env::var("QUOTIENT_URL").expect("QUOTIENT_URL");
    let to = &Configuration { base_path, ..Configuration::default() };
    let as_of = Some(Some("2025-12-31".parse::<chrono::NaiveDate>().expect("a date")));
    let target = || Some(TARGET.to_owned());

    let request = models::AssessmentRequest { partner: Some(Some("P1".into())), as_of, ..models::AssessmentRequest::new(book()) };
    let assessment = api::assess(to, VENDOR, request, None, None, None, None, None, None, None, None).await.expect("assess");
    assert!(assessment.lines[0].quota.is_some(), "assess");
    let request = models::ProposalRequest { as_of, target: target(), ..models::ProposalRequest::new(book()) };
    let proposal = api::propose(to, VENDOR, request, None, None, None, None, Some("rust"), None, None, None).await.expect("propose");
    assert_eq!(proposal.lines.len(), 2, "propose");
    let request = models::ReviewRequest { as_of, ..models::ReviewRequest::new(book()) };
    let review = api::review(to, VENDOR, request, None, None, None, None, None, None, None, None).await.expect("review");
    assert!(matches!(review, models::ReviewResponse::Review(review) if review.partners.len() == 2), "review");
    let request = models::ExplanationRequest { as_of, target: target(), ..models::ExplanationRequest::new("P1".into(), book()) };
    let explanation = api::explain(to, VENDOR, request, None, None, None, None, None, None, None, None).await.expect("explain");
    assert_eq!(explanation.lines.len(), 1, "explain");
    let change = serde_json::from_value(json!({"kind": "change", "base": "0"})).expect("a change");
    let request = models::ProposalRequest { as_of, ..models::ProposalRequest::new(change) };
    match api::propose(to, VENDOR, request, None, None, None, None, None, None, None, None).await {
        Err(Error::ResponseError(refused)) => assert!(refused.content.contains("book_unknown"), "{}", refused.content),
        other => panic!("problem: {other:?}"),
    }
}
