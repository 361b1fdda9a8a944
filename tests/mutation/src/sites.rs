//! Finds the places in the source that can be mutated.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{Expr, ExprLit, Item, Lit, Pat, Stmt};

use crate::mutant::{Edit, Mutant, normalize};
use crate::tree::SourceFile;
use crate::{Failure, defaults, operators};

/// Files that cannot ask which mutant is active.
const SKIPPED: [&str; 2] = [
    "main.rs",              // not part of the library
    "script/allocation.rs", // the allocator: the switch allocates when it reads the environment
];
const INTEGERS: [&str; 12] = ["u8", "u16", "u32", "u64", "u128", "usize", "i8", "i16", "i32", "i64", "i128", "isize"];

/// Every mutant of these files, in their order.
pub fn collect(files: &[SourceFile]) -> Result<Vec<Mutant>, Failure> {
    let mut constants = BTreeSet::new();
    let mut parsed = Vec::new();
    for file in files.iter().filter(|file| !SKIPPED.contains(&file.path.as_str())) {
        let tree = syn::parse_file(&file.text).map_err(|error| format!("src/{}: {error}", file.path))?;
        Constants(&mut constants).visit_file(&tree);
        parsed.push((file, tree));
    }
    let mut mutants = Vec::new();
    for (file, tree) in &parsed {
        let mut sites = Sites { file, constants: &constants, scope: Vec::new(), must_end: false, found: Vec::new() };
        sites.visit_file(tree);
        let mut found = sites.found;
        found.sort_by_key(|mutant| (mutant.range.start, mutant.range.end));
        mutants.extend(found);
    }
    let mut counts: BTreeMap<(String, String, String, String), usize> = BTreeMap::new();
    for mutant in &mut mutants {
        let key = (mutant.room.clone(), mutant.function.clone(), mutant.original.clone(), mutant.replacement.clone());
        let count = counts.entry(key).or_default();
        *count += 1;
        mutant.occurrence = *count;
    }
    Ok(mutants)
}

/// Names of constants that are integers.
struct Constants<'a>(&'a mut BTreeSet<String>);

impl<'ast> Visit<'ast> for Constants<'_> {
    fn visit_item_const(&mut self, item: &'ast syn::ItemConst) {
        if let syn::Type::Path(path) = &*item.ty
            && INTEGERS.iter().any(|name| path.path.is_ident(name))
        {
            self.0.insert(item.ident.to_string());
        }
    }
}

struct Sites<'a> {
    file: &'a SourceFile,
    constants: &'a BTreeSet<String>,
    /// Types and functions around the place.
    scope: Vec<String>,
    /// True in a block that must not end normally, as after `let … else`.
    must_end: bool,
    found: Vec<Mutant>,
}

