//! History of a plan of record as a conversation.

use crate::ledger::plan::{BusinessChange, EventBody, LineKey, Moved, PlanEvent, PlanState, Side};
use crate::report::ReportFault;
use crate::report::figures::{Figures, clipped, counted, readable};
use crate::report::grid::{TableOptions, wrapped};

/// Characters of the name of a person.
const NAME: usize = 40;
/// Events that the answer to a command shows one by one.
const SHOWN: usize = 12;

/// Renders events as a conversation, oldest first: those of one line, or all.
pub fn history(events: &[PlanEvent], line: Option<&LineKey>, options: &TableOptions) -> String {
    let is_shown = |event: &&PlanEvent| match (line, event.body.step()) {
        (Some(line), Some((own, _))) => own == line,
        (Some(_), None) => matches!(event.body, EventBody::Proposed(_)),
        (None, _) => true,
    };
    events.iter().filter(is_shown).map(|event| entry(event, line, options)).collect()
}

fn entry(event: &PlanEvent, line: Option<&LineKey>, options: &TableOptions) -> String {
    let head = format!("{:>5}  {}  ", event.number, event.at.format("%Y-%m-%d %H:%M"));
    let indent = " ".repeat(head.len());
    let said = wrapped(&readable(&said(event, line)), &indent, options.width);
    let said = said.strip_prefix(&indent).unwrap_or(&said);
    let reason = reason(&event.body)
        .map(|reason| wrapped(&format!("\u{201c}{}\u{201d}", readable(reason)), &indent, options.width));
    format!("{head}{said}{}", reason.unwrap_or_default())
}

/// Renders what a command recorded: its events, and the totals after them.
pub fn recorded(events: &[PlanEvent], state: &PlanState) -> Result<String, ReportFault> {
    let mut text = String::new();
    let is_long = events.len() > SHOWN;
    for event in events.iter().take(if is_long { SHOWN - 2 } else { SHOWN }) {
        text.push_str(&format!("{:>5}  {}\n", event.number, readable(&said(event, None))));
    }
    if is_long {
        text.push_str(&format!("       and {}\n", counted(events.len() - (SHOWN - 2), "more event", "more events")));
    }
    let totals = &state.totals;
    let sum = Figures::of_amounts([totals.assigned].into_iter().chain(totals.target)).exact(totals.assigned);
    let difference = match totals.difference()? {
        Some(difference) if difference.is_negative() => format!(", {} below the target", difference.abs().to_grouped()),
        Some(difference) if difference.is_zero() => "; lines and reserve meet the target".to_owned(),
        Some(difference) => format!(", {} above the target", difference.to_grouped()),
        None => String::new(),
    };
    text.push_str(&format!("{} version {}: the lines sum to {sum}{difference}\n", state.name(), state.version));
    Ok(text)
}

/// `240,000.00 (before: 245,500.00)`.
fn figures(moved: &Moved) -> String {
    match moved.from {
        Some(from) if from != moved.to => format!("{} (before: {})", moved.to.to_grouped(), from.to_grouped()),
        _ => moved.to.to_grouped(),
    }
}

/// An event as a sentence: person, verb, line, figures.
fn said(event: &PlanEvent, line: Option<&LineKey>) -> String {
    let who = clipped(&event.actor, NAME);
    match &event.body {
        EventBody::Offered(_)
        | EventBody::Countered(_)
        | EventBody::Accepted(_)
        | EventBody::Escalated(_)
        | EventBody::Resolved(_)
        | EventBody::Expired(_) => negotiated(event, &who),
        EventBody::LineDistributed(_)
        | EventBody::Approved(_)
        | EventBody::Returned(_)
        | EventBody::Locked(_)
        | EventBody::Amended(_)
        | EventBody::Withdrawn(_) => settled(&event.body, &who),
        body if body.partner().is_some() => in_business_plan(body, &who),
        _ => of_plan(&event.body, &who, line),
    }
}

/// An event of the plan as a whole as a sentence.
fn of_plan(body: &EventBody, who: &str, line: Option<&LineKey>) -> String {
    match body {
        EventBody::Opened(body) => {
            format!("{who} opens the plan `{}` of {} for {}", body.name, body.vendor, body.period)
        }
        EventBody::Proposed(body) => match body.lines.iter().find(|own| Some(&own.line) == line) {
            Some(own) => format!("{who} proposes {} for `{}`", own.figure.to_grouped(), own.line),
            None => format!("{who} proposes {}", counted(body.lines.len(), "line", "lines")),
        },
        EventBody::TargetChanged(body) => match body.from {
            Some(from) => {
                format!("{who} changes the target to {} (before: {})", body.to.to_grouped(), from.to_grouped())
            }
            None => format!("{who} sets the target to {}", body.to.to_grouped()),
        },
        EventBody::Distributed(body) => {
            format!(
                "{who} writes workbooks for {}",
                counted(body.managers.len(), "account manager", "account managers")
            )
        }
        EventBody::TotalApproved(body) => {
            let (assigned, proposed) = (body.assigned.to_grouped(), body.proposed.to_grouped());
            let role = role(body.step.as_ref().and_then(|step| step.role.as_deref()));
            let rows = body.step.as_ref().and_then(|step| rows(&step.rows));
            let rows = rows.map(|rows| format!(", {rows}")).unwrap_or_default();
            format!("{who} approves a total of {assigned}{role} ({proposed} proposed{rows})")
        }
        EventBody::PlanLocked(body) => format!("{who} locks the plan at {}", body.assigned.to_grouped()),
        EventBody::Closed(_) => format!("{who} closes the plan"),
        body => body.kind().to_owned(),
    }
}

