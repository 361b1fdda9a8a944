//! Decisions about joint business plans. The changes of a command are decided in order.

use super::approval::open_steps;
use super::business::{Activity, BusinessChange, Objective};
use super::business_fault::BusinessFault;
use super::business_items::{Registered, Risk, TargetAccount};
use super::business_review::verdict;
use super::business_state::{ActivityState, BusinessPlan, Signature};
use super::command::COMMAND;
use super::event::EventBody;
use super::event::body::{BusinessChanged, BusinessReviewed, BusinessSigned, FundApproved};
use super::fault::LedgerFault;
use super::fold_business::{apply, approve_fund, sign};
use super::line::Approval;
use super::refusal::{Deciding, unknown_line};
use super::wire::date_of;
use super::words::Side;
use crate::finding::{Place, did_you_mean};
use crate::units::{Money, Rate};
use chrono::NaiveDate;
use rust_decimal::Decimal;

/// Longest id of an objective or activity.
const LONGEST_ID: usize = 40;

/// Largest weight of an objective or activity.
const LARGEST_WEIGHT: Decimal = Decimal::from_parts(1_000_000, 0, 0, false, 0);

/// One partner's business plan while a command is decided.
struct Business<'b, 'd> {
    deciding: &'b mut Deciding<'d>,
    partner: &'b str,
    plan: BusinessPlan,
}

/// Decides the changes of a partner's business plan, each on the state that those before it yield.
pub fn change(deciding: &mut Deciding<'_>, partner: &str, changes: &[BusinessChange]) {
    if deciding.state.figures_of(partner).is_empty() {
        deciding.refuse(unknown_line(deciding.state, partner));
        return;
    }
    if changes.is_empty() {
        deciding.findings.push(missing("change", "the command").into());
    }
    let plan = deciding.state.business_plans.get(partner).cloned().unwrap_or_default();
    let mut business = Business { deciding, partner, plan };
    for (number, change) in changes.iter().enumerate() {
        let before = business.deciding.findings.len();
        if let Err(fault) = business.decide(change) {
            business.deciding.findings.push(fault.into());
        }
        // One change needs no place.
        if changes.len() > 1 && business.deciding.findings.len() > before {
            let findings = std::mem::take(&mut business.deciding.findings);
            let placed = findings.into_iter().enumerate().map(|(at, finding)| match at < before {
                true => finding,
                false => finding.at(place(number)),
            });
            business.deciding.findings = placed.collect();
        }
    }
}

/// Returns the place of a change in its command.
pub fn place(number: usize) -> Place {
    Place::Member { file: COMMAND.to_owned(), pointer: format!("/changes/{number}"), value: String::new() }
}

fn missing(what: &str, subject: &str) -> BusinessFault {
    BusinessFault::Missing { what: what.to_owned(), subject: subject.to_owned() }
}

impl Business<'_, '_> {
    fn decide(&mut self, change: &BusinessChange) -> Result<(), BusinessFault> {
        let today = date_of(self.deciding.at);
        match change {
            BusinessChange::Header(header) => {
                if header.accounts.is_some() || header.risks.is_some() {
                    return Err(BusinessFault::NamesOnly { partner: self.partner.to_owned() });
                }
            }
            BusinessChange::Objective(objective) => self.objective(objective)?,
            BusinessChange::Activity(activity) => self.activity(activity)?,
            BusinessChange::Account(account) => self.account(account)?,
            BusinessChange::Risk(risk) => self.risk(risk)?,
            BusinessChange::Drop { item, reason } => {
                expect_known("item", item, &self.plan.ids())?;
                self.expect_unclaimed(item, None)?;
                expect_words(reason, "reason", &format!("dropping `{item}`"))?;
            }
            BusinessChange::Done { activity, on, .. } => {
                self.known(activity)?;
                expect_past("the activity", *on, today)?;
            }
            BusinessChange::Actual { objective, as_of, book, .. } => {
                self.actual(objective, book.as_deref())?;
                expect_past("the value", *as_of, today)?;
                let known = self.plan.objectives.get(objective).and_then(|own| own.actual.as_ref());
                expect_later(objective, *as_of, known.map(|known| known.as_of))?;
            }
            BusinessChange::Registered(registered) => {
                self.registered(registered)?;
                expect_past("the book", registered.as_of, today)?;
                let known = self.plan.activities.get(&registered.activity).and_then(|own| own.registered.as_ref());
                expect_later(&registered.activity, registered.as_of, known.map(|known| known.as_of))?;
            }
            BusinessChange::Claim { activity, amount, .. } => self.claim(activity, *amount)?,
            BusinessChange::Answer { accepts, words, .. } => {
                if self.plan.review.is_none() {
                    return Err(BusinessFault::NoReview { partner: self.partner.to_owned() });
                }
                if !accepts {
                    expect_words(words, "words", "a dispute")?;
                }
            }
            BusinessChange::ApproveFund { activity, role, note } => {
                return self.approve_fund(activity, role.as_deref(), note);
            }
            BusinessChange::Sign { side, by } => return self.sign(*side, by.as_deref()),
            BusinessChange::Review { as_of, actual } => return self.review(*as_of, *actual, today),
        }
        apply(&mut self.plan, change, &self.deciding.actor.person);
        let (partner_id, change) = (self.partner.to_owned(), change.clone());
        self.deciding.events.push(EventBody::BusinessChanged(BusinessChanged { partner_id, change }));
        Ok(())
    }

