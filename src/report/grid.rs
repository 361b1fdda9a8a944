//! Tables on a terminal: numbers to the right and never broken, columns left out where the terminal is narrow.

use crate::finding::lines_of;
pub(super) use CellAlignment::{Left, Right};
use comfy_table::{Attribute, Cell, CellAlignment, ColumnConstraint, ContentArrangement, LineStyle, Table, TableStyle};

/// How the terminal is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TableOptions {
    /// Columns of the terminal; narrower ones show fewer columns of the table.
    pub width: u16,
    /// True for colours.
    pub colour: bool,
    /// Lines shown, by quota, largest first.
    pub lines: usize,
}

impl Default for TableOptions {
    fn default() -> Self {
        Self { width: 100, colour: false, lines: 20 }
    }
}

/// Characters of a column of text that wraps rather than pushing another column out.
const READABLE: usize = 22;
/// Characters between the contents of two columns.
const BETWEEN: usize = 3;

/// A table with a title.
pub(super) struct Grid {
    title: String,
    header: Vec<String>,
    alignments: Vec<CellAlignment>,
    rows: Vec<Vec<Cell>>,
    optional: Vec<usize>,
    whole: Vec<usize>,
    width: u16,
    colour: bool,
}

impl Grid {
    /// A table of `columns`, each with its heading; a heading may have several lines.
    pub(super) fn new(title: &str, options: &TableOptions, columns: &[(&str, CellAlignment)]) -> Self {
        let mut grid = Self::untitled(options, columns);
        grid.title = bold(title, options.colour);
        grid.header = columns.iter().map(|(name, _)| (*name).to_owned()).collect();
        grid
    }

    /// A table without title and headings.
    pub(super) fn untitled(options: &TableOptions, columns: &[(&str, CellAlignment)]) -> Self {
        Self {
            title: String::new(),
            header: Vec::new(),
            alignments: columns.iter().map(|(_, alignment)| *alignment).collect(),
            rows: Vec::new(),
            optional: Vec::new(),
            whole: Vec::new(),
            width: options.width.max(40),
            colour: options.colour,
        }
    }

    /// Names the columns that a narrow terminal does not show; the first one is left out first.
    pub(super) fn optional(mut self, columns: &[usize]) -> Self {
        self.optional = columns.to_vec();
        self
    }

    /// Names the columns of text that are never broken.
    pub(super) fn whole(mut self, columns: &[usize]) -> Self {
        self.whole = columns.to_vec();
        self
    }

    pub(super) fn row(&mut self, cells: impl IntoIterator<Item = Cell>) {
        self.rows.push(cells.into_iter().collect());
    }

    /// The table, its title above it, the columns that are left out below it, a line feed at the end.
    pub(super) fn text(&mut self) -> String {
        let shown = self.shown();
        let mut table = self.empty();
        if !self.header.is_empty() {
            let heading = |index: &usize| {
                let cell = Cell::new(&self.header[*index]).set_alignment(self.alignments[*index]);
                cell.add_attribute(Attribute::Dim)
            };
            table.set_header(shown.iter().map(heading).collect::<Vec<_>>());
        }
        for row in std::mem::take(&mut self.rows) {
            let cells = row.into_iter().enumerate().filter(|(index, _)| shown.contains(index));
            table.add_row(cells.map(|(_, cell)| cell).collect::<Vec<_>>());
        }
        for (place, index) in shown.iter().enumerate() {
            let Some(column) = table.column_mut(place) else { continue };
            column.set_cell_alignment(self.alignments[*index]);
            if self.is_whole(*index) {
                column.set_constraint(ColumnConstraint::ContentWidth);
            }
        }
        let title = if self.title.is_empty() { String::new() } else { format!("{}\n", self.title) };
        format!("{title}{}\n{}", table.trim_fmt(), self.not_shown(&shown))
    }

    /// The headings that the terminal has no room for.
    fn not_shown(&self, shown: &[usize]) -> String {
        let headings = self.header.iter().enumerate().filter(|(index, _)| !shown.contains(index));
        let headings: Vec<String> = headings.map(|(_, heading)| heading.replace('\n', " ")).collect();
        match headings.is_empty() {
            true => String::new(),
            false => wrapped(&format!("not shown at this width: {}", headings.join(", ")), " ", self.width),
        }
    }

    fn empty(&self) -> Table {
        let mut table = Table::new();
        let separator = LineStyle::none().fill('─').junction('─');
        table.load_style(TableStyle::new().header_separator(separator));
        table.set_content_arrangement(ContentArrangement::Dynamic).set_width(self.width);
        if self.colour {
            table.enforce_styling()
        } else {
            table.force_no_tty()
        };
        table
    }

    /// The columns that fit.
    fn shown(&self) -> Vec<usize> {
        let mut shown: Vec<usize> = (0..self.alignments.len()).collect();
        let mut optional = self.optional.iter();
        let needed = |shown: &[usize]| shown.iter().map(|index| self.needed(*index) + BETWEEN).sum::<usize>();
        while needed(&shown) > usize::from(self.width) + 1 {
            let Some(next) = optional.next() else { break };
            shown.retain(|index| index != next);
        }
        shown
    }

    /// Characters that a column needs: its longest line, or the readable width of a text that can wrap.
    fn needed(&self, column: usize) -> usize {
        let longest = |text: &str| text.lines().map(|line| line.chars().count()).max().unwrap_or(0);
        let cells = self.rows.iter().filter_map(|row| row.get(column)).map(|cell| longest(&cell.content()));
        let needed = cells.chain(self.header.get(column).map(|heading| longest(heading))).max().unwrap_or(0);
        if self.is_whole(column) { needed } else { needed.min(READABLE) }
    }

    fn is_whole(&self, column: usize) -> bool {
        self.alignments[column] == Right || self.whole.contains(&column)
    }
}

pub(super) fn bold(text: &str, colour: bool) -> String {
    if colour { format!("\u{1b}[1m{text}\u{1b}[0m") } else { text.to_owned() }
}

/// Breaks a text between words into lines of at most `width` characters: `first` before the first line, and as many spaces
/// before the others.
pub(super) fn listed(text: &str, first: &str, width: u16) -> String {
    let before = first.chars().count();
    let room = usize::from(width.max(40)).saturating_sub(before);
    let lines = lines_of(text, room).into_iter().enumerate();
    lines.map(|(at, line)| format!("{}{line}\n", if at == 0 { first.to_owned() } else { " ".repeat(before) })).collect()
}

/// Breaks a text between words into lines of at most `width` characters, each after `indent`.
pub(super) fn wrapped(text: &str, indent: &str, width: u16) -> String {
    let room = usize::from(width.max(40)).saturating_sub(indent.chars().count());
    lines_of(text, room).iter().map(|line| format!("{indent}{line}\n")).collect()
}
