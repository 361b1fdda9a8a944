//! Workbooks: bytes as they are, or parts (`=== xl/workbook.xml`) that are put into a package first, because no mutation
//! of packed bytes keeps their checksums.

use super::book::check;
use super::files::split;
use quotient::intake::{Limits, ReadOptions, read_book};
use std::io::{Cursor, Write};
use std::path::PathBuf;
use std::sync::OnceLock;
use zip::write::SimpleFileOptions;

/// A file of this process, in memory where the system has such a place.
fn path() -> &'static PathBuf {
    static PATH: OnceLock<PathBuf> = OnceLock::new();
    PATH.get_or_init(|| {
        let memory = PathBuf::from("/dev/shm");
        let folder = if memory.is_dir() { memory } else { std::env::temp_dir() };
        folder.join(format!("quotient-fuzz-{}.xlsx", std::process::id()))
    })
}

fn package(data: &[u8]) -> Option<Vec<u8>> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in split(data) {
        writer.start_file(name, SimpleFileOptions::default()).ok()?;
        writer.write_all(bytes).ok()?;
    }
    Some(writer.finish().ok()?.into_inner())
}

pub fn run(data: &[u8]) {
    let bytes = if data.starts_with(b"=== ") { package(data) } else { Some(data.to_vec()) };
    let Some(bytes) = bytes else { return };
    std::fs::write(path(), bytes).expect("a file that can be written");
    let limits = Limits { workbook_bytes: 4 << 20, workbook_cells: 50_000, ..Limits::default() };
    let read = read_book(path(), None, &ReadOptions { limits, ..ReadOptions::default() }).into_result();
    drop(std::fs::remove_file(path()));
    check(&read);
}
