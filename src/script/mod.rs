//! Stand-in until the script room lands.
/// Kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs)]
pub enum FactKind {
    Number,
    Text,
    Truth,
    Date,
}
