//! The clocks a library is opened with.

use chrono::{DateTime, Utc};
use std::time::{Duration, Instant, SystemTime};

/// Two clocks: one decides, one is shown.
pub trait Clock: Send + Sync + 'static {
    /// Time since some start; only goes forward, as fast as time does.
    fn monotonic(&self) -> Duration;
    /// Date and time; may jump.
    fn wall(&self) -> DateTime<Utc>;
}

/// The clocks of the system.
#[derive(Debug)]
pub struct SystemClock(Instant);

impl Default for SystemClock {
    fn default() -> Self {
        Self(Instant::now())
    }
}

impl Clock for SystemClock {
    fn monotonic(&self) -> Duration {
        self.0.elapsed()
    }

    fn wall(&self) -> DateTime<Utc> {
        SystemTime::now().into()
    }
}