    /// Returns the activity of that id.
    fn known(&self, id: &str) -> Result<&ActivityState, BusinessFault> {
        let known: Vec<&str> = self.plan.activities.keys().map(String::as_str).collect();
        expect_known("activity", id, &known)?;
        self.plan.activities.get(id).ok_or_else(|| missing("activity", id))
    }

    /// Returns the id of an item of that kind; refuses the id of an item of another kind.
    fn id(&self, id: &str, kind: &str) -> Result<String, BusinessFault> {
        let id = expect_id(id)?;
        match self.plan.kind_of(&id).filter(|other| *other != kind) {
            Some(other) => Err(BusinessFault::ItemKind { id, other: other.to_owned() }),
            None => Ok(id),
        }
    }

    fn account(&self, account: &TargetAccount) -> Result<(), BusinessFault> {
        let id = self.id(&account.id, "target account")?;
        expect_words(&account.customer, "customer", &format!("target account `{id}`"))?;
        account.expected.map_or(Ok(()), |expected| self.amount(&id, expected))
    }

    fn risk(&self, risk: &Risk) -> Result<(), BusinessFault> {
        let id = self.id(&risk.id, "risk")?;
        expect_words(&risk.risk, "description", &format!("risk `{id}`"))
    }

    /// Refuses a typed value where a book has one, and the value of a book where the objective has no source.
    fn actual(&self, id: &str, book: Option<&str>) -> Result<(), BusinessFault> {
        let known: Vec<&str> = self.plan.objectives.keys().map(String::as_str).collect();
        expect_known("objective", id, &known)?;
        let own = self.plan.objectives.get(id);
        let has_source = own.is_some_and(|own| own.objective.source.is_some());
        let is_of_book = own.and_then(|own| own.actual.as_ref()).is_some_and(|actual| actual.book.is_some());
        match book {
            Some(_) if !has_source => Err(BusinessFault::NoSource { id: id.to_owned() }),
            Some(book) => expect_digest(book),
            None if is_of_book => Err(BusinessFault::FromBook { id: id.to_owned() }),
            None => Ok(()),
        }
    }

    fn registered(&self, registered: &Registered) -> Result<(), BusinessFault> {
        let id = &registered.activity;
        if self.known(id)?.activity.tag.is_none() {
            return Err(BusinessFault::NoTag { id: id.clone() });
        }
        [registered.pipeline, registered.won].into_iter().try_for_each(|amount| self.amount(id, amount))?;
        expect_digest(&registered.book)
    }

    fn objective(&self, objective: &Objective) -> Result<(), BusinessFault> {
        let id = self.id(&objective.id, "objective")?;
        expect_words(&objective.measure, "measure", &format!("objective `{id}`"))?;
        if !is_weight(objective.weight) {
            return Err(BusinessFault::Weight { id });
        }
        if objective.baseline == Some(objective.target) {
            return Err(BusinessFault::NoDistance { id });
        }
        Ok(())
    }

