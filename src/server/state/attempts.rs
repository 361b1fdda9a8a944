//! Attempts to sign in: how many failed for a person, from an address, and for both together.

use parking_lot::Mutex;
use std::collections::{BTreeMap, VecDeque};
use std::net::IpAddr;
use std::time::{Duration, Instant};

/// Time for which a failed attempt counts.
const WINDOW: Duration = Duration::from_secs(15 * 60);
/// Failed attempts for a person from one address.
const FOR_BOTH: usize = 8;
/// Failed attempts from one address, whatever the person.
const FROM_ADDRESS: usize = 40;
/// Failed attempts for a person, whatever the address: more than one address can make.
const FOR_PERSON: usize = 120;
/// Most counts that are kept.
const MAX_COUNTS: usize = 20_000;

/// Subject for which attempts are counted: digest of a person, address, or both.
type Counted = (Option<[u8; 32]>, Option<Option<IpAddr>>);

/// The failed attempts.
#[derive(Debug, Default)]
pub struct Attempts(Mutex<BTreeMap<Counted, VecDeque<Instant>>>);

/// Returns what one client has of an address: an IPv4 address, or the first 64 bits of an IPv6 address, of which a client
/// has the rest.
fn client_of(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6((address.to_bits() & !u128::from(u64::MAX)).into()),
        address => address,
    }
}

fn counts(person: &str, address: Option<IpAddr>) -> [(Counted, usize); 3] {
    let address = address.map(client_of);
    let person = *blake3::hash(person.as_bytes()).as_bytes();
    [
        ((Some(person), Some(address)), FOR_BOTH),
        ((None, Some(address)), FROM_ADDRESS),
        ((Some(person), None), FOR_PERSON),
    ]
}

impl Attempts {
    /// Begins an attempt, which counts as failed until it succeeds; fails with the time to wait when there are too many.
    ///
    /// Persons that do not exist are counted like those that do.
    pub fn begin(&self, person: &str, address: Option<IpAddr>, now: Instant) -> Result<(), Duration> {
        let mut all = self.0.lock();
        let counts = counts(person, address);
        let mut wait = None;
        for (counted, limit) in counts {
            let Some(times) = all.get_mut(&counted) else { continue };
            while times.front().is_some_and(|first| now.duration_since(*first) >= WINDOW) {
                times.pop_front();
            }
            if times.len() >= limit {
                let first = times.front().map(|first| WINDOW.saturating_sub(now.duration_since(*first)));
                wait = wait.max(first);
            }
        }
        if let Some(wait) = wait {
            return Err(wait);
        }
        if all.len() >= MAX_COUNTS {
            all.retain(|_, times| times.back().is_some_and(|last| now.duration_since(*last) < WINDOW));
        }
        if all.len() >= MAX_COUNTS {
            let oldest = all.iter().min_by_key(|(_, times)| times.back().copied()).map(|(counted, _)| *counted);
            oldest.map(|counted| all.remove(&counted));
        }
        for (counted, _) in counts {
            all.entry(counted).or_default().push_back(now);
        }
        Ok(())
    }

    /// Takes back what a person failed before they succeeded from this address; other failures still count.
    pub fn succeeded(&self, person: &str, address: Option<IpAddr>) {
        let mut all = self.0.lock();
        let [(both, _), rest @ ..] = counts(person, address);
        all.remove(&both);
        for (counted, _) in rest {
            let is_empty = all.get_mut(&counted).is_some_and(|times| {
                times.pop_back();
                times.is_empty()
            });
            if is_empty {
                all.remove(&counted);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(last: u8) -> Option<IpAddr> {
        Some(IpAddr::from([203, 0, 113, last]))
    }

    #[test]
    fn failures_of_a_person_from_an_address_lock_that_address_out_and_no_other() {
        let (attempts, now) = (Attempts::default(), Instant::now());
        for _ in 0..FOR_BOTH {
            assert_eq!(attempts.begin("ann", address(1), now), Ok(()));
        }
        assert_eq!(attempts.begin("ann", address(1), now), Err(WINDOW));
        assert_eq!(attempts.begin("ann", address(2), now), Ok(()), "the person can sign in from elsewhere");
        assert_eq!(attempts.begin("bob", address(1), now), Ok(()));
        assert_eq!(attempts.begin("ann", address(1), now + WINDOW), Ok(()), "the window is over");
    }

    #[test]
    fn an_address_that_tries_many_persons_and_a_person_tried_from_many_addresses_are_limited() {
        let (attempts, now) = (Attempts::default(), Instant::now());
        for each in 0..FROM_ADDRESS {
            assert_eq!(attempts.begin(&format!("person {each}"), address(1), now), Ok(()));
        }
        assert!(attempts.begin("another", address(1), now).is_err());
        let attempts = Attempts::default();
        for each in 0..FOR_PERSON {
            let from = address(u8::try_from(each).unwrap());
            assert_eq!(attempts.begin("ann", from, now), Ok(()));
        }
        assert!(attempts.begin("ann", address(250), now).is_err());
        assert!(attempts.begin("bob", address(250), now).is_ok());
    }

    #[test]
    fn a_success_takes_back_the_failures_of_the_person_from_there() {
        let (attempts, now) = (Attempts::default(), Instant::now());
        for _ in 0..100 {
            for _ in 1..FOR_BOTH {
                assert_eq!(attempts.begin("ann", address(1), now), Ok(()));
                attempts.succeeded("ann", address(1));
            }
        }
        assert!(attempts.0.lock().is_empty());
    }

    #[test]
    fn addresses_of_one_network_count_together() {
        let attempts = Attempts::default();
        let now = Instant::now();
        let address = |text: String| Some(text.parse::<IpAddr>().unwrap());
        for number in 0..FOR_BOTH {
            assert!(attempts.begin("ann", address(format!("2001:db8:1:2::{number:x}")), now).is_ok());
        }
        assert!(attempts.begin("ann", address("2001:db8:1:2:ffff::1".to_owned()), now).is_err());
        assert!(attempts.begin("ann", address("2001:db8:1:3::1".to_owned()), now).is_ok(), "another network");
        let mapped = address("::ffff:192.0.2.7".to_owned());
        assert_eq!(mapped.map(client_of), address("192.0.2.7".to_owned()));
    }
}
