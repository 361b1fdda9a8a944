//! Typed code: rules lowered once from their syntax tree to closures over the facts of a line.
//!
//! It never says why a rule fails: where it has no value, the interpreter runs that call again, and its answer, its error
//! or its limit counts. So both must agree on values and texts only, and on when there are none. Typed code has neither
//! loops nor recursion, which bounds it; a rule that needs them, or anything else without a typed form, stays with the
//! interpreter as a whole ([`Fallback`]).

mod answers;
mod expressions;
mod facts;
mod frame;
mod functions;
mod lower;
mod operand;
mod operators;
mod outside;
mod rule;
mod statements;
mod texts;

pub(super) use lower::{World, lower};
pub use rule::Fallback;
pub(super) use rule::Rule;
