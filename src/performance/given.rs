//! What the caller adds to the book: quotas, their terms, minimums of tiers.

use super::stretch::Stretch;
use super::terms::QuotaTerms;
use crate::channel::{CurrentQuota, Name, Partner, SegmentKey};
use crate::units::{Money, PlanningPeriod};
use std::collections::BTreeMap;

/// Data that the caller adds to the book; every map may be empty.
#[derive(Debug, Clone, Default)]
pub struct Given {
    /// Quotas by partner id, such as an agreed proposal. Where a partner has any here inside a period, they replace
    /// the book's for that period.
    pub quotas: BTreeMap<Name, Vec<CurrentQuota>>,
    /// Terms by partner id and line; the line `SegmentKey::default()` is for the partner's quota as a whole, and for
    /// those of its lines without terms.
    pub terms: BTreeMap<Name, BTreeMap<SegmentKey, QuotaTerms>>,
    /// Least revenue of a tier, for the stretch that [`Conventions::tier_basis`] names.
    pub tier_minimums: BTreeMap<Name, Money>,
}

impl Given {
    /// Returns the quotas that count for `period`.
    pub(super) fn quotas_of<'p>(
        &'p self,
        partner: &'p Partner,
        period: &PlanningPeriod,
    ) -> impl Iterator<Item = &'p CurrentQuota> {
        let own = self.quotas.get(&partner.id).filter(|quotas| quotas.iter().any(|quota| quota.is_inside(period)));
        own.unwrap_or(&partner.quotas).iter()
    }

    pub(super) fn terms_of(&self, partner: &Partner, line: &SegmentKey) -> Option<&QuotaTerms> {
        let terms = self.terms.get(&partner.id)?;
        terms.get(line).or_else(|| terms.get(&SegmentKey::default()))
    }
}
