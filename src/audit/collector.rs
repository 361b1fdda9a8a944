//! The log sent to a collector by HTTP: batches of lines (`application/x-ndjson`) in the body of a POST.
//!
//! A batch is sent again if there is no response, so a collector may receive a record twice; its `id` identifies it. There is no
//! TLS here: a collector beside the engine (an agent on loopback) takes the lines and carries them on.

use super::post::{BadAddress, CollectorAddress, Post};
use super::sink::{Sink, SinkFault};
use crate::finding::{Code, Finding};
use bytes::Bytes;
use std::time::Duration;
use tokio::runtime::Runtime;

/// Options for sending lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CollectorOptions {
    /// Most times a batch is sent before it counts as failed.
    pub attempts: u32,
    /// Longest duration of one attempt.
    pub timeout: Duration,
    /// Pause after the first attempt that failed; each further one is twice as long.
    pub pause: Duration,
}

impl Default for CollectorOptions {
    /// 3 attempts of 500 ms each, with pauses of 50 and 100 ms: less than the 2 seconds a strict append waits.
    fn default() -> Self {
        Self { attempts: 3, timeout: Duration::from_millis(500), pause: Duration::from_millis(50) }
    }
}

/// Lines to a collector.
#[derive(Debug)]
pub struct Collector {
    /// Runs while a batch is sent, and only then.
    runtime: Runtime,
    post: Post,
    options: CollectorOptions,
}

impl Collector {
    /// Returns a sink for `http://host:port/path`; nothing is sent yet.
    pub fn new(url: &str, options: CollectorOptions) -> Result<Self, Finding> {
        let refused = |why: &str| {
            Finding::error(Code::AuditCollector, format!("the decision log cannot be sent to `{url}`: {why}"))
                .help("name it as `http://host:port/path`")
        };
        let address = CollectorAddress::parse(url).map_err(|bad| match bad {
            BadAddress::Https => refused(&bad.to_string())
                .help("send it to a collector beside the engine by http, and let that one speak TLS"),
            BadAddress::NoUrl | BadAddress::NotHttp | BadAddress::NoHost | BadAddress::UserName => {
                refused(&bad.to_string())
            }
        })?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        Ok(Self {
            runtime: runtime.map_err(|error| refused(&error.to_string()))?,
            post: Post::new(address, "application/x-ndjson", options.timeout),
            options,
        })
    }

    fn send(&mut self, lines: &Bytes) -> Result<(), SinkFault> {
        self.runtime.block_on(self.post.send(lines)).map(drop)
    }
}

impl Sink for Collector {
    fn take(&mut self, lines: &[u8]) -> Result<(), SinkFault> {
        let lines = Bytes::copy_from_slice(lines);
        let mut pause = self.options.pause;
        let mut attempt = 1;
        loop {
            match self.send(&lines) {
                Err(SinkFault::Passing(_)) if attempt < self.options.attempts => {}
                sent => return sent,
            }
            attempt += 1;
            self.runtime.block_on(async { tokio::time::sleep(pause).await });
            pause *= 2;
        }
    }
}
