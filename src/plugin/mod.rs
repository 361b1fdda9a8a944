//! One vendor as a unit: manifest, rules, policies, tables and cases, read into memory, compiled and checked together.
//!
//! Files come in as a [`VendorFiles`] (path → text, with a digest), so that everything but [`disk`] is a pure function.

pub mod disk;
mod files;
mod manifest;

pub use files::{Room, VendorFile, VendorFiles, is_vendor_name};
pub use manifest::{Eligibility, GuardrailRules, Manifest, OnViolation, Phasing, Reserve, Seasonality, Tier};