    fn activity(&self, activity: &Activity) -> Result<(), BusinessFault> {
        let id = self.id(&activity.id, "activity")?;
        expect_words(&activity.title, "title", &format!("activity `{id}`"))?;
        if !is_weight(activity.weight) {
            return Err(BusinessFault::Weight { id });
        }
        if let Some(start) = activity.start.filter(|start| activity.due < *start) {
            let (start, due) = (start.to_string(), activity.due.to_string());
            return Err(BusinessFault::EndsBefore { id, start, due });
        }
        [activity.cost, activity.fund].into_iter().flatten().try_for_each(|amount| self.amount(&id, amount))?;
        if let (Some(fund), Some(cost)) = (activity.fund, activity.cost)
            && cost.minus(fund).is_ok_and(Money::is_negative)
        {
            return Err(BusinessFault::MoreThanCost { id, fund: fund.to_grouped(), cost: cost.to_grouped() });
        }
        if let Some(objective) = &activity.objective {
            let known: Vec<&str> = self.plan.objectives.keys().map(String::as_str).collect();
            expect_known("objective", objective, &known)?;
        }
        self.expect_unclaimed(&id, activity.fund)?;
        let is_own = |line: &super::key::LineKey| {
            line.partner_id == self.partner && self.deciding.state.lines.contains_key(line)
        };
        match activity.lines.iter().find(|line| !is_own(line)) {
            Some(line) => Err(BusinessFault::ForeignLine { id, line: line.to_string() }),
            None => Ok(()),
        }
    }

    /// Refuses other funds, or none, for an activity whose funds were claimed.
    fn expect_unclaimed(&self, id: &str, fund: Option<Money>) -> Result<(), BusinessFault> {
        let Some(known) = self.plan.activities.get(id) else { return Ok(()) };
        let Some(claim) = known.claim.filter(|_| known.activity.fund != fund) else { return Ok(()) };
        Err(BusinessFault::Claimed { id: id.to_owned(), claim: claim.to_grouped() })
    }

    fn amount(&self, id: &str, amount: Money) -> Result<(), BusinessFault> {
        let currency = self.deciding.header.currency;
        let is_in_range = Money::bounded(amount.amount(), currency).is_ok();
        let is_amount =
            is_in_range && amount.currency() == currency && !amount.is_negative() && amount.rounded() == amount;
        let fault =
            || BusinessFault::Amount { id: id.to_owned(), amount: amount.to_string(), currency: currency.to_string() };
        if is_amount { Ok(()) } else { Err(fault()) }
    }

    fn claim(&self, id: &str, amount: Money) -> Result<(), BusinessFault> {
        let known = self.known(id)?;
        self.amount(id, amount)?;
        let Some(fund) = known.activity.fund else { return Err(BusinessFault::NoFund { id: id.to_owned() }) };
        if !known.is_fund_approved() {
            return Err(BusinessFault::FundNotApproved { id: id.to_owned() });
        }
        if fund.minus(amount).is_ok_and(Money::is_negative) {
            let (amount, fund) = (amount.to_grouped(), fund.to_grouped());
            return Err(BusinessFault::MoreThanApproved { id: id.to_owned(), amount, fund });
        }
        Ok(())
    }

    fn approve_fund(&mut self, id: &str, role: Option<&str>, note: &str) -> Result<(), BusinessFault> {
        let known = self.known(id)?.clone();
        let person = self.deciding.actor.person.clone();
        let Some(amount) = known.activity.fund else { return Err(BusinessFault::NoFund { id: id.to_owned() }) };
        if self.plan.bound(&known).contains(&person) {
            return Err(BusinessFault::ApprovesOwnFund { id: id.to_owned(), person });
        }
        let subject = format!("the funds of activity `{id}`");
        let steps = match self.deciding.state.fund_steps(&known) {
            Ok(steps) => steps,
            Err(fault) => {
                self.deciding.refuse(LedgerFault::Undecided { subject, reason: fault.to_string() });
                return Ok(());
            }
        };
        let given: Vec<&Approval> = known.approvals.iter().collect();
        let open = open_steps(&steps, &given).into_iter().cloned().collect();
        let Some(step) = self.deciding.step(subject, open, role) else { return Ok(()) };
        let digest = known.digest(self.partner);
        let (by, at) = (person, self.deciding.at);
        let approval = Approval { by, at, digest: digest.clone(), role: step.role.clone() };
        let of = u8::try_from(steps.len()).unwrap_or(u8::MAX);
        approve_fund(&mut self.plan, id, approval, steps);
        self.deciding.events.push(EventBody::FundApproved(FundApproved {
            partner_id: self.partner.to_owned(),
            activity: id.to_owned(),
            amount,
            digest,
            step,
            of,
            note: note.trim().to_owned(),
        }));
        Ok(())
    }

