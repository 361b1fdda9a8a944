//! Functions on lists in order: sorting, medians, percentiles; each item is an operation of the budget.

use super::super::budget::spend;
use super::super::outcome_fault::OutcomeFault;
use super::super::statistics::percentile;
use super::complaint::Complaint;
use super::function::{Call, Function, Outcome, functions};
use super::inspect::in_text;
use super::kind::Kind;
use super::lists::take_field;
use super::value::{Date, list, number};
use chrono::NaiveDate;
use rhai::{Dynamic, EvalAltResult, Position};
use rust_decimal::Decimal;

type Fault = Box<EvalAltResult>;

functions! {
    ORDERED_FUNCTIONS:
    sort (["list"] | ["list", "field"]) -> "list" method:
        "The items in ascending order: numbers, dates, or texts by their letters; records by a field, those where it is not known last. Equal items keep their order.",
        ["[3, 1, 2.5].sort().last() == 3", r#"partner.pipeline.opportunities.sort("amount").first().amount == 400_000"#],
        sort;
    median (["list"] | ["list", "field"]) -> "number" method:
        "The middle number of a list, or of a field of its records: half of the known numbers are not above it; between the two in the middle when there are two. Not known for an empty list.",
        ["[1, 9, 2].median() == 2", "median([1, 2]) == 1.5", "!is_known(median([]))"],
        |mut call| { take_field(&mut call)?; call.percentile(Decimal::new(5, 1)) };
    percentile (["list", "share"] | ["list", "field", "share"]) -> "number" method:
        "The number below which a share of the list lies, from 0 to 1: at place share × (n − 1), counted from 0, in proportion between two places, as in a spreadsheet. Not known for an empty list.",
        ["[1, 2, 3, 4].percentile(0.75) == 3.25", "[10].percentile(0.9) == 10", r#"partner.pipeline.opportunities.percentile("amount", 1) == 500_000"#],
        |mut call| {
            let share = call.share(call.arguments.len() - 1)?;
            if call.arguments.len() == 3 {
                take_field(&mut call)?;
            }
            call.percentile(share)
        };
}

/// Place of an item in order.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    Number(Decimal),
    Date(NaiveDate),
    Text(String),
    /// Not known: behind all others.
    Last,
}

fn sort(mut call: Call<'_, '_>) -> Outcome {
    let is_by_field = call.arguments.len() > 1;
    let items = call.items(0)?;
    if is_by_field {
        take_field(&mut call)?;
    }
    let mut placed: Vec<(Place, Dynamic)> = Vec::with_capacity(items.len());
    let mut first: Option<Kind> = None;
    for (index, (value, item)) in call.items(0)?.into_iter().zip(items).enumerate() {
        spent()?;
        let kind = Kind::of(&value);
        let place = match kind {
            Kind::NotKnown if is_by_field => Place::Last,
            Kind::NotKnown => return Err(OutcomeFault::ItemNotKnown { item: index + 1 }.into()),
            Kind::Count | Kind::Number => Place::Number(number(&value).unwrap_or_default()),
            Kind::Date => Place::Date(value.clone().try_cast::<Date>().map(|date| date.0).unwrap_or_default()),
            Kind::Text => Place::Text(in_text(&value)),
            found => return Err(Complaint::Operand { operator: "sort", found }.into()),
        };
        if let Some(first) = first.filter(|_| place != Place::Last)
            && first != kind
            && !(first.is_numeric() && kind.is_numeric())
        {
            return Err(Complaint::Pair { operator: "sort", left: first, right: kind }.into());
        }
        first = first.or((place != Place::Last).then_some(kind));
        placed.push((place, item));
    }
    placed.sort_by(|(one, _), (other, _)| one.cmp(other));
    Ok(list(placed.into_iter().map(|(_, item)| item).collect()))
}

/// Counts one item; an error when the budget of the call is used up.
fn spent() -> Result<(), Fault> {
    match spend() {
        Some(limit) => Err(Box::new(EvalAltResult::ErrorTerminated(Dynamic::from(limit), Position::NONE))),
        None => Ok(()),
    }
}

impl Call<'_, '_> {
    /// A share from 0 to 1.
    pub(super) fn share(&self, argument: usize) -> Result<Decimal, Fault> {
        let share = self.number(argument)?;
        if share < Decimal::ZERO || share > Decimal::ONE {
            return Err(OutcomeFault::Share { share }.into());
        }
        Ok(share)
    }

    fn percentile(&self, share: Decimal) -> Outcome {
        let mut numbers = Vec::new();
        for (index, item) in self.items(0)?.iter().enumerate() {
            spent()?;
            let found = Kind::of(item);
            if found == Kind::NotKnown {
                return Err(OutcomeFault::ItemNotKnown { item: index + 1 }.into());
            }
            numbers.push(number(item).ok_or(Complaint::Operand { operator: self.function, found })?);
        }
        if numbers.is_empty() {
            return Ok(Dynamic::UNIT);
        }
        numbers.sort_unstable();
        percentile(&numbers, share).map(Dynamic::from_decimal).ok_or_else(|| Complaint::out_of_range().into())
    }
}
