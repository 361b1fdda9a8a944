//! Changes of vendors as they happen, for callers that listen.

use crate::server::http::identity::new_span_id;
use parking_lot::Mutex;
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Instant;
use tokio::sync::broadcast;

/// Most changes that a slow listener may be behind.
const BEHIND: usize = 256;

/// A change ready to be sent.
#[derive(Debug, Clone)]
pub struct Event {
    /// Vendor it is about.
    pub vendor: String,
    /// Generation with the change.
    pub generation: u64,
    /// Outcome as in a vendor's history.
    pub outcome: &'static str,
    /// The change as JSON.
    pub data: String,
}

/// A change as it was sent, with its number.
#[derive(Debug, Clone)]
pub struct Sent {
    /// Number in the order of the process, from 1.
    pub number: u64,
    /// The change.
    pub event: Arc<Event>,
}

/// A listener: what it missed, and what comes.
pub struct Listening {
    /// Changes after the last one that it received.
    pub missed: Vec<Sent>,
    /// True when there were others before those, which are not known any more.
    pub is_incomplete: bool,
    /// Receiver of changes from now on.
    pub receiver: broadcast::Receiver<Sent>,
}

/// Distribution of changes.
pub struct Events {
    sender: broadcast::Sender<Sent>,
    /// Name of this process in ids of events.
    process: String,
    /// The latest changes, and the number of changes so far.
    latest: Mutex<(VecDeque<Sent>, u64)>,
    /// Since when vendors have not used the content of their directory.
    stale: Mutex<BTreeMap<String, Instant>>,
}

impl Default for Events {
    fn default() -> Self {
        let process = new_span_id();
        Self { sender: broadcast::channel(BEHIND).0, process, latest: Mutex::default(), stale: Mutex::default() }
    }
}

impl Events {
    /// Returns a listener that continues after the event with this id; without one it begins now.
    pub fn listen(&self, last: Option<&str>) -> Listening {
        // While the lock is held no change is sent, so that none is lost between the two.
        let latest = self.latest.lock();
        let receiver = self.sender.subscribe();
        let Some(last) = last else { return Listening { missed: Vec::new(), is_incomplete: false, receiver } };
        let number = last.split_once('-').filter(|(process, _)| *process == self.process);
        let number = number.and_then(|(_, number)| number.parse::<u64>().ok()).filter(|number| *number <= latest.1);
        let missed: Vec<Sent> =
            latest.0.iter().filter(|sent| number.is_none_or(|number| sent.number > number)).cloned().collect();
        let first = missed.first().map_or(latest.1 + 1, |sent| sent.number);
        Listening { missed, is_incomplete: number.is_none_or(|number| first > number + 1), receiver }
    }

    /// Returns the id of an event, by which a listener can continue after it.
    pub fn id(&self, sent: &Sent) -> String {
        format!("{}-{}", self.process, sent.number)
    }

    /// Returns the seconds for which vendors have not used the content of their directory.
    pub fn stale_seconds(&self) -> Vec<(String, i64)> {
        let stale = self.stale.lock();
        let seconds = |since: &Instant| i64::try_from(since.elapsed().as_secs()).unwrap_or(i64::MAX);
        stale.iter().map(|(vendor, since)| (vendor.clone(), seconds(since))).collect()
    }

    /// Notes whether a vendor uses the content of its directory.
    pub fn note(&self, vendor: &str, is_stale: bool) {
        let mut stale = self.stale.lock();
        match is_stale {
            true => drop(stale.entry(vendor.to_owned()).or_insert_with(Instant::now)),
            false => drop(stale.remove(vendor)),
        }
    }

    /// Sends a change to all listeners.
    pub fn send(&self, event: Event) {
        let mut latest = self.latest.lock();
        latest.1 += 1;
        let sent = Sent { number: latest.1, event: Arc::new(event) };
        if latest.0.len() >= BEHIND {
            latest.0.pop_front();
        }
        latest.0.push_back(sent.clone());
        // Fails when there is no listener.
        drop(self.sender.send(sent));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn send(events: &Events, count: u64) {
        (0..count).for_each(|_| {
            events.send(Event { vendor: "a".to_owned(), generation: 1, outcome: "activated", data: String::new() });
        });
    }

    #[test]
    fn a_listener_continues_after_the_last_event_it_received() {
        let events = Events::default();
        send(&events, 3);
        let numbers = |last: Option<&str>| {
            let listening = events.listen(last);
            (listening.missed.iter().map(|sent| sent.number).collect::<Vec<_>>(), listening.is_incomplete)
        };
        let id = |number| events.id(&Sent { number, event: Arc::clone(&events.listen(Some("x")).missed[0].event) });
        assert_eq!(numbers(None), (vec![], false));
        assert_eq!(numbers(Some(&id(1))), (vec![2, 3], false));
        assert_eq!(numbers(Some(&id(3))), (vec![], false));
        // Ids of another process, and of events that are not known any more.
        assert_eq!(numbers(Some("other-1")), (vec![1, 2, 3], true));
        send(&events, BEHIND as u64);
        let (missed, is_incomplete) = numbers(Some(&id(1)));
        assert_eq!((missed.len(), missed[0], is_incomplete), (BEHIND, 4, true));
    }
}
