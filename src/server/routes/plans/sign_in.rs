//! Signing in and out: a session in place of a token, for persons with a password.

use super::request::OPERATION;
use crate::ledger::people::LONGEST_PASSWORD;
use crate::server::http::access::Scope;
use crate::server::http::client::Client;
use crate::server::http::context::Context;
use crate::server::http::cookie;
use crate::server::http::media::{JSON, Media};
use crate::server::http::operation::{Operation, Reply};
use crate::server::http::origin::expect_own_page;
use crate::server::http::problem::{Problem, ProblemKind};
use crate::server::http::request_body::{RequestBody, parse};
use crate::server::http::respond::{Responded, document};
use crate::server::routes::route::Route;
use crate::server::state::app::App;
use crate::server::state::sessions::key_of;
use crate::server::wire::body::BodyLimits;
use axum::extract::{FromRequestParts, State};
use axum::http::header::{ORIGIN, SET_COOKIE};
use axum::http::request::Parts;
use axum::http::{HeaderValue, Response};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::time::Instant;

/// Largest body, in bytes: a person and a password, as JSON escapes.
const LARGEST: usize = 16 << 10;

static SIGN_IN: Operation = Operation {
    id: "sign_in",
    method: "POST",
    path: "/v1/session",
    summary: "Sign in with a password",
    doc: "Begins a session and returns its cookie, which is sent in place of a token. Passwords are set with `quotient ledger password`. An unknown person, a wrong password and a removed one get the same answer, after the same time. After too many failures of a person from an address, the address has to wait.",
    scope: Scope::Open,
    headers: &[],
    body: &[Media::json("SignIn")],
    replies: &[Reply::ok("The session began; `Set-Cookie` has its cookie.", &[Media::json("SignedIn")])],
    problems: &[
        ProblemKind::SignInRefused,
        ProblemKind::SignInLimited,
        ProblemKind::OriginRefused,
        ProblemKind::RouteUnknown,
        ProblemKind::Overloaded,
        ProblemKind::LedgerUnavailable,
    ],
    ..OPERATION
};
static SIGN_OUT: Operation = Operation {
    id: "sign_out",
    method: "DELETE",
    path: "/v1/session",
    summary: "Sign out",
    doc: "Ends the session of the cookie at once. A token stays valid.",
    headers: &[],
    replies: &[Reply::ok("The session has ended.", &[Media::json("SignedOut")])],
    problems: &[],
    ..OPERATION
};

/// Returns the routes.
pub fn table() -> Vec<Route> {
    vec![Route::new(&SIGN_IN, sign_in), Route::new(&SIGN_OUT, sign_out)]
}

/// A person who signs in.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "SignIn")]
pub struct SignInRequest {
    /// Id of the person, as grants name it.
    person: String,
    /// Password.
    #[schemars(extend("format" = "password"))]
    password: String,
}

/// A session that began.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "SignedIn")]
pub struct SignedInDocument {
    /// Person.
    person: String,
    /// Seconds without a request after which the session ends.
    idle_seconds: u64,
    /// Seconds after which it ends in any case.
    end_seconds: u64,
}

/// A session that ended.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "SignedOut")]
pub struct SignedOutDocument {
    /// True when the request had a session.
    was_signed_in: bool,
}

/// Client and session of a request.
struct Door {
    client: Client,
    session: Option<String>,
}

impl FromRequestParts<App> for Door {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let client = app.gate.sign_in.client(parts);
        // A page of another site could sign its visitor in as another person.
        if parts.headers.contains_key(ORIGIN) {
            expect_own_page(parts, app.gate.allowed_hosts())?;
        }
        let session = cookie::read(&parts.headers, client.is_secure).map(str::to_owned);
        Ok(Self { client, session })
    }
}

async fn sign_in(State(app): State<App>, Door { client, session }: Door, body: RequestBody) -> Responded {
    if !app.gate.takes_passwords() {
        let detail = "this server asks for no sign-in; it does when started with `--tokens FILE` or `--passwords`";
        return Err(Problem::new(ProblemKind::RouteUnknown, detail));
    }
    body.expect_media(&[JSON])?;
    let limits = BodyLimits { bytes: LARGEST, unpacked: LARGEST, ..app.gate.limits.line };
    let bytes = body.read(limits, &app.stores.bodies).await?;
    let SignInRequest { person, password } = parse(&bytes)?;
    let own = &app.gate.sign_in;
    own.attempts.begin(&person, client.address, Instant::now()).map_err(|wait| {
        let seconds = u32::try_from(wait.as_secs()).unwrap_or(u32::MAX).max(1);
        let detail = format!("too many attempts failed; try again in {} min", seconds.div_ceil(60));
        Problem { retry_after: Some(seconds), ..Problem::new(ProblemKind::SignInLimited, detail) }
    })?;
    let found = if password.len() > LONGEST_PASSWORD {
        None
    } else {
        let _room = own.room().await?;
        let name = person.clone();
        app.plans.run(move |ledger| ledger.sign_in(&name, &password)).await?
    };
    let Some(password) = found else {
        return Err(Problem::new(ProblemKind::SignInRefused, "the person and the password do not belong together"));
    };
    own.attempts.succeeded(&person, client.address);
    // The session that the browser had ends, so that its secret is worth nothing to others who know it.
    if let Some(session) = session {
        own.sessions.end(&key_of(&session));
    }
    let begun = own.sessions.begin(&person, password, Instant::now());
    let given = begun.and_then(|secret| cookie::given(&secret, client.is_secure));
    let times = own.sessions.times();
    let (idle_seconds, end_seconds) = (times.idle.as_secs(), times.end.as_secs());
    with_cookie(given, document(&SignedInDocument { person, idle_seconds, end_seconds })?)
}

async fn sign_out(State(app): State<App>, context: Context, Door { client, .. }: Door) -> Responded {
    let session = context.caller.session.as_ref().map(|session| session.key);
    if let Some(key) = session {
        app.gate.sign_in.sessions.end(&key);
    }
    let done = document(&SignedOutDocument { was_signed_in: session.is_some() })?;
    with_cookie(cookie::taken(client.is_secure), done)
}

fn with_cookie<B>(cookie: Option<HeaderValue>, mut response: Response<B>) -> Result<Response<B>, Problem> {
    let cookie = cookie.ok_or_else(|| Problem::new(ProblemKind::Internal, "the session could not begin"))?;
    response.headers_mut().insert(SET_COOKIE, cookie);
    Ok(response)
}
