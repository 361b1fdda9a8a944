//! Tables with each partner alone above its rows, as accounting systems write them.

use super::super::label::{group, label};
use super::profile::{Column, Profile};

/// The first column of `profile` if it has names alone above rows in which it is blank: `Acme`, its invoices, and perhaps
/// `Total Acme`.
pub(super) fn grouped(profile: &Profile) -> Option<&Column> {
    let first = profile.columns.first().filter(|column| column.index == 0)?;
    let (mut names, mut without, mut closed, mut is_regular) = (0usize, 0usize, 0usize, true);
    let mut open: Option<(String, u64)> = None;
    profile.all_rows(|_, fields| {
        let (text, is_alone) = (fields.text(0), fields.filled() == 1);
        if text.is_empty() {
            match &mut open {
                Some((_, rows)) => *rows += u64::from(fields.filled() > 0),
                None => is_regular &= fields.filled() == 0,
            }
        } else if label(text).is_some() {
            closed += usize::from(open.as_ref().is_some_and(|(name, _)| group(text) == Some(name.as_str())));
        } else if is_alone {
            names += 1;
            without += usize::from(open.as_ref().is_some_and(|(_, rows)| *rows == 0));
            open = Some((text.to_owned(), 0));
        } else {
            is_regular = false;
        }
    });
    without += usize::from(open.is_some_and(|(_, rows)| rows == 0));
    let has_rows = names > without + 1;
    (is_regular && has_rows && (without <= 1 || closed > 1)).then_some(first)
}
