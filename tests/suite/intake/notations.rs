//! Amounts such as `12.345`, whose sign can mean a thousand or a fraction: the proposal says which, with a question, or the
//! book is refused; never a factor of 1,000 without a word.

use super::shapes::{come_in, decided, questions, read, sums, survey, years};

/// A table of amounts, with further columns.
fn table(head: &str, rows: &[&str]) -> String {
    format!("{head}\n{}\n", rows.join("\n"))
}

#[test]
fn whole_numbers_with_three_digits_behind_every_point_are_thousands_with_a_question() {
    let german = table(
        "Kunde;Datum;Umsatz",
        &["Meier;31.12.2024;12.345", "Lang;15.01.2025;980", "Meier;03.02.2025;1.234", "Lang;04.02.2025;-2.500"],
    );
    let english = table("Customer,Date,Amount", &["A,2024-01-05,12.345", "B,2025-01-06,1.234", "A,2025-02-06,-0"]);
    let decimal_elsewhere = table("Kunde;Datum;Betrag;Rabatt", &["A;03.01.2025;2.500;2,5", "B;04.01.2025;1.000;0,5"]);
    for (text, expected) in [
        (german.as_str(), years(&[(2024, "12345"), (2025, "-286")])),
        (&english, years(&[(2024, "12345"), (2025, "1234")])),
        (&decimal_elsewhere, years(&[(2025, "3500")])),
    ] {
        let (survey, book) = come_in(&[("umsatz.csv", text)]);
        assert_eq!(sums(&book), expected, "{}", survey.mapping);
        assert_eq!(decided(&survey, "revenue", "thousands"), Some("\".\""), "{}", survey.mapping);
        let questions = questions(&survey);
        assert!(questions.contains("a thousand and more?") && questions.contains("`decimal = \".\"`"), "{questions}");
        // The answer `no` is one key.
        let decimal = survey.mapping.replace("thousands = \".\"", "decimal = \".\"");
        let first = sums(&read(&[("umsatz.csv", text)], &decimal).unwrap()).into_values().next().unwrap();
        assert!(["12.345", "3.5"].contains(&first.as_str()), "{first}");
    }
}

#[test]
fn the_same_holds_for_commas_unless_the_table_writes_decimals_with_them() {
    let english = table("Customer,Date,Amount", &["A,2025-01-05,\"12,345\"", "B,2025-02-06,\"1,234\""]);
    let (survey, book) = come_in(&[("a.csv", &english)]);
    assert_eq!(sums(&book), years(&[(2025, "13579")]), "{}", survey.mapping);
    assert!(questions(&survey).contains("is `12,345` a thousand and more?"), "{}", questions(&survey));
    // Semicolons, and points in the dates: either answer is refused until it is given.
    let german = table("Kunde;Datum;Betrag", &["A;31.12.2025;12,345", "B;15.11.2025;1,234"]);
    let survey = self::survey(&[("a.csv", &german)]);
    assert_eq!(decided(&survey, "revenue", "thousands"), None, "{}", survey.mapping);
    assert!(questions(&survey).contains("a thousand or a fraction"), "{}", questions(&survey));
    assert!(read(&[("a.csv", &german)], &survey.mapping).unwrap_err().contains("has two meanings"));
    // Another column has a decimal comma.
    let tax = table("Kunde;Datum;Betrag;Steuer", &["A;31.12.2025;12,345;2,30", "B;15.11.2025;1,234;0,20"]);
    let (survey, book) = come_in(&[("a.csv", &tax)]);
    assert_eq!(sums(&book), years(&[(2025, "13.579")]), "{}", survey.mapping);
    assert!(questions(&survey).contains("is `12,345` a fraction, as `2,30` in another column is?"));
}

#[test]
fn other_evidence_makes_them_decimals_which_are_asked_about_or_warned_of() {
    // A leading zero, another number of decimals, a currency of three decimals, a price, a larger number without the sign.
    for (head, rows, sum) in [
        ("Customer,Date,Amount", ["A,2025-01-05,12.345", "B,2025-02-06,0.125"], "12.47"),
        ("Customer,Date,Amount", ["A,2025-01-05,12.345", "B,2025-02-06,1.5"], "13.845"),
        ("Customer,Date,Amount (BHD)", ["A,2025-01-05,12.345", "B,2025-02-06,1.234"], "13.579"),
        ("Customer,Date,Price", ["A,2025-01-05,1.459", "B,2025-02-06,1.399"], "2.858"),
        ("Customer,Date,Amount", ["A,2025-01-05,12.345", "B,2025-02-06,12000"], "12012.345"),
        ("Customer,Date,Amount,Freight", ["A,2025-01-05,12.345,3.25", "B,2025-02-06,1.234,4.5"], "13.579"),
    ] {
        let text = table(head, &rows);
        let (survey, book) = come_in(&[("a.csv", &text)]);
        assert_eq!(sums(&book), years(&[(2025, sum)]), "{text}\n{}", survey.mapping);
        assert_eq!(decided(&survey, "revenue", "thousands"), None, "{text}\n{}", survey.mapping);
        let is_open = !text.contains("0.125");
        let asked = questions(&survey);
        assert_eq!(asked.contains("a thousand") || asked.contains("a fraction"), is_open, "{text}\n{asked}");
    }
}

