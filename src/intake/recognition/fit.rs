//! Columns of a table of an export that decide which table of a book it may be.

use super::super::table::{Field, TableKind, folded};
use super::super::value::period::{self, Years};
use super::super::value::week::{HEADINGS, Week};
use super::assumed::{assumed, is_ledger_account, organisations};
use super::assumed_amount::assumed_amount;
use super::dates::is_date;
use super::grouped::grouped;
use super::heading::{compared, is_one_of, names_currency_in};
use super::notation::{is_dash, is_number};
use super::outcomes::outcome;
use super::period_heading::{is_fiscal_year, is_year_end, span, year_of};
use super::profile::{Column, Profile};
use super::role::{CONVERTED, has_word, is_quantity, is_seller, is_unit_price};
use super::running_words::{NEXT as RUNNING, is_running, running};
use super::sides::sides;
use super::synonym::{FISCAL_YEARS, MONTHS, QUANTITIES, UNIT_PRICES, YEARS};
use super::text::quoted;
use super::wide::{Wide, few, wide, years};

/// Headings that name a partner in a table of partners only.
const OWN_ID: [&str; 3] = ["id", "internalid", "name"];
/// Headings of parts of a year beside it.
const PERIODS: [&str; 20] = [
    "period",
    "periode",
    "période",
    "periodo",
    "postingperiod",
    "fiscalperiod",
    "week",
    "weekno",
    "weeknumber",
    "isoweek",
    "calendarweek",
    "fiscalweek",
    "kw",
    "woche",
    "kalenderwoche",
    "semaine",
    "semana",
    "settimana",
    "week#",
    "day",
];
/// Headings of the numbers of the periods of a fiscal year.
const FISCAL_PERIODS: [&str; 6] = ["period", "fiscalperiod", "postingperiod", "periode", "période", "periodo"];
/// Headings of the date on which an opportunity was won.
const WON_DATES: [&str; 5] = ["wontime", "wondate", "actualclosedate", "dealwontime", "closedwondate"];
/// Words of dates that are not those of revenue.
const NOT_OF_REVENUE: &str =
    "birth birthday due end expiry expires modified changed updated valid until since joined hired";
/// Words in the name of a table of opportunities.
const PIPELINE_WORDS: [&str; 5] = ["opportunit", "deal", "pipeline", "potential", "chance"];

/// A table that has further columns for the rows of another one.
#[derive(Debug, Clone, Copy)]
pub(super) struct Joined<'p> {
    pub profile: &'p Profile,
    /// The key in the table itself, and in the other one.
    pub key: &'p Column,
    pub other_key: &'p Column,
}

