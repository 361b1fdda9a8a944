//! A function that scripts may call: its declaration, and how it reads its arguments.

use super::super::FactKind;
use super::super::kind_fault::KindFault;
use super::super::name_fault::NameFault;
use super::super::outcome_fault::OutcomeFault;
use super::super::table::{Table, Tables};
use super::super::table_key::{Key, KeyColumn};
use super::complaint::Complaint;
use super::facts::FactSchema;
use super::kind::Kind;
use super::operators::binary;
use super::value::{Answer, Date, items, length, list, number};
use crate::finding::did_you_mean;
use chrono::NaiveDate;
use rhai::{Dynamic, EvalAltResult, FnPtr, NativeCallContext};
use rust_decimal::{Decimal, RoundingStrategy};
use std::cmp::Ordering;

/// Return value of a function, or the reason why there is none.
pub(super) type Outcome = Result<Dynamic, Box<EvalAltResult>>;

/// One call.
pub(in crate::script) struct Call<'c, 'a> {
    pub function: &'static str,
    pub context: NativeCallContext<'c>,
    pub arguments: &'c mut [&'a mut Dynamic],
    pub schema: &'c FactSchema,
    pub tables: &'c Tables,
}

/// A function scripts may call.
pub(in crate::script) struct Function {
    pub name: &'static str,
    /// Signatures: names of the arguments, one entry per number of arguments.
    pub signatures: &'static [&'static [&'static str]],
    /// Usually written `x.name(…)`.
    pub is_method: bool,
    /// Kind of its return value: "number", "text", "list".
    pub returns: &'static str,
    /// For rule authors.
    pub doc: &'static str,
    /// Rhai that is true.
    pub examples: &'static [&'static str],
    pub run: fn(Call<'_, '_>) -> Outcome,
}

impl Function {
    /// True when it takes that many arguments.
    pub fn takes(&self, arguments: usize) -> bool {
        self.signatures.iter().any(|signature| signature.len() == arguments)
    }
}

macro_rules! functions {
    ($table:ident: $($name:ident $signatures:tt -> $returns:literal $($method:ident)?: $doc:literal, $examples:tt, $run:expr;)+) => {
        /// In the order of the reference page.
        pub(in crate::script) static $table: &[Function] = &[$(Function {
            name: stringify!($name),
            signatures: functions!(@signatures $signatures),
            is_method: functions!(@method $($method)?),
            returns: $returns,
            doc: $doc,
            examples: &$examples,
            run: $run,
        },)+];
    };
    (@signatures ($($signature:tt)|+)) => { &[$(&$signature),+] };
    (@method) => { false };
    (@method method) => { true };
}

pub(in crate::script) use functions;

impl Call<'_, '_> {
    pub(super) fn wrong(&self, argument: usize, expected: &'static str) -> Box<EvalAltResult> {
        match Kind::of(self.arguments[argument]) {
            Kind::NotKnown => Complaint::NotKnown { operand: argument }.into(),
            found => Complaint::Argument { function: self.function, argument, expected, found }.into(),
        }
    }

    pub(super) fn number(&self, argument: usize) -> Result<Decimal, Box<EvalAltResult>> {
        number(self.arguments[argument]).ok_or_else(|| self.wrong(argument, "a number"))
    }

    pub(super) fn whole(&self, argument: usize) -> Result<i64, Box<EvalAltResult>> {
        let number = self.number(argument)?;
        let whole =
            Some(number).filter(|number| number.fract().is_zero()).and_then(|number| i64::try_from(number).ok());
        whole.ok_or_else(|| self.wrong(argument, "a whole number"))
    }

    pub(super) fn text(&self, argument: usize) -> Result<String, Box<EvalAltResult>> {
        match self.arguments[argument].as_immutable_string_ref() {
            Ok(text) => Ok(text.to_string()),
            Err(_) => Err(self.wrong(argument, "a text")),
        }
    }

    pub(super) fn date(&self, argument: usize) -> Result<NaiveDate, Box<EvalAltResult>> {
        let date = self.arguments[argument].clone().try_cast::<Date>();
        date.map(|date| date.0).ok_or_else(|| self.wrong(argument, "a date"))
    }

