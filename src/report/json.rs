//! A plan as JSON, schema `quotient.proposal/1`: amounts and rates are decimal strings, `null` is "not known".

use super::ReportFault;
use super::bands::BandsDocument;
use super::conventions::ConventionsDocument;
use super::learned::{self, LearnedDocument};
use crate::channel::BookSummary;
use crate::figure::{Fraction, Json};
use crate::finding::{CleanWriter, FindingDocument};
use crate::planning::{LineRecord, PlanChange, PlanLine, QuotaPlan};
use crate::quota::{Basis, Grain};
use crate::units::{Money, PlanningPeriod};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Serialize, Serializer};
use std::borrow::Cow;
use std::io::{self, Write};

/// Name and version of the proposal document.
pub const PROPOSAL_SCHEMA: &str = "quotient.proposal/1";

/// Writes `plan` as one JSON object, one line of text per plan line, without holding the document in memory.
///
/// The document's shape is `schema/proposal.schema.json`. A line feed ends it.
pub fn write_plan(plan: &QuotaPlan, out: &mut impl Write) -> Result<(), ReportFault> {
    write_document(&ProposalDocument::of(plan), out)
}

/// Writes any document with its top two levels on lines of their own, and a line feed at the end.
pub(super) fn write_document(document: &impl Serialize, out: &mut impl Write) -> Result<(), ReportFault> {
    let mut buffered = CleanWriter::json(io::BufWriter::new(out));
    document.serialize(&mut serde_json::Serializer::with_formatter(&mut buffered, Outline::default()))?;
    buffered.write_all(b"\n")?;
    buffered.flush()?;
    Ok(())
}

/// A document as indented JSON.
pub(super) fn indented(document: &impl Serialize) -> Result<String, ReportFault> {
    let mut text = Vec::new();
    serde_json::to_writer_pretty(CleanWriter::json(&mut text), document)?;
    String::from_utf8(text).map_err(|fault| ReportFault::Write(io::Error::other(fault)))
}

/// The text of an entry of a list of the document, as [`write_document`] writes it.
pub(super) fn outlined(entry: &impl Serialize) -> Result<String, ReportFault> {
    let mut text = Vec::new();
    let outline = Outline { depth: OUTLINED, is_empty: false };
    entry.serialize(&mut serde_json::Serializer::with_formatter(CleanWriter::json(&mut text), outline))?;
    String::from_utf8(text).map_err(|fault| ReportFault::Write(io::Error::other(fault)))
}

/// A proposed quota for every line of a vendor's channel. `null` is "not known"; zero is zero.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Proposal")]
pub(super) struct ProposalDocument<'a> {
    /// Name and version of this document.
    #[schemars(extend("const" = "quotient.proposal/1"))]
    schema: &'static str,
    /// Vendor.
    vendor: &'a str,
    /// Content hash of the rules and policies that made the proposal.
    revision: &'a str,
    /// Hash of the partner book.
    input_hash: &'a str,
    /// Summary of what was read of the book; null for a book that was built in a program.
    book: Option<&'a BookSummary>,
    /// ISO 4217 code of the currency of every amount.
    currency: &'static str,
    /// Planning period, such as `FY2026`.
    period: &'a str,
    /// First day of the period.
    #[schemars(extend("format" = "date"))]
    period_start: String,
    /// Length of the period in months: 1, 3, 6 or 12.
    period_months: u32,
    /// Nothing later than this day was looked at.
    #[schemars(extend("format" = "date"))]
    as_of: String,
    /// What a line is for.
    grain: Grain,
    /// How the factors' indications became assessments.
    basis: Basis,
    /// Quotas are multiples of this amount, but for locked lines and at most one line per group.
    rounding_unit: Money,
    /// Channel target; null when the bottom-up stands.
    target: Option<Money>,
    /// Part of the target kept for partners not yet recruited.
    reserve: Money,
    /// Over-assignment by level; levels compound. Empty when there is none.
    over_assignment: Vec<OverAssignmentDocument>,
    /// Sum of all quotas.
    total: Money,
    /// Periods that each quota is cut into, in order.
    reporting_periods: Vec<PeriodDocument<'a>>,
    /// Groups of lines that share a target, ascending by name.
    groups: Vec<GroupDocument<'a>>,
    /// Partners that the vendor's eligibility left out, ascending by id.
    not_eligible: Vec<&'a str>,
    /// Numbers that the rules learned from the channel, ascending by name; empty when the manifest declares none.
    learned: Vec<LearnedDocument<'a>>,
    /// Conventions by which the figures were computed.
    conventions: ConventionsDocument<'a>,
    /// Outlook of territories and of the channel; null unless the request or the manifest asked for it.
    bands: Option<BandsDocument<'a>>,
    /// Difference to the previous proposal; null when none was given. Only lines that differ.
    changes: Option<Vec<ChangeDocument<'a>>>,
    /// Warnings about the book and the plan.
    findings: Vec<FindingDocument>,
    /// One entry per line, ascending by partner id, product line, territory.
    lines: Lines<'a>,
}

