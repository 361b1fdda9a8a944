//! A bundle: all files of one vendor in one document, with a number, a date and signatures.

use super::fault::BundleFault;
use crate::finding::{Finding, Place};
use crate::plugin::{EXTENSIONS, Room, VendorFile, VendorFiles, is_vendor_name};
use crate::signing::{PublicKey, SigningKey, read_limited};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::path::Path;

/// Schema of a bundle.
pub const BUNDLE_SCHEMA: &str = "quotient.bundle/1";
/// End of the name of a bundle's file.
pub const BUNDLE_ENDING: &str = ".bundle.json";
/// First bytes of what is signed, so that a signature is valid for bundles only.
const STATEMENT: &[u8] = b"quotient bundle, 1\n";
/// Largest file of a bundle, in bytes.
pub(super) const MAX_BUNDLE: u64 = 64 << 20;
/// Most signatures of a bundle.
const MAX_SIGNATURES: usize = 64;

/// The rules and policies of a vendor as one document; the same files give the same bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bundle {
    /// Name and version of this schema.
    pub schema: Cow<'static, str>,
    /// The vendor.
    pub vendor: String,
    /// Number of the bundle among those of the vendor, from 1; a later one has a higher number.
    pub number: u64,
    /// First date on which it is used, as `2026-01-31`; null for at once.
    pub effective_from: Option<String>,
    /// Revision: the digest of all files, in hex digits.
    pub revision: String,
    /// Files, ascending by directory and path.
    pub files: Vec<BundledFile>,
    /// Signatures, each of another key.
    pub signatures: Vec<BundleSignature>,
}

/// A file of a bundle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BundledFile {
    /// Directory: `rules` or `policies`.
    pub room: String,
    /// Path in the vendor's directory, with `/`.
    pub path: String,
    /// Text.
    pub text: String,
}

/// A signature of a bundle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BundleSignature {
    /// Ed25519 public key, in hex digits.
    pub public_key: String,
    /// Ed25519 signature of the line `quotient bundle, 1`; the length of the vendor's name (8 bytes, little-endian) and the
    /// name; the number (8 bytes, little-endian); the date as `2026-01-31` or nothing, after its length; and the revision
    /// as hex digits. In hex digits.
    pub signature: String,
}

impl Bundle {
    /// Returns the bundle of `files`, not signed; `number` is at least 1.
    pub fn new(files: &VendorFiles, number: u64, effective_from: Option<NaiveDate>) -> Self {
        let bundled = |file: &VendorFile| BundledFile {
            room: file.room.as_str().to_owned(),
            path: file.path.clone(),
            text: file.text.to_string(),
        };
        Self {
            schema: BUNDLE_SCHEMA.into(),
            vendor: files.vendor.to_string(),
            number,
            effective_from: effective_from.map(|date| date.to_string()),
            revision: files.revision().to_owned(),
            files: files.iter().map(bundled).collect(),
            signatures: Vec::new(),
        }
    }

    /// Reads the bundle at `path` and checks that its content is what it says; signatures are verified by
    /// [`Keys`](super::Keys).
    pub fn read(path: &Path) -> Result<(Self, VendorFiles), Finding> {
        let file = path.display().to_string();
        let bytes = read_limited(path, MAX_BUNDLE).map_err(|error| {
            let fault = BundleFault::Unreadable { file: file.clone(), reason: error.to_string() };
            Finding::from(fault).at(Place::file(file.clone()))
        })?;
        Self::parse(&file, &bytes)
    }

    /// Reads a bundle from JSON; `file` is its name in findings.
    pub fn parse(file: &str, bytes: &[u8]) -> Result<(Self, VendorFiles), Finding> {
        let refused = |fault: BundleFault| Finding::from(fault).at(Place::file(file));
        let other = |reason: String| refused(BundleFault::NotABundle { file: file.to_owned(), reason });
        let bundle: Self = serde_json::from_slice(bytes).map_err(|error| other(error.to_string()))?;
        let files = bundle.files_of().map_err(|reason| other(reason.to_owned()))?;
        if files.revision() != bundle.revision {
            return Err(refused(BundleFault::Changed { vendor: bundle.vendor, number: bundle.number }));
        }
        Ok((bundle, files))
    }

