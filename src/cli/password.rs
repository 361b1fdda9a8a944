//! `ledger password`: sets or removes the password with which a person signs in.

use super::fault::CommandFault;
use super::record::Desk;
use super::{CommandError, clock, output};
use crate::finding::Finding;
use crate::ledger::people::{LONGEST_PASSWORD, remove_password, set_password};
use std::io::{BufRead, IsTerminal, Read};

/// Arguments of `ledger password`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
The password is asked for on a terminal, or is the first line of stdin. It has
at least 12 characters. The ledger has its Argon2id hash only, outside the
chain: a new password erases the hash of the one before. Sessions that began
with an earlier password end.

Examples:
  quotient ledger password okafor
  quotient ledger password okafor --remove --reason \"left the company\"")]
pub struct Options {
    /// Id of the person, as grants name it.
    #[arg(value_name = "PERSON")]
    who: String,
    /// Remove the password: the person can no longer sign in.
    #[arg(long)]
    remove: bool,
    /// Reason of a removal, in words.
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true, requires = "remove")]
    reason: String,
    #[command(flatten)]
    desk: Desk,
}

/// Runs `ledger password`.
pub fn run(options: &Options) -> Result<(), CommandError> {
    let mut store = options.desk.file.open()?;
    let actor = options.desk.actor()?;
    let person = &options.who;
    if options.remove {
        let number = remove_password(&mut store, person, &options.reason, &actor.person, clock::now())?;
        return output::to(None, |out| writeln!(out, "{number}  the password of {person} is removed"));
    }
    let password = read(person)?;
    let number = set_password(&mut store, person, &password, &actor.person, clock::now())?;
    output::to(None, |out| writeln!(out, "{number}  the password of {person} is set"))
}

/// Reads a password: twice from a terminal, which does not show it, or one line from elsewhere.
fn read(person: &str) -> Result<String, CommandError> {
    if !std::io::stdin().is_terminal() {
        return line();
    }
    let _quiet = quiet::Quiet::begin();
    eprint!("Password of {person}: ");
    let first = line()?;
    eprint!("\nOnce more: ");
    let second = line()?;
    eprintln!();
    if first == second { Ok(first) } else { Err(Finding::from(CommandFault::PasswordsDiffer {}).into()) }
}

/// Reads one line of stdin.
fn line() -> Result<String, CommandError> {
    let mut text = String::new();
    // One byte more than any password, and the end of the line.
    let most = LONGEST_PASSWORD as u64 + 3;
    std::io::stdin().lock().take(most).read_line(&mut text)?;
    let password = text.trim_end_matches(['\n', '\r']);
    if password.is_empty() { Err(Finding::from(CommandFault::NoPassword {}).into()) } else { Ok(password.to_owned()) }
}

#[cfg(unix)]
mod quiet {
    //! A terminal that does not show what is typed.

    use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};

    /// A terminal without echo, until the value is dropped.
    pub struct Quiet(Option<Termios>);

    impl Quiet {
        /// Turns the echo off.
        pub fn begin() -> Self {
            let Ok(before) = tcgetattr(std::io::stdin()) else { return Self(None) };
            let mut without = before.clone();
            without.local_modes.remove(LocalModes::ECHO);
            let changed = tcsetattr(std::io::stdin(), OptionalActions::Flush, &without);
            Self(changed.is_ok().then_some(before))
        }
    }

    impl Drop for Quiet {
        fn drop(&mut self) {
            if let Some(before) = &self.0 {
                let _ = tcsetattr(std::io::stdin(), OptionalActions::Flush, before); // the process goes on anyhow
            }
        }
    }
}

#[cfg(not(unix))]
mod quiet {
    //! A terminal that shows what is typed.

    /// Nothing: pass the password by stdin.
    pub struct Quiet;

    impl Quiet {
        /// Returns nothing.
        pub fn begin() -> Self {
            Self
        }
    }
}
