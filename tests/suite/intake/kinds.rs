//! Kinds of public files that were refused, or read in another way than they mean: lines without their order, fiscal years,
//! names of groups, consumers beside stores, files of one name in two directories.

use super::shapes::{come_in, decided, questions, read, sums, survey, years};
use super::unsaid::Seen;
use quotient::intake::recognition::{read_surveyed, survey_book};
use quotient::intake::{Limits, ReadOptions};

/// Orders and their lines; the last line is of `order`.
fn lines(order: &str) -> (String, String) {
    let orders: String = (0..12).map(|at| format!("{},C{},2024-{:02}-03\n", 100 + at, at % 4, at + 1)).collect();
    let lines: String = (0..20).map(|at| format!("{},P{at},{},{}.50\n", 100 + at % 11, at % 3 + 1, at + 10)).collect();
    (
        format!("OrderID,CustomerID,OrderDate\n{orders}"),
        format!("OrderID,Product,Quantity,UnitPrice\n{lines}{order},P1,2,5.00\n"),
    )
}

#[test]
fn lines_without_their_order_are_named_with_their_row_and_left_out_and_orders_without_lines_are_named() {
    let (orders, lines) = lines("999");
    let (survey, book) = come_in(&[("orders.csv", &orders), ("order_details.csv", &lines)]);
    assert_eq!(decided(&survey, "revenue", "lookup"), Some("{ file = \"orders.csv\", key = \"OrderID\" }"));
    assert_eq!(decided(&survey, "revenue", "skip.OrderID"), Some("\"999\""), "{}", survey.mapping);
    // Σ (at % 3 + 1) × (at + 10.5), as an inner join gives it.
    assert_eq!(sums(&book), years(&[(2024, "783.5")]), "{}", survey.mapping);
    let asked = questions(&survey);
    assert!(asked.contains("1 row has a key that `orders.csv` lacks; the first is `999` in row 22"), "{asked}");
    assert!(asked.contains("1 row has a key in `orders.csv` and no row here; the first is `111` in row 13"), "{asked}");
    let without = survey.mapping.replace("skip.OrderID = \"999\"", "");
    let files = [("orders.csv", orders.as_str()), ("order_details.csv", &lines)];
    assert!(read(&files, &without).unwrap_err().contains("`999` of `OrderID` is not in `orders.csv`"));
    // A line without any order.
    let (orders, lines) = self::lines("");
    let (survey, book) = come_in(&[("orders.csv", &orders), ("order_details.csv", &lines)]);
    assert_eq!(sums(&book), years(&[(2024, "783.5")]), "{}", survey.mapping);
    assert!(questions(&survey).contains("1 row has no key"), "{}", questions(&survey));
}

#[test]
fn many_lines_without_their_order_and_orders_in_two_rows_are_not_joined() {
    let (orders, lines) = lines("999");
    let few: String = orders.lines().take(6).map(|line| format!("{line}\n")).collect();
    let refused = survey(&[("orders.csv", &few), ("order_details.csv", &lines)]);
    assert_eq!(decided(&refused, "revenue", "lookup"), None, "{}", refused.mapping);
    let twice = format!("{orders}100,C9,2024-01-09\n");
    let refused = survey(&[("orders.csv", &twice), ("order_details.csv", &lines)]);
    assert_eq!(decided(&refused, "revenue", "lookup"), None, "{}", refused.mapping);
}

#[test]
fn more_orders_than_a_column_remembers_are_joined() {
    let (mut orders, mut lines) = ("order_id,customer_id,order_date\n".to_owned(), "order_id,item,price\n".to_owned());
    for at in 0..50_100 {
        orders.push_str(&format!("o{at},c{},2024-01-03\n", at % 50));
        lines.push_str(&format!("o{at},1,2\n"));
    }
    let (survey, book) = come_in(&[("orders.csv", &orders), ("order_items.csv", &lines)]);
    assert_eq!(sums(&book), years(&[(2024, "100200")]), "{}", survey.mapping);
}

