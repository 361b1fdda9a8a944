//! Columns of tables: figures by name, taken from a record or from a part of it.

use super::about::About;
use super::value::Value;

/// Column of a table whose rows are of type `R`.
#[derive(Debug, Clone, Copy)]
pub struct Column<R: 'static> {
    /// The figure it shows.
    pub about: &'static About,
    /// Reads the figure of a row; not known where the row has no such part.
    pub read: for<'a> fn(&'a R) -> Value<'a>,
}

/// Lists the columns of a table: for each part of a row, the way to it, its type, and its figures by name.
///
/// A name that is not a figure of the type does not compile.
///
/// ```
/// use quotient::figure::Column;
///
/// quotient::figures! {
///     /// Visits.
///     #[derive(Debug, Default)]
///     pub struct Visits = "Visits" {
///         /// Planned visits.
///         planned: u64;
///         /// Visits made.
///         made: u64;
///     }
/// }
/// const COLUMNS: &[Column<Visits>] = quotient::columns!(Visits; |visits| Some(visits) => Visits { made, planned });
/// assert_eq!(COLUMNS.iter().map(|column| column.about.name).collect::<Vec<_>>(), ["made", "planned"]);
/// ```
///
/// ```compile_fail
/// # quotient::figures! {
/// #     /// Visits.
/// #     #[derive(Debug, Default)]
/// #     pub struct Visits = "Visits" {
/// #         /// Planned visits.
/// #         planned: u64;
/// #     }
/// # }
/// const COLUMNS: &[quotient::figure::Column<Visits>] =
///     quotient::columns!(Visits; |visits| Some(visits) => Visits { plannd });
/// ```
#[doc(hidden)]
#[macro_export]
macro_rules! columns {
    ($row:ty; $(|$record:pat_param| $part:expr => $type:ty { $($name:ident),+ $(,)? })+) => {
        &[$($($crate::figure::Column::<$row> {
            about: &<$type as $crate::figure::Figured>::FIGURES
                [const { $crate::figure::cell_position::<$type>(stringify!($name)) }]
                .about,
            read: |$record| {
                let part: Option<&$type> = $part;
                part.map_or($crate::figure::Value::NotKnown, |part| {
                    let figures = <$type as $crate::figure::Figured>::FIGURES;
                    (figures[const { $crate::figure::cell_position::<$type>(stringify!($name)) }].read)(part)
                })
            },
        },)+)+]
    };
}
