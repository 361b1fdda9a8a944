//! The survey of a channel in partitions: what the facts of a line need of all other lines.
//!
//! It is made in rounds, because a later one needs sums of an earlier one: the months of the book, then sums over its
//! partners, then, for rules that learn numbers from the channel, squares. Surveys of partitions merge in any order.

use super::book_facts::BookFacts;
use super::fault::PartitionFault;
use super::question::Question;
use super::sums::{Squares, SquaresDocument, Sums, SumsDocument};
use super::written::Hash;
use crate::finding::Finding;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Name and version of the document.
pub const SURVEY_SCHEMA: &str = "quotient.channel_survey/1";

/// Step that comes after a merged survey.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Next {
    /// One more round of the survey.
    Survey,
    /// The lines of each partition.
    Lines,
}

/// Survey of a channel or of one partition of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Survey {
    /// Question of the plan.
    pub question: Question,
    /// First round.
    pub book: BookFacts,
    /// Second round.
    pub sums: Option<Sums>,
    /// Third round.
    pub squares: Option<Squares>,
}

/// Facts of a channel that the facts of each line need, of all partners or of one partition.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "ChannelSurvey")]
pub struct SurveyDocument {
    /// Name and version of this document.
    #[schemars(extend("const" = "quotient.channel_survey/1"))]
    schema: String,
    /// Question of the plan.
    question: Question,
    /// Step that comes next when the surveys of all partitions are merged.
    next: Next,
    /// First round: what the book says apart from its partners.
    book: BookFacts,
    /// Second round: sums over partners; null before it.
    sums: Option<SumsDocument>,
    /// Third round, of vendors that learn numbers from the channel: squares; null before it.
    squares: Option<SquaresDocument>,
}

impl Survey {
    /// Returns an empty survey, to which the first round is added.
    pub fn new(question: Question) -> Self {
        Self { question, book: BookFacts::default(), sums: None, squares: None }
    }

    /// Reads a survey.
    pub fn read(name: &str, text: &str) -> Result<Self, Finding> {
        let refused = |reason: String| PartitionFault::Document { document: format!("`{name}`"), reason };
        let document: SurveyDocument = serde_json::from_str(text).map_err(|error| refused(error.to_string()))?;
        if document.schema != SURVEY_SCHEMA {
            return Err(refused(format!("its `schema` is not `{SURVEY_SCHEMA}`")).into());
        }
        Ok(Self {
            question: document.question,
            book: document.book,
            sums: document.sums.map(Sums::from),
            squares: document.squares.map(Squares::from),
        })
    }

    /// Returns the survey as a document.
    pub fn document(&self) -> SurveyDocument {
        SurveyDocument {
            schema: SURVEY_SCHEMA.to_owned(),
            question: self.question.clone(),
            next: self.next(),
            book: self.book.clone(),
            sums: self.sums.as_ref().map(SumsDocument::from),
            squares: self.squares.as_ref().map(SquaresDocument::from),
        }
    }

    /// Returns the survey as one line of JSON, equal for equal surveys.
    pub fn to_json(&self) -> String {
        serde_json::to_string(&self.document()).unwrap_or_default()
    }

    /// Returns a hash of the survey, which the assessments made with it name.
    pub fn digest(&self) -> Hash {
        Hash::of(&blake3::hash(self.to_json().as_bytes()))
    }

    /// Step that comes next when this is the survey of all partitions.
    pub fn next(&self) -> Next {
        match (&self.sums, &self.squares) {
            (Some(_), Some(_)) => Next::Lines,
            (Some(sums), None) if sums.learned.is_empty() => Next::Lines,
            _ => Next::Survey,
        }
    }

    /// Adds the survey of another partition.
    ///
    /// # Errors
    /// When they are of different questions, of different rounds, or rest on different rounds before.
    pub fn merge(&mut self, other: Self) -> Result<(), Finding> {
        self.question.same(&other.question)?;
        let differs = |member: &str| Finding::from(PartitionFault::OtherStep { member: member.to_owned() });
        if self.sums.is_none() && other.sums.is_none() {
            return self.book.merge(other.book);
        }
        if self.book != other.book {
            return Err(differs("book"));
        }
        let is_second = self.squares.is_none() && other.squares.is_none();
        if let (true, Some(mine), Some(theirs)) = (is_second, &mut self.sums, &other.sums) {
            mine.merge(theirs);
            return Ok(());
        }
        if self.sums != other.sums {
            return Err(differs("sums"));
        }
        match (&mut self.squares, &other.squares) {
            (Some(mine), Some(theirs)) => mine.merge(theirs),
            _ => return Err(differs("squares")),
        }
        Ok(())
    }

    /// Fails unless every round has seen the partners of the first one.
    pub fn verify(&self) -> Result<(), Finding> {
        let first = self.book.seen;
        if first.partners == 0 {
            return Err(PartitionFault::NoPartner {}.into());
        }
        let rounds = [
            ("sums", self.sums.as_ref().map(|round| round.seen)),
            ("squares", self.squares.as_ref().map(|round| round.seen)),
        ];
        let other = rounds.into_iter().find_map(|(round, seen)| Some((round, seen.filter(|seen| *seen != first)?)));
        other.map_or(Ok(()), |(round, seen)| {
            Err(PartitionFault::OtherPartners { round, partners: seen.partners, before: first.partners }.into())
        })
    }
}
