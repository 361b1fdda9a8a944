//! Standings and roll-ups, on partners built by hand.
#![allow(clippy::unwrap_used)]

mod close_rate;
mod effective_quota;
mod lines;
mod pacing;
mod property;
mod rollup;
mod standing;

use crate::usd;
use quotient::channel::*;
use quotient::performance::*;
use quotient::units::*;

pub fn money(text: &str) -> Money {
    usd(parse_decimal(text).unwrap())
}

pub fn rate(text: &str) -> Rate {
    parse_decimal(text).unwrap()
}

pub fn day(text: &str) -> chrono::NaiveDate {
    text.parse().unwrap()
}

/// A period of the calendar year.
pub fn period(label: &str) -> PlanningPeriod {
    FiscalCalendar::new(1).unwrap().period(label).unwrap()
}

pub fn segment(product_line: &str, territory: &str) -> SegmentKey {
    let name = |text: &str| (!text.is_empty()).then(|| Name::from(text));
    SegmentKey { product_line: name(product_line), territory: name(territory) }
}

/// A partner of a tier and a territory.
pub fn partner(id: &str) -> Partner {
    Partner { tier: Some("Gold".into()), territory: Some("North".into()), ..Partner::new(id) }
}

/// Facts added to a partner, one call each.
pub trait With: Sized {
    fn sold(self, month: &str, amount: &str) -> Self;
    fn sold_in(self, month: &str, line: SegmentKey, amount: &str) -> Self;
    fn quota(self, period: &str, amount: &str) -> Self;
    fn quota_in(self, period: &str, line: SegmentKey, amount: &str) -> Self;
    fn deal(self, status: OpportunityStatus, close: &str, amount: &str, probability: &str) -> Self;
    fn forecast(self, period: &str, submitted: &str, amount: &str) -> Self;
}

impl With for Partner {
    fn sold(self, month: &str, amount: &str) -> Self {
        self.sold_in(month, SegmentKey::default(), amount)
    }

    fn sold_in(mut self, month: &str, segment: SegmentKey, amount: &str) -> Self {
        self.revenue.push(RevenueEntry {
            month: month.parse().unwrap(),
            segment: segment.into(),
            amount: money(amount),
        });
        self.revenue.sort_by(|a, b| (a.month, &*a.segment).cmp(&(b.month, &*b.segment)));
        self
    }

    fn quota(self, label: &str, amount: &str) -> Self {
        self.quota_in(label, SegmentKey::default(), amount)
    }

    fn quota_in(mut self, label: &str, segment: SegmentKey, amount: &str) -> Self {
        let PlanningPeriod { start, months, .. } = period(label);
        self.quotas.push(CurrentQuota {
            start,
            months,
            segment: segment.into(),
            quota: money(amount),
            terms: QuotaTerms::default(),
        });
        self
    }

    fn deal(mut self, status: OpportunityStatus, close: &str, amount: &str, probability: &str) -> Self {
        self.opportunities.push(RegisteredOpportunity {
            id: format!("D{:03}", self.opportunities.len()).into(),
            amount: money(amount),
            stage: None,
            status,
            probability: (!probability.is_empty()).then(|| rate(probability)),
            close_date: day(close),
            segment: SegmentKey::default().into(),
            registered_on: None,
            tag: None,
        });
        self
    }

    fn forecast(mut self, label: &str, submitted: &str, amount: &str) -> Self {
        let PlanningPeriod { start, months, .. } = period(label);
        self.forecasts.push(Forecast {
            start,
            months,
            segment: SegmentKey::default().into(),
            amount: money(amount),
            submitted_on: Some(day(submitted)),
        });
        self
    }
}

/// A book that has every table.
pub fn book(partners: Vec<Partner>) -> PartnerBook {
    let mut book = PartnerBook::new(Currency::USD, partners);
    for table in ["partners", "revenue", "opportunities", "forecasts", "quotas"] {
        book.tables.insert(table.to_owned(), 1);
    }
    book
}

/// Standing of the book's first partner under default conventions.
pub fn first(book: &PartnerBook, label: &str, as_of: &str) -> PartnerStanding {
    under(book, label, as_of, Conventions::default(), &Given::default())
}

pub fn under(book: &PartnerBook, label: &str, as_of: &str, conventions: Conventions, given: &Given) -> PartnerStanding {
    let standings = Standings::new(book, period(label), day(as_of), conventions, given).unwrap();
    standings.of(&book.partners[0]).unwrap()
}

pub fn why(standing: &Standing, figure: &str) -> Option<&'static str> {
    standing.absent.iter().find(|absent| absent.figure == figure).map(|absent| absent.why)
}
