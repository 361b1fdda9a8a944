//! Facts as an author writes them in a case: `facts.history.prior_revenue = 100000`; what is left out is not known.

use super::manifest::Manifest;
use crate::channel::{
    Attribute, ClosedFacts, FormerQuota, HistoryFacts, LineFacts, Name, OpportunityFacts, PipelineFacts, QuotaFacts,
};
use crate::document::{Item, Section};
use crate::figure::{Figured, Kind, Value};
use crate::units::{Currency, Money, PlanningPeriod, Rate, whole_months};
use chrono::NaiveDate;
use std::borrow::Cow;
use std::sync::Arc;

/// Returns a reader of amounts in `currency`.
pub(super) fn money(currency: Currency) -> impl for<'i> Fn(Item<'i>) -> Option<Money> + Copy {
    move |item| item.number().map(|amount| Money::new(amount, currency))
}

pub(super) fn name(item: Item<'_>) -> Option<Name> {
    item.text().map(Name::from)
}

pub(super) fn rate(item: Item<'_>) -> Option<Rate> {
    item.number()
}

/// Figures of the channel that the case's date and period set, not its facts.
const OF_THE_CASE: [&str; 3] = ["as_of", "period", "period_months"];

/// Writes the figures that a case states under the names that scripts know; what is left out stays as it is.
pub(super) fn fill<T: Figured>(record: &mut T, section: Section<'_>, currency: Currency) {
    fill_but(record, section, currency, &[]);
}

fn fill_but<T: Figured>(record: &mut T, section: Section<'_>, currency: Currency, left_out: &[&str]) {
    for figure in T::FIGURES {
        let name = figure.about.script.filter(|name| !left_out.contains(name));
        let item = name.and_then(|name| section.get(name));
        if let Some(value) = item.and_then(|item| value(item, figure.about.kind, currency)) {
            (figure.write)(record, value);
        }
    }
}

/// Returns a default record with the figures that a case states.
pub(super) fn record<T: Figured + Default>(section: Option<Section<'_>>, currency: Currency) -> T {
    let mut record = T::default();
    if let Some(section) = section {
        fill(&mut record, section, currency);
    }
    record
}

