//! Values of cells: text under a stated notation becomes an exact number, date, period or identifier, or a reason why not.
//!
//! Everything here is a pure function of text. A text with two meanings is refused unless the notation decides.

pub(super) mod currency_name;
pub(super) mod currency_sign;
pub(super) mod date;
pub(super) mod date_format;
mod fiscal;
pub(super) mod identifier;
pub(super) mod magnitude;
pub(super) mod month_word;
pub(super) mod notation;
pub(super) mod number;
pub(super) mod period;
mod token;
pub(super) mod week;
pub(super) mod word;
