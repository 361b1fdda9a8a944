//! Cells of a sheet by row, within the limits of a workbook.

use super::super::cell::Cell;
use super::super::fault::FileFault;

/// Columns that a sheet may have.
pub(super) const MOST_COLUMNS: u32 = 1_000;

/// Reason why a sheet is not read.
pub(super) enum Stop {
    /// A cell is beyond the last column that is read.
    TooWide,
    /// The workbook has more cells than this limit.
    TooMany(u64),
    /// Any other.
    Fault(FileFault),
}

impl From<FileFault> for Stop {
    fn from(fault: FileFault) -> Self {
        Self::Fault(fault)
    }
}

impl Stop {
    /// The fault of the sheet of that name.
    pub fn fault(self, sheet: &str) -> FileFault {
        match self {
            Self::TooWide => FileFault::TooWide { sheet: sheet.to_owned(), columns: u64::from(MOST_COLUMNS) },
            Self::TooMany(cells) => FileFault::TooManyCells { cells },
            Self::Fault(fault) => fault,
        }
    }

    /// True when the fault concerns the whole workbook.
    pub fn is_final(&self) -> bool {
        matches!(self, Self::TooMany(_))
    }
}

/// Cells that a workbook may still have.
pub(super) struct Room {
    limit: u64,
    left: u64,
}

impl Room {
    /// Room for that many cells.
    pub fn new(limit: u64) -> Self {
        Self { limit, left: limit }
    }

    /// Takes room for `count` cells.
    pub fn take(&mut self, count: u64) -> Result<(), Stop> {
        self.left = self.left.checked_sub(count).ok_or(Stop::TooMany(self.limit))?;
        Ok(())
    }
}

/// Cells of a sheet by row, ascending.
pub(super) struct Grid<'l> {
    /// Rows that have a cell, numbered from 1.
    pub rows: Vec<(u64, Vec<Cell>)>,
    room: &'l mut Room,
}

impl<'l> Grid<'l> {
    /// A grid without cells, which takes its cells from `room`.
    pub fn new(room: &'l mut Room) -> Self {
        Self { rows: Vec::new(), room }
    }

    /// Checks that there is room for `count` more cells.
    pub fn check(&self, count: u64) -> Result<(), Stop> {
        if count > self.room.left { Err(Stop::TooMany(self.room.limit)) } else { Ok(()) }
    }

    /// Puts a cell at a row and column that count from 0; an empty one is left out.
    pub fn put(&mut self, row: u32, column: u32, cell: Cell) -> Result<(), Stop> {
        if cell.text.is_empty() {
            return Ok(());
        }
        if column >= MOST_COLUMNS {
            return Err(Stop::TooWide);
        }
        self.room.take(1)?;
        let (row, column) = (u64::from(row) + 1, column as usize);
        let at = match self.rows.last() {
            Some((latest, _)) if *latest < row => self.rows.len(),
            None => 0,
            Some(_) => self.rows.partition_point(|(other, _)| *other < row),
        };
        if self.rows.get(at).is_none_or(|(other, _)| *other != row) {
            self.rows.insert(at, (row, Vec::new()));
        }
        let Some((_, cells)) = self.rows.get_mut(at) else { return Ok(()) };
        if cells.len() <= column {
            cells.resize(column + 1, Cell::default());
        }
        cells[column] = cell;
        Ok(())
    }
}
