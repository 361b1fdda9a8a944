//! Data beside the facts of the line: lookup tables and peers.

use super::super::FactKind;
use super::super::api::ids::PARTNER;
use super::super::api::peers::{is_cohort, numeric_fact};
use super::super::peers::PeerGroup;
use super::super::table::{FactValue, Table};
use super::super::table_key::{Key, KeyColumn};
use super::super::tree::{Expression, ExpressionKind};
use super::facts::{fact, short};
use super::frame::{Frame, Given, Miss, code, exactly, known, text_code};
use super::lower::{Lowered, Lowerer, Variable};
use super::operand::{Operand, Text, Typed};
use crate::channel::Name;
use chrono::NaiveDate;
use rust_decimal::Decimal;
use std::sync::Arc;

/// A key that is looked up.
enum KeyCode {
    Text(Text),
    Number(Operand<Decimal>),
    Date(Operand<NaiveDate>),
}

impl KeyCode {
    fn key(&self, frame: &mut Frame<'_>) -> Given<Key> {
        match self {
            Self::Text(text) => known(text.get(frame)).map(|text| Key::Text(text.into())),
            Self::Number(number) => number.known(frame).map(|number| Key::Number(number.normalize())),
            Self::Date(date) => date.known(frame).map(Key::Date),
        }
    }
}

/// Keys of a row of a table.
struct Keys {
    table: Name,
    keys: Box<[KeyCode]>,
}

impl Keys {
    /// The row; not known when the table has none.
    fn row<'a>(&self, frame: &mut Frame<'a>) -> Given<&'a [FactValue]> {
        let keys = self.keys.iter().map(|key| key.key(frame)).collect::<Given<Vec<Key>>>()?;
        let tables = frame.tables;
        exactly(tables.get(&self.table))?.row(&keys).ok_or(Miss::NotKnown)
    }

    fn value<'a>(&self, frame: &mut Frame<'a>, column: usize) -> Given<&'a FactValue> {
        match self.row(frame)?.get(column) {
            None | Some(FactValue::NotKnown) => Err(Miss::NotKnown),
            Some(value) => Ok(value),
        }
    }
}

/// A column of a table as an expression; `None` for a kind that no table has.
fn cell(keys: Keys, column: usize, kind: FactKind) -> Option<Typed> {
    macro_rules! cell {
        ($variant:ident) => {
            Operand::Code(code(move |frame| match keys.value(frame, column)? {
                FactValue::$variant(value) => Ok(*value),
                _ => Err(Miss::Failed),
            }))
        };
    }
    Some(match kind {
        FactKind::Money | FactKind::Rate => Typed::Number(cell!(Number)),
        FactKind::Count => Typed::Count(cell!(Count)),
        FactKind::Truth => Typed::Truth(cell!(Truth)),
        FactKind::Date => Typed::Date(cell!(Date)),
        FactKind::Text => Typed::Text(Text::Code(text_code(move |frame| match keys.value(frame, column)? {
            FactValue::Text(text) => short(text),
            _ => Err(Miss::Failed),
        }))),
        FactKind::List | FactKind::Group => return None,
    })
}

/// The peers of the line; not known where its group is not known.
fn peers(frame: &Frame<'_>, group: &str) -> Given<PeerGroup> {
    let peers = exactly(frame.facts.peers())?;
    peers.of(group, frame.facts.line()).ok_or(Miss::NotKnown)
}

/// A figure of peers, made of their values in ascending order and their sum.
fn of_group(name: &str, group: Name, path: Name, share: Decimal) -> Option<Operand<Decimal>> {
    let name: &'static str =
        ["sum", "average", "median", "percentile", "largest", "smallest"].into_iter().find(|known| *known == name)?;
    Some(Operand::Code(code(move |frame| {
        let group = peers(frame, &group)?;
        let (values, sum) = exactly(group.values(&path))?;
        let found = match name {
            _ if values.is_empty() => None,
            "sum" => Some(exactly(sum)?),
            "average" => exactly(sum)?.checked_div(Decimal::from(values.len())),
            "largest" => values.last().copied(),
            "smallest" => values.first().copied(),
            _ => group.percentile(&path, share),
        };
        found.ok_or(Miss::NotKnown)
    })))
}

impl<'p> Lowerer<'p> {
    /// A text that is written as such, there or as the argument of the function.
    pub fn literal(&self, expression: &'p Expression) -> Lowered<Name> {
        let known = match &expression.kind {
            ExpressionKind::Text(text) => Some(Name::from(text.as_str())),
            ExpressionKind::Variable(name) => match self.scope.iter().rev().find(|(known, _)| known == name) {
                Some((_, Variable::Word(text))) => self.texts.get(*text).cloned(),
                _ => None,
            },
            _ => None,
        };
        known.ok_or_else(|| self.fallback(expression.at, "a name that is calculated"))
    }

