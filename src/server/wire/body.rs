//! Bodies of requests, read within limits of size, memory and time.

use axum::body::{Body, Bytes};
use flate2::read::MultiGzDecoder;
use http_body_util::BodyExt;
use parking_lot::Mutex;
use std::collections::BTreeMap;
use std::io::Read;
use std::sync::Arc;
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
    /// Longest time without a byte.
    pub stall: Duration,
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
    /// No bytes of the body arrived for too long.
    #[error("no bytes of the body arrived for {} s", .0.as_secs())]
    Stalled(Duration),
    /// Bodies, or responses, of other requests of the caller use up its memory for them.
    #[error("requests of this token use {} MiB of memory, which is its limit", .0 >> 20)]
    CallerMemory(usize),
    /// Bodies of other requests use up the memory for bodies.
    #[error("other requests use all memory reserved for bodies and responses")]
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

/// Name of a token; `None` for callers without one.
type Owner = Option<Arc<str>>;

#[derive(Debug, Default)]
struct Used {
    all: usize,
    of: BTreeMap<Owner, usize>,
}

/// Memory used by bodies over all requests, so that a thousand connections cannot each bring a whole book.
#[derive(Debug)]
pub struct BodyMemory {
    used: Mutex<Used>,
    most: usize,
    most_of_token: usize,
}

/// The memory for bodies as one caller uses it.
#[derive(Debug, Clone)]
pub struct BodyAccount {
    memory: Arc<BodyMemory>,
    owner: Owner,
    /// Most bytes of the token.
    most: usize,
}

/// Bytes of the memory; dropping it gives them back.
#[derive(Debug)]
pub struct Reserved {
    account: BodyAccount,
    bytes: usize,
}

impl BodyMemory {
    /// Returns memory for this many bytes, of which one token may use `most_of_token`.
    pub fn new(most: usize, most_of_token: usize) -> Arc<Self> {
        Arc::new(Self { used: Mutex::default(), most, most_of_token })
    }

    /// Returns the account of a token, with its specific limit if it has one; without a token, only the total applies.
    pub fn of(self: &Arc<Self>, owner: Option<Arc<str>>, most: Option<usize>) -> BodyAccount {
        BodyAccount { memory: Arc::clone(self), owner, most: most.unwrap_or(self.most_of_token).min(self.most) }
    }
}

impl BodyAccount {
    /// Reserves bytes.
    pub fn reserve(&self, bytes: usize) -> Result<Reserved, BodyFault> {
        let mut reserved = Reserved { account: self.clone(), bytes: 0 };
        reserved.grow(bytes)?;
        Ok(reserved)
    }

    fn take(&self, bytes: usize) -> Result<(), BodyFault> {
        let BodyMemory { used, most, .. } = &*self.memory;
        let mut used = used.lock();
        let all = used.all.saturating_add(bytes);
        let own = used.of.get(&self.owner).copied().unwrap_or_default().saturating_add(bytes);
        if self.owner.is_some() && own > self.most {
            return Err(BodyFault::CallerMemory(self.most));
        }
        if all > *most {
            return Err(BodyFault::NoMemory);
        }
        used.all = all;
        used.of.insert(self.owner.clone(), own);
        Ok(())
    }

    fn give_back(&self, bytes: usize) {
        let mut used = self.memory.used.lock();
        used.all = used.all.saturating_sub(bytes);
        let own = used.of.get(&self.owner).copied().unwrap_or_default().saturating_sub(bytes);
        // Names of tokens that were withdrawn do not stay.
        match own {
            0 => drop(used.of.remove(&self.owner)),
            own => drop(used.of.insert(self.owner.clone(), own)),
        }
    }
}

impl Reserved {
    fn grow(&mut self, bytes: usize) -> Result<(), BodyFault> {
        self.account.take(bytes)?;
        self.bytes += bytes;
        Ok(())
    }

    fn shrink_to(&mut self, bytes: usize) {
        self.account.give_back(self.bytes.saturating_sub(bytes));
        self.bytes = self.bytes.min(bytes);
    }
}

impl Drop for Reserved {
    fn drop(&mut self) {
        self.account.give_back(self.bytes);
    }
}

/// A body as far as it has arrived; the memory it takes is reserved until it is dropped.
#[derive(Debug)]
struct Counted {
    bytes: Vec<u8>,
    reserved: Reserved,
}

impl Counted {
    fn new(account: &BodyAccount) -> Self {
        Self { bytes: Vec::new(), reserved: Reserved { account: account.clone(), bytes: 0 } }
    }

