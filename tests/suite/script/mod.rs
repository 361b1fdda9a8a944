//! Scripts: what a rule author sees.

mod calls;
mod faults;
mod findings;
mod hostile;
mod kinds;
mod support;
