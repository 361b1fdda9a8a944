//! Opening: the engine proposes, and the proposal becomes a plan of record.

use super::documents::PlanDocument;
use super::request::{OPERATION, seat_of, tag_of, unknown};
use crate::decision::{APPROVAL, BUSINESS_REVIEW};
use crate::finding::Finding;
use crate::ledger::plan::{ApprovalRule, Assigned, Command, LedgerFault, LineKey, OnSilence, Opening, Terms};
use crate::ledger::view::View;
use crate::plugin::VendorPlugin;
use crate::request::{Form, Kind};
use crate::server::http::conditional::with_tag;
use crate::server::http::header;
use crate::server::http::media::{JSON, Media};
use crate::server::http::operation::{Operation, Reply};
use crate::server::http::path::VendorPath;
use crate::server::http::problem::{Problem, ProblemKind};
use crate::server::http::query::{Agreed, AsOf, PeriodQuery, QueryParameter, RevisionQuery};
use crate::server::http::request_body::{RequestBody, parse};
use crate::server::http::respond::{Responded, document};
use crate::server::routes::question::DecisionRequest;
use crate::server::routes::route::Route;
use crate::server::state::app::App;
use crate::server::state::lanes::Lane;
use crate::server::state::plans::{Ledger, NotGiven, Seat, problem_of};
use crate::units::{Currency, Money, Month, PlanningPeriod, parse_decimal};
use axum::body::Bytes;
use axum::extract::{FromRequestParts, State};
use axum::http::StatusCode;
use axum::http::header::LOCATION;
use axum::http::request::Parts;
use chrono::NaiveDate;
use http_body_util::BodyExt;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::value::RawValue;

static OPEN: Operation = Operation {
    id: "plan_open",
    method: "POST",
    headers: &[header::IDEMPOTENCY_KEY, header::PERSON],
    path: "/v1/vendors/{vendor}/plans",
    summary: "Open a plan with a proposal",
    doc: "`proposal` is the body of `proposals`; its outcome becomes the first figure of every line. The ledger stores the request and the proposal, with the revision of the rules and the hash of the book.",
    query: &[RevisionQuery::PARAMETER, AsOf::PARAMETER, PeriodQuery::PARAMETER, Agreed::PARAMETER],
    body: &[Media::json("OpenPlan")],
    replies: &[Reply { status: 201, doc: "The plan.", media: &[Media::json("Plan")], has_revision: false }],
    problems: &[
        ProblemKind::RoleMissing,
        ProblemKind::StateConflict,
        ProblemKind::RevisionUnknown,
        ProblemKind::RevisionChanged,
        ProblemKind::BookUnknown,
        ProblemKind::ReplicasDiffer,
        ProblemKind::StateUnavailable,
        ProblemKind::PlanInfeasible,
        ProblemKind::RulesFailed,
        ProblemKind::VendorBusy,
        ProblemKind::CallerBusy,
        ProblemKind::VendorSetAside,
        ProblemKind::VendorFailed,
        ProblemKind::Overloaded,
        ProblemKind::NotRecorded,
        ProblemKind::ShuttingDown,
        ProblemKind::LedgerUnavailable,
    ],
    ..OPERATION
};

/// Returns the routes.
pub fn table() -> Vec<Route> {
    vec![Route::new(&OPEN, open)]
}

/// A plan to open.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "OpenPlan")]
pub struct OpenRequest {
    /// Name: at most 60 letters, digits, `-`, `_` and `.`.
    name: String,
    /// Rounds after which a counter escalates the line; 3 if omitted.
    rounds: Option<u32>,
    /// Days to answer an offer; 10 if omitted.
    reply_within_days: Option<u32>,
    /// Policy for an offer without an answer; `remind` if omitted.
    on_silence: Option<OnSilence>,
    /// Request of the proposal: a body of `proposals`.
    #[schemars(with = "serde_json::Value")]
    proposal: Box<RawValue>,
}

