//! Data of the book that rules read beside the facts of a line: records of its extra tables, and the peers of the line.

use super::lines::Lines;
use crate::channel::{LineFacts, PartnerBook};
use crate::finding::{Finding, Findings};
use crate::plugin::VendorPlugin;
use crate::script::{Beside, ExtraTables, Facts, PeerLine, Peers};
use rayon::prelude::*;
use std::sync::Arc;

/// Partners below which spreading over threads costs more than it saves.
const FEWEST_APART: usize = 128;

/// Data of a book that the rules of a vendor read; empty for rules that read nothing of it.
#[derive(Debug)]
pub(super) struct BesideLines {
    records: Option<ExtraTables>,
    peers: Option<Peers>,
}

impl BesideLines {
    /// Reads the tables and compares the lines, as far as the rules ask for it. Must run on script threads.
    ///
    /// Fails with the columns that a table lacks. A book of one partner has no peers: its rules fail when they ask.
    pub fn new(plugin: &VendorPlugin, book: &PartnerBook, lines: &Lines<'_>) -> Result<Self, Findings> {
        let read = plugin.tables_read();
        let tables = &plugin.manifest.tables;
        let records = if read.is_empty() { None } else { Some(ExtraTables::typed_only(book, tables, read)?) };
        Ok(Self { records, peers: peers(plugin, book, lines)? })
    }

    /// Cells of a partner's records that cannot be read.
    pub fn faults_of(&self, partner: usize) -> Vec<Finding> {
        self.records.iter().flat_map(|records| records.faults_of(partner)).cloned().collect()
    }

    /// Returns the facts of a line of the partner at `partner` in the book, with what rules read beside them.
    pub fn facts(&self, partner: usize, line: &Arc<LineFacts>) -> Facts {
        let facts = Facts::new(Arc::clone(line));
        if self.records.is_none() && self.peers.is_none() {
            return facts;
        }
        let records = self.records.as_ref().map(|records| records.of(partner)).unwrap_or_default();
        facts.with(Beside { records, peers: self.peers.clone() })
    }
}

/// The peers of all lines that get a quota; the same on any number of threads.
fn peers(plugin: &VendorPlugin, book: &PartnerBook, lines: &Lines<'_>) -> Result<Option<Peers>, Findings> {
    let Some(reader) = plugin.peer_reader().filter(|_| book.partners.len() > 1) else { return Ok(None) };
    let of_partner = |index: &usize| -> Result<Vec<PeerLine>, Finding> {
        let facts = lines.facts(&book.partners[*index]).into_iter();
        facts.map(|(_, facts)| reader.read(&Facts::new(Arc::new(facts)))).collect()
    };
    let read: Vec<Result<Vec<PeerLine>, Finding>> =
        lines.eligible.par_iter().with_min_len(FEWEST_APART).map(of_partner).collect();
    let mut all = Vec::with_capacity(read.len());
    let mut findings = Findings::new();
    for (index, read) in lines.eligible.iter().zip(read) {
        match read {
            Ok(of_partner) => all.extend(of_partner),
            Err(finding) => {
                let partner = book.partners[*index].id.to_string();
                let finding = finding.in_context(|context| context.partner = Some(partner));
                findings.push_capped(finding, MAX_ALIKE);
            }
        }
    }
    if findings.has_errors() { Err(findings) } else { Ok(Some(reader.peers(all))) }
}

/// Partners whose attributes cannot be read that are shown one by one.
const MAX_ALIKE: usize = 20;
