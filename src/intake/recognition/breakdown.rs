//! Rows and amounts by the values of columns, used or not: what a planner compares with the own report, and where rows that do
//! not count show themselves.

use super::super::field::Field;
use super::amounts::RowAmount;
use super::outcome::{Breakdown, BreakdownValue};
use super::period_heading::year_of;
use super::prefix::by_prefix;
use super::profile::Column;
use super::role::{has_word, is_quantity, is_unit_price};
use super::section::Draft;
use super::shares::{Shares, shares};
use super::text::{Decision, key, quoted};

/// Most values of a column that is broken down, the blank one included.
const MOST_VALUES: usize = 12;
/// Most columns of a table.
pub(super) const MOST_COLUMNS: usize = 16;
/// Fields whose columns say which partner, when and how much.
const ESSENTIAL: [Field; 4] = [Field::PartnerId, Field::PartnerName, Field::Month, Field::Amount];
/// Keys of the mapping that use a column without reading it as one of the book.
const FILTERS: [&str; 3] = ["skip", "where", "subtract"];
/// Words of amounts that are planned.
const PLANS: &str = "target targets quota goal budget plan forecast ziel soll objectif objetivo";
/// Words of dates of rows that may be versions of each other.
const VERSIONS: &str = "snapshot version valid load loaded export exported batch extract extracted run effective as";

/// The breakdown of every column of few values, in the order of the columns.
pub(super) fn breakdowns(draft: &Draft<'_>, periods: &[usize]) -> Vec<Breakdown> {
    let amount = RowAmount::of(draft, periods);
    let field =
        |column: &Column| draft.bound.iter().find(|(_, bound)| std::ptr::eq(*bound, column)).map(|(field, _)| *field);
    let is_wanted = |column: &Column| {
        let is_free = field(column).is_none_or(|field| !ESSENTIAL.contains(&field));
        is_free && !periods.contains(&column.index) && divides(column)
    };
    let of = |one: &Shares| {
        let column = draft.profile.columns.iter().find(|column| column.heading == one.heading);
        let filter = FILTERS.into_iter().find(|filter| draft.section.has(&format!("{filter}.{}", key(&one.heading))));
        column.and_then(field).map_or(filter.unwrap_or_default(), |field| field.name()).to_owned()
    };
    let found = shares(draft, &amount, MOST_VALUES, is_wanted);
    let few = found.into_iter().filter(|one| (2..=MOST_VALUES).contains(&one.values.len()));
    let by_value = few.map(|one| (of(&one), one));
    let by_prefix = by_prefix(draft, &amount).into_iter().map(|one| (String::new(), one));
    by_value.chain(by_prefix).map(|(field, one)| breakdown(&draft.profile.file, field, one)).collect()
}

fn breakdown(file: &str, field: String, one: Shares) -> Breakdown {
    let value = |(value, share): (Box<str>, super::shares::Share)| BreakdownValue {
        value: value.into(),
        rows: share.rows,
        amount: one.is_known.then_some(share.sum),
    };
    let mut values: Vec<BreakdownValue> = one.values.into_iter().map(value).collect();
    values.sort_by_key(|value| std::cmp::Reverse(value.rows));
    Breakdown { file: file.to_owned(), column: one.heading, field, values }
}

/// The breakdowns, with the facts of partners that columns of the same file are read as.
pub(super) fn of_partners(mut breakdowns: Vec<Breakdown>, decisions: &[Decision]) -> Vec<Breakdown> {
    let partners: Vec<&Decision> = decisions.iter().filter(|one| one.table == "partners").collect();
    let file = partners.iter().find(|one| one.key == "file").map(|one| one.value.as_str());
    for one in &mut breakdowns {
        let (heading, is_own) = (quoted(&one.column), file.is_none_or(|file| file == quoted(&one.file)));
        let fact = partners.iter().filter(|_| is_own).find(|fact| fact.value == heading);
        let field = fact.and_then(|fact| fact.key.strip_prefix("columns."));
        if let Some(field) = field.filter(|_| one.field.is_empty()) {
            field.clone_into(&mut one.field);
        }
    }
    breakdowns
}

/// True for a column whose values divide the rows: words, codes and flags, and no quantities.
pub(super) fn divides(column: &Column) -> bool {
    let is_number = column.is_amount() && column.truths < column.filled;
    let is_measured = is_quantity(&column.heading)
        || is_unit_price(&column.heading)
        || has_word(&column.heading, "discount rate percent pct % rabatt price cost tax")
        || (is_number && has_word(&column.heading, PLANS));
    let mut lengths = column.values.keys().map(|value| value.len());
    let first = lengths.next().unwrap_or_default();
    let are_codes = lengths.all(|length| length == first)
        && column.values.keys().all(|value| value.bytes().all(|byte| byte.is_ascii_digit()))
        && !column.values.keys().all(|value| year_of(value).is_some());
    let is_version = || has_word(&column.heading, VERSIONS);
    column.filled > 0 && !is_measured && (!is_number || are_codes) && (!column.is_date() || is_version())
}
