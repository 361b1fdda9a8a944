//! Checks of what policies call: fields of records, tiers, vocabularies, decision tables, kinds of arguments.

use super::super::api::function::Function as HostFunction;
use super::super::api::functions;
use super::super::api::kind::Kind;
use super::super::api::lists::FIELD_FUNCTIONS;
use super::super::api::vocabulary::{is_tier, unknown_word, vocabulary};
use super::super::kind_fault::KindFault;
use super::super::name_fault::NameFault;
use super::super::outcome_fault::OutcomeFault;
use super::super::tree::{Expression, ExpressionKind};
use super::Checker;
use super::shape::{Shape, fact_shape};
use crate::decision::table::{DecisionTable, Kind as TableKind};
use crate::finding::{Span, did_you_mean};

/// Kinds that arguments must have, by function and number of arguments; `None` takes any.
const ARGUMENTS: [(&str, &[Option<Kind>]); 36] = [
    ("indicate", &[Some(Kind::Number)]),
    ("abstain", &[Some(Kind::Text)]),
    ("floor", &[None, Some(Kind::Number)]),
    ("ceiling", &[None, Some(Kind::Number)]),
    ("money", &[Some(Kind::Number)]),
    ("percent", &[Some(Kind::Number)]),
    ("clamp", &[Some(Kind::Number), Some(Kind::Number), Some(Kind::Number)]),
    ("add_days", &[Some(Kind::Date), Some(Kind::Number)]),
    ("add_months", &[Some(Kind::Date), Some(Kind::Number)]),
    ("months_between", &[Some(Kind::Date), Some(Kind::Date)]),
    ("days_between", &[Some(Kind::Date), Some(Kind::Date)]),
    ("at_least", &[Some(Kind::Text), Some(Kind::Number), Some(Kind::Number)]),
    ("more_than", &[Some(Kind::Text), Some(Kind::Number), Some(Kind::Number)]),
    ("at_most", &[Some(Kind::Text), Some(Kind::Number), Some(Kind::Number)]),
    ("less_than", &[Some(Kind::Text), Some(Kind::Number), Some(Kind::Number)]),
    ("holds", &[Some(Kind::Text), Some(Kind::Truth)]),
    ("all_of", &[Some(Kind::List)]),
    ("any_of", &[Some(Kind::List)]),
    ("tier", &[Some(Kind::Ladder), Some(Kind::Text), Some(Kind::Requirement)]),
    ("decision_for", &[Some(Kind::Ladder), Some(Kind::Text)]),
    ("promote", &[Some(Kind::Text)]),
    ("tier_minimum", &[Some(Kind::Text)]),
    ("demote", &[Some(Kind::Text)]),
    ("grant", &[Some(Kind::Text)]),
    ("effective", &[Some(Kind::TierDecision), Some(Kind::Date)]),
    ("award", &[Some(Kind::Text)]),
    ("withhold", &[Some(Kind::Text)]),
    ("amount", &[Some(Kind::Incentive), Some(Kind::Number)]),
    ("rate", &[Some(Kind::Incentive), Some(Kind::Number)]),
    ("level", &[Some(Kind::Incentive), Some(Kind::Text)]),
    ("points", &[Some(Kind::Incentive), Some(Kind::Number)]),
    ("intervene", &[Some(Kind::Text), Some(Kind::Text)]),
    ("owner", &[Some(Kind::Intervention), Some(Kind::Text)]),
    ("due", &[Some(Kind::Intervention), Some(Kind::Date)]),
    ("decide_by", &[Some(Kind::Text), Some(Kind::Map)]),
    ("until", &[None, Some(Kind::Date)]),
];

