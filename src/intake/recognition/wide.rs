//! Tables with one column per period: which headings are periods, which word they have beside the period, and which year
//! those without one belong to.

use super::super::file_name::{name_in, year_in_name, years_in};
use super::super::label::label;
use super::super::table::Field;
use super::super::value::week::Week;
use super::dates::{Dates, Order, is_date};
use super::heading::{compared, is_one_of, rank};
use super::period_heading::{Kind, Part, fiscal_years_in, is_numbered_period, month_in, part, span, year_of};
use super::profile::{Column, Profile};
use super::running_words::is_running;
use super::synonym::{QUANTITIES, UNCOUNTED, YEARS};
use super::text::quoted;
use crate::finding::listed;
use std::collections::BTreeSet;

/// Columns that are periods, and how the mapping file reads them.
#[derive(Clone)]
pub(super) struct Wide {
    /// Value of `unpivot`, with the reason for it.
    pub value: String,
    pub reason: String,
    /// Word beside the periods; empty without one.
    pub word: String,
    /// Indices of the columns.
    pub columns: Vec<usize>,
    /// Value of `years`, with the reason for it.
    pub years: Option<(&'static str, &'static str)>,
    /// First month of the fiscal year in whose order the months are, or that its periods are assumed to have; with the reason.
    pub fiscal_start: Option<(u32, &'static str)>,
    /// Index of the column that has the year of the periods.
    pub year_column: Option<usize>,
    /// Year that the name or title states for headings without one.
    pub title_year: Option<u32>,
    /// True for weeks.
    pub are_weeks: bool,
    /// Format of the dates that the headings are, with the reason for it.
    pub date_format: Option<(String, String)>,
    /// Questions about what the table does not state.
    pub questions: Vec<String>,
}

impl Wide {
    /// The value of `unpivot` with its reason where `parts` are read as one table; no year where they are of different years
    /// that their names do not state.
    pub fn value_of(&self, parts: &[&Profile]) -> (String, String) {
        let (value, reason) = (self.value.clone(), self.reason.clone());
        let Some(year) = self.title_year else { return (value, reason) };
        let is_fiscal = self.fiscal_start.is_some();
        if parts.iter().all(|part| title_year(part, is_fiscal) == Some(year)) {
            return (value, reason);
        }
        let own = format!(", year = {year}");
        let are_named = !is_fiscal && parts.iter().all(|part| year_in_name(&part.file).is_some());
        match are_named {
            true => (
                value.replacen(&own, ", year = \"names\"", 1),
                reason.replacen("its name or title has", "each name has", 1),
            ),
            false => (value.replacen(&own, "", 1), reason.replacen(", and its name or title has the year", "", 1)),
        }
    }

    /// The question about columns of amounts that are not periods, so that what looks like a month and is none is noticed.
    pub fn about_unread(&self, profile: &Profile) -> Option<String> {
        match self.unread(profile).as_slice() {
            [] => None,
            [only] => Some(format!("`{only}` is not read: is it a period?")),
            several => Some(format!("{} are not read: is one of them a period?", listed(several))),
        }
    }

    /// Headings of columns of amounts that are not periods.
    fn unread<'p>(&self, profile: &'p Profile) -> Vec<&'p str> {
        let last = self.columns.iter().max().copied().unwrap_or_default();
        let first = self.columns.iter().min().copied().unwrap_or_default();
        let is_beside = |index: usize| index + 1 >= first && index <= last + 1 && !self.columns.contains(&index);
        let unread = profile.columns.iter().filter(|column| {
            is_beside(column.index)
                && Some(column.index) != self.year_column
                && column.is_amount()
                && label(&column.heading).is_none()
        });
        unread.map(|column| column.heading.as_str()).collect()
    }
}

/// A column whose heading has a period.
type Found<'p> = (&'p Column, Part<'p>);

/// The months or parts of a year among the headings of `profile`.
pub(super) fn wide(profile: &Profile) -> Option<Wide> {
    if let Some(found) = numbered_weeks(profile) {
        return Some(proposed(profile, &found, Kind::Week, "weeks"));
    }
    for (kind, least, word) in [
        (Kind::Month, 3, "months"),
        (Kind::Week, 4, "weeks"),
        (Kind::Part, 2, "parts of a year"),
        (Kind::FiscalPart, 2, "parts of a fiscal year"),
    ] {
        for states_year in [true, false] {
            if let Some(found) = found(profile, kind, states_year, least) {
                // `2010/11` beside `2011/12` is not a month.
                if found.iter().all(|(column, _)| span(&column.heading).is_some()) {
                    return None;
                }
                return Some(proposed(profile, &found, kind, word));
            }
        }
    }
    days(profile)
}

