//! Vendors: how they stand, their revisions, and what people decide about them.

use super::{answer, document, if_match, json, with_revision};
use crate::channel::Name;
use crate::finding::{Code, Findings};
use crate::library::{Attempt, ReloadOutcome, VendorReport, VendorState};
use crate::plugin::VendorPlugin;
use crate::server::http::access::Scope;
use crate::server::http::call::Call;
use crate::server::http::operation::{Media, Operation, Reply};
use crate::server::http::problem::{Problem, ProblemError, ProblemKind};
use crate::server::state::app::App;
use axum::body::{Body, Bytes};
use axum::http::Response;
use chrono::{DateTime, SecondsFormat, Utc};
use futures_util::stream;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

/// Longest reason for a decision, in characters.
const MAX_REASON: usize = 1_000;
/// Silence after which a stream of events says that it is still there.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

const VENDOR: &[Reply] =
    &[Reply { status: 200, doc: "How the vendor stands.", media: &[json("Vendor")], has_revision: true }];

pub static OPERATIONS: [Operation; 10] = [
    Operation {
        id: "vendors",
        method: "GET",
        path: "/v1/vendors",
        group: "vendors",
        summary: "Every vendor",
        doc: "Ascending by name. A token for some vendors sees only those.",
        scope: Scope::Read,
        query: &[],
        body: &[],
        replies: &[Reply { status: 200, doc: "The vendors.", media: &[json("Vendors")], has_revision: false }],
        problems: &[],
        handler: |app, call, _| Box::pin(async move { vendors(&app, &call) }),
    },
    Operation {
        id: "vendor",
        method: "GET",
        path: "/v1/vendors/{vendor}",
        group: "vendors",
        summary: "How one vendor stands",
        doc: "The revision in use, whether it is what the folder holds, and every finding about what the folder holds. The revision is the entity tag: with `If-None-Match` the answer is 304 while the same revision is in use and nothing is wrong.",
        scope: Scope::Read,
        query: &[],
        body: &[],
        replies: VENDOR,
        problems: &[ProblemKind::VendorUnknown],
        handler: |app, call, _| Box::pin(async move { vendor(&app, &call) }),
    },
    Operation {
        id: "revisions",
        method: "GET",
        path: "/v1/vendors/{vendor}/revisions",
        group: "vendors",
        summary: "Past revisions and what happened",
        doc: "Revisions that can be evaluated, pinned or gone back to, and the history of the vendor.",
        scope: Scope::Read,
        query: &[],
        body: &[],
        replies: &[Reply { status: 200, doc: "The revisions.", media: &[json("Revisions")], has_revision: true }],
        problems: &[ProblemKind::VendorUnknown],
        handler: |app, call, _| Box::pin(async move { revisions(&app, &call) }),
    },
    Operation {
        id: "revision",
        method: "GET",
        path: "/v1/vendors/{vendor}/revisions/{revision}",
        group: "vendors",
        summary: "The files of one revision",
        doc: "Exactly what decided then.",
        scope: Scope::Read,
        query: &[],
        body: &[],
        replies: &[Reply { status: 200, doc: "The files.", media: &[json("RevisionFiles")], has_revision: true }],
        problems: &[ProblemKind::VendorUnknown, ProblemKind::RevisionUnknown],
        handler: |app, call, _| Box::pin(async move { revision(&app, &call).await }),
    },
    Operation {
        id: "reload",
        method: "POST",
        path: "/v1/reload",
        group: "vendors",
        summary: "Read all folders now",
        doc: "Answers once every vendor was read, checked and put to use or refused; `is_success` is the real outcome.",
        scope: Scope::Admin,
        query: &[],
        body: &[],
        replies: &[Reply { status: 200, doc: "What came of it.", media: &[json("Reload")], has_revision: false }],
        problems: &[],
        handler: |app, call, _| Box::pin(async move { reload(app, call, None).await }),
    },
    Operation {
        id: "reload_vendor",
        method: "POST",
        path: "/v1/vendors/{vendor}/reload",
        group: "vendors",
        summary: "Read one vendor's folder now",
        doc: "Another vendor that is slow is not waited for.",
        scope: Scope::Admin,
        query: &[],
        body: &[],
        replies: &[Reply { status: 200, doc: "What came of it.", media: &[json("Reload")], has_revision: false }],
        problems: &[ProblemKind::VendorUnknown],
        handler: |app, call, _| {
            Box::pin(async move {
                let vendor = call.vendor();
                reload(app, call, Some(vendor)).await
            })
        },
    },
    Operation {
        id: "pin",
        method: "PUT",
        path: "/v1/vendors/{vendor}/pin",
        group: "vendors",
        summary: "Use one revision until the pin is taken away",
        doc: "Whatever the folder holds. With `If-Match` only while that revision is in use.",
        scope: Scope::Admin,
        query: &[],
        body: &[json("PinRequest")],
        replies: VENDOR,
        problems: &[ProblemKind::VendorUnknown, ProblemKind::RevisionUnknown, ProblemKind::RevisionChanged],
        handler: |app, call, body| Box::pin(async move { decide(app, call, body, Decision::Pin).await }),
    },
    Operation {
        id: "unpin",
        method: "DELETE",
        path: "/v1/vendors/{vendor}/pin",
        group: "vendors",
        summary: "Take the pin away",
        doc: "The newest good content of the folder is used again.",
        scope: Scope::Admin,
        query: &[],
        body: &[json("UnpinRequest")],
        replies: VENDOR,
        problems: &[ProblemKind::VendorUnknown, ProblemKind::RevisionChanged],
        handler: |app, call, body| Box::pin(async move { decide(app, call, body, Decision::Unpin).await }),
    },
    Operation {
        id: "rollback",
        method: "POST",
        path: "/v1/vendors/{vendor}/rollback",
        group: "vendors",
        summary: "Go back to an earlier revision",
        doc: "Until the folder has a valid content other than the one gone back from.",
        scope: Scope::Admin,
        query: &[],
        body: &[json("PinRequest")],
        replies: VENDOR,
        problems: &[ProblemKind::VendorUnknown, ProblemKind::RevisionUnknown, ProblemKind::RevisionChanged],
        handler: |app, call, body| Box::pin(async move { decide(app, call, body, Decision::RollBack).await }),
    },
    Operation {
        id: "events",
        method: "GET",
        path: "/v1/events",
        group: "vendors",
        summary: "Changes of vendors as they happen",
        doc: "Server-sent events named `change`, each with a JSON object; `missed` says how many a slow listener lost. The stream has no past: read `/v1/vendors` once it is open.",
        scope: Scope::Read,
        query: &[],
        body: &[],
        replies: &[Reply {
            status: 200,
            doc: "The stream.",
            media: &[Media { media: "text/event-stream", schema: None }],
            has_revision: false,
        }],
        problems: &[],
        handler: |app, call, _| Box::pin(async move { Ok::<_, Problem>(events(&app, call)) }),
    },
];

