//! Options of an engine, and the reasons why one cannot be made.

use crate::script::NoThread;
use thiserror::Error;

/// Options of an [`Engine`](super::Engine).
///
/// ```
/// use quotient::{Engine, EngineOptions};
/// let engine = Engine::new(EngineOptions::new().threads(2))?;
/// assert_eq!(engine.threads(), 2);
/// # Ok::<(), quotient::EngineError>(())
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct EngineOptions {
    pub(super) threads: Option<usize>,
    pub(super) is_memory_unlimited: bool,
}

impl EngineOptions {
    /// Returns the defaults: one thread per core, and the memory of scripts is limited.
    ///
    /// ```
    /// assert_eq!(quotient::EngineOptions::new(), quotient::EngineOptions::default());
    /// ```
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the number of script threads. Results do not depend on it.
    ///
    /// ```
    /// let options = quotient::EngineOptions::new().threads(4);
    /// assert_ne!(options, quotient::EngineOptions::default());
    /// ```
    #[must_use]
    pub fn threads(self, threads: usize) -> Self {
        Self { threads: Some(threads.max(1)), ..self }
    }

    /// Accepts scripts that can use any amount of memory, for programs whose allocator does not count.
    ///
    /// Only for rules that you wrote yourself: a script can then exhaust the memory of the process.
    ///
    /// ```
    /// let options = quotient::EngineOptions::new().without_memory_limits();
    /// assert!(quotient::Engine::new(options).is_ok());
    /// ```
    #[must_use]
    pub fn without_memory_limits(self) -> Self {
        Self { is_memory_unlimited: true, ..self }
    }
}

/// Reason why an engine cannot be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum EngineError {
    /// The global allocator does not count, so the memory of scripts cannot be limited.
    #[error(
        "the global allocator does not count allocations, so the memory of scripts cannot be limited; enable the \
         feature `counting-allocator`, install `CountingAllocator`, or accept it with `without_memory_limits`"
    )]
    AllocatorNotCounting,
    /// The machine refused threads.
    #[error("{0}")]
    NoThread(#[from] NoThread),
}
