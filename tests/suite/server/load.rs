//! Requests that go on while something happens to the rules.

use super::hostile::assessment;
use super::http::post;
use serde_json::Value;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// Requests for assessments that go on until the end; each answer is looked at.
pub struct Load {
    is_over: Arc<AtomicBool>,
    asked: Arc<AtomicU64>,
    thread: Option<JoinHandle<Vec<String>>>,
}

/// How the requests of a load come.
#[derive(Debug, Clone, Copy)]
pub struct Manner {
    /// From one request to the next, unless the answer takes longer.
    pub pause: Duration,
    /// Codes of problems that may be the answer; everything else that is no decision is wrong.
    pub allowed: &'static [&'static str],
}

impl Default for Manner {
    /// Some 50 a second, and every one is decided.
    fn default() -> Self {
        Self { pause: Duration::from_millis(20), allowed: &[] }
    }
}

impl Load {
    /// Asks for assessments of `vendor`; `judge` is given the revision and the document of every decision.
    pub fn start(
        address: SocketAddr,
        vendor: &str,
        manner: Manner,
        judge: impl Fn(&str, &Value) -> Result<(), String> + Send + 'static,
    ) -> Self {
        let (is_over, asked) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
        let (over, count) = (Arc::clone(&is_over), Arc::clone(&asked));
        let path = format!("/v1/vendors/{vendor}/assessments");
        let thread = thread::spawn(move || {
            let mut wrong = Vec::new();
            while !over.load(Ordering::Relaxed) {
                let next = Instant::now() + manner.pause;
                count.fetch_add(1, Ordering::Relaxed);
                match post(address, &path, &assessment("P1")) {
                    Ok(answer) if answer.status == 200 => {
                        let revision = answer.field("quotient-revision").unwrap_or_default().to_owned();
                        wrong.extend(judge(&revision, &answer.json()).err());
                    }
                    Ok(answer) if manner.allowed.iter().any(|code| answer.json()["code"] == *code) => {}
                    Ok(answer) => wrong.push(format!("{}: {}", answer.status, answer.text())),
                    Err(error) => wrong.push(error.to_string()),
                }
                thread::sleep(next.saturating_duration_since(Instant::now()));
            }
            wrong
        });
        Self { is_over, asked, thread: Some(thread) }
    }

    /// Requests so far.
    pub fn count(&self) -> u64 {
        self.asked.load(Ordering::Relaxed)
    }

    /// Ends the load; every answer must have been right, and there must have been some. Returns how many.
    pub fn end(mut self) -> u64 {
        self.is_over.store(true, Ordering::Relaxed);
        let wrong = self.thread.take().unwrap().join().unwrap();
        let count = self.count();
        assert!(count > 0);
        assert!(wrong.is_empty(), "{} of {count} answers were wrong: {}", wrong.len(), wrong[0]);
        count
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Relaxed);
    }
}

/// Any decision is right.
pub fn anything(_: &str, answer: &Value) -> Result<(), String> {
    if answer["lines"][0]["quota"].is_string() { Ok(()) } else { Err(answer.to_string()) }
}
