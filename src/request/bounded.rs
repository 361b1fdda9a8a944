//! The bytes of a response, up to a limit.

use super::fault::RequestFault;
use super::{Refusal, unwritten};
use crate::report::ReportFault;
use std::io;

/// A response as far as it is written.
#[derive(Debug)]
pub(super) struct Bounded {
    bytes: Vec<u8>,
    limit: usize,
    is_exceeded: bool,
}

impl Bounded {
    /// Returns an empty response that takes at most `limit` bytes.
    pub fn new(limit: usize) -> Self {
        Self { bytes: Vec::new(), limit, is_exceeded: false }
    }

    /// Returns the bytes and the result of writing them; beyond the limit writing fails.
    pub fn written<T>(self, result: Result<T, ReportFault>) -> Result<(Vec<u8>, T), Refusal> {
        if self.is_exceeded {
            return Err(RequestFault::ResponseTooLarge { limit: self.limit }.into());
        }
        let written = result.map_err(|fault| unwritten(&fault))?;
        Ok((self.bytes, written))
    }
}

impl io::Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.is_exceeded || bytes.len() > self.limit.saturating_sub(self.bytes.len()) {
            // The part that is written already is of no use.
            self.bytes = Vec::new();
            self.is_exceeded = true;
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
