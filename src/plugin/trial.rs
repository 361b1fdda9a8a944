//! Dry run: every rule and every policy is called with a few sample partners before it decides about real ones.

use super::manifest::Manifest;
use super::vendor::VendorPlugin;
use crate::channel::{
    Attribute, HistoryFacts, InvestmentFacts, LineFacts, MarketFacts, Name, OpportunityFacts, PipelineFacts, QuotaFacts,
};
use crate::finding::{Code, Finding, Findings, Severity};
use crate::script::{
    ExtraTables, FactKind, FactValue, Facts, PartnerRecords, PolicyFacts, PolicyKind, ReviewFacts, ScriptFault,
    StandingFacts, TableDeclaration, example_facts, example_standing,
};
use crate::units::{Currency, Money};
use chrono::NaiveDate;
use rust_decimal::Decimal;
use std::sync::Arc;

/// Rules that use up their budget before the trial ends early; each costs about a second of processor time.
const MAX_EXHAUSTED: usize = 3;

/// A sample partner.
struct Sample {
    /// Description in messages.
    who: &'static str,
    facts: Facts,
    policy: PolicyFacts,
}

/// Calls every factor, the weights rule and every policy with four sample partners: one whose facts are all known,
/// one with nothing but zeros, a newcomer, and one without any known fact. Must be called on a script thread.
///
/// Each call runs under the usual budget. What no partner's data can excuse is an error: a budget used up, an engine that
/// failed, a name or function that is not there, an answer that is none (weights that do not sum to 1, an amount in the
/// place of an indication). Such a rule would fail, or do harm, for every partner.
///
/// A fact that is not known, a division by zero, a key that is not in a map: these depend on the partner, and ours
/// are made up. With real ones such a fault costs that partner its answer, and says so; refusing the vendor for it
/// would keep all partners from the new rules. So it is a warning, once per rule, for the first sample partner that it affects.
pub fn run_trial(plugin: &VendorPlugin) -> Findings {
    let samples = samples(&plugin.manifest);
    let mut trial = Trial { samples: &samples, findings: Findings::new(), exhausted: 0 };
    for factor in plugin.factors() {
        trial.rule(|sample| plugin.factor(factor, &sample.facts).err());
    }
    if !plugin.factors().is_empty() {
        trial.rule(|sample| plugin.weights(&sample.facts).err());
    }
    if let Some(policies) = plugin.policies() {
        let rules = &plugin.manifest.policies;
        for kind in PolicyKind::ALL.into_iter().filter(|kind| policies.has(*kind)) {
            trial.rule(|sample| match kind {
                PolicyKind::Tier => policies.tiers(&sample.policy, rules).err(),
                PolicyKind::Incentive => policies.incentives(&sample.policy).err(),
                PolicyKind::Intervention => policies.interventions(&sample.policy).err(),
            });
        }
    }
    trial.findings
}

struct Trial<'s> {
    samples: &'s [Sample],
    findings: Findings,
    exhausted: usize,
}

impl Trial<'_> {
    /// Asks one rule about every sample; it is heard of once.
    fn rule(&mut self, ask: impl Fn(&Sample) -> Option<ScriptFault>) {
        let mut warning = None;
        for sample in self.samples {
            if self.exhausted >= MAX_EXHAUSTED {
                return;
            }
            let Some(fault) = ask(sample) else { continue };
            // Time runs for a busy machine too: only who runs out of it twice is blamed.
            let fault = if fault.finding.code() == Code::ScriptBudget { ask(sample) } else { Some(fault) };
            let Some(ScriptFault { finding, .. }) = fault else { continue };
            let is_refused = has_no_excuse(finding.code());
            self.exhausted += usize::from(finding.code() == Code::ScriptBudget);
            let finding = on_trial(finding, sample.who, is_refused);
            if is_refused {
                return self.findings.push(finding);
            }
            warning.get_or_insert(finding);
        }
        self.findings.extend(warning);
    }
}

