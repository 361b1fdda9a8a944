//! Rows that state a sum of others: balances, totals of groups, the members of a cube together, running sums, documents
//! beside their lines. None of them is revenue a second time without a word.

use super::unsaid::Seen;
use quotient::finding::render;
use quotient::intake::{ReadOptions, read_book_files};
use rust_decimal::Decimal;

fn seen(text: &str) -> Seen {
    Seen::text(&[("a.csv", text)])
}

/// The revenue of `text`, which is read with the mapping that is proposed for it.
#[track_caller]
fn reads(text: &str, revenue: i64) -> Seen {
    let seen = seen(text);
    assert_eq!(seen.revenue(), Decimal::from(revenue), "{}\n{}", seen.mapping, seen.said);
    seen
}

/// What is said of a book that needs no mapping, and its revenue.
fn plain(revenue: &str) -> (Decimal, String) {
    let files = [("partners.csv", "partner_id\nAcme\nBeta\nÜbertrag\n"), ("revenue.csv", revenue)];
    let files = files.map(|(name, text)| (name.to_owned(), text.as_bytes().to_vec())).to_vec();
    let (book, findings) = read_book_files(files, None, &ReadOptions::default()).into_parts();
    let amounts = book.iter().flat_map(|book| &book.partners).flat_map(|partner| &partner.revenue);
    (amounts.map(|entry| entry.amount.amount()).sum(), render::human(findings.iter(), false))
}

const BALANCES: [&str; 12] = [
    "Übertrag",
    "Saldo",
    "Saldovortrag",
    "Anfangsbestand",
    "Balance brought forward",
    "Opening balance 01/01/2025",
    "Carried forward",
    "Report à nouveau",
    "Saldo anterior",
    "Balance b/f",
    "SALDO PER 31.01.2025",
    "Balance",
];

#[test]
fn a_balance_of_the_rows_above_is_left_out() {
    for name in BALANCES {
        let text = format!(
            "Customer,Date,Amount\nAcme,2025-01-10,100\nBeta,2025-01-11,50\n{name},2025-01-31,150\nAcme,2025-02-10,40\n{name},2025-02-28,190\n"
        );
        let seen = reads(&text, 190);
        seen.says(&format!("`{name}` states 150, a balance of the rows above it, and was left out"));
        seen.says("left out as a balance of other rows: is any of it revenue?");
        assert_eq!(seen.book.unwrap().partners.len(), 2, "{name}");
    }
    // Each page begins with what the page before ends with.
    let page = "Kunde;Datum;Betrag\nAcme;10.01.2025;100,00\nÜbertrag;;100,00\nÜbertrag;;100,00\nBeta;21.02.2025;30,00\nSumme;;130,00\n";
    reads(page, 130);
}

#[test]
fn a_balance_that_nothing_proves_is_asked_about_with_its_amount() {
    let opening = "Customer,Date,Amount\nSaldovortrag,2025-01-01,1000\nAcme,2025-01-10,100\nBeta,2025-02-10,40\n";
    reads(opening, 140).says("\"Saldovortrag\" in 1 row (1,000) left out as a balance of other rows");
    let text = "Customer,Date,Text,Amount\nAcme,2025-01-01,Saldovortrag,1000\nAcme,2025-01-10,Invoice 1,100\nBeta,2025-02-10,Invoice 2,40\n";
    reads(text, 140).says("a.csv: Text: \"Saldovortrag\" in 1 row (1,000) left out");
    // A deposit and the rest of a price are payments.
    let paid = "Customer,Date,Payment,Amount\nAcme,2025-01-01,Deposit,30\nAcme,2025-01-10,Balance,70\nBeta,2025-02-10,Deposit,40\n";
    reads(paid, 140).says("\"Balance\" in 1 row (70): a payment, or a balance of other rows?");
    let statement = "Debitor;Datum;Nr;Ort;Text;Betrag\n1;2025-01-01;7;Ulm;Rechnung;30\n1;2025-01-10;8;Ulm;Rechnung;70\n1;2025-01-31;;;Saldo;100\n2;2025-02-10;9;Ulm;Rechnung;40\n2;2025-02-28;;;Saldo;40\n";
    reads(statement, 140).says("\"Saldo\" in 2 rows (140) left out as a balance");
    reads("Customer,Date,Amount\nBalance Fitness,2025-01-01,30\nSaldo GmbH,2025-01-10,70\n", 100);
}

