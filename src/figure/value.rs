//! Values of figures while they are on their way from a record to a script, a document or a table.

use super::about::About;
use crate::units::{Money, Month};
use chrono::NaiveDate;
use rust_decimal::Decimal;
use std::borrow::Cow;

/// Value of one figure. Nothing is copied that the record owns.
pub enum Value<'a> {
    /// Not known, or not defined.
    NotKnown,
    /// Exact amount.
    Money(Money),
    /// Exact fraction, ratio or other number.
    Rate(Decimal),
    /// Whole number.
    Count(i64),
    /// String.
    Text(Cow<'a, str>),
    /// True or false.
    Truth(bool),
    /// Date.
    Date(NaiveDate),
    /// Month.
    Month(Month),
    /// Group of figures.
    Record(&'a dyn Record),
    /// Group of figures made for the occasion.
    OwnRecord(Box<dyn Record + 'a>),
    /// List.
    List(&'a dyn List),
    /// List made for the occasion.
    OwnList(Box<dyn List + 'a>),
}

impl<'a> Value<'a> {
    /// Returns a group of figures made for the occasion.
    pub fn own(record: impl Record + 'a) -> Self {
        Self::OwnRecord(Box::new(record))
    }

    /// Returns false for a value that is not known or not defined.
    pub fn is_known(&self) -> bool {
        !matches!(self, Self::NotKnown)
    }
}

/// Something with figures, whatever its type.
pub trait Record {
    /// Returns the number of its figures.
    fn size(&self) -> usize;

    /// Returns the declaration of a figure; `None` beyond the last.
    fn about(&self, index: usize) -> Option<&'static About>;

    /// Returns the value of a figure.
    fn value(&self, index: usize) -> Value<'_>;
}

/// List of values.
pub trait List {
    /// Returns the number of items.
    fn size(&self) -> usize;

    /// Returns one item; not known beyond the last.
    fn item(&self, index: usize) -> Value<'_>;
}

impl<R: Record + ?Sized> Record for &R {
    fn size(&self) -> usize {
        (**self).size()
    }

    fn about(&self, index: usize) -> Option<&'static About> {
        (**self).about(index)
    }

    fn value(&self, index: usize) -> Value<'_> {
        (**self).value(index)
    }
}

/// List of records that were picked out for the occasion.
pub struct Records<R>(pub Vec<R>);

impl<R: Record> List for Records<R> {
    fn size(&self) -> usize {
        self.0.len()
    }

    fn item(&self, index: usize) -> Value<'_> {
        self.0.get(index).map_or(Value::NotKnown, |record| Value::Record(record))
    }
}

/// A record with another string under one of its figures.
pub struct Replaced<'a> {
    /// The record.
    pub record: &'a dyn Record,
    /// Name of the figure.
    pub name: &'static str,
    /// String in its place; `None` is not known.
    pub text: Option<&'a str>,
}

impl Record for Replaced<'_> {
    fn size(&self) -> usize {
        self.record.size()
    }

    fn about(&self, index: usize) -> Option<&'static About> {
        self.record.about(index)
    }

    fn value(&self, index: usize) -> Value<'_> {
        match self.about(index) {
            Some(about) if about.name == self.name => self.text.into(),
            _ => self.record.value(index),
        }
    }
}
