//! Sessions of persons who signed in with a password, in memory: a restart of the server ends them.

use parking_lot::Mutex;
use ring::rand::{SecureRandom, SystemRandom};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Most sessions of one person; the one that was used least recently makes room.
const MAX_OWN: usize = 16;
/// Most sessions of all persons.
const MAX_ALL: usize = 10_000;
/// Bytes of a session's secret.
const SECRET: usize = 32;

/// Digest of a session's secret, under which it is found.
pub type SessionKey = [u8; 32];

/// Time after which sessions end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionTimes {
    /// Longest time between two requests.
    pub idle: Duration,
    /// Longest time from the beginning.
    pub end: Duration,
}

impl Default for SessionTimes {
    fn default() -> Self {
        Self { idle: Duration::from_secs(30 * 60), end: Duration::from_secs(12 * 60 * 60) }
    }
}

/// Session of a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Person.
    pub person: Arc<str>,
    /// Number of the event that set the password with which it began.
    pub password: u64,
    begun: Instant,
    used: Instant,
}

/// The sessions of a server.
#[derive(Debug, Default)]
pub struct Sessions {
    times: SessionTimes,
    open: Mutex<BTreeMap<SessionKey, Session>>,
}

/// Returns the key of a secret.
pub fn key_of(secret: &str) -> SessionKey {
    *blake3::hash(secret.as_bytes()).as_bytes()
}

impl Sessions {
    /// Returns no sessions yet.
    pub fn new(times: SessionTimes) -> Self {
        Self { times, open: Mutex::default() }
    }

    /// Returns the times after which sessions end.
    pub fn times(&self) -> SessionTimes {
        self.times
    }

    fn is_over(&self, session: &Session, now: Instant) -> bool {
        now.duration_since(session.used) > self.times.idle || now.duration_since(session.begun) > self.times.end
    }

    /// Begins a session and returns its secret, which is new every time; `None` when the system has no random bytes.
    pub fn begin(&self, person: &str, password: u64, now: Instant) -> Option<String> {
        let mut bytes = [0; SECRET];
        SystemRandom::new().fill(&mut bytes).ok()?;
        let mut secret = String::new();
        bytes.iter().try_for_each(|byte| write!(secret, "{byte:02x}")).ok()?;
        let mut open = self.open.lock();
        open.retain(|_, session| !self.is_over(session, now));
        let oldest = |open: &BTreeMap<SessionKey, Session>, of: Option<&str>| {
            let own = open.iter().filter(|(_, session)| of.is_none_or(|person| *session.person == *person));
            own.min_by_key(|(_, session)| session.used).map(|(key, _)| *key)
        };
        let own = open.values().filter(|session| *session.person == *person).count();
        let leaving = match (own >= MAX_OWN, open.len() >= MAX_ALL) {
            (true, _) => oldest(&open, Some(person)),
            (false, true) => oldest(&open, None),
            (false, false) => None,
        };
        if let Some(key) = leaving {
            open.remove(&key);
        }
        let session = Session { person: person.into(), password, begun: now, used: now };
        open.insert(key_of(&secret), session);
        Some(secret)
    }

    /// Returns the session with that secret, and its key; it is used now.
    pub fn using(&self, secret: &str, now: Instant) -> Option<(SessionKey, Session)> {
        let key = key_of(secret);
        let mut open = self.open.lock();
        let session = open.get_mut(&key)?;
        if self.is_over(session, now) {
            open.remove(&key);
            return None;
        }
        session.used = now;
        Some((key, session.clone()))
    }

    /// Returns true when the session has not ended; looking is not using.
    pub fn is_open(&self, key: &SessionKey, now: Instant) -> bool {
        self.open.lock().get(key).is_some_and(|session| !self.is_over(session, now))
    }

    /// Ends a session.
    pub fn end(&self, key: &SessionKey) {
        self.open.lock().remove(key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_ends_when_it_rests_and_when_it_is_old() {
        let (start, minutes) = (Instant::now(), |minutes: u64| Duration::from_secs(60 * minutes));
        let sessions = Sessions::new(SessionTimes { idle: minutes(30), end: minutes(100) });
        let secret = sessions.begin("ann", 7, start).unwrap();
        let person = |at| sessions.using(&secret, start + minutes(at)).map(|(_, session)| session.person.to_string());
        for at in [30, 60, 90, 100] {
            assert_eq!(person(at).as_deref(), Some("ann"), "{at}");
        }
        assert_eq!(person(101), None, "it was used all the time, and is old");
        let resting = sessions.begin("ann", 7, start).unwrap();
        let key = key_of(&resting);
        assert!(sessions.is_open(&key, start + minutes(30)) && !sessions.is_open(&key, start + minutes(31)));
        assert!(sessions.using(&resting, start + minutes(31)).is_none());
        assert!(sessions.using(&resting, start).is_none(), "what ended stays ended");
    }

    #[test]
    fn every_secret_is_new_and_an_ended_one_is_unknown() {
        let (sessions, now) = (Sessions::default(), Instant::now());
        let (one, two) = (sessions.begin("ann", 7, now).unwrap(), sessions.begin("ann", 7, now).unwrap());
        assert!(one != two && one.len() == 64);
        sessions.end(&key_of(&one));
        assert!(sessions.using(&one, now).is_none() && sessions.using(&two, now).is_some());
        assert!(sessions.using("", now).is_none());
    }

    #[test]
    fn a_person_has_a_bounded_number_of_sessions() {
        let (sessions, now) = (Sessions::default(), Instant::now());
        let other = sessions.begin("bob", 8, now).unwrap();
        let at = |second: usize| now + Duration::from_secs(second as u64);
        let secrets: Vec<String> = (0..=MAX_OWN).map(|each| sessions.begin("ann", 7, at(each)).unwrap()).collect();
        assert!(sessions.using(&secrets[0], at(20)).is_none(), "the first one made room");
        assert!(secrets[1..].iter().all(|secret| sessions.using(secret, at(20)).is_some()));
        assert!(sessions.using(&other, at(20)).is_some());
    }
}
