//! Exports in which revenue is counted twice, or rows do not count, and no heading says so: each is left out by proof, or
//! asked about with its amount. The sums are those of the rows that the test itself adds up.

use super::unsaid::Seen;
use quotient::intake::Limits;
use quotient::intake::recognition::survey_files;
use rust_decimal::Decimal;
use std::fmt::Write;

/// An amount with cents, another one for each number.
fn amount(number: u64) -> Decimal {
    let cents =
        100_000 + number.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407) % 8_900_000;
    Decimal::new(i64::try_from(cents).unwrap(), 2)
}

fn months() -> impl Iterator<Item = (u64, String)> {
    (1..13u64).map(|month| (month, format!("2025-{month:02}")))
}

/// A table of partner, month, one more column and amount, where the rows of each `sixth` month have `odd`, with the sum of all
/// and of those.
fn flagged(heading: &str, plain: &str, odd: &str) -> (String, Decimal, Decimal) {
    let mut text = format!("Partner,Month,{heading},Amount\n");
    let (mut all, mut some) = (Decimal::ZERO, Decimal::ZERO);
    for (at, partner) in (0u64..).zip(["Acme", "Birch", "Cedar"]) {
        for (month, label) in months() {
            let (value, own) = (if (at + month) % 6 == 0 { odd } else { plain }, amount(at * 100 + month));
            writeln!(text, "{partner},{label},{value},{own}").unwrap();
            all += own;
            some += if value == odd { own } else { Decimal::ZERO };
        }
    }
    (text, all, some)
}

/// A number with commas between thousands, as questions write it.
fn grouped(value: Decimal) -> String {
    let text = value.to_string();
    let (whole, rest) = text.split_at(text.find('.').unwrap_or(text.len()));
    let digits: Vec<char> = whole.chars().rev().collect();
    let thousands: Vec<String> = digits.chunks(3).map(|chunk| chunk.iter().collect()).collect();
    thousands.join(",").chars().rev().collect::<String>() + rest
}

#[test]
fn members_that_are_sums_are_found_in_any_order() {
    for order in ["name", "amount"] {
        let (mut text, mut expected) = ("Partner,Month,Amount\n".to_owned(), Decimal::ZERO);
        for (month, label) in months() {
            let own = |at: u64| amount(month * 10 + at);
            let leaves = [("Acme", own(1)), ("Birch", own(2)), ("Mole", own(3)), ("Yak", own(4)), ("Zeus", own(5))];
            expected += leaves.iter().map(|(_, own)| own).sum::<Decimal>();
            let mut rows = leaves.to_vec();
            rows.push(("EMEA", own(1) + own(5)));
            rows.push(("Opal Group", own(2) + own(3) + own(4)));
            rows.push(("Planet", rows[..5].iter().map(|(_, own)| own).sum()));
            if order == "name" {
                rows.sort()
            } else {
                rows.sort_by_key(|(_, own)| std::cmp::Reverse(*own))
            }
            rows.iter().for_each(|(name, own)| writeln!(text, "{name},{label},{own}").unwrap());
        }
        let seen = Seen::text(&[("a.csv", &text)]);
        assert_eq!(seen.revenue(), expected, "{order}\n{}", seen.mapping);
        for name in ["EMEA", "Opal Group", "Planet"] {
            assert!(seen.mapping.contains(name), "{order} {name}\n{}", seen.mapping);
        }
        seen.says("are the sums of others");
    }
}

#[test]
fn a_sum_beside_one_partner_only_is_asked_about() {
    let (mut text, mut sum) = ("Partner,Product,Month,Amount\n".to_owned(), Decimal::ZERO);
    for (at, partner) in (0u64..).zip(["Acme", "Birch", "Cedar"]) {
        for (month, label) in months() {
            let own = |place: u64| amount(at * 1000 + month * 10 + place);
            let last = if partner == "Acme" { own(1) + own(2) } else { own(3) };
            sum += if partner == "Acme" { last } else { Decimal::ZERO };
            for (product, own) in [("X", own(1)), ("Y", own(2)), ("Z", last)] {
                writeln!(text, "{partner},{product},{label},{own}").unwrap();
            }
        }
    }
    let seen = Seen::text(&[("a.csv", &text)]);
    seen.says(&format!("beside `Acme`, the rows of `Z` ({}) are the sums of those of `X`, `Y`", grouped(sum)));
}

