//! Starting the server: options, sockets, tokens, certificate and vendors.

use super::admin::Admin;
use super::events;
use super::signals::Terminate;
use crate::audit::{Log, Mode, RecordContent};
use crate::database::{Address, Place};
use crate::finding::{Finding, Findings, render};
use crate::library::{ReloadOutcome, Source, State, VendorOptions, open_vendors_from};
use crate::script::{STACK_BYTES, is_script_thread};
use crate::server::fault::ServerFault;
use crate::server::fleet::archive_rows::ArchiveRows;
use crate::server::fleet::follow::Fleet;
use crate::server::fleet::shared::SharedState;
use crate::server::fleet::stored_state::StoredState;
use crate::server::http::access::Access;
use crate::server::state::app::App;
use crate::server::state::book_directory::BookDirectory;
use crate::server::state::books::StoredBooks;
use crate::server::state::events::Events;
use crate::server::state::exporter::Exporter;
use crate::server::state::gate::{Gate, Offered};
use crate::server::state::lanes::Lanes;
use crate::server::state::limits::ServerLimits;
use crate::server::state::local::Local;
use crate::server::state::metrics::Metrics;
use crate::server::state::plans::Plans;
use crate::server::state::recorder::Recorder;
use crate::server::state::responses::StoredResponses;
use crate::server::state::sign_in::{SignIn, SignInOptions};
use crate::server::state::span_options::SpanOptions;
use crate::server::state::spans::spans;
use crate::server::state::stores::Stores;
use crate::server::state::telemetry::Telemetry;
use crate::server::state::vendors::Vendors;
use crate::server::wire::body::BodyMemory;
use crate::server::wire::socket::{Listen, Socket};
use crate::server::wire::tls::{Tls, TlsFiles};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::runtime::Runtime;
use tokio::sync::watch;

/// Changes of vendors that may wait to be reported.
const CHANGES: usize = 1_024;

/// Options of a server.
pub struct Options {
    /// Addresses to listen on.
    pub listen: Vec<Listen>,
    /// Addresses for health and metrics, with connections and a thread that requests cannot use.
    pub admin_listen: Vec<Listen>,
    /// Origin of rules and policies: directories, or bundles.
    pub source: Box<dyn Source>,
    /// Options of the vendors: check in a child process, state directory, interval.
    pub vendors: VendorOptions,
    /// Database with the state that replicas share, in place of the state directory of the vendors.
    pub state_database: Option<Address>,
    /// Name of this server among the replicas that share the state.
    pub replica: String,
    /// File of tokens.
    pub tokens: Option<PathBuf>,
    /// Certificate and key.
    pub tls: Option<TlsFiles>,
    /// Allows to listen beyond this machine without tokens.
    pub is_insecure: bool,
    /// Hosts whose requests are accepted without tokens, beside those of this machine.
    pub allowed_hosts: Vec<String>,
    /// Checks scripts that callers send.
    pub is_authoring: bool,
    /// Place of the ledger; without one, no operation on plans of record is offered.
    pub ledger: Option<Place>,
    /// Serves the workbench.
    pub has_workbench: bool,
    /// The person of this machine and the book of its files, for a server of one person.
    pub local: Option<Local>,
    /// Signing in with passwords.
    pub sign_in: SignInOptions,
    /// Limits.
    pub limits: ServerLimits,
    /// The decision log, what it records, and its mode.
    pub decision_log: Option<(Log, RecordContent, Mode)>,
    /// Collector of spans.
    pub spans: Option<SpanOptions>,
    /// Time from the signal to end until the server stops accepting connections; readiness is off meanwhile.
    pub lame_duck: Duration,
}

/// Everything a server consists of once it has started.
pub struct Started {
    /// Runtime of all tasks.
    pub runtime: Runtime,
    /// The admin addresses.
    pub admin: Option<Admin>,
    /// Shared state.
    pub app: App,
    /// Open sockets.
    pub sockets: Vec<Socket>,
    /// TLS.
    pub tls: Option<Arc<Tls>>,
    /// File of tokens.
    pub tokens: Option<PathBuf>,
    /// Becomes true at shutdown.
    pub shutdown: watch::Sender<bool>,
    /// See [`Options::lame_duck`].
    pub lame_duck: Duration,
    /// Sender of spans.
    pub exporter: Option<Exporter>,
    /// The signal that ends the server.
    pub terminate: Terminate,
}

