//! One vendor as a unit.

mod faults;
mod policies;
mod records;
mod shared;
mod unusual;
