//! The command line: one file per subcommand. Data goes to stdout, messages and progress to stderr.

mod api;
mod assess;
mod backtest;
mod book;
#[cfg(feature = "server")]
mod bundle;
mod calibrate;
mod check;
mod clock;
#[cfg(feature = "server")]
mod compare;
mod completions;
mod error;
mod explain;
mod explain_code;
mod fault;
mod generate;
mod groups;
mod health;
#[cfg(feature = "server")]
mod healthcheck;
mod init;
mod ledger;
mod output;
mod password;
mod persons;
mod place;
mod plan;
mod progress;
mod propose;
mod rebuild;
mod record;
#[cfg(feature = "server")]
mod replay;
mod review;
#[cfg(feature = "server")]
mod run;
#[cfg(feature = "server")]
mod serve;
#[cfg(feature = "server")]
mod settings;
mod split;
mod template;
mod terminal;
mod test;
#[cfg(feature = "server")]
mod traces;
#[cfg(feature = "server")]
mod try_out;
#[cfg(feature = "server")]
mod validate_candidate;
mod vendor;
mod vendor_source;
#[cfg(feature = "server")]
mod verify;
#[cfg(feature = "server")]
mod workbench;

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};
use error::CommandError;
use std::process::ExitCode;
use terminal::{Colour, Terminal};

const AFTER_HELP: &str = "\
Examples:
  quotient propose meridian --book examples/demonstration --target 60000000
  quotient explain meridian P0007 --book examples/demonstration
  quotient check && quotient test

Exit codes:
  0   success
  1   negative result: findings, failed cases, an infeasible plan
  2   wrong usage
  3   input data refused
  4   rules or policies refused
  5   reading or writing failed
  6   a decision log or a ledger is not what was written
  70  internal error: please report it

Every finding has a code; `quotient explain-code CODE` explains it.";

/// Quotas for channel partners, from rules a vendor can read.
#[derive(Debug, Parser)]
#[command(name = "quotient", version, about, after_help = AFTER_HELP, max_term_width = 80, disable_help_subcommand = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
    /// Use of colours.
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    color: Colour,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Propose a quota for every partner of a vendor.
    Propose(propose::Options),
    /// Assess a book in partitions, with any engine that spreads work over machines.
    Assess(assess::Options),
    /// Explain one partner's proposed quota step by step, and what would change it.
    Explain(explain::Options),
    /// Show every partner's standing and what the vendor's policies decide.
    Review(review::Options),
    /// Negotiate, approve and lock quotas, with every move on record.
    Plan(record::Options),
    /// Verify, anchor and back up the file that has the plans of record.
    Ledger(ledger::Options),
    /// Score a vendor's rules on a past period against simple baselines.
    Backtest(backtest::Options),
    /// Search a vendor's weights and parameters on past periods, and show what they would change.
    Calibrate(calibrate::Options),
    /// Show what a plan is likely to bring, with bands and odds, and how evenly it asks.
    Health(health::Options),
    #[cfg(feature = "server")]
    /// Repeat the decisions of a decision log and report differences.
    Replay(replay::Options),
    #[cfg(feature = "server")]
    /// Verify that a decision log is what was written.
    Verify(verify::Options),
    /// Report all problems of one vendor, or of all vendors.
    Check(check::Options),
    /// Run the cases written beside the rules of one vendor, or of all vendors.
    Test(test::Options),
    #[cfg(feature = "server")]
    /// Compare what two revisions of a vendor propose and decide on one book, and show why it moves.
    Compare(Box<compare::Options>),
    #[cfg(feature = "server")]
    /// Watch the files of a vendor and report, on each save, its findings, cases and what moves.
    Try(Box<try_out::Options>),
    /// Look at an export, propose the mapping file that reads it as a partner book, and show what was read.
    Book(book::Options),
    /// Write empty tables of a partner book, with a description of every column.
    Template(template::Options),
    /// Generate a synthetic partner book for trials and load tests.
    Generate(generate::Options),
    /// Create a new vendor: a manifest, rules and cases that work as they are.
    Init(init::Options),
    #[cfg(feature = "server")]
    /// Create, sign and verify bundles: the rules and policies of a vendor as one file.
    Bundle(bundle::Options),
    #[cfg(feature = "server")]
    /// Open a book as a plan in the browser: figures to type over, offers, counters, reasons.
    Workbench(Box<workbench::Options>),
    #[cfg(feature = "server")]
    /// Serve other programs over HTTP, and reload rules as they change.
    Serve(Box<serve::Options>),
    #[cfg(feature = "server")]
    /// Run a command beside a server on a free port, for the tests of other programs.
    Run(run::Options),
    #[cfg(feature = "server")]
    /// Ask a running server whether it is ready; exits with 0 when it is.
    Healthcheck(healthcheck::Options),
    /// Print the reference of facts and functions for rules.
    Api(api::Options),
    /// Explain the code of a finding, or list all codes.
    ExplainCode(explain_code::Options),
    #[cfg(feature = "server")]
    /// Validate a candidate revision read from stdin; `serve` runs this as a child process.
    #[command(hide = true)]
    ValidateCandidate,
    /// Print a completion script for a shell.
    Completions(completions::Options),
}

