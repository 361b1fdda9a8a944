//! Deciding again what a log says was decided, and telling the two apart.

use super::difference::{Difference, first_difference};
use super::masking::Masking;
use super::record::{Omitted, Record, Status};
use crate::finding::{FindingDocument, Findings};
use crate::plugin::VendorPlugin;
use crate::request::{self, Answer, Books, Cause, Limits, Refusal};
use serde::Serialize;
use serde_json::json;
use std::borrow::Cow;

/// Pointer to the revision in a response.
const REVISION: &str = "/revision";
/// Pointer to the response in a record.
const ANSWER: &str = "/outcome/answer";

/// An outcome as the log keeps it: of a refusal, its cause and findings without their places, because those differ
/// with the directory that rules were read from, and problem documents have the identifier of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told<'a> {
    /// Status of the decision.
    pub status: Status,
    /// Code of the first error.
    pub code: Option<&'static str>,
    /// The answer's bytes, or of a refusal `{"cause", "findings": [{"code", "severity", "message"}]}`.
    pub bytes: Cow<'a, [u8]>,
}

impl<'a> Told<'a> {
    /// The outcome of [`request::decide`].
    pub fn of(outcome: &'a Result<Answer, Refusal>) -> Self {
        match outcome {
            Ok(answer) => Self { status: Status::Decided, code: None, bytes: Cow::Borrowed(&answer.bytes) },
            Err(refusal) => Self {
                status: if refusal.cause == Cause::RulesFailed { Status::Failed } else { Status::Refused },
                code: refusal.findings.iter().find(|finding| finding.is_error()).map(|finding| finding.code().as_str()),
                bytes: Cow::Owned(refused(refusal.cause, &refusal.findings)),
            },
        }
    }

    /// The outcome in a few words.
    fn words(&self) -> String {
        words(self.status, self.code)
    }
}

fn words(status: Status, code: Option<&str>) -> String {
    code.map_or_else(|| status.as_str().to_owned(), |code| format!("{}, {code}", status.as_str()))
}

fn refused(cause: Cause, findings: &Findings) -> Vec<u8> {
    let findings = FindingDocument::grouped(findings);
    json!({"cause": cause.as_str(), "findings": findings}).to_string().into_bytes()
}

/// Reason for which a decision cannot be repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Obstacle {
    /// Something of the request is masked.
    Masked,
    /// The request was larger than what is kept.
    TooLarge,
    /// Requests were not kept.
    NotKept,
    /// The request was not JSON.
    NotJson,
    /// The revision is neither in the archive nor in the directories.
    RevisionUnknown,
    /// The rules of the revision do not compile with this program.
    RevisionBroken,
    /// There is no such vendor any more.
    VendorUnknown,
    /// The book that the request is a change of is not there.
    BookUnknown,
    /// The answer was not kept, and cannot be made again.
    AnswerNotKept,
}

impl Obstacle {
    /// Every obstacle.
    pub const ALL: [Self; 9] = [
        Self::Masked,
        Self::TooLarge,
        Self::NotKept,
        Self::NotJson,
        Self::RevisionUnknown,
        Self::RevisionBroken,
        Self::VendorUnknown,
        Self::BookUnknown,
        Self::AnswerNotKept,
    ];

    /// The obstacle in words.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Masked => "masked",
            Self::TooLarge => "too large to be kept",
            Self::NotKept => "requests were not kept",
            Self::NotJson => "the request was not JSON",
            Self::RevisionUnknown => "revision unknown",
            Self::RevisionBroken => "revision does not compile",
            Self::VendorUnknown => "vendor unknown",
            Self::BookUnknown => "book unknown",
            Self::AnswerNotKept => "answer was not kept",
        }
    }
}

/// Outcome of repeating a decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The same answer.
    Same,
    /// Another answer.
    Different(Difference),
    /// It cannot be decided again.
    NotReplayable(Obstacle),
}