#[test]
fn balances_of_a_book_without_a_mapping_are_left_out_or_mentioned() {
    let rows = "partner_id,month,amount\nAcme,2025-01,100\nBeta,2025-01,50\n";
    let (sum, said) = plain(&format!("{rows}Saldo,2025-01,150\nAcme,2025-02,5\n"));
    assert_eq!(sum, Decimal::from(155));
    assert!(said.contains("`Saldo` states 150, a balance of the rows above it, and was left out"), "{said}");
    let (_, said) = plain(&format!("{rows}Saldo,2025-01,170\nAcme,2025-02,5\n"));
    assert!(said.contains("the row of `Saldo` is read as data, with 170, and is named as a balance"), "{said}");
    // A partner of the book may be called so.
    let (sum, said) = plain(&format!("{rows}Übertrag,2025-01,150\n"));
    assert_eq!(sum, Decimal::from(300));
    assert!(!said.contains("balance"), "{said}");
}

#[test]
fn the_grand_total_proves_totals_of_groups_that_are_off() {
    let tall = |north: u32, south: u32| {
        format!(
            "Partner,Month,Amount\nAcme,2025-01,1000\nBeta,2025-01,500\nNorth Total,2025-01,{north}\nGamma,2025-01,70\nDelta,2025-01,30\nSouth Total,2025-01,{south}\nGrand Total,2025-01,1600\n"
        )
    };
    for (north, south, said) in [
        (1501, 100, "`North Total` states 1501, but the rows above it sum to 1500: a difference of 1"),
        (1900, 100, "`North Total` states 1900, but the rows above it sum to 1500: a difference of 400"),
        (1500, 101, "`South Total` states 101, but the rows above it sum to 100: a difference of 1"),
    ] {
        let seen = reads(&tall(north, south), 1600);
        seen.says(said);
        assert_eq!(seen.book.unwrap().partners.len(), 4);
    }
    let words = [("North Total", "Total Norte"), ("South Total", "Total Sur"), ("Grand Total", "Total general")];
    let spanish = words.iter().fold(tall(1501, 100), |text, (one, other)| text.replace(one, other));
    reads(&spanish, 1600).says("`Total Norte` states 1501");
    let wide = "Partner,Jan 2025,Feb 2025,Mar 2025\nAcme,100,10,1\nBeta,50,20,2\nNorth Total,151,30,3\nGamma,70,30,3\nDelta,30,40,4\nSouth Total,100,70,7\nGrand Total,250,100,10\n";
    reads(wide, 360).says("`North Total` states 184, but the rows above it sum to 183");
    let regions = "Region,Partner,Jan 2025,Feb 2025,Mar 2025\nNorth,Acme,100,10,1\n,Beta,50,20,2\nNorth Total,,151,30,3\nSouth,Gamma,70,30,3\n,Delta,30,40,4\nSouth Total,,100,70,7\nGrand Total,,250,100,10\n";
    let seen = reads(regions, 360);
    seen.says("`North Total` states 184, but the rows above it sum to 183");
    assert_eq!(seen.book.unwrap().partner("Delta").unwrap().territory.as_deref(), Some("South"));
}

#[test]
fn totals_of_groups_prove_each_other_and_one_alone_is_mentioned() {
    let text = "Partner,Month,Amount\nAcme,2025-01,100\nBeta,2025-01,50\nNorth Total,2025-01,151\nGamma,2025-01,70\nDelta,2025-01,30\nSouth Total,2025-01,100\n";
    reads(text, 250);
    let off = text.replace(",151", ",190").replace("South Total,2025-01,100\n", "");
    seen(&off)
        .says("the row of `North Total` is read as data, with 190: its amounts are not the sum of the rows above it");
    let names = "Partner,Month,Amount\nTotal Energies,2025-01,1000\nBeta,2025-01,500\nTotal Energies,2025-02,1500\nTotal Wine,2025-02,70\nBeta,2025-02,20\n";
    assert_eq!(reads(names, 3090).book.unwrap().partners.len(), 3);
}

