//! The list of bundles that a server offers: the names of their files.

use super::document::BUNDLE_ENDING;
use super::fault::BundleFault;
use crate::finding::{Finding, Place};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::BTreeSet;

/// Schema of a list of bundles.
pub const LIST_SCHEMA: &str = "quotient.bundles/1";
/// Most bundles of a list.
const MAX_BUNDLES: usize = 1_000;

/// The list of the bundles in a directory of a server; it is not signed, for every bundle is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BundleList {
    /// Name and version of this schema.
    pub schema: Cow<'static, str>,
    /// Names of the bundles' files beside the list, ascending.
    pub bundles: BTreeSet<String>,
}

impl BundleList {
    /// Returns the list of `bundles`.
    pub fn new(bundles: BTreeSet<String>) -> Self {
        Self { schema: LIST_SCHEMA.into(), bundles }
    }

    /// Reads a list from JSON; `place` is its address in findings.
    ///
    /// Fails if it is something else, or names a file that is not beside it or does not end in [`BUNDLE_ENDING`].
    pub fn parse(place: &str, bytes: &[u8]) -> Result<Self, Finding> {
        let refused = |reason: String| {
            Finding::from(BundleFault::NotAList { address: place.to_owned(), reason }).at(Place::file(place))
        };
        let list: Self = serde_json::from_slice(bytes).map_err(|error| refused(error.to_string()))?;
        if list.schema != LIST_SCHEMA {
            return Err(refused(format!("its schema is not `{LIST_SCHEMA}`")));
        }
        if list.bundles.len() > MAX_BUNDLES {
            return Err(refused(format!("it names more than {MAX_BUNDLES} bundles")));
        }
        match list.bundles.iter().find(|name| !is_name(name)) {
            Some(name) => Err(refused(format!("`{name}` is not the name of a bundle's file beside it"))),
            None => Ok(list),
        }
    }

    /// Returns the list as JSON, the same bytes for the same bundles.
    pub fn to_json(&self) -> Vec<u8> {
        let mut json = serde_json::to_vec_pretty(self).unwrap_or_default();
        json.push(b'\n');
        json
    }
}

/// True for the name of a bundle's file, with nothing in it that leads elsewhere or needs an escape in a URL.
pub(super) fn is_name(name: &str) -> bool {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_' | '.');
    name.len() <= 255 && !name.starts_with('.') && name.ends_with(BUNDLE_ENDING) && name.chars().all(is_plain)
}
