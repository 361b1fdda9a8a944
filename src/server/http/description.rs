//! The server's description of itself: OpenAPI and the page, each rendered once.

use super::components::OwnSchemas;
use super::openapi;
use super::operation::Operation;
use super::page;
use super::problem::{Problem, ProblemKind};
use serde_json::Value;
use std::sync::OnceLock;

/// Description of an interface.
#[derive(Debug)]
pub struct Description {
    groups: fn() -> Vec<Vec<&'static Operation>>,
    names: &'static [(&'static str, &'static str)],
    schemas: OwnSchemas,
    openapi: OnceLock<String>,
    page: OnceLock<Result<String, String>>,
}

impl Description {
    /// Returns the description of these operations, by group; `names` are the groups with their descriptions, and
    /// `schemas` adds the schemas of their documents.
    pub const fn new(
        groups: fn() -> Vec<Vec<&'static Operation>>,
        names: &'static [(&'static str, &'static str)],
        schemas: OwnSchemas,
    ) -> Self {
        Self { groups, names, schemas, openapi: OnceLock::new(), page: OnceLock::new() }
    }

    /// Returns the OpenAPI document.
    pub fn openapi(&self) -> Value {
        openapi::document(&(self.groups)().concat(), self.names, self.schemas)
    }

    /// Returns the OpenAPI document as text, indented, with a final line feed; `schema/openapi.json` is the same.
    pub fn openapi_text(&self) -> &str {
        self.openapi.get_or_init(|| format!("{:#}\n", self.openapi()))
    }

    /// Returns the page.
    pub fn page(&self) -> Result<&str, Problem> {
        let render = || page::render(&(self.groups)(), self.schemas).map_err(|error| error.to_string());
        self.page
            .get_or_init(render)
            .as_deref()
            .map_err(|error| Problem::new(ProblemKind::Internal, format!("the page cannot be rendered: {error}")))
    }
}