#[test]
fn members_of_a_cube_together_do_not_count_again() {
    let product = "Customer,Month,Product Category,Amount\nAcme,2025-01,Hardware,100\nAcme,2025-01,Software,50\nAcme,2025-01,All products,150\nBeta,2025-01,Hardware,10\nBeta,2025-01,All products,10\n";
    reads(product, 160).says("rows with `All products` are the sums of the others and are left out: is that right?");
    let columns = "Customer,Month,Channel,Amount\nAcme,2025-01,Web,100\nAcme,2025-01,Phone,50\nAcme,2025-01,(All),150\nBeta,2025-01,Web,20\nBeta,2025-01,(All),20\n";
    reads(columns, 170).says("rows with `(All)` are the sums of the others");
    let both = "Customer,Month,Region,Product,Amount\nAcme,2025-01,North,A,100\nAcme,2025-01,North,Total,100\nAcme,2025-01,Total,A,100\nAcme,2025-01,Total,Total,100\nBeta,2025-01,South,B,10\nBeta,2025-01,South,Total,10\nBeta,2025-01,Total,B,10\nBeta,2025-01,Total,Total,10\n";
    reads(both, 110);
    let customers = "Customer,Month,Region,Amount\nAcme,2025-01,North,100\nAcme,2025-01,South,50\nBeta,2025-01,North,20\nAll customers,2025-01,North,120\nAll customers,2025-01,South,50\nBeta,2025-02,North,20\nAll customers,2025-02,North,20\n";
    reads(customers, 190);
    let off = product.replace("All products,150", "All products,151");
    reads(&off, 321).says("of the 2 rows with `All products`, 1 is the sum of the others (10): do they count twice?");
    // A partner that sells everything under one name has nothing else.
    let alone = "Customer,Month,Product Category,Amount\nAcme,2025-01,Hardware,100\nBeta,2025-01,All products,10\n";
    assert!(!reads(alone, 110).said.contains("others"));
}

#[test]
fn rows_without_a_member_are_left_out_only_where_they_are_sums() {
    let rollup = "partner,month,category,revenue\nAcme,2025-01,HW,10\nAcme,2025-01,SW,20\nAcme,2025-01,,30\nAcme,2025-02,HW,5\nAcme,2025-02,,5\nAcme,,,35\nBeta,2025-01,HW,7\nBeta,2025-01,,7\nBeta,,,7\n,,,42\n";
    reads(rollup, 42).says("rows with `no value` are the sums of the others");
    let open = "Customer,Month,Region,Amount\nAcme,2025-01,North,100\nAcme,2025-01,South,50\nAcme,2025-01,,15\nBeta,2025-01,North,20\nBeta,2025-01,,2\n";
    assert!(!reads(open, 187).said.contains("sums of the others"));
}

#[test]
fn running_sums_are_not_read_as_the_revenue_of_months() {
    let tall = "Kunde;Monat;Umsatz kumuliert\nAcme;2025-01;100\nAcme;2025-02;150\nBeta;2025-01;10\nBeta;2025-02;30\n";
    for text in
        [tall, &tall.replace("Umsatz kumuliert", "YTD Revenue"), &tall.replace("Umsatz kumuliert", "Running total")]
    {
        let seen = seen(text);
        seen.says("has running sums, each with the months before it: export the amounts of each month");
        assert!(seen.book.is_none(), "{}", seen.mapping);
    }
    let both = "Partner,Month,Revenue,YTD Revenue\nAcme,2025-01,100,100\nAcme,2025-02,50,150\nBeta,2025-01,10,10\n";
    reads(both, 160);
    let wide = "Partner,YTD Jan 2025,YTD Feb 2025,YTD Mar 2025\nAcme,100,150,230\nBeta,10,30,31\n";
    let seen = seen(wide);
    seen.says("`YTD Jan 2025` has running sums");
    assert!(seen.book.is_none());
    let measures = "Partner,Month,Measure,Amount\nAcme,2025-01,MTD,100\nAcme,2025-01,YTD,100\nAcme,2025-02,MTD,50\nAcme,2025-02,YTD,150\n";
    reads(measures, 150).says("rows with `YTD` are left out as running sums or quantities: is that right?");
}

