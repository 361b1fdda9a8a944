//! Roles: who gives which commands, and on which side of the negotiation.

use crate::ledger::plan::{Activity, BusinessChange, Command, Risk, Side, TargetAccount};
use crate::units::words;

words! {
    /// Role of a person or a service.
    pub enum Role {
        /// Opens, distributes and locks plans.
        Planner = "planner",
        /// Negotiates with partners.
        ChannelManager = "channel_manager",
        /// Decides escalations and approves.
        Approver = "approver",
        /// Negotiates for a partner.
        PartnerUser = "partner_user",
        /// Reads everything, changes nothing.
        Auditor = "auditor",
        /// Writes rules; sees no plan.
        RuleAuthor = "rule_author",
        /// Opens plans, reads them, and records what books say about business plans.
        Service = "service",
    }
}

impl Role {
    /// Returns true when the role may give the command.
    ///
    /// ```
    /// use quotient::ledger::people::Role;
    /// use quotient::ledger::plan::Command;
    /// let close = Command::Close { reason: "the year is over".into() };
    /// assert!(Role::Planner.may(&close) && !Role::Auditor.may(&close));
    /// ```
    pub fn may(self, command: &Command) -> bool {
        use Command::*;
        match command {
            Open(_) => self.may_open(),
            Distribute { .. }
            | Lock { .. }
            | Withdraw { .. }
            | ApplySilence {}
            | ChangeTarget { .. }
            | Close { .. } => self == Self::Planner,
            Offer { .. } | Amend { .. } => matches!(self, Self::Planner | Self::ChannelManager),
            Counter { .. } | Accept { .. } | Escalate { .. } => {
                matches!(self, Self::Planner | Self::ChannelManager | Self::PartnerUser)
            }
            BusinessPlan { changes, .. } => changes.iter().all(|change| self.may_change(change)),
            Resolve { .. } | Approve { .. } | ApproveTotal { .. } | Return { .. } => self == Self::Approver,
        }
    }

    /// Returns true when the role may change a business plan so.
    fn may_change(self, change: &BusinessChange) -> bool {
        let is_vendor = matches!(self, Self::Planner | Self::ChannelManager);
        match change {
            BusinessChange::ApproveFund { .. } => self == Self::Approver,
            BusinessChange::Header(_)
            | BusinessChange::Objective(_)
            | BusinessChange::Drop { .. }
            | BusinessChange::Review { .. } => is_vendor,
            BusinessChange::Activity(Activity { side, .. })
            | BusinessChange::Account(TargetAccount { side, .. })
            | BusinessChange::Risk(Risk { side, .. }) => {
                is_vendor || (self == Self::PartnerUser && *side == Side::Partner)
            }
            // What a book says is recorded by those who have it.
            BusinessChange::Actual { book: Some(_), .. } | BusinessChange::Registered(_) => {
                is_vendor || self == Self::Service
            }
            BusinessChange::Done { .. } | BusinessChange::Actual { .. } | BusinessChange::Claim { .. } => {
                is_vendor || self == Self::PartnerUser
            }
            // A person of the vendor signs for a partner only with the name of who did.
            BusinessChange::Sign { side, by } | BusinessChange::Answer { side, by, .. } => match side {
                Side::Vendor => is_vendor,
                Side::Partner => self == Self::PartnerUser || (is_vendor && by.is_some()),
            },
        }
    }

    /// Returns true when the role may open plans.
    pub fn may_open(self) -> bool {
        matches!(self, Self::Planner | Self::Service)
    }

    /// Returns the side from which the role sees lines; `None` when it sees none.
    pub fn side(self) -> Option<Side> {
        match self {
            Self::Planner | Self::ChannelManager | Self::Approver | Self::Auditor | Self::Service => Some(Side::Vendor),
            Self::PartnerUser => Some(Side::Partner),
            Self::RuleAuthor => None,
        }
    }
}
