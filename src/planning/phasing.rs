//! Phasing of a plan: by which season each line's quota is divided into reporting periods.

use super::assembly::Draft;
use super::fault::PlanFault;
use super::in_force::InForce;
use super::line_name::line_name;
use super::plan::PhasingBasis;
use crate::finding::{Finding, Findings};
use crate::plugin::{Seasonality, VendorPlugin};
use crate::quota::{Phasing, Shares, phase};
use crate::units::{PlanningPeriod, Rate};
use rayon::prelude::*;
use std::collections::BTreeMap;

/// Lines below which spreading over threads costs more than it saves.
const FEWEST_APART: usize = 128;

/// Quotas by reporting period, and the season of each line.
pub(super) struct Phased {
    /// One row per line.
    pub periods: Phasing,
    /// One entry per line.
    pub basis: Vec<PhasingBasis>,
}

/// Reporting periods of a planning period, in order.
pub(super) fn reporting(plugin: &VendorPlugin, period: &PlanningPeriod) -> Vec<PlanningPeriod> {
    plugin.manifest.calendar.reporting(period, plugin.manifest.reporting)
}

/// Shares of the reporting periods from revenue by calendar month; `None` when one is below zero, or all are zero.
fn shares(months: &[i64; 12], reporting: &[PlanningPeriod]) -> Option<Shares> {
    let sums: Vec<i128> = reporting
        .iter()
        .map(|period| {
            (0..period.months)
                .map(|step| i128::from(months[period.start.plus(step as i32).number() as usize - 1]))
                .sum()
        })
        .collect();
    Shares::new(&sums).ok()
}

/// The channel's shares: of the revenue by calendar month of all lines that have a season.
pub(super) fn channel_shares(plugin: &VendorPlugin, period: &PlanningPeriod, drafts: &[Draft]) -> Option<Shares> {
    let mut sums = [0_i64; 12];
    for months in drafts.iter().filter_map(|draft| draft.months.as_ref()) {
        sums.iter_mut().zip(months).for_each(|(sum, amount)| *sum = sum.saturating_add(*amount));
    }
    shares(&sums, &reporting(plugin, period))
}

/// Divides the quotas of the lines, in the order of `drafts`, into reporting periods.
pub(super) fn phased(
    plugin: &VendorPlugin,
    reporting: &[PlanningPeriod],
    drafts: &[Draft],
    quotas: &[i128],
    channel: Option<&Shares>,
    unit: i128,
) -> Result<Phased, Findings> {
    let even = Shares::even(reporting.len());
    let seasons = Seasons { plugin, reporting, even: &even, channel };
    let own: Vec<(Option<Shares>, PhasingBasis)> =
        drafts.par_iter().with_min_len(FEWEST_APART).map(|draft| seasons.of(draft)).collect();
    let agreed = agreed(drafts, reporting)?;
    let open: Vec<(i128, &Shares)> = (quotas.iter().zip(&own).enumerate())
        .filter(|(line, _)| !agreed.contains_key(line))
        .map(|(_, (quota, (own, _)))| (*quota, own.as_ref().or(channel).unwrap_or(&even)))
        .collect();
    let periods = phase(&open, unit).map_err(|fault| PlanFault::NotPhased { reason: fault.to_string() })?;
    let mut basis: Vec<PhasingBasis> = own.into_iter().map(|(_, basis)| basis).collect();
    agreed.keys().for_each(|line| basis[*line] = PhasingBasis::Agreed);
    Ok(Phased { periods: periods.with_rows(reporting.len(), agreed), basis })
}

/// Quotas of the reporting periods that were agreed, in minor units, by the place of the line.
fn agreed(drafts: &[Draft], reporting: &[PlanningPeriod]) -> Result<BTreeMap<usize, Vec<i128>>, Findings> {
    let (mut rows, mut faults) = (BTreeMap::new(), Findings::new());
    for (place, draft) in drafts.iter().enumerate() {
        let Some(lock) = draft.lock.as_ref().filter(|lock| !lock.periods.is_empty()) else { continue };
        let of = |period: &PlanningPeriod| {
            let (_, quota) = lock.periods.iter().find(|(label, _)| **label == *period.label)?;
            quota.to_minor().ok()
        };
        let row: Option<Vec<i128>> = reporting.iter().map(of).collect();
        match row.filter(|row| row.len() == lock.periods.len()) {
            Some(row) => drop(rows.insert(place, row)),
            None => faults.push(Finding::from(PlanFault::LockPeriods {
                line: line_name(&draft.identity.partner_id, &draft.segment),
                agreed: lock.periods.iter().map(|(label, _)| label.to_string()).collect(),
                planned: reporting.iter().map(|period| period.label.clone()).collect(),
            })),
        }
    }
    if faults.is_empty() { Ok(rows) } else { Err(faults) }
}

struct Seasons<'s> {
    plugin: &'s VendorPlugin,
    reporting: &'s [PlanningPeriod],
    even: &'s Shares,
    channel: Option<&'s Shares>,
}

impl Seasons<'_> {
    /// Shares of a line, `None` for the channel's or else even ones, and where they come from.
    fn of(&self, draft: &Draft) -> (Option<Shares>, PhasingBasis) {
        let (shares, basis) = self.in_program(draft);
        let Some(in_force) = draft.in_force.as_deref().filter(|_| self.reporting.len() > 1) else {
            return (shares, basis);
        };
        let full = shares.as_ref().or(self.channel).unwrap_or(self.even);
        match full.in_force(&self.parts(in_force)) {
            Some(shares) => (Some(shares), basis),
            // The season has nothing in the periods that are left.
            None => (self.even.in_force(&self.parts(in_force)), PhasingBasis::EvenInstead),
        }
    }

    fn parts(&self, in_force: &InForce) -> Vec<crate::quota::PartOfPeriod> {
        self.reporting.iter().map(|period| in_force.in_period(period)).collect()
    }

    /// Shares of a line that is in force throughout.
    fn in_program(&self, draft: &Draft) -> (Option<Shares>, PhasingBasis) {
        if self.reporting.len() == 1 {
            return (Some(self.even.clone()), PhasingBasis::Even);
        }
        let phasing = &self.plugin.manifest.phasing;
        if draft.context.is_newcomer
            && let Some(ramped) = self.ramped(&phasing.newcomer_ramp, draft.in_force.as_deref())
        {
            return (Some(ramped), PhasingBasis::NewcomerRamp);
        }
        let of_channel = |basis| (None, if self.channel.is_some() { basis } else { PhasingBasis::EvenInstead });
        match phasing.seasonality {
            Seasonality::Even => (Some(self.even.clone()), PhasingBasis::Even),
            Seasonality::Channel => of_channel(PhasingBasis::ChannelSeason),
            Seasonality::Partner => match draft.months.as_ref().and_then(|months| shares(months, self.reporting)) {
                Some(own) => (Some(own), PhasingBasis::OwnSeason),
                None => of_channel(PhasingBasis::ChannelSeasonInstead),
            },
        }
    }

    /// The ramp of a newcomer; one that joins inside the period begins it in the reporting period of joining.
    fn ramped(&self, ramp: &[Rate], in_force: Option<&InForce>) -> Option<Shares> {
        let skipped = in_force
            .map_or(0, |in_force| self.reporting.iter().filter(|period| period.last_day() < in_force.from).count());
        let ramp: Vec<Rate> = std::iter::repeat_n(Rate::ZERO, skipped).chain(ramp.iter().copied()).collect();
        self.even.ramped(&ramp).filter(|_| ramp.len() > skipped)
    }
}
