//! One integration binary; modules mirror `src`.

mod report;
