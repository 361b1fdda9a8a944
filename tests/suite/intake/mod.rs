//! Reading books and what stands beside them.

#![allow(clippy::unwrap_used, clippy::panic)]

mod beside;
mod books;
mod bounds;
mod exports;
mod facts;
mod generated;
mod json;
mod mapping;
mod merging;
mod real_data;
mod returned;
mod summary;
mod table_schema;
mod values;
mod workbooks;
