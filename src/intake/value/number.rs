//! Numbers as files write them, read exactly under the notation of their table.

use super::currency_sign::is_known;
use super::magnitude::magnitude;
use super::notation::{DecimalSign, Notation, Number, ThousandsSign};
use crate::intake::fault::NotDecimal;
use crate::units::{DecimalFault, parse_decimal};
use rust_decimal::Decimal;

/// Reason for which a text is not a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::intake) enum NumberFault {
    /// It is not written as a number, or has two meanings.
    Not(NotDecimal),
    /// It has more digits than can be stored exactly.
    TooLong,
    /// It is a dash alone.
    Dash,
}

impl From<NotDecimal> for NumberFault {
    fn from(reason: NotDecimal) -> Self {
        Self::Not(reason)
    }
}

/// Largest exponent that is computed with; numbers beyond it have more digits than any amount.
const MOST_EXPONENT: i32 = 40;
/// Smallest exponent with which a spreadsheet's general format shortens a whole number.
const SHORTENED_FROM: i32 = 11;
/// Decimals that a spreadsheet's general format leaves before an exponent.
const SHORTENED_DECIMALS: usize = 5;
/// Currency words after which a point is not a decimal sign.
const ABBREVIATIONS: [&str; 4] = ["Rs", "Fr", "SFr", "kr"];

/// Reads a number from the text of a cell.
///
/// Read whatever the notation: a leading plus, minus signs in front or behind, parentheses for negative numbers, a
/// currency beside the number, a percent sign, and exponents whose value is exact. Thousands signs need the notation,
/// unless the decimal sign in force follows them: `1,234.50` has one meaning, `1,234` has two. A word such as `k` or `Mio.`
/// behind the digits multiplies them.
pub(in crate::intake) fn read(text: &str, notation: Notation) -> Result<Number<'_>, NumberFault> {
    if let Some(value) = plain(text, notation) {
        return Ok(Number::plain(value));
    }
    if !text.bytes().any(|byte| byte.is_ascii_digit()) {
        return Err(without_digits(text));
    }
    let (digits, outside) = Outside::strip(text)?;
    let (mantissa, exponent) = exponent_of(digits)?;
    let (whole, fraction) = parts(mantissa, notation)?;
    let is_shortened = exponent.is_some_and(|exponent| exponent.is_of_spreadsheet);
    let power = exponent.map_or(0, |exponent| exponent.power) + outside.power.unwrap_or_default();
    if is_shortened && power >= SHORTENED_FROM && fraction.len() == SHORTENED_DECIMALS {
        return Err(NotDecimal::Shortened.into());
    }
    let value = shifted(&whole, fraction, power)?;
    let value = if outside.is_negative() && !value.is_zero() { -value } else { value };
    let is_scaled = outside.power.is_some();
    Ok(Number { value, is_percent: outside.is_percent, currencies: outside.currencies, is_shortened, is_scaled })
}

/// Reads the number of a typed cell: plain, or with an exponent as JSON writes it.
pub(in crate::intake) fn typed(text: &str) -> Result<Decimal, NumberFault> {
    if let Some(value) = plain(text, Notation::default()) {
        return Ok(value);
    }
    let (is_negative, digits) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    let (mantissa, exponent) = exponent_of(digits)?;
    let (whole, fraction) = parts(mantissa, Notation::default())?;
    let value = shifted(&whole, fraction, exponent.map_or(0, |exponent| exponent.power))?;
    Ok(if is_negative && !value.is_zero() { -value } else { value })
}

/// Reads most numbers of a file: digits, perhaps a leading minus, perhaps the decimal sign in force.
pub(in crate::intake) fn plain(text: &str, notation: Notation) -> Option<Decimal> {
    match notation.decimal_sign() {
        DecimalSign::Point => parse_decimal(text).ok(),
        DecimalSign::Comma if text.contains('.') => None,
        DecimalSign::Comma if text.contains(',') => parse_decimal(&text.replacen(',', ".", 1)).ok(),
        DecimalSign::Comma => parse_decimal(text).ok(),
    }
}

