//! Conventions by which the figures of a plan were computed, for its documents.

use crate::channel::Name;
use crate::plugin::{self, Manifest, PriorBasis};
use crate::units::Rate;
use rust_decimal::Decimal;

/// Part of the outcomes that the band of a line holds, nominally.
pub const NOMINAL_BAND: Rate = Decimal::from_parts(8, 0, 0, false, 1);

/// Settings of a vendor that decide how figures are to be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conventions {
    /// Constants of `[conventions]` in the manifest.
    pub constants: plugin::Conventions,
    /// Number of months for which a partner is new.
    pub newcomer_months: i64,
    /// Stretch that growth is measured from.
    pub prior: PriorBasis,
    /// Least and largest share of quotas reached that is called healthy.
    pub healthy_at_quota: [Rate; 2],
    /// Numbers that the manifest states for its rules, ascending by name.
    pub parameters: Vec<(Name, Rate)>,
}

impl Conventions {
    /// Returns those of a manifest.
    pub(super) fn of(manifest: &Manifest) -> Self {
        let stated = manifest.parameters.stated.iter();
        Self {
            constants: manifest.conventions.clone(),
            newcomer_months: manifest.newcomer_months,
            prior: manifest.prior,
            healthy_at_quota: [manifest.health.at_quota_low, manifest.health.at_quota_high],
            parameters: stated.map(|one| (Name::clone(&one.name), one.value)).collect(),
        }
    }
}
