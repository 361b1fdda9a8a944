//! State of an opportunity from the words of its status or stage, as far as they mean the same in every system.

use super::table::folded;
use crate::channel::OpportunityStatus;

/// Words that mean won, folded, without what is not a letter.
const WON: &str = "won closedwon closewon dealwon gewonnen gagné ganado";
/// Words that mean lost.
const LOST: &str = "lost closedlost closelost deallost closedlosttocompetition verloren perdu perdido";
/// Names of stages before a decision, as systems ship them.
const OPEN: &str = "open new prospect prospecting qualify qualifying qualified qualification engaging discovery \
    needsanalysis develop valueproposition iddecisionmakers identifydecisionmakers perceptionanalysis propose proposal \
    proposalpricequote proposalsent quote quotesent quotation negotiation negotiationreview negotiating contractsent \
    appointmentscheduled qualifiedtobuy presentationscheduled decisionmakerboughtin demo demoscheduled contactmade \
    verbalcommit commit inprogress";

/// Returns the state that `word` means; `None` for a word that means something else in some system, or is not known.
///
/// Numbers before the word and words in parentheses behind it do not count: `4. Closed Won (100%)`.
pub(super) fn known(word: &str) -> Option<OpportunityStatus> {
    match word {
        "open" => return Some(OpportunityStatus::Open),
        "won" => return Some(OpportunityStatus::Won),
        "lost" => return Some(OpportunityStatus::Lost),
        _ => {}
    }
    let plain = word.find(['(', '[']).filter(|at| *at > 0).map_or(word, |at| &word[..at]);
    let letters: String = folded(plain).chars().filter(|c| c.is_alphabetic()).collect();
    let is_in = |words: &str| words.split_whitespace().any(|word| word == letters);
    if is_in(WON) {
        Some(OpportunityStatus::Won)
    } else if is_in(LOST) {
        Some(OpportunityStatus::Lost)
    } else {
        is_in(OPEN).then_some(OpportunityStatus::Open)
    }
}

#[cfg(test)]
mod tests {
    use super::known;
    use crate::channel::OpportunityStatus::{Lost, Open, Won};

    #[test]
    fn a_word_means_one_state_or_none() {
        for (word, state) in [
            ("Closed Won", Some(Won)),
            ("4. CLOSED-WON (100 %)", Some(Won)),
            ("Closed lost", Some(Lost)),
            ("Proposal/Price Quote", Some(Open)),
            ("Id. Decision Makers", Some(Open)),
            ("Closed", None),
            ("Cancelled", None),
            ("Won back", None),
            ("", None),
        ] {
            assert_eq!(known(word), state, "{word}");
        }
    }
}
