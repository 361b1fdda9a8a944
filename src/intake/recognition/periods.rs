//! Months, years and dates of a table: the columns that state them, and how they are read.

use super::super::table::{Field, folded};
use super::super::value::week::{HEADINGS, Week};
use super::dates::Order;
use super::heading::is_one_of;
use super::parts::dates_apart;
use super::period_heading::{is_fiscal_year, is_year_end, span};
use super::profile::Column;
use super::section::Draft;
use super::synonym::FISCAL_YEARS;
use super::text::quoted;

/// Warning about the latest of several years.
const SPREAD: &str = "Its amounts are spread over all twelve months";

impl<'p> Draft<'p> {
    /// Makes the month what `parts`, a year and a month, state together.
    pub fn join(&mut self, parts: [&'p Column; 2]) {
        let names = parts.map(|column| quoted(&column.heading)).join(", ");
        self.section.set("join.month", format!("[{names}]"), "no column has both year and month");
        self.bound.extend(parts.map(|column| (Field::Month, column)));
        let [year, month] = parts;
        let is_period = |column: &&Column| folded(&column.heading) == Field::Period.name();
        if let Some(period) = parts.iter().find(|column| is_period(column)) {
            let reason = format!("`{}` is a part of the month", period.heading);
            self.section.set("columns.period", quoted(""), reason);
        }
        if is_one_of(FISCAL_YEARS, &year.heading) {
            self.section.set("years", quoted("fiscal"), format!("the heading `{}`", year.heading));
            let question = "write the first month of the fiscal year at the top, such as `fiscal_year_start = 7`";
            self.ask(&year.heading, question);
        } else if let Some(start) =
            self.profile.first_of_order([year, month]).filter(|_| !is_one_of(&HEADINGS, &month.heading))
        {
            let question = format!(
                "the months of one year begin with `{start}` and end before it: is it a fiscal year? Then write `years = \"fiscal\"` \
                 and its first month at the top, such as `fiscal_year_start = 7`"
            );
            self.ask(&year.heading, question);
        }
    }

    /// Makes the month a column of years.
    pub fn year(&mut self, year: &'p Column) {
        self.bind(Field::Month, year, "every value is a year");
        let example = year.values.keys().next_back().map_or("", |text| &**text);
        if year.values.keys().any(|text| is_year_end(text)) {
            return self.ask(&year.heading, format!("is the year of `{example}` complete? {SPREAD}"));
        }
        if span(example).is_some() {
            self.section.set("years", quoted("fiscal"), "each value states two years");
        }
        if is_fiscal_year(example) || span(example).is_some() {
            let question = format!(
                "`{example}` is a fiscal year: write its first month at the top, such as `fiscal_year_start = 7`"
            );
            return self.ask(&year.heading, question);
        }
        let (value, question) = if is_one_of(FISCAL_YEARS, &year.heading) {
            ("fiscal", "write the first month of the fiscal year at the top, such as `fiscal_year_start = 7`")
        } else {
            ("calendar", "are they calendar years? For fiscal years, write `years = \"fiscal\"`")
        };
        self.section.set("years", quoted(value), "each amount is spread evenly over the months of its year");
        self.ask(&year.heading, format!("{question}. Is `{example}` complete? {SPREAD}"));
    }

    /// True when the months are weeks of a fiscal year, by the columns that are bound.
    pub fn has_fiscal_weeks(&self) -> bool {
        let mut months = self.bound.iter().filter(|(field, _)| *field == Field::Month).map(|(_, column)| *column);
        months.any(|column| column.values.keys().take(20).any(|text| text.starts_with("FY")))
    }

    /// True when the months are weeks, by the columns that are bound.
    pub fn has_weeks(&self) -> bool {
        let months = self.bound.iter().filter(|(field, _)| *field == Field::Month).map(|(_, column)| *column);
        let is_week = |text: &str| Week::read(text).is_some();
        let mut found = months.map(|column| {
            let is_number = column.is_amount() && is_one_of(&HEADINGS, &column.heading);
            is_number
                || column.are_weeks()
                || column.values.keys().take(20).any(|text| is_week(text) || is_week(&format!("{text} 2025")))
        });
        found.any(|is_one| is_one)
    }

    /// Format of years and numbers of weeks in one of `columns`, unless its heading says that they are weeks.
    fn numbered_weeks(&mut self, columns: &[&Column]) {
        let is_numbered =
            |column: &&&Column| column.are_weeks() && !HEADINGS.contains(&folded(&column.heading).as_ref());
        if let Some(column) = columns.iter().find(is_numbered) {
            let reason = format!("`{}` has years and numbers of weeks", column.heading);
            self.section.set("date_format", quoted("YYYYWW"), reason);
        }
    }

    /// Format of the dates in the bound columns.
    pub fn dates(&mut self, fields: &[Field]) {
        let columns: Vec<&Column> =
            self.bound.iter().filter(|(field, _)| fields.contains(field)).map(|(_, column)| *column).collect();
        let mut format: Option<(String, String)> = None;
        let (mut open, mut other) = (Vec::new(), false);
        for column in &columns {
            match column.dates.order() {
                Order::Plain => {}
                Order::Format(own, reason) => match &format {
                    Some((known, _)) if *known != own => {
                        open.push((
                            column.heading.clone(),
                            format!("its dates are `{own}`, those of another column `{known}`"),
                        ));
                    }
                    Some(_) => {}
                    None => format = Some((own, reason)),
                },
                Order::Open(question) => open.push((column.heading.clone(), question)),
            }
        }
        if format.is_none() && !open.is_empty() {
            let bound = |column: &Column| self.bound.iter().any(|(_, bound)| std::ptr::eq(*bound, column));
            let mut found =
                self.profile.columns.iter().filter(|column| !bound(column) && column.is_date()).filter_map(|column| {
                    match column.dates.order() {
                        Order::Format(format, reason) => Some((format, format!("{reason} in `{}`", column.heading))),
                        Order::Plain | Order::Open(_) => None,
                    }
                });
            let first = found.next();
            let is_alone = found.all(|(format, _)| first.as_ref().is_some_and(|(first, _)| *first == format));
            format = first.filter(|_| is_alone);
            other = format.is_some();
        }
        if let Some((known, _)) = &format {
            // The column that decides it speaks for those that both orders fit.
            let fits = |heading: &String| {
                let column = self.bound.iter().find(|(_, column)| column.heading == *heading);
                column.is_some_and(|(_, column)| column.dates.fits(known))
            };
            let asked = open.len();
            open.retain(|(heading, _)| !fits(heading));
            if other && open.len() == asked {
                format = None;
            } else if other {
                let question = format!("its dates are read as those of another column, `{known}`: is that right?");
                open.push((columns.first().map_or("", |column| &column.heading).to_owned(), question));
            }
        }
        if let Some((format, reason)) = &format {
            self.section.set("date_format", quoted(format), reason.clone());
            dates_apart(self, fields, format);
        }
        self.numbered_weeks(&columns);
        for (heading, question) in open {
            self.ask(&heading, question);
        }
    }
}