#[test]
fn returns_without_a_sign_are_asked_about_whatever_the_heading_says() {
    for (heading, plain, odd) in [
        ("Transaction", "Sale", "Refund"),
        ("Event", "purchase", "refund"),
        ("Bewegung", "Abgang", "Retoure"),
        ("Reason", "", "Returned goods"),
        ("Note", "", "credit note"),
        ("Subtype", "sale", "rma"),
        ("Vorgang", "Rechnung", "Rechnungsstorno"),
        ("Tipo", "Fattura", "Nota di credito"),
        ("Tipo", "Factura", "Abono"),
        ("Nature", "Facture", "Avoir"),
        ("Txn", "Sale", "CreditMemo"),
        ("Comment", "", "cancelled by customer"),
        ("Product", "Cloud", "Returns"),
    ] {
        let (text, _, some) = flagged(heading, plain, odd);
        let seen = Seen::text(&[("a.csv", &text)]);
        seen.says(&format!("{heading}: do the rows with \"{odd}\" count ({})?", grouped(some)));
    }
    for (heading, plain, odd) in
        [("BillType", "F2", "RE"), ("Class", "INV", "CM"), ("Code", "I", "C"), ("Movement", "OUT", "IN")]
    {
        let (text, _, some) = flagged(heading, plain, odd);
        let seen = Seen::text(&[("a.csv", &text)]);
        seen.says(&format!("{heading}: do the rows of every kind count"));
        seen.says(&format!("\"{odd}\" (6 rows, {})", grouped(some)));
    }
}

#[test]
fn flags_scenarios_accounts_and_units_are_asked_about_with_their_amounts() {
    for (heading, plain, odd, question) in [
        ("Active", "Y", "N", "rows with \"N\""),
        ("Posted", "true", "false", "rows with \"false\""),
        ("Intercompany", "", "X", "rows with \"X\""),
        ("Forecast?", "", "F", "rows with \"F\""),
        ("Is Deleted", "0", "1", "rows with \"1\""),
        ("Test", "no", "yes", "rows with \"yes\""),
        ("Data", "A", "F", "do the rows with \"F\" count ("),
        ("Scenario", "ACT", "FC", "do the rows of every type count"),
        ("Data A/F", "A", "F", "do the rows with \"F\" count ("),
        ("GL", "400000", "500000", "are all of its accounts revenue"),
        ("UoM", "EUR", "PC", "its values are currencies and other units"),
    ] {
        let (text, _, some) = flagged(heading, plain, odd);
        let seen = Seen::text(&[("a.csv", &text)]);
        seen.says(&format!("{heading}: {question}"));
        seen.says(&grouped(some));
    }
}

