//! A question to a vendor's rules: its request, its revision, and the decision.

use crate::cancel::is_cancelled;
use crate::channel::Name;
use crate::finding::Code;
use crate::library::Active;
use crate::plugin::VendorPlugin;
use crate::request::{self, Answer, Cause, Defaults, Form, Kind, Limits, Refusal};
use crate::server::fleet::follow::Fleet;
use crate::server::http::conditional::{Conditions, with_revision};
use crate::server::http::context::Context;
use crate::server::http::idempotency::Idempotency;
use crate::server::http::path::VendorPath;
use crate::server::http::problem::{Problem, ProblemKind};
use crate::server::http::query::{Agreed, AsOf, PeriodQuery, RevisionQuery};
use crate::server::http::respond::{self, Responded};
use crate::server::state::app::App;
use crate::server::state::books::VendorBooks;
use crate::server::state::gate::Gate;
use crate::server::state::lanes::{Lane, Lanes};
use crate::server::state::metrics::EvaluationLabels;
use crate::server::state::recorder::{Decided, outcome_of};
use crate::server::state::spans::{RequestSpan, traced};
use crate::server::state::stores::Stores;
use crate::server::state::telemetry::Telemetry;
use crate::server::state::turns::Owner;
use crate::server::state::vendors::{ActiveVendor, Vendors};
use crate::server::wire::held::holding;
use axum::body::{Body, Bytes};
use axum::extract::{FromRequestParts, State};
use axum::http::request::Parts;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Everything that decisions share beside the body: what the request says, and the state they use.
pub struct DecisionRequest {
    vendor: VendorPath,
    revision: RevisionQuery,
    agreed: Agreed,
    defaults: Defaults,
    conditions: Conditions,
    context: Context,
    span: RequestSpan,
    /// Idempotency of the request.
    pub idempotency: Idempotency,
    /// Workers.
    pub lanes: Arc<Lanes>,
    /// Stored books and responses.
    pub stores: Arc<Stores>,
    /// Limits.
    pub gate: Arc<Gate>,
    vendors: Arc<Vendors>,
    fleet: Arc<Fleet>,
    telemetry: Arc<Telemetry>,
}

impl FromRequestParts<App> for DecisionRequest {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let AsOf(as_of) = AsOf::from_request_parts(parts, app).await?;
        let PeriodQuery(period) = PeriodQuery::from_request_parts(parts, app).await?;
        let State(lanes) = State::from_request_parts(parts, app).await?;
        let State(stores) = State::from_request_parts(parts, app).await?;
        let State(gate) = State::from_request_parts(parts, app).await?;
        let State(vendors) = State::from_request_parts(parts, app).await?;
        let State(fleet) = State::from_request_parts(parts, app).await?;
        let State(telemetry) = State::from_request_parts(parts, app).await?;
        Ok(Self {
            vendor: VendorPath::from_request_parts(parts, app).await?,
            revision: RevisionQuery::from_request_parts(parts, app).await?,
            agreed: Agreed::from_request_parts(parts, app).await?,
            defaults: Defaults { as_of, period },
            conditions: Conditions::from_request_parts(parts, app).await?,
            context: Context::from_request_parts(parts, app).await?,
            span: RequestSpan::from_request_parts(parts, app).await?,
            idempotency: Idempotency::from_request_parts(parts, app).await?,
            lanes,
            stores,
            gate,
            vendors,
            fleet,
            telemetry,
        })
    }
}

