//! Identity of a line: partner, product line, territory.

use crate::channel::SegmentKey;
use crate::planning::line_id;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Key of a line within its plan, at the vendor's grain; ordered by partner, product line, territory.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "PlanLineKey")]
pub struct LineKey {
    /// Partner id.
    pub partner_id: String,
    /// Product line; null at a grain without.
    pub product_line: Option<String>,
    /// Territory; null at a grain without.
    pub territory: Option<String>,
}

impl LineKey {
    /// Returns the key of a partner's line.
    ///
    /// ```
    /// use quotient::channel::SegmentKey;
    /// use quotient::ledger::plan::LineKey;
    /// let segment = SegmentKey { product_line: Some("Servers".into()), territory: None };
    /// assert_eq!(LineKey::new("P0007", &segment).to_string(), "P0007/Servers");
    /// ```
    pub fn new(partner_id: &str, segment: &SegmentKey) -> Self {
        let name = |name: &Option<crate::channel::Name>| name.as_deref().map(str::to_owned);
        Self {
            partner_id: partner_id.to_owned(),
            product_line: name(&segment.product_line),
            territory: name(&segment.territory),
        }
    }

    /// Returns the part of the partner's business.
    pub fn segment(&self) -> SegmentKey {
        let name = |name: &Option<String>| name.as_deref().map(Into::into);
        SegmentKey { product_line: name(&self.product_line), territory: name(&self.territory) }
    }
}

impl fmt::Display for LineKey {
    /// Writes the id of the line: `P0007`, `P0007/Servers`, `P0007/Servers/North`, `P0007//North`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&line_id(&self.partner_id, self.product_line.as_deref(), self.territory.as_deref()))
    }
}
