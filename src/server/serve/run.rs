//! Starting, running and ending the server.

use crate::audit::{Keeping, Log, Mode};
use crate::finding::{Code, Finding, Findings, render};
use crate::library::{VendorOptions, open_vendors};
use crate::plugin::disk::Roots;
use crate::script::spawn_script_thread;
use crate::server::http::access::{Access, read_small};
use crate::server::http::operation::router;
use crate::server::state::answers::KeptAnswers;
use crate::server::state::app::{App, ServerLimits};
use crate::server::state::books::{BookFolder, KeptBooks};
use crate::server::state::events::{self, Events};
use crate::server::state::fair_queue::{Lane, LaneLimits};
use crate::server::state::metrics::Metrics;
use crate::server::state::recorder::Recorder;
use crate::server::state::spans::{self, Exporter, SpanOptions, spans};
use crate::server::wire::body::BodyMemory;
use crate::server::wire::framing::Patience;
use crate::server::wire::listen::{Listen, Serving, Socket, serve};
use crate::server::wire::tls::{Tls, TlsFiles};
use arc_swap::ArcSwap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::runtime::Runtime;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;

/// Tokens and certificates are looked at so often, beside every SIGHUP.
const LOOK: Duration = Duration::from_secs(10);
/// Past revisions made ready at the same time, and candidates checked for authors.
const AT_ONCE: usize = 2;
/// Changes that may wait to be told.
const CHANGES: usize = 1_024;

/// How a server is started.
pub struct Options {
    /// Where it listens.
    pub listen: Vec<Listen>,
    /// Folders of rules and policies.
    pub roots: Roots,
    /// How vendors are opened: check in a child process, state folder, interval.
    pub vendors: VendorOptions,
    /// File of tokens.
    pub tokens: Option<PathBuf>,
    /// Certificate and key.
    pub tls: Option<TlsFiles>,
    /// Listens beyond this machine without tokens.
    pub is_insecure: bool,
    /// Checks scripts that callers send.
    pub is_authoring: bool,
    /// How much it takes.
    pub limits: ServerLimits,
    /// The decision log, what it keeps, and its mode.
    pub decision_log: Option<(Log, Keeping, Mode)>,
    /// Where spans of requests are sent.
    pub spans: Option<SpanOptions>,
    /// From the signal to end until no connection is accepted any more; readiness is off meanwhile.
    pub lame_duck: Duration,
}

/// A server that listens.
pub struct Server {
    runtime: Runtime,
    app: Arc<App>,
    sockets: Vec<Socket>,
    tls: Option<Arc<Tls>>,
    tokens: Option<PathBuf>,
    ending: watch::Sender<bool>,
    lame_duck: Duration,
    exporter: Option<Exporter>,
    /// Caught from the beginning: a first process of a container would not hear of it later.
    terminate: Option<Signal>,
}

/// Ends a server from another thread.
#[derive(Debug, Clone)]
pub struct Stopper(watch::Sender<bool>);

impl Stopper {
    /// Tells the server to end.
    pub fn stop(&self) {
        // Fails only when the server has ended already.
        let _ = self.0.send(true);
    }
}

fn one(finding: Finding) -> Findings {
    std::iter::once(finding).collect()
}

