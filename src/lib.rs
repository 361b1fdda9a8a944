//! Quotas for channel partners, from rules a vendor can read: exact to the cent and explained line by line.
//!
//! Rooms, each naming only those above it: [`finding`] what is wrong and where · [`units`] quantities ·
//! [`channel`] facts about partners · [`quota`] the arithmetic of quota-setting · [`script`] the only room that knows
//! Rhai · [`plugin`] one vendor's manifest, rules and cases as a unit · [`planning`] proposals, comparisons, backtests ·
//! [`report`] outcomes as table, JSON, CSV, XLSX, HTML · [`library`] the vendors as they stand on disk, reloaded as
//! they change · [`cli`] the command line.

pub mod channel;
pub mod cli;
pub mod document;
pub mod finding;
pub mod library;
pub mod planning;
pub mod plugin;
pub mod quota;
pub mod report;
pub mod script;
pub mod units;
