//! The decision log: one [`Record`] for each decision, with enough to repeat it with the same rules.
//!
//! - [`Keeping`] makes the record: what is kept, what is masked ([`Masking`]), digests of the unmasked bytes.
//! - [`Log`] takes records from many tasks into one [`Sink`]: a file ([`LogFile`]), a stream ([`Stream`]), a collector
//!   ([`Collector`]). [`Mode`] decides about a decision that cannot be recorded.
//! - [`LogReader`] reads a log, [`decide_again`] repeats a decision, and [`compare`] finds the first difference.
//!
//! The log is JSON Lines: `quotient.decision/1`, and `quotient.dropped/1` where records are missing. A reader skips
//! lines that are not JSON: a crash may have left one incomplete.

mod collector;
mod difference;
mod file;
mod log;
mod masking;
mod post;
mod reading;
mod record;
mod replay;
mod report;
pub mod schema;
mod sink;
mod tokens;

pub use collector::{Collector, CollectorOptions};
pub use difference::{Difference, first_difference};
pub use file::{Disk, FileOptions, Files, LogFile};
pub use log::{Log, LogOptions, LogStats, Mode, Unrecorded};
pub use masking::{Masked, Masking, NotJson, Pointer, Policy};
pub use post::{BadAddress, CollectorAddress, Post};
pub use reading::{Entry, LogReader, files_of_log};
pub use record::{
    DECISION_SCHEMA, DROPPED_SCHEMA, Decision, Dropped, Given, Keeping, Omitted, Outcome, Record, Status, new_id,
};
pub use replay::{Obstacle, Told, Verdict, compare, compare_told, decide_again, input_of};
pub use report::{REPLAY_SCHEMA, Replay, ReplayDocument, Replayed, With};
pub use sink::{Sink, SinkFault, Stream};
