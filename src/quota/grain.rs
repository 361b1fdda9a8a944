//! What a line of a plan is for, and how factors become an assessment.

use crate::channel::{Partner, SegmentKey};

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

    /// The line that a part of the partner's business belongs to: exactly one at every grain.
    ///
    /// What names no territory belongs to the partner's home territory.
    pub fn line_of(self, partner: &Partner, part: &SegmentKey) -> SegmentKey {
        match self {
            Self::Partner => SegmentKey::default(),
            Self::ProductLine => SegmentKey { product_line: part.product_line.clone(), territory: None },
            Self::ProductLineTerritory => SegmentKey {
                product_line: part.product_line.clone(),
                territory: part.territory.clone().or_else(|| partner.territory.clone()),
            },
        }
    }

    /// True when `line` is [`Grain::line_of`] of `part`.
    pub fn holds(self, partner: &Partner, line: &SegmentKey, part: &SegmentKey) -> bool {
        match self {
            Self::Partner => true,
            Self::ProductLine => line.product_line == part.product_line,
            Self::ProductLineTerritory => {
                line.product_line == part.product_line
                    && line.territory.as_ref() == part.territory.as_ref().or(partner.territory.as_ref())
            }
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
