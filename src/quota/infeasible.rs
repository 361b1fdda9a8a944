//! Infeasible targets: the shortfall, the guardrails that bind, and remedies.

use super::Side;
use super::fault::QuotaFault;
use crate::finding::Finding;
use crate::units::{Currency, Money, words};

/// Number of lines listed; the rest is counted and summed.
pub const LISTED_LINES: usize = 20;

words! {
    /// Reason for which no distribution exists.
    pub enum InfeasibleReason {
        /// The locked quotas alone are above the target.
        LocksAboveTarget = "locks_above_target",
        /// Locked quotas and floors together are above the target.
        FloorsAboveTarget = "floors_above_target",
        /// Locked quotas and ceilings together are below the target.
        CeilingsBelowTarget = "ceilings_below_target",
        /// Every line is locked, and together they are below the target.
        LocksBelowTarget = "locks_below_target",
        /// The remaining amount could only go to lines whose assessment is zero.
        NothingToScale = "nothing_to_scale",
    }
}

/// A line that binds, with its fixed amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BindingLine {
    /// Position of the line in the plan.
    pub line: usize,
    /// Lock, floor or ceiling in minor units, as the reason says.
    pub amount: i128,
}

/// A change that alone makes the target feasible. Amounts in minor units, totals over the lines of the group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Remedy {
    /// Raise what the group distributes to this amount.
    RaiseTarget {
        /// New amount.
        to: i128,
    },
    /// Lower what the group distributes to this amount.
    LowerTarget {
        /// New amount.
        to: i128,
    },
    /// Raise the target by this much, where what is distributed is not the target itself.
    RaiseTargetBy {
        /// Difference, before over-assignment.
        by: i128,
    },
    /// Lower the target by this much, where what is distributed is not the target itself.
    LowerTargetBy {
        /// Difference, before over-assignment.
        by: i128,
    },
    /// Lower the floors of free lines by a total amount.
    RelaxFloors {
        /// Sum over the lines.
        by: i128,
    },
    /// Raise the ceilings of free lines with an assessment by a total amount.
    RelaxCeilings {
        /// Sum over the lines.
        by: i128,
    },
    /// Lower agreed quotas by a total amount.
    LowerLocks {
        /// Sum over the lines.
        by: i128,
    },
    /// Raise agreed quotas by a total amount.
    RaiseLocks {
        /// Sum over the lines.
        by: i128,
    },
    /// Give the lines without one an assessment above zero.
    AssessLines {
        /// Number of lines without one that could take more than their floor.
        lines: usize,
    },
}

impl Remedy {
    /// The remedy as a phrase a planner can act on, amounts in `currency`.
    ///
    /// ```
    /// use quotient::quota::Remedy;
    /// use quotient::units::Currency;
    /// assert_eq!(Remedy::RaiseTarget { to: 1_250_000_00 }.to_text(Currency::USD), "raise the target to 1,250,000");
    /// ```
    pub fn to_text(self, currency: Currency) -> String {
        let money = |minor| amount_text(minor, currency);
        match self {
            Self::RaiseTarget { to } => format!("raise the target to {}", money(to)),
            Self::LowerTarget { to } => format!("lower the target to {}", money(to)),
            Self::RaiseTargetBy { by } => format!("raise the target by {}", money(by)),
            Self::LowerTargetBy { by } => format!("lower the target by {}", money(by)),
            Self::RelaxFloors { by } => format!("lower the floors by a total of {}", money(by)),
            Self::RelaxCeilings { by } => format!("raise the ceilings by a total of {}", money(by)),
            Self::LowerLocks { by } => format!("lower the locked quotas by a total of {}", money(by)),
            Self::RaiseLocks { by } => format!("raise the locked quotas by a total of {}", money(by)),
            Self::AssessLines { lines } => format!("find out why the rules assess {lines} of the lines at zero"),
        }
    }
}

