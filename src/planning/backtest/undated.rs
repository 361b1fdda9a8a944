//! Facts that a look back sees as the book has them today, because nothing says since when they are so.

use crate::channel::{
    Investment, InvestmentFacts, MarketFacts, Name, OpportunityFacts, Partner, PartnerBook, PipelineFacts,
};
use crate::figure::{Figure, Figured, Value};
use crate::plugin::{GroupBy, VendorPlugin};
use crate::quota::Grain;
use std::collections::BTreeSet;

/// Figures of a market that follow from revenue alone.
const OF_REVENUE: [&str; 3] = ["channel_revenue", "partner_share", "partners"];

/// Figures of open opportunities that are today's even where the day of registration is known.
const OF_TODAY: [&str; 3] = ["weighted_amount", "probability", "stage"];

/// Returns the facts that the rules of `plugin` read and that `book` has without a date, as rules name them without
/// `partner.`, in the order of the tables.
///
/// A fact that the book does not have at all is not among them, and neither is one for which every row, or another row about
/// the same partner or the same part of the market, has a date.
pub(super) fn undated(plugin: &VendorPlugin, book: &PartnerBook) -> Vec<Name> {
    let facts = Facts { plugin, book, by: grouped_by(plugin) };
    let mut names = Vec::new();
    facts.of_partners(&mut names);
    facts.of_investments(&mut names);
    facts.of_market(&mut names);
    facts.of_pipeline(&mut names);
    let has_undated = |table: &&Name| {
        let found = book.extra_tables.iter().find(|own| own.name.eq_ignore_ascii_case(table));
        found.is_some_and(|own| own.has_undated())
    };
    names.extend(plugin.tables_read().iter().filter(has_undated).cloned());
    names
}

/// Properties of partners by which the manifest groups lines: of learned numbers and of cohorts.
fn grouped_by(plugin: &VendorPlugin) -> BTreeSet<String> {
    let learned = plugin.manifest.parameters.learned.iter().filter_map(|parameter| parameter.by.as_ref());
    let words = learned.filter(|by| **by != GroupBy::Silence).map(|by| by.as_str().to_owned());
    words.chain(plugin.scripts().peer_properties()).collect()
}

struct Facts<'f> {
    plugin: &'f VendorPlugin,
    book: &'f PartnerBook,
    by: BTreeSet<String>,
}

impl Facts<'_> {
    fn reads(&self, fact: &str) -> bool {
        self.plugin.scripts().reads(fact)
    }

    /// True when some partner has the fact.
    fn has(&self, fact: impl Fn(&Partner) -> bool) -> bool {
        self.book.partners.iter().any(fact)
    }

    fn reads_market(&self) -> bool {
        self.market_figures().next().is_some() || self.plugin.manifest.guardrails.market_share_ceiling.is_some()
    }

    fn market_figures(&self) -> impl Iterator<Item = &'static str> {
        let reads_market = self.reads("market");
        scripted::<MarketFacts>().filter(move |name| reads_market && !OF_REVENUE.contains(name) && self.reads(name))
    }

    fn of_partners(&self, names: &mut Vec<Name>) {
        let manifest = &self.plugin.manifest;
        let is_used = |word: &str| self.reads(word) || self.by.contains(word);
        let has_minimums = manifest.guardrails.tier_minimum && !manifest.tiers.is_empty();
        let has_cells = !self.book.market.is_empty() && self.reads_market();
        let mut add = |name: &str, is_used: bool, has: fn(&Partner) -> bool| {
            if is_used && self.has(|one| one.history.profiles().is_empty() && has(one)) {
                names.push(name.into());
            }
        };
        add("tier", is_used("tier") || has_minimums, |one| one.tier.is_some());
        add("territory", is_used("territory") || has_cells, |one| one.territory.is_some());
        add("vertical", is_used("vertical") || has_cells, |one| one.vertical.is_some());
        add("product_lines", manifest.grain != Grain::Partner, |one| !one.product_lines.is_empty());
        add("account_manager", is_used("account_manager"), |one| one.account_manager.is_some());
        for (attribute, _) in &manifest.attributes {
            let has = |partner: &Partner| {
                let is_dated = !partner.history.profiles().is_empty();
                !is_dated && partner.attributes.iter().any(|(name, _)| name == attribute)
            };
            if is_used(attribute) && self.has(has) {
                names.push(format!("attributes.{attribute}").into());
            }
        }
    }

    fn of_investments(&self, names: &mut Vec<Name>) {
        if !self.reads("investment") {
            return;
        }
        // The capacity is known where the productivity is.
        let known =
            |found: &Investment| InvestmentFacts { capacity: found.productivity, ..InvestmentFacts::from(found) };
        let undated = self.book.partners.iter().filter(|partner| !partner.history.has_investments());
        let stated: Vec<InvestmentFacts> =
            undated.filter_map(|partner| partner.investment.as_deref()).map(known).collect();
        let is_stated = |figure: &&Figure<InvestmentFacts>| {
            stated.iter().any(|facts| !matches!((figure.read)(facts), Value::NotKnown))
        };
        let figures = InvestmentFacts::FIGURES.iter().filter(is_stated).filter_map(|figure| figure.about.script);
        names.extend(figures.filter(|name| self.reads(name)).map(in_group("investment")));
    }

    fn of_market(&self, names: &mut Vec<Name>) {
        if !self.book.has_undated_market() {
            return;
        }
        let before = names.len();
        names.extend(self.market_figures().map(in_group("market")));
        if names.len() == before && self.reads_market() {
            names.push("market.addressable".into());
        }
    }

    fn of_pipeline(&self, names: &mut Vec<Name>) {
        let of_group = in_group("pipeline");
        let is_stated = self.has(|one| !one.win_rates.is_empty() && !one.history.has_win_rates());
        let has_deals = self.has(|one| !one.opportunities.is_empty());
        let not_registered = |one: &Partner| one.opportunities.iter().any(|deal| deal.registered_on.is_none());
        let is_registered = !self.has(not_registered);
        let figures = scripted::<PipelineFacts>().filter(|name| *name != "closed");
        for name in figures {
            let is_undated = match name {
                "win_rate" | "required_coverage" => is_stated,
                "opportunities" => has_deals && !is_registered,
                name => has_deals && (!is_registered || OF_TODAY.contains(&name)),
            };
            if is_undated && self.reads(name) {
                names.push(of_group(name));
            }
        }
        if has_deals && self.reads("opportunities") {
            let today = scripted::<OpportunityFacts>().filter(|name| OF_TODAY.contains(name) && self.reads(name));
            names.extend(today.map(in_group("pipeline.opportunities")));
        }
        let not_submitted = |one: &Partner| one.forecasts.iter().any(|forecast| forecast.submitted_on.is_none());
        if self.reads("forecast") && self.has(not_submitted) {
            names.push("quota.forecast".into());
        }
    }
}

/// Names under which scripts read the figures of `T`.
fn scripted<T: Figured>() -> impl Iterator<Item = &'static str> {
    T::FIGURES.iter().filter_map(|figure| figure.about.script)
}

fn in_group(group: &'static str) -> impl Fn(&'static str) -> Name {
    move |name| format!("{group}.{name}").into()
}
