//! Query parameters: each is declared once, with its description and the type that handlers receive.

use super::context::extension;
use super::operation::{Format, Operation, Parameter};
use super::problem::{Problem, ProblemKind};
use crate::finding::did_you_mean;
use crate::ledger::plan::{LineKey, LineState};
use crate::units::date_of;
use axum::extract::FromRequestParts;
use axum::http::Uri;
use axum::http::request::Parts;
use chrono::NaiveDate;
use std::collections::BTreeMap;
use std::sync::Arc;

/// An example of a digest.
pub const DIGEST_EXAMPLE: &str = "b2b3205aeced1c7a4c3ad5c7a2a0b1b5d4f5c6a79f1a0c0f7c7b0f0b9f3f8d11";

/// Most entries of a page.
const MAX_PAGE: usize = 1_000;
/// Entries of a page without `limit`.
const USUAL_PAGE: usize = 200;

/// A typed query parameter; handlers take it as an argument.
pub trait QueryParameter: Sized {
    /// Description; an operation whose handler takes the parameter lists it.
    const PARAMETER: Parameter;

    /// Reads the value; `None` when the query does not have it.
    fn read(value: Option<&str>) -> Result<Self, Problem>;
}

/// The query of a request as pairs, checked against its operation.
#[derive(Debug, Clone)]
pub struct QueryPairs {
    operation: &'static Operation,
    pairs: Arc<BTreeMap<String, String>>,
}

fn invalid(detail: impl Into<String>) -> Problem {
    Problem::new(ProblemKind::ParameterInvalid, detail)
}

impl QueryPairs {
    /// Reads the query; parameters that the operation does not know are refused.
    pub fn read(uri: &Uri, operation: &'static Operation) -> Result<Self, Problem> {
        let mut pairs = BTreeMap::new();
        for (name, value) in form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes()) {
            if name.contains(char::REPLACEMENT_CHARACTER) || value.contains(char::REPLACEMENT_CHARACTER) {
                return Err(invalid("the query is not valid percent-encoded UTF-8"));
            }
            if !operation.query.iter().any(|known| known.name == name) {
                return Err(unknown(&name, operation));
            }
            if pairs.insert(name.clone().into_owned(), value.into_owned()).is_some() {
                return Err(invalid(format!("duplicate query parameter `{name}`")));
            }
        }
        Ok(Self { operation, pairs: Arc::new(pairs) })
    }

    /// Reads a typed parameter.
    fn get<P: QueryParameter>(&self) -> Result<P, Problem> {
        let name = P::PARAMETER.name;
        if !self.operation.query.iter().any(|known| known.name == name) {
            let detail = format!("`{}` does not declare the query parameter `{name}`", self.operation.id);
            return Err(Problem::new(ProblemKind::Internal, detail));
        }
        P::read(self.pairs.get(name).map(String::as_str))
    }
}

fn unknown(name: &str, operation: &Operation) -> Problem {
    let known: Vec<&str> = operation.query.iter().map(|known| known.name).collect();
    let shown: String = name.chars().filter(|c| !c.is_control()).take(60).collect();
    let help = match (did_you_mean(name, known.iter().copied()), known.as_slice()) {
        (Some(near), _) => format!("did you mean `{near}`?"),
        (None, []) => "this operation takes none".to_owned(),
        (None, known) => format!("known parameters: `{}`", known.join("`, `")),
    };
    invalid(format!("unknown query parameter `{shown}`: {help}"))
}

/// Declares typed query parameters: type, value, name, format, whether it is required, description and example.
macro_rules! query_parameters {
    ($($type:ident($value:ty) = $name:literal, $format:ident, $required:literal, $doc:literal, $example:expr, $read:expr;)+) => {$(
        #[doc = $doc]
        #[derive(Debug, Clone)]
        pub struct $type(pub $value);

        impl QueryParameter for $type {
            const PARAMETER: Parameter = Parameter {
                name: $name,
                doc: $doc,
                format: Format::$format,
                is_required: $required,
                example: $example,
            };

            fn read(value: Option<&str>) -> Result<Self, Problem> {
                let read: fn(Option<&str>) -> Result<$value, Problem> = $read;
                read(value).map(Self)
            }
        }

        impl<S: Send + Sync> FromRequestParts<S> for $type {
            type Rejection = Problem;

            async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
                extension::<QueryPairs>(parts)?.get()
            }
        }
    )+};
}

