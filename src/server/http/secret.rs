//! Secrets of tokens and names of certificates: their digests and forms, and secrets that everybody can guess.

use crate::document::Item;
use crate::server::fault::ServerFault;

/// Words of tokens that were left as an example has them.
const PLACEHOLDERS: [&str; 7] =
    ["changeme", "replaceme", "placeholder", "yourtoken", "yoursecret", "inserttoken", "atleasttwentycharacterslong"];

/// Returns true for a token that everybody who knows the documentation can guess.
pub fn is_placeholder(token: &str) -> bool {
    let letters: String = token.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
    let is_example = PLACEHOLDERS.iter().any(|word| letters.starts_with(word) || letters.ends_with(word));
    is_example || token.starts_with(['<', '$', '{']) || is_one_byte(token.as_bytes())
}

/// Returns true for a repetition of one byte.
pub fn is_one_byte(bytes: &[u8]) -> bool {
    bytes.first().is_some_and(|first| bytes.iter().all(|byte| byte == first))
}

/// Returns the digest of a token.
pub fn digest_of(token: &str) -> [u8; 32] {
    *blake3::hash(token.as_bytes()).as_bytes()
}

/// Reads the name of a certificate: its kind, a colon, and the name.
pub fn certificate_name(item: Item<'_>) -> Option<String> {
    let text = item.text()?;
    let is_known = ["cn", "dns", "uri", "email"].iter().any(|kind| {
        text.strip_prefix(kind).and_then(|rest| rest.strip_prefix(':')).is_some_and(|name| !name.trim().is_empty())
    });
    if !is_known {
        item.reject(ServerFault::BadCertificateName { name: text.to_owned() });
    }
    Some(text.to_owned())
}
