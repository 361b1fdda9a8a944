//! Calls: functions of the engine, of the file and of modules.

use super::super::api::function::Function as HostFunction;
use super::super::api::functions;
use super::super::api::kind::Kind;
use super::super::form_fault::FormFault;
use super::super::kind_fault::KindFault;
use super::super::name_fault::NameFault;
use super::super::program::Unit;
use super::super::tree::{Expression, ExpressionKind, Function};
use super::Checker;
use super::shape::{Shape, learned_join, returned};
use crate::finding::{Span, did_you_mean};

/// Words of Rhai that rules do not have, with what to write instead.
pub(super) const UNAVAILABLE: [(&str, &str); 33] = [
    ("IF", "write `if condition { … } else { … }`"),
    ("IIF", "write `if condition { … } else { … }`"),
    ("AND", "write `a && b`"),
    ("OR", "write `a || b`"),
    ("NOT", "write `!a`"),
    ("VLOOKUP", "write `lookup(\"table\", key, \"column\")`"),
    ("XLOOKUP", "write `lookup(\"table\", key, \"column\")`"),
    ("ISBLANK", "write `!is_known(x)`"),
    ("COALESCE", "write `a ?? b`"),
    (
        "round",
        "say how: `round_half_up(x, places)` as in a spreadsheet, `round_half_even(x, places)`, or `round_to(x, step)`",
    ),
    ("ceiling_to", "write `round_up_to(x, step)`"),
    ("print", "a rule has no output; put the value into the reason: `.because(`…${value}…`)`"),
    ("debug", "a rule has no output; put the value into the reason: `.because(`…${value}…`)`"),
    ("eval", "write the calculation out"),
    ("call", "call the function by its name"),
    ("curry", "write a function of your own"),
    ("Fn", "write `|item| …` where a function is needed"),
    ("type_of", "test with `is_known(x)`; kinds of facts do not change"),
    ("is_def_var", "variables are checked before the rule runs"),
    ("is_def_fn", "functions are checked before the rule runs"),
    ("is_shared", "values are never shared"),
    ("timestamp", "rules know no clock; the date is `partner.channel.as_of`"),
    ("sleep", "rules know no clock"),
    ("exit", "write `return`"),
    ("rand", "rules give the same answer every time"),
    ("to_int", "round by name: `round_half_up(x)`"),
    ("to_float", "numbers are exact decimals already"),
    ("to_decimal", "numbers are exact decimals already"),
    ("to_string", "put the value between backticks: `${value}`"),
    ("parse_json", "put data into a lookup table"),
    ("sqrt", "write `root(x, 2)`"),
    ("log", "write `ln(x)` or `log10(x)`"),
    ("eomonth", "write `end_of_month(date, months)`"),
];

impl<'a> Checker<'a> {
    pub(super) fn method(
        &mut self,
        expression: &'a Expression,
        object: &'a Expression,
        shape: Shape,
        name: &'a str,
        arguments: &'a [Expression],
    ) -> Shape {
        let mut shapes = vec![shape];
        for argument in arguments {
            if let ExpressionKind::Literal(literal) = &argument.kind {
                let item = shapes[0].item();
                let parameters = if name == "reduce" { vec![Shape::Unknown, item] } else { vec![item] };
                let given = self.literal(literal, &parameters);
                if let Some(found) = given.kind().filter(|kind| *kind != Kind::Truth)
                    && matches!(name, "filter" | "some" | "all")
                {
                    self.report(KindFault::Test { function: name.to_owned(), found }, self.span(argument));
                }
                shapes.push(Shape::Value(Kind::Function));
            } else {
                shapes.push(self.expression(argument));
            }
        }
        let span = self.token(expression.sign);
        let Some(function) = functions::find(name) else {
            let own = self.unit.tree.functions.iter().find(|function| function.name == name);
            if own.is_some() {
                self.called.insert((name.to_owned(), arguments.len() + 1));
                self.called.insert((name.to_owned(), arguments.len()));
                let object = self.text(object);
                self.report(NameFault::FunctionAsMethod { function: name.to_owned(), object }, span);
            } else {
                self.unknown_function(name, span);
            }
            return Shape::Unknown;
        };
        let whole: Vec<&Expression> = std::iter::once(object).chain(arguments).collect();
        let known = self.policy_call(function, &shapes, &whole, span);
        let shape = self.host_call(function, &shapes, span, Some(object));
        known.unwrap_or(shape)
    }

