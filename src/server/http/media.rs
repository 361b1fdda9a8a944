//! Media types of requests and responses.

/// JSON.
pub const JSON: &str = "application/json";
/// One JSON document per line.
pub const NDJSON: &str = "application/x-ndjson";
/// Comma-separated values.
pub const CSV: &str = "text/csv";
/// A page.
pub const HTML: &str = "text/html";
/// A script of a page.
pub const JAVASCRIPT: &str = "text/javascript";
/// A style of a page.
pub const CSS: &str = "text/css";
/// A workbook.
pub const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
/// Markdown.
pub const MARKDOWN: &str = "text/markdown";
/// Server-sent events.
pub const EVENTS: &str = "text/event-stream";
/// Metrics for Prometheus.
pub const OPENMETRICS: &str = "application/openmetrics-text";

/// A media type with the schema of its document.
#[derive(Debug, Clone, Copy)]
pub struct Media {
    /// Media type.
    pub media: &'static str,
    /// Name of the schema; `None` when it is not a JSON document with one.
    pub schema: Option<&'static str>,
}

impl Media {
    /// Returns JSON with a schema of that name.
    pub const fn json(schema: &'static str) -> Self {
        Self { media: JSON, schema: Some(schema) }
    }

    /// Returns a media type without a schema.
    pub const fn plain(media: &'static str) -> Self {
        Self { media, schema: None }
    }
}