#[test]
fn one_partner_with_several_names_is_asked_about_and_has_the_first() {
    let text = "Customer ID,Customer Name,Date,Amount\n10,Acme,2025-01-05,1\n11,Beta,2025-01-05,2\n10,Acme Inc.,2025-02-05,3\n\
        11,Beta,2025-02-05,4\n10,ACME,2025-03-05,5\n";
    let (survey, book) = come_in(&[("a.csv", text)]);
    assert_eq!(sums(&book), years(&[(2025, "15")]));
    assert_eq!(&*book.partners[0].name, "Acme");
    let asked = questions(&survey);
    assert!(
        asked.contains("Customer Name: 1 partner has several names, such as `Acme` and `Acme Inc.` of `10`"),
        "{asked}"
    );
    let seen = Seen::text(&[("a.csv", text)]);
    seen.says("rows of the partner `10` differ in `Customer Name`: `Acme` is used, not `Acme Inc.`");
}

#[test]
fn consumers_with_one_row_each_are_not_the_partners_beside_a_store() {
    let row = |at: usize| format!("{},Person {at},S{},2025-{:02}-05,{}\n", 500 + at, at % 4, at % 12 + 1, at + 1);
    let text = format!("Customer ID,Customer Name,Store,Date,Amount\n{}", (0..24).map(row).collect::<String>());
    let (survey, book) = come_in(&[("a.csv", &text)]);
    assert_eq!(decided(&survey, "revenue", "columns.partner_id"), Some("\"Store\""), "{}", survey.mapping);
    assert_eq!((book.partners.len(), sums(&book)), (4, years(&[(2025, "300")])));
    let asked = questions(&survey);
    assert!(asked.contains("`Customer ID` has another value in nearly each row, so `Store` is the partner"), "{asked}");
    // A reseller with one row is one, whatever company code is beside it.
    let row = |at: usize| format!("R{at},{},2025-{:02}-05,{}\n", at % 2, at % 12 + 1, at + 1);
    let text = format!("Reseller,Company,Date,Amount\n{}", (0..12).map(row).collect::<String>());
    let (survey, book) = come_in(&[("a.csv", &text)]);
    assert_eq!(decided(&survey, "revenue", "columns.partner_id"), Some("\"Reseller\""), "{}", survey.mapping);
    assert_eq!(book.partners.len(), 12);
}

#[test]
fn months_in_the_order_of_a_fiscal_year_below_one_year_are_those_of_the_fiscal_year() {
    let months = "Jul,Aug,Sep,Oct,Nov,Dec,Jan,Feb,Mar,Apr,May,Jun";
    let amounts = "1,2,3,4,5,6,10,20,30,40,50,60";
    let named = format!("Dealer,{months}\nA,{amounts}\nB,{amounts}\n");
    let above = format!("Dealer{}\nName,{months}\nA,{amounts}\nB,{amounts}\n", ",2025".repeat(12));
    for (file, text) in
        [("sales 2025.csv", &named), ("sales FY25.csv", &named), ("sales 2024-25.csv", &named), ("sales.csv", &above)]
    {
        let (survey, book) = come_in(&[(file, text)]);
        assert_eq!(sums(&book), years(&[(2024, "42"), (2025, "420")]), "{file}\n{}", survey.mapping);
        assert_eq!(decided(&survey, "", "fiscal_year_start"), Some("7"), "{}", survey.mapping);
        assert!(questions(&survey).contains("is it the fiscal year that ends in that year?"), "{}", questions(&survey));
    }
    let calendar = "Dealer,Jan,Feb,Mar,Apr,May,Jun,Jul,Aug,Sep,Oct,Nov,Dec\nA,1,2,3,4,5,6,7,8,9,10,11,12\n";
    assert_eq!(sums(&come_in(&[("sales 2025.csv", calendar)]).1), years(&[(2025, "78")]));
    // Months from January on of a year that has two: not taken for the first of them.
    let open = survey(&[("sales 2024-25.csv", calendar)]);
    assert!(questions(&open).contains("states no year"), "{}\n{}", open.mapping, questions(&open));
}