/// Signs around the digits of a number.
#[derive(Debug, Clone, Copy, Default)]
struct Outside<'t> {
    plus: bool,
    minus: bool,
    parentheses: bool,
    is_percent: bool,
    /// Power of ten of a word behind the digits.
    power: Option<i32>,
    /// Currency before and after.
    currencies: [Option<&'t str>; 2],
}

fn is_minus(c: char) -> bool {
    matches!(c, '-' | '\u{2010}'..='\u{2013}' | '\u{2212}' | '\u{FE63}' | '\u{FF0D}')
}

/// True for characters of which the word of a currency consists.
fn is_word(c: char) -> bool {
    c.is_alphabetic() || matches!(c, '$' | '€' | '£' | '¥' | '￥' | '₩' | '฿') || ('\u{20A0}'..='\u{20CF}').contains(&c)
}

impl<'t> Outside<'t> {
    /// Takes off everything around the digits; what remains begins and ends with a digit or a separator.
    fn strip(text: &'t str) -> Result<(&'t str, Self), NumberFault> {
        let mut outside = Self::default();
        let mut rest = text.trim();
        loop {
            let before = rest.len();
            rest = outside.parenthesised(rest)?;
            rest = outside.leading(rest)?;
            rest = outside.trailing(rest)?;
            if rest.len() == before {
                let is_open = rest.starts_with('(') || rest.ends_with(')');
                return if is_open { Err(NotDecimal::Marks.into()) } else { Ok((rest, outside)) };
            }
        }
    }

    fn parenthesised(&mut self, rest: &'t str) -> Result<&'t str, NumberFault> {
        let Some(inner) = rest.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) else { return Ok(rest) };
        if std::mem::replace(&mut self.parentheses, true) || self.plus || self.minus {
            return Err(NotDecimal::Marks.into());
        }
        Ok(inner.trim())
    }

