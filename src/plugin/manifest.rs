//! `vendor.toml`: what a vendor decides without writing a script.

use crate::channel::Name;
use crate::document::{Codes, Document, Item, Section};
use crate::finding::{Code, Finding, Findings};
use crate::quota::{Basis, Grain, OnViolation};
use crate::script::{FactKind, ReviewCadence, TableDeclaration};
use crate::units::{Currency, FiscalCalendar, Money, Rate, ReportingPeriods};
use rust_decimal::Decimal;
use std::sync::Arc;

/// Floors and ceilings that hold for every line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GuardrailRules {
    /// What to do when a quota would leave them.
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
    /// Minimum revenue a year.
    pub minimum: Money,
}

/// Part of the target that is kept for partners not yet recruited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reserve {
    /// A fixed amount.
    Amount(Money),
    /// A fraction of the channel target; it needs a target.
    ShareOfTarget(Rate),
    /// A fraction of the bottom-up; without a target it makes one: bottom-up + reserve.
    ShareOfBottomUp(Rate),
}

/// Which partners get a quota at all. `None` admits everyone.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Eligibility {
    /// Least revenue of the latest stretch as long as the period, at least this much.
    pub minimum_prior_revenue: Option<Money>,
    /// Least revenue of the last 12 months, at least this much.
    pub minimum_trailing_12_months: Option<Money>,
    /// True when a partner needs revenue above zero in the latest stretch.
    pub requires_prior_revenue: bool,
}

/// Whose seasons cut a quota into reporting periods.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Seasonality {
    /// The line's own, else the channel's.
    Partner,
    /// The channel's for everyone.
    Channel,
    /// Equal periods.
    Even,
}

/// How a quota is cut into reporting periods.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Phasing {
    /// Whose seasons.
    pub seasonality: Seasonality,
    /// Shares of the reporting periods for newcomers; they need not sum to 1. Empty when newcomers follow the seasons.
    pub newcomer_ramp: Vec<Rate>,
}

/// For what a tier is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum TierScope {
    /// One tier for the partner.
    #[default]
    Partner,
    /// One for each of its product lines.
    ProductLine,
}

/// How policies are applied.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PolicyRules {
    /// For what a tier is held.
    pub tier_per: TierScope,
    /// Extra table with the current tier of each product line, in its columns `product_line` and `tier`.
    pub tier_table: Option<Name>,
    /// When tiers are reviewed.
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
    /// What a line is for.
    pub grain: Grain,
    /// How the factors' indications become an assessment.
    pub basis: Basis,
    /// Quotas are multiples of this amount; `None` is the currency's minor unit.
    pub rounding_unit: Option<Money>,
    /// A partner is new for so many months after joining or after its first revenue.
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
    /// Which partners get a quota.
    pub eligibility: Eligibility,
    /// How quotas are cut into reporting periods.
    pub phasing: Phasing,
    /// Attributes of partners that scripts may read, with their kinds, ascending by name.
    pub attributes: Vec<(Name, FactKind)>,
    /// How policies are applied.
    pub policies: PolicyRules,
    /// Extra tables of the book that policies read, in the order written.
    pub tables: Vec<TableDeclaration>,
}

const CODES: Codes = Codes {
    syntax: Code::ManifestSyntax,
    unknown_key: Code::ManifestUnknownKey,
    missing_key: Code::ManifestMissingKey,
    value: Code::ManifestValue,
};

/// Newest version of the script API; a manifest names the one it was written for.
pub const API: i64 = 1;

impl Manifest {
    /// Reads a manifest. `is_quota_setting` asks for the parts that a vendor with quota rules must have.
    pub fn parse(file: &str, text: &Arc<str>, is_quota_setting: bool) -> (Option<Self>, Findings) {
        let document = Document::parse(file, text, CODES);
        let manifest = read(&document, is_quota_setting);
        let findings = document.into_findings();
        (manifest.filter(|_| !findings.has_errors()), findings)
    }

    /// The minimum revenue of a tier for a period of `months`, when the program has that tier.
    pub fn tier_minimum(&self, tier: &str, months: u32) -> Option<Money> {
        let tier = self.tiers.iter().find(|known| *known.name == *tier)?;
        let share = Decimal::from(months).checked_div(Decimal::from(12))?;
        tier.minimum.times(share).ok()
    }
}

