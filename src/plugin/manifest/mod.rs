//! `vendor.toml`: the settings of a vendor that need no script.

mod cohorts;
mod conventions;
mod health;
mod identifier;
mod parameters;
mod plausibility;
mod read;
mod stated;
mod unusual;

use crate::channel::Name;
use crate::document::{Codes, Document};
use crate::finding::{Checked, Code};
use crate::quota::{Basis, Grain, OnViolation};
use crate::script::{Cohort, FactKind, ReviewCadence, TableDeclaration};
use crate::units::{Currency, FiscalCalendar, Money, Rate, ReportingPeriods};
use rust_decimal::Decimal;
use std::sync::Arc;

pub use conventions::{Conventions, Silence};
pub use health::{HealthCheck, HealthRules};
pub use parameters::{GroupBy, LearnedKind, Parameter, Parameters};
pub use plausibility::{Plausibility, PlausibilityCheck};
pub use stated::StatedNumber;

/// Floors and ceilings that hold for every line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GuardrailRules {
    /// Action when a quota would leave them.
    pub on_violation: OnViolation,
    /// Least growth over prior revenue that is asked; negative allows less than last year.
    pub growth_floor: Option<Rate>,
    /// Most growth over prior revenue that is asked.
    pub growth_ceiling: Option<Rate>,
    /// Most that a target may stretch a line beyond its own assessment, as a fraction; on the indicated basis.
    pub stretch_ceiling: Option<Rate>,
    /// Most that one line may be asked, as a share of the addressable market of its cell.
    pub market_share_ceiling: Option<Rate>,
    /// True when the tier's minimum revenue is a floor.
    pub tier_minimum: bool,
}

/// A tier of the partner program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tier {
    /// Name as in the partner book.
    pub name: Name,
    /// Minimum revenue per year, in the book's currency.
    pub minimum: Decimal,
}

/// Part of the target that is kept for partners not yet recruited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reserve {
    /// A fixed amount, in the book's currency.
    Amount(Decimal),
    /// A fraction of the channel target; it needs a target.
    ShareOfTarget(Rate),
    /// A fraction of the bottom-up; without a target it makes one: bottom-up + reserve.
    ShareOfBottomUp(Rate),
}

/// Conditions for a quota. `None` admits every partner.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Eligibility {
    /// Least revenue of the latest stretch as long as the period, at least this much.
    pub minimum_prior_revenue: Option<Decimal>,
    /// Least revenue of the last 12 months, at least this much.
    pub minimum_trailing_12_months: Option<Decimal>,
    /// True when a partner needs revenue above zero in the latest stretch.
    pub requires_prior_revenue: bool,
}

crate::words! {
    /// Source of the seasonality by which a quota is phased.
    pub enum Seasonality {
        /// The line's own, else the channel's.
        Partner = "partner",
        /// The channel's for everyone.
        Channel = "channel",
        /// Equal periods.
        Even = "even",
    }
}

crate::words! {
    /// Stretch that growth is measured from, in a plan shorter than a year.
    #[derive(Default)]
    pub enum PriorBasis {
        /// The planning period's own months one year earlier; the latest stretch where they are not known.
        #[default]
        SamePeriod = "same_period",
        /// The latest stretch as long as the period.
        Latest = "latest",
    }
}

/// Division of a quota into reporting periods.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Phasing {
    /// Source of the seasonality.
    pub seasonality: Seasonality,
    /// Shares of the reporting periods for newcomers; they need not sum to 1. Empty when newcomers follow the seasons.
    pub newcomer_ramp: Vec<Rate>,
}

crate::words! {
    /// Scope of a tier.
    #[derive(Default)]
    pub enum TierScope {
        /// One tier for the partner.
        #[default]
        Partner = "partner",
        /// One for each of its product lines.
        ProductLine = "product_line",
    }
}