    fn add(&mut self, bytes: &[u8]) -> Result<(), BodyFault> {
        let needed = self.bytes.len().saturating_add(bytes.len());
        let missing = needed.saturating_sub(self.reserved.bytes);
        if missing > 0 {
            // Twice as much as before, so that bytes are not copied again and again; what is needed if that is too much.
            let ample = missing.max(self.reserved.bytes);
            self.reserved.grow(ample).or_else(|_| self.reserved.grow(missing))?;
            self.bytes.reserve_exact(self.reserved.bytes - self.bytes.len());
        }
        self.bytes.extend_from_slice(bytes);
        Ok(())
    }

    /// Returns the body once it is complete; memory that it did not need is given back.
    fn complete(mut self) -> Self {
        self.bytes.shrink_to_fit();
        self.reserved.shrink_to(self.bytes.len());
        self
    }
}

impl AsRef<[u8]> for Counted {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

/// Reads a whole body, whose header may state a length; as long as the bytes are used they count in `account`.
pub async fn read(
    body: Body,
    length: Option<u64>,
    encoding: Encoding,
    limits: BodyLimits,
    account: &BodyAccount,
) -> Result<Bytes, BodyFault> {
    if length.is_some_and(|length| length > limits.bytes as u64) {
        return Err(BodyFault::TooLarge(limits.bytes));
    }
    let arrive = async {
        let (mut body, mut counted) = (body, Counted::new(account));
        let next = async |body: &mut Body| tokio::time::timeout(limits.stall, body.frame()).await;
        while let Some(frame) = next(&mut body).await.map_err(|_| BodyFault::Stalled(limits.stall))? {
            let Ok(bytes) = frame.map_err(|_| BodyFault::Broken)?.into_data() else { continue };
            if counted.bytes.len().saturating_add(bytes.len()) > limits.bytes {
                return Err(BodyFault::TooLarge(limits.bytes));
            }
            counted.add(&bytes)?;
        }
        Ok(counted.complete())
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
    let mut unpacked = Counted::new(&packed.reserved.account);
    let mut unpacker = MultiGzDecoder::new(packed.bytes.as_slice());
    let mut step = vec![0; STEP];
    loop {
        let count = unpacker.read(&mut step).map_err(|_| BodyFault::NotGzip)?;
        if count == 0 {
            return Ok(Bytes::from_owner(unpacked.complete()));
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
    use futures_util::{StreamExt, stream};
    use std::convert::Infallible;
    use std::io::Write;

    const LIMITS: BodyLimits =
        BodyLimits { bytes: 8, unpacked: 8, time: Duration::from_secs(10), stall: Duration::from_secs(5) };

    #[test]
    fn a_bomb_is_refused_without_being_unpacked() {
        let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        packer.write_all(&vec![b' '; 4 << 20]).unwrap();
        let mut packed = Counted::new(&BodyMemory::new(5 << 20, 0).of(None, None));
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
        let memory = BodyMemory::new(10, 10).of(None, None);
        let limits = LIMITS;
        let read = |text: &'static str| {
            let memory = memory.clone();
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
        assert!(memory.memory.used.lock().of.is_empty());
        assert_eq!(memory.memory.used.lock().all, 0);
    }

    #[tokio::test]
    async fn bodies_of_one_token_leave_memory_to_others() {
        let memory = BodyMemory::new(20, 8);
        let (one, other) = (memory.of(Some("one".into()), None), memory.of(Some("other".into()), None));
        let read =
            async |account: &BodyAccount| read(Body::from("12345"), None, Encoding::Plain, LIMITS, account).await;
        let first = read(&one).await.unwrap();
        assert_eq!(read(&one).await, Err(BodyFault::CallerMemory(8)));
        let second = read(&other).await.unwrap();
        assert_eq!(one.reserve(3).unwrap().bytes, 3);
        let (third, fourth) = (memory.of(None, None).reserve(10).unwrap(), read(&other).await);
        assert_eq!(fourth, Err(BodyFault::CallerMemory(8)));
        assert_eq!(one.reserve(1).unwrap_err(), BodyFault::NoMemory, "5 + 5 + 10 of 20 are used");
        drop((first, second, third));
        assert!(read(&one).await.is_ok());
    }

    #[tokio::test]
    async fn a_body_that_stalls_is_ended_and_its_memory_is_free_again() {
        let account = BodyMemory::new(10, 10).of(Some("one".into()), None);
        let limits = BodyLimits { stall: Duration::from_millis(1), ..LIMITS };
        let first = stream::once(async { Ok::<_, Infallible>(Bytes::from("1234")) });
        let body = Body::from_stream(first.chain(stream::pending()));
        let read = read(body, Some(8), Encoding::Plain, limits, &account).await;
        assert_eq!(read, Err(BodyFault::Stalled(limits.stall)));
        assert_eq!(account.memory.used.lock().all, 0);
    }
}