/// The columns of weeks such as `202501` to `202552`: numbers up to 12 alone are those of months.
fn numbered_weeks(profile: &Profile) -> Option<Vec<Found<'_>>> {
    let is_week = |column: &&Column| Week::numbered(&column.heading).is_some();
    let of = |column| (column, Part { kind: Kind::Week, states_year: true, word: "" });
    let found: Vec<Found<'_>> = profile.columns.iter().filter(is_week).map(of).collect();
    let is_late = |(column, _): &Found<'_>| Week::numbered(&column.heading).is_some_and(Week::is_after_twelve);
    found.iter().any(is_late).then_some(found)
}

/// The only one or two months or parts of a year among the headings of `profile`, as an export at the end of February has:
/// for a table without a column of dates. A period that states no year needs one in a title or a name.
pub(super) fn few(profile: &Profile) -> Option<Wide> {
    let kinds = [(Kind::Month, "month"), (Kind::Part, "part of a year"), (Kind::FiscalPart, "part of a fiscal year")];
    for (kind, word) in kinds {
        for states_year in [true, false] {
            let is_sure = |found: &Vec<Found<'_>>| {
                found.iter().all(|(column, _)| column.is_amount() && span(&column.heading).is_none())
                    && (states_year || found.len() > 1 || title_year(profile, false).is_some())
            };
            if let Some(found) = found(profile, kind, states_year, 1).filter(is_sure) {
                let name = if found.len() > 1 {
                    word.replacen("month", "months", 1).replacen("part ", "parts ", 1)
                } else {
                    word.to_owned()
                };
                return Some(proposed(profile, &found, kind, &name));
            }
        }
    }
    None
}

/// The dates among the headings of `profile` that a format alone reads.
fn days(profile: &Profile) -> Option<Wide> {
    let mut dates = Dates::default();
    let is_day = |column: &&Column| column.is_amount() && part(&column.heading).is_none() && is_date(&column.heading);
    let found: Vec<&Column> = profile.columns.iter().filter(is_day).collect();
    found.iter().for_each(|column| {
        dates.add(&column.heading);
    });
    let (format, question) = match dates.order() {
        _ if found.len() < FEWEST_DAYS => return None,
        Order::Plain => return None,
        Order::Format(format, reason) => (Some((format, reason)), None),
        Order::Open(question) => (None, Some(question)),
    };
    Some(Wide {
        value: "{ period = \"days\" }".to_owned(),
        reason: format!("{} columns are dates", found.len()),
        word: String::new(),
        columns: found.iter().map(|column| column.index).collect(),
        years: None,
        fiscal_start: None,
        year_column: None,
        title_year: None,
        are_weeks: false,
        date_format: format,
        questions: question.into_iter().collect(),
    })
}

/// Columns of dates from which they are periods.
const FEWEST_DAYS: usize = 4;

/// The years among the headings of `profile`; one is enough beside a word for revenue.
pub(super) fn years(profile: &Profile) -> Option<Wide> {
    let spans: Vec<Found<'_>> = profile
        .columns
        .iter()
        .filter(|column| span(&column.heading).is_some_and(|(_, is_month)| is_month))
        .filter_map(|column| Some((column, part(&column.heading)?)))
        .collect();
    if spans.len() > 1 {
        return Some(proposed(profile, &spans, Kind::FiscalYear, "fiscal years"));
    }
    for (kind, word) in [(Kind::Year, "years"), (Kind::FiscalYear, "fiscal years")] {
        let is_revenue = |found: &Vec<Found<'_>>| found.len() > 1 || found.iter().any(|(_, part)| is_amount(part.word));
        if let Some(found) = found(profile, kind, true, 1).filter(is_revenue) {
            return Some(proposed(profile, &found, kind, word));
        }
    }
    None
}

fn is_amount(word: &str) -> bool {
    let lower = word.to_lowercase();
    let measure = ["sum of ", "summe von ", "somme de ", "suma de "].iter().find_map(|begin| lower.strip_prefix(begin));
    !word.is_empty() && rank(Field::Amount, measure.unwrap_or(&lower)).is_some()
}

