//! The real server as a child process, on a port of its own.

use super::http;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A server that ends with this value.
pub struct Running {
    child: Child,
    /// Where it listens.
    pub address: SocketAddr,
    _log: tempfile::TempDir,
}

impl Running {
    /// Starts the server on the shipped vendors, or on what `more` says, and waits until all of them are active.
    pub fn start(more: &[&str]) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = port.local_addr().unwrap();
        drop(port);
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
        let mut running = Self { child, address, _log: log };
        let start = Instant::now();
        loop {
            if let Ok(answer) = http::get(address, "/health/ready") {
                let ready = answer.json();
                if answer.status == 200 && ready["vendors"] == ready["active"] {
                    return running;
                }
            }
            let text = || std::fs::read_to_string(&file).unwrap_or_default();
            if let Some(status) = running.child.try_wait().unwrap() {
                panic!("the server ended with {status}: {}", text());
            }
            assert!(start.elapsed() < Duration::from_secs(120), "the server did not get ready: {}", text());
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
