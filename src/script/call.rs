//! Calling an entry point, and reading its answer.

use super::api::inspect::shown;
use super::api::kind::Kind;
use super::api::value::{Answer, number};
use super::budget::under_budget;
use super::decided_size::expect_short;
use super::evaluate::evaluate;
use super::fault::{self, Failure, ScriptFault};
use super::form_fault::FormFault;
use super::name_fault::NameFault;
use super::outcome_fault::OutcomeFault;
use super::program::{Inner, Program, Scripts};
use super::shadow::Difference;
use super::threads::with_large_stack;
use super::typed::{Ground, Rule};
use super::{EntryPoint, FactorOutcome, Facts};
use crate::cancel::is_cancelled;
use crate::channel::Name;
use crate::finding::{Code, Fault, Finding, Place, did_you_mean};
use crate::units::{Currency, MAX_MINOR_UNITS, Money};
use rhai::{Caches, Dynamic};
use rust_decimal::Decimal;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Weak};

impl Scripts {
    /// Calls the factor rule in `path`.
    ///
    /// # Errors
    /// When the rule fails, runs out of its budget, or answers something else than its contract asks for.
    pub fn factor(&self, path: &str, facts: &Facts) -> Result<FactorOutcome, ScriptFault> {
        self.settle(path, facts, self.typed_factor(path, facts), || {
            self.call(path, EntryPoint::Factor, facts, |program, value| {
                factor_outcome(program, &value, facts.line().channel.currency)
            })
        })
    }

    /// Returns what the typed code of a factor rule answers; `None` where it leaves the call to the interpreter.
    pub fn typed_factor(&self, path: &str, facts: &Facts) -> Option<FactorOutcome> {
        let answer = self.typed(path, EntryPoint::Factor)?.factor(self.ground(facts))?;
        checked(answer, facts.line().channel.currency).ok()
    }

    /// Returns what the typed code of the weights rule answers; `None` where it leaves the call to the interpreter.
    pub fn typed_weights(&self, path: &str, facts: &Facts) -> Option<Vec<(Name, Decimal)>> {
        self.typed(path, EntryPoint::Weights)?.weights(self.ground(facts))
    }

    pub(super) fn ground<'a>(&'a self, facts: &'a Facts) -> Ground<'a> {
        Ground { facts, tables: &self.inner.tables, schema: &self.inner.schema }
    }

    /// The typed code to be run; none once the caller no longer waits, which the interpreter reports.
    pub(super) fn typed(&self, path: &str, entry: EntryPoint) -> Option<&Rule> {
        let is_entry = || self.inner.programs.get(path).is_some_and(|program| program.entry == Some(entry));
        let rule = self.inner.typed.get(path)?.as_ref().ok()?;
        let is_typed = !self.is_interpreted && rule.watch.difference().is_none();
        (is_typed && !is_cancelled() && is_entry()).then_some(rule)
    }

    /// The answer that counts: that of typed code where there is one, else the interpreter's; with `--shadow` both are
    /// compared.
    pub(super) fn settle<T: PartialEq + fmt::Debug>(
        &self,
        path: &str,
        facts: &Facts,
        typed: Option<T>,
        interpret: impl FnOnce() -> Result<T, ScriptFault>,
    ) -> Result<T, ScriptFault> {
        let rule = self.inner.typed.get(path).and_then(|rule| rule.as_ref().ok());
        match (typed, rule) {
            (Some(typed), Some(rule)) => {
                // A budget that is used up, or a caller that is gone, says nothing about the rule.
                let says = |fault: &ScriptFault| fault.finding.code() != Code::ScriptBudget && !is_cancelled();
                let words = |fault: &ScriptFault| says(fault).then(|| fault.finding.message());
                rule.watch.settle(&facts.line().identity.partner_id, typed, interpret, words)
            }
            _ => interpret(),
        }
    }

    /// Returns the rules that are left to the interpreter because it differed from their typed code, by path, ascending;
    /// with `are_new` those that were not asked for so before.
    pub fn differences(&self, are_new: bool) -> impl Iterator<Item = (&str, &Difference)> {
        let typed = self.inner.typed.iter();
        let watches = typed.filter_map(|(path, rule)| Some((path.as_str(), &rule.as_ref().ok()?.watch)));
        watches.filter_map(move |(path, watch)| {
            let difference = if are_new { watch.news() } else { watch.difference() };
            Some((path, difference?))
        })
    }

    /// Calls the weights rule in `path`; the weights are ascending by factor and sum to exactly 1.
    ///
    /// # Errors
    /// As [`Scripts::factor`]; also when a name is not a factor, a weight is not within 0 to 1, or the sum is not 1.
    pub fn weights(&self, path: &str, facts: &Facts) -> Result<Vec<(Name, Decimal)>, ScriptFault> {
        let factors = &self.inner.factors;
        self.settle(path, facts, self.typed_weights(path, facts), || {
            self.call(path, EntryPoint::Weights, facts, |program, value| weights_outcome(program, &value, factors))
        })
    }

