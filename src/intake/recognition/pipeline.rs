//! The section of opportunities, and of the revenue that is the won ones.

use super::super::table::Field;
use super::amounts::plus;
use super::assign::Plan;
use super::breakdown::breakdowns;
use super::columns::{won_revenue, won_rows};
use super::currency_column::{currencies, currency_column};
use super::doubts::shares;
use super::fit::Fit;
use super::keyed::Keyed;
use super::numbers::numbers;
use super::profile::Column;
use super::section::Draft;
use super::suspects::suspects;
use super::text::key;
use super::twice::twice;
use crate::units::grouped;
use rust_decimal::Decimal;
use std::collections::BTreeMap;

impl<'s> Plan<'s> {
    /// Opportunities; the won ones are the revenue as well where no other table has it.
    pub fn opportunities(&mut self, fit: &Fit<'s>, partner: Option<&'s Column>, is_revenue: bool) {
        let mut draft = self.draft("opportunities", fit.profile);
        draft.source(self.store);
        // Open opportunities have an estimate, and the actual amount is blank.
        let is_amount = |column: &&Column| column.is_amount() && column.rank(Field::Amount).is_some();
        let fullest = fit.profile.columns.iter().filter(is_amount).max_by_key(|column| column.filled);
        let amount = fit.amount.filter(|amount| amount.empty == 0).or(fullest);
        let (Some(partner), Some(amount)) = (partner.or(fit.partner), amount) else { return };
        draft.bind_best(Field::OpportunityId, "no value occurs twice", |column| {
            column.is_unique() && column.index != partner.index
        });
        draft.bind(Field::PartnerId, partner, "names the partner");
        draft.bind(Field::Amount, amount, "almost all cells are numbers");
        repeated_ids(&mut draft, amount);
        let other = fit.amount.filter(|other| other.index != amount.index);
        let own_rows = if is_revenue { won_rows(fit) } else { None };
        if let Some((month, status, words)) = own_rows {
            self.won(fit, partner, (amount, month), (status, words));
        } else if is_revenue {
            won_revenue(&mut draft, fit, amount);
        } else if let Some(other) = other {
            draft.ask(&amount.heading, format!("is it the amount? `{}` has fewer values", other.heading));
        }
        if let Some(date) = fit.close_date.or(fit.date) {
            draft.bind(Field::CloseDate, date, "almost all cells are dates");
        }
        draft.status();
        draft.bind_best(Field::Stage, "words", |column| !column.is_amount());
        if draft.bind_best(Field::Probability, "almost all cells are numbers", Column::is_amount)
            && let Some((_, column)) = draft.bound.last()
            && column.above_one > 0
            // A percent sign in the heading says so itself.
            && !column.heading.contains('%')
        {
            draft.section.set("scale.probability", "100", "the values are percentages");
        }
        for field in [Field::ProductLine, Field::Territory] {
            draft.bind_best(field, "few distinct values", Column::is_group);
        }
        draft.bind_best(Field::RegisteredOn, "almost all cells are dates", Column::is_date);
        currency_column(&mut draft);
        draft.unit(None);
        draft.fill_down();
        numbers(&mut draft, &[Field::Amount], &[]);
        currencies(&mut draft, partner, &[]);
        draft.dates(&[Field::CloseDate, Field::RegisteredOn]);
        shares(&mut draft);
        suspects(&mut draft, partner, &[]);
        twice(&mut draft, partner, fit.close_date.or(fit.date), &[]);
        draft.breakdowns = breakdowns(&draft, &[]);
        if !draft.section.has("fill_down") {
            draft.skip_empty(&[Field::PartnerId, Field::Amount, Field::CloseDate]);
        }
        self.take(draft, "amounts with a stage or probability");
    }

    /// Revenue that is the won rows of a table of opportunities, some of which have no close date.
    fn won(
        &mut self,
        fit: &Fit<'s>,
        partner: &'s Column,
        (amount, month): (&'s Column, &'s Column),
        won: (&Column, String),
    ) {
        let mut draft = self.draft("revenue", fit.profile);
        draft.source(self.store);
        draft.bind(Field::PartnerId, partner, "names the partner");
        draft.bind(Field::Month, month, "the date on which it was won");
        draft.bind(Field::Amount, fit.amount.unwrap_or(amount), "almost all cells are numbers");
        let (status, words) = won;
        draft.section.set(format!("where.{}", key(&status.heading)), words, "the won opportunities are the revenue");
        let question = format!(
            "no table of revenue was found: is the revenue the `{}` of won opportunities, in the month of `{}`?",
            fit.amount.unwrap_or(amount).heading,
            month.heading
        );
        draft.ask("", question);
        currency_column(&mut draft);
        numbers(&mut draft, &[Field::Amount], &[]);
        currencies(&mut draft, partner, &[]);
        draft.dates(&[Field::Month]);
        draft.skip_empty(&[Field::PartnerId, Field::Amount]);
        self.take(draft, "amounts with a stage or probability");
    }
}

/// Asks about opportunities with several rows and the same amount in each, as snapshots and lines of products have.
fn repeated_ids(draft: &mut Draft<'_>, amount: &Column) {
    let is_id = |column: &&Column| {
        let is_named = column.rank(Field::OpportunityId).is_some();
        is_named && column.blank() == 0 && !column.is_unique()
    };
    let ids = draft.profile.columns.iter().filter(is_id).filter(|column| column.index != amount.index);
    let Some(id) = ids.min_by_key(|column| column.rank(Field::OpportunityId)) else { return };
    let Some(keyed) = Keyed::of(draft, vec![id], &[amount.index]) else { return };
    let mut found: BTreeMap<usize, (Decimal, usize, bool)> = BTreeMap::new();
    for row in &keyed.rows {
        let (Some(member), own) = (row.members.first(), row.total()) else { continue };
        let (first, rows, is_same) = found.entry(*member).or_insert((own, 0, true));
        *rows += 1;
        *is_same &= *first == own;
    }
    let several = || found.values().filter(|(_, rows, _)| *rows > 1);
    let same = several().filter(|(.., is_same)| *is_same).count();
    if same == 0 || same * 10 < several().count() * 9 {
        return;
    }
    let all = keyed.rows.iter().map(super::keyed::Keys::total).fold(Decimal::ZERO, plus);
    let once = found.values().map(|(first, ..)| *first).fold(Decimal::ZERO, plus);
    let question = format!(
        "{same} have several rows with the same amount, as snapshots and lines of products have: all amounts sum to {}, and to {} if \
         each counts once: export one row for each",
        grouped(all),
        grouped(once)
    );
    draft.ask(&id.heading, question);
}
