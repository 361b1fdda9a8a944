//! Members that contain others by their name or by a column of parents, and whose amounts are never below those of the others:
//! a parent account with sales beside those of its subsidiaries, `EMEA` beside a part of its countries.

use super::super::table::Field;
use super::amounts::{amount_columns, plus};
use super::heading::compared;
use super::keyed::Keyed;
use super::profile::Column;
use super::role::has_word;
use super::section::Draft;
use super::text::{key, list_of};
use crate::finding::listed;
use crate::units::grouped;
use rust_decimal::Decimal;
use std::collections::{BTreeMap, BTreeSet};

/// Most members of a column that are looked at.
const MOST_MEMBERS: usize = 5_000;
/// Comparisons from which amounts that are never below those of two members, or of one, are not so by chance.
const FEWEST: usize = 3;
const FEWEST_OF_ONE: usize = 6;
/// Most parts that a proposed filter lists.
const MOST_PARTS: usize = 12;
/// Fields whose columns have members of the channel.
const MEMBERS: [Field; 4] = [Field::PartnerId, Field::PartnerName, Field::ProductLine, Field::Territory];
/// Words of the headings of columns with the parent of a partner.
const PARENTS: &str = "parent ultimate holding group headquarters hq mutter konzern übergeordnet übergeordnete maison";
/// Countries of Europe, lower case, in English and German.
const EUROPE: &str = "uk gb unitedkingdom germany de deutschland france fr italy it italien spain es spanien netherlands nl niederlande \
    belgium be austria at österreich switzerland ch schweiz sweden se denmark dk norway no finland fi poland pl portugal pt ireland ie \
    greece gr czechia cz hungary hu romania ro ukireland uki dach nordics benelux iberia cee centraleurope southerneurope northerneurope \
    westerneurope easterneurope";
/// Regions with the members that they contain, lower case, without spaces and signs.
const REGIONS: [(&str, &str); 9] = [
    ("emea", "europe middleeast africa mea gulf uae saudiarabia israel turkey southafrica egypt"),
    ("europe", ""),
    ("dach", "germany de deutschland austria at österreich switzerland ch schweiz"),
    ("benelux", "belgium be belgien netherlands nl niederlande luxembourg lu luxemburg"),
    ("nordics", "sweden se denmark dk norway no finland fi iceland schweden dänemark norwegen finnland"),
    (
        "apac",
        "asia japan jp china cn india in australia au anz singapore sg korea southkorea kr asean newzealand nz taiwan thailand",
    ),
    (
        "amer",
        "us usa unitedstates canada ca mexico mx brazil br latam northamerica southamerica argentina chile colombia",
    ),
    (
        "americas",
        "us usa unitedstates canada ca mexico mx brazil br latam northamerica southamerica argentina chile colombia",
    ),
    ("latam", "mexico mx brazil br argentina ar chile cl colombia co peru pe"),
];
/// Names of everything, which contain each other member.
const ALL: [&str; 5] = ["worldwide", "global", "world", "ww", "international"];

/// Asks about such members of the columns that are bound.
pub(super) fn named_parents(draft: &mut Draft<'_>, partner: &Column, periods: &[usize]) {
    let amounts = amount_columns(draft, periods);
    let field = |column: &Column| {
        draft.bound.iter().any(|(field, bound)| MEMBERS.contains(field) && std::ptr::eq(*bound, column))
    };
    let is_bound = |column: &Column| draft.bound.iter().any(|(_, bound)| std::ptr::eq(*bound, column));
    let is_member = |column: &&Column| {
        !amounts.contains(&column.index) && (is_bound(column) || column.is_group() || column.is_date())
    };
    let columns: Vec<&Column> = draft.profile.columns.iter().filter(is_member).collect();
    let is_wanted: Vec<bool> = columns.iter().map(|column| field(column)).collect();
    let related: Vec<usize> = (columns.iter().enumerate())
        .filter(|(_, column)| is_wanted.iter().any(|one| *one) && (3..=MOST_MEMBERS).contains(&column.values.len()))
        .map(|(at, _)| at)
        .filter(|at| is_wanted.get(*at) == Some(&true))
        .filter(|at| columns.get(*at).is_some_and(|column| !families(draft, column, partner).is_empty()))
        .collect();
    if related.is_empty() {
        return;
    }
    let Some(keyed) = Keyed::of(draft, columns, &amounts) else { return };
    for at in related {
        let Some(column) = keyed.columns.get(at).copied().filter(|column| !draft.is_asked(&column.heading)) else {
            continue;
        };
        let families = families(draft, column, partner);
        let found = families
            .iter()
            .find_map(|(parent, parts)| Some((parent, parts, compared_sums(&keyed, at, parent, parts)?)));
        if let Some((parent, parts, (own, sum))) = found {
            let names: Vec<&str> = parts.iter().copied().take(3).collect();
            let more = parts.len().saturating_sub(names.len());
            let names = if more > 0 { format!("{} and {more} more", listed(&names)) } else { listed(&names) };
            let answer = match parts.len() {
                0..=MOST_PARTS => {
                    let list: Vec<&str> = parts.iter().copied().collect();
                    format!(
                        "write `skip.{} = {}` under `[{}]`",
                        key(&column.heading),
                        list_of(&list),
                        draft.section.table
                    )
                }
                _ => "export the table without them".to_owned(),
            };
            let question = format!(
                "the rows of `{parent}` ({}) are never below those of {names} ({}), which belong to it by their names or the column of \
                 parents: does it contain them, so that they count twice? If so, {answer}",
                grouped(own),
                grouped(sum)
            );
            draft.ask(&column.heading, question);
        }
    }
}

