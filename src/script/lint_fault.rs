//! Faults of style: legal code that is probably not meant.

crate::faults! {
    /// Faults of style.
    pub(super) enum LintFault {
        /// A variable that nothing reads.
        UnusedVariable { name: String } = ScriptUnused {
            message: format!("the variable `{name}` is never used"),
            help: format!("delete it, or name it `_{name}`"),
            severity: Warning,
        }
        /// A parameter that its function does not read.
        UnusedParameter { name: String, function: String } = ScriptUnused {
            message: format!("`{function}` never uses its parameter `{name}`"),
            help: format!("use it, delete it, or name it `_{name}`"),
            severity: Warning,
        }
        /// The item of a loop that its body does not read.
        UnusedItem { name: String } = ScriptUnused {
            message: format!("the loop never uses its item `{name}`"),
            help: format!("use it, or name it `_{name}`"),
            severity: Warning,
        }
        /// A constant that nothing reads.
        UnusedConstant { name: String } = ScriptUnused {
            message: format!("the constant `{name}` is never used"),
            help: format!("delete it, or write `global::{name}` where its value is meant"),
            severity: Warning,
        }
        /// An import that nothing uses.
        UnusedImport { module: String } = ScriptUnused {
            message: format!("the import `{module}` is never used"),
            help: "delete it",
            severity: Warning,
        }
        /// A table that no script asks.
        UnusedTable { table: String } = ScriptUnused {
            message: format!("no script asks the table `{table}`"),
            help: format!("delete the file, or ask it: `lookup(\"{table}\", …)`, `decide_by(\"{table}\", …)`"),
            severity: Warning,
        }
        /// A variable that hides another one of its function.
        Shadowed { name: String } = ScriptStyle {
            message: format!("`{name}` is declared a second time and hides the first"),
            help: format!("choose another name, or change the first: `{name} = …;`"),
            severity: Warning,
        }
        /// `${…}` in a text with plain quotes.
        PlainPlaceholder {} = ScriptStyle {
            message: "`${…}` is not replaced in a text with plain quotes",
            help: "write the text between backticks",
            severity: Warning,
        }
        /// Both branches of an `if` are the same.
        EqualBranches {} = ScriptStyle {
            message: "both branches of the `if` are equal",
            help: "change one of them, or delete the condition",
            severity: Warning,
        }
        /// The answer of a rule is a statement instead of its value.
        DroppedAnswer { function: String } = ScriptDropped {
            message: format!("the answer of `{function}` is not returned"),
            help: "write `return` before it",
        }
        /// An answer without a reason.
        Unexplained { function: String } = ScriptStyle {
            message: format!("the answer of `{function}` has no reason"),
            help: "add `.because(\"…\")`, which people read beside the number",
            severity: Warning,
        }
        /// A reason that is an empty text.
        EmptyReason {} = ScriptStyle {
            message: "the reason is an empty text",
            help: "say in a few words why, for the people who read the answer",
            severity: Warning,
        }
        /// The value of an expression is not used.
        DroppedResult { expression: String } = ScriptDropped {
            message: format!("the value of `{expression}` is not used"),
            help: "assign it to a variable, return it, or delete it",
            severity: Warning,
        }
        /// A condition that does not depend on anything.
        Constant { expression: String, truth: bool } = ScriptCondition {
            message: format!("`{expression}` is {} true", if *truth { "always" } else { "never" }),
            help: "correct the comparison, or delete the condition",
            severity: Warning,
        }
        /// A condition that an earlier one excludes.
        Unreachable { expression: String, earlier: String } = ScriptCondition {
            message: format!("`{expression}` is never true here, because of `{earlier}` before it"),
            help: "test for the narrower range first",
            severity: Warning,
        }
    }
}
