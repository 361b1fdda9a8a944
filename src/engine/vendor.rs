//! A compiled vendor.

use super::book::BookReader;
use crate::finding::Findings;
use crate::plugin::VendorPlugin;
use std::sync::Arc;

/// A vendor whose rules and policies compile and whose cases hold. Cloning is cheap.
#[derive(Debug, Clone)]
pub struct Vendor {
    pub(super) plugin: Arc<VendorPlugin>,
    pub(super) warnings: Findings,
}

impl Vendor {
    /// Returns the name for people, as the manifest states it.
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    /// assert_eq!(vendor.name(), "Acme");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn name(&self) -> &str {
        &self.plugin.manifest.name
    }

    /// Returns the digest that names this revision of the vendor's files.
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    /// assert_eq!(vendor.revision(), files.revision());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn revision(&self) -> &str {
        &self.plugin.revision
    }

    /// Returns the warnings about the vendor's files.
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    /// assert!(vendor.warnings().is_empty());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn warnings(&self) -> &Findings {
        &self.warnings
    }

    /// Returns a reader of books in this vendor's calendar and currency.
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    /// let partners = ("partners.csv".to_owned(), b"partner_id\nP1\n".to_vec());
    /// let revenue = ("revenue.csv".to_owned(), b"partner_id,month,amount\nP1,2025-12,1200\n".to_vec());
    /// assert_eq!(vendor.book_reader().read_files(vec![partners, revenue])?.partners(), 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn book_reader(&self) -> BookReader {
        let manifest = &self.plugin.manifest;
        BookReader::new()
            .calendar(manifest.calendar)
            .currency_if_known(manifest.currency)
            .attributes(manifest.attributes.clone())
    }
}