#[test]
fn rows_that_occur_again_are_asked_about_with_both_sums() {
    let mut once: Vec<(String, Decimal)> = Vec::new();
    for (at, partner) in (0u64..).zip(["Acme", "Birch", "Cedar"]) {
        once.extend(months().map(|(month, label)| (format!("{partner},{label}"), amount(at * 100 + month))));
    }
    let total: Decimal = once.iter().map(|(_, own)| own).sum();
    let third: Decimal = once.iter().take(12).map(|(_, own)| own).sum();
    let table = |heading: &str, each: &dyn Fn(usize, usize) -> Option<String>| {
        let mut text = format!("Partner,Month,{heading},Amount\n");
        for copy in 0..2 {
            for (place, (row, own)) in once.iter().enumerate() {
                each(copy, place).iter().for_each(|value| writeln!(text, "{row},{value},{own}").unwrap());
            }
        }
        Seen::text(&[("a.csv", &text)])
    };
    let both = format!("All amounts sum to {}, and to {}", grouped(total + total), grouped(total));
    table("Exported", &|copy, _| Some(format!("2026-01-0{}", copy + 1))).says(&both);
    table("Row", &|copy, place| Some((copy * 100 + place).to_string())).says(&both);
    table("Batch", &|copy, place| (copy == 0 || place < 12).then(|| format!("B{copy}"))).says(&format!(
        "All amounts sum to {}, and to {}",
        grouped(total + third),
        grouped(total)
    ));
    table("Region", &|copy, place| (copy == 0 || place < 12).then(|| "North".to_owned()))
        .says(&format!("12 rows of 48 ({}) equal another one in every column", grouped(third)));
    let mut deals = "Deal,Partner,Date,Role,Amount\n".to_owned();
    let mut whole = Decimal::ZERO;
    for deal in 0..20u64 {
        let (own, partners) = (amount(deal), ["Acme", "Birch", "Cedar"]);
        whole += own;
        let other = partners[usize::try_from(deal + 1).unwrap() % 3];
        let one = partners[usize::try_from(deal).unwrap() % 3];
        writeln!(
            deals,
            "D{deal},{one},2025-{:02}-10,Reseller,{own}\nD{deal},{other},2025-{:02}-10,Influencer,{own}",
            deal % 12 + 1,
            deal % 12 + 1
        )
        .unwrap();
    }
    let seen = Seen::text(&[("a.csv", &deals)]);
    seen.says("the same sale for several partners, each with the full amount?");
    seen.says(&format!("All amounts sum to {}, and to {}", grouped(whole + whole), grouped(whole)));
}

#[test]
fn versions_of_one_row_and_totals_of_a_partner_are_asked_about() {
    let mut text = "Partner,Month,Amount,Valid from,Valid to\n".to_owned();
    let [mut dated, mut monthly] = ["Date", "Month"].map(|date| format!("Partner,{date},Amount\n"));
    let (mut last, mut totals) = (Decimal::ZERO, Decimal::ZERO);
    for (at, partner) in (0u64..).zip(["Acme", "Birch", "Cedar"]) {
        let mut total = Decimal::ZERO;
        for (month, label) in months() {
            let own = amount(at * 100 + month);
            writeln!(
                text,
                "{partner},{label},{},2026-01-01,2026-01-31\n{partner},{label},{own},2026-02-01,",
                own - Decimal::ONE
            )
            .unwrap();
            writeln!(dated, "{partner},{label}-15,{own}").unwrap();
            writeln!(monthly, "{partner},{label},{own}").unwrap();
            total += own;
        }
        last += total;
        totals += total;
        writeln!(dated, "{partner},2025-12-31,{total}").unwrap();
        writeln!(monthly, "{partner},2025-12,{total}").unwrap();
    }
    Seen::text(&[("a.csv", &text)]).says(&format!("and the last of each to {}", grouped(last)));
    // A date that all others sum to is left out; a row of a month that has others is asked about.
    assert_eq!(Seen::text(&[("a.csv", &dated)]).revenue(), totals);
    Seen::text(&[("a.csv", &monthly)]).says(&format!("one row is the sum of all others, {} in all", grouped(totals)));
}

#[test]
fn numbers_of_credit_notes_and_currencies_in_names_are_asked_about() {
    let (mut text, mut credits) = ("Partner,Date,Document,Amount\n".to_owned(), Decimal::ZERO);
    let mut names = "Partner,Month,Amount\n".to_owned();
    for number in 0..30u64 {
        let (own, is_credit) = (amount(number), number % 6 == 0);
        credits += if is_credit { own } else { Decimal::ZERO };
        let kind = if is_credit { "CN" } else { "INV" };
        writeln!(text, "Acme,2025-{:02}-10,{kind}-{},{own}", number % 12 + 1, 1000 + number).unwrap();
        let name = if number % 2 == 0 { "Acme (EUR)" } else { "Birch (USD)" };
        writeln!(names, "{name},2025-{:02},{own}", number % 12 + 1).unwrap();
    }
    Seen::text(&[("a.csv", &text)]).says(&format!(
        "the document numbers of 5 rows start with `CN` ({}): are these credit notes?",
        grouped(credits)
    ));
    Seen::text(&[("a.csv", &names)]).says("the names state different currencies, EUR (");
}