/// Over-assignment of one level.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "OverAssignment")]
struct OverAssignmentDocument {
    /// `channel`, `territory` or `product_line`.
    level: &'static str,
    /// Fraction added at that level; negative for under-assignment.
    rate: Fraction,
}

/// A reporting period.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ReportingPeriod")]
struct PeriodDocument<'a> {
    /// Name in the vendor's calendar.
    period: &'a str,
    /// First day.
    #[schemars(extend("format" = "date"))]
    start: String,
    /// Length in months.
    months: u32,
}

/// One group of lines that shares a target.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Group")]
struct GroupDocument<'a> {
    /// Name.
    name: &'a str,
    /// Target given for it; null when the bottom-up stands.
    target: Option<Money>,
    /// Amount distributed to its lines.
    assigned: Money,
    /// Sum of the assessments of its lines.
    assessment: Money,
    /// Sum of the quotas of its lines.
    quota: Money,
    /// Number of lines.
    lines: usize,
}

/// Difference of one line to the previous proposal.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Change")]
struct ChangeDocument<'a> {
    /// Partner id.
    partner_id: &'a str,
    /// Product line; null at a grain without.
    product_line: Option<&'a str>,
    /// Territory; null at a grain without.
    territory: Option<&'a str>,
    /// Quota then; null for a new line.
    before: Option<Money>,
    /// Quota now; null for a line that is gone.
    after: Option<Money>,
}

impl<'a> ProposalDocument<'a> {
    fn of(plan: &'a QuotaPlan) -> Self {
        Self {
            schema: PROPOSAL_SCHEMA,
            vendor: &plan.vendor,
            revision: &plan.revision,
            input_hash: &plan.input_hash,
            book: plan.book.as_deref(),
            currency: plan.currency.code(),
            period: &plan.period.label,
            period_start: plan.period.start.first_day().to_string(),
            period_months: plan.period.months,
            as_of: plan.as_of.to_string(),
            grain: plan.grain,
            basis: plan.basis,
            rounding_unit: plan.rounding_unit,
            target: plan.target,
            reserve: plan.reserve,
            over_assignment: over_assignment(plan),
            total: plan.total,
            reporting_periods: plan.reporting.iter().map(PeriodDocument::of).collect(),
            groups: groups(plan),
            not_eligible: plan.not_eligible.iter().map(|id| &**id).collect(),
            learned: learned::documents(plan),
            conventions: ConventionsDocument::of(&plan.conventions),
            bands: plan.bands.as_deref().map(|bands| BandsDocument::of(bands, plan.period.months)),
            changes: plan.changes.as_deref().map(documents_of_changes),
            findings: FindingDocument::grouped(&plan.findings),
            lines: Lines(plan),
        }
    }
}

