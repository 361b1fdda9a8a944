//! Plans of record: reading them, giving commands, and following what happens.

mod actuals;
mod agreement;
mod business;
mod command;
mod deals;
mod documents;
mod event_document;
mod export;
mod line_document;
mod open;
mod partner_page;
mod people;
mod plan_book;
mod preview;
mod preview_document;
mod proposal;
mod read;
mod request;
mod session;
mod sign_in;
mod standings;
mod stream;
mod survey;
mod whatif;

use super::route::Route;
use schemars::SchemaGenerator;

/// Returns the routes.
pub fn table() -> Vec<Route> {
    [
        session::table(),
        people::table(),
        sign_in::table(),
        business::table(),
        actuals::table(),
        read::table(),
        proposal::table(),
        partner_page::table(),
        agreement::table(),
        open::table(),
        command::table(),
        export::table(),
        preview::table(),
        whatif::table(),
        deals::table(),
        standings::table(),
        stream::table(),
    ]
    .concat()
}

/// Returns the routes that need the files of a person, and no plan.
pub fn for_files() -> Vec<Route> {
    survey::table()
}

/// Adds the schemas of this group's documents.
pub fn schemas(generator: &mut SchemaGenerator) {
    generator.subschema_for::<documents::PlansDocument>();
    generator.subschema_for::<documents::PlanDocument>();
    generator.subschema_for::<session::SessionDocument>();
    generator.subschema_for::<people::PeopleDocument>();
    generator.subschema_for::<people::GrantRequest>();
    generator.subschema_for::<sign_in::SignInRequest>();
    generator.subschema_for::<sign_in::SignedInDocument>();
    generator.subschema_for::<sign_in::SignedOutDocument>();
    generator.subschema_for::<proposal::BasesDocument>();
    generator.subschema_for::<proposal::OutlookDocument>();
    generator.subschema_for::<proposal::ExplanationDocument>();
    generator.subschema_for::<crate::ledger::agreement::Agreement>();
    generator.subschema_for::<partner_page::PartnerPageDocument>();
    generator.subschema_for::<line_document::LinesDocument>();
    generator.subschema_for::<event_document::EventsDocument>();
    generator.subschema_for::<event_document::PlanChangeDocument>();
    generator.subschema_for::<open::OpenRequest>();
    generator.subschema_for::<preview::PreviewRequest>();
    generator.subschema_for::<whatif::LeversDocument>();
    generator.subschema_for::<deals::DealsDocument>();
    generator.subschema_for::<whatif::ScenarioRequest>();
    generator.subschema_for::<survey::SurveyRequest>();
    generator.subschema_for::<standings::StandingsRequest>();
    generator.subschema_for::<crate::report::review::standings::StandingsDocument<'_>>();
    generator.subschema_for::<preview_document::PreviewDocument>();
    generator.subschema_for::<business::BusinessPlansDocument>();
    generator.subschema_for::<crate::ledger::plan::Command>();
}
