//! The thread of the decision log: empties the queue into a sink, and retries as the mode demands.

use super::queue::{Drops, Mode, Shared, Unrecorded, Waiting, now};
use super::record::{DROPPED_SCHEMA, Dropped};
use super::sink::{Sink, SinkFault};
use chrono::{DateTime, SecondsFormat, Utc};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

/// First pause after the sink failed, in best effort; each further one is twice as long.
const FIRST_PAUSE: Duration = Duration::from_millis(50);
/// Longest pause.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// The thread that empties the queue into a sink.
pub(super) struct Writer {
    pub shared: Arc<Shared>,
    pub sink: Box<dyn Sink>,
    pub ended: watch::Sender<bool>,
}

impl Drop for Writer {
    /// However the thread ends, no append waits for it any longer.
    fn drop(&mut self) {
        let mut queue = self.shared.queue();
        queue.is_closed = true;
        // After a panic of the sink, that is also what it was busy with. Strict appends fail when `lines` is dropped.
        let left = std::mem::take(&mut queue.stats.waiting);
        queue.stats.waiting_bytes = 0;
        queue.lines.clear();
        if self.shared.options.mode == Mode::BestEffort {
            queue.stats.dropped += left as u64;
        }
        drop(queue);
        self.ended.send_replace(true);
    }
}

impl Writer {
    /// Writes until the log is closed and empty.
    pub fn run(mut self) {
        loop {
            let mut lines = self.shared.next();
            if lines.is_empty() {
                self.report_drops();
                return self.close();
            }
            match self.shared.options.mode {
                Mode::Strict => self.strict(&mut lines),
                Mode::BestEffort => self.best_effort(&lines),
            }
        }
    }

    fn take(&mut self, lines: &[Waiting]) -> Result<(), SinkFault> {
        let taken = match lines {
            [only] => self.sink.take(&only.line),
            lines => {
                let parts: Vec<&[u8]> = lines.iter().map(|waiting| waiting.line.as_slice()).collect();
                self.sink.take(&parts.concat())
            }
        };
        let mut queue = self.shared.queue();
        queue.stats.is_failing = taken.is_err();
        match &taken {
            Ok(()) => {
                if let Some(trouble) = self.sink.trouble() {
                    queue.stats.last_error = Some(trouble);
                }
                queue.stats.written += lines.len() as u64;
                queue.stats.written_bytes += lines.iter().map(|waiting| waiting.line.len() as u64).sum::<u64>();
            }
            Err(fault) => {
                queue.stats.sink_failures += 1;
                queue.stats.last_error = Some(fault.to_string());
            }
        }
        taken
    }

    fn close(&mut self) {
        let closed = self.sink.close();
        let mut queue = self.shared.queue();
        match closed {
            Ok(()) => queue.stats.last_error = self.sink.trouble().or(queue.stats.last_error.take()),
            Err(fault) => {
                queue.stats.sink_failures += 1;
                queue.stats.last_error = Some(fault.to_string());
            }
        }
    }

    fn strict(&mut self, lines: &mut Vec<Waiting>) {
        let (wanted, left): (Vec<Waiting>, Vec<Waiting>) = lines.drain(..).partition(Waiting::is_wanted);
        self.shared.queue().done(&left);
        if wanted.is_empty() {
            return;
        }
        let taken = self.take(&wanted).map_err(|fault| Unrecorded::Failed(fault.to_string()));
        self.shared.queue().done(&wanted);
        for waiting in wanted {
            if let Some(appended) = waiting.appended {
                // An append that was given up has sent no response.
                drop(appended.send(taken.clone()));
            }
        }
    }

    fn best_effort(&mut self, lines: &[Waiting]) {
        let mut pause = FIRST_PAUSE;
        let mut is_last = false;
        let is_written = loop {
            match self.take(lines) {
                Ok(()) => break true,
                Err(SinkFault::Lasting(_)) => break false,
                Err(SinkFault::Passing(_)) if is_last => break false,
                Err(SinkFault::Passing(_)) => {}
            }
            is_last = self.shared.pause(pause);
            pause = (pause * 2).min(LONGEST_PAUSE);
        };
        let mut queue = self.shared.queue();
        queue.done(lines);
        if !is_written {
            lines.iter().for_each(|waiting| queue.drop_line(waiting.line.len()));
            return;
        }
        drop(queue);
        self.report_drops();
    }

    /// Reports dropped records in the log, once it can be written again.
    fn report_drops(&mut self) {
        let (drops, reason) = {
            let mut queue = self.shared.queue();
            (queue.drops.take(), queue.stats.last_error.clone())
        };
        let Some(drops) = drops else { return };
        let rfc = |time: DateTime<Utc>| time.to_rfc3339_opts(SecondsFormat::Millis, true);
        let line = Dropped {
            schema: DROPPED_SCHEMA.into(),
            time: rfc(now()),
            since: rfc(drops.since),
            dropped: drops.records,
            bytes: drops.bytes,
            reason: reason.unwrap_or_else(|| Unrecorded::Full.to_string()),
            sequence: None,
            previous: None,
            hash: None,
        };
        let mut text = serde_json::to_vec(&line).unwrap_or_default();
        text.push(b'\n');
        if self.sink.take(&text).is_err() {
            let mut queue = self.shared.queue();
            let newer = queue.drops.map_or((0, 0), |newer| (newer.records, newer.bytes));
            queue.drops = Some(Drops { records: drops.records + newer.0, bytes: drops.bytes + newer.1, ..drops });
        }
    }
}
