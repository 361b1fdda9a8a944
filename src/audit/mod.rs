//! The decision log: one [`Record`] per decision, with everything that is needed to repeat it with the rules of the time.
//!
//! - [`RecordContent`] makes the record: what it includes, what is masked ([`Masking`]), digests of the unmasked bytes.
//! - [`Log`] writes the records of many tasks to one [`Sink`]: a file ([`LogFile`]), a stream ([`Stream`]), a collector
//!   ([`Collector`]). [`Mode`] determines what happens to a decision that cannot be recorded.
//! - [`LogReader`] reads a log, [`replay()`] repeats a decision, and [`compare`] finds the first difference.
//!
//! The log is JSON Lines: `quotient.decision/1`, and `quotient.dropped/1` where records are missing. A reader skips
//! lines that are not JSON, because a crash can tear one. What administrators do is in the log as well ([`Act`]).
//!
//! In a file, the lines are entries of a hash chain ([`Chain`]), and heads of the chain are signed ([`Head`]). A
//! [`Verifier`] finds every line that is not what was written.

mod act;
mod chain;
mod client;
mod collector;
mod difference;
mod disk;
mod fault;
mod file;
mod head;
mod log;
mod masked_text;
mod masking;
mod outcome;
mod pointer;
mod queue;
mod reading;
mod record;
mod replay;
mod report;
pub mod schema;
mod sealing;
mod sink;
mod tokens;
mod verification;
mod verifying;
mod writer;

pub use act::{ACT_SCHEMA, Act, ActKind, ActStage, TokenChanges};
pub use chain::{Chain, Link};
pub use client::{BadAddress, CollectorAddress, CollectorClient};
pub use collector::{Collector, CollectorOptions};
pub use difference::{Difference, first_difference};
pub use disk::{Disk, Files};
pub use fault::AuditFault;
pub use file::{FileOptions, LogFile, Retention};
pub use head::{HEAD_SCHEMA, Head};
pub use log::Log;
pub use masking::{Masked, Masking, NotJson};
pub use outcome::{LoggedOutcome, Status};
pub use pointer::{Pointer, Policy};
pub use queue::{LogOptions, LogStats, Mode, Unrecorded};
pub use reading::{Entry, Line, LogReader, files_of_log, files_with_older, log_of};
pub use record::{
    DECISION_SCHEMA, DROPPED_SCHEMA, Decision, Dropped, Omitted, Outcome, Record, RecordContent, RecordedDefaults,
    new_id,
};
pub use replay::{Obstacle, Verdict, compare, compare_outcomes, input_of, replay};
pub use report::{REPLAY_SCHEMA, Replay, ReplayDocument, ReplayRules, Replayed};
pub use sealing::{OPENED_SCHEMA, Opened};
pub use sink::{Sink, SinkFault, Stream};
pub use verification::{VERIFICATION_SCHEMA, Verification, write_verification_json};
pub use verifying::{Expected, Verifier};
