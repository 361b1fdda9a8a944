//! Bodies of requests, read within limits.

use super::problem::{Problem, ProblemKind};
use axum::body::{Body, Bytes};
use axum::http::HeaderMap;
use axum::http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE};
use flate2::read::MultiGzDecoder;
use http_body_util::{BodyExt, Limited};
use std::io::Read;
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

/// Reads a body whole.
pub async fn read(headers: &HeaderMap, body: Body, limits: BodyLimits) -> Result<Bytes, Problem> {
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
    let collected = tokio::time::timeout(limits.time, Limited::new(body, limits.bytes).collect()).await;
    let Ok(collected) = collected else {
        let detail = format!("the body did not arrive within {} s", limits.time.as_secs());
        return Err(Problem::new(ProblemKind::BodySlow, detail));
    };
    let bytes = collected.map_err(|error| match error.downcast_ref::<http_body_util::LengthLimitError>() {
        Some(_) => too_large(),
        None => Problem::new(
            ProblemKind::RequestMalformed,
            "the body ended before it was whole, or its chunks are not valid",
        ),
    })?;
    let bytes = bytes.to_bytes();
    if is_packed { unpack(&bytes, limits.unpacked) } else { Ok(bytes) }
}

fn unpack(bytes: &[u8], most: usize) -> Result<Bytes, Problem> {
    let mut text = Vec::new();
    let read = MultiGzDecoder::new(bytes).take(most as u64 + 1).read_to_end(&mut text);
    match read {
        Ok(count) if count > most => {
            Err(Problem::new(ProblemKind::BodyTooLarge, format!("the body unpacks to more than {most} bytes")))
        }
        Ok(_) => Ok(text.into()),
        Err(_) => Err(Problem::new(ProblemKind::BodyMalformed, "the body is no valid gzip")),
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
        let bytes = packer.finish().unwrap();
        let problem = unpack(&bytes, 1 << 20).unwrap_err();
        assert_eq!(problem.code, "body_too_large");
        assert_eq!(unpack(&bytes, 4 << 20).unwrap().len(), 4 << 20);
    }
}
