//! State that requests share, in the parts that handlers ask for.
//!
//! | part | holds |
//! | --- | --- |
//! | [`vendors::Vendors`] | the vendors and their revisions |
//! | [`lanes::Lanes`] | workers for single partners and for whole books |
//! | [`stores::Stores`] | memory for bodies, stored books, stored responses |
//! | [`telemetry::Telemetry`] | metrics, traces, events, the decision log |
//! | [`super::fleet::follow::Fleet`] | the replicas that share state with this server |
//! | [`gate::Gate`] | tokens, sessions, limits, accounts of callers, and whether the server is shutting down |

pub mod acts;
pub mod app;
pub mod attempts;
pub mod book_directory;
pub mod books;
pub mod callers;
pub mod collector_headers;
pub mod events;
pub mod exporter;
pub mod fair_queue;
pub mod gate;
pub mod lanes;
pub mod ledger_health;
pub mod limits;
pub mod local;
pub mod memory;
pub mod metrics;
pub mod otlp;
pub mod otlp_protobuf;
pub mod plan_books;
pub mod plans;
pub mod process;
pub mod recorder;
pub mod responses;
pub mod sessions;
pub mod set_aside;
pub mod sign_in;
pub mod span_options;
pub mod spans;
pub mod stored_proposal;
pub mod stores;
pub mod telemetry;
pub mod turns;
pub mod vendors;
