//! The reference of all tables of a book, from their declaration.

use super::table::TableKind;
use std::fmt::Write as _;

/// Returns the reference of all tables of a book and the targets file as Markdown.
///
/// ```
/// assert!(quotient::intake::reference().contains("| `partner_id` | identifier | yes |"));
/// ```
pub fn reference() -> String {
    let mut out = String::new();
    for kind in TableKind::BOOK {
        let table = kind.table();
        let need = if table.required { "required" } else { "optional" };
        let _ = writeln!(out, "## {} ({need})\n\n{}\n", table.name, table.doc);
        out.push_str("| column | values | required | unit | meaning |\n| --- | --- | --- | --- | --- |\n");
        for column in table.columns {
            let required = if column.required { "yes" } else { "" };
            let notation = column.kind.notation();
            let name = column.field.name();
            let _ = writeln!(out, "| `{name}` | {notation} | {required} | {} | {} |", column.unit, column.doc);
        }
        out.push('\n');
    }
    out
}
