//! The front door: an [`Engine`] that owns script threads and memory limits, and what goes in and comes out.
//!
//! A program reads a vendor's files ([`VendorFiles`]), has the engine compile them ([`Engine::compile`]), reads or builds
//! a book ([`BookReader`], [`BookBuilder`]), and asks for a plan, an explanation or a review.

mod book;
mod builder;
mod explanation;
mod options;
mod proposal;
mod review;
mod row;
mod run;
mod vendor;

pub use book::{Book, BookReader};
pub use builder::{BookBuilder, Table};
pub use explanation::{ExplainedLine, Explanation};
pub use options::{EngineError, EngineOptions};
pub use proposal::ProposalRequest;
pub use review::{Review, ReviewRequest};
pub use row::{
    ForecastRow, InvestmentRow, LockRow, MarketRow, OpportunityRow, PartnerRow, QuotaRow, RevenueRow, TargetRow,
    WinRateRow,
};
pub use run::Engine;
pub use vendor::Vendor;
