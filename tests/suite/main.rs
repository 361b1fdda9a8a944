//! One binary for all integration tests; the modules mirror `src`.

mod library;
