//! The sandbox: the one place where an engine is made.
//!
//! No package of Rhai is loaded: every function, operator and iterator a script reaches is one of ours.

use super::api::complaint::Complaint;
use super::api::facts::{Fact, FactSchema};
use super::api::function::Call;
use super::api::functions;
use super::api::inspect::in_text;
use super::api::lists::FIELD_FUNCTIONS;
use super::api::members::register_members;
use super::api::operators::{ASSIGNING, BINARY, UNARY, binary, unary};
use super::api::peers::{PEER_FUNCTIONS, answer};
use super::api::value::{FactList, PeersOf, View};
use super::budget::{ScriptBudget, spend};
use super::coverage;
use super::kind_fault::KindFault;
use super::name_fault::NameFault;
use super::table::Tables;
use rhai::{Array, Dynamic, Engine, EvalAltResult, LexError, NativeCallContext, OptimizationLevel, Token};
use rust_decimal::Decimal;
use std::any::TypeId;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::{Range, RangeInclusive};
use std::sync::Arc;

/// Largest source file.
pub(super) const MAX_SOURCE_BYTES: usize = 64 * 1024;
/// Functions that call functions, how deep.
pub(super) const MAX_CALLS: usize = 32;
/// Nesting of one expression.
pub(super) const MAX_DEPTH: usize = 96;
pub(super) const MAX_TEXT: usize = 4 * 1024;
pub(super) const MAX_LIST: usize = 4 * 1024;
pub(super) const MAX_MAP: usize = 1024;
pub(super) const MAX_VARIABLES: usize = 256;
const MAX_FUNCTIONS: usize = 128;
/// Words of the language that rules may not use; the parser refuses them.
const DISABLED: [&str; 4] = ["eval", "export", "curry", "is_shared"];

thread_local! {
    static VALUES: std::cell::RefCell<Option<Recorded>> = const { std::cell::RefCell::new(None) };
}

/// Variables of the function that read one last, with the values they had then.
#[derive(Debug, Default)]
pub(super) struct Recorded {
    /// By depth of calls and name.
    values: BTreeMap<(usize, String), Dynamic>,
    /// Depth of the last read: that of the function that failed.
    depth: usize,
    last: Option<String>,
}

impl Recorded {
    /// Name of the variable that was read last of all.
    pub fn last_name(&self) -> Option<&str> {
        self.last.as_deref()
    }

    /// The value of a variable of the function that failed.
    pub fn get(&self, name: &str) -> Option<&Dynamic> {
        self.values.get(&(self.depth, name.to_owned()))
    }
}

/// Runs `work` and gives the values of the variables it read.
pub(super) fn recording<R>(work: impl FnOnce() -> R) -> (R, Recorded) {
    VALUES.set(Some(Recorded::default()));
    let result = work();
    (result, VALUES.take().unwrap_or_default())
}

/// The one constructor of engines.
///
/// With `is_recording` every variable that is read is noted for [`recording`]; only the explanation of a fault needs it.
pub(super) fn engine(
    schema: &Arc<FactSchema>,
    tables: &Arc<Tables>,
    budget: ScriptBudget,
    is_recording: bool,
) -> Engine {
    let mut engine = Engine::new_raw();
    engine
        .set_optimization_level(OptimizationLevel::None)
        .set_max_strings_interned(0)
        // A second line of defence: `spend` counts the same operations and is exceeded first.
        .set_max_operations(budget.operations.saturating_add(1))
        .set_max_call_levels(MAX_CALLS)
        .set_max_expr_depths(MAX_DEPTH, MAX_DEPTH)
        .set_max_string_size(MAX_TEXT)
        .set_max_array_size(MAX_LIST)
        .set_max_map_size(MAX_MAP)
        .set_max_variables(MAX_VARIABLES)
        .set_max_functions(MAX_FUNCTIONS)
        .set_max_modules(16)
        // Our own checks find every unknown variable; Rhai's strict mode would stop at the first.
        .set_strict_variables(false)
        .set_fail_on_invalid_map_property(true)
        // With fast operators Rhai decides `"a" > 1` itself, silently.
        .set_fast_operators(false);
    for word in DISABLED {
        engine.disable_symbol(word);
    }
    engine.on_print(|_| {}).on_debug(|_, _, _| {});
    engine.on_progress(|_| spend().map(Dynamic::from));
    #[allow(deprecated)] // marked volatile, not deprecated; the version is pinned
    engine.on_parse_token(|token, _, _| match spend() {
        Some(_) => Token::LexError(Box::new(LexError::Runtime(TOO_COMPLEX.to_owned()))),
        // `until` ends a loop in Rhai; here it is a function, and loops end with `while`.
        None if token == Token::Until => Token::Identifier(Box::new("until".into())),
        None => token,
    });
    register_operators(&mut engine);
    register_functions(&mut engine, schema, tables);
    register_members(&mut engine, schema);
    register_facts(&mut engine, schema);
    engine.register_iterator::<FactList>().register_iterator::<Array>();
    engine.register_iterator::<Range<i64>>().register_iterator::<RangeInclusive<i64>>();
    coverage::register(&mut engine);
    if is_recording {
        #[allow(deprecated)] // as above
        engine.on_var(|name, _, context| {
            VALUES.with_borrow_mut(|values| {
                if let (Some(values), Some(value)) = (values, context.scope().get(name)) {
                    values.depth = context.call_level();
                    values.last = Some(name.to_owned());
                    values.values.insert((values.depth, name.to_owned()), value.clone());
                }
            });
            Ok(None)
        });
    }
    engine
}

