//! References to personal values, as events contain them.

use super::digest::Digest;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::str::FromStr;

/// Prefix of the written form.
const PREFIX: &str = "personal:";

/// Reference to a personal value, written `personal:<id>:<salted hash>`.
///
/// Events contain it in place of the value: as a string of the body, as actor, or as reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct PersonalRef {
    /// Id of the value in the ledger.
    pub id: u64,
    /// Hash of salt and value.
    pub hash: Digest,
}

impl fmt::Display for PersonalRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{PREFIX}{}:{}", self.id, self.hash.to_hex())
    }
}

/// Error of a text that is not a reference to a personal value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a reference to a personal value; write `personal:`, its id, `:` and 64 hex digits")]
pub struct NotAReference;

impl FromStr for PersonalRef {
    type Err = NotAReference;

    fn from_str(text: &str) -> Result<Self, NotAReference> {
        let (id, hash) = text.strip_prefix(PREFIX).and_then(|rest| rest.split_once(':')).ok_or(NotAReference)?;
        let number: u64 = id.parse().map_err(|_| NotAReference)?;
        let is_spelled = number.to_string() == id && i64::try_from(number).is_ok();
        Digest::from_hex(hash).filter(|_| is_spelled).map(|hash| Self { id: number, hash }).ok_or(NotAReference)
    }
}

impl Serialize for PersonalRef {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for PersonalRef {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}
