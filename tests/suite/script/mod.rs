//! Scripts: what a rule author sees.

mod calls;
mod support;
