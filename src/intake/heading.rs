//! Comparison of headings.

/// Writes a heading without case, spaces, hyphens, underscores and points, as headings are compared.
pub fn folded(heading: &str) -> String {
    if heading.is_ascii() {
        let is_kept = |byte: &u8| !matches!(byte, b'\t'..=b'\r' | b' ' | b'_' | b'-' | b'.');
        return heading.bytes().filter(is_kept).map(|byte| char::from(byte.to_ascii_lowercase())).collect();
    }
    heading
        .chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '_' | '-' | '.'))
        .flat_map(char::to_lowercase)
        .collect()
}

/// True when [`folded`] makes the same of both; nothing is written for it, because every heading is compared with every
/// column of every table.
pub fn is_same_heading(one: &str, other: &str) -> bool {
    let is_kept = |byte: &u8| !matches!(byte, b'\t'..=b'\r' | b' ' | b'_' | b'-' | b'.');
    let (mut left, mut right) = (one.bytes().filter(is_kept), other.bytes().filter(is_kept));
    loop {
        match (left.next(), right.next()) {
            (None, None) => return true,
            (Some(a), Some(b)) if a.is_ascii() && a.eq_ignore_ascii_case(&b) => {}
            (Some(a), Some(b)) if a.is_ascii() && b.is_ascii() => return false,
            (Some(a), None) | (None, Some(a)) if a.is_ascii() => return false,
            // Letters beyond ASCII change their length with their case, and some of their spaces are left out.
            _ => return folded(one) == folded(other),
        }
    }
}
