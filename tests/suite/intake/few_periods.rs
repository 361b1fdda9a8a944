//! Exports of one or two months, with numbered periods or weeks, and with debits and credits in two columns: each is read, with the
//! sum of its rows as the test itself adds them up. Annual amounts, members that contain others, and chains of documents are asked
//! about with their sums.

use super::unsaid::Seen;
use rust_decimal::Decimal;
use std::fmt::Write;

const PARTNERS: [&str; 6] = ["Acme GmbH", "Birch Ltd", "Cedar SA", "Delta Corp", "Elm AG", "Fir Oy"];

/// An amount with cents, another one for each number.
fn amount(number: u64) -> Decimal {
    let cents =
        100_000 + number.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407) % 8_900_000;
    Decimal::new(i64::try_from(cents).unwrap(), 2)
}

/// Partners with their numbers, from 1.
fn partners() -> impl Iterator<Item = (u64, &'static str)> {
    (1u64..).zip(PARTNERS)
}

#[track_caller]
fn reads(name: &str, text: &str, expected: Decimal) -> Seen {
    let seen = Seen::text(&[(name, text)]);
    assert_eq!(seen.revenue(), expected, "{text}\n{}\n{}", seen.mapping, seen.said);
    seen
}

/// A report with the account once per group, and rows of counts in a column of codes: it would be read too low.
#[test]
fn rows_of_the_partner_above_are_not_left_out_without_a_word() {
    let mut rows = "Account Name,Opportunity Name,Stage,Amount Currency,Amount,Close Date\n".to_owned();
    for (name, first) in [("Acme", 1), ("Beta", 2)] {
        for month in 1..=6 {
            let name = if month == 1 { name } else { "" };
            writeln!(rows, "{name},Deal {first}{month},Closed Won,EUR,100,{month:02}/14/2025").unwrap();
        }
        rows.push_str(",Count,,6,,\n");
    }
    let seen = Seen::text(&[("report.csv", &rows)]);
    seen.says("write `fill_down = [\"Account Name\"]` instead");
}

#[test]
fn one_or_two_months_are_read_in_every_notation() {
    for headings in [
        &["Jan 2025", "Feb 2025"][..],
        &["Jan 2025"],
        &["2025-01", "2025-02"],
        &["Jan", "Feb"],
        &["January"],
        &["Sales Jan-25", "Sales Feb-25"],
        &["Januar 2025", "Februar 2025"],
        &["01.2025", "02.2025"],
        &["001.2025", "002.2025"],
    ] {
        for has_totals in [false, true] {
            let mut text = format!("Partner,Region,{}{}\n", headings.join(","), if has_totals { ",Total" } else { "" });
            let mut sums = vec![Decimal::ZERO; headings.len()];
            for (at, partner) in partners() {
                write!(text, "{partner},EU").unwrap();
                let mut all = Decimal::ZERO;
                for (month, sum) in (0u64..).zip(&mut sums) {
                    let own = amount(at * 10 + month);
                    (*sum, all) = (*sum + own, all + own);
                    write!(text, ",{own}").unwrap();
                }
                text.push_str(&if has_totals { format!(",{all}\n") } else { "\n".to_owned() });
            }
            let expected: Decimal = sums.iter().sum();
            if has_totals {
                let sums: Vec<String> = sums.iter().map(Decimal::to_string).collect();
                writeln!(text, "Total,,{},{expected}", sums.join(",")).unwrap();
            }
            reads("sales 2025.csv", &text, expected);
        }
    }
}

#[test]
fn numbered_periods_are_those_of_the_calendar_year_with_a_question() {
    let (mut text, mut sum) = ("Partner,001.2025,002.2025\n".to_owned(), Decimal::ZERO);
    for (at, partner) in partners() {
        writeln!(text, "{partner},{},{}", amount(at), amount(at + 50)).unwrap();
        sum += amount(at) + amount(at + 50);
    }
    reads("a.csv", &text, sum).says("is read as a period of the calendar year");
}

