//! Sums that an export repeats without a word for them: totals of documents in each line, running sums split by a column,
//! roll-ups with blank cells, payments among invoices, and lines whose document is missing.

use super::unsaid::Seen;
use rust_decimal::Decimal;

fn seen(text: &str) -> Seen {
    Seen::text(&[("a.csv", text)])
}

#[test]
fn further_words_for_balances_are_left_out() {
    for name in ["Vortrag", "Vortrag aus Vorjahr", "Riporto", "Report", "A nouveau", "À nouveau"] {
        let text = format!(
            "Partner,Month,Amount\nAcme,2025-01,100\nAcme,2025-01,200\n{name},2025-01,300\nBeta,2025-02,10\n{name},2025-02,310\n"
        );
        let seen = seen(&text);
        assert_eq!(seen.revenue(), Decimal::from(310), "{name}\n{}", seen.said);
        seen.says("left out as a balance of other rows: is any of it revenue?");
    }
    let goods = "Customer,Date,Product,Amount\nAcme,2025-01-10,Licence,100\nBeta,2025-01-11,Report,100\nBeta,2025-02-11,Report,9\n";
    let seen = seen(goods);
    assert_eq!(seen.revenue(), Decimal::from(209), "{}", seen.said);
    assert!(!seen.said.contains("balance"), "{}", seen.said);
}

/// Four documents with two lines each, whose heading is `key`.
fn orders(key: &str) -> String {
    let lines =
        (1..5).flat_map(|one| (1..3).map(move |line| format!("O{one},Acme,2025-0{one}-10,item{line},{one}00\n")));
    format!("{key},Customer,Date,Item,Amount\n{}", lines.collect::<String>())
}

#[test]
fn totals_repeated_in_each_line_are_asked_about_whatever_the_key_is_named() {
    for key in ["Order", "Bestellung", "Beleg", "Facture", "Order No"] {
        let seen = seen(&orders(key));
        seen.says(&format!("it is the same in all rows of each `{key}`, such as the 2 rows of `O1`"));
        seen.says("it counts once per row, 2,000 in all instead of 1,000");
    }
    assert!(!seen(&orders("Colour")).said.contains("it is the same"));
}

#[test]
fn one_document_that_differs_does_not_hide_the_totals_of_the_others() {
    let rows = |different: usize| -> String {
        let amount = |one: usize, line: usize| if one < different { line * 7 + one } else { 100 + one };
        (0..20)
            .flat_map(|one| (1..3).map(move |line| (one, line)))
            .map(|(one, line)| format!("O{one},Acme,2025-01-10,item{line},{}\n", amount(one, line)))
            .collect()
    };
    let text = |different| format!("Order No,Customer,Date,Item,Amount\n{}", rows(different));
    seen(&text(1)).says("it is the same in all rows of 19 of 20 `Order No`");
    assert!(!seen(&text(10)).said.contains("it is the same"));
}

#[test]
fn lines_whose_document_is_missing_are_named_with_their_sum() {
    let orders = "Order,Customer,Date,Total\nO1,Acme,2025-01-13,100\nO2,Beta,2025-01-14,200\nO3,Beta,2025-01-15,33\n";
    let lines = "Order,Line,Item,Amount\nO1,1,x,60\nO1,2,y,40\nO2,1,x,150\nO2,2,y,50\nO4,1,z,90\nO4,2,z,9\nO5,1,z,1\n";
    let seen = Seen::text(&[("orders.csv", orders), ("lines.csv", lines)]);
    seen.says(
        "`lines.csv` has 3 lines (100) of documents that are missing here, the first `O4`, and none of them is read",
    );
    let lines = lines.replace("O4,1,z,90\nO4,2,z,9\nO5,1,z,1\n", "O3,1,z,30\nO3,2,z,3\n");
    let seen = Seen::text(&[("orders.csv", orders), ("lines.csv", &lines)]);
    assert!(!seen.said.contains("missing here"), "{}", seen.said);
}

