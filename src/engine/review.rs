//! Request for a business review of a book, and its result.

use crate::finding::Findings;
use crate::performance::Rollup;
use crate::review::{self, Outcome, PartnerFault, PartnerReview, Request, ReviewSummary};
use crate::units::MoneyError;
use chrono::NaiveDate;

/// As-of date and period of a review.
///
/// ```
/// let request = quotient::ReviewRequest::new("2025-12-31".parse()?).period("FY2025");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct ReviewRequest {
    pub(super) request: Request,
}

impl ReviewRequest {
    /// Returns a request for the period of the vendor's calendar that contains `as_of`; later facts are ignored.
    ///
    /// ```
    /// let request = quotient::ReviewRequest::new("2025-12-31".parse()?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn new(as_of: NaiveDate) -> Self {
        Self { request: Request { as_of, period: None, quotas: None } }
    }

    /// Sets the period by its label in the vendor's calendar, such as `FY2026-Q3`.
    ///
    /// ```
    /// let request = quotient::ReviewRequest::new("2025-12-31".parse()?).period("FY2025-Q4");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn period(mut self, label: impl Into<String>) -> Self {
        self.request.period = Some(label.into());
        self
    }
}

/// Standings of all partners of a book, and the decisions of the vendor's policies.
#[derive(Debug, Clone)]
pub struct Review {
    partners: Vec<PartnerReview>,
    outcome: Outcome,
    warnings: Findings,
}

impl Review {
    pub(super) fn collect(walk: &review::Review<'_>) -> Result<Self, Findings> {
        let mut partners = Vec::new();
        let take = |partner| -> Result<(), MoneyError> {
            partners.push(partner);
            Ok(())
        };
        let outcome = walk
            .each(None, &|_, _| {}, |partner| partner, take)
            .map_err(|fault| Findings::from(review::ReviewFault::ChannelOutOfRange { reason: fault.to_string() }))?;
        Ok(Self { partners, outcome, warnings: walk.warnings() })
    }

    /// Returns the partners that have a standing, ascending by id.
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    /// let review = engine.review(&vendor, &book, &quotient::ReviewRequest::new("2025-12-31".parse()?))?;
    /// assert_eq!(review.partners()[0].standing.whole.actual, Some(Money::new(1_200, Currency::USD)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn partners(&self) -> &[PartnerReview] {
        &self.partners
    }

    /// Returns counts of the review.
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    /// let review = engine.review(&vendor, &book, &quotient::ReviewRequest::new("2025-12-31".parse()?))?;
    /// assert_eq!(review.summary().partners, 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn summary(&self) -> &ReviewSummary {
        &self.outcome.summary
    }

    /// Returns the roll-ups by channel, tier, territory, vertical, product line and account manager.
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    /// let review = engine.review(&vendor, &book, &quotient::ReviewRequest::new("2025-12-31".parse()?))?;
    /// assert_eq!(review.rollup().channel().ok_or("no channel")?.partners, 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn rollup(&self) -> &Rollup {
        &self.outcome.rollup
    }

    /// Returns what failed about partners, at most 10,000 faults.
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    /// let review = engine.review(&vendor, &book, &quotient::ReviewRequest::new("2025-12-31".parse()?))?;
    /// assert!(review.faults().is_empty());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn faults(&self) -> &[PartnerFault] {
        &self.outcome.faults
    }

    /// Returns warnings about the request and the book.
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    /// let review = engine.review(&vendor, &book, &quotient::ReviewRequest::new("2025-12-31".parse()?))?;
    /// assert!(review.warnings().is_empty());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn warnings(&self) -> &Findings {
        &self.warnings
    }
}
