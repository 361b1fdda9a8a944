//! Content negotiation: the media type of a response.

use super::media::JSON;
use super::problem::{Problem, ProblemKind};
use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::request::Parts;
use std::convert::Infallible;

/// Quality of a media type without `q`.
const FULL: u16 = 1_000;

/// Media types that a caller accepts, each with its quality in thousandths; handlers take it as an argument.
#[derive(Debug, Clone, Default)]
pub struct Accept(Vec<(String, u16)>);

impl Accept {
    fn read(headers: &HeaderMap) -> Self {
        let values = headers.get_all("accept").iter().map(|value| value.to_str().unwrap_or_default());
        let range = |part: &str| {
            let mut pieces = part.split(';').map(str::trim);
            let media = pieces.next().unwrap_or_default().to_ascii_lowercase();
            let quality = pieces.find_map(|piece| piece.strip_prefix("q=")).map_or(FULL, thousandths);
            (!media.is_empty()).then_some((media, quality))
        };
        Self(values.flat_map(|text| text.split(',')).filter_map(range).collect())
    }

    /// Returns the quality of a media type by the most specific range that includes it.
    fn quality(&self, media: &str) -> u16 {
        let family = media.split('/').next().unwrap_or_default();
        let rank = |range: &str| match range {
            range if range == media => 3,
            range if range.strip_suffix("/*") == Some(family) => 2,
            "*/*" => 1,
            _ => 0,
        };
        let best = self.0.iter().filter(|(range, _)| rank(range) > 0).max_by_key(|(range, _)| rank(range));
        best.map_or(0, |(_, quality)| *quality)
    }

    /// Chooses the media type that the caller prefers, of equals the first offered.
    pub fn choose(&self, offered: &[&'static str]) -> Result<&'static str, Problem> {
        let first = offered.first().copied().unwrap_or(JSON);
        if self.0.is_empty() {
            return Ok(first);
        }
        let accepted = offered.iter().rev().map(|media| (self.quality(media), *media));
        let best = accepted.filter(|(quality, _)| *quality > 0).max_by_key(|(quality, _)| *quality);
        best.map(|(_, media)| media).ok_or_else(|| {
            let detail = format!("the response can be written as `{}`", offered.join("`, `"));
            Problem::new(ProblemKind::AcceptUnknown, detail)
        })
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Accept {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::read(&parts.headers))
    }
}

/// Reads `0.75` as 750; anything that is not a quality counts as 1.
fn thousandths(text: &str) -> u16 {
    let (whole, rest) = text.split_once('.').unwrap_or((text, ""));
    if whole != "0" || rest.len() > 3 || !rest.bytes().all(|byte| byte.is_ascii_digit()) {
        return FULL;
    }
    format!("{rest:0<3}").parse().unwrap_or(FULL)
}

#[cfg(test)]
mod tests {
    use super::super::media::{CSV, HTML};
    use super::*;

    #[test]
    fn the_media_type_is_the_one_that_the_caller_prefers() {
        let offered = [JSON, CSV, HTML];
        let chosen = |accept: &str| {
            let mut headers = HeaderMap::new();
            headers.insert("accept", accept.parse().unwrap());
            Accept::read(&headers).choose(&offered).ok()
        };
        assert_eq!(Accept::default().choose(&offered).ok(), Some(JSON));
        assert_eq!(chosen("*/*"), Some(JSON));
        assert_eq!(chosen("text/csv"), Some(CSV));
        assert_eq!(chosen("text/*"), Some(CSV));
        assert_eq!(chosen("text/html;q=0.9, text/csv;q=0.8"), Some(HTML));
        assert_eq!(chosen("text/html;q=0.5, */*;q=0.8"), Some(JSON));
        assert_eq!(chosen("application/json;q=0, text/csv"), Some(CSV));
        assert_eq!(chosen("image/png"), None);
        assert_eq!(chosen("application/json;q=0"), None);
    }
}
