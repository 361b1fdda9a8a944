//! The workbench: pages for planners, account managers and partners, embedded into the program.

use crate::server::http::access::Scope;
use crate::server::http::conditional::Conditions;
use crate::server::http::media::{CSS, HTML, JAVASCRIPT, Media};
use crate::server::http::operation::{Operation, Reply};
use crate::server::http::respond::{Responded, body};
use crate::server::routes::route::Route;
use crate::server::state::gate::WORKBENCH;
use axum::http::HeaderValue;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderName, REFERRER_POLICY, X_FRAME_OPTIONS};

/// Header fields of every file: nothing of another host, no frame around the page, no script in markup.
const FIELDS: [(HeaderName, &str); 6] = [
    (
        CONTENT_SECURITY_POLICY,
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types svelte-trusted-html",
    ),
    (X_FRAME_OPTIONS, "DENY"),
    (REFERRER_POLICY, "no-referrer"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    // Asked for again every time: a new version of the program has new files under the same names.
    (CACHE_CONTROL, "no-cache"),
];

const FILE: Operation = Operation {
    group: WORKBENCH,
    scope: Scope::Open,
    doc: "Offered with `--workbench`. The entity tag is the digest of the content.",
    ..Operation::GET
};

/// Declares the files of the workbench: operation, path, summary, media type, and file below `web/dist`.
macro_rules! files {
    ($($name:ident: $id:literal, $path:literal, $summary:literal, $media:expr, $file:literal;)+) => {
        $(static $name: Operation = Operation {
            id: $id,
            path: $path,
            summary: $summary,
            replies: &[Reply::ok("The file.", &[Media::plain($media)])],
            ..FILE
        };)+

        /// Returns the routes.
        pub fn table() -> Vec<Route> {
            vec![$(route(&$name, $media, include_bytes!(concat!("../../../web/dist/", $file))),)+]
        }
    };
}

files! {
    PAGE: "workbench", "/workbench/index.html", "The workbench, also under `/workbench/`", HTML, "index.html";
    SCRIPT: "workbench_script", "/workbench/app.js", "Its script", JAVASCRIPT, "app.js";
    SCREENS: "workbench_screens", "/workbench/screens.js", "Script of its other pages", JAVASCRIPT, "screens.js";
    STYLE: "workbench_style", "/workbench/app.css", "Its style", CSS, "app.css";
}

/// Returns the route of a file.
fn route(operation: &'static Operation, media: &'static str, content: &'static [u8]) -> Route {
    let tag = blake3::hash(content).to_hex();
    Route::new(operation, move |conditions: Conditions| async move { respond(&conditions, &tag, media, content) })
}

fn respond(conditions: &Conditions, tag: &str, media: &'static str, content: &'static [u8]) -> Responded {
    let mut response = body(media, content);
    let fields = FIELDS.map(|(name, value)| (name, HeaderValue::from_static(value)));
    response.headers_mut().extend(fields);
    Ok(conditions.respond_tagged(tag, response))
}