/// A target of a group that cannot be met within its locks and guardrails. Amounts in minor units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Infeasible {
    /// Position of the group.
    pub group: usize,
    /// Its name.
    pub name: String,
    /// Amount the group has to distribute, locks included.
    pub asked: i128,
    /// Smallest sum of its lines: locks and floors.
    pub at_least: i128,
    /// Largest sum of its lines: locks, ceilings, and the floors of lines without assessment; `None` if unlimited.
    pub at_most: Option<i128>,
    /// Distance of `asked` to the nearest feasible amount, above zero.
    pub short_by: i128,
    /// Reason.
    pub reason: InfeasibleReason,
    /// The lines that bind, largest amount first, at most [`LISTED_LINES`].
    pub binding: Vec<BindingLine>,
    /// Number of lines that bind.
    pub binding_lines: usize,
    /// Sum of all their amounts.
    pub binding_sum: i128,
    /// Remedies; each alone suffices. Never empty.
    pub remedies: Vec<Remedy>,
}

impl Infeasible {
    /// Restates the fault in terms of a target that differs from what the group distributes, because of over-assignment, a
    /// reserve or other targets. `scale` is the sum of all targets and of what is distributed of them.
    ///
    /// ```
    /// use quotient::quota::{BindingLine, Infeasible, InfeasibleReason, Remedy};
    /// use quotient::units::Currency;
    /// let above = Infeasible {
    ///     group: 0,
    ///     name: "channel".to_owned(),
    ///     asked: 100_00,
    ///     at_least: 120_00,
    ///     at_most: None,
    ///     short_by: 20_00,
    ///     reason: InfeasibleReason::LocksAboveTarget,
    ///     binding: vec![BindingLine { line: 0, amount: 120_00 }],
    ///     binding_lines: 1,
    ///     binding_sum: 120_00,
    ///     remedies: vec![Remedy::RaiseTarget { to: 120_00 }],
    /// };
    /// // The target is twice what the group distributes of it.
    /// let above = above.of_target((200_00, 100_00));
    /// assert_eq!(above.remedies, [Remedy::RaiseTargetBy { by: 40_00 }]);
    /// ```
    pub fn of_target(mut self, (targets, distributed): (i128, i128)) -> Self {
        if distributed <= 0 || targets <= 0 {
            return self;
        }
        let whole = |by: i128| by.checked_mul(targets).map(|product| (product + distributed - 1) / distributed);
        for remedy in &mut self.remedies {
            let changed = match *remedy {
                Remedy::RaiseTarget { to } => whole(to - self.asked).map(|by| Remedy::RaiseTargetBy { by }),
                Remedy::LowerTarget { to } => whole(self.asked - to).map(|by| Remedy::LowerTargetBy { by }),
                _ => None,
            };
            *remedy = changed.unwrap_or(*remedy);
        }
        self
    }

