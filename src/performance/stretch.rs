//! Amounts stated for stretches of months: which of them make up a period without counting a month twice.

use crate::channel::{CurrentQuota, Forecast, SegmentKey};
use crate::units::{Money, MoneyError, Month, PlanningPeriod};
use std::collections::BTreeMap;

/// Something stated for a stretch of months: a quota or a forecast.
pub(crate) trait Stretch {
    fn start(&self) -> Month;
    fn months(&self) -> u32;
    fn segment(&self) -> &SegmentKey;
    fn amount(&self) -> Money;
    /// Returns true when it is inside `period`.
    fn is_inside(&self, period: &PlanningPeriod) -> bool {
        period.start <= self.start() && self.start().plus(self.months() as i32) <= period.end()
    }
}

impl Stretch for Forecast {
    fn start(&self) -> Month {
        self.start
    }
    fn months(&self) -> u32 {
        self.months
    }
    fn segment(&self) -> &SegmentKey {
        &self.segment
    }
    fn amount(&self) -> Money {
        self.amount
    }
}

impl Stretch for CurrentQuota {
    fn start(&self) -> Month {
        self.start
    }
    fn months(&self) -> u32 {
        self.months
    }
    fn segment(&self) -> &SegmentKey {
        &self.segment
    }
    fn amount(&self) -> Money {
        self.quota
    }
}

/// Amount stated for a segment inside a period.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tile {
    pub amount: Money,
    pub start: Month,
    /// First month after it.
    pub end: Month,
    /// True when no month between is missing.
    pub is_whole: bool,
}

/// Sums by segment what lies inside `period`, without counting a month twice: at each month the longest stretch that
/// begins there is taken, and what overlaps it is left out.
pub(super) fn tiled<'p, S: Stretch + 'p>(
    stretches: impl Iterator<Item = &'p S>,
    period: &PlanningPeriod,
) -> Result<BTreeMap<SegmentKey, Tile>, MoneyError> {
    let mut inside: Vec<&S> = stretches.filter(|stretch| stretch.is_inside(period) && stretch.months() > 0).collect();
    inside.sort_by_key(|stretch| (stretch.segment(), stretch.start(), std::cmp::Reverse(stretch.months())));
    let mut tiles: BTreeMap<SegmentKey, Tile> = BTreeMap::new();
    for stretch in inside {
        let (amount, start) = (stretch.amount(), stretch.start());
        let end = start.plus(stretch.months() as i32);
        match tiles.get_mut(stretch.segment()) {
            Some(tile) if start < tile.end => {}
            Some(tile) => {
                tile.amount = tile.amount.plus(amount)?;
                tile.is_whole &= start == tile.end;
                tile.end = end;
            }
            None => {
                tiles.insert(stretch.segment().clone(), Tile { amount, start, end, is_whole: true });
            }
        }
    }
    Ok(tiles)
}

/// Sum of what lies inside `period`, where a month and a part of the business count once; `None` when nothing does.
pub(crate) fn sum_inside<'p, S: Stretch + 'p>(
    stretches: impl Iterator<Item = &'p S>,
    period: &PlanningPeriod,
) -> Result<Option<Money>, MoneyError> {
    let mut parts = tiled(stretches, period)?;
    keep_widest(&mut parts);
    Money::sum_known(parts.values().map(|tile| tile.amount))
}

/// Leaves out each segment that lies in a wider one, so that nothing is counted twice.
pub(super) fn keep_widest(parts: &mut BTreeMap<SegmentKey, Tile>) {
    if parts.len() < 2 {
        return;
    }
    let all: Vec<SegmentKey> = parts.keys().cloned().collect();
    parts.retain(|segment, _| !all.iter().any(|other| other != segment && other.contains(segment)));
}
