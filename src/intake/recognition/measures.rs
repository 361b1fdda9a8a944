//! Columns whose values say which figure a row has: revenue, margin and units, actual and plan, local and group currency.
//! Every partner and month then has a row for each of them, and only one of them is the revenue.

use super::super::table::Field;
use super::amounts::{amount_columns, plus};
use super::columns::is_actual;
use super::heading::{compared, is_one_of, rank};
use super::keyed::Keyed;
use super::profile::Column;
use super::role::has_word;
use super::section::Draft;
use super::synonym::DOCUMENT_TYPES;
use super::text::{key, quoted};
use crate::finding::counted;
use crate::units::grouped;
use rust_decimal::Decimal;
use std::collections::BTreeSet;

/// Most different values of a column of figures.
const MOST_VALUES: usize = 12;
/// Fewest keys with several of the values.
const FEWEST_KEYS: usize = 4;
/// Share of the keys, out of ten, that have several of the values, each in one row.
const TENTHS: usize = 9;
/// Ranks of values that are a declared name of the revenue.
const KNOWN: usize = 400;
/// Words of figures that are not the revenue of the row, lower case.
const OTHERS: &str = "plan planned budget forecast target goal quota vorjahr vorjahreswert py prior previous last ly vj soll \
    margin profit gm db deckungsbeitrag marge cost costs cogs kosten coût coste units unit quantity qty menge absatz stück pieces \
    volume count customers orders tax vat discount rebate rebates rabatt rabatte remise freight shipping fee fees commission \
    provision price preis average avg ytd cumulative kumuliert pct percent share growth variance abweichung écart difference \
    unidades cantidad quantité quantità margen margine unités precedente presupuesto previsión objectif ziel returns refunds stock inventory bestand";
/// Words of values that are the revenue without an amount's name, lower case.
const MAIN: [&str; 3] = ["principal", "sellin", "sell-in"];
/// Words of headings of columns whose values divide the revenue.
const DIMENSIONS: &str = "product products category subcategory channel region territory country state city county area segment \
    brand size color colour sku family group line division department warehouse store location vertical industry tier manager \
    owner rep salesperson partner customer account reseller distributor produkt warengruppe sparte land gebiet kanal producto \
    produit région pays canal marke method terms name code invoice order document deal opportunity id no nr number ref rechnung beleg auftrag year \
    fiscalyear quarter month week day jahr quartal monat woche année mois año mes season";
/// Words of headings of columns that say in which way an amount is counted.
const WAYS: &str = "type typ art version scenario szenario measure kpi metric kennzahl view basis valuation wertart werttyp \
    wertetyp datenart indicator indicateur indicador medida misura figure";

/// A value of a column of figures.
struct Value<'k> {
    name: &'k str,
    sum: Decimal,
    rows: usize,
    /// Rank of its name among those for revenue, the lowest first.
    rank: Option<usize>,
    is_other: bool,
}

/// Reads the rows with the revenue where a column says which figure a row has, and asks about it with the sum of each.
/// Returns the headings of these columns.
pub(super) fn measures(draft: &mut Draft<'_>, periods: &[usize]) -> Vec<String> {
    let amounts = amount_columns(draft, periods);
    // A partner that is written once above blank cells has several rows.
    let filled = draft.section.value("fill_down").unwrap_or_default().to_owned();
    let is_filled = |column: &Column| filled.contains(&quoted(&column.heading));
    let is_text = |column: &&Column| {
        let is_key = !column.is_amount() || column.is_date() || column.values.len() <= MOST_VALUES;
        let is_known = !column.is_unique() || is_filled(column);
        !amounts.contains(&column.index) && column.filled > 0 && is_known && is_key
    };
    let is_bound = |column: &Column| draft.bound.iter().any(|(_, bound)| std::ptr::eq(*bound, column));
    let may_be = |column: &Column| {
        let is_text = !column.is_amount() || has_word(&column.heading, WAYS);
        let is_free = is_text && !column.is_date() && !is_bound(column) && column.blank() == 0;
        is_free && (2..=MOST_VALUES).contains(&column.values.len())
    };
    let columns: Vec<&Column> = draft.profile.columns.iter().filter(is_text).collect();
    if !columns.iter().any(|column| may_be(column)) {
        return Vec::new();
    }
    let Some(keyed) = Keyed::of(draft, columns, &amounts) else { return Vec::new() };
    let places: Vec<usize> =
        (0..keyed.columns.len()).filter(|at| keyed.columns.get(*at).is_some_and(|column| may_be(column))).collect();
    let bound: Vec<usize> =
        (0..keyed.columns.len()).filter(|at| keyed.columns.get(*at).is_some_and(|one| is_bound(one))).collect();
    let mut found: Vec<usize> = Vec::new();
    for at in places {
        // The number and the name of an account are one column.
        let is_other_of = |other: &usize| keyed.determines(at, *other) || keyed.determines(*other, at);
        // The name beside the identifier of a partner is not a figure.
        if bound.iter().any(|other| keyed.determines(*other, at)) {
            continue;
        }
        if !found.iter().any(is_other_of) && is_crossed(&keyed, at) && decide(draft, &keyed, at) {
            found.push(at);
        }
    }
    found.iter().filter_map(|at| Some(keyed.columns.get(*at)?.heading.clone())).collect()
}

