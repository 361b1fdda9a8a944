//! Size of what a policy decides: how many decisions, how many grounds each, and how many bytes of text in total.
//!
//! A decision is read by people, stored, logged and sent. Without these limits a short policy makes a review of
//! gigabytes.

use super::outcome_fault::OutcomeFault;
use crate::decision::{Grounds, Requirement};

/// Decisions in one answer.
pub(super) const MAX_DECISIONS: usize = 256;
/// Reasons, requirements and changes of one decision.
pub(super) const MAX_GROUNDS: usize = 128;
/// Characters of a reason or a name.
pub(super) const MAX_REASON: usize = 2_000;
/// Bytes of all texts of one answer.
pub(super) const MAX_TEXTS: usize = 128 << 10;

/// Texts of one answer as far as they were looked at.
#[derive(Debug, Default)]
pub(super) struct Texts {
    bytes: usize,
}

/// Refuses an answer with too many decisions.
pub(super) fn expect_few(decisions: usize) -> Result<(), OutcomeFault> {
    let limit = MAX_DECISIONS;
    if decisions > limit { Err(OutcomeFault::TooManyDecisions { decisions, limit }) } else { Ok(()) }
}

/// Refuses a reason, or a name, that is too long.
pub(super) fn expect_short(text: &str) -> Result<(), OutcomeFault> {
    let limit = MAX_REASON;
    // Counting characters costs more than a look at the bytes, of which there are at least as many.
    if text.len() <= limit || text.chars().count() <= limit {
        return Ok(());
    }
    Err(OutcomeFault::LongReason { characters: text.chars().count(), limit })
}

impl Texts {
    /// Adds a text.
    pub fn add(&mut self, text: &str) -> Result<(), OutcomeFault> {
        expect_short(text)?;
        self.count(text)
    }

    fn count(&mut self, text: &str) -> Result<(), OutcomeFault> {
        self.bytes = self.bytes.saturating_add(text.len());
        let limit = MAX_TEXTS;
        if self.bytes > limit { Err(OutcomeFault::LargeAnswer { limit }) } else { Ok(()) }
    }

    /// Adds the grounds of a decision.
    pub fn add_grounds(&mut self, grounds: &Grounds) -> Result<(), OutcomeFault> {
        let (count, limit) =
            (grounds.because.len() + grounds.requirements.len() + grounds.would_change.len(), MAX_GROUNDS);
        if count > limit {
            return Err(OutcomeFault::TooManyGrounds { grounds: count, limit });
        }
        grounds.because.iter().try_for_each(|text| self.add(text))?;
        grounds.would_change.iter().try_for_each(|text| self.count(text))?;
        grounds.requirements.iter().try_for_each(|requirement| self.add_requirement(requirement))
    }

    fn add_requirement(&mut self, requirement: &Requirement) -> Result<(), OutcomeFault> {
        match requirement {
            Requirement::One(condition) => {
                self.add(&condition.label)?;
                self.count(&condition.source)
            }
            Requirement::All(parts) | Requirement::Any(parts) => {
                parts.iter().try_for_each(|part| self.add_requirement(part))
            }
        }
    }
}
