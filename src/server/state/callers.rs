//! Accounts of callers: requests in progress and open event streams, of each token and in total.
//!
//! Callers without a token share one account. Health, metrics and version are in no account.

use super::limits::{CallerLimits, ServerLimits};
use crate::server::http::access::Caller;
use crate::server::http::problem::{Problem, ProblemKind};
use parking_lot::Mutex;
use std::collections::BTreeMap;
use std::sync::Arc;

crate::words! {
    /// Something of which a caller may have a limited number at the same time.
    pub enum Use {
        /// A request in progress, until its response is sent.
        Request = "requests",
        /// An open event stream.
        Stream = "event streams",
    }
}

/// Name of a token; `None` for callers without one.
type Account = Option<Arc<str>>;

#[derive(Debug, Default)]
struct Counts {
    all: BTreeMap<Use, usize>,
    of: BTreeMap<(Account, Use), usize>,
}

/// The accounts of all callers.
#[derive(Debug)]
pub struct Callers {
    limits: CallerLimits,
    requests: usize,
    streams: usize,
    counts: Mutex<Counts>,
}

/// Something in use; dropping it ends the use.
#[derive(Debug)]
pub struct InUse {
    callers: Arc<Callers>,
    account: Account,
    counted: Use,
}

impl Callers {
    /// Returns accounts that count nothing yet.
    pub fn new(limits: &ServerLimits) -> Arc<Self> {
        // Some places for connections remain for probes, whatever the callers do.
        let requests = limits.connections.saturating_sub((limits.connections / 8).clamp(1, 64)).max(1);
        Arc::new(Self { limits: limits.caller, requests, streams: limits.streams, counts: Mutex::default() })
    }

    fn limits_of(&self, caller: &Caller, counted: Use) -> (usize, usize) {
        let (own, all) = match counted {
            Use::Request => (caller.limits.requests.unwrap_or(self.limits.requests), self.requests),
            Use::Stream => (caller.limits.streams.unwrap_or(self.limits.streams), self.streams),
        };
        // Callers without a token cannot be distinguished.
        (if caller.name.is_none() { all } else { own.min(all) }, all)
    }

    /// Begins a use; refused when the caller, or all callers together, have as many as allowed.
    pub fn begin(self: &Arc<Self>, caller: &Caller, counted: Use) -> Result<InUse, Problem> {
        let (most, most_in_total) = self.limits_of(caller, counted);
        let account = caller.name.clone();
        let mut counts = self.counts.lock();
        let own = counts.of.get(&(account.clone(), counted)).copied().unwrap_or_default();
        let all = counts.all.get(&counted).copied().unwrap_or_default();
        let what = counted.as_str();
        if account.is_some() && own >= most {
            let detail = format!("the token has {most} {what} in progress, which is its limit");
            return Err(Problem::new(ProblemKind::CallerBusy, detail));
        }
        if all >= most_in_total {
            let detail = format!("{most_in_total} {what} are in progress, which is the limit of the server");
            return Err(Problem::new(ProblemKind::Overloaded, detail));
        }
        counts.all.insert(counted, all + 1);
        counts.of.insert((account.clone(), counted), own + 1);
        Ok(InUse { callers: Arc::clone(self), account, counted })
    }
}

impl Drop for InUse {
    fn drop(&mut self) {
        let mut counts = self.callers.counts.lock();
        if let Some(all) = counts.all.get_mut(&self.counted) {
            *all -= 1;
        }
        let key = (self.account.take(), self.counted);
        let left = counts.of.get(&key).map_or(0, |own| own - 1);
        // Names of tokens that were withdrawn do not stay.
        match left {
            0 => drop(counts.of.remove(&key)),
            left => drop(counts.of.insert(key, left)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn caller(name: Option<&str>) -> Caller {
        let mut caller = Caller::anonymous();
        caller.name = name.map(Arc::from);
        caller
    }

    fn callers() -> Arc<Callers> {
        let caller = CallerLimits { requests: 2, streams: 1, ..CallerLimits::default() };
        Callers::new(&ServerLimits { connections: 5, streams: 2, caller, ..ServerLimits::default() })
    }

    #[test]
    fn a_token_has_its_own_limit_and_leaves_the_rest_to_others() {
        let callers = callers();
        let begin = |name, counted| callers.begin(&caller(name), counted);
        let first = begin(Some("a"), Use::Request).unwrap();
        let second = begin(Some("a"), Use::Request).unwrap();
        let refused = begin(Some("a"), Use::Request).unwrap_err();
        assert_eq!((refused.status, refused.code), (429, "caller_busy"));
        assert_eq!(refused.detail, "the token has 2 requests in progress, which is its limit");
        let third = begin(Some("b"), Use::Request).unwrap();
        let fourth = begin(None, Use::Request).unwrap();
        // 5 connections: one is left to probes.
        assert_eq!(begin(Some("b"), Use::Request).unwrap_err().code, "overloaded");
        drop(first);
        assert!(begin(Some("b"), Use::Request).is_ok());
        drop((second, third, fourth));
        let counts = callers.counts.lock();
        assert!(counts.of.is_empty() && counts.all.values().all(|count| *count == 0));
    }

    #[test]
    fn streams_are_counted_apart_from_requests() {
        let callers = callers();
        let stream = callers.begin(&caller(Some("a")), Use::Stream).unwrap();
        assert_eq!(callers.begin(&caller(Some("a")), Use::Stream).unwrap_err().code, "caller_busy");
        assert!(callers.begin(&caller(Some("a")), Use::Request).is_ok());
        let _other = callers.begin(&caller(None), Use::Stream).unwrap();
        assert_eq!(callers.begin(&caller(Some("c")), Use::Stream).unwrap_err().code, "overloaded");
        drop(stream);
        assert!(callers.begin(&caller(Some("c")), Use::Stream).is_ok());
    }
}
