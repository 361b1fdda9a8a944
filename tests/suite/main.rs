//! All tests of the crate in one binary; the modules mirror `src`.

mod intake;
