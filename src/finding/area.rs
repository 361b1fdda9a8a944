//! Areas of finding codes.

/// Area of a code, which determines the exit code of the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Area {
    /// Input data: books, mapping files, targets, locks.
    Book,
    /// Rules and policies: manifests, scripts, tables, cases.
    Rules,
    /// The answer is no: infeasible plan, rejected guardrail, failed case.
    Plan,
    /// Reading and writing files.
    Files,
}
