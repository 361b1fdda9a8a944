//! Bodies of requests, read within limits.

use crate::server::http::problem::{Problem, ProblemKind};
use axum::body::{Body, Bytes};
use axum::http::HeaderMap;
use axum::http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE};
use flate2::read::MultiGzDecoder;
use http_body_util::BodyExt;
use std::io::Read;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// Limits of a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BodyLimits {
    /// Most bytes that arrive.
    pub bytes: usize,
    /// Most bytes after unpacking.
    pub unpacked: usize,
    /// Longest time until it is whole.
    pub time: Duration,
}

/// The media type of the body, lower case, without parameters.
pub fn media_type(headers: &HeaderMap) -> Option<String> {
    let text = headers.get(CONTENT_TYPE)?.to_str().ok()?;
    Some(text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase())
}

/// Refuses a body that is not of one of the media types.
pub fn expect_media(headers: &HeaderMap, allowed: &[&str]) -> Result<String, Problem> {
    let found = media_type(headers);
    match found.as_deref().and_then(|found| allowed.iter().find(|allowed| **allowed == found)) {
        Some(media) => Ok((*media).to_owned()),
        None => {
            let given = found.map_or_else(|| "no media type".to_owned(), |media| format!("`{media}`"));
            let help = allowed.join("` or `");
            Err(Problem::new(ProblemKind::MediaTypeUnknown, format!("the body has {given}; send `{help}`")))
        }
    }
}

fn is_packed(headers: &HeaderMap) -> Result<bool, Problem> {
    let mut encodings = headers.get_all(CONTENT_ENCODING).iter();
    let first = encodings.next().map(|value| value.to_str().unwrap_or("?").trim().to_ascii_lowercase());
    match (first.as_deref(), encodings.next()) {
        (None | Some("identity" | ""), None) => Ok(false),
        (Some("gzip"), None) => Ok(true),
        (Some(other), None) => {
            let detail = format!("the body is encoded as `{other}`; send it plain or as `gzip`");
            Err(Problem::new(ProblemKind::MediaTypeUnknown, detail))
        }
        (_, Some(_)) => Err(Problem::new(ProblemKind::MediaTypeUnknown, "the body is encoded more than once")),
    }
}

/// Bytes of bodies that are in memory, over all requests: a thousand connections must not each bring a whole book.
#[derive(Debug)]
pub struct BodyMemory {
    held: AtomicUsize,
    most: usize,
}

impl BodyMemory {
    /// Memory for so many bytes.
    pub fn new(most: usize) -> Arc<Self> {
        Arc::new(Self { held: AtomicUsize::new(0), most })
    }
}

/// A body as far as it has arrived; its bytes are counted until it is dropped.
#[derive(Debug)]
struct Held {
    bytes: Vec<u8>,
    memory: Arc<BodyMemory>,
}

impl Held {
    fn new(memory: &Arc<BodyMemory>) -> Self {
        Self { bytes: Vec::new(), memory: Arc::clone(memory) }
    }

    fn add(&mut self, bytes: &[u8]) -> Result<(), Problem> {
        let before = self.memory.held.fetch_add(bytes.len(), Ordering::Relaxed);
        if before.saturating_add(bytes.len()) > self.memory.most {
            self.memory.held.fetch_sub(bytes.len(), Ordering::Relaxed);
            let detail = "bodies of other requests fill the memory that there is for them";
            return Err(Problem { is_last: true, ..Problem::new(ProblemKind::Overloaded, detail) });
        }
        self.bytes.extend_from_slice(bytes);
        Ok(())
    }
}

impl AsRef<[u8]> for Held {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.memory.held.fetch_sub(self.bytes.len(), Ordering::Relaxed);
    }
}

