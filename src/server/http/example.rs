//! Examples of bodies for the OpenAPI document; a test sends each to a server and expects success.

use serde_json::{Value, json};

/// Months with revenue in the book of the examples.
const MONTHS: u32 = 24;

/// Returns a body of that schema, for a vendor in US dollars; `None` where a valid one depends on the server.
pub fn body(schema: &str) -> Option<Value> {
    let day = "2025-12-31";
    Some(match schema {
        "AssessmentRequest" => json!({"as_of": day, "book": book(&[("P1", "30000.00")])}),
        "ProposalRequest" | "ComparisonRequest" => {
            json!({"as_of": day, "period": "FY2026", "target": "630000.00", "book": whole()})
        }
        "ExplanationRequest" => json!({"as_of": day, "target": "630000.00", "partner": "P1", "book": whole()}),
        "ReviewRequest" => json!({"as_of": day, "book": whole()}),
        "Book" => whole(),
        "Candidate" => json!({"vendor": "acme", "files": [
            {"path": "rules/vendor.toml", "text": MANIFEST},
            {"path": "rules/history.rhai", "text": RULE},
        ]}),
        // partner,month,revenue / P1,2025-11,1200.50 / P1,2025-12,1300.00
        "SurveyRequest" => json!({"files": [{"name": "sales.csv", "content":
            "cGFydG5lcixtb250aCxyZXZlbnVlClAxLDIwMjUtMTEsMTIwMC41MApQMSwyMDI1LTEyLDEzMDAuMDAK"}], "mapping": null}),
        _ => return None,
    })
}

/// Returns a body of that media type, which is not a single JSON document.
pub fn text(media: &str) -> Option<String> {
    let line = |partner: &str| json!({"as_of": "2025-12-31", "book": book(&[(partner, "30000.00")])});
    (media == "application/x-ndjson").then(|| format!("{}\n{}\n", line("P1"), line("P2")))
}

const MANIFEST: &str = "api = 1\nname = \"Acme\"\ncurrency = \"USD\"\n\n[plan]\nperiod = \"year\"\n\
    fiscal_year_starts = \"January\"\ngrain = \"partner\"\nbasis = \"indicated\"\nrounding_unit = 100\n\n\
    [weights]\nhistory = 1\n";
const RULE: &str = "/// As last year, and half of it again.\nfn assess(partner) {\n    \
    indicate(partner.history.prior_revenue * 1.5).because(\"half as much again\")\n}\n";

fn whole() -> Value {
    book(&[("P1", "30000.00"), ("P2", "15000.00")])
}

/// Returns a book of partners with the same revenue every month.
fn book(partners: &[(&str, &str)]) -> Value {
    let partner = |(id, _): &(&str, &str)| json!({"partner_id": id, "tier": "Silver", "since": "2020-01-01"});
    let month = |month: u32| format!("{}-{:02}", 2024 + month / 12, month % 12 + 1);
    let rows = |(id, amount): &(&str, &str)| {
        (0..MONTHS).map(|at| json!({"partner_id": id, "month": month(at), "amount": amount})).collect::<Vec<_>>()
    };
    json!({
        "currency": "USD",
        "partners": partners.iter().map(partner).collect::<Vec<_>>(),
        "revenue": partners.iter().flat_map(rows).collect::<Vec<_>>(),
    })
}
