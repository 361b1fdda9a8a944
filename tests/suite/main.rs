//! The whole suite in one binary; its modules mirror those of the crate.

mod quota;