/// Reads a body whole; as long as it is used it counts in `memory`.
pub async fn read(
    headers: &HeaderMap,
    body: Body,
    limits: BodyLimits,
    memory: &Arc<BodyMemory>,
) -> Result<Bytes, Problem> {
    let too_large = || {
        let detail = format!("the body has more than {} bytes", limits.bytes);
        // The rest of it will not be read.
        Problem { is_last: true, ..Problem::new(ProblemKind::BodyTooLarge, detail) }
    };
    let is_packed = is_packed(headers)?;
    let stated = headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if stated.is_some_and(|stated| stated > limits.bytes as u64) {
        return Err(too_large());
    }
    let arrive = async {
        let (mut body, mut held) = (body, Held::new(memory));
        while let Some(frame) = body.frame().await {
            let broken = "the body ended before it was whole, or its chunks are not valid";
            let frame = frame.map_err(|_| Problem::new(ProblemKind::RequestMalformed, broken))?;
            let Ok(bytes) = frame.into_data() else { continue };
            if held.bytes.len().saturating_add(bytes.len()) > limits.bytes {
                return Err(too_large());
            }
            held.add(&bytes)?;
        }
        Ok(held)
    };
    let Ok(held) = tokio::time::timeout(limits.time, arrive).await else {
        let detail = format!("the body did not arrive within {} s", limits.time.as_secs());
        return Err(Problem::new(ProblemKind::BodySlow, detail));
    };
    let held = held?;
    if !is_packed {
        return Ok(Bytes::from_owner(held));
    }
    // Unpacking takes as long as what comes out is large: not where connections are served.
    let unpacked = tokio::task::spawn_blocking(move || unpack(&held, limits.unpacked)).await;
    unpacked.map_err(|_| Problem::new(ProblemKind::Internal, "the body could not be unpacked"))?
}

/// Bytes that are unpacked at once.
const STEP: usize = 64 << 10;

fn unpack(packed: &Held, most: usize) -> Result<Bytes, Problem> {
    let mut text = Held::new(&packed.memory);
    let mut unpacker = MultiGzDecoder::new(packed.bytes.as_slice());
    let mut step = vec![0; STEP];
    loop {
        let count = unpacker
            .read(&mut step)
            .map_err(|_| Problem::new(ProblemKind::BodyMalformed, "the body is no valid gzip"))?;
        if count == 0 {
            return Ok(Bytes::from_owner(text));
        }
        if text.bytes.len().saturating_add(count) > most {
            let detail = format!("the body unpacks to more than {most} bytes");
            return Err(Problem::new(ProblemKind::BodyTooLarge, detail));
        }
        text.add(step.get(..count).unwrap_or_default())?;
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
        let mut packed = Held::new(&memory);
        packed.add(&packer.finish().unwrap()).unwrap();
        let problem = unpack(&packed, 1 << 20).unwrap_err();
        assert_eq!(problem.code, "body_too_large");
        let text = unpack(&packed, 4 << 20).unwrap();
        assert_eq!(text.len(), 4 << 20);
        // There is no room for it twice at the same time.
        assert_eq!(unpack(&packed, 4 << 20).unwrap_err().code, "overloaded");
        drop(text);
        assert!(unpack(&packed, 4 << 20).is_ok());
    }

    #[tokio::test]
    async fn bodies_take_only_so_much_memory_together_and_give_it_back() {
        let memory = BodyMemory::new(10);
        let limits = BodyLimits { bytes: 8, unpacked: 8, time: Duration::from_secs(10) };
        let read = |text: &'static str| {
            let memory = Arc::clone(&memory);
            async move { read(&HeaderMap::new(), Body::from(text), limits, &memory).await }
        };
        let first = read("12345678").await.unwrap();
        let again = first.clone();
        assert_eq!(read("abc").await.unwrap_err().code, "overloaded");
        assert_eq!(read("ab").await.unwrap(), "ab");
        assert_eq!(read("123456789").await.unwrap_err().code, "body_too_large");
        drop(first);
        assert_eq!(read("abc").await.unwrap_err().code, "overloaded", "a copy is still used");
        drop(again);
        assert_eq!(read("12345678").await.unwrap(), "12345678");
        assert_eq!(memory.held.load(Ordering::Relaxed), 0);
    }
}