/// True when nearly all keys have several values of the column `at`, each in one row.
fn is_crossed(keyed: &Keyed<'_>, at: usize) -> bool {
    let groups = keyed.groups(at);
    let member = |row: &usize| keyed.rows.get(*row).and_then(|row| row.members.get(at));
    let is_each = |group: &&Vec<usize>| {
        let members: BTreeSet<_> = group.iter().map(member).collect();
        group.len() > 1 && members.len() == group.len()
    };
    let crossed = groups.iter().filter(is_each).count();
    crossed >= FEWEST_KEYS && crossed * 10 >= groups.len() * TENTHS
}

/// Decides on the column `at`; false where its values are parts of the revenue.
fn decide(draft: &mut Draft<'_>, keyed: &Keyed<'_>, at: usize) -> bool {
    let Some(column) = keyed.columns.get(at).copied() else { return false };
    let mut values: Vec<Value<'_>> = (0..keyed.count(at)).map(|member| value(keyed, at, member)).collect();
    values.sort_by_key(|value| (value.rank.is_none(), value.rank, value.is_other));
    let heading = &column.heading;
    let is_way = is_one_of(DOCUMENT_TYPES, heading) || has_word(heading, WAYS);
    let says_so = is_way || values.iter().any(|value| value.is_other);
    if !says_so && has_word(heading, DIMENSIONS) {
        return false;
    }
    let name = key(heading);
    let shown: Vec<String> =
        values.iter().map(|value| format!("{} ({})", quoted(value.name), grouped(value.sum))).collect();
    let shown = shown.join(", ");
    let rows = counted(values.first().map_or(0, |value| value.rows), "row");
    // Of `Online Sales` and `Store Sales`, none is the revenue; of `Gross Sales` and `Net Sales`, the latter is.
    let ranked = values.iter().filter(|value| value.rank.is_some()).count();
    let is_best = |value: &&Value<'_>| value.rank.is_some_and(|rank| ranked == 1 || rank <= KNOWN) && says_so;
    let best = values.first().filter(is_best);
    if let Some(best) = best.filter(|_| !draft.section.has(&format!("where.{name}"))) {
        let reason = "the other rows have other figures of the same partners and months";
        draft.section.set(format!("where.{name}"), quoted(best.name), reason);
        let question = format!(
            "each partner and month has one row for each of {shown}: only {} is read as the revenue: is that right?",
            quoted(best.name)
        );
        draft.ask(heading, question);
    } else {
        let question = format!(
            "each partner and month has one row for each of {shown}, {rows} of the first: are they parts of the revenue, or is one of \
             them the revenue? Then write `where.{name} = \"…\"` under `[revenue]`"
        );
        draft.ask(heading, question);
    }
    true
}

/// The value `member` of the column `at`, judged by its name.
fn value<'k>(keyed: &'k Keyed<'_>, at: usize, member: usize) -> Value<'k> {
    let name = keyed.name(at, member);
    let (sum, rows) = keyed.sum_of(at, member);
    let is_other = has_word(name, OTHERS);
    // `400000 Revenue` is an account with its number.
    let words = name.trim_start_matches(|c: char| c.is_ascii_digit() || c == ' ' || c == '-');
    let by_name = || rank(Field::Amount, words).map(|rank| rank + 1);
    let is_main = is_actual(name) || MAIN.contains(&compared(name).as_str());
    let rank = if is_main { Some(0) } else { by_name() };
    Value { name, sum: plus(sum, Decimal::ZERO), rows, rank: rank.filter(|_| !is_other), is_other }
}
