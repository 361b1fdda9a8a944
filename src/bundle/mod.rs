//! Bundles: the rules and policies of a vendor as one file that can be signed, sent, and used in place of directories.
//!
//! A [`Bundle`] has a number that only grows and, where wanted, the first date on which it is used. [`Keys`] say whose
//! signatures count. [`Bundles`] is a source of the [library](crate::library): the bundles of a [`BundleOrigin`], which is
//! a directory, or an address that is asked at intervals.

mod accepted;
mod address;
mod copies;
mod document;
mod fault;
mod fetch;
mod follow;
mod keys;
mod list;
mod origin;
mod source;

pub use address::BundleAddress;
pub use document::{BUNDLE_ENDING, BUNDLE_SCHEMA, Bundle, BundleSignature, BundledFile};
pub use fault::BundleFault;
pub use fetch::FetchOptions;
pub use keys::Keys;
pub use list::{BundleList, LIST_SCHEMA};
pub use origin::{BundleOrigin, bundle_paths};
pub use source::Bundles;
