//! A fair queue: work on vendors waits for a worker.
//!
//! Whose turn it is, and what is refused, is in [`super::turns`]. Work whose caller is gone is not started, and stops when
//! it has been started.

use super::turns::{Owner, Pace, QueueLimits, Refused, Turns, Waiting};
use crate::cancel::{Cancel, cancellable};
use parking_lot::{Condvar, Mutex, MutexGuard};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::oneshot;

/// Reason for a job that did not run to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotRun {
    /// The queue of this vendor is full.
    #[error("too many requests for this vendor are waiting")]
    VendorBusy,
    /// The queue of this token is full.
    #[error("too many requests of this token are waiting")]
    CallerBusy,
    /// The queue is full.
    #[error("all workers are busy and the queue is full")]
    Full,
    /// The job waited too long.
    #[error("all workers stayed busy")]
    Late,
    /// The job panicked, which is contained.
    #[error("internal error; please report it with the request id")]
    Panicked,
    /// The queue is closed.
    #[error("the server is shutting down")]
    Closed,
}

impl From<Refused> for NotRun {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Vendor => Self::VendorBusy,
            Refused::Token => Self::CallerBusy,
            Refused::All => Self::Full,
        }
    }
}

/// Work with the cancellation that its caller asks for by going away.
struct Work {
    cancel: Cancel,
    run: Box<dyn FnOnce(bool) + Send>,
}

/// Cancels work when its caller stops waiting for it.
struct CancelOnDrop(Cancel);

impl Drop for CancelOnDrop {
    fn drop(&mut self) {
        self.0.cancel();
    }
}

struct Queue {
    turns: Turns<Work>,
    is_closed: bool,
}

/// A queue with its workers. Dropping it ends the workers.
pub struct FairQueue {
    shared: Arc<Shared>,
}

struct Shared {
    limits: QueueLimits,
    queue: Mutex<Queue>,
    /// Wakes a worker for quick jobs.
    quick: Condvar,
    /// Wakes a worker for jobs of slow vendors.
    slow: Condvar,
}

impl Shared {
    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock()
    }

    fn bell(&self, pace: Pace) -> &Condvar {
        match pace {
            Pace::Quick => &self.quick,
            Pace::Slow => &self.slow,
        }
    }
}

/// Load of a queue.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Load {
    /// Jobs that wait.
    pub queued: usize,
    /// Jobs that run.
    pub busy: usize,
}

impl FairQueue {
    /// Starts a queue; `start` starts one worker thread for jobs of that pace, which runs its argument.
    ///
    /// There are twice as many threads for quick jobs as quick jobs may run: when one takes long, it keeps its thread,
    /// and another may run in its place.
    pub fn start(
        limits: QueueLimits,
        start: impl Fn(usize, Pace, Box<dyn FnOnce() + Send>) -> std::io::Result<()>,
    ) -> std::io::Result<Self> {
        let queue = Mutex::new(Queue { turns: Turns::new(limits), is_closed: false });
        let shared = Arc::new(Shared { limits, queue, quick: Condvar::new(), slow: Condvar::new() });
        let paces = [Pace::Quick, Pace::Quick, Pace::Slow];
        let paces = paces.into_iter().flat_map(|pace| std::iter::repeat_n(pace, limits.workers.max(1)));
        for (number, pace) in paces.enumerate() {
            let worker = Arc::clone(&shared);
            start(number, pace, Box::new(move || worker.work(pace)))?;
        }
        Ok(Self { shared })
    }

    /// Returns the load.
    pub fn load(&self) -> Load {
        let queue = self.shared.queue();
        Load { queued: queue.turns.queued(), busy: queue.turns.busy() }
    }

    /// Checks that a job of `owner` would be accepted now, before a body is read in vain.
    pub fn admit(&self, owner: &Owner) -> Result<(), NotRun> {
        self.shared.queue().admit(owner)
    }

    /// Runs `work` for `owner` on a worker; when the future is dropped, the work is cancelled.
    pub async fn run<R: Send + 'static>(
        &self,
        owner: &Owner,
        work: impl FnOnce() -> R + Send + 'static,
    ) -> Result<R, NotRun> {
        let (sender, receiver) = oneshot::channel();
        let cancel = Cancel::default();
        let _cancel = CancelOnDrop(cancel.clone());
        let own = cancel.clone();
        let run = Box::new(move |is_in_time| {
            // A request that is gone does not need the work.
            if own.is_cancelled() {
                return;
            }
            let done = match is_in_time {
                true => catch_unwind(AssertUnwindSafe(|| cancellable(&own, work))).map_err(|_| NotRun::Panicked),
                false => Err(NotRun::Late),
            };
            drop(sender.send(done));
        });
        self.shared.push(owner, Work { cancel, run })?;
        receiver.await.unwrap_or(Err(NotRun::Closed))
    }
}

