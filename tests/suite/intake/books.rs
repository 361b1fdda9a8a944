//! Every folder of `tests/suite/books` is a book, with what its reader is told as a snapshot.

use quotient::channel::{Partner, RevenueEntry};
use quotient::finding::render;
use quotient::intake::{Mapping, ReadOptions, read_book, read_books};
use std::path::{Path, PathBuf};

fn told(folder: &Path) -> String {
    let map = folder.join("map.toml");
    let mapping = match map.is_file().then(|| Mapping::parse("map.toml", &std::fs::read_to_string(&map).unwrap())) {
        Some(Err(findings)) => return render::human(findings.iter(), false),
        Some(Ok(mapping)) => Some(mapping),
        None => None,
    };
    let json = folder.join("book.json");
    let path = if json.is_file() { json.as_path() } else { folder };
    match read_book(path, mapping.as_ref(), &ReadOptions::default()).into_result() {
        Err(findings) => render::human(findings.iter(), false),
        Ok((book, warnings)) => {
            let partners: String = book.partners.iter().map(facts).collect();
            format!("the book is read\n{partners}{}", render::human(warnings.iter(), false))
        }
    }
}

/// A partner's facts in a few lines.
fn facts(partner: &Partner) -> String {
    let Partner { id, name, tier, territory, product_lines, since, attributes, .. } = partner;
    let mut out = format!("{id}: {name:?} {tier:?} {territory:?} {product_lines:?} {since:?} {attributes:?}\n");
    for RevenueEntry { month, segment, amount } in &partner.revenue {
        let (line, territory) = (segment.product_line.as_deref(), segment.territory.as_deref());
        out.push_str(&format!("  {month} {} {} {amount}\n", line.unwrap_or("-"), territory.unwrap_or("-")));
    }
    out
}

#[test]
fn every_broken_book_is_answered_with_what_to_do() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/suite/books");
    let mut folders: Vec<_> = std::fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    assert!(folders.len() >= 25);
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
        for folder in folders {
            insta::assert_snapshot!(folder.file_name().unwrap().to_str().unwrap(), told(&folder));
        }
    });
}

#[test]
fn several_paths_are_the_book_of_one_directory_with_them() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/demonstration");
    let options = ReadOptions::default();
    let whole = read_book(&root, None, &options).into_result().unwrap().0;
    let mut paths: Vec<PathBuf> = std::fs::read_dir(&root).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "csv"));
    paths.sort();
    let parts = read_books(&paths, None, &options).into_result().unwrap().0;
    assert_eq!((&parts.input_hash, &parts.partners), (&whole.input_hash, &whole.partners));
    // A workbook with the partners beside a text file with the revenue.
    let directory = tempfile::tempdir().unwrap();
    let mut workbook = rust_xlsxwriter::Workbook::new();
    let sheet = workbook.add_worksheet().set_name("partners").unwrap();
    sheet.write_column(0, 0, ["partner_id", "A", "B"]).unwrap();
    let (book, revenue) = (directory.path().join("book.xlsx"), directory.path().join("revenue.csv"));
    workbook.save(&book).unwrap();
    std::fs::write(&revenue, "partner_id,month,amount\nA,2025-01,1.50\nB,2025-02,2\n").unwrap();
    let mixed = read_books(&[book.clone(), revenue.clone()], None, &options).into_result().unwrap().0;
    let other = read_books(&[revenue, book], None, &options).into_result().unwrap().0;
    assert_eq!((mixed.partners.len(), &mixed.partners), (2, &other.partners));
    assert_eq!(mixed.partners[0].revenue[0].amount.to_string(), "1.50");
}
