//! Header fields for a trace collector, as the variable `OTEL_EXPORTER_OTLP_HEADERS` has them.

use crate::finding::Finding;
use crate::server::fault::ServerFault;
use axum::http::{HeaderMap, HeaderName, HeaderValue};

/// Reads fields such as `api-key=SECRET`, whose values are percent-encoded; values are never repeated in messages.
///
/// # Errors
/// The first entry that is not a field.
pub fn collector_headers(entries: &[String]) -> Result<HeaderMap, Finding> {
    let mut headers = HeaderMap::new();
    for entry in entries.iter().map(|entry| entry.trim()).filter(|entry| !entry.is_empty()) {
        let (name, value) = entry.split_once('=').unwrap_or((entry, ""));
        let refused = |reason: &str| ServerFault::BadCollectorHeader { name: shown(entry), reason: reason.to_owned() };
        if !entry.contains('=') {
            return Err(refused("`=` is missing").into());
        }
        let field: HeaderName = name.trim().parse().map_err(|_| refused("its name is not valid"))?;
        if matches!(field.as_str(), "host" | "content-type" | "content-length" | "connection" | "transfer-encoding") {
            return Err(refused("the server sets this field itself").into());
        }
        let decoded = decoded(value.trim()).ok_or_else(|| refused("`%` is not followed by two hex digits"))?;
        let mut value = HeaderValue::from_bytes(&decoded)
            .map_err(|_| refused("its value has characters that a field cannot have"))?;
        value.set_sensitive(true);
        headers.append(field, value);
    }
    Ok(headers)
}

/// Returns the name of an entry without what could be a secret.
fn shown(entry: &str) -> String {
    entry.split_once('=').map_or_else(|| "(without a name)".to_owned(), |(name, _)| name.trim().to_owned())
}

/// Decodes percent-encoded bytes such as `%2C`; `None` when two hex digits are missing.
fn decoded(text: &str) -> Option<Vec<u8>> {
    let mut bytes = text.bytes();
    let mut decoded = Vec::new();
    while let Some(byte) = bytes.next() {
        let mut digit = || char::from(bytes.next()?).to_digit(16);
        decoded.push(match byte {
            b'%' => u8::try_from(digit()? * 16 + digit()?).ok()?,
            byte => byte,
        });
    }
    Some(decoded)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(entries: &[&str]) -> Result<Vec<(String, String)>, String> {
        let entries: Vec<String> = entries.iter().map(|entry| (*entry).to_owned()).collect();
        let headers = collector_headers(&entries).map_err(|finding| finding.to_string())?;
        Ok(headers.iter().map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned())).collect())
    }

    #[test]
    fn fields_are_read_with_their_values_decoded() {
        let field = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(
            read(&["Api-Key=a%2Cb=", " authorization = Basic%20eA== ", ""]),
            Ok(vec![field("api-key", "a,b="), field("authorization", "Basic eA==")])
        );
    }

    #[test]
    fn refusals_do_not_repeat_a_value() {
        for (entry, why) in [
            ("secret", "`=` is missing"),
            ("a b=secret", "its name is not valid"),
            ("key=secret%2", "two hex digits"),
            ("key=secret%0Ax", "characters"),
            ("Content-Type=secret", "sets this field itself"),
        ] {
            let refused = read(&[entry]).unwrap_err();
            assert!(refused.contains(why) && !refused.contains("secret"), "{entry}: {refused}");
        }
    }
}
