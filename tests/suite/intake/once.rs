//! Amounts that an export states more than once without a word for it: roll-ups that are named like a partner or a product,
//! parent accounts, several figures of one partner and month, and opportunities in several snapshots.

use super::unsaid::Seen;
use rust_decimal::Decimal;

const MONTHS: [&str; 4] = ["2025-01", "2025-02", "2025-03", "2025-04"];
const PARTNERS: [&str; 3] = ["Acme", "Beta", "Gamma"];

/// An amount that is the same in every run and like no other.
fn amount(partner: usize, month: usize, part: usize) -> i64 {
    let seed = (partner * 97 + month * 31 + part * 13 + 7) as i64;
    10_000 + seed * seed % 7_919
}

/// A table with the rows of `rows` for each partner and month, below `header`.
fn table(header: &str, rows: impl Fn(usize, usize) -> Vec<String>) -> String {
    let mut text = format!("{header}\n");
    for (at, partner) in PARTNERS.iter().enumerate() {
        for (index, month) in MONTHS.iter().enumerate() {
            for row in rows(at, index) {
                text.push_str(&format!("{partner},{month},{row}\n"));
            }
        }
    }
    text
}

/// The sum of the first `parts` amounts of all partners and months.
fn sum(parts: usize) -> Decimal {
    let all = (0..PARTNERS.len()).flat_map(|partner| (0..MONTHS.len()).map(move |month| (partner, month)));
    all.flat_map(|(partner, month)| (0..parts).map(move |part| Decimal::from(amount(partner, month, part)))).sum()
}

#[track_caller]
fn reads(text: &str, revenue: Decimal, says: &str) -> Seen {
    let seen = Seen::text(&[("a.csv", text)]);
    assert_eq!(seen.revenue(), revenue, "{}\n{}", seen.mapping, seen.said);
    seen.says(says);
    seen
}

/// A sum from 1,000 to 999,999 as questions write it.
fn shown(sum: Decimal) -> String {
    let digits = sum.to_string();
    let (thousands, rest) = digits.split_at(digits.len() - 3);
    format!("{thousands},{rest}")
}

#[test]
fn a_member_that_is_the_sum_of_the_others_counts_once_whatever_its_name() {
    for (heading, whole) in [("Channel", "Both"), ("Country", "EMEA"), ("Line", "Standard")] {
        let text = table(&format!("Partner,Month,{heading},Revenue"), |partner, month| {
            let [one, other] = [0, 1].map(|part| amount(partner, month, part));
            vec![format!("A,{one}"), format!("{whole},{}", one + other), format!("B,{other}")]
        });
        reads(&text, sum(2), &format!("the rows of `{whole}` ({}) are the sums of others, such as `A`, `B`", sum(2)));
    }
    // Two levels of regions below each other.
    let text = table("Partner,Month,Region,Revenue", |partner, month| {
        let [one, two, three, four] = [0, 1, 2, 3].map(|part| amount(partner, month, part));
        let (north, south) = (one + two, three + four);
        let rows = [("World", north + south), ("North", north), ("DE", one), ("DK", two), ("South", south)];
        let rows = rows.into_iter().chain([("ES", three), ("IT", four)]);
        rows.map(|(name, amount)| format!("{name},{amount}")).collect()
    });
    reads(&text, sum(4), "are the sums of others");
}

#[test]
fn a_partner_that_is_the_sum_of_all_others_or_of_some_is_left_out() {
    let mut all = String::from("Partner,Month,Revenue\n");
    let mut parents = String::from("Account,Month,Revenue\n");
    for (month, name) in MONTHS.iter().enumerate() {
        let own = [0, 1, 2].map(|partner| amount(partner, month, 0));
        for (partner, own) in PARTNERS.iter().zip(own) {
            all.push_str(&format!("{partner},{name},{own}\n"));
        }
        all.push_str(&format!("Channel,{name},{}\n", own.iter().sum::<i64>()));
        parents.push_str(&format!("Acme Holding,{name},{}\n", own[0] + own[1]));
        parents.push_str(&format!("Acme,{name},{}\nBeta,{name},{}\nGamma,{name},{}\n", own[0], own[1], own[2]));
    }
    reads(&all, sum(1), "the rows of `Channel`");
    let seen = reads(&parents, sum(1), "the rows of `Acme Holding`");
    assert!(seen.mapping.contains("skip.Account = \"Acme Holding\""), "{}", seen.mapping);
    let wide = "Account,Q1 2025,Q2 2025,Q3 2025\nA,110,220,331\nB,30,40,50\nGroup,140,260,381\nSolo,5,6,7\n";
    reads(wide, Decimal::from(799), "the rows of `Group` (781) are the sums of others, such as `A`, `B`");
    // A parent that has sales in a month without its accounts: leaving it out would lose them.
    let alone = format!("{parents}Acme Holding,2025-05,77\n");
    let seen = Seen::text(&[("a.csv", &alone)]);
    seen.says("of the 5 rows of `Acme Holding`");
    seen.says("4 are the sum of others, such as `Acme`, `Beta`, or nearly: do they count twice?");
}

