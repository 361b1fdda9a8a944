//! Keys that a bundle must be signed with: a file beside the vendors, each key with its name and its dates.

use super::document::Bundle;
use super::fault::BundleFault;
use crate::finding::{Finding, Findings, Place};
use crate::signing::{PublicKey, read_small};
use chrono::NaiveDate;
use serde::Deserialize;
use std::path::Path;

/// Accepted keys, and how many of them must have signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keys {
    keys: Vec<Key>,
    /// Signatures of different keys that a bundle needs, at least 1.
    needed: u32,
}

/// An accepted key.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Key {
    name: String,
    public_key: PublicKey,
    /// First date on which its signatures are accepted.
    from: Option<NaiveDate>,
    /// Last date.
    until: Option<NaiveDate>,
}

/// The file as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct KeysFile {
    signatures: Option<u32>,
    key: Vec<KeyTable>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct KeyTable {
    name: String,
    public_key: String,
    from: Option<toml::value::Datetime>,
    until: Option<toml::value::Datetime>,
}

impl Keys {
    /// Reads a file of keys: `[[key]]` with `name`, `public_key` (64 hex digits), and optionally the dates `from` and
    /// `until`; `signatures` is the number of different keys that must have signed, 1 by default.
    pub fn read(path: &Path) -> Result<Self, Finding> {
        let file = path.display().to_string();
        let refused = |reason: String| {
            Finding::from(BundleFault::Keys { file: file.clone(), reason }).at(Place::file(file.clone()))
        };
        let bytes = read_small(path).map_err(|error| refused(error.to_string()))?;
        let text = String::from_utf8(bytes).map_err(|_| refused("it is not UTF-8".to_owned()))?;
        Self::parse(&text).map_err(refused)
    }

    /// Reads the text of a file of keys; the error is the reason.
    ///
    /// ```
    /// use quotient::bundle::Keys;
    /// let key = "5866666666666666666666666666666666666666666666666666666666666666";
    /// let text = format!("[[key]]\nname = \"Channel operations\"\npublic_key = \"{key}\"\nuntil = 2027-12-31\n");
    /// assert!(Keys::parse(&text).is_ok());
    /// assert!(Keys::parse("signatures = 1\n").is_err());
    /// ```
    pub fn parse(text: &str) -> Result<Self, String> {
        let file: KeysFile = toml::from_str(text).map_err(|error| error.message().to_owned())?;
        let keys = file.key.into_iter().map(Key::new).collect::<Result<Vec<_>, _>>()?;
        let needed = file.signatures.unwrap_or(1);
        if needed == 0 || needed as usize > keys.len() {
            return Err(format!("`signatures` must be from 1 to the number of keys, {}", keys.len()));
        }
        for (place, key) in keys.iter().enumerate() {
            if keys.iter().take(place).any(|other| other.public_key == key.public_key) {
                return Err(format!("`{}` has the public key of another entry", key.name));
            }
        }
        Ok(Self { keys, needed })
    }

    /// Returns the names of the keys that signed `bundle` and are accepted on `today`.
    ///
    /// Fails if a signature does not belong to the content, or fewer keys signed than are needed; keys that are not
    /// accepted at present are named as warnings.
    pub fn verify(&self, bundle: &Bundle, today: NaiveDate) -> Result<Vec<String>, Findings> {
        let signers = bundle.signers().map_err(|fault| Findings::from(Finding::from(fault)))?;
        let (mut names, mut findings) = (Vec::new(), Findings::new());
        for key in self.keys.iter().filter(|key| signers.contains(&key.public_key)) {
            if key.is_accepted(today) {
                names.push(key.name.clone());
            } else {
                findings.push(Finding::from(key.dates(bundle)));
            }
        }
        if names.len() >= self.needed as usize {
            return Ok(names);
        }
        let (vendor, number, needed) = (bundle.vendor.clone(), bundle.number, self.needed);
        findings.push(Finding::from(BundleFault::TooFewSignatures { vendor, number, needed, signers: names }));
        Err(findings)
    }
}

impl Key {
    fn new(table: KeyTable) -> Result<Self, String> {
        let public_key = PublicKey::from_hex(&table.public_key)
            .ok_or_else(|| format!("the public key of `{}` is not 64 hex digits in lower case", table.name))?;
        let date = |value: Option<toml::value::Datetime>| {
            let text = value.map(|value| value.to_string());
            let date = text.as_deref().map(str::parse::<NaiveDate>).transpose();
            date.map_err(|_| format!("a date of `{}` is not written as 2026-01-31", table.name))
        };
        let (from, until) = (date(table.from)?, date(table.until)?);
        if from.zip(until).is_some_and(|(from, until)| from > until) {
            return Err(format!("`from` of `{}` is after its `until`", table.name));
        }
        Ok(Self { name: table.name, public_key, from, until })
    }

    fn is_accepted(&self, today: NaiveDate) -> bool {
        self.from.is_none_or(|from| from <= today) && self.until.is_none_or(|until| today <= until)
    }

    fn dates(&self, bundle: &Bundle) -> BundleFault {
        let shown = |date: Option<NaiveDate>, open: &str| date.map_or_else(|| open.to_owned(), |date| date.to_string());
        BundleFault::KeyDates {
            vendor: bundle.vendor.clone(),
            number: bundle.number,
            name: self.name.clone(),
            from: shown(self.from, "any date"),
            until: shown(self.until, "any date"),
        }
    }
}
