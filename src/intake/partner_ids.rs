//! Identifiers of the partners table as a whole: those that look alike, hold several partners, or were turned into dates.

use super::book::Reading;
use super::fault::BookFault;
use super::log::shown;
use super::name::{Names, lookalikes};
use super::shared::Shared;
use super::value::identifier::{DateLike, date_like, separator_of};
use crate::channel::Partner;
use crate::finding::{Finding, Place, Severity};

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

    /// Warns about identifiers and names that look alike.
    pub(super) fn check_looks(&mut self, partners: &[Partner]) {
        let Shared { tiers, territories, verticals, product_lines, log, .. } = &mut self.shared;
        let row = |id: &str| {
            let index = partners.binary_search_by(|partner| (*partner.id).cmp(id)).ok()?;
            self.partner_rows.get(index).copied()
        };
        for (one, other) in lookalikes(partners.iter().map(|partner| &partner.id)) {
            let fault = BookFault::LookalikePartners { one: shown(one), other: shown(other) };
            let mut finding = Finding::from(fault);
            for id in [one, other] {
                if let (Some((location, heading)), Some(row)) = (&self.partner_place, row(id)) {
                    finding = finding.at(location.place(row, heading, id));
                }
            }
            log.add(finding);
        }
        let lists: [(&str, &Names); 4] = [
            ("tiers", tiers),
            ("territories", territories),
            ("verticals", verticals),
            ("product lines", product_lines),
        ];
        for (what, names) in lists {
            for (one, other) in lookalikes(names.iter()) {
                let fault =
                    BookFault::LookalikeNames { dimension: what.to_owned(), one: shown(one), other: shown(other) };
                log.add(Finding::from(fault).at(Place::file(self.store.name.clone())));
            }
        }
    }
}
