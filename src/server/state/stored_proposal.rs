//! A stored proposal: the lines that a plan was opened with, and what the rules said about each.

use crate::ledger::plan::LineKey;
use crate::ledger::store::Digest;
use serde::Deserialize;
use serde_json::value::RawValue;
use std::collections::BTreeMap;

/// Lines of a stored proposal. Amounts are the text of the proposal.
pub struct StoredProposal {
    /// Digest of the document.
    pub digest: Digest,
    /// Names of the reporting periods, in order.
    pub periods: Vec<String>,
    /// Its lines.
    pub lines: BTreeMap<LineKey, StoredLine>,
    /// Outlook of the channel and the territories; missing without bands.
    pub outlook: Option<Box<RawValue>>,
}

/// Line of a stored proposal.
pub struct StoredLine {
    /// The members that lists show.
    pub brief: Brief,
    /// The line as it was written.
    pub whole: Box<RawValue>,
}

/// Members of a line that lists show.
#[derive(Debug, Deserialize)]
pub struct Brief {
    partner_id: String,
    segment: Segment,
    /// Tier in the partner program.
    pub tier: Option<String>,
    /// Territory of the line, or the home territory.
    pub territory: Option<String>,
    /// Revenue of the latest stretch as long as the period.
    pub prior_revenue: Option<String>,
    /// Sum of the factors' contributions.
    pub assessment: String,
    /// Floor in force.
    pub floor: Option<String>,
    /// Ceiling in force.
    pub ceiling: Option<String>,
    /// Quota by reporting period.
    pub periods: Vec<Part>,
    /// Estimate of the range of what the line buys; missing in proposals of earlier versions.
    pub band: Option<Range>,
    /// Estimate of the odds that the line reaches its quota.
    pub odds: Option<String>,
}

/// Band of a line.
#[derive(Debug, Deserialize)]
pub struct Range {
    /// Lower limit.
    pub low: String,
    /// Upper limit.
    pub high: String,
    /// Amounts that the line reaches with odds of 95 %, 90 %, … 5 %; missing in proposals of earlier versions.
    #[serde(default)]
    pub reach: Vec<String>,
}

#[derive(Debug, Deserialize)]
struct Segment {
    product_line: Option<String>,
    territory: Option<String>,
}

/// Quota of one reporting period.
#[derive(Debug, Deserialize)]
pub struct Part {
    /// Amount.
    pub quota: String,
}

#[derive(Deserialize)]
struct Document {
    reporting_periods: Vec<Period>,
    lines: Vec<Box<RawValue>>,
    bands: Option<Box<RawValue>>,
}

#[derive(Deserialize)]
struct Period {
    period: String,
}

impl StoredProposal {
    /// Reads the document with that digest; `None` when it is not a proposal.
    pub fn read(digest: Digest, bytes: &[u8]) -> Option<Self> {
        let document: Document = serde_json::from_slice(bytes).ok()?;
        let line = |whole: Box<RawValue>| {
            let brief: Brief = serde_json::from_str(whole.get()).ok()?;
            let Segment { product_line, territory } = &brief.segment;
            let (product_line, territory) = (product_line.clone(), territory.clone());
            let key = LineKey { partner_id: brief.partner_id.clone(), product_line, territory };
            Some((key, StoredLine { brief, whole }))
        };
        let lines = document.lines.into_iter().map(line).collect::<Option<_>>()?;
        let periods = document.reporting_periods.into_iter().map(|period| period.period).collect();
        Some(Self { digest, periods, lines, outlook: document.bands })
    }
}