#[test]
fn years_fiscal_holds_for_names_of_months_beside_and_below_a_year() {
    let head = "fiscal_year_start = 7\n[partners]\ndistinct = true\n[revenue]\nfile = \"a.csv\"\nyears = \"fiscal\"\n";
    let joined =
        format!("{head}columns = {{ partner_id = \"P\", amount = \"Amount\" }}\njoin.month = [\"Year\", \"Month\"]\n");
    let text = "P,Year,Month,Amount\nA,2025,July,1\nA,2025,June,2\nA,2026,Jul,4\n";
    assert_eq!(sums(&read(&[("a.csv", text)], &joined).unwrap()), years(&[(2024, "1"), (2025, "6")]));
    let wide = format!("{head}columns = {{ partner_id = \"P\" }}\nunpivot = {{ period = \"months\", year = 2025 }}\n");
    let text = "P,Jul,Aug,Jan,Jun\nA,1,2,4,8\n";
    assert_eq!(sums(&read(&[("a.csv", text)], &wide).unwrap()), years(&[(2024, "3"), (2025, "12")]));
    let calendar = wide.replace("\"fiscal\"", "\"calendar\"");
    assert_eq!(sums(&read(&[("a.csv", text)], &calendar).unwrap()), years(&[(2025, "15")]));
}

#[test]
fn fiscal_years_that_state_two_years_or_their_last_month_are_read() {
    for label in
        [["FY23/24", "FY24/25"], ["FY2023-24", "FY2024-25"], ["2023/24", "2024/25"], ["2023-2024", "2024-2025"]]
    {
        let wide = format!("Dealer,{}\nA,1200,2400\n", label.join(","));
        let long = format!("Dealer,Fiscal Year,Revenue\nA,{},1200\nA,{},2400\n", label[0], label[1]);
        for text in [wide, long] {
            let survey = self::survey(&[("a.csv", &text)]);
            assert!(questions(&survey).contains("`fiscal_year_start = 7`"), "{label:?}\n{}", questions(&survey));
            assert!(read(&[("a.csv", &text)], &survey.mapping).is_err(), "{label:?}: its first month is not known");
            let map = format!("fiscal_year_start = 7\n{}", survey.mapping);
            let book = read(&[("a.csv", &text)], &map).unwrap_or_else(|findings| panic!("{map}\n{findings}"));
            assert_eq!(sums(&book), years(&[(2023, "600"), (2024, "1800"), (2025, "1200")]), "{label:?}\n{map}");
            // Two calendar years are not a year that begins in January.
            assert!(read(&[("a.csv", &text)], &map.replace("= 7", "= 1")).is_err(), "{label:?}");
        }
    }
    for text in [
        "Dealer,YE Jun 2024,YE Jun 2025\nA,1200,2400\n",
        "Dealer,Fiscal Year,Revenue\nA,YE Jun 2024,1200\nA,Year ended June 2025,2400\n",
    ] {
        let (survey, book) = come_in(&[("a.csv", text)]);
        assert_eq!(sums(&book), years(&[(2023, "600"), (2024, "1800"), (2025, "1200")]), "{}", survey.mapping);
    }
}

#[test]
fn a_year_that_may_not_be_over_is_asked_about() {
    for text in ["Dealer,2024,2025\nA,12,24\nB,6,12\n", "Dealer,Year,Revenue\nA,2024,12\nA,2025,24\nB,2025,12\n"] {
        let (survey, _) = come_in(&[("a.csv", text)]);
        let asked = questions(&survey).to_lowercase();
        assert!(asked.contains("is `2025` complete?"), "{asked}");
    }
}