#[test]
fn amounts_that_never_fall_are_asked_about() {
    let question = "no amount is below that of the month before it, for any partner: are they running sums";
    let months = "Partner,Jan 2025,Feb 2025,Mar 2025\nAcme,100,150,230\nBeta,10,30,31\n";
    seen(&format!("Cumulative revenue by partner,,,\n{months}")).says(question);
    Seen::text(&[("sales_ytd.csv", months)]).says(question);
    assert!(!seen(months).said.contains(question));
    let rows: String = (0..6).map(|one| format!("P{one},{one},2{one},3{one},4{one},5{one},6{one}\n")).collect();
    let half = format!("Partner,Jan 2025,Feb 2025,Mar 2025,Apr 2025,May 2025,Jun 2025\n{rows}");
    seen(&half).says(question);
    assert!(!seen(&half.replace("P5,5,25,", "P5,5,25,3\nP6,9,8,")).said.contains(question));
    let tall: String =
        (0..6).flat_map(|one| (1..7).map(move |month| format!("P{one},2025-{month:02},{month}{one}\n"))).collect();
    seen(&format!("Partner,Month,Amount\n{tall}")).says(question);
    let falls = tall.replace("P0,2025-06,60", "P0,2025-06,6");
    assert!(!seen(&format!("Partner,Month,Amount\n{falls}")).said.contains(question));
}

#[test]
fn documents_and_their_lines_are_compared() {
    let orders =
        "Order ID,Customer,Order Date,Order Total\n1,Acme,2025-01-10,100\n2,Beta,2025-01-11,50\n3,Acme,2025-02-11,70\n";
    let lines = "Order ID,Line,Product,Line Total\n1,1,A,60\n1,2,B,40\n2,1,A,45\n3,1,A,70\n";
    let seen = Seen::text(&[("orders.csv", orders), ("order_lines.csv", lines)]);
    seen.says(
        "the lines of `2` sum to 45, and `Order Total` of `orders.csv` is 50: 1 document with a difference, -5 in all",
    );
    let equal = lines.replace(",45", ",50");
    let seen = Seen::text(&[("orders.csv", orders), ("order_lines.csv", &equal)]);
    assert!(!seen.said.contains("difference"), "{}", seen.said);
    let flat = "Order ID,Customer,Order Date,Order Total,Product,Line Total\n1,Acme,2025-01-10,100,A,60\n1,Acme,2025-01-10,100,B,40\n2,Beta,2025-01-11,50,A,45\n";
    reads(flat, 145).says("the lines of `2` sum to 45, and `Order Total` is 50");
    let repeated = "Order ID,Customer,Order Date,Order Total,Product,Qty\n1,Acme,2025-01-10,100,A,1\n1,Acme,2025-01-10,100,B,4\n2,Beta,2025-01-11,50,A,1\n";
    self::seen(repeated).says("it is the same in all rows of each `Order ID`, such as the 2 rows of `1`");
    self::seen(repeated).says("it counts once per row, 250 in all instead of 150");
}

