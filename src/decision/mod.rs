//! What a policy may decide, and the tables it may decide by.
//!
//! [`table`] reads decision tables (CSV files beside a vendor's policies), decides by them, and finds their gaps and
//! contradictions before anybody is decided by them.

pub mod table;
