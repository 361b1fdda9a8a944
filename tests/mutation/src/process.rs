//! Runs tests in a process of their own, within limits of time and memory.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use crate::Failure;
use crate::compile::Binaries;
use crate::options::Options;
use crate::tree::Workspace;

/// Address space of one test process in KiB: a mutant may allocate without end.
const MEMORY: u64 = 6 * 1024 * 1024;

/// How a run of tests ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ending {
    Passed,
    /// The first test that failed, or what ended the process.
    Failed(String),
    TimedOut,
}

/// What the process is to do with the mutants.
#[derive(Debug, Clone, Copy)]
pub enum Mode<'a> {
    /// None is active.
    Unmutated,
    /// None is active, and those that are reached are written to this file.
    Trace(&'a std::path::Path),
    /// This one is active.
    Mutant(usize),
}

/// Starts processes of the test binary.
pub struct Runner {
    binaries: Binaries,
    copy: PathBuf,
    pub scratch: PathBuf,
    include_ignored: bool,
    started: AtomicUsize,
}

impl Runner {
    pub fn new(workspace: &Workspace, binaries: Binaries, options: &Options) -> Self {
        Self {
            binaries,
            copy: workspace.copy.clone(),
            scratch: workspace.scratch.clone(),
            include_ignored: options.include_ignored,
            started: AtomicUsize::new(0),
        }
    }

    /// Names of the tests that a run includes.
    pub fn tests(&self) -> Result<Vec<String>, Failure> {
        let list = |arguments: &[&str]| -> Result<Vec<String>, Failure> {
            let output = Command::new(&self.binaries.tests)
                .args(["--list", "--format", "terse"])
                .args(arguments)
                .current_dir(&self.copy)
                .output()
                .map_err(|error| format!("{}: {error}", self.binaries.tests.display()))?;
            let text = String::from_utf8_lossy(&output.stdout).into_owned();
            Ok(text.lines().filter_map(|line| line.strip_suffix(": test")).map(str::to_owned).collect())
        };
        let all = list(&[])?;
        if self.include_ignored {
            return Ok(all);
        }
        let ignored = list(&["--ignored"])?;
        Ok(all.into_iter().filter(|name| !ignored.contains(name)).collect())
    }

    /// Runs these tests one after the other until one fails.
    pub fn run(&self, tests: &[&str], mode: Mode, limit: Duration) -> Ending {
        let number = self.started.fetch_add(1, Ordering::Relaxed);
        let directory = self.scratch.join(number.to_string());
        if let Err(error) = std::fs::create_dir_all(&directory) {
            return Ending::Failed(format!("no directory for temporary files: {error}"));
        }
        let mut command = Command::new("sh");
        // The limits are inherited by everything that the tests start, and hold even if this program is interrupted.
        let processor = limit.as_secs().saturating_mul(4);
        let limits = format!("ulimit -c 0; ulimit -v {MEMORY}; ulimit -t {processor}; exec \"$0\" \"$@\"");
        command.arg("-c").arg(limits).arg(&self.binaries.tests);
        command.args(["--exact", "--test-threads", "1"]).args(tests);
        if self.include_ignored {
            command.arg("--include-ignored");
        }
        command.current_dir(&self.copy).env("TMPDIR", &directory).env("CARGO_MANIFEST_DIR", &self.copy);
        // Tests that start the program must not find the one of the repository, which has no mutants.
        command.env("CARGO_BIN_EXE_quotient", &self.binaries.program);
        // The same run every time, and nothing written into the copy.
        command.env("PROPTEST_RNG_SEED", "1").env("PROPTEST_FAILURE_PERSISTENCE", "off").env("INSTA_UPDATE", "no");
        command.env("INSTA_WORKSPACE_ROOT", &self.copy).env_remove("MUTANT").env_remove("MUTANT_TRACE");
        command.env_remove("QUOTIENT_BLESS").env_remove("TRYCMD").env_remove("SHRINK");
        match mode {
            Mode::Unmutated => {}
            Mode::Trace(path) => {
                command.env("MUTANT_TRACE", path);
            }
            Mode::Mutant(id) => {
                command.env("MUTANT", id.to_string());
            }
        }
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        own_group(&mut command);
        let ending = match command.spawn() {
            Ok(child) => watch(child, tests.len(), limit),
            Err(error) => Ending::Failed(format!("cannot be started: {error}")),
        };
        // A process of a test that was ended may still write; what is left goes with the whole directory.
        let _ = std::fs::remove_dir_all(&directory);
        ending
    }
}

#[cfg(unix)]
fn own_group(command: &mut Command) {
    std::os::unix::process::CommandExt::process_group(command, 0);
}

#[cfg(not(unix))]
fn own_group(_: &mut Command) {}

/// Follows the results that the test binary prints.
fn watch(mut child: Child, expected: usize, limit: Duration) -> Ending {
    let deadline = Instant::now() + limit;
    let (sender, lines) = mpsc::channel();
    let output = child.stdout.take().map(BufReader::new);
    // Ends by itself when the last process that holds the other end is gone.
    std::thread::spawn(move || {
        let lines = output.into_iter().flat_map(BufRead::lines).map_while(Result::ok);
        lines.take_while(|line| sender.send(line.clone()).is_ok()).for_each(drop);
    });
    let ending = loop {
        let wait = deadline.saturating_duration_since(Instant::now());
        if wait.is_zero() {
            break Ending::TimedOut;
        }
        match lines.recv_timeout(wait.min(Duration::from_millis(200))) {
            Ok(line) => {
                // With one thread the name and the result are on one line, unless the test printed something itself.
                if let Some(name) = line.strip_prefix("test ").and_then(|line| line.strip_suffix(" ... FAILED")) {
                    break Ending::Failed(name.trim_end_matches(" - should panic").to_owned());
                }
                if line.ends_with("FAILED") {
                    break Ending::Failed("a test".into());
                }
                if let Some(counts) = line.strip_prefix("test result: ok. ") {
                    let all = counts.starts_with(&format!("{expected} passed;"));
                    break if all { Ending::Passed } else { Ending::Failed(format!("only {counts}")) };
                }
            }
            Err(mpsc::RecvTimeoutError::Timeout) => {}
            Err(mpsc::RecvTimeoutError::Disconnected) => break Ending::Failed("the test process ended early".into()),
        }
    };
    end(&mut child);
    ending
}

/// Ends the process and everything that it started.
fn end(child: &mut Child) {
    if cfg!(unix) {
        let group = format!("-{}", child.id());
        let _ = Command::new("kill").args(["-KILL", "--", &group]).stderr(Stdio::null()).status();
    } else {
        let _ = child.kill();
    }
    let _ = child.wait();
}