#[test]
fn a_year_with_a_unit_above_each_heading_is_part_of_it() {
    let (survey, book) = come_in(&[("a.csv", "Partner;2024 k€;2025 k€\n;Umsatz;Umsatz\nA;12;24\nB;6;12\n")]);
    assert_eq!(sums(&book), years(&[(2024, "18000"), (2025, "36000")]), "{}", survey.mapping);
    assert_eq!(book.currency.code(), "EUR");
}

#[test]
fn files_of_one_name_in_two_directories_are_two_tables() {
    let directory = tempfile::tempdir().unwrap();
    let paths = ["2024", "2025"].map(|year| directory.path().join(year));
    for (path, rows) in paths.iter().zip(["A,2024-01-05,100\nB,2024-02-05,50\n", "A,2025-01-05,70\nC,2025-02-05,30\n"])
    {
        std::fs::create_dir(path).unwrap();
        std::fs::write(path.join("orders.csv"), format!("Customer,Date,Amount\n{rows}")).unwrap();
    }
    let survey = survey_book(&paths, &Limits::default()).value.unwrap();
    let book = read_surveyed(&paths, &survey, &ReadOptions::default()).value.unwrap();
    assert_eq!(sums(&book), years(&[(2024, "150"), (2025, "100")]), "{}", survey.mapping);
    assert_eq!(decided(&survey, "revenue", "file"), Some("[\"orders.csv\", \"2025/orders.csv\"]"));
}

#[test]
fn names_of_groups_and_sums_of_the_rows_below_are_not_partners() {
    let groups = "Partner,2024-01,2024-02,2024-03\nNorth,,,\nAcme,10,20,30\nBeta,1,2,3\nTotal North,11,22,33\nSouth,,,\nGamma,5,5,5\n\
        Total South,5,5,5\nGrand Total,16,27,38\n";
    let (survey, book) = come_in(&[("pivot.csv", groups)]);
    let names: Vec<&str> = book.partners.iter().map(|partner| &*partner.id).collect();
    assert_eq!((names, sums(&book)), (vec!["Acme", "Beta", "Gamma"], years(&[(2024, "81")])), "{}", survey.mapping);
    assert!(questions(&survey).contains("`North`, `South`, are left out as groups"), "{}", questions(&survey));
    // A pivot in compact form: the parts of each partner are below it.
    let compact = "Row Labels,Sum of Revenue 2024-01,Sum of Revenue 2024-02,Sum of Revenue 2024-03\nAcme,11,22,3\n  Widgets,10,20,2\n  Gadgets,1,2,1\n\
        Beta,5,5,5\n  Widgets,5,5,5\nGrand Total,16,27,8\n";
    let (survey, book) = come_in(&[("pivot.csv", compact)]);
    assert_eq!((book.partners.len(), sums(&book)), (2, years(&[(2024, "51")])), "{}", survey.mapping);
    assert!(
        questions(&survey).contains("the amounts of `Acme` are the sums of the rows below"),
        "{}",
        questions(&survey)
    );
    // Equal amounts prove nothing.
    let equal = "Partner,2024-01,2024-02,2024-03\nA,5,5,0\nB,5,5,0\nC,7,7,0\nD,7,7,0\n";
    assert_eq!(sums(&come_in(&[("a.csv", equal)]).1), years(&[(2024, "48")]));
    // A partner without any amount is asked about, and kept.
    let (survey, book) = come_in(&[("a.csv", "Partner,2024-01,2024-02,2024-03\nA,5,5,5\nB,,,\n")]);
    assert_eq!(book.partners.len(), 2);
    assert!(questions(&survey).contains("1 name without any amount, such as `B`"), "{}", questions(&survey));
}

