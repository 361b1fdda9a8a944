//! Comparison of headings with the declared synonyms.

use super::super::table::{Field, folded};
use super::super::value::currency_name;
use super::role;
use super::synonym::{CURRENCY_NAMES, SYNONYMS};
use crate::units::Currency;

/// A heading as it is compared with the synonyms: folded, without a currency and without words in parentheses.
pub(super) fn compared(heading: &str) -> String {
    let plain = match (heading.find(['(', '[', '（', '［']), heading.ends_with([')', ']', '）', '］'])) {
        (Some(at), true) if at > 0 => &heading[..at],
        _ => heading,
    };
    let words: Vec<&str> = plain.split([' ', '\u{A0}', '_', '-', '.', '/']).filter(|word| !word.is_empty()).collect();
    let is_unit = |word: &str| word == "$" || stated_currency(word).is_some() || unit_of(word).is_some();
    let mut kept: Vec<&str> = words.iter().filter(|word| !is_unit(word)).copied().collect();
    if kept.len() > 1 && (kept.len() < words.len() || matches!(kept.last(), Some(&("k" | "K" | "T")))) {
        // `Revenue in K€`, `Revenue k`.
        kept.pop_if(|last| matches!(*last, "in" | "en" | "k" | "K" | "T"));
    }
    let kept = if kept.is_empty() { words } else { kept };
    folded(&kept.join("")).chars().filter(|c| c.is_alphanumeric()).collect()
}

/// The rank of `heading` among the synonyms of `field`, 0 for the best.
pub(super) fn rank(field: Field, heading: &str) -> Option<usize> {
    let own = folded(heading);
    // `Amount` may be beside `Net Amount`.
    if own == folded(field.name()) && field != Field::Amount {
        return Some(0);
    }
    if let Some(rank) = role::channel(heading).filter(|_| field == Field::PartnerId) {
        return Some(rank);
    }
    let spelt = [own, compared(heading), role::unlinked(heading)];
    let variants: Vec<String> = spelt.into_iter().chain(of_relation(heading)).collect();
    let synonyms = SYNONYMS.iter().find(|synonyms| synonyms.field == field)?;
    let declared = synonyms.headings.split_whitespace().position(|one| variants.iter().any(|variant| variant == one));
    let by_words = || match field {
        Field::PartnerId => role::buyer(heading),
        Field::PartnerName => role::name(heading),
        Field::Amount => role::amount(heading),
        Field::Month => role::date(heading),
        _ => None,
    };
    let first = if field == Field::PartnerId { role::CHANNEL_RANKS } else { 0 };
    // `Sum of Revenue`, as pivot tables write it.
    let of_pivot = || {
        MEASURES.iter().find_map(|begin| rank(field, heading.get(begin.len()..).filter(|_| is_begin(heading, begin))?))
    };
    if let (Field::Amount, Some(rank)) = (field, if declared.is_none() { of_pivot() } else { None }) {
        return Some(rank);
    }
    declared.or_else(by_words).map(|rank| first + rank)
}

/// Words with which pivot tables begin the headings of sums.
const MEASURES: [&str; 6] = ["sum of ", "summe von ", "somme de ", "suma de ", "somma di ", "som van "];

fn is_begin(heading: &str, begin: &str) -> bool {
    heading.get(..begin.len()).is_some_and(|own| own.eq_ignore_ascii_case(begin))
}

