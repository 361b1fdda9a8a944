//! The mapping file: how an export names its tables and columns, and how it writes its values.

use super::date_format::DateFormat;
use super::fault::MappingFault;
use super::table::{Column, Field, Kind, Table, TableKind, folded};
use crate::finding::{Candidates, Finding, Findings, Place, Span};
use crate::units::{Currency, parse_decimal};
use encoding_rs::Encoding;
use rust_decimal::Decimal;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Keys of a table's section.
const TABLE_KEYS: [&str; 14] = [
    "file",
    "sheet",
    "delimiter",
    "encoding",
    "decimal",
    "date_format",
    "columns",
    "constants",
    "scale",
    "times",
    "where",
    "skip",
    "values",
    "attributes",
];

/// A mapping file, read and checked against the tables' declaration.
///
/// Sections are named like the tables (`[partners]`, `[revenue]`, …); `[extra.NAME]` names a table keyed by partner
/// that is not a standard one; `currency` at the top is the currency of rows that state none.
#[derive(Debug, Clone, Default)]
pub struct Mapping {
    pub(super) currency: Option<Currency>,
    pub(super) tables: BTreeMap<TableKind, TableMap>,
    pub(super) extra: BTreeMap<String, TableMap>,
}

/// Location and format of one table.
#[derive(Debug, Clone, Default)]
pub(super) struct TableMap {
    /// Text of the mapping file and its name, for findings.
    pub origin: Option<(String, Arc<str>)>,
    /// File, sheet or JSON key.
    pub source: Option<(String, Span)>,
    pub delimiter: Option<u8>,
    pub encoding: Option<&'static Encoding>,
    pub decimal_comma: bool,
    pub date_format: Option<DateFormat>,
    /// Possible headings of each column.
    pub columns: BTreeMap<Field, (Vec<String>, Span)>,
    pub constants: BTreeMap<Field, String>,
    /// Rates are divided by this.
    pub scale: BTreeMap<Field, Decimal>,
    /// Amounts are multiplied by this.
    pub times: BTreeMap<Field, Decimal>,
    /// Rows are used only when each of these holds.
    pub keep: Vec<Filter>,
    /// Rows are left out when one of these holds.
    pub skip: Vec<Filter>,
    /// Their word → ours; `*` stands for any other.
    pub values: BTreeMap<Field, BTreeMap<String, String>>,
    /// Headings that become attributes; all others when absent.
    pub attributes: Option<Vec<(String, Span)>>,
}

/// A heading and the values that it must have.
#[derive(Debug, Clone)]
pub(super) struct Filter {
    pub heading: String,
    pub span: Span,
    pub values: Vec<String>,
}

impl TableMap {
    /// The place of `span` in the mapping file.
    pub fn place(&self, span: Span, label: &str) -> Place {
        match &self.origin {
            Some((file, text)) => Place::text(file.clone(), text, span, label),
            None => Place::file("mapping"),
        }
    }
}

type Entry<'a, 'i> = (&'a Spanned<std::borrow::Cow<'i, str>>, &'a Spanned<DeValue<'i>>);

impl Mapping {
    /// Reads and checks the mapping file at `path`.
    pub fn read(path: &Path) -> Result<Self, Findings> {
        let file = path.display().to_string();
        let refuse = |fault: MappingFault| Findings::from(Finding::from(fault).at(Place::file(file.clone())));
        let bytes =
            std::fs::read(path).map_err(|error| refuse(MappingFault::Unreadable { reason: error.to_string() }))?;
        let text = String::from_utf8(bytes).map_err(|_| refuse(MappingFault::NotUtf8 {}))?;
        Self::parse(&file, &text)
    }

    /// Reads and checks the text of a mapping file; `file` is its name in findings.
    ///
    /// ```
    /// let text = "[revenue]\nfile = \"sales.csv\"\ncolumns.amount = \"Net\"\n";
    /// assert!(quotient::intake::Mapping::parse("map.toml", text).is_ok());
    /// assert!(quotient::intake::Mapping::parse("map.toml", "[revenu]\n").is_err());
    /// ```
    pub fn parse(file: &str, text: &str) -> Result<Self, Findings> {
        let text: Arc<str> = text.strip_prefix('\u{FEFF}').unwrap_or(text).into();
        let mut reader = MapReader { file, text: Arc::clone(&text), findings: Findings::new() };
        let (root, errors) = DeTable::parse_recoverable(&text);
        for error in errors {
            let span = error.span().unwrap_or_default();
            let reason = error.message().lines().next().unwrap_or_default().to_owned();
            reader.report(MappingFault::Syntax { reason }, span);
        }
        let mut mapping = Self::default();
        if reader.findings.is_empty() {
            reader.root(root.get_ref(), &mut mapping);
        }
        reader.findings.sort();
        if reader.findings.has_errors() { Err(reader.findings) } else { Ok(mapping) }
    }
}

