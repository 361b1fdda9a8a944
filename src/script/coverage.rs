//! Statements and branches that are reached while calls are recorded, for the coverage of cases.
//!
//! A file is compiled with a call of [`PROBE`] before each statement and in each branch. The checks read the file as its
//! author wrote it.

use super::budget::ScriptBudget;
use rhai::Engine;
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Name of the function that probes call.
pub(super) const PROBE: &str = "__reached";
/// Operations and time of a call with probes, as a multiple of those without.
const MORE: u32 = 8;

thread_local! {
    static RECORD: RefCell<Option<Record>> = const { RefCell::new(None) };
}

#[derive(Default)]
struct Record {
    points: Vec<CodePoint>,
    reached: BTreeSet<usize>,
}

/// A statement or a branch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodePoint {
    /// Path in the vendor's directory.
    pub path: String,
    /// Text of the file.
    pub text: Arc<str>,
    /// Offset in the text.
    pub at: usize,
    /// Line, counted from 1.
    pub line: usize,
    /// Kind of the point.
    pub kind: PointKind,
    /// True if a call reached it.
    pub is_reached: bool,
    /// True for a branch with a statement, whose point shows as well whether the branch is reached.
    pub is_told: bool,
}

/// Kind of a point.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum PointKind {
    /// A statement.
    Statement,
    /// The branch of a condition that holds.
    Holds,
    /// The branch of a condition that does not hold.
    HoldsNot,
    /// A case of a `switch`.
    Case,
}

/// Runs `work`; scripts that it compiles on this thread are probed, and the points with what was reached are returned.
pub fn covering<R>(work: impl FnOnce() -> R) -> (R, Vec<CodePoint>) {
    RECORD.set(Some(Record::default()));
    let result = work();
    let Record { mut points, reached } = RECORD.take().unwrap_or_default();
    for at in reached {
        if let Some(point) = points.get_mut(at) {
            point.is_reached = true;
        }
    }
    (result, points)
}

/// True while points are recorded.
pub(super) fn is_recording() -> bool {
    RECORD.with_borrow(Option::is_some)
}

/// Adds a point, and returns its number; `None` while nothing is recorded.
pub(super) fn add(point: CodePoint) -> Option<usize> {
    RECORD.with_borrow_mut(|record| {
        let record = record.as_mut()?;
        record.points.push(point);
        Some(record.points.len() - 1)
    })
}

/// Returns the budget with the operations of probes, while they are recorded.
pub(super) fn budget(budget: ScriptBudget) -> ScriptBudget {
    let more = if is_recording() { MORE } else { 1 };
    ScriptBudget {
        operations: budget.operations.saturating_mul(more.into()),
        time: budget.time.saturating_mul(more),
        ..budget
    }
}

/// Registers the function that probes call, while they are recorded.
pub(super) fn register(engine: &mut Engine) {
    if is_recording() {
        engine.register_fn(PROBE, |at: i64| {
            RECORD.with_borrow_mut(|record| {
                if let (Some(record), Ok(at)) = (record, usize::try_from(at)) {
                    record.reached.insert(at);
                }
            });
        });
    }
}