    /// The fault as a finding; `name_of` gives the name of a line by its position.
    ///
    /// ```
    /// use quotient::quota::{BindingLine, Infeasible, InfeasibleReason, Remedy};
    /// use quotient::units::Currency;
    /// let above = Infeasible {
    ///     group: 0,
    ///     name: "channel".to_owned(),
    ///     asked: 100_00,
    ///     at_least: 120_00,
    ///     at_most: None,
    ///     short_by: 20_00,
    ///     reason: InfeasibleReason::LocksAboveTarget,
    ///     binding: vec![BindingLine { line: 0, amount: 120_00 }],
    ///     binding_lines: 1,
    ///     binding_sum: 120_00,
    ///     remedies: vec![Remedy::RaiseTarget { to: 120_00 }],
    /// };
    /// let finding = above.to_finding(Currency::USD, |_| "P0001".to_owned());
    /// assert!(finding.message().starts_with("the locked quotas of `channel` sum to 120, above the 100 to distribute"));
    /// ```
    pub fn to_finding(&self, currency: Currency, name_of: impl Fn(usize) -> String) -> Finding {
        let money = |minor| amount_text(minor, currency);
        let (asked, short) = (money(self.asked), money(self.short_by));
        let fault = match self.reason {
            InfeasibleReason::LocksAboveTarget if self.at_least > self.binding_sum => format!(
                "the locked quotas of `{}` sum to {}, and with the floors of the other lines to {}, above the {asked} to distribute; it is short by {short}",
                self.name,
                money(self.binding_sum),
                money(self.at_least)
            ),
            InfeasibleReason::LocksAboveTarget => format!(
                "the locked quotas of `{}` sum to {}, above the {asked} to distribute; it is short by {short}",
                self.name,
                money(self.binding_sum)
            ),
            InfeasibleReason::FloorsAboveTarget => format!(
                "floors and locked quotas of `{}` sum to {}, above the {asked} to distribute; it is short by {short}",
                self.name,
                money(self.at_least)
            ),
            InfeasibleReason::CeilingsBelowTarget => format!(
                "the target of {asked} exceeds what ceilings and locks in `{}` allow ({}) by {short}",
                self.name,
                money(self.at_most.unwrap_or(self.asked))
            ),
            InfeasibleReason::LocksBelowTarget => format!(
                "all lines of `{}` are locked, at a total of {}; the {asked} to distribute exceeds it by {short}",
                self.name,
                money(self.at_least)
            ),
            InfeasibleReason::NothingToScale => format!(
                "{short} of the {asked} of `{}` remains for lines whose assessment is zero, so they have no shares",
                self.name
            ),
        };
        let text = if self.binding.is_empty() { fault } else { format!("{fault}; {}", self.held(currency, &name_of)) };
        QuotaFault::Infeasible {
            group: self.name.clone(),
            asked,
            short_by: short,
            binding: self.binding.iter().map(|held| name_of(held.line)).collect(),
            text,
            remedies: self.remedies.iter().map(|remedy| remedy.to_text(currency)).collect(),
        }
        .into()
    }

    /// Names the three largest lines that bind, and the number of others.
    fn held(&self, currency: Currency, name_of: &impl Fn(usize) -> String) -> String {
        let named = self.binding.iter().take(3);
        let named: Vec<String> =
            named.map(|held| format!("{} at {}", name_of(held.line), amount_text(held.amount, currency))).collect();
        match self.binding_lines - named.len() {
            0 => format!("held: {}", named.join(", ")),
            more => format!("held: {} and {more} more", named.join(", ")),
        }
    }
}

/// A line outside its guardrails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Violation {
    /// Position of the group.
    pub group: usize,
    /// Position of the line.
    pub line: usize,
    /// The guardrail that would be broken.
    pub side: Side,
    /// Amount the line would get, in minor units.
    pub amount: i128,
    /// The floor or ceiling, in minor units.
    pub bound: i128,
}

impl Violation {
    /// The violation as an error; `name` is the line's, `reason` the guardrail's.
    ///
    /// ```
    /// use quotient::quota::{Side, Violation};
    /// use quotient::units::Currency;
    /// let violation = Violation { group: 0, line: 0, side: Side::Ceiling, amount: 150_00, bound: 140_00 };
    /// let finding = violation.to_finding(Currency::USD, "P0001", "at most +40 %");
    /// assert!(finding.message().contains("P0001"));
    /// ```
    pub fn to_finding(&self, currency: Currency, name: &str, reason: &str) -> Finding {
        let (amount, bound) = (amount_text(self.amount, currency), amount_text(self.bound, currency));
        let side = match self.side {
            Side::Floor => "floor",
            Side::Ceiling => "ceiling",
        };
        let (line, reason) = (name.to_owned(), reason.to_owned());
        QuotaFault::OutsideGuardrail { line, side, amount, bound, reason }.into()
    }
}

/// Minor units in words: `1,250,000` or `1,250,000.50`.
pub(super) fn amount_text(minor: i128, currency: Currency) -> String {
    let Ok(money) = Money::from_minor(minor, currency) else { return format!("{minor} minor units") };
    let text = money.to_grouped();
    match text.split_once('.') {
        Some((whole, fraction)) if fraction.bytes().all(|digit| digit == b'0') => whole.to_owned(),
        Some(_) | None => text,
    }
}
