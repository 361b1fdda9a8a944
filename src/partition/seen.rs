//! The partners that a step has seen: how many, and a fingerprint of their facts.

use super::written::{Hash, Written};
use crate::channel::PartnerBook;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Partners that a step has seen. Parts add up in any order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Seen {
    /// Number of partners.
    pub partners: u64,
    /// Sum of the hashes of their facts, modulo 2^128, as 32 hex digits: partners that are missing, doubled or changed show
    /// in it.
    pub fingerprint: Written<Hash>,
}

impl Default for Seen {
    fn default() -> Self {
        Self { partners: 0, fingerprint: Written(Hash(0)) }
    }
}

impl Seen {
    /// The partners of a book.
    pub fn of(book: &PartnerBook) -> Self {
        let mut seen = Self::default();
        (0..book.partners.len()).for_each(|index| seen.add(Hash(book.partner_hash(index))));
        seen
    }

    /// Adds a partner by the hash of its facts.
    pub fn add(&mut self, facts: Hash) {
        self.merge(&Self { partners: 1, fingerprint: Written(facts) });
    }

    /// Adds the partners of another part.
    pub fn merge(&mut self, other: &Self) {
        self.partners += other.partners;
        self.fingerprint.0.0 = self.fingerprint.0.0.wrapping_add(other.fingerprint.0.0);
    }
}
