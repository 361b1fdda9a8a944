//! Facts about partners as the vendor's systems report them.
//!
//! A [`PartnerBook`] is validated: ids unique and ascending, one currency, null kept apart from zero. A table that the
//! book does not have means "not known", never zero.

mod as_of;
mod book;
mod changing;
mod complete_month;
mod digest;
mod identity;
mod known_months;
mod line;
mod partner;
mod summary;
mod terms;

pub use book::{ExtraRow, ExtraTable, MarketCell, PartnerBook};
pub use changing::{Attribute, Dated, DatedRows, History, Investment, Profile, WinRate};
pub use complete_month::{LatestMonth, PartOfMonth};
pub use identity::{Identity, NOT_KNOWN, Name, SegmentKey, SharedSegment};
pub use known_months::KnownMonths;
pub use line::{
    ChannelFacts, ClosedFacts, FormerQuota, HistoryFacts, InvestmentFacts, LineContext, LineFacts, MarketFacts,
    OpportunityFacts, PipelineFacts, QuotaFacts,
};
pub use partner::{
    CurrentQuota, Forecast, Lock, OpportunityStatus, Partner, RegisteredOpportunity, RevenueEntry, Target,
};
pub use summary::{
    BookSummary, LeftOutBy, RevenueOfYear, RowsLeftOut, TableSummary, UnusualMonth, UnusualYear, latest_complete_month,
};
pub use terms::QuotaTerms;
