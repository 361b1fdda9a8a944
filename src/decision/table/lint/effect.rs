//! Rows without effect: always beaten by others, or repeating another.

use super::super::DecisionTable;
use super::super::hit_policy::HitPolicy;
use super::super::index::RuleSet;
use super::cover::Cover;
use super::pairs::Pairs;

/// Most rows that cover another together of which the superfluous ones are left out of the message.
const MAX_MINIMIZED: usize = 20;

/// The rules that leave nothing to rule `index`: one that covers it alone, or all that it meets.
pub(super) fn masking(
    cover: &mut Cover,
    pairs: &mut Pairs<'_>,
    rules: usize,
    index: usize,
    stronger: &[usize],
) -> Option<Vec<usize>> {
    if let Some(one) = stronger.iter().find(|other| pairs.within(index, **other)) {
        return Some(vec![*one]);
    }
    if stronger.len() < 2 || !cover.covers(index, &set_of(stronger, rules)) {
        return None;
    }
    let mut needed = stronger.to_vec();
    if needed.len() <= MAX_MINIMIZED {
        for other in stronger.iter().rev() {
            let without: Vec<usize> = needed.iter().copied().filter(|rule| rule != other).collect();
            if cover.covers(index, &set_of(&without, rules)) {
                needed = without;
            }
        }
    }
    Some(needed)
}

fn set_of(members: &[usize], rules: usize) -> RuleSet {
    let mut set = RuleSet::none(rules);
    for rule in members {
        set.insert(*rule);
    }
    set
}

/// The rule that makes rule `index` superfluous: it applies wherever `index` does, with the same outputs and reason.
pub(super) fn redundant(table: &DecisionTable, pairs: &mut Pairs<'_>, dead: &[bool], index: usize) -> Option<usize> {
    let rules = table.rules();
    let same = |a: usize, b: usize| rules[a].outputs == rules[b].outputs && rules[a].because == rules[b].because;
    let policy = table.hit_policy();
    if policy == HitPolicy::Unique {
        // An overlap of UNIQUE is an error already.
        return None;
    }
    (0..rules.len()).filter(|other| *other != index && !dead[*other]).find(|other| {
        if !pairs.affords(1) || !same(index, *other) {
            return false;
        }
        superfluous(policy, pairs, index, *other, &same)
    })
}

/// True when rule `other` applies wherever `index` does and nothing between them would win instead.
fn superfluous(
    policy: HitPolicy,
    pairs: &mut Pairs<'_>,
    index: usize,
    other: usize,
    same: &impl Fn(usize, usize) -> bool,
) -> bool {
    match policy {
        HitPolicy::Unique => false,
        // A later row takes over only if no row between them concludes otherwise.
        HitPolicy::First => {
            other > index
                && pairs.within(index, other)
                && (index + 1..other).all(|between| same(index, between) || !pairs.meet(index, between))
        }
        HitPolicy::Any | HitPolicy::Priority => {
            pairs.within(index, other) && (other < index || !pairs.within(other, index))
        }
        HitPolicy::RuleOrder
        | HitPolicy::OutputOrder
        | HitPolicy::Collect
        | HitPolicy::CollectSum
        | HitPolicy::CollectMin
        | HitPolicy::CollectMax
        | HitPolicy::CollectCount => other < index && pairs.within(index, other) && pairs.within(other, index),
    }
}