impl Server {
    /// Opens sockets, reads tokens, certificate and vendors; everything wrong with the options is told at once.
    ///
    /// Vendors that cannot be used do not keep the server from starting: it says so and serves the others.
    pub fn open(options: Options) -> Result<Self, Findings> {
        let mut findings = Findings::new();
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(std::thread::available_parallelism().map_or(2, usize::from))
            .thread_name("server")
            .enable_all()
            .build();
        let runtime = runtime.map_err(|error| one(cannot_start(&error)))?;
        // Vendors may take a while to be read; whoever interrupts that by hand need not wait.
        let terminate = runtime.block_on(async { signal(SignalKind::terminate()).ok() });
        let mut sockets = Vec::new();
        for listen in &options.listen {
            match runtime.block_on(Socket::open(listen)) {
                Ok(opened) => sockets.extend(opened),
                Err(finding) => findings.push(finding),
            }
        }
        let access = match options.tokens.as_deref().map(Access::read) {
            None => Access::open(),
            Some(Ok(access)) => access,
            Some(Err(found)) => {
                findings.extend(found);
                Access::open()
            }
        };
        let tls = match options.tls.clone().map(Tls::read) {
            None => None,
            Some(Ok(tls)) => Some(Arc::new(tls)),
            Some(Err(found)) => {
                findings.extend(found);
                None
            }
        };
        let is_local = sockets.iter().all(Socket::is_local);
        findings.extend(refuse_exposure(&options, is_local));
        if findings.has_errors() {
            return Err(findings);
        }
        let state = options.vendors.state.as_ref().filter(|_| options.decision_log.is_some());
        let book_folder = state.map(|state| BookFolder::open(state.join("books"))).transpose();
        let book_folder = book_folder.map_err(|error| one(cannot_start(&error)))?;
        let (library, outcome) = open_vendors(options.roots, options.vendors)?;
        let (ending, end) = watch::channel(false);
        let changes = library.subscribe(CHANGES);
        let lane = |name: &str, limits: LaneLimits| {
            Lane::new(limits, |number, work| {
                let started = spawn_script_thread(&format!("{name}-{number}"), work);
                started.map(drop).map_err(|error| std::io::Error::other(error.to_string()))
            })
            .map_err(|error| one(cannot_start(&error)))
        };
        let metrics = Metrics::new();
        let (spans, exporter) = options.spans.map(|options| spans(options, tls.is_some(), &metrics)).unzip();
        let app = Arc::new(App {
            library: Arc::new(library),
            decide: lane("decide", options.limits.decide)?,
            plan: lane("plan", options.limits.plan)?,
            access: ArcSwap::from_pointee(access),
            is_local,
            is_authoring: options.is_authoring,
            limits: options.limits,
            metrics,
            bodies: BodyMemory::new(options.limits.bodies),
            books: KeptBooks::new(options.limits.kept_books),
            book_folder,
            answers: KeptAnswers::default(),
            events: Events::default(),
            recorder: options.decision_log.map(|(log, keeping, mode)| Recorder::new(log, keeping, mode)),
            spans: spans.map(Arc::new),
            past: Arc::new(Semaphore::new(AT_ONCE)),
            checks: Arc::new(Semaphore::new(AT_ONCE)),
            ending: end,
            started: Instant::now(),
        });
        for (vendor, report) in &outcome.vendors {
            let state = report.state.map_or("gone", crate::library::State::as_str);
            let findings = render::human(report.findings.iter(), false);
            let revision = report.active.as_deref();
            match state {
                "active" => tracing::info!(vendor = &**vendor, state, revision, "the vendor was read"),
                _ => {
                    tracing::error!(vendor = &**vendor, state, revision, findings, "the vendor cannot be used as it is")
                }
            }
        }
        outcome.faults.iter().for_each(|finding| tracing::error!("{finding}"));
        events::take_stock(&app);
        events::follow(&app, changes).map_err(|error| one(cannot_start(&error)))?;
        let (tokens, lame_duck) = (options.tokens, options.lame_duck);
        Ok(Self { runtime, app, sockets, tls, tokens, ending, lame_duck, exporter, terminate })
    }

    /// Where it listens, as people write it.
    pub fn addresses(&self) -> Vec<String> {
        self.sockets.iter().map(Socket::address).collect()
    }

    /// What ends it.
    pub fn stopper(&self) -> Stopper {
        Stopper(self.ending.clone())
    }

    /// Serves until SIGTERM, SIGINT or [`Stopper::stop`]; SIGHUP reads everything anew.
    ///
    /// Returns false when requests were cut off because they did not end within the grace period.
    pub fn run(self) -> bool {
        let Self { runtime, app, sockets, tls, tokens, ending, lame_duck, exporter, terminate } = self;
        let is_clean = runtime.block_on(async {
            // A signal that cannot be caught ends the process by itself.
            let signals = Signals { terminate, interrupt: signal(SignalKind::interrupt()).ok() };
            let hangup = signal(SignalKind::hangup()).ok();
            let (closing, close) = watch::channel(false);
            let (flushing, flush) = watch::channel(false);
            let exporter = exporter.map(|exporter| tokio::spawn(exporter.run(flush)));
            let mut tasks = JoinSet::new();
            let counted = Arc::clone(&app);
            let serving = Arc::new(Serving {
                router: router(&app),
                tls: tls.clone(),
                places: Arc::new(Semaphore::new(app.limits.connections)),
                patience: Patience { head: app.limits.head, write: app.limits.write },
                idle: app.limits.idle,
                count: Arc::new(move |step| {
                    counted.metrics.connections.inc_by(step);
                }),
                ending: close,
                grace: app.limits.grace,
            });
            for socket in sockets {
                tracing::info!(address = socket.address(), tls = tls.is_some(), "listening");
                tasks.spawn(serve(socket, Arc::clone(&serving)));
            }
            let upkeep = tokio::spawn(upkeep(Arc::clone(&app), tls, tokens, hangup));
            // Systemd may not be there.
            let _ = sd_notify::notify(&[sd_notify::NotifyState::Ready]);
            signals.wait(&ending).await;
            let _ = sd_notify::notify(&[sd_notify::NotifyState::Stopping]);
            let _ = ending.send(true);
            tracing::info!("ending: readiness is off, requests under way are answered");
            tokio::time::sleep(lame_duck).await;
            let _ = closing.send(true);
            let mut is_clean = true;
            while let Some(ended) = tasks.join_next().await {
                is_clean &= ended.unwrap_or(false);
            }
            upkeep.abort();
            if let Some(exporter) = exporter {
                let _ = flushing.send(true);
                if tokio::time::timeout(spans::GRACE, exporter).await.is_err() {
                    tracing::warn!("spans are lost: the collector did not take them within the grace period");
                }
            }
            if let Some(recorder) = &app.recorder
                && !recorder.close().await
            {
                tracing::error!("decisions were given out whose records could not be written");
            }
            is_clean
        });
        if !is_clean {
            tracing::warn!("requests were cut off: they did not end within the grace period");
        }
        app.library.stop();
        runtime.shutdown_timeout(Duration::from_secs(1));
        tracing::info!("ended");
        is_clean
    }
}

