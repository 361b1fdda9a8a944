//! Figures and names as people read them.

pub(super) use crate::channel::NOT_KNOWN;
use crate::channel::{BookSummary, LeftOutBy};
pub(super) use crate::finding::{CleanWriter, lines_of, readable};
use crate::planning::{PlanLine, QuotaPlan};
use crate::units::{Money, Rate, plain};
use rust_decimal::{Decimal, RoundingStrategy};

/// How amounts of one report are written: whole or with its decimals.
#[derive(Debug, Clone, Copy)]
pub(super) struct Figures {
    whole: bool,
    minus: char,
}

impl Figures {
    /// Whole amounts when the rounding unit, every quota and the total are whole, else with the currency's decimals.
    pub(super) fn of_plan(plan: &QuotaPlan) -> Self {
        let amounts = plan.lines.iter().map(|line| line.quota).chain([plan.rounding_unit, plan.total]);
        Self::of_amounts(amounts)
    }

    /// Whole amounts when every quota and step of the line is whole, else with the currency's decimals.
    pub(super) fn of_line(line: &PlanLine) -> Self {
        Self::of_amounts(line.steps.iter().map(|step| step.amount).chain([line.quota]))
    }

    pub(super) fn of_amounts(mut amounts: impl Iterator<Item = Money>) -> Self {
        Self { whole: amounts.all(|money| money.amount().fract().is_zero()), minus: '-' }
    }

    /// The same figures with a typographic minus.
    pub(super) fn typographic(self) -> Self {
        Self { minus: '\u{2212}', ..self }
    }

    /// The amount with the currency's decimals where it has any, also among whole amounts: for figures that must add up.
    pub(super) fn exact(self, money: Money) -> String {
        Self { whole: self.whole && money.amount().fract().is_zero(), ..self }.money(money)
    }

    /// `1,250,000` or `1,250,000.00`.
    pub(super) fn money(self, money: Money) -> String {
        let text = if self.whole {
            let whole = money.amount().round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero);
            grouped_whole(whole)
        } else {
            money.to_grouped()
        };
        self.with_minus(&text)
    }

    /// The amount, or nothing when it is not known.
    pub(super) fn known(self, money: Option<Money>) -> String {
        money.map_or_else(String::new, |money| self.money(money))
    }

    /// `+1,250` or `-1,250`; zero has no sign.
    pub(super) fn signed(self, money: Money) -> String {
        with_plus(money, self.money(money))
    }

    /// [`Figures::exact`] with its sign.
    pub(super) fn signed_exact(self, money: Money) -> String {
        with_plus(money, self.exact(money))
    }

    /// `12.5 %`.
    pub(super) fn percent(self, rate: Rate) -> String {
        self.with_minus(&format!("{} %", percent_digits(rate, 1)))
    }

    /// `+12.5 %`, or nothing when the rate is not known.
    pub(super) fn growth(self, rate: Option<Rate>) -> String {
        rate.map_or_else(String::new, |rate| {
            let digits = percent_digits(rate, 1);
            let sign = if digits.starts_with('-') || digits == "0.0" { "" } else { "+" };
            self.with_minus(&format!("{sign}{digits} %"))
        })
    }

    /// The share, or nothing when it is not known.
    pub(super) fn share(self, rate: Option<Rate>) -> String {
        rate.map_or_else(String::new, |rate| self.percent(rate))
    }

    fn with_minus(self, text: &str) -> String {
        text.replace('-', self.minus.encode_utf8(&mut [0; 4]))
    }
}

fn with_plus(money: Money, text: String) -> String {
    // An amount that shows as zero has no sign.
    let is_above = money.amount() > Decimal::ZERO && text.bytes().any(|byte| (b'1'..=b'9').contains(&byte));
    if is_above { format!("+{text}") } else { text }
}

/// Writes a multiple: `3.2×`, or nothing when it is not defined.
pub(super) fn multiple(rate: Option<Rate>) -> String {
    let short = |rate: Rate| {
        // Below 10 the second decimal tells an empty pipeline from a thin one.
        let decimals = if rate.abs() < Decimal::TEN { 2 } else { 1 };
        let mut rounded = rate.round_dp_with_strategy(decimals, RoundingStrategy::MidpointAwayFromZero);
        rounded.rescale(decimals);
        if rate.abs() >= Decimal::ONE_THOUSAND { "over 999×".to_owned() } else { format!("{rounded}×") }
    };
    rate.map(short).unwrap_or_default()
}

/// Writes a count with thousands separators.
pub(super) fn count(number: usize) -> String {
    grouped_whole(Decimal::from(number))
}

