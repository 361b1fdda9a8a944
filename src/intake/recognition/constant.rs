//! Columns with one value for each partner, and names of a partner that differ.

use super::super::table::Field;
use super::super::value::month_word::month_number;
use super::profile::{Column, Profile};
use super::role::is_name_of;
use super::section::Draft;
use crate::finding::counted;
use std::collections::{BTreeMap, BTreeSet};

/// Months whose order is looked at.
const MOST_MONTHS: usize = 240;

impl Profile {
    /// Indices of the columns that have one value for each value of `partner`, apart from empty cells and from one
    /// partner in fifty.
    pub fn constant_beside(&self, partner: &Column) -> BTreeSet<usize> {
        let mut first: BTreeMap<(Box<str>, usize), Box<str>> = BTreeMap::new();
        let mut differing: BTreeSet<(usize, Box<str>)> = BTreeSet::new();
        let groups: Vec<&Column> =
            self.columns.iter().filter(|column| column.values.len() <= partner.values.len()).collect();
        let mut above: Box<str> = "".into();
        self.rows(|_, fields| {
            if !fields.text(partner.index).is_empty() {
                above = fields.text(partner.index).into();
            }
            for column in &groups {
                let text = fields.text(column.index);
                if text.is_empty() {
                    continue;
                }
                let known = first.entry((above.clone(), column.index)).or_insert_with(|| text.into());
                if **known != *text {
                    differing.insert((column.index, above.clone()));
                }
            }
        });
        let mut counts: BTreeMap<usize, usize> = BTreeMap::new();
        for (column, _) in &differing {
            *counts.entry(*column).or_default() += 1;
        }
        let is_constant = |index: &usize| counts.get(index).is_none_or(|count| count * 50 <= partner.values.len());
        groups.iter().map(|column| column.index).filter(is_constant).collect()
    }

    /// The first month of a year whose months come in the order of a fiscal year in the rows: July to December, then January
    /// to June.
    pub fn first_of_order(&self, [year, month]: [&Column; 2]) -> Option<String> {
        let mut months: Vec<(Box<str>, Box<str>, u32)> = Vec::new();
        self.rows(|_, fields| {
            let (year, text) = (fields.text(year.index), fields.text(month.index));
            let number = text.parse().ok().or_else(|| month_number(text)).filter(|number| (1..=12).contains(number));
            let Some(number) = number.filter(|_| months.len() < MOST_MONTHS) else { return };
            if !months.iter().any(|(known, _, other)| **known == *year && *other == number) {
                months.push((year.into(), text.into(), number));
            }
        });
        months.chunk_by(|(one, ..), (other, ..)| one == other).find_map(|year| {
            let descents =
                year.windows(2).filter(|pair| matches!(pair, [(.., one), (.., other)] if other < one)).count();
            let ((_, text, first), (.., last)) = (year.first()?, year.last()?);
            (year.len() > 3 && descents == 1 && last < first).then(|| text.to_string())
        })
    }

    /// Number of values of `partner` beside which `column` has several values, with one of them and its first two.
    fn variants(&self, partner: &Column, column: &Column) -> (usize, Option<[Box<str>; 3]>) {
        let mut first: BTreeMap<Box<str>, Box<str>> = BTreeMap::new();
        let (mut differing, mut example): (BTreeSet<Box<str>>, _) = (BTreeSet::new(), None);
        self.rows(|_, fields| {
            let (id, name) = (fields.text(partner.index), fields.text(column.index));
            if id.is_empty() || name.is_empty() {
                return;
            }
            let known = first.entry(id.into()).or_insert_with(|| name.into());
            if **known != *name {
                example.get_or_insert_with(|| [id.into(), known.clone(), name.into()]);
                differing.insert(id.into());
            }
        });
        (differing.len(), example)
    }
}

/// Binds the column of names beside `partner` where a partner has several of them, and asks about it.
pub(super) fn names<'p>(draft: &mut Draft<'p>, partner: &Column) {
    let is_name = |column: &Column| {
        let is_text = !column.is_amount() && !column.is_date() && column.index != partner.index;
        is_text && is_name_of(&column.heading, &partner.heading)
    };
    let profile = draft.profile;
    let ranked = profile.best(Field::PartnerName, is_name);
    let Some(column) = ranked.or_else(|| profile.columns.iter().find(|column| is_name(column))) else { return };
    let (count, Some([id, first, other])) = profile.variants(partner, column) else { return };
    if !draft.bound.iter().any(|(field, _)| *field == Field::PartnerName) {
        draft.bind(Field::PartnerName, column, "the first name of each partner");
    }
    let question = format!(
        "{} several names, such as `{first}` and `{other}` of `{id}`: is each `{}` one partner? The first name is used",
        match count {
            1 => "1 partner has".to_owned(),
            many => format!("{} have", counted(many, "partner")),
        },
        partner.heading
    );
    draft.ask(&column.heading, question);
}
