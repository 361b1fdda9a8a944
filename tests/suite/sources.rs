//! Source files as the tests about the code see them: code, comments and strings apart, each with its lines.

use std::path::{Path, PathBuf};

/// A stretch of a source file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Piece<'a> {
    Code(&'a str),
    /// With its slashes.
    Comment(&'a str),
    /// With its quotation marks.
    String(&'a str),
}

/// Which characters open a string.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    Rust,
    Rhai,
}

/// The root of the tree that is examined: this package, or the directory in `QUOTIENT_TREE`.
pub fn root() -> PathBuf {
    std::env::var_os("QUOTIENT_TREE").map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from)
}

/// Reads a text file of the tree.
pub fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Path below the root, with `/`.
pub fn shown(path: &Path) -> String {
    path.strip_prefix(root()).unwrap_or(path).to_string_lossy().replace('\\', "/")
}

/// All files below `directory` whose names end with one of the extensions, sorted; without those that the example clients
/// generate.
pub fn files(directory: &Path, extensions: &[&str]) -> Vec<PathBuf> {
    fn walk(directory: &Path, extensions: &[&str], into: &mut Vec<PathBuf>) {
        let entries = std::fs::read_dir(directory).unwrap_or_else(|error| panic!("{}: {error}", directory.display()));
        for path in entries.map(|entry| entry.expect("a directory entry").path()) {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if path.is_dir() {
                if !matches!(name.as_str(), "target" | "node_modules" | "quotient_client" | "corpus" | "snapshots") {
                    walk(&path, extensions, into);
                }
            } else if name != "quotient.d.ts"
                && extensions.iter().any(|extension| name.ends_with(&format!(".{extension}")))
            {
                into.push(path);
            }
        }
    }
    let mut found = Vec::new();
    walk(directory, extensions, &mut found);
    found.sort();
    found
}

pub fn is_part(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// The stretches of a file, in order; together they are the whole text.
pub fn pieces(text: &str, language: Language) -> Vec<Piece<'_>> {
    let mut found = Vec::new();
    let (mut start, mut at) = (0, 0);
    while let Some(first) = text[at..].chars().next() {
        let rest = &text[at..];
        let continues_a_name = text[..at].ends_with(is_part);
        let (length, is_comment) = if rest.starts_with("//") {
            (rest.find('\n').unwrap_or(rest.len()), true)
        } else if rest.starts_with("/*") {
            (rest.find("*/").map_or(rest.len(), |end| end + 2), true)
        } else if first == '"' || (first == '`' && language == Language::Rhai) {
            (end_of_string(rest, first), false)
        } else if let Some(length) = raw_string(rest).filter(|_| !continues_a_name && language == Language::Rust) {
            (length, false)
        } else if first == '\'' {
            (end_of_character(rest), false)
        } else {
            (0, false)
        };
        if length == 0 {
            at += first.len_utf8();
            continue;
        }
        if start < at {
            found.push(Piece::Code(&text[start..at]));
        }
        let piece = &text[at..at + length];
        found.push(if is_comment { Piece::Comment(piece) } else { Piece::String(piece) });
        at += length;
        start = at;
    }
    if start < at {
        found.push(Piece::Code(&text[start..]));
    }
    found
}

/// Blanks comments and strings; line breaks stay, so that lines can be counted.
pub fn code_of(text: &str) -> String {
    let mut code = String::with_capacity(text.len());
    for piece in pieces(text, Language::Rust) {
        match piece {
            Piece::Code(piece) => code.push_str(piece),
            Piece::Comment(piece) | Piece::String(piece) => {
                code.extend(piece.chars().filter(|c| *c == '\n'));
                code.push(' ');
            }
        }
    }
    code
}

/// The text without the file's own tests, which are at its end and may do what tests do.
pub fn without_tests(text: &str) -> &str {
    text.find("#[cfg(test)]\nmod tests {").map_or(text, |at| &text[..at])
}

fn end_of_string(rest: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        if c == quote && !escaped {
            return at + 1;
        }
        escaped = c == '\\' && !escaped;
    }
    rest.len()
}

/// Length of a raw string such as `r#"…"#` that begins here.
fn raw_string(rest: &str) -> Option<usize> {
    let after = rest.strip_prefix("br").or_else(|| rest.strip_prefix('r'))?;
    let hashes = after.len() - after.trim_start_matches('#').len();
    let body = after[hashes..].strip_prefix('"')?;
    let end = format!("\"{}", "#".repeat(hashes));
    let length = body.find(&end)? + end.len();
    Some(rest.len() - body.len() + length)
}

/// Length of a character such as `'"'` or `'\n'` that begins here; 0 for a lifetime.
fn end_of_character(rest: &str) -> usize {
    let mut chars = rest.char_indices().skip(1);
    match (chars.next(), chars.next()) {
        (Some((_, '\\')), Some((at, escaped))) => {
            let from = at + escaped.len_utf8();
            rest[from..].find('\'').map_or(0, |end| from + end + 1)
        }
        (Some(_), Some((at, '\''))) => at + 1,
        _ => 0,
    }
}

/// A function with its length, signature and braces included.
#[derive(Debug, PartialEq, Eq)]
pub struct Function {
    pub name: String,
    pub line: usize,
    pub lines: usize,
}

/// Every function with a body in code whose comments and strings are blanked.
pub fn functions(code: &str) -> Vec<Function> {
    let starts = code.match_indices("fn ").filter(|(at, _)| !code[..*at].ends_with(is_part));
    starts.filter_map(|(at, _)| function(code, at)).collect()
}

fn function(code: &str, at: usize) -> Option<Function> {
    let name: String = code[at + 3..].chars().take_while(|c| is_part(*c)).collect();
    if name.is_empty() {
        return None;
    }
    let (mut brackets, mut braces) = (0_i32, 0_i32);
    for (offset, c) in code[at..].char_indices() {
        match c {
            '(' | '[' => brackets += 1,
            ')' | ']' => brackets -= 1,
            ';' if brackets == 0 && braces == 0 => return None,
            '{' => braces += 1,
            '}' => {
                braces -= 1;
                if braces == 0 && brackets == 0 {
                    let lines = code[at..at + offset].matches('\n').count() + 1;
                    return Some(Function { name, line: code[..at].matches('\n').count() + 1, lines });
                }
            }
            _ => {}
        }
    }
    None
}

#[test]
fn comments_and_strings_are_not_code() {
    let text = "a // b\n\"c \\\" d\" 'e' '\\'' 'f r#\"g\nh\"# /* i\n */ j\n";
    let left: String = code_of(text).split_whitespace().collect::<Vec<_>>().join(" ");
    assert_eq!(left, "a 'f j");
    assert_eq!(code_of(text).matches('\n').count(), text.matches('\n').count());
}

#[test]
fn functions_are_measured_from_their_signature_to_their_last_brace() {
    let code = "trait T { fn a(&self); fn b(&self) {} }\nfn c(\n    x: [u8; 2],\n) -> u8 {\n    if true { 1 } else { 2 }\n}\nlet f: fn (u8);\n";
    let found: Vec<(String, usize, usize)> =
        functions(code).into_iter().map(|found| (found.name, found.line, found.lines)).collect();
    assert_eq!(found, [("b".to_owned(), 1, 1), ("c".to_owned(), 2, 5)]);
}
