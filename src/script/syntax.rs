//! Reading a file's text: syntax errors in the author's words, as many of one file as can be told apart.

use super::budget::{ScriptBudget, under_budget};
use super::program::Unit;
use super::sandbox::{MAX_DEPTH, TOO_COMPLEX};
use super::source::{Class, Source, lexemes};
use super::tree::Tree;
use super::{EntryPoint, reading};
use crate::finding::{Code, Finding, Findings, Place, Span};
use rhai::{AST, Engine, LexError, ParseError, ParseErrorType, Position};

/// At most so many parts of a broken file are read one by one.
const MAX_PARTS: usize = 64;

/// Reads a file; `None` when nothing of it can be read.
pub(super) fn read(
    engine: &Engine,
    budget: ScriptBudget,
    source: Source,
    entry: Option<EntryPoint>,
    findings: &mut Findings,
) -> Option<Unit> {
    let text_findings = source.check();
    let is_readable = text_findings.iter().all(|finding| finding.code() == Code::ScriptInvisible);
    findings.extend(text_findings);
    if !is_readable {
        return None;
    }
    match parse(engine, budget, &source, &source.text) {
        Ok(mut ast) => {
            ast.set_source(source.path.as_str());
            let tree = reading::read(&ast, &source);
            Some(Unit { source, entry, tree, ast: Some(ast), unread_functions: Vec::new() })
        }
        Err(first) => {
            let parts = parts(&source);
            let (tree, errors, unread_functions) = read_parts(engine, budget, &source, &parts);
            if errors.is_empty() {
                findings.push(first);
            }
            findings.extend(errors);
            Some(Unit { source, entry, tree, ast: None, unread_functions })
        }
    }
}

fn parse(engine: &Engine, budget: ScriptBudget, source: &Source, text: &str) -> Result<AST, Finding> {
    match under_budget(budget, || engine.compile(text)) {
        Ok(Ok(ast)) => Ok(ast),
        Ok(Err(error)) => Err(explain(source, &error)),
        Err(_) => Err(Finding::error(Code::ScriptLimits, "the script cannot be read: the parser failed on it")
            .at(Place::file(source.path.as_str()))
            .help("write it more simply")),
    }
}

/// Cuts a file into its top-level parts: a function, or a statement with its semicolon.
fn parts(source: &Source) -> Vec<Span> {
    let text = &*source.text;
    let mut parts = Vec::new();
    let mut start = None;
    let mut depth = 0usize;
    for lexeme in lexemes(text) {
        if lexeme.class == Class::Blank {
            continue;
        }
        let word = &text[lexeme.start..lexeme.end];
        // A line that begins with `fn` or `const` opens a part even when brackets before it are not closed.
        let at_line_start = lexeme.start == 0 || text[..lexeme.start].ends_with('\n');
        if let Some(from) = start
            && at_line_start
            && matches!(word, "fn" | "const" | "import" | "private")
            && lexeme.start > from
        {
            parts.push(Span { start: from, end: lexeme.start });
            start = None;
            depth = 0;
        }
        let from = *start.get_or_insert(lexeme.start);
        match lexeme.class {
            Class::Open => depth += 1,
            Class::Close => depth = depth.saturating_sub(1),
            Class::Blank | Class::Other => {}
        }
        let closes = depth == 0 && (word == ";" || (word == "}" && is_function(&text[from..])));
        if closes {
            parts.push(Span { start: from, end: lexeme.end });
            start = None;
        }
        if parts.len() >= MAX_PARTS {
            return parts;
        }
    }
    parts.extend(start.map(|start| Span { start, end: text.len() }));
    parts
}

fn is_function(part: &str) -> bool {
    part.starts_with("fn ") || part.starts_with("private ")
}

fn read_parts(
    engine: &Engine,
    budget: ScriptBudget,
    source: &Source,
    parts: &[Span],
) -> (Tree, Vec<Finding>, Vec<String>) {
    let mut tree = Tree::default();
    let mut errors = Vec::new();
    let mut unread = Vec::new();
    for part in parts {
        match parse(engine, budget, source, &only(source, *part)) {
            Ok(ast) => {
                let read = reading::read(&ast, source);
                tree.constants.extend(read.constants);
                tree.imports.extend(read.imports);
                tree.strays.extend(read.strays);
                tree.functions.extend(read.functions);
                tree.literals.extend(read.literals);
            }
            Err(error) => {
                errors.push(error);
                unread.extend(name_of(source, *part));
            }
        }
    }
    (tree, errors, unread)
}

/// The text with everything but one part blanked, so that positions stay.
fn only(source: &Source, part: Span) -> String {
    let blank = |text: &str| text.chars().map(|c| if c == '\n' { '\n' } else { ' ' }).collect::<String>();
    format!("{}{}", blank(&source.text[..part.start]), &source.text[part.start..part.end])
}

