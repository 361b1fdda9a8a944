//! Result of a verification, as data, text and JSON.

use super::chain::Chain;
use super::fault::AuditFault;
use crate::finding::{CleanWriter, Finding, FindingDocument, Findings, Place, counted, readable};
use crate::signing::PublicKey;
use schemars::JsonSchema;
use serde::Serialize;
use std::io::{self, Write};

/// Schema of the result as JSON.
pub const VERIFICATION_SCHEMA: &str = "quotient.verification/1";
/// Most findings of a verification; further ones are counted.
const MAX_FINDINGS: usize = 10_000;

/// Result of a verification.
#[derive(Debug, Clone, Default)]
pub struct Verification {
    /// Intact entries of the chain.
    pub entries: u64,
    /// Number of the first entry; `None` without one.
    pub first: Option<u64>,
    /// End of the chain; `None` without an entry.
    pub last: Option<Chain>,
    /// Lines written before the log had a chain, whose content cannot be verified.
    pub unchained: u64,
    /// Incomplete lines left by a crash, where the chain proves that no entry is missing.
    pub torn: u64,
    /// Number of the last entry that a signed head covers; `None` without one.
    pub signed_to: Option<u64>,
    /// Keys of the signed heads.
    pub keys: Vec<PublicKey>,
    /// Everything that does not hold, in the order of the log.
    pub findings: Findings,
    /// Findings beyond those listed.
    pub more: u64,
}

impl Verification {
    /// Returns true if the log is what was written.
    pub fn holds(&self) -> bool {
        !self.findings.has_errors()
    }

    /// Adds a finding at `place`, a file with the number of its line.
    pub(super) fn report(&mut self, place: &str, fault: AuditFault) {
        if self.findings.len() < MAX_FINDINGS {
            self.findings.push(Finding::from(fault).at(Place::file(place)));
        } else {
            self.more += 1;
        }
    }
}

/// The verification of the logs of a directory or file as JSON, schema `quotient.verification/1`.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(title = "Verification of a decision log")]
pub struct VerificationDocument {
    /// Name and version of this document.
    #[schemars(extend("const" = "quotient.verification/1"))]
    schema: &'static str,
    /// True if every log is what was written.
    holds: bool,
    /// The logs.
    logs: Vec<VerifiedLog>,
}

/// One log of a verification.
#[derive(Debug, Serialize, JsonSchema)]
struct VerifiedLog {
    /// Name of the log: that of its current file.
    log: String,
    /// True if it is what was written.
    holds: bool,
    /// Intact entries.
    entries: u64,
    /// Number of the first entry; null without one.
    first: Option<u64>,
    /// Number of the last entry; null without one.
    last: Option<u64>,
    /// Hash of the last entry; null without one.
    digest: Option<String>,
    /// Lines without a hash chain: changes to them cannot be found.
    unchained_lines: u64,
    /// Incomplete lines left by a crash, where the chain proves that no entry is missing.
    torn_lines: u64,
    /// Number of the last entry that a signed head covers; null without one.
    signed_to: Option<u64>,
    /// Public keys of the signed heads.
    keys: Vec<String>,
    /// Everything that does not hold.
    findings: Vec<FindingDocument>,
    /// Findings beyond the first 10,000.
    more_findings: u64,
}

/// Writes the verification of logs, each with its name, as one JSON object.
pub fn write_verification_json(logs: &[(String, Verification)], out: &mut dyn Write) -> io::Result<()> {
    let document = VerificationDocument {
        schema: VERIFICATION_SCHEMA,
        holds: logs.iter().all(|(_, log)| log.holds()),
        logs: logs.iter().map(|(name, log)| log.document(name)).collect(),
    };
    serde_json::to_writer_pretty(CleanWriter::json(&mut *out), &document)?;
    out.write_all(b"\n")
}

impl Verification {
    fn document(&self, name: &str) -> VerifiedLog {
        VerifiedLog {
            log: name.to_owned(),
            holds: self.holds(),
            entries: self.entries,
            first: self.first,
            last: self.last.map(|last| last.sequence),
            digest: self.last.map(|last| last.hash.to_hex().to_string()),
            unchained_lines: self.unchained,
            torn_lines: self.torn,
            signed_to: self.signed_to,
            keys: self.keys.iter().map(PublicKey::to_string).collect(),
            findings: FindingDocument::grouped(&self.findings),
            more_findings: self.more,
        }
    }

    /// Writes the result of the log called `name` as text, without the findings.
    pub fn write_text(&self, name: &str, out: &mut dyn Write) -> io::Result<()> {
        let name = readable(name);
        match (self.holds(), self.first, self.last) {
            (false, ..) => {
                let count = self.findings.len() as u64 + self.more;
                writeln!(out, "{name}: the log is not what was written, {}", counted(count, "finding"))?;
            }
            (true, Some(first), Some(last)) => {
                writeln!(out, "{name}: entries {first} to {} are what was written", last.sequence)?;
            }
            (true, ..) => writeln!(out, "{name}: no entry has a hash chain, so that nothing can be verified")?,
        }
        for (count, what) in [
            (self.torn, "incomplete lines left by a crash; no entry is missing there"),
            (self.unchained, "lines without a hash chain, whose changes cannot be found"),
        ] {
            if count > 0 {
                writeln!(out, "{count:>9}  {what}")?;
            }
        }
        if let (Some(signed), Some(last)) = (self.signed_to, self.last) {
            let keys: Vec<String> = self.keys.iter().map(PublicKey::to_string).collect();
            let after = counted(last.sequence.saturating_sub(signed), "entry");
            writeln!(out, "  signed up to entry {signed}, followed by {after}; key {}", keys.join(", "))?;
        }
        match self.last {
            Some(last) => writeln!(out, "  head: entry {}, hash {}", last.sequence, last.hash.to_hex()),
            None => Ok(()),
        }
    }
}
