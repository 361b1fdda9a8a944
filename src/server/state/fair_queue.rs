//! A fair queue: work on vendors waits for a worker.
//!
//! Vendors take turns, and one vendor never has all workers, so that slow rules delay only the requests for them. The
//! queue is bounded per vendor and in total; work beyond the bounds is refused at once.

use crate::channel::Name;
use parking_lot::{Condvar, Mutex, MutexGuard};
use std::collections::{BTreeMap, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::oneshot;

/// Bounds of a queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QueueLimits {
    /// Workers.
    pub workers: usize,
    /// Jobs of one vendor at the same time.
    pub per_vendor: usize,
    /// Jobs of one vendor that wait.
    pub queued_per_vendor: usize,
    /// Jobs that wait, over all vendors.
    pub queued: usize,
    /// Longest wait; a job that waited longer is not started.
    pub max_wait: Duration,
}

/// Reason for a job that did not run to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotRun {
    /// The queue of this vendor is full.
    #[error("too many requests for this vendor are waiting")]
    VendorBusy,
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

type Work = Box<dyn FnOnce(bool) + Send>;

struct Job {
    since: Instant,
    work: Work,
}

#[derive(Default)]
struct Queue {
    waiting: BTreeMap<Name, VecDeque<Job>>,
    turns: VecDeque<Name>,
    running: BTreeMap<Name, usize>,
    queued: usize,
    busy: usize,
    is_closed: bool,
    /// Moving average of the duration of a job per vendor, in microseconds.
    average: BTreeMap<Name, u64>,
}

/// A queue with its workers. Dropping it ends the workers.
pub struct FairQueue {
    shared: Arc<Shared>,
}

struct Shared {
    limits: QueueLimits,
    queue: Mutex<Queue>,
    bell: Condvar,
}

impl Shared {
    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock()
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
    /// Starts a queue; `start` starts one worker thread that runs its argument.
    pub fn start(
        limits: QueueLimits,
        start: impl Fn(usize, Box<dyn FnOnce() + Send>) -> std::io::Result<()>,
    ) -> std::io::Result<Self> {
        let shared = Arc::new(Shared { limits, queue: Mutex::default(), bell: Condvar::new() });
        for number in 0..limits.workers.max(1) {
            let worker = Arc::clone(&shared);
            start(number, Box::new(move || worker.work()))?;
        }
        Ok(Self { shared })
    }

    /// Returns the load.
    pub fn load(&self) -> Load {
        let queue = self.shared.queue();
        Load { queued: queue.queued, busy: queue.busy }
    }

    /// Checks that a job of `vendor` would be accepted now, before a body is read in vain.
    pub fn admit(&self, vendor: &str) -> Result<(), NotRun> {
        self.shared.admit(&self.shared.queue(), vendor)
    }

    /// Runs `work` for `vendor` on a worker.
    pub async fn run<R: Send + 'static>(
        &self,
        vendor: &Name,
        work: impl FnOnce() -> R + Send + 'static,
    ) -> Result<R, NotRun> {
        let (sender, receiver) = oneshot::channel();
        let work: Work = Box::new(move |is_in_time| {
            // A request that is gone does not need the work.
            if sender.is_closed() {
                return;
            }
            let done = match is_in_time {
                true => catch_unwind(AssertUnwindSafe(work)).map_err(|_| NotRun::Panicked),
                false => Err(NotRun::Late),
            };
            drop(sender.send(done));
        });
        self.shared.push(vendor, work)?;
        receiver.await.unwrap_or(Err(NotRun::Closed))
    }
}

impl Drop for FairQueue {
    fn drop(&mut self) {
        let mut queue = self.shared.queue();
        queue.is_closed = true;
        queue.waiting.clear();
        drop(queue);
        self.shared.bell.notify_all();
    }
}

impl Shared {
    fn admit(&self, queue: &Queue, vendor: &str) -> Result<(), NotRun> {
        if queue.is_closed {
            return Err(NotRun::Closed);
        }
        let waiting = queue.waiting.get(vendor).map_or(0, VecDeque::len);
        // A request that would wait too long is refused at once rather than at the end of the wait.
        let average = queue.average.get(vendor).copied().unwrap_or_default();
        let wait = Duration::from_micros(average.saturating_mul(waiting as u64)) / self.limits.per_vendor.max(1) as u32;
        if waiting >= self.limits.queued_per_vendor || wait > self.limits.max_wait / 2 {
            return Err(NotRun::VendorBusy);
        }
        if queue.queued >= self.limits.queued { Err(NotRun::Full) } else { Ok(()) }
    }

