//! The wording of rejections: how what the layer of bytes refuses becomes a problem.

use super::identity::{X_REQUEST_ID, new_id, request_id};
use super::problem::{Problem, ProblemKind};
use crate::server::wire::body::BodyFault;
use crate::server::wire::rejection::{Refusals, Rejection};
use axum::body::Body;
use axum::http::{HeaderMap, Response};

/// Turns rejections into responses.
pub const REFUSALS: Refusals = Refusals { response, bytes };

impl From<Rejection> for Problem {
    fn from(rejection: Rejection) -> Self {
        let kind = match rejection {
            Rejection::TooManyConnections => ProblemKind::Overloaded,
            Rejection::HeaderTooLarge | Rejection::PathTooLong => ProblemKind::RequestHeadTooLarge,
            Rejection::NotHttp
            | Rejection::BareLineFeed
            | Rejection::TwoHosts
            | Rejection::NoHost
            | Rejection::LengthNotANumber
            | Rejection::TwoLengths
            | Rejection::TransferEncoding
            | Rejection::LengthAndEncoding
            | Rejection::LostBoundary => ProblemKind::RequestMalformed,
        };
        Self { is_last: true, ..Self::new(kind, rejection.to_string()) }
    }
}

impl From<BodyFault> for Problem {
    fn from(fault: BodyFault) -> Self {
        let kind = match fault {
            BodyFault::TooLarge(_) | BodyFault::UnpackedTooLarge(_) => ProblemKind::BodyTooLarge,
            BodyFault::Slow(_) | BodyFault::Stalled(_) => ProblemKind::BodySlow,
            BodyFault::CallerMemory(_) => ProblemKind::CallerBusy,
            BodyFault::NoMemory => ProblemKind::Overloaded,
            BodyFault::Broken => ProblemKind::RequestMalformed,
            BodyFault::NotGzip => ProblemKind::BodyMalformed,
            BodyFault::Interrupted => ProblemKind::Internal,
        };
        let problem = Self::new(kind, fault.to_string());
        // The rest of such a body is not read.
        let is_last = problem.is_last
            || matches!(fault, BodyFault::TooLarge(_) | BodyFault::NoMemory | BodyFault::CallerMemory(_));
        Self { is_last, ..problem }
    }
}

/// Writes the line of a request that was refused before its route was known.
fn log(problem: &Problem, request_id: &str) {
    tracing::info!(request_id, status = problem.status, code = problem.code, detail = &*problem.detail, "refused");
}

fn response(rejection: Rejection, headers: &HeaderMap) -> Response<Body> {
    let id = request_id(headers);
    let problem = Problem { request_id: Some(id.clone()), ..rejection.into() };
    log(&problem, &id);
    let mut response = problem.response();
    response.headers_mut().extend(id.parse().ok().map(|id| (X_REQUEST_ID, id)));
    response
}

fn bytes(rejection: Rejection) -> Vec<u8> {
    let id = new_id();
    let problem = Problem { request_id: Some(id.clone()), ..rejection.into() };
    log(&problem, &id);
    let (status, text) = (problem.status_code(), problem.text());
    format!(
        "HTTP/1.1 {} {}\r\ncontent-type: application/problem+json\r\ncontent-length: {}\r\nx-request-id: {id}\r\nconnection: close\r\n\r\n{text}",
        status.as_u16(),
        status.canonical_reason().unwrap_or(""),
        text.len(),
    )
    .into_bytes()
}
