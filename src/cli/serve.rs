//! `serve`: the engine as an HTTP service.

use super::fault::CommandFault;
use super::groups::Shadow;
use super::place::place;
use super::traces::TraceOptions;
use super::vendor_source::{POLL, VendorSource};
use super::{CommandError, Terminal};
use crate::audit::{
    Collector, CollectorOptions, FileOptions, Log, LogFile, LogOptions, Masking, Mode, RecordContent, Retention, Sink,
    Stream,
};
use crate::database::{Address, Place};
use crate::finding::{CleanWriter, Finding};
use crate::library::{ChildProcess, VendorOptions};
use crate::server::{
    self, ClientAuthorities, Listen, Server, ServerLimits, SessionTimes, SignInOptions, TlsFiles, TrustedProxy, memory,
};
use crate::signing::SigningKey;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Handling of a decision that cannot be recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Audit {
    /// The decision is withheld: the response is 503.
    Strict,
    /// The response is sent anyway and the dropped record is counted.
    BestEffort,
}

/// Handling of a connection without a client certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum ClientCertificates {
    /// It is refused.
    Required,
    /// Its requests need a token.
    Optional,
}

/// Past files of a strict log; the disk is full before.
const STRICT_FILES: u32 = 1_000;

/// Formats of log lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum LogFormat {
    /// One JSON object per line.
    Json,
    /// For people.
    Text,
}

/// Arguments of `serve`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  quotient serve
  quotient serve --listen unix:/run/quotient.sock --state /var/lib/quotient
  quotient serve --listen 0.0.0.0:7070 --tokens tokens.toml \\
      --tls-certificate tls.crt --tls-key tls.key
  quotient serve --admin-listen 127.0.0.1:7071
  quotient serve --decision-log decisions.jsonl --audit strict
  quotient serve --workbench --ledger quotient.ledger --tokens tokens.toml
  quotient serve --otlp http://127.0.0.1:4318

Every option has a variable and a key in the file of --config; options go before
variables, and variables before the file.

