//! Memory of the process, and its division into the accounts of the server.

use super::limits::ServerLimits;

/// Memory that is divided when the system states no limit, in bytes.
pub const USUAL: usize = 2 << 30;
/// Least memory a server divides, in bytes.
pub const LEAST: usize = 256 << 20;

/// Returns the limit of memory that the system sets for this process: that of its control group, on Linux.
pub fn of_this_process() -> Option<usize> {
    let files = ["/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"];
    files.into_iter().find_map(|file| limit_in(&std::fs::read_to_string(file).ok()?))
}

/// Returns the limit that a file of a control group states; `None` for no limit.
fn limit_in(text: &str) -> Option<usize> {
    // Version 1 states the absence of a limit as a number near the largest.
    text.trim().parse::<usize>().ok().filter(|bytes| *bytes < 1 << 50)
}

impl ServerLimits {
    /// Returns the limits for a process with this much memory, in bytes.
    ///
    /// A quarter each is for bodies and for responses, an eighth for stored books; the rest is for the rules, for books
    /// while they are read, and for the process itself. No account exceeds its usual size.
    #[must_use]
    pub fn within(self, memory: usize) -> Self {
        let memory = memory.max(LEAST);
        let mut limits = self;
        limits.bodies = limits.bodies.min(memory / 4);
        limits.caller.bodies = limits.caller.bodies.min(limits.bodies / 8 * 3);
        // A compressed body and its content are in memory at the same time, and so may those of two tokens be.
        limits.book.unpacked = limits.book.unpacked.min(limits.caller.bodies / 2).max(limits.book.bytes);
        limits.responses = limits.responses.min(memory / 4);
        limits.response = limits.response.min(limits.responses / 4);
        limits.stored_books = limits.stored_books.min(memory / 8);
        limits
    }

    /// Returns the bytes that the accounts may hold in total.
    pub fn accounted(&self) -> usize {
        self.bodies + self.responses + self.stored_books
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_of_a_control_group_is_read_and_none_is_none() {
        assert_eq!(limit_in("536870912\n"), Some(512 << 20));
        assert_eq!(limit_in("max\n"), None);
        assert_eq!(limit_in("9223372036854771712\n"), None);
        assert_eq!(limit_in(""), None);
    }

    #[test]
    fn accounts_take_at_most_five_eighths_of_the_memory_and_each_fits_into_the_one_above() {
        for memory in [256 << 20, 512 << 20, 1 << 30, 2 << 30, 64 << 30] {
            let limits = ServerLimits::default().within(memory);
            assert!(limits.accounted() <= memory / 8 * 5, "{memory}: {limits:?}");
            assert!(limits.book.bytes + limits.book.unpacked <= limits.caller.bodies, "{memory}: {limits:?}");
            assert!(limits.caller.bodies < limits.bodies && limits.response < limits.responses, "{memory}: {limits:?}");
        }
        let limits = ServerLimits::default().within(512 << 20);
        assert_eq!([limits.bodies, limits.responses, limits.stored_books].map(|bytes| bytes >> 20), [128, 128, 64]);
        assert_eq!(ServerLimits::default().within(64 << 30), ServerLimits::default());
    }
}
