//! The one integration test binary; its modules mirror `src`.

#[global_allocator]
static ALLOCATOR: quotient::script::CountingAllocator = quotient::script::CountingAllocator;

mod architecture;
mod dependencies;
mod intake;
mod quota;
mod report;
mod script;
