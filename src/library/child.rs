//! Checks of candidates in a child process with limits, so that not even an abort reaches this one.
//!
//! The files go to the child's standard input as one JSON document (`quotient.candidate/1`), its findings come back
//! on standard output (`quotient.findings/2`). The limits are set before the first byte is sent, so that nothing of
//! the candidate is ever read without them. On systems other than Linux only the time limit holds.

use super::archived::{files_from_json, files_to_json};
use super::validate::{Inspect, Validate, died, judge, slow};
use crate::finding::{Findings, parse, render};
use crate::plugin::VendorFiles;
use crate::script::STACK_BYTES;
use std::ffi::OsString;
use std::io::{Read, Write};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::{Duration, Instant};

/// Subcommand of `quotient` that is [`answer`].
const SUBCOMMAND: &str = "validate-candidate";
/// Longest output that is read, in bytes.
const MAX_OUTPUT: u64 = 4 << 20;
/// Longest wait for what a child that ended has written.
const LAST_READ: Duration = Duration::from_secs(1);
/// Longest complaint on standard error that is read, in bytes.
const MAX_COMPLAINT: u64 = 64 << 10;
/// Longest candidate that a child reads, in bytes.
const MAX_CANDIDATE: u64 = 256 << 20;

/// A command that reads a candidate and writes findings, and what it may take.
#[derive(Debug, Clone)]
pub struct ChildProcess {
    /// The command with its arguments, such as `quotient validate-candidate`. It gets an empty environment.
    pub command: Vec<OsString>,
    /// Longest time from start to end.
    pub time: Duration,
    /// Most processor time, in seconds.
    pub cpu_seconds: u64,
    /// Most address space, in bytes. Stacks count in full: a program with threads of large stacks needs room for them.
    pub memory: u64,
}

impl ChildProcess {
    /// Returns `command` with the usual limits: 10 seconds, 5 seconds of processor time, 2 GiB of address space.
    pub fn new(command: impl IntoIterator<Item = impl Into<OsString>>) -> Self {
        Self {
            command: command.into_iter().map(Into::into).collect(),
            time: Duration::from_secs(10),
            cpu_seconds: 5,
            memory: 2 << 30,
        }
    }

    /// Returns this program as its own child: `validate-candidate`, with room for one thread of scripts.
    ///
    /// On Linux the program is named `/proc/self/exe`: the file that runs here, even if another has replaced it by
    /// now or it was deleted, so that a candidate is always judged by the version that will use it. Elsewhere it is the
    /// path the program was started from. Fails if the system does not report it.
    pub fn of_this_program() -> std::io::Result<Self> {
        let path = std::env::current_exe()?;
        let program = if cfg!(target_os = "linux") { "/proc/self/exe".into() } else { path };
        Ok(Self::of_program(program))
    }

    /// Returns `program validate-candidate`, with room for one thread of scripts beside 512 MiB.
    pub fn of_program(program: impl Into<OsString>) -> Self {
        Self { memory: (512 << 20) + STACK_BYTES as u64, ..Self::new([program.into(), SUBCOMMAND.into()]) }
    }

    fn spawn(&self) -> std::io::Result<Child> {
        let (program, arguments) = self.command.split_first().ok_or(std::io::ErrorKind::NotFound)?;
        let mut command = Command::new(program);
        command.args(arguments).env_clear().stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        // A separate group: it ends as a whole, and an interrupt at the terminal does not reach it.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        command.spawn()
    }

    /// Runs the command on `files`; returns its findings, or one that says how the check died.
    fn run(&self, files: &VendorFiles) -> Findings {
        let vendor = &*files.vendor;
        let end = Instant::now() + self.time;
        let mut child = match self.spawn() {
            Ok(child) => child,
            Err(error) => return Findings::from(died(vendor, &format!("its process could not be started: {error}"))),
        };
        if let Err(error) = self.limit(&child) {
            drop(end_group(&mut child));
            return Findings::from(died(vendor, &format!("its process could not be limited: {error}")));
        }
        let input = files_to_json(files).to_string();
        if let Some(mut pipe) = child.stdin.take() {
            // A child that does not read blocks this thread until the child is ended, and no longer.
            let writer = thread::Builder::new().name(format!("candidate-{vendor}"));
            drop(writer.spawn(move || pipe.write_all(input.as_bytes())));
        }
        let answer = read_all(child.stdout.take(), MAX_OUTPUT);
        let complaint = read_all(child.stderr.take(), MAX_COMPLAINT);
        let is_over = wait(&mut child, end);
        // Whatever the child started ends with it; else it could hold the pipes open.
        let status = end_group(&mut child);
        if !is_over {
            return Findings::from(slow(vendor, self.time));
        }
        let status = match status {
            Ok(status) => status,
            Err(error) => {
                return Findings::from(died(vendor, &format!("the end of its process is not known: {error}")));
            }
        };
        let (answer, complaint) = (answer.recv_timeout(LAST_READ), complaint.recv_timeout(LAST_READ));
        let (answer, complaint) = (answer.unwrap_or_default(), complaint.unwrap_or_default());
        self.understand(files, status, &answer, &complaint)
    }

