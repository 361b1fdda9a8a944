//! Peers in rules: `partner.peers("tier").median("history.growth")`.

use super::super::FactKind;
use super::super::kind_fault::KindFault;
use super::super::name_fault::NameFault;
use super::super::outcome_fault::OutcomeFault;
use super::complaint::Complaint;
use super::facts::{Fact, FactSchema};
use super::function::{Call, Function, Outcome, functions};
use super::ids::PARTNER;
use super::value::{PeersOf, Value, View, number};
use crate::channel::Name;
use crate::finding::did_you_mean;
use rhai::Dynamic;
use rust_decimal::Decimal;

/// Functions that peers answer; all but `count` take a fact as their second argument.
pub(in crate::script) const PEER_FUNCTIONS: [&str; 8] =
    ["sum", "average", "median", "percentile", "largest", "smallest", "rank", "count"];

functions! {
    PEERS:
    peers (["partner", "group"]) -> "peers" method:
        "The lines that have the group's property in common with this one, itself among them: `channel` for all, `tier`, `territory`, `vertical`, `product_line`, `segment` (product line and territory), an attribute, or a name under `[cohorts]` in the manifest. All are lines of the book that get a quota, as of the date. Ask them for `sum`, `average`, `median`, `percentile`, `largest`, `smallest`, `rank` of a fact, which is named without `partner`, or for their `count`. Lines where the fact is not known are left out; not known where it is known nowhere, or the group of this line is not known.",
        [
            r#"partner.peers("tier").count() == 1"#,
            r#"partner.peers("channel").sum("history.prior_revenue") == 1_200_000"#,
            r#"partner.peers("territory").median("history.growth") == 0.2"#,
            r#"partner.peers("vertical").percentile("history.growth", 0.75) == 0.2"#,
            r#"partner.peers("channel").rank("history.prior_revenue") == 1"#,
        ],
        peers;
}

/// The fact of a partner at a path such as `history.growth`, when it is a number.
pub(in crate::script) fn numeric_fact<'s>(schema: &'s FactSchema, path: &str) -> Option<&'s Fact> {
    let mut view = PARTNER;
    let mut parts = path.split('.').peekable();
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            let fact = schema.view(view).fact(part)?;
            return matches!(fact.kind, FactKind::Money | FactKind::Rate | FactKind::Count).then_some(fact);
        }
        match schema.target(view, part)? {
            Value::View(next) => view = next,
            _ => return None,
        }
    }
    None
}

/// The fault of a path that is not a number of the partner.
pub(in crate::script) fn unknown_peer_fact(schema: &FactSchema, path: &str) -> NameFault {
    let paths = schema.views.iter().filter(|view| !view.is_record).flat_map(|view| {
        let group = view.path.strip_prefix("partner").unwrap_or_default().trim_start_matches('.');
        let path =
            move |fact: &Fact| if group.is_empty() { fact.name.to_string() } else { format!("{group}.{}", fact.name) };
        view.facts.iter().map(path)
    });
    let known: Vec<String> = paths.filter(|path| numeric_fact(schema, path).is_some()).collect();
    let name = path.strip_prefix("partner.").unwrap_or(path);
    let last = |path: &str| path.rsplit('.').next().unwrap_or_default().to_owned();
    let near = known.iter().find(|known| last(known) == last(name)).cloned();
    let near = near.or_else(|| did_you_mean(name, known.iter().map(String::as_str)).map(str::to_owned));
    NameFault::UnknownPeerFact { fact: path.to_owned(), near }
}

/// The fault of a group that there is not.
pub(in crate::script) fn unknown_cohort(schema: &FactSchema, group: &str) -> NameFault {
    let known: Vec<String> = schema.cohorts.iter().map(|cohort| cohort.name.to_string()).collect();
    let near = did_you_mean(group, known.iter().map(String::as_str)).map(str::to_owned);
    NameFault::UnknownCohort { group: group.to_owned(), known, near }
}

fn peers(call: Call<'_, '_>) -> Outcome {
    let group = call.text(1)?;
    let view = call.arguments[0].read_lock::<View>().filter(|view| view.view == PARTNER).map(|view| view.clone());
    let view = view.ok_or_else(|| call.wrong(0, "`partner`"))?;
    if call.schema.cohorts.iter().all(|cohort| *cohort.name != *group) {
        return Err(unknown_cohort(call.schema, &group).into());
    }
    let Some(peers) = view.facts.peers() else { return Err(OutcomeFault::NoPeers {}.into()) };
    let group = peers.of(&group, view.facts.line());
    Ok(Dynamic::from(PeersOf { view, group }))
}

/// Answers one of [`PEER_FUNCTIONS`] for peers.
pub(in crate::script) fn answer(call: &Call<'_, '_>) -> Outcome {
    let Some(peers) = call.arguments[0].read_lock::<PeersOf>().map(|peers| peers.clone()) else {
        return Err(call.wrong(0, "peers"));
    };
    let (function, arguments) = (call.function, call.arguments.len());
    let wanted = match function {
        "count" => 1,
        "percentile" => 3,
        _ => 2,
    };
    if arguments != wanted {
        return Err(KindFault::PeersNeedFact { function: function.to_owned() }.into());
    }
    let Some(group) = &peers.group else {
        return Ok(if function == "count" { 0_i64.into() } else { Dynamic::UNIT });
    };
    let count = |number: usize| Dynamic::from_int(i64::try_from(number).unwrap_or(i64::MAX));
    if function == "count" {
        return Ok(count(group.lines()));
    }
    let path = call.text(1)?;
    let fact = numeric_fact(call.schema, &path).ok_or_else(|| unknown_peer_fact(call.schema, &path))?;
    let (values, sum) = group.values(&path).ok_or_else(|| OutcomeFault::PeerFactCalculated { fact: path.clone() })?;
    let share = if function == "percentile" { call.share(2)? } else { Decimal::new(5, 1) };
    let total = || sum.ok_or_else(Complaint::out_of_range);
    let found = match function {
        _ if values.is_empty() => None,
        "sum" => Some(total()?),
        "average" => total()?.checked_div(Decimal::from(values.len())),
        "largest" => values.last().copied(),
        "smallest" => values.first().copied(),
        "rank" => {
            let own = number(&fact.read(&peers.view.facts, 0)?);
            let place = own.and_then(|own| group.rank(&path, own));
            return Ok(place.map_or(Dynamic::UNIT, count));
        }
        _ => group.percentile(&path, share),
    };
    Ok(found.map_or(Dynamic::UNIT, Dynamic::from_decimal))
}

/// The groups of a vendor by name, for messages.
pub(in crate::script) fn is_cohort(schema: &FactSchema, group: &str) -> bool {
    schema.cohorts.iter().any(|cohort| cohort.name == Name::from(group))
}
