//! The one integration test binary; its modules mirror `src`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // what a test cannot do, it says

mod architecture;
mod audit;
mod bundle;
mod cancel;
mod channel;
mod cli;
mod decision;
mod dependencies;
mod deploy;
mod document;
mod documents;
mod engine;
mod facts;
mod figure;
mod finding;
mod fuzzing;
mod golden;
mod guide;
mod intake;
mod ledger;
mod library;
mod links;
mod measure;
mod methods;
mod partition;
mod patience;
mod performance;
mod planning;
mod plugin;
mod power;
mod quality;
mod quota;
mod real_data;
mod report;
mod request;
mod review;
mod script;
mod server;
mod signing;
mod sources;
mod support;
mod units;

/// An amount in US dollars.
fn usd(amount: impl Into<rust_decimal::Decimal>) -> quotient::units::Money {
    quotient::units::Money::new(amount, quotient::units::Currency::USD)
}
