//! Order of the columns of files and sheets that are read as one table.

use super::table::is_same_heading;

/// For every column of `first`, its place among `other`; `None` unless both have the same columns.
///
/// Headings that occur twice have no order but that of the file.
pub fn order_of(first: &[&str], other: &[&str]) -> Option<Vec<usize>> {
    if first.len() != other.len() {
        return None;
    }
    if first.iter().zip(other).all(|(one, other)| is_same_heading(one, other)) {
        return Some((0..first.len()).collect());
    }
    let place = |one: &&str| {
        let mut places = (0..other.len()).filter(|place| is_same_heading(one, other[*place]));
        places.next().filter(|_| places.next().is_none())
    };
    let mut order: Vec<usize> = first.iter().map(place).collect::<Option<_>>()?;
    let places = order.clone();
    order.sort_unstable();
    order.dedup();
    (order.len() == places.len()).then_some(places)
}
