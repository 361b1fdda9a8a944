//! Calling an entry point, and reading its answer.

use super::api::inspect::shown;
use super::api::kind::Kind;
use super::api::value::{Answer, number};
use super::budget::under_budget;
use super::evaluate::evaluate;
use super::fault::{self, Failure, ScriptFault};
use super::program::{Inner, Program, Scripts};
use super::threads::with_large_stack;
use super::{EntryPoint, FactorOutcome, Facts};
use crate::channel::Name;
use crate::finding::{Code, Finding, Place, did_you_mean};
use crate::units::{MAX_MINOR_UNITS, Money, plain};
use rhai::{Caches, Dynamic};
use rust_decimal::Decimal;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::{Arc, Weak};

impl Scripts {
    /// Calls the factor rule in `path`.
    ///
    /// # Errors
    /// When the rule fails, runs out of its budget, or answers something else than its contract asks for.
    pub fn factor(&self, path: &str, facts: &Facts) -> Result<FactorOutcome, ScriptFault> {
        self.call(path, EntryPoint::Factor, facts, |program, value| factor_outcome(program, &value))
    }

    /// Calls the weights rule in `path`; the weights are ascending by factor and sum to exactly 1.
    ///
    /// # Errors
    /// As [`Scripts::factor`]; also when a name is no factor, a weight is not within 0 to 1, or the sum is not 1.
    pub fn weights(&self, path: &str, facts: &Facts) -> Result<Vec<(Name, Decimal)>, ScriptFault> {
        let factors = &self.inner.factors;
        self.call(path, EntryPoint::Weights, facts, |program, value| weights_outcome(program, &value, factors))
    }

    pub(super) fn call<R: Send>(
        &self,
        path: &str,
        entry: EntryPoint,
        facts: &Facts,
        read: impl FnOnce(&Program, Dynamic) -> Result<R, Finding> + Send,
    ) -> Result<R, ScriptFault> {
        let refused = |message: String| {
            let finding = Finding::error(Code::ScriptEntryPoint, message).at(Place::file(path));
            Err(ScriptFault::from(finding))
        };
        let Some(program) = self.inner.programs.get(path).filter(|program| program.entry == Some(entry)) else {
            return refused(format!("`{path}` is no file with `fn {}`", entry.function()));
        };
        let result = with_large_stack(|| match run(&self.inner, program, entry, facts) {
            Ok(value) => read(program, value).map_err(ScriptFault::from),
            Err(failure) => Err(fault::explain(&self.inner, program, entry, facts, failure)),
        });
        result.unwrap_or_else(|no_thread| refused(no_thread.to_string()))
    }
}

thread_local! {
    /// Which function each call of the latest files resolves to; finding that out anew costs more than most calls.
    static RESOLVED: RefCell<BTreeMap<(u64, usize), Resolved>> = const { RefCell::new(BTreeMap::new()) };
}

/// What the calls of one file resolve to, as long as its compilation is in use.
struct Resolved {
    compilation: Weak<()>,
    caches: Caches,
}

/// How many files' resolutions a thread keeps: all files of some dozens of vendors.
const KEPT: usize = 512;

fn run(inner: &Inner, program: &Program, entry: EntryPoint, facts: &Facts) -> Result<Dynamic, Failure> {
    let key = (inner.id, program.number);
    let mut caches = RESOLVED
        .with_borrow_mut(|all| all.get_mut(&key).map(|kept| std::mem::take(&mut kept.caches)))
        .unwrap_or_default();
    let result = under_budget(inner.budget, || evaluate(&inner.engine, program, entry, facts, &mut caches));
    if matches!(result, Ok(Ok(_))) {
        RESOLVED.with_borrow_mut(|all| {
            if let Some(kept) = all.get_mut(&key) {
                kept.caches = caches;
                return;
            }
            // A replaced revision would live on in what its calls resolved to.
            all.retain(|_, kept| kept.compilation.strong_count() > 0);
            if all.len() >= KEPT {
                all.pop_first();
            }
            all.insert(key, Resolved { compilation: Arc::downgrade(&inner.in_use), caches });
        });
    }
    match result {
        Ok(result) => result.map_err(Failure::Script),
        Err(panicked) => Err(Failure::Panicked(panicked)),
    }
}

