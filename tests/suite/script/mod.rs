//! Scripts: what a rule author sees.

mod calls;
mod cost;
mod faults;
mod findings;
mod fuzz;
mod hostile;
mod kinds;
mod policies;
mod reference;
mod support;
