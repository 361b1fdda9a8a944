//! The admin addresses: health, metrics and version on a thread and with connections that requests cannot use.

use super::connections::{serving, spawn_all};
use crate::finding::{Finding, Findings};
use crate::server::fault::ServerFault;
use crate::server::state::app::App;
use crate::server::wire::socket::{Listen, Socket};
use std::sync::Arc;
use std::thread::JoinHandle;
use tokio::runtime::Runtime;
use tokio::sync::watch;

/// Most connections to the admin addresses.
const CONNECTIONS: usize = 64;

/// Open admin addresses.
pub struct Admin {
    runtime: Runtime,
    sockets: Vec<Socket>,
}

/// Admin addresses that are served.
pub struct ServingAdmin {
    closing: watch::Sender<bool>,
    thread: JoinHandle<()>,
}

impl Admin {
    /// Opens the addresses; `None` when there are none, or with a finding.
    pub fn open(addresses: &[Listen], findings: &mut Findings) -> Option<Self> {
        if addresses.is_empty() {
            return None;
        }
        match tokio::runtime::Builder::new_current_thread().enable_all().build() {
            Ok(runtime) => {
                let sockets = runtime.block_on(Socket::open_all(addresses, findings));
                Some(Self { runtime, sockets })
            }
            Err(error) => {
                findings.push(cannot_start(&error));
                None
            }
        }
    }

    /// Returns the addresses, as they are written in options.
    pub fn addresses(&self) -> Vec<String> {
        self.sockets.iter().map(Socket::address).collect()
    }

    /// Serves the addresses on a thread until the server has ended; `None` when the system gives no thread.
    pub fn serve(self, app: &App) -> Option<ServingAdmin> {
        let Self { runtime, sockets } = self;
        let is_local = sockets.iter().all(Socket::is_local);
        let app = App { gate: Arc::new(app.gate.admin(is_local)), ..app.clone() };
        let (closing, close) = watch::channel(false);
        let run = move || {
            runtime.block_on(async {
                // Without TLS, as probes and scrapes expect it.
                let tasks = spawn_all(&serving(&app, CONNECTIONS, None, close), sockets);
                drop(tasks.join_all().await);
            });
        };
        let thread = std::thread::Builder::new().name("admin".to_owned()).spawn(run);
        let thread = thread.inspect_err(|error| tracing::error!("the admin addresses are not served: {error}"));
        Some(ServingAdmin { closing, thread: thread.ok()? })
    }
}

impl ServingAdmin {
    /// Ends the service; it is the last to end, so that the end of the others can be observed.
    pub fn stop(self) {
        // Fails only when the thread has ended already.
        let _ = self.closing.send(true);
        drop(self.thread.join());
    }
}

fn cannot_start(error: &std::io::Error) -> Finding {
    ServerFault::CannotStart { reason: error.to_string() }.into()
}