#[test]
fn running_sums_that_begin_again_in_april_are_asked_about() {
    let mut text = "Partner,Month,Revenue\n".to_owned();
    for (at, partner) in (0u64..).zip(["Acme", "Birch", "Cedar", "Dune", "Elm", "Fjord"]) {
        let mut sum = Decimal::ZERO;
        for month in 0..24u64 {
            sum = if month % 12 == 3 { Decimal::ZERO } else { sum } + amount(at * 100 + month);
            writeln!(text, "{partner},{}-{:02},{sum}", 2024 + month / 12, month % 12 + 1).unwrap();
        }
    }
    Seen::text(&[("a.csv", &text)]).says("are they running sums, such as the year to date?");
}

#[test]
fn the_survey_has_the_amounts_beside_each_value_of_a_column() {
    let (text, all, some) = flagged("Colour", "blue", "");
    let survey =
        survey_files(vec![("a.csv".to_owned(), text.into_bytes())], &Limits::default()).into_parts().0.unwrap();
    let found = survey.breakdowns.iter().find(|one| one.column == "Colour").unwrap();
    let values: Vec<(&str, usize, Option<Decimal>)> =
        found.values.iter().map(|one| (one.value.as_str(), one.rows, one.amount)).collect();
    assert_eq!(values, [("blue", 30, Some(all - some)), ("", 6, Some(some))]);
    assert_eq!(found.field, "");
}

