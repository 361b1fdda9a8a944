//! Bodies of requests, read within limits of size, memory and time.

use axum::body::{Body, Bytes};
use flate2::read::MultiGzDecoder;
use http_body_util::BodyExt;
use std::io::Read;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// Limits of a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BodyLimits {
    /// Most bytes as sent.
    pub bytes: usize,
    /// Most bytes after decompression.
    pub unpacked: usize,
    /// Longest time until the body is complete.
    pub time: Duration,
}

/// Fault of a body.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BodyFault {
    /// More bytes than allowed; the rest is not read.
    #[error("the body has more than {0} bytes")]
    TooLarge(usize),
    /// More bytes than allowed after decompression.
    #[error("the body decompresses to more than {0} bytes")]
    UnpackedTooLarge(usize),
    /// The body was not complete in time.
    #[error("the body did not arrive within {} s", .0.as_secs())]
    Slow(Duration),
    /// Bodies of other requests use up the memory for bodies.
    #[error("bodies of other requests use all memory reserved for bodies")]
    NoMemory,
    /// The body ended early, or its chunks are broken.
    #[error("the body ended early, or its chunks are not valid")]
    Broken,
    /// The body is not gzip although its header says so.
    #[error("the body is not valid gzip")]
    NotGzip,
    /// Decompression did not run to its end.
    #[error("the body could not be decompressed")]
    Interrupted,
}

/// Encoding of a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// As it is.
    Plain,
    /// Compressed with gzip.
    Gzip,
}

/// Memory used by bodies over all requests, so that a thousand connections cannot each bring a whole book.
#[derive(Debug)]
pub struct BodyMemory {
    used: AtomicUsize,
    most: usize,
}

impl BodyMemory {
    /// Returns memory for this many bytes.
    pub fn new(most: usize) -> Arc<Self> {
        Arc::new(Self { used: AtomicUsize::new(0), most })
    }
}

/// A body as far as it has arrived; its bytes count in the memory until it is dropped.
#[derive(Debug)]
struct Counted {
    bytes: Vec<u8>,
    memory: Arc<BodyMemory>,
}

impl Counted {
    fn new(memory: &Arc<BodyMemory>) -> Self {
        Self { bytes: Vec::new(), memory: Arc::clone(memory) }
    }

    fn add(&mut self, bytes: &[u8]) -> Result<(), BodyFault> {
        let before = self.memory.used.fetch_add(bytes.len(), Ordering::Relaxed);
        if before.saturating_add(bytes.len()) > self.memory.most {
            self.memory.used.fetch_sub(bytes.len(), Ordering::Relaxed);
            return Err(BodyFault::NoMemory);
        }
        self.bytes.extend_from_slice(bytes);
        Ok(())
    }
}

impl AsRef<[u8]> for Counted {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.memory.used.fetch_sub(self.bytes.len(), Ordering::Relaxed);
    }
}

/// Reads a whole body, whose header may state a length; as long as the bytes are used they count in `memory`.
pub async fn read(
    body: Body,
    length: Option<u64>,
    encoding: Encoding,
    limits: BodyLimits,
    memory: &Arc<BodyMemory>,
) -> Result<Bytes, BodyFault> {
    if length.is_some_and(|length| length > limits.bytes as u64) {
        return Err(BodyFault::TooLarge(limits.bytes));
    }
    let arrive = async {
        let (mut body, mut counted) = (body, Counted::new(memory));
        while let Some(frame) = body.frame().await {
            let Ok(bytes) = frame.map_err(|_| BodyFault::Broken)?.into_data() else { continue };
            if counted.bytes.len().saturating_add(bytes.len()) > limits.bytes {
                return Err(BodyFault::TooLarge(limits.bytes));
            }
            counted.add(&bytes)?;
        }
        Ok(counted)
    };
    let arrived = tokio::time::timeout(limits.time, arrive).await;
    let counted = arrived.unwrap_or(Err(BodyFault::Slow(limits.time)))?;
    if encoding == Encoding::Plain {
        return Ok(Bytes::from_owner(counted));
    }
    // Decompression takes time in proportion to its output, so it must not run where connections are served.
    let unpacked = tokio::task::spawn_blocking(move || unpack(&counted, limits.unpacked)).await;
    unpacked.unwrap_or(Err(BodyFault::Interrupted))
}

/// Bytes decompressed in one step.
const STEP: usize = 64 << 10;

fn unpack(packed: &Counted, most: usize) -> Result<Bytes, BodyFault> {
    let mut unpacked = Counted::new(&packed.memory);
    let mut unpacker = MultiGzDecoder::new(packed.bytes.as_slice());
    let mut step = vec![0; STEP];
    loop {
        let count = unpacker.read(&mut step).map_err(|_| BodyFault::NotGzip)?;
        if count == 0 {
            return Ok(Bytes::from_owner(unpacked));
        }
        if unpacked.bytes.len().saturating_add(count) > most {
            return Err(BodyFault::UnpackedTooLarge(most));
        }
        unpacked.add(step.get(..count).unwrap_or_default())?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    #[test]
    fn a_bomb_is_refused_without_being_unpacked() {
        let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        packer.write_all(&vec![b' '; 4 << 20]).unwrap();
        let memory = BodyMemory::new(5 << 20);
        let mut packed = Counted::new(&memory);
        packed.add(&packer.finish().unwrap()).unwrap();
        assert_eq!(unpack(&packed, 1 << 20), Err(BodyFault::UnpackedTooLarge(1 << 20)));
        let text = unpack(&packed, 4 << 20).unwrap();
        assert_eq!(text.len(), 4 << 20);
        // There is no room for it twice at the same time.
        assert_eq!(unpack(&packed, 4 << 20), Err(BodyFault::NoMemory));
        drop(text);
        assert!(unpack(&packed, 4 << 20).is_ok());
    }

    #[tokio::test]
    async fn bodies_take_only_so_much_memory_together_and_give_it_back() {
        let memory = BodyMemory::new(10);
        let limits = BodyLimits { bytes: 8, unpacked: 8, time: Duration::from_secs(10) };
        let read = |text: &'static str| {
            let memory = Arc::clone(&memory);
            async move { read(Body::from(text), None, Encoding::Plain, limits, &memory).await }
        };
        let first = read("12345678").await.unwrap();
        let again = first.clone();
        assert_eq!(read("abc").await, Err(BodyFault::NoMemory));
        assert_eq!(read("ab").await.unwrap(), "ab");
        assert_eq!(read("123456789").await, Err(BodyFault::TooLarge(8)));
        drop(first);
        assert_eq!(read("abc").await, Err(BodyFault::NoMemory), "a copy is still used");
        drop(again);
        assert_eq!(read("12345678").await.unwrap(), "12345678");
        assert_eq!(memory.used.load(Ordering::Relaxed), 0);
    }
}
