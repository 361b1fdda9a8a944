//! The budget of a script call: operations, time and memory, each a limit that the caller may set.

use super::allocation::live_bytes;
use crate::cancel::is_cancelled;
use crate::finding::{Panicked, contained};
use std::cell::Cell;
use std::fmt;
use std::time::{Duration, Instant};

/// Limits of one call of a script, and of reading one file.
///
/// ```
/// use quotient::script::ScriptBudget;
/// use std::time::Duration;
/// let budget = ScriptBudget { time: Duration::from_secs(1), ..ScriptBudget::default() };
/// assert_eq!(budget.operations, 500_000);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ScriptBudget {
    /// Operations (nodes of the syntax tree) that may be evaluated.
    pub operations: u64,
    /// Time that may pass. On Linux a call that has only waited for a busy machine is not blamed for it: beyond this
    /// limit its own processor time is measured, until the call has taken 5 seconds more.
    pub time: Duration,
    /// Bytes that may be allocated beyond those the thread had before; enforced where [`super::CountingAllocator`] is
    /// installed.
    pub memory: usize,
}

impl Default for ScriptBudget {
    fn default() -> Self {
        Self { operations: 500_000, time: Duration::from_millis(250), memory: 64 << 20 }
    }
}

/// Longest wait for a busy machine beyond the time of a call.
const MAX_WAIT: Duration = Duration::from_secs(5);

/// Limit that a call exceeded, with its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exhausted {
    /// Number of operations.
    Operations(u64),
    /// Time of the call.
    Time(Duration),
    /// Bytes of memory.
    Memory(usize),
    /// The caller no longer waits for the work ([`crate::cancel::cancellable`]).
    Cancelled,
}

impl fmt::Display for Exhausted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Operations(limit) => write!(f, "{limit} operations"),
            Self::Time(limit) => write!(f, "{} ms", limit.as_millis()),
            Self::Memory(limit) => write!(f, "{} MiB of memory", limit >> 20),
            Self::Cancelled => f.write_str("time"),
        }
    }
}

/// State of the running call: its start and what it has used.
#[derive(Clone, Copy)]
struct Running {
    budget: ScriptBudget,
    start: Instant,
    processor: Duration,
    memory: isize,
    operations: u64,
}

thread_local! {
    static RUNNING: Cell<Option<Running>> = const { Cell::new(None) };
}

/// Runs `work` under a fresh budget; fails when it panicked (an internal error, contained).
pub(super) fn under_budget<R>(budget: ScriptBudget, work: impl FnOnce() -> R) -> Result<R, Panicked> {
    let outer = RUNNING.replace(Some(Running {
        budget,
        start: Instant::now(),
        processor: processor_time().unwrap_or_default(),
        memory: live_bytes(),
        operations: 0,
    }));
    let result = contained(work);
    RUNNING.set(outer);
    result
}

/// Counts one operation of the running call; returns the limit that is exceeded now.
pub(super) fn spend() -> Option<Exhausted> {
    let mut running = RUNNING.get()?;
    running.operations = running.operations.saturating_add(1);
    RUNNING.set(Some(running));
    let budget = running.budget;
    if running.operations > budget.operations {
        return Some(Exhausted::Operations(budget.operations));
    }
    if usize::try_from(live_bytes().wrapping_sub(running.memory)).is_ok_and(|used| used > budget.memory) {
        return Some(Exhausted::Memory(budget.memory));
    }
    if running.operations % 32 != 0 {
        return None;
    }
    if is_cancelled() {
        return Some(Exhausted::Cancelled);
    }
    let took = running.start.elapsed();
    let is_over = took > budget.time
        && (took > budget.time.saturating_add(MAX_WAIT)
            || processor_time().is_none_or(|now| now.saturating_sub(running.processor) > budget.time));
    is_over.then_some(Exhausted::Time(budget.time))
}

/// Processor time of work on this thread since it was started; where the system does not report it, the time that passed.
#[derive(Debug, Clone, Copy)]
pub struct WorkTime {
    start: Instant,
    processor: Option<Duration>,
}

impl WorkTime {
    /// Starts with this moment.
    pub fn start() -> Self {
        Self { start: Instant::now(), processor: processor_time() }
    }

    /// Returns the time so far.
    pub fn taken(&self) -> Duration {
        let processor = processor_time().zip(self.processor).map(|(now, start)| now.saturating_sub(start));
        processor.unwrap_or_else(|| self.start.elapsed())
    }
}

/// Returns the time that the processor worked for this thread; `None` where the system does not report it.
#[cfg(target_os = "linux")]
fn processor_time() -> Option<Duration> {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Some(Duration::new(u64::try_from(time.tv_sec).ok()?, u32::try_from(time.tv_nsec).ok()?))
}

#[cfg(not(target_os = "linux"))]
fn processor_time() -> Option<Duration> {
    None
}
