//! One record of the decision log, schema `quotient.decision/1`: the request, the rules, and the outcome.
//!
//! Numbers of the request and of the answer keep the digits they were written with; nothing passes through a float.

use super::masking::{Masked, Masking, NotJson};
use super::outcome::{LoggedOutcome, Status};
use crate::finding::CleanWriter;
use crate::request::{Defaults, Form, Kind, digest_of as digest};
use chrono::{DateTime, SecondsFormat, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::time::Duration;
use uuid::{NoContext, Timestamp, Uuid};

/// Schema of a record.
pub const DECISION_SCHEMA: &str = "quotient.decision/1";
/// Schema of the line that says how many records are missing.
pub const DROPPED_SCHEMA: &str = "quotient.dropped/1";

/// Reason for which a record has no request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Omitted {
    /// It must not be recorded.
    Masked,
    /// It is larger than the limit.
    TooLarge,
    /// Requests are not recorded.
    NotKept,
    /// It was not valid JSON.
    NotJson,
}

/// Defaults for what the request did not state.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RecordedDefaults {
    /// As-of date, for example `2026-01-31`.
    pub as_of: Option<String>,
    /// Label of the period.
    pub period: Option<String>,
}

impl From<&Defaults> for RecordedDefaults {
    fn from(defaults: &Defaults) -> Self {
        Self { as_of: defaults.as_of.map(|date| date.to_string()), period: defaults.period.clone() }
    }
}

impl RecordedDefaults {
    /// Returns the defaults to decide with; a date that is not valid is omitted.
    pub fn defaults(&self) -> Defaults {
        Defaults { as_of: self.as_of.as_deref().and_then(|date| date.parse().ok()), period: self.period.clone() }
    }
}

/// The response.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Outcome {
    /// Status of the decision.
    pub status: Status,
    /// Code of the first finding that refused or failed the request; null when the rules decided.
    pub code: Option<String>,
    /// Hex digits of the BLAKE3 digest of the answer, byte for byte as it was sent, before masking; of
    /// a refusal, that of its cause and findings.
    pub digest: String,
    /// The answer; null when it is larger than what is kept, may not be shown, or is not JSON.
    #[schemars(with = "Option<serde_json::Value>")]
    pub answer: Option<Box<RawValue>>,
}

/// One decision, as one line of the decision log.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[schemars(title = "Record of the decision log")]
pub struct Record {
    /// Name and version of this schema.
    #[schemars(extend("const" = "quotient.decision/1"))]
    pub schema: Cow<'static, str>,
    /// Identifier, a UUID of version 7: ascending in time.
    pub id: String,
    /// Time of the decision, RFC 3339 with milliseconds, UTC.
    pub time: String,
    /// Kind of decision.
    pub kind: Kind,
    /// Format of the response.
    pub form: Form,
    /// Vendor whose rules decided.
    pub vendor: String,
    /// Digest of exactly the rules and policies that decided.
    pub revision: String,
    /// Identifier of the request.
    pub request_id: String,
    /// Identifier of the trace that the request belongs to.
    pub trace_id: Option<String>,
    /// Name of the token that the caller showed.
    pub caller: Option<String>,
    /// Hex digits of the BLAKE3 digest of the request, byte for byte as it came, before anything was masked.
    pub input_digest: String,
    /// The request; null when `input_omitted` says why.
    #[schemars(with = "Option<serde_json::Value>")]
    pub input: Option<Box<RawValue>>,
    /// Reason for which `input` is null; null when it is present.
    pub input_omitted: Option<Omitted>,
    /// Defaults for what the request did not state.
    pub defaults: RecordedDefaults,
    /// Id of the stored book that the request refers to; null when the request contains its book.
    pub base_book: Option<String>,
    /// The response.
    pub outcome: Outcome,
    /// Duration of the decision in microseconds.
    pub duration_us: u64,
    /// Masked or erased values: JSON pointers into this record, with `*` for every member or element and `**` for
    /// any number of levels.
    pub masked: Vec<String>,
    /// Number of this entry in the log; absent where the log has no chain.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sequence: Option<u64>,
    /// Hash of the entry before: 64 hex digits; zeros before the first entry.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous: Option<String>,
    /// Hash of this entry: BLAKE3 (key derivation, context `quotient decision log, entry, 1`) of the bytes of the line
    /// before `,"hash":`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hash: Option<String>,
}

/// A decision to record.
#[derive(Debug, Clone)]
pub struct Decision<'a> {
    /// Identifier, see [`new_id`].
    pub id: Uuid,
    /// Time of the decision.
    pub time: DateTime<Utc>,
    /// Kind of decision.
    pub kind: Kind,
    /// Format of the response.
    pub form: Form,
    /// Vendor whose rules decided.
    pub vendor: &'a str,
    /// Digest of the rules and policies.
    pub revision: &'a str,
    /// Identifier of the request.
    pub request_id: &'a str,
    /// Identifier of the trace.
    pub trace_id: Option<&'a str>,
    /// Name of the caller's token.
    pub caller: Option<&'a str>,
    /// The request's body; of a batch, one line.
    pub input: &'a [u8],
    /// Defaults for what the body does not state.
    pub defaults: &'a Defaults,
    /// Id of the stored book that the request refers to.
    pub base_book: Option<&'a str>,
    /// Outcome.
    pub outcome: LoggedOutcome<'a>,
    /// Duration.
    pub duration: Duration,
}

