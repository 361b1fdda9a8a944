//! Values of business plans that a partner book has: of objectives with a source, and of activities with a tag.

use super::plan::{
    ActivityState, ActualSource, BusinessChange, Command, Header, LedgerFault, Objective, ObjectiveState, PlanState,
    Registered,
};
use crate::channel::{OpportunityStatus, Partner, PartnerBook, RegisteredOpportunity};
use crate::finding::Finding;
use crate::units::{Money, MoneyError, Month};
use chrono::NaiveDate;
use rust_decimal::Decimal;

/// Values that a book has for the business plans of a plan.
#[derive(Debug, Clone, Default)]
pub struct Actuals {
    /// A command for each partner with values that are not recorded yet, ascending by partner.
    pub commands: Vec<Command>,
    /// Objectives and activities whose value the book does not have: partner and id, ascending.
    pub unknown: Vec<(String, String)>,
    /// Latest complete month of the book when that is before the date: nothing is known of that date then.
    pub ends: Option<Month>,
}

/// A book as it was known on a date, for the period of a plan.
struct Source<'a> {
    header: &'a Header,
    book: &'a PartnerBook,
    as_of: NaiveDate,
    /// True when some opportunity of the book has a tag.
    has_tags: bool,
    /// True when the book has revenue of the period up to the date.
    has_revenue: bool,
    /// True when the complete months of the book end before the date.
    is_stale: bool,
}

impl Actuals {
    /// Returns what the book says on a date about the business plans of these partners; of all without any.
    ///
    /// A value that the book does not have stays as it is, and so do all of them for a date that its complete months do not
    /// reach. Fails when the book has another currency than the plan.
    pub fn of(state: &PlanState, book: &PartnerBook, as_of: NaiveDate, partners: &[String]) -> Result<Self, Finding> {
        let Some(header) = &state.header else { return Ok(Self::default()) };
        if book.currency != header.currency {
            let (found, expected) = (book.currency.to_string(), header.currency.to_string());
            let (plan, what) = (header.name.clone(), "currency".to_owned());
            return Err(LedgerFault::OtherInputs { plan, what, found, expected }.into());
        }
        let source = Source::new(header, book, as_of);
        let ends = book.latest_month(None).map(|months| months.complete).filter(|_| source.is_stale);
        let mut found = Self { ends, ..Self::default() };
        let is_asked = |partner: &String| partners.is_empty() || partners.contains(partner);
        for (partner_id, own) in state.business_plans.iter().filter(|(partner, _)| is_asked(partner)) {
            let partner = book.partners.iter().find(|partner| *partner.id == **partner_id);
            let partner = partner.and_then(|partner| partner.as_of(as_of));
            let mut changes = Vec::new();
            let mut note = |id: &str, change: Option<Change>| match change {
                None => found.unknown.push((partner_id.clone(), id.to_owned())),
                Some(Change::Known) => {}
                Some(Change::New(change)) => changes.push(*change),
            };
            for objective in own.objectives.values().filter(|one| one.objective.source.is_some()) {
                let change = partner.as_deref().map(|partner| source.objective(objective, partner)).transpose();
                note(&objective.objective.id, change.map_err(out_of_range)?.flatten());
            }
            for activity in own.activities.values().filter(|one| one.activity.tag.is_some()) {
                let change = partner.as_deref().map(|partner| source.activity(activity, partner)).transpose();
                note(&activity.activity.id, change.map_err(out_of_range)?.flatten());
            }
            if !changes.is_empty() {
                found.commands.push(Command::BusinessPlan { partner_id: partner_id.clone(), changes });
            }
        }
        Ok(found)
    }
}

/// A value of a book beside the recorded one.
enum Change {
    /// It is recorded already.
    Known,
    /// It is to be recorded.
    New(Box<BusinessChange>),
}

fn out_of_range(error: MoneyError) -> Finding {
    LedgerFault::TotalRange { reason: error.to_string() }.into()
}

impl<'a> Source<'a> {
    fn new(header: &'a Header, book: &'a PartnerBook, as_of: NaiveDate) -> Self {
        let mut source = Self { header, book, as_of, has_tags: false, has_revenue: false, is_stale: false };
        let complete = book.latest_month(None).map(|months| months.complete);
        let asked = Month::last_complete(as_of.min(header.last_day));
        source.is_stale = complete.is_some_and(|complete| complete < asked);
        let opportunities = || book.partners.iter().flat_map(|partner| &partner.opportunities);
        source.has_tags = opportunities().any(|deal| deal.tag.is_some());
        let revenue = || book.partners.iter().flat_map(|partner| &partner.revenue);
        source.has_revenue = revenue().any(|entry| source.is_inside(entry.month));
        source
    }

    /// True for months of the period up to the date.
    fn is_inside(&self, month: Month) -> bool {
        let last = Month::of(self.as_of.min(self.header.last_day));
        (Month::of(self.header.first_day)..=last).contains(&month)
    }

