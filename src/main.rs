//! The command-line program; its work is done by the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    quotient::cli::main()
}