    pub(super) fn call<R: Send>(
        &self,
        path: &str,
        entry: EntryPoint,
        facts: &Facts,
        read: impl FnOnce(&Program, Dynamic) -> Result<R, Finding> + Send,
    ) -> Result<R, ScriptFault> {
        let refused = |fault: Arc<dyn Fault>| Err(ScriptFault::from(Finding::shared(fault).at(Place::file(path))));
        let Some(program) = self.inner.programs.get(path).filter(|program| program.entry == Some(entry)) else {
            return refused(Arc::new(NameFault::NotAnEntryPoint { file: path.to_owned(), entry }));
        };
        let result = with_large_stack(|| match run(&self.inner, program, entry, facts) {
            Ok(value) => read(program, value).map_err(ScriptFault::from),
            Err(failure) => Err(fault::explain(&self.inner, program, entry, facts, failure)),
        });
        result.unwrap_or_else(|no_thread| refused(Arc::new(FormFault::NoThread { reason: no_thread.to_string() })))
    }
}

thread_local! {
    /// Function that each call of the latest files resolves to; resolving again costs more than most calls.
    static RESOLVED: RefCell<BTreeMap<(u64, usize), Resolved>> = const { RefCell::new(BTreeMap::new()) };
}

/// Resolved calls of one file, as long as its compilation is in use.
struct Resolved {
    compilation: Weak<()>,
    caches: Caches,
}

/// Most files whose resolved calls a thread stores: all files of some dozens of vendors.
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

fn factor_outcome(program: &Program, value: &Dynamic, currency: Currency) -> Result<FactorOutcome, Finding> {
    match value.clone().try_cast::<Answer>() {
        Some(answer) => checked(answer, currency).map_err(|fault| outcome(program, fault)),
        None => {
            let (found, is_number) = (answered(value), number(value).is_some());
            Err(outcome(program, OutcomeFault::NotAnIndication { found, is_number }))
        }
    }
}

/// The outcome that an answer is, within the limits of amounts and reasons.
fn checked(answer: Answer, currency: Currency) -> Result<FactorOutcome, OutcomeFault> {
    let (revenue, floor, ceiling, because, source) = match answer {
        Answer::Abstained { because, source } => {
            expect_short(&because)?;
            return Ok(FactorOutcome::Abstained { because: because.into(), source });
        }
        Answer::Indicated { revenue, floor, ceiling, because, source } => (revenue, floor, ceiling, because, source),
    };
    for (amount, figure) in [(Some(revenue), "revenue"), (floor, "floor"), (ceiling, "ceiling")] {
        let limit = Decimal::from_i128_with_scale(MAX_MINOR_UNITS, 0);
        if let Some(amount) = amount.filter(|amount| amount.abs() > limit) {
            return Err(OutcomeFault::OutOfRange { figure, amount });
        }
    }
    if let (Some(floor), Some(ceiling)) = (floor, ceiling)
        && floor > ceiling
    {
        return Err(OutcomeFault::FloorAboveCeiling { floor, ceiling });
    }
    expect_short(&because)?;
    Ok(FactorOutcome::Indicated {
        revenue: Money::new(revenue, currency),
        floor: floor.map(|floor| Money::new(floor, currency)),
        ceiling: ceiling.map(|ceiling| Money::new(ceiling, currency)),
        because: because.into(),
        source,
    })
}

pub(super) fn answered(value: &Dynamic) -> String {
    match Kind::of(value) {
        Kind::NotKnown => "nothing".to_owned(),
        Kind::Count | Kind::Number | Kind::Text | Kind::Truth => format!("{} ({})", Kind::of(value), shown(value)),
        kind => kind.to_string(),
    }
}

/// A fault of the answer, at the entry point.
pub(super) fn outcome(program: &Program, fault: OutcomeFault) -> Finding {
    let entry = program.entry.unwrap_or(EntryPoint::Factor);
    Finding::from(fault).at(program.place_of_entry(entry))
}

fn weights_outcome(program: &Program, value: &Dynamic, factors: &[Name]) -> Result<Vec<(Name, Decimal)>, Finding> {
    let Ok(map) = value.as_map_ref() else {
        return Err(outcome(program, OutcomeFault::NotWeights { found: answered(value) }));
    };
    let mut weights = Vec::new();
    let mut sum = Decimal::ZERO;
    for (name, weight) in map.iter() {
        let Some(factor) = factors.iter().find(|factor| ***factor == **name) else {
            let near = did_you_mean(name, factors.iter().map(|factor| &**factor)).map(str::to_owned);
            return Err(outcome(program, OutcomeFault::NotAFactor { name: name.to_string(), near }));
        };
        let amount = number(weight).ok_or_else(|| {
            outcome(program, OutcomeFault::WeightKind { factor: name.to_string(), found: answered(weight) })
        })?;
        if amount < Decimal::ZERO || amount > Decimal::ONE {
            return Err(outcome(program, OutcomeFault::WeightRange { factor: name.to_string(), weight: amount }));
        }
        sum += amount;
        weights.push((Arc::clone(factor), amount));
    }
    if sum != Decimal::ONE {
        return Err(outcome(program, OutcomeFault::WeightSum { sum }));
    }
    weights.sort();
    Ok(weights)
}

#[cfg(test)]
mod tests {
    use super::super::{Contract, ScriptContext, SourceFile, example_facts, spawn_script_thread};
    use super::*;

    fn compiled(number: u32) -> Scripts {
        let text = format!("fn assess(partner) {{ indicate({number}.0).because(\"as planned\") }}");
        let source = SourceFile { path: "history.rhai".to_owned(), text: text.into() };
        let contract = Contract { path: "history.rhai".to_owned(), entry: EntryPoint::Factor };
        Scripts::compile(&[source], &[contract], &ScriptContext::default()).value.unwrap().interpreted()
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
