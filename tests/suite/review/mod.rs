//! Reviews of books made by hand, of the demonstration book, and of public data when it is there.
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail by panicking")]

mod bounds;
mod decisions;
mod formats;
pub mod joint;
mod property;
mod setting;
mod spreading;

use crate::performance::{book, day, money, partner};
use quotient::channel::{Partner, PartnerBook};
use quotient::plugin::{Room, VendorFile, VendorFiles, VendorPlugin};
use quotient::report::review as report;
use quotient::review::{Outcome, Request, Review, Setting};
use serde_json::Value;

pub const MANIFEST: &str = r#"
api = 1
name = "Glossary"
currency = "USD"

[plan]
period = "year"
fiscal_year_starts = "January"
grain = "partner"

[tiers]
Silver = 0
Gold = 500000
"#;

/// Gold asks 500,000 a year; the quota plays no part.
pub const TIER: &str = r#"
/// A tier is kept while the year's revenue reaches its minimum.
fn decide(partner) {
    let asked = at_least("revenue of the tier", partner.standing.tier_revenue, partner.standing.tier_minimum);
    if asked.is_met { return retain().because(asked); }
    demote("Silver").because(asked)
}
"#;

/// A vendor that has policies only.
pub fn vendor(manifest: &str, policies: &[(&str, &str)]) -> VendorPlugin {
    let file = |(path, text): &(&str, &str)| VendorFile {
        room: Room::Policies,
        path: (*path).to_owned(),
        shown: format!("policies/glossary/{path}"),
        text: (*text).into(),
    };
    let files = [("vendor.toml", manifest)].iter().chain(policies).map(file).collect();
    let (plugin, findings) = VendorPlugin::compile(&VendorFiles::new("glossary", files)).into_parts();
    plugin.unwrap_or_else(|| panic!("{findings:#?}"))
}

pub fn request(as_of: &str) -> Request {
    Request { as_of: day(as_of), period: None, quotas: None }
}

/// The review as JSON, on so many threads.
pub fn json_on(plugin: &VendorPlugin, book: &PartnerBook, request: &Request, threads: usize) -> (String, Outcome) {
    let setting = Setting::new(&plugin.manifest, book, request).unwrap();
    let review = Review::new(plugin, book, &setting, Some(threads)).unwrap();
    let mut out = Vec::new();
    let outcome = report::json::write_review(&review, Some(threads), &|_, _| {}, &mut out).unwrap();
    (String::from_utf8(out).unwrap(), outcome)
}

pub fn json(plugin: &VendorPlugin, book: &PartnerBook, request: &Request) -> Value {
    serde_json::from_str(&json_on(plugin, book, request, 2).0).unwrap()
}

/// The glossary's partners: quota 1,200,000 for 2026, Gold, and one revenue each.
pub fn glossary() -> PartnerBook {
    use crate::performance::With;
    let gold = |id: &str, actual: &str| partner(id).quota("FY2026", "1200000").sold("2026-06", actual);
    book(vec![gold("A", "1250000"), gold("B", "600000"), gold("C", "500000"), gold("D", "499999.99")])
}

/// A partner whose amounts cannot be summed exactly.
pub fn beyond_range(id: &str) -> Partner {
    let mut partner = partner(id);
    for month in ["2026-01", "2026-02"] {
        partner.revenue.push(quotient::channel::RevenueEntry {
            month: month.parse().unwrap(),
            segment: quotient::channel::SharedSegment::default(),
            amount: money("79228162514264337593543950335"),
        });
    }
    partner
}