#[test]
fn names_alone_above_their_rows_are_the_partners_of_those_rows() {
    let text = "Acme Inc.,,,,\nSales by Customer Detail,,,,\n,,,,\n,Date,Transaction Type,Num,Amount\nAmy,,,,\n,01/14/2025,Invoice,1,\"1,000.50\"\n\
        ,02/15/2025,Invoice,2,9.50\nTotal for Amy,,,,\"$1,010.00\"\nBill,,,,\n,03/16/2025,Invoice,3,20.00\nTotal for Bill,,,,$20.00\n\
        TOTAL,,,,\"$1,030.00\"\n,,,,\n\"Wednesday, Jan 07, 2026 03:24 PM\",,,,\n";
    let (survey, book) = come_in(&[("Sales by Customer Detail.csv", text)]);
    let names: Vec<&str> = book.partners.iter().map(|partner| &*partner.id).collect();
    assert_eq!((names, sums(&book)), (vec!["Amy", "Bill"], years(&[(2025, "1030")])), "{}", survey.mapping);
    assert_eq!(decided(&survey, "revenue", "columns.partner_id"), Some("\"column A\""));
    assert!(questions(&survey).contains("alone above its rows"), "{}", questions(&survey));
}

#[test]
fn won_opportunities_without_an_expected_close_date_are_revenue() {
    let text = "Deal - ID,Deal - Organization,Deal - Value,Deal - Status,Deal - Won time,Deal - Expected close date\n\
        1,Acme,100,Won,2025-01-05 10:00:00,\n2,Beta,50,Lost,,2025-02-05\n3,Acme,70,Open,,2025-03-05\n4,Beta,30,Won,2025-02-07 10:00:00,\n";
    let (survey, book) = come_in(&[("deals.csv", text)]);
    assert_eq!(sums(&book), years(&[(2025, "130")]), "{}", survey.mapping);
    assert!(
        questions(&survey).contains("is the revenue the `Deal - Value` of won opportunities"),
        "{}",
        questions(&survey)
    );
}

#[test]
fn numbers_of_orders_are_not_assumed_as_partners_and_places_are() {
    let text = "index,Order ID,Date,Status,Fulfilment,Style,Qty,Amount,ship-city,ship-country\n";
    let row = |at: usize| {
        format!(
            "{at},405-{at},04-{}-22,Shipped,Merchant,SET{},1,{}.00,CITY {},IN\n",
            at % 17 + 13,
            at % 9,
            at + 1,
            at % 5
        )
    };
    let text = format!("{text}{}", (0..30).map(row).collect::<String>());
    let (survey, book) = come_in(&[("Amazon Sale Report.csv", &text)]);
    assert_eq!(decided(&survey, "revenue", "columns.partner_id"), Some("\"ship-city\""), "{}", survey.mapping);
    assert_eq!(sums(&book), years(&[(2022, "465")]));
    let shop = "Name,Financial Status,Paid at,Currency,Subtotal,Total,Lineitem name,Billing Company\n\
        #1001,paid,2025-01-05 10:11:12 +0100,EUR,5,6,x,Uno\n#1001,,,,,,y,\n#1002,paid,2025-02-05 10:11:12 +0100,EUR,7,8,x,Dos\n#1002,,,,,,z,\n\
        #1003,paid,2025-02-06 10:11:12 +0100,EUR,1,1,x,Uno\n";
    let (survey, book) = come_in(&[("orders_export.csv", shop)]);
    assert_eq!(decided(&survey, "revenue", "columns.partner_id"), Some("\"Billing Company\""), "{}", survey.mapping);
    assert_eq!(sums(&book), years(&[(2025, "13")]));
    assert!(questions(&survey).contains("or `Total`?"), "{}", questions(&survey));
}

#[test]
fn a_discount_out_of_range_is_named_with_its_column() {
    let map = "[partners]\ndistinct = true\n[revenue]\nfile = \"o.csv\"\ncolumns = { partner_id = \"Dealer\", month = \"Date\" }\n\
        product.amount = [\"Qty\", \"Price\", \"1 - Discount\"]\n";
    let file = |discount: &str| format!("Dealer,Date,Qty,Price,Discount\nA,2025-01-01,2,10,{discount}\n");
    let said = read(&[("o.csv", &file("25"))], map).unwrap_err();
    assert!(said.contains("the discount `25` in `Discount` is not between 0 and 1"), "{said}");
    assert!(said.contains("`1 - Discount / 100`"), "{said}");
    let percent = map.replace("1 - Discount", "1 - Discount / 100");
    let said = read(&[("o.csv", &file("125"))], &percent).unwrap_err();
    assert!(said.contains("the discount `125` in `Discount` is not between 0 and 100"), "{said}");
}

