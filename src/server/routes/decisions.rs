//! Decisions: assessments, proposals, explanations, reviews, and comparisons of two revisions.

use super::{CSV, HTML, JSON, NDJSON, PAST_REVISION, XLSX, answer, if_match, json, negotiate, plain, with_revision};
use crate::channel::Name;
use crate::library::Active;
use crate::plugin::VendorPlugin;
use crate::request::{self, Answer, Cause, Defaults, Form, Kind, Limits, Refusal};
use crate::server::http::access::Scope;
use crate::server::http::call::{Call, REVISION};
use crate::server::http::operation::{Format, Operation, Parameter, Reply};
use crate::server::http::problem::{Problem, ProblemKind};
use crate::server::state::app::App;
use crate::server::state::books::VendorBooks;
use crate::server::state::fair_queue::Lane;
use crate::server::state::recorder::{Decided, outcome_of};
use crate::server::state::spans::watched;
use crate::server::wire::body::{expect_media, read as read_body};
use axum::body::{Body, Bytes};
use axum::http::{HeaderValue, Response};
use chrono::NaiveDate;
use futures_util::StreamExt;
use std::sync::Arc;
use std::time::{Duration, Instant};

const AS_OF: Parameter = Parameter {
    name: "as_of",
    doc: "Nothing later than this day is looked at, where the body does not say it.",
    format: Format::Date,
    is_required: false,
    example: "2025-12-31",
};
const PERIOD: Parameter = Parameter {
    name: "period",
    doc: "Planning period, where the body does not say it.",
    format: Format::Text,
    is_required: false,
    example: "FY2026",
};
const QUERY: &[Parameter] = &[PAST_REVISION, AS_OF, PERIOD];
const PROBLEMS: &[ProblemKind] = &[
    ProblemKind::RevisionUnknown,
    ProblemKind::RevisionChanged,
    ProblemKind::BookUnknown,
    ProblemKind::PlanInfeasible,
    ProblemKind::RulesFailed,
    ProblemKind::VendorBusy,
    ProblemKind::VendorFailed,
    ProblemKind::Overloaded,
    ProblemKind::NotRecorded,
    ProblemKind::ShuttingDown,
];

