//! Notation of numbers written as text: which sign is the decimal mark and which separates thousands, as far as the
//! numbers prove it.

use super::super::value::magnitude::magnitude;
use super::super::value::{currency_sign, notation as value, number};
use super::heading::stated_currency;
use crate::units::Currency;
use std::collections::{BTreeMap, BTreeSet};

/// Evidence from the numbers of one column or table.
#[derive(Debug, Clone, Default)]
pub(in crate::intake) struct Notation {
    /// Numbers with a proven decimal mark, by mark, each with an example.
    decimals: BTreeMap<char, String>,
    /// Numbers with a proven thousands sign, by sign, each with an example.
    thousands: BTreeMap<char, String>,
    /// Numbers such as `1,234`, which prove neither, by sign.
    ambiguous: BTreeMap<char, String>,
    /// Currencies stated beside the numbers.
    pub currencies: BTreeMap<&'static str, u64>,
    /// Signs without which a number cannot be read: it has no decimals, or the sign is neither point nor comma.
    needed: BTreeSet<char>,
    /// True when a number has a `$`, whosever dollars they are.
    has_dollars: bool,
    /// Numbers such as `1,234`, numbers with another number of decimals, and numbers above 999 without any sign.
    open: u64,
    proven: u64,
    large: u64,
    /// A number that a word multiplies, such as `1.2M`.
    pub scaled: Option<String>,
    /// Numbers with three decimals or more that are proven, and numbers with decimals and more than three digits before them.
    fine: u64,
}

/// Numbers such as `1,234` beside a currency from which their sign separates thousands.
const FEWEST_OPEN: u64 = 3;
/// Numbers such as `1.234` for each one with other decimals from which that one may be mistyped.
const FEW_PROOFS: u64 = 20;

/// Signs that the evidence proves.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::intake) struct Marks {
    /// The decimal comma, with an example that proves it.
    pub decimal_comma: Option<String>,
    /// The thousands sign, with an example that proves it.
    pub thousands: Option<(char, String)>,
    /// A number such as `1,234` or `1.234` whose sign nothing decides.
    pub ambiguous: Option<String>,
    /// Open question.
    pub question: Option<String>,
}

/// A sign between digits, with the number of digits before and after it.
type Sign = (char, usize, usize);

/// The currency behind a word that multiplies a number: `EUR` of `Mio. EUR`; `None` without such a word.
fn scaled(word: &str) -> Option<&str> {
    let (first, rest) = word.split_once(' ').unwrap_or((word, ""));
    let (_, currency) = magnitude(first.trim_end_matches('.'))?;
    Some(if rest.is_empty() { currency } else { rest.trim() })
}

/// Reads `text` as a number in any notation; returns its signs between digits in order, each with the number of digits
/// before and after it, and the currency beside the number. `None` when it is not a number.
fn signs(text: &str) -> Option<(Vec<Sign>, Option<&'static str>)> {
    let inner = text.trim().trim_start_matches('(').trim_end_matches(')').trim_end_matches('%').trim();
    let is_digit = |c: char| c.is_ascii_digit();
    let (start, end) = (inner.find(is_digit)?, inner.rfind(is_digit)?);
    let (before, after) = (inner[..start].trim(), inner[end + 1..].trim());
    let mut currency = None;
    for part in [before, after] {
        let outside = ['-', '+', '(', ')', '\u{2212}', '\u{2013}', '\u{2014}', ' ', '\u{A0}', '\u{202F}'];
        // Without decimals: `1'234.–`.
        let word = part.trim_start_matches(['.', ',']).trim_matches(outside);
        let is_behind = !word.is_empty() && part == after;
        let word = if is_behind { scaled(word).unwrap_or(word) } else { word };
        if word.is_empty() || word == "$" {
            continue;
        }
        currency =
            Some(stated_currency(word).or_else(|| currency_sign::code(word)).or_else(|| currency_sign::sign(word))?);
    }
    let mut signs: Vec<Sign> = Vec::new();
    let mut digits = 0;
    for c in inner[start..=end].chars() {
        match c {
            c if c.is_ascii_digit() => digits += 1,
            '.' | ',' | '\'' | '\u{2019}' | ' ' | '\u{A0}' | '\u{202F}' | '_' => {
                let sign = match c {
                    '\u{A0}' | '\u{202F}' => ' ',
                    '\u{2019}' => '\'',
                    c => c,
                };
                if let Some((.., after)) = signs.last_mut() {
                    *after = digits;
                }
                signs.push((sign, digits, 0));
                digits = 0;
            }
            'e' | 'E' => return Some((Vec::new(), currency)),
            _ => return None,
        }
    }
    if let Some((.., after)) = signs.last_mut() {
        *after = digits;
    }
    Some((signs, currency))
}

