//! Delimited text: records, rows, and double quotes where they belong and where they do not.

use proptest::prelude::*;
use quotient::document::delimited::{Misquote, Quotes, Record, Records, stated_delimiter};

/// Row, fields and fault of every record.
fn records(text: &str, delimiter: u8) -> Vec<(u64, Vec<String>, Option<Misquote>)> {
    let (mut records, mut record, mut all) = (Records::new(text, delimiter, 1), Record::default(), Vec::new());
    while records.read(&mut record) {
        let fields = record.fields.iter().map(|field| field.to_string()).collect();
        all.push((record.row, fields, record.misquoted.as_ref().map(|misquoted| misquoted.reason)));
    }
    all
}

fn fields(text: &str) -> Vec<Vec<String>> {
    records(text, b',').into_iter().map(|(_, fields, _)| fields).collect()
}

#[test]
fn quotes_blanks_and_line_ends_are_read_as_spreadsheets_write_them() {
    let expected = [vec!["a", "b, c", "d \"e\"\nf"], vec!["", "", "g"]];
    for end in ["\n", "\r\n", "\r"] {
        for blank in ["", " ", "\t"] {
            let text = format!("a,{blank}\"b, c\"{blank},\"d \"\"e\"\"\nf\"{end}\"\",,g{end}");
            assert_eq!(fields(&text), expected, "{text:?}");
        }
    }
    assert_eq!(fields("a\t\n"), [["a"]]);
    assert_eq!(records("a\t\n", b'\t')[0].1, ["a", ""]);
}

#[test]
fn rows_count_blank_lines_and_not_the_lines_inside_a_field() {
    let rows: Vec<u64> = records("a\n\n\"b\nc\"\nd", b',').into_iter().map(|(row, ..)| row).collect();
    assert_eq!(rows, [1, 2, 3, 4]);
}

#[test]
fn a_misplaced_quote_is_found_with_its_reason() {
    let reasons = |text| records(text, b',').into_iter().filter_map(|(row, _, fault)| Some((row, fault?))).collect();
    let found: Vec<Vec<(u64, Misquote)>> =
        ["a,\"b\n1,2\n", "a,b\n\"100\"5,2\n7,8", "a,b\n12\" monitor,2\n3,4\" monitor\n", "a,\"b\nc,d\"e\nf\"g,h\n"]
            .into_iter()
            .map(reasons)
            .collect();
    assert_eq!(
        found,
        [
            vec![(1, Misquote::Unclosed)],
            vec![(2, Misquote::TextAfter)],
            vec![(2, Misquote::Inside), (3, Misquote::Inside)],
            // The value spans two lines, so that where the next record begins is not known.
            vec![(1, Misquote::TextAfter)],
        ]
    );
}

#[test]
fn a_first_line_may_state_the_delimiter() {
    for line in ["sep=;\n", "\"sep=;\"\r\n", "sep=;\r", "SEP=; \n"] {
        assert_eq!(stated_delimiter(&format!("{line}a;b")), Some((b';', line.len())), "{line:?}");
    }
    assert_eq!(stated_delimiter("sep=\t\na"), Some((b'\t', 6)));
    for line in ["sep=\n", "sep=\"\n", "sep=ab\n", "sep=a\n", "separator\n", "\"sep=;\n"] {
        assert_eq!(stated_delimiter(line), None, "{line:?}");
    }
}

proptest! {
    #[test]
    fn both_ways_of_examining_quotes_agree(text in "[a\",; \t\n\r]{0,24}") {
        for delimiter in [b',', b';', b'\t'] {
            let quotes = Quotes::of(&text, delimiter);
            let found = records(&text, delimiter);
            prop_assert_eq!(quotes.is_misplaced, found.iter().any(|(_, _, fault)| fault.is_some()), "{:?}", text);
            if quotes.is_misplaced || quotes.has_blanks {
                continue;
            }
            // The lenient library reads a text without fault the same, but for blank lines and blanks around fields.
            let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter)
                .from_reader(text.as_bytes());
            let lenient: Vec<Vec<String>> = reader.records()
                .map(|record| record.unwrap().iter().map(|field| field.trim().to_owned()).collect())
                .filter(|fields: &Vec<String>| fields.iter().any(|field| !field.is_empty()))
                .collect();
            let strict: Vec<Vec<String>> = found.into_iter().map(|(_, fields, _)| fields)
                .filter(|fields| fields.iter().any(|field| !field.is_empty()))
                .collect();
            prop_assert_eq!(strict, lenient, "{:?}", text);
        }
    }
}