fn cannot_start(error: &std::io::Error) -> Finding {
    Finding::error(Code::ServerOptions, format!("the server cannot be started: {error}"))
        .help("give the process more memory, threads or descriptors")
}

/// What must not be reachable from elsewhere.
fn refuse_exposure(options: &Options, is_local: bool) -> Option<Finding> {
    if is_local {
        return None;
    }
    if options.is_authoring {
        let message = "`--authoring` checks scripts that callers send, and the address can be reached from elsewhere";
        return Some(Finding::error(Code::ServerOptions, message).help("listen on `127.0.0.1` or a Unix socket"));
    }
    if options.tokens.is_none() && !options.is_insecure {
        let message = "the address can be reached from elsewhere, and nobody would have to show a token";
        let help = "add `--tokens FILE`, listen on `127.0.0.1` or a Unix socket, or say `--insecure`";
        return Some(Finding::error(Code::ServerOptions, message).help(help));
    }
    None
}

/// The signals that end the server.
struct Signals {
    terminate: Option<Signal>,
    interrupt: Option<Signal>,
}

impl Signals {
    /// Waits for whatever ends the server.
    async fn wait(mut self, ending: &watch::Sender<bool>) {
        let mut told = ending.subscribe();
        tokio::select! {
            () = next(&mut self.terminate) => {}
            () = next(&mut self.interrupt) => {}
            _ = told.wait_for(|is_ending| *is_ending) => {}
        }
    }
}

async fn next(signal: &mut Option<Signal>) {
    match signal {
        Some(signal) => drop(signal.recv().await),
        None => std::future::pending().await,
    }
}

/// Reads tokens and certificates anew when they change, and everything on SIGHUP.
async fn upkeep(app: Arc<App>, tls: Option<Arc<Tls>>, tokens: Option<PathBuf>, mut hangup: Option<Signal>) {
    let mut interval = tokio::time::interval(LOOK);
    interval.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    interval.tick().await;
    let mut seen = tokens.as_ref().and_then(|path| read_small(path).ok()).map(|bytes| blake3::hash(&bytes));
    loop {
        let is_hangup = tokio::select! {
            _ = interval.tick() => false,
            () = next(&mut hangup) => true,
        };
        if let Some(path) = &tokens {
            let now = read_small(path).ok().map(|bytes| blake3::hash(&bytes));
            if now != seen || is_hangup {
                seen = now;
                match Access::read(path) {
                    Ok(access) => {
                        app.access.store(Arc::new(access));
                        tracing::info!("the tokens were read");
                    }
                    Err(findings) => {
                        let findings = render::human(findings.iter(), false);
                        tracing::error!(findings, "the tokens read last stay in force");
                    }
                }
            }
        }
        if let Some(tls) = &tls {
            match tls.reload() {
                Ok(true) => tracing::info!("the certificate was read"),
                Ok(false) => {}
                Err(finding) => tracing::error!("the certificate read last stays in use: {finding}"),
            }
        }
        if is_hangup {
            let _ = sd_notify::notify(&[sd_notify::NotifyState::Reloading]);
            let library = Arc::clone(&app.library);
            let outcome = tokio::task::spawn_blocking(move || library.reload_now()).await;
            let is_success = outcome.is_ok_and(|outcome| outcome.is_success());
            tracing::info!(is_success, "everything was read on SIGHUP");
            let _ = sd_notify::notify(&[sd_notify::NotifyState::Ready]);
        }
    }
}