    fn leading(&mut self, rest: &'t str) -> Result<&'t str, NumberFault> {
        match rest.chars().next() {
            Some('+') if !self.is_signed() => {
                self.plus = true;
                Ok(rest[1..].trim_start())
            }
            Some(c) if is_minus(c) && !self.is_signed() => {
                self.minus = true;
                Ok(rest[c.len_utf8()..].trim_start())
            }
            Some(c) if c == '+' || is_minus(c) => Err(NotDecimal::Marks.into()),
            Some('%') => self.percent(&rest[1..]),
            Some(c) if is_word(c) => {
                let end = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
                let (word, behind) = rest.split_at(end);
                let is_abbreviated = behind.starts_with('.')
                    && (ABBREVIATIONS.contains(&word) || behind[1..].starts_with(char::is_whitespace));
                self.currency(0, word)?;
                Ok(rest[end + usize::from(is_abbreviated)..].trim_start())
            }
            _ => Ok(rest),
        }
    }

    fn trailing(&mut self, rest: &'t str) -> Result<&'t str, NumberFault> {
        if let Some(whole) = without_dash(rest) {
            return Ok(whole);
        }
        let abbreviated = rest.strip_suffix('.').filter(|word| word.ends_with(char::is_alphabetic));
        let rest = abbreviated.unwrap_or(rest);
        match rest.chars().next_back() {
            Some(c) if is_minus(c) && !self.is_signed() => {
                self.minus = true;
                Ok(rest[..rest.len() - c.len_utf8()].trim_end())
            }
            Some(c) if is_minus(c) => Err(NotDecimal::Marks.into()),
            Some('%') => self.percent(&rest[..rest.len() - 1]),
            Some(c) if is_word(c) => {
                let start = rest.trim_end_matches(is_word).len();
                self.behind(&rest[start..])?;
                Ok(rest[..start].trim_end())
            }
            _ => Ok(rest),
        }
    }

    /// Takes a word behind the digits: a power of ten, a currency, or both.
    fn behind(&mut self, word: &'t str) -> Result<(), NumberFault> {
        match magnitude(word).filter(|_| self.power.is_none()) {
            Some((power, currency)) => {
                self.power = Some(power);
                if currency.is_empty() { Ok(()) } else { self.currency(1, currency) }
            }
            None => self.currency(1, word),
        }
    }

    fn is_signed(&self) -> bool {
        self.plus || self.minus || self.parentheses
    }

    fn is_negative(&self) -> bool {
        self.minus || self.parentheses
    }

    fn percent(&mut self, rest: &'t str) -> Result<&'t str, NumberFault> {
        if std::mem::replace(&mut self.is_percent, true) {
            return Err(NotDecimal::Marks.into());
        }
        Ok(rest.trim())
    }

    fn currency(&mut self, place: usize, word: &'t str) -> Result<(), NumberFault> {
        match self.currencies.get_mut(place) {
            Some(known @ None) => {
                *known = Some(word);
                Ok(())
            }
            _ => Err(NotDecimal::Word.into()),
        }
    }
}

/// The whole number before a decimal sign that dashes follow, as in `1'234.–`, `50.--` and `50,-`; `None` for any other text.
fn without_dash(rest: &str) -> Option<&str> {
    let whole = rest.trim_end_matches(is_minus);
    let dashes = rest[whole.len()..].chars().count();
    let digits = whole.strip_suffix(['.', ',']).filter(|digits| digits.ends_with(|c: char| c.is_ascii_digit()))?;
    (1..=2).contains(&dashes).then_some(digits)
}

/// Reason for a text without any digit.
fn without_digits(text: &str) -> NumberFault {
    let is_dash = match Outside::strip(text) {
        Ok(("", outside)) => {
            let mut words = outside.currencies.iter().flatten();
            outside.minus && !outside.parentheses && !outside.is_percent && words.all(|word| is_known(word))
        }
        Ok((rest, _)) => rest == "\u{2014}",
        Err(_) => false,
    };
    if is_dash { NumberFault::Dash } else { NotDecimal::NoNumber.into() }
}

/// The exponent of a number.
#[derive(Debug, Clone, Copy)]
struct Exponent {
    power: i32,
    /// True for `E+07`, as spreadsheets write it.
    is_of_spreadsheet: bool,
}

fn exponent_of(text: &str) -> Result<(&str, Option<Exponent>), NumberFault> {
    let Some(at) = text.find(['e', 'E']) else { return Ok((text, None)) };
    let (mantissa, power) = (&text[..at], &text[at + 1..]);
    let digits = power.strip_prefix(['+', '-']).unwrap_or(power);
    let is_written = (1..=3).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    let Some(number) = digits.parse::<i32>().ok().filter(|_| is_written) else { return Err(NotDecimal::Other.into()) };
    let is_of_spreadsheet = text[at..].starts_with("E+") && digits.len() == 2;
    let power = if power.starts_with('-') { -number } else { number };
    Ok((mantissa, Some(Exponent { power, is_of_spreadsheet })))
}

/// The digits before and after the decimal sign, without thousands signs.
fn parts(text: &str, notation: Notation) -> Result<(String, &str), NumberFault> {
    let sign = notation.decimal_sign().as_char();
    let (whole, fraction) = match text.split_once(sign) {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (text, None),
    };
    if fraction.is_some_and(|fraction| !is_digits(fraction)) {
        return Err(diagnosed(text, notation));
    }
    let fraction_digits = fraction.unwrap_or_default();
    if whole.is_empty() && fraction.is_some() {
        return Ok(("0".to_owned(), fraction_digits));
    }
    if is_digits(whole) {
        return Ok((whole.to_owned(), fraction_digits));
    }
    let thousands = match notation.thousands {
        Some(thousands) => thousands,
        // With the decimal sign behind it, a group sign of another kind has one meaning.
        None => match ThousandsSign::ALL.into_iter().find(|thousands| whole.contains(|c| thousands.is(c))) {
            Some(thousands) if fraction.is_some() => thousands,
            _ => return Err(diagnosed(text, notation)),
        },
    };
    match ungrouped(whole, thousands) {
        Some(digits) => Ok((digits, fraction_digits)),
        None => Err(diagnosed(text, notation)),
    }
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The digits of a whole number whose groups are correct: of three digits, or `12,34,567` as written in India.
fn ungrouped(whole: &str, thousands: ThousandsSign) -> Option<String> {
    let groups: Vec<&str> = whole.split(|c| thousands.is(c)).collect();
    let (first, rest) = groups.split_first()?;
    let (last, middle) = rest.split_last()?;
    let all_digits = groups.iter().all(|group| is_digits(group));
    let of_three = first.len() <= 3 && rest.iter().all(|group| group.len() == 3);
    let of_two = thousands == ThousandsSign::Comma
        && first.len() <= 2
        && !middle.is_empty()
        && middle.iter().all(|group| group.len() == 2)
        && last.len() == 3;
    (all_digits && !first.starts_with('0') && (of_three || of_two)).then(|| groups.concat())
}

/// Reason for which the digits and separators of a number are not read.
fn diagnosed(text: &str, notation: Notation) -> NumberFault {
    let strange = |c: char| !c.is_ascii_digit() && !ThousandsSign::ALL.iter().any(|thousands| thousands.is(c));
    let has = |thousands: ThousandsSign| text.contains(|c| thousands.is(c));
    let groups_by = |thousands: ThousandsSign| ungrouped(text, thousands).is_some();
    let (point, comma) = (has(ThousandsSign::Point), has(ThousandsSign::Comma));
    let reason = match notation.decimal_sign() {
        _ if text.contains(strange) => NotDecimal::Other,
        _ if notation.thousands.is_some_and(has) => NotDecimal::Groups,
        DecimalSign::Point if comma && !point && groups_by(ThousandsSign::Comma) => NotDecimal::Comma,
        DecimalSign::Point if comma || groups_by(ThousandsSign::Point) => NotDecimal::DecimalComma,
        DecimalSign::Comma if point && !comma && groups_by(ThousandsSign::Point) => NotDecimal::Point,
        DecimalSign::Comma if point || groups_by(ThousandsSign::Comma) => NotDecimal::DecimalPoint,
        _ if [ThousandsSign::Apostrophe, ThousandsSign::Space, ThousandsSign::Underscore].into_iter().any(has) => {
            NotDecimal::Separator
        }
        _ => NotDecimal::Marks,
    };
    reason.into()
}

/// The exact value of `whole.fraction` times ten to the `power`.
fn shifted(whole: &str, fraction: &str, power: i32) -> Result<Decimal, NumberFault> {
    if power.abs() > MOST_EXPONENT {
        return Err(NumberFault::TooLong);
    }
    let shift = usize::try_from(power.unsigned_abs()).unwrap_or_default();
    let text = if power >= 0 {
        let moved = shift.min(fraction.len());
        let zeros = "0".repeat(shift - moved);
        format!("{whole}{}{zeros}.{}", &fraction[..moved], &fraction[moved..])
    } else {
        let padded = format!("{}{whole}", "0".repeat(shift + 1));
        let at = padded.len() - shift;
        format!("{}.{}{fraction}", &padded[..at], &padded[at..])
    };
    match parse_decimal(text.trim_end_matches('.')) {
        Ok(value) => Ok(value),
        Err(DecimalFault::TooLong) => Err(NumberFault::TooLong),
        Err(DecimalFault::NotDecimal) => Err(NotDecimal::Other.into()),
    }
}