impl Sites<'_> {
    fn text(&self, node: &impl Spanned) -> &str {
        &self.file.text[node.span().byte_range()]
    }

    fn add(&mut self, range: Range<usize>, edit: Edit, original: &str, replacement: &str) {
        let (original, replacement) = (normalize(original), replacement.to_owned());
        if self.scope.is_empty() || original == normalize(&replacement) {
            return;
        }
        let file = self.file;
        self.found.push(Mutant {
            file: file.path.clone(),
            room: file.room().to_owned(),
            line: file.text[..range.start].matches('\n').count() + 1,
            function: self.scope.join("::"),
            range,
            edit,
            original,
            replacement,
            occurrence: 0,
        });
    }

    /// Replaces the whole expression.
    fn replace(&mut self, node: &impl Spanned, replacement: &str) {
        let original = self.text(node).to_owned();
        self.add(node.span().byte_range(), Edit::Replace, &original, replacement);
    }

    fn function(&mut self, signature: &syn::Signature, attributes: &[syn::Attribute], block: &syn::Block) {
        if signature.constness.is_some() || signature.unsafety.is_some() || is_test(attributes) {
            return;
        }
        self.scope.push(signature.ident.to_string());
        let must_end = std::mem::take(&mut self.must_end);
        let range = block.span().byte_range();
        let body = self.file.text[range.start + 1..range.end - 1].to_owned();
        if !block.stmts.is_empty() {
            for value in defaults::values(&signature.output) {
                self.add(range.start + 1..range.start + 1, Edit::Return, &body, &value);
            }
        }
        self.visit_block(block);
        self.must_end = must_end;
        self.scope.pop();
    }

    /// A condition, or each part of a chain that binds names.
    fn condition(&mut self, condition: &Expr, values: &[&str]) {
        match condition {
            Expr::Let(_) => {}
            Expr::Binary(both) if has_let(condition) => {
                self.condition(&both.left, values);
                self.condition(&both.right, values);
            }
            _ => values.iter().for_each(|value| self.replace(condition, value)),
        }
    }

    fn binary(&mut self, expression: &syn::ExprBinary) {
        if has_let(&expression.left) || has_let(&expression.right) {
            return;
        }
        let operator = expression.op.span().byte_range();
        let whole = expression.span().byte_range();
        let (left, right) = (&self.file.text[whole.start..operator.start], &self.file.text[operator.end..whole.end]);
        let changed: Vec<String> =
            operators::binary(&expression.op).iter().map(|other| format!("{left}{other}{right}")).collect();
        changed.iter().for_each(|text| self.replace(expression, text));
    }

    fn method(&mut self, call: &syn::ExprMethodCall) {
        let name = call.method.to_string();
        let whole = call.span().byte_range();
        let place = call.method.span().byte_range();
        let (before, after) = (&self.file.text[whole.start..place.start], &self.file.text[place.end..whole.end]);
        if let Some(other) = operators::method(&name) {
            let text = format!("{before}{other}{after}");
            self.replace(call, &text);
        }
        if operators::NEGATED.contains(&name.as_str()) && call.args.is_empty() {
            let text = format!("!{}", self.text(call));
            self.replace(call, &text);
        }
        if operators::PREDICATES.contains(&name.as_str())
            && let Some(Expr::Closure(closure)) = call.args.first()
        {
            self.replace(&closure.body, "true");
        }
    }

    fn arms(&mut self, expression: &syn::ExprMatch) {
        let open = |arm: &syn::Arm| arm.guard.is_none() && matches!(arm.pat, Pat::Wild(_) | Pat::Ident(_));
        // What the skipped arm would have matched needs another one.
        let others = expression.arms.last().is_some_and(open);
        for arm in &expression.arms {
            match &arm.guard {
                Some((_, guard)) => self.condition(guard, &["true", "false"]),
                None if others && !open(arm) => {
                    let end = arm.pat.span().byte_range().end;
                    let original = format!("{} => {}", self.text(&arm.pat), self.text(&arm.body));
                    self.add(end..end, Edit::SkipArm, &original, "");
                }
                None => {}
            }
        }
    }

    fn integer(&mut self, literal: &syn::LitInt) {
        let Ok(value) = literal.base10_parse::<u128>() else { return };
        let text = |value: u128| format!("{value}{}", literal.suffix());
        self.replace(literal, &text(value + 1));
        if value > 0 {
            self.replace(literal, &text(value - 1));
        }
    }

    fn path(&mut self, path: &syn::ExprPath) {
        let last = path.path.segments.last().map(|segment| segment.ident.to_string());
        if last.is_some_and(|name| self.constants.contains(&name)) {
            let text = self.text(path).to_owned();
            self.replace(path, &format!("({text} + 1)"));
            self.replace(path, &format!("({text} - 1)"));
        }
    }

    fn delete(&mut self, statement: &Stmt) {
        let deletable = match statement {
            Stmt::Expr(Expr::Return(_) | Expr::Break(_) | Expr::Continue(_), Some(_)) => !self.must_end,
            Stmt::Expr(expression, Some(_)) => match expression {
                Expr::MethodCall(_) | Expr::Call(_) | Expr::Assign(_) | Expr::Try(_) | Expr::Await(_) => true,
                Expr::Binary(both) => !operators::binary(&both.op).is_empty(),
                _ => false,
            },
            Stmt::Macro(call) => {
                let written = call.mac.path.segments.last().map(|segment| segment.ident.to_string());
                matches!(written.as_deref(), Some("write" | "writeln")) && call.semi_token.is_some()
            }
            _ => false,
        };
        if deletable {
            let original = self.text(statement).to_owned();
            self.add(statement.span().byte_range(), Edit::Delete, &original, "");
        }
    }
}