/// Starts the threads that read requests; short decisions are made there as well.
fn runtime() -> std::io::Result<Runtime> {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(std::thread::available_parallelism().map_or(2, usize::from))
        .thread_name("server")
        .thread_stack_size(STACK_BYTES)
        .on_thread_start(is_script_thread)
        .enable_all()
        .build()
}

/// Opens sockets, reads tokens, certificate and vendors; reports all problems of the options in one pass.
///
/// Vendors that cannot be used do not prevent the start: they are logged, and the others are served.
pub fn start(options: Options) -> Result<Started, Findings> {
    let runtime = runtime().map_err(|error| cannot_start(&error))?;
    // Vendors can take a while to be read.
    let terminate = runtime.block_on(async { Terminate::catch() });
    let Doors { sockets, admin, access, tls, is_local } = open_doors(&runtime, &options)?;
    let mut options = options;
    let shared = match (options.state_database.clone(), options.vendors.state.clone()) {
        (Some(address), _) => Some(connect_state(&address, &mut options)?),
        (None, Some(state)) => Some(open_state(&state, &options)?),
        (None, None) => None,
    };
    let plans = Plans::open(options.ledger.as_ref(), options.local)?;
    let offered =
        Offered { authoring: options.is_authoring, ledger: options.ledger.is_some(), workbench: options.has_workbench };
    let (library, outcome) = open_vendors_from(options.source, options.vendors)?;
    let changes = library.subscribe(CHANGES);
    let (shutdown, is_shutdown) = watch::channel(false);
    let metrics = Arc::new(Metrics::new());
    if let Some(expiry) = tls.as_ref().and_then(|tls| tls.expiry()) {
        metrics.certificate_expires(expiry);
    }
    let (spans, exporter) = options.spans.map(|options| spans(options, tls.is_some(), &metrics)).unzip();
    let (limits, hosts) = (options.limits, options.allowed_hosts);
    let sign_in = SignIn::new(options.sign_in, tls.is_some());
    let lanes = Lanes::start(limits.decide, limits.plan, &metrics).map_err(|error| cannot_start(&error))?;
    let vendors = Arc::new(Vendors::new(library));
    let (fleet, books, responses) = join(shared, &vendors, limits.stored_books)?;
    let app = App {
        vendors,
        fleet: Arc::new(fleet),
        lanes: Arc::new(lanes),
        stores: Arc::new(Stores {
            bodies: BodyMemory::new(limits.bodies, limits.caller.bodies),
            responding: BodyMemory::new(limits.responses, limits.responses / 2),
            books,
            responses,
        }),
        telemetry: Arc::new(Telemetry {
            metrics,
            events: Events::default(),
            recorder: options.decision_log.map(|(log, keeping, mode)| Recorder::new(log, keeping, mode)),
            spans: spans.map(Arc::new),
            started: Instant::now(),
        }),
        plans: Arc::new(plans),
        gate: Arc::new(
            Gate::new(access, is_local, offered, limits, is_shutdown).allowing(hosts).with_sessions(sign_in),
        ),
    };
    log(&outcome);
    events::take_stock(&app.telemetry, &app.vendors);
    events::follow(&app.telemetry, changes).map_err(|error| cannot_start(&error))?;
    let (tokens, lame_duck) = (options.tokens, options.lame_duck);
    Ok(Started { runtime, admin, app, sockets, tls, tokens, shutdown, lame_duck, exporter, terminate })
}

/// Opens the state that replicas share.
fn open_state(path: &Path, options: &Options) -> Result<Arc<dyn SharedState>, Findings> {
    let mode = options.decision_log.as_ref().map(|(_, _, mode)| *mode);
    // A strict log promises that its decisions can be replayed: no book makes way for another.
    let bodies = BookDirectory::open(path.join("books"), mode == Some(Mode::Strict));
    let bodies = bodies.map_err(|error| cannot_start(&error))?;
    Ok(Arc::new(StoredState::open(path, &options.replica, bodies, mode.is_some())?))
}

