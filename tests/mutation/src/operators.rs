//! Operators and methods that are easily confused, and what each becomes.

use syn::BinOp;

/// Other operators to try in place of this one.
pub fn binary(operator: &BinOp) -> &'static [&'static str] {
    match operator {
        BinOp::Lt(_) => &["<=", ">="],
        BinOp::Le(_) => &["<", ">"],
        BinOp::Gt(_) => &[">=", "<="],
        BinOp::Ge(_) => &[">", "<"],
        BinOp::Eq(_) => &["!="],
        BinOp::Ne(_) => &["=="],
        BinOp::And(_) => &["||"],
        BinOp::Or(_) => &["&&"],
        BinOp::Add(_) => &["-", "*"],
        BinOp::Sub(_) => &["+"],
        BinOp::Mul(_) => &["+", "/"],
        BinOp::Div(_) => &["*"],
        BinOp::Rem(_) => &["/"],
        BinOp::BitAnd(_) => &["|"],
        BinOp::BitOr(_) => &["&"],
        BinOp::Shl(_) => &[">>"],
        BinOp::Shr(_) => &["<<"],
        BinOp::AddAssign(_) => &["-="],
        BinOp::SubAssign(_) => &["+="],
        BinOp::MulAssign(_) => &["/="],
        BinOp::DivAssign(_) => &["*="],
        BinOp::BitAndAssign(_) => &["|="],
        BinOp::BitOrAssign(_) => &["&="],
        _ => &[],
    }
}

/// The methods that mean the opposite of each other, or the other end.
const METHODS: [(&str, &str); 22] = [
    ("plus", "minus"),
    ("checked_plus", "checked_minus"),
    ("checked_add", "checked_sub"),
    ("checked_mul", "checked_div"),
    ("saturating_add", "saturating_sub"),
    ("saturating_mul", "saturating_div"),
    ("wrapping_add", "wrapping_sub"),
    ("div_euclid", "rem_euclid"),
    ("min", "max"),
    ("min_by", "max_by"),
    ("min_by_key", "max_by_key"),
    ("any", "all"),
    ("is_some", "is_none"),
    ("is_ok", "is_err"),
    ("is_some_and", "is_none_or"),
    ("first", "last"),
    ("next", "next_back"),
    ("starts_with", "ends_with"),
    ("is_le", "is_gt"),
    ("is_lt", "is_ge"),
    ("is_eq", "is_ne"),
    ("skip_while", "take_while"),
];

/// The method to try in place of this one.
pub fn method(name: &str) -> Option<&'static str> {
    METHODS.iter().find_map(|(one, other)| if *one == name { Some(*other) } else { (*other == name).then_some(*one) })
}

/// Methods without arguments whose result is negated.
pub const NEGATED: [&str; 2] = ["is_empty", "is_zero"];

/// Methods whose closure decides about one element.
pub const PREDICATES: [&str; 8] =
    ["filter", "retain", "find", "position", "is_some_and", "is_none_or", "partition", "take_while"];
