//! Reads Rhai's syntax tree into ours. The only file that knows the shape of Rhai's tree; it is pinned to Rhai 1.27.

use super::source::Source;
use super::tree::*;
use rhai::{AST, ASTFlags, ASTNode, Expr, FnAccess, FnCallExpr, FnPtr, Position, Stmt};
use rust_decimal::Decimal;

/// Reads a compiled file.
pub(super) fn read(ast: &AST, source: &Source) -> Tree {
    let reader = Reader { source };
    let mut tree = Tree::default();
    for statement in ast.statements() {
        reader.top_level(statement, &mut tree);
    }
    for definition in ast.iter_fn_def() {
        let body_at = reader.at(definition.body.start_position());
        let function = Function {
            name: definition.name.to_string(),
            parameters: definition.params.iter().map(ToString::to_string).collect(),
            at: body_at,
            end: reader.at_or(definition.body.end_position(), body_at),
            is_private: definition.access == FnAccess::Private,
            is_method: definition.this_type.is_some(),
            body: reader.body_of(ast, &definition.name, definition.params.len()),
        };
        if function.name.starts_with("anon$") {
            tree.literals.push(function);
        } else {
            tree.functions.push(function);
        }
    }
    tree.functions.sort_by_key(|function| function.at);
    tree.literals.sort_by_key(|function| function.at);
    tree
}

struct Reader<'a> {
    source: &'a Source,
}