impl<'ast> Visit<'ast> for Sites<'_> {
    fn visit_item(&mut self, item: &'ast Item) {
        match item {
            Item::Fn(function) => self.function(&function.sig, &function.attrs, &function.block),
            Item::Mod(module) if !is_test(&module.attrs) => visit::visit_item_mod(self, module),
            Item::Impl(implementation) => self.visit_item_impl(implementation),
            Item::Trait(definition) => {
                self.scope.push(definition.ident.to_string());
                visit::visit_item_trait(self, definition);
                self.scope.pop();
            }
            // Everything else is evaluated by the compiler, or is no code.
            _ => {}
        }
    }

    fn visit_item_impl(&mut self, implementation: &'ast syn::ItemImpl) {
        let of_trait = implementation.trait_.as_ref().and_then(|(_, path, _)| path.segments.last());
        let of_trait = of_trait.map(|segment| segment.ident.to_string());
        let derived = matches!(of_trait.as_deref(), Some("Debug" | "Default"));
        if derived || implementation.unsafety.is_some() || is_test(&implementation.attrs) {
            return;
        }
        let name = match &*implementation.self_ty {
            syn::Type::Path(path) => path.path.segments.last().map(|segment| segment.ident.to_string()),
            _ => None,
        };
        let name = name.unwrap_or_else(|| normalize(self.text(&implementation.self_ty)));
        self.scope.push(name);
        for item in &implementation.items {
            if let syn::ImplItem::Fn(function) = item {
                self.function(&function.sig, &function.attrs, &function.block);
            }
        }
        self.scope.pop();
    }

    fn visit_trait_item(&mut self, item: &'ast syn::TraitItem) {
        if let syn::TraitItem::Fn(function) = item
            && let Some(block) = &function.default
        {
            self.function(&function.sig, &function.attrs, block);
        }
    }

    fn visit_stmt(&mut self, statement: &'ast Stmt) {
        self.delete(statement);
        visit::visit_stmt(self, statement);
    }

    fn visit_local(&mut self, local: &'ast syn::Local) {
        let Some(init) = &local.init else { return };
        self.visit_expr(&init.expr);
        if let Some((_, otherwise)) = &init.diverge {
            let before = std::mem::replace(&mut self.must_end, true);
            self.visit_expr(otherwise);
            self.must_end = before;
        }
    }

    fn visit_expr(&mut self, expression: &'ast Expr) {
        match expression {
            Expr::Binary(both) => self.binary(both),
            Expr::Unary(unary) if !matches!(unary.op, syn::UnOp::Deref(_)) => {
                let inner = self.text(&unary.expr).to_owned();
                self.replace(unary, &inner);
            }
            Expr::MethodCall(call) => self.method(call),
            Expr::If(condition) => self.condition(&condition.cond, &["true", "false"]),
            Expr::While(repeated) => self.condition(&repeated.cond, &["false"]),
            Expr::Match(cases) => self.arms(cases),
            Expr::Lit(ExprLit { lit: Lit::Int(literal), .. }) => self.integer(literal),
            Expr::Lit(ExprLit { lit: Lit::Bool(literal), .. }) => {
                self.replace(literal, if literal.value { "false" } else { "true" });
            }
            Expr::Path(path) => self.path(path),
            Expr::Call(call) if matches!(&*call.func, Expr::Path(path) if path.path.is_ident("Some")) => {
                self.replace(call, "None");
            }
            Expr::Macro(call) if call.mac.path.is_ident("matches") => {
                let text = format!("!{}", self.text(call));
                self.replace(call, &text);
            }
            // How much memory is reserved makes no difference that a test could see.
            Expr::Call(call) if matches!(&*call.func, Expr::Path(path) if ends_with(path, "with_capacity")) => return,
            // The length of an array is evaluated by the compiler.
            Expr::Repeat(repeated) => return self.visit_expr(&repeated.expr),
            Expr::Const(_) | Expr::Unsafe(_) => return,
            _ => {}
        }
        visit::visit_expr(self, expression);
    }

    // What the compiler evaluates cannot ask the switch.
    fn visit_pat(&mut self, _: &'ast Pat) {}
    fn visit_type(&mut self, _: &'ast syn::Type) {}
    fn visit_generic_argument(&mut self, _: &'ast syn::GenericArgument) {}
    fn visit_attribute(&mut self, _: &'ast syn::Attribute) {}
}

fn ends_with(path: &syn::ExprPath, name: &str) -> bool {
    path.path.segments.last().is_some_and(|segment| segment.ident == name)
}

fn has_let(expression: &Expr) -> bool {
    match expression {
        Expr::Let(_) => true,
        Expr::Binary(both) => has_let(&both.left) || has_let(&both.right),
        _ => false,
    }
}

/// True for `#[test]` and `#[cfg(test)]`.
fn is_test(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|attribute| match &attribute.meta {
        syn::Meta::List(list) => attribute.path().is_ident("cfg") && list.tokens.to_string() == "test",
        meta => meta.path().is_ident("test"),
    })
}
