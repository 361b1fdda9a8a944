//! Words of the plan of record, each list declared once.

use crate::units::words;

words! {
    /// State of the negotiation of a line.
    pub enum LineState {
        /// Proposed by the engine; the partner has not seen it.
        Proposed = "proposed",
        /// Handed to the account manager.
        Distributed = "distributed",
        /// Offered to the partner.
        Offered = "offered",
        /// The partner asked for another figure.
        Countered = "countered",
        /// Both sides name the same figure; not approved yet.
        Accepted = "accepted",
        /// Waits for a decision above the account manager.
        Escalated = "escalated",
        /// Final offer after an escalation.
        Resolved = "resolved",
        /// Assigned without the partner's acceptance.
        Assigned = "assigned",
        /// Approved by everyone the rule asks for.
        Approved = "approved",
        /// Sent back by an approver.
        Returned = "returned",
        /// In force.
        Locked = "locked",
        /// In force, with a new figure under negotiation.
        Amended = "amended",
        /// The offer ran out without an answer.
        Expired = "expired",
        /// Taken out of the plan.
        Withdrawn = "withdrawn",
    }

    /// Step of the negotiation of a line.
    pub enum Step {
        /// The account manager gets the line.
        Distribute = "distribute",
        /// The vendor offers a figure.
        Offer = "offer",
        /// The partner asks for another figure.
        Counter = "counter",
        /// The other side takes the figure that was named last.
        Accept = "accept",
        /// A decision above the account manager is due.
        Escalate = "escalate",
        /// A final offer.
        Resolve = "resolve",
        /// A figure without the partner's acceptance.
        Assign = "assign",
        /// A second person of the vendor approves.
        Approve = "approve",
        /// An approver sends the line back.
        Return = "return",
        /// The figure takes effect.
        Lock = "lock",
        /// A figure in force is negotiated again.
        Amend = "amend",
        /// The line, or its amendment, is taken back.
        Withdraw = "withdraw",
        /// The time to answer ran out.
        Expire = "expire",
    }

    /// Stage of a plan.
    pub enum Stage {
        /// Under negotiation.
        Open = "open",
        /// Every line is in force or withdrawn.
        Locked = "locked",
        /// The period is over; nothing changes any more.
        Closed = "closed",
    }

    /// Side of the negotiation.
    pub enum Side {
        /// The vendor.
        Vendor = "vendor",
        /// The partner.
        Partner = "partner",
    }

    /// Policy for offers without an answer.
    pub enum OnSilence {
        /// The line stays offered, and the status names it.
        Remind = "remind",
        /// The line is escalated.
        Escalate = "escalate",
        /// The offer expires.
        Expire = "expire",
    }

    /// Kind of reason for which a partner asks for another figure.
    pub enum CounterCode {
        /// People or skills.
        Capacity = "capacity",
        /// Demand in the partner's market.
        Market = "market",
        /// A customer is lost.
        LossOfCustomer = "loss_of_customer",
        /// The partner program changed.
        ProgramChange = "program_change",
        /// The facts behind the proposal are wrong.
        DataError = "data_error",
        /// Another reason, in words.
        Other = "other",
    }

    /// Kind of an objective of a business plan.
    pub enum ObjectiveKind {
        /// Revenue.
        Revenue = "revenue",
        /// New customers.
        Customers = "customers",
        /// Registered opportunities.
        Pipeline = "pipeline",
        /// Certified people.
        Certification = "certification",
        /// Training.
        Enablement = "enablement",
        /// Another kind, in words.
        Other = "other",
    }

    /// Kind of an activity of a business plan.
    pub enum ActivityKind {
        /// New people.
        Hiring = "hiring",
        /// Training.
        Enablement = "enablement",
        /// Certifications.
        Certification = "certification",
        /// Marketing of both sides.
        CoMarketing = "co_marketing",
        /// Selling together.
        CoSell = "co_sell",
        /// Another kind, in words.
        Other = "other",
    }

    /// Figure of a partner book that is the value of an objective.
    pub enum ActualSource {
        /// Certified people.
        CertifiedStaff = "certified_staff",
        /// People in the services practice.
        ServicesHeadcount = "services_headcount",
        /// People who sell.
        Sellers = "sellers",
        /// Share of the enablement plan completed.
        Enablement = "enablement",
        /// Marketing spend of the last 12 months.
        MarketingSpend = "marketing_spend",
        /// Revenue of the period, up to the month of the date.
        Revenue = "revenue",
        /// Number of opportunities registered in the period.
        Opportunities = "opportunities",
        /// Amount of the opportunities registered in the period that are open.
        Pipeline = "pipeline",
        /// Amount of the opportunities registered in the period that were won.
        Won = "won",
    }

    /// Likelihood of a risk.
    pub enum Likelihood {
        /// It would be a surprise.
        Low = "low",
        /// It may well happen.
        Medium = "medium",
        /// It is to be expected.
        High = "high",
    }

    /// Consequence of the review at the end of a period.
    pub enum Verdict {
        /// Do it again.
        Repeat = "repeat",
        /// The quota or the activities need a new basis.
        Recalibrate = "recalibrate",
        /// The partner needs a plan to improve.
        ImprovementPlan = "improvement_plan",
        /// The quota was too low, or there was a windfall.
        TooSoft = "too_soft",
    }

    /// Kind of reason for which a figure in force changes.
    pub enum AmendmentCode {
        /// The partner or the vendor leaves a market.
        MarketExit = "market_exit",
        /// Partners merged.
        PartnerMerger = "partner_merger",
        /// A product is no longer sold.
        ProductEnd = "product_end",
        /// The partner program changed.
        ProgramChange = "program_change",
        /// An event beyond the control of both sides.
        ForceMajeure = "force_majeure",
        /// The figure was wrong.
        Error = "error",
    }
}
