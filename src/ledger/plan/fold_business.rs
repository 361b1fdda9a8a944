//! Folding of joint business plans: a change, and who made it, yield the next state.

use super::approval::open_steps;
use super::approval_step::ApprovalStep;
use super::business::{Activity, BusinessChange, BusinessHeader};
use super::business_state::{ActivityState, Actual, Answer, BusinessPlan, Done, ObjectiveState, Review, Signature};
use super::event::{EventBody, PlanEvent};
use super::fold_fault::FoldFault;
use super::line::Approval;
use super::state::PlanState;

/// Applies a change that is recorded as it was given. What another event records is left alone.
pub fn apply(plan: &mut BusinessPlan, change: &BusinessChange, actor: &str) {
    let actor = actor.to_owned();
    match change {
        BusinessChange::Header(header) => set_header(&mut plan.header, header),
        BusinessChange::Objective(objective) => {
            // A value is that of its source.
            let is_same = |known: &ObjectiveState| {
                (known.objective.source, &known.objective.tag) == (objective.source, &objective.tag)
            };
            let actual = plan.objectives.remove(&objective.id).filter(is_same).and_then(|known| known.actual);
            plan.objectives.insert(objective.id.clone(), ObjectiveState { objective: objective.clone(), actual });
        }
        BusinessChange::Activity(activity) => set_activity(plan, activity, &actor),
        BusinessChange::Account(account) => {
            plan.accounts.insert(account.id.clone(), account.clone());
        }
        BusinessChange::Risk(risk) => {
            plan.risks.insert(risk.id.clone(), risk.clone());
        }
        BusinessChange::Drop { item, .. } => {
            plan.objectives.remove(item);
            plan.activities.remove(item);
            plan.accounts.remove(item);
            plan.risks.remove(item);
        }
        BusinessChange::Done { activity, on, evidence } => {
            if let Some(known) = plan.activities.get_mut(activity) {
                known.done = Some(Done { on: *on, evidence: evidence.clone(), actor });
            }
        }
        BusinessChange::Actual { objective, value, as_of, book } => {
            if let Some(known) = plan.objectives.get_mut(objective) {
                known.actual = Some(Actual { value: *value, as_of: *as_of, actor, book: book.clone() });
            }
        }
        BusinessChange::Registered(registered) => {
            if let Some(known) = plan.activities.get_mut(&registered.activity) {
                known.registered = Some(registered.clone());
            }
        }
        BusinessChange::Claim { activity, amount, .. } => {
            if let Some(known) = plan.activities.get_mut(activity) {
                known.claim = Some(*amount);
            }
        }
        BusinessChange::Answer { side, accepts, by, words } => {
            if let Some(review) = &mut plan.review {
                review.answers.retain(|answer| answer.side != *side);
                let person = by.clone().unwrap_or(actor);
                review.answers.push(Answer { side: *side, accepts: *accepts, person, words: words.clone() });
            }
        }
        BusinessChange::ApproveFund { .. } | BusinessChange::Sign { .. } | BusinessChange::Review { .. } => {}
    }
}

fn set_activity(plan: &mut BusinessPlan, activity: &Activity, actor: &str) {
    let known = plan.activities.remove(&activity.id);
    let done = known.as_ref().and_then(|known| known.done.clone());
    let claim = known.as_ref().and_then(|known| known.claim);
    // Opportunities are those of the tag; approvals of funds were about the activity as it was.
    let is_same = |known: &ActivityState| known.activity.tag == activity.tag;
    let registered = known.filter(is_same).and_then(|known| known.registered);
    let state = ActivityState { done, claim, registered, ..ActivityState::new(activity.clone(), actor) };
    plan.activities.insert(activity.id.clone(), state);
}

fn set_header(own: &mut BusinessHeader, new: &BusinessHeader) {
    let BusinessHeader { vendor_sponsor, partner_sponsor, vision, review_dates, accounts, risks } = new.clone();
    own.vendor_sponsor = vendor_sponsor.or(own.vendor_sponsor.take());
    own.partner_sponsor = partner_sponsor.or(own.partner_sponsor.take());
    own.vision = vision.or(own.vision.take());
    own.review_dates = review_dates.or(own.review_dates.take());
    own.accounts = accounts.or(own.accounts.take());
    own.risks = risks.or(own.risks.take());
}

/// Adds an approval of the funds of an activity.
pub fn approve_fund(plan: &mut BusinessPlan, activity: &str, approval: Approval, steps: Vec<ApprovalStep>) {
    if let Some(known) = plan.activities.get_mut(activity) {
        known.approvals.push(approval);
        known.steps = steps;
    }
}

/// Adds a signature.
pub fn sign(plan: &mut BusinessPlan, signature: Signature) {
    plan.signatures.push(signature);
}

/// Takes the review; answers to an earlier one are void.
pub fn review(plan: &mut BusinessPlan, review: Review) {
    plan.review = Some(review);
}

/// Applies an event of a business plan to the state.
pub fn fold_business(state: &mut PlanState, event: &PlanEvent) -> Result<(), FoldFault> {
    let number = event.number;
    let Some(partner) = event.body.partner() else { return Ok(()) };
    let figures = state.figures_of(partner);
    if figures.is_empty() {
        return Err(FoldFault::UnknownLine { number, line: partner.to_owned() });
    }
    let fault = |subject: String| FoldFault::Approval { number, subject };
    let mut plan = state.business_plans.get(partner).cloned().unwrap_or_default();
    let (actor, at) = (event.actor.as_str(), event.at);
    match &event.body {
        EventBody::BusinessChanged(body) => apply(&mut plan, &body.change, actor),
        EventBody::FundApproved(body) => {
            let known = plan.activities.get(&body.activity).cloned();
            let subject = || format!("the funds of activity `{}`", body.activity);
            let known = known.ok_or_else(|| fault(subject()))?;
            let steps = state.fund_steps(&known).unwrap_or_default();
            let open = open_steps(&steps, &known.approvals.iter().collect::<Vec<_>>());
            let is_open = open.contains(&&body.step) && usize::from(body.of) == steps.len();
            let is_bound = body.digest == known.digest(partner) && known.activity.fund == Some(body.amount);
            if !is_open || !is_bound || plan.bound(&known).contains(actor) {
                return Err(fault(subject()));
            }
            let (by, digest, role) = (actor.to_owned(), body.digest.clone(), body.step.role.clone());
            approve_fund(&mut plan, &body.activity, Approval { by, at, digest, role }, steps);
        }
        EventBody::BusinessSigned(body) => {
            if body.digest != plan.digest(partner, &figures) {
                return Err(fault(format!("the business plan of `{partner}`")));
            }
            let (side, person, digest) = (body.side, body.person.clone(), body.digest.clone());
            sign(&mut plan, Signature { side, person, digest, at });
        }
        EventBody::BusinessReviewed(body) => {
            if plan.commitments(body.as_of) != (body.due, body.kept) || body.quota != state.quota_in_force(partner) {
                return Err(FoldFault::Figure { number, line: partner.to_owned() });
            }
            review(&mut plan, body.review(actor));
        }
        _ => {}
    }
    plan.changed = state.version + 1;
    state.business_plans.insert(partner.to_owned(), plan);
    Ok(())
}
