//! The hash of a book's facts, whatever files, encodings or order of rows they came in.

use super::{ExtraTable, Partner, PartnerBook};
use rayon::prelude::*;
use std::hash::{Hash, Hasher};

/// Partners hashed as one piece; a part of the hash's definition.
const PIECE: usize = 4096;
/// Bytes gathered before they are hashed; many values are a few bytes long.
const BUFFER: usize = 1 << 16;
/// Bytes that the facts of one partner take, mostly.
const USUAL: usize = 1 << 12;

impl PartnerBook {
    /// Hash of everything the book says: hex digits, equal for equal facts.
    ///
    /// The order of rows, the names of files, and how a table was written make no difference.
    ///
    /// ```
    /// # use quotient::channel::PartnerBook;
    /// # use quotient::units::Currency;
    /// let currency: Currency = "EUR".parse()?;
    /// let (one, other) = (PartnerBook::new(currency, Vec::new()), PartnerBook::new(currency, Vec::new()));
    /// assert_eq!(one.facts_hash(), other.facts_hash());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn facts_hash(&self) -> String {
        self.hash_with(true)
    }

    /// Hash of everything the book says but for its targets and locks, which a plan keeps as it was opened with them.
    pub fn facts_without_tables(&self) -> String {
        self.hash_with(false)
    }

    fn hash_with(&self, has_tables: bool) -> String {
        let hash_of = |piece: &[Partner]| digest(|hasher| piece.hash(hasher));
        let pieces: Vec<blake3::Hash> = match self.partners.len() {
            0..=PIECE => self.partners.chunks(PIECE).map(hash_of).collect(),
            _ => self.partners.par_chunks(PIECE).map(hash_of).collect(),
        };
        let whole = digest(|hasher| {
            self.currency.to_string().hash(hasher);
            self.partners.len().hash(hasher);
            pieces.iter().for_each(|piece| hasher.write(piece.as_bytes()));
            self.market.hash(hasher);
            // A book without dates has the hash that it had before there were any.
            if !self.dated_market.is_empty() {
                self.dated_market.hash(hasher);
            }
            if has_tables {
                let mut locks: Vec<_> = self.locks.iter().collect();
                locks.sort_by_key(|lock| (&lock.partner_id, &lock.segment));
                locks.hash(hasher);
                let mut targets: Vec<_> = self.targets.iter().map(|target| (&target.segment, target.amount)).collect();
                targets.sort_by_key(|(segment, _)| *segment);
                targets.iter().for_each(|target| target.hash(hasher));
            }
            self.extra_tables.iter().for_each(|table| extra(table, hasher));
            let is_counted = |table: &&String| has_tables || !matches!(table.as_str(), "locks" | "targets");
            self.tables.keys().filter(is_counted).for_each(|table| table.hash(hasher));
        });
        whole.to_hex().to_string()
    }
}

impl PartnerBook {
    /// Hash of what the book says about the partner at `index`, with its rows of extra tables: 128 bits, equal for
    /// equal facts whatever other partners the book has; 0 beyond the last partner.
    ///
    /// ```
    /// # use quotient::intake::{JsonPart, ReadOptions, read_book_json};
    /// let book = |text| {
    ///     let part = JsonPart { file: "book", pointer: "", name: "book", text };
    ///     read_book_json(&part, &ReadOptions::default()).into_result().unwrap().0
    /// };
    /// let one = book(r#"{"partners": [{"partner_id": "B"}], "revenue": []}"#);
    /// let two = book(r#"{"partners": [{"partner_id": "A"}, {"partner_id": "B"}], "revenue": []}"#);
    /// assert_eq!(one.partner_hash(0), two.partner_hash(1));
    /// ```
    pub fn partner_hash(&self, index: usize) -> u128 {
        let Some(partner) = self.partners.get(index) else { return 0 };
        let whole = digest(|hasher| {
            partner.hash(hasher);
            for table in &self.extra_tables {
                let from = table.rows.partition_point(|row| row.partner < index);
                let own = table.rows.iter().skip(from).take_while(|row| row.partner == index);
                // Columns without a value: another part of the book may have them.
                let cells = own.map(|row| table.columns.iter().zip(&row.values).filter(|(_, value)| !value.is_empty()));
                let mut rows: Vec<Vec<_>> = cells.map(Iterator::collect).collect();
                rows.iter_mut().for_each(|row| row.sort_unstable());
                rows.sort_unstable();
                if !rows.is_empty() {
                    (&table.name, rows).hash(hasher);
                }
            }
        });
        u128::from_be_bytes(whole.as_bytes().first_chunk::<16>().copied().unwrap_or_default())
    }
}

/// Rows by partner and content: their numbers are only for findings.
fn extra(table: &ExtraTable, hasher: &mut Digest) {
    let mut rows: Vec<_> = table.rows.iter().map(|row| (row.partner, &row.values)).collect();
    rows.sort();
    (&table.name, &table.columns, rows).hash(hasher);
}

fn digest(write: impl FnOnce(&mut Digest)) -> blake3::Hash {
    let mut digest = Digest { hasher: blake3::Hasher::new(), buffer: Vec::with_capacity(USUAL) };
    write(&mut digest);
    digest.hasher.update(&digest.buffer);
    digest.hasher.finalize()
}

/// BLAKE3 behind the standard way of hashing, the same on every machine.
struct Digest {
    hasher: blake3::Hasher,
    buffer: Vec<u8>,
}

impl Hasher for Digest {
    fn write(&mut self, bytes: &[u8]) {
        if self.buffer.len() + bytes.len() > BUFFER {
            self.hasher.update(&self.buffer);
            self.buffer.clear();
        }
        self.buffer.extend_from_slice(bytes);
    }

    fn write_u16(&mut self, number: u16) {
        self.write(&number.to_le_bytes());
    }

    fn write_u32(&mut self, number: u32) {
        self.write(&number.to_le_bytes());
    }

    fn write_u64(&mut self, number: u64) {
        self.write(&number.to_le_bytes());
    }

    fn write_u128(&mut self, number: u128) {
        self.write(&number.to_le_bytes());
    }

    fn write_usize(&mut self, number: usize) {
        self.write_u64(number as u64);
    }

    /// The hash is taken from [`digest`]; nothing asks for 64 bits of it.
    fn finish(&self) -> u64 {
        0
    }
}
