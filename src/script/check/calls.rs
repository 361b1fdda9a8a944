//! Calls: functions of the engine, of the file and of modules.

use super::super::api::function::Function as HostFunction;
use super::super::api::functions;
use super::super::api::kind::Kind;
use super::super::program::Unit;
use super::super::tree::{Expression, ExpressionKind, Function};
use super::Checker;
use super::shape::{Shape, learned_join, returned};
use crate::finding::{Code, Span, did_you_mean};

/// Words of Rhai that rules do not have, with what to write instead.
pub(super) const UNAVAILABLE: [(&str, &str); 22] = [
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
    ("sqrt", "roots are not exact; use a lookup table"),
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
                if let Some(kind) = given.kind().filter(|kind| *kind != Kind::Truth)
                    && matches!(name, "filter" | "some" | "all")
                {
                    let message = format!("the test of `{name}` gives {kind} instead of true or false");
                    let help = "compare in the test: `|item| item.amount > 1000`";
                    self.report(Code::ScriptKinds, self.span(argument), message, help);
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
                let help = format!("write `{name}({}, …)`", self.text(object));
                self.report(
                    Code::ScriptUnknownFunction,
                    span,
                    format!("`{name}` is a function of the file, not of a value"),
                    help,
                );
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
                self.report(
                    Code::ScriptUnknownFunction,
                    span,
                    format!("`{}` is not defined", self.text(expression)),
                    format!("write `{name}(…)`"),
                );
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
                let help = "write the value out, or calculate it inside a function";
                self.report(Code::ScriptForbidden, span, "a constant calls a function of the file", help);
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
                let help = format!("write `{name}({})`", function.parameters.join(", "));
                let message =
                    format!("`{name}` takes {}, not {}", arguments_words(function.parameters.len()), shapes.len());
                self.report(Code::ScriptUnknownFunction, span, message, help);
            } else if self.variable(name).is_some() {
                let message = format!("`{name}` is a variable, not a function");
                self.report(
                    Code::ScriptUnknownFunction,
                    span,
                    message,
                    "functions are defined at the top level: `fn name(x) { … }`",
                );
            } else {
                let _ = expression;
                self.unknown_function(name, span);
            }
        }
        Shape::Unknown
    }

    pub(super) fn unknown_function(&mut self, name: &str, span: Span) {
        if let Some((_, help)) = UNAVAILABLE.iter().find(|(word, _)| *word == name) {
            let code = if matches!(name, "round" | "ceiling_to" | "sqrt") {
                Code::ScriptUnknownFunction
            } else {
                Code::ScriptForbidden
            };
            let message = if name == "round" {
                "`round` does not say what happens to halves".to_owned()
            } else {
                format!("`{name}` is not available in rules")
            };
            self.report(code, span, message, *help);
            return;
        }
        let own = self.unit.tree.functions.iter().map(|function| function.name.as_str());
        let help = match did_you_mean(name, own.chain(functions::all().map(|function| function.name))) {
            Some(near) => match functions::find(near) {
                Some(function) => format!("did you mean `{}`?", signature(function)),
                None => format!("did you mean `{near}`?"),
            },
            None => format!("define it: `fn {name}(…) {{ … }}`; `quotient api` lists all functions"),
        };
        self.report(Code::ScriptUnknownFunction, span, format!("there is no function `{name}`"), help);
    }

    pub(super) fn unknown_module_function(
        &mut self,
        alias: &str,
        module: &Unit,
        name: &str,
        arguments: usize,
        span: Span,
    ) {
        let (message, help) = match module.tree.functions.iter().find(|function| function.name == name) {
            Some(function) if function.is_private => {
                (format!("`{alias}::{name}` is private"), format!("remove `private` in `{}`", module.source.path))
            }
            Some(function) => (
                format!("`{alias}::{name}` takes {}, not {arguments}", arguments_words(function.parameters.len())),
                format!("write `{alias}::{name}({})`", function.parameters.join(", ")),
            ),
            None => (
                format!("the module `{alias}` has no function `{name}`"),
                match did_you_mean(name, module.tree.functions.iter().map(|function| function.name.as_str())) {
                    Some(near) => format!("did you mean `{alias}::{near}`?"),
                    None => format!("define it in `{}`", module.source.path),
                },
            ),
        };
        self.report(Code::ScriptUnknownFunction, span, message, help);
    }

    pub(super) fn host_call(
        &mut self,
        function: &'static HostFunction,
        shapes: &[Shape],
        span: Span,
        object: Option<&Expression>,
    ) -> Shape {
        if !function.takes(shapes.len()) {
            let counts: Vec<String> = function
                .signatures
                .iter()
                .map(|names| (names.len() - usize::from(object.is_some())).to_string())
                .collect();
            let given = shapes.len() - usize::from(object.is_some());
            let plural = if counts == ["1"] { "" } else { "s" };
            let message = format!("`{}` takes {} argument{plural}, not {given}", function.name, counts.join(" or "));
            let help = match object {
                Some(object) => format!("write `{}.{}`", self.text(object), signature_after(function)),
                None => format!("write `{}`", signature(function)),
            };
            self.report(Code::ScriptUnknownFunction, span, message, help);
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
            let help = match did_you_mean(name, tables.names()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("put `{name}.csv` beside the rules"),
            };
            self.report(
                Code::ScriptUnknownName,
                self.span(&arguments[0]),
                format!("there is no lookup table `{name}`"),
                help,
            );
            return;
        };
        if let Some(last) = arguments.get(2)
            && let ExpressionKind::Text(column) = &last.kind
            && table.column(column).is_none()
        {
            let help = match table.nearest_column(column) {
                Some(near) => format!("did you mean `{near}`?"),
                None => {
                    let names: Vec<String> = table.columns.iter().map(|(name, _)| format!("`{name}`")).collect();
                    format!("it has {}", names.join(", "))
                }
            };
            self.report(
                Code::ScriptUnknownName,
                self.span(last),
                format!("the lookup table `{name}` has no column `{column}`"),
                help,
            );
        }
    }
}

fn arguments_words(count: usize) -> String {
    if count == 1 { "1 argument".to_owned() } else { format!("{count} arguments") }
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
