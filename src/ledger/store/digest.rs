//! SHA-256 digests: of events, snapshots and personal values; any tool can recompute them.

use ring::digest::{Context, SHA256, digest};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt::{self, Write as _};
use std::str::FromStr;

/// Prefix of the written form.
const PREFIX: &str = "sha256:";

/// SHA-256 digest, written `sha256:` with 64 hex digits in lower case.
///
/// A string of exactly this form in the body of an event refers to a snapshot, which must be in the ledger. Any other
/// digest is written as [`Digest::to_hex`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Digest([u8; 32]);

impl Digest {
    /// Returns the digest of `content`.
    ///
    /// ```
    /// use quotient::ledger::store::Digest;
    /// let digest = Digest::of(b"abc");
    /// assert!(digest.to_string().starts_with("sha256:ba7816bf8f01cfea"));
    /// assert_eq!(digest.to_string().parse(), Ok(digest));
    /// ```
    pub fn of(content: &[u8]) -> Self {
        Self::from_bytes(digest(&SHA256, content).as_ref()).unwrap_or_default()
    }

    /// Returns the digest with these bytes; `None` unless there are 32.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// Returns the 32 bytes.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Returns the 64 hex digits in lower case.
    pub fn to_hex(&self) -> String {
        self.0.iter().fold(String::with_capacity(64), |mut hex, byte| {
            let _ = write!(hex, "{byte:02x}"); // a string takes every write
            hex
        })
    }

    /// Returns the digest with these 64 hex digits in lower case.
    pub fn from_hex(hex: &str) -> Option<Self> {
        let digit = |byte: u8| match byte {
            b'0'..=b'9' => Some(byte - b'0'),
            b'a'..=b'f' => Some(byte - b'a' + 10),
            _ => None,
        };
        let (pairs, rest) = hex.as_bytes().as_chunks::<2>();
        let bytes: Option<Vec<u8>> = pairs.iter().map(|[high, low]| Some(digit(*high)? << 4 | digit(*low)?)).collect();
        bytes.filter(|_| rest.is_empty()).and_then(|bytes| Self::from_bytes(&bytes))
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{PREFIX}{}", self.to_hex())
    }
}

/// Error of a text that is not a digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a digest; write `sha256:` and 64 hex digits in lower case")]
pub struct NotADigest;

impl FromStr for Digest {
    type Err = NotADigest;

    fn from_str(text: &str) -> Result<Self, NotADigest> {
        text.strip_prefix(PREFIX).and_then(Self::from_hex).ok_or(NotADigest)
    }
}

impl Serialize for Digest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// Bytes that are gathered before they are hashed; most events have fewer.
const BUFFER: usize = 1 << 12;

/// Hash over fields of which none can run into the next.
pub(super) struct FieldHash {
    /// Begun once there are more bytes than the buffer holds.
    context: Option<Context>,
    buffer: Vec<u8>,
}

impl FieldHash {
    /// Begins a hash of the kind that `line` names.
    pub(super) fn new(line: &str) -> Self {
        let hash = Self { context: None, buffer: Vec::with_capacity(BUFFER) };
        hash.fixed(line.as_bytes()).fixed(b"\n")
    }

    /// Adds bytes of a fixed length.
    pub(super) fn fixed(mut self, bytes: &[u8]) -> Self {
        if self.buffer.len() + bytes.len() <= BUFFER {
            self.buffer.extend_from_slice(bytes);
            return self;
        }
        let context = self.context.get_or_insert_with(|| Context::new(&SHA256));
        context.update(&self.buffer);
        context.update(bytes);
        self.buffer.clear();
        self
    }

    /// Adds a number.
    pub(super) fn number(self, number: u64) -> Self {
        self.fixed(&number.to_be_bytes())
    }

    /// Adds a text with its length.
    pub(super) fn text(self, text: &str) -> Self {
        self.number(text.len() as u64).fixed(text.as_bytes())
    }

    /// Adds a text that can be missing.
    pub(super) fn optional(self, text: Option<&str>) -> Self {
        match text {
            Some(text) => self.text(text),
            None => self.number(u64::MAX),
        }
    }

    /// Returns the digest.
    pub(super) fn finish(self) -> Digest {
        let Some(mut context) = self.context else { return Digest::of(&self.buffer) };
        context.update(&self.buffer);
        Digest::from_bytes(context.finish().as_ref()).unwrap_or_default()
    }
}