    fn files_of(&self) -> Result<VendorFiles, &'static str> {
        if self.schema != BUNDLE_SCHEMA {
            return Err("its schema is not `quotient.bundle/1`");
        }
        if !is_vendor_name(&self.vendor) || self.number == 0 {
            return Err("it has no vendor or no number");
        }
        if self.effective_from.is_some() && self.first_date().is_none() {
            return Err("its date is not written as 2026-01-31");
        }
        let mut paths = BTreeSet::new();
        let mut files = Vec::with_capacity(self.files.len());
        for file in &self.files {
            let room: Room = file.room.parse().map_err(|_| "a file is neither in `rules` nor in `policies`")?;
            if !is_path(&file.path) || !paths.insert((room, file.path.as_str())) {
                return Err("a file has a path that leads elsewhere, or that another file has too");
            }
            files.push(VendorFile {
                room,
                path: file.path.clone(),
                shown: format!("{}/{}/{}", file.room, self.vendor, file.path),
                text: file.text.as_str().into(),
            });
        }
        if files.is_empty() || self.signatures.len() > MAX_SIGNATURES {
            return Err("it has no files, or too many signatures");
        }
        Ok(VendorFiles::new(self.vendor.as_str(), files))
    }

    /// Returns the first date on which the bundle is used; `None` for at once.
    pub fn first_date(&self) -> Option<NaiveDate> {
        let text = self.effective_from.as_deref()?;
        text.parse().ok().filter(|date: &NaiveDate| date.to_string() == text)
    }

    /// Signs the bundle; a signature of the same key is replaced.
    pub fn sign(&mut self, key: &SigningKey) {
        let public_key = key.public_key().to_string();
        let signature = key.sign(&self.statement());
        self.signatures.retain(|one| one.public_key != public_key);
        self.signatures.push(BundleSignature { public_key, signature });
        self.signatures.sort_by(|a, b| a.public_key.cmp(&b.public_key));
    }

    /// Returns the keys that signed it, without repetition.
    ///
    /// Fails at the first signature that is not one of its key for this content.
    pub fn signers(&self) -> Result<BTreeSet<PublicKey>, BundleFault> {
        let statement = self.statement();
        let signer = |one: &BundleSignature| {
            let key = PublicKey::from_hex(&one.public_key).filter(|key| key.verifies(&statement, &one.signature));
            key.ok_or_else(|| BundleFault::WrongSignature {
                vendor: self.vendor.clone(),
                number: self.number,
                key: one.public_key.chars().take(64).collect(),
            })
        };
        self.signatures.iter().map(signer).collect()
    }

    /// Returns the bundle as JSON, the same bytes for the same content.
    pub fn to_json(&self) -> Vec<u8> {
        let mut json = serde_json::to_vec_pretty(self).unwrap_or_default();
        json.push(b'\n');
        json
    }

    fn statement(&self) -> Vec<u8> {
        let date = self.effective_from.as_deref().unwrap_or_default();
        let mut statement = STATEMENT.to_vec();
        for text in [self.vendor.as_str(), date] {
            statement.extend((text.len() as u64).to_le_bytes());
            statement.extend(text.as_bytes());
        }
        statement.extend(self.number.to_le_bytes());
        statement.extend(self.revision.as_bytes());
        statement
    }
}

/// True for a path below the vendor's directory to a kind of file that it may have.
fn is_path(path: &str) -> bool {
    let is_part = |part: &str| !part.is_empty() && !part.starts_with('.') && !part.contains(['\\', ':', '\0']);
    let has_extension = path.rsplit_once('.').is_some_and(|(_, extension)| EXTENSIONS.contains(&extension));
    path.len() <= 255 && has_extension && path.split('/').all(is_part)
}