impl OpenRequest {
    fn terms(&self) -> Result<Terms, Problem> {
        let usual = Terms::default();
        let terms = Terms {
            rounds: self.rounds.unwrap_or(usual.rounds),
            reply_within_days: self.reply_within_days.unwrap_or(usual.reply_within_days),
            on_silence: self.on_silence.unwrap_or(usual.on_silence),
        };
        let is_valid = (1..=20).contains(&terms.rounds) && (1..=365).contains(&terms.reply_within_days);
        let detail = "`rounds` must be from 1 to 20, and `reply_within_days` from 1 to 365";
        is_valid.then_some(terms).ok_or_else(|| Problem::new(ProblemKind::InputRefused, detail))
    }

    /// Returns the target of the proposal's request, as it is written.
    fn asked_target(&self, currency: Currency) -> Option<Money> {
        #[derive(Deserialize)]
        struct Asked {
            target: Option<Box<RawValue>>,
        }
        let asked: Asked = serde_json::from_str(self.proposal.get()).ok()?;
        let amount = parse_decimal(asked.target?.get().trim_matches('"')).ok()?;
        Some(Money::new(amount, currency))
    }
}

/// Parts of an opening beside its body.
struct OpenParts {
    vendor: VendorPath,
    seat: Seat,
    decision: DecisionRequest,
}

impl FromRequestParts<App> for OpenParts {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        Ok(Self {
            vendor: VendorPath::from_request_parts(parts, app).await?,
            seat: seat_of(parts, app).await?,
            decision: DecisionRequest::from_request_parts(parts, app).await?,
        })
    }
}

async fn open(State(app): State<App>, parts: OpenParts, body: RequestBody) -> Responded {
    body.expect_media(&[JSON])?;
    let (seat, vendor) = (parts.seat.clone(), parts.vendor.0.to_string());
    app.plans.run(move |ledger| admit(ledger, &seat, &vendor)).await?;
    let bytes = body.read(app.gate.limits.book, &app.stores.bodies).await?;
    let make = carry_out(&app, &parts, bytes.clone());
    app.stores.responses.once(&parts.decision.idempotency, &bytes, make).await
}

/// Refuses a person without a grant to open plans, and a request without a person.
fn admit(ledger: &Ledger, seat: &Seat, vendor: &str) -> Result<(), Problem> {
    expect_opener(ledger, seat, vendor)?;
    seat.actor().map(drop)
}

/// Refuses a person without a grant to open plans, named or not.
pub fn expect_opener(ledger: &Ledger, seat: &Seat, vendor: &str) -> Result<(), Problem> {
    let standing = ledger.standing(seat, vendor).map_err(|findings| problem_of(&findings))?;
    if standing.may_open() {
        return Ok(());
    }
    Err(Problem::new(ProblemKind::RoleMissing, "no grant of the person allows to open a plan of this vendor"))
}

async fn carry_out(app: &App, parts: &OpenParts, bytes: Bytes) -> Responded {
    let opening: OpenRequest = parse(&bytes)?;
    let terms = opening.terms()?;
    let name = opening.name.clone();
    app.plans.run(move |ledger| expect_new(ledger, &name)).await?;
    let asked = Bytes::from(opening.proposal.get().to_owned());
    let question = parts.decision.question(Kind::Proposal, Form::Json).await?;
    let proposed = question.respond(Lane::Plan, asked.clone()).await?;
    let proposed = proposed.into_body().collect().await;
    let proposed = proposed.map_err(|_| internal("the proposal could not be assembled"))?.to_bytes();
    let (seat, vendor) = (parts.seat.clone(), parts.vendor.0.to_string());
    let name = opening.name.clone();
    let made = app.plans.run(move |ledger| {
        let stored = |content: &[u8]| ledger.put(content).map_err(|findings| problem_of(&findings));
        let (request, proposal) = (stored(&asked)?.to_string(), stored(&proposed)?.to_string());
        let plugin = &question.active().plugin;
        let read = Proposal::read(&proposed, plugin).ok_or_else(|| internal("the proposal could not be read"))?;
        let asked_target = opening.asked_target(read.currency);
        let command = read.opening(opening.name, terms, (request, proposal), asked_target, plugin);
        let actor = seat.actor()?;
        let given = ledger.give(&name, &[Command::Open(Box::new(command))], &actor, None, |_| Ok(()));
        given.map_err(|not_given| match not_given {
            NotGiven::Refused(problem) => problem,
            NotGiven::Findings(findings) => problem_of(&findings),
        })?;
        let plan = ledger.plan(&name).map_err(|findings| problem_of(&findings))?;
        let standing = ledger.standing(&seat, &vendor).map_err(|findings| problem_of(&findings))?;
        let view = View::new(&plan, &standing).ok_or_else(unknown)?;
        Ok((tag_of(&view), PlanDocument::new(&view)?, format!("/v1/vendors/{vendor}/plans/{name}")))
    });
    let (tag, plan, location) = made.await?;
    let mut response = with_tag(&tag, document(&plan)?);
    *response.status_mut() = StatusCode::CREATED;
    response.headers_mut().extend(location.parse().ok().map(|location| (LOCATION, location)));
    Ok(response)
}

