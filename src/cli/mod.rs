//! The command line: one file a subcommand. Data goes to stdout, messages and progress to stderr.

mod backtest;
mod book;
mod check;
mod explain;
mod init;
mod output;
mod propose;
mod replay;
mod review;
mod serve;
mod vendor;

use crate::finding::{Area, Code, Findings, render};
use clap::{CommandFactory, Parser, Subcommand};
use std::io::{IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;

const AFTER_HELP: &str = "\
Examples:
  quotient propose meridian --book examples/demonstration --target 60000000
  quotient explain meridian P0007 --book examples/demonstration --target 60000000
  quotient check && quotient test

Exit codes:
  0  done
  1  the answer is no: findings, failed cases, an infeasible plan
  2  usage
  3  input data refused
  4  rules or policies refused
  5  reading or writing failed
  70 a bug of ours: please report it

Every finding has a code; `quotient explain-code CODE` tells more about it.";

/// Quotas for channel partners, from rules a vendor can read.
#[derive(Debug, Parser)]
#[command(name = "quotient", version, about, after_help = AFTER_HELP, max_term_width = 110, disable_help_subcommand = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
    /// Colours on the terminal.
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    color: Colour,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Colour {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Propose a quota for every partner of a vendor.
    Propose(propose::Options),
    /// Explain one partner's proposed quota, step by step, and what would have to be different.
    Explain(explain::Options),
    /// Show where every partner stands, and what the vendor's policies decide.
    Review(review::Options),
    /// Score a vendor's rules on a past period against simple baselines.
    Backtest(backtest::Options),
    /// Decide every record of a decision log again, and report what comes out differently.
    Replay(replay::Options),
    /// Report everything wrong with one vendor, or all.
    Check(check::CheckOptions),
    /// Run the cases written beside the rules of one vendor, or all.
    Test(check::TestOptions),
    /// Write empty tables of a partner book, with a description of every column.
    Template(book::TemplateOptions),
    /// Make a synthetic partner book for trying things out and for load tests.
    Generate(book::GenerateOptions),
    /// Start a vendor: manifest, rules and cases that work and can be changed.
    Init(init::Options),
    /// Answer other services over HTTP, and reload rules as they change.
    Serve(Box<serve::Options>),
    /// Ask a running server whether it is ready: done when it is.
    Healthcheck(serve::HealthcheckOptions),
    /// Show what rules may read and call.
    Api(check::ApiOptions),
    /// Tell more about the code of a finding; without a code, list all of them.
    ExplainCode(check::ExplainCodeOptions),
    /// Judge a candidate given on standard input, for `serve`, which starts this in a process of its own.
    #[command(hide = true)]
    ValidateCandidate,
    /// Print a completion script for a shell.
    Completions {
        /// Shell to complete in.
        shell: clap_complete::Shell,
    },
}

/// Why a command did not do what was asked.
#[derive(Debug)]
pub(crate) enum Stop {
    /// Findings to show, with the exit code they call for.
    Refused(Findings),
    /// The answer is no, and has been shown already.
    No,
    /// What is wrong has been shown already; this is the exit code.
    Shown(u8),
    /// Whoever read our output went away.
    BrokenPipe,
}

impl From<Findings> for Stop {
    fn from(findings: Findings) -> Self {
        Self::Refused(findings)
    }
}

impl From<std::io::Error> for Stop {
    fn from(error: std::io::Error) -> Self {
        if error.kind() == std::io::ErrorKind::BrokenPipe {
            return Self::BrokenPipe;
        }
        let finding =
            crate::finding::Finding::error(Code::FileUnwritable, format!("the output cannot be written: {error}"))
                .help("check the disk and the permissions");
        Self::Refused(std::iter::once(finding).collect())
    }
}

/// What every command needs to talk to its user.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Terminal {
    /// Colours on stdout.
    pub colour: bool,
    /// Colours on stderr.
    pub error_colour: bool,
    /// Columns of stdout.
    pub width: u16,
}

