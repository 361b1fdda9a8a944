//! The grain of a plan, and the basis on which factors become an assessment.

use crate::channel::{Partner, SegmentKey};
use crate::units::words;

words! {
    /// Scope of one line of a plan.
    pub enum Grain {
        /// One line per partner.
        Partner = "partner",
        /// One line per partner and product line.
        ProductLine = "partner_product_line",
        /// One line per partner, product line and territory.
        ProductLineTerritory = "partner_product_line_territory",
    }
}

impl Grain {
    /// The line that a part of the partner's business belongs to: exactly one at every grain.
    ///
    /// Business without a territory belongs to the partner's home territory.
    ///
    /// ```
    /// use quotient::channel::{Partner, SegmentKey};
    /// use quotient::quota::Grain;
    /// let partner = Partner { territory: Some("North".into()), ..Partner::new("P1") };
    /// let servers = SegmentKey { product_line: Some("Servers".into()), territory: None };
    /// let line = Grain::ProductLineTerritory.line_of(&partner, &servers);
    /// assert_eq!(line.territory.as_deref(), Some("North"));
    /// ```
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
    ///
    /// ```
    /// use quotient::channel::{Partner, SegmentKey};
    /// use quotient::quota::Grain;
    /// let partner = Partner { territory: Some("North".into()), ..Partner::new("P1") };
    /// let servers = SegmentKey { product_line: Some("Servers".into()), territory: None };
    /// let line = Grain::ProductLine.line_of(&partner, &servers);
    /// assert!(Grain::ProductLine.holds(&partner, &line, &servers));
    /// ```
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

words! {
    /// Basis on which the factors' indications become an assessment.
    pub enum Basis {
        /// Σ weight × indicated revenue.
        Indicated = "indicated",
        /// Each factor's indications are first converted into shares of the channel target (weighted fair share).
        FairShare = "fair_share",
    }
}