/// Columns of a table that decide its role.
#[derive(Clone)]
pub(super) struct Fit<'p> {
    pub profile: &'p Profile,
    pub partner: Option<&'p Column>,
    pub date: Option<&'p Column>,
    pub amount: Option<&'p Column>,
    /// Quantity and unit price, where no column has amounts.
    pub factors: Option<[&'p Column; 2]>,
    /// True when these are debits and credits, whose difference is the amount.
    pub are_sides: bool,
    /// Year and month, where no column has both.
    pub year_and_month: Option<[&'p Column; 2]>,
    pub close_date: Option<&'p Column>,
    pub wide: Option<Wide>,
    /// Columns of years, or one of years beside amounts: revenue where no other table has it.
    pub years: Option<Wide>,
    pub year: Option<&'p Column>,
    /// Date on which opportunities were won.
    pub won_date: Option<&'p Column>,
    /// Table that columns come from which this one lacks.
    pub joined: Option<Joined<'p>>,
    /// True when no heading names a partner, and the likeliest column is taken.
    pub is_assumed: bool,
    /// True when no heading names the amount, and the only column of amounts is taken.
    pub is_amount_assumed: bool,
    /// True when no heading names the date, and the only column of dates is taken.
    pub is_date_assumed: bool,
    /// Consumers, most of which have one row, in whose place the partner is the store or reseller beside them.
    pub consumer: Option<&'p Column>,
    /// True when the partner is written alone above its rows.
    pub is_grouped: bool,
    /// True when the amount is a price, because no column has amounts or quantities.
    pub is_price: bool,
    has_outcome: bool,
}

impl<'p> Fit<'p> {
    pub fn of(profile: &'p Profile) -> Self {
        let is_foreign = |column: &Column| !OWN_ID.contains(&compared(&column.heading).as_str());
        let is_id = |column: &Column| {
            column.filled > 0 && !column.is_date() && is_foreign(column) && !is_ledger_account(profile, column)
        };
        let stage = profile.best(Field::Stage, |column| outcome(column).is_some());
        let status = profile.best(Field::Status, |column| outcome(column).is_some());
        let has_probability = profile.best(Field::Probability, Column::is_amount).is_some();
        let has_truth = profile.best(Field::IsWon, Column::is_truth).is_some();
        let numbers = |headings: &[&str]| {
            profile.columns.iter().find(|column| column.is_amount() && is_one_of(headings, &column.heading))
        };
        let amount = amount_of(profile);
        let date = profile.best(Field::Month, Column::is_date);
        // One partner alone is rather the ledger account or the company of the export.
        let named = profile.best(Field::PartnerId, |column| is_id(column) && column.values.len() > 1);
        let alone = profile.best(Field::PartnerId, is_id);
        let instead = alone.filter(|_| named.is_none() && date.is_some()).and_then(|_| organisations(profile));
        let only = instead.or(alone);
        let has_outcome = stage.or(status).is_some() || has_probability || has_truth;
        let is_consumer = |named: &&Column| is_once(named) && !is_seller(&named.heading);
        let consumer = named.filter(|named| !has_outcome && date.is_some() && is_consumer(named));
        let seller =
            |column: &Column| is_id(column) && column.values.len() > 1 && repeats(column) && is_seller(&column.heading);
        let seller = consumer.and_then(|_| profile.best(Field::PartnerId, seller));
        let consumer = consumer.filter(|_| seller.is_some());
        let group = if named.is_none() { grouped(profile) } else { None };
        let by_word = |is_one: fn(&str) -> bool| {
            let mut found = profile.columns.iter().filter(|column| column.is_amount() && is_one(&column.heading));
            found.next().filter(|_| found.next().is_none())
        };
        let quantity = numbers(QUANTITIES).or_else(|| by_word(is_quantity));
        let price = numbers(UNIT_PRICES).or_else(|| by_word(is_unit_price));
        let factors = quantity.zip(price).filter(|_| amount.is_none()).map(<[&Column; 2]>::from);
        let sides = if amount.is_none() && factors.is_none() { sides(profile) } else { None };
        let year_and_month = if date.is_none() { year_and_month(profile) } else { None };
        let is_price = amount.is_none() && quantity.is_none() && price.is_some();
        Self {
            profile,
            partner: seller.or(named).or(group).or(only),
            consumer,
            is_grouped: group.is_some(),
            date,
            year_and_month,
            amount: amount.or(price.filter(|_| is_price)),
            factors: factors.or(sides),
            are_sides: sides.is_some(),
            close_date: profile.best(Field::CloseDate, Column::is_date),
            wide: wide(profile).or_else(|| few(profile).filter(|_| date.is_none() && year_and_month.is_none())),
            years: if date.is_none() { years(profile) } else { None },
            year: if date.is_none() { year(profile) } else { None },
            won_date: profile.columns.iter().find(|column| column.is_date() && is_one_of(&WON_DATES, &column.heading)),
            joined: None,
            is_assumed: named.is_none() && group.is_none() && instead.is_some(),
            is_price,
            is_date_assumed: false,
            is_amount_assumed: false,
            has_outcome,
        }
    }

    /// Takes the only column of dates as that of the revenue, if the table has all else that revenue needs.
    pub fn assume_date(&mut self) {
        let has_amount = self.amount.is_some() || self.factors.is_some();
        let has_date = self.date.is_some() || self.year_and_month.is_some() || self.year.is_some();
        if has_date || !has_amount || self.partner.is_none() || self.unpivoted().is_some() {
            return;
        }
        let mut dates = self.profile.columns.iter().filter(|column| column.filled > 0 && column.is_date());
        let is_other = |column: &&Column| {
            let fields = [Field::Since, Field::Until, Field::ValidFrom, Field::CloseDate];
            fields.iter().any(|field| column.rank(*field).is_some()) || has_word(&column.heading, NOT_OF_REVENUE)
        };
        self.date = dates.next().filter(|date| dates.next().is_none() && !is_other(date));
        self.is_date_assumed = self.date.is_some();
    }

    /// Takes the likeliest column as the partner, if the table has all else that revenue needs.
    pub fn assume(&mut self) {
        let has_date = self.date.is_some() || self.year_and_month.is_some();
        if has_date && self.amount.is_none() && self.factors.is_none() && self.unpivoted().is_none() {
            self.amount = self.partner.and_then(|_| assumed_amount(self.profile));
            self.is_amount_assumed = self.amount.is_some();
        }
        let is_wide = self.unpivoted().is_some();
        if self.partner.is_some() || (!is_wide && self.amount.is_none() && self.factors.is_none()) {
            return;
        }
        self.partner = assumed(self.profile, is_wide);
        self.is_assumed = self.partner.is_some();
    }

    /// The columns of a table of revenue.
    pub fn wanted(&self) -> [(Field, Option<&'p Column>); 3] {
        [(Field::PartnerId, self.partner), (Field::Month, self.date), (Field::Amount, self.amount)]
    }

    /// Says why no column is `field`, up to what is to be written: none has a known heading, or the values of the one that has
    /// are of another kind.
    pub fn missing(&self, field: Field) -> String {
        let (role, kind) = match field {
            Field::PartnerId => ("the partner", "identifiers"),
            Field::Month => ("the date or month", "dates or months"),
            _ => ("the amount", "numbers"),
        };
        if let Some(why) = unusable(self.profile, field) {
            return why;
        }
        match self.profile.best(field, |column| column.filled > 0) {
            Some(column) => {
                let is_other = |value: &str| match field {
                    Field::Amount => !is_number(value) && !is_dash(value),
                    _ => !is_date(value),
                };
                let other = column.values.keys().find(|value| is_other(value)).or_else(|| column.values.keys().next());
                let example = other.map(|value| quoted(value)).unwrap_or_default();
                format!("the values of `{}`, such as {example}, are not all {kind}: write", column.heading)
            }
            None => format!("no heading is known to be {role}: write"),
        }
    }

    fn has(&self, field: Field) -> bool {
        self.profile.best(field, |column| column.filled > 0).is_some()
    }

    pub fn is_opportunities(&self) -> bool {
        let name = folded(&self.profile.name);
        let has_state = || [Field::Stage, Field::Status, Field::IsClosed].into_iter().any(|field| self.has(field));
        let is_named = PIPELINE_WORDS.iter().any(|word| name.contains(word)) && has_state();
        self.partner.is_some()
            && self.amount.is_some()
            && (self.has_outcome || is_named)
            && (self.close_date.is_some() || self.date.is_some())
    }

    pub fn is_revenue(&self) -> bool {
        let has_amounts = self.amount.is_some() || self.factors.is_some();
        let has_rows = self.wide.is_some() || (has_amounts && (self.date.is_some() || self.year_and_month.is_some()));
        self.partner.is_some() && has_rows && !self.is_opportunities() && !self.is_master()
    }

    /// True for a table that has the name and the headings of the table of revenue; a wrong cell does not change that.
    pub fn is_own_revenue(&self) -> bool {
        let has = |field: Field| self.profile.columns.iter().any(|column| column.heading == field.name());
        TableKind::named(&self.profile.name) == Some(TableKind::Revenue)
            && [Field::PartnerId, Field::Month, Field::Amount].into_iter().all(has)
    }

    /// True for revenue by year, which is read where no other table has revenue.
    pub fn is_revenue_of_years(&self) -> bool {
        let has_year = self.year.is_some() && self.amount.is_some();
        self.partner.is_some() && (self.years.is_some() || has_year) && !self.is_revenue() && !self.is_opportunities()
    }

    /// The columns that are periods.
    pub fn unpivoted(&self) -> Option<&Wide> {
        self.wide.as_ref().or(self.years.as_ref())
    }

    /// True for one row per partner, or one per partner and date, without a column for each month.
    pub fn is_master(&self) -> bool {
        let own = self.profile.best(Field::PartnerId, |column| column.filled > 0 && !column.is_date());
        let is_named = ["partner", "account", "customer", "compan", "kunde", "client", "reseller", "organi", "store"]
            .iter()
            .any(|word| folded(&self.profile.name).contains(word));
        let has_amounts = self.amount.is_some() || self.factors.is_some();
        self.wide.is_none()
            && own.is_some_and(|own| own.is_unique() || (!has_amounts && self.profile.is_dated()))
            && (is_named || (self.date.is_none() && self.year_and_month.is_none()) || !has_amounts)
    }
}

/// The column of the amount.
fn amount_of(profile: &Profile) -> Option<&Column> {
    // `Net` beside a fee is what a payment service pays out.
    let has_fee = profile.columns.iter().any(|column| column.is_amount() && has_word(&column.heading, "fee fees"));
    let has_tax = profile.columns.iter().any(|column| column.is_amount() && has_word(&column.heading, "tax vat"));
    let is_paid_out = |column: &Column| has_fee && !has_tax && compared(&column.heading) == "net";
    let is_revenue = |column: &Column| column.is_amount() && !is_running(&column.heading);
    let amount = profile.best(Field::Amount, |column| is_revenue(column) && !is_paid_out(column));
    let amount = amount.or_else(|| profile.best(Field::Amount, is_revenue));
    amount.and_then(|amount| converted(profile, amount)).or(amount)
}

/// The only amount in one currency beside `amount`, whose currencies are several.
fn converted<'p>(profile: &'p Profile, amount: &Column) -> Option<&'p Column> {
    let codes = profile.best(Field::Currency, |column| !column.currencies().is_empty())?.currencies();
    let is_single = |column: &Column| has_word(&column.heading, CONVERTED) || names_currency_in(&column.heading);
    if codes.iter().all(|code| Some(code) == codes.first()) || is_single(amount) {
        return None;
    }
    let is_one = |column: &&Column| column.is_amount() && column.rank(Field::Amount).is_some() && is_single(column);
    let mut found = profile.columns.iter().filter(is_one);
    found.next().filter(|_| found.next().is_none())
}

