//! Faults of the syntax of a script, in the words of its author.

use super::sandbox::{MAX_DEPTH, TOO_COMPLEX};

/// Replacement of an operator that scripts do not have.
fn operator_help(operator: &str) -> String {
    match operator {
        "===" | "!==" => format!("write `{}`", operator.split_at(2).0),
        "++" | "--" => format!("write `{}= 1`", operator.split_at(1).0),
        "?" => "write `if … { … } else { … }`, or `??` for \"not known\"".to_owned(),
        "=" => "to compare write `==`".to_owned(),
        "<>" => "write `!=`".to_owned(),
        _ => "see `quotient api` for all operators".to_owned(),
    }
}

crate::faults! {
    /// Faults of syntax.
    pub(super) enum SyntaxFault {
        /// A number is written with an exponent.
        Exponent { number: String } = ScriptSyntax {
            message: format!("`{number}` is not a number"),
            help: "write it out: `1_000` instead of `1e3`",
        }
        /// A number is malformed.
        NotANumber { number: String } = ScriptSyntax {
            message: format!("`{number}` is not a number"),
            help: "write digits with a point, such as `1_250.50`",
        }
        /// A word, sign or number as another language writes it.
        Foreign { found: String, meant: String, help: &'static str } = ScriptSyntax {
            message: format!("`{found}` is not part of the language"),
            help: if help.is_empty() { format!("write `{meant}`") } else { (*help).to_owned() },
        }
        /// A statement is not ended.
        MissingSemicolon {} = ScriptSyntax {
            message: "a `;` is missing",
            help: "end the statement with `;`",
        }
        /// A token is missing.
        MissingToken { token: String, or: Option<&'static str>, before: String } = ScriptSyntax {
            message: match or {
                Some(closing) => format!("a `{token}` or `{closing}` is missing"),
                None => format!("a `{token}` is missing"),
            },
            help: if before.is_empty() { "write it here".to_owned() } else { format!("write it before `{before}`") },
        }
        /// Something is missing before a closing token.
        MissingBefore { token: String } = ScriptSyntax {
            message: format!("something is missing before `{token}`"),
            help: "complete the expression before it",
        }
        /// The file ends inside a block, a call or a list.
        UnexpectedEnd {} = ScriptSyntax {
            message: "the script ends too early",
            help: "close what is open: `}`, `)` or `]`",
        }
        /// An expression is nested too deeply.
        TooDeep {} = ScriptLimits {
            message: format!("the expression is nested more than {MAX_DEPTH} deep"),
            help: "name parts of it with `let`",
        }
        /// The file has too many functions.
        TooManyFunctions {} = ScriptLimits {
            message: "the file has too many functions",
            help: "split it into modules",
        }
        /// A literal is larger than allowed.
        LiteralTooLarge { literal: String, limit: usize } = ScriptLimits {
            message: format!("{literal} is larger than {limit}"),
            help: "keep long texts and lists in a lookup table",
        }
        /// The parser used up its budget.
        TooComplex {} = ScriptLimits {
            message: format!("the script is {TOO_COMPLEX}"),
            help: "split it into modules, and keep long lists in a lookup table",
        }
        /// A function is defined twice.
        DuplicateFunction { function: String, parameters: usize } = ScriptSyntax {
            message: format!("duplicate function `{function}` with {}", crate::finding::counted(*parameters, "parameter")),
            help: "rename or delete one of them",
        }
        /// Two parameters of a function have the same name.
        DuplicateParameter { function: String, parameter: String } = ScriptSyntax {
            message: format!("`{function}` has two parameters named `{parameter}`"),
            help: "rename one of them",
        }
        /// A map has a key twice.
        DuplicateKey { key: String } = ScriptSyntax {
            message: format!("duplicate key `{key}` in the map"),
            help: "keep one of them",
        }
        /// A constant is assigned to.
        ConstantAssigned { name: String } = ScriptSyntax {
            message: format!("the constant `{name}` cannot be changed"),
            help: "use a variable: `let`",
        }
        /// The left side of `=` cannot be assigned to.
        NotAssignable {} = ScriptSyntax {
            message: "this cannot be assigned to",
            help: "compare with `==`, change a variable with `=`",
        }
        /// A function inside another function or block.
        NestedFunction {} = ScriptSyntax {
            message: "a function is inside another function or block",
            help: "move it to the top level of the file",
        }
        /// `break` or `continue` outside a loop.
        OutsideLoop { word: String } = ScriptSyntax {
            message: format!("`{word}` is outside a loop"),
            help: "use it only inside `for`, `while` or `loop`",
        }
        /// An operator of another language.
        UnknownOperator { operator: String } = ScriptSyntax {
            message: format!("`{operator}` is not an operator"),
            help: operator_help(operator),
        }
        /// `=` where a comparison is meant.
        MisplacedAssignment {} = ScriptSyntax {
            message: "`=` changes a variable and is not allowed here",
            help: "to compare write `==`",
        }
        /// `:` outside a map.
        MisplacedColon {} = ScriptSyntax {
            message: "`:` is not allowed here",
            help: "maps begin with `#{`",
        }
        /// A word that the language reserves.
        Reserved { word: String } = ScriptSyntax {
            message: format!("`{word}` is a reserved word that rules cannot use"),
            help: "choose another name",
        }
        /// `eval` in a script.
        Eval {} = ScriptForbidden {
            message: "scripts cannot run texts as scripts",
            help: "write the calculation out",
        }
        /// `export` in a script.
        Export {} = ScriptForbidden {
            message: "`export` is not needed",
            help: "functions and constants of a module can be used as they are",
        }
        /// `curry` in a script.
        Curry {} = ScriptForbidden {
            message: "`curry` is not available",
            help: "write a function of your own",
        }
        /// A string is never closed.
        UnclosedString {} = ScriptSyntax {
            message: "the text is never closed",
            help: "close it with `\"` on the same line",
        }
        /// An escape sequence that strings do not have.
        UnknownEscape { sequence: String } = ScriptSyntax {
            message: format!("`{sequence}` is not an escape sequence"),
            help: "write a backslash as `\\\\`",
        }
        /// Text in single quotes.
        SingleQuotes {} = ScriptSyntax {
            message: "text in single quotes",
            help: "use double quotes: `\"gold\"`",
        }
        /// A name with characters that names cannot have.
        NotAName { name: String } = ScriptSyntax {
            message: format!("`{name}` is not a name"),
            help: "use letters, digits and `_`",
        }
        /// A character that the language does not use.
        UnexpectedInput { input: String } = ScriptSyntax {
            message: format!("unexpected `{input}`"),
            help: "delete it",
        }
        /// A text that cannot be read.
        Unreadable { text: String } = ScriptSyntax {
            message: format!("`{text}` cannot be read"),
            help: "write it differently",
        }
        /// An error in the words of the parser.
        Parser { text: String, near: String } = ScriptSyntax {
            message: text.clone(),
            help: if near.is_empty() { String::new() } else { format!("check `{near}` and the text before it") },
        }
    }
}

impl SyntaxFault {
    /// True when something is missing, so that the end of the text before the position is meant.
    pub fn is_missing(&self) -> bool {
        matches!(
            self,
            Self::MissingSemicolon {} | Self::MissingToken { .. } | Self::MissingBefore { .. } | Self::UnexpectedEnd {}
        )
    }
}
