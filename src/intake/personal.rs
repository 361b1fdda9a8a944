//! Personal fields: columns of a book that name people or companies. This is the one list of them.

use super::table::{Field, TableKind, is_same_heading};

/// Columns that name people or companies.
const PERSONAL: [Field; 2] = [Field::PartnerName, Field::AccountManager];

/// Returns the personal fields, in the order of their declaration.
pub fn personal_fields() -> &'static [Field] {
    &PERSONAL
}

/// Returns the personal field that a heading or the name of a JSON member means; `None` if it means none.
///
/// ```
/// use quotient::intake::{personal_field, Field};
/// assert_eq!(personal_field("Partner Name"), Some(Field::PartnerName));
/// assert_eq!(personal_field("tier"), None);
/// ```
pub fn personal_field(name: &str) -> Option<Field> {
    let columns = TableKind::Partners.table().columns.iter();
    let mut personal = columns.filter(|column| PERSONAL.contains(&column.field));
    let means = |heading: &str| is_same_heading(heading, name);
    personal
        .find(|column| means(column.field.name()) || column.aliases.iter().any(|alias| means(alias)))
        .map(|column| column.field)
}