    /// Returns the change that records the value of an objective; `None` where the book does not have it.
    fn objective(&self, own: &ObjectiveState, partner: &Partner) -> Result<Option<Change>, MoneyError> {
        let Some(value) = self.value(&own.objective, partner)? else { return Ok(None) };
        let is_same = |value: Decimal| {
            own.actual.as_ref().is_some_and(|known| {
                (known.value, known.as_of, known.book.as_deref()) == (value, self.as_of, Some(&*self.book.input_hash))
            })
        };
        if is_same(value) {
            return Ok(Some(Change::Known));
        }
        let (objective, book) = (own.objective.id.clone(), Some(self.book.input_hash.clone()));
        let change = BusinessChange::Actual { objective, value, as_of: self.as_of, book };
        Ok(Some(Change::New(Box::new(change))))
    }

    fn value(&self, objective: &Objective, partner: &Partner) -> Result<Option<Decimal>, MoneyError> {
        if self.is_stale {
            return Ok(None);
        }
        let investment = partner.investment.as_deref();
        let count = |count: Option<i64>| count.map(Decimal::from);
        Ok(match objective.source {
            None => None,
            Some(ActualSource::CertifiedStaff) => count(investment.and_then(|own| own.certified_now)),
            Some(ActualSource::ServicesHeadcount) => count(investment.and_then(|own| own.services_headcount)),
            Some(ActualSource::Sellers) => count(investment.and_then(|own| own.sellers)),
            Some(ActualSource::Enablement) => investment.and_then(|own| own.enablement),
            Some(ActualSource::MarketingSpend) => investment.and_then(|own| own.marketing_spend).map(Money::amount),
            Some(ActualSource::Revenue) => {
                let months = partner.revenue.iter().filter(|entry| self.is_inside(entry.month));
                let sum = Money::sum(self.book.currency, months.map(|entry| entry.amount))?;
                self.has_revenue.then(|| sum.amount())
            }
            Some(source @ (ActualSource::Opportunities | ActualSource::Pipeline | ActualSource::Won)) => {
                let tag = objective.tag.as_deref();
                self.registered(partner, tag, self.header.first_day)?.map(|(number, pipeline, won)| match source {
                    ActualSource::Pipeline => pipeline.amount(),
                    ActualSource::Won => won.amount(),
                    _ => number.into(),
                })
            }
        })
    }

    /// Returns the change that records the opportunities of an activity; `None` where the book does not have them.
    fn activity(&self, own: &ActivityState, partner: &Partner) -> Result<Option<Change>, MoneyError> {
        let from = own.activity.start.unwrap_or(self.header.first_day);
        let found = self.registered(partner, own.activity.tag.as_deref(), from)?;
        Ok(found.map(|(opportunities, pipeline, won)| {
            let (activity, book) = (own.activity.id.clone(), self.book.input_hash.clone());
            let registered = Registered { activity, opportunities, pipeline, won, as_of: self.as_of, book };
            if own.registered.as_ref() == Some(&registered) {
                return Change::Known;
            }
            Change::New(Box::new(BusinessChange::Registered(registered)))
        }))
    }

    /// Returns number, open and won amount of the opportunities registered from a date on, with a tag or with any.
    ///
    /// `None` when the book has no opportunities, or none with a tag where one is asked for.
    fn registered(
        &self,
        partner: &Partner,
        tag: Option<&str>,
        from: NaiveDate,
    ) -> Result<Option<(u64, Money, Money)>, MoneyError> {
        if self.is_stale
            || self.as_of < self.header.first_day
            || !self.book.has_table("opportunities")
            || (tag.is_some() && !self.has_tags)
        {
            return Ok(None);
        }
        let is_tagged = |deal: &RegisteredOpportunity| {
            tag.is_none_or(|tag| deal.tag.as_deref().is_some_and(|own| own.trim().eq_ignore_ascii_case(tag.trim())))
        };
        let is_new =
            |deal: &RegisteredOpportunity| deal.registered_on.is_some_and(|on| (from..=self.as_of).contains(&on));
        let own: Vec<&RegisteredOpportunity> =
            partner.opportunities.iter().filter(|deal| is_new(deal) && is_tagged(deal)).collect();
        let is_won =
            |deal: &&&RegisteredOpportunity| deal.status == OpportunityStatus::Won && deal.close_date <= self.as_of;
        let sum = |amounts: Vec<Money>| Money::sum(self.book.currency, amounts);
        let pipeline = own.iter().filter(|deal| deal.is_open_on(self.as_of)).map(|deal| deal.amount).collect();
        let won = own.iter().filter(is_won).map(|deal| deal.amount).collect();
        Ok(Some((own.len() as u64, sum(pipeline)?, sum(won)?)))
    }
}
