//! Names of columns.

macro_rules! fields {
    ($($(#[$doc:meta])+ $variant:ident = $name:literal,)+) => {
        /// Every column name that some table has.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Field { $($(#[$doc])+ $variant,)+ }

        impl Field {
            /// Number of column names.
            pub const COUNT: usize = [$(Self::$variant,)+].len();

            /// The column name as written in files.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }
        }
    };
}

fields! {
    /// Partner.
    PartnerId = "partner_id",
    /// Name for people.
    PartnerName = "partner_name",
    /// Tier.
    Tier = "tier",
    /// Territory.
    Territory = "territory",
    /// Vertical.
    Vertical = "vertical",
    /// Product lines a partner may sell.
    ProductLines = "product_lines",
    /// Account manager.
    AccountManager = "account_manager",
    /// Day of joining.
    Since = "since",
    /// Day of leaving.
    Until = "until",
    /// Month.
    Month = "month",
    /// Period.
    Period = "period",
    /// Number of months.
    Months = "months",
    /// Product line.
    ProductLine = "product_line",
    /// Amount of money.
    Amount = "amount",
    /// Currency of the amounts in the row.
    Currency = "currency",
    /// Addressable market.
    AddressableMarket = "addressable_market",
    /// Growth.
    Growth = "growth",
    /// Certified staff now.
    CertifiedNow = "certified_now",
    /// Certified staff before.
    CertifiedBefore = "certified_before",
    /// Marketing spend.
    MarketingSpend = "marketing_spend",
    /// People in the services practice.
    ServicesHeadcount = "services_headcount",
    /// Revenue of the services practice.
    ServicesRevenue = "services_revenue",
    /// People who sell the vendor's products.
    Sellers = "sellers",
    /// Revenue of one of them in a year.
    Productivity = "productivity",
    /// Their part of full productivity.
    SellerRamp = "seller_ramp",
    /// Enablement completed.
    Enablement = "enablement",
    /// Opportunity.
    OpportunityId = "opportunity_id",
    /// Stage.
    Stage = "stage",
    /// Status.
    Status = "status",
    /// Won.
    IsWon = "is_won",
    /// Closed.
    IsClosed = "is_closed",
    /// Probability.
    Probability = "probability",
    /// Close date.
    CloseDate = "close_date",
    /// Day of registration.
    RegisteredOn = "registered_on",
    /// Tag of an activity.
    Tag = "tag",
    /// Win rate by value.
    ByValue = "by_value",
    /// Win rate by count.
    ByCount = "by_count",
    /// Day of submission.
    SubmittedOn = "submitted_on",
    /// Quota.
    Quota = "quota",
    /// First date in force.
    EffectiveFrom = "effective_from",
    /// Last date in force.
    EffectiveTo = "effective_to",
    /// Ramp.
    Ramp = "ramp",
    /// Reason.
    Reason = "reason",
    /// Target.
    Target = "target",
    /// Override of a quota.
    OverrideQuota = "override_quota",
    /// Reason of an override.
    OverrideReason = "override_reason",
    /// First date on which the row counts.
    ValidFrom = "valid_from",
}