/// Every vendor.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Vendors {
    /// Number of the generation: it rises with every change of any vendor.
    generation: u64,
    /// Ascending by name.
    vendors: Vec<Vendor>,
}

/// How one vendor stands.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Vendor {
    /// Name of its folder.
    vendor: String,
    /// Name as the vendor's manifest has it; null when no revision is in use.
    name: Option<String>,
    /// `active`: what is in use is what is meant to be. `degraded`: an earlier revision is in use. `failed`: none is.
    #[schemars(extend("enum" = ["active", "degraded", "failed"]))]
    state: &'static str,
    /// Digest of the revision in use; null when none is.
    revision: Option<String>,
    /// Digest of what the folder holds; null when it cannot be read.
    disk_revision: Option<String>,
    /// Since when the vendor is in this state with this revision, RFC 3339.
    since: String,
    /// The decision of a person to use one revision; null when there is none.
    pin: Option<PinDocument>,
    /// What is wrong with what the folder holds, or worth a look.
    findings: Vec<FindingDocument>,
    /// True when it has rules that set quotas.
    has_rules: bool,
    /// True when it has policies.
    has_policies: bool,
    /// ISO 4217 code that its books must be in; null when any will do.
    currency: Option<String>,
}

/// A finding.
#[derive(Debug, Serialize, JsonSchema)]
pub struct FindingDocument {
    /// `error` or `warning`.
    #[schemars(extend("enum" = ["error", "warning"]))]
    severity: String,
    /// What and where.
    #[serde(flatten)]
    error: ProblemError,
}

