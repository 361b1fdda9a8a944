//! Typed code: rules and policies lowered once from their syntax tree to closures over the facts of a line.
//!
//! It never says why a rule fails: where it has no value, the interpreter runs that call again, and its answer, its error
//! or its limit counts. So both must agree on values and texts only, and on when there are none. Typed code has no
//! recursion, and loops over lists only, each turn of which is counted; that bounds it. A rule that needs more, or
//! anything else without a typed form, stays with the interpreter as a whole ([`Fallback`]).

mod answers;
mod calculations;
mod decisions;
mod expressions;
mod facts;
mod frame;
mod functions;
mod loops;
mod lower;
mod objects;
mod operand;
mod operators;
mod outside;
mod records;
mod requirements;
mod rule;
mod statements;
mod tables;
mod texts;

pub(super) use frame::Ground;
pub(super) use lower::{World, lower};
pub use rule::Fallback;
pub(super) use rule::Rule;