/// True when `text` is a number in some notation.
pub(super) fn is_number(text: &str) -> bool {
    // Numbers of at most 15 digits: longer strings of digits are identifiers.
    text.bytes().filter(u8::is_ascii_digit).count() <= 15 && signs(text).is_some()
}

/// True when the first digit of `text` is 0: `0.125` is a fraction.
fn begins_with_zero(text: &str) -> bool {
    text.bytes().find(u8::is_ascii_digit) == Some(b'0')
}

/// True for a dash alone, perhaps with a currency, as accounting formats write zero.
pub(super) fn is_dash(text: &str) -> bool {
    let is_short = text.len() < 12 && text.contains(['-', '\u{2012}', '\u{2013}', '\u{2014}', '\u{2212}']);
    is_short
        && !text.bytes().any(|byte| byte.is_ascii_digit())
        && matches!(number::read(text, value::Notation::default()), Err(number::NumberFault::Dash))
}

impl Notation {
    /// Adds the currency that a sign or code beside an amount states; a sign of several currencies counts as itself.
    pub fn add_currency(&mut self, sign: &'static str) {
        let code = stated_currency(sign).or_else(|| currency_sign::code(sign)).unwrap_or(sign);
        *self.currencies.entry(code).or_default() += 1;
    }

    /// Adds the number `text`.
    pub fn add(&mut self, text: &str) {
        let Some((signs, currency)) = signs(text) else { return };
        if let Some(currency) = currency {
            *self.currencies.entry(currency).or_default() += 1;
        }
        self.has_dollars |= text.contains('$');
        // Most numbers end with a digit.
        if self.scaled.is_none() && text.ends_with(|c: char| c.is_alphabetic() || matches!(c, '.' | ')')) {
            let word = text.trim_end().trim_start_matches(|c: char| !c.is_ascii_digit());
            let word = word.trim_start_matches(|c: char| !c.is_alphabetic()).trim_end_matches(')');
            self.scaled = scaled(word).map(|_| text.trim().to_owned());
        }
        let Some((last, before, after)) = signs.last().copied() else {
            self.large += u64::from(text.bytes().filter(u8::is_ascii_digit).count() > 3);
            return;
        };
        let note = |list: &mut BTreeMap<char, String>, sign: char| {
            list.entry(sign).or_insert_with(|| text.trim().to_owned());
        };
        for (sign, ..) in signs.iter().filter(|(sign, ..)| !matches!(sign, '.' | ',')) {
            note(&mut self.thousands, *sign);
            self.needed.insert(*sign);
        }
        if !matches!(last, '.' | ',') {
            return;
        }
        let others: Vec<char> = signs[..signs.len() - 1].iter().map(|(sign, ..)| *sign).collect();
        if others.contains(&last) {
            self.needed.insert(last);
            note(&mut self.thousands, last);
        } else if !others.is_empty() {
            note(&mut self.decimals, last);
            others
                .into_iter()
                .filter(|sign| matches!(sign, '.' | ','))
                .for_each(|sign| note(&mut self.thousands, sign));
        } else if after == 3 && (1..=3).contains(&before) && !begins_with_zero(text) {
            self.open += 1;
            note(&mut self.ambiguous, last);
        } else {
            self.proven += 1;
            self.fine += u64::from(after > 2 || before > 3);
            note(&mut self.decimals, last);
        }
    }

    /// Adds the evidence of another column of the same table.
    pub fn extend(&mut self, other: &Self) {
        let lists = [
            (&mut self.decimals, &other.decimals),
            (&mut self.thousands, &other.thousands),
            (&mut self.ambiguous, &other.ambiguous),
        ];
        for (own, other) in lists {
            for (sign, example) in other {
                own.entry(*sign).or_insert_with(|| example.clone());
            }
        }
        for (currency, count) in &other.currencies {
            *self.currencies.entry(currency).or_default() += count;
        }
        self.scaled = self.scaled.take().or_else(|| other.scaled.clone());
        self.needed.extend(&other.needed);
        self.has_dollars |= other.has_dollars;
        self.open += other.open;
        self.proven += other.proven;
        self.large += other.large;
        self.fine += other.fine;
    }

