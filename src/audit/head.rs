//! Heads of the log: the last entry at a time, signed, so that a copy elsewhere proves what the log contained.

use super::chain::{Chain, Link};
use super::fault::AuditFault;
use crate::finding::{Finding, Place};
use blake3::Hash;
use chrono::{DateTime, SecondsFormat, Utc};
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::fmt;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{PrivatePkcs8KeyDer, SubjectPublicKeyInfoDer};

/// Schema of a head.
pub const HEAD_SCHEMA: &str = "quotient.head/1";
/// First bytes of what is signed, so that a signature is valid for heads only.
const STATEMENT: &[u8] = b"quotient decision log, head, 1\n";
/// Largest file of a key or a head, in bytes.
const MAX_FILE: u64 = 64 << 10;
/// DER of an Ed25519 public key before its 32 bytes (RFC 8410).
const ED25519_KEY: [u8; 12] = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];

/// A head: the last entry of the log at a time, as an entry of the log itself and as a file beside it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(title = "Head of a decision log")]
pub struct Head {
    /// Name and version of this schema.
    #[schemars(extend("const" = "quotient.head/1"))]
    pub schema: Cow<'static, str>,
    /// Time of the head, RFC 3339 with milliseconds, UTC.
    pub time: String,
    /// Number of the last entry.
    pub last: u64,
    /// Hash of that entry, in hex digits.
    pub digest: String,
    /// Ed25519 public key of the signature, in hex digits; null for a head that is not signed.
    pub public_key: Option<String>,
    /// Ed25519 signature of the line `quotient decision log, head, 1`, the number (8 bytes, little-endian), the 32 bytes
    /// of the hash and the characters of the time; in hex digits.
    pub signature: Option<String>,
    /// Number of this entry in the log; absent outside the log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sequence: Option<u64>,
    /// Hash of the entry before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous: Option<String>,
    /// Hash of this entry.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hash: Option<String>,
}

impl Head {
    /// Returns the head of a chain at `time`, not signed.
    pub fn unsigned(chain: Chain, time: DateTime<Utc>) -> Self {
        Self {
            schema: HEAD_SCHEMA.into(),
            time: time.to_rfc3339_opts(SecondsFormat::Millis, true),
            last: chain.sequence,
            digest: chain.hash.to_hex().to_string(),
            public_key: None,
            signature: None,
            sequence: None,
            previous: None,
            hash: None,
        }
    }

    /// Reads a head from JSON; `None` if it is not one.
    pub fn parse(text: &[u8]) -> Option<Self> {
        serde_json::from_slice(text).ok().filter(|head: &Self| head.schema == HEAD_SCHEMA)
    }

    /// Reads the file of a head.
    pub fn read(path: &Path) -> Result<Self, Finding> {
        let shown = path.display().to_string();
        let bytes = read_small(path)
            .map_err(|error| AuditFault::Unreadable { path: shown.clone(), reason: error.to_string() })?;
        Self::parse(&bytes)
            .filter(|head| head.end().is_some())
            .ok_or_else(|| Finding::from(AuditFault::NotAHead { file: shown.clone() }).at(Place::file(shown)))
    }

    /// Returns the end of the chain that the head names; `None` if its hash is not one.
    pub fn end(&self) -> Option<Chain> {
        Some(Chain { sequence: self.last, hash: Hash::from_hex(&self.digest).ok()? })
    }

    /// Returns true if this head, as the entry with these links, names the entry before it.
    pub fn names_entry_before(&self, link: &Link) -> bool {
        self.end() == Some(Chain { sequence: link.sequence.saturating_sub(1), hash: link.previous })
    }

    /// Returns the key whose signature the head carries; `None` if it has none or an invalid one.
    pub fn signed_by(&self) -> Option<PublicKey> {
        let key = PublicKey::from_hex(self.public_key.as_deref()?)?;
        let signature = from_hex(self.signature.as_deref()?)?;
        let statement = statement(self.end()?, &self.time);
        UnparsedPublicKey::new(&ED25519, key.0).verify(&statement, &signature).is_ok().then_some(key)
    }

    /// Returns the head as one line of JSON, with its line break.
    pub fn line(&self) -> Vec<u8> {
        let mut line = serde_json::to_vec(self).unwrap_or_default();
        line.push(b'\n');
        line
    }
}

