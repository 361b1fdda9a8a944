//! `run`: a server for the time of one command, for tests of other programs.

use super::CommandError;
use super::fault::CommandFault;
use super::vendor_source::{POLL, VendorSource};
use crate::finding::Finding;
use crate::library::{ChildProcess, Source, VendorOptions};
use crate::server::{self, Listen, Server, ServerLimits};
use std::ffi::OsString;
use std::net::SocketAddr;
use std::time::Duration;

/// Arguments of `run`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  quotient run -- pytest tests/quotas
  quotient run --rules rules -- sh -c 'curl -s \"$QUOTIENT_URL/v1/vendors\"'

The server listens on a free port of this machine and accepts requests without
tokens. The command finds its address in the variable QUOTIENT_URL; its exit code
is that of `quotient run`.")]
pub struct Options {
    #[command(flatten)]
    vendors: VendorSource,
    /// Command with its arguments.
    #[arg(last = true, required = true, value_name = "COMMAND")]
    command: Vec<OsString>,
}

fn refused(reason: String, remedy: &str) -> CommandError {
    Finding::from(CommandFault::ServerOption { reason, remedy: remedy.to_owned() }).into()
}

/// Returns the options of a server that only this machine reaches, on `port`; 0 is any free one.
pub fn on_this_machine(port: u16, source: Box<dyn Source>) -> Result<server::Options, CommandError> {
    Ok(server::Options {
        listen: vec![Listen::Address(SocketAddr::from(([127, 0, 0, 1], port)))],
        admin_listen: Vec::new(),
        source,
        vendors: VendorOptions { guard: Some(ChildProcess::of_this_program()?), ..VendorOptions::default() },
        state_database: None,
        replica: "quotient".to_owned(),
        tokens: None,
        tls: None,
        is_insecure: false,
        allowed_hosts: Vec::new(),
        is_authoring: false,
        ledger: None,
        has_workbench: false,
        local: None,
        sign_in: Default::default(),
        limits: ServerLimits { grace: Duration::from_secs(1), ..ServerLimits::default() },
        decision_log: None,
        spans: None,
        lame_duck: Duration::ZERO,
    })
}

/// Runs `run`.
pub fn run(options: &Options) -> Result<(), CommandError> {
    let server = Server::open(on_this_machine(0, options.vendors.source(None, POLL)?)?)?;
    let url = server.addresses().first().map(|address| format!("http://{address}")).unwrap_or_default();
    let stopper = server.stopper();
    let thread = std::thread::Builder::new().name("run".to_owned()).spawn(move || server.run())?;
    let (program, arguments) = options
        .command
        .split_first()
        .ok_or_else(|| refused("the command to run is missing".to_owned(), "write it after `--`"))?;
    let status = std::process::Command::new(program).args(arguments).env("QUOTIENT_URL", url).status();
    stopper.stop();
    // The thread has nothing to report: its requests were those of the command.
    drop(thread.join());
    let status = status.map_err(|error| {
        let reason = format!("`{}` cannot be run: {error}", program.to_string_lossy());
        refused(reason, "check the name of the program and the path")
    })?;
    match exit_code(status) {
        0 => Ok(()),
        code => Err(CommandError::Reported(code)),
    }
}

/// Returns the exit code of a command; for one that a signal ended, 128 and the number of the signal, as shells do.
fn exit_code(status: std::process::ExitStatus) -> u8 {
    #[cfg(unix)]
    let signal = std::os::unix::process::ExitStatusExt::signal(&status).map(|signal| 128 + signal);
    #[cfg(not(unix))]
    let signal: Option<i32> = None;
    status.code().or(signal).and_then(|code| u8::try_from(code).ok()).unwrap_or(1)
}