fn over_assignment(plan: &QuotaPlan) -> Vec<OverAssignmentDocument> {
    let levels = plan.over_assignment.iter();
    levels.map(|level| OverAssignmentDocument { level: level.level, rate: Fraction(level.rate) }).collect()
}

fn groups(plan: &QuotaPlan) -> Vec<GroupDocument<'_>> {
    let document =
        |group: &'_ crate::planning::GroupOutcome| (group.target, group.assigned, group.assessment, group.quota);
    let groups = plan.groups.iter().map(|group| {
        let (target, assigned, assessment, quota) = document(group);
        GroupDocument { name: &group.name, target, assigned, assessment, quota, lines: group.lines }
    });
    groups.collect()
}

fn documents_of_changes(changes: &[PlanChange]) -> Vec<ChangeDocument<'_>> {
    let document = |change: &'_ PlanChange| [change.before, change.after];
    let documents = changes.iter().map(|change| {
        let [before, after] = document(change);
        ChangeDocument {
            partner_id: &change.partner_id,
            product_line: change.segment.product_line.as_deref(),
            territory: change.segment.territory.as_deref(),
            before,
            after,
        }
    });
    documents.collect()
}

impl<'a> PeriodDocument<'a> {
    fn of(period: &'a PlanningPeriod) -> Self {
        Self { period: &period.label, start: period.start.first_day().to_string(), months: period.months }
    }
}

/// One line of a plan with its quotas by reporting period.
pub(super) struct LineOf<'a>(pub(super) LineRecord<'a>);

impl Serialize for LineOf<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Json(&self.0).serialize(serializer)
    }
}

impl JsonSchema for LineOf<'_> {
    fn schema_name() -> Cow<'static, str> {
        PlanLine::schema_name()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        PlanLine::json_schema(generator)
    }
}

/// The lines, made one at a time while they are written.
struct Lines<'a>(&'a QuotaPlan);

impl Serialize for Lines<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer
            .collect_seq(self.0.lines.iter().map(|line| LineOf(LineRecord { reporting: &self.0.reporting, line })))
    }
}

impl JsonSchema for Lines<'_> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Lines".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        Vec::<PlanLine>::json_schema(generator)
    }
}

/// JSON whose top two levels stand on lines of their own and whose deeper levels stand on one line each: a plan is
/// readable, can be compared line by line, and stays small.
#[derive(Default)]
struct Outline {
    depth: usize,
    is_empty: bool,
}

/// Levels that are broken into lines.
const OUTLINED: usize = 2;

impl Outline {
    fn open<W: ?Sized + Write>(&mut self, writer: &mut W, bracket: &[u8]) -> io::Result<()> {
        self.depth += 1;
        self.is_empty = true;
        writer.write_all(bracket)
    }

    fn next<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.is_empty = false;
        match (first, self.depth <= OUTLINED) {
            (true, false) => return Ok(()),
            (false, false) => return writer.write_all(b", "),
            (true, true) => writer.write_all(b"\n")?,
            (false, true) => writer.write_all(b",\n")?,
        }
        (0..self.depth).try_for_each(|_| writer.write_all(b"  "))
    }

    fn close<W: ?Sized + Write>(&mut self, writer: &mut W, bracket: &[u8]) -> io::Result<()> {
        self.depth = self.depth.saturating_sub(1);
        if !self.is_empty && self.depth < OUTLINED {
            writer.write_all(b"\n")?;
            (0..self.depth).try_for_each(|_| writer.write_all(b"  "))?;
        }
        self.is_empty = false;
        writer.write_all(bracket)
    }
}

impl serde_json::ser::Formatter for Outline {
    fn begin_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.open(writer, b"[")
    }

    fn end_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.close(writer, b"]")
    }

    fn begin_array_value<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.next(writer, first)
    }

    fn begin_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.open(writer, b"{")
    }

    fn end_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.close(writer, b"}")
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.next(writer, first)
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        writer.write_all(b": ")
    }
}