/// Application of policies.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PolicyRules {
    /// For what a tier is held.
    pub tier_per: TierScope,
    /// Extra table with the current tier of each product line, in its columns `product_line` and `tier`.
    pub tier_table: Option<Name>,
    /// Cadence of tier reviews.
    pub tier_review: ReviewCadence,
}

/// A vendor's manifest.
#[derive(Debug, Clone, PartialEq)]
pub struct Manifest {
    /// Name for people.
    pub name: String,
    /// Currency the book must be in, when the vendor says so.
    pub currency: Option<Currency>,
    /// Fiscal calendar.
    pub calendar: FiscalCalendar,
    /// Length of the planning period in months: 1, 3, 6 or 12.
    pub period_months: u32,
    /// Reporting periods.
    pub reporting: ReportingPeriods,
    /// Grain of a line.
    pub grain: Grain,
    /// Derivation of an assessment from the factors' indications.
    pub basis: Basis,
    /// Quotas are multiples of this amount, in the book's currency; `None` is its minor unit.
    pub rounding_unit: Option<Decimal>,
    /// Stretch that growth is measured from.
    pub prior: PriorBasis,
    /// True when growth of a partner that joined inside that stretch is measured from its revenue scaled to the whole.
    pub annualise_newcomers: bool,
    /// Number of months for which a partner is new, after joining or after its first revenue.
    pub newcomer_months: i64,
    /// Weights by factor, in the order written; they sum to 1. Empty for a vendor without quota rules.
    pub weights: Vec<(Name, Rate)>,
    /// Guardrails.
    pub guardrails: GuardrailRules,
    /// Tiers with their minimum, in the order written.
    pub tiers: Vec<Tier>,
    /// Over-assignment: channel, territory, product line.
    pub over_assignment: Vec<(&'static str, Rate)>,
    /// Reserve for partners not yet recruited.
    pub reserve: Option<Reserve>,
    /// Conditions for a quota.
    pub eligibility: Eligibility,
    /// Division of quotas into reporting periods.
    pub phasing: Phasing,
    /// Limits beyond which a plan is questioned.
    pub plausibility: Plausibility,
    /// Bands and odds of every proposal, and limits beyond which they are questioned.
    pub health: HealthRules,
    /// Constants by which figures are computed.
    pub conventions: Conventions,
    /// Numbers that rules read: learned from the channel, and stated.
    pub parameters: Parameters,
    /// Attributes of partners that scripts may read, with their kinds, ascending by name.
    pub attributes: Vec<(Name, FactKind)>,
    /// Application of policies.
    pub policies: PolicyRules,
    /// Groups of peers by several properties, in the order written.
    pub cohorts: Vec<Cohort>,
    /// Extra tables of the book that rules and policies read, in the order written.
    pub tables: Vec<TableDeclaration>,
}

pub(super) const CODES: Codes = Codes {
    syntax: Code::ManifestSyntax,
    unknown_key: Code::ManifestUnknownKey,
    missing_key: Code::ManifestMissingKey,
    value: Code::ManifestValue,
};

/// Newest version of the script API; a manifest names the one it was written for.
pub const API: i64 = 1;

impl Manifest {
    /// Reads a manifest. `is_quota_setting` asks for the parts that a vendor with quota rules must have.
    pub fn parse(file: &str, text: &Arc<str>, is_quota_setting: bool) -> Checked<Self> {
        let document = Document::parse(file, text, CODES);
        let manifest = read::read(&document, is_quota_setting);
        let findings = document.into_findings();
        Checked { value: manifest.filter(|_| !findings.has_errors()), findings }
    }

    /// Returns the minimum revenue of a tier for a period of `months` in `currency`, when the program has that tier.
    pub fn tier_minimum(&self, tier: &str, months: u32, currency: Currency) -> Option<Money> {
        let tier = self.tiers.iter().find(|known| *known.name == *tier)?;
        let share = Decimal::from(months).checked_div(Decimal::from(12))?;
        Money::new(tier.minimum, currency).times(share).ok()
    }
}