impl FairQueue {
    /// Runs `work` for `owner` on this thread while nothing waits, and its vendor's jobs are known to be short; else gives
    /// it back.
    pub fn run_here<R, W: FnOnce() -> R>(&self, owner: &Owner, work: W) -> Result<Result<R, NotRun>, W> {
        let started = {
            let mut queue = self.shared.queue();
            if queue.is_closed { None } else { queue.turns.start(owner, SHORT, Instant::now()) }
        };
        let Some(number) = started else { return Err(work) };
        let done = catch_unwind(AssertUnwindSafe(work)).map_err(|_| NotRun::Panicked);
        self.shared.ended(&mut self.shared.queue(), number);
        Ok(done)
    }
}

impl Drop for FairQueue {
    fn drop(&mut self) {
        let mut queue = self.shared.queue();
        queue.is_closed = true;
        queue.turns.clear();
        drop(queue);
        self.shared.quick.notify_all();
        self.shared.slow.notify_all();
    }
}

impl Queue {
    fn admit(&mut self, owner: &Owner) -> Result<(), NotRun> {
        if self.is_closed {
            return Err(NotRun::Closed);
        }
        if self.turns.admit(owner).is_ok() {
            return Ok(());
        }
        // Jobs of callers that are gone do not count.
        self.turns.forget(|work| work.cancel.is_cancelled());
        Ok(self.turns.admit(owner)?)
    }
}

impl Shared {
    fn push(&self, owner: &Owner, work: Work) -> Result<(), NotRun> {
        let mut queue = self.queue();
        queue.admit(owner)?;
        let now = Instant::now();
        queue.turns.push(owner, Waiting { since: now, work });
        let pace = queue.turns.pace(&owner.vendor, now);
        drop(queue);
        self.bell(pace).notify_one();
        Ok(())
    }

    fn work(&self, pace: Pace) {
        let mut queue = self.queue();
        loop {
            if queue.is_closed {
                return;
            }
            let Some(taken) = queue.turns.take(pace, Instant::now()) else {
                match queue.turns.queued() {
                    0 => self.bell(pace).wait(&mut queue),
                    // A job that runs can turn out to be slow: then another one can run, and waiting ones of its vendor
                    // are for other workers.
                    _ if pace == Pace::Quick => {
                        self.slow.notify_one();
                        let _ = self.quick.wait_for(&mut queue, self.limits.slow.max(SHORTEST_LOOK));
                    }
                    _ => self.slow.wait(&mut queue),
                }
                continue;
            };
            drop(queue);
            let is_in_time = taken.job.since.elapsed() <= self.limits.max_wait;
            (taken.job.work.run)(is_in_time);
            queue = self.queue();
            self.ended(&mut queue, taken.number);
        }
    }

    fn ended(&self, queue: &mut Queue, number: u64) {
        queue.turns.ended(number, Instant::now());
        // A job that waited because its vendor had its share can run now.
        if queue.turns.queued() > 0 {
            self.quick.notify_one();
            self.slow.notify_one();
        }
    }
}

/// Longest duration of jobs that are run where they are asked for: less than a change of the thread and back may take.
const SHORT: Duration = Duration::from_millis(1);

