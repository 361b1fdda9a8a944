//! The demonstration book: a synthetic channel, the same for the same seed, with the difficult cases that real ones have.
//!
//! Everything is whole numbers and one small generator (SplitMix64), so that every machine writes the same bytes.
//! The partners 1 to 15 are the difficult cases, see [`README`].

mod channel;
mod dice;
mod names;
mod opportunities;
mod tables;
mod values;

use crate::channel::PartnerBook;
use crate::finding::{Finding, Findings, Place};
use crate::intake::{ReadOptions, TableKind, read_book_files};
use channel::Channel;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use tables::write_table;

/// Text of the `README.md` beside a generated book.
pub const README: &str = "\
# Demonstration book: synthetic

**Every partner and every number here is made up.** The book was written by `quotient generate`; the same seed and number
of partners give the same bytes. As of 2025-12-31, in US dollars; eight quarters of revenue, 2024-01 to 2025-12.

The first partners are the ugly cases that real channels have:

| partner | what is special |
| --- | --- |
| 1 | dominates the channel with about a quarter of its revenue |
| 2 to 5 | newcomers, joined 3 to 9 months ago |
| 6 | its vertical (Maritime) has no market data |
| 7 | a quarter with more credit notes than sales |
| 8, 9 | a thin and a rich pipeline |
| 10 | never had any revenue |
| 11 to 14 | names with a comma, umlauts, a leading `=`, quotes |
| 15 | no tier, no territory |

For reviews as of 2025-09-30: `forecasts.csv` also has the forecasts for 2025 that were submitted that September, and
`opportunities.csv` also the deals due to close in the last quarter, in their state on that date.

`locks.csv` is empty: nothing is agreed yet. Books of more than 10,000 partners are sparser: one sale per quarter and at
most two opportunities per partner.
";

const TERRITORIES: [&str; 3] = ["North", "South", "West"];
const PRODUCT_LINES: [&str; 3] = ["Platform", "Analytics", "Services"];
const VERTICALS: [&str; 4] = ["Healthcare", "Manufacturing", "Public Sector", "Retail"];
const TIERS: [&str; 3] = ["Silver", "Gold", "Platinum"];
const MANAGERS: [&str; 6] = ["A. Okafor", "B. Lindqvist", "C. Moreau", "D. Tanaka", "E. Rossi", "F. Novak"];
const STAGES: [(&str, u64); 4] = [("Qualified", 20), ("Proposal", 40), ("Negotiation", 60), ("Verbal", 80)];
/// Share of a year's revenue by month, in thousandths of the average month: quarter ends are strong.
const SEASON: [u64; 12] = [780, 860, 1150, 840, 920, 1180, 760, 820, 1130, 940, 1040, 1580];
/// Number of months of revenue.
const MONTHS: i32 = 24;
/// Above this number of partners the book is sparse.
const DENSE_PARTNERS: usize = 10_000;
/// Fewest partners for which the difficult cases all exist.
pub const FEWEST_PARTNERS: usize = 15;

crate::faults! {
    /// Faults of writing the demonstration book.
    pub enum DemonstrationFault {
        /// A file cannot be written.
        Unwritable { reason: String } = FileUnwritable {
            message: format!("the book cannot be written: {reason}"),
            help: "check the directory and the free space",
        }
        /// A table that was not generated would be overwritten.
        NotSynthetic {} = FileUnwritable {
            message: "a table that was not generated already exists and is not overwritten",
            help: "choose another directory",
        }
    }
}

/// Writes a synthetic book of `partners` partners (at least [`FEWEST_PARTNERS`]) as CSV files into `directory`.
///
/// Memory does not grow with the number of partners. Existing files of the same names are overwritten. Returns the files
/// written, the `README.md` first.
pub fn write_csv(directory: &Path, seed: u64, partners: usize) -> Result<Vec<PathBuf>, Findings> {
    let unwritable = |path: &Path, error: io::Error| {
        let fault = DemonstrationFault::Unwritable { reason: error.to_string() };
        Findings::from(Finding::from(fault).at(Place::file(path.display().to_string())))
    };
    let is_synthetic = std::fs::read_to_string(directory.join("README.md")).is_ok_and(|text| text.starts_with(README));
    let taken = tables().map(|kind| directory.join(format!("{}.csv", kind.name())));
    if let Some(taken) = taken.filter(|_| !is_synthetic).find(|path| path.exists()) {
        let place = Place::file(taken.display().to_string());
        return Err(Finding::from(DemonstrationFault::NotSynthetic {}).at(place).into());
    }
    std::fs::create_dir_all(directory).map_err(|error| unwritable(directory, error))?;
    let channel = Channel::new(seed, partners);
    let readme = directory.join("README.md");
    let command = format!("{README}\n    quotient generate --seed {seed} --partners {}\n", channel.partners);
    std::fs::write(&readme, command).map_err(|error| unwritable(&readme, error))?;
    let mut written = vec![readme];
    for kind in tables() {
        let path = directory.join(format!("{}.csv", kind.name()));
        let file = std::fs::File::create(&path).map_err(|error| unwritable(&path, error))?;
        let mut out = BufWriter::with_capacity(1 << 20, file);
        write_table(&channel, kind, &mut out).and_then(|()| out.flush()).map_err(|error| unwritable(&path, error))?;
        written.push(path);
    }
    Ok(written)
}

/// Tables of the synthetic book: a target is given with `--target`.
fn tables() -> impl Iterator<Item = TableKind> {
    TableKind::BOOK.into_iter().filter(|kind| *kind != TableKind::Targets)
}

/// Returns the synthetic book of `partners` partners (at least [`FEWEST_PARTNERS`]), the same for the same seed.
///
/// ```
/// let book = quotient::demonstration::demonstration(1, 150).unwrap();
/// assert_eq!(book.partners.len(), 150);
/// ```
pub fn demonstration(seed: u64, partners: usize) -> Result<PartnerBook, Findings> {
    let channel = Channel::new(seed, partners);
    let mut files = Vec::new();
    for kind in tables() {
        let mut bytes = Vec::new();
        let file = format!("{}.csv", kind.name());
        write_table(&channel, kind, &mut bytes).map_err(|error| {
            let fault = DemonstrationFault::Unwritable { reason: error.to_string() };
            Findings::from(Finding::from(fault).at(Place::file(file.clone())))
        })?;
        files.push((file, bytes));
    }
    read_book_files(files, None, &ReadOptions::default()).warned(&mut Findings::new())
}