fn factor_outcome(program: &Program, value: &Dynamic) -> Result<FactorOutcome, Finding> {
    match value.clone().try_cast::<Answer>() {
        Some(Answer::Abstained { because }) => Ok(FactorOutcome::Abstained { because: because.into() }),
        Some(Answer::Indicated { revenue, floor, ceiling, because }) => {
            for (amount, what) in [(Some(revenue), "revenue"), (floor, "floor"), (ceiling, "ceiling")] {
                if let Some(amount) =
                    amount.filter(|amount| amount.abs() > Decimal::from_i128_with_scale(MAX_MINOR_UNITS, 0))
                {
                    let message = format!("the rule answers with a {what} of {}, which is out of range", plain(amount));
                    return Err(outcome(program, message, "check the units: amounts are at most 10^15"));
                }
            }
            if let (Some(floor), Some(ceiling)) = (floor, ceiling)
                && floor > ceiling
            {
                let message = format!(
                    "the rule answers with a floor of {} above its ceiling of {}",
                    plain(floor),
                    plain(ceiling)
                );
                return Err(outcome(program, message, "keep the floor below the ceiling, for example with `min`"));
            }
            Ok(FactorOutcome::Indicated {
                revenue: Money::new(revenue),
                floor: floor.map(Money::new),
                ceiling: ceiling.map(Money::new),
                because: because.into(),
            })
        }
        None => Err(outcome(
            program,
            format!("`assess` answers with {} instead of an indication", answered(value)),
            if number(value).is_some() {
                "write `indicate(amount).because(\"why\")`"
            } else {
                "end every path with `indicate(…)` or `abstain(…)`"
            },
        )),
    }
}

pub(super) fn answered(value: &Dynamic) -> String {
    match Kind::of(value) {
        Kind::NotKnown => "nothing".to_owned(),
        Kind::Count | Kind::Number | Kind::Text | Kind::Truth => format!("{} ({})", Kind::of(value), shown(value)),
        kind => kind.to_string(),
    }
}

pub(super) fn outcome(program: &Program, message: impl Into<String>, help: impl Into<String>) -> Finding {
    let entry = program.entry.unwrap_or(EntryPoint::Factor);
    let place = program.place_of_entry(entry);
    Finding::error(Code::ScriptOutcome, message).at(place).help(help)
}

fn weights_outcome(program: &Program, value: &Dynamic, factors: &[Name]) -> Result<Vec<(Name, Decimal)>, Finding> {
    let Ok(map) = value.as_map_ref() else {
        let message = format!("`weights` answers with {} instead of a map of weights", answered(value));
        return Err(outcome(program, message, "answer with `#{ history: 0.6, pipeline_coverage: 0.4 }`"));
    };
    let mut weights = Vec::new();
    let mut sum = Decimal::ZERO;
    for (name, weight) in map.iter() {
        let Some(factor) = factors.iter().find(|factor| ***factor == **name) else {
            let help = match did_you_mean(name, factors.iter().map(|factor| &**factor)) {
                Some(near) => format!("did you mean `{near}`?"),
                None => "a factor is a rule file of that name".to_owned(),
            };
            return Err(outcome(program, format!("`weights` names `{name}`, which is no factor"), help));
        };
        let amount = number(weight).ok_or_else(|| {
            outcome(program, format!("the weight of `{name}` is {}", answered(weight)), "write a number from 0 to 1")
        })?;
        if amount < Decimal::ZERO || amount > Decimal::ONE {
            let message = format!("the weight of `{name}` is {}, not within 0 to 1", plain(amount));
            return Err(outcome(program, message, "write a number from 0 to 1"));
        }
        sum += amount;
        weights.push((Arc::clone(factor), amount));
    }
    if sum != Decimal::ONE {
        let gap = Decimal::ONE - sum;
        let direction = if gap > Decimal::ZERO { "raise" } else { "lower" };
        return Err(outcome(
            program,
            format!("the weights sum to {}, not 1", plain(sum.normalize())),
            format!("{direction} one of them by {}", plain(gap.abs().normalize())),
        ));
    }
    weights.sort();
    Ok(weights)
}

#[cfg(test)]
mod tests {
    use super::super::{Contract, ScriptContext, SourceFile, example_facts, spawn_script_thread};
    use super::*;

    fn compiled(number: u32) -> Scripts {
        let text = format!("fn assess(partner) {{ indicate({number}.0).because(\"as told\") }}");
        let source = SourceFile { path: "history.rhai".to_owned(), text: text.into() };
        let contract = Contract { path: "history.rhai".to_owned(), entry: EntryPoint::Factor };
        Scripts::compile(&[source], &[contract], &ScriptContext::default()).0.unwrap()
    }

    #[test]
    fn what_the_calls_of_a_replaced_revision_resolve_to_goes_with_it() {
        let kept = spawn_script_thread("test", || {
            let (facts, other) = (example_facts(), compiled(0));
            other.factor("history.rhai", &facts).unwrap();
            for number in 1..=20 {
                compiled(number).factor("history.rhai", &facts).unwrap();
            }
            other.factor("history.rhai", &facts).unwrap();
            RESOLVED.with_borrow(BTreeMap::len)
        });
        // The one in use, and the last of those that were replaced, which the next one takes along.
        assert_eq!(kept.unwrap().join().unwrap(), 2);
    }
}
