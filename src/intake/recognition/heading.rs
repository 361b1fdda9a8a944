//! Comparison of headings with the declared synonyms.

use super::super::table::{Field, folded};
use super::synonym::SYNONYMS;

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
    let compared = compared(heading);
    let synonyms = SYNONYMS.iter().find(|synonyms| synonyms.field == field)?;
    synonyms.headings.split_whitespace().position(|one| one == compared || one == own)
}

/// The currency that a word of a heading or a sign beside an amount states.
pub(super) fn stated_currency(word: &str) -> Option<&'static str> {
    const CODES: [&str; 20] = [
        "USD", "EUR", "GBP", "CHF", "JPY", "CAD", "AUD", "SEK", "NOK", "DKK", "PLN", "CZK", "INR", "BRL", "MXN", "CNY",
        "SGD", "ZAR", "NZD", "HUF",
    ];
    match word.trim_matches(['(', ')', '[', ']', ',', ':']) {
        "€" => Some("EUR"),
        "£" => Some("GBP"),
        "₹" => Some("INR"),
        word => CODES.into_iter().find(|code| *code == word),
    }
}

/// True when `heading` is one of `headings`.
pub(super) fn is_one_of(headings: &[&str], heading: &str) -> bool {
    headings.contains(&compared(heading).as_str())
}