/// The columns with a period of this kind that are the revenue: those without another word, else those with a word for it.
fn found<'p>(profile: &'p Profile, kind: Kind, states_year: bool, least: usize) -> Option<Vec<Found<'p>>> {
    let parts = profile.columns.iter().filter_map(|column| Some((column, part(&column.heading)?)));
    let all: Vec<Found<'_>> = parts.filter(|(_, part)| part.kind == kind && part.states_year == states_year).collect();
    let with = |word: &str| -> Vec<Found<'p>> {
        let same = all.iter().filter(|(_, part)| part.word.eq_ignore_ascii_case(word));
        // Headings that are nothing but a period may have empty columns.
        same.filter(|(column, _)| (word.is_empty() && kind != Kind::Year) || column.is_amount()).copied().collect()
    };
    let is_other =
        |word: &str| UNCOUNTED.contains(&compared(word).as_str()) || is_one_of(QUANTITIES, word) || is_running(word);
    let mut words: Vec<&str> = Vec::new();
    for (_, part) in &all {
        if !words.iter().any(|word| word.eq_ignore_ascii_case(part.word)) && !is_other(part.word) {
            words.push(part.word);
        }
    }
    words.sort_by_key(|word| (!word.is_empty(), !is_amount(word)));
    words.into_iter().map(with).find(|found| found.len() >= least)
}

/// The value of `unpivot` for the columns `found`, with what is asked about them.
fn proposed(profile: &Profile, found: &[Found<'_>], kind: Kind, name: &str) -> Wide {
    let headings: Vec<String> = found.iter().map(|(column, _)| quoted(&column.heading)).collect();
    let mut value = match kind {
        Kind::Month => "period = \"months\"".to_owned(),
        Kind::Week => "period = \"weeks\"".to_owned(),
        _ => format!("period = [{}]", headings.join(", ")),
    };
    let first = found.first().map_or("", |(column, _)| column.heading.as_str());
    let last = found.last().map_or("", |(column, _)| column.heading.as_str());
    let word = found.first().map_or("", |(_, part)| part.word);
    let mut reason = match found.len() {
        1 => format!("1 column is a {}", name.trim_end_matches('s')),
        many => format!("{many} columns are {name}"),
    };
    let mut questions = Vec::new();
    let order = if kind == Kind::Month { fiscal_order(found) } else { None };
    let (mut year_column, mut stated) = (None, None);
    if !found.iter().all(|(_, part)| part.states_year) {
        if let Some(column) = column_of_years(profile) {
            value.push_str(&format!(", year = {}", quoted(&column.heading)));
            reason.push_str(&format!(", and `{}` has the year", column.heading));
            year_column = Some(column.index);
        } else if let Some(year) = title_year(profile, order.is_some()) {
            value.push_str(&format!(", year = {year}"));
            stated = Some(year);
            reason.push_str(", and its name or title has the year");
        } else {
            questions.push(format!("`{first}` states no year: write `unpivot = {{ {value}, year = … }}`"));
        }
    }
    if let Some(start) = order {
        questions.push(format!(
            "the months begin with `{first}` and all have one year: is it the fiscal year that ends in that year? If it begins in \
             it, the year is one more; for calendar years, write `years = \"calendar\"` and remove `fiscal_year_start = {start}`"
        ));
    }
    if !word.is_empty() {
        value.push_str(&format!(", word = {}", quoted(word)));
        questions.extend(about_word(profile, kind, word));
    }
    questions.extend(about_years(kind, first, last));
    let columns = found.iter().map(|(column, _)| column.index).collect();
    let are_numbered = found.iter().all(|(column, _)| is_numbered_period(&column.heading));
    let (word, are_weeks) = (word.to_owned(), kind == Kind::Week);
    let years = calendar_of(found, kind, order);
    Wide {
        value: format!("{{ {value} }}"),
        reason,
        word,
        columns,
        years,
        fiscal_start: order.map(|start| (start, "the first of the months")).or(are_numbered.then_some(NUMBERED)),
        year_column,
        title_year: stated,
        are_weeks,
        date_format: None,
        questions,
    }
}

/// Questions about the word beside the periods, and about other words there.
fn about_word(profile: &Profile, kind: Kind, word: &str) -> Vec<String> {
    let mut questions = Vec::new();
    if !is_amount(word) {
        questions.push(format!("are the columns with `{word}` beside the period the net revenue?"));
    }
    let others = other_words(profile, kind, word);
    if !others.is_empty() {
        questions.push(format!("the columns with {} beside the period are not read", listed(&others)));
    }
    questions
}

/// Words other than `word` that amounts have beside a period of this kind.
fn other_words<'p>(profile: &'p Profile, kind: Kind, word: &str) -> Vec<&'p str> {
    let parts = profile
        .columns
        .iter()
        .filter_map(|column| part(&column.heading).filter(|part| column.is_amount() && part.kind == kind));
    let others: BTreeSet<&str> =
        parts.filter(|part| !part.word.eq_ignore_ascii_case(word)).map(|part| part.word).collect();
    others.into_iter().filter(|word| !word.is_empty()).collect()
}

