//! Files of one table that are written in different ways, numbers whose sign one of them alone decides, and headings of
//! accounting systems.

use super::unsaid::Seen;
use rust_decimal::Decimal;

fn two(one: &str, other: &str) -> Seen {
    let text = |rows: &str| format!("Customer;Date;Amount\n{rows}");
    Seen::text(&[("a.csv", &text(one)), ("b.csv", &text(other))])
}

#[test]
fn files_with_different_notations_are_named_and_not_read_together() {
    let comma = "Acme;2025-01-10;1.234,56\nBeta;2025-01-11;2.000,10\n";
    let seen = two(comma, "Acme;2025-02-10;1,234.56\nBeta;2025-02-11;2,000.10\n");
    seen.says("`1.234,56` in `a.csv` has a decimal comma, and `1,234.56` in `b.csv` a decimal point: a table has one notation");
    assert!(seen.book.is_none());
    let few =
        two("Acme;2025-01-10;1234,56\nBeta;2025-01-11;2000,10\n", "Acme;2025-02-10;1,234\nBeta;2025-02-11;2,000\n");
    few.says("each `,` in `b.csv` has three digits behind it, as in `1,234`, while `1234,56` in `a.csv` is a fraction");
    let many = two(
        "Acme;2025-01-10;1234,56\nBeta;2025-01-11;2000,10\n",
        "Acme;2025-02-10;1,234\nBeta;2025-02-11;2,000\nBeta;2025-02-12;3,500\n",
    );
    many.says("each `,` in `b.csv` has three digits behind it");
    assert!(many.book.is_none(), "{}", many.mapping);
    two("Acme;2025-01-10;1.234\nBeta;2025-01-11;2.000\n", "Acme;2025-02-10;1234.56\nBeta;2025-02-11;2000.10\n")
        .says("each `.` in `a.csv` has three digits behind it");
    let same = two(comma, "Acme;2025-02-10;1.234\nBeta;2025-02-11;2.000,10\n");
    assert_eq!(same.revenue(), "6468.76".parse::<Decimal>().unwrap());
    assert!(!same.said.contains("notation"), "{}", same.said);
}

#[test]
fn files_with_different_orders_of_dates_are_named() {
    let days = "Acme;13/01/2025;1\nBeta;21/01/2025;2\n";
    let seen = two(days, "Acme;02/13/2025;3\nBeta;02/14/2025;4\n");
    seen.says("the dates of `b.csv` are `M/D/YYYY`, those of another file `D/M/YYYY`");
    assert!(seen.book.is_none());
    two(days, "Acme;02/03/2025;3\nBeta;02/04/2025;4\n").says(
        "the dates of `b.csv`, such as `02/03/2025`, fit both orders and span fewer months with day and month swapped",
    );
    let plain = two(days, "Acme;03/02/2025;3\nBeta;04/02/2025;4\n");
    assert!(!plain.said.contains("swapped"), "{}", plain.said);
}

#[test]
fn one_fraction_does_not_make_others_fractions_without_a_question() {
    let text = |amounts: [&str; 3]| {
        let [one, two, three] = amounts;
        format!("Customer;Date;Amount\nAcme;2025-01-10;{one}\nBeta;2025-01-11;{two}\nAcme;2025-02-11;{three}\n")
    };
    let question = "is read as a fraction because";
    for (amounts, is_asked) in [
        (["1.234", "12.5", "2.345"], true),
        (["1,234", "12,5", "2,345"], true),
        // Numbers above 999 have no sign between thousands, and others have as many decimals.
        (["1.234", "1234.5", "2.345"], false),
        (["1.234", "12.5", "4711"], false),
        (["1.234", "12.3456", "2.345"], false),
        (["12.25", "12.5", "2.3"], false),
    ] {
        let seen = Seen::text(&[("a.csv", &text(amounts))]);
        assert_eq!(seen.said.contains(question), is_asked, "{amounts:?}\n{}\n{}", seen.mapping, seen.said);
    }
    let beside = "Customer,Date,Amount,Cost\nAcme,2025-01-10,1.234,0.55\nBeta,2025-01-11,2.345,1.25\n";
    Seen::text(&[("a.csv", beside)]).says("is `1.234` a fraction, as `0.55` in another column is?");
}

#[test]
fn a_number_behind_a_comma_of_a_title_is_not_a_unit() {
    let text = "Spend over £25,000,\nSupplier,Date,Amount\nA,2025-01-10,\"£26,000.50\"\nB,2025-02-10,\"£30,000.00\"\n";
    assert_eq!(Seen::text(&[("a.csv", text)]).revenue(), "56000.5".parse::<Decimal>().unwrap());
}

