//! One partner: master data, revenue history, investment, registered opportunities, forecasts, quotas.

use super::changing::{Attribute, History, Investment, WinRate};
use super::identity::{Identity, Name, SegmentKey, SharedSegment};
use super::terms::QuotaTerms;
use crate::units::{Money, Month, Rate};
use chrono::NaiveDate;
use std::hash::{Hash, Hasher};

/// One channel partner. Every list is empty when its table is missing; see [`super::PartnerBook`] for which are known.
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct Partner {
    /// Identifier, unique in the book, NFC, as the vendor's systems write it.
    pub id: Name,
    /// Name for people; the id when the book has none.
    pub name: Name,
    /// Tier in the partner program.
    pub tier: Option<Name>,
    /// Home territory.
    pub territory: Option<Name>,
    /// Vertical (industry) it mainly sells into.
    pub vertical: Option<Name>,
    /// Product lines it is authorised for; empty when not known.
    pub product_lines: Vec<Name>,
    /// Account manager at the vendor.
    pub account_manager: Option<Name>,
    /// Day it joined the program.
    pub since: Option<NaiveDate>,
    /// Last day in the program; `None` for a partner that stays.
    pub until: Option<NaiveDate>,
    /// Extra columns of the partners table, one per column that has a value, ascending by name.
    pub attributes: Vec<(Name, Attribute)>,
    /// Closed revenue, ascending by month, product line, territory; credit notes negative; at most one entry for each.
    pub revenue: Vec<RevenueEntry>,
    /// Investment signals, when the investments table has a row for the partner.
    pub investment: Option<Box<Investment>>,
    /// Registered opportunities, open and closed, ascending by id.
    pub opportunities: Vec<RegisteredOpportunity>,
    /// Historical win rates where the book states them.
    pub win_rates: Vec<WinRate>,
    /// Forecasts that the partner or its account manager submitted.
    pub forecasts: Vec<Forecast>,
    /// Quotas of past and current periods.
    pub quotas: Vec<CurrentQuota>,
    /// Rows about it that have dates, of which those above are the latest.
    pub history: History,
}

impl Partner {
    /// Returns a partner of which only the id is known.
    ///
    /// ```
    /// use quotient::channel::Partner;
    /// let partner = Partner::new("P1");
    /// assert_eq!((&*partner.name, partner.tier), ("P1", None));
    /// ```
    pub fn new(id: impl Into<Name>) -> Self {
        let id = id.into();
        Self {
            name: Name::clone(&id),
            id,
            tier: None,
            territory: None,
            vertical: None,
            product_lines: Vec::new(),
            account_manager: None,
            since: None,
            until: None,
            attributes: Vec::new(),
            revenue: Vec::new(),
            investment: None,
            opportunities: Vec::new(),
            win_rates: Vec::new(),
            forecasts: Vec::new(),
            quotas: Vec::new(),
            history: History::default(),
        }
    }

    /// Returns who the partner is as a whole: its home territory, no product line.
    pub fn identity(&self) -> Identity {
        Identity {
            partner_id: Name::clone(&self.id),
            partner_name: Name::clone(&self.name),
            tier: self.tier.clone(),
            territory: self.territory.clone(),
            vertical: self.vertical.clone(),
            product_line: None,
            account_manager: self.account_manager.clone(),
        }
    }

    /// Returns the identity of one of its lines.
    pub fn identity_of(&self, segment: &SegmentKey) -> Identity {
        Identity {
            territory: segment.territory.clone().or_else(|| self.territory.clone()),
            product_line: segment.product_line.clone(),
            ..self.identity()
        }
    }
}

/// Closed revenue of one month.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RevenueEntry {
    /// Month the revenue was closed in. A quarter in the book is represented by its three months, split as stated there.
    pub month: Month,
    /// Product line and territory, where the book gives them.
    pub segment: SharedSegment,
    /// Net revenue; negative when credit notes exceed sales.
    pub amount: Money,
}

