//! The survey of an export: which of its tables are tables of a book, and the mapping file that reads them, with a reason
//! for each key. What the data does not decide becomes a question, never a guess without a word.

mod again;
mod amounts;
mod annual;
mod aside;
mod assign;
mod assumed;
mod assumed_amount;
mod balances;
mod breakdown;
mod chains;
mod columns;
mod constant;
mod copies;
mod cube;
mod currency;
mod currency_column;
mod dates;
mod debits;
mod documents;
mod doubts;
mod figure_names;
mod fit;
mod grouped;
mod header;
mod heading;
mod joined;
mod keyed;
mod link;
mod measures;
mod name_currency;
mod named;
mod named_parents;
mod names;
mod nested;
mod notation;
mod numbers;
mod outcome;
mod outcomes;
mod outline;
mod parts;
mod period_heading;
mod periods;
mod pipeline;
mod prefix;
mod profile;
mod proof;
mod relation;
mod remarks;
mod restated;
mod role;
mod rollup;
mod running;
mod running_words;
mod section;
mod shares;
mod sides;
mod suspect_words;
mod suspects;
mod synonym;
mod text;
mod twice;
mod unit_column;
mod wide;

pub(in crate::intake) use notation::Notation as Evidence;
pub use outcome::{Breakdown, BreakdownValue, Question, Source, Survey};
pub use text::Decision;

use super::fault::FileFault;
use super::log::Log;
use super::mapping::TableMap;
use super::sheet::Sheet;
use super::store::Store;
use super::{Limits, Mapping, ReadOptions};
use crate::channel::PartnerBook;
use crate::finding::{Checked, Finding, Findings, Place, Severity};
use profile::{Profile, Text};
use std::path::PathBuf;

/// Looks at the directories, files and workbooks at `paths`, of any system, and proposes the mapping file that reads them
/// as one book.
///
/// Fails when nothing can be read there. The findings are warnings about tables that cannot be read.
pub fn survey_book(paths: &[PathBuf], limits: &Limits) -> Checked<Survey> {
    let mut log = Log::default();
    match Store::open_all(paths, limits, &mut log) {
        Ok(store) => survey(store, log, limits),
        Err(_) => Checked::refused(log.into_findings()),
    }
}

/// Looks at files in memory, name and bytes of each, as [`survey_book`] does at files on disk.
pub fn survey_files(files: Vec<(String, Vec<u8>)>, limits: &Limits) -> Checked<Survey> {
    let mut log = Log::default();
    match Store::of_files(files, limits, &mut log) {
        Ok(store) => survey(store, log, limits),
        Err(_) => Checked::refused(log.into_findings()),
    }
}

fn survey(mut store: Store, log: Log, limits: &Limits) -> Checked<Survey> {
    let mut profiles = Vec::new();
    let mut findings = Findings::new();
    for index in 0..store.tables.len() {
        let mut own = Log::default();
        let name = store.tables[index].name.clone();
        let (sheet, is_unquoted) = match store.read(index, None, limits, &mut own) {
            Some(sheet) => (Some(sheet), false),
            None => (unquoted(&mut store, index, limits), true),
        };
        let about = own.into_findings();
        let encoding = about.iter().find_map(|finding| match finding.cause::<FileFault>()? {
            FileFault::AssumedEncoding { .. } => Some("windows-1252"),
            FileFault::AssumedMac { .. } => Some("macintosh"),
            FileFault::AssumedJapanese { .. } => Some("shift_jis"),
            _ => None,
        });
        if let Some(sheet) = sheet.filter(|sheet| !sheet.headings.is_empty() && !name.starts_with('_')) {
            profiles.push(Profile::of(index, &name, sheet, Text { encoding, is_unquoted }).or_outlined());
        } else {
            findings.extend(about.into_iter().map(|finding| finding.with_severity(Severity::Warning)));
        }
    }
    findings.extend(log.into_findings());
    if profiles.is_empty() {
        findings.push(
            Finding::from(FileFault::NothingToRead { unread: store.unread.clone() })
                .at(Place::file(store.name.clone())),
        );
        return Checked::refused(findings);
    }
    let together = named::named(&profiles);
    profiles.extend(together);
    let survey = assign::survey(&store, &profiles);
    Checked { value: Some(survey), findings }
}

/// The table `index` of `store` with double quotes as part of its values, if each of its rows then has the fields of the
/// header and none of them is quoted.
fn unquoted(store: &mut Store, index: usize, limits: &Limits) -> Option<Sheet> {
    let map = TableMap { is_unquoted: true, ..TableMap::default() };
    let sheet = store.read(index, Some(&map), limits, &mut Log::default())?;
    let mut is_regular = sheet.headings.len() > 1;
    let read = sheet.for_each(|_, fields| {
        let is_quoted = |text: &str| text.len() > 1 && text.starts_with('"') && text.ends_with('"');
        is_regular &= fields.len() == sheet.headings.len() && !(0..fields.len()).any(|at| is_quoted(fields.text(at)));
    });
    read.is_ok().then_some(sheet).filter(|_| is_regular)
}

/// Reads the book at `paths` with the mapping that `survey` proposes.
pub fn read_surveyed(paths: &[PathBuf], survey: &Survey, options: &ReadOptions) -> Checked<PartnerBook> {
    if survey.mapping.is_empty() {
        return super::paths::read_books(paths, None, options);
    }
    match Mapping::parse("the proposed mapping", &survey.mapping) {
        Ok(mapping) => super::paths::read_books(paths, Some(&mapping), options),
        Err(findings) => Checked::refused(findings),
    }
}