#[test]
fn headings_of_accounting_systems_are_known_or_said_to_be_unusable() {
    let text = "Sold-to pt,Billing Date,Net Value\n1000,2025-01-10,100\n1001,2025-01-11,50\n";
    let seen = Seen::text(&[("a.csv", text), ("b.csv", &text.replace("2025-01", "2025-02"))]);
    assert_eq!(seen.revenue(), Decimal::from(300));
    Seen::text(&[("a.csv", "Kunde;GJ2023;GJ2024\nAcme;100;200\nBeta;50;60\n")]).says("`GJ2023` is of a fiscal year");
    let partners = "Partner ID,Name,Segment\nP1,Acme,Gold\nP2,Beta,Silver\nP3,Gamma,Gold\n";
    let sales = "Partner ID,Month,Amount\nP1,2025-01,100\nP2,2025-01,50\nP3,2025-02,70\n";
    let book = Seen::text(&[("partners.csv", partners), ("sales.csv", sales)]).book.unwrap();
    assert_eq!(book.partner("P1").unwrap().tier.as_deref(), Some("Gold"));
    let entries = "Umsatz;Soll/Haben;Konto;Belegdatum\n100,00;S;10001;3112\n50,00;S;10002;1501\n20,00;H;10001;1602\n";
    Seen::text(&[("a.csv", entries)])
        .says("such as `1501`, are days and months without a year: export dates with their year");
    let columns = "Kunde;Datum;Soll;Haben\nAcme;10.01.2025;0,00;100,00\nBeta;11.01.2025;20,00;0,00\n";
    let seen = Seen::text(&[("a.csv", columns)]);
    seen.says("the revenue is `Haben` (100.00) less `Soll` (20.00)");
    assert_eq!(seen.revenue(), Decimal::from(80));
    let signs = "Kunde;Datum;Betrag;S/H\nAcme;10.01.2025;100,00;S\nBeta;11.01.2025;50,00;S\nAcme;12.01.2025;20,00;H\n";
    Seen::text(&[("a.csv", signs)]).says("write `subtract.\"S/H\" = \"…\"` under `[revenue]`");
}

#[test]
fn a_day_and_a_month_without_a_year_are_inside_the_year() {
    for (value, is_day) in [
        ("0101", true),
        ("101", true),
        ("3112", true),
        ("0012", false),
        ("3201", false),
        ("1600", false),
        ("1613", false),
    ] {
        let text = format!("Umsatz;Soll/Haben;Konto;Belegdatum\n100,00;S;10001;{value}\n50,00;S;10002;1501\n");
        let seen = Seen::text(&[("a.csv", &text)]);
        assert_eq!(seen.said.contains("are days and months without a year"), is_day, "{value}\n{}", seen.said);
    }
}

#[test]
fn amounts_in_the_currency_of_the_company_are_not_in_that_of_the_document() {
    let text = "Customer,Posting Date,Amount in doc. curr.,Document Currency,Amount in local currency,Local Currency\nA,2025-01-05,10,USD,9,EUR\nB,2025-02-05,20,GBP,24,EUR\n";
    let seen = Seen::text(&[("a.csv", text)]);
    assert_eq!(seen.revenue(), Decimal::from(33), "{}", seen.mapping);
    assert_eq!(seen.book.as_ref().unwrap().currency.code(), "EUR");
    let without = text.replace(",Local Currency", "").replace(",EUR", "");
    let seen = Seen::text(&[("a.csv", &without)]);
    assert_eq!(seen.revenue(), Decimal::from(33), "{}", seen.mapping);
    seen.says(
        "Document Currency: it is not the currency of the amounts, which are in another one: write `currency = \"…\"`",
    );
}

#[test]
fn revenue_that_is_all_negative_is_asked_about() {
    let text = "Customer,Posting Date,Amount\nA,2025-01-05,-10\nB,2025-02-05,-20\nB,2025-02-06,-21\n";
    Seen::text(&[("a.csv", text)]).says("nearly all its amounts are negative, as ledgers write revenue");
    let some = text.replace(",-10", ",10").replace(",-20", ",20");
    assert!(!Seen::text(&[("a.csv", &some)]).said.contains("negative"));
}

#[test]
fn files_of_returns_and_budgets_are_not_parts_of_the_revenue() {
    let sales = "Customer,Date,Amount\nA,2024-01-05,100\nB,2024-02-01,50\n";
    let other = "Customer,Date,Amount\nA,2024-01-25,10\nB,2024-02-11,5\nA,2024-03-11,7\n";
    for name in ["returns.csv", "Budget 2025.csv", "sales-forecast.csv"] {
        let seen = Seen::text(&[("sales.csv", sales), (name, other)]);
        assert_eq!(seen.revenue(), Decimal::from(150), "{}", seen.mapping);
        seen.says(&format!("{name}: it has the columns of the revenue and is not read, because"));
    }
    assert_eq!(Seen::text(&[("budget.csv", sales)]).revenue(), Decimal::from(150));
    assert_eq!(Seen::text(&[("sales.csv", sales), ("east.csv", other)]).revenue(), Decimal::from(172));
}

#[test]
fn headings_of_several_lines_are_named_in_one() {
    let text = "\"Channel\nPartner\",\"Invoice\nDate\",\"Net\nAmount\n(EUR)\"\nA,2024-01-05,100\nB,2024-02-01,50\n";
    let seen = Seen::text(&[("a.csv", text)]);
    assert_eq!(seen.revenue(), Decimal::from(150), "{}", seen.mapping);
    assert_eq!(seen.book.unwrap().currency.code(), "EUR");
}

#[test]
fn a_file_without_a_header_is_not_read_as_if_its_first_row_were_one() {
    let text =
        "SO43659,2024-01-05,Acme,1,2024.99\nSO43660,2024-01-06,Beta,3,419.46\nSO43661,2024-02-06,Acme,1,874.79\n";
    let seen = Seen::text(&[("a.csv", text)]);
    seen.says("its first row, which begins with `SO43659`, looks like data: write a row with the names of the columns");
    assert!(seen.book.is_none());
    let days = "Acme,45,12\n2024-01-05,2024-01-06,2024-01-07\n";
    assert!(!Seen::text(&[("a.csv", days)]).said.contains("looks like data"));
}
