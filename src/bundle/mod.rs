//! Bundles: the rules and policies of a vendor as one file that can be signed, sent, and used in place of directories.
//!
//! A [`Bundle`] has a number that only grows and, where wanted, the first date on which it is used. [`Keys`] say whose
//! signatures count. [`Bundles`] is a directory of bundles as a source of the [library](crate::library).

mod accepted;
mod document;
mod fault;
mod keys;
mod source;

pub use document::{BUNDLE_SCHEMA, Bundle, BundleSignature, BundledFile};
pub use fault::BundleFault;
pub use keys::Keys;
pub use source::{BUNDLE_ENDING, Bundles};
