//! Report of a replay: counts, and every record with another outcome.

use super::difference::Difference;
use super::reading::Entry;
use super::record::Record;
use super::replay::{Obstacle, Verdict};
use super::verification::Verification;
use crate::finding::{CleanWriter, counted, readable};
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeMap;
use std::io::{self, Write};

/// Schema of the report.
pub const REPLAY_SCHEMA: &str = "quotient.replay/1";
/// Most records listed in a report.
const MAX_NAMED: usize = 10_000;

/// Rules of a replay.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReplayRules {
    /// The revision that decided.
    Recorded,
    /// The current rules.
    Current,
}

/// A record with another outcome.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Replayed {
    /// File of the log.
    pub file: String,
    /// Line of the file, from 1.
    pub line: u64,
    /// Identifier of the decision.
    pub id: String,
    /// Time of the decision.
    pub time: String,
    /// Kind of decision.
    pub kind: &'static str,
    /// Vendor whose rules decided.
    pub vendor: String,
    /// Revision that decided.
    pub revision: String,
    /// Identifier of the request.
    pub request_id: String,
    /// First difference of the response; null if the decision could not be replayed.
    pub difference: Option<Difference>,
    /// Obstacle to the replay; null if there was none.
    pub obstacle: Option<Obstacle>,
}

/// Counts of a replay so far.
#[derive(Debug, Clone, Default)]
pub struct Replay {
    /// Records with the same outcome.
    pub same: u64,
    /// Records with another outcome.
    pub different: u64,
    /// Records that could not be replayed, by obstacle.
    pub obstacles: BTreeMap<Obstacle, u64>,
    /// Incomplete lines left by a crash, where the chain proves that no record is missing.
    pub torn: u64,
    /// Lines that cannot be read: incomplete or damaged, where no chain shows which.
    pub unreadable: u64,
    /// Lines without a hash chain, whose changes cannot be found.
    pub unchained: u64,
    /// Lines of an unknown schema.
    pub foreign: u64,
    /// Records that the log reports as dropped.
    pub dropped: u64,
    /// The first records with another outcome, in the order of the log.
    pub named: Vec<Replayed>,
}

/// The report as JSON, schema `quotient.replay/1`.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(title = "Replay of a decision log")]
pub struct ReplayDocument<'a> {
    /// Name and version of this document.
    #[schemars(extend("const" = "quotient.replay/1"))]
    schema: &'static str,
    /// Rules of the replay.
    with: ReplayRules,
    /// Records in the log.
    records: u64,
    /// Records with the same outcome.
    same: u64,
    /// Records with another outcome.
    different: u64,
    /// Records that could not be replayed.
    not_replayable: u64,
    /// Records that could not be replayed, by obstacle.
    obstacles: &'a BTreeMap<Obstacle, u64>,
    /// Incomplete lines left by a crash, where the hash chain proves that no record is missing.
    torn_lines: u64,
    /// Lines that cannot be read: incomplete or damaged.
    unreadable_lines: u64,
    /// Lines without a hash chain: changes to them cannot be found.
    unchained_lines: u64,
    /// Lines of an unknown schema.
    foreign_lines: u64,
    /// Records that the log reports as dropped.
    dropped: u64,
    /// The first 10,000 records with another outcome, in the order of the log.
    named: &'a [Replayed],
}

impl Replay {
    /// Counts a line that is not a record; returns false for a record.
    pub fn count_line(&mut self, entry: &Entry) -> bool {
        match entry {
            Entry::Record(_) => return false,
            Entry::Dropped(dropped) => self.dropped += dropped.dropped,
            Entry::Act(_) | Entry::Opened(_) | Entry::Head(_) => {}
            Entry::Torn => self.unreadable += 1,
            Entry::Foreign => self.foreign += 1,
        }
        true
    }

    /// Adds what the verification of the log has proven about its lines.
    pub fn add_verified(&mut self, verified: &Verification) {
        self.unchained += verified.unchained;
        self.torn += verified.torn;
        self.unreadable = self.unreadable.saturating_sub(verified.torn);
    }

