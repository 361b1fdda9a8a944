use super::sample::{channel, factor, in_currency, line, plan, small, ugly};
use calamine::{Data, Reader, Xlsx};
use quotient::planning::QuotaPlan;
use quotient::report::ReportFault;
use quotient::report::xlsx::{MOST_LINES, require_room, write_plan};
use std::io::{Cursor, Read};

fn bytes(plan: &QuotaPlan) -> Vec<u8> {
    let mut out = Vec::new();
    write_plan(plan, &mut out).unwrap();
    out
}

fn workbook(plan: &QuotaPlan) -> Xlsx<Cursor<Vec<u8>>> {
    Xlsx::new(Cursor::new(bytes(plan))).unwrap()
}

fn rows(plan: &QuotaPlan, sheet: &str) -> Vec<Vec<Data>> {
    workbook(plan).worksheet_range(sheet).unwrap().rows().map(<[Data]>::to_vec).collect()
}

fn column(rows: &[Vec<Data>], name: &str) -> usize {
    rows[0]
        .iter()
        .position(|cell| quotient::intake::is_same_heading(&cell.to_string(), name))
        .unwrap_or_else(|| panic!("no column {name}"))
}

#[test]
fn a_printed_sheet_repeats_its_header_and_fits_the_paper_of_its_currency() {
    let sheet_of = |plan: &QuotaPlan| part(&bytes(plan), "xl/worksheets/sheet1.xml");
    let euro = sheet_of(&small());
    assert!(euro.contains("<pageSetup paperSize=\"9\""), "A4");
    assert!(euro.contains("orientation=\"landscape\"") && euro.contains("fitToHeight=\"0\""));
    assert!(part(&bytes(&small()), "xl/workbook.xml").contains("quotas!$1:$1"));
    let dollar = sheet_of(&in_currency("USD", "0.25"));
    assert!(dollar.contains("<pageSetup") && !dollar.contains("paperSize=\"9\""), "Letter");
}

/// One part of the workbook's archive as text.
fn part(bytes: &[u8], name: &str) -> String {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut text = String::new();
    archive.by_name(name).unwrap().read_to_string(&mut text).unwrap();
    text
}

#[test]
fn the_quotas_come_back_by_column_name() {
    let rows = rows(&small(), "quotas");
    let header: Vec<String> = rows[0].iter().map(ToString::to_string).collect();
    assert_eq!(
        header,
        [
            "Partner ID",
            "Partner name",
            "Account manager",
            "Tier",
            "Territory",
            "Product line",
            "Quota",
            "Override quota",
            "Override reason",
            "Prior revenue",
            "Comparable revenue",
            "Growth",
            "Floor",
            "Ceiling",
            "Limited by",
            "Locked",
            "Reasons",
            "Band low (estimate)",
            "Band high (estimate)",
            "Odds (estimate)",
            "Quota FY2026-Q1",
            "Quota FY2026-Q2",
            "Quota FY2026-Q3",
            "Quota FY2026-Q4",
            "Quota exact",
            "As proposed",
        ]
    );
    assert_eq!(rows.len(), 4);
    assert_eq!(rows[1][column(&rows, "quota")], Data::Float(1_200_000.0));
    assert_eq!(rows[1][column(&rows, "quota_exact")], Data::String("1200000.00".to_owned()));
    assert_eq!(rows[1][column(&rows, "growth")], Data::Float(0.2));
    assert_eq!(rows[3][column(&rows, "prior_revenue")], Data::Empty);
}

#[test]
fn a_lock_of_the_plan_is_written_as_override() {
    let rows = rows(&small(), "quotas");
    assert_eq!(rows[2][column(&rows, "override_quota")], Data::Float(450_000.0));
    assert_eq!(rows[2][column(&rows, "override_reason")].to_string(), "agreed on 3 February");
    assert_eq!(rows[1][column(&rows, "override_quota")], Data::Empty);
}

#[test]
fn names_are_text_and_never_formulas() {
    let plan = ugly();
    let mut workbook = workbook(&plan);
    let rows = rows(&plan, "quotas");
    for (line, row) in plan.lines.iter().zip(&rows[1..]) {
        // A workbook has line feeds only.
        let expected = line.identity.partner_name.replace("\r\n", "\n");
        assert!(
            matches!(&row[1], Data::String(text) if text.replace("\r\n", "\n").replace("_x000D_", "") == expected || text.contains('\u{FFFD}')),
            "{:?}",
            row[1]
        );
    }
    let formulas = workbook.worksheet_formula("quotas").unwrap();
    let found: Vec<&String> = formulas.rows().flatten().filter(|text| !text.is_empty()).collect();
    assert!(found.iter().all(|text| text.starts_with("IF(ISNUMBER(H")), "{found:?}");
    // A growth that is not known is an empty cell: a formula without a result would be saved as 0.
    assert_eq!(found.len(), plan.lines.iter().filter(|line| line.growth().is_some()).count());
}

