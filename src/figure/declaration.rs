//! Declaration of one figure: its name, meaning and presentation, and how it is read and written.

use super::about::About;
use super::kind::{Format, Kind};
use super::quantity::Quantity;
use super::value::{Record, Value};

/// One figure of `T`.
#[derive(Debug, Clone, Copy)]
pub struct Figure<T: 'static> {
    /// Declaration.
    pub about: About,
    /// Reads the figure.
    pub read: for<'a> fn(&'a T) -> Value<'a>,
    /// Writes the figure; false when the value is of another kind, or the figure is computed.
    pub write: for<'a> fn(&mut T, Value<'a>) -> bool,
}

/// Struct whose figures are declared by [`figures!`](crate::figures).
pub trait Figured: Record + Sized + 'static {
    /// Name in schemas.
    const TITLE: &'static str;
    /// Meaning of one such record.
    const ABOUT: &'static str;
    /// Figures in the order of the declaration.
    const FIGURES: &'static [Figure<Self>];
}

impl<T> Figure<T> {
    /// Returns a figure of kind and schema of `Q`.
    pub const fn new<Q: Quantity>(
        name: &'static str,
        doc: &'static str,
        read: for<'a> fn(&'a T) -> Value<'a>,
        write: for<'a> fn(&mut T, Value<'a>) -> bool,
    ) -> Self {
        let about = About {
            name,
            script: Some(name),
            json: Some(name),
            kind: Q::KIND,
            is_optional: Q::IS_OPTIONAL,
            doc: doc.trim_ascii(),
            unit: "",
            most: None,
            example: "",
            zero: None,
            width: default_width(Q::KIND),
            format: Format::Plain,
            label: "",
            is_flat: false,
            is_skipped: false,
            words: Q::WORDS,
            schema: Q::schema,
            known_schema: Q::known_schema,
            members: Q::members,
        };
        Self { about, read, write }
    }

    /// Sets the name outside the record's own JSON object, where that of the field says too little.
    #[must_use]
    pub const fn named(mut self, name: &'static str) -> Self {
        (self.about.name, self.about.script) = (name, Some(name));
        self
    }

    /// Sets the name in scripts and cases.
    #[must_use]
    pub const fn script(mut self, name: &'static str) -> Self {
        self.about.script = Some(name);
        self
    }

    /// Sets the name of the JSON member.
    #[must_use]
    pub const fn json(mut self, name: &'static str) -> Self {
        self.about.json = Some(name);
        self
    }

    /// Leaves the figure out of JSON.
    #[must_use]
    pub const fn not_in_json(mut self) -> Self {
        self.about.json = None;
        self
    }

    /// Hides the figure from scripts and cases.
    #[must_use]
    pub const fn not_in_scripts(mut self) -> Self {
        self.about.script = None;
        self
    }

    /// Declares that documents always know the figure, although a case may leave it out.
    #[must_use]
    pub const fn known_in_documents(mut self) -> Self {
        self.about.schema = self.about.known_schema;
        self
    }

    /// Puts the members of the group in place of the group in JSON.
    #[must_use]
    pub const fn flat(mut self) -> Self {
        self.about.is_flat = true;
        self
    }

    /// Leaves the member out of JSON while it is not known or empty.
    #[must_use]
    pub const fn skipped(mut self) -> Self {
        self.about.is_skipped = true;
        self
    }

    /// Sets the value of the example partner.
    #[must_use]
    pub const fn example(mut self, example: &'static str) -> Self {
        self.about.example = example;
        self
    }

    /// Sets the value for a partner with nothing but zeros.
    #[must_use]
    pub const fn zero(mut self, zero: &'static str) -> Self {
        self.about.zero = Some(zero);
        self
    }

    /// Sets the unit.
    #[must_use]
    pub const fn unit(mut self, unit: &'static str) -> Self {
        self.about.unit = unit;
        self
    }

    /// Sets the largest value of a rate that can be meant.
    #[must_use]
    pub const fn at_most(mut self, most: i64) -> Self {
        self.about.most = Some(most);
        self
    }

    /// Sets the width of the column, in characters.
    #[must_use]
    pub const fn width(mut self, width: u16) -> Self {
        self.about.width = width;
        self
    }

    /// Sets the presentation for people.
    #[must_use]
    pub const fn format(mut self, format: Format) -> Self {
        self.about.format = format;
        self
    }

    /// Sets the heading for people; without it, the name with spaces.
    #[must_use]
    pub const fn label(mut self, label: &'static str) -> Self {
        self.about.label = label;
        self
    }
}

const fn default_width(kind: Kind) -> u16 {
    match kind {
        Kind::Money => 16,
        Kind::Rate => 11,
        Kind::Count | Kind::Truth => 10,
        Kind::Text | Kind::Date | Kind::List | Kind::Group => 14,
    }
}

/// Returns the place of the figure of that name, or the number of figures when there is none.
///
/// Meant for constants: an index that is out of bounds there does not compile.
pub const fn position<T: Figured>(name: &str) -> usize {
    let mut index = 0;
    while index < T::FIGURES.len() && !is_same(T::FIGURES[index].about.name, name) {
        index += 1;
    }
    index
}

/// Returns the place of the figure of that name which fits in a cell, or the number of figures when there is none.
///
/// Lists and groups do not: a record can have a text of the same name for a table.
pub const fn cell_position<T: Figured>(name: &str) -> usize {
    let mut index = 0;
    while index < T::FIGURES.len() {
        let about = &T::FIGURES[index].about;
        if is_same(about.name, name) && !matches!(about.kind, Kind::List | Kind::Group) {
            return index;
        }
        index += 1;
    }
    index
}

/// Returns true when both names are the same; for constants, which cannot compare strings.
pub const fn is_same(one: &str, other: &str) -> bool {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    if one.len() != other.len() {
        return false;
    }
    let mut index = 0;
    while index < one.len() {
        if one[index] != other[index] {
            return false;
        }
        index += 1;
    }
    true
}
