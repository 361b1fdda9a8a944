//! JSON Schemas of what the log holds and of what a replay reports.

use super::record::{Dropped, Record};
use super::report::ReplayDocument;
use crate::report::schema::text_of;

/// Schema of `quotient.decision/1`, as committed in `schema/decision.schema.json`.
pub fn decision() -> String {
    text_of::<Record>()
}

/// Schema of `quotient.dropped/1`, as committed in `schema/dropped.schema.json`.
pub fn dropped() -> String {
    text_of::<Dropped>()
}

/// Schema of `quotient.replay/1`, as committed in `schema/replay.schema.json`.
pub fn replay() -> String {
    text_of::<ReplayDocument<'static>>()
}
