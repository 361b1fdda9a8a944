//! Places for connections: how many may be open, and which one makes room for a new one.
//!
//! A connection takes a place when it is accepted. While it has no admitted request it can lose the place to a newer
//! connection: those that never had a request first, then those that are idle, the longest waiting first of each. So
//! connections that send nothing never keep out one that does, such as a probe.

use parking_lot::Mutex;
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::sync::Notify;

/// Order in which connections lose their places: true for those that have had a request, then the time of waiting.
type Turn = (bool, u64);

#[derive(Debug, Default)]
struct Slots {
    /// Open connections by number.
    open: BTreeMap<u64, Slot>,
    /// Those without an admitted request, in the order in which they make room.
    waiting: BTreeMap<Turn, u64>,
    /// Number of the next connection, and of the next time that one begins to wait.
    next: u64,
}

#[derive(Debug)]
struct Slot {
    /// Place in the order of `waiting`; `None` while a request is in progress.
    turn: Option<Turn>,
    lost: Arc<Notify>,
}

/// Places for the connections of a listener.
#[derive(Debug)]
pub struct Places {
    most: usize,
    slots: Mutex<Slots>,
}

/// Place of one connection; dropping it gives the place back.
#[derive(Debug)]
pub struct Place {
    places: Arc<Places>,
    number: u64,
    lost: Arc<Notify>,
}

/// A request in progress: until it is dropped the connection keeps its place.
#[derive(Debug)]
pub struct Kept(Arc<Place>);

impl Slots {
    fn step(&mut self) -> u64 {
        self.next += 1;
        self.next
    }

    /// Frees the place of the connection that is next to make room; returns false when all have a request.
    fn make_room(&mut self) -> bool {
        let Some((_, number)) = self.waiting.pop_first() else { return false };
        if let Some(slot) = self.open.remove(&number) {
            slot.lost.notify_one();
        }
        true
    }
}

impl Places {
    /// Returns places for this many connections.
    pub fn new(most: usize) -> Arc<Self> {
        Arc::new(Self { most, slots: Mutex::default() })
    }

    /// Takes a place; `None` when every connection has a request in progress.
    pub fn take(self: &Arc<Self>) -> Option<Arc<Place>> {
        let mut slots = self.slots.lock();
        if slots.open.len() >= self.most && !slots.make_room() {
            return None;
        }
        let (number, lost) = (slots.step(), Arc::new(Notify::new()));
        let turn = (false, number);
        slots.waiting.insert(turn, number);
        slots.open.insert(number, Slot { turn: Some(turn), lost: Arc::clone(&lost) });
        Some(Arc::new(Place { places: Arc::clone(self), number, lost }))
    }
}

impl Place {
    /// Keeps the place while a request is in progress.
    pub fn keep(place: &Arc<Self>) -> Kept {
        let mut slots = place.places.slots.lock();
        let turn = slots.open.get_mut(&place.number).and_then(|slot| slot.turn.take());
        turn.and_then(|turn| slots.waiting.remove(&turn));
        Kept(Arc::clone(place))
    }

    /// Waits until the place is lost to another connection.
    pub async fn lost(&self) {
        self.lost.notified().await;
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        let mut slots = self.0.places.slots.lock();
        let turn = (true, slots.step());
        let Some(slot) = slots.open.get_mut(&self.0.number) else { return };
        slot.turn = Some(turn);
        slots.waiting.insert(turn, self.0.number);
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut slots = self.places.slots.lock();
        let slot = slots.open.remove(&self.number);
        slot.and_then(|slot| slot.turn).and_then(|turn| slots.waiting.remove(&turn));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt;

    fn is_lost(place: &Place) -> bool {
        place.lost().now_or_never().is_some()
    }

    #[test]
    fn a_new_connection_takes_the_place_of_the_one_that_was_silent_longest() {
        let places = Places::new(2);
        let (first, second) = (places.take().unwrap(), places.take().unwrap());
        let third = places.take().unwrap();
        assert!(is_lost(&first) && !is_lost(&second) && !is_lost(&third));
        drop(first);
        let fourth = places.take().unwrap();
        assert!(is_lost(&second), "dropping a lost place gives nothing back");
        assert!(!is_lost(&third) && !is_lost(&fourth));
    }

    #[test]
    fn silent_connections_make_room_before_idle_ones_and_busy_ones_never_do() {
        let places = Places::new(3);
        let (idle, busy, silent) = (places.take().unwrap(), places.take().unwrap(), places.take().unwrap());
        drop(Place::keep(&idle));
        let kept = Place::keep(&busy);
        let _fourth = places.take().unwrap();
        assert!(is_lost(&silent) && !is_lost(&idle) && !is_lost(&busy));
        let (fifth, kept_too) = (places.take().unwrap(), Place::keep(&idle));
        let kept_as_well = Place::keep(&fifth);
        assert!(places.take().is_none(), "all three have a request");
        drop((kept, kept_too, kept_as_well));
        assert!(places.take().is_some());
        assert!(is_lost(&busy), "its request ended first");
    }

    #[test]
    fn all_places_come_back() {
        let places = Places::new(1);
        for _ in 0..3 {
            let place = places.take().unwrap();
            let kept = Place::keep(&place);
            drop(place);
            assert!(places.take().is_none());
            drop(kept);
        }
        let slots = places.slots.lock();
        assert!(slots.open.is_empty() && slots.waiting.is_empty());
    }
}