    fn keys(&mut self, table: &'p Expression, keys: &'p Expression) -> Lowered<(Keys, &'p Table)> {
        let name = self.literal(table)?;
        let found = self.world.tables.get(&name);
        let found = found.ok_or_else(|| self.fallback(table.at, format!("the table `{name}`")))?;
        let given = match &keys.kind {
            ExpressionKind::List(keys) => keys.as_slice(),
            _ => std::slice::from_ref(keys),
        };
        if given.len() != found.keys.len() {
            return Err(self.fallback(keys.at, format!("another number of keys than `{name}` has")));
        }
        let mut codes = Vec::with_capacity(given.len());
        for (column, key) in found.keys.iter().zip(given) {
            let typed = self.expression(key)?;
            let words = format!("{} as a key", typed.words());
            codes.push(key_code(column, typed).ok_or_else(|| self.fallback(key.at, words))?);
        }
        Ok((Keys { table: Arc::clone(&found.name), keys: codes.into_boxed_slice() }, found))
    }

    /// A value of a lookup table.
    pub fn lookup(&mut self, table: &'p Expression, keys: &'p Expression, column: &'p Expression) -> Lowered<Typed> {
        let (keys, table) = self.keys(table, keys)?;
        let index = table.column(&self.literal(column)?);
        let typed = index.and_then(|index| cell(keys, index, table.columns.get(index)?.1));
        typed.ok_or_else(|| self.fallback(column.at, "a column that the table does not have"))
    }

    /// True when a lookup table has a row.
    pub fn has_row(&mut self, table: &'p Expression, keys: &'p Expression) -> Lowered<Typed> {
        let (keys, _) = self.keys(table, keys)?;
        Ok(Typed::Truth(Operand::Code(code(move |frame| match keys.row(frame) {
            Ok(_) => Ok(true),
            Err(Miss::NotKnown) => Ok(false),
            Err(Miss::Failed) => Err(Miss::Failed),
        }))))
    }

    /// The peers of the line.
    pub fn peers(&mut self, partner: &'p Expression, group: &'p Expression) -> Lowered<Typed> {
        let name = self.literal(group)?;
        match self.expression(partner)? {
            Typed::View(PARTNER) if is_cohort(self.world.schema, &name) => Ok(Typed::Peers(name)),
            _ => Err(self.fallback(group.at, format!("peers by `{name}`"))),
        }
    }

    /// A figure of peers.
    pub fn of_peers(&mut self, name: &str, group: Name, rest: &[&'p Expression], at: usize) -> Lowered<Typed> {
        let count = |number: usize| exactly(i64::try_from(number).ok());
        let (path, share) = match (name, rest) {
            ("count", []) => {
                return Ok(Typed::Count(Operand::Code(code(move |frame| match peers(frame, &group) {
                    Ok(group) => count(group.lines()),
                    Err(Miss::NotKnown) => Ok(0),
                    Err(Miss::Failed) => Err(Miss::Failed),
                }))));
            }
            ("percentile", [path, Expression { kind: ExpressionKind::Number(share), .. }])
                if (Decimal::ZERO..=Decimal::ONE).contains(share) =>
            {
                (path, *share)
            }
            (_, [path]) if name != "percentile" => (path, Decimal::new(5, 1)),
            _ => return Err(self.fallback(at, format!("`{name}` of peers"))),
        };
        let path = self.literal(path)?;
        let known = numeric_fact(self.world.schema, &path);
        let known = known.ok_or_else(|| self.fallback(at, format!("the fact `{path}` of peers")))?;
        if name == "rank" {
            let own = fact(known).and_then(Typed::decimal).ok_or_else(|| self.fallback(at, "a rank by this fact"))?;
            return Ok(Typed::Count(Operand::Code(code(move |frame| {
                let group = peers(frame, &group)?;
                exactly(group.values(&path))?;
                count(group.rank(&path, own.get(frame)?).ok_or(Miss::NotKnown)?)
            }))));
        }
        let figure = of_group(name, group, path, share);
        figure.map(Typed::Number).ok_or_else(|| self.fallback(at, format!("`{name}` of peers")))
    }
}

/// A key of a column; `None` for a value of another kind.
fn key_code(column: &KeyColumn, typed: Typed) -> Option<KeyCode> {
    match (column.is_band, column.kind, typed) {
        (false, _, Typed::Text(text)) => Some(KeyCode::Text(text)),
        (true, FactKind::Date, Typed::Date(date)) => Some(KeyCode::Date(date)),
        (false, ..) | (true, FactKind::Date, _) => None,
        (true, _, typed) => typed.decimal().map(KeyCode::Number),
    }
}