fn on_trial(finding: Finding, who: &str, is_refused: bool) -> Finding {
    let severity = if is_refused { Severity::Error } else { Severity::Warning };
    finding.in_context(|context| context.dry_run = Some(who.to_owned())).with_severity(severity)
}

/// True for a fault that does not depend on the partner; see [`run_trial`].
fn has_no_excuse(code: Code) -> bool {
    matches!(
        code,
        Code::ScriptBudget
            | Code::ScriptEngine
            | Code::ScriptEntryPoint
            | Code::ScriptForbidden
            | Code::ScriptOutcome
            | Code::ScriptUnknownFunction
            | Code::ScriptUnknownName
    )
}

fn samples(manifest: &Manifest) -> Vec<Sample> {
    let example = example_facts();
    let known = example.line();
    let mut channel = (*known.channel).clone();
    channel.period_months = i64::from(manifest.period_months);
    let known = LineFacts {
        tier: manifest.tiers.last().map(|tier| Name::clone(&tier.name)).or_else(|| known.tier.clone()),
        attributes: manifest.attributes.iter().map(|(name, kind)| (Name::clone(name), attribute(*kind))).collect(),
        channel: Arc::new(channel),
        ..known.clone()
    };
    let nothing = LineFacts {
        tier: None,
        territory: None,
        vertical: None,
        account_manager: None,
        since: None,
        months_since_joining: None,
        attributes: Vec::new(),
        history: HistoryFacts::default(),
        market: MarketFacts::default(),
        investment: InvestmentFacts::default(),
        pipeline: PipelineFacts::default(),
        quota: QuotaFacts::default(),
        ..known.clone()
    };
    let newcomer = LineFacts {
        since: NaiveDate::from_ymd_opt(2025, 10, 15),
        months_since_joining: Some(2),
        is_newcomer: true,
        tier: manifest.tiers.first().map(|tier| Name::clone(&tier.name)),
        territory: known.territory.clone(),
        market: known.market.clone(),
        ..nothing.clone()
    };
    let poor = LineFacts {
        tier: newcomer.tier.clone(),
        history: zero_history(),
        market: zero_market(),
        investment: zero_investment(),
        pipeline: zero_pipeline(),
        quota: QuotaFacts {
            current: Some(Money::zero(Currency::USD)),
            attainment: None,
            forecast: Some(Money::zero(Currency::USD)),
        },
        ..known.clone()
    };
    let standing = example_standing();
    let of_newcomer = StandingFacts { actual: Some(Money::new(5_000, Currency::USD)), ..StandingFacts::default() };
    let tables = &manifest.tables;
    [
        ("a partner whose facts are all known", known, standing, records(tables, 2)),
        ("a partner with nothing but zeros", poor, zero_standing(), records(tables, 0)),
        ("a newcomer", newcomer, of_newcomer, records(tables, 0)),
        ("a partner without any known fact", nothing, StandingFacts::default(), records(tables, 0)),
    ]
    .into_iter()
    .map(|(who, line, standing, records)| sample(who, line, standing, records))
    .collect()
}

fn sample(who: &'static str, line: LineFacts, standing: StandingFacts, records: PartnerRecords) -> Sample {
    let line = Arc::new(line);
    let of_line = StandingFacts { product_line: Some(Name::from("Software")), ..standing.clone() };
    let day = |month, day| NaiveDate::from_ymd_opt(2025, month, day).unwrap_or_default();
    let review = ReviewFacts {
        as_of: day(12, 31),
        period: Name::from("FY2025"),
        period_start: day(1, 1),
        period_end: day(12, 31),
        is_year_end: true,
        is_quarter_end: true,
        is_due: true,
    };
    let policy = PolicyFacts::from_figures(Arc::clone(&line), standing, vec![of_line], Arc::new(review), records);
    Sample { who, facts: Facts::new(line), policy }
}