    pub(super) fn call(
        &mut self,
        expression: &'a Expression,
        namespace: &'a [String],
        name: &'a str,
        arguments: &'a [Expression],
    ) -> Shape {
        let mut shapes: Vec<Shape> = Vec::new();
        for argument in arguments {
            let shape = match &argument.kind {
                ExpressionKind::Literal(literal) => {
                    let item = shapes.first().map_or(Shape::Unknown, Shape::item);
                    let parameters = if name == "reduce" { vec![Shape::Unknown, item] } else { vec![item] };
                    self.literal(literal, &parameters);
                    Shape::Value(Kind::Function)
                }
                _ => self.expression(argument),
            };
            shapes.push(shape);
        }
        let span = self.token(expression.sign);
        match namespace {
            [] => self.plain_call(expression, name, arguments, shapes, span),
            [alias] if alias != "global" => {
                if let Some(module) = self.module(alias, span) {
                    let path = module.source.path.clone();
                    let is_there =
                        module.tree.function(name, shapes.len()).is_some_and(|function| !function.is_private);
                    if is_there {
                        learned_join(
                            &mut self.learned,
                            [((path, name.to_owned(), shapes.len()), shapes)].into_iter().collect(),
                        );
                    } else if module.ast.is_some() {
                        let whole = self.span(expression);
                        let whole = Span {
                            start: whole.start,
                            end: self.unit.source.text[whole.start..whole.end]
                                .find('(')
                                .map_or(whole.end, |at| whole.start + at),
                        };
                        self.unknown_module_function(alias, module, name, shapes.len(), whole);
                    }
                }
                Shape::Unknown
            }
            _ => {
                let remedy = format!("write `{name}(…)`");
                self.report(NameFault::UndefinedPath { path: self.text(expression), remedy }, span);
                Shape::Unknown
            }
        }
    }

    pub(super) fn plain_call(
        &mut self,
        expression: &'a Expression,
        name: &'a str,
        arguments: &'a [Expression],
        shapes: Vec<Shape>,
        span: Span,
    ) -> Shape {
        self.called.insert((name.to_owned(), shapes.len()));
        if self.unit.tree.function(name, shapes.len()).is_some() {
            let key = (self.unit.source.path.clone(), name.to_owned(), shapes.len());
            if self.is_top_level {
                self.report(FormFault::ConstantCallsFunction {}, span);
            }
            learned_join(&mut self.learned, [(key, shapes)].into_iter().collect());
            return Shape::Unknown;
        }
        if let Some(function) = functions::find(name) {
            if matches!(name, "lookup" | "has_row") {
                self.lookup(arguments);
            }
            let known = self.policy_call(function, &shapes, &arguments.iter().collect::<Vec<_>>(), span);
            let shape = self.host_call(function, &shapes, span, None);
            return known.unwrap_or(shape);
        }
        if !self.unit.unread_functions.iter().any(|unread| unread == name) {
            let own: Vec<&Function> =
                self.unit.tree.functions.iter().filter(|function| function.name == name).collect();
            if let Some(function) = own.first() {
                self.called.insert((name.to_owned(), function.parameters.len()));
                let fault = NameFault::ArgumentCount {
                    function: name.to_owned(),
                    expected: vec![function.parameters.len()],
                    given: shapes.len(),
                    signature: format!("{name}({})", function.parameters.join(", ")),
                };
                self.report(fault, span);
            } else if self.variable(name).is_some() {
                self.report(NameFault::VariableAsFunction { name: name.to_owned() }, span);
            } else {
                let _ = expression;
                self.unknown_function(name, span);
            }
        }
        Shape::Unknown
    }

