//! The hash chain of the decision log: every entry carries the hash of the entry before it.
//!
//! An entry is one line. Its last three members are `sequence` (from 1), `previous` (the hash of the entry before; of
//! the first, zeros) and `hash`: BLAKE3 in its key derivation mode with the context
//! `quotient decision log, entry, 1`, over the bytes of the line before `,"hash":`. Nothing is normalised: one changed
//! byte is another hash.

use blake3::{Hash, Hasher};

/// Separates the hashes of entries from all others.
const CONTEXT: &str = "quotient decision log, entry, 1";
/// Hash before the first entry.
const BEGINNING: [u8; 32] = [0; 32];
/// Hex digits of a hash.
const DIGITS: usize = 64;

/// Links of an entry: its place in the chain, as the line states it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Link {
    /// Number of the entry, from 1.
    pub sequence: u64,
    /// Hash of the entry before.
    pub previous: Hash,
    /// Hash of this entry.
    pub hash: Hash,
    /// True if the bytes of the line have this hash.
    pub is_intact: bool,
}

impl Link {
    /// Reads the links of a line without its line break; `None` for a line that is not an entry of a chain.
    pub fn read(line: &[u8]) -> Option<Self> {
        let (hash, rest) = hash_before(line.strip_suffix(b"\"}")?)?;
        let sealed = rest.strip_suffix(b",\"hash\":\"")?;
        let (previous, rest) = hash_before(sealed.strip_suffix(b"\"")?)?;
        let rest = rest.strip_suffix(b",\"previous\":\"")?;
        let digits = rest.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
        let (rest, digits) = rest.split_at(rest.len().checked_sub(digits)?);
        rest.strip_suffix(b",\"sequence\":")?;
        let sequence = std::str::from_utf8(digits).ok()?.parse().ok()?;
        Some(Self { sequence, previous, hash, is_intact: hash_of(sealed) == hash })
    }

    /// Returns the end of a chain that ends with this entry.
    pub fn end(&self) -> Chain {
        Chain { sequence: self.sequence, hash: self.hash }
    }
}

/// Reads the hash at the end of `text`; it must be spelled in lower case.
fn hash_before(text: &[u8]) -> Option<(Hash, &[u8])> {
    let (rest, digits) = text.split_at(text.len().checked_sub(DIGITS)?);
    let hash = Hash::from_hex(digits).ok()?;
    (hash.to_hex().as_bytes() == digits).then_some((hash, rest))
}

fn hash_of(sealed: &[u8]) -> Hash {
    Hasher::new_derive_key(CONTEXT).update(sealed).finalize()
}

/// End of a chain: the number and the hash of its last entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Chain {
    /// Number of the last entry; 0 before the first.
    pub sequence: u64,
    /// Hash of the last entry; zeros before the first.
    pub hash: Hash,
}

impl Default for Chain {
    /// Returns the chain without entries.
    fn default() -> Self {
        Self { sequence: 0, hash: Hash::from_bytes(BEGINNING) }
    }
}

impl Chain {
    /// Appends `line` to `sealed` as the next entry, with its line break.
    ///
    /// A line is a JSON object with at least one member; any other line is appended as it is, outside the chain.
    ///
    /// ```
    /// use quotient::audit::{Chain, Link};
    /// let (mut chain, mut sealed) = (Chain::default(), Vec::new());
    /// chain.seal(b"{\"a\":1}\n", &mut sealed);
    /// let link = Link::read(sealed.trim_ascii_end()).unwrap();
    /// assert_eq!((link.sequence, link.is_intact, link.end()), (1, true, chain));
    /// ```
    pub fn seal(&mut self, line: &[u8], sealed: &mut Vec<u8>) {
        let line = line.strip_suffix(b"\n").unwrap_or(line);
        let Some(open) = line.strip_suffix(b"}").filter(|open| open.len() > 1) else {
            sealed.extend_from_slice(line);
            sealed.push(b'\n');
            return;
        };
        let (begin, sequence) = (sealed.len(), self.sequence.saturating_add(1));
        sealed.extend_from_slice(open);
        sealed
            .extend_from_slice(format!(",\"sequence\":{sequence},\"previous\":\"{}\"", self.hash.to_hex()).as_bytes());
        let hash = hash_of(sealed.get(begin..).unwrap_or_default());
        sealed.extend_from_slice(format!(",\"hash\":\"{}\"}}\n", hash.to_hex()).as_bytes());
        *self = Self { sequence, hash };
    }
}
