//! Figures: each declared once, with its name, kind, meaning, example and presentation.
//!
//! [`figures!`](crate::figures) declares a struct together with the list of its figures ([`Figured::FIGURES`]). Everything
//! that shows or takes a figure is derived from that list: what scripts see and their reference page, the facts of cases,
//! the samples of a dry run, JSON and its schema, and the columns of CSV, XLSX, HTML and terminal tables
//! ([`columns!`](crate::columns)).
//!
//! ```
//! use quotient::figure::{Figured, Json, Kind};
//!
//! quotient::figures! {
//!     /// Warranty claims of one partner.
//!     #[derive(Debug, Default)]
//!     pub struct Claims = "Claims" {
//!         /// Claims in the period.
//!         open: Option<u64>, example("3");
//!         /// Claims per unit sold.
//!         claim_rate: Option<quotient::units::Rate>, example("0.02").width(9);
//!     }
//! }
//!
//! let claims = Claims { open: Some(3), claim_rate: None };
//! assert_eq!(serde_json::to_string(&claims).ok(), Some(r#"{"open":3,"claim_rate":null}"#.to_owned()));
//! assert_eq!(Claims::FIGURES[0].about.kind, Kind::Count);
//! ```

mod about;
mod column;
mod declaration;
mod json;
mod kind;
mod quantity;
mod sample;
mod value;
mod vocabulary;

pub use about::{About, title_of};
pub use column::Column;
pub use declaration::{Figure, Figured, cell_position, is_same, position};
pub use json::{Json, object_schema};
pub use kind::{Format, Kind};
pub use quantity::{Fraction, Quantity};
pub use sample::{Sample, value_of};
pub use value::{List, Record, Records, Replaced, Value};

#[doc(hidden)]
pub use schemars;
#[doc(hidden)]
pub use serde;