/// A move between the two sides as a sentence.
fn negotiated(event: &PlanEvent, who: &str) -> String {
    let until = |date: &Option<chrono::NaiveDate>| date.map(|date| format!(", answer by {date}")).unwrap_or_default();
    match &event.body {
        EventBody::Offered(body) => {
            let (line, moved) = (&body.moved.line, figures(&body.moved));
            format!("{who} offers `{line}` {moved} in round {}{}", body.round, until(&body.reply_by))
        }
        EventBody::Countered(body) => {
            let asks = match &body.by {
                Some(by) => format!("{} asks (recorded by {who})", clipped(by, NAME)),
                None => format!("{who} asks"),
            };
            let (line, to) = (&body.moved.line, body.moved.to.to_grouped());
            let offer = body.moved.from.map(|from| format!(" instead of {}", from.to_grouped())).unwrap_or_default();
            format!("{asks} for {to} on `{line}`{offer}: {}", body.code)
        }
        EventBody::Accepted(body) => {
            let (line, partner) = (&body.moved.line, clipped(&body.partner, NAME));
            let to = body.moved.to.to_grouped();
            match body.side {
                Side::Vendor => {
                    format!("{who} accepts what {partner} asked for on `{line}`: {}", figures(&body.moved))
                }
                Side::Partner if body.partner == event.actor => {
                    format!("{who} accepts `{line}` at {to} for the partner")
                }
                Side::Partner => format!("{partner} accepts `{line}` at {to} (recorded by {who})"),
            }
        }
        EventBody::Escalated(body) if body.by_rule => format!("`{}` is escalated by the terms of the plan", body.line),
        EventBody::Escalated(body) => format!("{who} escalates `{}`", body.line),
        EventBody::Resolved(body) => {
            let (line, moved) = (&body.moved.line, figures(&body.moved));
            match body.assigned {
                true => format!("{who} assigns `{line}` {moved} without acceptance"),
                false => format!("{who} makes a final offer for `{line}`: {moved}{}", until(&body.reply_by)),
            }
        }
        EventBody::Expired(body) => format!("the offer for `{}` ran out on {}", body.line, body.reply_by),
        body => body.kind().to_owned(),
    }
}

/// A move in a joint business plan as a sentence.
fn in_business_plan(body: &EventBody, who: &str) -> String {
    let partner = body.partner().unwrap_or_default();
    match body {
        EventBody::BusinessChanged(body) => changed(&body.change, partner, who),
        EventBody::FundApproved(body) => {
            let (of, role) = (body.of, role(body.step.role.as_deref()));
            let of = if of > 1 { format!(" ({of} approvals are needed)") } else { String::new() };
            format!(
                "{who} approves {} for activity `{}` of `{partner}`{role}{of}",
                body.amount.to_grouped(),
                body.activity
            )
        }
        EventBody::BusinessSigned(body) => {
            format!("{} signs the business plan of `{partner}` for the {}", clipped(&body.person, NAME), body.side)
        }
        EventBody::BusinessReviewed(body) => {
            let verdict = body.verdict.map_or("no verdict".to_owned(), |verdict| verdict.as_str().replace('_', " "));
            format!("{who} reviews `{partner}` as of {}: {verdict}", body.as_of)
        }
        body => body.kind().to_owned(),
    }
}

