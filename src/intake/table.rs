//! The one declaration of all tables and columns; readers, templates, checks and the reference derive from it.

pub use super::column_kind::Kind;
pub use super::field::Field;
pub use super::heading::{folded, is_same_heading};

/// One column of a table.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    /// Its name.
    pub field: Field,
    /// Kind of its values.
    pub kind: Kind,
    /// True when the column and every value in it must be there.
    pub required: bool,
    /// Unit of the values; empty where there is none.
    pub unit: &'static str,
    /// Meaning, one sentence.
    pub doc: &'static str,
    /// Other headings under which it is found when no mapping file names the table.
    pub aliases: &'static [&'static str],
}

/// One table.
#[derive(Debug, Clone, Copy)]
pub struct Table {
    /// Which.
    pub kind: TableKind,
    /// Name of its file or sheet.
    pub name: &'static str,
    /// True when a book must have it.
    pub required: bool,
    /// Meaning of one row, one sentence.
    pub doc: &'static str,
    /// Columns in the order of the template.
    pub columns: &'static [Column],
}

/// The tables that quotient reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TableKind {
    /// Partners.
    Partners,
    /// Revenue history.
    Revenue,
    /// Market.
    Market,
    /// Investment signals.
    Investments,
    /// Registered pipeline.
    Opportunities,
    /// Win rates.
    WinRates,
    /// Forecasts.
    Forecasts,
    /// Current quotas.
    Quotas,
    /// Agreed quotas.
    Locks,
    /// Targets by level.
    Targets,
    /// Lines of a previous proposal, given beside the book.
    Previous,
    /// Any other table keyed by partner.
    Extra,
}

impl TableKind {
    /// The tables of a book, in the order they are read.
    pub const BOOK: [Self; 10] = [
        Self::Partners,
        Self::Revenue,
        Self::Market,
        Self::Investments,
        Self::Opportunities,
        Self::WinRates,
        Self::Forecasts,
        Self::Quotas,
        Self::Locks,
        Self::Targets,
    ];

    /// The table's declaration.
    pub fn table(self) -> &'static Table {
        match self {
            Self::Partners => &PARTNERS,
            Self::Revenue => &REVENUE,
            Self::Market => &MARKET,
            Self::Investments => &INVESTMENTS,
            Self::Opportunities => &OPPORTUNITIES,
            Self::WinRates => &WIN_RATES,
            Self::Forecasts => &FORECASTS,
            Self::Quotas => &QUOTAS,
            Self::Locks => &LOCKS,
            Self::Targets => &TARGETS,
            Self::Previous => &PREVIOUS,
            Self::Extra => &EXTRA,
        }
    }

    /// Name of the table's file or sheet.
    pub fn name(self) -> &'static str {
        self.table().name
    }

    /// The table of a book with that name, compared without case, spaces, hyphens and underscores.
    pub fn named(name: &str) -> Option<Self> {
        Self::BOOK.into_iter().find(|kind| is_same_heading(kind.name(), name))
    }
}

impl Table {
    /// The column of that field.
    pub fn column(&self, field: Field) -> Option<&'static Column> {
        self.columns.iter().find(|column| column.field == field)
    }

    /// The column of exactly that name.
    pub fn column_named(&self, name: &str) -> Option<&'static Column> {
        self.columns.iter().find(|column| column.field.name() == name)
    }

    /// Names of the columns in order.
    pub fn names(&self) -> impl Iterator<Item = &'static str> + use<> {
        self.columns.iter().map(|column| column.field.name())
    }
}

const fn column(field: Field, kind: Kind, doc: &'static str) -> Column {
    Column { field, kind, required: false, unit: "", doc, aliases: &[] }
}

impl Column {
    const fn required(self) -> Self {
        Self { required: true, ..self }
    }

    const fn unit(self, unit: &'static str) -> Self {
        Self { unit, ..self }
    }

    const fn aliases(self, aliases: &'static [&'static str]) -> Self {
        Self { aliases, ..self }
    }
}

const PARTNER_ID: Column = column(Field::PartnerId, Kind::Identifier, "Partner, as in the partners table.").required();
const PRODUCT_LINE: Column = column(Field::ProductLine, Kind::Name, "Product line; empty means all of them.");
const TERRITORY: Column = column(Field::Territory, Kind::Name, "Territory; empty means all of them.");
const CURRENCY: Column =
    column(Field::Currency, Kind::Currency, "Currency of the amounts in the row; a book has exactly one.");
const VALID_FROM: Column = column(
    Field::ValidFrom,
    Kind::Date,
    "Date from which the row counts, until the next one; empty: from the beginning.",
);

