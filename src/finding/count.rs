//! A number with its noun, in the singular or the plural.

use std::fmt::Display;

/// Returns `number` with `noun`, which is given in the singular: `1 error`, `2 errors`, `0 entries`.
///
/// ```
/// use quotient::finding::counted;
/// assert_eq!(counted(1, "error"), "1 error");
/// assert_eq!(counted(2, "more error"), "2 more errors");
/// assert_eq!(counted(0, "entry"), "0 entries");
/// assert_eq!(counted(2, "day"), "2 days");
/// ```
pub fn counted<N: Display + PartialEq + From<u8>>(number: N, noun: &str) -> String {
    if number == N::from(1) {
        return format!("{number} {noun}");
    }
    match noun.strip_suffix('y').filter(|stem| !stem.ends_with(['a', 'e', 'o', 'u'])) {
        Some(stem) => format!("{number} {stem}ies"),
        None => format!("{number} {noun}s"),
    }
}

/// The form of a verb that agrees with `number`: that of the singular for one, that of the plural otherwise.
///
/// ```
/// use quotient::finding::agreeing;
/// assert_eq!(agreeing(1, "has", "have"), "has");
/// assert_eq!(agreeing(0, "has", "have"), "have");
/// ```
pub fn agreeing<'a>(number: usize, one: &'a str, many: &'a str) -> &'a str {
    if number == 1 { one } else { many }
}
