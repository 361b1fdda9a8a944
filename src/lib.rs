//! Quotas for channel partners, from rules a vendor can read: exact to the cent and explained line by line.
//!
//! An [`Engine`] compiles a vendor's rules and applies them to a partner book:
//!
//! ```
//! use quotient::{BookBuilder, Currency, Engine, EngineOptions, Money, PartnerRow, ProposalRequest, RevenueRow, VendorFiles};
//!
//! let engine = Engine::new(EngineOptions::new())?;
//! let manifest = "api = 1\nname = \"Acme\"\n[weights]\nhistory = 1.0\n";
//! let rule = r#"fn assess(partner) {
//!     let prior = partner.history.prior_revenue;
//!     if prior == () { abstain("no revenue history") } else { indicate(prior * 1.10).because("10 % growth") }
//! }"#;
//! let vendor = engine.compile(&VendorFiles::from_rules("acme", [("vendor.toml", manifest), ("history.rhai", rule)]))?;
//!
//! let months = (1..=12).map(|month| format!("2025-{month:02}"));
//! let book = BookBuilder::new(Currency::USD)
//!     .partners([PartnerRow::new("P1").name("Bright Systems")])
//!     .revenue(months.map(|month| RevenueRow::new("P1", month, Money::new(1_000, Currency::USD))))
//!     .build()?;
//!
//! let plan = engine.propose(&vendor, &book, &ProposalRequest::new().period("FY2026"))?;
//! assert_eq!(plan.lines[0].quota.to_grouped(), "13,200.00");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! `examples/quotas.rs` in the repository does the same with files: `cargo run --example quotas`.
//!
//! # Features
//!
//! | feature | default | enables |
//! | --- | --- | --- |
//! | `cli` | yes | the program `quotient` |
//! | `server` | yes | the server, its decision log and the reloading of rules |
//! | `ledger` | with `cli` and `server` | the plan of record: negotiations and agreements in a file |
//! | `postgres` | no | the plan of record, and what replicas share, in a PostgreSQL database |
//! | `report` | with `cli` and `server` | outcomes as table, CSV, workbook and HTML |
//! | `counting-allocator` | yes | a global allocator that counts, so that the memory of scripts is limited |
//! | `internals` | no | everything, without any promise, for the tests, benches and fuzz targets of this repository |
//!
//! # Rooms
//!
//! The modules behind these names, each naming only those above it (held by a test):
//!
//! | room | holds |
//! | --- | --- |
//! | [`cancel`] | stopping work whose caller no longer waits for the result |
//! | [`finding`] | what is wrong with an input, where, and what to do next |
//! | [`units`] | quantities: exact amounts, rates, currencies, months, planning periods |
//! | [`figure`] | figures: each declared once; scripts, cases, documents and columns derive from the declaration |
//! | [`document`] | TOML documents in which every value knows its place |
//! | [`channel`] | facts about partners: the partner book, and what is known about one line of a plan |
//! | [`intake`] | reading books, mapping files, targets and locks; templates |
//! | [`demonstration`] | the synthetic book that `quotient generate` writes |
//! | [`quota`] | the arithmetic of quota-setting |
//! | [`performance`] | standings during the period, and roll-ups |
//! | [`quality`] | how good a set of quotas is |
//! | [`decision`] | decision tables |
//! | [`script`] | the only room that knows Rhai: sandbox, check, facts and functions for authors |
//! | [`plugin`] | one vendor's manifest, rules, policies, tables and cases as a unit |
//! | [`library`] | all vendors of one generation: reloading, last good revisions, history |
//! | [`signing`] | Ed25519 keys and signatures |
//! | [`bundle`] | the rules and policies of a vendor as one signed file |
//! | [`planning`] | proposals, sensitivities, backtests |
//! | [`review`] | standings and policies as business review of a book |
//! | [`database`] | SQLite and PostgreSQL behind one interface |
//! | [`ledger`] | the plan of record: every move of a negotiation as an event, in a file that shows changes |
//! | [`engine`] | the front door: an engine that owns threads and limits, books, requests, outcomes |
//! | [`report`] | outcomes as table, JSON, CSV, XLSX, HTML |
//! | [`partition`] | a book in partitions, for engines that spread work over machines |
//! | [`request`] | what a service asks and gets, as documents |
//! | [`audit`] | the decision log: records, masking, sinks, deciding again |
//! | [`server`] | the engine beside another service, over HTTP |
//! | [`cli`] | the command line |
//
// Without `internals` the rooms are private, and what only tests, benches or other features use is unused.
#![cfg_attr(not(feature = "internals"), allow(dead_code, unused_imports, rustdoc::private_intra_doc_links))]

