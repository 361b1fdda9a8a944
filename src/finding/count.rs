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
