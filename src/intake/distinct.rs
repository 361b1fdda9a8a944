//! Partners of a table with several rows for each, such as a list of orders.

use super::attribute::Attributes;
use super::fault::BookFault;
use super::log::shown;
use super::row::Row;
use super::table::Field;
use crate::channel::{LeftOutBy, Name, Partner};
use crate::finding::Finding;
use chrono::NaiveDate;
use std::collections::{BTreeMap, BTreeSet};

/// A partner as a row of the partners table has it.
pub(super) struct Draft {
    pub partner: Partner,
    /// Row number.
    pub row: u64,
    /// Date from which the row counts.
    pub valid_from: Option<NaiveDate>,
    /// Attributes by their numbers.
    pub attributes: Box<[u32]>,
}

/// The distinct partners so far.
#[derive(Default)]
pub(super) struct Distinct {
    /// Index of the draft of each partner from each date.
    known: BTreeMap<(Name, Option<NaiveDate>), usize>,
    /// Partners and columns whose difference is reported already.
    reported: BTreeSet<(usize, String)>,
}

impl Distinct {
    /// Adds the draft of a new partner; compares that of a known one with its first row.
    ///
    /// An empty value of the first row is filled by a later row: it is not known there, and does not differ.
    pub fn add(&mut self, draft: Draft, row: &mut Row<'_>, attributes: &Attributes, drafts: &mut Vec<Draft>) {
        let key = (Name::clone(&draft.partner.id), draft.valid_from);
        let Some(index) = self.known.get(&key).copied() else {
            self.known.insert(key, drafts.len());
            drafts.push(draft);
            return;
        };
        let Some(first) = drafts.get_mut(index) else { return };
        row.shared.tally.leave_out(LeftOutBy::Repeated, "", 1, row.number, &draft.partner.id);
        let mut differences = Vec::new();
        for (field, own, other) in differing(&first.partner, &draft.partner) {
            differences.push((row.column(field), own, other));
        }
        for (at, (own, other)) in first.attributes.iter_mut().zip(&draft.attributes).enumerate() {
            match (*own, *other) {
                (own, other) if own == other || other == 0 => {}
                (0, other) => *own = other,
                (own, other) => {
                    differences.push((attributes.heading(at), attributes.text(at, own), attributes.text(at, other)))
                }
            }
        }
        fill(&mut first.partner, draft.partner);
        let id = shown(&first.partner.id);
        for (column, own, other) in differences {
            if !self.reported.insert((index, column.clone())) {
                continue;
            }
            let place = row.binding.location.place(row.number, &column, &other);
            let fault =
                BookFault::DifferingPartner { partner: id.clone(), column, first: shown(&own), other: shown(&other) };
            row.shared.log.add(Finding::from(fault).at(place));
        }
    }
}

/// Facts in which two rows of a partner differ, with the column of each; what one of them lacks does not differ.
fn differing(first: &Partner, other: &Partner) -> Vec<(Field, String, String)> {
    let name = |partner: &Partner| Some(Name::clone(&partner.name)).filter(|name| *name != partner.id);
    let pairs = [
        (Field::PartnerName, name(first), name(other)),
        (Field::Tier, first.tier.clone(), other.tier.clone()),
        (Field::Territory, first.territory.clone(), other.territory.clone()),
        (Field::Vertical, first.vertical.clone(), other.vertical.clone()),
        (Field::AccountManager, first.account_manager.clone(), other.account_manager.clone()),
    ];
    let unequal = |(field, one, other): (Field, Option<Name>, Option<Name>)| {
        let (one, other) = (one?, other?);
        (one != other).then(|| (field, one.to_string(), other.to_string()))
    };
    let mut facts: Vec<(Field, String, String)> = pairs.into_iter().filter_map(unequal).collect();
    for (field, one, other) in [(Field::Since, first.since, other.since), (Field::Until, first.until, other.until)] {
        if let (Some(one), Some(other)) = (one, other)
            && one != other
        {
            facts.push((field, one.to_string(), other.to_string()));
        }
    }
    let lines = (&first.product_lines, &other.product_lines);
    if !lines.0.is_empty() && !lines.1.is_empty() && lines.0 != lines.1 {
        facts.push((Field::ProductLines, lines.0.join(";"), lines.1.join(";")));
    }
    facts
}

/// Takes from `other` what `first` does not know.
fn fill(first: &mut Partner, other: Partner) {
    if first.name == first.id {
        first.name = other.name;
    }
    first.tier = first.tier.take().or(other.tier);
    first.territory = first.territory.take().or(other.territory);
    first.vertical = first.vertical.take().or(other.vertical);
    first.account_manager = first.account_manager.take().or(other.account_manager);
    first.since = first.since.or(other.since);
    first.until = first.until.or(other.until);
    if first.product_lines.is_empty() {
        first.product_lines = other.product_lines;
    }
}