/// The value as its figure wants it; lists and groups are read by their own.
fn value(item: Item<'_>, kind: Kind, currency: Currency) -> Option<Value<'_>> {
    match kind {
        Kind::Money => money(currency)(item).map(Value::Money),
        Kind::Rate => item.number().map(Value::Rate),
        Kind::Count => item.count().map(Value::Count),
        Kind::Text => item.text().map(|text| Value::Text(Cow::Borrowed(text))),
        Kind::Truth => item.truth().map(Value::Truth),
        Kind::Date => item.date().map(Value::Date),
        Kind::List | Kind::Group => None,
    }
}

/// Reads the facts of a case under `facts`, as of `as_of` for `period`; numbers that the manifest states and the case does
/// not have the value of the manifest.
pub fn read(
    facts: Option<Section<'_>>,
    case: &str,
    as_of: NaiveDate,
    period: &PlanningPeriod,
    manifest: &Manifest,
) -> LineFacts {
    let currency = manifest.currency.unwrap_or(Currency::USD);
    let part = |key: &str| facts.and_then(|facts| facts.get(key)).and_then(Item::section);
    let mut line: LineFacts = record(facts, currency);
    (line.identity.partner_id, line.identity.partner_name) = ("case".into(), case.into());
    if let Some(facts) = facts {
        fill(&mut line.identity, facts, currency);
    }
    line.months_since_joining =
        line.months_since_joining.or_else(|| line.since.map(|since| whole_months(since, as_of)));
    line.attributes = part("attributes").map(attributes).unwrap_or_default();
    line.learned = part("learned").map(attributes).unwrap_or_default();
    line.history = history(part("history"), currency);
    // A case that states the prior revenue alone means the revenue that growth is measured from, too.
    line.history.comparable_revenue = line.history.comparable_revenue.or(line.history.prior_revenue);
    line.market = record(part("market"), currency);
    line.investment = record(part("investment"), currency);
    line.pipeline = pipeline(part("pipeline"), currency);
    line.quota = quota(part("quota"), currency);
    let channel = Arc::make_mut(&mut line.channel);
    channel.partners = 1;
    if let Some(section) = part("channel") {
        fill_but(channel, section, currency, &OF_THE_CASE);
    }
    channel.parameters = parameters(part("parameters"), manifest);
    (channel.as_of, channel.currency) = (as_of, currency);
    (channel.period, channel.period_months) = (period.label.as_str().into(), i64::from(period.months));
    line
}

/// The numbers that the manifest states, those of the case first.
fn parameters(section: Option<Section<'_>>, manifest: &Manifest) -> Vec<(Name, Attribute)> {
    let mut parameters = manifest.parameters.facts();
    for (name, value) in &mut parameters {
        let own = section.and_then(|section| section.number(name));
        *value = own.map_or_else(|| value.clone(), Attribute::Number);
    }
    parameters
}

fn attributes(section: Section<'_>) -> Vec<(Name, Attribute)> {
    let value = |item: Item<'_>| {
        if item.is_number() {
            item.number().map(Attribute::Number)
        } else if item.is_date() {
            item.date().map(Attribute::Date)
        } else if let Some(truth) = item.as_truth() {
            Some(Attribute::Truth(truth))
        } else {
            name(item).map(Attribute::Text)
        }
    };
    let mut attributes: Vec<(Name, Attribute)> = section
        .entries()
        .into_iter()
        .filter_map(|(key, item)| value(item).map(|value| (Name::from(key), value)))
        .collect();
    attributes.sort_by(|a, b| a.0.cmp(&b.0));
    attributes
}

fn history(section: Option<Section<'_>>, currency: Currency) -> HistoryFacts {
    let mut history: HistoryFacts = record(section, currency);
    let amounts = |key: &str| {
        let items = section.and_then(|section| section.get(key)).and_then(Item::list);
        items.into_iter().flatten().filter_map(money(currency)).collect()
    };
    (history.quarters, history.months, history.years) = (amounts("quarters"), amounts("months"), amounts("years"));
    history.latest_quarter = history.latest_quarter.or_else(|| history.quarters.last().copied());
    history
}

fn pipeline(section: Option<Section<'_>>, currency: Currency) -> PipelineFacts {
    let deals = section.map(|section| section.list("opportunities")).unwrap_or_default();
    let opportunities =
        deals.into_iter().filter_map(Item::section).filter_map(|deal| opportunity(deal, currency)).collect();
    let closed = section.map(|section| section.list("closed")).unwrap_or_default();
    let closed = closed.into_iter().filter_map(Item::section).filter_map(|deal| closed_deal(deal, currency)).collect();
    PipelineFacts { opportunities, closed, ..record(section, currency) }
}

fn closed_deal(section: Section<'_>, currency: Currency) -> Option<ClosedFacts> {
    let amount = section.require("amount", "amount = 10000").and_then(money(currency))?;
    let close_date = section.require("close_date", "close_date = 2025-10-15").and_then(Item::date)?;
    let is_won = section.require("is_won", "is_won = true").and_then(Item::truth)?;
    let mut deal = ClosedFacts { amount, is_won, stage: None, close_date, age_days: None };
    fill(&mut deal, section, currency);
    Some(deal)
}

fn quota(section: Option<Section<'_>>, currency: Currency) -> QuotaFacts {
    let former = section.map(|section| section.list("former")).unwrap_or_default();
    let one = |section: Section<'_>| {
        let starts_on = section.require("starts_on", "starts_on = 2024-01-01").and_then(Item::date)?;
        let ends_on = section.require("ends_on", "ends_on = 2024-12-31").and_then(Item::date)?;
        let quota = section.require("quota", "quota = 100000").and_then(money(currency))?;
        let mut former = FormerQuota { starts_on, ends_on, quota, revenue: None, attainment: None };
        fill(&mut former, section, currency);
        former.attainment = former.attainment.or_else(|| former.revenue?.ratio_to(quota));
        Some(former)
    };
    QuotaFacts {
        former: former.into_iter().filter_map(Item::section).filter_map(one).collect(),
        ..record(section, currency)
    }
}

