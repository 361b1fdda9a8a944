//! Options of traces: destination and encoding of spans, and the share of requests that are traced.

use crate::audit::{BadAddress, CollectorAddress};
use crate::finding::Finding;
use crate::server::fault::ServerFault;
use axum::http::HeaderMap;

crate::words! {
    /// Encoding of the bodies that carry spans.
    pub enum Encoding {
        /// The JSON encoding of OTLP.
        Json = "http/json",
        /// The binary encoding of OTLP.
        Protobuf = "http/protobuf",
    }
}

impl Encoding {
    /// Returns the media type of the bodies.
    pub fn media(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Protobuf => "application/x-protobuf",
        }
    }
}

/// Collector of spans, and the requests that are traced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpanOptions {
    pub(super) address: CollectorAddress,
    /// Encoding of the bodies.
    pub encoding: Encoding,
    /// Further header fields of each request to the collector.
    pub headers: HeaderMap,
    /// Traces started per 1,000 requests without one.
    pub sample: u16,
    /// Name of the service in spans.
    pub service: String,
}

impl SpanOptions {
    /// Returns options that trace every request and send spans to the collector at `endpoint`, such as `http://127.0.0.1:4318`; `/v1/traces` is added to it.
    pub fn new(endpoint: &str) -> Result<Self, Finding> {
        let url = format!("{}/v1/traces", endpoint.trim_end_matches('/'));
        let address = CollectorAddress::parse(&url).map_err(|bad| ServerFault::BadCollector {
            address: endpoint.to_owned(),
            reason: bad.to_string(),
            is_https: bad == BadAddress::Https,
        })?;
        let (encoding, headers) = (Encoding::Json, HeaderMap::new());
        Ok(Self { address, encoding, headers, sample: 1_000, service: "quotient".to_owned() })
    }
}