fn read(document: &Document, is_quota_setting: bool) -> Option<Manifest> {
    let root = document.root();
    if let Some(api) = root.require("api", "api = 1")
        && let Some(version) = api.count()
        && version != API
    {
        api.refuse(format!("version {version} of the script API is not known"), format!("write `api = {API}`"));
    }
    let name = root.require("name", "name = \"The vendor's name\"").and_then(Item::text).unwrap_or_default().to_owned();
    let currency = root.get("currency").and_then(currency);
    let plan = root.section("plan");
    let first_month = plan.and_then(|plan| plan.get("fiscal_year_starts")).map_or(Some(1), fiscal_month);
    let weights = root.section("weights");
    if is_quota_setting && weights.is_none() {
        root.require("weights", "[weights]` with one line a factor, such as `history = 0.60");
    }
    let basis = plan.and_then(|plan| plan.get("basis")).and_then(|item| item.word(BASES)).unwrap_or(Basis::Indicated);
    let grain = plan.and_then(|plan| plan.get("grain")).and_then(|item| item.word(GRAINS)).unwrap_or(Grain::Partner);
    let guardrails = root.section("guardrails");
    if let Some(item) =
        guardrails.and_then(|section| section.get("stretch_ceiling")).filter(|_| basis == Basis::FairShare)
    {
        item.refuse(
            "a fair share follows the target, so an assessment does not limit it",
            "remove the key, or plan on the basis `indicated`",
        );
    }
    if let Some(item) = guardrails.and_then(|section| section.get("tier_minimum")).filter(|_| grain != Grain::Partner)
        && item.as_truth() == Some(true)
    {
        item.refuse(
            "a tier's minimum is for a partner, not for a part of it",
            "remove the key, or plan at the grain `partner`",
        );
    }
    let tables = root.section("tables").map(read_tables).unwrap_or_default();
    Some(Manifest {
        name,
        currency,
        calendar: FiscalCalendar::new(first_month.unwrap_or(1))?,
        period_months: plan.and_then(|plan| plan.get("period")).and_then(|item| item.word(PERIODS)).unwrap_or(12),
        reporting: plan
            .and_then(|plan| plan.get("reporting"))
            .and_then(|item| item.word(REPORTING))
            .unwrap_or(ReportingPeriods::Quarters),
        grain,
        basis,
        rounding_unit: plan.and_then(|plan| plan.get("rounding_unit")).and_then(positive_money),
        newcomer_months: plan
            .and_then(|plan| plan.get("newcomer_months"))
            .and_then(|item| item.number_in(Decimal::ZERO, Decimal::from(120)).and_then(|_| item.count()))
            .unwrap_or(12),
        weights: weights.map(|section| read_weights(document, section)).unwrap_or_default(),
        guardrails: read_guardrails(guardrails),
        tiers: root.section("tiers").map(read_tiers).unwrap_or_default(),
        over_assignment: root.section("over_assignment").map(read_over_assignment).unwrap_or_default(),
        reserve: root.section("reserve").and_then(read_reserve),
        eligibility: root.section("eligibility").map(read_eligibility).unwrap_or_default(),
        phasing: read_phasing(root.section("phasing")),
        attributes: root.section("attributes").map(read_attributes).unwrap_or_default(),
        policies: root.section("policies").map(|section| read_policies(section, &tables)).unwrap_or_default(),
        tables,
    })
}

const PERIODS: &[(&str, u32)] = &[("year", 12), ("half", 6), ("quarter", 3), ("month", 1)];
const REPORTING: &[(&str, ReportingPeriods)] =
    &[("quarter", ReportingPeriods::Quarters), ("month", ReportingPeriods::Months), ("whole", ReportingPeriods::Whole)];
const GRAINS: &[(&str, Grain)] = &[
    ("partner", Grain::Partner),
    ("partner_product_line", Grain::ProductLine),
    ("partner_product_line_territory", Grain::ProductLineTerritory),
];
const BASES: &[(&str, Basis)] = &[("indicated", Basis::Indicated), ("fair_share", Basis::FairShare)];
const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

fn fiscal_month(item: Item<'_>) -> Option<u32> {
    let word = item.text()?.to_lowercase();
    let found = MONTHS.iter().position(|month| *month == word);
    if found.is_none() {
        item.refuse(format!("`{word}` is no month"), "write its English name, such as \"July\"");
    }
    found.map(|index| index as u32 + 1)
}

fn currency(item: Item<'_>) -> Option<Currency> {
    match item.text()?.parse() {
        Ok(currency) => Some(currency),
        Err(unknown) => {
            let unknown: crate::units::UnknownCurrency = unknown;
            item.refuse(unknown.to_string(), "write a code such as \"EUR\"");
            None
        }
    }
}

