//! Typed code compared with the interpreter while rules run, and rules that are left to the interpreter because the two
//! differed.

use crate::channel::Name;
use crate::finding::cut;
use std::fmt;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// Longest answer that a difference shows, in characters.
const SHOWN: usize = 200;
/// All calls, in the unit of [`compare`].
const ALL: u64 = 1_000;

/// Calls of every rule that the interpreter runs as well, in thousandths.
static COMPARED: AtomicU64 = AtomicU64::new(0);

/// Sets how many of 1,000 calls of each rule the interpreter runs as well, to compare the answers: none by default. Holds
/// for the whole process.
pub fn compare(thousandths: u16) {
    COMPARED.store(u64::from(thousandths).min(ALL), Ordering::Relaxed);
}

crate::faults! {
    /// A difference between typed code and the interpreter, for which the rule is left to the interpreter.
    pub enum Difference {
        /// The answers differ.
        Answers { partner: String, typed: String, interpreted: String } = ScriptTyped {
            message: format!("typed code and the interpreter differ for `{partner}`: {typed} against {interpreted}"),
            help: "the answer of the interpreter counts, and from now on it runs this rule; please report this as a fault of quotient",
            severity: Warning,
        }
    }
}

/// Record of a rule's typed code while it runs.
#[derive(Default)]
pub(super) struct Watch {
    calls: AtomicU64,
    difference: OnceLock<Difference>,
    is_reported: AtomicBool,
}

impl Watch {
    /// The difference for which the rule is left to the interpreter.
    pub fn difference(&self) -> Option<&Difference> {
        self.difference.get()
    }

    /// The difference, the first time that it is asked for.
    pub fn news(&self) -> Option<&Difference> {
        self.difference().filter(|_| !self.is_reported.swap(true, Ordering::Relaxed))
    }

    /// Returns the answer that counts: that of typed code, or, where the interpreter is run as well and differs, its own.
    ///
    /// # Errors
    /// When the interpreter fails where typed code does not, and the failure has `words`; one without them, as for a budget
    /// that is used up, does not count.
    pub fn settle<T: PartialEq + fmt::Debug, E>(
        &self,
        partner: &Name,
        typed: T,
        interpret: impl FnOnce() -> Result<T, E>,
        words: impl FnOnce(&E) -> Option<String>,
    ) -> Result<T, E> {
        if !self.is_due(COMPARED.load(Ordering::Relaxed)) {
            return Ok(typed);
        }
        let shown = |answer: &dyn fmt::Debug| cut(&format!("{answer:?}"), SHOWN);
        let interpreted = interpret();
        let found = match &interpreted {
            Ok(same) if *same == typed => return interpreted,
            Ok(answer) => shown(answer),
            Err(fault) => match words(fault) {
                Some(words) => cut(&words, SHOWN),
                None => return Ok(typed),
            },
        };
        let partner = partner.to_string();
        let _ = self.difference.set(Difference::Answers { partner, typed: shown(&typed), interpreted: found });
        interpreted
    }

    /// True for as many calls of a thousand as `thousandths` says, evenly.
    fn is_due(&self, thousandths: u64) -> bool {
        if thousandths == 0 {
            return false;
        }
        let call = self.calls.fetch_add(1, Ordering::Relaxed) % ALL;
        (call + 1) * thousandths / ALL > call * thousandths / ALL
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_calls_are_compared_as_asked_for() {
        for (thousandths, expected) in [(0, 0), (1, 1), (10, 10), (333, 333), (1_000, 1_000)] {
            let watch = Watch::default();
            assert_eq!((0..1_000).filter(|_| watch.is_due(thousandths)).count(), expected);
        }
    }

    /// The only test that changes the share of the process: others would see it.
    #[test]
    fn the_interpreter_counts_where_both_differ_and_the_difference_is_kept() {
        compare(1_000);
        let (watch, partner) = (Watch::default(), Name::from("P1"));
        let settle = |watch: &Watch, interpreted: Result<i32, &'static str>| {
            let words = |fault: &&'static str| (*fault != "budget").then(|| (*fault).to_owned());
            watch.settle(&partner, 7, || interpreted, words)
        };
        assert_eq!(settle(&watch, Ok(7)), Ok(7));
        assert_eq!(settle(&watch, Err("budget")), Ok(7), "a budget that is used up does not count");
        assert!(watch.difference().is_none() && watch.news().is_none());
        assert_eq!(settle(&watch, Ok(8)), Ok(8));
        let expected = Difference::Answers { partner: "P1".into(), typed: "7".into(), interpreted: "8".into() };
        assert_eq!(watch.news(), Some(&expected));
        assert_eq!((watch.news(), watch.difference()), (None, Some(&expected)));
        let other = Watch::default();
        assert_eq!(settle(&other, Err("no answer")), Err("no answer"));
        assert!(other.difference().is_some());
        compare(0);
    }
}
