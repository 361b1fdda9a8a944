//! The whole suite in one binary; modules mirror `src`.

mod performance;
mod quality;