#[test]
fn ids_have_text_format_and_only_overrides_are_unlocked() {
    let bytes = bytes(&small());
    let styles = part(&bytes, "xl/styles.xml");
    let sheet = part(&bytes, "xl/worksheets/sheet1.xml");
    assert!(sheet.contains("<sheetProtection sheet=\"1\""));
    assert!(!sheet.contains("password="));
    assert!(sheet.contains("sqref=\"H2:H4\""), "validation of override_quota");
    // Number format 49 is `@`.
    assert!(styles.contains("numFmtId=\"49\""));
    assert_eq!(styles.matches("locked=\"0\"").count(), 2);
    assert!(sheet.contains("ySplit=\"1\""));
    assert!(part(&bytes, "xl/tables/table1.xml").contains("displayName=\"quotas\""));
}

#[test]
fn meta_names_what_made_the_workbook() {
    let rows = rows(&small(), "_meta");
    let value = |key: &str| rows.iter().find(|row| row[0] == key).unwrap()[1].to_string();
    assert_eq!(value("revision"), "3fa91c02d7e84b15a6c09f2e51d3b870");
    assert_eq!(value("input_hash"), "b77c1e90aa4f");
    assert_eq!(value("target"), "1700000.00");
    assert_eq!(value("total"), "1700000.00");
    assert_eq!(value("steps"), "complete");
}

#[test]
fn steps_are_long_and_tidy() {
    let rows = rows(&small(), "steps");
    // Four steps of P1, three of P2, one of P3, and the header.
    assert_eq!(rows.len(), 9);
    let amounts: Vec<Data> = rows[1..5].iter().map(|row| row[column(&rows, "amount")].clone()).collect();
    assert_eq!(amounts, [500_000.0, 700_000.0, 30_000.0, -30_000.0].map(Data::Float));
}

#[test]
fn subtotals_state_the_target_and_every_dimension() {
    let rows = rows(&small(), "subtotals");
    assert_eq!(rows[2][1], Data::Float(1_700_000.0));
    // Quotas without override plus overrides: nothing is overridden beyond the lock.
    assert_eq!(rows[3][1], Data::Float(1_700_000.0));
    let dimensions: Vec<String> = rows[6..].iter().map(|row| row[0].to_string()).collect();
    assert_eq!(dimensions, ["channel", "territory", "territory", "tier", "tier", "tier"]);
}

#[test]
fn the_same_plan_gives_the_same_bytes() {
    assert!(bytes(&channel(60)) == bytes(&channel(60)));
}

#[test]
fn the_live_total_counts_overrides_instead_of_quotas() {
    let plan = small();
    let formula = workbook(&plan).worksheet_formula("subtotals").unwrap();
    let live = formula.get_value((3, 1)).unwrap();
    assert_eq!(live, "SUMIFS(quotas!G2:G4,quotas!H2:H4,\"\")+SUM(quotas!H2:H4)");
}

#[test]
fn empty_plans_and_other_currencies_open() {
    assert_eq!(rows(&plan(Vec::new()), "quotas").len(), 1);
    let dinar = rows(&in_currency("KWD", "0.125"), "quotas");
    assert_eq!(dinar[1][column(&dinar, "quota")], Data::Float(0.125));
}

#[test]
fn ten_thousand_lines_come_back_and_a_sheet_of_more_than_20_000_rows_is_filtered_without_a_table() {
    let steps = || vec![factor("history", "100.25", "1", ""), factor("b", "2", "0.5", ""), factor("c", "7", "0", "")];
    let plan = plan((0..10_000).map(|index| line(&format!("P{index:05}"), steps())).collect());
    let bytes = bytes(&plan);
    assert!(part(&bytes, "xl/worksheets/sheet1.xml").contains("<tablePart"));
    let steps = part(&bytes, "xl/worksheets/sheet3.xml");
    assert!(steps.contains("<autoFilter ref=\"A1:J30001\"") && !steps.contains("<tablePart"));
    assert!(steps.contains("<sheetProtection"));
    let mut workbook: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).unwrap();
    let range = workbook.worksheet_range("quotas").unwrap();
    let rows: Vec<Vec<Data>> = range.rows().map(<[Data]>::to_vec).collect();
    let at = column(&rows, "quota_exact");
    assert_eq!(rows.len(), 10_001);
    assert!(rows[1..].iter().all(|row| row[at] == "101.25"));
}

#[test]
fn more_lines_than_rows_is_an_error_that_names_the_way_out() {
    assert!(require_room(MOST_LINES).is_ok());
    let fault = require_room(MOST_LINES + 1).unwrap_err();
    assert!(matches!(fault, ReportFault::TooManyLines { lines: 1_048_576, most: 1_048_575 }));
    assert!(fault.to_string().ends_with("use `--format csv` or `--format json`"));
}

#[test]
fn a_workbook_can_be_kept_for_looking_at() {
    // Set QUOTIENT_LOOK to a folder to get the workbook there.
    let Some(folder) = std::env::var_os("QUOTIENT_LOOK") else { return };
    std::fs::write(std::path::PathBuf::from(folder).join("channel.xlsx"), bytes(&channel(150))).unwrap();
}
