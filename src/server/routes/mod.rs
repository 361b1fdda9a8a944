//! The routes, one file per group: the one list from which the router, access, OpenAPI and the page derive.

mod authoring;
mod batch;
mod books;
mod decisions;
mod documentation;
mod events;
mod health;
mod pins;
mod plans;
mod question;
mod reload;
mod route;
mod status;
mod vendor_documents;
mod vendors;
mod workbench;

pub use route::Route;

use super::http::description::Description;
use super::http::operation::Operation;

/// The description of this interface.
static DESCRIPTION: Description = Description::new(groups, &GROUPS, schemas);

/// The groups of operations, with their descriptions.
const GROUPS: [(&str, &str); 8] = [
    ("decisions", "What the rules and policies of a vendor decide about a partner book."),
    ("books", "Partner books that are stored, so that later requests can refer to them."),
    ("vendors", "Vendors: their state, revisions, pins and changes."),
    ("plans", "Plans of record: proposals, negotiations, approvals and quotas in force. Offered with `--ledger`."),
    ("health", "Health, metrics and version."),
    ("documentation", "The description of this interface and of what rules can use."),
    ("authoring", "Checks of scripts for their authors."),
    ("workbench", "Pages for planners, account managers and partners. Offered with `--workbench`."),
];

/// Returns every route by group, in the order of the documentation.
pub fn table() -> Vec<Vec<Route>> {
    vec![
        decisions::table(),
        books::table(),
        [vendors::table(), reload::table(), pins::table(), events::table(), status::table()].concat(),
        plans::table(),
        health::table(),
        documentation::table(&DESCRIPTION),
        authoring::table(),
        [workbench::table(), plans::for_files()].concat(),
    ]
}

fn groups() -> Vec<Vec<&'static Operation>> {
    table().iter().map(|group| group.iter().map(|route| route.operation).collect()).collect()
}

/// Adds the schemas of all documents of the server itself.
fn schemas(generator: &mut schemars::SchemaGenerator) {
    vendors::schemas(generator);
    reload::schemas(generator);
    pins::schemas(generator);
    status::schemas(generator);
    health::schemas(generator);
    books::schemas(generator);
    plans::schemas(generator);
    authoring::schemas(generator);
}

/// Returns every operation, by group.
pub fn operations() -> impl Iterator<Item = &'static Operation> {
    groups().into_iter().flatten()
}

/// Returns the OpenAPI document.
pub fn openapi() -> serde_json::Value {
    DESCRIPTION.openapi()
}

/// Returns the OpenAPI document as text, as committed in `schema/openapi.json`.
pub fn openapi_text() -> &'static str {
    DESCRIPTION.openapi_text()
}
