//! Words for won and lost in a column of an export.

use super::super::outcome::known;
use super::heading::compared;
use super::profile::Column;
use super::synonym::ABANDONED;
use crate::channel::OpportunityStatus;

/// Words of a column that mean won or lost, each with our word; `None` when it has no word for won.
pub(super) fn outcome(column: &Column) -> Option<Vec<(String, &'static str)>> {
    let meaning = |word: &str| match known(word) {
        Some(OpportunityStatus::Won) => Some("won"),
        Some(OpportunityStatus::Lost) => Some("lost"),
        _ => ABANDONED.contains(&compared(word).as_str()).then_some("lost"),
    };
    let words = column.values.keys().take(200);
    let words: Vec<(String, &'static str)> =
        words.filter_map(|word| Some((word.to_string(), meaning(word)?))).collect();
    words.iter().any(|(_, meaning)| *meaning == "won").then_some(words)
}
