//! The members of a book that is a JSON document: at its top, and a vendor's own tables under `tables`.

use crate::document::json::{Object, escaped};

/// Member of a JSON book with the vendor's own tables.
pub const OWN_TABLES: &str = "tables";

/// One member of a book.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BookMember<'t> {
    /// Name, without `tables`.
    pub key: String,
    /// Value as written.
    pub value: &'t str,
    /// JSON Pointer in the book.
    pub pointer: String,
}

/// Returns the members of a book, those of `tables` in its place.
///
/// `tables` that is not an object is a member as any other.
pub fn book_members<'t>(book: &Object<'t>) -> Vec<BookMember<'t>> {
    let mut members = Vec::with_capacity(book.0.len());
    for (key, value) in &book.0 {
        let own = (key == OWN_TABLES && value.starts_with('{')).then(|| Object::of(value)).flatten();
        match own {
            Some(own) => members.extend(own.0.into_iter().map(|(key, value)| {
                let pointer = format!("/{OWN_TABLES}/{}", escaped(&key));
                BookMember { key: key.into_owned(), value, pointer }
            })),
            None => members.push(BookMember { key: key.to_string(), value, pointer: format!("/{}", escaped(key)) }),
        }
    }
    members
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_of_a_vendor_are_members_of_the_book() {
        let text = r#"{"currency":"USD","tables":{"deals":[],"a/b":[1]},"partners":[]}"#;
        let members = book_members(&Object::of(text).unwrap());
        let shown: Vec<(&str, &str, &str)> =
            members.iter().map(|member| (&*member.key, member.value, &*member.pointer)).collect();
        assert_eq!(
            shown,
            [
                ("currency", "\"USD\"", "/currency"),
                ("deals", "[]", "/tables/deals"),
                ("a/b", "[1]", "/tables/a~1b"),
                ("partners", "[]", "/partners"),
            ]
        );
        let list = book_members(&Object::of(r#"{"tables":[]}"#).unwrap());
        assert_eq!((&*list[0].key, &*list[0].pointer), ("tables", "/tables"));
    }
}