fn statement(chain: Chain, time: &str) -> Vec<u8> {
    [STATEMENT, &chain.sequence.to_le_bytes(), chain.hash.as_bytes(), time.as_bytes()].concat()
}

/// Private key that signs heads.
pub struct LogKey(Ed25519KeyPair);

impl fmt::Debug for LogKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LogKey({})", self.public_key())
    }
}

impl LogKey {
    /// Reads an Ed25519 key from a PEM file (PKCS #8), as `openssl genpkey -algorithm ed25519` writes it.
    pub fn read(path: &Path) -> Result<Self, Finding> {
        let refused = |reason: String| bad_key(path, false, reason);
        let bytes = read_small(path).map_err(|error| refused(error.to_string()))?;
        Self::from_pem(&bytes).map_err(refused)
    }

    /// Reads an Ed25519 key from PEM (PKCS #8); the error is the reason.
    pub fn from_pem(pem: &[u8]) -> Result<Self, String> {
        let der = PrivatePkcs8KeyDer::from_pem_slice(pem).map_err(|error| error.to_string())?;
        let pair = Ed25519KeyPair::from_pkcs8_maybe_unchecked(der.secret_pkcs8_der());
        pair.map(Self).map_err(|_| "it is not an Ed25519 key".to_owned())
    }

    /// Returns the public key.
    pub fn public_key(&self) -> PublicKey {
        PublicKey(self.0.public_key().as_ref().try_into().unwrap_or_default())
    }

    /// Returns the signed head of a chain at `time`.
    pub fn sign(&self, chain: Chain, time: DateTime<Utc>) -> Head {
        let head = Head::unsigned(chain, time);
        let signature = self.0.sign(&statement(chain, &head.time));
        Head { public_key: Some(self.public_key().to_string()), signature: Some(to_hex(signature.as_ref())), ..head }
    }
}

/// Public key of signed heads; shown as 64 hex digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct PublicKey([u8; 32]);

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&to_hex(&self.0))
    }
}

impl PublicKey {
    /// Reads an Ed25519 public key from a PEM file, as `openssl pkey -pubout` writes it, or a file with 64 hex digits.
    pub fn read(path: &Path) -> Result<Self, Finding> {
        let refused = |reason: String| bad_key(path, true, reason);
        let bytes = read_small(path).map_err(|error| refused(error.to_string()))?;
        let hex = std::str::from_utf8(&bytes).ok().and_then(|text| Self::from_hex(text.trim()));
        hex.map_or_else(|| Self::from_pem(&bytes).map_err(refused), Ok)
    }

    /// Reads 64 hex digits.
    pub fn from_hex(text: &str) -> Option<Self> {
        from_hex(text)?.try_into().ok().map(Self)
    }

    /// Reads an Ed25519 public key from PEM; the error is the reason.
    pub fn from_pem(pem: &[u8]) -> Result<Self, String> {
        let der = SubjectPublicKeyInfoDer::from_pem_slice(pem).map_err(|error| error.to_string())?;
        let key = der.strip_prefix(&ED25519_KEY).and_then(|key| key.try_into().ok());
        key.map(Self).ok_or_else(|| "it is not an Ed25519 key".to_owned())
    }
}

fn bad_key(path: &Path, is_public: bool, reason: String) -> Finding {
    let file = path.display().to_string();
    Finding::from(AuditFault::BadKey { file: file.clone(), reason, is_public }).at(Place::file(file))
}

fn read_small(path: &Path) -> io::Result<Vec<u8>> {
    if !fs::metadata(path)?.is_file() {
        return Err(io::Error::other("it is not a regular file"));
    }
    let mut bytes = Vec::new();
    File::open(path)?.take(MAX_FILE + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_FILE {
        return Err(io::Error::other(format!("it has more than {MAX_FILE} bytes")));
    }
    Ok(bytes)
}

fn to_hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Reads hex digits in lower case.
fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    };
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    let bytes = pairs.iter().map(|[high, low]| Some((digit(*high)? << 4) | digit(*low)?));
    if rest.is_empty() { bytes.collect() } else { None }
}