/// Words of the parser for a file that takes too long to read.
pub(super) const TOO_COMPLEX: &str = "too complex to read within the limits";

const DYNAMIC: fn() -> TypeId = TypeId::of::<Dynamic>;

/// Every operator takes any pair of kinds and decides itself. The number kinds are named as well, which spares Rhai
/// the search for a wildcard in most cases.
fn register_operators(engine: &mut Engine) {
    let kinds = [TypeId::of::<i64>(), TypeId::of::<Decimal>()];
    let mut pairs = vec![[DYNAMIC(), DYNAMIC()]];
    pairs.extend(kinds.iter().flat_map(|left| kinds.iter().map(|right| [*left, *right])));
    for pair in pairs {
        for operator in BINARY {
            engine.register_raw_fn(operator, pair, move |_, arguments| {
                binary(operator, arguments[0], arguments[1]).map_err(Into::into)
            });
        }
        for (assigning, operator) in ASSIGNING {
            engine.register_raw_fn(assigning, pair, move |_, arguments| {
                *arguments[0] = binary(operator, arguments[0], arguments[1])?;
                Ok(())
            });
        }
    }
    for operator in UNARY {
        engine.register_raw_fn(operator, [DYNAMIC()], move |_, arguments| {
            unary(operator, arguments[0]).map_err(Into::into)
        });
    }
    engine.register_raw_fn("to_string", [DYNAMIC()], |_, arguments| Ok(in_text(arguments[0])));
    engine.register_raw_fn("..", [DYNAMIC(), DYNAMIC()], |_, arguments| range(arguments).map(|(from, to)| from..to));
    engine.register_raw_fn("..=", [DYNAMIC(), DYNAMIC()], |_, arguments| range(arguments).map(|(from, to)| from..=to));
}

fn range(arguments: &[&mut Dynamic]) -> Result<(i64, i64), Box<EvalAltResult>> {
    let end = |index: usize| {
        arguments[index].as_int().map_err(|_| {
            let complaint = if arguments[index].is_unit() {
                Complaint::NotKnown { operand: index }
            } else {
                KindFault::RangeEnds {}.into()
            };
            Box::<EvalAltResult>::from(complaint)
        })
    };
    Ok((end(0)?, end(1)?))
}

fn register_functions(engine: &mut Engine, schema: &Arc<FactSchema>, tables: &Arc<Tables>) {
    for function in functions::all() {
        for signature in function.signatures {
            let (schema, tables) = (Arc::clone(schema), Arc::clone(tables));
            let types = vec![DYNAMIC(); signature.len()];
            let takes_peers = PEER_FUNCTIONS.contains(&function.name);
            let takes_field = FIELD_FUNCTIONS.iter().any(|(name, _)| *name == function.name);
            let run = move |context: NativeCallContext, arguments: &mut [&mut Dynamic]| {
                // The first argument is the script's own variable; what works on a field must leave it as it is.
                let own = arguments.first().filter(|_| takes_field).map(|own| Dynamic::clone(own));
                let call = Call {
                    function: function.name,
                    context,
                    arguments: &mut *arguments,
                    schema: &schema,
                    tables: &tables,
                };
                if takes_peers && call.arguments.first().is_some_and(|first| first.is::<PeersOf>()) {
                    return answer(&call);
                }
                let outcome = (function.run)(call);
                if let (Some(own), Some(first)) = (own, arguments.first_mut()) {
                    **first = own;
                }
                outcome
            };
            engine.register_raw_fn(function.name, types, run);
        }
    }
}

