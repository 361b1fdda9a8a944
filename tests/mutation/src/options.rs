//! The command line.

use std::path::PathBuf;

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
                "--json" => options.json = Some(value()?.into()),
                "--list" => options.list = true,
                "--help" | "-h" => {
                    print!("{HELP}");
                    std::process::exit(0);
                }
                other => return Err(format!("unknown option `{other}`\n\n{HELP}")),
            }
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
