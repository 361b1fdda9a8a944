//! Faults of form: what a script file may contain and where.

use super::api::kind::Kind;

crate::faults! {
    /// Faults of the form of a script.
    pub(super) enum FormFault {
        /// The file has more bytes than a script may have.
        TooLarge { bytes: usize, limit: usize } = ScriptLimits {
            message: format!("the script has {bytes} bytes; at most {limit} are allowed"),
            help: "split it: move helper functions into a separate file and `import` it",
        }
        /// A character that changes how the line reads.
        Invisible { character: String } = ScriptInvisible {
            message: format!("an invisible character ({character}) changes how this line reads"),
            help: "delete it; where the text needs it, write it as an escape such as `\\u202e`",
        }
        /// A comment is never closed.
        UnclosedComment {} = ScriptSyntax {
            message: "the comment is never closed",
            help: "close it with `*/`",
        }
        /// The file has no code.
        Empty {} = ScriptEntryPoint {
            message: "the script is empty",
            help: "write its function, or delete the file",
        }
        /// The parser failed on the file.
        Unreadable {} = ScriptLimits {
            message: "the script cannot be read: the parser failed on it",
            help: "simplify it",
        }
        /// The file compiles but cannot be joined with what it imports.
        Unlinkable {} = ScriptRuntime {
            message: "the file cannot be linked",
            help: "check the constants and imports at its top",
        }
        /// No thread with a large stack could be started.
        NoThread { reason: String } = ScriptLimits {
            message: reason.clone(),
            help: "",
        }
        /// Two constants of the file have the same name.
        DuplicateConstant { name: String } = ScriptSyntax {
            message: format!("duplicate constant `{name}`"),
            help: "rename or delete one of them",
        }
        /// A variable outside every function.
        TopLevelVariable { name: String } = ScriptForbidden {
            message: format!("`{name}` is a variable outside every function"),
            help: format!("make it a constant: `const {name} = …;`"),
        }
        /// `export` at the top of a file.
        Export {} = ScriptForbidden {
            message: "`export` is not needed",
            help: "functions and constants of a module can be used as they are",
        }
        /// A statement outside every function.
        TopLevelStatement {} = ScriptForbidden {
            message: "a statement is outside every function",
            help: "only `const`, `fn` and `import` belong at the top level of a file",
        }
        /// A function is bound to a type.
        Method { function: String } = ScriptForbidden {
            message: format!("`{function}` is a method"),
            help: "write a function with one parameter more",
        }
        /// A constant calls a function of the file.
        ConstantCallsFunction {} = ScriptForbidden {
            message: "a constant calls a function of the file",
            help: "write the value out, or calculate it inside a function",
        }
        /// `this` in a rule.
        This {} = ScriptForbidden {
            message: "`this` is not available",
            help: "give the function a parameter",
        }
        /// Text in single quotes.
        SingleQuotes {} = ScriptSyntax {
            message: "text in single quotes",
            help: "use double quotes: `\"gold\"`",
        }
        /// `try` in a rule.
        TryCatch {} = ScriptForbidden {
            message: "rules cannot catch errors",
            help: "test for what may be missing instead: `is_known(x)`, `x ?? 0`",
        }
        /// An import inside a function.
        NestedImport {} = ScriptForbidden {
            message: "a module is imported inside a function",
            help: "move it to the top of the file",
        }
        /// A fact is assigned to.
        FactAssigned { fact: String } = ScriptForbidden {
            message: format!("`{fact}` is a fact and cannot be changed"),
            help: "use a variable: `let`",
        }
        /// A constant is assigned to.
        ConstantAssigned { name: String } = ScriptForbidden {
            message: format!("the constant `{name}` cannot be changed"),
            help: "use a variable: `let`",
        }
        /// A function would change a constant.
        ConstantChanged { function: String } = ScriptForbidden {
            message: format!("`{function}` cannot change a constant"),
            help: "copy it into a variable: `let`",
        }
        /// An operator on bits.
        BitOperator { operator: String } = ScriptForbidden {
            message: format!("`{operator}` works on the bits of numbers, which rules do not need"),
            help: match operator.as_str() {
                "&" => "if both must hold write `&&`",
                "|" => "if one of both must hold write `||`",
                "^" => "for a power write `**`",
                _ => "multiply or divide instead",
            },
        }
        /// A function that nothing calls.
        UnusedFunction { function: String } = ScriptStyle {
            message: format!("the function `{function}` is never called"),
            help: "delete it, or call it",
            severity: Warning,
        }
        /// `?.` or `?[` on a value that is always known.
        AlwaysKnown { expression: String, operator: &'static str } = ScriptStyle {
            message: format!("`{expression}` is always known"),
            help: format!("write `{}` instead of `{operator}`", operator.trim_start_matches('?')),
            severity: Warning,
        }
        /// Statements after the end of a block.
        Unreachable { after: &'static str } = ScriptStyle {
            message: format!("nothing is executed after `{after}`"),
            help: "delete it, or move it up",
            severity: Warning,
        }
        /// A `switch` without a default.
        SwitchWithoutDefault {} = ScriptStyle {
            message: "the `switch` has no case for all other values",
            help: "add `_ => …`, which also takes \"not known\"",
            severity: Warning,
        }
        /// The entry point ends without an answer on every path.
        NoAnswer { function: String, expected: &'static str, remedy: &'static str } = ScriptOutcome {
            message: format!("`{function}` ends here without {expected}"),
            help: *remedy,
        }
        /// The entry point can end without an answer.
        MaybeNoAnswer { function: String, expected: &'static str, remedy: &'static str } = ScriptOutcome {
            message: format!("`{function}` can end here without {expected}"),
            help: *remedy,
            severity: Warning,
        }
        /// The entry point answers with a value of another kind.
        WrongAnswer { function: String, found: Kind, expected: &'static str, remedy: &'static str } = ScriptOutcome {
            message: format!("`{function}` answers with {found}, not with {expected}"),
            help: *remedy,
        }
    }
}
