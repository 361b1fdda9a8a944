//! Properties that partners are grouped by.

use crate::vocabulary;

vocabulary! {
    /// Property that partners are grouped by.
    pub enum Dimension {
        /// All partners in one group.
        Channel = "channel",
        /// Each partner by itself, by id: as many groups as partners.
        Partner = "partner",
        /// Current tier.
        Tier = "tier",
        /// Territory of the line; the home territory where lines have none.
        Territory = "territory",
        /// Vertical.
        Vertical = "vertical",
        /// Product line; none at partner grain.
        ProductLine = "product_line",
        /// Account manager.
        AccountManager = "account_manager",
        /// Label of the standings' period. Give a builder of this dimension the standings of every reporting period; with
        /// the other dimensions they would be added up.
        ReportingPeriod = "period",
    }
}
