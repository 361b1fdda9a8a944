//! Destinations of the lines of the log.

use std::io::{self, Write};

/// Reason for which lines were not stored.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SinkFault {
    /// It may succeed later: no space, no listener.
    #[error("{0}")]
    Passing(String),
    /// These lines will never be taken; others may.
    #[error("{0}")]
    Lasting(String),
}

impl From<io::Error> for SinkFault {
    fn from(error: io::Error) -> Self {
        Self::Passing(error.to_string())
    }
}

/// Takes lines of the log, on the thread of the log.
pub trait Sink: Send {
    /// Takes `lines`, each with its line break. When it returns, all of them are as safe as this sink can make them;
    /// when it fails, none of them counts as taken.
    fn take(&mut self, lines: &[u8]) -> Result<(), SinkFault>;
}

/// Lines to a stream, such as stdout.
#[derive(Debug)]
pub struct Stream<W> {
    stream: W,
    /// True when a line may have been torn.
    is_torn: bool,
}

impl<W: Write + Send> Stream<W> {
    /// Writes to `stream`, and through it at once.
    pub fn new(stream: W) -> Self {
        Self { stream, is_torn: false }
    }
}

impl<W: Write + Send> Sink for Stream<W> {
    fn take(&mut self, lines: &[u8]) -> Result<(), SinkFault> {
        if self.is_torn {
            self.stream.write_all(b"\n")?;
        }
        self.is_torn = true;
        self.stream.write_all(lines)?;
        self.stream.flush()?;
        self.is_torn = false;
        Ok(())
    }
}
