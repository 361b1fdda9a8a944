//! Quotas for channel partners, from rules a vendor can read: exact to the cent and explained line by line.
//!
//! Rooms, each naming only those above it (held by a test):
//!
//! | room | holds |
//! | --- | --- |
//! | [`finding`] | what is wrong with an input, where, and what to do next |
//! | [`units`] | quantities: exact amounts, rates, currencies, months, planning periods |
//! | [`document`] | TOML documents in which every value knows its place |
//! | [`channel`] | facts about partners: the partner book, and what is known about one line of a plan |
//! | [`intake`] | reading books, mapping files, targets and locks; templates and the synthetic book |
//! | [`quota`] | the arithmetic of quota-setting |
//! | [`performance`] | standings during the period, and roll-ups |
//! | [`quality`] | how good a set of quotas is |
//! | [`decision`] | decision tables |
//! | [`script`] | the only room that knows Rhai: sandbox, check, facts and functions for authors |
//! | [`plugin`] | one vendor's manifest, rules, policies, tables and cases as a unit |
//! | [`library`] | all vendors of one generation: reloading, last good revisions, history |
//! | [`planning`] | proposals, sensitivities, backtests |
//! | [`review`] | standings and policies as business review of a book |
//! | [`report`] | outcomes as table, JSON, CSV, XLSX, HTML |
//! | [`request`] | what a service asks and gets, as documents |
//! | [`audit`] | the decision log: records, masking, sinks, deciding again |
//! | [`server`] | the engine beside another service, over HTTP |
//! | [`cli`] | the command line |

pub mod audit;
pub mod channel;
pub mod cli;
pub mod decision;
pub mod document;
pub mod finding;
pub mod intake;
pub mod library;
pub mod performance;
pub mod planning;
pub mod plugin;
pub mod quality;
pub mod quota;
pub mod report;
pub mod request;
pub mod review;
pub mod script;
pub mod server;
pub mod units;
