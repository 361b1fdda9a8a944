//! Members that are sums of others without a word for it: `Both` of two channels, `EMEA` among its countries, a parent
//! account above or below its own ones. Their amounts count once.

use super::amounts::{amount_columns, plus};
use super::figure_names::is_figure;
use super::keyed::Keyed;
use super::profile::Column;
use super::proof::Proof;
use super::relation::{Table, alike, digits};
use super::section::Draft;
use super::text::{key, list_of};
use crate::finding::{counted, listed};
use crate::units::grouped;
use rust_decimal::Decimal;
use std::collections::{BTreeMap, BTreeSet};

/// Amounts other than zero from which a member is proven to be a sum.
const FEWEST: usize = 3;
/// The same where several members are.
const FEWEST_OF_SEVERAL: usize = 2;
/// Digits from which amounts are not sums by chance: of one member, and of several together.
const FEWEST_DIGITS: usize = 7;
const FEWEST_DIGITS_OF_SEVERAL: usize = 12;
/// Part of a sum by which a rounded one may differ.
const NEAR: u32 = 200;
/// One amount from which a member that is the sum of others is asked about.
const LARGE: u32 = 1_000;
/// Most rows of a group that is searched for sums of rows beside each other, and most of them in one sum.
const MOST_LINES: usize = 1_000;
const MOST_PARTS: usize = 200;
/// Groups that are searched; the others are compared with what they show.
const SEARCHED: usize = 4;
/// Levels of sums of sums.
const LEVELS: usize = 4;
/// Most members that a filter lists.
const MOST_NAMES: usize = 100;
/// Most members of two columns that are compared with each other.
const MOST_VALUES: usize = 40;
/// Rows per member from which a column is looked at.
const ROWS_PER_MEMBER: usize = 2;

/// Partners that are sums of others.
#[derive(Default)]
pub(super) struct Sums {
    /// Those that are left out.
    pub out: Vec<String>,
    /// Those that may be sums, with the question about them.
    pub open: Option<(Vec<String>, String)>,
}

/// Evidence for a member that may be the sum of others.
#[derive(Default)]
struct Evidence {
    /// Amounts that are sums, rows that are, rows that are not, and rows without any of the others.
    amounts: usize,
    proven: usize,
    /// Rows that are sums but for what may be rounded.
    near: usize,
    /// Digits of the proven amounts, without zeros at the end: few of them may agree by chance.
    digits: usize,
    proof: Proof,
    differing: usize,
    alone: usize,
    /// The sum of the amounts of all its rows.
    sum: Decimal,
    /// Names of others.
    parts: BTreeSet<usize>,
}

/// Leaves out the rows of members that are the sums of others; asks where some are not. The columns are those that are
/// bound, and those with few members, except the indices `asked`. Returns the partners among them.
pub(super) fn rollups(draft: &mut Draft<'_>, partner: &Column, periods: &[usize], asked: &[usize]) -> Sums {
    let amounts = amount_columns(draft, periods);
    let is_bound = |column: &Column| draft.bound.iter().any(|(_, bound)| std::ptr::eq(*bound, column));
    let is_member = |column: &&Column| {
        !amounts.contains(&column.index) && (is_bound(column) || column.is_group() || column.is_date())
    };
    let columns = draft.profile.columns.iter().filter(is_member).collect();
    let Some(mut keyed) = Keyed::of(draft, columns, &amounts) else { return Sums::default() };
    let mut partners = Sums::default();
    let is_filled = draft.section.has("fill_down");
    for at in 0..keyed.columns.len() {
        let Some(column) = keyed.columns.get(at).copied() else { continue };
        let is_partner = std::ptr::eq(column, partner);
        let has_members = is_partner || keyed.count(at) * ROWS_PER_MEMBER <= keyed.rows.len();
        let is_asked = asked.contains(&column.index);
        let is_decided = is_asked
            || ["skip", "where"].iter().any(|name| draft.section.has(&format!("{name}.{}", key(&column.heading))));
        if keyed.count(at) > 2 && has_members && !is_decided && !(is_partner && is_filled) {
            let found = members(&keyed, at);
            let (out, open) = decide(draft, &keyed, at, &found);
            let asked = open.iter().flat_map(|(members, _)| members);
            let known: BTreeSet<usize> = out.iter().chain(asked).copied().collect();
            let beside = within(&keyed, at, &known);
            let names = |members: &[usize]| -> Vec<String> {
                members.iter().map(|member| keyed.name(at, *member).to_owned()).collect()
            };
            match open {
                Some((members, question)) if is_partner => partners.open = Some((names(&members), question)),
                Some((_, question)) => draft.ask(&column.heading, question),
                None => {}
            }
            if let Some(question) = beside {
                draft.ask(&column.heading, question);
            }
            if is_partner {
                partners.out = names(&out);
            }
            // What is left out is not compared with the members of the other columns.
            keyed.rows.retain(|row| row.members.get(at).is_none_or(|member| !out.contains(member)));
        }
    }
    partners
}

