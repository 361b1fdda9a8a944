//! From files to scripts that can be called.

use super::api::facts::FactSchema;
use super::budget::{ScriptBudget, under_budget};
use super::form_fault::FormFault;
use super::name_fault::NameFault;
use super::program::{Inner, Program, Scripts, SharedModule, Unit};
use super::source::Source;
use super::table::Tables;
use super::threads::with_large_stack;
use super::typed::{self, Fallback, Rule, World};
use super::{
    Contract, ScriptContext, SourceFile, allowance, analysis, check, coverage, fault, lint, probes, sandbox, syntax,
};
use crate::finding::{Checked, Finding, Findings, Place};
use rhai::{Dynamic, Engine, EvalAltResult, ImmutableString, Module, Position, Scope};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock, RwLock};

impl Scripts {
    /// Compiles and checks all files of a vendor.
    ///
    /// `files` are all its `.rhai` files, `contracts` say which of them are entry points; the others are modules that
    /// can be imported. All findings of all files are returned; with an error there are no scripts.
    ///
    /// ```
    /// use quotient::script::{Contract, EntryPoint, FactorOutcome, ScriptContext, Scripts, SourceFile, example_facts};
    /// let text = "fn assess(partner) { indicate((partner.history.prior_revenue ?? 0.0) * 1.1).because(\"10 % up\") }";
    /// let files = [SourceFile { path: "history.rhai".to_owned(), text: text.into() }];
    /// let contracts = [Contract { path: "history.rhai".to_owned(), entry: EntryPoint::Factor }];
    /// let scripts = Scripts::compile(&files, &contracts, &ScriptContext::default());
    /// assert!(scripts.findings.is_empty());
    /// let outcome = scripts.value.map(|scripts| scripts.factor("history.rhai", &example_facts()));
    /// let Some(Ok(FactorOutcome::Indicated { revenue, .. })) = outcome else { panic!() };
    /// assert_eq!(revenue.to_string(), "1320000.0"); // 1,200,000 × 1.1
    /// ```
    pub fn compile(files: &[SourceFile], contracts: &[Contract], context: &ScriptContext) -> Checked<Self> {
        with_large_stack(|| compile(files, contracts, context))
            .unwrap_or_else(|no_thread| Checked::refused(FormFault::NoThread { reason: no_thread.to_string() }))
    }
}

fn compile(files: &[SourceFile], contracts: &[Contract], context: &ScriptContext) -> Checked<Scripts> {
    let schema = Arc::new(FactSchema::new(context));
    let tables = Arc::new(context.tables.clone());
    let modules = Modules::default();
    let budget = coverage::budget(context.budget);
    let mut engine = sandbox::engine(&schema, &tables, budget, false);
    engine.set_module_resolver(modules.clone());
    let mut findings = Findings::new();
    let mut units = BTreeMap::new();
    for file in files {
        let entry = contracts.iter().find(|contract| contract.path == file.path).map(|contract| contract.entry);
        if let Some(unit) = syntax::read(&engine, budget, Source::new(file), entry, &mut findings) {
            units.insert(file.path.clone(), unit);
        }
    }
    for contract in contracts.iter().filter(|contract| !files.iter().any(|file| file.path == contract.path)) {
        findings.push(missing_file(contract));
    }
    check::check(&units, &schema, context, &mut findings);
    lint::lint(&units, &mut findings);
    analysis::analyse(&units, &schema, context, &mut findings);
    let mut findings = allowance::applied(&units, findings);
    findings.sort();
    if findings.has_errors() {
        return Checked::refused(findings);
    }
    probes::probe(&engine, budget, &mut units);
    match link(&engine, budget, &modules, units) {
        Ok(programs) => {
            static NEXT: AtomicU64 = AtomicU64::new(0);
            let factors = context.factors.clone();
            let id = NEXT.fetch_add(1, Ordering::Relaxed);
            let in_use = Arc::new(());
            let typed = lowered(&programs, &schema, &tables, context);
            let inner = Inner {
                id,
                in_use,
                engine,
                schema,
                tables,
                factors,
                budget,
                programs,
                typed,
                recorder: OnceLock::new(),
            };
            Checked::accepted(Scripts { inner: Arc::new(inner), is_interpreted: coverage::is_recording() }, findings)
        }
        Err(finding) => {
            findings.push(*finding);
            findings.sort();
            Checked::refused(findings)
        }
    }
}

/// Typed code of every rule and policy that has a typed form.
fn lowered(
    programs: &BTreeMap<String, Program>,
    schema: &FactSchema,
    tables: &Tables,
    context: &ScriptContext,
) -> BTreeMap<String, Result<Rule, Box<Fallback>>> {
    let (factors, operations) = (context.factors.as_slice(), context.budget.operations);
    let rule = |(path, program): (&String, &Program)| {
        let world = World { programs, schema, tables, factors, operations, entry: program.entry? };
        Some((path.clone(), typed::lower(world, program)))
    };
    programs.iter().filter_map(rule).collect()
}

