//! Lookup tables: kinds of columns, and what is wrong with a file.

use quotient::channel::Name;
use quotient::finding::render;
use quotient::script::{FactKind, FactValue, Key, Table};
use rust_decimal::Decimal;

/// The row of one key.
fn row<'t>(table: &'t Table, key: &str) -> &'t [FactValue] {
    table.row(&[Key::Text(Name::from(key))]).unwrap_or_else(|| panic!("no row {key}"))
}

#[test]
fn columns_get_the_narrowest_kind_that_fits_all_their_values() {
    let text = "\u{feff}territory,growth,partners,strategic,since,code\nNorth,0.06,12,true,2020-01-31,007\nSouth,,3,false,,008\n";
    let table = Table::parse("tables/territories.csv", text).value.unwrap_or_else(|| panic!("refused"));
    assert_eq!(&*table.name, "territories");
    let kinds: Vec<FactKind> = table.columns.iter().map(|(_, kind)| *kind).collect();
    assert_eq!(kinds, [FactKind::Rate, FactKind::Count, FactKind::Truth, FactKind::Date, FactKind::Text]);
    assert_eq!(row(&table, "North")[0], FactValue::Number(Decimal::new(6, 2)));
    assert_eq!(row(&table, "South")[0], FactValue::NotKnown);
    assert_eq!(row(&table, "South")[4], FactValue::Text(Name::from("008")));
}

#[test]
fn everything_wrong_with_a_table_is_reported_at_once() {
    let text = "key,a,a,\nx,1,2,3\nx,1,2,3\n,1,2,3\ny,1\n";
    let (table, findings) = Table::parse("t.csv", text).into_parts();
    assert!(table.is_none());
    insta::assert_snapshot!(render::human(findings.iter(), false));
}

#[test]
fn a_table_needs_a_key_and_a_column() {
    assert!(Table::parse("t.csv", "").value.is_none());
    assert!(Table::parse("t.csv", "key\n").value.is_none());
    assert!(Table::parse("t.csv", "key,a\n").value.is_some());
}

#[test]
fn a_double_quote_inserted_anywhere_into_a_lookup_table_is_refused() {
    let text = "territory,growth,note\nNorth,0.06,\"a, b\"\nSouth,0.05,\"9\"\" screens\"\n";
    assert!(Table::parse("t.csv", text).value.is_some());
    for at in 0..=text.len() {
        let mut damaged = text.to_owned();
        damaged.insert(at, '"');
        assert!(Table::parse("t.csv", &damaged).value.is_none(), "{damaged}");
    }
}
