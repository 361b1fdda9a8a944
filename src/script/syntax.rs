//! Reading a file's text: syntax errors in the author's words, as many of one file as can be separated.

use super::budget::{ScriptBudget, under_budget};
use super::form_fault::FormFault;
use super::program::Unit;
use super::sandbox::TOO_COMPLEX;
use super::source::{Class, Source, lexemes};
use super::syntax_fault::SyntaxFault;
use super::tree::Tree;
use super::{EntryPoint, foreign, reading};
use crate::finding::{Code, Finding, Findings, Place, Span};
use rhai::{AST, Engine, LexError, ParseError, ParseErrorType, Position};

/// Most parts of a broken file that are read one by one.
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
        Err(_) => Err(Finding::from(FormFault::Unreadable {}).at(Place::file(source.path.as_str()))),
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

/// A syntax error in the author's words, with the place that is meant.
fn explain(source: &Source, error: &ParseError) -> Finding {
    let at = offset(source, error.position());
    if let Some((fault, span)) = foreign::habit(source, at) {
        return Finding::from(fault).at(source.place(span, ""));
    }
    let here = source.token(at);
    let found = source.slice(here).to_owned();
    let before = source.end_before(at);
    let (fault, span) = match error.err_type() {
        ParseErrorType::MissingToken(token, _) if token == ";" && before == at && is_exponent(source, at) => {
            let start = source.text[..at]
                .rfind(|c: char| !(c.is_ascii_digit() || c == '.' || c == '_'))
                .map_or(0, |found| found + 1);
            let span = Span { start, end: here.end };
            (SyntaxFault::Exponent { number: source.slice(span).to_owned() }, span)
        }
        other => {
            let fault = fault_of(other, found);
            // For a missing token the place is the end of the text before it, not the next word some lines below.
            let gap = Span { start: before.saturating_sub(1).min(at), end: before };
            let gap = Span { start: source.text.floor_char_boundary(gap.start), end: gap.end };
            let is_gap = fault.is_missing();
            (fault, if is_gap { gap } else { here })
        }
    };
    Finding::from(fault).at(source.place(span, ""))
}

/// The fault of an error of the parser; `found` is the token at its position.
fn fault_of(error: &ParseErrorType, found: String) -> SyntaxFault {
    use ParseErrorType as Kind;
    match error {
        Kind::MissingToken(token, _) if token == ";" => SyntaxFault::MissingSemicolon {},
        Kind::MissingToken(token, what) => {
            let closing = match () {
                () if token != "," => None,
                () if what.contains("argument") => Some(")"),
                () if what.contains("array") => Some("]"),
                () if what.contains("map") => Some("}"),
                () => None,
            };
            SyntaxFault::MissingToken { token: token.clone(), or: closing, before: found }
        }
        Kind::UnexpectedEOF => SyntaxFault::UnexpectedEnd {},
        Kind::ExprTooDeep => SyntaxFault::TooDeep {},
        Kind::TooManyFunctions => SyntaxFault::TooManyFunctions {},
        Kind::LiteralTooLarge(what, limit) => {
            SyntaxFault::LiteralTooLarge { literal: what.to_lowercase(), limit: *limit }
        }
        Kind::Reserved(word) => reserved(word),
        Kind::BadInput(LexError::Runtime(text)) if text == TOO_COMPLEX => SyntaxFault::TooComplex {},
        Kind::BadInput(LexError::ImproperSymbol(symbol, _)) => reserved(symbol),
        Kind::BadInput(LexError::UnexpectedInput(input)) if matches!(input.as_str(), "}" | ")" | "]" | ";" | ",") => {
            SyntaxFault::MissingBefore { token: input.clone() }
        }
        Kind::BadInput(fault) => bad_input(fault, found),
        Kind::FnDuplicatedDefinition(name, count) => {
            SyntaxFault::DuplicateFunction { function: name.clone(), parameters: *count }
        }
        Kind::FnDuplicatedParam(function, parameter) => {
            SyntaxFault::DuplicateParameter { function: function.clone(), parameter: parameter.clone() }
        }
        Kind::DuplicatedProperty(name) => SyntaxFault::DuplicateKey { key: name.clone() },
        Kind::AssignmentToConstant(name) => SyntaxFault::ConstantAssigned { name: name.clone() },
        Kind::AssignmentToInvalidLHS(_) => SyntaxFault::NotAssignable {},
        Kind::WrongFnDefinition => SyntaxFault::NestedFunction {},
        Kind::LoopBreak => SyntaxFault::OutsideLoop { word: found },
        Kind::UnknownOperator(operator) => SyntaxFault::UnknownOperator { operator: operator.clone() },
        other => {
            let words = other.to_string();
            let mut letters = words.chars();
            let text: String =
                letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default();
            SyntaxFault::Parser { text: text.replace('\'', "`"), near: found }
        }
    }
}

fn reserved(word: &str) -> SyntaxFault {
    match word {
        "eval" => SyntaxFault::Eval {},
        "export" => SyntaxFault::Export {},
        "curry" => SyntaxFault::Curry {},
        "===" | "!==" | "++" | "--" | "?" => SyntaxFault::UnknownOperator { operator: word.to_owned() },
        "=" => SyntaxFault::MisplacedAssignment {},
        ":" => SyntaxFault::MisplacedColon {},
        _ => SyntaxFault::Reserved { word: word.to_owned() },
    }
}

fn bad_input(fault: &LexError, found: String) -> SyntaxFault {
    match fault {
        LexError::UnterminatedString => SyntaxFault::UnclosedString {},
        LexError::MalformedNumber(number) if number.contains(['e', 'E']) => {
            SyntaxFault::Exponent { number: number.clone() }
        }
        LexError::MalformedNumber(number) => SyntaxFault::NotANumber { number: number.clone() },
        LexError::MalformedEscapeSequence(sequence) => SyntaxFault::UnknownEscape { sequence: sequence.clone() },
        LexError::MalformedChar(_) => SyntaxFault::SingleQuotes {},
        LexError::MalformedIdentifier(name) => SyntaxFault::NotAName { name: name.clone() },
        LexError::UnexpectedInput(input) => SyntaxFault::UnexpectedInput { input: input.clone() },
        _ => SyntaxFault::Unreadable { text: found },
    }
}
