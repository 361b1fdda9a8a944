//! Order of day, month and year in dates written as text, as far as the data proves it.

use super::super::value::date_format::DateFormat;
use super::super::value::month_word::month_number;
use super::super::value::period::{self, PeriodFault, Years};
use super::super::value::week::Week;

/// Evidence from the dates of one column.
#[derive(Debug, Clone, Default)]
pub(super) struct Dates {
    /// Cells that are read as a date or period without a format.
    pub plain: u64,
    /// Cells with three numbers between separators.
    pub parted: u64,
    /// Separator, and whether the year has two digits and is first, of the first of them.
    form: Option<(char, bool, bool)>,
    /// True when the month is a word between day and year.
    is_named: bool,
    /// Cells of another form than the first one.
    others: u64,
    /// A value whose first number is above 12, and one whose second number is.
    first: Option<String>,
    second: Option<String>,
    example: String,
    /// True when the first of three short numbers may be the year; and when one of them cannot.
    may_be_year: bool,
    is_never_year: bool,
}

/// Format of the dates of a column, as far as the evidence decides it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Order {
    /// Every date is read without a format.
    Plain,
    /// A format, and why.
    Format(String, String),
    /// Open question.
    Open(String),
}

/// The three numbers of a date, its separator; a time of day may follow.
fn parts(text: &str) -> Option<([&str; 3], char)> {
    let day = text.split(' ').next()?.trim_end_matches(',');
    // `T` before a time of day, and not the one of `OCT`.
    let time = day.match_indices('T').find(|(at, _)| day[at + 1..].starts_with(|c: char| c.is_ascii_digit()));
    let day = time.map_or(day, |(at, _)| &day[..at]);
    let separator = day.chars().find(|c| matches!(c, '/' | '.' | '-'))?;
    let mut words = day.split(separator);
    let parts = [words.next()?, words.next()?, words.next()?];
    let is_number = |part: &str| matches!(part.len(), 1 | 2 | 4) && part.bytes().all(|byte| byte.is_ascii_digit());
    let is_part = |(place, part): (usize, &&str)| is_number(part) || (place == 1 && month_number(part).is_some());
    (words.next().is_none() && parts.iter().enumerate().all(is_part)).then_some((parts, separator))
}

/// True when the reader takes `text` as a date or a period without any format.
pub(super) fn is_plain(text: &str) -> bool {
    // A period of the vendor's calendar is reported when the book is read.
    let is_period = || matches!(period::read(text, Years::default(), &[], None), Ok(_) | Err(PeriodFault::NoCalendar));
    text.len() > 4 && (is_period() || Week::read(text).is_some())
}

/// True when `text` is a date or a period in some format.
pub(super) fn is_date(text: &str) -> bool {
    is_plain(text) || parts(text).is_some()
}

impl Dates {
    /// Adds the cell `text`; false when it is not a date.
    pub fn add(&mut self, text: &str) -> bool {
        if is_plain(text) {
            self.plain += 1;
            return true;
        }
        let Some((parts, separator)) = parts(text) else { return false };
        let is_year_first = parts[0].len() == 4;
        let has_short_year = !is_year_first && parts[2].len() == 2;
        let form = (separator, has_short_year, is_year_first);
        let is_named = month_number(parts[1]).is_some();
        self.parted += 1;
        self.is_named |= is_named;
        if *self.form.get_or_insert(form) != form {
            self.others += 1;
            return true;
        }
        if self.example.is_empty() {
            text.clone_into(&mut self.example);
        }
        self.may_be_year |= has_short_year && parts[0].len() == 2;
        self.is_never_year |= parts[0].parse::<u32>().is_ok_and(|number| !(15..=40).contains(&number));
        let above = |part: &str| part.parse::<u32>().is_ok_and(|number| number > 12);
        if !is_year_first && self.first.is_none() && above(parts[0]) {
            self.first = Some(text.to_owned());
        }
        if self.second.is_none() && above(parts[1]) {
            self.second = Some(text.to_owned());
        }
        true
    }

    /// True when the dates have points between their numbers.
    pub fn have_points(&self) -> bool {
        matches!(self.form, Some(('.', ..)))
    }

    /// Number of cells that are dates.
    pub fn count(&self) -> u64 {
        self.plain + self.parted
    }

    /// True when all dates of the column can be of `format`, although they do not decide it.
    pub fn fits(&self, format: &str) -> bool {
        let Some((separator, has_short_year, is_year_first)) = self.form else { return true };
        let year = if has_short_year { "YY" } else { "YYYY" };
        let orders = [format!("D{separator}M{separator}{year}"), format!("M{separator}D{separator}{year}")];
        self.others == 0
            && !is_year_first
            && self.first.is_none()
            && self.second.is_none()
            && orders.iter().any(|one| one == format)
    }

    /// The first two numbers of the date `text`.
    pub fn numbers_of(text: &str) -> Option<(u32, u32)> {
        let ([first, second, _], _) = parts(text)?;
        Some((first.parse().ok()?, second.parse().ok()?))
    }

    /// The format of the column's dates.
    pub fn order(&self) -> Order {
        let Some((separator, has_short_year, is_year_first)) = self.form else { return Order::Plain };
        if self.others > 0 {
            return Order::Open(format!("{} dates are written in another form than `{}`", self.others, self.example));
        }
        if self.may_be_year && !self.is_never_year {
            return Order::Open(format!(
                "`{0}` may begin with the year: write `date_format = \"YY{separator}M{separator}D\"`, or \
                 `date_format = \"D{separator}M{separator}YY\"`",
                self.example
            ));
        }
        let year = if has_short_year { "YY" } else { "YYYY" };
        if self.is_named && !is_year_first {
            let format = format!("D{separator}MMM{separator}{year}");
            return Order::Format(format, format!("`{}` has the name of the month", self.example));
        }
        let (day_first, month_first) =
            (format!("D{separator}M{separator}{year}"), format!("M{separator}D{separator}{year}"));
        let (format, reason) = match (is_year_first, &self.first, &self.second) {
            (true, _, None) => (format!("YYYY{separator}M{separator}D"), format!("as in `{}`", self.example)),
            (true, _, Some(day)) => (format!("YYYY{separator}D{separator}M"), format!("`{day}` has the day second")),
            (false, Some(day), None) => (day_first, format!("`{day}` has the day first")),
            (false, None, Some(day)) => (month_first, format!("`{day}` has the day second")),
            (false, Some(one), Some(other)) => {
                return Order::Open(format!("`{one}` has the day first, but `{other}` has the day second"));
            }
            (false, None, None) if separator == '.' => {
                (day_first, format!("dates with points, such as `{}`, are written with the day first", self.example))
            }
            (false, None, None) => {
                return Order::Open(format!(
                    "no date has a day above 12, so `{}` can be read in two ways: write `date_format = \"{day_first}\"` \
                     or `date_format = \"{month_first}\"`",
                    self.example
                ));
            }
        };
        match DateFormat::new(&format) {
            Some(_) => Order::Format(format, reason),
            None => Order::Open(format!("dates such as `{}` are not read", self.example)),
        }
    }
}
