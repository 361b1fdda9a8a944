//! One vendor as a unit.

mod policies;
mod records;
