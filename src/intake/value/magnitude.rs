//! Words behind a number that multiply it: `1.2M`, `12k`, `3,4 Mio. EUR`.

use super::currency_sign::is_known;

/// Words with the power of ten that they mean. A letter is one only if nothing or a currency follows it.
const WORDS: [(&str, i32); 36] = [
    ("lakhs", 5),
    ("lakh", 5),
    ("crores", 7),
    ("crore", 7),
    ("thousand", 3),
    ("tausend", 3),
    ("Tsd", 3),
    ("tsd", 3),
    ("TSD", 3),
    ("millions", 6),
    ("million", 6),
    ("Million", 6),
    ("Millionen", 6),
    ("millones", 6),
    ("milioni", 6),
    ("miljoen", 6),
    ("Mio", 6),
    ("mio", 6),
    ("MIO", 6),
    ("Mln", 6),
    ("mln", 6),
    ("MLN", 6),
    ("mn", 6),
    ("MM", 6),
    ("billion", 9),
    ("Milliarden", 9),
    ("Mrd", 9),
    ("mrd", 9),
    ("bn", 9),
    ("Bn", 9),
    ("BN", 9),
    ("k", 3),
    ("K", 3),
    ("m", 6),
    ("M", 6),
    ("B", 9),
];

/// The power of ten that `word` means, and the currency behind it: 6 and `EUR` for `MEUR`; `None` for any other word.
pub(in crate::intake) fn magnitude(word: &str) -> Option<(i32, &str)> {
    let known = WORDS.iter().find_map(|(name, power)| {
        let rest = word.strip_prefix(name)?;
        (rest.is_empty() || is_known(rest)).then_some((*power, rest))
    });
    // `TEUR` is a thousand of them, and `T` alone may be anything.
    known.filter(|_| !is_known(word)).or_else(|| {
        let rest = word.strip_prefix('T').filter(|rest| !rest.is_empty())?;
        (is_known(rest) && !is_known(word)).then_some((3, rest))
    })
}