/// Formats of a report about rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum ReportFormat {
    /// For people.
    Text,
    /// For programs.
    Json,
    /// As annotations of a GitHub workflow.
    Github,
}

/// Runs the program with the arguments of the process.
pub fn main() -> ExitCode {
    let arguments = match parsed() {
        Ok(arguments) => arguments,
        Err(code) => return code,
    };
    let terminal = Terminal::new(arguments.color);
    let outcome = std::panic::catch_unwind(|| run(arguments.command, terminal));
    match outcome {
        Ok(Ok(()) | Err(CommandError::BrokenPipe)) => ExitCode::SUCCESS,
        Ok(Err(CommandError::Negative)) => ExitCode::from(1),
        Ok(Err(CommandError::Reported(code))) => ExitCode::from(code),
        Ok(Err(CommandError::Refused(findings))) => {
            terminal.show(&findings);
            ExitCode::from(error::exit_code(&findings))
        }
        Err(_) => {
            eprintln!("internal error; please report it with the command and the lines above");
            ExitCode::from(70)
        }
    }
}

/// Reads the arguments; otherwise returns the exit code, with everything printed.
fn parsed() -> Result<Arguments, ExitCode> {
    let usage = |error: clap::Error| {
        let _ = error.print();
        ExitCode::from(if error.use_stderr() { 2 } else { 0 })
    };
    let command = Arguments::command();
    let words: Vec<std::ffi::OsString> = std::env::args_os().collect();
    #[cfg(feature = "server")]
    let expanded = settings::expanded(&command, words).map_err(|findings| {
        Terminal::new(Colour::Auto).show(&findings);
        ExitCode::from(error::exit_code(&findings))
    })?;
    #[cfg(feature = "server")]
    let words = expanded.arguments.clone();
    let matches = command.clone().try_get_matches_from(words).map_err(usage)?;
    #[cfg(feature = "server")]
    if let Some((settings::SUBCOMMAND, serve)) = matches.subcommand()
        && serve.get_flag("show_config")
    {
        print!("{}", expanded.shown(&command, serve));
        return Err(ExitCode::SUCCESS);
    }
    Arguments::from_arg_matches(&matches).map_err(usage)
}

fn run(command: Command, terminal: Terminal) -> Result<(), CommandError> {
    match command {
        Command::Propose(options) => propose::run(&options, terminal),
        Command::Assess(options) => assess::run(&options, terminal),
        Command::Explain(options) => explain::run(&options, terminal),
        Command::Review(options) => review::run(&options, terminal),
        Command::Plan(options) => record::run(&options, terminal),
        Command::Ledger(options) => ledger::run(&options, terminal),
        Command::Backtest(options) => backtest::run(&options, terminal),
        Command::Calibrate(options) => calibrate::run(&options, terminal),
        Command::Health(options) => health::run(&options, terminal),
        #[cfg(feature = "server")]
        Command::Replay(options) => replay::run(&options, terminal),
        #[cfg(feature = "server")]
        Command::Verify(options) => verify::run(&options, terminal),
        Command::Check(options) => check::run(&options, terminal),
        Command::Test(options) => test::run(&options, terminal),
        #[cfg(feature = "server")]
        Command::Compare(options) => compare::run(&options, terminal),
        #[cfg(feature = "server")]
        Command::Try(options) => try_out::run(&options, terminal),
        Command::Book(options) => book::run(&options, terminal),
        Command::Template(options) => template::run(&options),
        Command::Generate(options) => generate::run(&options),
        Command::Init(options) => init::run(&options),
        #[cfg(feature = "server")]
        Command::Bundle(options) => bundle::run(&options, terminal),
        #[cfg(feature = "server")]
        Command::Workbench(options) => workbench::run(&options, terminal),
        #[cfg(feature = "server")]
        Command::Serve(options) => serve::run(&options, terminal),
        #[cfg(feature = "server")]
        Command::Run(options) => run::run(&options),
        #[cfg(feature = "server")]
        Command::Healthcheck(options) => healthcheck::run(&options),
        Command::Api(options) => api::run(&options),
        Command::ExplainCode(options) => explain_code::run(&options),
        #[cfg(feature = "server")]
        Command::ValidateCandidate => validate_candidate::run(),
        Command::Completions(options) => completions::run(&options),
    }
}
