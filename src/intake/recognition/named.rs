//! Files or sheets with the same columns, each with the rows of one month or of one partner, which its name alone states.

use super::super::file_name::{name_in, value_of};
use super::super::label::label;
use super::super::mapping::NamesMap;
use super::super::table::Field;
use super::assumed::assumed;
use super::fit::Fit;
use super::header::Header;
use super::heading::stated_currency;
use super::names::Names;
use super::period_heading::{Kind, part};
use super::profile::Profile;
use super::running_words::is_running;
use super::wide::title_year;
use std::collections::BTreeSet;

/// Names that programs give to sheets, lower case.
const GENERIC: [&str; 14] = [
    "sheet", "tabelle", "feuil", "feuille", "hoja", "foglio", "blad", "planilha", "data", "daten", "export", "report",
    "table", "book",
];

/// Tables that are one together, with the names of the files or sheets as a column.
pub(super) fn named(profiles: &[Profile]) -> Vec<Profile> {
    let (mut found, mut taken) = (Vec::new(), BTreeSet::new());
    for first in profiles {
        let is_same = |other: &&Profile| other.has_columns_of(first) && !other.lacks_header() && other.header_row > 0;
        // A sheet `YTD` or `All` beside those of months or partners has their sums.
        let is_sum =
            |name: &str| is_running(name) || label(name).is_some_and(|label| label.is_exact) || is_summary(name);
        let is_own = |profile: &&Profile| !is_sum(name_in(&profile.file));
        let group: Vec<&Profile> = profiles.iter().filter(is_same).filter(is_own).collect();
        if taken.contains(&first.table) || group.len() < 2 {
            continue;
        }
        taken.extend(group.iter().map(|profile| profile.table));
        let largest = group.iter().max_by_key(|profile| profile.rows).copied().unwrap_or(first);
        let map = names_of(&group, &Fit::of(largest));
        found.extend(map.and_then(|map| together(&group, map)));
    }
    found
}

/// True for the name of a sheet with figures about the others.
fn is_summary(name: &str) -> bool {
    ["summary", "overview", "übersicht", "zusammenfassung", "gesamt", "total", "résumé", "resumen", "year"]
        .contains(&name.to_lowercase().as_str())
}

/// The column that the names of `group`, whose largest table is `fit`, are the values of; `None` unless it lacks one column.
fn names_of(group: &[&Profile], fit: &Fit<'_>) -> Option<NamesMap> {
    let has_amount = fit.amount.is_some() || fit.factors.is_some() || fit.unpivoted().is_some();
    let has_date =
        fit.date.is_some() || fit.year_and_month.is_some() || fit.unpivoted().is_some() || fit.year.is_some();
    match (fit.partner.is_some(), has_date) {
        (true, false) if has_amount => months(group),
        (false, true) if has_amount => partners(group, fit),
        _ => None,
    }
}

/// Names that are different periods of less than a year, with the same word beside each.
fn months(group: &[&Profile]) -> Option<NamesMap> {
    let names: Vec<&str> = group.iter().map(|profile| name_in(&profile.file)).collect();
    let parts = names.iter().map(|name| part(name)).collect::<Option<Vec<_>>>()?;
    let first = parts.first()?;
    let is_like = parts.iter().all(|part| {
        let is_short = matches!(part.kind, Kind::Month | Kind::Part);
        is_short && part.word.eq_ignore_ascii_case(first.word) && part.states_year == first.states_year
    });
    let different: BTreeSet<&str> = names.iter().copied().collect();
    if !is_like || different.len() < names.len() {
        return None;
    }
    let years: BTreeSet<Option<u32>> = group.iter().map(|profile| title_year(profile, false)).collect();
    let year = if first.states_year { None } else { Some(years.first().copied().filter(|_| years.len() == 1)??) };
    let word = Some(first.word.to_owned()).filter(|word| !word.is_empty());
    Some(NamesMap { column: Field::Month, word, year })
}

/// Names that are neither periods nor those that programs give.
fn partners(group: &[&Profile], fit: &Fit<'_>) -> Option<NamesMap> {
    let names: Vec<&str> = group.iter().map(|profile| name_in(&profile.file)).collect();
    let are_sheets = group.iter().all(|profile| profile.file.contains('!'));
    // Another column may be the partner where files are parts of one list.
    if !are_sheets && assumed(fit.profile, fit.unpivoted().is_some()).is_some() {
        return None;
    }
    let word = common_word(&names);
    let map = NamesMap { column: Field::PartnerId, word, year: None };
    let texts: Vec<Box<str>> = group.iter().map(|profile| value_of(&profile.file, &map)).collect();
    let is_generic = |text: &str| {
        let plain = text.trim_end_matches(|c: char| c.is_ascii_digit() || c == ' ' || c == '(' || c == ')');
        plain.is_empty() || GENERIC.contains(&plain.to_lowercase().as_str())
    };
    let different: BTreeSet<&str> = texts.iter().map(|text| &**text).collect();
    let is_plain = |text: &&str| part(text).is_none() && !is_generic(text) && stated_currency(text).is_none();
    (different.len() == texts.len() && different.iter().all(is_plain)).then_some(map)
}

/// The words with which all names begin.
fn common_word(names: &[&str]) -> Option<String> {
    let first = names.first()?;
    let same = |at: &usize| names.iter().all(|name| name.get(..*at) == first.get(..*at));
    let ends = first.char_indices().filter(|(_, c)| matches!(c, ' ' | '_' | '-')).map(|(at, c)| at + c.len_utf8());
    let end = ends.filter(same).max()?;
    let word = first.get(..end)?.trim_end_matches([' ', '_', '-']);
    (!word.is_empty()).then(|| word.to_owned())
}

/// The tables of `group` as one.
fn together(group: &[&Profile], map: NamesMap) -> Option<Profile> {
    let first = group.first()?;
    let texts = group.iter().map(|profile| value_of(&profile.file, &map)).collect();
    let further = group.iter().skip(1).map(|profile| profile.sheet.clone().into_part_of(&first.sheet));
    let further = further.collect::<Option<Vec<_>>>()?;
    let header = Header {
        titles: first.titles.clone(),
        rows: first.header_rows,
        lowest: Vec::new(),
        reason: first.header_reason,
    };
    let tables = group.iter().map(|profile| profile.table).collect();
    let names = Names { map, at: first.sheet.headings.len(), texts, tables };
    let sheet = first.sheet.clone().followed_by(further);
    Some(Profile::with_header((first.table, &first.name), sheet, first.text, header, Some(names)))
}