impl<'a> Checker<'a> {
    /// Checks a call of the engine's function `function`; gives the shape of its value where more is known than its kind.
    pub(super) fn policy_call(
        &mut self,
        function: &'static HostFunction,
        shapes: &[Shape],
        arguments: &[&'a Expression],
        span: Span,
    ) -> Option<Shape> {
        if !function.takes(shapes.len()) || arguments.len() != shapes.len() {
            return None;
        }
        let is_policy = self.schema.is_policy;
        if functions::is_for_policies(function.name) && !is_policy && !(function.name == "until" && shapes.len() == 3) {
            self.report(NameFault::PolicyFunction { function: function.name.to_owned() }, span);
            return None;
        }
        if functions::is_for_rules(function.name) && is_policy {
            self.report(NameFault::RuleFunction { function: function.name.to_owned() }, span);
            return None;
        }
        if function.name == "peers" {
            return self.peers(shapes, arguments);
        }
        if shapes[..].first() == Some(&Shape::Value(Kind::Peers)) {
            return self.asked_of_peers(function, arguments, span);
        }
        self.argument_kinds(function, shapes, arguments);
        self.requirements(function, shapes, arguments);
        self.words(function, arguments);
        match function.name {
            "because" => Some(shapes[0].clone()),
            "until" if shapes.len() == 2 => Some(shapes[0].clone()),
            "points" if shapes.len() == 2 => Some(Shape::Value(Kind::Incentive)),
            "points" => Some(Shape::Value(Kind::Number)),
            "decide_by" => self.decide_by(arguments),
            _ if shapes.len() > 1 => self.field_call(function, shapes, arguments),
            _ => None,
        }
    }

    fn argument_kinds(&mut self, function: &'static HostFunction, shapes: &[Shape], arguments: &[&'a Expression]) {
        let wanted = ARGUMENTS.iter().find(|(name, wanted)| *name == function.name && wanted.len() == shapes.len());
        let Some((_, wanted)) = wanted else { return };
        let names = function.signatures.iter().find(|names| names.len() == shapes.len()).copied().unwrap_or_default();
        for (index, (shape, wanted)) in shapes.iter().zip(*wanted).enumerate() {
            let (Some(wanted), Some(found)) = (wanted, shape.kind()) else { continue };
            if found == *wanted || found == Kind::NotKnown {
                continue;
            }
            let fault = KindFault::Argument {
                function: function.name.to_owned(),
                argument: names.get(index).copied().unwrap_or("its value").to_owned(),
                expected: wanted.to_string(),
                found,
                parameters: names.iter().map(|name| (*name).to_owned()).collect(),
            };
            self.report(fault, self.span(arguments[index]));
        }
    }