/// Connects to the database with the state that replicas share, past revisions included.
fn connect_state(address: &Address, options: &mut Options) -> Result<Arc<dyn SharedState>, Findings> {
    let mode = options.decision_log.as_ref().map(|(_, _, mode)| *mode);
    let state = StoredState::connect(address, &options.replica, mode == Some(Mode::Strict), mode.is_some())?;
    let archive = ArchiveRows::connect(address).map_err(|reason| -> Findings {
        Finding::from(ServerFault::StateDatabase { address: address.to_string(), reason }).into()
    })?;
    options.vendors.elsewhere = Some(Arc::new(archive));
    Ok(Arc::new(state))
}

/// Joins the replicas that share a state; returns what is stored there, or in this process when nothing is shared.
fn join(
    shared: Option<Arc<dyn SharedState>>,
    vendors: &Vendors,
    memory: usize,
) -> Result<(Fleet, Arc<StoredBooks>, StoredResponses), Findings> {
    let Some(shared) = shared else {
        return Ok((Fleet::alone(), Arc::new(StoredBooks::new(memory)), StoredResponses::default()));
    };
    let books = Arc::new(StoredBooks::shared(memory, Arc::clone(&shared)));
    let responses = StoredResponses::shared(Arc::clone(&shared));
    let fleet = Fleet::join(shared, Arc::clone(&vendors.library), Arc::clone(&books))?;
    Ok((fleet, books, responses))
}

/// Entrances of the server.
struct Doors {
    sockets: Vec<Socket>,
    admin: Option<Admin>,
    access: Access,
    tls: Option<Arc<Tls>>,
    is_local: bool,
}

/// Opens sockets, tokens and certificate; all findings about them are reported together.
fn open_doors(runtime: &Runtime, options: &Options) -> Result<Doors, Findings> {
    let mut findings = Findings::new();
    let sockets = runtime.block_on(Socket::open_all(&options.listen, &mut findings));
    let admin = Admin::open(&options.admin_listen, &mut findings);
    let without = || if options.sign_in.has_passwords { Access::for_sessions() } else { Access::open() };
    let access = options.tokens.as_deref().map_or_else(|| Ok(without()), Access::read);
    let access = access.unwrap_or_else(|found| {
        findings.extend(found);
        Access::open()
    });
    let tls = options.tls.clone().map(Tls::read).transpose().unwrap_or_else(|found| {
        findings.extend(found);
        None
    });
    let is_local = sockets.iter().all(Socket::is_local);
    findings.extend(refuse_exposure(options, is_local));
    if findings.has_errors() {
        Err(findings)
    } else {
        Ok(Doors { sockets, admin, access, tls: tls.map(Arc::new), is_local })
    }
}

/// Logs the state of every vendor after the first reading.
fn log(outcome: &ReloadOutcome) {
    for (vendor, report) in &outcome.vendors {
        let state = report.state.map_or("gone", State::as_str);
        let findings = render::human(report.findings.iter(), false);
        let revision = report.active.as_deref();
        match report.state {
            Some(State::Active) => tracing::info!(vendor = &**vendor, state, revision, "the vendor was loaded"),
            Some(State::Degraded | State::Failed) | None => {
                tracing::error!(vendor = &**vendor, state, revision, findings, "the vendor cannot be used as it is")
            }
        }
    }
    outcome.faults.iter().for_each(|finding| tracing::error!("{finding}"));
}

/// Returns the finding about a system that refuses what the server needs.
fn cannot_start(error: &std::io::Error) -> Findings {
    Finding::from(ServerFault::CannotStart { reason: error.to_string() }).into()
}

/// Returns the finding about options that would expose the server beyond this machine.
fn refuse_exposure(options: &Options, is_local: bool) -> Option<Finding> {
    let is_guarded = options.tokens.is_some() || options.sign_in.has_passwords;
    let has_clients = options.tls.as_ref().is_some_and(|files| files.clients.is_some());
    if has_clients && !is_guarded && !options.is_insecure {
        return Some(ServerFault::CertificatesForAll {}.into());
    }
    if is_local {
        return None;
    }
    if options.sign_in.has_passwords && options.tls.is_none() && options.sign_in.proxies.is_empty() {
        tracing::warn!(
            "passwords and sessions cross the network in clear: use --tls-certificate, or a proxy with TLS named with --trusted-proxy"
        );
    }
    if options.is_authoring {
        return Some(ServerFault::ExposedAuthoring {}.into());
    }
    (!is_guarded && !options.is_insecure).then(|| ServerFault::Exposed {}.into())
}
