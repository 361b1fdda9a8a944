//! Options about traces.

use super::CommandError;
use super::fault::CommandFault;
use crate::finding::Finding;
use crate::server::{SpanOptions, collector_headers};

/// Destination, encoding and sampling of spans.
#[derive(Debug, clap::Args)]
pub struct TraceOptions {
    /// OpenTelemetry collector, such as http://127.0.0.1:4318: one span per request, sent by OTLP/HTTP to /v1/traces.
    #[arg(long, value_name = "URL", env = "OTEL_EXPORTER_OTLP_ENDPOINT")]
    otlp: Option<String>,
    /// Encoding of spans: http/json or http/protobuf.
    #[arg(long, value_name = "PROTOCOL", default_value = "http/json", env = "OTEL_EXPORTER_OTLP_PROTOCOL")]
    otlp_protocol: String,
    /// Header field for the collector, `NAME=VALUE` with the value percent-encoded, such as a key; can be repeated.
    #[arg(
        long,
        value_name = "NAME=VALUE",
        env = "OTEL_EXPORTER_OTLP_HEADERS",
        hide_env_values = true,
        value_delimiter = ','
    )]
    otlp_headers: Vec<String>,
    /// Traces started per 1,000 requests without `traceparent`; requests with one follow its sampled flag.
    #[arg(long, value_name = "N", default_value_t = 1000, value_parser = clap::value_parser!(u16).range(0..=1000), env = "QUOTIENT_OTLP_SAMPLE")]
    otlp_sample: u16,
    /// Service name in traces.
    #[arg(long, value_name = "NAME", default_value = "quotient", env = "OTEL_SERVICE_NAME")]
    otlp_service: String,
}

impl TraceOptions {
    /// Returns the destination, encoding and sampling of spans; `None` when they are not sent.
    ///
    /// # Errors
    /// An address, a header field or an encoding that is not usable. An empty variable counts as not set.
    pub fn spans(&self) -> Result<Option<SpanOptions>, CommandError> {
        let Some(endpoint) = self.otlp.as_deref().filter(|endpoint| !endpoint.is_empty()) else { return Ok(None) };
        let mut spans = SpanOptions::new(endpoint)?;
        spans.sample = self.otlp_sample;
        spans.headers = collector_headers(&self.otlp_headers)?;
        if !self.otlp_protocol.is_empty() {
            spans.encoding = self.otlp_protocol.parse().map_err(|_| {
                let reason = format!("spans cannot be sent as `{}`", self.otlp_protocol);
                let remedy = "write `http/json` or `http/protobuf`".to_owned();
                Finding::from(CommandFault::ServerOption { reason, remedy })
            })?;
        }
        if !self.otlp_service.is_empty() {
            spans.service.clone_from(&self.otlp_service);
        }
        Ok(Some(spans))
    }
}