#[test]
fn quantity_and_price_are_known_by_a_word_and_a_payout_is_not_the_revenue() {
    let text = "transaction_id,transaction_date,transaction_qty,store_id,store_location,unit_price\n1,1/13/2023,2,5,Astoria,3.1\n\
        2,1/14/2023,1,8,Kitchen,2.5\n3,2/14/2023,3,5,Astoria,1\n4,2/15/2023,1,8,Kitchen,1\n";
    let (survey, book) = come_in(&[("Coffee Shop Sales.csv", text)]);
    assert_eq!(decided(&survey, "revenue", "product.amount"), Some("[\"transaction_qty\", \"unit_price\"]"));
    assert_eq!(sums(&book), years(&[(2023, "12.7")]));
    let text = "Date,Name,Currency,Gross,Fee,Net\n2025-01-13,Uno,EUR,100.00,-3.00,97.00\n2025-02-13,Dos,EUR,50.00,-1.50,48.50\n\
        2025-02-14,Uno,EUR,5.00,-0.50,4.50\n2025-02-15,Dos,EUR,5.00,-0.50,4.50\n";
    let (survey, book) = come_in(&[("Download.csv", text)]);
    assert_eq!(sums(&book), years(&[(2025, "160")]), "{}", survey.mapping);
    assert!(questions(&survey).contains("or `Net`?"), "{}", questions(&survey));
}

#[test]
fn lines_drawn_with_dashes_between_the_rows_of_a_list_are_not_rows() {
    let text = "31.01.2025   Dynamic List Display\n---------------------------------\n|Customer|Bill. date|Net value|Curr.|\n\
        ---------------------------------\n|1001    |13.01.2025| 1.234,56|EUR  |\n|1002    |14.02.2025|    10,00|EUR  |\n\
        ---------------------------------\n";
    let (survey, book) = come_in(&[("list.csv", text)]);
    assert_eq!(sums(&book), years(&[(2025, "1244.56")]), "{}", survey.mapping);
}

#[test]
fn dates_with_the_abbreviation_of_a_zone_are_read() {
    let text =
        "date/time,customer,product sales\n\"Jan 14, 2024 12:28:32 AM PST\",A,5\n\"Feb 1, 2024 1:28:32 PM PDT\",B,7\n";
    let (survey, book) = come_in(&[("t.csv", text)]);
    assert_eq!(sums(&book), years(&[(2024, "12")]), "{}", survey.mapping);
    let zoned = format!("time_zone = \"Europe/Berlin\"\n{}", survey.mapping);
    let text = text.replace("Feb 1, 2024 1:28:32 PM PDT", "Jan 31, 2024 11:28:32 PM PST");
    let book = read(&[("t.csv", &text)], &zoned).unwrap();
    let months: Vec<String> =
        book.partners.iter().flat_map(|one| &one.revenue).map(|entry| entry.month.to_string()).collect();
    assert_eq!(months, ["2024-01", "2024-02"]);
}

#[test]
fn an_amount_beside_the_book_that_has_two_meanings_is_one_error_without_advice_about_a_mapping_file() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("locks.csv");
    std::fs::write(&path, "partner_id;quota;reason\nA;1.234;agreed\n").unwrap();
    let (_, book) = come_in(&[("a.csv", "Customer,Date,Amount\nA,2025-01-05,5\nB,2025-02-05,7\n")]);
    let findings = quotient::intake::read_locks(&path, &book).into_parts().1;
    let said = quotient::finding::render::human(findings.iter(), false);
    assert!(said.contains("`1.234` can be a thousand or a fraction"), "{said}");
    assert!(!said.contains("mapping file"), "{said}");
}