static PARTNERS: Table = Table {
    kind: TableKind::Partners,
    name: "partners",
    required: true,
    doc: "One row per channel partner, or several with different `valid_from`, each complete. Columns that are not listed \
          here become attributes of the partner.",
    columns: &[
        column(Field::PartnerId, Kind::Identifier, "Identifier, unique in the book but for `valid_from`.").required(),
        column(Field::PartnerName, Kind::Text, "Name for people; the identifier when empty.").aliases(&["name"]),
        column(Field::Tier, Kind::Name, "Tier in the partner program."),
        column(Field::Territory, Kind::Name, "Home territory."),
        column(Field::Vertical, Kind::Name, "Industry the partner mainly sells into.").aliases(&["industry"]),
        column(Field::ProductLines, Kind::Names, "Product lines the partner is authorised for; empty means not known."),
        column(Field::AccountManager, Kind::Name, "Account manager at the vendor.").aliases(&["channel_manager"]),
        column(Field::Since, Kind::Date, "Date on which the partner joined the program.")
            .aliases(&["joined", "partner_since"]),
        column(Field::Until, Kind::Date, "Last date in the program; empty if it stays.").aliases(&["partner_until"]),
        VALID_FROM,
    ],
};

static REVENUE: Table = Table {
    kind: TableKind::Revenue,
    name: "revenue",
    required: true,
    doc: "Closed net revenue, one row per partner, month, product line and territory; several rows of the same are \
          added up. Credit notes are negative.",
    columns: &[
        PARTNER_ID,
        column(Field::Month, Kind::Period, "Month the revenue was closed in; this or `period` is required."),
        column(
            Field::Period,
            Kind::Period,
            "A longer period instead of a month; it is spread evenly and exactly over its months.",
        )
        .aliases(&["quarter"]),
        column(Field::ProductLine, Kind::Name, "Product line the revenue belongs to."),
        column(Field::Territory, Kind::Name, "Territory it was sold in; the home territory when empty."),
        column(Field::Amount, Kind::Amount, "Net revenue.")
            .required()
            .unit("currency")
            .aliases(&["revenue", "net_revenue"]),
        CURRENCY,
    ],
};

static MARKET: Table = Table {
    kind: TableKind::Market,
    name: "market",
    required: false,
    doc: "Addressable market of a cell: territory × vertical × product line; one row per cell, or several with different \
          `valid_from`.",
    columns: &[
        TERRITORY,
        column(Field::Vertical, Kind::Name, "Vertical; empty means all of them."),
        PRODUCT_LINE,
        column(Field::AddressableMarket, Kind::AmountFromZero, "Total that the customers of the cell could buy.")
            .unit("currency per year")
            .aliases(&["tam"]),
        column(Field::Growth, Kind::Rate, "Expected growth of that market.").unit("fraction per year"),
        CURRENCY,
        VALID_FROM,
    ],
};

static INVESTMENTS: Table = Table {
    kind: TableKind::Investments,
    name: "investments",
    required: false,
    doc: "Investments of a partner in the vendor's business, one row per partner, or several with different `valid_from`, \
          each complete. Empty means not known, 0 means none.",
    columns: &[
        PARTNER_ID,
        column(Field::CertifiedNow, Kind::Count, "Certified staff now.").unit("people"),
        column(Field::CertifiedBefore, Kind::Count, "Certified staff one year before.").unit("people"),
        column(Field::MarketingSpend, Kind::AmountFromZero, "Own marketing for the vendor's products, last 12 months.")
            .unit("currency"),
        column(Field::ServicesHeadcount, Kind::Count, "People in the services practice.").unit("people"),
        column(Field::ServicesRevenue, Kind::Amount, "Revenue of the services practice, last 12 months.")
            .unit("currency"),
        column(Field::Sellers, Kind::Count, "People who sell the vendor's products.").unit("people"),
        column(Field::Productivity, Kind::AmountFromZero, "Revenue of such a person at full productivity.")
            .unit("currency per year"),
        column(Field::SellerRamp, Kind::Share, "Part of it that they reach in the period; empty means all.")
            .unit("fraction"),
        column(Field::Enablement, Kind::Share, "Share of the enablement plan completed.").unit("fraction"),
        CURRENCY,
        VALID_FROM,
    ],
};

static OPPORTUNITIES: Table = Table {
    kind: TableKind::Opportunities,
    name: "opportunities",
    required: false,
    doc: "Registered opportunities, open and closed. `status`, or `is_closed` with `is_won`, gives the state.",
    columns: &[
        column(
            Field::OpportunityId,
            Kind::Identifier,
            "Identifier in the CRM; derived from the row when the column is missing.",
        ),
        PARTNER_ID,
        column(Field::Amount, Kind::AmountFromZero, "Amount at full value.").required().unit("currency"),
        column(Field::Stage, Kind::Name, "Stage by its name in the CRM."),
        column(Field::Status, Kind::Status, "Open, won or lost."),
        column(Field::IsClosed, Kind::Truth, "True when the opportunity is closed."),
        column(Field::IsWon, Kind::Truth, "True when it is closed and won."),
        column(Field::Probability, Kind::Share, "Probability of winning.").unit("fraction"),
        column(Field::CloseDate, Kind::Date, "Expected or actual close date.").required(),
        PRODUCT_LINE,
        TERRITORY,
        column(Field::RegisteredOn, Kind::Date, "Date of registration."),
        column(Field::Tag, Kind::Name, "Tag of the activity that it came from, as business plans name it."),
        CURRENCY,
    ],
};