/// The members of the column `at` that may be sums of others, with the evidence.
fn members(keyed: &Keyed<'_>, at: usize) -> BTreeMap<usize, Evidence> {
    let groups = keyed.groups(at);
    let alike = alike(keyed, at);
    let solved = Table::of(keyed, at, &groups, &alike).sums();
    let member = |row: &usize| keyed.rows.get(*row).and_then(|row| row.members.get(at)).copied().unwrap_or_default();
    let mut parts: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
    let mut largest: Vec<&Vec<usize>> = groups.iter().filter(|group| group.len() > 2).collect();
    largest.sort_by_key(|group| std::cmp::Reverse(group.len()));
    for group in largest.into_iter().filter(|group| group.len() <= MOST_LINES).take(SEARCHED) {
        for (parent, children) in beside(keyed, group) {
            parts.entry(member(&parent)).or_default().extend(children.iter().map(member));
        }
        for parent in of_all_others(keyed, group) {
            let others = group.iter().map(member).filter(|other| *other != member(&parent));
            parts.entry(member(&parent)).or_default().extend(others);
        }
    }
    // What the amounts prove counts before what is beside them.
    parts.extend(solved);
    let mut found: BTreeMap<usize, Evidence> = BTreeMap::new();
    for (parent, parts) in parts {
        let mut evidence = Evidence { parts, ..Evidence::default() };
        for group in &groups {
            let own: Vec<usize> = group.iter().copied().filter(|row| member(row) == parent).collect();
            let others: Vec<usize> =
                group.iter().copied().filter(|row| evidence.parts.contains(&member(row))).collect();
            compare((keyed, at), &own, &others, &mut evidence);
        }
        found.insert(parent, evidence);
    }
    found
}

/// The question about a member whose amounts are sums of others beside one value of another column only, such as one
/// partner.
fn within(keyed: &Keyed<'_>, at: usize, known: &BTreeSet<usize>) -> Option<String> {
    let is_split = |other: &usize| {
        let is_few = (2..=MOST_VALUES).contains(&keyed.count(*other)) && keyed.count(at) <= MOST_VALUES;
        let is_date = keyed.columns.get(*other).is_none_or(|column| column.is_date());
        *other != at && is_few && !is_date && !keyed.determines(at, *other)
    };
    let groups = keyed.groups(at);
    let of = |group: &&Vec<usize>, other: usize| {
        let row = group.first().and_then(|row| keyed.rows.get(*row));
        row.and_then(|row| row.members.get(other).copied())
    };
    for other in (0..keyed.columns.len()).filter(is_split) {
        for value in 0..keyed.count(other) {
            let own: Vec<Vec<usize>> = groups.iter().filter(|group| of(group, other) == Some(value)).cloned().collect();
            let sums = Table::of(keyed, at, &own, &[]).sums();
            let is_new = |(member, parts): &(&usize, &BTreeSet<usize>)| parts.len() > 1 && !known.contains(*member);
            let Some((member, parts)) = sums.iter().find(is_new) else { continue };
            let rows = keyed
                .rows
                .iter()
                .filter(|row| row.members.get(at) == Some(member) && row.members.get(other) == Some(&value));
            let sum = rows.map(super::keyed::Keys::total).fold(Decimal::ZERO, plus);
            let names: Vec<&str> = parts.iter().take(3).map(|part| keyed.name(at, *part)).collect();
            return Some(format!(
                "beside `{}`, the rows of `{}` ({}) are the sums of those of {}: do they count twice? Then export the table without them",
                keyed.name(other, value),
                keyed.name(at, *member),
                grouped(sum),
                listed(&names)
            ));
        }
    }
    None
}

