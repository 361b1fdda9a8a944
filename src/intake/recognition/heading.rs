//! Comparison of headings with the declared synonyms.

use super::super::table::{Field, folded};
use super::synonym::{CURRENCY_NAMES, SYNONYMS};
use crate::units::Currency;

/// A heading as it is compared with the synonyms: folded, without a currency and without words in parentheses.
pub(super) fn compared(heading: &str) -> String {
    let plain = match (heading.find(['(', '[']), heading.ends_with([')', ']'])) {
        (Some(at), true) if at > 0 => &heading[..at],
        _ => heading,
    };
    let words: Vec<&str> = plain.split([' ', '\u{A0}', '_', '-', '.', '/']).filter(|word| !word.is_empty()).collect();
    let is_currency = |word: &&str| stated_currency(word).is_some();
    let kept: Vec<&str> = words.iter().filter(|word| !is_currency(word)).copied().collect();
    let kept = if kept.is_empty() { words } else { kept };
    folded(&kept.join("")).chars().filter(|c| c.is_alphanumeric()).collect()
}

/// The rank of `heading` among the synonyms of `field`, 0 for the best.
pub(super) fn rank(field: Field, heading: &str) -> Option<usize> {
    let own = folded(heading);
    if own == folded(field.name()) {
        return Some(0);
    }
    let variants: Vec<String> = [own, compared(heading)].into_iter().chain(of_relation(heading)).collect();
    let synonyms = SYNONYMS.iter().find(|synonyms| synonyms.field == field)?;
    synonyms.headings.split_whitespace().position(|one| variants.iter().any(|variant| variant == one))
}

/// Other spellings of the heading of a related record: `Reseller: Account ID` is `resellerid`, `RESELLER__C` is
/// `reseller`.
fn of_relation(heading: &str) -> Vec<String> {
    let lower = heading.to_lowercase();
    if let Some(own) = lower.strip_suffix("__c") {
        return vec![compared(own)];
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

/// The word of `text` that states a unit of amounts other than one, and how much it is; `None` inside when a mapping file
/// cannot multiply by it.
pub(super) fn stated_unit(text: &str) -> Option<(&str, Option<u32>)> {
    let unit = |word: &str| {
        let plain = word.trim_matches(['\'', '\u{2019}', '.', ',', ':']);
        let is_money = |rest: &str| rest == "$" || stated_currency(rest).is_some();
        Some(match plain.to_lowercase().as_str() {
            "thousands" | "thousand" | "000s" | "tsd" | "milliers" | "miles" => Some(1_000),
            // `'000`, and not the number of a client.
            "000" if word.len() > 3 || text.len() < MOST_HEADING => Some(1_000),
            "millions" | "million" | "mio" | "mln" | "millionen" | "millones" | "milioni" => Some(1_000_000),
            "cents" | "cent" | "pence" | "crore" | "crores" | "lakh" | "lakhs" | "billion" | "billions" | "mrd" => None,
            _ if plain.strip_prefix(['k', 'K', 'T']).is_some_and(is_money) => Some(1_000),
            _ if plain.strip_prefix('M').is_some_and(is_money) => Some(1_000_000),
            _ => return None,
        })
    };
    text.split([' ', '(', ')', '[', ']', '_', '/', '\u{A0}']).find_map(|word| Some((word, unit(word)?)))
}

/// Length from which a text is a title rather than a heading.
const MOST_HEADING: usize = 40;

/// The currency that a word of a heading or a sign beside an amount states.
pub(super) fn stated_currency(word: &str) -> Option<&'static str> {
    const CODES: [&str; 20] = [
        "USD", "EUR", "GBP", "CHF", "JPY", "CAD", "AUD", "SEK", "NOK", "DKK", "PLN", "CZK", "INR", "BRL", "MXN", "CNY",
        "SGD", "ZAR", "NZD", "HUF",
    ];
    let word = word.trim_matches(['(', ')', '[', ']', ',', ':']);
    // `kEUR` and `TEUR` are thousands of it, `MEUR` millions.
    let word = word.strip_prefix(['k', 'K', 'T', 'M']).filter(|rest| *rest == "€" || rest.len() == 3).unwrap_or(word);
    match word {
        "€" => Some("EUR"),
        "£" => Some("GBP"),
        "₹" => Some("INR"),
        word => CODES.into_iter().find(|code| *code == word),
    }
}

/// The currency that a value is the code or the name of.
pub(super) fn named_currency(text: &str) -> Option<Currency> {
    let names = CURRENCY_NAMES.iter().find(|(names, _)| names.contains(&compared(text).as_str()));
    let code = names.map_or(text, |(_, code)| *code);
    Some(code).filter(|code| code.len() == 3)?.parse().ok()
}

/// True when `heading` is one of `headings`.
pub(super) fn is_one_of(headings: &[&str], heading: &str) -> bool {
    headings.contains(&compared(heading).as_str())
}