/// The reason why the columns that may be `field` cannot be it, where that is known.
fn unusable(profile: &Profile, field: Field) -> Option<String> {
    if field == Field::Month {
        let column =
            profile.best(field, |column| column.filled > 0 && column.values.keys().all(|text| is_day(text)))?;
        let example = column.values.keys().next()?;
        return Some(format!(
            "the values of `{}`, such as `{example}`, are days and months without a year: export dates with their year, else write",
            column.heading
        ));
    }
    if let Some(heading) = running(profile).filter(|_| field == Field::Amount) {
        return Some(format!("`{heading}` {RUNNING}"));
    }
    None
}

/// True for a day and a month without a year, such as `3112`.
fn is_day(text: &str) -> bool {
    let number = text.parse::<u32>().ok().filter(|_| matches!(text.len(), 3 | 4));
    number.is_some_and(|number| (1..=31).contains(&(number / 100)) && (1..=12).contains(&(number % 100)))
}

/// Rows from which partners with one row each are rather consumers.
const FEWEST_ROWS: u64 = 8;

/// True when nearly every row has another value.
fn is_once(column: &Column) -> bool {
    column.filled >= FEWEST_ROWS && (column.values.len() as u64) * 10 >= column.filled * 9
}

/// True when values have two rows on average.
fn repeats(column: &Column) -> bool {
    (column.values.len() as u64) * 2 <= column.filled
}

