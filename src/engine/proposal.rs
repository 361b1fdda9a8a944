//! Request for a proposal.

use super::Book;
use crate::finding::Findings;
use crate::planning::Request;
use chrono::NaiveDate;
use rust_decimal::Decimal;

/// Period, as-of date and target of a proposal.
///
/// ```
/// let request = quotient::ProposalRequest::new().period("FY2026").target(60_000_000);
/// ```
#[derive(Debug, Clone, Default)]
pub struct ProposalRequest {
    pub(super) request: Request,
}

impl ProposalRequest {
    /// Returns the request for `book`, with the targets of the book if it states none.
    pub(super) fn of_book(&self, book: &Book) -> Result<Request, Findings> {
        let (mut request, mut refused) = (self.request.clone(), Findings::new());
        request.take_targets(&book.book, &mut refused);
        if refused.has_errors() { Err(refused) } else { Ok(request) }
    }

    /// Returns a request for the first period after the book's latest revenue, without a target.
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    /// let plan = engine.propose(&vendor, &book, &ProposalRequest::new())?;
    /// assert_eq!(plan.period.label, "FY2026");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the planning period by its label in the vendor's calendar, such as `FY2026` or `FY2026-Q3`.
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    /// let plan = engine.propose(&vendor, &book, &ProposalRequest::new().period("FY2026"))?;
    /// assert_eq!(plan.period.label, "FY2026");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn period(mut self, label: impl Into<String>) -> Self {
        self.request.period = Some(label.into());
        self
    }

    /// Sets the as-of date: later facts are ignored.
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    /// let request = ProposalRequest::new().as_of("2025-12-31".parse()?);
    /// assert_eq!(engine.propose(&vendor, &book, &request)?.as_of, "2025-12-31".parse()?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn as_of(mut self, date: NaiveDate) -> Self {
        self.request.as_of = Some(date);
        self
    }

    /// Sets the channel target, in the book's currency.
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    /// let plan = engine.propose(&vendor, &book, &ProposalRequest::new().target(1_500))?;
    /// assert_eq!(plan.total.to_exact(), "1500.00");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn target(mut self, amount: impl Into<Decimal>) -> Self {
        self.request.target = Some(amount.into());
        self
    }
    /// Adds bands and odds, which are estimated from past periods planned with the same rules.
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    /// let plan = engine.propose(&vendor, &book, &ProposalRequest::new().bands())?;
    /// assert!(plan.bands.is_some());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn bands(mut self) -> Self {
        self.request.bands = true;
        self
    }
}
