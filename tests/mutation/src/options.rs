//! The command line.

use std::path::PathBuf;
use std::time::Duration;

use crate::Failure;

const HELP: &str = "\
Mutation testing of quotient: which changes to the source no test notices.

Usage: tests/mutation/run [OPTIONS]

  --rooms A,B       only these rooms of src (default: every room)
  --file TEXT       only files whose path below src contains TEXT
  --sample N        mutants per room (default: 40)
  --all             every mutant instead of a sample (hours)
  --seed N          seed of the sample (default: 1)
  --gate            the form in .ci/run: a small sample with a floor for each room
  --include-ignored also run the tests that are ignored by default
  --jobs N          test processes at a time (default: number of processors)
  --slowest N       seconds of the slowest test of another room that is run (default: 2)
  --own             only tests of a mutant's own room, which --rooms has to name
  --tests A,B       only tests whose name contains one of the texts
  --again FILE      keep what FILE, written by --json, calls killed, and run the rest of the same selection
  --json FILE       write every result to FILE
  --list            print the mutants and stop
  --help            print this text
";

/// What to mutate, and how to run it.
#[derive(Debug)]
pub struct Options {
    /// Root of the repository.
    pub root: PathBuf,
    pub rooms: Vec<String>,
    pub file: Option<String>,
    /// Mutants per room; `None` takes all.
    pub sample: Option<usize>,
    pub seed: u64,
    pub gate: bool,
    pub include_ignored: bool,
    pub jobs: usize,
    /// Tests of other rooms that take longer are not run: a mutant that only they notice has no test where it belongs.
    pub slowest: Duration,
    /// Only tests of the room that a mutant is in.
    pub own: bool,
    /// Parts of names; empty for every test.
    pub tests: Vec<String>,
    /// Verdicts of an earlier run.
    pub again: Option<PathBuf>,
    pub json: Option<PathBuf>,
    pub list: bool,
}

impl Options {
    pub fn from_arguments(mut arguments: impl Iterator<Item = String>) -> Result<Self, Failure> {
        let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..");
        let root = root.canonicalize().map_err(|error| format!("{}: {error}", root.display()))?;
        let jobs = std::thread::available_parallelism().map_or(1, usize::from);
        let mut options = Self {
            root,
            rooms: Vec::new(),
            file: None,
            sample: Some(40),
            seed: 1,
            gate: false,
            include_ignored: false,
            jobs,
            slowest: Duration::from_secs(2),
            own: false,
            tests: Vec::new(),
            again: None,
            json: None,
            list: false,
        };
        while let Some(argument) = arguments.next() {
            let mut value = || arguments.next().ok_or_else(|| format!("`{argument}` needs a value"));
            match argument.as_str() {
                "--rooms" => options.rooms = value()?.split(',').map(str::to_owned).collect(),
                "--file" => options.file = Some(value()?),
                "--sample" => options.sample = Some(number(&argument, &value()?)?),
                "--all" => options.sample = None,
                "--seed" => options.seed = number(&argument, &value()?)?,
                "--gate" => options.gate = true,
                "--include-ignored" => options.include_ignored = true,
                "--jobs" => options.jobs = number::<usize>(&argument, &value()?)?.max(1),
                "--slowest" => options.slowest = Duration::from_secs(number(&argument, &value()?)?),
                "--own" => options.own = true,
                "--tests" => options.tests = value()?.split(',').map(str::to_owned).collect(),
                "--again" => options.again = Some(value()?.into()),
                "--json" => options.json = Some(value()?.into()),
                "--list" => options.list = true,
                "--help" | "-h" => {
                    print!("{HELP}");
                    std::process::exit(0);
                }
                other => return Err(format!("unknown option `{other}`\n\n{HELP}")),
            }
        }
        if options.own && options.rooms.is_empty() {
            return Err("`--own` needs `--rooms`".into());
        }
        Ok(options)
    }

    /// True when the selection covers mutants of this file.
    pub fn covers(&self, room: &str, file: &str) -> bool {
        (self.rooms.is_empty() || self.rooms.iter().any(|wanted| wanted == room))
            && self.file.as_ref().is_none_or(|part| file.contains(part.as_str()))
    }
}

fn number<T: std::str::FromStr>(name: &str, value: &str) -> Result<T, Failure> {
    value.parse().map_err(|_| format!("`{name}` needs a whole number, not `{value}`"))
}
