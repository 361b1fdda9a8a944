//! Statements: how the state changes from one to the next, and where ways part and meet.

use super::super::tree::{Expression, ExpressionKind, Statement, StatementKind};
use super::Analysis;
use super::dimension::Dimension;
use super::flow::Flow;
use super::value::{Known, Value, What};

impl<'a> Analysis<'a> {
    /// Follows a block in its own scope and returns its value.
    pub(super) fn block(&mut self, body: &'a [Statement]) -> Value<'a> {
        let depth = self.flow.variables.len();
        let value = self.statements(body);
        self.flow.variables.truncate(depth);
        value
    }

    pub(super) fn statements(&mut self, body: &'a [Statement]) -> Value<'a> {
        let mut value = Value::new(What::Absent);
        for statement in body {
            if self.flow.has_left {
                break;
            }
            if !matches!(statement.kind, StatementKind::Nothing) {
                value = self.statement(statement);
            }
        }
        value
    }

    fn statement(&mut self, statement: &'a Statement) -> Value<'a> {
        use StatementKind as S;
        match &statement.kind {
            S::Expression(value) => return self.expression(value),
            S::Let { name, value, .. } => {
                let value = self.expression(value);
                self.declare(name, value);
            }
            S::Assign { target, operator, value, .. } => self.assign(target, operator.as_deref(), value),
            S::If { condition, body, otherwise, .. } => return self.choice(condition, body, otherwise),
            S::Switch { subject, cases, .. } => {
                let subject_value = self.expression(subject);
                self.labels(statement.at, &subject_value);
                let outcomes: Vec<&'a Expression> = cases.iter().map(|case| &case.outcome).collect();
                return self.ways(&outcomes);
            }
            S::While { condition, body } => self.repeated(condition.as_ref(), body),
            S::DoWhile { condition, body } => {
                self.repeated(None, body);
                self.expression(condition);
            }
            S::For { variable, counter, over, body } => {
                let list = self.expression(over);
                self.demand(&list, over);
                let depth = self.flow.variables.len();
                self.declare(variable, list.item());
                if let Some(counter) = counter {
                    self.declare(counter, Value::number(Dimension::Open));
                }
                self.repeated(None, body);
                self.flow.variables.truncate(depth);
            }
            S::Block(body) => return self.block(body),
            S::Try { body, handler, .. } => {
                let before = self.flow.clone();
                self.block(body);
                let after = std::mem::replace(&mut self.flow, before);
                self.block(handler);
                let other = std::mem::take(&mut self.flow);
                self.flow = after.join(other);
            }
            S::Return(value) => {
                let value = value.as_ref().map_or(Value::new(What::Absent), |value| self.expression(value));
                self.returned.push((value, self.flow.clone()));
                self.flow.has_left = true;
            }
            S::Break { value, .. } | S::Throw(value) => {
                value.iter().for_each(|value| drop(self.expression(value)));
                self.flow.has_left = true;
            }
            S::Nothing | S::Import(_) | S::Export => {}
        }
        Value::open()
    }

    fn choice(&mut self, condition: &'a Expression, body: &'a [Statement], otherwise: &'a [Statement]) -> Value<'a> {
        let asked = self.condition(condition);
        let mut other = self.flow.clone();
        self.flow.learn(&asked.when.yes);
        let value = self.block(body);
        other.learn(&asked.when.no);
        let after = std::mem::replace(&mut self.flow, other);
        let other_value = self.block(otherwise);
        let other = std::mem::take(&mut self.flow);
        let joined = match (after.has_left, other.has_left) {
            (true, _) => other_value,
            (_, true) => value,
            _ => after.seen(value).join(other.seen(other_value)),
        };
        self.flow = both(after, other);
        joined
    }

    /// Follows expressions of which one is chosen.
    fn ways(&mut self, outcomes: &[&'a Expression]) -> Value<'a> {
        let before = self.flow.clone();
        let mut met: Option<(Value<'a>, Flow<'a>)> = None;
        for outcome in outcomes {
            self.flow = before.clone();
            let value = self.expression(outcome);
            let flow = std::mem::take(&mut self.flow);
            let value = flow.seen(value);
            met = Some(match met {
                None => (value, flow),
                Some((known, state)) if state.has_left => {
                    (if flow.has_left { known } else { value }, both(state, flow))
                }
                Some((known, state)) if flow.has_left => (known, both(state, flow)),
                Some((known, state)) => (known.join(value), both(state, flow)),
            });
        }
        let (value, flow) = met.unwrap_or((Value::open(), before));
        self.flow = flow;
        value
    }

    /// Follows the body of a loop: once to learn what it changes, once to report.
    fn repeated(&mut self, condition: Option<&'a Expression>, body: &'a [Statement]) {
        let before = self.flow.clone();
        self.silent += 1;
        self.once(condition, body);
        self.silent -= 1;
        let after = std::mem::take(&mut self.flow);
        let mut start = before.clone();
        for ((_, value), (_, changed)) in start.variables.iter_mut().zip(&after.variables) {
            if value.path != changed.path {
                let is_number = matches!((&value.what, &changed.what), (What::Number(_), What::Number(_)));
                let joined = value.clone().join(changed.clone());
                *value = if is_number { Value { marks: Vec::new(), ..joined } } else { joined };
            }
        }
        self.flow = start.clone();
        self.once(condition, body);
        let after = std::mem::take(&mut self.flow);
        self.flow = if after.has_left { start } else { start.join(after) };
        self.flow.known = before.known;
    }

    fn once(&mut self, condition: Option<&'a Expression>, body: &'a [Statement]) {
        if let Some(condition) = condition {
            let asked = self.condition(condition);
            self.flow.learn(&asked.when.yes);
        }
        self.block(body);
    }

    /// Follows a condition; it must be known.
    pub(super) fn condition(&mut self, condition: &'a Expression) -> Value<'a> {
        let value = self.expression(condition);
        if matches!(value.what, What::Truth) {
            self.demand(&value, condition);
        }
        value
    }

    fn assign(&mut self, target: &'a Expression, operator: Option<&str>, value: &'a Expression) {
        let given = self.expression(value);
        let ExpressionKind::Variable(name) = &target.kind else { return };
        let value = match operator {
            Some(operator) => {
                let before = self.expression(target);
                let sign = operator.trim_end_matches('=');
                Value { known: Known::Yes, ..self.calculated(sign, (target, before), (value, given), target.at) }
            }
            None => given,
        };
        self.next += 1;
        let path = value.path.clone().unwrap_or_else(|| format!("#{name}.{}", self.next));
        self.flow.set(name, Value { path: Some(path), ..value });
    }
}

/// The state after two ways meet; left when both have.
fn both<'a>(one: Flow<'a>, other: Flow<'a>) -> Flow<'a> {
    let has_left = one.has_left && other.has_left;
    Flow { has_left, ..one.join(other) }
}
