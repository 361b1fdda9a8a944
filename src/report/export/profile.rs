//! Export profiles: the columns of a file for another system, under its own headings.

use super::fault::ExportFault;
use crate::document::{Codes, Document, Item, Section};
use crate::finding::{Checked, Code, Finding, Place};
use std::collections::BTreeMap;
use std::sync::Arc;

const CODES: Codes = Codes {
    syntax: Code::FileProfile,
    unknown_key: Code::FileProfile,
    missing_key: Code::FileProfile,
    value: Code::FileProfile,
};

/// Profiles that ship with the program, by name.
pub const SHIPPED: [(&str, &str); 2] =
    [("salesforce", include_str!("salesforce.toml")), ("varicent", include_str!("varicent.toml"))];

/// Meaning of a row of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rows {
    /// A line of the proposal, with its quota for the whole period.
    Line,
    /// A line in one reporting period, with its quota for that period.
    Period,
}

macro_rules! values {
    ($($(#[doc = $doc:literal])+ $variant:ident = $name:literal,)+) => {
        /// Value of the proposal that a column can contain.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum ExportValue {
            $($(#[doc = $doc])+ $variant,)+
        }

        impl ExportValue {
            /// Every value with its name in a profile and its meaning, in order.
            pub const ALL: &'static [(&'static str, Self, &'static str)] =
                &[$(($name, Self::$variant, concat!($($doc),+)),)+];
        }
    };
}

values! {
    /// Identifier of the partner.
    PartnerId = "partner_id",
    /// Name of the partner.
    PartnerName = "partner_name",
    /// Tier in the partner program.
    Tier = "tier",
    /// Territory of the line.
    Territory = "territory",
    /// Industry of the partner.
    Vertical = "vertical",
    /// Product line of the line.
    ProductLine = "product_line",
    /// Account manager of the partner.
    AccountManager = "account_manager",
    /// Vendor.
    Vendor = "vendor",
    /// ISO 4217 code of the currency.
    Currency = "currency",
    /// Exact quota of the row: of the line, or of the line in the reporting period.
    Quota = "quota",
    /// First date of the row's period, such as `2026-01-31`.
    StartDate = "start_date",
    /// Last date of the row's period.
    EndDate = "end_date",
    /// Label of the row's period, such as `FY2026-Q1`.
    Period = "period",
    /// Name of the period within the year: `Q1`, `H1`, `January`; the label for a whole year.
    PeriodName = "period_name",
}

/// Content of one column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// A value of the proposal.
    Value(ExportValue),
    /// The same text in every row.
    Text(String),
}

/// One column of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportColumn {
    /// Heading, as the other system expects it.
    pub heading: String,
    /// Content.
    pub content: Content,
    /// Translations of the proposal's values; empty when they are written as they are.
    pub values: BTreeMap<String, String>,
    /// True when every row must have a value.
    pub is_required: bool,
}

/// Profile of an export.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// Meaning of a row.
    pub rows: Rows,
    /// Columns in the order of the file.
    pub columns: Vec<ExportColumn>,
}

impl Profile {
    /// Text of the shipped profile of that name.
    pub fn shipped(name: &str) -> Option<&'static str> {
        SHIPPED.iter().find(|(shipped, _)| *shipped == name).map(|(_, text)| *text)
    }

    /// Reads a profile from the text of a TOML document.
    ///
    /// ```
    /// let text = "rows = \"line\"\n[columns]\nPartner = \"partner_id\"\nTarget = \"quota\"\n";
    /// let profile = quotient::report::export::Profile::parse("own.toml", text).into_result();
    /// assert_eq!(profile.map(|(profile, _)| profile.columns.len()).ok(), Some(2));
    /// ```
    pub fn parse(file: &str, text: &str) -> Checked<Self> {
        let document = Document::parse(file, &Arc::from(text), CODES);
        let root = document.root();
        let rows = root
            .require("rows", "\"period\"")
            .and_then(|item| item.word(&[("line", Rows::Line), ("period", Rows::Period)]));
        let columns = root.require("columns", "Value = \"quota\"").and_then(Item::section);
        let mut columns: Vec<ExportColumn> = columns.map(columns_of).unwrap_or_default();
        required(root, &mut columns);
        translations(root, &mut columns);
        if !columns.is_empty() && !columns.iter().any(|column| column.content == Content::Value(ExportValue::Quota)) {
            document.report(Finding::from(ExportFault::NoQuota {}).at(Place::file(file)));
        }
        let findings = document.into_findings();
        match rows {
            Some(rows) if !findings.has_errors() => Checked::accepted(Self { rows, columns }, findings),
            _ => Checked::refused(findings),
        }
    }

    /// Sets the text of a column, as `HEADING=TEXT`.
    pub fn set(&mut self, setting: &str) -> Result<(), Finding> {
        let Some((heading, text)) = setting.split_once('=') else {
            return Err(ExportFault::Setting { setting: setting.to_owned() }.into());
        };
        let headings = self.columns.iter().map(|column| column.heading.clone()).collect();
        let Some(column) = self.columns.iter_mut().find(|column| column.heading == heading.trim()) else {
            return Err(ExportFault::UnknownHeading { heading: heading.trim().to_owned(), headings }.into());
        };
        match &mut column.content {
            Content::Text(old) => text.trim().clone_into(old),
            Content::Value(_) => return Err(ExportFault::NotText { heading: column.heading.clone() }.into()),
        }
        Ok(())
    }
}

fn columns_of(section: Section<'_>) -> Vec<ExportColumn> {
    let words: Vec<(&str, ExportValue)> = ExportValue::ALL.iter().map(|(name, value, _)| (*name, *value)).collect();
    let content = |item: Item<'_>| match item.is_table() {
        true => item
            .section()
            .and_then(|text| text.require("text", "\"…\""))
            .and_then(Item::text)
            .map(str::to_owned)
            .map(Content::Text),
        false => item.word(&words).map(Content::Value),
    };
    let column = |(heading, item): (&str, Item<'_>)| {
        let (heading, values) = (heading.to_owned(), BTreeMap::new());
        Some(ExportColumn { heading, content: content(item)?, values, is_required: false })
    };
    section.entries().into_iter().filter_map(column).collect()
}

fn unknown(columns: &[ExportColumn], heading: &str) -> ExportFault {
    let headings = columns.iter().map(|column| column.heading.clone()).collect();
    ExportFault::UnknownHeading { heading: heading.to_owned(), headings }
}

fn required(root: Section<'_>, columns: &mut [ExportColumn]) {
    for item in root.list("required") {
        let Some(heading) = item.text() else { continue };
        match columns.iter_mut().find(|column| column.heading == heading) {
            Some(column) => column.is_required = true,
            None => item.reject(unknown(columns, heading)),
        }
    }
}

fn translations(root: Section<'_>, columns: &mut [ExportColumn]) {
    for (heading, item) in root.section("values").map(Section::entries).unwrap_or_default() {
        let Some(section) = item.section() else { continue };
        let entries = section.entries().into_iter();
        let values = entries.filter_map(|(ours, theirs)| Some((ours.to_owned(), theirs.text()?.to_owned()))).collect();
        match columns.iter_mut().find(|column| column.heading == heading) {
            Some(column) => column.values = values,
            None => item.reject(unknown(columns, heading)),
        }
    }
}