struct MapReader<'f> {
    file: &'f str,
    text: Arc<str>,
    findings: Findings,
}

impl MapReader<'_> {
    fn report(&mut self, fault: MappingFault, span: std::ops::Range<usize>) {
        let span = Span { start: span.start, end: span.end };
        self.findings.push(Finding::from(fault).at(Place::text(self.file, &self.text, span, "")));
    }

    fn unknown(&mut self, expected: &str, key: &Spanned<std::borrow::Cow<'_, str>>, names: &[&str]) {
        let fault = MappingFault::UnknownKey {
            expected: expected.to_owned(),
            key: key.get_ref().to_string(),
            candidates: Candidates::new(key.get_ref(), names.iter().copied()),
        };
        self.report(fault, key.span());
    }

    fn wrong(&mut self, value: &Spanned<DeValue<'_>>, expected: &str) {
        let (expected, found) = (expected.to_owned(), value.get_ref().type_str().to_owned());
        self.report(MappingFault::WrongType { expected, found }, value.span());
    }

    fn text(&mut self, value: &Spanned<DeValue<'_>>) -> Option<(String, Span)> {
        let Some(text) = value.get_ref().as_str() else {
            self.wrong(value, "a string in quotes");
            return None;
        };
        Some((text.to_owned(), Span { start: value.span().start, end: value.span().end }))
    }

    fn texts(&mut self, value: &Spanned<DeValue<'_>>) -> Vec<String> {
        match value.get_ref() {
            DeValue::Array(items) => items.iter().filter_map(|item| self.text(item)).map(|(text, _)| text).collect(),
            _ => self.text(value).map(|(text, _)| text).into_iter().collect(),
        }
    }

    fn table<'a, 'i>(&mut self, value: &'a Spanned<DeValue<'i>>) -> Vec<Entry<'a, 'i>> {
        match value.get_ref() {
            DeValue::Table(table) => table.iter().collect(),
            _ => {
                self.wrong(value, "a section of keys");
                Vec::new()
            }
        }
    }

    fn root(&mut self, root: &DeTable<'_>, mapping: &mut Mapping) {
        let mut names: Vec<&str> = TableKind::BOOK.into_iter().map(TableKind::name).collect();
        names.extend(["extra", "currency"]);
        for (key, value) in root {
            let kind = TableKind::BOOK.into_iter().find(|kind| kind.name() == key.get_ref());
            match (kind, key.get_ref().as_ref()) {
                (Some(kind), _) => {
                    let map = self.section(Some(kind.table()), value);
                    mapping.tables.insert(kind, map);
                }
                (None, "extra") => {
                    for (name, section) in self.table(value) {
                        let map = self.section(None, section);
                        mapping.extra.insert(name.get_ref().to_lowercase(), map);
                    }
                }
                (None, "currency") => mapping.currency = self.currency(value),
                (None, _) => self.unknown("table of a book", key, &names),
            }
        }
    }

    fn currency(&mut self, value: &Spanned<DeValue<'_>>) -> Option<Currency> {
        let (text, _) = self.text(value)?;
        match text.parse() {
            Ok(currency) => Some(currency),
            Err(_) => {
                self.report(MappingFault::UnknownCurrency { value: text }, value.span());
                None
            }
        }
    }

    fn section(&mut self, table: Option<&'static Table>, value: &Spanned<DeValue<'_>>) -> TableMap {
        let mut map = TableMap { origin: Some((self.file.to_owned(), Arc::clone(&self.text))), ..TableMap::default() };
        for (key, value) in self.table(value) {
            match key.get_ref().as_ref() {
                "file" | "sheet" => {
                    let source = self.text(value);
                    if map.source.is_some() && source.is_some() {
                        self.report(MappingFault::TwoTables {}, key.span());
                    }
                    map.source = source;
                }
                "delimiter" => map.delimiter = self.delimiter(value),
                "encoding" => map.encoding = self.encoding(value),
                "decimal" => map.decimal_comma = self.decimal_comma(value),
                "date_format" => map.date_format = self.date_format(value),
                "columns" => self.columns(table, value, &mut map),
                "constants" => self.constants(table, value, &mut map),
                "scale" => map.scale = self.factors(table, value, &[Kind::Rate, Kind::Share]),
                "times" => map.times = self.factors(table, value, &[Kind::Amount, Kind::AmountFromZero]),
                "where" => map.keep = self.filters(value),
                "skip" => map.skip = self.filters(value),
                "values" => self.values(table, value, &mut map),
                "attributes" if table.is_some_and(|table| table.kind == TableKind::Partners) => {
                    let DeValue::Array(items) = value.get_ref() else {
                        self.wrong(value, "a list of column names");
                        continue;
                    };
                    map.attributes = Some(items.iter().filter_map(|item| self.text(item)).collect());
                }
                _ => self.unknown("key of a table's section", key, &TABLE_KEYS),
            }
        }
        map
    }

    fn column(
        &mut self,
        table: Option<&'static Table>,
        key: &Spanned<std::borrow::Cow<'_, str>>,
    ) -> Option<&'static Column> {
        let table = table.unwrap_or_else(|| TableKind::Extra.table());
        let column = table.column_named(key.get_ref());
        if column.is_none() {
            let names: Vec<&str> = table.names().collect();
            self.unknown(&format!("column of the table `{}`", table.name), key, &names);
        }
        column
    }

    fn columns(&mut self, table: Option<&'static Table>, value: &Spanned<DeValue<'_>>, map: &mut TableMap) {
        for (key, value) in self.table(value) {
            let Some(column) = self.column(table, key) else { continue };
            let headings = self.texts(value);
            if headings.is_empty() {
                self.report(MappingFault::NoHeading {}, value.span());
            }
            map.columns.insert(column.field, (headings, Span { start: value.span().start, end: value.span().end }));
        }
        self.no_two_sources(map, value);
    }

    fn constants(&mut self, table: Option<&'static Table>, value: &Spanned<DeValue<'_>>, map: &mut TableMap) {
        for (key, value) in self.table(value) {
            let Some(column) = self.column(table, key) else { continue };
            if let Some((text, _)) = self.text(value) {
                map.constants.insert(column.field, text);
            }
        }
        self.no_two_sources(map, value);
    }

    fn no_two_sources(&mut self, map: &TableMap, value: &Spanned<DeValue<'_>>) {
        for field in map.constants.keys().filter(|field| map.columns.contains_key(field)) {
            self.report(MappingFault::TwoSources { column: field.name().to_owned() }, value.span());
        }
    }

    fn factors(
        &mut self,
        table: Option<&'static Table>,
        value: &Spanned<DeValue<'_>>,
        kinds: &[Kind],
    ) -> BTreeMap<Field, Decimal> {
        let mut factors = BTreeMap::new();
        for (key, value) in self.table(value) {
            let Some(column) = self.column(table, key) else { continue };
            if !kinds.contains(&column.kind) {
                let expected = if kinds.contains(&Kind::Rate) { "a rate" } else { "an amount" };
                let (column, expected) = (key.get_ref().to_string(), expected.to_owned());
                self.report(MappingFault::NotScalable { column, expected }, key.span());
                continue;
            }
            let factor = match value.get_ref() {
                DeValue::Integer(number) => parse_decimal(number.as_str()).ok(),
                _ => None,
            };
            match factor.filter(|factor| *factor > Decimal::ZERO && *factor <= Decimal::from(1_000_000)) {
                Some(factor) => {
                    factors.insert(column.field, factor);
                }
                None => self.report(MappingFault::Factor {}, value.span()),
            }
        }
        factors
    }

    fn filters(&mut self, value: &Spanned<DeValue<'_>>) -> Vec<Filter> {
        self.table(value)
            .into_iter()
            .map(|(key, value)| Filter {
                heading: key.get_ref().to_string(),
                span: Span { start: key.span().start, end: key.span().end },
                values: self.texts(value),
            })
            .collect()
    }

    fn values(&mut self, table: Option<&'static Table>, value: &Spanned<DeValue<'_>>, map: &mut TableMap) {
        for (key, value) in self.table(value) {
            let Some(column) = self.column(table, key) else { continue };
            let words = self.table(value);
            let words =
                words.into_iter().filter_map(|(theirs, ours)| Some((folded(theirs.get_ref()), self.text(ours)?.0)));
            let words: BTreeMap<String, String> = words.collect();
            map.values.insert(column.field, words);
        }
    }

    fn delimiter(&mut self, value: &Spanned<DeValue<'_>>) -> Option<u8> {
        let (text, _) = self.text(value)?;
        match text.as_bytes() {
            [byte] if byte.is_ascii_graphic() || matches!(byte, b'\t' | b' ') => Some(*byte),
            _ => {
                self.report(MappingFault::Delimiter {}, value.span());
                None
            }
        }
    }

    fn encoding(&mut self, value: &Spanned<DeValue<'_>>) -> Option<&'static Encoding> {
        let (text, _) = self.text(value)?;
        let encoding = Encoding::for_label(text.as_bytes());
        if encoding.is_none() {
            self.report(MappingFault::Encoding { value: text }, value.span());
        }
        encoding
    }

    fn decimal_comma(&mut self, value: &Spanned<DeValue<'_>>) -> bool {
        let text = self.text(value).map(|(text, _)| text);
        if !matches!(text.as_deref(), Some("," | ".")) {
            self.report(MappingFault::DecimalMark {}, value.span());
        }
        text.as_deref() == Some(",")
    }

    fn date_format(&mut self, value: &Spanned<DeValue<'_>>) -> Option<DateFormat> {
        let (text, _) = self.text(value)?;
        let format = DateFormat::new(&text);
        if format.is_none() {
            self.report(MappingFault::DateFormat { value: text }, value.span());
        }
        format
    }
}
