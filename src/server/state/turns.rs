//! Turns: which waiting job runs next.
//!
//! Tokens take turns, and within a token its vendors. A vendor, and a token, never has all workers. Vendors whose jobs
//! take long are slow: their jobs have separate workers, so that any number of them delays only each other.

use crate::channel::Name;
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Bounds of a queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QueueLimits {
    /// Workers for quick jobs, and the same number for jobs of slow vendors.
    pub workers: usize,
    /// Jobs of one vendor at the same time, and of one token.
    pub per_vendor: usize,
    /// Jobs of one vendor that wait, for each token.
    pub queued_per_vendor: usize,
    /// Jobs that wait, over all vendors; those of one token at most half of it.
    pub queued: usize,
    /// Longest wait; a job that waited longer is not started.
    pub max_wait: Duration,
    /// A vendor is slow when its jobs take longer than this on average, or one that is running has.
    pub slow: Duration,
}

/// Owner of a job.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Owner {
    /// Name of the token; `None` for callers without one.
    pub token: Option<Arc<str>>,
    /// Vendor whose rules work.
    pub vendor: Name,
}

/// Kind of a job by what is known of its vendor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pace {
    /// Expected to end soon.
    Quick,
    /// Expected to take long.
    Slow,
}

/// Reason for a job that is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// Too many jobs of this vendor wait.
    Vendor,
    /// Too many jobs of this token wait.
    Token,
    /// Too many jobs wait.
    All,
}

/// A job that waits; `T` is its work.
#[derive(Debug)]
pub struct Waiting<T> {
    /// Begin of the wait.
    pub since: Instant,
    /// Work.
    pub work: T,
}

/// A job that was taken.
#[derive(Debug)]
pub struct Taken<T> {
    /// Number by which its end is reported.
    pub number: u64,
    /// The job.
    pub job: Waiting<T>,
}

#[derive(Debug)]
struct Running {
    owner: Owner,
    since: Instant,
    pace: Pace,
}

/// Jobs that wait and run.
#[derive(Debug)]
pub struct Turns<T> {
    limits: QueueLimits,
    waiting: BTreeMap<Owner, VecDeque<Waiting<T>>>,
    /// Owners with waiting jobs by token, in the order of their turns.
    order: VecDeque<(Option<Arc<str>>, VecDeque<Name>)>,
    running: BTreeMap<u64, Running>,
    queued: usize,
    next: u64,
    /// Moving average of the duration of a job per vendor, in microseconds.
    average: BTreeMap<Name, u64>,
}

impl<T> Turns<T> {
    /// Returns turns in which nothing waits.
    pub fn new(limits: QueueLimits) -> Self {
        Self {
            limits,
            waiting: BTreeMap::new(),
            order: VecDeque::new(),
            running: BTreeMap::new(),
            queued: 0,
            next: 0,
            average: BTreeMap::new(),
        }
    }

    /// Number of waiting jobs.
    pub fn queued(&self) -> usize {
        self.queued
    }

    /// Number of running jobs.
    pub fn busy(&self) -> usize {
        self.running.len()
    }

    /// Drops all waiting jobs.
    pub fn clear(&mut self) {
        self.waiting.clear();
        self.order.clear();
        self.queued = 0;
    }

    /// Checks that a job would be accepted now.
    pub fn admit(&self, owner: &Owner) -> Result<(), Refused> {
        let limits = &self.limits;
        let waiting = self.waiting.get(owner).map_or(0, VecDeque::len);
        let tokens = self.waiting.keys().filter(|other| other.vendor == owner.vendor).count().max(1);
        // A request that would wait too long is refused at once rather than at the end of the wait.
        let wait = Duration::from_micros(self.average_of(&owner.vendor).saturating_mul((waiting * tokens) as u64))
            / limits.per_vendor.max(1) as u32;
        if waiting >= limits.queued_per_vendor || wait > limits.max_wait / 2 {
            return Err(Refused::Vendor);
        }
        let of_token = || {
            let own = self.waiting.iter().filter(|(other, _)| other.token == owner.token);
            own.map(|(_, jobs)| jobs.len()).sum::<usize>()
        };
        if owner.token.is_some() && of_token() >= (limits.queued / 2).max(1) {
            return Err(Refused::Token);
        }
        if self.queued >= limits.queued { Err(Refused::All) } else { Ok(()) }
    }