fn money(item: Item<'_>) -> Option<Money> {
    item.number_in(Decimal::ZERO, Decimal::from(10_000_000_000_000_i64)).map(Money::new)
}

fn positive_money(item: Item<'_>) -> Option<Money> {
    let money = money(item)?;
    if money.is_zero() {
        item.refuse("a rounding unit of 0 rounds nothing", "write an amount such as `100`, or leave the key out");
        return None;
    }
    Some(money)
}

fn rate_in(item: Item<'_>, low: i64, high: i64) -> Option<Rate> {
    item.number_in(Decimal::from(low), Decimal::from(high))
}

fn read_weights(document: &Document, section: Section<'_>) -> Vec<(Name, Rate)> {
    let entries = section.entries();
    let weights: Vec<(Name, Rate)> = entries
        .iter()
        .filter_map(|(key, item)| rate_in(*item, 0, 1).map(|weight| (Name::from(*key), weight)))
        .collect();
    let sum: Decimal = weights.iter().map(|(_, weight)| *weight).sum();
    if weights.len() == entries.len() && sum != Decimal::ONE {
        let gap = (Decimal::ONE - sum).normalize();
        let advice = if gap > Decimal::ZERO {
            format!("raise one of the weights in `[weights]` by {gap}")
        } else {
            format!("lower one of the weights in `[weights]` by {}", gap.abs())
        };
        let mut finding =
            Finding::error(Code::ManifestWeights, format!("weights sum to {}, not 1", sum.normalize())).help(advice);
        if let Some((_, item)) = entries.last() {
            finding = finding.at(item.place("the last of them"));
        }
        document.report(finding);
    }
    weights
}

fn read_guardrails(section: Option<Section<'_>>) -> GuardrailRules {
    const WORDS: &[(&str, OnViolation)] =
        &[("clamp", OnViolation::Clamp), ("warn", OnViolation::Warn), ("reject", OnViolation::Reject)];
    let get = |key: &str| section.and_then(|section| section.get(key));
    let floor = get("growth_floor");
    let growth_floor = floor.and_then(|item| rate_in(item, -1, 10));
    let growth_ceiling = get("growth_ceiling").and_then(|item| rate_in(item, -1, 100));
    if let (Some(item), Some(low), Some(high)) = (floor, growth_floor, growth_ceiling)
        && low > high
    {
        item.refuse(format!("growth_floor {low} lies above growth_ceiling {high}"), "exchange the two");
    }
    GuardrailRules {
        on_violation: get("on_violation").and_then(|item| item.word(WORDS)).unwrap_or(OnViolation::Clamp),
        growth_floor,
        growth_ceiling,
        stretch_ceiling: get("stretch_ceiling").and_then(|item| rate_in(item, 0, 100)),
        market_share_ceiling: get("market_share_ceiling").and_then(|item| rate_in(item, 0, 1)),
        tier_minimum: get("tier_minimum").and_then(Item::truth).unwrap_or(false),
    }
}

fn read_tiers(section: Section<'_>) -> Vec<Tier> {
    let entries = section.entries().into_iter();
    entries.filter_map(|(key, item)| money(item).map(|minimum| Tier { name: Name::from(key), minimum })).collect()
}

fn read_over_assignment(section: Section<'_>) -> Vec<(&'static str, Rate)> {
    ["channel", "territory", "product_line"]
        .into_iter()
        .filter_map(|level| {
            section
                .get(level)
                .and_then(|item| item.number_in(Decimal::new(-5, 1), Decimal::ONE))
                .map(|rate| (level, rate))
        })
        .filter(|(_, rate)| !rate.is_zero())
        .collect()
}

fn read_reserve(section: Section<'_>) -> Option<Reserve> {
    let amount = section.get("amount").map(|item| (item, money(item).map(Reserve::Amount)));
    let of_target = section.get("share_of_target").map(|item| (item, rate_in(item, 0, 1).map(Reserve::ShareOfTarget)));
    let of_bottom_up =
        section.get("share_of_bottom_up").map(|item| (item, rate_in(item, 0, 10).map(Reserve::ShareOfBottomUp)));
    let mut given = [amount, of_target, of_bottom_up].into_iter().flatten();
    let (_, reserve) = given.next()?;
    if let Some((second, _)) = given.next() {
        second.refuse("the reserve is given twice", "keep one of `amount`, `share_of_target`, `share_of_bottom_up`");
    }
    reserve
}

