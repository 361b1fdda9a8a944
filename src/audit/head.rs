//! Heads of the log: the last entry at a time, signed, so that a copy elsewhere proves what the log contained.

use super::chain::{Chain, Link};
use super::fault::AuditFault;
use crate::finding::{Finding, Place};
use crate::signing::{PublicKey, SigningKey, read_small};
use blake3::Hash;
use chrono::{DateTime, SecondsFormat, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::path::Path;

/// Schema of a head.
pub const HEAD_SCHEMA: &str = "quotient.head/1";
/// First bytes of what is signed, so that a signature is valid for heads only.
const STATEMENT: &[u8] = b"quotient decision log, head, 1\n";

/// A head: the last entry of the log at a time, as an entry of the log itself and as a file beside it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(title = "Head of a decision log")]
pub struct Head {
    /// Name and version of this schema.
    #[schemars(extend("const" = "quotient.head/1"))]
    pub schema: Cow<'static, str>,
    /// Time of the head, RFC 3339 with milliseconds, UTC.
    pub time: String,
    /// Number of the last entry.
    pub last: u64,
    /// Hash of that entry, in hex digits.
    pub digest: String,
    /// Ed25519 public key of the signature, in hex digits; null for a head that is not signed.
    pub public_key: Option<String>,
    /// Ed25519 signature of the line `quotient decision log, head, 1`, the number (8 bytes, little-endian), the 32 bytes
    /// of the hash and the characters of the time; in hex digits.
    pub signature: Option<String>,
    /// Number of this entry in the log; absent outside the log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sequence: Option<u64>,
    /// Hash of the entry before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous: Option<String>,
    /// Hash of this entry.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hash: Option<String>,
}

impl Head {
    /// Returns the head of a chain at `time`, not signed.
    pub fn unsigned(chain: Chain, time: DateTime<Utc>) -> Self {
        Self {
            schema: HEAD_SCHEMA.into(),
            time: time.to_rfc3339_opts(SecondsFormat::Millis, true),
            last: chain.sequence,
            digest: chain.hash.to_hex().to_string(),
            public_key: None,
            signature: None,
            sequence: None,
            previous: None,
            hash: None,
        }
    }

    /// Reads a head from JSON; `None` if it is not one.
    pub fn parse(text: &[u8]) -> Option<Self> {
        serde_json::from_slice(text).ok().filter(|head: &Self| head.schema == HEAD_SCHEMA)
    }

    /// Reads the file of a head.
    pub fn read(path: &Path) -> Result<Self, Finding> {
        let shown = path.display().to_string();
        let bytes = read_small(path)
            .map_err(|error| AuditFault::Unreadable { path: shown.clone(), reason: error.to_string() })?;
        Self::parse(&bytes)
            .filter(|head| head.end().is_some())
            .ok_or_else(|| Finding::from(AuditFault::NotAHead { file: shown.clone() }).at(Place::file(shown)))
    }

    /// Returns the head of a chain at `time`, signed with `key`.
    pub fn signed(key: &SigningKey, chain: Chain, time: DateTime<Utc>) -> Self {
        let head = Self::unsigned(chain, time);
        let signature = key.sign(&statement(chain, &head.time));
        Self { public_key: Some(key.public_key().to_string()), signature: Some(signature), ..head }
    }

    /// Returns the end of the chain that the head names; `None` if its hash is not one.
    pub fn end(&self) -> Option<Chain> {
        Some(Chain { sequence: self.last, hash: Hash::from_hex(&self.digest).ok()? })
    }

    /// Returns true if this head, as the entry with these links, names the entry before it.
    pub fn names_entry_before(&self, link: &Link) -> bool {
        self.end() == Some(Chain { sequence: link.sequence.saturating_sub(1), hash: link.previous })
    }

    /// Returns the key whose signature the head carries; `None` if it has none or an invalid one.
    pub fn signed_by(&self) -> Option<PublicKey> {
        let key = PublicKey::from_hex(self.public_key.as_deref()?)?;
        let statement = statement(self.end()?, &self.time);
        key.verifies(&statement, self.signature.as_deref()?).then_some(key)
    }

    /// Returns the head as one line of JSON, with its line break.
    pub fn line(&self) -> Vec<u8> {
        let mut line = serde_json::to_vec(self).unwrap_or_default();
        line.push(b'\n');
        line
    }
}

fn statement(chain: Chain, time: &str) -> Vec<u8> {
    [STATEMENT, &chain.sequence.to_le_bytes(), chain.hash.as_bytes(), time.as_bytes()].concat()
}