    /// The sign of numbers such as `1.234`, with an example, where no other number says what it means.
    pub fn open(&self) -> Option<(char, String)> {
        let example = self.marks().ambiguous.filter(|_| self.ambiguous.len() == 1)?;
        Some((*self.ambiguous.keys().next()?, example))
    }

    /// True when the numbers cannot have `sign` between thousands in all likelihood: larger ones lack it, or their currency
    /// has three decimals.
    pub fn is_against_thousands(&self) -> bool {
        let has_three = |code: &&str| code.parse::<Currency>().is_ok_and(|currency| currency.decimals() > 2);
        self.large > 0 || self.currencies.keys().any(has_three)
    }

    /// True when commas separate thousands without a question: amounts of a currency with two decimals do not have three.
    pub fn are_comma_thousands(&self) -> bool {
        let has_currency = self.has_dollars || !self.currencies.is_empty();
        has_currency && self.open >= FEWEST_OPEN && !self.is_against_thousands()
    }

    /// A number that shows that `sign` is the decimal mark.
    pub fn decimal(&self, sign: char) -> Option<&str> {
        self.decimals.get(&sign).map(String::as_str)
    }

    /// A number that shows that `sign` separates thousands.
    pub fn thousand(&self, sign: char) -> Option<&str> {
        self.thousands.get(&sign).map(String::as_str)
    }

    /// A number whose decimals alone make many numbers such as `1.234` fractions, and one of those: either may be mistyped.
    pub fn doubtful(&self) -> Option<(&str, &str)> {
        let (sign, open) = self.ambiguous.iter().next()?;
        let is_few = self.proven > 0 && self.open / FEW_PROOFS >= self.proven && self.thousands.is_empty();
        Some((self.decimal(*sign).filter(|_| is_few)?, open))
    }

    /// A number such as `1.234` among numbers with fewer decimals, such as `12.5`, and one of those, where no number above 999
    /// and none with as many decimals says that the point separates no thousands.
    pub fn uneven(&self) -> Option<(&str, &str)> {
        let (sign, open) = self.ambiguous.iter().next()?;
        let is_open = self.fine == 0 && self.large == 0 && self.thousands.is_empty();
        Some((open, self.decimal(*sign).filter(|_| is_open)?))
    }

    /// True when there are numbers such as `1,234` with `sign`.
    pub fn is_open(&self, sign: char) -> bool {
        self.ambiguous.contains_key(&sign)
    }

    /// The number of numbers such as `1,234`.
    pub fn opens(&self) -> u64 {
        self.open
    }

    /// True when the thousands sign `sign` need not be stated: every number with it has decimals behind it.
    pub fn is_clear(&self, sign: char) -> bool {
        !self.needed.contains(&sign) && !self.ambiguous.contains_key(&sign)
    }

    /// Signs that the evidence proves.
    pub fn marks(&self) -> Marks {
        let mut marks = Marks::default();
        let comma = self.decimals.get(&',');
        let point = self.decimals.get(&'.');
        if let (Some(comma), Some(point)) = (comma, point) {
            marks.question =
                Some(format!("`{comma}` has a decimal comma and `{point}` a decimal point: which one is right?"));
            return marks;
        }
        marks.decimal_comma = comma.cloned();
        marks.thousands = self.thousands.iter().next().map(|(sign, example)| (*sign, example.clone()));
        // Currencies without decimals leave one meaning.
        let is_whole = |code: &&str| ["JPY", "KRW", "¥", "￥", "₩"].contains(code);
        let has_no_decimals = !self.currencies.is_empty() && self.currencies.keys().all(is_whole);
        for (sign, example) in &self.ambiguous {
            if self.decimals.contains_key(sign) || self.thousands.contains_key(sign) {
                continue;
            }
            let is_other_decimal = if *sign == ',' { point.is_some() } else { comma.is_some() };
            if is_other_decimal || (has_no_decimals && comma.is_none() && point.is_none()) {
                marks.thousands = Some((*sign, example.clone()));
                continue;
            }
            marks.ambiguous = Some(example.clone());
            let key = if *sign == ',' { "decimal = \",\"" } else { "thousands = \".\"" };
            let otherwise = if *sign == ',' { ", else `thousands = \",\"`" } else { "" };
            marks.question = Some(format!(
                "`{example}` can be a thousand or a fraction, and no other number decides it: write `{key}`{otherwise}"
            ));
        }
        marks
    }
}
