//! Expressions: literals, variables, facts, and what joins values.

use super::super::api::facts::FactSource;
use super::super::api::ids::{PARTNER, ViewId};
use super::super::api::value::Value as FactGroup;
use super::super::kind_fault::KindFault;
use super::super::program::Unit;
use super::super::tree::{Expression, ExpressionKind};
use super::super::unit_fault::UnitFault;
use super::Analysis;
use super::dimension::Dimension;
use super::value::{Fixed, Known, Value, What, When, Words, Written};
use rust_decimal::Decimal;
use std::collections::BTreeSet;
use std::rc::Rc;

impl<'a> Analysis<'a> {
    pub(super) fn expression(&mut self, expression: &'a Expression) -> Value<'a> {
        use ExpressionKind as E;
        self.steps += 1;
        match &expression.kind {
            E::NotKnown => Value::new(What::Absent),
            E::Truth(truth) => self.literal(expression, What::Truth, Fixed::Truth(*truth)),
            E::Count(number) => self.number(expression, Decimal::from(*number)),
            E::Number(number) => self.number(expression, *number),
            E::Text(text) => self.literal(expression, What::Text, Fixed::Text(text.clone())),
            E::Interpolated(parts) => {
                parts.iter().for_each(|part| drop(self.expression(part)));
                Value::new(What::Text)
            }
            E::List(items) => {
                let items: Vec<Value<'a>> = items.iter().map(|item| self.expression(item)).collect();
                let item = items.into_iter().reduce(Value::join).unwrap_or_else(Value::open);
                Value::new(What::List(Box::new(item)))
            }
            E::Map(entries) => {
                let entries = entries.iter().map(|(name, _, value)| (name.clone(), self.expression(value)));
                Value::new(What::Map(entries.collect()))
            }
            E::Variable(name) => {
                let value = self.flow.variable(name).cloned().unwrap_or_else(Value::open);
                self.flow.seen(value)
            }
            E::Qualified { namespace, name } => self.constant(namespace, name),
            E::Member { object, name, .. } => {
                let value = self.member(object, name);
                let origin = (value.known == Known::Maybe).then(|| (self.unit, self.span(expression)));
                Value { origin, ..value }
            }
            E::Index { object, index, .. } => {
                let list = self.expression(object);
                self.demand(&list, object);
                self.expression(index);
                let key = match &index.kind {
                    E::Text(key) => Some(key.as_str()),
                    _ => None,
                };
                match (&list.what, key) {
                    (What::Map(entries), Some(key)) => entry(entries, key),
                    _ => list.item(),
                }
            }
            E::Method { object, name, arguments } => {
                let whole: Vec<&'a Expression> = std::iter::once(&**object).chain(arguments).collect();
                self.host(name, &whole)
            }
            E::Call { namespace, name, arguments } => self.call(namespace, name, arguments),
            E::Operator { name, operands } => self.operator(name, expression, operands),
            E::And(parts) => self.all(parts),
            E::Or(parts) => self.any(parts),
            E::Coalesce(parts) => self.alternatives(parts),
            E::Block(body) => self.block(body),
            E::Character | E::Other | E::This | E::Literal(_) => Value::open(),
        }
    }

    fn literal(&self, expression: &Expression, what: What<'a>, fixed: Fixed) -> Value<'a> {
        Value { written: Some(Written { fixed, unit: self.unit, span: self.span(expression) }), ..Value::new(what) }
    }

    fn number(&self, expression: &Expression, number: Decimal) -> Value<'a> {
        self.literal(expression, What::Number(Dimension::Open), Fixed::Number(number))
    }

    /// A constant of this file or of a module, with the literal it is.
    fn constant(&mut self, namespace: &[String], name: &str) -> Value<'a> {
        let Some(unit) = self.module(namespace) else { return Value::open() };
        let Some(constant) = unit.tree.constants.iter().find(|constant| constant.name == name) else {
            return Value::open();
        };
        if self.calls.len() > super::MAX_CALLS * 2 {
            return Value::open();
        }
        self.calls.push((String::new(), String::new(), 0));
        let caller = std::mem::replace(&mut self.unit, unit);
        let value = match &constant.value.kind {
            // At the top of a file, constants name each other without `global`.
            ExpressionKind::Variable(other) => self.constant(&["global".to_owned()], other),
            _ => self.expression(&constant.value),
        };
        self.unit = caller;
        self.calls.pop();
        value
    }