pub static OPERATIONS: [Operation; 5] = [
    Operation {
        id: "assess",
        method: "POST",
        path: "/v1/vendors/{vendor}/assessments",
        group: "decisions",
        summary: "What the rules say about one partner, or about many",
        doc: "With `application/json` one partner: every factor's indication, weights, guardrails and the quota before any target. With `application/x-ndjson` one such body a line: answered in the same order, one line each, `{\"ok\": …}` or `{\"error\": problem}`, and at the end `{\"trailer\": {lines, ok, failed, revision, hash}}`, where `hash` is the BLAKE3 of all bytes before it; an answer without trailer was cut off. All lines are decided by one revision.",
        scope: Scope::Evaluate,
        query: QUERY,
        body: &[json("AssessmentRequest"), plain(NDJSON)],
        replies: &[Reply {
            status: 200,
            doc: "The assessment, or one line for each line.",
            media: &[json("Assessment"), plain(NDJSON)],
            has_revision: true,
        }],
        problems: PROBLEMS,
        handler: |app, call, body| Box::pin(async move { assess(app, call, body).await }),
    },
    Operation {
        id: "propose",
        method: "POST",
        path: "/v1/vendors/{vendor}/proposals",
        group: "decisions",
        summary: "A quota for every line of a channel",
        doc: "A whole book, or a kept one with changes; a target, targets by level, locks. The quotas sum to the target exactly, or the plan is infeasible and says by how much. The same as `quotient propose`.",
        scope: Scope::Evaluate,
        query: QUERY,
        body: &[json("ProposalRequest")],
        replies: &[Reply {
            status: 200,
            doc: "The proposal, with the explanation of every line.",
            media: &[json("Proposal"), plain(CSV), plain(XLSX), plain(HTML)],
            has_revision: true,
        }],
        problems: PROBLEMS,
        handler: |app, call, body| Box::pin(async move { plan(app, call, body, Kind::Proposal).await }),
    },
    Operation {
        id: "explain",
        method: "POST",
        path: "/v1/vendors/{vendor}/explanations",
        group: "decisions",
        summary: "Why one partner's quota is what it is",
        doc: "The steps to the quota, which sum to it exactly, and what would have moved it. The same as `quotient explain`.",
        scope: Scope::Evaluate,
        query: QUERY,
        body: &[json("ExplanationRequest")],
        replies: &[Reply { status: 200, doc: "The explanation.", media: &[json("Explanation")], has_revision: true }],
        problems: PROBLEMS,
        handler: |app, call, body| Box::pin(async move { plan(app, call, body, Kind::Explanation).await }),
    },
    Operation {
        id: "review",
        method: "POST",
        path: "/v1/vendors/{vendor}/reviews",
        group: "decisions",
        summary: "Where partners stand, and what the policies decide",
        doc: "One partner's fault stays with that partner: the review goes on and counts it. The same as `quotient review`.",
        scope: Scope::Evaluate,
        query: QUERY,
        body: &[json("ReviewRequest")],
        replies: &[Reply {
            status: 200,
            doc: "The review.",
            media: &[json("Review"), plain(CSV), plain(XLSX), plain(HTML)],
            has_revision: true,
        }],
        problems: PROBLEMS,
        handler: |app, call, body| Box::pin(async move { plan(app, call, body, Kind::Review).await }),
    },
    Operation {
        id: "compare",
        method: "POST",
        path: "/v1/vendors/{vendor}/comparisons",
        group: "decisions",
        summary: "What changes between two revisions, on a book",
        doc: "The difference of the files, and every quota and decision that moves. `before` and `after` are digests; `after` is the revision in use when left out.",
        scope: Scope::Evaluate,
        query: &[BEFORE, AFTER, AS_OF, PERIOD],
        body: &[json("ComparisonRequest")],
        replies: &[Reply { status: 200, doc: "The comparison.", media: &[json("Comparison")], has_revision: true }],
        problems: PROBLEMS,
        handler: |app, call, body| Box::pin(async move { compare(app, call, body).await }),
    },
];

const BEFORE: Parameter = Parameter {
    name: "before",
    doc: "Digest of the earlier revision.",
    format: Format::Digest,
    is_required: true,
    example: PAST_REVISION.example,
};
const AFTER: Parameter = Parameter {
    name: "after",
    doc: "Digest of the later revision; the one in use when left out.",
    format: Format::Digest,
    is_required: false,
    example: PAST_REVISION.example,
};

/// Everything that one decision needs beside its body.
#[derive(Clone)]
struct Question {
    app: Arc<App>,
    vendor: Name,
    active: Arc<Active<VendorPlugin>>,
    kind: Kind,
    form: Form,
    defaults: Defaults,
    limits: Limits,
}

impl Question {
    async fn of(app: &Arc<App>, call: &Call, kind: Kind, form: Form) -> Result<Self, Problem> {
        if let Some(span) = &call.span {
            span.asks(kind.as_str());
        }
        let active = app.revision(call).await?;
        if let Some(span) = &call.span {
            span.uses(active.revision());
        }
        let mut limits = Limits { body_bytes: app.limits.book.unpacked, threads: Some(1), ..Limits::default() };
        limits.intake.rows = app.limits.rows;
        let (vendor, defaults) = (Arc::clone(&active.plugin.vendor), defaults(call)?);
        Ok(Self { app: Arc::clone(app), vendor, active, kind, form, defaults, limits })
    }

    fn decide(&self, body: &[u8]) -> (Result<Answer, Refusal>, Duration) {
        let started = Instant::now();
        let books = VendorBooks::new(&self.app, &self.vendor);
        let plugin = &self.active.plugin;
        let made = request::decide(plugin, self.kind, self.form, body, &self.defaults, &books, &self.limits);
        let took = started.elapsed();
        self.app.metrics.evaluated(&self.vendor, self.kind.as_str(), outcome_of(&made), took);
        (made, took)
    }