#[cfg(all(feature = "server", feature = "internals"))]
pub mod audit;
#[cfg(all(feature = "server", not(feature = "internals")))]
mod audit;
#[cfg(all(feature = "server", feature = "internals"))]
pub mod bundle;
#[cfg(all(feature = "server", not(feature = "internals")))]
mod bundle;
#[cfg(feature = "internals")]
pub mod cancel;
#[cfg(not(feature = "internals"))]
mod cancel;
#[cfg(feature = "internals")]
pub mod channel;
#[cfg(not(feature = "internals"))]
mod channel;
#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod cli;
#[cfg(all(feature = "ledger", feature = "internals"))]
pub mod database;
#[cfg(all(feature = "ledger", not(feature = "internals")))]
mod database;
#[cfg(feature = "internals")]
pub mod decision;
#[cfg(not(feature = "internals"))]
mod decision;
#[cfg(feature = "internals")]
pub mod demonstration;
#[cfg(not(feature = "internals"))]
mod demonstration;
#[cfg(feature = "internals")]
pub mod document;
#[cfg(not(feature = "internals"))]
mod document;
mod engine;
#[cfg(feature = "internals")]
pub mod figure;
#[cfg(not(feature = "internals"))]
mod figure;
#[cfg(feature = "internals")]
pub mod finding;
#[cfg(not(feature = "internals"))]
mod finding;
#[cfg(feature = "internals")]
pub mod intake;
#[cfg(not(feature = "internals"))]
mod intake;
#[cfg(all(feature = "ledger", feature = "internals"))]
pub mod ledger;
#[cfg(all(feature = "ledger", not(feature = "internals")))]
mod ledger;
#[cfg(all(feature = "server", feature = "internals"))]
pub mod library;
#[cfg(all(feature = "server", not(feature = "internals")))]
mod library;
#[cfg(all(feature = "report", feature = "internals"))]
pub mod partition;
#[cfg(all(feature = "report", not(feature = "internals")))]
mod partition;
#[cfg(feature = "internals")]
pub mod performance;
#[cfg(not(feature = "internals"))]
mod performance;
#[cfg(feature = "internals")]
pub mod planning;
#[cfg(not(feature = "internals"))]
mod planning;
#[cfg(feature = "internals")]
pub mod plugin;
#[cfg(not(feature = "internals"))]
mod plugin;
#[cfg(feature = "internals")]
pub mod quality;
#[cfg(not(feature = "internals"))]
mod quality;
#[cfg(feature = "internals")]
pub mod quota;
#[cfg(not(feature = "internals"))]
mod quota;
#[cfg(all(feature = "report", feature = "internals"))]
pub mod report;
#[cfg(all(feature = "report", not(feature = "internals")))]
mod report;
#[cfg(all(feature = "server", feature = "internals"))]
pub mod request;
#[cfg(all(feature = "server", not(feature = "internals")))]
mod request;
#[cfg(feature = "internals")]
pub mod review;
#[cfg(not(feature = "internals"))]
mod review;
#[cfg(feature = "internals")]
pub mod script;
#[cfg(not(feature = "internals"))]
mod script;
#[cfg(all(feature = "server", feature = "internals"))]
pub mod server;
#[cfg(all(feature = "server", not(feature = "internals")))]
mod server;
#[cfg(all(feature = "server", feature = "internals"))]
pub mod signing;
#[cfg(all(feature = "server", not(feature = "internals")))]
mod signing;
#[cfg(feature = "internals")]
pub mod units;
#[cfg(not(feature = "internals"))]
mod units;

pub use channel::BookSummary;
pub use decision::Decisions;
pub use engine::{
    Book, BookBuilder, BookReader, Engine, EngineError, EngineOptions, ExplainedLine, Explanation, ForecastRow,
    InvestmentRow, LockRow, MarketRow, OpportunityRow, PartnerRow, ProposalRequest, QuotaRow, RevenueRow, Review,
    ReviewRequest, Table, TargetRow, Vendor, WinRateRow,
};
pub use finding::{Code, Finding, Findings, Place, Severity};
pub use intake::Mapping;
pub use performance::{PartnerStanding, Standing};
pub use planning::{PlanLine, QuotaPlan, Sensitivity};
pub use plugin::VendorFiles;
pub use review::PartnerReview;
pub use script::{CountingAllocator, NoThread};
pub use units::{Currency, FiscalCalendar, Money, MoneyError, Month, PlanningPeriod as Period, Rate};

/// The allocator by which the memory of scripts is limited.
#[cfg(feature = "counting-allocator")]
#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator::new(std::alloc::System);