#[test]
fn clean_exports_are_not_asked_about_rows_that_count() {
    let mut invoices = "Invoice,Partner,Date,Region,Channel,Ship Mode,Payment Terms,Amount\n".to_owned();
    let mut licences = "Partner,Month,Product,Amount\n".to_owned();
    for number in 0..120u64 {
        let of =
            |names: &[&'static str]| names[usize::try_from(amount(number * 7).mantissa() % 97).unwrap() % names.len()];
        writeln!(
            invoices,
            "INV-{number:05},{},2025-{:02}-{:02},{},{},{},{},{}",
            of(&["Acme", "Birch", "Cedar"]),
            number % 12 + 1,
            number % 28 + 1,
            of(&["North", "South"]),
            of(&["Online", "Store"]),
            of(&["First Class", "Same Day", "Standard"]),
            of(&["30 days", "60 days"]),
            amount(number)
        )
        .unwrap();
        // The same licence for each partner and month.
        let partner = ["Acme", "Birch", "Cedar"][usize::try_from(number % 3).unwrap()];
        writeln!(
            licences,
            "{partner},2025-{:02},{},{}",
            number / 3 % 12 + 1,
            ["Edge", "Cloud"][usize::from(number > 60)],
            ["1234.56", "2469.12", "3703.68"][usize::try_from(number % 3).unwrap()]
        )
        .unwrap();
    }
    for (name, text) in [("invoices.csv", invoices), ("licences.csv", licences)] {
        let survey =
            survey_files(vec![(name.to_owned(), text.into_bytes())], &Limits::default()).into_parts().0.unwrap();
        let asked: Vec<&str> = survey
            .questions
            .iter()
            .map(|one| one.question.as_str())
            .filter(|question| !question.contains("no currency is stated"))
            .collect();
        assert!(asked.is_empty() || name == "licences.csv", "{name}: {asked:#?}");
        assert!(!asked.iter().any(|question| question.contains("repeat an earlier row")), "{name}: {asked:#?}");
    }
}

#[test]
fn deals_that_may_not_count_are_asked_about_where_they_are_the_revenue() {
    let mut flagged = "Record ID,Deal Name,Deal Stage,Close Date,Amount,Associated Company,Is Deleted\n".to_owned();
    let mut split = "Deal Reg ID,Partner,Close Date,Status,Deal Value,Split %\n".to_owned();
    let mut deleted = Decimal::ZERO;
    for number in 0..24u64 {
        let (own, is_deleted) = (amount(number), number % 6 == 0);
        deleted += if is_deleted { own } else { Decimal::ZERO };
        let (month, company) = (number % 12 + 1, ["Acme", "Birch", "Cedar"][usize::try_from(number % 3).unwrap()]);
        writeln!(flagged, "{number},Deal {number},Closed won,2025-{month:02}-10,{own},{company},{is_deleted}").unwrap();
        let other = ["Acme", "Birch", "Cedar"][usize::try_from((number + 1) % 3).unwrap()];
        for (name, share) in [(company, 60), (other, 40)] {
            writeln!(split, "{number},{name},2025-{month:02}-10,Won,{own},{share}").unwrap();
        }
    }
    let seen = Seen::text(&[("deals.csv", &flagged)]);
    seen.says(&format!("Is Deleted: rows with \"true\" (4 rows, {}): do they count?", grouped(deleted)));
    seen.says("write `skip.\"Is Deleted\" = \"true\"` under `[opportunities]`");
    Seen::text(&[("deals.csv", &split)]).says("Split %: the amounts are not multiplied by it");
}

/// Rows of partners for each of the first months of 2025.
fn monthly(partners: &[&str], months: usize, amount: impl Fn(usize, usize) -> String) -> String {
    let rows = (0..months).flat_map(|month| (0..partners.len()).map(move |at| (month, at)));
    let row = |(month, at): (usize, usize)| format!("{},2025-{:02},{}\n", partners[at], month + 1, amount(month, at));
    ["Customer,Month,Amount\n".to_owned()].into_iter().chain(rows.map(row)).collect()
}

#[test]
fn sums_by_chance_are_asked_about_and_read() {
    let three = ["Alpha GmbH", "Beta AG", "Gamma KG"];
    let sizes = |months: usize, of: [u64; 3]| monthly(&three, months, move |_, at| format!("{}.00", of[at]));
    let fees = |month: usize, at: usize| {
        let units = [240u64, 160, 400][at] * [9_273u64, 9_318, 9_401, 9_255, 9_287, 9_340][month];
        format!("{}.{:02}", units / 10_000, units / 100 % 100)
    };
    for (name, text, expected) in [
        ("the third is as large as the other two", sizes(6, [100, 200, 300]), "3600.00"),
        ("the largest is first", sizes(2, [300, 200, 100]), "1200.00"),
        ("constant fees", sizes(6, [500, 300, 200]), "6000.00"),
        ("seats by a price", monthly(&three, 6, |_, at| format!("{}.00", [3u64, 2, 5][at] * 49)), "2940.00"),
        ("constant fees at a rate", monthly(&three, 6, fees), ""),
    ] {
        let seen = Seen::text(&[("sales.csv", &text)]);
        let sum: Decimal =
            text.lines().skip(1).map(|row| row.rsplit(',').next().unwrap().parse::<Decimal>().unwrap()).sum();
        assert!(expected.is_empty() || sum.to_string() == expected, "{name}: {sum}");
        assert_eq!(seen.revenue(), sum, "{name}\n{}", seen.mapping);
    }
    // Deals that two partners share in halves: no partner is the sum of another.
    let pairs: String = (1..=12)
        .flat_map(|month| {
            let (one, other) = (three[month % 3], three[(month + 1) % 3]);
            [one, other].map(|name| format!("{name},2025-{month:02},INV-{month},{}.37\n", 1_000 + month * 713))
        })
        .collect();
    let seen = Seen::text(&[("shared.csv", &format!("Customer,Month,Invoice,Amount\n{pairs}"))]);
    assert!(!seen.mapping.contains("skip.Customer"), "{}", seen.mapping);
    assert!(seen.revenue() > Decimal::ZERO, "{}", seen.said);
}

#[test]
fn accounts_of_the_ledger_are_not_the_partners_beside_customers() {
    let text = "Date,Customer,Account,Amount\n2025-01-16,Alpha GmbH,4010 Services,1829.62\n2025-01-14,Beta AG,4000 Sales,6758.45\n2025-02-13,Alpha GmbH,4000 Sales,8942.41\n2025-02-20,Beta AG,4010 Services,512.30\n";
    let seen = Seen::text(&[("ledger.csv", text)]);
    assert!(seen.mapping.contains("partner_id = \"Customer\""), "{}", seen.mapping);
    // Without customers, `Account` is the partner, as in a CRM.
    let alone = text.replace("Date,Customer,", "Date,Owner,");
    let seen = Seen::text(&[("accounts.csv", &alone)]);
    assert!(seen.mapping.contains("partner_id = \"Account\""), "{}", seen.mapping);
}