    pub(super) fn items(&self, argument: usize) -> Result<Vec<Dynamic>, Box<EvalAltResult>> {
        items(self.arguments[argument]).ok_or_else(|| self.wrong(argument, "a list"))
    }

    pub(super) fn function(&self, argument: usize) -> Result<FnPtr, Box<EvalAltResult>> {
        let function = self.arguments[argument].clone().try_cast::<FnPtr>();
        function.ok_or_else(|| self.wrong(argument, "a function such as `|item| item.amount`"))
    }

    /// The answer in the first argument, changed.
    pub(super) fn answer(&self, change: impl FnOnce(&mut Answer, &Self) -> Result<(), Box<EvalAltResult>>) -> Outcome {
        let answer = self.arguments[0].clone().try_cast::<Answer>();
        let mut answer = answer.ok_or_else(|| self.wrong(0, "what `indicate` or `abstain` gives"))?;
        change(&mut answer, self)?;
        Ok(Dynamic::from(answer))
    }

    pub(super) fn bound(&self, set: impl FnOnce(&mut Answer, Decimal)) -> Outcome {
        self.answer(|answer, call| {
            if matches!(answer, Answer::Abstained { .. }) {
                return Err(OutcomeFault::BoundOnAbstention { function: call.function.to_owned() }.into());
            }
            set(answer, call.number(1)?);
            Ok(())
        })
    }

    pub(super) fn extreme(&self, wanted: Ordering) -> Outcome {
        let items = if self.arguments.len() == 1 {
            self.items(0)?
        } else {
            self.arguments.iter().map(|argument| (**argument).clone()).collect()
        };
        let operator = if wanted == Ordering::Less { "<" } else { ">" };
        let mut best: Option<Dynamic> = None;
        for (index, item) in items.into_iter().enumerate() {
            let kind = Kind::of(&item);
            if kind == Kind::NotKnown {
                return Err(self.item_not_known(index));
            }
            if !kind.is_numeric() && kind != Kind::Date {
                return Err(Complaint::Operand { operator: self.function, found: kind }.into());
            }
            best = Some(match best {
                None => item,
                Some(best) if binary(operator, &item, &best)?.as_bool() == Ok(true) => item,
                Some(best) => best,
            });
        }
        Ok(best.unwrap_or(Dynamic::UNIT))
    }

    /// Item `index` is not known: of the arguments themselves, or of the one list.
    pub(super) fn item_not_known(&self, index: usize) -> Box<EvalAltResult> {
        if self.arguments.len() > 1 {
            return Complaint::NotKnown { operand: index }.into();
        }
        OutcomeFault::ItemNotKnown { item: index + 1 }.into()
    }

    pub(super) fn sum(&self) -> Result<Decimal, Box<EvalAltResult>> {
        let mut total = Decimal::ZERO;
        for (index, item) in self.items(0)?.iter().enumerate() {
            let found = Kind::of(item);
            if found == Kind::NotKnown {
                return Err(self.item_not_known(index));
            }
            let item = number(item).ok_or(Complaint::Operand { operator: self.function, found })?;
            total = total.checked_add(item).ok_or_else(Complaint::out_of_range)?;
        }
        Ok(total)
    }

    pub(super) fn places(&self, argument: usize) -> Result<u32, Box<EvalAltResult>> {
        let Some(value) = self.arguments.get(argument) else { return Ok(0) };
        let places = value.as_int().ok().and_then(|places| u32::try_from(places).ok()).filter(|places| *places <= 12);
        places.ok_or_else(|| match Kind::of(value) {
            Kind::Count => OutcomeFault::DecimalPlaces {}.into(),
            _ => self.wrong(argument, "a whole number"),
        })
    }

    pub(super) fn rounded(&self, strategy: RoundingStrategy) -> Outcome {
        Ok(Dynamic::from_decimal(self.number(0)?.round_dp_with_strategy(self.places(1)?, strategy)))
    }

