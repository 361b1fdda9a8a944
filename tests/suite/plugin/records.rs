//! Extra tables of the book as typed records.

use quotient::channel::{ExtraRow, ExtraTable, Partner, PartnerBook};
use quotient::finding::render;
use quotient::script::{ExtraTables, FactKind, TableDeclaration};
use quotient::units::Currency;

fn book(rows: &[(usize, &[&str])]) -> PartnerBook {
    let rows = rows.iter().enumerate().map(|(index, (partner, cells))| ExtraRow {
        partner: *partner,
        row: index as u64 + 2,
        values: cells.iter().map(|cell| Box::from(*cell)).collect(),
    });
    let table = ExtraTable {
        name: "deals".into(),
        columns: ["kind", "users", "on", "won"].map(Into::into).to_vec(),
        rows: rows.collect(),
    };
    let mut book = PartnerBook::new(Currency::USD, vec![Partner::new("A"), Partner::new("B"), Partner::new("C")]);
    book.extra_tables.push(table);
    book
}

fn deals(columns: &[(&str, FactKind)]) -> TableDeclaration {
    TableDeclaration {
        name: "deals".into(),
        columns: columns.iter().map(|(name, kind)| ((*name).into(), *kind)).collect(),
    }
}

#[test]
fn each_partner_has_its_own_rows() {
    let book = book(&[
        (0, &["new", "5", "2025-01-01", "yes"]),
        (2, &["new", "", "", "no"]),
        (2, &["old", "7", "2025-02-01", "true"]),
    ]);
    let declared = [deals(&[("users", FactKind::Count), ("on", FactKind::Date), ("won", FactKind::Truth)])];
    let tables = ExtraTables::typed(&book, &declared).unwrap_or_else(|findings| panic!("{findings:?}"));
    let counts: Vec<Option<usize>> = (0..4).map(|partner| tables.of(partner).count("deals")).collect();
    assert_eq!(counts, [Some(1), Some(0), Some(2), None]);
    assert_eq!(tables.of(0).count("other"), None);
}

#[test]
fn cells_that_do_not_fit_are_named_with_row_and_column() {
    let book = book(&[(0, &["new", "5.5", "01.02.2025", "perhaps"]), (1, &["new", "1,000", "2025-02-30", "no"])]);
    let declared = [deals(&[
        ("users", FactKind::Count),
        ("on", FactKind::Date),
        ("won", FactKind::Truth),
        ("kinds", FactKind::Text),
    ])];
    let findings = ExtraTables::typed(&book, &declared).expect_err("a missing column");
    assert_eq!(findings.len(), 1);
    let declared = [deals(&declared[0].columns[..3].iter().map(|(name, kind)| (&**name, *kind)).collect::<Vec<_>>())];
    let tables = ExtraTables::typed(&book, &declared).unwrap_or_else(|findings| panic!("{findings:?}"));
    let findings: Vec<_> = (0..3).flat_map(|partner| tables.faults_of(partner)).collect();
    assert_eq!((tables.faults_of(0).count(), tables.faults_of(2).count()), (3, 0));
    insta::assert_snapshot!(render::human(findings, false));
}
