//! Records and sinks for the tests of the decision log.

use chrono::{DateTime, Utc};
use quotient::audit::{Decision, LoggedOutcome, Record, RecordContent, Sink, SinkFault, Status, new_id};
use quotient::request::{Defaults, Form, Kind};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

pub fn time() -> DateTime<Utc> {
    DateTime::parse_from_rfc3339("2026-03-31T23:59:59.1239Z").unwrap().to_utc()
}

/// A decision on `input`, answered by `answer`.
pub fn decision<'a>(input: &'a [u8], answer: &'a [u8]) -> Decision<'a> {
    Decision {
        id: new_id(time()),
        time: time(),
        kind: Kind::Proposal,
        form: Form::Json,
        vendor: "meridian",
        revision: "00",
        request_id: "r-1",
        trace_id: None,
        caller: Some("portal"),
        input,
        defaults: &Defaults { as_of: None, period: None },
        base_book: None,
        outcome: told(answer),
        duration: Duration::from_micros(1_250),
    }
}

/// A decision with this answer.
pub fn told(answer: &[u8]) -> LoggedOutcome<'_> {
    LoggedOutcome { status: Status::Decided, code: None, bytes: answer.into() }
}

/// A record whose request id is `id`.
pub fn record(id: &str) -> Record {
    RecordContent::default().record(&Decision { request_id: id, ..decision(br#"{"a":1}"#, br#"{"b":2}"#) })
}

/// Request ids of the records in the text of a log, in order.
pub fn ids(text: &[u8]) -> Vec<String> {
    let records = text.split(|byte| *byte == b'\n').filter_map(|line| serde_json::from_slice::<Record>(line).ok());
    records.map(|record| record.request_id).collect()
}

/// Lines of a log that are decisions, or are not readable: not those that the log adds itself.
pub fn lines(text: &[u8]) -> usize {
    let own = |line: &&[u8]| {
        [&b"{\"schema\":\"quotient.opened/1\""[..], b"{\"schema\":\"quotient.head/1\""]
            .iter()
            .any(|own| line.starts_with(own))
    };
    text.split(|byte| *byte == b'\n').filter(|line| !line.is_empty() && !own(line)).count()
}

/// Bytes of a record in the log whose line has this many without its links.
pub fn sealed(length: usize) -> u64 {
    let mut sealed = Vec::new();
    quotient::audit::Chain::default().seal(&[b"{".as_slice(), &vec![b' '; length - 2], b"}"].concat(), &mut sealed);
    sealed.len() as u64
}

pub fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap()
}

/// What a [`Bench`] does next.
#[derive(Debug, Default)]
pub struct Behaviour {
    pub text: Vec<u8>,
    /// How many times lines came.
    pub calls: usize,
    /// How many times lines were taken, or refused.
    pub takes: usize,
    pub fault: Option<SinkFault>,
    pub is_stuck: bool,
    pub panics: bool,
}

/// A sink whose behaviour the test sets.
#[derive(Debug, Clone, Default)]
pub struct Bench(Arc<(Mutex<Behaviour>, Condvar)>);

impl Bench {
    pub fn set(&self, change: impl FnOnce(&mut Behaviour)) {
        change(&mut self.0.0.lock().unwrap());
        self.0.1.notify_all();
    }

    pub fn read<T>(&self, read: impl FnOnce(&Behaviour) -> T) -> T {
        read(&self.0.0.lock().unwrap())
    }
}

impl Sink for Bench {
    fn take(&mut self, lines: &[u8]) -> Result<(), SinkFault> {
        let mut guard = self.0.0.lock().unwrap();
        guard.calls += 1;
        let mut behaviour = self.0.1.wait_while(guard, |behaviour| behaviour.is_stuck).unwrap();
        behaviour.takes += 1;
        if behaviour.panics {
            drop(behaviour);
            panic!("the sink panics because the test says so");
        }
        match behaviour.fault.clone() {
            Some(fault) => Err(fault),
            None => {
                behaviour.text.extend_from_slice(lines);
                Ok(())
            }
        }
    }
}

pub use crate::patience::until;
