//! The section of opportunities, and of the revenue that is the won ones.

use super::super::table::Field;
use super::assign::Plan;
use super::columns::{currency_column, won_revenue, won_rows};
use super::fit::Fit;
use super::numbers::numbers;
use super::profile::Column;
use super::text::key;

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
        draft.dates(&[Field::CloseDate, Field::RegisteredOn]);
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
        draft.dates(&[Field::Month]);
        draft.skip_empty(&[Field::PartnerId, Field::Amount]);
        self.take(draft, "amounts with a stage or probability");
    }
}
