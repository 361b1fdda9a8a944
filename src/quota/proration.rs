//! Proration: the part of an amount for the days of a period on which a partner is in the program.

/// Days of a period on which a quota is in force, of all its calendar days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PartOfPeriod {
    /// Calendar days in force, both ends counted; at most `of`.
    pub days: i64,
    /// Calendar days of the period, above zero.
    pub of: i64,
}

impl PartOfPeriod {
    /// Returns `minor` × days ÷ days of the period, rounded half away from zero.
    ///
    /// ```
    /// use quotient::quota::PartOfPeriod;
    /// let half_year = PartOfPeriod { days: 184, of: 365 };
    /// assert_eq!(half_year.of_amount(365_00), 184_00);
    /// assert_eq!(half_year.of_amount(-1), -1); // −0.504
    /// ```
    #[must_use]
    pub fn of_amount(self, minor: i128) -> i128 {
        let (days, of) = (i128::from(self.days.max(0)), i128::from(self.of.max(1)));
        let rounded = minor
            .unsigned_abs()
            .saturating_mul(days.unsigned_abs())
            .saturating_mul(2)
            .saturating_add(of.unsigned_abs());
        minor.signum() * (rounded / (2 * of.unsigned_abs())) as i128
    }
}