#[test]
fn figures_below_a_total_are_left_out() {
    let rows = "Partner,Jan 2025,Feb 2025,Mar 2025\nAcme,100,200,300\nBeta,50,60,70\nTotal,150,260,370\n";
    let below = "Average,75,130,185\nGrowth vs PY,5.1%,3.2%,-1.0%\nTarget,900,900,900\n% of Total,100%,100%,100%\n";
    let seen = reads(&format!("{rows}{below}"), 780);
    assert_eq!(seen.book.unwrap().partners.len(), 2);
    // The retailer below the total of another group is a partner.
    let groups = "Partner,Jan 2025,Feb 2025,Mar 2025\nAcme,100,200,300\nBeta,50,60,70\nEast Total,150,260,370\nTarget,1,2,3\nGamma,4,5,6\nWest Total,5,7,9\nGrand Total,155,267,379\n";
    let seen = reads(groups, 801);
    assert!(seen.book.unwrap().partner("Target").is_some());
    let counts = "Dealer,Date,Amount\nA,2025-01-10,100\nA,2025-02-10,50\nSum:,,150\nCount: 2,,\nB,2025-02-10,5\nB,2025-02-11,7\nSum:,,12\nCount: 2,,\nGrand Sum:,,162\n";
    reads(counts, 162).says("`Count: 2` is a figure about the rows above it and was left out");
    let results = "Customer;Product;01.2025;02.2025;03.2025;Overall Result\nA;P1;1;2;3;6\nA;P2;4;5;6;15\nA;Result;5;7;9;21\nB;P1;7;8;9;24\nB;Result;7;8;9;24\nOverall Result;;12;15;18;45\n";
    reads(results, 45);
    let units = "Customer,Measure,Jan 2025,Feb 2025,Mar 2025\nA,Units,1,2,3\nA,Net Sales,100,200,300\nB,Units,1,1,1\nB,Net Sales,10,20,30\n";
    reads(units, 660).says("rows with `Units` are left out as running sums or quantities");
}

#[test]
fn columns_that_say_that_rows_may_not_count_are_asked_about() {
    for (text, question) in [
        (
            "Customer,Date,Amount,Reversed\nA,2024-01-05,100,N\nB,2024-02-01,50,Y\nA,2024-02-05,7,N\n",
            "rows with \"Y\" (1 row, 50): do they count? If not, write `skip.Reversed = \"Y\"` under `[revenue]`",
        ),
        (
            "Partner,Share %,Date,Deal Amount\nA,60,2024-01-05,100\nB,40,2024-01-05,100\nA,100,2024-02-05,50\n",
            "Share %: the amounts are not multiplied by it",
        ),
        (
            "Order,Customer,Date,Line,Parent Line,Amount\n1,A,2024-01-05,1,,100\n1,A,2024-01-05,2,1,60\n1,A,2024-01-05,3,1,40\n",
            "2 rows are parts of another line",
        ),
        (
            "Customer,Order Date,Invoice Date,Amount\nA,2024-01-05,2024-02-01,100\nB,2024-01-06,,50\nA,2024-01-07,2024-02-02,7\n",
            "Invoice Date: 1 row without it: is the revenue that of `Order Date`",
        ),
        (
            "Customer,Period,Amount\nA,2024-01,10\nA,2024-02,10\nA,2024-03,10\nA,2024-Q1,30\n",
            "`2024-Q1` contains `2024-01`, which has rows too",
        ),
        (
            "Version,Customer,Month,Amount\nV1,A,2024-01,100\nV1,B,2024-01,50\nV2,A,2024-01,101\nV2,B,2024-01,50\n",
            "do the rows of every type count (\"V1\" in 2 rows with 150, \"V2\" in 2 rows with 151)?",
        ),
    ] {
        seen(text).says(question);
    }
    let level = "Customer,Level,Date,Amount\nA,Day,2024-01-05,10\nA,Day,2024-01-06,10\nA,Month,2024-01-31,20\n";
    seen(level).says("do the rows of every type count (\"Day\" in 2 rows with 20, \"Month\" in 1 row with 20)?");
    let tiers = level.replace(",Day,", ",A1,").replace(",Month,", ",A2,");
    assert!(!reads(&tiers, 40).said.contains("count ("));
    let none = "Customer,Date,Amount,Reversed\nA,2024-01-05,100,N\nB,2024-02-01,50,N\n";
    assert!(!reads(none, 150).said.contains("count?"));
}

#[test]
fn a_table_of_partners_with_several_rows_for_one_is_not_passed_over() {
    let customers = "customer_id,name,region\nC1,Acme,North\nC1,Acme,South\nC2,Beta,North\n";
    let sales = "customer_id,date,amount\nC1,2024-01-05,100\nC2,2024-01-06,200\n";
    Seen::text(&[("customers.csv", customers), ("sales.csv", sales)])
        .says("customers.csv: it names the partners and is not read, because `C1` has 2 rows");
    let others = Seen::text(&[("customers.csv", &customers.replace('C', "X")), ("sales.csv", sales)]);
    assert!(!others.said.contains("it names the partners"), "{}", others.said);
}
