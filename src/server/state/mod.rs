//! What all requests share: the vendors, the queues of work, stored books and responses, metrics, traces and the decision log.

pub mod answers;
pub mod app;
pub mod books;
pub mod events;
pub mod fair_queue;
pub mod metrics;
pub mod otlp;
pub mod recorder;
pub mod spans;