    /// Checks the list of `all_of` and `any_of`.
    fn requirements(&mut self, function: &HostFunction, shapes: &[Shape], arguments: &[&'a Expression]) {
        if !matches!(function.name, "all_of" | "any_of") {
            return;
        }
        let ExpressionKind::List(items) = &arguments[0].kind else {
            if let Some(found) = shapes[0].item().kind().filter(|kind| *kind != Kind::Requirement) {
                let fault = KindFault::Requirements { function: function.name.to_owned(), found };
                self.report(fault, self.span(arguments[0]));
            }
            return;
        };
        if items.is_empty() {
            let fault = OutcomeFault::NoRequirement { function: function.name.to_owned() };
            self.report(fault, self.span(arguments[0]));
        }
        for item in items {
            let shape = self.expression(item);
            if let Some(found) = shape.kind().filter(|kind| *kind != Kind::Requirement) {
                let fault = KindFault::Requirements { function: function.name.to_owned(), found };
                self.report(fault, self.span(item));
            }
        }
    }

    /// Tiers and words of closed vocabularies that are written out.
    fn words(&mut self, function: &HostFunction, arguments: &[&'a Expression]) {
        for (index, argument) in arguments.iter().enumerate() {
            let ExpressionKind::Text(word) = &argument.kind else { continue };
            let (what, known) = match vocabulary(function.name, index) {
                Some(vocabulary) => vocabulary,
                None if is_tier(function.name, index) && !self.schema.tiers.is_empty() => {
                    ("tier of the manifest", self.schema.tiers.iter().map(|tier| &**tier).collect())
                }
                None => continue,
            };
            if !known.contains(&word.as_str()) {
                self.report(unknown_word(what, word, &known), self.span(argument));
            }
        }
    }

    /// A call such as `list.sum("field")`: the field must be one of the records', of the kind needed.
    fn field_call(&mut self, function: &HostFunction, shapes: &[Shape], arguments: &[&'a Expression]) -> Option<Shape> {
        let (_, wanted) = FIELD_FUNCTIONS.iter().find(|(name, _)| *name == function.name)?;
        let item = shapes[0].item();
        let field = match (&item, &arguments[1].kind) {
            (Shape::View(view), ExpressionKind::Text(name)) => {
                let declared = self.schema.view(*view);
                match declared.fact(name) {
                    Some(fact) => fact_shape(self.schema, *view, fact),
                    None => {
                        let names = || declared.facts.iter().map(|fact| &*fact.name);
                        let fault = NameFault::UnknownField {
                            list: declared.path.clone(),
                            field: name.clone(),
                            known: names().map(str::to_owned).collect(),
                            near: did_you_mean(name, names()).map(str::to_owned),
                        };
                        self.report(fault, self.span(arguments[1]));
                        Shape::Unknown
                    }
                }
            }
            _ => Shape::Unknown,
        };
        if let (Some(wanted), Some(found)) = (wanted, field.kind())
            && found != *wanted
        {
            let fault = KindFault::FieldKind {
                function: function.name.to_owned(),
                field: self.text(arguments[1]).trim_matches('"').to_owned(),
                expected: *wanted,
                found,
            };
            self.report(fault, self.span(arguments[1]));
        }
        if let (true, Some(field), Some(value)) =
            (function.name == "where", field.kind(), shapes.get(2).and_then(Shape::kind))
            && field != value
        {
            self.report(KindFault::FieldComparison { field, value }, self.span(arguments[2]));
        }
        match function.name {
            "where" | "where_in" | "since" | "until" | "last_months" | "valid" | "top" => {
                Some(Shape::Items(Box::new(item)))
            }
            "each" | "distinct" => Some(Shape::Items(Box::new(field))),
            "largest" | "smallest" => Some(field),
            _ => None,
        }
    }

    /// A decision table that is named, and its inputs where they are written out.
    fn decide_by(&mut self, arguments: &[&'a Expression]) -> Option<Shape> {
        let ExpressionKind::Text(name) = &arguments[0].kind else { return None };
        let decisions = self.schema.decisions.iter();
        let Some((known, table)) = decisions.clone().find(|(known, _)| ***known == **name) else {
            let near = did_you_mean(name, decisions.map(|(known, _)| &**known)).map(str::to_owned);
            self.report(NameFault::UnknownDecisionTable { table: name.clone(), near }, self.span(arguments[0]));
            return None;
        };
        if let ExpressionKind::Map(entries) = &arguments[1].kind {
            self.inputs(name, table, entries, self.span(arguments[1]));
        }
        Some(Shape::Answer(known.to_string()))
    }

    fn inputs(&mut self, name: &str, table: &DecisionTable, entries: &'a [(String, usize, Expression)], span: Span) {
        let names: Vec<&str> = table.inputs().iter().map(|input| &*input.name).collect();
        for (key, at, value) in entries {
            let Some(input) = table.inputs().iter().find(|input| *input.name == **key) else {
                self.report(unknown_word(&format!("input of `{name}`"), key, &names), self.token(*at));
                continue;
            };
            let wanted = match input.kind {
                TableKind::Number | TableKind::Whole => Kind::Number,
                TableKind::Text => Kind::Text,
                TableKind::Truth => Kind::Truth,
                TableKind::Date => Kind::Date,
            };
            let found = self.expression(value).kind();
            if let Some(found) = found.filter(|found| *found != wanted && *found != Kind::NotKnown) {
                let (table, input) = (name.to_owned(), key.clone());
                self.report(KindFault::TableInput { table, input, expected: wanted, found }, self.span(value));
            }
        }
        let missing = names.into_iter().filter(|name| !entries.iter().any(|(key, _, _)| key == name));
        let inputs: Vec<String> = missing.map(str::to_owned).collect();
        if !inputs.is_empty() {
            self.report(OutcomeFault::MissingInput { table: name.to_owned(), inputs }, span);
        }
    }

    /// A member of a requirement or of a decision table's answer.
    pub(super) fn policy_member(&mut self, shape: &Shape, name: &str, span: Span) -> Option<Shape> {
        let (subject, members): (String, Vec<(&str, Shape)>) = match shape {
            Shape::Value(Kind::Requirement) => {
                ("a requirement".to_owned(), vec![("is_met", Shape::Value(Kind::Truth))])
            }
            Shape::Answer(table) => {
                let table_found = self.schema.decisions.get(table.as_str())?;
                let output = |kind| match kind {
                    TableKind::Number | TableKind::Whole => Kind::Number,
                    TableKind::Text => Kind::Text,
                    TableKind::Truth => Kind::Truth,
                    TableKind::Date => Kind::Date,
                };
                let outputs = table_found.outputs().iter();
                let outputs = outputs.map(|column| (&*column.name, Shape::Value(output(column.kind))));
                let rest = [
                    ("is_match", Shape::Value(Kind::Truth)),
                    ("rows", Shape::Items(Box::new(Shape::Value(Kind::Map)))),
                ];
                (format!("the decision table `{table}`"), outputs.chain(rest).collect())
            }
            _ => return None,
        };
        if let Some((_, shape)) = members.iter().find(|(known, _)| *known == name) {
            return Some(shape.clone());
        }
        let fault = NameFault::UnknownMember {
            subject,
            member: name.to_owned(),
            known: members.iter().map(|(known, _)| (*known).to_owned()).collect(),
            near: did_you_mean(name, members.iter().map(|(known, _)| *known)).map(str::to_owned),
        };
        self.report(fault, span);
        Some(Shape::Unknown)
    }
}