    pub(super) fn stepped(&self, strategy: RoundingStrategy) -> Outcome {
        let (x, step) = (self.number(0)?, self.number(1)?);
        if step <= Decimal::ZERO {
            return Err(OutcomeFault::RoundingStep {}.into());
        }
        let steps = x.checked_div(step).ok_or_else(Complaint::out_of_range)?.round_dp_with_strategy(0, strategy);
        Ok(Dynamic::from_decimal(steps.checked_mul(step).ok_or_else(Complaint::out_of_range)?))
    }

    pub(super) fn len(&mut self) -> Outcome {
        let value = &*self.arguments[0];
        let count = match Kind::of(value) {
            Kind::List => length(value),
            Kind::Map => value.as_map_ref().ok().map(|map| map.len()),
            Kind::Text => value.as_immutable_string_ref().ok().map(|text| text.chars().count()),
            _ => None,
        };
        let count = count.and_then(|count| i64::try_from(count).ok());
        count.map(Dynamic::from_int).ok_or_else(|| self.wrong(0, "a list, map or text"))
    }

    pub(super) fn each(&self, function: &FnPtr, item: Dynamic) -> Outcome {
        function.call_raw(&self.context, None, [item])
    }

    pub(super) fn test(&self, function: &FnPtr, item: Dynamic) -> Result<bool, Box<EvalAltResult>> {
        let result = self.each(function, item)?;
        result
            .as_bool()
            .map_err(|_| KindFault::Test { function: self.function.to_owned(), found: Kind::of(&result) }.into())
    }

    pub(super) fn holds(&self) -> Result<Vec<bool>, Box<EvalAltResult>> {
        let function = self.function(1)?;
        self.items(0)?.into_iter().map(|item| self.test(&function, item)).collect()
    }

    pub(super) fn filter(&self) -> Outcome {
        let holds = self.holds()?;
        let kept = self.items(0)?.into_iter().zip(holds).filter(|(_, holds)| *holds).map(|(item, _)| item);
        Ok(list(kept.collect()))
    }

    pub(super) fn map(&self) -> Outcome {
        let function = self.function(1)?;
        let made: Result<Vec<Dynamic>, _> = self.items(0)?.into_iter().map(|item| self.each(&function, item)).collect();
        Ok(list(made?))
    }

    /// The keys of a lookup: one value, or a list of as many as the table has.
    pub(super) fn keys(&self, table: &Table) -> Result<Vec<Key>, Box<EvalAltResult>> {
        let given = items(self.arguments[1]).unwrap_or_else(|| vec![self.arguments[1].clone()]);
        if given.len() != table.keys.len() {
            let (table, given) = (table.name.to_string(), given.len());
            let keys = self.tables.get(&table).into_iter().flat_map(|table| &table.keys);
            let keys = keys.map(|key| key.name.to_string()).collect();
            return Err(KindFault::LookupKeys { table, keys, given }.into());
        }
        let wrong = |expected| self.wrong(1, expected);
        let key = |(column, value): (&KeyColumn, Dynamic)| {
            if value.is_unit() {
                return Err(Complaint::NotKnown { operand: 1 }.into());
            }
            let text = || value.as_immutable_string_ref().map(|text| Key::Text(text.as_str().into())).ok();
            let date = || value.clone().try_cast::<Date>().map(|date| Key::Date(date.0));
            match (column.is_band, column.kind) {
                (false, _) => text().ok_or_else(|| wrong("a text")),
                (true, FactKind::Date) => date().ok_or_else(|| wrong("a date")),
                (true, _) => {
                    number(&value).map(|number| Key::Number(number.normalize())).ok_or_else(|| wrong("a number"))
                }
            }
        };
        table.keys.iter().zip(given).map(key).collect()
    }

    pub(super) fn table(&self) -> Result<&Table, Box<EvalAltResult>> {
        let name = self.text(0)?;
        self.tables.get(&name).ok_or_else(|| {
            let near = did_you_mean(&name, self.tables.names()).map(str::to_owned);
            NameFault::UnknownLookupTable { table: name.clone(), near }.into()
        })
    }
}
