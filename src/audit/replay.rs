//! Replay: repeating the decisions of a log, and comparing the outcomes.

use super::difference::{Difference, first_difference_beside};
use super::masking::Masking;
use super::outcome::{LoggedOutcome, words};
use super::record::{Omitted, Record};
use crate::plugin::VendorPlugin;
use crate::request::{self, Answer, Books, Limits, Refusal};
use serde::Serialize;

/// Pointer to the revision in a response.
const REVISION: &str = "/revision";
/// Member that responses of earlier versions do not have: the summary of the book.
const BOOK: &str = "book";
/// Pointer to the response in a record.
const ANSWER: &str = "/outcome/answer";

/// Obstacle to a replay.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Obstacle {
    /// Something of the request is masked.
    Masked,
    /// The request was larger than the limit.
    TooLarge,
    /// Requests were not recorded.
    NotKept,
    /// The request was not JSON.
    NotJson,
    /// The revision is neither in the archive nor in the directories.
    RevisionUnknown,
    /// The rules of the revision do not compile with this program.
    RevisionBroken,
    /// The vendor no longer exists.
    VendorUnknown,
    /// The book that the request changes is missing.
    BookUnknown,
    /// The response was not recorded and cannot be repeated.
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

    /// Returns the obstacle in words.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Masked => "masked",
            Self::TooLarge => "too large to be recorded",
            Self::NotKept => "requests were not recorded",
            Self::NotJson => "the request was not JSON",
            Self::RevisionUnknown => "revision unknown",
            Self::RevisionBroken => "revision does not compile",
            Self::VendorUnknown => "vendor unknown",
            Self::BookUnknown => "book unknown",
            Self::AnswerNotKept => "response was not recorded",
        }
    }
}

/// Outcome of a replay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The same response.
    Same,
    /// Another response.
    Different(Difference),
    /// It cannot be replayed.
    NotReplayable(Obstacle),
}

/// Returns the request of a record if it can be replayed.
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

/// Repeats the decision of a record with the rules of `plugin`.
pub fn replay(
    record: &Record,
    plugin: &VendorPlugin,
    books: &(dyn Books + Sync),
    limits: &Limits,
) -> Result<Result<Answer, Refusal>, Obstacle> {
    let input = input_of(record)?;
    if record.base_book.as_ref().is_some_and(|id| books.stored(id).is_none()) {
        return Err(Obstacle::BookUnknown);
    }
    Ok(request::decide(plugin, record.kind, record.form, input, &record.defaults.defaults(), books, limits))
}

/// Compares the recorded outcome with `now`. With `is_revision_another`, the revision in the response is ignored.
pub fn compare(record: &Record, now: &LoggedOutcome<'_>, is_revision_another: bool) -> Verdict {
    let recorded = &record.outcome;
    if (recorded.status, recorded.code.as_deref()) != (now.status, now.code) {
        let before = words(recorded.status, recorded.code.as_deref());
        return Verdict::Different(of_whole(before, now.words()));
    }
    let has_same_digest = recorded.digest == request::digest_of(&now.bytes);
    let Some(answer) = &recorded.answer else {
        if has_same_digest {
            return Verdict::Same;
        }
        if is_revision_another {
            return Verdict::NotReplayable(Obstacle::AnswerNotKept);
        }
        let short = |digest: &str| format!("digest {}", digest.chars().take(12).collect::<String>());
        let now = request::digest_of(&now.bytes);
        return Verdict::Different(of_whole(short(&recorded.digest), short(&now)));
    };
    let masked: Vec<String> =
        record.masked.iter().filter_map(|pointer| pointer.strip_prefix(ANSWER)).map(str::to_owned).collect();
    match (difference_of(answer.get().as_bytes(), &now.bytes, &masked, is_revision_another), masked.first()) {
        // The digest alone is not enough: the recorded response can have been changed.
        (Some(difference), _) => Verdict::Different(difference),
        (None, _) if has_same_digest => Verdict::Same,
        (None, Some(masked)) if !is_revision_another => {
            let hidden = Some("masked".to_owned());
            Verdict::Different(Difference { pointer: masked.clone(), before: hidden.clone(), after: hidden })
        }
        (None, _) => Verdict::Same,
    }
}

/// Compares two outcomes of one request, made with two revisions.
pub fn compare_outcomes(before: &LoggedOutcome<'_>, after: &LoggedOutcome<'_>) -> Verdict {
    if (before.status, before.code) != (after.status, after.code) {
        return Verdict::Different(of_whole(before.words(), after.words()));
    }
    if before.bytes == after.bytes {
        return Verdict::Same;
    }
    difference_of(&before.bytes, &after.bytes, &[], true).map_or(Verdict::Same, Verdict::Different)
}

fn of_whole(before: String, after: String) -> Difference {
    Difference { pointer: String::new(), before: Some(before), after: Some(after) }
}

/// Returns the first difference of two responses, ignoring what is masked in one of them.
fn difference_of(before: &[u8], after: &[u8], masked: &[String], is_revision_another: bool) -> Option<Difference> {
    let mut left_out = masked.to_vec();
    left_out.extend(is_revision_another.then(|| REVISION.to_owned()));
    let left_out = Masking::of_record(&left_out);
    let shown = |document: &[u8]| left_out.apply(document).ok().and_then(|shown| shown.text);
    match (shown(before), shown(after)) {
        (Some(before), Some(after)) => first_difference_beside(before.get(), after.get(), BOOK),
        (before, after) => {
            let words = |shown: Option<_>| if shown.is_some() { "JSON" } else { "not JSON" }.to_owned();
            (before.is_some() != after.is_some()).then(|| of_whole(words(before), words(after)))
        }
    }
}
