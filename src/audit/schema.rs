//! JSON Schemas of what the log holds and of what a replay reports.

use super::act::Act;
use super::head::Head;
use super::record::{Dropped, Record};
use super::report::ReplayDocument;
use super::sealing::Opened;
use super::verification::VerificationDocument;
use crate::report::schema::text_of;

/// Schema of `quotient.decision/1`, as committed in `schema/decision.schema.json`.
pub fn decision() -> String {
    text_of::<Record>()
}

/// Schema of `quotient.act/1`, as committed in `schema/act.schema.json`.
pub fn act() -> String {
    text_of::<Act>()
}

/// Schema of `quotient.dropped/1`, as committed in `schema/dropped.schema.json`.
pub fn dropped() -> String {
    text_of::<Dropped>()
}

/// Schema of `quotient.replay/1`, as committed in `schema/replay.schema.json`.
pub fn replay() -> String {
    text_of::<ReplayDocument<'static>>()
}

/// Schema of `quotient.opened/1`, as committed in `schema/opened.schema.json`.
pub fn opened() -> String {
    text_of::<Opened>()
}

/// Schema of `quotient.head/1`, as committed in `schema/head.schema.json`.
pub fn head() -> String {
    text_of::<Head>()
}

/// Schema of `quotient.verification/1`, as committed in `schema/verification.schema.json`.
pub fn verification() -> String {
    text_of::<VerificationDocument>()
}