impl DecisionRequest {
    /// Returns the question of this kind, answered in this format by the revision that the request names.
    pub async fn question(&self, kind: Kind, form: Form) -> Result<Question, Problem> {
        if let Some(span) = &self.span.0 {
            span.set_kind(kind.as_str());
        }
        let active = self.vendors.revision(&self.vendor.0, self.revision.0.as_deref()).await?;
        // A revision that the request names is the same everywhere.
        if self.agreed.0 && self.revision.0.is_none() {
            self.expect_agreement(&active).await?;
        }
        self.vendors.set_aside.admit(&active.plugin.vendor, active.revision(), Instant::now())?;
        if let Some(span) = &self.span.0 {
            span.set_revision(active.revision());
        }
        Ok(Question(Arc::new(QuestionFacts {
            owner: Owner { token: self.context.caller.name.clone(), vendor: Arc::clone(&active.plugin.vendor) },
            active,
            kind,
            form,
            defaults: self.defaults.clone(),
            limits: limits_of(&self.gate),
            conditions: self.conditions.clone(),
            context: self.context.clone(),
            span: self.span.clone(),
            vendors: Arc::clone(&self.vendors),
            lanes: Arc::clone(&self.lanes),
            stores: Arc::clone(&self.stores),
            telemetry: Arc::clone(&self.telemetry),
        })))
    }

    /// Refuses the request when another replica decides with another revision.
    async fn expect_agreement(&self, active: &ActiveVendor) -> Result<(), Problem> {
        let (fleet, active) = (Arc::clone(&self.fleet), Arc::clone(active));
        let agreed =
            tokio::task::spawn_blocking(move || fleet.expect_agreement(&active.plugin.vendor, active.revision()));
        let agreed = agreed.await;
        agreed.map_err(|_| Problem::new(ProblemKind::Internal, "the replicas could not be asked"))?
    }
}

/// Returns the limits of a request.
pub fn limits_of(gate: &Gate) -> Limits {
    let mut limits = Limits {
        body_bytes: gate.limits.book.unpacked,
        response_bytes: gate.limits.response,
        threads: Some(1),
        ..Limits::default()
    };
    limits.intake.rows = gate.limits.rows;
    limits
}

/// A question, shared between the request and the worker that decides it.
#[derive(Clone)]
pub struct Question(Arc<QuestionFacts>);

struct QuestionFacts {
    owner: Owner,
    active: ActiveVendor,
    kind: Kind,
    form: Form,
    defaults: Defaults,
    limits: Limits,
    conditions: Conditions,
    context: Context,
    span: RequestSpan,
    vendors: Arc<Vendors>,
    lanes: Arc<Lanes>,
    stores: Arc<Stores>,
    telemetry: Arc<Telemetry>,
}

/// Bytes of a body that holds a few partners at most.
pub const SMALL_BODY: usize = 32 << 10;

/// A decision with its duration.
pub type Made = (Result<Answer, Refusal>, Duration);

impl Question {
    /// Returns the caller and the vendor, whose work it is.
    pub fn owner(&self) -> &Owner {
        &self.0.owner
    }

    /// Returns the revision that decides.
    pub fn active(&self) -> &Active<VendorPlugin> {
        &self.0.active
    }

    /// Returns the context of the request.
    pub fn context(&self) -> &Context {
        &self.0.context
    }

    /// Returns the span of the request.
    pub fn span(&self) -> &RequestSpan {
        &self.0.span
    }

    /// Returns the observation of the server.
    pub fn telemetry(&self) -> &Telemetry {
        &self.0.telemetry
    }

    /// Refuses a request that expects another revision.
    pub fn expect_revision(&self) -> Result<(), Problem> {
        self.0.conditions.expect(self.0.active.revision())
    }

    /// Decides on this thread.
    pub fn decide(&self, body: &[u8]) -> Made {
        let started = Instant::now();
        let QuestionFacts { owner, active, kind, form, defaults, limits, vendors, stores, telemetry, .. } = &*self.0;
        let vendor = &owner.vendor;
        let books = VendorBooks::new(&stores.books, active, limits);
        let made = request::decide(&active.plugin, *kind, *form, body, defaults, &books, limits);
        let took = started.elapsed();
        let labels =
            EvaluationLabels { vendor: Name::clone(vendor), policy: kind.as_str(), outcome: outcome_of(&made) };
        telemetry.metrics.evaluated(labels, took, self.0.span.0.as_ref().map(|span| span.trace_id()));
        let (revision, is_exhausted) = (active.revision(), is_exhausted(&made));
        if !is_cancelled() && vendors.set_aside.note(vendor, revision, is_exhausted, Instant::now()) {
            tracing::error!(
                vendor = &**vendor,
                revision,
                "the revision is set aside: it uses up its budget every time"
            );
        }
        for difference in active.plugin.differences(true).iter() {
            tracing::error!(vendor = &**vendor, revision, "{difference}");
        }
        (made, took)
    }

