//! Damage to delimited files: one character too many or too few, and the book is refused or says the same.

use quotient::channel::PartnerBook;
use quotient::finding::{Code, Finding, Findings};
use quotient::intake::{Mapping, ReadOptions, read_book_files};
use std::collections::BTreeMap;

type Files = Vec<(String, String)>;

fn read(files: &Files) -> Result<(PartnerBook, Findings), Findings> {
    let files = files.iter().map(|(name, text)| (name.clone(), text.as_bytes().to_vec())).collect();
    read_book_files(files, None, &ReadOptions::default()).into_result()
}

/// Revenue by partner and month, and quotas that are agreed.
fn numbers(book: &PartnerBook) -> BTreeMap<(String, String), String> {
    let mut sums = BTreeMap::new();
    for partner in &book.partners {
        for entry in &partner.revenue {
            let sum = sums.entry((partner.id.to_string(), entry.month.to_string())).or_insert_with(Default::default);
            *sum += entry.amount.amount();
        }
    }
    let mut numbers: BTreeMap<_, _> =
        sums.into_iter().map(|(key, sum): (_, rust_decimal::Decimal)| (key, sum.normalize().to_string())).collect();
    for lock in &book.locks {
        numbers.insert((lock.partner_id.to_string(), "agreed".to_owned()), lock.quota.to_string());
    }
    numbers
}

fn files(files: &[(&str, &str)]) -> Files {
    files.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
}

const PARTNERS: &str =
    "partner_id,partner_name,tier,note\nA-1,\"Alder, Inc.\",Gold,\nA-2,Birch,Silver,\"9\"\" screens\"\n";
const REVENUE: &str =
    "partner_id,month,amount,comment\nA-1,2025-11,100.00,\"ok\"\nA-1,2025-12,250.50,\nA-2,2025-12,7,x\n";
const LOCKS: &str = "partner_id,quota,reason\nA-1,300,agreed with the partner\nA-2,50,\"agreed, too\"\n";

#[test]
fn a_quote_inserted_anywhere_into_a_book_is_refused() {
    let sound = files(&[("partners.csv", PARTNERS), ("revenue.csv", REVENUE), ("locks.csv", LOCKS)]);
    assert_eq!(numbers(&read(&sound).unwrap().0).len(), 5);
    for (index, (name, text)) in sound.iter().enumerate() {
        for at in 0..=text.len() {
            let mut damaged = sound.clone();
            damaged[index].1.insert(at, '"');
            let findings = read(&damaged).expect_err(&format!("{name}, {at}"));
            let told = |finding: &Finding| finding.is_error() && finding.places[0].file_name() == name.as_str();
            assert!(findings.iter().any(told), "{name}, {at}: {findings:?}");
        }
    }
}

/// Messages of the errors of a book with this revenue.
fn errors(revenue: &str) -> Vec<String> {
    let findings = read(&files(&[("partners.csv", "partner_id\nA-1\nA-2\n"), ("revenue.csv", revenue)])).unwrap_err();
    let place = |finding: &Finding| format!("{}: {}", finding.places[0], finding.message());
    findings.iter().filter(|finding| finding.is_error()).map(place).collect()
}

#[test]
fn a_misplaced_quote_is_reported_with_its_row_and_column() {
    let heading = "partner_id,month,amount,comment\n";
    assert_eq!(
        errors(&format!("{heading}A-1,2025-01,\"100\"5,x\nA-2,2025-01,7,12\" monitor\nA-2,2025-01,7,12\" screen\n")),
        [
            "revenue.csv: row 2, column `amount`, value `100\"5`: text follows the double quote that closes this value",
            "revenue.csv: row 3, column `comment`, value `12\" monitor`: the value has a double quote but does not begin \
             with one",
            "revenue.csv: row 4, column `comment`, value `12\" screen`: the value has a double quote but does not begin \
             with one",
        ]
    );
    assert_eq!(
        errors(&format!("{heading}A-1,2025-01,100,\"12 inch\nA-2,2025-01,7,y\n")),
        ["revenue.csv: row 2, column `comment`, value `12 inch`: a double quote begins this value and is never closed"]
    );
    // The next double quote of the file is not the one that was forgotten.
    assert_eq!(
        errors(&format!("{heading}A-1,2025-01,100,\"12 inch\nA-2,2025-01,7,\"y\"\n")),
        ["revenue.csv: row 2, column `comment`, value `12 inch`: text follows the double quote that closes this value"]
    );
}

