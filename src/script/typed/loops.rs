//! Lists of the script's own, and loops over lists.

use super::super::api::ids::ListId;
use super::super::tree::{Expression, ExpressionKind, Statement};
use super::facts::amounts;
use super::frame::{Cell, Flow, Miss, ObjectCode, Step, exactly, known, object_code, step};
use super::lower::{Exit, Lowered, Lowerer, OPERATIONS, Variable};
use super::objects::Object;
use super::operand::{Form, Text, Typed};
use super::statements::{sequence, stored};
use std::rc::Rc;

/// Most items of a list; the interpreter takes more.
const MAX_ITEMS: usize = 1_000;
/// Most turns of a loop that are lowered one by one.
const MAX_TURNS: usize = 8;

/// The texts of the script that all items are; `None` for other or for many items.
fn words(items: &[Typed]) -> Option<Vec<usize>> {
    let word = |item: &Typed| match item {
        Typed::Text(Text::Constant(text)) => Some(*text),
        _ => None,
    };
    if items.len() <= MAX_TURNS { items.iter().map(word).collect() } else { None }
}

impl<'p> Lowerer<'p> {
    /// A list that is written as such: of requirements or decisions.
    pub fn list(&mut self, items: &'p [Expression], at: usize) -> Lowered<Typed> {
        let (mut form, mut codes) = (Form::Empty, Vec::with_capacity(items.len()));
        for item in items {
            let (listed, code) = self.listed(item)?;
            let joined = form.joined(listed);
            form = joined.ok_or_else(|| self.fallback(item.at, format!("{form} with {listed}")))?;
            codes.push(code);
        }
        if codes.len() > MAX_ITEMS {
            return Err(self.fallback(at, "a long list"));
        }
        let codes = codes.into_boxed_slice();
        let run = object_code(move |frame| {
            let items = codes.iter().map(|code| known(code(frame))).collect::<Result<Vec<Object>, Miss>>()?;
            Ok(Object::List(Rc::new(items)))
        });
        Ok(Typed::Object(form, run))
    }

    /// An item of a list, with the type of the list.
    fn listed(&mut self, item: &'p Expression) -> Lowered<(Form, ObjectCode)> {
        let typed = self.expression(item)?;
        let words = format!("{} in a list", typed.words());
        let listed = typed.form().and_then(Form::listed);
        match (typed, listed) {
            (Typed::Object(_, code), Some(listed)) => Ok((listed, code)),
            _ => Err(self.fallback(item.at, words)),
        }
    }

    /// `list.push(item)` as a statement.
    pub fn push(&mut self, list: &'p Expression, arguments: &'p [Expression], at: usize) -> Lowered<Step> {
        let (ExpressionKind::Variable(name), [item]) = (&list.kind, arguments) else {
            return Err(self.fallback(at, "`push` on something else than a variable"));
        };
        let (listed, code) = self.listed(item)?;
        let place = self.scope.iter().rposition(|(known, _)| known == name);
        let found = place.and_then(|place| self.scope.get_mut(place)).map(|(_, variable)| variable);
        let (cell, form, joined) = match found {
            Some(Variable::Cell(cell, form)) if *form != Form::NotKnown => {
                let (before, joined) = (*form, form.joined(listed));
                *form = joined.unwrap_or(before);
                (*cell, before, joined)
            }
            _ => return Err(self.fallback(at, format!("`push` on `{name}`"))),
        };
        if joined.is_none() {
            return Err(self.fallback(at, format!("{form} with {listed}")));
        }
        Ok(step(move |frame| {
            let item = known(code(frame))?;
            match known(frame.object(cell))? {
                Object::List(items) if items.len() < MAX_ITEMS => Rc::make_mut(items).push(item),
                _ => return Err(Miss::Failed),
            }
            Ok(Flow::Next)
        }))
    }

    /// `for variable in over { … }`.
    pub fn each(&mut self, variable: &str, over: &'p Expression, body: &'p [Statement], at: usize) -> Lowered<Step> {
        self.passing(|own| match own.items_of_loop(over)? {
            Some(items) => match words(&items) {
                Some(words) => own.each_word(variable, words, body, at),
                None => own.each_item(variable, items, body, at),
            },
            None => own.each_record(variable, over, body, at),
        })
    }