SIGHUP reloads everything; SIGTERM stops the server after requests in progress
are answered. See docs/serve.md.")]
pub struct Options {
    /// TOML file with any of these options, by their names with `_`: `decision_log = "decisions.jsonl"`.
    #[arg(long, value_name = "FILE", env = "QUOTIENT_CONFIG")]
    pub config: Option<PathBuf>,
    /// Print every option as TOML, with the origin of its value, and exit.
    #[arg(long, env = "QUOTIENT_SHOW_CONFIG")]
    pub show_config: bool,
    /// Address such as 127.0.0.1:7070, `unix:PATH`, or `systemd` for sockets passed by systemd; can be repeated.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:7070", env = "QUOTIENT_LISTEN", value_delimiter = ',')]
    listen: Vec<Listen>,
    /// Address for health and metrics without tokens, with its own connections; can be repeated.
    #[arg(long, value_name = "ADDR", env = "QUOTIENT_ADMIN_LISTEN", value_delimiter = ',')]
    admin_listen: Vec<Listen>,
    #[command(flatten)]
    vendors: VendorSource,
    /// Directory with everything that must survive a restart: past revisions, pins, stored books, responses for repeated requests; or a database, `postgres://USER@HOST:PORT/DATABASE`. Several servers can share it. If omitted, all that is in memory only.
    #[arg(long, value_name = "DIR", value_parser = place(), env = "QUOTIENT_STATE", hide_env_values = true)]
    state: Option<Place>,
    /// Name of this server among those that share the state; the host name by default.
    #[arg(long, value_name = "NAME", env = "QUOTIENT_REPLICA")]
    replica: Option<String>,
    /// Tokens with the vendors and operations each allows; required to accept requests from other machines.
    #[arg(long, value_name = "FILE", env = "QUOTIENT_TOKENS")]
    tokens: Option<PathBuf>,
    /// Persons of the ledger sign in with their passwords; without tokens, requests need a session.
    #[arg(long, requires = "ledger", env = "QUOTIENT_PASSWORDS")]
    passwords: bool,
    /// Seconds without a request after which a session ends.
    #[arg(long, value_name = "SECONDS", default_value_t = 1800, value_parser = clap::value_parser!(u64).range(1..=86_400), env = "QUOTIENT_SESSION_IDLE")]
    session_idle: u64,
    /// Seconds after which a session ends in any case.
    #[arg(long, value_name = "SECONDS", default_value_t = 43_200, value_parser = clap::value_parser!(u64).range(1..=604_800), env = "QUOTIENT_SESSION_END")]
    session_end: u64,
    /// Proxy whose `X-Forwarded-For` and `X-Forwarded-Proto` count for sign-ins: an IP address, or `unix` for Unix sockets; can be repeated.
    #[arg(long, value_name = "ADDR", env = "QUOTIENT_TRUSTED_PROXY", value_delimiter = ',')]
    trusted_proxy: Vec<TrustedProxy>,
    /// Certificate chain in PEM; reloaded when it changes.
    #[arg(long, value_name = "FILE", requires = "tls_key", env = "QUOTIENT_TLS_CERTIFICATE")]
    tls_certificate: Option<PathBuf>,
    /// Private key of the certificate in PEM.
    #[arg(long, value_name = "FILE", requires = "tls_certificate", env = "QUOTIENT_TLS_KEY")]
    tls_key: Option<PathBuf>,
    /// Certificates of the authorities of client certificates, in PEM; reloaded with the certificate.
    #[arg(long, value_name = "FILE", requires = "tls_certificate", env = "QUOTIENT_CLIENT_CA")]
    client_ca: Option<PathBuf>,
    /// Handling of a connection without a client certificate; it is refused by default.
    #[arg(long, value_name = "MODE", requires = "client_ca", env = "QUOTIENT_CLIENT_CERTIFICATES")]
    client_certificates: Option<ClientCertificates>,
    /// Host whose requests are accepted without tokens, beside this machine: that of a proxy in front; can be repeated.
    #[arg(long, value_name = "HOST", env = "QUOTIENT_ALLOW_HOST", value_delimiter = ',')]
    allow_host: Vec<String>,
    /// Accept requests from other machines without tokens.
    #[arg(long, env = "QUOTIENT_INSECURE")]
    insecure: bool,
    /// Check scripts sent by callers; from this machine only.
    #[arg(long, env = "QUOTIENT_AUTHORING")]
    authoring: bool,
    /// File of the ledger with the plans of record, or `postgres://USER@HOST:PORT/DATABASE`; created if it does not exist.
    /// Without it, plans are not served.
    #[arg(long, value_name = "FILE", value_parser = place(), env = "QUOTIENT_LEDGER", hide_env_values = true)]
    ledger: Option<Place>,
    /// Serve the workbench: pages for planners, account managers and partners, under /workbench/.
    #[arg(long, requires = "ledger", env = "QUOTIENT_WORKBENCH")]
    workbench: bool,
    /// Decision log: a file, `-` for stdout, or the URL of a collector, `http://HOST:PORT/PATH`.
    #[arg(long, value_name = "DESTINATION", env = "QUOTIENT_DECISION_LOG")]
    decision_log: Option<String>,
    /// Handling of a decision that cannot be recorded; best-effort by default.
    #[arg(long, value_name = "MODE", requires = "decision_log", env = "QUOTIENT_AUDIT")]
    audit: Option<Audit>,
    /// Number of past decision log files, of 256 MiB each: 8 by default, and the oldest is removed; with `--audit strict` 1,000, and none is removed.
    #[arg(long, value_name = "N", requires = "decision_log", value_parser = clap::value_parser!(u32).range(1..=100_000), env = "QUOTIENT_DECISION_LOG_FILES")]
    decision_log_files: Option<u32>,
    /// Days after which `--audit strict` removes the oldest file beyond that number; by default no decision is made until it is moved away.
    #[arg(long, value_name = "DAYS", requires = "decision_log", value_parser = clap::value_parser!(u32).range(1..=36_500), env = "QUOTIENT_DECISION_LOG_DAYS")]
    decision_log_days: Option<u32>,
    /// Ed25519 key in PEM that signs heads of the decision log.
    #[arg(long, value_name = "FILE", requires = "decision_log", env = "QUOTIENT_LOG_KEY")]
    log_key: Option<PathBuf>,
    /// File with the last signed head; the decision log with `.head` by default.
    #[arg(long, value_name = "FILE", requires = "log_key", env = "QUOTIENT_LOG_HEAD")]
    log_head: Option<PathBuf>,
    /// JSON pointer to a value that the decision log masks, such as /book/partners/*/partner_name, or `personal` for all personal fields; can be repeated.
    #[arg(long, value_name = "POINTER", requires = "decision_log", env = "QUOTIENT_MASK")]
    mask: Vec<String>,
    /// JSON pointer to a member that the decision log omits, or `personal`; can be repeated.
    #[arg(long, value_name = "POINTER", requires = "decision_log", env = "QUOTIENT_ERASE")]
    erase: Vec<String>,
    #[command(flatten)]
    traces: TraceOptions,
    #[command(flatten)]
    shadow: Shadow,
    /// Seconds between two scans of the directories, in addition to file system events.
    #[arg(long, value_name = "SECONDS", default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..=3600), env = "QUOTIENT_POLL")]
    poll: u64,
    /// Seconds between two requests to the address of `--bundles`; the response is small if nothing changed.
    #[arg(long, value_name = "SECONDS", default_value_t = POLL.as_secs(), value_parser = clap::value_parser!(u64).range(1..=86_400), env = "QUOTIENT_BUNDLE_POLL")]
    bundle_poll: u64,
    /// Rely on scans only: for file systems that report no events.
    #[arg(long, env = "QUOTIENT_NO_EVENTS")]
    no_events: bool,
    /// Seconds that requests in progress may take when the server stops.
    #[arg(long, value_name = "SECONDS", default_value_t = 8, value_parser = clap::value_parser!(u64).range(0..=3600), env = "QUOTIENT_GRACE")]
    grace: u64,
    /// Seconds for which requests are still answered after SIGTERM, with readiness off, so that proxies stop sending them.
    #[arg(long, alias = "lame-duck", value_name = "SECONDS", default_value_t = 1, value_parser = clap::value_parser!(u64).range(0..=3600), env = "QUOTIENT_DRAIN_DELAY")]
    drain_delay: u64,
    /// Most open connections.
    #[arg(long, value_name = "N", default_value_t = 1024, value_parser = clap::value_parser!(u32).range(1..=100_000), env = "QUOTIENT_CONNECTIONS")]
    connections: u32,
    /// Workers for single partners, and the same number for whole books; one more than there are cores by default.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256), env = "QUOTIENT_WORKERS")]
    workers: Option<u16>,
    /// Memory that the limits derive from, in MiB; that of the control group by default, or 2048.
    #[arg(long, value_name = "MIB", env = "QUOTIENT_MEMORY", value_parser = clap::value_parser!(u32).range(256..=1_048_576))]
    memory: Option<u32>,
    /// Largest body with a book, in MiB.
    #[arg(long, value_name = "MIB", default_value_t = 8, value_parser = clap::value_parser!(u16).range(1..=1024), env = "QUOTIENT_BODY")]
    body: u16,
    /// Format of log lines on stderr; text on a terminal and JSON elsewhere by default.
    #[arg(long, value_name = "FORMAT", env = "QUOTIENT_LOG_FORMAT")]
    log_format: Option<LogFormat>,
    /// Log level: error, warn, info, debug, or a filter of `tracing`.
    #[arg(long, value_name = "FILTER", default_value = "info", env = "QUOTIENT_LOG")]
    log: String,
}

