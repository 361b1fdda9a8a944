//! Amounts of whole documents beside those of their lines: a total that is written in each row of an order, and a total that
//! its lines do not sum to.

use super::amounts::{notation, number, plus};
use super::fit::Fit;
use super::heading::compared;
use super::profile::{Column, Profile};
use super::role::has_word;
use super::section::Draft;
use super::shares::{Filters, is_read};
use crate::finding::{counted, listed};
use crate::units::grouped;
use rust_decimal::Decimal;
use std::collections::{BTreeMap, BTreeSet};

/// Words of documents in headings.
const DOCUMENTS: &str = "order orders invoice document doc transaction receipt bill basket sale sales purchase po \
    auftrag auftragsnummer beleg belegnummer belegnr rechnung rechnungsnummer rechnungsnr bestellung bestellnummer commande \
    facture pedido factura fattura ordine ordernummer factuur orderid invoiceid orderno invoiceno";
/// Words of their numbers.
const NUMBERS: &str = "id no nr number num nummer code key numero número numéro reference ref auftragsnummer belegnummer \
    belegnr rechnungsnummer rechnungsnr bestellnummer ordernummer orderid invoiceid orderno invoiceno";
/// Words of the amount of a whole document.
const TOTALS: &str = "total amount value due gesamt gesamtbetrag summe montant importe importo";
/// Documents with one amount in all their rows from which it is that of the document, whatever its heading.
const FEWEST_DOCUMENTS: usize = 3;
/// Of how many documents one may have different amounts, as after a correction.
const DOCUMENTS_PER_DIFFERENT: usize = 10;
/// Most columns that differ in the rows of a document and are named.
const MOST_NAMED: usize = 3;
/// Headings that are a number of documents alone, folded.
const ALONE: [&str; 26] = [
    "order",
    "salesorder",
    "purchaseorder",
    "po",
    "invoice",
    "document",
    "doc",
    "transaction",
    "receipt",
    "bill",
    "auftrag",
    "bestellung",
    "beleg",
    "rechnung",
    "commande",
    "facture",
    "pedido",
    "factura",
    "ordine",
    "fattura",
    "bestelling",
    "factuur",
    "encomenda",
    "fatura",
    "zamowienie",
    "faktura",
];

/// Amounts of the rows of one document in a column.
struct Document {
    rows: usize,
    first: Decimal,
    sum: Decimal,
    is_same: bool,
}

/// Documents by their numbers.
type Documents = BTreeMap<Box<str>, Document>;

/// The documents of a table by the numbers in `number`, with the amounts of `column`.
fn documents(draft: &Draft<'_>, profile: &Profile, (key, column): (&Column, &Column)) -> Documents {
    let (notation, mut found) = (notation(draft), BTreeMap::new());
    let filters = Filters::of(draft);
    let filters = if std::ptr::eq(profile, draft.profile) { filters.at(profile) } else { Vec::new() };
    profile.rows(|_, fields| {
        if !is_read(&filters, fields) {
            return;
        }
        let (text, amount) = (fields.text(key.index), number(fields.text(column.index), notation));
        let Some(amount) = amount.filter(|_| !text.is_empty()) else { return };
        let new = Document { rows: 0, first: amount, sum: Decimal::ZERO, is_same: true };
        let document: &mut Document = found.entry(Box::from(text)).or_insert(new);
        document.rows += 1;
        document.sum = plus(document.sum, amount);
        document.is_same &= document.first == amount;
    });
    found
}

/// True for the heading of a number of documents.
fn is_number(column: &&Column) -> bool {
    let is_named = has_word(&column.heading, DOCUMENTS) && has_word(&column.heading, NUMBERS);
    let is_whole = || !column.values.keys().any(|value| value.contains(['.', ',']));
    let is_alone = || ALONE.contains(&compared(&column.heading).as_str()) && is_whole();
    column.filled > 0 && !column.is_date() && (is_named || is_alone())
}

/// True for the heading of the amount of a whole document.
fn is_of_document(column: &Column) -> bool {
    has_word(&column.heading, DOCUMENTS) && has_word(&column.heading, TOTALS)
        || ["grandtotal", "totaldue", "doctotal"].contains(&compared(&column.heading).as_str())
}

/// Asks about amounts of documents, in the table and beside it.
pub(super) fn of_all_documents(draft: &mut Draft<'_>, amount: Option<&Column>, fits: &[Fit<'_>]) {
    of_documents(draft, amount);
    beside(draft, amount, fits);
}

