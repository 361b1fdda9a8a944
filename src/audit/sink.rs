//! Sinks: destinations of the log.

use super::sealing::Sealing;
use std::io::{self, Write};

/// Fault of a sink.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SinkFault {
    /// A later attempt can succeed: no space, no listener.
    #[error("{0}")]
    Passing(String),
    /// These lines will never be accepted; others may be.
    #[error("{0}")]
    Lasting(String),
}

impl From<io::Error> for SinkFault {
    fn from(error: io::Error) -> Self {
        Self::Passing(error.to_string())
    }
}

/// Destination of the lines of the log, on its thread.
pub trait Sink: Send {
    /// Writes `lines`, each with its line break. On success all of them are as safe as this sink can make them; on
    /// failure none of them counts as written.
    fn take(&mut self, lines: &[u8]) -> Result<(), SinkFault>;

    /// Ends the log: no lines follow.
    fn close(&mut self) -> Result<(), SinkFault> {
        Ok(())
    }

    /// Returns what does not work although lines are written; `None` if everything does.
    fn trouble(&self) -> Option<String> {
        None
    }
}

/// Lines to a stream, such as stdout, as entries of a chain that begins with the process.
#[derive(Debug)]
pub struct Stream<W> {
    stream: W,
    sealing: Sealing,
    /// True if a line may be torn.
    is_torn: bool,
}

impl<W: Write + Send> Stream<W> {
    /// Returns a sink that writes to `stream` and flushes it.
    pub fn new(stream: W) -> Self {
        Self { stream, sealing: Sealing::default(), is_torn: false }
    }
}

impl<W: Write + Send> Sink for Stream<W> {
    fn take(&mut self, lines: &[u8]) -> Result<(), SinkFault> {
        if self.is_torn {
            self.stream.write_all(b"\n")?;
        }
        self.is_torn = true;
        let batch = self.sealing.seal(lines, None, false);
        // What a failed write has written is not known: its numbers are not used again, so that no entry has two.
        self.sealing.written(&batch);
        self.sealing.is_opened = false;
        self.stream.write_all(&batch.bytes)?;
        self.stream.flush()?;
        self.is_torn = false;
        self.sealing.is_opened = true;
        Ok(())
    }
}