    /// Counts the record at `line` of `file`.
    pub fn count(&mut self, record: &Record, (file, line): (&str, u64), verdict: Verdict) {
        let (difference, obstacle) = match verdict {
            Verdict::Same => {
                self.same += 1;
                return;
            }
            Verdict::Different(difference) => {
                self.different += 1;
                (Some(difference), None)
            }
            Verdict::NotReplayable(obstacle) => {
                *self.obstacles.entry(obstacle).or_default() += 1;
                (None, Some(obstacle))
            }
        };
        if self.named.len() < MAX_NAMED {
            self.named.push(Replayed {
                file: file.to_owned(),
                line,
                id: record.id.clone(),
                time: record.time.clone(),
                kind: record.kind.as_str(),
                vendor: record.vendor.clone(),
                revision: record.revision.clone(),
                request_id: record.request_id.clone(),
                difference,
                obstacle,
            });
        }
    }

    /// Records that could not be replayed.
    pub fn not_replayable(&self) -> u64 {
        self.obstacles.values().sum()
    }

    /// Records in the log.
    pub fn records(&self) -> u64 {
        self.same + self.different + self.not_replayable()
    }

    /// Writes the report as one JSON object.
    pub fn write_json(&self, with: ReplayRules, out: &mut dyn Write) -> io::Result<()> {
        let document = ReplayDocument {
            schema: REPLAY_SCHEMA,
            with,
            records: self.records(),
            same: self.same,
            different: self.different,
            not_replayable: self.not_replayable(),
            obstacles: &self.obstacles,
            torn_lines: self.torn,
            unreadable_lines: self.unreadable,
            unchained_lines: self.unchained,
            foreign_lines: self.foreign,
            dropped: self.dropped,
            named: &self.named,
        };
        serde_json::to_writer_pretty(CleanWriter::json(&mut *out), &document)?;
        out.write_all(b"\n")
    }

    /// Writes the report as text, with at most `shown` records.
    pub fn write_text(&self, with: ReplayRules, shown: usize, out: &mut dyn Write) -> io::Result<()> {
        for replayed in self.named.iter().take(shown) {
            let (kind, vendor) = (replayed.kind, readable(&replayed.vendor));
            let place = format!("{}:{}", readable(&replayed.file), replayed.line);
            writeln!(out, "{} {} {kind} of {vendor} ({place})", readable(&replayed.time), readable(&replayed.id))?;
            if let Some(difference) = &replayed.difference {
                let at = if difference.pointer.is_empty() { "the whole response" } else { &difference.pointer };
                let value = |value: &Option<String>| value.clone().map_or("nothing".to_owned(), |text| readable(&text));
                writeln!(out, "  {}: {} -> {}", readable(at), value(&difference.before), value(&difference.after))?;
            }
            if let Some(obstacle) = replayed.obstacle {
                writeln!(out, "  not replayable: {}", obstacle.as_str())?;
            }
        }
        let all = self.different + self.not_replayable();
        let left = all.saturating_sub(shown.min(self.named.len()) as u64);
        if left > 0 {
            writeln!(out, "... and {left} more")?;
        }
        let rules = match with {
            ReplayRules::Recorded => "the rules that decided them",
            ReplayRules::Current => "the current rules",
        };
        writeln!(out, "{} replayed with {rules}:", counted(self.records(), "record"))?;
        let mut row = |count: u64, what: &str| writeln!(out, "{count:>9}  {what}");
        row(self.same, "same")?;
        row(self.different, "different")?;
        row(self.not_replayable(), "not replayable")?;
        for (obstacle, count) in &self.obstacles {
            row(*count, &format!("  {}", obstacle.as_str()))?;
        }
        for (count, what) in [
            (self.torn, "incomplete lines left by a crash; no record is missing there"),
            (self.unreadable, "unreadable lines: incomplete or damaged"),
            (self.unchained, "lines without a hash chain, whose changes cannot be found"),
            (self.foreign, "lines of an unknown schema"),
            (self.dropped, "records missing according to the log"),
        ] {
            if count > 0 {
                row(count, what)?;
            }
        }
        Ok(())
    }
}