impl Terminal {
    fn new(colour: Colour) -> Self {
        let no_colour = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let wanted = |is_terminal: bool| match colour {
            Colour::Always => true,
            Colour::Never => false,
            Colour::Auto => is_terminal && !no_colour,
        };
        let width = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
        let width = width.or_else(|| comfy_table::Table::new().width()).unwrap_or(120);
        Self {
            colour: wanted(std::io::stdout().is_terminal()),
            error_colour: wanted(std::io::stderr().is_terminal()),
            width,
        }
    }

    /// Shows findings on stderr; at most 100 of them, and how many more there are.
    pub fn show(self, findings: &Findings) {
        const SHOWN: usize = 100;
        let mut stderr = std::io::stderr().lock();
        let text = render::human(findings.iter().take(SHOWN), self.error_colour);
        let _ = write!(stderr, "{text}");
        if findings.len() > SHOWN {
            let _ = writeln!(stderr, "... and {} more findings", findings.len() - SHOWN);
        }
    }
}

/// Runs the program with the process's own arguments.
pub fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { 2 } else { 0 });
        }
    };
    let terminal = Terminal::new(arguments.color);
    let outcome = std::panic::catch_unwind(|| run(arguments.command, terminal));
    match outcome {
        Ok(Ok(())) => ExitCode::SUCCESS,
        Ok(Err(Stop::No)) => ExitCode::from(1),
        Ok(Err(Stop::Shown(code))) => ExitCode::from(code),
        Ok(Err(Stop::BrokenPipe)) => ExitCode::SUCCESS,
        Ok(Err(Stop::Refused(findings))) => {
            terminal.show(&findings);
            ExitCode::from(exit_code(&findings))
        }
        Err(_) => {
            eprintln!("quotient stopped on a bug of its own; please report it with the command and the lines above");
            ExitCode::from(70)
        }
    }
}

fn run(command: Command, terminal: Terminal) -> Result<(), Stop> {
    match command {
        Command::Propose(options) => propose::run(&options, terminal),
        Command::Explain(options) => explain::run(&options, terminal),
        Command::Review(options) => review::run(&options, terminal),
        Command::Backtest(options) => backtest::run(&options, terminal),
        Command::Replay(options) => replay::run(&options, terminal),
        Command::Check(options) => check::check(&options, terminal),
        Command::Test(options) => check::test(&options, terminal),
        Command::Template(options) => book::template(&options),
        Command::Generate(options) => book::generate(&options),
        Command::Init(options) => init::run(&options),
        Command::Serve(options) => serve::run(&options, terminal),
        Command::Healthcheck(options) => serve::healthcheck(&options),
        Command::Api(options) => check::api(&options),
        Command::ExplainCode(options) => check::explain_code(&options),
        Command::ValidateCandidate => check::validate_candidate(),
        Command::Completions { shell } => {
            let mut command = Arguments::command();
            clap_complete::generate(shell, &mut command, "quotient", &mut std::io::stdout());
            Ok(())
        }
    }
}

/// Exit code that findings call for: the most basic cause wins.
fn exit_code(findings: &Findings) -> u8 {
    let areas = || findings.iter().filter(|finding| finding.is_error()).map(|finding| finding.code().area());
    if areas().any(|area| area == Area::Files) {
        5
    } else if areas().any(|area| area == Area::Rules) {
        4
    } else if areas().any(|area| area == Area::Book) {
        3
    } else if findings.iter().any(|finding| finding.is_error() && finding.code() == Code::PlanPeriod) {
        2
    } else {
        1
    }
}

/// Folders of rules and policies.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Folders {
    /// Folder of quota-setting rules, one folder a vendor.
    #[arg(long, value_name = "DIR", default_value = "rules")]
    rules: PathBuf,
    /// Folder of policies, one folder a vendor.
    #[arg(long, value_name = "DIR", default_value = "policies")]
    policies: PathBuf,
}
