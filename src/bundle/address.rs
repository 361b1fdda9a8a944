//! The address of bundles on a server.

use super::fault::BundleFault;
use crate::finding::Finding;
use std::fmt;
use ureq::http::Uri;

/// Address of a bundle, or of a list of bundles: `https://host/path`, or `http://` likewise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BundleAddress(Uri);

impl BundleAddress {
    /// Returns true for a text that is meant as an address rather than as a path.
    pub fn is_address(text: &str) -> bool {
        text.contains("://")
    }

    /// Reads an address.
    ///
    /// Fails if it does not read as a URL, or has another scheme, no host, or a name or password, which would end up in messages.
    pub fn parse(text: &str) -> Result<Self, Finding> {
        let refused = |reason: &str, shown: &str| {
            Finding::from(BundleFault::Address { address: shown.to_owned(), reason: reason.to_owned() })
        };
        let uri: Uri = text.parse().map_err(|_| refused("is not a URL", text))?;
        let Some(authority) = uri.authority() else { return Err(refused("names no host", text)) };
        if authority.as_str().contains('@') {
            return Err(refused("has a user name or password in it", authority.host()));
        }
        match uri.scheme_str() {
            Some("http" | "https") if uri.query().is_none() => Ok(Self(uri)),
            Some("http" | "https") => Err(refused("has a `?` in it", authority.host())),
            _ => Err(refused("begins neither with `https://` nor with `http://`", text)),
        }
    }

    /// Returns true if the connection is encrypted.
    pub fn is_encrypted(&self) -> bool {
        self.0.scheme_str() == Some("https")
    }

    /// Returns true if the server is on this machine.
    pub fn is_local(&self) -> bool {
        let host = self.0.host().unwrap_or_default();
        let is_number = host.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
        matches!(host, "localhost" | "[::1]") || (is_number && host.starts_with("127."))
    }

    /// Returns the last part of the path.
    pub(super) fn name(&self) -> &str {
        self.0.path().rsplit('/').next().unwrap_or_default()
    }

    /// Returns the address of the file `name` beside this one.
    pub(super) fn beside(&self, name: &str) -> String {
        let address = self.to_string();
        let directory = address.len() - self.name().len();
        format!("{}{name}", address.get(..directory).unwrap_or_default())
    }
}

impl fmt::Display for BundleAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::BundleAddress;

    #[test]
    fn addresses_have_a_directory_and_no_password() {
        let address = BundleAddress::parse("https://rules.example/acme/index.json").unwrap();
        assert!(address.is_encrypted() && !address.is_local());
        assert_eq!(address.beside("a-1.bundle.json"), "https://rules.example/acme/a-1.bundle.json");
        let bare = BundleAddress::parse("http://[::1]:8080").unwrap();
        assert!(bare.is_local() && !bare.is_encrypted());
        assert_eq!(bare.beside("a"), "http://[::1]:8080/a");
        for text in ["ftp://a/b", "https:///b", "https://a/b?c=d", "://", "file:///tmp/a"] {
            assert!(BundleAddress::parse(text).is_err(), "{text}");
        }
        let finding = BundleAddress::parse("https://me:secret@a/b").unwrap_err();
        assert!(!finding.to_string().contains("secret"), "{finding}");
    }
}
