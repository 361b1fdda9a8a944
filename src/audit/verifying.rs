//! Verification: whether the lines of a log are the entries that were written, all of them, once, and in order.

use super::chain::{Chain, Link};
use super::fault::AuditFault;
use super::head::{HEAD_SCHEMA, Head};
use super::reading::{Entry, Line};
use super::sealing::{OPENED_SCHEMA, Opened};
use super::verification::Verification;
use crate::signing::PublicKey;
use serde::Deserialize;
use std::borrow::Cow;

/// Conditions that a log must meet in addition to being one chain.
#[derive(Debug, Clone, Default)]
pub struct Expected {
    /// Head that was copied elsewhere.
    pub head: Option<Head>,
    /// Public keys that may sign heads; empty to accept any.
    pub keys: Vec<PublicKey>,
    /// True if the files are the whole log, so that removed old files are reported.
    pub is_complete: bool,
}

/// An entry after which the next one is expected.
#[derive(Debug, Clone)]
struct Last {
    end: Chain,
    place: String,
    /// False if its bytes are not those that were written, so that nothing follows from its hash.
    is_intact: bool,
}

/// Verifier of the lines of one log, oldest first.
#[derive(Debug, Default)]
pub struct Verifier {
    expected: Expected,
    done: Verification,
    last: Option<Last>,
    /// Lines since then that are not entries; what they are follows from the next entry.
    unknown: Vec<String>,
    /// Number and place of the first entry.
    first: Option<(u64, String)>,
    /// Oldest entry that the log has, according to the last entry of its kind.
    oldest: Option<u64>,
    has_met_head: bool,
    /// True once records without a chain were read.
    has_older_records: bool,
}

/// Name of the schema of a line.
#[derive(Deserialize)]
struct Schema<'a> {
    #[serde(borrow)]
    schema: Cow<'a, str>,
}

impl Verifier {
    /// Returns a verifier that has read nothing yet.
    pub fn new(expected: Expected) -> Self {
        Self { expected, ..Self::default() }
    }

    /// Verifies the next line, of the file with this name. Empty lines do not count.
    pub fn line(&mut self, file: &str, line: &Line<'_>) {
        if line.bytes.trim_ascii().is_empty() {
            return;
        }
        let place = format!("{file}:{}", line.number);
        match Link::read(line.bytes).filter(|_| line.is_whole) {
            Some(link) => self.entry(&link, line.bytes, place),
            None => self.other(line, place),
        }
    }

    /// Handles a line without links.
    fn other(&mut self, line: &Line<'_>, place: String) {
        match line.entry() {
            Entry::Torn if self.last.is_some() => self.unknown.push(place),
            Entry::Record(_)
            | Entry::Act(_)
            | Entry::Dropped(_)
            | Entry::Foreign
            | Entry::Opened(_)
            | Entry::Head(_)
                if self.last.is_some() =>
            {
                self.done.report(&place, AuditFault::NotAnEntry {});
            }
            // Older than the chain.
            entry => {
                self.has_older_records |= !matches!(entry, Entry::Torn);
                self.done.unchained += 1;
            }
        }
    }