/// Other spellings of the heading of a related record: `Reseller: Account ID` is `resellerid`, `RESELLER__C` is
/// `reseller`.
fn of_relation(heading: &str) -> Vec<String> {
    let lower = heading.to_lowercase();
    if let Some(own) = lower.strip_suffix("__c") {
        return vec![compared(own)];
    }
    // `Deal - Organization` is how a report writes the fields of a deal.
    if let Some((record, field)) = lower.split_once(" - ")
        && ["deal", "opportunity", "lead", "order", "invoice", "organization", "person"].contains(&record.trim())
    {
        let is_own = ["id", "name", "number", "no", "code", "title"].contains(&field.trim());
        return if is_own { Vec::new() } else { vec![compared(field)] };
    }
    // `Account.Name` is how nested JSON is flattened.
    let dotted = || lower.rsplit_once('.').filter(|_| !lower.contains(char::is_whitespace));
    let Some((record, field)) = lower.split_once(':').or_else(dotted) else { return Vec::new() };
    let (record, field) = (compared(record), compared(field));
    if ["properties", "fields", "node", "values", "data"].contains(&record.as_str()) {
        return vec![field];
    }
    if !["id", "name", "code", "number", "no"].contains(&field.as_str()) && !lower.contains(':') {
        return Vec::new();
    }
    let suffix = if field.ends_with("id") { "id" } else { "name" };
    vec![format!("{record}{suffix}"), record]
}

/// Characters between the words of a heading.
fn is_between(c: char) -> bool {
    matches!(c, ' ' | '(' | ')' | '[' | ']' | '_' | '/' | '\u{A0}' | '（' | '）' | '［' | '］')
}

/// The factor of the unit `word`: `Some(None)` for a unit that a mapping file cannot multiply by; `None` for no unit.
pub(super) fn unit_of(word: &str) -> Option<Option<u32>> {
    const THOUSAND: u32 = 1_000;
    const MILLION: u32 = 1_000_000;
    let plain = word.trim_matches(['\'', '\u{2019}', '.', ',', ':']);
    let is_money = |rest: &str| matches!(rest, "$" | "¥" | "円" | "元") || stated_currency(rest).is_some();
    let beside = |sign: char| {
        let (begin, end) = (plain.strip_prefix(sign), plain.strip_suffix(sign));
        begin.or(end).is_some_and(is_money)
    };
    let thousands = || {
        let digits: String =
            plain.chars().filter(|c| c.is_ascii_digit() || c.is_alphabetic() || is_money(&c.to_string())).collect();
        let number = digits.trim_start_matches(['x', 'X', '×']).trim_end_matches(['x', 'X', 's']);
        let money = number.strip_suffix("000").unwrap_or("-");
        // `$000`, `'000` beside a currency, `x1000`.
        (is_money(money) && money.len() < number.len())
            || (number == "1000" && (digits.len() > 4 || plain.starts_with('×')))
    };
    Some(match plain.to_lowercase().as_str() {
        "thousands" | "thousand" | "000s" | "tsd" | "tausend" | "milliers" | "millier" | "miles" | "migliaia"
        | "duizend" | "千" | "千円" | "千元" => Some(THOUSAND),
        "万円" | "万元" | "万" => Some(10_000),
        "millions" | "million" | "mio" | "mln" | "mn" | "millionen" | "millones" | "milioni" | "miljoen" | "百万"
        | "百万円" => Some(MILLION),
        "lakh" | "lakhs" => Some(100_000),
        "crore" | "crores" => Some(10_000_000),
        "億" | "億円" => Some(100_000_000),
        "billion" | "billions" | "bn" | "mrd" | "milliarden" | "milliards" => Some(1_000_000_000),
        "cents" | "cent" | "pence" | "micros" | "minor" => None,
        _ if beside('k') || beside('K') || beside('T') || thousands() => Some(THOUSAND),
        _ if beside('M') || beside('m') => Some(MILLION),
        _ => return None,
    })
}