fn refused(message: impl Into<String>, help: &str) -> CommandError {
    Finding::from(CommandFault::ServerOption { reason: message.into(), remedy: help.to_owned() }).into()
}

/// Runs `serve`.
pub fn run(options: &Options, terminal: Terminal) -> Result<(), CommandError> {
    start_logging(options, terminal)?;
    options.shadow.apply();
    let mode = if options.audit == Some(Audit::Strict) { Mode::Strict } else { Mode::BestEffort };
    let decision_log =
        options.decision_log.as_deref().map(|destination| open_log(destination, mode, options)).transpose()?;
    let spans = options.traces.spans()?;
    let tls = options.tls_certificate.clone().zip(options.tls_key.clone());
    let (directory, database) = state(options)?;
    let server = Server::open(server::Options {
        listen: options.listen.clone(),
        admin_listen: options.admin_listen.clone(),
        source: options.vendors.source(directory.as_deref(), Duration::from_secs(options.bundle_poll))?,
        vendors: VendorOptions {
            guard: Some(ChildProcess::of_this_program()?),
            state: directory,
            is_shared: true,
            poll: Duration::from_secs(options.poll),
            has_events: !options.no_events,
            ..VendorOptions::default()
        },
        state_database: database,
        replica: replica(options),
        tokens: options.tokens.clone(),
        tls: tls.map(|(certificate, key)| TlsFiles { certificate, key, clients: clients(options) }),
        is_insecure: options.insecure,
        allowed_hosts: options.allow_host.clone(),
        is_authoring: options.authoring,
        ledger: options.ledger.clone(),
        has_workbench: options.workbench,
        local: None,
        sign_in: SignInOptions {
            has_passwords: options.passwords,
            times: SessionTimes {
                idle: Duration::from_secs(options.session_idle),
                end: Duration::from_secs(options.session_end),
            },
            proxies: options.trusted_proxy.clone(),
        },
        limits: limits(options),
        decision_log,
        spans,
        lame_duck: Duration::from_secs(options.drain_delay),
    })?;
    server.run();
    Ok(())
}