    /// The file that a namespace means.
    pub(super) fn module(&self, namespace: &[String]) -> Option<&'a Unit> {
        let [alias] = namespace else { return None };
        if alias == "global" {
            return Some(self.unit);
        }
        let import = self.unit.tree.imports.iter().find(|import| import.alias == *alias)?;
        self.units.get(&format!("{}.rhai", import.path.as_deref()?))
    }

    fn member(&mut self, object: &'a Expression, name: &str) -> Value<'a> {
        let group = self.expression(object);
        let value = match &group.what {
            What::Group(view) => self.fact(*view, name, group.path.as_deref()),
            What::Reply(table) => self.output(table, name, group.path.as_deref()),
            What::Map(entries) => entry(entries, name),
            _ => Value::open(),
        };
        self.flow.seen(value)
    }

    /// The value of a fact of a group.
    pub(super) fn fact(&self, view: ViewId, name: &str, group: Option<&str>) -> Value<'a> {
        let Some(fact) = self.schema.view(view).fact(name) else { return Value::open() };
        let path = group.map(|group| format!("{group}.{name}"));
        let what = match self.schema.target(view, name) {
            Some(FactGroup::View(view)) => What::Group(view),
            Some(FactGroup::List(list)) => {
                let item = match list.record() {
                    Some(view) => Value::new(What::Group(view)),
                    None => Value::number(Dimension::Money),
                };
                What::List(Box::new(item))
            }
            _ => match (&fact.source, Self::of_kind(fact.kind, fact.unit)) {
                // `rate` and `count` declare any number there, such as hours, or amounts in thousands.
                (
                    FactSource::Declared { .. } | FactSource::Column { .. },
                    What::Number(Dimension::Rate | Dimension::Count(_)),
                ) => What::Number(Dimension::Open),
                (_, what) => what,
            },
        };
        // A table that the manifest declares is expected in the book, and so are the values of its columns.
        let is_declared =
            matches!(fact.source, FactSource::Column { .. } | FactSource::Policy(_) | FactSource::Table(_));
        let known = if fact.is_optional && !is_declared { Known::Maybe } else { Known::Yes };
        let words = if view == PARTNER && name == "tier" { self.tier_words() } else { None };
        Value { known, path, words, most: fact.most, ..Value::new(what) }
    }

    /// The tiers as a closed set; `None` when the manifest has none.
    pub(super) fn tier_words(&self) -> Option<Rc<Words>> {
        let known: Vec<String> = self.tiers().iter().map(ToString::to_string).collect();
        (!known.is_empty()).then(|| Rc::new(Words { vocabulary: "tier of the manifest".to_owned(), known }))
    }

    fn all(&mut self, parts: &'a [Expression]) -> Value<'a> {
        let before = self.flow.known.clone();
        let (mut yes, mut no): (BTreeSet<String>, Option<BTreeSet<String>>) = (BTreeSet::new(), None);
        for part in parts {
            let value = self.condition(part);
            let here: BTreeSet<String> = value.when.no.union(&yes).cloned().collect();
            no = Some(match no {
                Some(known) => known.intersection(&here).cloned().collect(),
                None => here,
            });
            yes.extend(value.when.yes.iter().cloned());
            self.flow.learn(&value.when.yes);
        }
        self.flow.known = before;
        Value { when: When { yes, no: no.unwrap_or_default() }, ..Value::truth() }
    }

    fn any(&mut self, parts: &'a [Expression]) -> Value<'a> {
        let before = self.flow.known.clone();
        let (mut yes, mut no): (Option<BTreeSet<String>>, BTreeSet<String>) = (None, BTreeSet::new());
        for part in parts {
            let value = self.condition(part);
            let here: BTreeSet<String> = value.when.yes.union(&no).cloned().collect();
            yes = Some(match yes {
                Some(known) => known.intersection(&here).cloned().collect(),
                None => here,
            });
            no.extend(value.when.no.iter().cloned());
            self.flow.learn(&value.when.no);
        }
        self.flow.known = before;
        Value { when: When { yes: yes.unwrap_or_default(), no }, ..Value::truth() }
    }

    /// `a ?? b`: known when the last is, of the kind that both have.
    fn alternatives(&mut self, parts: &'a [Expression]) -> Value<'a> {
        let values: Vec<Value<'a>> = parts.iter().map(|part| self.expression(part)).collect();
        for (pair, parts) in values.windows(2).zip(parts.windows(2)) {
            let [left, right] = pair else { continue };
            let words = (Self::kind_words(left), Self::kind_words(right));
            if let (Some(left_is), Some(right_is)) = words
                && left_is != right_is
            {
                self.report(KindFault::Alternative { left: left_is, right: right_is }, self.span(&parts[1]));
            } else if let (Some(one), Some(other)) = (left.dimension(), right.dimension())
                && !one.fits(other)
            {
                let (left, right) = (self.text(&parts[0]), self.text(&parts[1]));
                let fault = UnitFault::Alternative { left, left_is: one.words(), right, right_is: other.words() };
                self.report(fault, self.span(&parts[1]));
            }
            self.fallback_word(left, right);
        }
        let last = values.last().map_or(Known::Yes, |last| last.known);
        let is_absent = values.last().is_some_and(|last| matches!(last.what, What::Absent));
        // A fact that has been asked for needs no fallback any more.
        let is_asked = values.first().is_some_and(|first| first.known == Known::Yes);
        let fallback =
            match (values.first().filter(|_| !is_asked), values.last().and_then(|last| last.written.as_ref())) {
                (Some(Value { path: Some(path), .. }), Some(written)) if values.len() == 2 => {
                    Some((path.clone(), written.fixed.clone()))
                }
                _ => None,
            };
        let when = fallback.as_ref().map(|(path, fixed)| match fixed {
            Fixed::Truth(false) => When { yes: [path.clone()].into(), no: BTreeSet::new() },
            Fixed::Truth(true) => When { yes: BTreeSet::new(), no: [path.clone()].into() },
            Fixed::Number(_) | Fixed::Text(_) => When::default(),
        });
        let most = values.first().and_then(|first| first.most);
        let words = values.first().and_then(|first| with_fallback(first, values.last()));
        let value = values.into_iter().reduce(Value::join).unwrap_or_else(Value::open);
        let known = if is_absent { Known::Maybe } else { last };
        Value { known, path: None, written: None, words, most, fallback, when: when.unwrap_or_default(), ..value }
    }
}

fn entry<'a>(entries: &[(String, Value<'a>)], key: &str) -> Value<'a> {
    entries.iter().find(|(name, _)| name == key).map_or_else(Value::open, |(_, value)| value.clone())
}

/// The set of the first value of `a ?? b`, with the text that stands for what is not known.
fn with_fallback(first: &Value<'_>, last: Option<&Value<'_>>) -> Option<Rc<Words>> {
    let words = first.words.as_ref()?;
    let text = last.and_then(|last| last.written.as_ref()).and_then(Written::text);
    match text.filter(|text| !text.is_empty() && !words.known.iter().any(|known| known == text)) {
        None => Some(Rc::clone(words)),
        Some(text) => {
            let known = words.known.iter().cloned().chain([text.to_owned()]).collect();
            Some(Rc::new(Words { vocabulary: words.vocabulary.clone(), known }))
        }
    }
}
