//! Scripts of one vendor as compiled: files, their trees, and what calls them.

use super::EntryPoint;
use super::api::facts::FactSchema;
use super::budget::ScriptBudget;
use super::sandbox;
use super::source::Source;
use super::table::Tables;
use super::tree::Tree;
use super::typed::{Fallback, Rule};
use crate::channel::Name;
use crate::finding::Place;
use rhai::{AST, Engine, ImmutableString, Module, Shared};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, OnceLock};

pub(super) type SharedModule = Shared<Module>;

/// All scripts of one vendor, compiled and checked. Immutable; cloning shares.
#[derive(Clone)]
pub struct Scripts {
    pub(super) inner: Arc<Inner>,
    /// True when the interpreter runs every rule.
    pub(super) is_interpreted: bool,
}

pub(super) struct Inner {
    /// Identifies the scripts of one compilation.
    pub id: u64,
    /// Ends with this compilation.
    pub in_use: Arc<()>,
    pub engine: Engine,
    pub schema: Arc<FactSchema>,
    pub tables: Arc<Tables>,
    pub factors: Vec<Name>,
    pub budget: ScriptBudget,
    pub programs: BTreeMap<String, Program>,
    /// Typed code of the rules by path, or the reason why a rule has none.
    pub typed: BTreeMap<String, Result<Rule, Box<Fallback>>>,
    pub recorder: OnceLock<Engine>,
}

impl Inner {
    /// The engine that notes variables, made when the first fault is explained.
    pub fn recorder(&self) -> &Engine {
        self.recorder.get_or_init(|| sandbox::engine(&self.schema, &self.tables, self.budget, true))
    }
}

/// One file, ready to be called.
pub(super) struct Program {
    pub number: usize,
    pub source: Source,
    pub tree: Tree,
    pub entry: Option<EntryPoint>,
    pub path: ImmutableString,
    pub functions: SharedModule,
    /// Its constants under `global` and the modules it imports, in the order Rhai expects.
    pub imports: Vec<(ImmutableString, SharedModule)>,
    /// As other files import it.
    pub module: SharedModule,
}

/// A file that could be read, before it is linked.
pub(super) struct Unit {
    pub source: Source,
    pub entry: Option<EntryPoint>,
    pub tree: Tree,
    /// `None` when a syntax error left only part of the tree.
    pub ast: Option<AST>,
    /// Names of functions in parts that could not be read; calls to them are not reported.
    pub unread_functions: Vec<String>,
}

impl fmt::Debug for Scripts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.inner.programs.keys()).finish()
    }
}

impl Scripts {
    /// Paths of the files, ascending.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.inner.programs.keys().map(String::as_str)
    }

    /// Returns the same scripts, of which the interpreter runs every rule; for comparison.
    #[must_use]
    pub fn interpreted(self) -> Self {
        Self { is_interpreted: true, ..self }
    }

    /// Returns true when no rule runs in the interpreter.
    pub fn is_typed(&self) -> bool {
        let is_own = |rule: &Rule| rule.watch.difference().is_none();
        !self.is_interpreted && self.inner.typed.values().all(|rule| rule.as_ref().is_ok_and(is_own))
    }

    /// Returns the rules by path, ascending; for those that have no typed code, the reason.
    pub fn tiers(&self) -> impl Iterator<Item = (&str, Option<&Fallback>)> {
        self.inner.typed.iter().map(|(path, rule)| (path.as_str(), rule.as_ref().err().map(|fallback| &**fallback)))
    }
}

impl Program {
    /// Returns the place of the entry point's name, or the file when it does not define it.
    pub fn place_of_entry(&self, entry: EntryPoint) -> Place {
        match self.tree.functions.iter().find(|function| function.name == entry.function()) {
            Some(function) => self.source.place(self.source.function_name(&function.name, function.at), ""),
            None => Place::file(self.source.path.as_str()),
        }
    }
}