/// The members of `column` that contain others by name, or by a column of parents beside the partner, with these.
fn families<'p>(draft: &Draft<'p>, column: &'p Column, partner: &Column) -> Vec<(&'p str, BTreeSet<&'p str>)> {
    let mut found: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let names: Vec<&str> = column.values.keys().map(|name| &**name).filter(|name| !name.is_empty()).collect();
    for (at, parent) in names.iter().enumerate() {
        let begins = |name: &&&str| {
            let rest = name.strip_prefix(*parent);
            rest.is_some_and(|rest| rest.starts_with([' ', '-', '/', '_', '(', ',', '.', ':']))
        };
        // Sorted: names with the same beginning follow each other.
        let same = names.iter().skip(at + 1).take_while(|name| name.starts_with(*parent));
        let parts: BTreeSet<&str> = same.filter(begins).copied().collect();
        if parts.len() > 1 && parent.len() > 1 {
            found.insert(parent, parts);
        }
    }
    let folded = |name: &str| -> String { name.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect() };
    let is_in = |list: &str, name: &str| list.split_whitespace().any(|word| word == name);
    for parent in &names {
        let own = folded(parent);
        let Some((region, list)) = REGIONS.iter().find(|(region, _)| *region == own) else { continue };
        let has_europe = matches!(*region, "emea" | "europe");
        let is_part = |name: &&&str| {
            let part = folded(name);
            part != own && (is_in(list, &part) || (has_europe && is_in(EUROPE, &part)))
        };
        let parts: BTreeSet<&str> = names.iter().filter(is_part).copied().collect();
        if parts.len() > 1 {
            found.insert(parent, parts);
        }
    }
    for parent in names.iter().filter(|name| ALL.contains(&folded(name).as_str()) && names.len() > 2) {
        found.insert(parent, names.iter().filter(|name| *name != parent).copied().collect());
    }
    if std::ptr::eq(column, partner) {
        by_column(draft, column, &mut found);
    }
    found.into_iter().collect()
}

/// Adds the partners whose name is the parent of others in a column of parents.
fn by_column<'p>(draft: &Draft<'p>, partner: &'p Column, found: &mut BTreeMap<&'p str, BTreeSet<&'p str>>) {
    let is_parent = |column: &&Column| {
        !std::ptr::eq(*column, partner) && has_word(&column.heading, PARENTS) && compared(&column.heading) != "group"
    };
    let Some(parent) = draft.profile.columns.iter().find(is_parent) else { return };
    let name = |text: &str| partner.values.get_key_value(text).map(|(name, _)| &**name);
    draft.profile.rows(|_, fields| {
        let (own, above) = (name(fields.text(partner.index)), name(fields.text(parent.index)));
        if let (Some(own), Some(above)) = (own, above.filter(|above| !above.is_empty()))
            && own != above
        {
            found.entry(above).or_default().insert(own);
        }
    });
}

/// The sums of the rows of `parent` and of `parts`, if those of the parent are never below those of the parts beside the same
/// members of the other columns; `None` otherwise, and where they could be so by chance.
fn compared_sums(keyed: &Keyed<'_>, at: usize, parent: &str, parts: &BTreeSet<&str>) -> Option<(Decimal, Decimal)> {
    let count = keyed.rows.first().map_or(0, |row| row.amounts.len());
    let (mut own, mut sum, mut compared) = (Decimal::ZERO, Decimal::ZERO, 0);
    for group in keyed.groups(at) {
        for place in 0..count {
            let (mut of_parent, mut of_parts, mut has_both) = (None, None, [false; 2]);
            for row in group.iter().filter_map(|row| keyed.rows.get(*row)) {
                let Some(amount) = row.amounts.get(place).copied().flatten() else { continue };
                let name = keyed.name(at, row.members.get(at).copied().unwrap_or_default());
                if name == parent {
                    of_parent = Some(plus(of_parent.unwrap_or_default(), amount));
                    has_both[0] = true;
                } else if parts.contains(name) {
                    of_parts = Some(plus(of_parts.unwrap_or_default(), amount));
                    has_both[1] = true;
                }
            }
            own = plus(own, of_parent.unwrap_or_default());
            sum = plus(sum, of_parts.unwrap_or_default());
            if has_both == [true; 2] {
                if of_parent < of_parts {
                    return None;
                }
                compared += usize::from(of_parts > Some(Decimal::ZERO));
            }
        }
    }
    let fewest = if parts.len() > 1 { FEWEST } else { FEWEST_OF_ONE };
    (compared >= fewest && own > sum).then_some((own, sum))
}
