//! Events about passwords.

use crate::ledger::store::PersonalRef;
use serde::{Deserialize, Serialize};

/// Kind of the event by which a password is set.
pub(super) const SET: &str = "password.set";
/// Kind of the event by which it is removed.
pub(super) const REMOVED: &str = "password.removed";

/// Password of a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Password {
    /// Number of the event that set it.
    pub number: u64,
    /// Its hash, as long as it is not erased.
    pub hash: PersonalRef,
}

/// Body of the event that sets a password.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Set {
    pub(super) person: String,
    pub(super) password: PersonalRef,
}

/// Body of the event that removes a password.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Removed {
    pub(super) person: String,
    pub(super) reason: String,
}
