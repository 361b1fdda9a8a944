//! The mapping file: its page and schema are derived from one declaration, and every example of the page is valid.

use quotient::channel::PartnerBook;
use quotient::finding::render;
use quotient::intake::{Mapping, ReadOptions, mapping_reference, mapping_schema, read_book_files};
use serde_json::Value;
use std::path::Path;

/// The page ends with the generated part, after this line.
const MARK: &str = "<!-- The reference below is generated from the declaration of the keys. -->\n";

/// Blocks of TOML in `text`.
fn blocks(text: &str) -> Vec<&str> {
    text.split("```toml\n").skip(1).filter_map(|rest| rest.split("```").next()).collect()
}

fn read(files: &[(&str, &str)], map: &str) -> PartnerBook {
    let mapping = Mapping::parse("map.toml", map).unwrap();
    let files = files.iter().map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec())).collect();
    match read_book_files(files, Some(&mapping), &ReadOptions::default()).into_result() {
        Ok((book, _)) => book,
        Err(findings) => panic!("{}", render::human(findings.iter(), false)),
    }
}

/// `QUOTIENT_BLESS=1` rewrites the generated part.
#[test]
fn the_page_of_the_mapping_file_is_current() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/mapping.md");
    let page = std::fs::read_to_string(&path).unwrap();
    let (written, _) = page.split_once(MARK).unwrap();
    let text = format!("{written}{MARK}\n{}\n", mapping_reference().trim_end());
    if std::env::var_os("QUOTIENT_BLESS").is_some() {
        std::fs::write(&path, &text).unwrap();
    }
    let page = std::fs::read_to_string(&path).unwrap();
    assert!(page == text, "docs/mapping.md is not current: run `QUOTIENT_BLESS=1 cargo test --test suite mapping`");
}

#[test]
fn the_schema_of_the_mapping_file_is_current() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("schema/map.schema.json");
    if std::env::var_os("QUOTIENT_BLESS").is_some() {
        std::fs::write(&path, mapping_schema()).unwrap();
    }
    assert_eq!(std::fs::read_to_string(&path).unwrap(), mapping_schema(), "schema/map.schema.json is not current");
}

#[test]
fn every_example_of_the_page_is_a_valid_mapping_file_and_fits_the_schema() {
    let validator = jsonschema::validator_for(&serde_json::from_str(&mapping_schema()).unwrap()).unwrap();
    let page = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/mapping.md")).unwrap();
    let examples = blocks(&page);
    assert!(examples.len() > 15);
    for example in examples {
        if let Err(findings) = Mapping::parse("map.toml", example) {
            panic!("{example}\n{}", render::human(findings.iter(), false));
        }
        let document: Value = toml::from_str(example).unwrap();
        assert!(validator.is_valid(&document), "{example}");
    }
}

#[test]
fn the_shipped_mapping_files_fit_the_schema_and_a_misspelt_key_does_not() {
    let validator = jsonschema::validator_for(&serde_json::from_str(&mapping_schema()).unwrap()).unwrap();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let mut count = 0;
    for entry in std::fs::read_dir(root).unwrap() {
        let path = entry.unwrap().path().join("map.toml");
        let Ok(text) = std::fs::read_to_string(&path) else { continue };
        count += 1;
        assert!(validator.is_valid(&toml::from_str::<Value>(&text).unwrap()), "{}", path.display());
    }
    assert!(count >= 3);
    for wrong in ["[revenu]", "[revenue]\nfil = \"x\"", "[revenue]\nscale.amount = 100", "[market]\nattributes = []"] {
        assert!(!validator.is_valid(&toml::from_str::<Value>(wrong).unwrap()), "{wrong}");
        assert!(Mapping::parse("map.toml", wrong).is_err(), "{wrong}");
    }
}

#[test]
fn an_empty_string_leaves_a_column_unread_although_a_heading_has_its_name() {
    let partners = ("partners.csv", "partner_id,territory\nA-1,North\n");
    let revenue = ("revenue.csv", "partner_id,month,amount,territory\nA-1,2025-12,100,Warehouse 7\n");
    let book = read(&[partners, revenue], "[partners]\n[revenue]\ncolumns.territory = \"\"\n");
    let entry = &book.partners[0].revenue[0];
    assert_eq!(entry.segment.territory, None);
    assert_eq!(entry.amount.to_string(), "100");
}

#[test]
fn keys_at_the_top_count_for_every_section_without_them() {
    let orders = ("orders.csv", "Partner;Date;Net\nA-1;31.12.2025;1.234,50\nA-2;30.11.2025;2,5\n");
    let market = ("market.csv", "territory,addressable_market\nNorth,\"1,000\"\n");
    let map = "file = \"orders.csv\"\ndecimal = \",\"\nthousands = \".\"\ndate_format = \"DD.MM.YYYY\"\n\
        [partners]\ndistinct = true\nattributes = []\ncolumns.partner_id = \"Partner\"\n\
        [revenue]\ncolumns = { partner_id = \"Partner\", month = \"Date\", amount = \"Net\" }\nskip.Partner = \"A-2\"\n\
        [market]\nfile = \"market.csv\"\ndecimal = \".\"\nthousands = \",\"\n";
    let book = read(&[orders, market], map);
    // The partners have the source of the whole book, and not the filters of the revenue.
    let sums: Vec<_> = book.partners.iter().map(|partner| (&*partner.id, partner.revenue.len())).collect();
    assert_eq!(sums, [("A-1", 1), ("A-2", 0)]);
    assert_eq!(book.partners[0].revenue[0].amount.to_string(), "1234.50");
    assert_eq!(book.market[0].addressable.unwrap().to_string(), "1000", "a section's own key comes first");
    let wrong = Mapping::parse("map.toml", "date_format = { month = \"DD.MM.YYYY\" }\n[revenue]\n").unwrap_err();
    let text = render::human(wrong.iter(), false);
    assert!(text.contains("one value for all tables"), "{text}");
}

