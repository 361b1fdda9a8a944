//! Calls of the engine's functions: what each gives for the values it is given.

use super::super::api::functions;
use super::super::api::peers::numeric_fact;
use super::super::outcome_fault::OutcomeFault;
use super::super::tree::{Expression, ExpressionKind};
use super::super::unit_fault::UnitFault;
use super::Analysis;
use super::dimension::Dimension;
use super::reply::asked_by;
use super::value::{Fixed, Known, Operand, Value, What, When};
use crate::script::FactKind;
use rust_decimal::Decimal;

impl<'a> Analysis<'a> {
    /// The value of a call of the engine's function; `given` begins with the value before the point.
    pub(super) fn host(&mut self, name: &str, given: &[&'a Expression]) -> Value<'a> {
        let Some(function) = functions::find(name).filter(|function| function.takes(given.len())) else {
            given.iter().for_each(|one| drop(self.expression(one)));
            return Value::open();
        };
        let values: Vec<Operand<'a>> = given.iter().map(|one| (*one, self.expression(one))).collect();
        if matches!(values[..].first(), Some((_, Value { what: What::Peers, .. }))) {
            return self.of_peers(name, &values);
        }
        self.arguments(name, &values);
        match name {
            "is_known" => Self::asked(&values),
            "clamp" | "min" | "max" | "capped" => self.limited(name, &values),
            "abs" => Value { path: None, written: None, ..values[0].1.clone() },
            _ if name.starts_with("round_") => Value { path: None, written: None, ..values[0].1.clone() },
            "filter" | "some" | "all" | "map" | "reduce" => self.each(name, &values),
            "where" | "where_in" | "since" | "until" | "last_months" | "valid" | "top" if Self::is_list(&values[0]) => {
                Value { path: None, ..values[0].1.clone() }
            }
            "sum" | "sum_known" | "average" | "largest" | "smallest" | "each" | "distinct" | "first" | "last"
            | "best_of" => self.of_list(name, &values),
            "count" | "len" | "count_distinct" => self.counted(&values),
            "peers" => Value::new(What::Peers),
            "sort" | "whole" => Value { path: None, ..values[0].1.clone() },
            "median" | "percentile" => self.of_list(name, &values).maybe(),
            "rank" => Self::ranked(&values[0].1),
            "year" | "month" | "day" => Value::number(Dimension::Count("")),
            "months_between" => Value::number(Dimension::Count("months")),
            "days_between" => Value::number(Dimension::Count("days")),
            "date" => {
                self.date(&values);
                Value::new(What::Date)
            }
            "add_days" | "add_months" | "end_of_month" => Value::new(What::Date),
            "lookup" => self.lookup(&values),
            "at_least" | "more_than" | "at_most" | "less_than" => {
                self.requirement(name, &values);
                Value::open()
            }
            "tier" => self.minimum_of_another(given),
            "tier_minimum" => Value { known: values[0].1.known, ..Value::number(Dimension::Money) },
            "highest" | "highest_reached" => Value { words: self.tier_words(), ..Value::new(What::Text) }.maybe(),
            "share" => {
                self.compared(">", &values[0], &values[1]);
                Value { most: None, ..Value::number(Dimension::Rate) }.maybe()
            }
            "marginal" | "retrospective" => {
                self.steps(name, values[1].0);
                Value::number(Dimension::Money)
            }
            "cliff" => {
                self.compared(">", &values[0], &values[1]);
                Value { path: None, written: None, ..values[2].1.clone() }
            }
            "decide_by" => self.decide_by(&values),
            "contains" => self.contained(&values),
            _ => given_by(function.returns),
        }
    }

    /// Reports `tier_minimum` of another tier in the requirement of a ladder's tier.
    fn minimum_of_another(&mut self, given: &[&'a Expression]) -> Value<'a> {
        let [_, Expression { kind: ExpressionKind::Text(tier), .. }, requirement] = given else {
            return Value::open();
        };
        let mut others = Vec::new();
        requirement.walk(&mut |inside| {
            if let ExpressionKind::Call { name, arguments, .. } = &inside.kind
                && let ("tier_minimum", [Expression { kind: ExpressionKind::Text(other), .. }]) =
                    (name.as_str(), &arguments[..])
                && other != tier
            {
                others.push((inside, other));
            }
        });
        for (inside, other) in others {
            let fault = UnitFault::MinimumOfAnother { tier: tier.clone(), other: other.clone() };
            self.report(fault, self.span(inside));
        }
        Value::open()
    }

    fn asked(values: &[Operand<'a>]) -> Value<'a> {
        let mut when = When::default();
        for path in values.iter().filter_map(|(_, value)| value.path.as_ref()) {
            when.yes.insert(path.clone());
            if let Some(asked) = asked_by(path) {
                when.yes.insert(asked.clone());
                when.no.insert(asked);
            }
        }
        Value { when, ..Value::truth() }
    }

    /// The rank of a tier, which is −1 for a tier that is not known.
    fn ranked(tier: &Value<'a>) -> Value<'a> {
        let least = Fixed::Number(-Decimal::ONE);
        let fallback = tier.path.clone().map(|path| (path, least));
        Value { fallback, is_rank: true, ..Value::number(Dimension::Count("")) }
    }

    /// `min`, `max`, `clamp`: of the dimension that all have; its literals limit it.
    fn limited(&mut self, name: &str, values: &[Operand<'a>]) -> Value<'a> {
        if let [list] = values {
            return Value { path: None, ..list.1.item() };
        }
        self.limits(name, values);
        let is_factor = values.iter().any(|(_, value)| value.is_factor);
        let joined = values.iter().map(|(_, value)| value.clone()).reduce(Value::join).unwrap_or_else(Value::open);
        let is_limited = values.iter().skip(1).all(|(_, value)| value.written.is_some());
        let is_below_one = match (name, values) {
            ("clamp", [_, _, (_, high)]) => high.is_fraction(),
            ("min" | "capped", all) => all.iter().any(|(_, value)| value.is_fraction()),
            _ => joined.is_limited,
        };
        let is_factor = is_factor && is_limited;
        Value { known: Known::Yes, path: None, most: None, is_factor, is_limited: is_below_one, ..joined }
    }

    /// Functions that take a `|x| …`.
    fn each(&mut self, name: &str, values: &[Operand<'a>]) -> Value<'a> {
        let item = values[0].1.item();
        self.next += 1;
        let item = Value { path: Some(format!("#item.{}", self.next)), ..item };
        let arguments = if name == "reduce" { vec![Value::open(), item] } else { vec![item] };
        let made = self.applied(values[1].0, arguments);
        match name {
            "filter" => Value { path: None, ..values[0].1.clone() },
            "map" => Value::new(What::List(Box::new(made))),
            "reduce" => Value::open(),
            _ => Value::truth(),
        }
    }

    fn field(&self, values: &[Operand<'a>]) -> Value<'a> {
        let item = values[0].1.item();
        match (values.get(1).map(|(expression, _)| &expression.kind), &item.what) {
            (Some(ExpressionKind::Text(name)), What::Group(view)) => self.fact(*view, name, None),
            (None, _) => item,
            // The share of a percentile of plain numbers.
            (Some(_), What::Number(_)) if values.len() == 2 => item,
            _ => Value::open(),
        }
    }

    /// Functions on a list, or on a field of its records.
    fn of_list(&mut self, name: &str, values: &[Operand<'a>]) -> Value<'a> {
        let field = Value { path: None, written: None, known: Known::Yes, ..self.field(values) };
        match name {
            "sum" | "sum_known" | "average" if field.dimension().is_none() => {
                let value = Value::number(Dimension::Open);
                if name == "average" { value.maybe() } else { value }
            }
            "sum" | "sum_known" => Value { most: None, marks: Vec::new(), ..field },
            "each" | "distinct" => Value::new(What::List(Box::new(field))),
            _ => field.maybe(),
        }
    }

    /// The answer of peers: of the dimension of the fact, and not known where none of them knows it.
    fn of_peers(&mut self, name: &str, values: &[Operand<'a>]) -> Value<'a> {
        if name == "percentile"
            && let Some(share) = values.get(2)
        {
            self.share(share);
        }
        let Some(ExpressionKind::Text(path)) = values.get(1).map(|(expression, _)| &expression.kind) else {
            return if name == "count" { Value::number(Dimension::Count("")) } else { Value::open() };
        };
        if name == "rank" {
            return Value::number(Dimension::Count("")).maybe();
        }
        let fact = numeric_fact(self.schema, path);
        match fact.map(|fact| Self::of_kind(fact.kind, fact.unit)) {
            Some(what) => Value::new(what).maybe(),
            None => Value::open(),
        }
    }

    /// Reports a percentage where a share from 0 to 1 is needed.
    fn share(&mut self, (expression, value): &Operand<'a>) {
        let span = self.span(expression);
        self.percentage(value, 2, span);
    }

    fn counted(&mut self, values: &[Operand<'a>]) -> Value<'a> {
        if let (What::List(item), 1) = (&values[0].1.what, values.len())
            && let What::Group(view) = item.what
            && let Some(path) = values[0].1.path.clone()
        {
            self.expired(view, &path, values[0].0);
        }
        Value::number(Dimension::Count(""))
    }

    /// Reports that expired records are counted: a table says when its records end, and nothing asks for it.
    fn expired(&mut self, view: super::super::api::ids::ViewId, path: &str, list: &Expression) {
        let schema = self.schema.view(view);
        let ends =
            |name: &str| ["expires", "expiry", "valid_until", "valid_to"].iter().any(|word| name.starts_with(word));
        let field = schema.facts.iter().find(|fact| fact.kind == FactKind::Date && ends(&fact.name));
        if let Some(field) = field.filter(|_| path.starts_with("partner.")) {
            let fault = OutcomeFault::ExpiredCounted { list: self.text(list), field: field.name.to_string() };
            self.report(fault, self.span(list));
        }
    }
}

/// The value of a function by the words of its declaration.
fn given_by<'a>(returns: &str) -> Value<'a> {
    match returns {
        "number" => Value::number(Dimension::Open),
        "whole number" => Value::number(Dimension::Count("")),
        "text" => Value::new(What::Text),
        "true or false" => Value::truth(),
        "date" => Value::new(What::Date),
        _ => Value::open(),
    }
}