    /// Records a decision; a strict log can refuse to let its response be sent.
    pub async fn record(&self, body: &[u8], (made, took): &Made) -> Result<(), Problem> {
        let QuestionFacts { active, kind, form, defaults, context, telemetry, .. } = &*self.0;
        let Some(recorder) = &telemetry.recorder else { return Ok(()) };
        let base_book = request::base_book(body);
        let decided = Decided {
            kind: *kind,
            form: *form,
            defaults,
            active,
            body,
            base_book: base_book.as_deref(),
            made,
            took: *took,
        };
        recorder.record(context, &decided).await
    }

    /// True for a question about a few partners that brings its own book, and rules that all are typed: neither can take
    /// long, unless figures are searched for what would change them.
    fn is_short(&self, body: &[u8]) -> bool {
        // A key can also be written with escapes.
        let names_book = |text: &str| text.contains(r#""base""#) || text.contains(r"\u");
        let is_plain = matches!(self.0.kind, Kind::Assessment | Kind::Review);
        let is_small = is_plain && body.len() <= SMALL_BODY && self.0.active.plugin.is_typed();
        is_small && std::str::from_utf8(body).is_ok_and(|text| !names_book(text))
    }

    /// Decides on a lane, records the decision, and responds.
    pub async fn respond(&self, lane: Lane, body: Bytes) -> Responded {
        self.expect_revision()?;
        let (question, work) = (self.clone(), body.clone());
        let work = traced(self.0.span.0.as_ref(), "decide", move || question.decide(&work));
        let (lanes, owner) = (&self.0.lanes, &self.0.owner);
        let made = match lane == Lane::Decide && self.is_short(&body) {
            true => lanes.run_short(lane, owner, work).await?,
            false => lanes.run(lane, owner, work).await?,
        };
        if let Some(span) = &self.0.span.0 {
            span.set_outcome(outcome_of(&made.0));
        }
        // Until it is sent, the response counts in the memory of its caller.
        let length = made.0.as_ref().map_or(0, |answer| answer.bytes.len());
        let reserved = self.0.stores.responding.of(self.0.owner.token.clone(), None).reserve(length)?;
        self.record(&body, &made).await?;
        let answer = made.0.map_err(|refusal| problem_of(&refusal))?;
        let response = respond::body(answer.media_type, holding(Body::from(answer.bytes), reserved));
        Ok(with_revision(self.0.active.revision(), response))
    }
}

/// Returns true when scripts used up their budget: that of one line, or those of most partners of a review.
fn is_exhausted(made: &Result<Answer, Refusal>) -> bool {
    match made {
        // A few partners with unusual data do not justify refusing all of them.
        Ok(answer) => answer.exhausted * 2 > answer.partners,
        Err(refusal) => refusal.findings.iter().any(|finding| finding.code() == Code::ScriptBudget),
    }
}

/// Returns the problem of a refusal.
pub fn problem_of(refusal: &Refusal) -> Problem {
    let kind = match refusal.cause {
        Cause::Malformed => ProblemKind::BodyMalformed,
        Cause::UnknownBook => ProblemKind::BookUnknown,
        Cause::Refused | Cause::NotPossible => ProblemKind::InputRefused,
        Cause::Infeasible => ProblemKind::PlanInfeasible,
        Cause::RulesFailed => ProblemKind::RulesFailed,
        Cause::TooLarge => ProblemKind::BodyTooLarge,
    };
    Problem::from_findings(kind, &refusal.findings)
}