fn read_eligibility(section: Section<'_>) -> Eligibility {
    Eligibility {
        minimum_prior_revenue: section.get("minimum_prior_revenue").and_then(money),
        minimum_trailing_12_months: section.get("minimum_trailing_12_months").and_then(money),
        requires_prior_revenue: section.truth("requires_prior_revenue").unwrap_or(false),
    }
}

fn read_phasing(section: Option<Section<'_>>) -> Phasing {
    const WORDS: &[(&str, Seasonality)] =
        &[("partner", Seasonality::Partner), ("channel", Seasonality::Channel), ("even", Seasonality::Even)];
    let get = |key: &str| section.and_then(|section| section.get(key));
    let ramp = get("newcomer_ramp");
    let items = ramp.and_then(Item::list).unwrap_or_default();
    let newcomer_ramp: Vec<Rate> = items.iter().filter_map(|item| rate_in(*item, 0, 1000)).collect();
    if let Some(ramp) = ramp
        && newcomer_ramp.iter().all(Decimal::is_zero)
    {
        ramp.refuse(
            "the ramp has no share above zero",
            "write one share for each reporting period, such as `[1, 2, 3, 4]`",
        );
    }
    Phasing {
        seasonality: get("seasonality").and_then(|item| item.word(WORDS)).unwrap_or(Seasonality::Partner),
        newcomer_ramp,
    }
}

fn read_attributes(section: Section<'_>) -> Vec<(Name, FactKind)> {
    let mut attributes = read_kinds(section);
    attributes.sort_by(|a, b| a.0.cmp(&b.0));
    attributes
}

/// Names with the kinds declared for them, in the order written.
fn read_kinds(section: Section<'_>) -> Vec<(Name, FactKind)> {
    let declared = FactKind::DECLARABLE.map(|kind| (kind.as_str(), kind));
    let words: Vec<(&str, FactKind)> = declared.into_iter().chain([("number", FactKind::Rate)]).collect();
    let entries = section.entries().into_iter();
    entries.filter_map(|(key, item)| item.word(&words).map(|kind| (Name::from(key), kind))).collect()
}

fn read_policies(section: Section<'_>, tables: &[TableDeclaration]) -> PolicyRules {
    const SCOPES: &[(&str, TierScope)] = &[("partner", TierScope::Partner), ("product_line", TierScope::ProductLine)];
    let tier_per = section.get("tier_per").and_then(|item| item.word(SCOPES)).unwrap_or_default();
    let tier_table = section.get("tier_table");
    if let Some(item) = tier_table
        && let Some(name) = item.text()
    {
        let declared = tables.iter().find(|table| *table.name == *name);
        let is_text = |table: &TableDeclaration, name: &str| {
            table.columns.iter().any(|(column, kind)| **column == *name && *kind == FactKind::Text)
        };
        if !declared.is_some_and(|table| is_text(table, "product_line") && is_text(table, "tier")) {
            item.refuse(
                format!("`{name}` is no declared table with the texts `product_line` and `tier`"),
                format!("add `[tables.{name}]` with `product_line = \"text\"` and `tier = \"text\"`"),
            );
        } else if tier_per == TierScope::Partner {
            item.refuse("tiers are held by partners here", "add `tier_per = \"product_line\"`, or remove the key");
        }
    }
    PolicyRules {
        tier_per,
        tier_table: tier_table.and_then(Item::text).map(Name::from),
        tier_review: section.get("tier_review").and_then(|item| item.word(ReviewCadence::WORDS)).unwrap_or_default(),
    }
}

fn read_tables(section: Section<'_>) -> Vec<TableDeclaration> {
    let table = |(key, item): (&str, Item<'_>)| {
        let columns = read_kinds(item.section()?);
        if !is_identifier(key) || TableDeclaration::is_reserved(key) {
            let message = format!("`{key}` cannot be the name of a table");
            item.refuse(
                message,
                "scripts read it as `partner.name`: letters, digits and `_`, and no fact of the engine",
            );
            return None;
        }
        if let Some((name, _)) = columns.iter().find(|(name, _)| !is_identifier(name)) {
            let message = format!("`{name}` cannot be the name of a column");
            item.refuse(message, "scripts read it as `record.name`: letters, digits and `_`");
            return None;
        }
        if columns.is_empty() {
            item.refuse(
                format!("the table `{key}` declares no column"),
                "write one line a column, such as `level = \"text\"`",
            );
            return None;
        }
        Some(TableDeclaration { name: Name::from(key), columns })
    };
    section.entries().into_iter().filter_map(table).collect()
}

/// True for a name that a script can write after a point.
fn is_identifier(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_alphabetic())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}
