//! Documents about vendors that several routes return.

use crate::finding::FindingDocument;
use crate::library::{Hold, Pin, State, VendorState};
use crate::plugin::VendorPlugin;
use chrono::{DateTime, SecondsFormat, Utc};
use schemars::JsonSchema;
use serde::Serialize;

/// State of one vendor.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Vendor")]
pub struct VendorDocument {
    /// Name of its directory.
    vendor: String,
    /// Name in the vendor's manifest; null if no revision is in use.
    name: Option<String>,
    /// `active`: the intended revision is in use. `degraded`: an earlier revision is in use. `failed`: none is in use.
    state: State,
    /// Digest of the revision in use; null if none is.
    revision: Option<String>,
    /// Digest of the content of the directory; null if it cannot be read.
    disk_revision: Option<String>,
    /// Start of this state with this revision, RFC 3339.
    since: String,
    /// Pin to one revision; null if there is none.
    pin: Option<PinDocument>,
    /// Errors and warnings about the content of the directory.
    findings: Vec<FindingDocument>,
    /// True if it has quota rules.
    has_rules: bool,
    /// True if it has policies.
    has_policies: bool,
    /// ISO 4217 code that its books must use; null if any is accepted.
    currency: Option<String>,
}

/// A pin to one revision.
#[derive(Debug, Serialize, JsonSchema)]
pub struct PinDocument {
    /// The revision.
    revision: String,
    /// Reason.
    reason: String,
    /// Person who decided; null if not known.
    who: Option<String>,
    /// Time, RFC 3339.
    when: String,
    /// `until_unpinned`, or `until_change` for a rollback.
    #[schemars(extend("enum" = ["until_unpinned", "until_change"]))]
    holds: &'static str,
}

/// Returns a time as documents write it.
pub fn time(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Millis, true)
}

impl From<&Pin> for PinDocument {
    fn from(pin: &Pin) -> Self {
        Self {
            revision: pin.revision.to_string(),
            reason: pin.reason.clone(),
            who: pin.who.clone(),
            when: time(pin.when),
            holds: match pin.hold {
                Hold::UntilUnpinned => "until_unpinned",
                Hold::UntilChange { .. } => "until_change",
            },
        }
    }
}

impl VendorDocument {
    /// Returns the document of a vendor.
    pub fn new(name: &str, state: &VendorState<VendorPlugin>) -> Self {
        let plugin = state.active.as_ref().map(|active| &active.plugin);
        Self {
            vendor: name.to_owned(),
            name: plugin.map(|plugin| plugin.manifest.name.to_string()),
            state: state.state,
            revision: state.revision().map(str::to_owned),
            disk_revision: state.disk.as_deref().map(str::to_owned),
            since: time(state.since),
            pin: state.pinned.as_ref().map(PinDocument::from),
            findings: FindingDocument::grouped(&state.findings),
            has_rules: plugin.is_some_and(|plugin| !plugin.factors().is_empty()),
            has_policies: plugin.is_some_and(|plugin| plugin.policies().is_some()),
            currency: plugin.and_then(|plugin| plugin.manifest.currency).map(|currency| currency.to_string()),
        }
    }
}