/// Rows of `partners` in six months and two members, of which one amount in `falling` partners is below that of the month
/// before it.
fn running(heading: &str, partners: usize, falling: usize) -> String {
    let mut rows = format!("Partner,{heading},Month,Amount\n");
    for (partner, member) in (0..partners).flat_map(|partner| [(partner, "N"), (partner, "S")]) {
        for month in 1..7 {
            let is_lower = partner < falling && member == "N" && month == 6;
            let amount = if is_lower { 1 } else { month * 10 + partner };
            rows.push_str(&format!("P{partner},{member},2025-{month:02},{amount}\n"));
        }
    }
    rows
}

#[test]
fn running_sums_that_another_column_splits_are_asked_about() {
    let start = "no amount is below that of the month before it, for any partner and";
    for heading in ["Product", "Territory"] {
        seen(&running(heading, 5, 0)).says(&format!("{start} `{heading}`: are they running sums"));
    }
    seen(&running("Product", 5, 1)).says(&format!("{start} `Product` but 1 of 10: are they running sums"));
    assert!(!seen(&running("Product", 5, 2)).said.contains("running sums"));
}

#[test]
fn blank_roll_ups_of_a_part_of_the_partners_are_asked_about() {
    let text = "Partner,Product,Month,Amount\nAcme,A,2025-01,10\nAcme,B,2025-01,1\nAcme,,2025-01,11\nBeta,A,2025-01,20\nBeta,B,2025-01,2\nBeta,,2025-01,22\nGamma,,2025-01,5\n";
    seen(text).says("of the 3 rows with no value, 2 are the sum of the others, 33 in all: do they count twice?");
    seen(text).says("leaves them out, and 1 other row as well, 5 in all");
    let single: String = (1..4).map(|one| format!("P{one},A,2025-01,{one}0\nP{one},,2025-01,{one}0\n")).collect();
    seen(&format!("Partner,Product,Month,Amount\n{single}"))
        .says("of the 3 rows with no value, 3 are the sum of the others, 60 in all");
    let several = "Partner,Product,Month,Amount\nAcme,A,2025-01,10\nAcme,A,2025-01,7\nAcme,,2025-01,7\nAcme,,2025-01,10\nBeta,B,2025-01,4\n";
    seen(several).says("of the 2 rows with no value, 2 are the sum of the others, 17 in all");
    let other = text.replace(",11\n", ",12\n").replace(",22\n", ",23\n");
    assert!(!seen(&other).said.contains("with no value"));
}

#[test]
fn payments_named_in_a_text_are_asked_about() {
    let text = "Customer,Date,Description,Amount\nAcme,2025-01-05,Invoice 1,100\nAcme,2025-01-25,Payment 1,100\nBeta,2025-02-05,Invoice 2,200\nBeta,2025-02-25,Payment received,200\n";
    seen(text).says("2 rows (300) are named as payments, such as `Payment 1`: do they count? If not, write `skip.Description = [\"Payment 1\", \"Payment received\"]`");
    let german = text.replace("Payment received", "Zahlung Rechnung 2").replace("Payment", "Zahlung");
    seen(&german).says("2 rows (300) are named as payments");
    let goods = text.replace("Payment 1", "Payment gateway").replace("Payment received", "Payment terminal");
    assert!(!seen(&goods).said.contains("payments"));
}

#[test]
fn a_question_about_status_names_the_other_words() {
    let text = "Customer,Date,Status,Amount\nA,2025-01-15,Posted,100\nB,2025-02-15,Posted,100\nC,2025-03-17,Draft,500\nD,2025-03-18,Reversed,900\nD,2025-03-18,Parked,900\nD,2025-03-19,Frozen,9\n";
    let seen = seen(text);
    seen.says("do the rows with \"Draft\", \"Parked\", \"Reversed\" count (2300)?");
    seen.says("Those with \"Frozen\", \"Posted\" count.");
}

#[test]
fn a_quotation_mark_that_is_not_closed_is_asked_about() {
    let text = "Partner,Month,Amount\nBeta,2025-01,5\n\"Acme,2025-01,7\nAcme,2025-02,8\nGamma,2025-01,9\n";
    seen(text)
        .says("`\"Acme` begins with a quotation mark that is not closed, and is read as another value than `Acme`");
    assert!(!seen(&text.replace("\nAcme", "\nDelta")).said.contains("is not closed"));
}