/// The word of `text` that states a unit of amounts other than one, and how much it is; `None` inside when a mapping file
/// cannot multiply by it.
pub(super) fn stated_unit(text: &str) -> Option<(&str, Option<u32>)> {
    let is_heading = text.len() < MOST_HEADING;
    let words: Vec<&str> = text.split(is_between).filter(|word| !word.is_empty()).collect();
    let by_word = words.iter().find_map(|word| {
        // `'000`, and not the number of a client.
        let is_zeros =
            word.trim_matches(['\'', '\u{2019}', ',']) == "000" && (word.len() > 3 || (is_heading && words.len() > 1));
        Some((*word, if is_zeros { Some(1_000) } else { unit_of(word)? }))
    });
    by_word.or_else(|| {
        // A letter is a unit in parentheses, beside a currency, and at the end of a heading.
        let at =
            words.iter().position(|word| matches!(*word, "k" | "K" | "T" | "M" | "m" | "mm" | "MM" | "x" | "×"))?;
        let word = words[at];
        let is_enclosed = [('(', ')'), ('[', ']'), ('（', '）')].iter().any(|(open, close)| {
            let inside = text.split_once(*open).and_then(|(_, rest)| rest.split_once(*close));
            inside.is_some_and(|(inside, _)| inside.split(is_between).any(|one| one == word))
        });
        let is_money = |word: &&str| *word == "$" || stated_currency(word).is_some();
        let is_beside = at.checked_sub(1).and_then(|at| words.get(at)).is_some_and(is_money)
            || words.get(at + 1).is_some_and(is_money);
        let is_last = at > 0 && at + 1 == words.len() && is_heading;
        let factor = match word {
            "k" | "K" | "T" => 1_000,
            "x" | "×" => {
                words.get(at + 1).filter(|next| next.replace([',', '.', '\''], "") == "1000").map(|_| 1_000)?
            }
            _ => 1_000_000,
        };
        (is_enclosed || is_beside || is_last).then_some((word, Some(factor)))
    })
}

/// The unit that the name of a file or sheet states together with a currency, such as `kEUR`: other words are names.
pub(super) fn named_unit(name: &str) -> Option<(&str, Option<u32>)> {
    let words =
        name.split(is_between).filter(|word| stated_currency(word).is_some() && word.parse::<Currency>().is_err());
    words.filter_map(|word| Some((word, unit_of(word)?))).next()
}

/// Length from which a text is a title rather than a heading.
const MOST_HEADING: usize = 40;

/// The currency that a word of a heading or a sign beside an amount states.
pub(super) fn stated_currency(word: &str) -> Option<&'static str> {
    const CODES: [&str; 39] = [
        "USD", "EUR", "GBP", "CHF", "JPY", "CAD", "AUD", "SEK", "NOK", "DKK", "PLN", "CZK", "INR", "BRL", "MXN", "CNY",
        "SGD", "ZAR", "NZD", "HUF", "KWD", "BHD", "OMR", "JOD", "TND", "AED", "SAR", "QAR", "HKD", "TWD", "KRW", "THB",
        "MYR", "IDR", "ILS", "RON", "EGP", "VND", "UAH",
    ];
    let word = word.trim_matches(['(', ')', '[', ']', ',', ':']);
    // `kEUR` and `TEUR` are thousands of it, `MEUR` millions.
    let word = word.strip_prefix(['k', 'K', 'T', 'M']).filter(|rest| *rest == "€" || rest.len() == 3).unwrap_or(word);
    match word {
        "€" => Some("EUR"),
        "£" => Some("GBP"),
        "₹" => Some("INR"),
        "円" => Some("JPY"),
        word => CODES.into_iter().find(|code| *code == word),
    }
}

/// The currency that a value is the code or the name of.
pub(super) fn named_currency(text: &str) -> Option<Currency> {
    if let Some(currency) = currency_name::named(text) {
        return Some(currency);
    }
    let name = CURRENCY_NAMES.iter().find(|(name, _)| *name == compared(text));
    let code = name.map_or(text, |(_, code)| *code);
    // `eur`, as payment services write it.
    Some(code).filter(|code| code.len() == 3)?.to_uppercase().parse().ok()
}

/// True for a heading with the code or sign of a currency.
pub(super) fn names_currency_in(heading: &str) -> bool {
    heading.split([' ', '(', ')', '[', ']', '_', '/']).any(|word| stated_currency(word).is_some())
}

/// True when `heading` is one of `headings`.
pub(super) fn is_one_of(headings: &[&str], heading: &str) -> bool {
    headings.contains(&compared(heading).as_str())
}
