//! The one integration test binary; its modules mirror `src`.

#[global_allocator]
static ALLOCATOR: quotient::script::CountingAllocator = quotient::script::CountingAllocator;

mod architecture;
mod decision;
mod dependencies;
mod documents;
mod guide;
mod intake;
mod library;
mod performance;
mod plugin;
mod quality;
mod quota;
mod real_data;
mod report;
mod review;
mod script;
mod units;