/// The request of a record, when there is enough of it to decide again.
pub fn input_of(record: &Record) -> Result<&[u8], Obstacle> {
    match (&record.input, record.input_omitted) {
        _ if record.is_input_masked() => Err(Obstacle::Masked),
        (Some(input), _) => Ok(input.get().as_bytes()),
        (None, Some(Omitted::TooLarge)) => Err(Obstacle::TooLarge),
        (None, Some(Omitted::NotJson)) => Err(Obstacle::NotJson),
        (None, Some(Omitted::Masked)) => Err(Obstacle::Masked),
        (None, Some(Omitted::NotKept) | None) => Err(Obstacle::NotKept),
    }
}

/// Decides the request of a record again, with the rules of `plugin`.
pub fn decide_again(
    record: &Record,
    plugin: &VendorPlugin,
    books: &(dyn Books + Sync),
    limits: &Limits,
) -> Result<Result<Answer, Refusal>, Obstacle> {
    let input = input_of(record)?;
    if record.base_book.as_ref().is_some_and(|id| books.kept(id).is_none()) {
        return Err(Obstacle::BookUnknown);
    }
    Ok(request::decide(plugin, record.kind, record.form, input, &record.defaults.defaults(), books, limits))
}

/// Compares the recorded outcome with `now`. With `is_revision_another`, the revision in the response is ignored.
pub fn compare(record: &Record, now: &Told<'_>, is_revision_another: bool) -> Verdict {
    let recorded = &record.outcome;
    if (recorded.status, recorded.code.as_deref()) != (now.status, now.code) {
        let before = words(recorded.status, recorded.code.as_deref());
        return Verdict::Different(of_whole(before, now.words()));
    }
    if recorded.digest == request::digest_of(&now.bytes) {
        return Verdict::Same;
    }
    let Some(answer) = &recorded.answer else {
        if is_revision_another {
            return Verdict::NotReplayable(Obstacle::AnswerNotKept);
        }
        let short = |digest: &str| format!("digest {}", digest.chars().take(12).collect::<String>());
        let now = request::digest_of(&now.bytes);
        return Verdict::Different(of_whole(short(&recorded.digest), short(&now)));
    };
    let masked: Vec<String> =
        record.masked.iter().filter_map(|pointer| pointer.strip_prefix(ANSWER)).map(str::to_owned).collect();
    match (apart(answer.get().as_bytes(), &now.bytes, &masked, is_revision_another), masked.first()) {
        (Some(difference), _) => Verdict::Different(difference),
        (None, Some(masked)) if !is_revision_another => {
            let hidden = Some("masked".to_owned());
            Verdict::Different(Difference { pointer: masked.clone(), before: hidden.clone(), after: hidden })
        }
        (None, _) => Verdict::Same,
    }
}

/// Compares two outcomes of one request, made with two revisions.
pub fn compare_told(before: &Told<'_>, after: &Told<'_>) -> Verdict {
    if (before.status, before.code) != (after.status, after.code) {
        return Verdict::Different(of_whole(before.words(), after.words()));
    }
    if before.bytes == after.bytes {
        return Verdict::Same;
    }
    apart(&before.bytes, &after.bytes, &[], true).map_or(Verdict::Same, Verdict::Different)
}

fn of_whole(before: String, after: String) -> Difference {
    Difference { pointer: String::new(), before: Some(before), after: Some(after) }
}

/// Finds the first difference between two responses, except in values that are masked in one of them.
fn apart(before: &[u8], after: &[u8], masked: &[String], is_revision_another: bool) -> Option<Difference> {
    let mut left_out = masked.to_vec();
    left_out.extend(is_revision_another.then(|| REVISION.to_owned()));
    let left_out = Masking::parse(&[], &left_out).unwrap_or_default();
    let shown = |document: &[u8]| left_out.apply(document).ok().and_then(|shown| shown.text);
    match (shown(before), shown(after)) {
        (Some(before), Some(after)) => first_difference(before.get(), after.get()),
        (before, after) => {
            let words = |shown: Option<_>| if shown.is_some() { "JSON" } else { "no JSON" }.to_owned();
            (before.is_some() != after.is_some()).then(|| of_whole(words(before), words(after)))
        }
    }
}