    fn entry(&mut self, link: &Link, line: &[u8], place: String) {
        let schema = serde_json::from_slice(line).map_or_else(|_| String::new(), |read: Schema<'_>| read.schema.into());
        let is_opened = schema == OPENED_SCHEMA;
        if !link.is_intact {
            self.done.report(&place, AuditFault::ChangedEntry { sequence: link.sequence });
        }
        let is_next = match self.last.clone() {
            None => self.begin(link, &place, is_opened),
            Some(last) => self.follow(link, &last, &place, is_opened),
        };
        if !is_next {
            return;
        }
        if link.is_intact {
            self.done.entries += 1;
            self.intact(link, line, &schema, &place);
        }
        self.last = Some(Last { end: link.end(), place, is_intact: link.is_intact });
    }

    /// Handles the first entry.
    fn begin(&mut self, link: &Link, place: &str, is_opened: bool) -> bool {
        let is_first = link.sequence == 1 && Chain::default().hash == link.previous;
        let begins_file = is_opened && !self.has_older_records;
        if link.is_intact && !is_first && !begins_file {
            self.done.report(place, AuditFault::CutBeginning { sequence: link.sequence });
        }
        self.first = Some((link.sequence, place.to_owned()));
        true
    }

    /// Handles an entry after another; returns false if it does not continue the chain.
    fn follow(&mut self, link: &Link, last: &Last, place: &str, is_opened: bool) -> bool {
        let expected = last.end.sequence.saturating_add(1);
        let unknown = std::mem::take(&mut self.unknown);
        if link.sequence < expected {
            unknown.iter().for_each(|place| self.done.report(place, AuditFault::NotAnEntry {}));
            if link.is_intact {
                self.done.report(place, AuditFault::RepeatedEntry { sequence: link.sequence, last: last.end.sequence });
            }
            return false;
        }
        let is_gap = link.sequence > expected;
        for place in unknown {
            match (is_gap, is_opened && link.is_intact) {
                (true, _) => self.done.report(&place, AuditFault::DamagedEntry {}),
                (false, true) => self.done.torn += 1,
                (false, false) => self.done.report(&place, AuditFault::NotAnEntry {}),
            }
        }
        if is_gap && link.is_intact {
            self.done.report(place, AuditFault::MissingEntries { from: expected, to: link.sequence - 1 });
        } else if !is_gap && last.is_intact && link.is_intact && link.previous != last.end.hash {
            self.done.report(&last.place, AuditFault::ReplacedEntry { sequence: last.end.sequence });
        }
        // The number of a changed line cannot be trusted.
        link.is_intact || !is_gap
    }

    /// Handles the content of an entry that is intact and in its place.
    fn intact(&mut self, link: &Link, line: &[u8], schema: &str, place: &str) {
        if schema == OPENED_SCHEMA {
            let opened = serde_json::from_slice::<Opened>(line).ok();
            self.oldest = opened.map(|opened| opened.oldest).or(self.oldest);
        } else if schema == HEAD_SCHEMA {
            self.head(link, line, place);
        }
        let met = self.expected.head.as_ref().and_then(Head::end).filter(|end| end.sequence == link.sequence);
        if let Some(end) = met {
            self.has_met_head = true;
            if end.hash != link.hash {
                self.done.report(place, AuditFault::OtherThanHead { sequence: link.sequence });
            }
        }
    }

    fn head(&mut self, link: &Link, line: &[u8], place: &str) {
        let head = Head::parse(line).filter(|head| head.names_entry_before(link));
        let Some(key) = head.and_then(|head| head.signed_by()) else {
            return self.done.report(place, AuditFault::BadSignature { sequence: link.sequence });
        };
        if !self.is_expected(key) {
            return self.done.report(place, AuditFault::OtherKey { key: key.to_string() });
        }
        self.done.signed_to = Some(link.sequence.saturating_sub(1));
        if !self.done.keys.contains(&key) {
            self.done.keys.push(key);
        }
    }

    fn is_expected(&self, key: PublicKey) -> bool {
        self.expected.keys.is_empty() || self.expected.keys.contains(&key)
    }

    /// Ends the log, which is called `log` in findings about the whole of it.
    pub fn finish(mut self, log: &str) -> Verification {
        // A crash left them, and nothing was written since.
        self.done.torn += self.unknown.len() as u64;
        self.done.last = self.last.as_ref().map(|last| last.end);
        self.done.first = self.first.as_ref().map(|(first, _)| *first);
        if let (Some((first, place)), Some(oldest), true) = (&self.first, self.oldest, self.expected.is_complete)
            && *first > oldest
        {
            self.done.report(place, AuditFault::MissingEntries { from: oldest, to: first - 1 });
        }
        if !self.expected.keys.is_empty() && self.done.signed_to.is_none() {
            self.done.report(log, AuditFault::NoSignature {});
        }
        self.compare_head(log);
        self.done
    }

    /// Compares the log with a head that was copied elsewhere.
    fn compare_head(&mut self, log: &str) {
        let Some(head) = self.expected.head.clone() else { return };
        let signed_by = head.signed_by();
        if head.signature.is_some() && signed_by.is_none() {
            self.done.report("head", AuditFault::BadHead {});
        } else if let Some(key) = signed_by.filter(|key| !self.is_expected(*key)) {
            self.done.report("head", AuditFault::OtherKey { key: key.to_string() });
        } else if signed_by.is_none() && !self.expected.keys.is_empty() {
            self.done.report("head", AuditFault::BadHead {});
        }
        let last = self.last.as_ref().map_or(0, |last| last.end.sequence);
        if head.last > last {
            let place = self.last.as_ref().map_or(log, |last| &last.place).to_owned();
            self.done.report(&place, AuditFault::CutEnd { last, head: head.last });
        } else if !self.has_met_head {
            self.done.report(log, AuditFault::HeadBeforeLog { head: head.last });
        }
    }
}
