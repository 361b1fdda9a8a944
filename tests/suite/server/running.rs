//! The real server as a child process, on a port of its own.

use super::http;
use crate::patience::HANG;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// A server that ends with this value.
pub struct Running {
    child: Mutex<Child>,
    /// Where it listens.
    pub address: SocketAddr,
    log: tempfile::TempDir,
}

/// Rules and policies of two vendors in a folder of their own.
pub struct Home(tempfile::TempDir);

impl Home {
    /// The shipped vendors `meridian` and `halcyon`.
    pub fn new() -> Self {
        let home = Self(tempfile::tempdir().unwrap());
        for part in ["rules/meridian", "policies/meridian", "rules/halcyon"] {
            copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join(part), &home.path(part));
        }
        home
    }

    /// A path in it.
    pub fn path(&self, part: &str) -> PathBuf {
        self.0.path().join(part)
    }

    /// The text of a file in it.
    pub fn read(&self, part: &str) -> String {
        std::fs::read_to_string(self.path(part)).unwrap()
    }

    /// Saves a file the way editors do: whole, under another name, renamed.
    pub fn save(&self, part: &str, text: &str) {
        let draft = self.path(&format!("{part}.draft~"));
        std::fs::write(&draft, text).unwrap();
        std::fs::rename(draft, self.path(part)).unwrap();
    }

    /// Starts a server on it.
    pub fn serve(&self, more: &[&str]) -> Running {
        Running::start(&[&self.arguments(), &more.iter().map(ToString::to_string).collect::<Vec<_>>()[..]].concat())
    }

    /// What tells a server its folders.
    pub fn arguments(&self) -> Vec<String> {
        let text = |part: &str| self.path(part).display().to_string();
        ["--rules".to_owned(), text("rules"), "--policies".to_owned(), text("policies")].to_vec()
    }
}

/// An address that nothing listens on, and that no other test gets.
///
/// The system gives ports from 32768 on to connections: a port below it cannot be taken between here and the server.
pub fn free_address() -> SocketAddr {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    loop {
        let port = 10_000 + (std::process::id() * 97 + NEXT.fetch_add(1, Ordering::Relaxed)) % 22_000;
        if let Ok(listener) = TcpListener::bind(("127.0.0.1", u16::try_from(port).unwrap())) {
            return listener.local_addr().unwrap();
        }
    }
}

/// Copies a folder with everything below it.
pub fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target)
        } else {
            let _ = std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

impl Running {
    /// Starts the server on the shipped vendors, or on what `more` says, and waits until all of them are active.
    pub fn start(more: &[impl AsRef<std::ffi::OsStr>]) -> Self {
        let running = Self::launch(more);
        running.until("all vendors are active", |ready| ready["vendors"] == ready["active"]);
        running
    }

    /// Starts the server and does not wait.
    pub fn launch(more: &[impl AsRef<std::ffi::OsStr>]) -> Self {
        let address = free_address();
        let log = tempfile::tempdir().unwrap();
        let file = log.path().join("log");
        let child = Command::new(env!("CARGO_BIN_EXE_quotient"))
            .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")))
            .args(["serve", "--listen", &address.to_string()])
            .args(more)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(std::fs::File::create(&file).unwrap())
            .spawn()
            .unwrap();
        Self { child: Mutex::new(child), address, log }
    }

    /// Waits until what the server says about its readiness is as wanted.
    pub fn until(&self, what: &str, is_so: impl Fn(&serde_json::Value) -> bool) {
        let start = Instant::now();
        loop {
            if let Some(status) = self.child().try_wait().unwrap() {
                panic!("the server ended with {status}: {}", self.log());
            }
            if let Ok(answer) = http::get(self.address, "/health/ready")
                && answer.status == 200
                && is_so(&answer.json())
            {
                return;
            }
            assert!(start.elapsed() < HANG, "{what} did not come about: {}", self.log());
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// The vendor, once `is_so` is true for it.
    pub fn vendor(&self, name: &str, is_so: impl Fn(&serde_json::Value) -> bool) -> serde_json::Value {
        let start = Instant::now();
        loop {
            let vendor = http::get(self.address, &format!("/v1/vendors/{name}")).unwrap().json();
            if is_so(&vendor) {
                return vendor;
            }
            assert!(start.elapsed() < HANG, "it never came: {vendor}\n{}", self.log());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn child(&self) -> MutexGuard<'_, Child> {
        self.child.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Everything logged so far.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.log.path().join("log")).unwrap_or_default()
    }

    /// Id of the process.
    pub fn id(&self) -> u32 {
        self.child().id()
    }

    /// Sends a signal, such as `TERM`.
    pub fn signal(&self, name: &str) {
        let id = self.child().id().to_string();
        assert!(Command::new("kill").args(["-s", name, &id]).status().unwrap().success());
    }

    /// Waits for the end; returns the exit code.
    pub fn wait(&self) -> Option<i32> {
        self.child().wait().unwrap().code()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let mut child = self.child();
        drop(child.kill());
        drop(child.wait());
    }
}