/// A column of years, where no column has months.
fn year(profile: &Profile) -> Option<&Column> {
    let is_year =
        |text: &str| year_of(text).is_some() || is_fiscal_year(text) || is_year_end(text) || span(text).is_some();
    let of_months = |column: &Column| is_one_of(MONTHS, &column.heading) || is_one_of(&PERIODS, &column.heading);
    let found = profile.columns.iter().find(|column| {
        let is_named = is_one_of(YEARS, &column.heading) || is_one_of(FISCAL_YEARS, &column.heading);
        column.filled > 0 && is_named && column.values.keys().all(|text| is_year(text))
    });
    found.filter(|_| !profile.columns.iter().any(of_months))
}

/// A column of calendar years and one of months or quarters, whose cells are a period together.
fn year_and_month(profile: &Profile) -> Option<[&Column; 2]> {
    let is_fiscal = |column: &Column| is_one_of(FISCAL_YEARS, &column.heading);
    let is_year = |column: &&Column| {
        column.filled > 0
            && (is_one_of(YEARS, &column.heading) || is_fiscal(column))
            && column.values.keys().all(|text| year_of(text).is_some())
    };
    let year = profile.columns.iter().find(is_year)?;
    let example = year.values.keys().next()?;
    let is_month = |column: &&Column| {
        let is_period = |text: &str| period::read(&format!("{example} {text}"), Years::default(), &[], None).is_ok();
        // The number of a month of a fiscal year may be that of the calendar or of the period.
        let is_named = is_one_of(MONTHS, &column.heading) && !(is_fiscal(year) && column.is_amount());
        let is_numbered = is_fiscal(year) && is_one_of(&FISCAL_PERIODS, &column.heading);
        column.filled > 0 && (is_named || is_numbered) && column.values.keys().all(|text| is_period(text))
    };
    let is_week = |column: &&Column| {
        let is_one = |text: &str| Week::read(&format!("{example} W{}", text.trim_start_matches(['W', 'w']))).is_some();
        is_one_of(&HEADINGS, &column.heading) && !is_fiscal(year) && column.values.keys().all(|text| is_one(text))
    };
    let month = profile.columns.iter().find(is_month);
    Some([year, month.or_else(|| profile.columns.iter().find(is_week).filter(|week| week.filled > 0))?])
}