fn opportunity(section: Section<'_>, currency: Currency) -> Option<OpportunityFacts> {
    let amount = section.require("amount", "amount = 10000").and_then(money(currency))?;
    let close_date = section.require("close_date", "close_date = 2026-03-31").and_then(Item::date)?;
    let mut deal = OpportunityFacts { amount, stage: None, probability: None, close_date, age_days: None };
    fill(&mut deal, section, currency);
    Some(deal)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::panic, reason = "what a test cannot do, it says")]

    use super::*;
    use crate::channel::{ChannelFacts, Identity, InvestmentFacts, MarketFacts, SegmentKey};
    use crate::document::{Codes, Document};
    use crate::finding::Code;
    use crate::performance::{Consistency, Pacing, Standing, TierStanding};
    use std::fmt::Write as _;

    const CODES: Codes = Codes {
        syntax: Code::CaseInvalid,
        unknown_key: Code::CaseInvalid,
        missing_key: Code::CaseInvalid,
        value: Code::CaseInvalid,
    };

    crate::figures! {
        /// Facts of a fixture.
        #[derive(Debug, Default)]
        pub struct Fixture = "Fixture" {
            /// A new figure.
            brand_new: Option<Money>, example("12");
            /// A new figure under another name.
            other: Option<u64>, script("second").example("3");
        }
    }

    /// A case states every figure as its example; each must be read back as the example is.
    fn check<T: Figured + Default>() {
        let mut text = String::from("[facts]\n");
        let plain = |kind: Kind| !matches!(kind, Kind::List | Kind::Group);
        let stated: Vec<_> = T::FIGURES
            .iter()
            .filter(|figure| plain(figure.about.kind) && !figure.about.example.is_empty())
            .filter_map(|figure| Some((figure, figure.about.script?)))
            .collect();
        assert!(!stated.is_empty());
        for (figure, name) in &stated {
            let quote = if figure.about.kind == Kind::Text { "\"" } else { "" };
            let _ = writeln!(text, "{name} = {quote}{}{quote}", figure.about.example);
        }
        let document = Document::parse("case.toml", &text.as_str().into(), CODES);
        let record: T = record(document.root().section("facts"), Currency::USD);
        let expected: T = crate::figure::Sample::Example.record(Currency::USD);
        for (figure, name) in stated {
            let shown = |record: &T| serde_json::to_string(&crate::figure::Json(&Only(figure, record))).ok();
            assert_eq!(shown(&record), shown(&expected), "{name}");
            assert!((figure.read)(&record).is_known(), "{name}");
        }
    }

    /// One figure of a record.
    struct Only<'a, T: 'static>(&'static crate::figure::Figure<T>, &'a T);

    impl<T> crate::figure::Record for Only<'_, T> {
        fn size(&self) -> usize {
            1
        }

        fn about(&self, _: usize) -> Option<&'static crate::figure::About> {
            Some(&self.0.about)
        }

        fn value(&self, _: usize) -> Value<'_> {
            (self.0.read)(self.1)
        }
    }

    #[test]
    fn a_case_states_every_figure_that_scripts_see() {
        check::<Fixture>();
        check::<Identity>();
        check::<HistoryFacts>();
        check::<MarketFacts>();
        check::<InvestmentFacts>();
        check::<PipelineFacts>();
        check::<QuotaFacts>();
        check::<ChannelFacts>();
        check::<Standing>();
        check::<Pacing>();
        check::<Consistency>();
        check::<TierStanding>();
        check::<SegmentKey>();
    }
}