/// The state directory, or the database in place of it.
fn state(options: &Options) -> Result<(Option<PathBuf>, Option<Address>), CommandError> {
    match options.state.clone() {
        None => Ok((None, None)),
        Some(Place::File(path)) => Ok((Some(path), None)),
        Some(Place::Postgres(address)) => Ok((None, Some(address))),
        Some(Place::Bad(reason)) => {
            let help = "write `postgres://USER@HOST:PORT/DATABASE`, and the password into the variable `PGPASSWORD`";
            Err(refused(format!("`--state` is not an address of a PostgreSQL database: {}", reason.0), help))
        }
    }
}

/// Name of this server among the replicas: as stated, or that of the host, which in a cluster is that of the pod.
fn replica(options: &Options) -> String {
    let stated = options.replica.clone().filter(|name| !name.is_empty());
    let host = || std::env::var("HOSTNAME").ok().filter(|name| !name.is_empty());
    stated.or_else(host).unwrap_or_else(|| "quotient".to_owned())
}

/// Authorities of client certificates.
fn clients(options: &Options) -> Option<ClientAuthorities> {
    let is_required = options.client_certificates != Some(ClientCertificates::Optional);
    options.client_ca.clone().map(|file| ClientAuthorities { file, is_required })
}

/// Limits of the server with those of the options.
fn limits(options: &Options) -> ServerLimits {
    let stated = options.memory.map(|mebibytes| (mebibytes as usize).saturating_mul(1 << 20));
    let memory = stated.or_else(memory::of_this_process).unwrap_or(memory::USUAL);
    let limits = ServerLimits { connections: options.connections as usize, ..ServerLimits::default() };
    let mut limits = limits.within(memory);
    limits.grace = Duration::from_secs(options.grace);
    limits.book.bytes = usize::from(options.body) << 20;
    limits.book.unpacked = limits.book.bytes.max(limits.book.unpacked);
    limits.caller.bodies = limits.caller.bodies.max(limits.book.bytes + limits.book.unpacked);
    limits.bodies = limits.bodies.max(limits.caller.bodies);
    if let Some(workers) = options.workers {
        let workers = usize::from(workers);
        (limits.decide.workers, limits.decide.per_vendor) = (workers, (workers - 1).max(1));
        (limits.plan.workers, limits.plan.per_vendor) = (workers, (workers - 1).max(1));
    }
    limits
}

