//! Reading books and what stands beside them.

#![allow(clippy::unwrap_used, clippy::panic)]

mod accounts;
mod apart;
mod beside;
mod books;
mod bounds;
mod credit_notes;
mod damage;
mod dated;
mod evidence;
mod exports;
mod facts;
mod formats;
mod generated;
mod json;
mod kinds;
mod mapping;
mod merging;
mod notations;
mod once;
mod periods;
mod real_data;
mod recognition;
mod returned;
mod shapes;
mod spread;
mod summary;
mod sums_again;
mod sums_beside;
mod table_schema;
mod unheard;
mod unsaid;
mod values;
mod workbooks;
mod years_and_currencies;