#[test]
fn a_rounded_sum_and_one_of_small_numbers_are_asked_about() {
    let text = table("Partner,Month,Channel,Revenue", |partner, month| {
        let [one, other] = [0, 1].map(|part| amount(partner, month, part));
        vec![format!("A,{one}"), format!("B,{other}"), format!("Both,{}", (one + other) / 100 * 100)]
    });
    let seen = Seen::text(&[("a.csv", &text)]);
    seen.says("of the 12 rows of `Both`");
    seen.says("12 are the sum of others, such as `A`, `B`, or nearly: do they count twice?");
    let small = "Partner,Jan 2025,Feb 2025,Mar 2025\nA,1,2,3\nB,2,1,1\nC,3,3,4\nD,1,1,1\n";
    reads(small, Decimal::from(23), "of the 1 row of `C` (10), 1 is the sum of others");
}

#[test]
fn a_rounded_sum_differs_by_half_a_percent_at_most() {
    // All sums are exact but the first, of 39,000 and 900: 199 are 0.499 % of 39,900, and 200 are 0.501 %.
    let seen = |first: i64| {
        let text = table("Partner,Month,Channel,Revenue", |partner, month| {
            let is_first = (partner, month) == (0, 0);
            let [one, other] = if is_first { [39_000, 900] } else { [0, 1].map(|part| amount(partner, month, part)) };
            let both = if is_first { first } else { one + other };
            vec![format!("A,{one}"), format!("B,{other}"), format!("Both,{both}")]
        });
        Seen::text(&[("a.csv", &text)])
    };
    seen(40_099).says("of the 12 rows of `Both`");
    seen(40_099).says("12 are the sum of others, such as `A`, `B`, or nearly: do they count twice?");
    seen(40_100).says("11 are the sum of others, such as `A`, `B`, or nearly: do they count twice?");
}

#[test]
fn amounts_that_happen_to_be_sums_are_partners() {
    let text = "Partner,Month,Revenue\nA,2025-01,10\nB,2025-01,20\nC,2025-01,30\nA,2025-02,11\nB,2025-02,20\nC,2025-02,30\nA,2025-03,5\nB,2025-03,7\nC,2025-03,12\n";
    let seen = Seen::text(&[("a.csv", text)]);
    assert_eq!(seen.revenue(), Decimal::from(145), "{}", seen.mapping);
}

#[test]
fn of_several_figures_the_revenue_is_read_and_the_others_are_stated() {
    for (heading, words) in [
        ("Wertetyp", ["Ist", "Plan", "Vorjahr"]),
        ("Measure", ["Net Revenue", "Gross Margin", "Units"]),
        ("Account", ["400000 Revenue", "420000 Rebates", "500000 COGS"]),
        ("KPI", ["Umsatz", "Deckungsbeitrag", "Absatz"]),
        ("amount-description", ["Principal", "Tax", "Commission"]),
    ] {
        let text = table(&format!("Partner,Month,{heading},Value"), |partner, month| {
            words.iter().enumerate().map(|(part, word)| format!("{word},{}", amount(partner, month, part))).collect()
        });
        let seen = reads(&text, sum(1), &format!("only \"{}\" is read as the revenue: is that right?", words[0]));
        seen.says(&format!("\"{}\" ({})", words[0], shown(sum(1))));
    }
}

#[test]
fn figures_without_a_known_name_are_asked_about_with_their_sums() {
    for (heading, words) in [
        ("Currency Type", ["Company code currency", "Group currency"]),
        ("Version", ["A100", "B100"]),
        ("Plattform", ["Eins", "Zwei"]),
    ] {
        let text = table(&format!("Partner,Month,{heading},Betrag"), |partner, month| {
            words.iter().enumerate().map(|(part, word)| format!("{word},{}", amount(partner, month, part))).collect()
        });
        let seen = reads(&text, sum(2), "are they parts of the revenue, or is one of them the revenue?");
        seen.says(&format!("\"{}\" ({})", words[0], shown(sum(1))));
    }
    // Products and channels divide the revenue.
    for heading in ["Product", "Sales Channel", "Invoice No", "Year"] {
        let text = table(&format!("Partner,Month,{heading},Amount"), |partner, month| {
            [1, 2].map(|part| format!("{},{}", 2020 + part, amount(partner, month, part))).to_vec()
        });
        let seen = Seen::text(&[("a.csv", &text)]);
        assert!(!seen.said.contains("each partner and month has one row"), "{heading}\n{}", seen.said);
    }
}

