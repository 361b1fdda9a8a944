//! The command-line program; its work is done by the library.

use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: quotient::script::CountingAllocator = quotient::script::CountingAllocator;

fn main() -> ExitCode {
    quotient::cli::main()
}
