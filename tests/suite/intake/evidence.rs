//! What one part of a table says about another one: rows with figures about the others, dates of another column, the order
//! of months, equal rows, discounts that may be money.

use super::shapes::{come_in, decided, questions, read, sums, survey, years};

#[test]
fn rows_with_figures_about_the_others_are_left_out_with_a_question() {
    for (name, row) in [("All customers", 0), ("Total", 0), ("Average", 2), ("Max", 2)] {
        let mut rows = vec!["A,1,1,1", "B,3,3,3"];
        let figure = match name {
            "Average" => format!("{name},2,2,2"),
            "Max" => format!("{name},3,3,3"),
            _ => format!("{name},4,4,4"),
        };
        rows.insert(row, &figure);
        let text = format!("Customer,2025-01,2025-02,2025-03\n{}\n", rows.join("\n"));
        let (survey, book) = come_in(&[("a.csv", &text)]);
        assert_eq!((book.partners.len(), sums(&book)), (2, years(&[(2025, "12")])), "{name}\n{}", survey.mapping);
        assert_eq!(decided(&survey, "revenue", "skip.Customer"), Some(format!("\"{name}\"").as_str()));
        assert!(questions(&survey).contains(&format!("`{name}` left out as a figure about the other rows")));
    }
    // A name alone proves nothing.
    let (_, book) = come_in(&[("a.csv", "Customer,2025-01,2025-02,2025-03\nA,1,1,1\nB,3,3,3\nMax,9,9,9\n")]);
    assert_eq!(book.partners.len(), 3);
}

#[test]
fn the_dates_of_another_column_decide_the_order_with_a_question() {
    let text = "Order Date,Ship Date,Customer,Sales\n03/04/2025,13/04/2025,A,10\n05/06/2025,16/06/2025,B,20\n";
    let (survey, book) = come_in(&[("a.csv", text)]);
    assert_eq!(decided(&survey, "revenue", "date_format"), Some("\"D/M/YYYY\""));
    let months: Vec<String> = book.partners.iter().map(|one| one.revenue[0].month.to_string()).collect();
    assert_eq!(months, ["2025-04", "2025-06"]);
    assert!(questions(&survey).contains("Order Date: its dates are read as those of another column, `D/M/YYYY`"));
    // Two columns that disagree decide nothing.
    let text =
        text.replace("Customer,", "Paid,Customer,").replace(",A,", ",4/14/2025,A,").replace(",B,", ",6/17/2025,B,");
    let survey = self::survey(&[("a.csv", &text)]);
    assert_eq!(decided(&survey, "revenue", "date_format"), None, "{}", survey.mapping);
}

#[test]
fn a_fiscal_year_beside_names_of_months_or_numbers_of_periods_is_read_once_its_start_is_known() {
    for text in [
        "Partner,Fiscal Year,Month,Revenue\nA,2025,Jul,30\nA,2025,Jun,60\nB,2025,Mar,3\n",
        "Partner,Fiscal Year,Period,Revenue\nA,2025,1,30\nA,2025,12,60\nB,2025,9,3\n",
    ] {
        let survey = self::survey(&[("a.csv", text)]);
        assert!(questions(&survey).contains("`fiscal_year_start = 7`"), "{}", questions(&survey));
        assert!(read(&[("a.csv", text)], &survey.mapping).is_err());
        let book = read(&[("a.csv", text)], &format!("fiscal_year_start = 7\n{}", survey.mapping)).unwrap();
        assert_eq!(sums(&book), years(&[(2024, "30"), (2025, "63")]), "{}", survey.mapping);
    }
    // The number of a month may be that of the calendar.
    let open = survey(&[("a.csv", "Partner,Fiscal Year,Month,Revenue\nA,2025,7,30\nA,2025,6,60\nB,2025,3,3\n")]);
    assert_eq!(decided(&open, "revenue", "join.month"), None, "{}", open.mapping);
}

#[test]
fn months_of_one_year_in_the_order_of_a_fiscal_year_are_asked_about() {
    let rows = |months: &str| -> String {
        let row = |(partner, month): (&str, &str)| format!("{partner},2025,{month},10\n");
        let all = ["A", "B"].into_iter().flat_map(|partner| months.split(' ').map(move |month| (partner, month)));
        format!("Partner,Year,Month,Revenue\n{}", all.map(row).collect::<String>())
    };
    let fiscal = come_in(&[("a.csv", &rows("Jul Aug Sep Oct Nov Dec Jan Feb Mar Apr May Jun"))]).0;
    assert!(questions(&fiscal).contains("the months of one year begin with `Jul`"), "{}", questions(&fiscal));
    for months in ["Jan Feb Mar Apr May Jun Jul", "Jul Aug Sep Oct Nov Dec", "Dec Nov Oct Sep Aug"] {
        let calendar = come_in(&[("a.csv", &rows(months))]).0;
        assert!(!questions(&calendar).contains("begin with"), "{months}: {}", questions(&calendar));
    }
}

#[test]
fn equal_rows_with_a_number_of_a_document_are_counted() {
    let text =
        "Invoice,Customer,Date,Amount\n1,A,2025-01-05,10\n1,A,2025-01-05,10\n2,B,2025-02-05,20\n3,B,2025-02-05,20\n";
    let (survey, book) = come_in(&[("a.csv", text)]);
    assert_eq!(sums(&book), years(&[(2025, "60")]));
    assert!(questions(&survey).contains("1 row equals another one in every column"), "{}", questions(&survey));
    // Without one, two sales of a day may be alike.
    let plain = "Customer,Date,Amount\nA,2025-01-05,10\nA,2025-01-05,10\nB,2025-02-05,20\n";
    assert!(!questions(&come_in(&[("a.csv", plain)]).0).contains("another one in every column"));
}

#[test]
fn a_discount_that_may_be_money_is_asked_about_as_such() {
    let text = "Customer,Date,Quantity,Unit Price,Discount\nA,2025-01-05,2,100.00,15.00\nB,2025-02-05,1,50.00,5.00\n";
    let (survey, _) = come_in(&[("a.csv", text)]);
    assert_eq!(
        decided(&survey, "revenue", "product.amount"),
        Some("[\"Quantity\", \"Unit Price\", \"1 - Discount / 100\"]")
    );
    assert!(questions(&survey).contains("If it is an amount of money"), "{}", questions(&survey));
}

#[test]
fn spend_of_a_public_body_comes_in_by_supplier_and_date_of_payment() {
    let one = "Body Name,Date Paid,Supplier Name,Amount\nCouncil,13/04/2024,Acme Ltd,\"1,234.50\"\nCouncil,14/05/2024,Beta Ltd,(50.00)\n";
    let two = "Body Name,Date Paid,Supplier Name,Amount\nCouncil,13/07/2024,Acme Ltd,\"2,000.00\"\nCouncil,14/08/2024,Gamma Ltd,-\n";
    let (survey, book) = come_in(&[("Q1 2024-25.csv", one), ("Q2 2024-25.csv", two)]);
    assert_eq!((book.partners.len(), sums(&book)), (3, years(&[(2024, "3184.5")])), "{}", survey.mapping);
    assert_eq!(decided(&survey, "revenue", "dash"), Some("\"zero\""));
    assert!(questions(&survey).contains("is a dash alone, as in 1 cell, zero?"), "{}", questions(&survey));
}
