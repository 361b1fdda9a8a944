//! A validated partner book, and its reader.

use crate::channel::{Name, PartnerBook};
use crate::figure::Kind;
use crate::finding::Findings;
use crate::intake::{Mapping, ReadOptions, read_book, read_book_files};
use crate::units::{Currency, FiscalCalendar};
use std::path::Path;

/// A validated partner book in one currency, from a [`BookReader`] or a [`BookBuilder`](super::BookBuilder).
///
/// A table that the book does not have means "not known"; a table without rows means "none".
#[derive(Debug, Clone)]
pub struct Book {
    pub(super) book: PartnerBook,
    pub(super) warnings: Findings,
}

impl Book {
    /// Returns the one currency of every amount.
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    /// assert_eq!(book.currency(), Currency::USD);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn currency(&self) -> Currency {
        self.book.currency
    }

    /// Returns the number of partners.
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    /// assert_eq!(book.partners(), 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn partners(&self) -> usize {
        self.book.partners.len()
    }

    /// Returns the warnings about the book.
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    /// assert!(book.warnings().is_empty());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn warnings(&self) -> &Findings {
        &self.warnings
    }
}

/// Reads books: a directory of CSV files, a JSON file, or a workbook.
///
/// ```
/// use quotient::{BookReader, Currency};
/// let partners = ("partners.csv".to_owned(), b"partner_id\nP1\n".to_vec());
/// let revenue = ("revenue.csv".to_owned(), b"partner_id,month,amount\nP1,2025-12,1200\n".to_vec());
/// let book = BookReader::new().currency(Currency::EUR).read_files(vec![partners, revenue])?;
/// assert_eq!(book.currency(), Currency::EUR);
/// # Ok::<(), quotient::Findings>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct BookReader {
    options: ReadOptions,
    mapping: Option<Mapping>,
}

impl BookReader {
    /// Returns a reader without calendar; [`Vendor::book_reader`](super::Vendor::book_reader) has the vendor's.
    ///
    /// ```
    /// assert!(quotient::BookReader::new().read("no/such/book").is_err());
    /// ```
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the fiscal calendar in which labels such as `FY2026-Q1` are read.
    ///
    /// ```
    /// use quotient::{BookReader, FiscalCalendar};
    /// let july = FiscalCalendar::new(7).ok_or("no calendar")?;
    /// let reader = BookReader::new().calendar(july);
    /// # Ok::<(), &str>(())
    /// ```
    #[must_use]
    pub fn calendar(mut self, calendar: FiscalCalendar) -> Self {
        self.options.calendar = Some(calendar);
        self
    }

    /// Sets the currency of books that state none; US dollars by default.
    ///
    /// ```
    /// let reader = quotient::BookReader::new().currency(quotient::Currency::EUR);
    /// ```
    #[must_use]
    pub fn currency(self, currency: Currency) -> Self {
        self.currency_if_known(Some(currency))
    }

    pub(super) fn currency_if_known(mut self, currency: Option<Currency>) -> Self {
        self.options.currency = currency;
        self
    }

    /// Sets the attributes that the vendor's manifest declares.
    pub(super) fn attributes(mut self, attributes: Vec<(Name, Kind)>) -> Self {
        self.options.attributes = attributes;
        self
    }

    /// Sets how an export names its tables and columns.
    ///
    /// ```no_run
    /// use quotient::{BookReader, Mapping};
    /// let reader = BookReader::new().mapping(Mapping::read("crm.toml".as_ref())?);
    /// # Ok::<(), quotient::Findings>(())
    /// ```
    #[must_use]
    pub fn mapping(mut self, mapping: Mapping) -> Self {
        self.mapping = Some(mapping);
        self
    }

    /// Reads the book at `path`.
    ///
    /// # Errors
    /// With every finding about the book, when one of them is an error.
    ///
    /// ```no_run
    /// let book = quotient::BookReader::new().read("examples/demonstration")?;
    /// # Ok::<(), quotient::Findings>(())
    /// ```
    pub fn read(&self, path: impl AsRef<Path>) -> Result<Book, Findings> {
        let (book, warnings) = read_book(path.as_ref(), self.mapping.as_ref(), &self.options).into_result()?;
        Ok(Book { book, warnings })
    }

    /// Reads a book whose CSV files are in memory, each with its name and bytes.
    ///
    /// # Errors
    /// As [`BookReader::read`].
    ///
    /// ```
    /// assert!(quotient::BookReader::new().read_files(Vec::new()).is_err());
    /// ```
    pub fn read_files(&self, files: Vec<(String, Vec<u8>)>) -> Result<Book, Findings> {
        let (book, warnings) = read_book_files(files, self.mapping.as_ref(), &self.options).into_result()?;
        Ok(Book { book, warnings })
    }
}