    fn understand(&self, files: &VendorFiles, status: ExitStatus, answer: &[u8], complaint: &[u8]) -> Findings {
        let text_of = |shown: &str| files.iter().find(|file| file.shown == shown).map(|file| Arc::clone(&file.text));
        let findings = serde_json::from_slice(answer).ok().and_then(|value| parse::json(&value, text_of));
        match (findings, status.code()) {
            (Some(findings), Some(0)) if !findings.has_errors() => findings,
            (Some(findings), Some(_)) if findings.has_errors() => findings,
            (Some(_), Some(_)) => Findings::from(died(&files.vendor, &format!("its process ended with {status}"))),
            (None, Some(0)) => Findings::from(died(&files.vendor, "its process gave no readable output")),
            (_, _) => Findings::from(died(
                &files.vendor,
                &format!("its process ended with {status}{}", last_words(complaint)),
            )),
        }
    }

    #[cfg(target_os = "linux")]
    fn limit(&self, child: &Child) -> std::io::Result<()> {
        use rustix::process::{Pid, Resource, Rlimit, prlimit};
        let pid = Pid::from_child(child);
        let limits = [(Resource::As, self.memory), (Resource::Cpu, self.cpu_seconds), (Resource::Core, 0)];
        for (resource, most) in limits {
            match prlimit(Some(pid), resource, Rlimit { current: Some(most), maximum: Some(most) }) {
                // A child that is already gone needs no limit.
                Ok(_) | Err(rustix::io::Errno::SRCH) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    #[cfg(not(target_os = "linux"))]
    fn limit(&self, _child: &Child) -> std::io::Result<()> {
        Ok(())
    }
}

impl Inspect for ChildProcess {
    fn inspect(&self, files: &VendorFiles) -> Findings {
        self.run(files)
    }
}

/// Reads a pipe on a separate thread, so that a full pipe blocks nothing else.
fn read_all(pipe: Option<impl Read + Send + 'static>, most: u64) -> mpsc::Receiver<Vec<u8>> {
    let (send, receive) = mpsc::sync_channel(1);
    let reader = thread::Builder::new().name("candidate-answer".to_owned());
    drop(reader.spawn(move || {
        let mut bytes = Vec::new();
        if let Some(pipe) = pipe {
            // Output before a failure is still useful.
            drop(pipe.take(most).read_to_end(&mut bytes));
        }
        drop(send.send(bytes));
    }));
    receive
}

/// Waits for the end of the child; false when it does not come in time.
fn wait(child: &mut Child, end: Instant) -> bool {
    let mut pause = Duration::from_millis(1);
    while !is_over(child) {
        if Instant::now() >= end {
            return false;
        }
        thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(20));
    }
    true
}

/// True when the child has ended; it is not waited for, so that its number stays its own until its group is ended too.
#[cfg(unix)]
fn is_over(child: &mut Child) -> bool {
    use rustix::process::{Pid, WaitId, WaitIdOptions, waitid};
    let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
    match waitid(WaitId::Pid(Pid::from_child(child)), options) {
        Ok(status) => status.is_some(),
        Err(error) => error != rustix::io::Errno::INTR,
    }
}

#[cfg(not(unix))]
fn is_over(child: &mut Child) -> bool {
    child.try_wait().is_ok_and(|status| status.is_some())
}

/// Ends the child and everything in its group, and takes away what is left of it.
fn end_group(child: &mut Child) -> std::io::Result<ExitStatus> {
    #[cfg(unix)]
    {
        use rustix::process::{Pid, Signal, kill_process_group};
        // Fails when all of the group is gone already.
        let _ = kill_process_group(Pid::from_child(child), Signal::KILL);
    }
    drop(child.kill());
    child.wait()
}

fn last_words(complaint: &[u8]) -> String {
    let text = String::from_utf8_lossy(complaint);
    let Some(line) = text.lines().map(str::trim).rfind(|line| !line.is_empty()) else { return String::new() };
    let plain: String = line.chars().filter(|c| !c.is_control()).take(200).collect();
    format!("; last line of its standard error: {plain}")
}

/// The other end: reads a candidate from `input`, validates it, writes the findings to `output`.
///
/// Returns true when the candidate may be used; the command ends with 0 then, and with 4 otherwise.
pub fn answer<V: Validate>(validator: &V, input: impl Read, mut output: impl Write) -> std::io::Result<bool> {
    let mut text = String::new();
    input.take(MAX_CANDIDATE).read_to_string(&mut text)?;
    let files = serde_json::from_str(&text).ok().and_then(|value| files_from_json(&value));
    let findings = match files.map(Arc::new) {
        Some(files) => match judge(validator, &files) {
            Ok(active) => active.warnings.clone(),
            Err(findings) => findings,
        },
        None => Findings::from(died("candidate", "its files did not arrive as `quotient.candidate/1`")),
    };
    writeln!(output, "{}", render::json_each(findings.iter()))?;
    output.flush()?;
    Ok(!findings.has_errors())
}