static WIN_RATES: Table = Table {
    kind: TableKind::WinRates,
    name: "win_rates",
    required: false,
    doc: "Historical win rates, where known; otherwise they are derived from closed opportunities.",
    columns: &[
        PARTNER_ID,
        PRODUCT_LINE,
        TERRITORY,
        column(Field::ByValue, Kind::Share, "Won ÷ (won + lost) by value.").unit("fraction").aliases(&["win_rate"]),
        column(Field::ByCount, Kind::Share, "Won ÷ (won + lost) by count.").unit("fraction"),
        VALID_FROM,
    ],
};

static FORECASTS: Table = Table {
    kind: TableKind::Forecasts,
    name: "forecasts",
    required: false,
    doc: "Forecasts that partners or their account managers submitted.",
    columns: &[
        PARTNER_ID,
        column(Field::Period, Kind::Period, "Period the forecast is for; its first month when `months` is given.")
            .required()
            .aliases(&["month", "start"]),
        column(Field::Months, Kind::Count, "Length of the period; empty means as `period` says.").unit("months"),
        PRODUCT_LINE,
        TERRITORY,
        column(Field::Amount, Kind::AmountFromZero, "Revenue expected to close in the period.")
            .required()
            .unit("currency"),
        column(Field::SubmittedOn, Kind::Date, "Date of submission; the latest counts."),
        CURRENCY,
    ],
};

static QUOTAS: Table = Table {
    kind: TableKind::Quotas,
    name: "quotas",
    required: false,
    doc: "Quotas of past and current periods.",
    columns: &[
        PARTNER_ID,
        column(Field::Period, Kind::Period, "Period the quota is for; its first month when `months` is given.")
            .required()
            .aliases(&["month", "start"]),
        column(Field::Months, Kind::Count, "Length of the period; empty means as `period` says.").unit("months"),
        PRODUCT_LINE,
        TERRITORY,
        column(Field::Quota, Kind::AmountFromZero, "The quota.").required().unit("currency").aliases(&["amount"]),
        column(Field::EffectiveFrom, Kind::Date, "First date in force: the quota is prorated by calendar days."),
        column(Field::EffectiveTo, Kind::Date, "Last date in force; by default the period's, or that of the partner."),
        column(Field::Ramp, Kind::Shares, "Productivity by month, such as `0.25;0.5`; later months are full."),
        CURRENCY,
    ],
};

static LOCKS: Table = Table {
    kind: TableKind::Locks,
    name: "locks",
    required: false,
    doc: "Agreed quotas that stay fixed, one row per line of the plan.",
    columns: &[
        PARTNER_ID,
        PRODUCT_LINE,
        TERRITORY,
        column(Field::Quota, Kind::AmountFromZero, "Agreed quota.").required().unit("currency").aliases(&["amount"]),
        column(Field::Reason, Kind::Text, "Reason, and who agreed."),
        CURRENCY,
    ],
};

static TARGETS: Table = Table {
    kind: TableKind::Targets,
    name: "targets",
    required: false,
    doc: "Targets by level: the whole channel (both empty), a territory, a product line, or both. A proposal takes them if no target is stated for it.",
    columns: &[
        TERRITORY,
        PRODUCT_LINE,
        column(Field::Target, Kind::AmountFromZero, "Target for that part of the channel.")
            .required()
            .unit("currency")
            .aliases(&["amount"]),
        CURRENCY,
    ],
};

static PREVIOUS: Table = Table {
    kind: TableKind::Previous,
    name: "previous",
    required: false,
    doc: "Lines of a previous proposal.",
    columns: &[
        PARTNER_ID,
        PRODUCT_LINE,
        TERRITORY,
        column(Field::Quota, Kind::AmountFromZero, "Quota in that proposal.").required().unit("currency"),
        column(Field::OverrideQuota, Kind::AmountFromZero, "Quota that the planner sets instead.").unit("currency"),
        column(Field::OverrideReason, Kind::Text, "Why."),
        CURRENCY,
    ],
};

static EXTRA: Table = Table {
    kind: TableKind::Extra,
    name: "extra",
    required: false,
    doc: "Any other table with a column `partner_id`; its columns reach scripts when the manifest declares them.",
    columns: &[
        PARTNER_ID,
        column(
            Field::ValidFrom,
            Kind::Date,
            "Date from which the row counts, beside the others; empty: from the beginning.",
        ),
    ],
};
