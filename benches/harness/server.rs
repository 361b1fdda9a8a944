//! The real server as a child process, and its figures from the operating system.

use super::Scratch;
use super::load::{Call, Look, Until, closed};
use std::fs::File;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// A free port of the loopback.
pub fn free_address() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("its address")
}

/// A program that is ended when this value goes.
pub struct Process {
    pub child: Child,
    pub address: SocketAddr,
    /// File with what it wrote on stderr.
    pub log: PathBuf,
}

impl Process {
    /// Starts a program whose output goes to `log`.
    pub fn start(command: &mut Command, address: SocketAddr, log: PathBuf) -> Self {
        let file = File::create(&log).expect("a file for the log");
        let output = file.try_clone().expect("the file twice");
        let child = command.stdin(Stdio::null()).stdout(output).stderr(file).spawn();
        Self { child: child.unwrap_or_else(|error| panic!("{command:?}: {error}")), address, log }
    }

    /// Waits until `path` is answered with 200; panics with the log when that does not come.
    pub async fn wait(&mut self, path: &str) -> Duration {
        let start = Instant::now();
        let calls = Arc::new(vec![Call::get(path)]);
        while start.elapsed() < Duration::from_secs(60) {
            let outcome = closed(self.address, 1, Until::Requests(1), Arc::clone(&calls), None).await;
            if outcome.count(|status| status == 200) == 1 {
                return start.elapsed();
            }
            if let Ok(Some(status)) = self.child.try_wait() {
                panic!("the server ended with {status}:\n{}", self.log());
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("no 200 from {path} after 60 s:\n{}", self.log());
    }

    /// Waits until every vendor uses the content of its directory; panics on a timeout.
    async fn wait_for_all_vendors(&self) {
        let start = Instant::now();
        let calls = Arc::new(vec![Call::get("/health/ready")]);
        let is_complete = Arc::new(AtomicBool::new(false));
        while !is_complete.load(Ordering::Relaxed) {
            assert!(start.elapsed() < Duration::from_secs(60), "vendors stay unusable:\n{}", self.log());
            let seen = Arc::clone(&is_complete);
            let look: Look = Arc::new(move |_, _, body| {
                let ready: serde_json::Value = serde_json::from_slice(body).unwrap_or_default();
                seen.store(ready["vendors"].is_number() && ready["vendors"] == ready["active"], Ordering::Relaxed);
            });
            closed(self.address, 1, Until::Requests(1), Arc::clone(&calls), Some(look)).await;
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Everything it wrote.
    pub fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// A line of its status in the system, in bytes, such as `VmRSS` or `VmHWM`; 0 where the system does not report it.
    pub fn memory(&self, line: &str) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap_or_default();
        let found = status.lines().find_map(|text| text.strip_prefix(line)?.strip_prefix(':'));
        let kilobytes = found.and_then(|text| text.trim().strip_suffix(" kB")?.parse::<u64>().ok());
        kilobytes.unwrap_or_default() * 1024
    }

    /// Open files and threads.
    pub fn files_and_threads(&self) -> (usize, usize) {
        let entries = |name: &str| {
            std::fs::read_dir(format!("/proc/{}/{name}", self.child.id())).map_or(0, |entries| entries.count())
        };
        (entries("fd"), entries("task"))
    }

    /// Asks it to end (SIGTERM).
    pub fn terminate(&self) {
        self.signal(rustix::process::Signal::TERM);
    }

    /// Sends it a signal.
    pub fn signal(&self, signal: rustix::process::Signal) {
        let id = i32::try_from(self.child.id()).ok().and_then(rustix::process::Pid::from_raw);
        let _ = rustix::process::kill_process(id.expect("an id of a process"), signal);
    }

    /// Waits for its end; `None` when it has not ended by then.
    pub async fn ended(&mut self, within: Duration) -> Option<(Duration, std::process::ExitStatus)> {
        let start = Instant::now();
        while start.elapsed() < within {
            if let Ok(Some(status)) = self.child.try_wait() {
                return Some((start.elapsed(), status));
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        None
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// Directories of vendors that a bench may change, and the server that watches them.
pub struct House {
    pub scratch: Scratch,
}

impl House {
    /// Makes empty directories.
    pub fn new(name: &str) -> Self {
        let house = Self { scratch: Scratch::new(name) };
        for folder in ["rules", "policies", "state"] {
            std::fs::create_dir_all(house.folder(folder)).expect("a directory");
        }
        house
    }

    /// A directory of the house.
    pub fn folder(&self, name: &str) -> PathBuf {
        self.scratch.0.join(name)
    }

    /// Starts the server on a free port of the loopback and waits until it is ready.
    pub async fn serve(&self, more: &[&str]) -> Process {
        let address = free_address();
        let mut command = Command::new(env!("CARGO_BIN_EXE_quotient"));
        command.current_dir(&self.scratch.0).args(["serve", "--listen", &address.to_string()]);
        for folder in ["rules", "policies", "state"] {
            command.arg(format!("--{folder}")).arg(self.folder(folder));
        }
        command.args(more);
        let mut server = Process::start(&mut command, address, self.folder("log"));
        server.wait("/health/ready").await;
        server.wait_for_all_vendors().await;
        server
    }

    /// Writes a file of a vendor's rules by a new name that is then renamed, as an editor saves.
    pub fn save(&self, vendor: &str, file: &str, text: &str) {
        let folder = self.folder("rules").join(vendor);
        std::fs::create_dir_all(&folder).expect("the vendor directory");
        let new = folder.join(format!(".{file}.new"));
        std::fs::write(&new, text).expect("a new file");
        std::fs::rename(&new, folder.join(file)).expect("the file replaced");
    }
}

/// Copies a directory with everything in it.
pub fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a directory");
    for entry in std::fs::read_dir(from).expect("a directory to copy").flatten() {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).expect("a copy");
        }
    }
}