/// The decision of a person to use one revision.
#[derive(Debug, Serialize, JsonSchema)]
pub struct PinDocument {
    /// The revision.
    revision: String,
    /// Why.
    reason: String,
    /// Who decided; null when not known.
    who: Option<String>,
    /// When, RFC 3339.
    when: String,
    /// `until_unpinned`, or `until_change` for a rollback.
    #[schemars(extend("enum" = ["until_unpinned", "until_change"]))]
    holds: &'static str,
}

/// Past revisions of a vendor.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Revisions {
    /// Name of the vendor's folder.
    vendor: String,
    /// Digest of the revision in use; null when none is.
    revision: Option<String>,
    /// Digests that can be evaluated, pinned or gone back to; the one kept last at the end.
    revisions: Vec<String>,
    /// What happened, oldest first.
    history: Vec<AttemptDocument>,
}

/// Something that happened to a vendor.
#[derive(Debug, Serialize, JsonSchema)]
pub struct AttemptDocument {
    /// When, RFC 3339.
    when: String,
    /// What, such as `activated` or `refused`.
    outcome: &'static str,
    /// Digest it is about; null when the folder could not be read or is gone.
    revision: Option<String>,
    /// Who, when known.
    who: Option<String>,
    /// Why, when a person decided.
    reason: Option<String>,
    /// What was found; at most 10.
    findings: Vec<FindingDocument>,
}

/// The files of one revision.
#[derive(Debug, Serialize, JsonSchema)]
pub struct RevisionFiles {
    /// Name of the vendor's folder.
    vendor: String,
    /// Digest.
    revision: String,
    /// Ascending by path.
    files: Vec<RevisionFile>,
}

/// One file of a revision.
#[derive(Debug, Serialize, JsonSchema)]
pub struct RevisionFile {
    /// Path as people know it, such as `rules/meridian/history.rhai`.
    path: String,
    /// Its text.
    text: String,
}

/// What a requested reload came to.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Reload {
    /// True when every vendor uses what it is meant to use.
    is_success: bool,
    /// Number of the generation in use afterwards.
    generation: u64,
    /// By vendor.
    vendors: BTreeMap<String, ReloadedVendor>,
    /// Why the folders could not be read completely.
    faults: Vec<FindingDocument>,
}

/// How one vendor stands after a reload.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ReloadedVendor {
    /// `active`, `degraded` or `failed`; `gone` when its folder is.
    #[schemars(extend("enum" = ["active", "degraded", "failed", "gone"]))]
    state: &'static str,
    /// Digest of the revision in use; null when none is.
    revision: Option<String>,
    /// Digest of what the folder holds; null when it cannot be read.
    disk_revision: Option<String>,
    /// True when this reload changed something.
    is_changed: bool,
    /// False when the folder never rested or the check still runs, so that the report is of the past.
    is_complete: bool,
    /// What is wrong, or worth a look.
    findings: Vec<FindingDocument>,
}

/// A revision to use, and why.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PinRequest {
    /// Digest of the revision.
    revision: String,
    /// Why; it is kept with the vendor's history.
    #[schemars(length(min = 1, max = 1000))]
    reason: String,
}

/// Why a pin is taken away.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UnpinRequest {
    /// Why; it is kept with the vendor's history.
    #[schemars(length(min = 1, max = 1000))]
    reason: String,
}

