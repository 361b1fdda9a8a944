//! What a line of a plan is for, and how factors become an assessment.

/// What one line of a plan is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Grain {
    /// One line a partner.
    Partner,
    /// One line a partner and product line.
    ProductLine,
    /// One line a partner, product line and territory.
    ProductLineTerritory,
}

impl Grain {
    /// The word used in the manifest and in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Partner => "partner",
            Self::ProductLine => "partner_product_line",
            Self::ProductLineTerritory => "partner_product_line_territory",
        }
    }
}

/// How the factors' indications become an assessment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Basis {
    /// Σ weight × indicated revenue.
    Indicated,
    /// Each factor's indications are first turned into shares of the channel target (weighted fair share).
    FairShare,
}

impl Basis {
    /// The word used in the manifest and in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Indicated => "indicated",
            Self::FairShare => "fair_share",
        }
    }
}