/// Status of an opportunity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OpportunityStatus {
    /// Still open.
    Open,
    /// Closed and won.
    Won,
    /// Closed and lost.
    Lost,
}

/// One registered opportunity of the pipeline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegisteredOpportunity {
    /// Identifier in the CRM; generated from the row when the book has none.
    pub id: Name,
    /// Amount at full value.
    pub amount: Money,
    /// Stage by its name in the CRM.
    pub stage: Option<Name>,
    /// Open, won or lost.
    pub status: OpportunityStatus,
    /// Probability of winning, 0 to 1.
    pub probability: Option<Rate>,
    /// Expected or actual close date.
    pub close_date: NaiveDate,
    /// Product line and territory, where known.
    pub segment: SharedSegment,
    /// Day it was registered.
    pub registered_on: Option<NaiveDate>,
    /// Tag of the activity that it came from.
    pub tag: Option<Name>,
}

/// The hash of a book without tags is the same as before opportunities could have them.
impl Hash for RegisteredOpportunity {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let Self { id, amount, stage, status, probability, close_date, segment, registered_on, tag } = self;
        (id, amount, stage, status).hash(state);
        (probability, close_date, segment, registered_on).hash(state);
        if tag.is_some() {
            tag.hash(state);
        }
    }
}

impl RegisteredOpportunity {
    /// True when the opportunity was known and still to close at the end of `day`, whatever became of it later.
    ///
    /// One that closes on `day` itself is closed; an open one whose close date has passed is overdue, not pipeline.
    pub fn is_open_on(&self, day: NaiveDate) -> bool {
        self.registered_on.is_none_or(|registered| registered <= day) && self.close_date > day
    }

    /// True when it is still open in the book, was known at the end of `day`, and should have closed by then.
    pub fn is_overdue_on(&self, day: NaiveDate) -> bool {
        self.status == OpportunityStatus::Open
            && self.close_date <= day
            && self.registered_on.is_none_or(|registered| registered <= day)
    }

    /// `Some(true)` when it was won after `from` and at the latest on `to`, `Some(false)` when lost then.
    pub fn outcome_between(&self, from: NaiveDate, to: NaiveDate) -> Option<bool> {
        match self.status {
            _ if self.close_date <= from || self.close_date > to => None,
            OpportunityStatus::Open => None,
            OpportunityStatus::Won => Some(true),
            OpportunityStatus::Lost => Some(false),
        }
    }
}

/// A submitted forecast.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Forecast {
    /// First month of the period the forecast is for.
    pub start: Month,
    /// Length of that period in months.
    pub months: u32,
    /// Part of the business it is for.
    pub segment: SharedSegment,
    /// Revenue expected to close in the period.
    pub amount: Money,
    /// Day it was submitted.
    pub submitted_on: Option<NaiveDate>,
}

/// A quota of a past or current period.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct CurrentQuota {
    /// First month of the period.
    pub start: Month,
    /// Length in months.
    pub months: u32,
    /// Part of the business it is for.
    pub segment: SharedSegment,
    /// The quota as agreed for the whole stretch.
    pub quota: Money,
    /// Dates and ramp under which it is in force; by default throughout and in full.
    pub terms: QuotaTerms,
}

/// A target for a part of the channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// Part: a territory, a product line, both, or (neither) the whole channel.
    pub segment: SegmentKey,
    /// Target, in the book's currency.
    pub amount: Money,
    /// Row in the file, for findings.
    pub row: u64,
}

/// An agreed or overridden quota that a proposal must keep.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Lock {
    /// Partner.
    pub partner_id: Name,
    /// Line of the partner, at the plan's grain.
    pub segment: SegmentKey,
    /// Agreed quota.
    pub quota: Money,
    /// Why, and who agreed; empty when not said.
    pub reason: String,
    /// Agreed quotas of the reporting periods by label, which sum to `quota`; empty where the season divides it.
    pub periods: Vec<(Name, Money)>,
}