/// The schemas of this file's documents by name.
pub fn schemas(generator: &mut schemars::SchemaGenerator) {
    generator.subschema_for::<Vendors>();
    generator.subschema_for::<Revisions>();
    generator.subschema_for::<RevisionFiles>();
    generator.subschema_for::<Reload>();
    generator.subschema_for::<PinRequest>();
    generator.subschema_for::<UnpinRequest>();
    generator.subschema_for::<super::health::Health>();
    generator.subschema_for::<super::health::Liveness>();
    generator.subschema_for::<super::health::Readiness>();
    generator.subschema_for::<super::health::Version>();
    generator.subschema_for::<super::books::KeptBooksDocument>();
    generator.subschema_for::<super::authoring::Checked>();
    generator.subschema_for::<super::authoring::Candidate>();
}

/// Findings as documents.
pub fn findings_of(findings: &Findings) -> Vec<FindingDocument> {
    let one = |finding: &crate::finding::Finding| FindingDocument {
        severity: finding.severity.to_string(),
        error: ProblemError::of(finding),
    };
    findings.iter().map(one).collect()
}

fn time(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Millis, true)
}

fn vendor_of(name: &str, state: &VendorState<VendorPlugin>) -> Vendor {
    let plugin = state.active.as_ref().map(|active| &active.plugin);
    Vendor {
        vendor: name.to_owned(),
        name: plugin.map(|plugin| plugin.manifest.name.to_string()),
        state: state.state.as_str(),
        revision: state.revision().map(str::to_owned),
        disk_revision: state.disk.as_deref().map(str::to_owned),
        since: time(state.since),
        pin: state.pinned.as_ref().map(|pin| PinDocument {
            revision: pin.revision.to_string(),
            reason: pin.reason.clone(),
            who: pin.who.clone(),
            when: time(pin.when),
            holds: match pin.hold {
                crate::library::Hold::UntilUnpinned => "until_unpinned",
                crate::library::Hold::UntilChange { .. } => "until_change",
            },
        }),
        findings: findings_of(&state.findings),
        has_rules: plugin.is_some_and(|plugin| !plugin.factors().is_empty()),
        has_policies: plugin.is_some_and(|plugin| plugin.policies().is_some()),
        currency: plugin.and_then(|plugin| plugin.manifest.currency).map(|currency| currency.to_string()),
    }
}

fn vendors(app: &App, call: &Call) -> Result<Response<Body>, Problem> {
    let catalog = app.library.current();
    let seen = catalog.vendors().filter(|(name, _)| call.caller.sees(name));
    let vendors = seen.map(|(name, state)| vendor_of(name, state)).collect();
    document(&Vendors { generation: catalog.generation(), vendors })
}

fn vendor(app: &App, call: &Call) -> Result<Response<Body>, Problem> {
    let (catalog, name) = (app.library.current(), call.parameter("vendor"));
    let Some(state) = catalog.vendor(name) else { return Err(app.unknown_vendor(name)) };
    let response = document(&vendor_of(name, state))?;
    // While something is wrong, the tag of the revision in use says nothing about the rest of the answer.
    let is_calm = state.findings.is_empty() && state.pinned.is_none();
    Ok(match state.revision() {
        Some(revision) if is_calm => with_revision(&call.headers, revision, response),
        Some(revision) => with_revision(&Default::default(), revision, response),
        None => response,
    })
}

fn revisions(app: &App, call: &Call) -> Result<Response<Body>, Problem> {
    let (catalog, name) = (app.library.current(), call.parameter("vendor"));
    let Some(state) = catalog.vendor(name) else { return Err(app.unknown_vendor(name)) };
    let attempt = |attempt: &Attempt| AttemptDocument {
        when: time(attempt.when),
        outcome: attempt.outcome.as_str(),
        revision: attempt.revision.as_deref().map(str::to_owned),
        who: attempt.who.clone(),
        reason: attempt.reason.clone(),
        findings: findings_of(&attempt.findings),
    };
    let response = document(&Revisions {
        vendor: name.to_owned(),
        revision: state.revision().map(str::to_owned),
        revisions: app.library.revisions(name).iter().map(ToString::to_string).collect(),
        history: state.history.iter().map(attempt).collect(),
    })?;
    Ok(match state.revision() {
        Some(revision) => with_revision(&Default::default(), revision, response),
        None => response,
    })
}

