//! What the caller adds to the book: quotas, their terms, minimums of tiers.

use super::stretch::{DatedQuota, Stretch, tiling};
use crate::channel::{CurrentQuota, Name, Partner, PartnerBook, QuotaTerms, SegmentKey};
use crate::units::{Money, PlanningPeriod, Rate};
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
    ) -> impl Iterator<Item = DatedQuota<'p>> {
        let dated = |until| move |quota| DatedQuota { quota, until };
        let given = self
            .quotas
            .get(&partner.id)
            .filter(|quotas| quotas.iter().map(dated(None)).any(|quota| quota.is_inside(period)));
        match given {
            // A proposal knows who leaves: its quotas are for the days in the program.
            Some(given) => given.iter().map(dated(None)),
            None => partner.quotas.iter().map(dated(partner.until)),
        }
    }

    /// Partners whose quotas of the book inside `period` end because they leave, in the book's order.
    pub(crate) fn leavers<'b>(&self, book: &'b PartnerBook, period: &PlanningPeriod) -> Vec<&'b Partner> {
        let leaves = |partner: &&Partner| {
            partner.until.is_some_and(|until| until < period.last_day())
                && self.quotas_of(partner, period).any(|quota| quota.is_inside(period) && quota.ends_with_partner())
        };
        book.partners.iter().filter(leaves).collect()
    }

    /// Terms by month of `period` of the partner's own quotas, for the part of its business that `belongs`; `None` when no
    /// quota has terms.
    pub(super) fn own_terms(
        &self,
        partner: &Partner,
        period: &PlanningPeriod,
        belongs: impl Fn(&SegmentKey) -> bool,
    ) -> Option<QuotaTerms> {
        let own = self.quotas_of(partner, period).filter(|quota| belongs(quota.segment()));
        let stretches: Vec<(DatedQuota<'_>, Option<QuotaTerms>)> =
            tiling(own, period).into_iter().map(|quota| (quota, quota.terms())).collect();
        if stretches.iter().all(|(_, terms)| terms.is_none()) {
            return None;
        }
        let mut whole = QuotaTerms { ramp: vec![Rate::ONE; period.months as usize], ..QuotaTerms::default() };
        for (quota, terms) in stretches {
            let terms = terms.unwrap_or_default();
            let from = terms.effective_from.unwrap_or(quota.start().first_day());
            let to = terms.effective_to.unwrap_or(quota.end().plus(-1).last_day());
            whole.effective_from = Some(whole.effective_from.map_or(from, |first| first.min(from)));
            whole.effective_to = Some(whole.effective_to.map_or(to, |last| last.max(to)));
            let skipped = quota.start().since(period.start) as usize;
            let own = whole.ramp.iter_mut().skip(skipped).take(quota.months() as usize);
            own.zip(&terms.ramp).for_each(|(ramp, own)| *ramp = *own);
        }
        Some(whole)
    }

    pub(super) fn terms_of(&self, partner: &Partner, line: &SegmentKey) -> Option<&QuotaTerms> {
        let terms = self.terms.get(&partner.id)?;
        terms.get(line).or_else(|| terms.get(&SegmentKey::default()))
    }
}
