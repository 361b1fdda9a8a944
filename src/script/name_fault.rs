//! Faults of names: facts, functions, variables, modules, tables and words that do not exist. The checks and the
//! running script report the same ones.

use super::EntryPoint;
use crate::finding::{counted, quoted};

/// Help for a name that is not known: the nearest one, or something else to do.
fn suggest(found: Option<&String>, otherwise: impl Into<String>) -> String {
    match found {
        Some(found) => format!("did you mean `{found}`?"),
        None => otherwise.into(),
    }
}

crate::faults! {
    /// Faults of names.
    pub(super) enum NameFault {
        /// A group of facts has no fact of this name.
        UnknownFactOf { group: String, fact: String, remedy: String } = ScriptUnknownFact {
            message: format!("`{group}` has no fact `{fact}`"),
            help: remedy.clone(),
        }
        /// No group of facts has a fact of this name.
        UnknownFact { fact: String, near: Option<String>, is_function: bool } = ScriptUnknownFact {
            message: format!("unknown fact `{fact}`"),
            help: suggest(near.as_ref(), if *is_function {
                format!("`{fact}` is a function: write `.{fact}()`")
            } else {
                "see `quotient api` for all facts".to_owned()
            }),
        }
        /// A value that is not a group of facts has no members.
        NoMember { expression: String, kind: String, member: String, remedy: String } = ScriptUnknownFact {
            message: format!("`{expression}` is {kind} and has no `{member}`"),
            help: remedy.clone(),
        }
        /// A value has no such member, found while the rule ran.
        MissingMember { expression: Option<String>, member: String } = ScriptUnknownFact {
            message: match expression {
                Some(expression) => format!("`{expression}` has no `{member}`"),
                None => format!("unknown member `{member}`"),
            },
            help: "see `quotient api` for all facts",
        }
        /// The interpreter asked for a fact that the group does not have.
        NoSuchFact {} = ScriptUnknownFact {
            message: "unknown fact",
            help: "see `quotient api` for all facts",
        }
        /// A map has no entry of this name.
        MissingKey { key: String } = ScriptUnknownFact {
            message: format!("the map has no `{key}`"),
            help: "test for it: `\"name\" in map`",
        }
        /// A requirement or an answer of a decision table has no such member.
        UnknownMember { subject: String, member: String, known: Vec<String>, near: Option<String> } = ScriptUnknownFact {
            message: format!("{subject} has no `{member}`"),
            help: suggest(near.as_ref(), format!("it has {}", quoted(known))),
        }
        /// The records of a list have no field of this name.
        UnknownField { list: String, field: String, known: Vec<String>, near: Option<String> } = ScriptUnknownFact {
            message: format!("a record of `{list}` has no field `{field}`"),
            help: suggest(near.as_ref(), format!("it has {}", quoted(known))),
        }
        /// A variable is not defined.
        Undefined { name: String, remedy: String } = ScriptUnknownName {
            message: format!("`{name}` is not defined"),
            help: remedy.clone(),
        }
        /// A function literal uses a variable around it.
        OutsideLiteral { name: String } = ScriptUnknownName {
            message: format!("`{name}` is outside this `|…|` function, which can use its own parameters only"),
            help: "write a `for` loop, or make it a constant: `global::NAME`",
        }
        /// A constant is used without `global::`.
        ConstantWithoutGlobal { name: String } = ScriptUnknownName {
            message: format!("`{name}` is a constant of the file"),
            help: format!("inside a function write `global::{name}`"),
        }
        /// `global::` outside a function.
        GlobalOutsideFunction { name: String } = ScriptUnknownName {
            message: "`global::` is for functions",
            help: format!("at the top of the file write `{name}`"),
        }
        /// The file has no constant of this name.
        UnknownConstant { name: String, near: Option<String> } = ScriptUnknownName {
            message: format!("unknown constant `{name}`"),
            help: suggest(
                near.as_ref().map(|near| format!("global::{near}")).as_ref(),
                format!("define it at the top of the file: `const {name} = …;`"),
            ),
        }
        /// A module has no constant of this name.
        UnknownModuleConstant { module: String, name: String, file: String, near: Option<String> } = ScriptUnknownName {
            message: format!("the module `{module}` has no constant `{name}`"),
            help: suggest(near.as_ref().map(|near| format!("{module}::{near}")).as_ref(), format!("define it in `{file}`")),
        }
        /// No module is imported under this name.
        UnknownModule { module: String, near: Option<String> } = ScriptUnknownName {
            message: format!("no module is imported as `{module}`"),
            help: suggest(near.as_ref(), format!("import it: `import \"{module}\" as {module};`")),
        }
        /// No lookup table has this name.
        UnknownLookupTable { table: String, near: Option<String> } = ScriptUnknownName {
            message: format!("unknown lookup table `{table}`"),
            help: suggest(near.as_ref(), format!("put `{table}.csv` beside the rules")),
        }
        /// A lookup table has no column of this name.
        UnknownLookupColumn { table: String, column: String, known: Vec<String>, near: Option<String> } = ScriptUnknownName {
            message: format!("the lookup table `{table}` has no column `{column}`"),
            help: suggest(near.as_ref(), format!("it has {}", quoted(known))),
        }
        /// No decision table has this name.
        UnknownDecisionTable { table: String, near: Option<String> } = ScriptUnknownName {
            message: format!("unknown decision table `{table}`"),
            help: suggest(
                near.as_ref(),
                format!("put `{table}.csv` beside the policies, with a hit policy in its first cell"),
            ),
        }
        /// There is no group of peers of this name.
        UnknownCohort { group: String, known: Vec<String>, near: Option<String> } = ScriptUnknownName {
            message: format!("there is no group of peers `{group}`"),
            help: suggest(near.as_ref(), format!("known: {}; others are declared under `[cohorts]` in the manifest", quoted(known))),
        }
        /// A text does not name a number of the partner.
        UnknownPeerFact { fact: String, near: Option<String> } = ScriptUnknownFact {
            message: format!("`{fact}` is not a number that partners have"),
            help: suggest(near.as_ref(), "name a fact without `partner`, such as `history.prior_revenue`"),
        }
        /// Peers answer other functions.
        NotAskedOfPeers { function: String, known: Vec<String> } = ScriptUnknownFunction {
            message: format!("peers have no `{function}`"),
            help: format!("ask them for one of {}", quoted(known)),
        }
        /// A word is not in the vocabulary that its place takes.
        UnknownWord { vocabulary: String, word: String, known: Vec<String>, near: Option<String> } = ScriptUnknownName {
            message: format!("`{word}` is not {} {vocabulary}", if vocabulary.starts_with(['a', 'e', 'i', 'o']) { "an" } else { "a" }),
            help: suggest(near.as_ref(), format!("known: {}", quoted(known))),
        }
        /// A ladder has no tier of this name.
        UnknownLadderTier { tier: String } = ScriptUnknownName {
            message: format!("the ladder has no tier `{tier}`"),
            help: "add it with `.tier(…)`",
        }
        /// No function has this name.
        UnknownFunction { function: String, near: Option<String> } = ScriptUnknownFunction {
            message: format!("unknown function `{function}`"),
            help: suggest(near.as_ref(), format!("define it: `fn {function}(…) {{ … }}`; `quotient api` lists all functions")),
        }
        /// No function of this name accepts these values, found while the rule ran.
        NoFunctionForValues { function: String } = ScriptUnknownFunction {
            message: format!("`{function}` does not accept these values"),
            help: "`quotient api` lists all functions",
        }
        /// `round` leaves open how halves are rounded.
        AmbiguousRounding { remedy: &'static str } = ScriptUnknownFunction {
            message: "`round` does not say how halves are rounded",
            help: *remedy,
        }
        /// A function of other languages that rules do not have, with its replacement.
        Unavailable { function: String, remedy: &'static str } = ScriptUnknownFunction {
            message: format!("`{function}` is not available in rules"),
            help: *remedy,
        }
        /// A function that rules may not use.
        Forbidden { function: String, remedy: &'static str } = ScriptForbidden {
            message: format!("`{function}` is not available in rules"),
            help: *remedy,
        }
        /// A function of the file is called on a value.
        FunctionAsMethod { function: String, object: String } = ScriptUnknownFunction {
            message: format!("`{function}` is a function of the file, not of a value"),
            help: format!("write `{function}({object}, …)`"),
        }
        /// A name with a path that nothing is known by.
        UndefinedPath { path: String, remedy: String } = ScriptUnknownFunction {
            message: format!("`{path}` is not defined"),
            help: remedy.clone(),
        }
        /// A variable is called like a function.
        VariableAsFunction { name: String } = ScriptUnknownFunction {
            message: format!("`{name}` is a variable, not a function"),
            help: "functions are defined at the top level: `fn name(x) { … }`",
        }
        /// A function is called with another number of arguments than it takes.
        ArgumentCount { function: String, expected: Vec<usize>, given: usize, signature: String } = ScriptUnknownFunction {
            message: {
                let counts: Vec<String> = expected.iter().map(ToString::to_string).collect();
                let expected = match &counts[..] {
                    [only] => counted(only.parse().unwrap_or(0_usize), "argument"),
                    _ => format!("{} arguments", counts.join(" or ")),
                };
                format!("`{function}` takes {expected}, not {given}")
            },
            help: format!("write `{signature}`"),
        }
        /// A module's function is private.
        PrivateFunction { module: String, function: String, file: String } = ScriptUnknownFunction {
            message: format!("`{module}::{function}` is private"),
            help: format!("remove `private` in `{file}`"),
        }
        /// A module has no function of this name.
        UnknownModuleFunction { module: String, function: String, file: String, near: Option<String> } = ScriptUnknownFunction {
            message: format!("the module `{module}` has no function `{function}`"),
            help: suggest(near.as_ref().map(|near| format!("{module}::{near}")).as_ref(), format!("define it in `{file}`")),
        }
        /// A function of policies in a quota rule.
        PolicyFunction { function: String } = ScriptForbidden {
            message: format!("`{function}` is for policies, not for quota rules"),
            help: "a quota rule answers with `indicate(…)` or `abstain(…)`",
        }
        /// A function of quota rules in a policy.
        RuleFunction { function: String } = ScriptForbidden {
            message: format!("`{function}` is for quota rules, not for policies"),
            help: "see `quotient api` for what a policy answers with",
        }
        /// A script function has the name of one of the engine.
        ShadowsFunction { function: String } = ScriptShadows {
            message: format!("`{function}` is a function of the engine and cannot be redefined"),
            help: "choose another name",
        }
        /// A script function has the name of a reserved word.
        ShadowsWord { function: String, remedy: &'static str } = ScriptShadows {
            message: format!("`{function}` is a reserved word"),
            help: *remedy,
        }
        /// An import does not name its module.
        UnnamedImport {} = ScriptImport {
            message: "the module to import is not named",
            help: "write its name: `import \"growth\" as growth;`",
        }
        /// There is no module of this name.
        UnknownImport { module: String, near: Option<String>, has_extension: bool } = ScriptImport {
            message: format!("there is no module `{module}`"),
            help: suggest(near.as_ref(), if *has_extension {
                format!("write it without `.rhai`: `import \"{}\"`", module.trim_end_matches(".rhai"))
            } else {
                "only files in the vendor's own directory can be imported, by their name without `.rhai`".to_owned()
            }),
        }
        /// An import has no name after `as`.
        ImportWithoutAlias { module: String } = ScriptImport {
            message: "the import has no name",
            help: format!("write `import \"{module}\" as {module};`"),
        }
        /// The name after `as` is taken.
        AliasTaken { alias: String } = ScriptImport {
            message: format!("the name `{alias}` is taken"),
            help: "choose another name after `as`",
        }
        /// Files import each other.
        ImportCycle { files: Vec<String> } = ScriptImport {
            message: format!("files import each other: {}", files.iter().map(|file| format!("`{file}`")).collect::<Vec<_>>().join(" → ")),
            help: "move what both need into a separate file",
        }
        /// The file of an entry point is missing.
        MissingFile { file: String, entry: EntryPoint } = ScriptEntryPoint {
            message: format!("there is no file `{file}`"),
            help: format!("write it: `{}`", entry.skeleton()),
        }
        /// The entry point is called, but the file does not define it.
        NotAnEntryPoint { file: String, entry: EntryPoint } = ScriptEntryPoint {
            message: format!("`{file}` does not define `fn {}`", entry.function()),
            help: format!("write `{}`", entry.skeleton()),
        }
        /// The entry point has other parameters.
        EntryParameters { function: String, found: usize, expected: usize, signature: String } = ScriptEntryPoint {
            message: format!("`{function}` has {}, not {expected}", counted(*found, "parameter")),
            help: format!("write `{signature}`"),
        }
        /// The file defines a function whose name is nearly that of the entry point.
        MisspelledEntry { found: String, expected: String, signature: String } = ScriptEntryPoint {
            message: format!("the file defines `{found}` but not `{expected}`"),
            help: format!("name it `{signature}`"),
        }
        /// The file does not define the entry point.
        MissingEntry { entry: EntryPoint } = ScriptEntryPoint {
            message: format!("the file does not define `{}`", entry.function()),
            help: format!("write `{}`", entry.skeleton()),
        }
    }
}