/// Returns an identifier for a decision made at `time`: identifiers of later milliseconds are greater.
pub fn new_id(time: DateTime<Utc>) -> Uuid {
    let seconds = u64::try_from(time.timestamp()).unwrap_or_default();
    Uuid::new_v7(Timestamp::from_unix(NoContext, seconds, time.timestamp_subsec_nanos()))
}

/// Content of records: what they include of requests and responses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordContent {
    /// True to record requests, without which no decision can be replayed.
    pub has_input: bool,
    /// Largest request that is recorded, in bytes.
    pub most_input: usize,
    /// Largest response that is recorded, in bytes.
    pub most_answer: usize,
    /// Values that must not be recorded.
    pub masking: Masking,
}

impl Default for RecordContent {
    /// Returns requests up to 8 MiB and responses up to 256 KiB, nothing masked.
    fn default() -> Self {
        Self { has_input: true, most_input: 8 << 20, most_answer: 256 << 10, masking: Masking::default() }
    }
}

impl RecordContent {
    /// Returns the record of a decision. Digests are of the unmasked bytes.
    pub fn record(&self, decision: &Decision<'_>) -> Record {
        let mut masked = Vec::new();
        let (input, answer) = (decision.input, &decision.outcome.bytes);
        let [shown_input, shown_answer] = self.masking.apply_to_both(
            if (self.has_input && input.len() <= self.most_input) || !self.masking.is_empty() { input } else { b"" },
            if answer.len() <= self.most_answer || !self.masking.is_empty() { answer } else { b"" },
        );
        let (input, input_omitted) = match self.input(input, shown_input, &mut masked) {
            Ok(input) => (Some(input), None),
            Err(why) => (None, Some(why)),
        };
        let answer = self.answer(answer, shown_answer, &mut masked);
        Record {
            schema: DECISION_SCHEMA.into(),
            id: decision.id.to_string(),
            time: decision.time.to_rfc3339_opts(SecondsFormat::Millis, true),
            kind: decision.kind,
            form: decision.form,
            vendor: decision.vendor.to_owned(),
            revision: decision.revision.to_owned(),
            request_id: decision.request_id.to_owned(),
            trace_id: decision.trace_id.map(str::to_owned),
            caller: decision.caller.map(str::to_owned),
            input_digest: digest(decision.input),
            input,
            input_omitted,
            defaults: decision.defaults.into(),
            base_book: decision.base_book.map(str::to_owned),
            outcome: Outcome {
                status: decision.outcome.status,
                code: decision.outcome.code.map(str::to_owned),
                digest: digest(&decision.outcome.bytes),
                answer,
            },
            duration_us: u64::try_from(decision.duration.as_micros()).unwrap_or(u64::MAX),
            masked,
            sequence: None,
            previous: None,
            hash: None,
        }
    }

    fn input(
        &self,
        input: &[u8],
        shown: Result<Masked, NotJson>,
        masked: &mut Vec<String>,
    ) -> Result<Box<RawValue>, Omitted> {
        if !self.has_input {
            return Err(Omitted::NotKept);
        }
        if input.len() > self.most_input {
            return Err(Omitted::TooLarge);
        }
        let Masked { text, pointers } = shown.map_err(|_| Omitted::NotJson)?;
        masked.extend(pointers.iter().map(|pointer| format!("/input{pointer}")));
        text.ok_or(Omitted::Masked)
    }

    fn answer(&self, answer: &[u8], shown: Result<Masked, NotJson>, masked: &mut Vec<String>) -> Option<Box<RawValue>> {
        if answer.len() > self.most_answer {
            return None;
        }
        let Masked { text, pointers } = shown.ok()?;
        masked.extend(pointers.iter().map(|pointer| format!("/outcome/answer{pointer}")));
        text
    }
}

impl Record {
    /// Returns the record as one line of the log, with its line break.
    pub fn line(&self) -> Vec<u8> {
        let mut line = Vec::with_capacity(
            self.input.as_ref().map_or(0, |input| input.get().len())
                + self.outcome.answer.as_ref().map_or(0, |answer| answer.get().len())
                + 1_024,
        );
        // Writing to memory cannot fail, and the record has nothing that JSON cannot hold.
        let written = serde_json::to_writer(CleanWriter::json(&mut line), self);
        debug_assert!(written.is_ok(), "a record is JSON");
        line.push(b'\n');
        line
    }

    /// Returns true if anything of the request is masked or erased.
    pub fn is_input_masked(&self) -> bool {
        self.input_omitted == Some(Omitted::Masked) || self.masked.iter().any(|pointer| pointer.starts_with("/input"))
    }
}

/// The number of missing records, as a line of the log in their place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(title = "Records missing from the decision log")]
pub struct Dropped {
    /// Name and version of this schema.
    #[schemars(extend("const" = "quotient.dropped/1"))]
    pub schema: Cow<'static, str>,
    /// Time at which this line was written, RFC 3339 with milliseconds, UTC.
    pub time: String,
    /// Time at which the first of them was dropped.
    pub since: String,
    /// Missing records.
    pub dropped: u64,
    /// Bytes of those records.
    pub bytes: u64,
    /// Reason.
    pub reason: String,
    /// Number of this entry in the log; absent where the log has no chain.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sequence: Option<u64>,
    /// Hash of the entry before: 64 hex digits; zeros before the first entry.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous: Option<String>,
    /// Hash of this entry: BLAKE3 (key derivation, context `quotient decision log, entry, 1`) of the bytes of the line
    /// before `,"hash":`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hash: Option<String>,
}