#[test]
fn opportunities_in_several_snapshots_are_asked_about_with_both_sums() {
    let mut text = String::from("Snapshot,Deal ID,Partner,Status,Close Date,Deal Value\n");
    for snapshot in ["2025-04-30", "2025-05-31"] {
        for deal in 0..12 {
            text.push_str(&format!(
                "{snapshot},D{deal},{},Won,2025-03-{:02},{}\n",
                PARTNERS[deal % 3],
                deal + 1,
                amount(0, deal, 0)
            ));
        }
    }
    let once: i64 = (0..12).map(|deal| amount(0, deal, 0)).sum();
    Seen::text(&[("a.csv", &text)]).says(&format!(
        "12 have several rows with the same amount, as snapshots and lines of products have: all amounts sum to {}, and to {once}",
        once * 2
    ));
}

#[test]
fn words_for_payments_are_asked_about_with_their_sum() {
    let text = table("Customer,Date,Type,Amount", |partner, month| {
        vec![format!("Invoice,{}", amount(partner, month, 0)), format!("Payment,{}", amount(partner, month, 1))]
    });
    let payments = sum(2) - sum(1);
    let seen = Seen::text(&[("a.csv", &text)]);
    assert!(seen.said.contains(&shown(payments)), "{}", seen.said);
    seen.says("\"Payment\"");
}

#[test]
fn returns_without_a_sign_and_files_that_are_in_themselves_twice_are_asked_about() {
    let text = "Customer,Date,Quantity,Line Amount\nA,2025-01-05,2,100\nB,2025-01-06,-1,40\nA,2025-02-05,-2,30\nB,2025-02-06,1,20\n";
    let seen = reads(
        text,
        Decimal::from(190),
        "2 rows with a negative `Quantity` and a positive amount, 70 in all: are they returns?",
    );
    drop(seen);
    let signed = text.replace(",40", ",-40").replace(",30", ",-30");
    assert!(!Seen::text(&[("a.csv", &signed)]).said.contains("are they returns?"));
    let once = table("Customer,Date,Amount", |partner, month| vec![amount(partner, month, 0).to_string()]);
    Seen::text(&[("a.csv", &format!("{once}{once}"))])
        .says("12 rows of 24 equal another one in every column, as if the file were in itself twice");
    assert!(!Seen::text(&[("a.csv", &once)]).said.contains("in itself twice"));
}

#[test]
fn the_name_beside_an_identifier_is_not_a_figure() {
    let mut text = String::from("Kunde,Bezeichnung,Monat,Umsatz\n");
    for (partner, name) in PARTNERS.iter().enumerate() {
        for (month, period) in MONTHS.iter().enumerate() {
            text.push_str(&format!("{},{name},{period},{}\n", 100 + partner, amount(partner, month, 0)));
        }
    }
    let seen = Seen::text(&[("a.csv", &text)]);
    assert_eq!(seen.revenue(), sum(1));
    assert!(!seen.said.contains("each partner and month"), "{}", seen.said);
}

/// A row named like a figure may be a member, and may be a figure: it is asked about with its sum.
#[test]
fn rows_named_like_figures_are_asked_about() {
    let text = "Partner,Jan 2025,Feb 2025,Mar 2025\nAcme,1200.10,1300.20,1100.30\nBeta,2100.10,2250.20,2000.30\n\
        Budget,3400.10,3500.20,3600.30\nVorjahr,3100.10,3050.20,3000.30\n";
    let seen = Seen::text(&[("a.csv", text)]);
    seen.says("the rows of `Budget` (10,500.60), `Vorjahr` (9,150.60) count, although the name is that of a figure");
    let plain = text.replace("Budget", "Budget Rentals").replace("Vorjahr", "Vor Ort GmbH");
    assert!(!Seen::text(&[("a.csv", &plain)]).said.contains("is that of a figure"));
}

/// Rows without a month, which are the totals of their partners: one key has them, and the proposal can be read.
#[test]
fn a_key_of_the_proposal_is_written_once() {
    let text = "Partner,Month,Amount\nAcme,2025-01,11000.10\nAcme,2025-02,22000.20\nAcme,,33000.30\n\
        Birch,2025-01,13000.15\nBirch,2025-02,24000.25\nBirch,,37000.40\nCedar,2025-01,1300.15\nCedar,2025-02,2400.25\n";
    let seen = Seen::text(&[("a.csv", text)]);
    assert_eq!(seen.revenue(), Decimal::new(7370110, 2), "{}", seen.mapping);
}
