//! The quotas of a book that are in force for a period.

use super::given::Given;
use super::scope::{EffectiveQuota, Scope};
use super::stretch::{Tile, keep_widest, tiled};
use super::terms::effective_quota;
use crate::channel::{Partner, QuotaTerms, SegmentKey};
use crate::quota::Grain;
use crate::units::{MoneyError, PlanningPeriod};
use std::collections::BTreeMap;

/// The quotas of a partner in force for one period.
#[derive(Debug, Clone, Default)]
pub(super) struct QuotasInForce {
    /// Quota of the partner; where there are lines, their sum.
    pub whole: Option<EffectiveQuota>,
    /// Quotas by line, when the grain is finer than the partner and there are any.
    pub lines: BTreeMap<SegmentKey, EffectiveQuota>,
}

impl QuotasInForce {
    /// Finds what is in force in `period`, under the terms of the quotas themselves; those that a caller gives for the
    /// reviewed period apply where a quota has none and `with_terms` is true.
    pub fn find(
        partner: &Partner,
        period: &PlanningPeriod,
        grain: Grain,
        given: &Given,
        with_terms: bool,
    ) -> Result<Self, MoneyError> {
        let none = QuotaTerms::default();
        let terms = |line: &SegmentKey| given.terms_of(partner, line).filter(|_| with_terms).unwrap_or(&none);
        let mut parts = tiled(given.quotas_of(partner, period), period)?;
        // A year whose third quarter has no quota has none itself; one that begins with the second quarter has.
        parts.retain(|_, tile| tile.is_whole && tile.end == period.end());
        let at_grain = |segment: &SegmentKey| match grain {
            Grain::Partner => false,
            Grain::ProductLine => segment.product_line.is_some(),
            Grain::ProductLineTerritory => *segment != SegmentKey::default(),
        };
        let mut found = Self::default();
        if !parts.keys().any(at_grain) {
            keep_widest(&mut parts);
            for tile in parts.into_values() {
                found.add(under(&tile, period, terms(&SegmentKey::default()))?)?;
            }
            return Ok(found);
        }
        let mut lines: BTreeMap<SegmentKey, Tile> = BTreeMap::new();
        for (segment, tile) in parts.into_iter().filter(|(segment, _)| at_grain(segment)) {
            match lines.get_mut(&grain.line_of(partner, &segment)) {
                None => {
                    lines.insert(grain.line_of(partner, &segment), tile);
                }
                Some(line) => {
                    line.add(&tile)?;
                    (line.start, line.days) = (line.start.min(tile.start), line.days.max(tile.days));
                }
            }
        }
        for (line, tile) in lines {
            let quota = under(&tile, period, terms(&line))?;
            found.add(quota)?;
            found.lines.insert(line, quota);
        }
        Ok(found)
    }

    /// What of the partner's business the quota is for.
    pub fn scope(&self) -> Scope<'_> {
        if self.lines.is_empty() { Scope::All } else { Scope::Lines(&self.lines) }
    }

    fn add(&mut self, quota: EffectiveQuota) -> Result<(), MoneyError> {
        let Some(sum) = &mut self.whole else {
            self.whole = Some(quota);
            return Ok(());
        };
        sum.full = sum.full.plus(quota.full)?;
        sum.effective = sum.effective.plus(quota.effective)?;
        sum.effective_days = sum.effective_days.max(quota.effective_days);
        sum.is_ramped |= quota.is_ramped;
        sum.starts = sum.starts.min(quota.starts);
        Ok(())
    }
}

/// Quota in force of what is stated for a segment.
fn under(tile: &Tile, period: &PlanningPeriod, terms: &QuotaTerms) -> Result<EffectiveQuota, MoneyError> {
    // The amount is for the period's later months only: so are ramp and proration.
    let skipped = tile.start.since(period.start) as u32;
    let rest = PlanningPeriod { label: String::new(), start: tile.start, months: period.months - skipped };
    if tile.has_terms {
        return Ok(EffectiveQuota {
            full: tile.full,
            effective: tile.amount,
            effective_days: tile.days,
            period_days: rest.days(),
            is_ramped: tile.is_ramped,
            starts: tile.start,
        });
    }
    let ramp = terms.ramp.iter().skip(skipped as usize).copied().collect();
    effective_quota(tile.full, &rest, &QuotaTerms { ramp, ..terms.clone() })
}