/// Name of the function or constant that a part defines.
fn name_of(source: &Source, part: Span) -> Option<String> {
    let text = &source.text[part.start..part.end];
    let mut words =
        lexemes(text).filter(|lexeme| lexeme.class == Class::Other).map(|lexeme| &text[lexeme.start..lexeme.end]);
    let first = words.next()?;
    let name = if first == "private" { words.nth(1) } else { words.next() };
    name.filter(|_| matches!(first, "fn" | "private" | "const")).map(ToOwned::to_owned)
}

fn offset(source: &Source, position: Position) -> usize {
    position.line().map_or(source.text.len(), |line| source.offset(line, position.position().unwrap_or(1)))
}

/// True when `e3` follows a number directly.
fn is_exponent(source: &Source, at: usize) -> bool {
    source.text[..at].ends_with(|c: char| c.is_ascii_digit()) && source.text[at..].starts_with(['e', 'E'])
}

/// A syntax error in the author's words.
fn explain(source: &Source, error: &ParseError) -> Finding {
    use ParseErrorType as Kind;
    let at = offset(source, error.position());
    let here = source.token(at);
    let found = source.slice(here).to_owned();
    let before = source.end_before(at);
    // Where something is missing, the end of what stands before is meant, not the next word some lines below.
    let gap = Span { start: before.saturating_sub(1).min(at), end: before };
    let gap = Span { start: source.text.floor_char_boundary(gap.start), end: gap.end };
    let (code, message, help, span) = match error.err_type() {
        Kind::MissingToken(token, _) if token == ";" && before == at && is_exponent(source, at) => {
            let start = source.text[..at]
                .rfind(|c: char| !(c.is_ascii_digit() || c == '.' || c == '_'))
                .map_or(0, |found| found + 1);
            let span = Span { start, end: here.end };
            let message = format!("`{}` is no number", source.slice(span));
            (Code::ScriptSyntax, message, "write it out: `1_000` instead of `1e3`".to_owned(), span)
        }
        Kind::MissingToken(token, _) if token == ";" => {
            (Code::ScriptSyntax, "a `;` is missing".to_owned(), "end the statement with `;`".to_owned(), gap)
        }
        Kind::MissingToken(token, what) => {
            let closing = match () {
                () if token != "," => None,
                () if what.contains("argument") => Some("` or `)"),
                () if what.contains("array") => Some("` or `]"),
                () if what.contains("map") => Some("` or `}"),
                () => None,
            };
            let help = if found.is_empty() { "write it here".to_owned() } else { format!("write it before `{found}`") };
            (Code::ScriptSyntax, format!("a `{token}{}` is missing", closing.unwrap_or_default()), help, gap)
        }
        Kind::UnexpectedEOF => (
            Code::ScriptSyntax,
            "the script ends in the middle".to_owned(),
            "close what is open: `}`, `)` or `]`".to_owned(),
            gap,
        ),
        Kind::ExprTooDeep => (
            Code::ScriptLimits,
            format!("the expression is nested more than {MAX_DEPTH} deep"),
            "name parts of it with `let`".to_owned(),
            here,
        ),
        Kind::TooManyFunctions => {
            (Code::ScriptLimits, "the file has too many functions".to_owned(), "split it into modules".to_owned(), here)
        }
        Kind::LiteralTooLarge(what, limit) => (
            Code::ScriptLimits,
            format!("{} is larger than {limit}", what.to_lowercase()),
            "keep long texts and lists in a lookup table".to_owned(),
            here,
        ),
        Kind::Reserved(word) => reserved(word, here),
        Kind::BadInput(LexError::Runtime(text)) if text == TOO_COMPLEX => (
            Code::ScriptLimits,
            format!("the script is {TOO_COMPLEX}"),
            "split it into modules, and keep long lists in a lookup table".to_owned(),
            here,
        ),
        Kind::BadInput(LexError::ImproperSymbol(symbol, _)) => reserved(symbol, here),
        Kind::BadInput(LexError::UnexpectedInput(input)) if matches!(input.as_str(), "}" | ")" | "]" | ";" | ",") => (
            Code::ScriptSyntax,
            format!("something is missing before `{input}`"),
            "finish what stands before it".to_owned(),
            gap,
        ),
        Kind::BadInput(fault) => {
            let (message, help) = bad_input(fault, &found);
            (Code::ScriptSyntax, message, help, here)
        }
        Kind::FnDuplicatedDefinition(name, count) => (
            Code::ScriptSyntax,
            format!("the function `{name}` with {count} parameters stands twice"),
            "rename or delete one of them".to_owned(),
            here,
        ),
        Kind::FnDuplicatedParam(function, parameter) => (
            Code::ScriptSyntax,
            format!("`{function}` has two parameters named `{parameter}`"),
            "rename one of them".to_owned(),
            here,
        ),
        Kind::DuplicatedProperty(name) => {
            (Code::ScriptSyntax, format!("the map has `{name}` twice"), "keep one of them".to_owned(), here)
        }
        Kind::AssignmentToConstant(name) => (
            Code::ScriptSyntax,
            format!("the constant `{name}` cannot be changed"),
            "use a variable: `let`".to_owned(),
            here,
        ),
        Kind::AssignmentToInvalidLHS(_) => {
            let help = "compare with `==`, change a variable with `=`".to_owned();
            (Code::ScriptSyntax, "this cannot be assigned to".to_owned(), help, here)
        }
        Kind::WrongFnDefinition => (
            Code::ScriptSyntax,
            "a function stands inside another function or block".to_owned(),
            "move it to the top level of the file".to_owned(),
            here,
        ),
        Kind::LoopBreak => {
            let help = "it may stand only inside `for`, `while` or `loop`".to_owned();
            (Code::ScriptSyntax, format!("`{found}` stands outside a loop"), help, here)
        }
        Kind::UnknownOperator(operator) => {
            let help = operator_help(operator);
            (Code::ScriptSyntax, format!("`{operator}` is no operator"), help, here)
        }
        other => {
            let words = other.to_string();
            let mut letters = words.chars();
            let message =
                letters.next().map(|first| first.to_lowercase().chain(letters).collect::<String>()).unwrap_or_default();
            let message = message.replace('\'', "`");
            let help =
                if found.is_empty() { String::new() } else { format!("look at `{found}` and what stands before it") };
            (Code::ScriptSyntax, message, help, here)
        }
    };
    Finding::error(code, message).at(source.place(span, "")).help(help)
}