    /// Adds a job.
    pub fn push(&mut self, owner: &Owner, job: Waiting<T>) {
        let waiting = self.waiting.entry(owner.clone()).or_default();
        waiting.push_back(job);
        self.queued += 1;
        if waiting.len() > 1 {
            return;
        }
        match self.order.iter_mut().find(|(token, _)| *token == owner.token) {
            Some((_, vendors)) => vendors.push_back(Arc::clone(&owner.vendor)),
            None => self.order.push_back((owner.token.clone(), VecDeque::from([Arc::clone(&owner.vendor)]))),
        }
    }

    /// Drops waiting jobs whose work is not wanted any more.
    pub fn forget(&mut self, is_unwanted: impl Fn(&T) -> bool) {
        for jobs in self.waiting.values_mut() {
            let before = jobs.len();
            jobs.retain(|job| !is_unwanted(&job.work));
            self.queued -= before - jobs.len();
        }
        self.waiting.retain(|_, jobs| !jobs.is_empty());
        for (token, vendors) in &mut self.order {
            vendors.retain(|vendor| {
                let owner = Owner { token: token.clone(), vendor: Arc::clone(vendor) };
                self.waiting.contains_key(&owner)
            });
        }
        self.order.retain(|(_, vendors)| !vendors.is_empty());
    }

    /// Takes the next job of this pace, if a worker for it is free.
    pub fn take(&mut self, pace: Pace, now: Instant) -> Option<Taken<T>> {
        let running = self.running.values().filter(|job| self.pace_of(job, now) == pace).count();
        if running >= self.limits.workers.max(1) {
            return None;
        }
        let is_next = |token: &Option<Arc<str>>, vendor: &Name| {
            let of_vendor = self.running.values().filter(|job| job.owner.vendor == *vendor).count();
            self.is_token_free(token) && of_vendor < self.limits.per_vendor && self.pace(vendor, now) == pace
        };
        let (turn, place) = self.order.iter().enumerate().find_map(|(turn, (token, vendors))| {
            vendors.iter().position(|vendor| is_next(token, vendor)).map(|place| (turn, place))
        })?;
        let (token, mut vendors) = self.order.remove(turn)?;
        let vendor = vendors.remove(place)?;
        let owner = Owner { token: token.clone(), vendor: Arc::clone(&vendor) };
        let jobs = self.waiting.get_mut(&owner)?;
        let job = jobs.pop_front()?;
        match jobs.is_empty() {
            true => drop(self.waiting.remove(&owner)),
            false => vendors.push_back(vendor),
        }
        if !vendors.is_empty() {
            self.order.push_back((token, vendors));
        }
        self.queued -= 1;
        self.next += 1;
        self.running.insert(self.next, Running { owner, since: now, pace });
        Some(Taken { number: self.next, job })
    }

    /// Starts a job at once while none waits, if its vendor's take at most `most`; returns the number to report its end.
    pub fn start(&mut self, owner: &Owner, most: Duration, now: Instant) -> Option<u64> {
        let is_short = self.average.get(&owner.vendor).is_some_and(|took| Duration::from_micros(*took) <= most);
        let of_vendor = self.running.values().filter(|job| job.owner.vendor == owner.vendor).count();
        let is_free = self.running.len() < self.limits.workers.max(1) && of_vendor < self.limits.per_vendor;
        let may_start = self.queued == 0 && is_short && is_free && self.is_token_free(&owner.token);
        (may_start && self.pace(&owner.vendor, now) == Pace::Quick).then(|| {
            self.next += 1;
            self.running.insert(self.next, Running { owner: owner.clone(), since: now, pace: Pace::Quick });
            self.next
        })
    }

    /// Notes that a job has ended.
    pub fn ended(&mut self, number: u64, now: Instant) {
        let Some(Running { owner, since, .. }) = self.running.remove(&number) else { return };
        let took = u64::try_from(now.saturating_duration_since(since).as_micros()).unwrap_or(u64::MAX);
        let average = self.average.entry(owner.vendor).or_insert(took);
        *average = average.saturating_mul(7).saturating_add(took) / 8;
    }

