//! Snapshots: documents as they were, named by their digest.

use super::digest::Digest;
use super::fault::StoreFault;
use super::open::Store;
use crate::database::{Row, values};
use flate2::Compression;
use flate2::read::{DeflateDecoder, DeflateEncoder};
use std::io::Read;

/// Most bytes of a snapshot.
const MAX_SNAPSHOT: u64 = 512 << 20;
/// Form of content as it is.
const PLAIN: &str = "plain";
/// Form of compressed content (RFC 1951).
const DEFLATE: &str = "deflate";
/// Columns that [`content`] reads.
pub(super) const COLUMNS: &str = "digest, length, form, content";

impl Store {
    /// Stores `content`, unless the ledger has it already, and returns its digest.
    ///
    /// ```
    /// use quotient::ledger::store::Store;
    /// let directory = tempfile::tempdir()?;
    /// let mut store = Store::open(&directory.path().join("plans.ledger")).expect("a new ledger");
    /// let digest = store.put(b"a proposal").expect("room on the disk");
    /// assert_eq!(store.get(&digest).expect("an intact snapshot").as_deref(), Some(&b"a proposal"[..]));
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn put(&mut self, content: &[u8]) -> Result<Digest, StoreFault> {
        let (digest, length) = (Digest::of(content), content.len() as u64);
        if length > MAX_SNAPSHOT {
            return Err(StoreFault::TooLarge { what: "snapshot", bytes: length, limit: MAX_SNAPSHOT });
        }
        let mut packed = Vec::new();
        let is_packed = DeflateEncoder::new(content, Compression::default()).read_to_end(&mut packed).is_ok();
        let (form, stored) =
            if is_packed && packed.len() < content.len() { (DEFLATE, &packed[..]) } else { (PLAIN, content) };
        self.write(|transaction| {
            if !transaction.exists("SELECT 1 FROM snapshot WHERE digest = ?1", values![digest.as_bytes()])? {
                let insert = format!("INSERT INTO snapshot ({COLUMNS}) VALUES (?1, ?2, ?3, ?4)");
                transaction.execute(&insert, values![digest.as_bytes(), length, form, stored])?;
            }
            Ok(digest)
        })
    }

    /// Returns the content with this digest; `None` if the ledger does not have it.
    pub fn get(&self, digest: &Digest) -> Result<Option<Vec<u8>>, StoreFault> {
        let query = format!("SELECT {COLUMNS} FROM snapshot WHERE digest = ?1");
        let read = self.connection.first(&query, values![digest.as_bytes()], |row| Ok(content(row)));
        let Some(content) = read.map_err(|error| self.unreadable(&error))? else { return Ok(None) };
        let content = content.filter(|content| Digest::of(content) == *digest);
        content.map(Some).ok_or_else(|| StoreFault::ChangedSnapshot { digest: digest.to_string() })
    }
}

/// Returns the content in a row of [`COLUMNS`], not yet verified; `None` if it cannot be decoded.
pub(super) fn content(row: Row<'_>) -> Option<Vec<u8>> {
    let length: u64 = row.read(1)?;
    let stored = row.bytes(3)?;
    let content = match row.text(2)? {
        PLAIN => stored.to_vec(),
        DEFLATE => {
            let mut content = Vec::new();
            // One byte more shows that the length is wrong.
            DeflateDecoder::new(stored).take(length.min(MAX_SNAPSHOT) + 1).read_to_end(&mut content).ok()?;
            content
        }
        _ => return None,
    };
    (content.len() as u64 == length).then_some(content)
}
