//! Administrative acts in the log, schema `quotient.act/1`: who changed the rules in effect, or the callers.

use crate::finding::CleanWriter;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// Schema of an administrative act.
pub const ACT_SCHEMA: &str = "quotient.act/1";

crate::words! {
    /// Kind of an administrative act.
    pub enum ActKind {
        /// The directories of vendors are reloaded.
        Reload = "reload",
        /// A revision is pinned.
        Pin = "pin",
        /// The pin of a revision is removed.
        Unpin = "unpin",
        /// A vendor is rolled back to an earlier revision.
        RollBack = "rollback",
        /// The tokens are replaced.
        Tokens = "tokens",
    }

    /// Stage of an administrative act. An entry `requested` without another one of the same id was interrupted.
    pub enum ActStage {
        /// Before it is carried out.
        Requested = "requested",
        /// It was carried out.
        Done = "done",
        /// It was refused, and changed nothing.
        Refused = "refused",
    }
}

/// Names of tokens that a change of the tokens file concerns.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TokenChanges {
    /// New names.
    pub added: Vec<String>,
    /// Names that are not valid any more.
    pub removed: Vec<String>,
    /// Names whose secret, scopes, vendors, dates or limits changed.
    pub changed: Vec<String>,
}

impl TokenChanges {
    /// Returns true when nothing changed.
    pub fn is_empty(&self) -> bool {
        self.added.is_empty() && self.removed.is_empty() && self.changed.is_empty()
    }
}

/// One stage of an administrative act, as one line of the decision log.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[schemars(title = "Administrative act in the decision log")]
pub struct Act {
    /// Name and version of this schema.
    #[schemars(extend("const" = "quotient.act/1"))]
    pub schema: Cow<'static, str>,
    /// Identifier, a UUID of version 7; all stages of an act have the same.
    pub id: String,
    /// Time of this stage, RFC 3339 with milliseconds, UTC.
    pub time: String,
    /// Kind of act.
    pub kind: ActKind,
    /// Stage.
    pub stage: ActStage,
    /// Vendor; null for an act on all vendors or on tokens.
    pub vendor: Option<String>,
    /// Digest of the requested revision; null when none was requested.
    pub revision: Option<String>,
    /// Revisions in use at this stage, by vendor; null for a vendor without a usable one.
    pub in_use: BTreeMap<String, Option<String>>,
    /// Reason that the caller stated; null without one.
    pub reason: Option<String>,
    /// Names of tokens; null for acts on vendors, and for a tokens file that was refused.
    pub tokens: Option<TokenChanges>,
    /// Code of the first error of a refused act; null otherwise.
    pub code: Option<String>,
    /// Name of the caller's token; null without one, such as for a signal or a changed file.
    pub caller: Option<String>,
    /// Identifier of the request; null for a signal or a changed file.
    pub request_id: Option<String>,
    /// Identifier of the trace that the request belongs to.
    pub trace_id: Option<String>,
    /// Number of this entry in the log; absent where the log has no chain.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sequence: Option<u64>,
    /// Hash of the entry before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous: Option<String>,
    /// Hash of this entry.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hash: Option<String>,
}

impl Act {
    /// Returns the stage as one line of the log, with its line break.
    pub fn line(&self) -> Vec<u8> {
        let mut line = Vec::new();
        // Writing to memory cannot fail, and an act has nothing that JSON cannot hold.
        let written = serde_json::to_writer(CleanWriter::json(&mut line), self);
        debug_assert!(written.is_ok(), "an act is JSON");
        line.push(b'\n');
        line
    }
}