    /// Records what was decided; a strict log may refuse to give it out.
    async fn record(
        &self,
        call: &Call,
        body: &[u8],
        made: &Result<Answer, Refusal>,
        took: Duration,
    ) -> Result<(), Problem> {
        let Some(recorder) = &self.app.recorder else { return Ok(()) };
        let (kind, form, active, defaults) = (self.kind, self.form, &*self.active, &self.defaults);
        recorder.record(call, &Decided { kind, form, defaults, active, body, made, took }).await
    }

    /// Decides on a lane, records, and answers.
    async fn answer(&self, call: &Call, lane: &Lane, body: Bytes) -> Result<Response<Body>, Problem> {
        if_match(&call.headers, self.active.revision())?;
        let (question, work) = (self.clone(), body.clone());
        let work = watched(call.span.as_ref(), "decide", move || question.decide(&work));
        let (made, took) = lane.run(&self.vendor, work).await.map_err(|why| self.app.not_done(&self.vendor, why))?;
        if let Some(span) = &call.span {
            span.decided(outcome_of(&made));
        }
        self.record(call, &body, &made, took).await?;
        let made = made.map_err(|refusal| problem_of(&refusal))?;
        let response = answer(made.media_type, made.bytes);
        Ok(with_revision(&Default::default(), self.active.revision(), response))
    }
}

/// The problem of a refusal.
pub fn problem_of(refusal: &Refusal) -> Problem {
    let kind = match refusal.cause {
        Cause::Malformed => ProblemKind::BodyMalformed,
        Cause::UnknownBook => ProblemKind::BookUnknown,
        Cause::Refused | Cause::NotPossible => ProblemKind::InputRefused,
        Cause::Infeasible => ProblemKind::PlanInfeasible,
        Cause::RulesFailed => ProblemKind::RulesFailed,
        Cause::TooLarge => ProblemKind::BodyTooLarge,
    };
    Problem::of(kind, &refusal.findings)
}

fn defaults(call: &Call) -> Result<Defaults, Problem> {
    let as_of = call.query.get("as_of").map(|text| {
        text.parse::<NaiveDate>()
            .map_err(|_| Problem::new(ProblemKind::ParameterInvalid, "`as_of` is no day: write it as `2025-12-31`"))
    });
    Ok(Defaults { as_of: as_of.transpose()?, period: call.query.get("period").cloned() })
}

async fn assess(app: Arc<App>, call: Call, body: Body) -> Result<Response<Body>, Problem> {
    let media = expect_media(&call.headers, &[JSON, NDJSON])?;
    let form = if media == NDJSON { NDJSON } else { JSON };
    negotiate(&call.headers, &[form])?;
    let question = Question::of(&app, &call, Kind::Assessment, Form::Json).await?;
    app.decide.admits(&question.vendor).map_err(|why| app.not_done(&question.vendor, why))?;
    if media == NDJSON {
        if call.headers.contains_key("content-encoding") {
            let detail = "a batch is read while it arrives, and is not unpacked; send it plain";
            return Err(Problem::new(ProblemKind::MediaTypeUnknown, detail));
        }
        if_match(&call.headers, question.active.revision())?;
        return Ok(batch(question, call, body));
    }
    let body = read_body(&call.headers, body, app.limits.line, &app.bodies).await?;
    app.answers.once(&call, &body.clone(), question.answer(&call, &app.decide, body)).await
}

