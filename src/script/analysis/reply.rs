//! Decision tables and lookup tables: what they answer, and what they are asked.

use super::super::api::vocabulary::unknown_word;
use super::super::tree::ExpressionKind;
use super::super::unit_fault::UnitFault;
use super::Analysis;
use super::dimension::Dimension;
use super::value::{Known, Operand, Value, What, Words};
use crate::decision::table::{DecisionTable, Kind, Value as Cell};
use crate::finding::{Finding, Place, did_you_mean};
use crate::script::FactKind;
use crate::script::table_key::Key;
use crate::units::plain;
use rust_decimal::Decimal;
use std::rc::Rc;

/// Name under which it is known that an answer has been asked for one of its outputs.
fn asked(answer: &str) -> String {
    format!("{answer}?")
}

/// The same for the path of an output; `None` for other paths.
pub(super) fn asked_by(path: &str) -> Option<String> {
    let (answer, _) = path.rsplit_once('.')?;
    (answer.starts_with('#') && answer.contains('.')).then(|| asked(answer))
}

impl<'a> Analysis<'a> {
    pub(super) fn decision(&self, name: &str) -> Option<&'a DecisionTable> {
        self.context.decisions.get(name)
    }

    /// The answer of a decision table, whose inputs are checked where they are written out.
    pub(super) fn decide_by(&mut self, values: &[Operand<'a>]) -> Value<'a> {
        let Some(name) = values[0].1.written.as_ref().and_then(|written| written.text()).map(str::to_owned) else {
            return Value::open();
        };
        let Some(table) = self.decision(&name) else { return Value::open() };
        if let (What::Map(entries), ExpressionKind::Map(written)) = (&values[1].1.what, &values[1].0.kind) {
            for ((key, value), (_, _, expression)) in entries.iter().zip(written) {
                let Some(column) = table.inputs().iter().position(|input| *input.name == **key) else { continue };
                self.asked_of(table, &name, column, &(expression, value.clone()));
            }
        }
        self.next += 1;
        let path = Some(format!("#{name}.{}", self.next));
        Value { path, ..Value::new(What::Reply(name)) }
    }

    /// Reports a text that no row of the table is for, and rows for texts that the input never is.
    fn asked_of(&mut self, table: &DecisionTable, name: &str, column: usize, input: &Operand<'a>) {
        let Some(declared) = table.inputs().get(column) else { return };
        if declared.kind != Kind::Text {
            return self.asked_of_numbers(table, column, input);
        }
        let vocabulary = format!("value of `{}` in the decision table `{name}`", declared.name);
        if let Some(text) = input.1.written.as_ref().and_then(|written| written.text()) {
            let known = table.texts_of_input(column);
            let known: Vec<&str> = known.iter().map(|(_, text)| &**text).collect();
            let tiers = self.tier_words().filter(|words| {
                let is_tier = |text: &&str| words.known.iter().any(|tier| tier == text);
                !text.is_empty() && !known.is_empty() && known.iter().all(is_tier) && !is_tier(&text)
            });
            if let Some(words) = tiers {
                let known: Vec<&str> = words.known.iter().map(String::as_str).collect();
                return self.report(unknown_word(&words.vocabulary, text, &known), self.span(input.0));
            }
            let has_default = table.outputs().iter().all(|output| output.default.is_some());
            if !table.takes_text(column, text) && (!has_default || did_you_mean(text, known.iter().copied()).is_some())
            {
                self.report(unknown_word(&vocabulary, text, &known), self.span(input.0));
            }
            return;
        }
        let Some(words) = input.1.words.clone() else { return };
        for (row, text) in table.texts_of_input(column) {
            if !words.known.contains(&text.to_string()) {
                let known: Vec<&str> = words.known.iter().map(String::as_str).collect();
                let place = Place::cell(table.file(), row, &*declared.name, &*text);
                let path = table.file().to_owned();
                self.report_in_table(unknown_word(&words.vocabulary, &text, &known), place, &path, row);
            }
        }
    }

    /// Reports a column whose numbers are all on another scale than the input: ratios for money, percentages for a rate.
    /// A column with numbers of both scales may be for several measures.
    fn asked_of_numbers(&mut self, table: &DecisionTable, column: usize, input: &Operand<'a>) {
        let Some(dimension) = input.1.dimension() else { return };
        let numbers = table.numbers_of_input(column);
        let (is_off, most): (fn(Decimal) -> bool, Decimal) = match dimension {
            Dimension::Money => (|size| !size.fract().is_zero(), Decimal::TEN),
            Dimension::Count(_) => (|size| !size.fract().is_zero(), Decimal::ONE),
            Dimension::Rate => (|size| size >= Decimal::TEN, Decimal::MAX),
            Dimension::Open => return,
        };
        let is_alike = |(_, number): &(u64, Decimal)| {
            let is_whole_percentage = number.is_zero() || (number.fract().is_zero() && number.abs() >= Decimal::TEN);
            if dimension == Dimension::Rate { is_whole_percentage } else { number.abs() <= most }
        };
        let off = numbers.iter().find(|(_, number)| is_off(number.abs()));
        let Some((row, number)) = off.copied().filter(|_| numbers.iter().all(is_alike)) else { return };
        let expression = self.text(input.0);
        let fault = match dimension {
            Dimension::Money => UnitFault::RatioOfMoney { amount: expression, number },
            Dimension::Rate => UnitFault::Percentage { expression: Some(expression), number },
            _ => UnitFault::FractionOfCount { expression, number },
        };
        let name = table.inputs().get(column).map(|input| input.name.to_string()).unwrap_or_default();
        let place = Place::cell(table.file(), row, name, plain(number));
        let finding = Finding::from(fault).at(self.unit.source.place(self.span(input.0), "")).at(place);
        self.push(finding, self.unit.source.path.clone(), input.0.at);
    }

    /// An output of a decision table; not known where a row leaves it open.
    pub(super) fn output(&self, table: &str, name: &str, base: Option<&str>) -> Value<'a> {
        let Some(decision) = self.decision(table) else { return Value::open() };
        let path = base.map(|base| format!("{base}.{name}"));
        let Some(column) = decision.outputs().iter().position(|output| *output.name == *name) else {
            return match name {
                "is_match" => Value { path, ..Value::truth() },
                _ => Value::open(),
            };
        };
        let output = &decision.outputs()[column];
        let cells = decision.cells_of_output(column);
        // Who has asked for one output of an answer knows which rows are left.
        let is_asked = base.is_some_and(|base| self.flow.known.contains(&asked(base)));
        let known = if cells.contains(&Cell::NotKnown) && !is_asked { Known::Maybe } else { Known::Yes };
        let (what, words) = match output.kind {
            Kind::Number | Kind::Whole => (What::Number(Dimension::Open), None),
            Kind::Truth => (What::Truth, None),
            Kind::Date => (What::Date, None),
            Kind::Text => {
                let texts = cells.iter().filter_map(|cell| match cell {
                    Cell::Text(text) => Some(text.to_string()),
                    _ => None,
                });
                let vocabulary = format!("value of `{name}` in the decision table `{table}`");
                (What::Text, Some(Rc::new(Words { vocabulary, known: texts.collect() })))
            }
        };
        Value { known, path, words, ..Value::new(what) }
    }

    /// A value of a lookup table; not known when there is no such row.
    pub(super) fn lookup(&mut self, values: &[Operand<'a>]) -> Value<'a> {
        let [(_, table), (key, key_value), (_, column)] = values else { return Value::open() };
        let text = |value: &Value<'a>| value.written.as_ref().and_then(|written| written.text()).map(str::to_owned);
        let (Some(table), Some(column)) = (text(table), text(column)) else { return Value::open() };
        let context = self.context;
        let Some(table) = context.tables.get(&table) else { return Value::open() };
        let first = |keys: &'a Vec<Key>| match keys.first() {
            Some(Key::Text(text)) => Some(&**text),
            _ => None,
        };
        let known: Vec<&str> = table.rows.keys().filter_map(first).collect();
        // A table need not have a row for every key; one that is nearly a key of it is misspelt.
        let is_misspelt =
            |key: &String| !known.contains(&key.as_str()) && did_you_mean(key, known.iter().copied()).is_some();
        if let Some(written) = text(key_value).filter(is_misspelt) {
            let vocabulary = format!("key of the lookup table `{}`", table.name);
            self.report(unknown_word(&vocabulary, &written, &known), self.span(key));
        }
        let Some((_, kind)) = table.column(&column).and_then(|index| table.columns.get(index)) else {
            return Value::open();
        };
        match kind {
            FactKind::Text => Value::new(What::Text).maybe(),
            FactKind::Truth => Value::truth().maybe(),
            FactKind::Date => Value::new(What::Date).maybe(),
            _ => Value::number(Dimension::Open).maybe(),
        }
    }
}