#[test]
fn lists_of_sap_in_a_text_file_of_a_directory_are_read() {
    let line = "-".repeat(60);
    let mut text =
        format!("Fakturaliste      Seite 1\n\n{line}\n|Kunde |Name 1    |Periode |  Nettowert|Währg|\n{line}\n");
    let mut sum = Decimal::ZERO;
    for (at, partner) in partners() {
        for month in 1..13u64 {
            let own = amount(at * 100 + month);
            sum += own;
            let shown = own.to_string().replace('.', ",");
            writeln!(text, "|{}|{partner:<10}|{month:03}.2025|{shown:>11}|EUR  |", 100_000 + at).unwrap();
        }
    }
    writeln!(text, "{line}").unwrap();
    reads("ZSD.txt", &text, sum);
}

#[test]
fn numbered_weeks_are_read_as_rows_and_as_columns() {
    let (mut rows, mut sum) = ("Partner,Period,Amount\n".to_owned(), Decimal::ZERO);
    let headings: Vec<String> = (1..53u64).map(|week| format!("2025{week:02}")).collect();
    let mut columns = format!("Partner,{}\n", headings.join(","));
    for (at, partner) in partners() {
        columns.push_str(partner);
        for (week, heading) in (1u64..).zip(&headings) {
            let own = amount(at * 100 + week);
            sum += own;
            writeln!(rows, "{partner},{heading},{own}").unwrap();
            write!(columns, ",{own}").unwrap();
        }
        columns.push('\n');
    }
    reads("a.csv", &rows, sum);
    reads("a.csv", &columns, sum);
}

#[test]
fn debits_and_credits_in_two_columns_are_subtracted_with_a_question() {
    let (mut text, mut sum) = ("Date,Partner,Debit,Credit\n".to_owned(), Decimal::ZERO);
    for month in 1..13u64 {
        for (at, partner) in partners() {
            let own = amount(at * 100 + month);
            let is_debit = (at + month) % 9 == 0;
            sum += if is_debit { -own } else { own };
            let cells = if is_debit { format!("{own},") } else { format!(",{own}") };
            writeln!(text, "2025-{month:02}-11,{partner},{cells}").unwrap();
        }
    }
    let seen = reads("j.csv", &text, sum);
    seen.says("the revenue is `Credit` (");
    assert!(seen.mapping.contains("Credit - Debit"), "{}", seen.mapping);
}

#[test]
fn annual_amounts_in_the_rows_of_months_are_asked_about() {
    let mut text = "Partner,Month,ARR\n".to_owned();
    for (at, partner) in partners() {
        for month in 1..13u64 {
            writeln!(text, "{partner},2025-{month:02},{}", amount(at * 100 + month)).unwrap();
        }
    }
    Seen::text(&[("a.csv", &text)]).says("the heading names annual amounts");
}

#[test]
fn a_member_that_contains_others_and_more_is_asked_about() {
    for names in [["Northwind Europe", "Northwind US", "Northwind"], ["DACH", "Nordics", "EMEA"]] {
        let mut text = "Partner,Month,Amount\n".to_owned();
        let (mut parts, mut whole) = (Decimal::ZERO, Decimal::ZERO);
        for month in 1..13u64 {
            let own = |place: u64| amount(month * 10 + place);
            for (name, own) in
                names.into_iter().chain(["Cedar"]).zip([own(1), own(2), own(1) + own(2) + own(3), own(4)])
            {
                writeln!(text, "{name},2025-{month:02},{own}").unwrap();
            }
            parts += own(1) + own(2);
            whole += own(1) + own(2) + own(3);
        }
        let seen = Seen::text(&[("a.csv", &text)]);
        seen.says(&format!("the rows of `{}` ({whole}) are never below those of", names[2]));
        seen.says(&format!("({parts}), which belong to it"));
    }
}

#[test]
fn orders_deliveries_and_invoices_of_one_amount_are_asked_about() {
    let (mut text, mut once) = ("Partner,Date,Document type,Number,Amount\n".to_owned(), Decimal::ZERO);
    for (at, partner) in partners() {
        for month in 1..13u64 {
            let own = amount(at * 100 + month);
            once += own;
            for (day, kind) in [(1, "Order"), (9, "Delivery"), (17, "Invoice")] {
                writeln!(text, "{partner},2025-{month:02}-{day:02},{kind},{at}{month:02}{day},{own}").unwrap();
            }
        }
    }
    let seen = Seen::text(&[("a.csv", &text)]);
    seen.says("amounts have one row of the same partner for each of");
    seen.says(&format!("and to {once} if each amount counts once"));
}
