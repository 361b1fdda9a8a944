//! Rows whose amounts reduce the revenue, and totals that are not quite the sum of their rows.

use super::shapes::{come_in, decided, questions, read, sums, survey, years};

#[test]
fn credit_notes_without_a_sign_are_subtracted_where_the_mapping_says_so() {
    let rows = "Kunde;Datum;Belegart;Betrag\nMeier;31.01.2025;Rechnung;10.000,00\nLang;15.02.2025;Rechnung;8.345,00\n\
                Meier;03.03.2025;Gutschrift;2.345,00\nLang;04.03.2025;Storno;5.000,00\n";
    let found = survey(&[("umsatz.csv", rows)]);
    let asked = questions(&found);
    assert!(asked.contains("`subtract.Belegart = ["), "{asked}");
    let mapping = found.mapping.replace("[revenue]\n", "[revenue]\nsubtract.Belegart = [\"Gutschrift\", \"Storno\"]\n");
    let book = read(&[("umsatz.csv", rows)], &mapping).unwrap();
    assert_eq!(sums(&book), years(&[(2025, "11000")]), "{mapping}");
    // A sign beside it would count twice.
    let signed = rows.replace("5.000,00", "-5.000,00");
    let refused = read(&[("umsatz.csv", &signed)], &mapping).unwrap_err();
    assert!(refused.contains("is negative in a row that the mapping file subtracts"), "{refused}");
}

#[test]
fn a_total_that_differs_by_what_was_rounded_is_left_out() {
    let rows = "Kunde;Jan 2025;Feb 2025;Mrz 2025;Gesamt\nMüller;1.200,00;900,00;100,00;2.200,00\n\
                Nord;500,00;400,00;300,00;1.200,00\nSumme;1.700,00;1.300,00;401,00;3.401,00\n";
    let (found, book) = come_in(&[("umsatz.csv", rows)]);
    assert_eq!(sums(&book), years(&[(2025, "3400")]), "{}", found.mapping);
    assert_eq!(book.partners.len(), 2);
}

#[test]
fn a_partner_whose_name_has_the_word_or_whose_amounts_are_far_from_the_sum_stays() {
    let rows = "Customer,Month,Amount\nA,2025-01,100\nB,2025-01,200\nTotal Energies,2025-02,300\nTotal,2025-02,250\n";
    let (_, book) = come_in(&[("sales.csv", rows)]);
    assert_eq!(sums(&book), years(&[(2025, "850")]));
}

#[test]
fn points_between_thousands_are_stated_beside_a_decimal_comma() {
    let rows = "Kunde;Jan 2025;Feb 2025;Mrz 2025\nA;1.012,5;900,0;1,5\nB;12,5;13,0;2,0\nGesamt;1.025;913;3,5\n";
    let (found, book) = come_in(&[("umsatz.csv", rows)]);
    assert_eq!(decided(&found, "revenue", "thousands"), Some("\".\""), "{}", found.mapping);
    assert_eq!((sums(&book), book.partners.len()), (years(&[(2025, "1941.5")]), 2));
}

#[test]
fn sums_by_month_with_a_date_are_left_out() {
    let rows = "Kunde;Datum;Betrag\nA;2025-01-03;100,00\nB;2025-01-05;200,00\nSumme Januar;2025-01-31;300,00\n\
                A;2025-02-03;10,00\nB;2025-02-05;20,00\nSumme Februar;2025-02-28;30,00\n";
    let (_, book) = come_in(&[("umsatz.csv", rows)]);
    assert_eq!((sums(&book), book.partners.len()), (years(&[(2025, "330")]), 2));
}

#[test]
fn sums_of_groups_beside_a_partner_without_a_group_are_asked_about() {
    let rows = "Partner,Jan 2025,Feb 2025,Mar 2025\nNorth,300,400,30\nA,100,150,10\nB,200,250,20\n\
                South,50,60,6\nC,30,20,5\nD,20,40,1\nDirect,1,2,3\n";
    let asked = questions(&survey(&[("pivot.csv", rows)]));
    assert!(asked.contains("skip.Partner = [\"North\", \"South\"]"), "{asked}");
    // One cell of a sum is rounded.
    let asked = questions(&survey(&[("pivot.csv", &rows.replace("North,300", "North,301"))]));
    assert!(asked.contains("skip.Partner = [\"North\", \"South\"]"), "{asked}");
}
