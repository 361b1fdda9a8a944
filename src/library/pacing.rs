//! Pace of scans: soon after a wake-up, once it is quiet, at intervals in any case, and never too often.

use std::time::Duration;

/// Frequency of scans.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// Rest after the last wake-up before a scan.
    pub quiet: Duration,
    /// Longest wait for that rest.
    pub max_wait: Duration,
    /// Interval of scans without a wake-up.
    pub poll: Duration,
    /// Least time between the begins of two scans.
    pub least: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            quiet: Duration::from_millis(150),
            max_wait: Duration::from_secs(2),
            poll: Duration::from_secs(5),
            least: Duration::from_millis(100),
        }
    }
}

/// The state of the pacing; times are on a clock that only goes forward.
#[derive(Debug)]
pub struct Pacing {
    pace: Pace,
    first_wake: Option<Duration>,
    last_wake: Duration,
    is_urgent: bool,
    last_scan: Option<(Duration, Duration)>,
    /// The last scan was made in the middle of a storm of wake-ups, and has not been confirmed.
    is_mid_storm: bool,
}

impl Pacing {
    /// Returns a pacing that asks for a first scan at once.
    pub fn new(pace: Pace) -> Self {
        Self {
            pace,
            first_wake: None,
            last_wake: Duration::ZERO,
            is_urgent: true,
            last_scan: None,
            is_mid_storm: false,
        }
    }

    /// Something may have changed.
    pub fn wake(&mut self, now: Duration) {
        self.first_wake.get_or_insert(now);
        self.last_wake = now;
    }

    /// Notes that a request waits for a scan.
    pub fn hurry(&mut self) {
        self.is_urgent = true;
    }

    /// True when a wake-up came since the last scan began.
    pub fn is_awake(&self) -> bool {
        self.first_wake.is_some()
    }

    /// Returns true if a request waits for a scan.
    pub fn is_urgent(&self) -> bool {
        self.is_urgent
    }

    /// A scan began at `from` and ended at `to`. It covers wake-ups before its start.
    pub fn scanned(&mut self, from: Duration, to: Duration) {
        let is_mid_storm = self.first_wake.is_some() && self.last_wake + self.pace.quiet > from;
        self.is_mid_storm = is_mid_storm && !self.is_mid_storm;
        self.first_wake = self.first_wake.filter(|_| self.last_wake > from).map(|_| self.last_wake);
        self.is_urgent = false;
        self.last_scan = Some((from, to));
    }

    /// Returns the time of the next scan; `settle` is the time at which one could confirm the last.
    ///
    /// A scan is never due sooner than the least distance after the last, and after a long scan there is a rest as long
    /// as it took, at most the longest wait.
    pub fn next_scan(&self, settle: Option<Duration>) -> Duration {
        let Some((from, to)) = self.last_scan else { return Duration::ZERO };
        let cost = to.saturating_sub(from);
        let earliest = from + self.pace.least.max(cost.saturating_mul(2).min(cost + self.pace.max_wait));
        let woken = self.first_wake.map(|first| (self.last_wake + self.pace.quiet).min(first + self.pace.max_wait));
        // While wake-ups come in, a confirming scan would mostly see the next half-written state. One is made all the
        // same after each scan that could wait no longer, so that a vendor that never rests does not hold up one that
        // does. It waits as long as rest and gap together, so that no shorter pause in a slow copy passes for its end.
        let settle = match settle {
            Some(settle) if woken.is_some() => self.is_mid_storm.then_some(settle + self.pace.quiet),
            settle => settle,
        };
        let urgent = self.is_urgent.then_some(Duration::ZERO);
        let due = [woken, settle, urgent].into_iter().flatten().min().unwrap_or(to + self.pace.poll);
        due.min(to + self.pace.poll).max(earliest)
    }
}
