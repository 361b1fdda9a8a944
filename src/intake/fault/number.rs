//! Reasons for which a value is not read as a number.

use crate::finding::{Code, Field, ToField};

/// Notation in which a number is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NumberKind {
    /// An amount of money.
    Amount,
    /// A fraction.
    Rate,
    /// A whole number.
    Count,
}

impl NumberKind {
    pub(super) fn code(self) -> Code {
        match self {
            Self::Amount => Code::BookAmount,
            Self::Rate => Code::BookRate,
            Self::Count => Code::BookCount,
        }
    }
}

impl ToField for NumberKind {
    fn to_field(&self) -> Field {
        match self {
            Self::Amount => "amount".to_field(),
            Self::Rate => "rate".to_field(),
            Self::Count => "count".to_field(),
        }
    }
}

macro_rules! reasons {
    ($($(#[doc = $doc:literal])+ $variant:ident = $name:literal, $message:literal, $help:literal;)+) => {
        /// Reason for which a value is not read as an exact decimal number.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum NotDecimal {
            $($(#[doc = $doc])+ $variant,)+
        }

        impl NotDecimal {
            pub(super) fn message(self) -> &'static str {
                match self { $(Self::$variant => $message,)+ }
            }

            pub(super) fn help(self) -> &'static str {
                match self { $(Self::$variant => $help,)+ }
            }
        }

        impl ToField for NotDecimal {
            fn to_field(&self) -> Field {
                match self { $(Self::$variant => $name.to_field(),)+ }
            }
        }
    };
}

reasons! {
    /// It has no digit.
    NoNumber = "no_number", "is not a number",
        "write a number such as `1234.50`, or leave the cell empty when it is not known; `values` in the mapping file \
         translates a word";
    /// It is a dash alone.
    Dash = "dash", "is a dash alone",
        "set `dash = \"zero\"` for the table in the mapping file when it means zero, `dash = \"empty\"` when it means \
         not known";
    /// It has an exponent, and its digits are those that a spreadsheet leaves of a longer number.
    Shortened = "shortened", "is a long number that a spreadsheet has shortened",
        "format the column as numbers without exponent and export it again";
    /// A comma can be a thousands sign or a decimal sign.
    Comma = "comma", "has two meanings: its comma can separate thousands or decimals",
        "state which in the mapping file: `thousands = \",\"` or `decimal = \",\"` for the table";
    /// It has a decimal comma.
    DecimalComma = "decimal_comma", "has a decimal comma, or points between thousands",
        "set `decimal = \",\"` for the table in the mapping file, and `thousands = \".\"` when points separate thousands";
    /// A point can be a thousands sign, and the decimal sign is a comma.
    Point = "point", "has a point, and decimals are written with a comma in this table",
        "set `thousands = \".\"` for the table in the mapping file when points separate thousands";
    /// It has a decimal point where decimals are written with a comma.
    DecimalPoint = "decimal_point", "has a decimal point, or commas between thousands, and decimals are written with a comma in this table",
        "set `decimal = \".\"` for the table in the mapping file, and `thousands = \",\"` when commas separate thousands";
    /// It has a thousands sign.
    Separator = "separator", "has a thousands sign",
        "set the sign in the mapping file, for example `thousands = \" \"` or `thousands = \"\'\"` for the table";
    /// Its thousands signs do not separate groups of three digits.
    Groups = "groups", "has thousands signs that do not separate groups of three digits",
        "check the number, and `thousands` and `decimal` in the mapping file";
    /// It has a word that is not a currency.
    Word = "word", "has a word beside the number",
        "write the number alone; a currency sign or code may be beside an amount";
    /// It has a percent sign in a column of amounts or counts.
    Percent = "percent", "is a percentage",
        "check that the right column is read";
    /// Its signs or points are misplaced.
    Marks = "marks", "is not a plain decimal number",
        "write digits, at most one sign and one point with digits behind it";
    /// Another reason.
    Other = "other", "is not a plain decimal number", "write a number such as `1234.50`";
}
