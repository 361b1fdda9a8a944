//! The quotas of one partner, explained.

use crate::planning::{Explained, PlanLine, QuotaPlan, Sensitivity};

/// The lines of one partner in a plan, and what would change them.
#[derive(Debug)]
pub struct Explanation {
    explained: Explained,
}

/// One line of an explanation.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct ExplainedLine<'a> {
    /// The line with its steps, which sum to the quota.
    pub line: &'a PlanLine,
    /// Changes of single factors that would move the quota.
    pub sensitivities: &'a [Sensitivity],
}

impl Explanation {
    pub(super) fn new(explained: Explained) -> Self {
        Self { explained }
    }

    /// Returns the plan that the lines belong to.
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    /// let explanation = engine.explain(&vendor, &book, &ProposalRequest::new(), "P1")?;
    /// assert_eq!(explanation.plan().lines.len(), 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn plan(&self) -> &QuotaPlan {
        &self.explained.plan
    }

    /// Returns the lines in the plan's order, at least one.
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    /// let explanation = engine.explain(&vendor, &book, &ProposalRequest::new(), "P1")?;
    /// assert_eq!(explanation.lines().count(), 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn lines(&self) -> impl Iterator<Item = ExplainedLine<'_>> {
        let Explained { plan, lines, sensitivities } = &self.explained;
        lines
            .iter()
            .zip(sensitivities)
            .filter_map(|(at, sensitivities)| plan.lines.get(*at).map(|line| ExplainedLine { line, sensitivities }))
    }
}