async fn plan(app: Arc<App>, call: Call, body: Body, kind: Kind) -> Result<Response<Body>, Problem> {
    expect_media(&call.headers, &[JSON])?;
    let media: Vec<(&'static str, Form)> =
        [(JSON, Form::Json), (CSV, Form::Csv), (XLSX, Form::Xlsx), (HTML, Form::Html)]
            .into_iter()
            .filter(|(_, form)| kind.forms().contains(form))
            .collect();
    let offered: Vec<&'static str> = media.iter().map(|(media, _)| *media).collect();
    let chosen = negotiate(&call.headers, &offered)?;
    let form = media.iter().find(|(media, _)| *media == chosen).map_or(Form::Json, |(_, form)| *form);
    let question = Question::of(&app, &call, kind, form).await?;
    if !is_small(&call) {
        app.plan.admits(&question.vendor).map_err(|why| app.not_done(&question.vendor, why))?;
    }
    let body = read_body(&call.headers, body, app.limits.book, &app.bodies).await?;
    // A book of a few partners is decided as soon as a single one, and must not wait behind a whole channel.
    let lane = if body.len() <= SMALL_BODY && !refers_to_a_book(&body) { &app.decide } else { &app.plan };
    app.answers.once(&call, &body.clone(), question.answer(&call, lane, body)).await
}

/// Bytes of a body that holds a few partners at most.
const SMALL_BODY: usize = 32 << 10;

/// True when the head promises a body of a few partners at most.
fn is_small(call: &Call) -> bool {
    let stated = call.headers.get("content-length").and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    stated.is_some_and(|stated| stated <= SMALL_BODY)
}

/// True when the body may refer to a kept book, whose size it does not tell.
fn refers_to_a_book(body: &[u8]) -> bool {
    body.windows(6).any(|word| word == b"\"base\"")
}

async fn compare(app: Arc<App>, call: Call, body: Body) -> Result<Response<Body>, Problem> {
    expect_media(&call.headers, &[JSON])?;
    negotiate(&call.headers, &[JSON])?;
    let vendor = call.parameter("vendor").to_owned();
    let Some(before) = call.query.get("before").cloned() else {
        return Err(Problem::new(ProblemKind::ParameterInvalid, "the query parameter `before` is missing"));
    };
    let after = match call.query.get("after") {
        Some(digest) => app.past_revision(&vendor, digest).await?,
        None => app.in_use(&vendor)?,
    };
    let before = app.past_revision(&vendor, &before).await?;
    let name = Arc::clone(&after.plugin.vendor);
    app.plan.admits(&name).map_err(|why| app.not_done(&name, why))?;
    let body = read_body(&call.headers, body, app.limits.book, &app.bodies).await?;
    let mut limits = Limits { body_bytes: app.limits.book.unpacked, threads: Some(1), ..Limits::default() };
    limits.intake.rows = app.limits.rows;
    let defaults = defaults(&call)?;
    let (books, left, right) = (VendorBooks::new(&app, &name), before, Arc::clone(&after));
    let work = move || request::compare(side_of(&left), side_of(&right), &body, &defaults, &books, &limits);
    let done = app.plan.run(&name, watched(call.span.as_ref(), "compare", work)).await;
    let made = done.map_err(|why| app.not_done(&name, why))?.map_err(|refusal| problem_of(&refusal))?;
    Ok(with_revision(&Default::default(), after.revision(), answer(made.media_type, made.bytes)))
}

fn side_of(active: &Active<VendorPlugin>) -> request::Revision<'_> {
    request::Revision { plugin: &active.plugin, files: &active.files }
}

/// Lines that are decided as one piece of work.
const PIECE: usize = 32;
/// Pieces of an answer that wait for the peer.
const AHEAD: usize = 4;

/// Answers line by line while the body arrives.
fn batch(question: Question, call: Call, body: Body) -> Response<Body> {
    let (sender, receiver) = tokio::sync::mpsc::channel::<Result<Bytes, std::io::Error>>(AHEAD);
    let revision = question.active.revision().to_owned();
    tokio::spawn(async move {
        let mut batch = Batch { question, call, sender, hash: blake3::Hasher::new(), ok: 0, failed: 0 };
        batch.run(body).await;
    });
    let stream = futures_util::stream::unfold(receiver, |mut receiver| async move {
        let item = receiver.recv().await?;
        Some((item, receiver))
    });
    let mut response = with_revision(&Default::default(), &revision, answer(NDJSON, Body::from_stream(stream)));
    // The tag would promise that the answer can be cached whole.
    response.headers_mut().remove("etag");
    response.headers_mut().extend(HeaderValue::from_str(&revision).ok().map(|value| (REVISION, value)));
    response
}

struct Batch {
    question: Question,
    call: Call,
    sender: tokio::sync::mpsc::Sender<Result<Bytes, std::io::Error>>,
    hash: blake3::Hasher,
    ok: u64,
    failed: u64,
}

