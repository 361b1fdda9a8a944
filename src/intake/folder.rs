//! Files of a directory: which of them may have a table, by extension and first line.

use std::io::Read;
use std::path::{Path, PathBuf};

/// Extensions of files that are read as CSV.
const CSV_ENDINGS: [&str; 4] = ["csv", "tsv", "psv", "txt"];
/// Extensions of data files in a book's directory that are not read.
pub(super) const DATA_ENDINGS: [&str; 3] = ["parquet", "gz", "zip"];
/// Bytes of a text file in which its first line is looked for.
const HEADER_BYTES: u64 = 4_096;
/// Extensions of workbooks; the kind of a workbook shows in its content.
const WORKBOOK_ENDINGS: [&str; 5] = ["xlsx", "xlsm", "xls", "xlsb", "ods"];
/// Extensions of files with a JSON object per line.
const LINES_ENDINGS: [&str; 2] = ["ndjson", "jsonl"];

/// Kind of a file, from its extension.
pub(super) enum Format {
    Csv,
    Json,
    Lines,
    Workbook,
    Other(String),
}

pub(super) fn format_of(path: &Path) -> Format {
    let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase()).unwrap_or_default();
    match ending.as_str() {
        "json" => Format::Json,
        ending if WORKBOOK_ENDINGS.contains(&ending) => Format::Workbook,
        ending if LINES_ENDINGS.contains(&ending) => Format::Lines,
        ending if CSV_ENDINGS.contains(&ending) => Format::Csv,
        _ => Format::Other(ending),
    }
}

/// True for a directory with a file that may have a table.
pub(super) fn has_tables(directory: &Path) -> bool {
    let mut entries = std::fs::read_dir(directory).into_iter().flatten().flatten();
    entries.any(|entry| entry.path().is_file() && !matches!(format_of(&entry.path()), Format::Other(_) | Format::Json))
}

/// Lines with the same delimiters from which a text file has a table below its titles.
const FEWEST_LINES: usize = 3;

/// True for a text file whose first line looks like a header, or that has lines with the same number of delimiters.
pub(super) fn is_table(path: &Path) -> bool {
    let mut start = Vec::new();
    let read = std::fs::File::open(path).and_then(|file| file.take(HEADER_BYTES).read_to_end(&mut start));
    let signs = |line: &[u8], sign: u8| line.iter().filter(|byte| **byte == sign).count();
    let lines = || start.split(|byte| *byte == b'\n');
    let line = lines().next().unwrap_or_default();
    let is_list = |sign: u8| {
        let counts: Vec<usize> = lines().map(|line| signs(line, sign)).filter(|count| *count > 1).collect();
        counts.first().is_some_and(|first| counts.iter().filter(|count| *count == first).count() >= FEWEST_LINES)
    };
    read.is_ok()
        && ([b'\t', b';', b'|', b','].iter().any(|sign| signs(line, *sign) > 1)
            || [b'\t', b';', b'|'].into_iter().any(is_list))
}

/// Returns the files with tables at `paths`, each with its name; `None` if one cannot be read, two have one name, or
/// together they have more bytes than `limit`.
pub fn files_with_tables(paths: &[PathBuf], limit: u64) -> Option<Vec<(String, Vec<u8>)>> {
    let mut all = Vec::new();
    for path in paths {
        if !path.is_dir() {
            all.push(path.clone());
            continue;
        }
        let entries = std::fs::read_dir(path).ok()?.collect::<Result<Vec<_>, _>>().ok()?;
        let found = entries.into_iter().map(|entry| entry.path());
        // A link that leads elsewhere would put something else into the ledger.
        let inside = path.canonicalize().ok()?;
        let is_inside = |file: &PathBuf| file.canonicalize().is_ok_and(|real| real.starts_with(&inside));
        all.extend(
            found.filter(|path| path.is_file() && is_inside(path) && !matches!(format_of(path), Format::Other(_))),
        );
    }
    all.sort();
    let (mut files, mut left): (Vec<(String, Vec<u8>)>, u64) = (Vec::new(), limit);
    for path in all {
        left = left.checked_sub(std::fs::metadata(&path).ok()?.len())?;
        let name = name_of(&path);
        if files.iter().any(|(known, _)| known.eq_ignore_ascii_case(&name)) {
            return None;
        }
        files.push((name, file_bytes(&path)?));
    }
    Some(files)
}

/// Bytes of a file that was read before; `None` when it cannot be read any more.
pub fn file_bytes(path: &Path) -> Option<Vec<u8>> {
    std::fs::read(path).ok()
}

/// The name of the directory `path` in front of its files, the second of `files`, if one of them has the name of one of the
/// files before, those of other directories: then they are different tables.
pub(super) fn prefix([known, own]: &[Vec<String>; 2], path: &Path) -> Option<String> {
    let is_twice = |file: &String| known.iter().any(|known| known.eq_ignore_ascii_case(file));
    if !path.is_dir() || !own.iter().any(is_twice) {
        return None;
    }
    let name = path.file_name().map(|name| format!("{}/", name.to_string_lossy()));
    let is_free = |name: &String| !known.iter().any(|known| known.starts_with(name.as_str()));
    name.filter(is_free).or_else(|| Some(format!("{}/", path.display())))
}

/// Name of a file.
pub(super) fn name_of(path: &Path) -> String {
    path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned())
}

/// Name of a file without directory and ending.
pub(super) fn stem_of(path: &Path) -> String {
    path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default()
}
