//! Words by which accounts name balances: rows that state a sum so far, and no revenue.

use super::value::month_word::month_number;

/// Names of a balance that is carried over, lower case: nothing else is called so.
const CARRIED: [&str; 45] = [
    "balance brought forward",
    "balance carried forward",
    "balance b/f",
    "balance c/f",
    "balance b/d",
    "balance c/d",
    "brought forward",
    "carried forward",
    "carry forward",
    "b/f",
    "c/f",
    "opening balance",
    "closing balance",
    "beginning balance",
    "previous balance",
    "ending balance",
    "übertrag",
    "uebertrag",
    "saldovortrag",
    "saldo vortrag",
    "saldoübertrag",
    "anfangsbestand",
    "anfangssaldo",
    "endbestand",
    "endsaldo",
    "eröffnungssaldo",
    "schlusssaldo",
    "report à nouveau",
    "report a nouveau",
    "à nouveau",
    "a nouveau",
    "riporto",
    "solde à nouveau",
    "solde initial",
    "solde antérieur",
    "saldo anterior",
    "saldo inicial",
    "saldo iniziale",
    "saldo precedente",
    "saldo finale",
    "saldo final",
    "beginsaldo",
    "eindsaldo",
    "前期繰越",
    "前月繰越",
];
/// Names of a balance that may be a payment as well, lower case.
const PLAIN: [&str; 6] = ["balance", "saldo", "solde", "running balance", "account balance", "vortrag"];
/// Names of a balance that goods have as well, lower case: a balance only in place of a partner.
const GOODS: [&str; 1] = ["report"];
/// Words between the name of a balance and its date or page, lower case.
const LINKS: [&str; 23] = [
    "per", "zum", "vom", "von", "am", "as", "at", "of", "on", "to", "au", "du", "al", "a", "page", "seite", "from",
    "the", "bis", "fy", "aus", "vorjahr", "vormonat",
];

/// The name of a row that states a balance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Balance {
    /// True when nothing else is called so.
    pub is_carried: bool,
    /// True when goods are called so as well, so that it is one only in place of a partner.
    pub is_of_goods: bool,
}

/// Reads a cell as the name of a balance: `Übertrag`, `Opening balance`, `Saldo per 31.01.2025`.
pub(super) fn balance(text: &str) -> Option<Balance> {
    // Most cells are looked at no further: every name begins with one of these pairs and has one of these parts.
    let [first, second, ..] = text.as_bytes() else { return None };
    let (first, is_other) = (first | 0x20, *first > 0x7F);
    let is_pair = match first {
        b'b' => matches!(second | 0x20, b'a' | b'r' | b'/' | b'e'),
        b's' => matches!(second | 0x20, b'a' | b'o' | b'c'),
        b'a' => matches!(second | 0x20, b'n' | b'c' | b' '),
        b'c' => matches!(second | 0x20, b'a' | b'l' | b'/'),
        b'e' => matches!(second | 0x20, b'n' | b'r' | b'i') || *second > 0x7F,
        b'o' => second | 0x20 == b'p',
        b'r' => matches!(second | 0x20, b'e' | b'u' | b'i'),
        b'u' => second | 0x20 == b'e',
        b'v' => second | 0x20 == b'o',
        b'p' => second | 0x20 == b'r',
        _ => is_other,
    };
    if !is_pair || text.len() > 60 {
        return None;
    }
    let has_part = text.as_bytes().windows(3).any(|part| match part {
        [one, two, three] => matches!(
            &[one | 0x20, two | 0x20, three | 0x20],
            b"bal" | b"sal" | b"sol" | b"ert" | b"bes" | b"for" | b"rep" | b"rip" | b"ort" | b"nou" | b"b/f" | b"c/f"
        ),
        _ => false,
    });
    if !has_part && !is_other {
        return None;
    }
    let lower = text.trim_matches(['*', ' ', ':', '-']).to_lowercase();
    let is_one = |name: &str| lower.strip_prefix(name).is_some_and(is_date_or_page);
    let is_carried = CARRIED.iter().any(|name| is_one(name));
    let is_of_goods = !is_carried && GOODS.iter().any(|name| is_one(name));
    let is_balance = is_carried || is_of_goods || PLAIN.iter().any(|name| is_one(name));
    is_balance.then_some(Balance { is_carried, is_of_goods })
}

/// True for nothing, a date, a period or the number of a page.
fn is_date_or_page(rest: &str) -> bool {
    let is_link = |word: &str| {
        LINKS.contains(&word)
            || month_number(word).is_some()
            || word.trim_start_matches(['q', 'h']).bytes().all(|byte| byte.is_ascii_digit())
    };
    (rest.is_empty() || !rest.starts_with(char::is_alphanumeric))
        && rest.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).all(is_link)
}