fn changed(change: &BusinessChange, partner: &str, who: &str) -> String {
    match change {
        BusinessChange::Objective(one) => format!("{who} sets objective `{}` of `{partner}`: {}", one.id, one.measure),
        BusinessChange::Activity(one) => {
            format!("{who} sets activity `{}` of `{partner}`: {}, due {}", one.id, one.title, one.due)
        }
        BusinessChange::Account(one) => {
            format!("{who} sets target account `{}` of `{partner}`: {}", one.id, one.customer)
        }
        BusinessChange::Risk(one) => {
            format!("{who} sets risk `{}` of `{partner}`: {}, likelihood {}", one.id, one.risk, one.likelihood)
        }
        BusinessChange::Drop { item, .. } => format!("{who} drops `{item}` of `{partner}`"),
        BusinessChange::Done { activity, on, .. } => {
            format!("{who} records that activity `{activity}` of `{partner}` was done on {on}")
        }
        BusinessChange::Actual { objective, value, as_of, book } => {
            let from = if book.is_some() { " from the book" } else { "" };
            format!("{who} records {value} for objective `{objective}` of `{partner}` as of {as_of}{from}")
        }
        BusinessChange::Registered(one) => {
            let count =
                counted(usize::try_from(one.opportunities).unwrap_or(usize::MAX), "opportunity", "opportunities");
            let activity = &one.activity;
            format!("{who} records {count} of activity `{activity}` of `{partner}` as of {} from the book", one.as_of)
        }
        BusinessChange::Claim { activity, amount, .. } => {
            format!("{who} claims {} for activity `{activity}` of `{partner}`", amount.to_grouped())
        }
        BusinessChange::Answer { side, accepts, by, .. } => {
            let does = if *accepts { "accepts" } else { "disputes" };
            let person = by.as_deref().map_or(who.to_owned(), |by| clipped(by, NAME));
            format!("{person} {does} the review of `{partner}` for the {side}")
        }
        BusinessChange::Header(_)
        | BusinessChange::ApproveFund { .. }
        | BusinessChange::Sign { .. }
        | BusinessChange::Review { .. } => format!("{who} changes the business plan of `{partner}`"),
    }
}

/// ` as finance`, for an approval in a role.
fn role(role: Option<&str>) -> String {
    role.map(|role| format!(" as {role}")).unwrap_or_default()
}

/// `approval.csv row 4`; `None` without rows.
fn rows(rows: &[u64]) -> Option<String> {
    let numbers = rows.iter().map(u64::to_string).collect::<Vec<_>>().join(" and ");
    let noun = if rows.len() == 1 { "row" } else { "rows" };
    (!rows.is_empty()).then(|| format!("approval.csv {noun} {numbers}"))
}

/// A move within the vendor as a sentence.
fn settled(body: &EventBody, who: &str) -> String {
    match body {
        EventBody::LineDistributed(body) => format!("{who} hands `{}` to its account manager", body.line),
        EventBody::Approved(body) => {
            let part = (body.of > 1).then(|| format!("{} of {}", body.step, body.of));
            let parts: Vec<String> = part.into_iter().chain(rows(&body.rows)).collect();
            let parts = if parts.is_empty() { String::new() } else { format!(" ({})", parts.join(", ")) };
            let role = role(body.role.as_deref());
            format!("{who} approves `{}` at {}{role}{parts}", body.line, body.figure.to_grouped())
        }
        EventBody::Returned(body) => format!("{who} returns `{}`", body.line),
        EventBody::Locked(body) => {
            let (line, moved) = (&body.moved.line, figures(&body.moved));
            format!("{who} locks `{line}` at {moved} from {}", body.effective_from)
        }
        EventBody::Amended(body) => {
            let (line, moved) = (&body.moved.line, figures(&body.moved));
            format!("{who} amends `{line}` to {moved} from {}: {}", body.effective_from, body.code)
        }
        EventBody::Withdrawn(body) => match body.to {
            Some(to) => {
                format!("{who} withdraws the amendment of `{}`; {} stays in force", body.line, to.to_grouped())
            }
            None => format!("{who} withdraws `{}` ({})", body.line, body.from.to_grouped()),
        },
        body => body.kind().to_owned(),
    }
}

/// The reason of an event, in the words of the person; `None` without one.
fn reason(body: &EventBody) -> Option<&str> {
    let reason = match body {
        EventBody::TargetChanged(body) => &body.reason,
        EventBody::TotalApproved(body) => &body.reason,
        EventBody::Closed(body) => &body.reason,
        EventBody::Offered(body) => &body.moved.reason,
        EventBody::Countered(body) => &body.moved.reason,
        EventBody::Accepted(body) => &body.moved.reason,
        EventBody::Escalated(body) => &body.reason,
        EventBody::Resolved(body) => &body.moved.reason,
        EventBody::Approved(body) => {
            if body.note.is_empty() {
                &body.because
            } else {
                &body.note
            }
        }
        EventBody::Returned(body) => &body.reason,
        EventBody::Locked(body) => &body.moved.reason,
        EventBody::Amended(body) => &body.moved.reason,
        EventBody::Withdrawn(body) => &body.reason,
        EventBody::Opened(_)
        | EventBody::Proposed(_)
        | EventBody::Distributed(_)
        | EventBody::PlanLocked(_)
        | EventBody::LineDistributed(_)
        | EventBody::Expired(_)
        | EventBody::BusinessSigned(_) => return None,
        EventBody::BusinessReviewed(body) => &body.because,
        EventBody::FundApproved(body) => {
            if body.note.is_empty() {
                &body.step.because
            } else {
                &body.note
            }
        }
        EventBody::BusinessChanged(body) => match &body.change {
            BusinessChange::Drop { reason, .. } => reason,
            BusinessChange::Answer { words, .. } => words,
            _ => return None,
        },
    };
    Some(reason.as_str()).filter(|reason| !reason.is_empty())
}