async fn revision(app: &Arc<App>, call: &Call) -> Result<Response<Body>, Problem> {
    let (name, digest) = (call.parameter("vendor"), call.parameter("revision"));
    let active = app.past_revision(name, digest).await?;
    let file =
        |file: &crate::plugin::VendorFile| RevisionFile { path: file.shown.clone(), text: file.text.to_string() };
    let files = active.files.iter().map(file).collect();
    let found = RevisionFiles { vendor: name.to_owned(), revision: digest.to_owned(), files };
    Ok(with_revision(&call.headers, digest, document(&found)?))
}

async fn reload(app: Arc<App>, call: Call, vendor: Option<Name>) -> Result<Response<Body>, Problem> {
    match &vendor {
        None => app.for_all_vendors(&call, Scope::Admin)?,
        Some(name) if !crate::plugin::is_vendor_name(name) => return Err(app.unknown_vendor(name)),
        Some(_) => {}
    }
    let (library, wanted) = (Arc::clone(&app.library), vendor.clone());
    let outcome = tokio::task::spawn_blocking(move || match wanted {
        Some(vendor) => library.reload_vendor(&vendor),
        None => library.reload_now(),
    });
    let outcome = outcome.await.map_err(|_| Problem::new(ProblemKind::Internal, "the reload failed"))?;
    if outcome.is_stopped {
        return Err(crate::server::state::app::ending());
    }
    // A vendor without a state is gone, if it was ever there.
    let is_known = |name: &Name| {
        let is_there = outcome.vendors.get(name).is_some_and(|report| report.state.is_some());
        is_there || app.library.current().departed().contains_key(name)
    };
    if let Some(name) = vendor.filter(|name| !is_known(name)) {
        return Err(app.unknown_vendor(&name));
    }
    document(&reload_of(&outcome))
}

fn reload_of(outcome: &ReloadOutcome) -> Reload {
    let one = |report: &VendorReport| ReloadedVendor {
        state: report.state.map_or("gone", crate::library::State::as_str),
        revision: report.active.as_deref().map(str::to_owned),
        disk_revision: report.disk.as_deref().map(str::to_owned),
        is_changed: report.is_changed,
        is_complete: report.is_complete,
        findings: findings_of(&report.findings),
    };
    Reload {
        is_success: outcome.is_success(),
        generation: outcome.generation,
        vendors: outcome.vendors.iter().map(|(name, report)| (name.to_string(), one(report))).collect(),
        faults: findings_of(&outcome.faults),
    }
}

#[derive(Clone, Copy)]
enum Decision {
    Pin,
    RollBack,
    Unpin,
}