    fn push(&self, vendor: &Name, work: Work) -> Result<(), NotRun> {
        let mut queue = self.queue();
        self.admit(&queue, vendor)?;
        let waiting = queue.waiting.entry(Arc::clone(vendor)).or_default();
        waiting.push_back(Job { since: Instant::now(), work });
        if waiting.len() == 1 {
            queue.turns.push_back(Arc::clone(vendor));
        }
        queue.queued += 1;
        drop(queue);
        self.bell.notify_one();
        Ok(())
    }

    fn work(&self) {
        while let Some((vendor, job)) = self.next() {
            let is_in_time = job.since.elapsed() <= self.limits.max_wait;
            let started = Instant::now();
            (job.work)(is_in_time);
            self.ended(&vendor, started.elapsed());
        }
    }

    fn next(&self) -> Option<(Name, Job)> {
        let mut queue = self.queue();
        loop {
            if queue.is_closed {
                return None;
            }
            if let Some(taken) = queue.take(self.limits.per_vendor) {
                return Some(taken);
            }
            self.bell.wait(&mut queue);
        }
    }

    fn ended(&self, vendor: &Name, took: Duration) {
        let mut queue = self.queue();
        let took = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        let average = queue.average.entry(Arc::clone(vendor)).or_insert(took);
        *average = average.saturating_mul(7).saturating_add(took) / 8;
        queue.busy -= 1;
        if let Some(running) = queue.running.get_mut(vendor) {
            *running -= 1;
            if *running == 0 {
                queue.running.remove(vendor);
            }
        }
        let is_waited_for = queue.waiting.contains_key(vendor);
        drop(queue);
        // A job that waited because its vendor had its share can run now.
        if is_waited_for {
            self.bell.notify_one();
        }
    }
}

impl Queue {
    /// Takes the next job of the first vendor in turn that has not used its share of the workers.
    fn take(&mut self, per_vendor: usize) -> Option<(Name, Job)> {
        let is_free = |vendor: &Name| self.running.get(vendor).is_none_or(|running| *running < per_vendor);
        let turn = self.turns.iter().position(is_free)?;
        let vendor = self.turns.remove(turn)?;
        let waiting = self.waiting.get_mut(&vendor)?;
        let job = waiting.pop_front()?;
        if waiting.is_empty() {
            self.waiting.remove(&vendor);
        } else {
            self.turns.push_back(Arc::clone(&vendor));
        }
        self.queued -= 1;
        self.busy += 1;
        *self.running.entry(Arc::clone(&vendor)).or_default() += 1;
        Some((vendor, job))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Barrier;

    fn queue(workers: usize, per_vendor: usize) -> FairQueue {
        let max_wait = Duration::from_secs(5);
        let limits = QueueLimits { workers, per_vendor, queued_per_vendor: 2, queued: 3, max_wait };
        FairQueue::start(limits, |_, work| std::thread::Builder::new().spawn(work).map(drop)).unwrap()
    }

    fn wait_for(queue: &FairQueue, busy: usize) {
        while queue.load().busy != busy {
            std::thread::yield_now();
        }
    }

    #[tokio::test]
    async fn a_vendor_that_hangs_leaves_a_worker_to_the_others() {
        let queue = Arc::new(queue(2, 1));
        let (slow, quick): (Name, Name) = ("slow".into(), "quick".into());
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
        let vendors: Vec<Name> = ["a", "a", "a", "b"].map(Name::from).to_vec();
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
        assert_eq!(queue.admit("a"), Err(NotRun::VendorBusy));
        assert_eq!(queue.admit("c"), Err(NotRun::Full));
        barrier.wait();
        for task in tasks {
            assert_eq!(task.await.unwrap(), Ok(()));
        }
    }

    #[tokio::test]
    async fn a_panic_is_reported_and_the_worker_goes_on() {
        let queue = queue(1, 1);
        let name: Name = "a".into();
        assert_eq!(queue.run(&name, || panic!("asked to")).await, Err::<(), _>(NotRun::Panicked));
        assert_eq!(queue.run(&name, || 1).await, Ok(1));
    }
}