/// Shortest time after which a worker looks again at jobs that could not run.
const SHORTEST_LOOK: Duration = Duration::from_millis(5);

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Barrier;

    fn queue(workers: usize, per_vendor: usize) -> FairQueue {
        let max_wait = Duration::from_secs(5);
        let slow = max_wait;
        let limits = QueueLimits { workers, per_vendor, queued_per_vendor: 2, queued: 3, max_wait, slow };
        FairQueue::start(limits, |_, _, work| std::thread::Builder::new().spawn(work).map(drop)).unwrap()
    }

    fn owner(vendor: &str) -> Owner {
        Owner { token: None, vendor: vendor.into() }
    }

    fn wait_for(queue: &FairQueue, busy: usize) {
        while queue.load().busy != busy {
            std::thread::yield_now();
        }
    }

    #[tokio::test]
    async fn a_vendor_that_hangs_leaves_a_worker_to_the_others() {
        let queue = Arc::new(queue(2, 1));
        let (slow, quick) = (owner("slow"), owner("quick"));
        let barrier = Arc::new(Barrier::new(2));
        let held: Vec<_> = (0..2)
            .map(|number| {
                let (queue, slow, barrier) = (Arc::clone(&queue), slow.clone(), Arc::clone(&barrier));
                tokio::spawn(async move {
                    queue
                        .run(&slow, move || {
                            if number == 0 {
                                let _ = barrier.wait();
                            }
                        })
                        .await
                })
            })
            .collect();
        tokio::task::yield_now().await;
        wait_for(&queue, 1);
        assert_eq!(queue.run(&quick, || 7).await, Ok(7));
        barrier.wait();
        for task in held {
            assert_eq!(task.await.unwrap(), Ok(()));
        }
    }

    #[tokio::test]
    async fn what_does_not_fit_is_refused_at_once_and_says_whose_queue_is_full() {
        let queue = Arc::new(queue(1, 1));
        let barrier = Arc::new(Barrier::new(2));
        let vendors = ["a", "a", "a", "b"].map(owner);
        let mut tasks = Vec::new();
        for (number, vendor) in vendors.into_iter().enumerate() {
            let (job_queue, barrier) = (Arc::clone(&queue), Arc::clone(&barrier));
            tasks.push(tokio::spawn(async move {
                job_queue
                    .run(&vendor, move || {
                        if number == 0 {
                            let _ = barrier.wait();
                        }
                    })
                    .await
            }));
            tokio::task::yield_now().await;
            wait_for(&queue, 1);
        }
        assert_eq!(queue.admit(&owner("a")), Err(NotRun::VendorBusy));
        assert_eq!(queue.admit(&owner("c")), Err(NotRun::Full));
        barrier.wait();
        for task in tasks {
            assert_eq!(task.await.unwrap(), Ok(()));
        }
    }

    #[tokio::test]
    async fn short_work_runs_on_the_thread_that_asks_once_its_vendor_is_known() {
        let (queue, one) = (queue(1, 1), owner("a"));
        let thread = || std::thread::current().id();
        assert!(queue.run_here(&one, thread).is_err(), "nothing is known of it yet");
        assert_ne!(queue.run(&one, thread).await, Ok(thread()));
        // The first job may have taken long on a busy machine.
        let mut here = queue.run_here(&one, thread);
        while here.is_err() {
            queue.run(&one, || ()).await.unwrap();
            here = queue.run_here(&one, thread);
        }
        assert_eq!(here.ok(), Some(Ok(thread())));
        assert_eq!(queue.run_here(&one, || panic!("asked to")).ok(), Some(Err::<(), _>(NotRun::Panicked)));
        assert_eq!(queue.load(), Load::default());
    }

    #[tokio::test]
    async fn a_panic_is_reported_and_the_worker_goes_on() {
        let queue = queue(1, 1);
        let name = owner("a");
        assert_eq!(queue.run(&name, || panic!("asked to")).await, Err::<(), _>(NotRun::Panicked));
        assert_eq!(queue.run(&name, || 1).await, Ok(1));
    }

    #[tokio::test]
    async fn work_of_a_caller_that_goes_away_is_cancelled_and_work_that_waits_is_not_started() {
        let queue = Arc::new(queue(1, 1));
        let (begun, is_begun) = std::sync::mpsc::channel();
        let (ended, is_ended) = std::sync::mpsc::channel();
        let run = {
            let queue = Arc::clone(&queue);
            tokio::spawn(async move {
                queue
                    .run(&owner("a"), move || {
                        let _ = begun.send(());
                        while !crate::cancel::is_cancelled() {
                            std::thread::yield_now();
                        }
                        let _ = ended.send(());
                    })
                    .await
            })
        };
        let waiting = {
            let queue = Arc::clone(&queue);
            tokio::spawn(async move { queue.run(&owner("a"), || panic!("it is never started")).await })
        };
        while queue.load() != (Load { queued: 1, busy: 1 }) {
            tokio::task::yield_now().await;
        }
        is_begun.recv().unwrap();
        waiting.abort();
        run.abort();
        // The thread that runs this test drops their requests only while it waits for them.
        assert!(waiting.await.unwrap_err().is_cancelled());
        assert!(run.await.unwrap_err().is_cancelled());
        is_ended.recv().unwrap();
        assert_eq!(queue.run(&owner("a"), || 1).await, Ok(1));
    }
}