/// Asks about an amount that is the same in all rows of a document, and about another amount of the documents that the rows
/// do not sum to.
fn of_documents(draft: &mut Draft<'_>, amount: Option<&Column>) {
    let profile = draft.profile;
    let own = |column: &Column| profile.columns.iter().any(|own| std::ptr::eq(own, column));
    let Some(amount) = amount.filter(|amount| own(amount)) else { return };
    for key in profile.columns.iter().filter(is_number).filter(|key| !key.is_unique() && key.index != amount.index) {
        let found = documents(draft, profile, (key, amount));
        let several = || found.iter().filter(|(_, document)| document.rows > 1);
        let (count, same) = (several().count(), several().filter(|(_, document)| document.is_same).count());
        let least = if is_of_document(amount) { 1 } else { FEWEST_DOCUMENTS };
        if same >= least && (count - same) * DOCUMENTS_PER_DIFFERENT <= count && profile.repeated() == 0 {
            let Some((example, document)) = several().find(|(_, document)| document.is_same) else { continue };
            let read = found.values().map(|one| one.sum);
            let once = found.values().map(|one| if one.is_same { one.first } else { one.sum });
            let of = if same == count { "each".to_owned() } else { format!("{same} of {count}") };
            let differ = differ(profile, (key, amount), example);
            let question = format!(
                "it is the same in all rows of {of} `{}`, such as the {} of `{example}`{differ}: is it the total of the document? Then it \
                 counts once per row, {} in all instead of {}: export one row per document, or the amounts of the lines",
                key.heading,
                counted(document.rows, "row"),
                grouped(read.fold(Decimal::ZERO, plus)),
                grouped(once.fold(Decimal::ZERO, plus)),
            );
            return draft.ask(&amount.heading, question);
        }
        let totals = profile.columns.iter().filter(|column| column.is_amount() && is_of_document(column));
        for total in totals.filter(|total| total.index != amount.index) {
            let stated = documents(draft, profile, (key, total));
            if stated.values().all(|one| one.is_same) {
                let stated = stated.into_iter().map(|(number, one)| (number, one.first)).collect();
                differing(draft, amount, &total.heading, (&found, &stated));
            }
        }
    }
}

/// The headings of columns that differ in the rows of the document `number`, as a clause; empty without one.
fn differ(profile: &Profile, (key, amount): (&Column, &Column), number: &str) -> String {
    let others: Vec<&Column> =
        profile.columns.iter().filter(|column| column.index != key.index && column.index != amount.index).collect();
    let mut values: Vec<BTreeSet<Box<str>>> = others.iter().map(|_| BTreeSet::new()).collect();
    profile.rows(|_, fields| {
        if fields.text(key.index) == number {
            for (column, values) in others.iter().zip(&mut values) {
                values.insert(fields.text(column.index).into());
            }
        }
    });
    let different = others.iter().zip(&values).filter(|(_, values)| values.len() > 1);
    let headings: Vec<&str> = different.map(|(column, _)| column.heading.as_str()).take(MOST_NAMED).collect();
    if headings.is_empty() { String::new() } else { format!(", which differ in {}", listed(&headings)) }
}

/// Asks about the sums of `lines` that differ from what `total` states of their documents.
fn differing(
    draft: &mut Draft<'_>,
    amount: &Column,
    total: &str,
    (lines, stated): (&Documents, &BTreeMap<Box<str>, Decimal>),
) {
    let both = lines.iter().filter_map(|(number, lines)| Some((number, lines.sum, *stated.get(number)?)));
    let unequal: Vec<(&Box<str>, Decimal, Decimal)> = both.filter(|(_, sum, stated)| sum != stated).collect();
    let Some((number, sum, stated)) = unequal.first() else { return };
    let difference = unequal.iter().map(|(_, sum, stated)| *sum - *stated).fold(Decimal::ZERO, plus);
    let question = format!(
        "the lines of `{number}` sum to {}, and `{total}` is {}: {} with a difference, {} in all; which amount is the net revenue?",
        grouped(*sum),
        grouped(*stated),
        counted(unequal.len(), "document"),
        grouped(difference)
    );
    draft.ask(&amount.heading, question);
}

/// Asks about the lines of another table that do not sum to the amounts of the documents in this one, or the reverse.
fn beside(draft: &mut Draft<'_>, amount: Option<&Column>, fits: &[Fit<'_>]) {
    let profile = draft.profile;
    let own = |column: &Column| profile.columns.iter().any(|own| std::ptr::eq(own, column));
    let Some(amount) = amount.filter(|amount| own(amount)) else { return };
    let is_part = |fit: &&Fit<'_>| draft.parts.iter().any(|part| part.table == fit.profile.table);
    for fit in fits.iter().filter(|fit| !is_part(fit)).collect::<Vec<_>>() {
        let other = fit.profile;
        let pairs = profile.columns.iter().filter(is_number).find_map(|key| {
            let same = other.columns.iter().find(|one| compared(&one.heading) == compared(&key.heading))?;
            (key.is_unique() != same.is_unique()).then_some((key, same))
        });
        let Some(((key, same), total)) = pairs.zip(fit.amount) else { continue };
        let (ours, theirs) = (documents(draft, profile, (key, amount)), documents(draft, other, (same, total)));
        let is_of_lines = !key.is_unique();
        let (lines, documents, name) =
            if is_of_lines { (ours, theirs, &total.heading) } else { (theirs, ours, &amount.heading) };
        if !is_of_lines {
            without_document(draft, (key, &other.file), &lines, &documents);
        }
        let stated = documents.into_iter().map(|(number, one)| (number, one.first)).collect();
        let name = format!("{name}` of `{}", if is_of_lines { &other.file } else { &profile.file });
        differing(draft, amount, &name, (&lines, &stated));
    }
}

/// Asks about `lines` of another file whose documents this table, of which the amounts are read, does not have.
fn without_document(draft: &mut Draft<'_>, (key, file): (&Column, &str), lines: &Documents, documents: &Documents) {
    let missing: Vec<(&Box<str>, &Document)> =
        lines.iter().filter(|(number, _)| !documents.contains_key(*number)).collect();
    let Some((first, _)) = missing.first() else { return };
    let rows: usize = missing.iter().map(|(_, one)| one.rows).sum();
    let sum = missing.iter().map(|(_, one)| one.sum);
    let question = format!(
        "`{file}` has {} ({}) of documents that are missing here, the first `{first}`, and none of them is read: is it revenue?",
        counted(rows, "line"),
        grouped(sum.fold(Decimal::ZERO, plus)),
    );
    draft.ask(&key.heading, question);
}
