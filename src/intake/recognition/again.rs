//! Questions about amounts that may count several times: members that contain others, documents of one sale, annual amounts in the
//! rows of months, files with the same months, and rows that are in the table again.

use super::annual::annual;
use super::chains::chains;
use super::fit::Fit;
use super::named_parents::named_parents;
use super::profile::Column;
use super::restated::restated;
use super::section::Draft;
use super::twice::twice;

/// Asks about each of these.
pub(super) fn again<'p>(draft: &mut Draft<'p>, fit: &Fit<'p>, partner: &Column, periods: &[usize]) {
    named_parents(draft, partner, periods);
    if periods.is_empty() {
        chains(draft, partner, periods);
        annual(draft, partner, fit.date, fit.amount);
        restated(draft, partner, fit.date);
    }
    twice(draft, partner, fit.date, periods);
}