    pub(super) fn unknown_function(&mut self, name: &str, span: Span) {
        let function = name.to_owned();
        if let Some((_, remedy)) = UNAVAILABLE.iter().find(|(word, _)| *word == name) {
            let fault = match name {
                "round" => NameFault::AmbiguousRounding { remedy },
                "ceiling_to" | "sqrt" | "log" | "eomonth" => NameFault::Unavailable { function, remedy },
                _ => NameFault::Forbidden { function, remedy },
            };
            self.report(fault, span);
            return;
        }
        let own = self.unit.tree.functions.iter().map(|function| function.name.as_str());
        let near = did_you_mean(name, own.chain(functions::all().map(|function| function.name)));
        let near = near.map(|near| functions::find(near).map_or_else(|| near.to_owned(), signature));
        self.report(NameFault::UnknownFunction { function, near }, span);
    }

    pub(super) fn unknown_module_function(
        &mut self,
        alias: &str,
        module: &Unit,
        name: &str,
        arguments: usize,
        span: Span,
    ) {
        let (module_name, file) = (alias.to_owned(), module.source.path.clone());
        let functions = &module.tree.functions;
        let fault = match functions.iter().find(|function| function.name == name) {
            Some(function) if function.is_private => {
                NameFault::PrivateFunction { module: module_name, function: name.to_owned(), file }
            }
            Some(function) => NameFault::ArgumentCount {
                function: format!("{alias}::{name}"),
                expected: vec![function.parameters.len()],
                given: arguments,
                signature: format!("{alias}::{name}({})", function.parameters.join(", ")),
            },
            None => NameFault::UnknownModuleFunction {
                module: module_name,
                function: name.to_owned(),
                file,
                near: did_you_mean(name, functions.iter().map(|function| function.name.as_str())).map(str::to_owned),
            },
        };
        self.report(fault, span);
    }

    pub(super) fn host_call(
        &mut self,
        function: &'static HostFunction,
        shapes: &[Shape],
        span: Span,
        object: Option<&Expression>,
    ) -> Shape {
        if !function.takes(shapes.len()) {
            let before = usize::from(object.is_some());
            let fault = NameFault::ArgumentCount {
                function: function.name.to_owned(),
                expected: function.signatures.iter().map(|names| names.len() - before).collect(),
                given: shapes.len() - before,
                signature: match object {
                    Some(object) => format!("{}.{}", self.text(object), signature_after(function)),
                    None => signature(function),
                },
            };
            self.report(fault, span);
            return Shape::Unknown;
        }
        match function.name {
            "filter" => Shape::Items(Box::new(shapes[0].item())),
            "map" => Shape::Items(Box::new(Shape::Unknown)),
            "first" | "last" => shapes[0].item(),
            "min" | "max" => match shapes {
                [Shape::Value(Kind::Number), Shape::Value(Kind::Number)] => Shape::Value(Kind::Number),
                [list] => list.item(),
                _ => Shape::Unknown,
            },
            _ => returned(function).map_or(Shape::Unknown, Shape::Value),
        }
    }

    pub(super) fn lookup(&mut self, arguments: &'a [Expression]) {
        let tables = &self.context.tables;
        let Some(ExpressionKind::Text(name)) = arguments.first().map(|first| &first.kind) else { return };
        let Some(table) = tables.get(name) else {
            let near = did_you_mean(name, tables.names()).map(str::to_owned);
            self.report(NameFault::UnknownLookupTable { table: name.clone(), near }, self.span(&arguments[0]));
            return;
        };
        if let Some(last) = arguments.get(2)
            && let ExpressionKind::Text(column) = &last.kind
            && table.column(column).is_none()
        {
            let fault = NameFault::UnknownLookupColumn {
                table: name.clone(),
                column: column.clone(),
                known: table.columns.iter().map(|(name, _)| name.to_string()).collect(),
                near: table.nearest_column(column).map(str::to_owned),
            };
            self.report(fault, self.span(last));
        }
    }
}

/// `clamp(x, low, high)`.
fn signature(function: &HostFunction) -> String {
    let names = function.signatures.last().map(|names| names.join(", ")).unwrap_or_default();
    format!("{}({names})", function.name)
}

/// `because(reason)`: without the value before the point.
fn signature_after(function: &HostFunction) -> String {
    let names =
        function.signatures.last().map(|names| names.get(1..).unwrap_or_default().join(", ")).unwrap_or_default();
    format!("{}({names})", function.name)
}
