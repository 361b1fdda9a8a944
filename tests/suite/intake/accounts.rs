//! What one export may take: columns, and time that ends with its caller.

use quotient::cancel::{Cancel, cancellable};
use quotient::finding::Findings;
use quotient::intake::recognition::survey_files;
use quotient::intake::{BookFault, FileFault, Limits, ReadOptions, read_book_files};

const COLUMNS: usize = 40;

/// A table of sales with `columns` columns.
fn wide(columns: usize) -> Vec<u8> {
    let further = |prefix: &str| (2..=columns).map(|column| format!(",{prefix}{column}")).collect::<String>();
    format!("Händler{}\nA-1{}\nB-2{}\n", further("c"), further(""), further("1")).into_bytes()
}

fn book() -> Vec<(String, Vec<u8>)> {
    vec![
        ("partners.csv".to_owned(), b"partner_id,partner_name\nA-1,Alpha\n".to_vec()),
        ("revenue.csv".to_owned(), b"partner_id,month,amount\nA-1,2025-01,100\nA-1,2025-02,200\n".to_vec()),
    ]
}

fn widths(findings: &Findings) -> Vec<(usize, usize)> {
    let width = |fault: &FileFault| match fault {
        FileFault::TooManyColumns { columns, limit } => Some((*columns, *limit)),
        _ => None,
    };
    findings.iter().filter_map(|finding| width(finding.cause()?)).collect()
}

#[test]
fn a_table_at_the_limit_of_columns_is_read_and_one_above_it_is_left_out_by_name() {
    let limits = Limits { columns: COLUMNS, ..Limits::default() };
    for (columns, expected) in [(COLUMNS, vec![]), (COLUMNS + 1, vec![(COLUMNS + 1, COLUMNS)])] {
        let files = [book(), vec![("wide.csv".to_owned(), wide(columns))]].concat();
        let (survey, findings) = survey_files(files.clone(), &limits).into_parts();
        assert_eq!(widths(&findings), expected, "{findings}");
        let sources = survey.map(|survey| survey.sources.len());
        assert_eq!((sources, findings.has_errors()), (Some(3 - expected.len()), false), "{findings}");
    }
}

#[test]
fn a_title_above_a_wide_header_does_not_hide_its_width() {
    let limits = Limits { columns: COLUMNS, ..Limits::default() };
    let titled = [b"Sales of 2025\n".to_vec(), wide(COLUMNS + 1)].concat();
    let (survey, findings) = survey_files(vec![("wide.csv".to_owned(), titled)], &limits).into_parts();
    assert_eq!((survey, widths(&findings)), (None, vec![(COLUMNS + 1, COLUMNS)]), "{findings}");
}

#[test]
fn a_book_whose_caller_is_gone_is_not_read_to_its_end() {
    let cancel = Cancel::default();
    let read = || cancellable(&cancel, || read_book_files(book(), None, &ReadOptions::default()).into_parts());
    assert_eq!(read().0.map(|book| book.partners.len()), Some(1));
    cancel.cancel();
    let (book, findings) = read();
    let ends = findings.iter().map(|finding| finding.cause() == Some(&BookFault::Stopped {})).collect::<Vec<_>>();
    assert_eq!((book, ends), (None, vec![true]), "{findings}");
}
