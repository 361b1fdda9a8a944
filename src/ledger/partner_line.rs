//! A line as its partner sees it.

use super::plan::{EventBody, LineKey, LineState, PlanEvent};
use crate::units::Money;
use chrono::{DateTime, NaiveDate, Utc};
use std::collections::BTreeMap;

/// Line as its partner sees it: offers, counters, acceptances and locks, and none of the internal steps of the vendor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartnerLine {
    /// State of the negotiation after the last event that the partner sees.
    pub state: LineState,
    /// Number of events that the partner sees.
    pub version: u64,
    /// Round of the negotiation.
    pub round: u32,
    /// Figure that the vendor named last, or that is agreed.
    pub figure: Money,
    /// Figure that the partner asks for; `None` unless a counter is open.
    pub asked: Option<Money>,
    /// Last date to answer; `None` without an open offer.
    pub reply_by: Option<NaiveDate>,
    /// Person who accepted for the partner, and when.
    pub accepted: Option<(String, DateTime<Utc>)>,
    /// True when the figure is assigned without the partner's acceptance.
    pub assigned: bool,
    /// Figure in force, and from when; `None` before the first lock.
    pub in_force: Option<(Money, NaiveDate)>,
    /// Time of the last event that the partner sees.
    pub at: DateTime<Utc>,
}

/// Returns true for events that a partner sees.
pub(super) fn is_public(body: &EventBody) -> bool {
    use EventBody::{Accepted, Countered, Escalated, Expired, Locked, Offered, Resolved, Withdrawn};
    matches!(
        body,
        Offered(_) | Countered(_) | Accepted(_) | Escalated(_) | Resolved(_) | Locked(_) | Withdrawn(_) | Expired(_)
    )
}

/// Applies an event to the line as its partner sees it.
pub(super) fn note<'v>(lines: &mut BTreeMap<&'v LineKey, PartnerLine>, event: &'v PlanEvent) {
    let Some((key, _)) = event.body.step() else { return };
    let named = match &event.body {
        EventBody::Offered(body) => Some(body.moved.to),
        EventBody::Resolved(body) => Some(body.moved.to),
        EventBody::Accepted(body) => Some(body.moved.to),
        _ => None,
    };
    if let Some(figure) = named {
        let entry = lines.entry(key);
        entry.or_insert_with(|| PartnerLine::new(figure, event.at)).figure = figure;
    }
    let Some(line) = lines.get_mut(key) else { return };
    line.at = event.at;
    line.version += 1;
    line.reply_by = None;
    match &event.body {
        EventBody::Offered(body) => {
            (line.state, line.round, line.reply_by) = (LineState::Offered, body.round, body.reply_by);
            (line.asked, line.accepted, line.assigned) = (None, None, false);
        }
        EventBody::Countered(body) => (line.state, line.asked) = (LineState::Countered, Some(body.moved.to)),
        EventBody::Accepted(body) => {
            (line.state, line.asked) = (LineState::Accepted, None);
            line.accepted = Some((body.partner.clone(), event.at));
        }
        EventBody::Escalated(_) => line.state = LineState::Escalated,
        EventBody::Resolved(body) => {
            (line.state, line.assigned) =
                (if body.assigned { LineState::Assigned } else { LineState::Resolved }, body.assigned);
            (line.asked, line.accepted, line.reply_by) = (None, None, body.reply_by);
        }
        EventBody::Locked(body) => {
            (line.state, line.in_force) = (LineState::Locked, Some((body.moved.to, body.effective_from)));
        }
        EventBody::Withdrawn(body) => {
            line.state = if body.to.is_some() { LineState::Locked } else { LineState::Withdrawn };
            line.figure = body.to.unwrap_or(line.figure);
            line.asked = None;
        }
        EventBody::Expired(_) => line.state = LineState::Expired,
        _ => {}
    }
}

impl PartnerLine {
    fn new(figure: Money, at: DateTime<Utc>) -> Self {
        Self {
            state: LineState::Offered,
            version: 0,
            round: 0,
            figure,
            asked: None,
            reply_by: None,
            accepted: None,
            assigned: false,
            in_force: None,
            at,
        }
    }
}