fn reserved(word: &str, here: Span) -> (Code, String, String, Span) {
    let (message, help) = match word {
        "eval" => ("scripts cannot run texts as scripts".to_owned(), "write the calculation out".to_owned()),
        "export" => (
            "`export` is not needed".to_owned(),
            "functions and constants of a module can be used as they are".to_owned(),
        ),
        "curry" => ("`curry` is not available".to_owned(), "write a function of your own".to_owned()),
        "===" | "!==" => (format!("`{word}` is no operator"), format!("write `{}`", &word[..2])),
        "++" | "--" => (format!("`{word}` is no operator"), format!("write `{}= 1`", &word[..1])),
        "=" => ("`=` changes a variable and does not stand here".to_owned(), "to compare write `==`".to_owned()),
        "?" => ("`?` is no operator".to_owned(), "write `if … { … } else { … }`, or `??` for \"not known\"".to_owned()),
        ":" => ("`:` does not stand here".to_owned(), "maps begin with `#{`".to_owned()),
        _ => (format!("`{word}` is a word of the language that rules cannot use"), "choose another name".to_owned()),
    };
    let code = if matches!(word, "eval" | "export" | "curry") { Code::ScriptForbidden } else { Code::ScriptSyntax };
    (code, message, help, here)
}

fn operator_help(operator: &str) -> String {
    match operator {
        "=" => "to compare write `==`".to_owned(),
        "<>" => "write `!=`".to_owned(),
        _ => "see `quotient api` for all operators".to_owned(),
    }
}

fn bad_input(fault: &LexError, found: &str) -> (String, String) {
    match fault {
        LexError::UnterminatedString => {
            ("the text is never closed".to_owned(), "close it with `\"` on the same line".to_owned())
        }
        LexError::MalformedNumber(number) if number.contains(['e', 'E']) => {
            (format!("`{number}` is no number"), "write it out: `1_000` instead of `1e3`".to_owned())
        }
        LexError::MalformedNumber(number) => {
            (format!("`{number}` is no number"), "write digits with a point, such as `1_250.50`".to_owned())
        }
        LexError::MalformedEscapeSequence(sequence) => {
            (format!("`{sequence}` means nothing in a text"), "write a backslash as `\\\\`".to_owned())
        }
        LexError::MalformedChar(_) => {
            ("a text stands in single quotes".to_owned(), "use double quotes: `\"gold\"`".to_owned())
        }
        LexError::MalformedIdentifier(name) => {
            (format!("`{name}` is no name"), "use letters, digits and `_`".to_owned())
        }
        LexError::UnexpectedInput(input) => (format!("`{input}` means nothing here"), "delete it".to_owned()),
        _ => (format!("`{found}` cannot be read"), "write it differently".to_owned()),
    }
}
