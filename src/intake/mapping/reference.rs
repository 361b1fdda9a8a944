//! The reference of the mapping file as Markdown, from the declaration of its keys.

use super::super::table::Kind;
use super::key::{Key, Scope, Shape};
use std::fmt::Write as _;

/// Returns the reference of every key of a mapping file as Markdown: value, meaning and an example of each.
///
/// ```
/// assert!(quotient::intake::mapping_reference().contains("### `date_format`"));
/// ```
pub fn mapping_reference() -> String {
    let mut out = String::new();
    for (scope, title) in [
        (Scope::Top, "Keys of the whole book"),
        (Scope::Shared, "Keys of a table's section or of the whole book"),
        (Scope::Section, "Keys of a table's section"),
        (Scope::Partners, "Keys of the section `[partners]` only"),
        (Scope::Opportunities, "Keys of the section `[opportunities]` only"),
    ] {
        let _ = writeln!(out, "## {title}\n");
        for key in Key::ALL.iter().filter(|key| key.scope() == scope) {
            let _ = writeln!(out, "### `{}`\n\n{}\n", key.name(), key.doc().trim());
            let _ = writeln!(out, "Value: {}.\n\n```toml\n{}\n```\n", words(key.shape()), example(*key));
        }
    }
    out
}

/// The example of a key as a whole mapping file.
fn example(key: Key) -> String {
    let section = match (key.scope(), key) {
        (Scope::Top, _) => return key.example().to_owned(),
        (Scope::Partners, _) => "partners",
        (Scope::Opportunities, _) | (Scope::Section, Key::Scale) => "opportunities",
        (Scope::Shared | Scope::Section, _) => "revenue",
    };
    format!("[{section}]\n{}", key.example())
}

/// The form of a value in words.
fn words(shape: Shape) -> String {
    match shape {
        Shape::String(what) => format!("a string ({what})"),
        Shape::OneOf(names) => {
            let names: Vec<String> = names.iter().map(|name| format!("`\"{name}\"`")).collect();
            names.join(" or ")
        }
        Shape::Strings(what) => format!("a string ({what}) or a list of them"),
        Shape::List(what) => format!("a list of strings ({what})"),
        Shape::Whole(least, most) => format!("a whole number from {least} to {most}"),
        Shape::ByColumn(kinds, inner) => {
            let columns = match kinds.first() {
                Some(Kind::Rate) => "column with a rate",
                Some(Kind::Amount) => "column with amounts",
                Some(Kind::Date) => "column with dates or periods",
                _ => "column of the table",
            };
            format!("for each {columns}: {}", words(*inner))
        }
        Shape::Either(one, other) => format!("{}; or {}", words(*one), words(*other)),
        Shape::Split => {
            "for the column `partner_id`: `separator`, a string, and `rule`, `\"equal\"` or `\"first\"`".to_owned()
        }
        Shape::Truth => "`true` or `false`".to_owned(),
        Shape::WordOrList(names, what) => {
            let names: Vec<String> = names.iter().map(|name| format!("`\"{name}\"`")).collect();
            format!("{}, or a list of strings ({what})", names.join(" or "))
        }
        Shape::Column(_) => "name of a column of the table".to_owned(),
        Shape::Members(members) => {
            let member = |(name, shape, doc): &(&str, Shape, &str)| format!("\n- `{name}`: {}; {doc}", words(*shape));
            format!("a table of\n{}", members.iter().map(member).collect::<String>())
        }
        Shape::ByWord(what, inner) => format!("for each {what} of the export: {}", words(*inner)),
    }
}