#[test]
fn weeks_belong_to_the_months_of_a_stated_pattern() {
    let partners = ("partners.csv", "partner_id\nA-1\n");
    let weeks: String = (1..=52).map(|week| format!("A-1,2025-W{week:02},{week}\n")).collect();
    let revenue = format!("partner_id,period,amount\n{weeks}");
    let book = read(&[partners, ("revenue.csv", &revenue)], "weeks = \"4-4-5\"\n[partners]\n[revenue]\n");
    let months: Vec<_> =
        book.partners[0].revenue.iter().map(|entry| format!("{} {}", entry.month, entry.amount)).take(4).collect();
    // 1 + … + 4, 5 + … + 8, 9 + … + 13, 14 + … + 17: the 13th week is in the first quarter.
    assert_eq!(months, ["2025-01 10", "2025-02 26", "2025-03 55", "2025-04 62"]);
    let files = [partners, ("revenue.csv", "partner_id,period,amount\nA-1,2025-W05,1\n")];
    let files = files.map(|(name, text)| (name.to_owned(), text.as_bytes().to_vec()));
    let findings = read_book_files(files.to_vec(), None, &ReadOptions::default()).into_result().unwrap_err();
    let text = render::human(findings.iter(), false);
    assert!(text.contains("`2025-W05` is a week") && text.contains("weeks = \"4-4-5\""), "{text}");
}

#[test]
fn one_column_per_month_is_recognised_in_the_message_about_the_missing_month() {
    let files = [("partners.csv", "partner_id\nA-1\n"), ("revenue.csv", "partner_id,Jan,Feb,Mar\nA-1,1,2,3\n")];
    let files = files.map(|(name, text)| (name.to_owned(), text.as_bytes().to_vec()));
    let findings = read_book_files(files.to_vec(), None, &ReadOptions::default()).into_result().unwrap_err();
    let text = render::human(findings.iter(), false);
    assert!(text.contains("columns such as `Jan` and `Feb` are periods"), "{text}");
}

#[test]
fn several_files_are_one_table_and_a_finding_names_the_file_and_its_row() {
    let map = "file = [\"a.csv\", \"b.csv\"]\n[partners]\ndistinct = true\nattributes = []\n[revenue]\n";
    let with = |second: &str| {
        let file = |name: &str, text: &str| (name.to_owned(), text.as_bytes().to_vec());
        let files =
            vec![file("a.csv", "partner_id,month,amount\nA-1,2025-11,1\nA-2,2025-11,2\n"), file("b.csv", second)];
        let mapping = Mapping::parse("map.toml", map).unwrap();
        read_book_files(files, Some(&mapping), &ReadOptions::default()).into_result()
    };
    let (book, warnings) = with("Partner ID,Month,Amount\nA-1,2025-12,4\nA-3,2025-12,8\n").unwrap();
    assert!(warnings.is_empty(), "{warnings}");
    let sums: Vec<_> = book.partners.iter().map(|partner| (&*partner.id, partner.revenue.len())).collect();
    assert_eq!(sums, [("A-1", 2), ("A-2", 1), ("A-3", 1)]);
    assert_eq!(book.tables["revenue"], 4);
    let text = render::human(with("partner_id,month,amount\nA-1,2025-12,x\n").unwrap_err().iter(), false);
    assert!(text.contains("b.csv: row 2, column `amount`, value `x`"), "{text}");
    // The columns may be in another order, but not others.
    let (book, _) = with("amount,Month,partner ID\n4,2025-12,A-1\n8,2025-12,A-3\n").unwrap();
    let amounts: Vec<_> = book.partners.iter().flat_map(|one| &one.revenue).map(|one| one.amount.amount()).collect();
    assert_eq!(amounts.iter().map(ToString::to_string).collect::<Vec<_>>(), ["1", "4", "2", "8"]);
    let text = render::human(with("amount,partner_id,month\nx,A-1,2025-12\n").unwrap_err().iter(), false);
    assert!(text.contains("b.csv: row 2, column `amount`, value `x`"), "{text}");
    let text = render::human(with("amount,partner_id,month\n1,A-1\n").unwrap_err().iter(), false);
    assert!(text.contains("b.csv: row 2"), "{text}");
    for other in ["partner_id,amount,day\nA-1,1,2025-12\n", "amount,partner_id,month,month\n1,A-1,2025-12,2025-12\n"] {
        let text = render::human(with(other).unwrap_err().iter(), false);
        assert!(text.contains("`b.csv` does not have the same columns as `a.csv`"), "{text}");
    }
    let wrong = Mapping::parse("map.toml", "[targets]\nfile = [\"a.csv\", \"b.csv\"]\n").unwrap_err();
    assert!(render::human(wrong.iter(), false).contains("read from one file or sheet"));
    assert!(Mapping::parse("map.toml", "[revenue]\nfile = []\n").is_err());
}