    fn sign(&mut self, side: Side, by: Option<&str>) -> Result<(), BusinessFault> {
        let person = by.unwrap_or(&self.deciding.actor.person).to_owned();
        let figures = self.deciding.state.figures_of(self.partner);
        let dates = self.plan.header.review_dates.clone();
        let has_dates = dates.is_none_or(|dates| !dates.is_empty());
        let missing: Vec<String> = [("activity", !self.plan.activities.is_empty()), ("review dates", has_dates)]
            .into_iter()
            .filter(|(_, is_there)| !is_there)
            .map(|(what, _)| what.to_owned())
            .collect();
        if !missing.is_empty() {
            return Err(BusinessFault::NotComplete { partner: self.partner.to_owned(), missing });
        }
        let digest = self.plan.digest(self.partner, &figures);
        let is_other = |one: &&Signature| one.side != side && one.digest == digest;
        if self.plan.signatures.iter().filter(is_other).any(|one| one.person == person) {
            return Err(BusinessFault::SignsTwice { person });
        }
        sign(&mut self.plan, Signature { side, person: person.clone(), digest: digest.clone(), at: self.deciding.at });
        let partner_id = self.partner.to_owned();
        self.deciding.events.push(EventBody::BusinessSigned(BusinessSigned { partner_id, side, person, digest }));
        Ok(())
    }

    fn review(&mut self, as_of: NaiveDate, actual: Option<Money>, today: NaiveDate) -> Result<(), BusinessFault> {
        expect_past("the review", as_of, today)?;
        let header = self.deciding.header;
        if as_of < header.last_day {
            let (as_of, last_day) = (as_of.to_string(), header.last_day.to_string());
            return Err(BusinessFault::TooEarly { as_of, last_day });
        }
        let is_other = |actual: &Money| {
            actual.currency() != header.currency || Money::bounded(actual.amount(), actual.currency()).is_err()
        };
        if let Some(actual) = actual.filter(is_other) {
            let (amount, currency) = (actual.to_string(), header.currency.to_string());
            return Err(BusinessFault::Amount { id: "review".to_owned(), amount, currency });
        }
        let quota = self.deciding.state.quota_in_force(self.partner);
        let (due, kept) = self.plan.commitments(as_of);
        let attainment = actual.zip(quota).and_then(|(actual, quota)| actual.ratio_to(quota));
        let decided = verdict(header.review.as_ref(), attainment, kept.checked_div(due));
        let (verdict, because, rows) = match decided {
            Ok(decided) => decided,
            Err(reason) => {
                return Err(BusinessFault::Undecided { partner: self.partner.to_owned(), reason });
            }
        };
        let partner_id = self.partner.to_owned();
        let reviewed = BusinessReviewed { partner_id, as_of, quota, actual, due, kept, verdict, because, rows };
        super::fold_business::review(&mut self.plan, reviewed.review(&self.deciding.actor.person));
        self.deciding.events.push(EventBody::BusinessReviewed(reviewed));
        Ok(())
    }
}

/// True for weights whose sum is exact.
fn is_weight(weight: Rate) -> bool {
    !weight.is_sign_negative() && weight <= LARGEST_WEIGHT && weight.normalize().scale() <= 6
}

fn expect_id(id: &str) -> Result<String, BusinessFault> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if id.is_empty() || id.len() > LONGEST_ID || !id.chars().all(is_plain) {
        return Err(BusinessFault::ItemId { id: id.to_owned() });
    }
    Ok(id.to_owned())
}

fn expect_digest(book: &str) -> Result<(), BusinessFault> {
    let is_digest = !book.is_empty() && book.len() <= 64 && book.bytes().all(|byte| byte.is_ascii_hexdigit());
    if is_digest { Ok(()) } else { Err(BusinessFault::NotADigest { book: book.to_owned() }) }
}

fn expect_known(what: &str, id: &str, known: &[&str]) -> Result<(), BusinessFault> {
    if known.contains(&id) {
        return Ok(());
    }
    let near = did_you_mean(id, known.iter().copied()).map(str::to_owned);
    Err(BusinessFault::UnknownItem { what: what.to_owned(), id: id.to_owned(), near })
}

fn expect_words(text: &str, what: &str, subject: &str) -> Result<(), BusinessFault> {
    if text.trim().is_empty() { Err(missing(what, subject)) } else { Ok(()) }
}

fn expect_past(what: &str, date: NaiveDate, today: NaiveDate) -> Result<(), BusinessFault> {
    let fault = || BusinessFault::InFuture { what: what.to_owned(), date: date.to_string() };
    if date > today { Err(fault()) } else { Ok(()) }
}

/// Refuses a value of an earlier date than the one that is known: what is known last would be the older one.
fn expect_later(id: &str, date: NaiveDate, known: Option<NaiveDate>) -> Result<(), BusinessFault> {
    let fault = |known: NaiveDate| BusinessFault::Earlier {
        id: id.to_owned(),
        date: date.to_string(),
        known: known.to_string(),
    };
    known.filter(|known| date < *known).map_or(Ok(()), |known| Err(fault(known)))
}
