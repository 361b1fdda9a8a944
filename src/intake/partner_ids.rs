//! Identifiers of the partners table as a whole: those that hold several partners, or were turned into dates.

use super::book::Reading;
use super::fault::BookFault;
use super::log::shown;
use super::value::identifier::{DateLike, date_like, separator_of};
use crate::finding::{Finding, Severity};

impl Reading<'_> {
    /// Reports identifiers, ascending, that hold several partners, or that a spreadsheet turned into dates.
    pub(super) fn check_identifiers(&mut self, ids: &[&str]) {
        let is_known = |part: &str| ids.binary_search(&part).is_ok();
        let dated: Vec<(usize, DateLike)> =
            ids.iter().enumerate().filter_map(|(index, id)| Some((index, date_like(id)?))).collect();
        // Identifiers that mostly look like dates are written so.
        let is_damage = dated.len() * 2 < ids.len();
        let Some((location, heading)) = &self.partner_place else { return };
        let place = |index: usize, id: &str| {
            location.place(self.partner_rows.get(index).copied().unwrap_or_default(), heading, id)
        };
        for (index, like) in dated.into_iter().filter(|_| is_damage) {
            let Some(id) = ids.get(index) else { continue };
            let finding = Finding::from(BookFault::DateLikePartner { partner: shown(id) }).at(place(index, id));
            let severity = if like == DateLike::Midnight { Severity::Error } else { Severity::Warning };
            self.shared.log.add(finding.with_severity(severity));
        }
        for (index, id) in ids.iter().enumerate() {
            let Some(separator) = separator_of(id, is_known) else { continue };
            let fault = BookFault::SeveralPartners { partner: shown(id), rows: 1, separator: separator.to_owned() };
            self.shared.log.add(Finding::from(fault).at(place(index, id)));
        }
    }
}