/// Opens the decision log at `destination`.
fn open_log(destination: &str, mode: Mode, options: &Options) -> Result<(Log, RecordContent, Mode), CommandError> {
    let masking = Masking::parse(&options.mask, &options.erase)?;
    let key = options.log_key.as_deref().map(SigningKey::read).transpose()?;
    if key.is_some() && (destination == "-" || destination.contains("://")) {
        let help = "name a file with `--decision-log`, or leave out `--log-key`";
        return Err(refused("heads are signed for a decision log in a file only", help));
    }
    let sink: Box<dyn Sink> = if destination == "-" {
        Box::new(Stream::new(std::io::stdout()))
    } else if destination.starts_with("http://") {
        Box::new(Collector::new(destination, CollectorOptions::default())?)
    } else if destination.contains("://") {
        let help = "use a file, `-`, or `http://HOST:PORT/PATH`; run a local collector for any other destination";
        return Err(refused(format!("`{destination}` is not a destination for a decision log"), help));
    } else {
        let file = LogFile::open(Path::new(destination), file_options(mode, options))?;
        let head = options.log_head.clone().unwrap_or_else(|| format!("{destination}.head").into());
        Box::new(match key {
            Some(key) => file.signed(key, head),
            None => file,
        })
    };
    let log = Log::start(LogOptions::new(mode), sink)?;
    Ok((log, RecordContent { masking, ..RecordContent::default() }, mode))
}

/// Options of the log's files: best effort does not wait for the disk, and strict removes nothing that may be needed.
fn file_options(mode: Mode, options: &Options) -> FileOptions {
    let is_strict = mode == Mode::Strict;
    let days = options.decision_log_days.map(|days| Duration::from_secs(u64::from(days) * 24 * 60 * 60));
    FileOptions {
        is_synced: is_strict,
        kept: options.decision_log_files.unwrap_or(if is_strict { STRICT_FILES } else { FileOptions::default().kept }),
        retention: match (is_strict, days) {
            (true, Some(days)) => Retention::Age(days),
            (true, None) => Retention::Forever,
            (false, _) => Retention::Count,
        },
        ..FileOptions::default()
    }
}

fn start_logging(options: &Options, terminal: Terminal) -> Result<(), CommandError> {
    use tracing_subscriber::{filter::Targets, fmt, layer::SubscriberExt, registry, util::SubscriberInitExt};
    let filter: Targets = options.log.parse().map_err(|error| {
        refused(format!("`--log {}` is not a valid filter: {error}", options.log), "use error, warn, info or debug")
    })?;
    let lines = fmt::layer().with_writer(std::io::stderr).with_target(false);
    let usual = if std::io::stderr().is_terminal() { LogFormat::Text } else { LogFormat::Json };
    let started = match options.log_format.unwrap_or(usual) {
        LogFormat::Json => {
            // What a caller or an author wrote reaches the log as JSON escapes.
            let lines = lines
                .with_writer(|| CleanWriter::json(std::io::stderr()))
                .json()
                .flatten_event(true)
                .with_current_span(false)
                .with_span_list(false);
            registry().with(filter).with(lines).try_init()
        }
        LogFormat::Text => registry().with(filter).with(lines.with_ansi(terminal.error_colour)).try_init(),
    };
    // A logger that the process has set up before stays in use.
    drop(started);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Args;

    #[test]
    fn every_option_has_a_variable() {
        let command = Options::augment_args(clap::Command::new("serve"));
        let options: Vec<&clap::Arg> = command.get_arguments().collect();
        assert!(options.len() > 30, "{}", options.len());
        for option in options {
            assert!(option.get_env().is_some(), "`{}` has no variable", option.get_id());
        }
    }
}