async fn decide(app: Arc<App>, call: Call, body: Body, decision: Decision) -> Result<Response<Body>, Problem> {
    let name = call.vendor();
    if app.library.current().vendor(&name).is_none() {
        return Err(app.unknown_vendor(&name));
    }
    crate::server::wire::body::expect_media(&call.headers, &[super::JSON])?;
    let bytes = crate::server::wire::body::read(&call.headers, body, app.limits.line, &app.bodies).await?;
    let (maker, again) = (Arc::clone(&app), bytes.clone());
    let (who, headers) = (call.who().map(str::to_owned), call.headers.clone());
    app.answers
        .once(&call, &again, async move {
            // Held against what is in use once the body is there, and not for a request that was answered before.
            {
                let catalog = maker.library.current();
                let Some(state) = catalog.vendor(&name) else { return Err(maker.unknown_vendor(&name)) };
                if_match(&headers, state.revision().unwrap_or_default())?;
            }
            let (revision, reason) = match decision {
                Decision::Unpin => (String::new(), read::<UnpinRequest>(&bytes)?.reason),
                Decision::Pin | Decision::RollBack => {
                    let PinRequest { revision, reason } = read(&bytes)?;
                    (revision, reason)
                }
            };
            if !(1..=MAX_REASON).contains(&reason.trim().chars().count()) {
                let detail = format!("`reason` must have 1 to {MAX_REASON} characters");
                return Err(Problem::new(ProblemKind::InputRefused, detail));
            }
            let (library, vendor) = (Arc::clone(&maker.library), Arc::clone(&name));
            let done = tokio::task::spawn_blocking(move || match decision {
                Decision::Pin => library.pin(&vendor, &revision, &reason, who.as_deref()),
                Decision::RollBack => library.roll_back(&vendor, &revision, &reason, who.as_deref()),
                Decision::Unpin => library.unpin(&vendor, &reason, who.as_deref()),
            });
            let done =
                done.await.map_err(|_| Problem::new(ProblemKind::Internal, "the decision could not be carried out"))?;
            done.map_err(|findings| {
                let is_unknown = findings.iter().any(|finding| finding.code() == Code::RevisionUnknown);
                let kind = if is_unknown { ProblemKind::RevisionUnknown } else { ProblemKind::InputRefused };
                Problem::of(kind, &findings)
            })?;
            let catalog = maker.library.current();
            let Some(state) = catalog.vendor(&name) else { return Err(maker.unknown_vendor(&name)) };
            let response = document(&vendor_of(&name, state))?;
            Ok(with_revision(&Default::default(), state.revision().unwrap_or_default(), response))
        })
        .await
}

/// A small document of a request.
pub fn read<'de, T: Deserialize<'de>>(bytes: &'de [u8]) -> Result<T, Problem> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let read = T::deserialize(&mut reader).and_then(|document| reader.end().map(|()| document));
    read.map_err(|error| {
        let what: String = error.to_string().chars().filter(|c| !c.is_control()).take(200).collect();
        Problem::new(ProblemKind::BodyMalformed, format!("the body is not the document that is expected: {what}"))
    })
}

fn events(app: &Arc<App>, call: Call) -> Response<Body> {
    let receiver = app.events.listen();
    let ending = app.ending.clone();
    let headers = Arc::new(call.headers);
    let start = Some((receiver, true));
    let listened = Arc::clone(app);
    let stream = stream::unfold(start, move |state| {
        let (app, headers, mut ending) = (Arc::clone(&listened), Arc::clone(&headers), ending.clone());
        async move {
            let (mut receiver, is_first) = state?;
            if is_first {
                // The head of the answer goes out with these first bytes.
                return Some((Ok::<_, Infallible>(Bytes::from_static(b": listening\n\n")), Some((receiver, false))));
            }
            // A token may be taken away, or be for other vendors, long after the stream was opened.
            let caller_now = || {
                let caller = app.access.load().caller(&headers).ok()?;
                caller.may(Scope::Read, None).is_ok().then_some(caller)
            };
            loop {
                let text = tokio::select! {
                    biased;
                    _ = ending.wait_for(|is_ending| *is_ending) => return None,
                    event = receiver.recv() => match event {
                        Ok(event) if !caller_now()?.sees(&event.vendor) => continue,
                        Ok(event) => format!("event: change\nid: {}\ndata: {}\n\n", event.generation, event.data),
                        Err(tokio::sync::broadcast::error::RecvError::Lagged(missed)) => {
                            format!("event: missed\ndata: {{\"missed\":{missed}}}\n\n")
                        }
                        Err(tokio::sync::broadcast::error::RecvError::Closed) => return None,
                    },
                    () = tokio::time::sleep(KEEP_ALIVE) => ": still here\n\n".to_owned(),
                };
                caller_now()?;
                return Some((Ok(Bytes::from(text)), Some((receiver, false))));
            }
        }
    });
    answer("text/event-stream", Body::from_stream(stream))
}
