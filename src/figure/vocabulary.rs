//! Fixed vocabularies: the words of an enum, declared once.

/// Declares an enum whose variants are written as words in scripts, cases, JSON and tables.
///
/// ```
/// quotient::vocabulary! {
///     /// Side of a guardrail.
///     #[derive(Default)]
///     pub enum Side {
///         /// The least.
///         #[default]
///         Floor = "floor",
///         /// The most.
///         Ceiling = "ceiling",
///     }
/// }
/// assert_eq!(Side::ALL.iter().map(|side| side.as_str()).collect::<Vec<_>>(), ["floor", "ceiling"]);
/// assert_eq!(Side::from_word("ceiling"), Some(Side::Ceiling));
/// ```
#[doc(hidden)]
#[macro_export]
macro_rules! vocabulary {
    (
        $(#[$attribute:meta])*
        $vis:vis enum $name:ident { $($(#[$variant_attribute:meta])+ $variant:ident = $word:literal,)+ }
    ) => {
        $(#[$attribute])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        $vis enum $name { $($(#[$variant_attribute])+ $variant,)+ }

        impl $name {
            /// Every word, in the order of the list.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// Returns the word used in scripts and in JSON.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }

            /// Returns the variant of that word.
            pub fn from_word(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|one| one.as_str() == word)
            }
        }

        impl $crate::figure::Quantity for $name {
            const KIND: $crate::figure::Kind = $crate::figure::Kind::Text;
            const WORDS: &'static [&'static str] = &[$($word),+];

            fn value(&self) -> $crate::figure::Value<'_> {
                $crate::figure::Value::from(self.as_str())
            }

            fn from_value(value: $crate::figure::Value<'_>) -> Option<Self> {
                match value {
                    $crate::figure::Value::Text(word) => Self::from_word(&word),
                    _ => None,
                }
            }

            fn schema(
                generator: &mut $crate::figure::schemars::SchemaGenerator,
            ) -> $crate::figure::schemars::Schema {
                generator.subschema_for::<String>()
            }
        }
    };
}