fn attribute(kind: FactKind) -> Attribute {
    match kind {
        FactKind::Money | FactKind::Rate | FactKind::Count => Attribute::Number(Decimal::ONE),
        FactKind::Truth => Attribute::Truth(true),
        FactKind::Date => Attribute::Date(NaiveDate::from_ymd_opt(2025, 6, 30).unwrap_or_default()),
        FactKind::Text | FactKind::List | FactKind::View => Attribute::Text(Name::from("sample")),
    }
}

/// So many records a table; a book has every table that the manifest declares.
fn records(tables: &[TableDeclaration], count: usize) -> PartnerRecords {
    let value = |kind: FactKind| match kind {
        FactKind::Money | FactKind::Rate => FactValue::Number(Decimal::ONE),
        FactKind::Count => FactValue::Count(1),
        FactKind::Truth => FactValue::Truth(true),
        FactKind::Date => FactValue::Date(NaiveDate::from_ymd_opt(2025, 6, 30).unwrap_or_default()),
        FactKind::Text | FactKind::List | FactKind::View => FactValue::Text(Name::from("sample")),
    };
    let table = |table: &TableDeclaration| {
        let row = || table.columns.iter().map(|(_, kind)| value(*kind)).collect::<Vec<_>>();
        (table.clone(), Some((0..count).map(|_| row()).collect()))
    };
    ExtraTables::of_one(tables.iter().map(table).collect())
}

fn zero_history() -> HistoryFacts {
    let zero = Some(Money::zero(Currency::USD));
    HistoryFacts {
        prior_revenue: zero,
        earlier_revenue: zero,
        same_period_last_year: zero,
        trailing_12_months: zero,
        growth: None,
        quarters: vec![Money::zero(Currency::USD); 8],
        latest_quarter: zero,
        active_quarters: Some(0),
        months_since_first_revenue: None,
        months_since_last_revenue: None,
    }
}

fn zero_market() -> MarketFacts {
    let zero = Some(Money::zero(Currency::USD));
    MarketFacts {
        addressable: zero,
        growth: Some(Decimal::ZERO),
        channel_revenue: zero,
        penetration: None,
        headroom: zero,
        partner_share: None,
        partners: Some(1),
    }
}

fn zero_investment() -> InvestmentFacts {
    InvestmentFacts {
        certified_now: Some(0),
        certified_before: Some(0),
        certified_gained: Some(0),
        marketing_spend: Some(Money::zero(Currency::USD)),
        services_headcount: Some(0),
        services_revenue: Some(Money::zero(Currency::USD)),
        enablement: Some(Decimal::ZERO),
    }
}

fn zero_pipeline() -> PipelineFacts {
    PipelineFacts {
        open_amount: Some(Money::zero(Currency::USD)),
        weighted_amount: Some(Money::zero(Currency::USD)),
        open_count: Some(0),
        coverage: None,
        win_rate: Some(Decimal::ZERO),
        required_coverage: None,
        opportunities: Vec::<OpportunityFacts>::new(),
    }
}

fn zero_standing() -> StandingFacts {
    let (zero, none) = (Some(Money::zero(Currency::USD)), Some(Decimal::ZERO));
    StandingFacts {
        quota: zero,
        actual: zero,
        remaining_quota: zero,
        open_pipeline: zero,
        open_count: Some(0),
        overdue_pipeline: zero,
        required_coverage: none,
        weighted_pipeline: zero,
        expected_revenue: zero,
        forecast: zero,
        forecast_gap: zero,
        expected_to_date: zero,
        run_rate: zero,
        projected_actual: zero,
        required_run_rate: zero,
        is_quota_met: Some(true),
        is_covered: Some(true),
        tier_minimum: zero,
        tier_revenue: zero,
        distance_to_tier_minimum: zero,
        periods_with_quota: Some(0),
        periods_at_quota: Some(0),
        ..StandingFacts::default()
    }
}