/// Why a batch ends before its last line.
enum Cut {
    /// The peer is gone.
    Gone,
    /// For a reason that is told in the trailer.
    Told(Problem),
}

impl Batch {
    async fn run(&mut self, body: Body) {
        match self.lines(body).await {
            Ok(()) => self.trailer(None).await,
            Err(Cut::Told(problem)) => self.trailer(Some(problem)).await,
            Err(Cut::Gone) => {}
        }
    }

    async fn lines(&mut self, body: Body) -> Result<(), Cut> {
        let limits = self.question.app.limits;
        let mut data = body.into_data_stream();
        let mut arrived = Arrived::default();
        let mut piece: Vec<Bytes> = Vec::new();
        let mut count = 0;
        loop {
            let next = tokio::time::timeout(limits.book.time, data.next()).await;
            let Ok(next) = next else {
                let detail = "the next line did not arrive in time";
                return Err(Cut::Told(Problem::new(ProblemKind::BodySlow, detail)));
            };
            let is_last = next.is_none();
            match next {
                Some(Ok(bytes)) => arrived.bytes.extend_from_slice(&bytes),
                Some(Err(_)) => {
                    let detail = "the body ended before it was whole";
                    return Err(Cut::Told(Problem::new(ProblemKind::RequestMalformed, detail)));
                }
                None => {}
            }
            while let Some(line) = arrived.next_line() {
                take_line(line, &mut piece);
                if piece.len() >= PIECE {
                    count += piece.len();
                    self.decide(std::mem::take(&mut piece)).await?;
                }
            }
            arrived.forget_taken();
            if is_last {
                take_line(&arrived.bytes, &mut piece);
                count += piece.len();
                return if count > limits.batch_lines {
                    Err(too_many(limits.batch_lines))
                } else {
                    self.decide(piece).await
                };
            }
            if arrived.bytes.len() > limits.line.bytes {
                let detail = format!("a line has more than {} bytes", limits.line.bytes);
                return Err(Cut::Told(Problem::new(ProblemKind::BodyTooLarge, detail)));
            }
            if count + piece.len() > limits.batch_lines {
                return Err(too_many(limits.batch_lines));
            }
            // What has arrived is decided before more is waited for, so that a slow sender gets its answers.
            count += piece.len();
            self.decide(std::mem::take(&mut piece)).await?;
        }
    }

    /// Decides a piece and gives out its lines.
    async fn decide(&mut self, piece: Vec<Bytes>) -> Result<(), Cut> {
        if piece.is_empty() {
            return Ok(());
        }
        let (app, vendor) = (Arc::clone(&self.question.app), Arc::clone(&self.question.vendor));
        let mut decided = None;
        for wait in [0, 5, 10, 20, 40, 80, 160, 320, 640] {
            // A batch waits its turn; only a lane that stays full ends it.
            tokio::time::sleep(Duration::from_millis(wait)).await;
            let (question, lines) = (self.question.clone(), piece.clone());
            let work = move || lines.iter().map(|line| question.decide(line)).collect::<Vec<_>>();
            decided = Some(app.decide.run(&vendor, watched(self.call.span.as_ref(), "decide", work)).await);
            if !matches!(
                decided,
                Some(Err(crate::server::state::fair_queue::NotDone::VendorBusy
                    | crate::server::state::fair_queue::NotDone::Full))
            ) {
                break;
            }
        }
        let decided = match decided {
            Some(Ok(decided)) => decided,
            Some(Err(why)) => return Err(Cut::Told(app.not_done(&vendor, why))),
            None => return Ok(()),
        };
        let mut text: Vec<u8> = Vec::new();
        let mut unrecorded = None;
        for (line, (made, took)) in piece.iter().zip(&decided) {
            if let Err(problem) = self.question.record(&self.call, line, made, *took).await {
                // What stands in the log already is given out; the trailer counts exactly that.
                unrecorded = Some(problem);
                break;
            }
            match made {
                Ok(answer) => {
                    self.ok += 1;
                    text.extend_from_slice(b"{\"ok\":");
                    // Inside a JSON text a line feed is never part of a value.
                    text.extend(answer.bytes.iter().filter(|byte| **byte != b'\n'));
                    text.extend_from_slice(b"}\n");
                }
                Err(refusal) => {
                    self.failed += 1;
                    let mut problem = problem_of(refusal);
                    app.metrics
                        .rejected
                        .get_or_create(&crate::server::state::metrics::ReasonLabels { reason: problem.code.to_owned() })
                        .inc();
                    problem.request_id = Some(self.call.request_id.clone());
                    problem.instance = Some(format!("{}#{}", self.call.uri.path(), self.ok + self.failed));
                    let line = serde_json::json!({"error": problem});
                    text.extend_from_slice(line.to_string().as_bytes());
                    text.push(b'\n');
                }
            }
        }
        self.hash.update(&text);
        self.send(text).await?;
        unrecorded.map_or(Ok(()), |problem| Err(Cut::Told(problem)))
    }

