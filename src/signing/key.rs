//! Ed25519 keys, as OpenSSL writes them in PEM.

use super::fault::SigningFault;
use super::file::read_small;
use super::hex::{from_hex, to_hex};
use crate::finding::{Finding, Place};
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use std::fmt;
use std::path::Path;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{PrivatePkcs8KeyDer, SubjectPublicKeyInfoDer};

/// DER of an Ed25519 public key before its 32 bytes (RFC 8410).
const ED25519_KEY: [u8; 12] = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];

/// Private key that signs.
pub struct SigningKey(Ed25519KeyPair);

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({})", self.public_key())
    }
}

impl SigningKey {
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

    /// Returns the signature of `statement` in hex digits.
    pub fn sign(&self, statement: &[u8]) -> String {
        to_hex(self.0.sign(statement).as_ref())
    }
}

/// Public key of a signature; shown as 64 hex digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct PublicKey([u8; 32]);

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&to_hex(&self.0))
    }
}

impl PublicKey {
    /// Returns true if `signature`, in hex digits, is that of this key for `statement`.
    pub fn verifies(self, statement: &[u8], signature: &str) -> bool {
        let Some(signature) = from_hex(signature) else { return false };
        UnparsedPublicKey::new(&ED25519, self.0).verify(statement, &signature).is_ok()
    }

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
    Finding::from(SigningFault::BadKey { file: file.clone(), reason, is_public }).at(Place::file(file))
}
