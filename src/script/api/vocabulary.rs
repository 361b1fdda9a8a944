//! Words of closed vocabularies that functions take, and the fault of a word that is not in them.

use super::super::name_fault::NameFault;
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

/// True when the argument of the function is a tier.
pub(in crate::script) fn is_tier(function: &str, argument: usize) -> bool {
    match function {
        "promote" | "demote" | "grant" | "rank" | "tier_minimum" => argument == 0,
        "tier" | "requirement" | "decision_for" => argument == 1,
        _ => false,
    }
}

/// Returns the fault of a word that is not in its vocabulary.
pub(in crate::script) fn unknown_word(vocabulary: &str, word: &str, known: &[&str]) -> NameFault {
    NameFault::UnknownWord {
        vocabulary: vocabulary.to_owned(),
        word: word.to_owned(),
        known: known.iter().map(|word| (*word).to_owned()).collect(),
        near: did_you_mean(word, known.iter().copied()).map(str::to_owned),
    }
}