    async fn send(&self, text: Vec<u8>) -> Result<(), Cut> {
        self.sender.send(Ok(text.into())).await.map_err(|_| Cut::Gone)
    }

    async fn trailer(&self, problem: Option<Problem>) {
        let problem = problem.map(|mut problem| {
            problem.request_id = Some(self.call.request_id.clone());
            problem
        });
        let trailer = serde_json::json!({"trailer": {
            "lines": self.ok + self.failed,
            "ok": self.ok,
            "failed": self.failed,
            "revision": self.question.active.revision(),
            "hash": self.hash.finalize().to_hex().to_string(),
            "problem": problem,
        }});
        // A peer that is gone needs no trailer.
        drop(self.send(format!("{trailer}\n").into_bytes()).await);
    }
}

fn too_many(most: usize) -> Cut {
    Cut::Told(Problem::new(ProblemKind::BodyTooLarge, format!("the batch has more than {most} lines")))
}

/// What has arrived of a batch and was not taken yet.
#[derive(Debug, Default)]
struct Arrived {
    bytes: Vec<u8>,
    /// Bytes of lines that were taken.
    taken: usize,
    /// Bytes that were looked at: none is looked at twice, however small the parts are in which a long line arrives.
    seen: usize,
}

impl Arrived {
    /// The next whole line, without its end.
    fn next_line(&mut self) -> Option<&[u8]> {
        let new = self.bytes.get(self.seen..).unwrap_or_default();
        let Some(length) = new.iter().position(|byte| *byte == b'\n') else {
            self.seen = self.bytes.len();
            return None;
        };
        let (begin, end) = (self.taken, self.seen + length);
        (self.taken, self.seen) = (end + 1, end + 1);
        self.bytes.get(begin..end)
    }

    /// Lets go of the lines that were taken.
    fn forget_taken(&mut self) {
        self.bytes.drain(..self.taken);
        self.seen -= self.taken;
        self.taken = 0;
    }
}

/// Takes a line that is not blank.
fn take_line(line: &[u8], piece: &mut Vec<Bytes>) {
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    if line.iter().any(|byte| !byte.is_ascii_whitespace()) {
        piece.push(Bytes::copy_from_slice(line));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_line_in_small_parts_is_looked_at_once() {
        let mut arrived = Arrived::default();
        for _ in 0..1_000 {
            arrived.bytes.extend_from_slice(b"x");
            assert_eq!(arrived.next_line(), None);
            arrived.forget_taken();
            assert_eq!(arrived.seen, arrived.bytes.len(), "nothing is left to be looked at again");
        }
        arrived.bytes.extend_from_slice(b"\n\nab\ncd");
        assert_eq!(arrived.next_line().map(<[u8]>::len), Some(1_000));
        assert_eq!(arrived.next_line(), Some(&b""[..]));
        arrived.forget_taken();
        assert_eq!(arrived.next_line(), Some(&b"ab"[..]));
        assert_eq!(arrived.next_line(), None);
        arrived.forget_taken();
        assert_eq!((&arrived.bytes[..], arrived.seen), (&b"cd"[..], 2));
    }
}