/// `1 line`, `2,000 lines`.
pub(super) fn counted(number: usize, one: &str, many: &str) -> String {
    format!("{} {}", count(number), if number == 1 { one } else { many })
}

fn grouped_whole(whole: Decimal) -> String {
    let text = plain(whole.trunc());
    let (sign, digits) = text.strip_prefix('-').map_or(("", text.as_str()), |rest| ("-", rest));
    let mut out = String::from(sign);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index) % 3 == 0 {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A fraction in percent with `decimals` digits, thousands apart.
fn percent_digits(rate: Rate, decimals: u32) -> String {
    let Some(percent) = rate.checked_mul(Decimal::ONE_HUNDRED) else { return "over 10^26".to_owned() };
    let mut rounded = percent.round_dp_with_strategy(decimals, RoundingStrategy::MidpointAwayFromZero);
    rounded.rescale(decimals);
    let text = plain(rounded);
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let negative_fraction = whole == "-0";
    let whole = whole.parse::<Decimal>().map_or_else(|_| whole.to_owned(), grouped_whole);
    format!(
        "{}{whole}{}{fraction}",
        if negative_fraction { "-" } else { "" },
        if fraction.is_empty() { "" } else { "." }
    )
}

/// Writes an amount with all of its decimals, or `not known`.
pub(super) fn amount_text(amount: Option<Money>) -> String {
    amount.map_or_else(|| "not known".to_owned(), Money::to_grouped_exact)
}

/// Returns what was read of a book in one sentence:
/// `read 12,345 revenue rows, 45,678,901.23 USD in 2024-01 to 2025-12, 3 rows left out`.
///
/// Missing months and rows left out are mentioned where there are any.
pub fn book_sentence(book: &BookSummary) -> String {
    let rows = book.table("revenue").map_or(0, |table| table.used);
    let mut parts = vec![format!("read {}", counted(rows, "revenue row", "revenue rows"))];
    if let (Some(first), Some(last)) = (book.first_month, book.last_month) {
        let months = if first == last { first.to_string() } else { format!("{first} to {last}") };
        parts.push(format!("{} {} in {months}", amount_text(book.revenue), book.currency));
    }
    if !book.missing_months.is_empty() {
        parts.push(format!("{} missing", counted(book.missing_months.len(), "month", "months")));
    }
    // A row of a list of orders is a row of the table of partners as well, and it is counted once.
    let has_revenue = book.table("revenue").is_some();
    let tables = book.tables.iter().filter(|table| !has_revenue || *table.table == *"revenue");
    let groups = tables.flat_map(|table| &table.left_out);
    let left_out: usize = groups.filter(|group| group.rule != LeftOutBy::Repeated).map(|group| group.rows).sum();
    if left_out > 0 {
        parts.push(format!("{} left out", counted(left_out, "row", "rows")));
    }
    parts.join(", ")
}

/// Returns the sentence about the book after ` · `, or nothing for a book that was not read.
pub(super) fn about_book(book: Option<&BookSummary>) -> String {
    book.map(|book| format!(" · {}", book_sentence(book))).unwrap_or_default()
}

/// Returns the sentence about the book on new lines, or nothing for a book that was not read.
pub(super) fn book_below(book: Option<&BookSummary>, width: u16) -> String {
    book.map(|book| format!("\n{}", lines_of(&book_sentence(book), width.into()).join("\n"))).unwrap_or_default()
}

/// A rate as plain digits without trailing zeros: `0.35`.
pub(super) fn rate_text(rate: Rate) -> String {
    plain(rate.normalize())
}

/// Growth for files: a fraction with at most six decimals.
pub(super) fn growth_text(growth: Rate) -> String {
    rate_text(growth.round_dp_with_strategy(6, RoundingStrategy::MidpointAwayFromZero))
}

/// [`readable`] text of at most `most` characters; the last one is `…` when some are missing.
pub(super) fn clipped(text: &str, most: usize) -> String {
    let text = readable(text);
    if text.chars().count() <= most {
        return text;
    }
    let kept: String = text.chars().take(most.saturating_sub(1)).collect();
    format!("{}…", kept.trim_end())
}

/// Partner name, and the product line and territory of the line as far as the grain has them.
pub(super) fn line_name(line: &PlanLine) -> String {
    let parts =
        [Some(&line.identity.partner_name), line.segment.product_line.as_ref(), line.segment.territory.as_ref()];
    parts.into_iter().flatten().map(|part| readable(part)).collect::<Vec<_>>().join(" · ")
}

/// First eight characters of a hash.
pub(super) fn short_hash(hash: &str) -> String {
    hash.chars().take(8).collect()
}