/// Compares the rows `own` of a member with those of its parts.
fn compare((keyed, at): (&Keyed<'_>, usize), own: &[usize], others: &[usize], evidence: &mut Evidence) {
    let sums = |rows: &[usize]| -> Vec<Decimal> {
        let count = keyed.rows.first().map_or(0, |row| row.amounts.len());
        let column = |index: usize| rows.iter().filter_map(move |row| *keyed.rows.get(*row)?.amounts.get(index)?);
        (0..count).map(|index| column(index).fold(Decimal::ZERO, plus)).collect()
    };
    let (stated, sums) = (sums(own), sums(others));
    evidence.sum = stated.iter().copied().fold(evidence.sum, plus);
    let known = stated.iter().filter(|amount| !amount.is_zero()).count();
    match (own.len(), others.len()) {
        (0, _) => {}
        (rows, 0) => evidence.alone += rows,
        (1, _) if stated == sums && known == 0 => {}
        (1, _) if stated == sums => {
            evidence.proven += 1;
            evidence.amounts += known;
            evidence.digits += stated.iter().map(digits).sum::<usize>();
            for (index, amount) in stated.iter().enumerate().filter(|(_, amount)| !amount.is_zero()) {
                let mut parts: BTreeMap<usize, Decimal> = BTreeMap::new();
                for row in others.iter().filter_map(|row| keyed.rows.get(*row)) {
                    let part = parts.entry(row.members.get(at).copied().unwrap_or_default()).or_default();
                    *part = plus(*part, row.amounts.get(index).copied().flatten().unwrap_or_default());
                }
                evidence.proof.add(*amount, &parts.into_iter().collect::<Vec<_>>());
            }
        }
        (1, _) if stated.iter().zip(&sums).all(|(own, sum)| is_near(*own, *sum)) => {
            evidence.near += 1;
            evidence.amounts += known;
        }
        (rows, _) => evidence.differing += rows,
    }
}

/// True when `amount` is `sum`, or differs by half a percent at most.
fn is_near(amount: Decimal, sum: Decimal) -> bool {
    let difference = amount.checked_sub(sum).unwrap_or(Decimal::MAX).abs();
    difference.checked_mul(Decimal::from(NEAR)).is_some_and(|times| times <= sum.abs())
}

/// Rows of `group` that are the sum of all others in it, or nearly.
fn of_all_others(keyed: &Keyed<'_>, group: &[usize]) -> Vec<usize> {
    let amounts = |row: usize| keyed.rows.get(row).map_or(&[][..], |row| row.amounts.as_slice());
    let count = group.first().map_or(0, |row| amounts(*row).len());
    let amount = |row: usize, index: usize| amounts(row).get(index).copied().flatten().unwrap_or_default();
    let totals: Vec<Decimal> =
        (0..count).map(|index| group.iter().map(|row| amount(*row, index)).fold(Decimal::ZERO, plus)).collect();
    let is_half = |row: usize| {
        let halves = totals.iter().enumerate();
        let mut is_known = false;
        let is_all = halves.map(|(index, total)| (amount(row, index), total)).all(|(own, total)| {
            is_known |= !own.is_zero();
            is_near(plus(own, own), *total)
        });
        is_all && is_known
    };
    group.iter().copied().filter(|row| is_half(*row)).collect()
}

/// Rows of `group` that are the sums of at least two rows directly below or above them, with these; sums of sums as well.
fn beside(keyed: &Keyed<'_>, group: &[usize]) -> Vec<(usize, Vec<usize>)> {
    let (mut active, mut found) = (group.to_vec(), Vec::new());
    for _ in 0..LEVELS {
        let mut taken: BTreeSet<usize> = BTreeSet::new();
        for (place, row) in active.iter().enumerate() {
            let below = active.get(place + 1..).unwrap_or_default().iter();
            let above = active.get(..place).unwrap_or_default().iter().rev();
            let is_parent = |row: &usize| found.iter().any(|(parent, _)| parent == row);
            if taken.contains(row) || is_parent(row) {
                continue;
            }
            let free = |rows: &mut dyn Iterator<Item = &usize>| -> Vec<usize> {
                rows.take(MOST_PARTS).take_while(|row| !taken.contains(row)).copied().collect()
            };
            let (below, above) = (free(&mut { below }), free(&mut { above }));
            if let Some(parts) = parts_of(keyed, *row, &below).or_else(|| parts_of(keyed, *row, &above)) {
                taken.extend(&parts);
                found.push((*row, parts));
            }
        }
        if taken.is_empty() {
            break;
        }
        active.retain(|row| !taken.contains(row));
    }
    found
}

/// The first rows of `others`, at least two, whose amounts sum to those of `row`.
fn parts_of(keyed: &Keyed<'_>, row: usize, others: &[usize]) -> Option<Vec<usize>> {
    let own = &keyed.rows.get(row)?.amounts;
    let amount = |amounts: &[Option<Decimal>], index: usize| amounts.get(index).copied().flatten().unwrap_or_default();
    if own.iter().flatten().all(Decimal::is_zero) {
        return None;
    }
    let mut sums = vec![Decimal::ZERO; own.len()];
    for (place, other) in others.iter().enumerate() {
        let amounts = &keyed.rows.get(*other)?.amounts;
        for (index, sum) in sums.iter_mut().enumerate() {
            *sum = plus(*sum, amount(amounts, index));
        }
        let is_sum = sums.iter().enumerate().all(|(index, sum)| *sum == amount(own, index));
        if is_sum && place > 0 {
            return Some(others.get(..=place)?.to_vec());
        }
    }
    None
}

/// True for a member whose parts are neither figures nor have it as a part: `Actual` is the sum of `Budget` and `Variance`,
/// and the revenue; of two members that are parts of each other, neither is the sum.
fn is_plain(
    keyed: &Keyed<'_>,
    at: usize,
    (member, evidence): (usize, &Evidence),
    found: &BTreeMap<usize, Evidence>,
) -> bool {
    let is_mutual = |part: &usize| found.get(part).is_some_and(|other| other.parts.contains(&member));
    !evidence.parts.iter().any(|part| is_figure(keyed.name(at, *part)) || is_mutual(part))
}

/// Leaves out members that are proven to be sums. Returns them, and those of which a part is, with the question about them.
fn decide(
    draft: &mut Draft<'_>,
    keyed: &Keyed<'_>,
    at: usize,
    found: &BTreeMap<usize, Evidence>,
) -> (Vec<usize>, Option<(Vec<usize>, String)>) {
    let heading = keyed.columns.get(at).map(|column| column.heading.clone()).unwrap_or_default();
    let whole = |evidence: &Evidence| evidence.differing == 0 && evidence.alone == 0;
    // Several members with two amounts each prove what one with three does.
    let proven = found.values().filter(|evidence| whole(evidence) && evidence.amounts >= FEWEST_OF_SEVERAL);
    let (several, digits) = proven.fold((0, 0), |(count, digits), one| (count + 1, digits + one.proof.digits()));
    let fewest = if several > 1 { FEWEST_OF_SEVERAL } else { FEWEST };
    let is_certain = |member: &usize, evidence: &Evidence| {
        let own = evidence.proof.digits();
        let has_digits = own >= FEWEST_DIGITS || (own > 1 && several > 1 && digits >= FEWEST_DIGITS_OF_SEVERAL);
        let is_whole = whole(evidence) && evidence.near == 0 && evidence.amounts >= fewest;
        is_whole && has_digits && is_plain(keyed, at, (*member, evidence), found)
    };
    let members = keyed.count(at);
    let is_likely = |evidence: &&Evidence| {
        // A sum of a few of many rows may be one by chance.
        let is_rare = evidence.digits > 2
            && 10_usize.saturating_pow(u32::try_from(evidence.digits.min(15)).unwrap_or(15)) > members * members * 50;
        let is_large = evidence.sum.abs().trunc() >= Decimal::from(LARGE) || is_rare;
        let is_large = evidence.amounts > 0 && whole(evidence) && is_large;
        (evidence.amounts >= fewest && evidence.proven + evidence.near > evidence.differing) || is_large
    };
    let likely = found.iter().map(|(member, evidence)| (*member, evidence));
    let likely = likely.filter(|(_, evidence)| is_likely(evidence));
    let (out, asked): (Vec<_>, Vec<_>) = likely.partition(|(member, evidence)| is_certain(member, evidence));
    let (out, asked) =
        if out.len() > MOST_NAMES { (Vec::new(), out.into_iter().chain(asked).collect()) } else { (out, asked) };
    let name = format!("skip.{}", key(&heading));
    if !out.is_empty() {
        let (what, parts) = shown(keyed, at, &out);
        draft.section.set(name.clone(), list(keyed, at, &out), "each is the sum of other rows");
        let question =
            format!("the rows of {what} are the sums of others, such as {parts}, and are left out: is that right?");
        draft.ask(&heading, question);
    }
    let members = |list: &[(usize, &Evidence)]| list.iter().map(|(member, _)| *member).collect::<Vec<usize>>();
    if asked.is_empty() {
        return (members(&out), None);
    }
    let (what, parts) = shown(keyed, at, &asked);
    let (proven, all) = asked.iter().fold((0, 0), |(proven, all), (_, evidence)| {
        let own = evidence.proven + evidence.near;
        (proven + own, all + own + evidence.differing + evidence.alone)
    });
    let all_of: Vec<(usize, &Evidence)> = out.iter().chain(&asked).copied().collect();
    let question = format!(
        "of the {} of {what}, {} the sum of others, such as {parts}, or nearly: do they count twice? If so, write `{name} = {}` under \
         `[revenue]`",
        counted(all, "row"),
        if proven == 1 { "1 is".to_owned() } else { format!("{proven} are") },
        list(keyed, at, &all_of)
    );
    (members(&out), Some((members(&asked), question)))
}

/// The first of `members` with the sum of all, and two of the parts of the first.
fn shown(keyed: &Keyed<'_>, at: usize, members: &[(usize, &Evidence)]) -> (String, String) {
    let sum = members.iter().map(|(_, evidence)| evidence.sum).fold(Decimal::ZERO, plus);
    let names: Vec<&str> = members.iter().take(3).map(|(member, _)| keyed.name(at, *member)).collect();
    let more = match members.len() - names.len() {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let parts = members.first().map(|(_, evidence)| &evidence.parts);
    let parts: Vec<&str> = parts.into_iter().flatten().take(2).map(|part| keyed.name(at, *part)).collect();
    (format!("{}{more} ({})", listed(&names), grouped(sum)), listed(&parts))
}

/// The members as the value of a filter.
fn list(keyed: &Keyed<'_>, at: usize, members: &[(usize, &Evidence)]) -> String {
    let words: Vec<&str> = members.iter().map(|(member, _)| keyed.name(at, *member)).collect();
    list_of(&words)
}
