//! What is known of a figure without a record: names, kind, meaning and presentation.

use super::kind::{Format, Kind};
use schemars::{Schema, SchemaGenerator};

/// Declaration of a figure, without its type.
#[derive(Debug, Clone, Copy)]
pub struct About {
    /// Name as a column of CSV and XLSX; the name of the field unless declared otherwise.
    pub name: &'static str,
    /// Name in scripts and cases; `None` for figures that scripts do not see.
    pub script: Option<&'static str>,
    /// Name of the JSON member; `None` for figures that documents leave out.
    pub json: Option<&'static str>,
    /// Kind.
    pub kind: Kind,
    /// True when the figure may be not known.
    pub is_optional: bool,
    /// Meaning, one sentence.
    pub doc: &'static str,
    /// Unit of a number; empty where the kind says enough.
    pub unit: &'static str,
    /// Largest value of a rate that can be meant: 1 for a share. `None` where the figure has no such end.
    pub most: Option<i64>,
    /// Value of the example partner, as it is written in a case; empty for "not known".
    pub example: &'static str,
    /// Value for a partner with nothing but zeros; `None` follows the kind.
    pub zero: Option<&'static str>,
    /// Width of its column, in characters.
    pub width: u16,
    /// Presentation for people.
    pub format: Format,
    /// Heading for people.
    pub label: &'static str,
    /// True when the members of the group stand in place of the group in JSON.
    pub is_flat: bool,
    /// True when JSON leaves the member out while it is not known or empty.
    pub is_skipped: bool,
    /// Words a string can be; empty for any.
    pub words: &'static [&'static str],
    pub(super) schema: fn(&mut SchemaGenerator) -> Schema,
    pub(super) known_schema: fn(&mut SchemaGenerator) -> Schema,
    pub(super) members: fn(&mut SchemaGenerator) -> Option<Schema>,
}

impl About {
    /// Returns the heading for people.
    pub fn heading(&self) -> String {
        if self.label.is_empty() { self.name.replace('_', " ") } else { self.label.to_owned() }
    }

    /// Returns the heading of a column in a workbook: `Partner ID`, `Override quota`.
    ///
    /// Where no label is declared, readers of tables find the column by its name, because headings are compared without
    /// case, spaces and underscores.
    pub fn title(&self) -> String {
        title_of(&self.heading())
    }
}

/// Writes words as a title: the first letter is a capital, and `id` is `ID`.
pub fn title_of(words: &str) -> String {
    let mut title = String::new();
    for (index, word) in words.split(['_', ' ']).enumerate() {
        let mut letters = word.chars();
        match (index, word, letters.next()) {
            (0, "id", _) => title.push_str("ID"),
            (0, _, Some(first)) => title.extend(first.to_uppercase().chain(letters)),
            (_, "id", _) => title.push_str(" ID"),
            _ => title.extend([" ", word]),
        }
    }
    title
}