impl Reader<'_> {
    fn at(&self, position: Position) -> usize {
        self.at_or(position, 0)
    }

    fn at_or(&self, position: Position, other: usize) -> usize {
        match position.line() {
            Some(line) => self.source.offset(line, position.position().unwrap_or(1)),
            None => other,
        }
    }

    /// The body of one function. Rhai 1.27 does not export the type of a body, so a copy of the tree is cut down to
    /// that function and walked; nodes without a parent are its statements.
    fn body_of(&self, ast: &AST, name: &str, parameters: usize) -> Vec<Statement> {
        let mut only = ast.clone_functions_only();
        only.retain_functions(|_, _, candidate, count| candidate == name && count == parameters);
        let mut body = Vec::new();
        only.walk(&mut |path: &[ASTNode]| {
            if let [ASTNode::Stmt(statement)] = path {
                body.push(self.statement(statement));
            }
            true
        });
        body
    }

    fn top_level(&self, statement: &Stmt, tree: &mut Tree) {
        match self.statement(statement) {
            Statement {
                kind: StatementKind::Let { name, name_at, is_constant: true, is_exported: false, value },
                ..
            } => {
                tree.constants.push(Constant { name, at: name_at, value });
            }
            Statement { kind: StatementKind::Import(import), .. } => tree.imports.push(import),
            Statement { kind: StatementKind::Nothing, .. } => {}
            stray => tree.strays.push(stray),
        }
    }

    fn statements<'s>(&self, list: impl IntoIterator<Item = &'s Stmt>) -> Vec<Statement> {
        list.into_iter().map(|statement| self.statement(statement)).collect()
    }

    fn statement(&self, statement: &Stmt) -> Statement {
        use StatementKind as Kind;
        let at = self.at(statement.position());
        let kind = match statement {
            Stmt::Noop(_) => Kind::Nothing,
            Stmt::Expr(expression) => Kind::Expression(self.expression(expression)),
            Stmt::FnCall(call, position) => Kind::Expression(self.call(call, *position)),
            Stmt::Block(block) => Kind::Block(self.statements(block.iter())),
            Stmt::Var(parts, flags, position) => Kind::Let {
                name: parts.0.name.to_string(),
                name_at: self.at_or(parts.0.pos, self.at(*position)),
                is_constant: flags.intersects(ASTFlags::CONSTANT),
                is_exported: flags.intersects(ASTFlags::EXPORTED),
                value: self.expression(&parts.1),
            },
            Stmt::Assignment(parts) => Kind::Assign {
                operator: parts.0.get_op_assignment_info().map(|info| info.5.to_owned()),
                operator_at: self.at(parts.0.position()),
                target: self.expression(&parts.1.lhs),
                value: self.expression(&parts.1.rhs),
            },
            Stmt::If(flow, _) => Kind::If {
                condition: self.expression(&flow.expr),
                body: self.statements(flow.body.iter()),
                otherwise: self.statements(flow.branch.iter()),
                has_otherwise: !flow.branch.is_empty() || !flow.branch.position().is_none(),
            },
            Stmt::Switch(parts, _) => {
                let (subject, cases) = &**parts;
                Kind::Switch {
                    subject: self.expression(subject),
                    has_default: cases.def_case.is_some(),
                    cases: cases
                        .expressions
                        .iter()
                        .map(|case| Case {
                            condition: (!matches!(case.lhs, Expr::BoolConstant(true, _)))
                                .then(|| self.expression(&case.lhs)),
                            outcome: self.expression(&case.rhs),
                        })
                        .collect(),
                }
            }
            Stmt::While(flow, _) => Kind::While {
                condition: (!matches!(flow.expr, Expr::Unit(_))).then(|| self.expression(&flow.expr)),
                body: self.statements(flow.body.iter()),
            },
            Stmt::Do(flow, _, _) => {
                Kind::DoWhile { condition: self.expression(&flow.expr), body: self.statements(flow.body.iter()) }
            }
            Stmt::For(parts, _) => Kind::For {
                variable: parts.0.name.to_string(),
                counter: parts.1.as_ref().map(|counter| counter.name.to_string()),
                over: self.expression(&parts.2.expr),
                body: self.statements(parts.2.body.iter()),
            },
            Stmt::TryCatch(flow, _) => Kind::Try {
                body: self.statements(flow.body.iter()),
                variable: match &flow.expr {
                    Expr::Variable(parts, ..) => Some(parts.1.to_string()),
                    _ => None,
                },
                handler: self.statements(flow.branch.iter()),
            },
            Stmt::BreakLoop(value, flags, _) => Kind::Break {
                value: value.as_ref().map(|value| self.expression(value)),
                is_break: flags.intersects(ASTFlags::BREAK),
            },
            Stmt::Return(value, flags, _) => {
                let value = value.as_ref().map(|value| self.expression(value));
                if flags.intersects(ASTFlags::BREAK) { Kind::Throw(value) } else { Kind::Return(value) }
            }
            Stmt::Import(parts, _) => Kind::Import(Import {
                path: match &parts.0 {
                    Expr::StringConstant(path, _) => Some(path.to_string()),
                    _ => None,
                },
                path_at: self.at(parts.0.start_position()),
                alias: parts.1.name.to_string(),
            }),
            Stmt::Export(..) => Kind::Export,
            // The enum is open for additions; version 1.27 has no other statement.
            _ => Kind::Nothing,
        };
        Statement { at, kind }
    }

    fn expression(&self, expression: &Expr) -> Expression {
        use ExpressionKind as Kind;
        let at = self.at(expression.start_position());
        let simple = |kind| Expression { at, sign: at, kind };
        match expression {
            Expr::Unit(_) => simple(Kind::NotKnown),
            Expr::BoolConstant(value, _) => simple(Kind::Truth(*value)),
            Expr::IntegerConstant(value, _) => simple(Kind::Count(*value)),
            Expr::StringConstant(value, _) => simple(Kind::Text(value.to_string())),
            Expr::CharConstant(..) => simple(Kind::Character),
            Expr::DynamicConstant(value, _) => simple(constant(value)),
            Expr::InterpolatedString(parts, _) => simple(Kind::Interpolated(self.expressions(parts.iter()))),
            Expr::Array(items, _) => simple(Kind::List(self.expressions(items.iter()))),
            Expr::Map(parts, _) => simple(Kind::Map(
                parts
                    .0
                    .iter()
                    .map(|(key, value)| (key.name.to_string(), self.at(key.pos), self.expression(value)))
                    .collect(),
            )),
            Expr::Variable(parts, _, position) => {
                let name = parts.1.to_string();
                if parts.2.is_empty() {
                    return simple(Kind::Variable(name));
                }
                let namespace = parts.2.path.iter().map(|part| part.name.to_string()).collect();
                let start = self.at_or(parts.2.position(), self.at(*position));
                Expression { at: start, sign: start, kind: Kind::Qualified { namespace, name } }
            }
            Expr::ThisPtr(_) => simple(Kind::This),
            Expr::Stmt(block) => simple(Kind::Block(self.statements(block.iter()))),
            Expr::FnCall(call, position) => self.call(call, *position),
            Expr::And(parts, position) => self.joined(Kind::And, parts, *position),
            Expr::Or(parts, position) => self.joined(Kind::Or, parts, *position),
            Expr::Coalesce(parts, position) => self.joined(Kind::Coalesce, parts, *position),
            Expr::Dot(parts, flags, position) | Expr::Index(parts, flags, position) => {
                let is_index = matches!(expression, Expr::Index(..));
                let root = self.expression(&parts.lhs);
                self.chain(root, is_index, *flags, &parts.rhs, *position)
            }
            // Bare members occur only inside chains; the enum is open for additions, version 1.27 has no other.
            Expr::Property(parts, _) => simple(Kind::Variable(parts.2.to_string())),
            Expr::MethodCall(call, position) => self.call(call, *position),
            _ => simple(Kind::Other),
        }
    }

    fn expressions<'e>(&self, list: impl Iterator<Item = &'e Expr>) -> Vec<Expression> {
        list.map(|item| self.expression(item)).collect()
    }

    fn joined(&self, kind: fn(Vec<Expression>) -> ExpressionKind, parts: &[Expr], position: Position) -> Expression {
        let parts = self.expressions(parts.iter());
        let at = parts.first().map_or(0, |first| first.at);
        Expression { at, sign: self.at_or(position, at), kind: kind(parts) }
    }

    /// Rhai nests `a.b.c` to the right, `a.(b.c)`; a node with the break flag ends its chain. Ours nests to the left.
    fn chain(
        &self,
        object: Expression,
        is_index: bool,
        flags: ASTFlags,
        rest: &Expr,
        position: Position,
    ) -> Expression {
        match rest {
            Expr::Dot(parts, next, next_at) | Expr::Index(parts, next, next_at)
                if !flags.intersects(ASTFlags::BREAK) =>
            {
                let linked = self.link(object, is_index, flags, &parts.lhs, position);
                self.chain(linked, matches!(rest, Expr::Index(..)), *next, &parts.rhs, *next_at)
            }
            _ => self.link(object, is_index, flags, rest, position),
        }
    }

    fn link(
        &self,
        object: Expression,
        is_index: bool,
        flags: ASTFlags,
        member: &Expr,
        position: Position,
    ) -> Expression {
        use ExpressionKind as Kind;
        let at = object.at;
        let is_optional = flags.intersects(ASTFlags::NEGATED);
        let object = Box::new(object);
        let (sign, kind) = match member {
            _ if is_index => {
                (self.at(position), Kind::Index { object, index: Box::new(self.expression(member)), is_optional })
            }
            Expr::Property(parts, position) => {
                (self.at(*position), Kind::Member { object, name: parts.2.to_string(), is_optional })
            }
            Expr::MethodCall(call, position) => (
                self.at(*position),
                Kind::Method { object, name: call.name.to_string(), arguments: self.expressions(call.args.iter()) },
            ),
            other => (self.at(other.position()), Kind::Other),
        };
        Expression { at, sign, kind }
    }

    fn call(&self, call: &FnCallExpr, position: Position) -> Expression {
        use ExpressionKind as Kind;
        let sign = self.at(position);
        let arguments = self.expressions(call.args.iter());
        if call.op_token.is_some() {
            let at = arguments.iter().map(|operand| operand.at).chain([sign]).min().unwrap_or(sign);
            return Expression { at, sign, kind: Kind::Operator { name: call.name.to_string(), operands: arguments } };
        }
        let namespace: Vec<String> = call.namespace.path.iter().map(|part| part.name.to_string()).collect();
        // Rhai's namespace panics when asked for the position of an empty path.
        let at = if namespace.is_empty() { sign } else { self.at_or(call.namespace.position(), sign) };
        if let ("Fn", [Expression { kind: Kind::Text(name), .. }]) = (call.name.as_str(), &arguments[..])
            && name.starts_with("anon$")
        {
            return Expression { at, sign, kind: Kind::Literal(name.clone()) };
        }
        Expression { at, sign: at, kind: Kind::Call { namespace, name: call.name.to_string(), arguments } }
    }
}

fn constant(value: &rhai::Dynamic) -> ExpressionKind {
    if let Ok(number) = value.as_decimal() {
        return ExpressionKind::Number(number as Decimal);
    }
    match value.read_lock::<FnPtr>() {
        Some(function) => ExpressionKind::Literal(function.fn_name().to_owned()),
        None => ExpressionKind::Other,
    }
}