#[test]
fn a_value_that_holds_rows_of_the_table_is_a_warning() {
    let revenue =
        "partner_id,month,amount,comment\nA-1,2025-01,100,\"12 inch\nA-2,2025-01,7,14\"\nA-2,2025-02,1,\"a\nb\"\n";
    let (_, warnings) = read(&files(&[("partners.csv", "partner_id\nA-1\nA-2\n"), ("revenue.csv", revenue)])).unwrap();
    let found: Vec<(Code, String)> = warnings.iter().map(|finding| (finding.code(), finding.message())).collect();
    let told = (Code::BookShape, "the quoted value has 2 lines, of which some look like rows of the table".to_owned());
    assert!(
        found.contains(&told) && found.iter().filter(|(code, _)| *code == Code::BookShape).count() == 1,
        "{found:?}"
    );
}

#[test]
fn rows_have_as_many_fields_as_the_rows_above() {
    // The heading row ends with a delimiter; rows may or may not.
    for rows in ["A-1,2025-01,5,100\nA-2,2025-01,5,100\n", "A-1,2025-01,5,100,\nA-2,2025-01,5,100,\n"] {
        let revenue = format!("partner_id,month,units,amount,\n{rows}");
        let sound = files(&[("partners.csv", "partner_id\nA-1\nA-2\n"), ("revenue.csv", &revenue)]);
        assert_eq!(numbers(&read(&sound).unwrap().0).len(), 2);
    }
    // One delimiter less: 5 and 100 would be 5100 units and no amount.
    let found = errors("partner_id,month,units,amount,\nA-1,2025-01,5,100,\nA-2,2025-01,5100,\n");
    assert_eq!(found, ["revenue.csv: row 3: the row has 4 fields, but the rows above it have 5"]);
    // One delimiter more: the amount would be 5.
    let found = errors("partner_id,month,units,amount,note\nA-1,2025-01,5,100,\nA-2,2025-01,,5,100,\n");
    assert_eq!(found, ["revenue.csv: row 3: the row has 6 fields, but there are 5 columns"]);
}

#[test]
fn the_delimiter_is_the_one_that_makes_even_rows() {
    let map = Mapping::parse("map.toml", "[revenue]\ndecimal = \",\"\n").unwrap();
    for revenue in [
        "partner_id;month;amount;note, free, text, any\nA-1;2025-01;100,50;a\n",
        "\"sep=;\"\r\npartner_id;month;amount\r\nA-1;2025-01;100,50\r\n",
        "sep=;\rpartner_id;month;amount\rA-1;2025-01;100,50\r",
        "partner_id\tmonth\tamount\nA-1\t2025-01\t100,50\n",
        "partner_id|month|amount|a, b\nA-1|2025-01|100,50|\"x|y, z\"\n",
        "Report; of 2025\n",
    ] {
        let files = [("partners.csv", "partner_id\nA-1\nA-2\n"), ("revenue.csv", revenue)];
        let files = files.map(|(name, text)| (name.to_owned(), text.as_bytes().to_vec())).to_vec();
        match read_book_files(files, Some(&map), &ReadOptions::default()).into_result() {
            Ok((book, _)) => assert_eq!(numbers(&book).into_values().collect::<Vec<_>>(), ["100.5"], "{revenue:?}"),
            Err(findings) => assert!(revenue.starts_with("Report"), "{revenue:?}: {findings:?}"),
        }
    }
}