query_parameters! {
    RevisionQuery(Option<String>) = "revision", Digest, false,
        "Digest of the revision to decide with: the one in use or a past one; the one in use if omitted.",
        DIGEST_EXAMPLE, optional;
    AsOf(Option<NaiveDate>) = "as_of", Date, false,
        "As-of date, used if the body does not state one: later facts are ignored.",
        "2025-12-31", date;
    PeriodQuery(Option<String>) = "period", Text, false,
        "Planning period, used if the body does not state one.",
        "FY2026", optional;
    StateQuery(Option<LineState>) = "state", Text, false,
        "State of the lines.", "offered", line_state;
    ManagerQuery(Option<String>) = "manager", Text, false,
        "Account manager of the lines, as the book names them.", "A. Okafor", optional;
    ChangedSince(Option<u64>) = "changed_since", Text, false,
        "Version of the plan: only lines that changed after it.", "41", number_changed_since;
    AfterLine(Option<LineKey>) = "after", Text, false,
        "Member `next` of the page before.", "[\"P0100\",null,null]", after_line;
    LineQuery(Option<LineKey>) = "line", Text, true,
        "Line: partner id, product line and territory as a JSON list.", "[\"P0100\",null,null]", optional_line;
    OfLine(Option<LineKey>) = "line", Text, false,
        "Only events of this line: partner id, product line and territory as a JSON list.", "[\"P0100\",null,null]",
        optional_line;
    AfterEvent(u64) = "after", Text, false,
        "Version of the plan: only events after it.", "41", after_event;
    Agreed(bool) = "agreed", Text, false,
        "`true` refuses the request with 409 unless all replicas that share the state directory decide with the same revision.",
        "true", boolean;
    Limit(usize) = "limit", Text, false,
        "Most entries of the page, from 1 to 1,000; 200 if omitted.", "200", limit;
    AsOfVersion(Option<u64>) = "version", Text, false,
        "Version of the plan to show; the latest if omitted.", "41", number_version;
    KnownOn(Option<NaiveDate>) = "known_on", Date, false,
        "Date (UTC): shows what was recorded up to its end.", "2026-01-31", known_on;
    Before(String) = "before", Digest, true, "Digest of the earlier revision.", DIGEST_EXAMPLE, required_before;
    Reason(Option<String>) = "reason", Text, true, "Reason, stored with the vendor's history.",
        "the new rules are understood", optional;
    After(Option<String>) = "after", Digest, false,
        "Digest of the later revision; the one in use if omitted.", DIGEST_EXAMPLE, optional;
}

fn optional(value: Option<&str>) -> Result<Option<String>, Problem> {
    Ok(value.map(str::to_owned))
}

fn required_before(value: Option<&str>) -> Result<String, Problem> {
    value.map(str::to_owned).ok_or_else(|| invalid("the query parameter `before` is missing"))
}

fn boolean(value: Option<&str>) -> Result<bool, Problem> {
    match value {
        None | Some("false") => Ok(false),
        Some("true") => Ok(true),
        Some(_) => Err(invalid("`agreed` is neither `true` nor `false`")),
    }
}

fn number(name: &str, value: Option<&str>) -> Result<Option<u64>, Problem> {
    let read = |text: &str| text.parse().map_err(|_| invalid(format!("`{name}` is not a number of a version")));
    value.map(read).transpose()
}

fn number_changed_since(value: Option<&str>) -> Result<Option<u64>, Problem> {
    number("changed_since", value)
}

fn number_version(value: Option<&str>) -> Result<Option<u64>, Problem> {
    number("version", value)
}

fn after_event(value: Option<&str>) -> Result<u64, Problem> {
    number("after", value).map(Option::unwrap_or_default)
}

