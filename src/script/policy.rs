//! Facts that a policy reads beside those of rules: the partner's standing, the review's calendar, and its records.

use super::records::{ExtraTables, PartnerRecords};
use super::{Beside, Facts, PolicyPart};
use crate::channel::{Identity, LineFacts, Name};
use crate::figures;
use crate::performance::{LineStanding, PartnerStanding, ProductLineRevenue, Standing, TierStanding};
use crate::units::{FiscalCalendar, Month, PlanningPeriod};
use chrono::NaiveDate;
use std::collections::BTreeSet;
use std::sync::Arc;

crate::words! {
    /// Cadence of a program's tier decisions.
    #[derive(Default)]
    pub enum ReviewCadence {
        /// On the last day of the fiscal year.
        #[default]
        Year = "year",
        /// On the last day of each half.
        Half = "half",
        /// On the last day of each quarter.
        Quarter = "quarter",
        /// On the last day of each month.
        Month = "month",
        /// On any day.
        Any = "any",
    }
}

impl ReviewCadence {
    fn months(self) -> Option<i32> {
        match self {
            Self::Year => Some(12),
            Self::Half => Some(6),
            Self::Quarter => Some(3),
            Self::Month => Some(1),
            Self::Any => None,
        }
    }
}

figures! {
    /// Date of the review in the vendor's calendar; one for all partners.
    #[derive(Debug, Clone, PartialEq, Eq, Default)]
    pub struct ReviewFacts = "ReviewFacts" {
        /// Date the review is made for.
        as_of: NaiveDate, example("2025-12-31");
        /// Label of the period that standings are for.
        period: Name, example("FY2025");
        /// First date of that period.
        period_start: NaiveDate, example("2025-01-01");
        /// Last date of that period.
        period_end: NaiveDate, example("2025-12-31");
        /// True on the last date of the fiscal year.
        is_year_end: bool, example("true");
        /// True on the last date of a fiscal quarter.
        is_quarter_end: bool, example("true");
        /// True on the dates that the manifest's `tier_review` names.
        is_due: bool, example("true");
    }
}

impl ReviewFacts {
    /// Returns the facts of a review on `as_of`.
    pub fn new(calendar: FiscalCalendar, period: &PlanningPeriod, as_of: NaiveDate, cadence: ReviewCadence) -> Self {
        let month = Month::of(as_of);
        let is_end_of = |months: i32| {
            let start = calendar.year_start(month.year());
            month.last_day() == as_of && start.is_some_and(|start| (month.since(start) + 1).rem_euclid(months) == 0)
        };
        Self {
            as_of,
            period: period.label.as_str().into(),
            period_start: period.first_day(),
            period_end: period.last_day(),
            is_year_end: is_end_of(12),
            is_quarter_end: is_end_of(3),
            is_due: cadence.months().is_none_or(is_end_of),
        }
    }
}

/// Everything a policy reads about one partner. Cloning is cheap.
#[derive(Debug, Clone, PartialEq)]
pub struct PolicyFacts {
    pub(super) facts: Facts,
}

impl PolicyFacts {
    /// Returns the facts of a partner.
    ///
    /// `line` has its facts as a whole on the review's date (its `product_line` is not known), `review` is shared by all
    /// partners, `records` come from [`ExtraTables::of`].
    pub fn new(
        line: Arc<LineFacts>,
        standing: Arc<PartnerStanding>,
        review: Arc<ReviewFacts>,
        records: PartnerRecords,
    ) -> Self {
        let part = PolicyPart { standing, product_lines: Vec::new(), review };
        let facts = Facts::new(line).with(Beside { records, peers: None });
        Self { facts: Facts { policy: Some(Arc::new(part)), ..facts } }
    }

    /// The partner's facts.
    pub fn line(&self) -> &LineFacts {
        &self.facts.line
    }

    /// The same with the product lines that tiers are decided for beside those with a separate standing.
    #[must_use]
    pub fn with_product_lines(self, product_lines: Vec<ProductLineRevenue>) -> Self {
        let Some(part) = &self.facts.policy else { return self };
        let part = PolicyPart { product_lines, ..PolicyPart::clone(part) };
        Self { facts: Facts { policy: Some(Arc::new(part)), ..self.facts } }
    }

    /// Returns the product lines that tiers are decided for, ascending: those the partner is authorised for, those it has
    /// sold, and those that have a standing of their own.
    pub fn product_lines(&self) -> Vec<Name> {
        let standing = self.facts.standing().into_iter().flat_map(|standing| &standing.lines);
        let standing = standing.filter_map(|line| line.segment.product_line.as_ref());
        let part = self.facts.policy.iter();
        let known = part.flat_map(|part| &part.product_lines).map(|line| &line.product_line);
        let names: BTreeSet<&Name> = standing.chain(known).collect();
        names.into_iter().cloned().collect()
    }

    /// Returns the facts as a policy decides about one product line.
    ///
    /// `partner.product_line` is that line, and `partner.standing` its standing where it has one in all (not one for each
    /// territory), else its revenue alone. With `tier_table`, `partner.tier` is the `tier` of that table's last record
    /// for the product line, and not known without one.
    #[must_use]
    pub fn for_product_line(&self, product_line: &Name, tier_table: Option<&str>) -> Self {
        let Some(part) = &self.facts.policy else { return self.clone() };
        let is_own = |line: &&LineStanding| line.segment.product_line.as_ref() == Some(product_line);
        let lines: Vec<LineStanding> = part.standing.lines.iter().filter(is_own).cloned().collect();
        let mut whole = match &lines[..] {
            [only] => only.standing.clone(),
            _ => Standing::default(),
        };
        let mut tier_standing = None;
        if let Some(revenue) = part.product_lines.iter().find(|line| line.product_line == *product_line) {
            whole.actual = whole.actual.or(revenue.actual);
            tier_standing = Some(TierStanding { revenue: revenue.tier_revenue, ..TierStanding::default() });
        }
        let tier = match tier_table {
            Some(table) => {
                self.facts.records().and_then(|all| all.last_text(table, ("product_line", product_line), "tier"))
            }
            None => self.facts.line.identity.tier.clone(),
        };
        let mut line = LineFacts::clone(&self.facts.line);
        line.identity = Identity { product_line: Some(Name::clone(product_line)), tier, ..line.identity };
        let identity = line.identity.clone();
        let period = Name::clone(&part.standing.period);
        let standing = PartnerStanding { identity, period, whole, lines, tier_standing };
        let part =
            PolicyPart { standing: Arc::new(standing), product_lines: Vec::new(), review: Arc::clone(&part.review) };
        let beside = self.facts.beside.clone();
        Self { facts: Facts { line: Arc::new(line), beside, policy: Some(Arc::new(part)) } }
    }
}

/// No records at all: of a vendor that declares no tables.
impl Default for PartnerRecords {
    fn default() -> Self {
        ExtraTables::default().of(0)
    }
}