#[test]
fn one_number_with_decimals_among_many_whole_ones_is_asked_about() {
    let mut rows: Vec<String> =
        (0..40).map(|at| format!("K{};{:02}.01.2025;{}.250", at % 3, at % 28 + 1, at + 1)).collect();
    rows.push("K1;05.02.2025;12.5".to_owned());
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    let survey = survey(&[("a.csv", &table("Kunde;Datum;Umsatz", &rows))]);
    assert!(
        questions(&survey).contains("`12.5` alone makes numbers such as `1.250` fractions"),
        "{}",
        questions(&survey)
    );
}

#[test]
fn amounts_of_other_languages_come_in_with_their_currency_and_dates() {
    let portuguese = table(
        "Data da venda;Código do cliente;Nome do cliente;Quantidade;Valor total",
        &[
            "13/01/2025;101;Loja A;1;R$ 1.234,56",
            "14/02/2025;102;Loja B;2;R$ 10,00",
            "15/02/2025;101;Loja A;2;R$ 999,90",
        ],
    );
    let spanish = table(
        "Fecha;Nº Cliente;Razón social;Base imponible;IVA;Total factura",
        &["14/01/2025;430001;Uno S.L.;1.234,56;259,26;1.493,82", "15/02/2025;430002;Dos S.L.;1.009,90;212,08;1.221,98"],
    );
    let italian = table(
        "Data fattura;Codice cliente;Ragione sociale;Imponibile;IVA;Totale",
        &["14/01/2025;1001;Uno S.r.l.;1.234,56;271,60;1.506,16", "15/02/2025;1002;Due S.r.l.;1.009,90;222,18;1.232,08"],
    );
    let french = table(
        "Date de facture;Client;Montant HT;TVA;Montant TTC",
        &["14/01/2025;Un;1\u{202f}234,56 €;246,91;1481,47", "15/02/2025;Deux;1\u{202f}009,90 €;201,98;1211,88"],
    );
    let sap = table(
        "VBELN\tFKART\tFKDAT\tKUNAG\tNAME1\tVKORG\tFKIMG\tNETWR\tWAERK",
        &[
            "90001\tF2\t31.01.2025\t0000001001\tUno\t1000\t3,000\t1.234,56\tEUR",
            "90002\tF2\t28.02.2025\t0000001002\tDos\t1000\t1,000\t1.009,90\tEUR",
        ],
    );
    for (text, partner, amount, sum) in [
        (portuguese, "Código do cliente", "Valor total", "2244.46"),
        (spanish, "Nº Cliente", "Base imponible", "2244.46"),
        (italian, "Codice cliente", "Imponibile", "2244.46"),
        (french, "Client", "Montant HT", "2244.46"),
        (sap, "KUNAG", "NETWR", "2244.46"),
    ] {
        let (survey, book) = come_in(&[("a.csv", &text)]);
        assert_eq!(
            decided(&survey, "revenue", "columns.partner_id"),
            Some(format!("\"{partner}\"").as_str()),
            "{text}"
        );
        assert_eq!(decided(&survey, "revenue", "columns.amount"), Some(format!("\"{amount}\"").as_str()), "{text}");
        assert_eq!(sums(&book), years(&[(2025, sum)]), "{}", survey.mapping);
        assert_eq!(book.partners.len(), 2);
    }
}

#[test]
fn net_is_taken_before_gross_and_before_an_amount_of_another_kind() {
    for (head, row, amount) in [
        ("Customer,Date,Gross,Net", "A,2025-01-05,120.60,100.50", "Net"),
        ("Customer,Date,Amount,Amount (Net)", "A,2025-01-05,120.60,100.50", "Amount (Net)"),
        ("Customer,Date,Amount,Net Amount", "A,2025-01-05,120.60,100.50", "Net Amount"),
        ("Kunde,Datum,Brutto,MwSt,Netto", "A,2025-01-05,119.60,19.10,100.50", "Netto"),
    ] {
        let (survey, book) = come_in(&[("a.csv", &table(head, &[row]))]);
        assert_eq!(decided(&survey, "revenue", "columns.amount"), Some(format!("\"{amount}\"").as_str()), "{head}");
        assert_eq!(sums(&book), years(&[(2025, "100.5")]));
        assert!(questions(&survey).contains("which column is the net revenue: "), "{}", questions(&survey));
    }
    let gross = come_in(&[("a.csv", &table("Customer,Date,Gross", &["A,2025-01-05,120.60"]))]).0;
    assert!(questions(&gross).contains("it may contain taxes"), "{}", questions(&gross));
}

#[test]
fn a_currency_in_small_letters_is_a_currency_and_that_of_a_converted_amount_is_not_taken_for_another() {
    let text = table("Customer,Date,Amount,Currency", &["A,2025-01-05,5,eur", "B,2025-02-05,7,eur"]);
    let (_, book) = come_in(&[("a.csv", &text)]);
    assert_eq!(book.currency.code(), "EUR");
    let text = table(
        "Customer,Date,Amount,Exchange Rate,Amount (CHF)",
        &["A,2025-01-05,5.00,1.1,5.50", "B,2025-02-05,7.00,1.1,7.70"],
    );
    let (survey, _) = come_in(&[("a.csv", &text)]);
    assert_eq!(decided(&survey, "", "currency"), None, "{}", survey.mapping);
    assert!(questions(&survey).contains("or `Amount (CHF)`?"), "{}", questions(&survey));
}
