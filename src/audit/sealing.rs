//! Sealing: the lines of a batch as entries of the chain, with the entries that the log adds itself.

use super::chain::Chain;
use super::head::Head;
use super::queue::now;
use crate::signing::SigningKey;
use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// Schema of the entry with which a process or a file begins.
pub const OPENED_SCHEMA: &str = "quotient.opened/1";
/// Entries after which a head is signed.
const SIGN_ENTRIES: u64 = 1_000;
/// Seconds after which a head is signed with the next batch.
const SIGN_SECONDS: i64 = 60;

/// The entry with which a process begins to write, and with which each file begins.
///
/// An incomplete line before it was left by a crash; anywhere else, a line that is not an entry was put there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(title = "Beginning of a process or file in the decision log")]
pub struct Opened {
    /// Name and version of this schema.
    #[schemars(extend("const" = "quotient.opened/1"))]
    pub schema: Cow<'static, str>,
    /// Time, RFC 3339 with milliseconds, UTC.
    pub time: String,
    /// Number of the oldest entry that the files of the log still have; earlier ones were removed on rotation.
    pub oldest: u64,
    /// Number of this entry in the log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sequence: Option<u64>,
    /// Hash of the entry before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous: Option<String>,
    /// Hash of this entry.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hash: Option<String>,
}

impl Opened {
    fn line(oldest: u64, time: DateTime<Utc>) -> Vec<u8> {
        let opened = Self {
            schema: OPENED_SCHEMA.into(),
            time: time.to_rfc3339_opts(SecondsFormat::Millis, true),
            oldest,
            sequence: None,
            previous: None,
            hash: None,
        };
        serde_json::to_vec(&opened).unwrap_or_default()
    }
}

/// Key for heads, and the entries since the last one.
#[derive(Debug)]
struct Signing {
    key: SigningKey,
    unsigned: u64,
    signed_at: DateTime<Utc>,
}

/// State of a chain that is being written.
#[derive(Debug, Default)]
pub(super) struct Sealing {
    pub chain: Chain,
    /// True once this process has begun in the current file.
    pub is_opened: bool,
    signing: Option<Signing>,
}

/// Lines that are sealed, not yet written.
#[derive(Debug)]
pub(super) struct Batch {
    pub bytes: Vec<u8>,
    /// End of the chain once they are written.
    chain: Chain,
    /// The head at the end of the batch.
    pub head: Option<Head>,
}

impl Sealing {
    /// Signs heads with `key`.
    pub fn sign_with(&mut self, key: SigningKey) {
        self.signing = Some(Signing { key, unsigned: 0, signed_at: now() });
    }

    /// Returns true if entries were written since the last head.
    pub fn is_head_due_at_close(&self) -> bool {
        self.signing.as_ref().is_some_and(|signing| signing.unsigned > 0)
    }

    /// Seals lines, each with its line break; `oldest` is the number of the oldest entry that the log still has, or
    /// `None` if it has none.
    pub fn seal(&self, lines: &[u8], oldest: Option<u64>, is_last: bool) -> Batch {
        let (mut chain, mut bytes) = (self.chain, Vec::with_capacity(lines.len() + lines.len() / 4 + 1_024));
        if !self.is_opened {
            chain.seal(&Opened::line(oldest.unwrap_or(chain.sequence.saturating_add(1)), now()), &mut bytes);
        }
        lines.split_inclusive(|byte| *byte == b'\n').for_each(|line| chain.seal(line, &mut bytes));
        let head = self.signing.as_ref().filter(|signing| {
            let entries = signing.unsigned + (chain.sequence - self.chain.sequence);
            is_last || entries >= SIGN_ENTRIES || now() - signing.signed_at >= TimeDelta::seconds(SIGN_SECONDS)
        });
        let head = head.map(|signing| Head::signed(&signing.key, chain, now()));
        if let Some(head) = &head {
            chain.seal(&head.line(), &mut bytes);
        }
        Batch { bytes, chain, head }
    }

    /// Records that a batch was written.
    pub fn written(&mut self, batch: &Batch) {
        if let Some(signing) = &mut self.signing {
            signing.unsigned += batch.chain.sequence.saturating_sub(self.chain.sequence);
            if batch.head.is_some() {
                (signing.unsigned, signing.signed_at) = (0, now());
            }
        }
        self.chain = batch.chain;
        self.is_opened = true;
    }
}