/// Declares a struct and the list of its figures.
///
/// An entry is one line of documentation, `name: type`, and how it is presented, as calls of [`About`]'s builders. A
/// figure that is computed from the others is written `name = |record| expression => type`; it has no field.
///
/// ```
/// quotient::figures! {
///     /// Visits of a partner.
///     #[derive(Debug, Default)]
///     pub struct Visits = "Visits" {
///         /// Planned visits.
///         planned: u64;
///         /// Visits made.
///         made: u64, width(8);
///         /// Visits still to make.
///         left = |visits| visits.planned - visits.made => u64;
///     }
/// }
/// let visits = Visits { planned: 5, made: 2 };
/// assert_eq!(serde_json::to_string(&visits).ok(), Some(r#"{"planned":5,"made":2,"left":3}"#.to_owned()));
/// ```
#[doc(hidden)]
#[macro_export]
macro_rules! figures {
    (
        #[doc = $about:literal]
        $(#[$attribute:meta])*
        $vis:vis struct $struct:ident = $title:literal {
            $(
                #[doc = $doc:literal]
                $name:ident $(: $type:ty)? $(= |$record:pat_param| $read:expr => $output:ty)?
                $(, $($builder:ident($($argument:expr),*)).+)?;
            )+
        }
    ) => {
        #[doc = $about]
        $(#[$attribute])*
        $vis struct $struct {
            $($(
                #[doc = $doc]
                pub $name: $type,
            )?)+
        }
        $crate::figures! {
            @list $struct, $title, $about,
            $([$doc, $name, [$($type)?], [$(|$record| $read => $output)?], [$($(.$builder($($argument),*))+)?]])+
        }
    };
    (
        #[doc = $about:literal]
        for $struct:ident = $title:literal {
            $(with |$whole:pat_param| $part:expr => $of:ident { $($member:ident),+ $(,)? };)*
            $(
                #[doc = $doc:literal]
                $name:ident $(: $type:ty)? $(= |$record:pat_param| $read:expr => $output:ty)?
                $(, $($builder:ident($($argument:expr),*)).+)?;
            )*
        }
    ) => {
        $crate::figures! {
            @list $struct, $title, $about,
            $($([$member, [|$whole| $part => $of]])+)*
            $([$doc, $name, [$($type)?], [$(|$record| $read => $output)?], [$($(.$builder($($argument),*))+)?]])*
        }
    };
    (@list $struct:ident, $title:literal, $about:literal, $([$($figure:tt)+])+) => {
        impl $crate::figure::Figured for $struct {
            const TITLE: &'static str = $title;
            const ABOUT: &'static str = $about;
            const FIGURES: &'static [$crate::figure::Figure<Self>] =
                &[$($crate::figures!(@figure $struct, $($figure)+),)+];
        }

        impl $crate::figure::Record for $struct {
            fn size(&self) -> usize {
                <Self as $crate::figure::Figured>::FIGURES.len()
            }

            fn about(&self, index: usize) -> Option<&'static $crate::figure::About> {
                <Self as $crate::figure::Figured>::FIGURES.get(index).map(|figure| &figure.about)
            }

            fn value(&self, index: usize) -> $crate::figure::Value<'_> {
                let figure = <Self as $crate::figure::Figured>::FIGURES.get(index);
                figure.map_or($crate::figure::Value::NotKnown, |figure| (figure.read)(self))
            }
        }

        impl $crate::figure::Quantity for $struct {
            const KIND: $crate::figure::Kind = $crate::figure::Kind::Group;

            fn value(&self) -> $crate::figure::Value<'_> {
                $crate::figure::Value::Record(self)
            }

            fn schema(generator: &mut $crate::figure::schemars::SchemaGenerator) -> $crate::figure::schemars::Schema {
                generator.subschema_for::<Self>()
            }

            fn members(
                generator: &mut $crate::figure::schemars::SchemaGenerator,
            ) -> Option<$crate::figure::schemars::Schema> {
                Some($crate::figure::object_schema::<Self>(generator))
            }
        }

        impl $crate::figure::serde::Serialize for $struct {
            fn serialize<S: $crate::figure::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                $crate::figure::serde::Serialize::serialize(&$crate::figure::Json(self), serializer)
            }
        }

        impl $crate::figure::schemars::JsonSchema for $struct {
            fn schema_name() -> ::std::borrow::Cow<'static, str> {
                <Self as $crate::figure::Figured>::TITLE.into()
            }

            fn json_schema(
                generator: &mut $crate::figure::schemars::SchemaGenerator,
            ) -> $crate::figure::schemars::Schema {
                $crate::figure::object_schema::<Self>(generator)
            }
        }
    };
    (@figure $struct:ident, $doc:literal, $name:ident, [$type:ty], [], [$($builder:tt)*]) => {
        $crate::figure::Figure::<$struct>::new::<$type>(
            stringify!($name),
            $doc,
            |record| $crate::figure::Quantity::value(&record.$name),
            |record, value| match <$type as $crate::figure::Quantity>::from_value(value) {
                Some(value) => {
                    record.$name = value;
                    true
                }
                None => false,
            },
        )$($builder)*
    };
    (@figure $struct:ident, $doc:literal, $name:ident, [], [|$record:pat_param| $read:expr => $output:ty], [$($builder:tt)*]) => {
        $crate::figure::Figure::<$struct>::new::<$output>(
            stringify!($name),
            $doc,
            |$record| $crate::figure::Value::from($read),
            |_, _| false,
        )$($builder)*
    };
    (@figure $struct:ident, $name:ident, [|$whole:pat_param| $part:expr => $of:ident]) => {
        $crate::figure::Figure::<$struct> {
            about: <$of as $crate::figure::Figured>::FIGURES
                [const { $crate::figure::position::<$of>(stringify!($name)) }]
                .about,
            read: |$whole| {
                let part: &$of = $part;
                (<$of as $crate::figure::Figured>::FIGURES
                    [const { $crate::figure::position::<$of>(stringify!($name)) }]
                    .read)(part)
            },
            write: |_, _| false,
        }
    };
}
