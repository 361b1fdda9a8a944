//! Names of lines in messages.

use crate::channel::SegmentKey;

/// Lines that a message names; of the others it gives the number.
const NAMED: usize = 5;

/// `partner P0001`, with product line and territory where the line has them.
pub fn line_name(partner: &str, segment: &SegmentKey) -> String {
    let part = [&segment.product_line, &segment.territory].into_iter().flatten().map(|name| format!(", {name}"));
    format!("`{partner}`{}", part.collect::<String>())
}

/// Id of a line: `P0007`, `P0007/Servers`, `P0007/Servers/North`, `P0007//North`.
pub fn line_id(partner: &str, product_line: Option<&str>, territory: Option<&str>) -> String {
    match (product_line, territory) {
        (None, None) => partner.to_owned(),
        (Some(product_line), None) => format!("{partner}/{product_line}"),
        (product_line, Some(territory)) => format!("{partner}/{}/{territory}", product_line.unwrap_or_default()),
    }
}

/// The first five lines, and how many more there are.
pub fn named<'l>(lines: impl ExactSizeIterator<Item = (&'l str, &'l SegmentKey)>) -> String {
    let more = lines.len().saturating_sub(NAMED);
    let names: Vec<String> = lines.take(NAMED).map(|(partner, segment)| line_name(partner, segment)).collect();
    if more > 0 { format!("{} and {more} more", names.join(", ")) } else { names.join(", ") }
}