/// The calendar of the years in the headings `found`, whose fiscal year begins with the month `order`, and the reason for it.
fn calendar_of(found: &[Found<'_>], kind: Kind, order: Option<u32>) -> Option<(&'static str, &'static str)> {
    let are_spans = found.iter().any(|(column, _)| span(&column.heading).is_some_and(|(_, is_month)| is_month));
    match kind {
        Kind::Year => Some(("calendar", "each is spread evenly over its months")),
        Kind::Month if order.is_some() => Some(("fiscal", "the months are in the order of a fiscal year")),
        Kind::FiscalYear if are_spans => Some(("fiscal", "each heading states two years")),
        _ => None,
    }
}

/// The column that has the calendar year of the row.
fn column_of_years(profile: &Profile) -> Option<&Column> {
    let is_year = |column: &&Column| {
        let are_years = || column.values.keys().all(|text| year_of(text).is_some());
        is_one_of(YEARS, &column.heading) && column.filled > 0 && column.blank() == 0 && are_years()
    };
    profile.columns.iter().find(is_year)
}

/// First month of the fiscal year of periods such as `001.2025`, and the reason for it.
pub(super) const NUMBERED: (u32, &str) = (1, "assumed: the periods are those of the calendar year");

/// The question about periods such as `001.2025`, of which `first` is one.
pub(super) fn about_numbered(first: &str) -> String {
    format!(
        "`{first}` is read as a period of the calendar year: if the fiscal year begins in another month, correct `fiscal_year_start = \
         1` at the top"
    )
}

/// The question about the years that the headings from `first` to `last` state.
fn about_years(kind: Kind, first: &str, last: &str) -> Option<String> {
    match kind {
        Kind::FiscalPart if is_numbered_period(first) && is_numbered_period(last) => Some(about_numbered(first)),
        Kind::Year => Some(format!(
            "`{first}` is read as a calendar year, and its amount is spread evenly over the months: for a fiscal year, write \
             `years = \"fiscal\"` under `[revenue]` and its first month at the top, such as `fiscal_year_start = 7`; is \
             `{last}` complete?"
        )),
        Kind::FiscalPart | Kind::FiscalYear => Some(format!(
            "`{first}` is of a fiscal year: write its first month at the top, such as `fiscal_year_start = 7`"
        )),
        Kind::Month | Kind::Week | Kind::Part => None,
    }
}

/// The first month of a fiscal year in whose order the months `found` are, all of one year: July to December, then January
/// to June. Months whose heading has the year behind them are dated as they are.
fn fiscal_order(found: &[Found<'_>]) -> Option<u32> {
    let months: Vec<(Option<i32>, u32)> =
        found.iter().map(|(column, part)| month_in(&column.heading, part)).collect::<Option<_>>()?;
    let (year, start) = *months.first()?;
    let is_alone = months.iter().all(|(other, _)| *other == year);
    let descents = months.windows(2).filter(|pair| matches!(pair, [(_, one), (_, other)] if other < one)).count();
    let (_, last) = *months.last()?;
    (is_alone && months.len() >= FEWEST_MONTHS && descents == 1 && last < start).then_some(start)
}

/// Months from which their order says where the year begins.
const FEWEST_MONTHS: usize = 4;

/// The only year that the name and the titles state, unless it is a fiscal one and the months are in the order of the
/// calendar.
pub(super) fn title_year(profile: &Profile, is_fiscal: bool) -> Option<u32> {
    // The name of a sheet decides over that of its workbook.
    let own = name_in(&profile.file);
    let name = if years_in(own).next().is_some() { own } else { profile.file.as_str() };
    let texts = || [name].into_iter().chain(profile.titles.iter().map(String::as_str));
    let fiscal: BTreeSet<u32> = texts().flat_map(fiscal_years_in).collect();
    let years: BTreeSet<u32> = if fiscal.is_empty() { texts().flat_map(years_in).collect() } else { fiscal.clone() };
    let only = years.first().copied().filter(|_| years.len() == 1);
    only.filter(|_| is_fiscal || fiscal.is_empty())
}