/// Random numbers that are the same in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % bound as u64).unwrap()
    }

    fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }
}

/// A revenue table that is written in one of the usual ways, its delimiter, and the columns in any order.
fn revenue(random: &mut Random) -> (String, char) {
    let (delimiter, end) = (*random.pick(&[',', ';', '\t', '|']), *random.pick(&["\n", "\r\n", "\r"]));
    let mut columns = vec!["partner_id", "month", "amount", "product_line", "units", "note"];
    columns.truncate(3 + random.below(4));
    for index in (1..columns.len()).rev() {
        columns.swap(index, random.below(index + 1));
    }
    let always = random.below(3) == 0;
    let quoted = |text: &str| {
        let needs = always || text.contains([delimiter, '"', '\n', '\r']);
        if needs { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.to_owned() }
    };
    let notes = ["", "", "ok", "a, b; c", "9\" screen", "two\nlines", "x|y", "\t"];
    let mut lines = vec![columns.iter().map(|column| quoted(column)).collect::<Vec<_>>()];
    for _ in 0..2 + random.below(3) {
        let cell = |column: &&str| match *column {
            "partner_id" => (*random.pick(&["A-1", "A-2"])).to_owned(),
            "month" => format!("2025-{:02}", 1 + random.below(12)),
            "amount" => (*random.pick(&["100", "7.5", "-3", "2500.25"])).to_owned(),
            "product_line" => (*random.pick(&["", "Cloud", "Cloud, Basic", "Base \"B\""])).to_owned(),
            "units" => (*random.pick(&["", "5", "12"])).to_owned(),
            _ => (*random.pick(&notes)).to_owned(),
        };
        lines.push(columns.iter().map(cell).collect::<Vec<_>>().iter().map(|text| quoted(text)).collect());
    }
    let lines: Vec<String> = lines.into_iter().map(|fields| fields.join(&delimiter.to_string())).collect();
    let last = if random.below(2) == 0 { end } else { "" };
    (format!("{}{last}", lines.join(end)), delimiter)
}

/// The text with one delimiter, double quote or line break inserted, deleted or doubled.
fn damaged(text: &str, delimiter: char, random: &mut Random) -> String {
    let structural = [delimiter, '"', '\n', '\r'];
    let places: Vec<(usize, char)> = text.char_indices().filter(|(_, c)| structural.contains(c)).collect();
    let (at, c) = *random.pick(&places);
    let mut damaged = text.to_owned();
    match random.below(3) {
        0 => damaged.insert(random.below(text.len() + 1), *random.pick(&structural)),
        1 => damaged.insert(at, c),
        _ => drop(damaged.remove(at)),
    }
    damaged
}

/// Every single fault of the structure of 10,000 files that people's programs write, at sampled places.
///
/// A character of a value is another matter: no reader knows that `100` was `1000`.
#[test]
fn a_delimiter_quote_or_line_break_too_many_or_too_few_changes_no_number() {
    let partners = "partner_id\nA-1\nA-2\n";
    let mut random = Random(0x5EED_0009);
    let mut refused = 0;
    for _ in 0..10_000 {
        let (text, delimiter) = revenue(&mut random);
        let sound = files(&[("partners.csv", partners), ("revenue.csv", &text)]);
        let expected = numbers(&read(&sound).unwrap_or_else(|findings| panic!("{text:?}: {findings:?}")).0);
        for _ in 0..2 {
            let text = damaged(&text, delimiter, &mut random);
            match read(&files(&[("partners.csv", partners), ("revenue.csv", &text)])) {
                Ok((book, _)) => assert_eq!(numbers(&book), expected, "{text:?} from {:?}", sound[1].1),
                Err(_) => refused += 1,
            }
        }
    }
    assert!(refused > 5_000, "{refused}");
}
