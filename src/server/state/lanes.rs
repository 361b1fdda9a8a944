//! Two queues of work: single partners, and whole books, so that neither waits for the other.

use super::fair_queue::{FairQueue, Load, NotRun};
use super::metrics::Metrics;
use super::turns::{Owner, Pace, QueueLimits};
use super::vendors::shutting_down;
use crate::script::spawn_script_thread;
use crate::server::http::problem::{Problem, ProblemKind};
use std::io::{Error, Result as IoResult};
use std::sync::Arc;
use std::time::{Duration, Instant};

crate::words! {
    /// One of the queues.
    pub enum Lane {
        /// Single partners and small books.
        Decide = "decide",
        /// Whole books.
        Plan = "plan",
    }
}

/// The queues with their workers.
pub struct Lanes {
    decide: FairQueue,
    plan: FairQueue,
    metrics: Arc<Metrics>,
}

impl Lanes {
    /// Starts the workers of both lanes.
    pub fn start(decide: QueueLimits, plan: QueueLimits, metrics: &Arc<Metrics>) -> IoResult<Self> {
        let start = |lane: Lane, limits| {
            FairQueue::start(limits, |number, pace, work| {
                let begin = move || {
                    if let Some(priority) = priority(lane, pace) {
                        yield_to_others(priority);
                    }
                    work();
                };
                let started = spawn_script_thread(&format!("{}-{number}", lane.as_str()), begin);
                started.map(drop).map_err(|error| Error::other(error.to_string()))
            })
        };
        let (decide, plan) = (start(Lane::Decide, decide)?, start(Lane::Plan, plan)?);
        Ok(Self { decide, plan, metrics: Arc::clone(metrics) })
    }

    fn queue(&self, lane: Lane) -> &FairQueue {
        match lane {
            Lane::Decide => &self.decide,
            Lane::Plan => &self.plan,
        }
    }

    /// Refuses a request whose work the lane would not accept now, before its body is read.
    pub fn admit(&self, lane: Lane, owner: &Owner) -> Result<(), Problem> {
        self.queue(lane).admit(owner).map_err(|why| self.not_run(owner, why))
    }

    /// Runs work for a caller and a vendor on a worker of the lane; the work is cancelled when the future is dropped.
    pub async fn run<R: Send + 'static>(
        &self,
        lane: Lane,
        owner: &Owner,
        work: impl FnOnce() -> R + Send + 'static,
    ) -> Result<R, Problem> {
        self.try_run(lane, owner, work).await.map_err(|why| self.not_run(owner, why))
    }

    /// Runs work that is expected to be short on this thread where the lane lets it, else as [`Lanes::run`] does.
    pub async fn run_short<R: Send + 'static>(
        &self,
        lane: Lane,
        owner: &Owner,
        work: impl FnOnce() -> R + Send + 'static,
    ) -> Result<R, Problem> {
        match self.queue(lane).run_here(owner, work) {
            Ok(done) => {
                self.metrics.waited(lane.as_str(), Duration::ZERO);
                done.map_err(|why| self.not_run(owner, why))
            }
            Err(work) => self.run(lane, owner, work).await,
        }
    }

    /// Runs work as [`Lanes::run`] does; the error is not counted, so that the caller can try again.
    pub async fn try_run<R: Send + 'static>(
        &self,
        lane: Lane,
        owner: &Owner,
        work: impl FnOnce() -> R + Send + 'static,
    ) -> Result<R, NotRun> {
        let (metrics, asked) = (Arc::clone(&self.metrics), Instant::now());
        let timed = move || {
            metrics.waited(lane.as_str(), asked.elapsed());
            work()
        };
        self.queue(lane).run(owner, timed).await
    }

    /// Returns and counts the problem of work that was not run.
    pub fn not_run(&self, owner: &Owner, why: NotRun) -> Problem {
        let (kind, reason) = match why {
            NotRun::VendorBusy => (ProblemKind::VendorBusy, "vendor_busy"),
            NotRun::CallerBusy => (ProblemKind::CallerBusy, "caller_busy"),
            NotRun::Full => (ProblemKind::Overloaded, "queue_full"),
            NotRun::Late => (ProblemKind::Overloaded, "waited_too_long"),
            NotRun::Panicked => (ProblemKind::Internal, "panicked"),
            NotRun::Closed => return shutting_down(),
        };
        self.metrics.shed(reason);
        Problem::new(kind, format!("`{}`: {why}", owner.vendor))
    }

    /// Returns the load of each lane.
    pub fn loads(&self) -> [(Lane, Load); 2] {
        Lane::ALL.map(|lane| (lane, self.queue(lane).load()))
    }
}

/// Lets threads of a higher priority run first, so that slow rules do not take processor time from quick ones.
fn yield_to_others(priority: i32) {
    // Elsewhere the priority is that of the whole process. Without the lower priority, the work is done all the same.
    #[cfg(target_os = "linux")]
    let _ = rustix::process::setpriority_process(None, priority);
    #[cfg(not(target_os = "linux"))]
    let _ = priority;
}

/// Returns the priority of the threads for jobs of this kind, as `nice` counts; `None` is that of the process. Single partners go before whole books, and
/// quick vendors before slow ones.
fn priority(lane: Lane, pace: Pace) -> Option<i32> {
    match (lane, pace) {
        (Lane::Decide, Pace::Quick) => None,
        (Lane::Plan, Pace::Quick) => Some(5),
        (Lane::Decide | Lane::Plan, Pace::Slow) => Some(10),
    }
}