fn missing_file(contract: &Contract) -> Finding {
    let fault = NameFault::MissingFile { file: contract.path.clone(), entry: contract.entry };
    Finding::from(fault).at(Place::file(contract.path.as_str()))
}

/// The vendor's modules by name, and each file's constants under `#name`; nothing else can be imported.
#[derive(Clone, Default)]
struct Modules(Arc<RwLock<BTreeMap<String, SharedModule>>>);

impl Modules {
    fn insert(&self, name: String, module: SharedModule) {
        if let Ok(mut modules) = self.0.write() {
            modules.insert(name, module);
        }
    }

    fn get(&self, name: &str) -> Option<SharedModule> {
        self.0.read().ok()?.get(name).cloned()
    }
}

impl rhai::ModuleResolver for Modules {
    fn resolve(
        &self,
        _: &Engine,
        _: Option<&str>,
        path: &str,
        at: Position,
    ) -> Result<SharedModule, Box<EvalAltResult>> {
        self.get(path).ok_or_else(|| Box::new(EvalAltResult::ErrorModuleNotFound(path.to_owned(), at)))
    }
}

/// Evaluates the constants of every file, imported files first, and joins files with what they import.
fn link(
    engine: &Engine,
    budget: ScriptBudget,
    modules: &Modules,
    units: BTreeMap<String, Unit>,
) -> Result<BTreeMap<String, Program>, Box<Finding>> {
    let mut programs = BTreeMap::new();
    for path in check::imported_first(&units) {
        let Some(unit) = units.get(&path) else { continue };
        let program = link_one(engine, budget, modules, unit, programs.len())?;
        modules.insert(path.trim_end_matches(".rhai").to_owned(), Arc::clone(&program.module));
        programs.insert(path, program);
    }
    Ok(programs)
}

/// Returns the imports of a file as statements. A module's functions carry what they import. Constants come the same way,
/// as a module named `global`: Rhai's own store of constants is a lock that all threads would share.
fn imports(unit: &Unit) -> String {
    let own = format!("import {:?} as global;", format!("#{}", unit.source.path));
    let others = unit.tree.imports.iter();
    let others =
        others.map(|import| format!("import {:?} as {};", import.path.as_deref().unwrap_or_default(), import.alias));
    std::iter::once(own).chain(others).collect()
}

fn link_one(
    engine: &Engine,
    budget: ScriptBudget,
    modules: &Modules,
    unit: &Unit,
    number: usize,
) -> Result<Program, Box<Finding>> {
    let path = unit.source.path.as_str();
    let failed = |fault: Box<EvalAltResult>| Box::new(fault::finding_of_constants(unit, &fault));
    let broken = || Box::new(Finding::from(FormFault::Unlinkable {}).at(Place::file(path)));
    let ast = unit.ast.as_ref().ok_or_else(broken)?;

    let mut scope = Scope::new();
    under_budget(budget, || engine.run_ast_with_scope(&mut scope, ast)).map_err(|_| broken())?.map_err(failed)?;
    let mut constants = Module::new();
    for constant in &unit.tree.constants {
        if let Some(value) = scope.get_value::<Dynamic>(&constant.name) {
            constants.set_var(constant.name.as_str(), value);
        }
    }
    let exported: Vec<(String, Dynamic)> =
        constants.iter_var().map(|(name, value)| (name.to_owned(), value.clone())).collect();
    constants.build_index();
    let constants: SharedModule = constants.into();
    modules.insert(format!("#{path}"), Arc::clone(&constants));

    let imports = imports(unit);
    let mut carrier = under_budget(budget, || engine.compile(imports)).map_err(|_| broken())?.map_err(|_| broken())?;
    carrier = carrier.merge(&ast.clone_functions_only());
    carrier.set_source(path);
    let module = under_budget(budget, || Module::eval_ast_as_new(Scope::new(), &carrier, engine));
    let mut module = module.map_err(|_| broken())?.map_err(failed)?;
    for (name, value) in exported {
        module.set_var(name, value);
    }
    module.build_index();

    let mut linked = vec![(ImmutableString::from("global"), constants)];
    for import in &unit.tree.imports {
        let imported = import.path.as_deref().and_then(|path| modules.get(path)).ok_or_else(broken)?;
        linked.push((import.alias.as_str().into(), imported));
    }
    Ok(Program {
        number,
        source: unit.source.clone(),
        tree: unit.tree.clone(),
        entry: unit.entry,
        path: path.into(),
        functions: Arc::clone(carrier.shared_lib()),
        imports: linked,
        module: module.into(),
    })
}
