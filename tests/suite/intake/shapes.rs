//! Files in the shapes of public order lists and pipelines: each comes in with at most ten proposed lines and the right
//! sums, or with a question about what its headings do not say.

use quotient::channel::PartnerBook;
use quotient::finding::render;
use quotient::intake::recognition::{Survey, survey_files};
use quotient::intake::{Limits, Mapping, ReadOptions, read_book_files};
use rust_decimal::Decimal;
use std::collections::BTreeMap;

pub(super) type File<'a> = (&'a str, &'a str);

fn owned(files: &[File<'_>]) -> Vec<(String, Vec<u8>)> {
    files.iter().map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec())).collect()
}

pub(super) fn survey(files: &[File<'_>]) -> Survey {
    survey_files(owned(files), &Limits::default()).into_result().unwrap().0
}

/// The book that `map` reads, or its findings as text.
pub(super) fn read(files: &[File<'_>], map: &str) -> Result<PartnerBook, String> {
    let text = |findings: &quotient::finding::Findings| render::human(findings.iter(), false);
    let mapping = Mapping::parse("map.toml", map).map_err(|findings| text(&findings))?;
    let book = read_book_files(owned(files), Some(&mapping), &ReadOptions::default()).into_result();
    book.map(|(book, _)| book).map_err(|findings| text(&findings))
}

/// The survey of `files` and the book that its mapping of at most ten lines reads.
pub(super) fn come_in(files: &[File<'_>]) -> (Survey, PartnerBook) {
    let survey = survey(files);
    let lines = survey.mapping.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#')).count();
    assert!(lines <= 10, "{lines} lines\n{}", survey.mapping);
    let book = read(files, &survey.mapping).unwrap_or_else(|findings| panic!("{}\n{findings}", survey.mapping));
    (survey, book)
}

/// Revenue by year.
pub(super) fn sums(book: &PartnerBook) -> BTreeMap<i32, String> {
    let mut sums: BTreeMap<i32, Decimal> = BTreeMap::new();
    for entry in book.partners.iter().flat_map(|partner| &partner.revenue) {
        *sums.entry(entry.month.year()).or_default() += entry.amount.amount();
    }
    sums.into_iter().map(|(year, sum)| (year, sum.normalize().to_string())).collect()
}

pub(super) fn years(sums: &[(i32, &str)]) -> BTreeMap<i32, String> {
    sums.iter().map(|(year, sum)| (*year, (*sum).to_owned())).collect()
}

pub(super) fn questions(survey: &Survey) -> String {
    survey.questions.iter().map(|one| format!("{}: {}\n", one.place, one.question)).collect()
}

pub(super) fn decided<'s>(survey: &'s Survey, table: &str, key: &str) -> Option<&'s str> {
    let found = survey.decisions.iter().find(|decision| decision.table == table && decision.key == key);
    found.map(|decision| decision.value.as_str())
}

const ORDERS: &str = "OrderID,CustomerID,OrderDate,Freight\n\
    10248,VINET,1996-07-04 00:00:00.000,32.38\n10249,TOMSP,1996-07-05 00:00:00.000,11.61\n\
    10250,VINET,1997-01-08 00:00:00.000,65.83\n";
const DETAILS: &str = "OrderID,ProductID,UnitPrice,Quantity,Discount\n\
    10248,11,14,12,0\n10248,42,9.8,10,0.05\n10249,14,18.6,9,0\n10250,41,7.7,10,0.15\n10250,51,42.4,35,0.15\n";

#[test]
fn lines_of_orders_take_customer_and_date_from_the_orders_and_the_discount_off_the_price() {
    let customers =
        "CustomerID,CompanyName,Country\nVINET,Vins et alcools,France\nTOMSP,Toms,Germany\nHANAR,Hanari,Brazil\n";
    let files = [("orders.csv", ORDERS), ("order_details.csv", DETAILS), ("customers.csv", customers)];
    let (survey, book) = come_in(&files);
    // 14 × 12 + 9.8 × 10 × 0.95 + 18.6 × 9, and (7.7 × 10 + 42.4 × 35) × 0.85
    assert_eq!(sums(&book), years(&[(1996, "428.5"), (1997, "1326.85")]), "{}", survey.mapping);
    assert_eq!(decided(&survey, "revenue", "lookup"), Some("{ file = \"orders.csv\", key = \"OrderID\" }"));
    assert_eq!(book.partners.len(), 3);
    assert!(questions(&survey).contains("Discount: is it taken off the unit price?"), "{}", questions(&survey));
    let (_, flat) = come_in(&files[..2]);
    assert_eq!(flat.partners.len(), 2, "without a table of partners, they are those of the orders");
}

#[test]
fn a_key_that_the_other_table_lacks_or_repeats_is_an_error() {
    let map = "[partners]\ndistinct = true\n[revenue]\nfile = \"lines.csv\"\nlookup = { file = \"orders.csv\", key = \"Order\" }\n\
        columns = { partner_id = \"Customer\", month = \"Date\", amount = \"Total\" }\n";
    let orders = "Order,Customer,Date\n1,A,2025-01-03\n2,B,2025-02-03\n";
    let lines = ("lines.csv", "Order,Item,Total\n1,x,5\n2,y,7.50\n");
    let book = read(&[lines, ("orders.csv", orders)], map).unwrap();
    assert_eq!(sums(&book), years(&[(2025, "12.5")]));
    let unknown = read(&[("lines.csv", "Order,Item,Total\n1,x,5\n3,y,7\n"), ("orders.csv", orders)], map).unwrap_err();
    assert!(unknown.contains("`3` of `Order` is not in `orders.csv`"), "{unknown}");
    let twice =
        read(&[lines, ("orders.csv", "Order,Customer,Date\n1,A,2025-01-03\n1,B,2025-02-03\n")], map).unwrap_err();
    assert!(twice.contains("`1` is in several rows of `Order`"), "{twice}");
    let absent = read(&[lines], map).unwrap_err();
    assert!(absent.contains("no table `orders.csv`"), "{absent}");
    let other = read(&[lines, ("orders.csv", "No,Customer,Date\n1,A,2025-01-03\n")], map).unwrap_err();
    assert!(other.contains("`orders.csv` has no column `Order`"), "{other}");
    let named = map.replace("key = \"Order\"", "key = [\"Order\", \"No\"]");
    let orders = ("orders.csv", "No,Customer,Date\n1,A,2025-01-03\n2,B,2025-02-03\n");
    assert_eq!(sums(&read(&[lines, orders], &named).unwrap()), years(&[(2025, "12.5")]));
    let bare = Mapping::parse("map.toml", "[revenue]\nlookup = { file = \"orders.csv\" }\n").unwrap_err();
    assert!(render::human(bare.iter(), false).contains("a `key`"));
}

#[test]
fn units_are_multiplied_by_the_price_of_the_product_with_its_currency_sign() {
    let sales =
        "Sale_ID,Date,Store_ID,Product_ID,Units\n1,2022-01-01,24,4,1\n2,2022-01-01,28,1,3\n3,2023-02-01,24,1,2\n";
    let products = "Product_ID,Product_Name,Product_Price\n1,Action Figure,$15.99 \n4,Barrel O' Slime,$3.99 \n";
    let stores = "Store_ID,Store_Name,Store_City\n24,Toys Aguascalientes,Aguascalientes\n28,Toys Puebla,Puebla\n";
    let (survey, book) = come_in(&[("sales.csv", sales), ("products.csv", products), ("stores.csv", stores)]);
    assert_eq!(sums(&book), years(&[(2022, "51.96"), (2023, "31.98")]), "{}", survey.mapping);
    assert_eq!(&*book.partners[1].name, "Toys Puebla");
}

#[test]
fn a_discount_beyond_the_price_is_an_error_and_percent_are_read_as_such() {
    let map = "[partners]\ndistinct = true\n[revenue]\nfile = \"o.csv\"\ncolumns = { partner_id = \"Dealer\", month = \"Date\" }\n\
        product.amount = [\"Qty\", \"Price\", \"1 - Discount\"]\n";
    let file = |discount: &str| format!("Dealer,Date,Qty,Price,Discount\nA,2025-01-01,2,10,{discount}\n");
    for (discount, sum) in [("0", "20"), ("0.25", "15"), ("1", "0"), ("25 %", "15")] {
        assert_eq!(sums(&read(&[("o.csv", &file(discount))], map).unwrap()), years(&[(2025, sum)]), "{discount}");
    }
    for discount in ["25", "-0.1", "x", "125 %"] {
        assert!(read(&[("o.csv", &file(discount))], map).is_err(), "{discount}");
    }
    let percent = map.replace("1 - Discount", "1 - Discount / 100");
    for (discount, sum) in [("25", "15"), ("25 %", "15"), ("0.5", "19.9")] {
        assert_eq!(sums(&read(&[("o.csv", &file(discount))], &percent).unwrap()), years(&[(2025, sum)]), "{discount}");
    }
}

/// Orders with the partner below `heading`.
fn orders(heading: &str) -> String {
    let row = |at: usize| {
        let (partner, month) = (["Baane", "Toms", "Vitachrome"][at % 3], at % 12 + 1);
        format!("SO{at},2024-{month:02}-03,{partner},Bikes {},{}.50\n", at % 2, at + 1)
    };
    format!("Order No,Order Date,{heading},Product Category,Order Value\n{}", (0..12).map(row).collect::<String>())
}

#[test]
fn the_partner_is_known_by_the_noun_of_its_heading_in_several_languages() {
    for heading in [
        "Dealer No.",
        "Dealer_Name",
        "Distributor",
        "Reseller Name",
        "Wholesaler",
        "Retail Partner",
        "Franchisee",
        "Merchant",
        "Bill-to No.",
        "Ship-to Name",
        "Sold-To Party",
        "Buyer Name",
        "Outlet",
        "StoreKey",
        "Fachhändler",
        "Vertriebspartner",
        "Debitor-Nr.",
        "Distribuidor",
        "Código de cliente",
        "Revendeur",
        "Rivenditore",
    ] {
        let text = orders(heading);
        let (survey, book) = come_in(&[("orders.csv", &text)]);
        assert_eq!(decided(&survey, "revenue", "columns.partner_id"), Some(format!("\"{heading}\"").as_str()));
        assert!(!questions(&survey).contains("assumed: correct"), "{heading}: {}", questions(&survey));
        assert_eq!((book.partners.len(), sums(&book)), (3, years(&[(2024, "84")])), "{heading}");
    }
    // A dealer is nearer to the vendor than the maker or the customer of a dealer.
    let text = "Customer Name,Company,Dealer_Name,Date,Price ($)\nAnn,Ford,C & M Motors Inc,1/13/2022,26000\n\
        Bob,Ford,Ryder Truck Inc,1/14/2022,19000\nCy,Dodge,C & M Motors Inc,2/14/2022,31500\n";
    let (survey, book) = come_in(&[("Car Sales.csv", text)]);
    assert_eq!(decided(&survey, "revenue", "columns.partner_id"), Some("\"Dealer_Name\""));
    assert_eq!(sums(&book), years(&[(2022, "76500")]));
    assert!(questions(&survey).contains("is the price the amount of its row?"));
}

#[test]
fn a_partner_that_no_heading_names_is_assumed_with_a_question_and_never_a_product_or_an_order() {
    let (survey, book) = come_in(&[("orders.csv", &orders("County"))]);
    assert_eq!(decided(&survey, "revenue", "columns.partner_id"), Some("\"County\""));
    assert!(questions(&survey).contains("County: is each of its values a partner?"), "{}", questions(&survey));
    assert_eq!(book.partners.len(), 3);
    let refused = self::survey(&[("orders.csv", &orders("Item Description"))]);
    assert_eq!(decided(&refused, "revenue", "columns.partner_id"), None, "{}", refused.mapping);
    assert!(questions(&refused).contains("no heading is known to be the partner"), "{}", questions(&refused));
    // One ledger account for all rows is not the partner.
    let ledger = "Type,Date,Num,Name,Account,Amount\nInvoice,1/15/2024,1,Baane,Receivable,5\nInvoice,2/15/2024,2,Toms,Receivable,7\n\
        Invoice,3/15/2024,3,Baane,Receivable,9\nInvoice,3/16/2024,4,Toms,Receivable,9\n";
    let (survey, book) = come_in(&[("Transactions.csv", ledger)]);
    assert_eq!(decided(&survey, "revenue", "columns.partner_id"), Some("\"Name\""));
    assert_eq!(book.partners.len(), 2);
}

#[test]
fn actuals_beside_a_budget_and_one_of_several_currencies_are_the_revenue() {
    let text = "division,currency,month,scenario,trade_sales\nNortheast,USD,2024-01,Actual,100\nNortheast,USD,2024-01,Budget,900\n\
        Canada,CAD,2024-01,Actual,70\nNorthwest,USD,2024-02,Actual,50\nNorthwest,USD,2024-03,Actual,25\n\
        Canada,CAD,2024-02,Budget,80\n";
    let (survey, book) = come_in(&[("division_trade_sales.csv", text)]);
    assert_eq!(sums(&book), years(&[(2024, "175")]), "{}", survey.mapping);
    let questions = questions(&survey);
    assert!(questions.contains("only the amounts in USD (3 rows, 175) are read"), "{questions}");
    assert!(
        questions.contains("are the rows with \"Actual\" the revenue? Those with \"Budget\" are left out"),
        "{questions}"
    );
}

#[test]
fn numbers_of_a_column_of_quarters_are_quarters_and_not_months() {
    let text = "dealer,year,quarter,revenue\nA,2024,1,30\nA,2024,4,60\nB,2025,2,9\nB,2025,3,3\n";
    let (_, book) = come_in(&[("revenue.csv", text)]);
    let months: Vec<String> =
        book.partners[0].revenue.iter().map(|entry| format!("{} {}", entry.month, entry.amount)).collect();
    assert_eq!(
        months,
        ["2024-01 10.00", "2024-02 10.00", "2024-03 10.00", "2024-10 20.00", "2024-11 20.00", "2024-12 20.00"]
    );
    let month = "dealer,year,month,revenue\nA,2024,1,30\nA,2024,4,60\nB,2025,2,9\nB,2025,3,3\n";
    assert_eq!(come_in(&[("revenue.csv", month)]).1.partners[0].revenue.len(), 2);
}

#[test]
fn dollars_with_three_digits_behind_every_comma_are_thousands_and_short_dates_with_a_month_are_read() {
    let text = "Retailer,Invoice Date,Total Sales\nKohls,01-Feb-24,\"$2,600 \"\nKohls,22-OCT-24,\"$17,950 \"\nSears,15-Mar-25,\"$29,450 \"\n\
        Sears,16-Mar-25,$450\n";
    let (survey, book) = come_in(&[("sales.csv", text)]);
    assert_eq!(sums(&book), years(&[(2024, "20550"), (2025, "29900")]), "{}", survey.mapping);
    assert!(!questions(&survey).contains("thousand"), "{}", questions(&survey));
    // Without a currency, it is asked.
    let open = text.replace('$', "");
    let (survey, book) = come_in(&[("sales.csv", &open)]);
    assert_eq!(sums(&book), years(&[(2024, "20550"), (2025, "29900")]), "{}", survey.mapping);
    assert!(questions(&survey).contains("is `2,600` a thousand and more?"), "{}", questions(&survey));
}

#[test]
fn a_row_of_moments_and_numbers_is_not_the_header() {
    let row = |at: usize| {
        format!(
            "{at},2007-0{}-02 10:56:33,{},91.05,198.5,{}.25,2007-01-03 00:00:00,2007-01-04 00:00:00,1\n",
            at + 1,
            at % 2,
            at * 10
        )
    };
    let rows: String = (0..6).map(row).collect();
    let text =
        format!("SalesKey,DateKey,StoreKey,UnitCost,UnitPrice,SalesAmount,LoadDate,UpdateDate,CurrencyKey\n{rows}");
    let (survey, book) = come_in(&[("FactSales.csv", &text)]);
    assert_eq!(sums(&book), years(&[(2007, "151.5")]), "{}", survey.mapping);
    assert_eq!(decided(&survey, "revenue", "columns.currency"), Some("\"\""));
}

#[test]
fn a_total_beside_a_tax_is_asked_about() {
    let text = "Invoice ID,Branch,Tax 5%,Total,Date\n1,A,5,105,1/13/2019\n2,B,1,21,1/27/2019\n3,A,2,42,2/3/2019\n";
    let (survey, book) = come_in(&[("supermarket.csv", text)]);
    assert_eq!(sums(&book), years(&[(2019, "168")]));
    assert!(questions(&survey).contains("Total: does it contain `Tax 5%`"), "{}", questions(&survey));
}

const DEALS: &str = "Opportunity,Account,Stage,Probability (%),Est. Revenue,Actual Revenue,Close Date,Actual Close Date,Currency\n\
    O-1,Acme,4. Closed Won,100,90,100,2024-03-01,2024-04-02,US Dollar\nO-2,Acme,5. Closed Lost,0,50,,2024-03-01,,US Dollar\n\
    O-3,Bluth,2. Negotiation,45,70,,2026-03-01,,US Dollar\nO-4,Bluth,4. Closed Won,100,20,25.50,2025-01-31,2025-02-01,US Dollar\n\
    O-5,,4. Closed Won,100,1,1,2025-01-31,2025-02-01,US Dollar\n";

#[test]
fn won_opportunities_are_the_revenue_in_one_key_and_usual_stages_need_no_translation() {
    let accounts = "Account,Industry\nAcme,retail\nBluth,medical\nCheers,retail\n";
    let (survey, book) = come_in(&[("accounts.csv", accounts), ("sales_pipeline.csv", DEALS)]);
    let expected = "{ month = \"Actual Close Date\", amount = \"Actual Revenue\" }";
    assert_eq!(decided(&survey, "opportunities", "won_revenue"), Some(expected), "{}", survey.mapping);
    for key in ["values.status", "values.currency", "scale.probability"] {
        assert_eq!(decided(&survey, "opportunities", key), None, "{}", survey.mapping);
    }
    assert_eq!(sums(&book), years(&[(2024, "100"), (2025, "25.5")]));
    let months: Vec<String> = book.partners[1].revenue.iter().map(|entry| entry.month.to_string()).collect();
    assert_eq!(months, ["2025-02"], "the month in which it was won");
    let chances: Vec<String> = book.partners[1]
        .opportunities
        .iter()
        .map(|one| format!("{} {:?} {:?}", one.amount, one.status, one.probability))
        .collect();
    assert_eq!(chances, ["70 Open Some(0.45)", "20 Won Some(1)"]);
    // A word that means something else elsewhere is translated.
    let dropped = DEALS.replace("5. Closed Lost", "Dropped");
    let (survey, _) = come_in(&[("accounts.csv", accounts), ("sales_pipeline.csv", &dropped)]);
    let words = decided(&survey, "opportunities", "values.status").unwrap();
    assert_eq!(words, "{ \"4. Closed Won\" = \"won\", \"*\" = \"open\" }");
}

#[test]
fn without_a_translation_an_unknown_stage_is_an_error_and_two_sources_of_revenue_are_too() {
    let map = "[partners]\ndistinct = true\n[opportunities]\nfile = \"deals.csv\"\nskip.Account = \"\"\nwon_revenue = {}\n\
        columns = { opportunity_id = \"Opportunity\", partner_id = \"Account\", amount = \"Est. Revenue\", close_date = \"Close Date\", status = \"Stage\", probability = \"Probability (%)\" }\n";
    let book = read(
        &[("deals.csv", DEALS)],
        &format!("{map}columns.currency = \"Currency\"\n")
            .replace(" }\ncolumns.currency = \"Currency\"", ", currency = \"Currency\" }"),
    )
    .unwrap();
    assert_eq!(
        sums(&book),
        years(&[(2024, "90"), (2025, "20")]),
        "by default, amount and close date of the opportunity"
    );
    let unknown = read(&[("deals.csv", &DEALS.replace("2. Negotiation", "Dormant"))], map).unwrap_err();
    assert!(unknown.contains("`Dormant`"), "{unknown}");
    let both = Mapping::parse("map.toml", &format!("{map}[revenue]\nfile = \"r.csv\"\n")).unwrap_err();
    assert!(render::human(both.iter(), false).contains("both the table `[revenue]` and `won_revenue`"));
    let wrong = Mapping::parse("map.toml", &map.replace("won_revenue = {}", "won_revenue = { date = \"x\" }"));
    assert!(render::human(wrong.unwrap_err().iter(), false).contains("`date` is not a member of `won_revenue`"));
}

#[test]
fn a_percent_sign_in_a_heading_counts_only_if_a_value_is_above_1() {
    let map = "[partners]\ndistinct = true\n[opportunities]\nfile = \"d.csv\"\nwon_revenue = {}\n\
        columns = { partner_id = \"Account\", amount = \"Amount\", close_date = \"Date\", status = \"Stage\", probability = \"Win %\" }\n";
    let file =
        |one: &str| format!("Account,Amount,Date,Stage,Win %\nA,1,2025-01-01,Won,{one}\nA,2,2025-02-01,Open,0.5\n");
    let chances = |text: &str| -> Vec<String> {
        let book = read(&[("d.csv", text)], map).unwrap();
        book.partners[0].opportunities.iter().map(|one| one.probability.unwrap().to_string()).collect()
    };
    assert_eq!(chances(&file("1")), ["1", "0.5"], "fractions stay fractions");
    assert_eq!(chances(&file("100")), ["1", "0.005"]);
    let plain =
        read(&[("d.csv", &file("100").replace("Win %", "Chance"))], &map.replace("Win %", "Chance")).unwrap_err();
    assert!(plain.contains("scale.probability = 100"), "{plain}");
}