/// One getter per fact name; it looks up which group it is asked for.
fn register_facts(engine: &mut Engine, schema: &Arc<FactSchema>) {
    let names: BTreeSet<&str> =
        schema.views.iter().flat_map(|view| view.facts.iter().map(|fact| &*fact.name)).collect();
    for name in names {
        let facts: Vec<Option<Fact>> = schema.views.iter().map(|view| view.fact(name).cloned()).collect();
        engine.register_raw_fn(format!("get${name}"), [TypeId::of::<View>()], move |_, arguments| {
            let Some(view) = arguments[0].read_lock::<View>() else { return Ok(Dynamic::UNIT) };
            read_fact(&view, facts.get(view.view.0).and_then(Option::as_ref))
        });
    }
    engine.register_indexer_get(|list: &mut FactList, index: i64| {
        let position = usize::try_from(index).ok().or_else(|| {
            let back = usize::try_from(index.checked_neg()?).ok()?;
            list.len().checked_sub(back)
        });
        position.and_then(|position| list.get(position)).ok_or_else(|| {
            Box::<EvalAltResult>::from(EvalAltResult::ErrorArrayBounds(list.len(), index, rhai::Position::NONE))
        })
    });
}

fn read_fact(view: &View, fact: Option<&Fact>) -> Result<Dynamic, Box<EvalAltResult>> {
    let Some(fact) = fact else { return Err(unknown_fact()) };
    Ok(fact.read(&view.facts, view.index)?)
}

fn unknown_fact() -> Box<EvalAltResult> {
    NameFault::NoSuchFact {}.into()
}

#[cfg(test)]
mod tests {
    //! The engine alone, without the checks that refuse most attacks before they run: the second line of defence.
    #![allow(clippy::panic, clippy::expect_used)]

    use super::super::allocation::live_bytes;
    use super::super::api::ids::PARTNER;
    use super::super::budget::under_budget;
    use super::super::threads::with_large_stack;
    use super::super::{ScriptContext, example_facts};
    use super::*;
    use crate::finding::Panicked;
    use rhai::Scope;
    use std::path::PathBuf;
    use std::time::{Duration, Instant};

    /// Far above every budget; only a hang reaches it.
    const HANG: Duration = Duration::from_secs(120);

    fn run(text: &str) -> (Duration, isize, String) {
        let schema = Arc::new(FactSchema::new(&ScriptContext::default()));
        let budget = ScriptBudget::default();
        let engine = engine(&schema, &Arc::new(Tables::default()), budget, false);
        let start = Instant::now();
        let before = live_bytes();
        let result = under_budget(budget, || {
            let ast = engine.compile(text).map_err(|fault| fault.to_string())?;
            let mut scope = Scope::new();
            scope.push("partner", View { facts: example_facts(), view: PARTNER, index: 0 });
            let result = engine.eval_ast_with_scope::<Dynamic>(&mut scope, &ast).map_err(|fault| fault.to_string());
            result.map(|value| value.type_name().to_owned())
        });
        let text = match result {
            Ok(Ok(text) | Err(text)) => text,
            Err(Panicked) => panic!("the engine panicked on {text}"),
        };
        (start.elapsed(), live_bytes() - before, text)
    }

    /// The attacks of the suite, which sees them refused by the checks.
    const ATTACKS: [(&str, &str); 40] = include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/suite/script/attacks.rs"));

    #[track_caller]
    fn contained(name: &str, text: &str) {
        let Ok((took, kept, outcome)) = with_large_stack(|| run(text)) else { panic!("{name} ended its thread") };
        assert!(took < HANG, "{name} took {took:?}: {outcome}");
        assert!(kept < 1 << 20, "{name} leaves {kept} bytes");
    }

    #[test]
    fn attacks_are_contained_even_unchecked() {
        for (name, attack) in ATTACKS {
            contained(name, attack);
        }
    }

    #[test]
    #[ignore = "needs hostile"]
    fn the_shared_hostile_scripts_are_contained_even_unchecked() {
        let shared = std::env::var("QUOTIENT_SHARED")
            .map_or_else(|_| PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared")), PathBuf::from);
        let folder = std::fs::read_dir(shared.join("hostile")).expect("the shared hostile scripts");
        let mut paths: Vec<PathBuf> = folder.filter_map(|entry| entry.ok().map(|entry| entry.path())).collect();
        paths.retain(|path| path.extension().is_some_and(|extension| extension == "rhai"));
        paths.sort();
        assert!(paths.len() > 150, "only {} hostile scripts", paths.len());
        for path in &paths {
            let text = String::from_utf8_lossy(&std::fs::read(path).unwrap_or_default()).into_owned();
            contained(&path.file_name().unwrap_or_default().to_string_lossy(), &text);
        }
    }
}
