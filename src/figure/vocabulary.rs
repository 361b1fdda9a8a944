//! Fixed vocabularies of figures: the words of an enum, declared once.

/// Declares an enum of words, as `words!` does, that a figure can have as its value.
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
/// assert_eq!("ceiling".parse(), Ok(Side::Ceiling));
/// ```
#[doc(hidden)]
#[macro_export]
macro_rules! vocabulary {
    (
        $(#[$attribute:meta])*
        $vis:vis enum $name:ident { $($(#[$variant_attribute:meta])+ $variant:ident = $word:literal,)+ }
    ) => {
        $crate::words! {
            $(#[$attribute])*
            $vis enum $name { $($(#[$variant_attribute])+ $variant = $word,)+ }
        }

        impl $crate::figure::Quantity for $name {
            const KIND: $crate::figure::Kind = $crate::figure::Kind::Text;
            const WORDS: &'static [&'static str] = &[$($word),+];

            fn value(&self) -> $crate::figure::Value<'_> {
                $crate::figure::Value::from(self.as_str())
            }

            fn from_value(value: $crate::figure::Value<'_>) -> Option<Self> {
                match value {
                    $crate::figure::Value::Text(word) => word.parse().ok(),
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