fn limit(value: Option<&str>) -> Result<usize, Problem> {
    let read = |text: &str| text.parse().ok().filter(|limit| (1..=MAX_PAGE).contains(limit));
    let refused = || invalid(format!("`limit` is not a number from 1 to {MAX_PAGE}"));
    value.map_or(Ok(USUAL_PAGE), |text| read(text).ok_or_else(refused))
}

fn line_state(value: Option<&str>) -> Result<Option<LineState>, Problem> {
    value.map(|text| text.parse().map_err(|error| invalid(format!("`state`: {error}")))).transpose()
}

/// Returns the line that a list in JSON names.
fn line_of(text: &str) -> Option<LineKey> {
    let (partner_id, product_line, territory): (String, Option<String>, Option<String>) =
        serde_json::from_str(text).ok()?;
    Some(LineKey { partner_id, product_line, territory })
}

fn after_line(value: Option<&str>) -> Result<Option<LineKey>, Problem> {
    let read = |text| line_of(text).ok_or_else(|| invalid("`after` is not the member `next` of a page"));
    value.map(read).transpose()
}

fn optional_line(value: Option<&str>) -> Result<Option<LineKey>, Problem> {
    let read = |text| line_of(text).ok_or_else(|| invalid("`line` is not a list such as `[\"P0100\",null,null]`"));
    value.map(read).transpose()
}

/// Returns the value of `after` for the page after this line.
pub fn cursor_of(key: &LineKey) -> String {
    serde_json::json!([key.partner_id, key.product_line, key.territory]).to_string()
}

fn known_on(value: Option<&str>) -> Result<Option<NaiveDate>, Problem> {
    let read = |text: &str| date_of(text).ok_or_else(|| invalid("`known_on` is not a date; use `2026-01-31`"));
    value.map(read).transpose()
}

fn date(value: Option<&str>) -> Result<Option<NaiveDate>, Problem> {
    let read = |text: &str| date_of(text).ok_or_else(|| invalid("`as_of` is not a date; use `2025-12-31`"));
    value.map(read).transpose()
}

#[cfg(test)]
mod tests {
    use super::*;

    const OPERATION: Operation =
        Operation { id: "test", query: &[AsOf::PARAMETER, PeriodQuery::PARAMETER], ..Operation::GET };
    static DECLARED: Operation = OPERATION;

    fn read(query: &str) -> Result<QueryPairs, Problem> {
        QueryPairs::read(&format!("/?{query}").parse().unwrap(), &DECLARED)
    }

    #[test]
    fn percent_encoding_is_decoded_and_other_encodings_are_refused() {
        let period = |query: &str| read(query).and_then(|pairs| pairs.get()).map(|PeriodQuery(period)| period);
        assert_eq!(period("period=a%20b+c").unwrap(), Some("a b c".to_owned()));
        assert_eq!(period("period=%c3%a9").unwrap(), Some("é".to_owned()));
        assert_eq!(period("").unwrap(), None);
        for bad in ["period=%ff", "%ff=1", "period=1&period=2", "perod=1"] {
            assert_eq!(period(bad).unwrap_err().code, "parameter_invalid", "{bad}");
        }
    }

    #[test]
    fn a_parameter_has_the_type_of_its_declaration_or_is_refused() {
        let as_of = |query: &str| read(query).and_then(|pairs| pairs.get()).map(|AsOf(date)| date);
        assert_eq!(as_of("as_of=2025-12-31").unwrap(), NaiveDate::from_ymd_opt(2025, 12, 31));
        for text in ["-0001-12-31", "%2B10000-01-01", "2025-1-31"] {
            assert!(as_of(&format!("as_of={text}")).is_err(), "{text}");
        }
        assert_eq!(as_of("as_of=%zz").unwrap_err().detail, "`as_of` is not a date; use `2025-12-31`");
        let undeclared = read("").and_then(|pairs| pairs.get::<Before>());
        assert_eq!(undeclared.unwrap_err().code, "internal");
    }
}