    fn items_of_loop(&mut self, over: &'p Expression) -> Lowered<Option<Vec<Typed>>> {
        match over.kind {
            ExpressionKind::List(_) | ExpressionKind::Qualified { .. } => self.items(over),
            _ => Ok(None),
        }
    }

    /// A loop over texts of the script: one turn after the other, so that each knows its text.
    fn each_word(&mut self, variable: &str, words: Vec<usize>, body: &'p [Statement], at: usize) -> Lowered<Step> {
        let mut turns = Vec::with_capacity(words.len());
        for word in words {
            turns.push(self.body(variable, Variable::Word(word), body, at)?.0);
        }
        Ok(sequence(turns))
    }

    fn each_item(&mut self, variable: &str, items: Vec<Typed>, body: &'p [Statement], at: usize) -> Lowered<Step> {
        let (mut form, mut words) = (Form::NotKnown, Vec::new());
        for item in &items {
            let joined = item.form().filter(|form| form.is_copied()).and_then(|found| form.joined(found));
            form = joined.ok_or_else(|| self.fallback(at, format!("a loop over {}", item.words())))?;
            words.push(item.words());
        }
        let cell = self.fresh(at)?;
        // All items are evaluated before the first turn.
        let mut cells = Vec::with_capacity(items.len());
        let mut set = Vec::with_capacity(items.len());
        for (item, words) in items.into_iter().zip(words) {
            let own = self.fresh(at)?;
            set.push(stored(item, own).ok_or_else(|| self.fallback(at, format!("a loop over {words}")))?);
            cells.push(own);
        }
        let (body, cost) = self.body(variable, Variable::Cell(cell, form), body, at)?;
        let (set, cells) = (set.into_boxed_slice(), cells.into_boxed_slice());
        Ok(step(move |frame| {
            for set in &set {
                set(frame)?;
            }
            for item in &cells {
                frame.spend(cost)?;
                let value = frame.cell(*item);
                frame.set(cell, value);
                if body(frame)? == Flow::Returned {
                    return Ok(Flow::Returned);
                }
            }
            Ok(Flow::Next)
        }))
    }

    fn each_record(&mut self, variable: &str, over: &'p Expression, body: &'p [Statement], at: usize) -> Lowered<Step> {
        let (list, view) = match self.expression(over)? {
            Typed::Object(Form::Records(list), run) => (run, list.record()),
            Typed::Amounts(list) => return self.each_amount(variable, list, body, at),
            other => return Err(self.fallback(at, format!("a loop over {}", other.words()))),
        };
        let view = view.ok_or_else(|| self.fallback(at, "a loop over other records"))?;
        let cell = self.fresh(at)?;
        let (body, cost) = self.body(variable, Variable::Cell(cell, Form::Record(view)), body, at)?;
        Ok(step(move |frame| {
            let records = exactly(known(list(frame))?.records())?;
            for record in records.iter() {
                frame.spend(cost)?;
                frame.set(cell, Cell::Count(exactly(i64::try_from(record).ok())?));
                if body(frame)? == Flow::Returned {
                    return Ok(Flow::Returned);
                }
            }
            Ok(Flow::Next)
        }))
    }

    fn each_amount(&mut self, variable: &str, list: ListId, body: &'p [Statement], at: usize) -> Lowered<Step> {
        let cell = self.fresh(at)?;
        let (body, cost) = self.body(variable, Variable::Cell(cell, Form::Number), body, at)?;
        Ok(step(move |frame| {
            for amount in amounts(frame, list) {
                frame.spend(cost)?;
                frame.set(cell, Cell::Number(amount.amount()));
                if body(frame)? == Flow::Returned {
                    return Ok(Flow::Returned);
                }
            }
            Ok(Flow::Next)
        }))
    }

    /// The body of a loop, and the operations of one turn.
    fn body(&mut self, name: &str, variable: Variable, body: &'p [Statement], at: usize) -> Lowered<(Step, usize)> {
        let before = self.nodes;
        let body = self.in_block(at, |own| {
            own.scope.push((name.to_owned(), variable));
            own.block(body, Exit::Discard)
        })?;
        let turn = self.nodes.saturating_sub(before).saturating_add(1);
        let operations = usize::try_from(OPERATIONS).unwrap_or(usize::MAX);
        Ok((body, turn.saturating_mul(operations)))
    }
}
