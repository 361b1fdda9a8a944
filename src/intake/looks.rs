//! Warnings about identifiers and names that look alike.

use super::book::Reading;
use super::directory::MOST_CANDIDATES;
use super::fault::BookFault;
use super::log::shown;
use super::name::{Names, look, look_of_id, lookalikes};
use super::shared::Shared;
use super::sheet::Location;
use super::table::is_same_heading;
use crate::channel::Partner;
use crate::finding::{Finding, Place, did_you_mean};

impl Reading<'_> {
    /// Warns about territories and product lines that first occur in this table and look like known ones.
    pub fn check_new_names(&mut self, location: &Location, seen: (usize, usize)) {
        let lists =
            [("territory", &self.shared.territories, seen.0), ("product line", &self.shared.product_lines, seen.1)];
        for (what, names, seen) in lists {
            let (known, new) = names.in_order_of_appearance().split_at(seen);
            for name in new.iter().take(100) {
                // `check_looks` reports names that differ only in case or spaces.
                let known = known.iter().take(MOST_CANDIDATES).map(|known| &**known);
                let Some(near) = did_you_mean(name, known).filter(|near| !is_same_heading(near, name)) else {
                    continue;
                };
                let fault = BookFault::UnfamiliarName {
                    dimension: what.to_owned(),
                    name: shown(name),
                    suggestion: shown(near),
                };
                self.shared.log.add(Finding::from(fault).at(Place::file(location.file.clone())));
            }
        }
    }

    /// Warns about identifiers and names that look alike.
    pub fn check_looks(&mut self, partners: &[Partner]) {
        let Shared { tiers, territories, verticals, product_lines, log, .. } = &mut self.shared;
        let row = |id: &str| {
            let index = partners.binary_search_by(|partner| (*partner.id).cmp(id)).ok()?;
            self.partner_rows.get(index).copied()
        };
        for (one, other) in lookalikes(partners.iter().map(|partner| &partner.id), look_of_id) {
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
            for (one, other) in lookalikes(names.iter(), look) {
                let fault =
                    BookFault::LookalikeNames { dimension: what.to_owned(), one: shown(one), other: shown(other) };
                log.add(Finding::from(fault).at(Place::file(self.store.name.clone())));
            }
        }
    }
}
