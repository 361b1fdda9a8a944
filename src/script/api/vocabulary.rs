//! Words of closed vocabularies that functions take, and what is wrong with one that is not in them.

use crate::decision::{InterventionKind, Severity};
use crate::finding::did_you_mean;

/// Words of a closed vocabulary that a function's argument must be from; the checks and the calls say it alike.
pub(in crate::script) fn vocabulary(function: &str, argument: usize) -> Option<(&'static str, Vec<&'static str>)> {
    match (function, argument) {
        ("intervene", 0) => Some(("intervention", InterventionKind::ALL.iter().map(|kind| kind.as_str()).collect())),
        ("intervene", 1) => Some(("severity", Severity::ALL.iter().map(|severity| severity.as_str()).collect())),
        _ => None,
    }
}

/// What is wrong with a word that is not of its vocabulary.
pub(in crate::script) fn unknown_word(what: &str, word: &str, known: &[&str]) -> (String, String) {
    let help = match did_you_mean(word, known.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("known: {}", known.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")),
    };
    (format!("`{word}` is no {what}"), help)
}