fn internal(detail: &str) -> Problem {
    Problem::new(ProblemKind::Internal, detail)
}

/// Refuses a name that a plan has already, before the proposal is made.
fn expect_new(ledger: &Ledger, name: &str) -> Result<(), Problem> {
    let plan = ledger.plan(name).map_err(|findings| problem_of(&findings))?;
    if plan.events.is_empty() {
        return Ok(());
    }
    Err(problem_of(&Finding::from(LedgerFault::PlanExists { plan: name.to_owned() }).into()))
}

/// A proposal as this program wrote it.
struct Proposal {
    document: ProposalDocument,
    currency: Currency,
    period: PlanningPeriod,
    as_of: NaiveDate,
    target: Option<Money>,
    reserve: Money,
    lines: Vec<Assigned>,
}

#[derive(Deserialize)]
struct ProposalDocument {
    vendor: String,
    revision: String,
    input_hash: String,
    currency: String,
    period: String,
    period_start: String,
    period_months: u32,
    as_of: String,
    target: Option<String>,
    reserve: String,
    lines: Vec<LineDocument>,
}

#[derive(Deserialize)]
struct LineDocument {
    partner_id: String,
    partner_name: String,
    account_manager: Option<String>,
    territory: Option<String>,
    tier: Option<String>,
    segment: SegmentDocument,
    quota: String,
}

#[derive(Deserialize)]
struct SegmentDocument {
    product_line: Option<String>,
    territory: Option<String>,
}

impl Proposal {
    fn read(bytes: &[u8], plugin: &VendorPlugin) -> Option<Self> {
        let mut document: ProposalDocument = serde_json::from_slice(bytes).ok()?;
        let currency: Currency = document.currency.parse().ok()?;
        let money = |text: &str| Some(Money::new(parse_decimal(text).ok()?, currency));
        let months = document.period_months;
        let line = |line: LineDocument| {
            let minimum = plugin.least(line.tier.as_deref(), months, currency);
            let LineDocument {
                partner_id,
                partner_name,
                account_manager: manager,
                territory: home,
                segment,
                quota,
                ..
            } = line;
            let SegmentDocument { product_line, territory } = segment;
            let key = LineKey { partner_id, product_line, territory };
            Some(Assigned { line: key, partner_name, manager, home, figure: money(&quota)?, minimum })
        };
        let lines = std::mem::take(&mut document.lines).into_iter().map(line).collect::<Option<Vec<_>>>()?;
        let target = match &document.target {
            Some(target) => Some(money(target)?),
            None => None,
        };
        let start = Month::of(document.period_start.parse().ok()?);
        let as_of = document.as_of.parse().ok()?;
        let period = PlanningPeriod { label: document.period.clone(), start, months: document.period_months };
        let reserve = money(&document.reserve)?;
        Some(Self { document, currency, period, as_of, target, reserve, lines })
    }

    fn opening(
        self,
        name: String,
        terms: Terms,
        (request, proposal): (String, String),
        asked_target: Option<Money>,
        plugin: &VendorPlugin,
    ) -> Opening {
        Opening {
            name,
            vendor: self.document.vendor,
            first_day: self.period.first_day(),
            last_day: self.period.last_day(),
            period: self.period.label,
            as_of: self.as_of,
            revision: self.document.revision,
            book: self.document.input_hash,
            proposal,
            request: Some(request),
            facts: None,
            tables: None,
            book_files: None,
            asked_target,
            target: self.target,
            reserve: self.reserve,
            terms,
            approval: ApprovalRule::of(plugin.table(&APPROVAL)),
            review: plugin.table(&BUSINESS_REVIEW).cloned(),
            lines: self.lines,
        }
    }
}
