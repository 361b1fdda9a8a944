//! Currency signs and codes beside an amount.

use crate::units::Currency;

/// Signs with the codes of the currencies that are written with them.
const SIGNS: &[(&str, &[&str])] = &[
    (
        "$",
        &[
            "USD", "CAD", "AUD", "NZD", "SGD", "HKD", "MXN", "TWD", "ARS", "CLP", "COP", "BMD", "BSD", "BBD", "BZD",
            "BND", "KYD", "DOP", "FJD", "GYD", "JMD", "LRD", "NAD", "SBD", "SRD", "TTD", "UYU", "XCD",
        ],
    ),
    ("US$", &["USD"]),
    ("C$", &["CAD", "NIO"]),
    ("CA$", &["CAD"]),
    ("CAD$", &["CAD"]),
    ("A$", &["AUD"]),
    ("AU$", &["AUD"]),
    ("NZ$", &["NZD"]),
    ("S$", &["SGD"]),
    ("HK$", &["HKD"]),
    ("NT$", &["TWD"]),
    ("MX$", &["MXN"]),
    ("R$", &["BRL"]),
    ("€", &["EUR"]),
    ("£", &["GBP", "EGP", "LBP", "SYP", "SDG", "GIP", "FKP", "SHP"]),
    ("¥", &["JPY", "CNY"]),
    ("￥", &["JPY", "CNY"]),
    ("円", &["JPY"]),
    ("元", &["CNY", "TWD"]),
    ("₹", &["INR"]),
    ("Rs", &["INR", "PKR", "LKR", "NPR", "MUR", "SCR"]),
    ("₩", &["KRW", "KPW"]),
    ("₽", &["RUB"]),
    ("₺", &["TRY"]),
    ("TL", &["TRY"]),
    ("₪", &["ILS"]),
    ("₫", &["VND"]),
    ("฿", &["THB"]),
    ("₱", &["PHP"]),
    ("₴", &["UAH"]),
    ("₦", &["NGN"]),
    ("₡", &["CRC"]),
    ("₲", &["PYG"]),
    ("₸", &["KZT"]),
    ("₾", &["GEL"]),
    ("₵", &["GHS"]),
    ("R", &["ZAR"]),
    ("RM", &["MYR"]),
    ("Rp", &["IDR"]),
    ("Fr", &["CHF"]),
    ("SFr", &["CHF"]),
    ("kr", &["SEK", "NOK", "DKK", "ISK"]),
    ("zł", &["PLN"]),
    ("Kč", &["CZK"]),
    ("Ft", &["HUF"]),
    ("lei", &["RON", "MDL"]),
    ("лв", &["BGN"]),
];

/// Meaning of a word beside an amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::intake) enum Meaning {
    /// The currency in question.
    Same,
    /// One or more other currencies.
    Other,
    /// Not a currency.
    Unknown,
}

/// Returns whether `word`, a sign such as `€` or a code such as `EUR`, can mean `currency`.
pub(in crate::intake) fn meaning(word: &str, currency: Currency) -> Meaning {
    if let Ok(code) = word.to_uppercase().parse::<Currency>() {
        return if code == currency { Meaning::Same } else { Meaning::Other };
    }
    let word = word.strip_suffix('.').unwrap_or(word);
    match SIGNS.iter().find(|(sign, _)| *sign == word) {
        Some((_, codes)) if codes.contains(&currency.code()) => Meaning::Same,
        Some(_) => Meaning::Other,
        None => Meaning::Unknown,
    }
}

/// The sign or code that `word` is; `None` when it is neither.
pub(in crate::intake) fn sign(word: &str) -> Option<&'static str> {
    let sign = SIGNS.iter().find(|(sign, _)| *sign == word).map(|(sign, _)| *sign);
    sign.or_else(|| word.parse::<Currency>().ok().map(|currency| currency.code()))
}

/// The code of the currency that alone is written with the sign `word`.
pub(in crate::intake) fn code(word: &str) -> Option<&'static str> {
    // `R1` is rather a number of something.
    let is_letter = word.len() == 1 && word.bytes().all(|byte| byte.is_ascii_alphabetic());
    let (_, codes) = SIGNS.iter().find(|(sign, _)| *sign == word && !is_letter)?;
    if let [only] = codes { Some(only) } else { None }
}

/// True for a sign or code of any currency.
pub(in crate::intake) fn is_known(word: &str) -> bool {
    meaning(word, Currency::USD) != Meaning::Unknown
}