    fn average_of(&self, vendor: &str) -> u64 {
        self.average.get(vendor).copied().unwrap_or_default()
    }

    fn is_token_free(&self, token: &Option<Arc<str>>) -> bool {
        let of_token = self.running.values().filter(|job| job.owner.token == *token).count();
        // Callers without a token cannot be distinguished, so they share all workers.
        token.is_none() || of_token < self.limits.per_vendor
    }

    /// Pace of a vendor's next job.
    pub fn pace(&self, vendor: &Name, now: Instant) -> Pace {
        let is_slow = Duration::from_micros(self.average_of(vendor)) > self.limits.slow;
        let is_long = |job: &Running| job.owner.vendor == *vendor && self.is_long(job, now);
        if is_slow || self.running.values().any(is_long) { Pace::Slow } else { Pace::Quick }
    }

    fn is_long(&self, job: &Running, now: Instant) -> bool {
        now.saturating_duration_since(job.since) > self.limits.slow
    }

    /// Pace of a running job: a quick one that takes long makes room for another quick one.
    fn pace_of(&self, job: &Running, now: Instant) -> Pace {
        if job.pace == Pace::Quick && !self.is_long(job, now) { Pace::Quick } else { Pace::Slow }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: QueueLimits = QueueLimits {
        workers: 2,
        per_vendor: 2,
        queued_per_vendor: 3,
        queued: 8,
        max_wait: Duration::from_secs(30),
        slow: Duration::from_secs(1),
    };

    fn owner(token: &str, vendor: &str) -> Owner {
        Owner { token: (!token.is_empty()).then(|| token.into()), vendor: vendor.into() }
    }

    struct Clock(Instant);

    impl Clock {
        fn after(&mut self, seconds: u64) -> Instant {
            self.0 += Duration::from_secs(seconds);
            self.0
        }
    }

    fn push(turns: &mut Turns<&'static str>, token: &str, vendor: &str, work: &'static str, now: Instant) {
        let owner = owner(token, vendor);
        turns.admit(&owner).unwrap();
        turns.push(&owner, Waiting { since: now, work });
    }

    /// What is taken, in order, when every job ends at once.
    fn drain(turns: &mut Turns<&'static str>, pace: Pace, now: Instant) -> Vec<&'static str> {
        let mut taken = Vec::new();
        while let Some(job) = turns.take(pace, now) {
            taken.push(job.job.work);
            turns.ended(job.number, now);
        }
        taken
    }

    #[test]
    fn tokens_take_turns_and_within_a_token_its_vendors() {
        let (mut turns, now) = (Turns::new(LIMITS), Instant::now());
        for (vendor, work) in [("x", "a-x1"), ("x", "a-x2"), ("y", "a-y1"), ("x", "a-x3")] {
            push(&mut turns, "a", vendor, work, now);
        }
        push(&mut turns, "b", "x", "b-x1", now);
        push(&mut turns, "b", "x", "b-x2", now);
        let order = drain(&mut turns, Pace::Quick, now);
        assert_eq!(order, ["a-x1", "b-x1", "a-y1", "b-x2", "a-x2", "a-x3"]);
        assert_eq!((turns.queued(), turns.busy()), (0, 0));
    }

    #[test]
    fn two_vendors_whose_jobs_take_long_do_not_make_a_third_wait() {
        let (mut turns, mut clock) = (Turns::new(LIMITS), Clock(Instant::now()));
        let start = clock.after(0);
        for vendor in ["slow", "slower"] {
            for _ in 0..3 {
                push(&mut turns, "", vendor, "long", start);
            }
        }
        // Nothing is known of them yet, so they get the quick workers; a quick vendor has to wait.
        let first: Vec<u64> = std::iter::from_fn(|| turns.take(Pace::Quick, start)).map(|job| job.number).collect();
        assert_eq!(first.len(), 2);
        push(&mut turns, "", "quick", "short", start);
        assert!(turns.take(Pace::Quick, start).is_none());
        // After a second both are known to be slow, and their places are free again.
        let later = clock.after(2);
        assert_eq!(turns.take(Pace::Quick, later).map(|job| job.job.work), Some("short"));
        // The others of the slow vendors run on the workers for slow jobs, as far as their shares go.
        assert!(turns.take(Pace::Quick, later).is_none());
        assert!(turns.take(Pace::Slow, later).is_none(), "two slow jobs run already");
        first.into_iter().for_each(|number| turns.ended(number, later));
        let slow: Vec<&str> = std::iter::from_fn(|| turns.take(Pace::Slow, later)).map(|job| job.job.work).collect();
        assert_eq!(slow, ["long", "long"]);
        for _ in 0..5 {
            push(&mut turns, "", "quick", "short", later);
            assert_eq!(drain(&mut turns, Pace::Quick, later), ["short"], "whatever the slow ones do");
        }
    }

    #[test]
    fn a_vendor_that_is_quick_again_leaves_the_slow_workers() {
        let (mut turns, mut clock) = (Turns::new(LIMITS), Clock(Instant::now()));
        let run = |turns: &mut Turns<&'static str>, pace, seconds, clock: &mut Clock| {
            push(turns, "", "vendor", "job", clock.after(0));
            let job = turns.take(pace, clock.after(0)).map(|job| job.number);
            job.map(|number| turns.ended(number, clock.after(seconds))).is_some()
        };
        assert!(run(&mut turns, Pace::Quick, 4, &mut clock));
        let slow = (0..100).take_while(|_| run(&mut turns, Pace::Slow, 0, &mut clock)).count();
        // 4 s × (7/8)^n falls below a second with the eleventh quick job; the twelfth is refused.
        assert_eq!(slow, 11);
    }

    #[test]
    fn one_token_cannot_fill_the_queue_and_gone_callers_leave_it() {
        let (mut turns, now) = (Turns::new(LIMITS), Instant::now());
        for (vendor, work) in [("x", "gone"), ("x", "gone"), ("y", "kept"), ("z", "gone")] {
            push(&mut turns, "a", vendor, work, now);
        }
        assert_eq!(turns.admit(&owner("a", "w")), Err(Refused::Token));
        assert_eq!(turns.admit(&owner("b", "x")), Ok(()));
        for (token, vendor) in [("b", "x"), ("c", "x"), ("c", "x"), ("c", "x")] {
            push(&mut turns, token, vendor, "kept", now);
        }
        assert_eq!(turns.admit(&owner("c", "x")), Err(Refused::Vendor));
        assert_eq!(turns.admit(&owner("d", "x")), Err(Refused::All));
        turns.forget(|work| *work == "gone");
        assert_eq!(turns.queued(), 5);
        assert_eq!(turns.admit(&owner("a", "w")), Ok(()));
        assert_eq!(drain(&mut turns, Pace::Quick, now), ["kept"; 5]);
    }

    #[test]
    fn a_job_starts_without_a_turn_only_while_nothing_waits_and_its_vendor_is_known_to_be_short() {
        let (mut turns, now) = (Turns::<&'static str>::new(LIMITS), Instant::now());
        let start = |turns: &mut Turns<_>| turns.start(&owner("", "x"), Duration::from_millis(1), now);
        push(&mut turns, "", "x", "first", now);
        assert_eq!(drain(&mut turns, Pace::Quick, now), ["first"]);
        let started = [start(&mut turns), start(&mut turns), start(&mut turns)];
        assert_eq!(started.map(|number| number.is_some()), [true, true, false], "two workers");
        push(&mut turns, "", "y", "waits", now);
        assert_eq!(start(&mut turns), None, "another waits");
        turns.forget(|_| true);
        started.into_iter().flatten().for_each(|number| turns.ended(number, now + LIMITS.slow));
        assert_eq!(start(&mut turns), None, "it took a second");
    }

    #[test]
    fn a_token_leaves_a_worker_to_the_others() {
        let limits = QueueLimits { per_vendor: 1, ..LIMITS };
        let (mut turns, now) = (Turns::new(limits), Instant::now());
        push(&mut turns, "a", "x", "a-x", now);
        push(&mut turns, "a", "y", "a-y", now);
        push(&mut turns, "b", "z", "b-z", now);
        let taken: Vec<&str> = std::iter::from_fn(|| turns.take(Pace::Quick, now)).map(|job| job.job.work).collect();
        assert_eq!(taken, ["a-x", "b-z"]);
    }
}
