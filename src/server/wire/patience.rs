//! Patience with the body of a batch, which is read while it is decided: how long each wait for its bytes may take.
//!
//! Only waiting for the sender counts. Deciding lines, and waiting for a worker, is not the sender's time.

use std::fmt;
use std::time::Duration;

/// Time limits of a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BatchTimes {
    /// Longest wait for the next bytes.
    pub stall: Duration,
    /// Longest wait for the rest of a line that has begun.
    pub line: Duration,
    /// Longest wait for bytes in total.
    pub total: Duration,
}

impl Default for BatchTimes {
    fn default() -> Self {
        let seconds = Duration::from_secs;
        Self { stall: seconds(30), line: seconds(30), total: seconds(600) }
    }
}

/// Limit that a sender exceeded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Impatience {
    /// No bytes for this long.
    Stall(Duration),
    /// A line was not complete after this wait.
    Line(Duration),
    /// The waits sum to more than this.
    Total(Duration),
}

impl fmt::Display for Impatience {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stall(limit) => write!(f, "no bytes arrived for {} s", limit.as_secs()),
            Self::Line(limit) => write!(f, "a line was not complete within {} s", limit.as_secs()),
            Self::Total(limit) => write!(f, "the batch kept the server waiting for {} s in total", limit.as_secs()),
        }
    }
}

/// Waits so far.
#[derive(Debug)]
pub struct Patience {
    times: BatchTimes,
    line: Duration,
    total: Duration,
}

impl Patience {
    /// Returns the patience at the begin of a batch.
    pub fn new(times: BatchTimes) -> Self {
        Self { times, line: Duration::ZERO, total: Duration::ZERO }
    }

    /// Returns how long the next wait may take, and the limit that is exceeded after it.
    pub fn next_wait(&self) -> (Duration, Impatience) {
        let BatchTimes { stall, line, total } = self.times;
        let waits = [
            (stall, Impatience::Stall(stall)),
            (line.saturating_sub(self.line), Impatience::Line(line)),
            (total.saturating_sub(self.total), Impatience::Total(total)),
        ];
        waits.into_iter().min_by_key(|(wait, _)| *wait).unwrap_or((stall, Impatience::Stall(stall)))
    }

    /// Counts a wait; `is_in_line` is true when a line had begun before it.
    pub fn waited(&mut self, wait: Duration, is_in_line: bool) {
        self.total = self.total.saturating_add(wait);
        self.line = if is_in_line { self.line.saturating_add(wait) } else { Duration::ZERO };
    }

    /// Notes that a line is complete.
    pub fn line_ended(&mut self) {
        self.line = Duration::ZERO;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn patience(stall: u64, line: u64, total: u64) -> Patience {
        let seconds = Duration::from_secs;
        Patience::new(BatchTimes { stall: seconds(stall), line: seconds(line), total: seconds(total) })
    }

    /// Number of waits of a second until one is not granted any more, and the limit that was exceeded.
    fn drip(mut patience: Patience, bytes_per_line: usize) -> (usize, Impatience) {
        for wait in 0.. {
            let (granted, limit) = patience.next_wait();
            if granted < SECOND {
                return (wait, limit);
            }
            patience.waited(SECOND, wait % bytes_per_line != 0);
            if wait % bytes_per_line == bytes_per_line - 1 {
                patience.line_ended();
            }
        }
        unreachable!("the loop has no end")
    }

    #[test]
    fn a_batch_that_drips_is_ended_whether_its_lines_are_long_or_short() {
        // A byte per second never stalls. The first byte of the line comes after a wait that is not the line's.
        assert_eq!(drip(patience(30, 10, 600), 1_000), (11, Impatience::Line(10 * SECOND)));
        // Lines of 5 bytes are complete in time, so the total decides.
        assert_eq!(drip(patience(30, 10, 600), 5), (600, Impatience::Total(600 * SECOND)));
    }

    #[test]
    fn silence_ends_a_batch_at_the_first_limit() {
        assert_eq!(patience(30, 40, 600).next_wait(), (30 * SECOND, Impatience::Stall(30 * SECOND)));
        let mut waiting = patience(30, 40, 600);
        waiting.waited(25 * SECOND, true);
        waiting.waited(5 * SECOND, true);
        assert_eq!(waiting.next_wait(), (10 * SECOND, Impatience::Line(40 * SECOND)));
        waiting.line_ended();
        assert_eq!(waiting.next_wait(), (30 * SECOND, Impatience::Stall(30 * SECOND)));
    }
}
