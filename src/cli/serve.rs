//! `serve` and `healthcheck`: the engine beside another service.

use super::{Folders, Stop, Terminal};
use crate::audit::{
    Collector, CollectorOptions, FileOptions, Keeping, Log, LogFile, LogOptions, Masking, Mode, Sink, Stream,
};
use crate::finding::{Code, Finding, Findings};
use crate::library::{ChildProcess, VendorOptions};
use crate::server::{self, Listen, Server, ServerLimits, SpanOptions, TlsFiles};
use std::io::{IsTerminal, Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::time::Duration;

/// What happens to a decision that cannot be recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Audit {
    /// No record, no decision: the answer is 503.
    Strict,
    /// The decision is given out, and missing records are counted.
    BestEffort,
}

/// How log lines are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum LogFormat {
    /// One JSON object a line.
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
  quotient serve --listen 0.0.0.0:7070 --tokens tokens.toml --tls-certificate tls.crt --tls-key tls.key
  quotient serve --decision-log decisions.jsonl --audit strict
  quotient serve --otlp http://127.0.0.1:4318

SIGHUP reads everything anew; SIGTERM ends once requests under way are answered. docs/serve.md has the rest.")]
pub struct Options {
    /// Address such as 127.0.0.1:7070, `unix:PATH`, or `systemd` for sockets that systemd hands over; may stand more than once.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:7070", env = "QUOTIENT_LISTEN")]
    listen: Vec<Listen>,
    #[command(flatten)]
    folders: Folders,
    /// Folder in which past revisions outlive the process; without it they end with it.
    #[arg(long, value_name = "DIR", env = "QUOTIENT_STATE")]
    state: Option<PathBuf>,
    /// Tokens, with the vendors and operations each is for; needed to listen beyond this machine.
    #[arg(long, value_name = "FILE", env = "QUOTIENT_TOKENS")]
    tokens: Option<PathBuf>,
    /// Certificate chain in PEM; read anew when it changes.
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    tls_certificate: Option<PathBuf>,
    /// Private key of the certificate in PEM.
    #[arg(long, value_name = "FILE", requires = "tls_certificate")]
    tls_key: Option<PathBuf>,
    /// Listen beyond this machine without tokens.
    #[arg(long)]
    insecure: bool,
    /// Check scripts that callers send; on this machine only.
    #[arg(long)]
    authoring: bool,
    /// Decision log: a file, `-` for stdout, or `http://HOST:PORT/PATH` of a collector.
    #[arg(long, value_name = "WHERE", env = "QUOTIENT_DECISION_LOG")]
    decision_log: Option<String>,
    /// What happens to a decision that cannot be recorded; best-effort when left out.
    #[arg(long, value_name = "MODE", requires = "decision_log")]
    audit: Option<Audit>,
    /// Decision log files of 256 MiB that are kept beside the one being written; the oldest are removed.
    #[arg(long, value_name = "N", default_value_t = 8, requires = "decision_log", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    decision_log_files: u32,
    /// JSON pointer to what the decision log must not show, such as /book/partners/*/partner_name; may stand more than once.
    #[arg(long, value_name = "POINTER", requires = "decision_log")]
    mask: Vec<String>,
    /// Like `--mask`, and the member is left out altogether.
    #[arg(long, value_name = "POINTER", requires = "decision_log")]
    erase: Vec<String>,
    /// Collector of OpenTelemetry traces, such as http://127.0.0.1:4318: one span a request, sent by OTLP/HTTP as JSON to /v1/traces below it.
    #[arg(long, value_name = "URL", env = "OTEL_EXPORTER_OTLP_ENDPOINT")]
    otlp: Option<String>,
    /// Of 1,000 requests without `traceparent`, so many begin a trace; those with one follow its sampled flag.
    #[arg(long, value_name = "N", default_value_t = 1000, value_parser = clap::value_parser!(u16).range(0..=1000))]
    otlp_sample: u16,
    /// Name of the service in traces.
    #[arg(long, value_name = "NAME", default_value = "quotient", env = "OTEL_SERVICE_NAME")]
    otlp_service: String,
    /// Look at the folders so often even when no event comes, in seconds.
    #[arg(long, value_name = "SECONDS", default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..=3600))]
    poll: u64,
    /// Look at the folders at intervals only: for file systems that report no events.
    #[arg(long)]
    no_events: bool,
    /// Requests under way have so long when the server ends, in seconds.
    #[arg(long, value_name = "SECONDS", default_value_t = 8, value_parser = clap::value_parser!(u64).range(0..=3600))]
    grace: u64,
    /// Connections are accepted so long after the signal to end, with readiness off, in seconds.
    #[arg(long, value_name = "SECONDS", default_value_t = 1, value_parser = clap::value_parser!(u64).range(0..=3600))]
    lame_duck: u64,
    /// Open connections.
    #[arg(long, value_name = "N", default_value_t = 1024, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    connections: u32,
    /// Workers for single partners, and as many for whole books; one more than the machine has cores when left out.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    workers: Option<u16>,
    /// Largest body with a book, in MiB.
    #[arg(long, value_name = "MIB", default_value_t = 8, value_parser = clap::value_parser!(u16).range(1..=1024))]
    body: u16,
    /// How log lines are written to stderr; for people on a terminal, as JSON elsewhere when left out.
    #[arg(long, value_name = "FORMAT", env = "QUOTIENT_LOG_FORMAT")]
    log_format: Option<LogFormat>,
    /// What is logged: error, warn, info, debug, or a filter of `tracing`.
    #[arg(long, value_name = "FILTER", default_value = "info", env = "QUOTIENT_LOG")]
    log: String,
}

/// Arguments of `healthcheck`.
#[derive(Debug, clap::Args)]
pub struct HealthcheckOptions {
    /// Address of the server: 127.0.0.1:7070 or `unix:PATH`.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:7070", env = "QUOTIENT_LISTEN")]
    listen: Listen,
    /// What to ask for.
    #[arg(long, value_name = "PATH", default_value = "/health/ready")]
    path: String,
}

fn refused(message: impl Into<String>, help: &str) -> Stop {
    Stop::Refused(Findings::from_iter([Finding::error(Code::ServerOptions, message).help(help)]))
}

/// Runs `serve`.
pub fn run(options: &Options, terminal: Terminal) -> Result<(), Stop> {
    start_logging(options, terminal)?;
    let mode = match options.audit {
        Some(Audit::Strict) => Mode::Strict,
        Some(Audit::BestEffort) | None => Mode::BestEffort,
    };
    let decision_log = options.decision_log.as_deref().map(|place| open_log(place, mode, options)).transpose()?;
    // A variable that is set to nothing counts as not set.
    let endpoint = options.otlp.as_deref().filter(|endpoint| !endpoint.is_empty());
    let spans = endpoint.map(|endpoint| open_spans(endpoint, options)).transpose()?;
    let mut limits = ServerLimits { connections: options.connections as usize, ..ServerLimits::default() };
    limits.grace = Duration::from_secs(options.grace);
    limits.book.bytes = usize::from(options.body) << 20;
    limits.book.unpacked = limits.book.bytes.max(limits.book.unpacked);
    limits.bodies = limits.bodies.max(limits.book.bytes + limits.book.unpacked);
    if let Some(workers) = options.workers {
        let workers = usize::from(workers);
        (limits.decide.workers, limits.decide.per_vendor) = (workers, (workers - 1).max(1));
        (limits.plan.workers, limits.plan.per_vendor) = (workers, (workers - 1).max(1));
    }
    let tls = options.tls_certificate.clone().zip(options.tls_key.clone());
    let server = Server::open(server::Options {
        listen: options.listen.clone(),
        roots: options.folders.roots(),
        vendors: VendorOptions {
            guard: Some(ChildProcess::of_this_program()?),
            state: options.state.clone(),
            poll: Duration::from_secs(options.poll),
            has_events: !options.no_events,
            ..VendorOptions::default()
        },
        tokens: options.tokens.clone(),
        tls: tls.map(|(certificate, key)| TlsFiles { certificate, key }),
        is_insecure: options.insecure,
        is_authoring: options.authoring,
        limits,
        decision_log,
        spans,
        lame_duck: Duration::from_secs(options.lame_duck),
    })?;
    server.run();
    Ok(())
}

/// Where spans go, as the options say.
fn open_spans(endpoint: &str, options: &Options) -> Result<SpanOptions, Stop> {
    let mut spans = SpanOptions::new(endpoint).map_err(|finding| Stop::Refused(Findings::from_iter([finding])))?;
    spans.sample = options.otlp_sample;
    if !options.otlp_service.is_empty() {
        spans.service.clone_from(&options.otlp_service);
    }
    Ok(spans)
}

/// Opens the decision log at `place`.
fn open_log(place: &str, mode: Mode, options: &Options) -> Result<(Log, Keeping, Mode), Stop> {
    let masking = Masking::parse(&options.mask, &options.erase)?;
    let one = |finding: Finding| Stop::Refused(Findings::from_iter([finding]));
    let sink: Box<dyn Sink> = if place == "-" {
        Box::new(Stream::new(std::io::stdout()))
    } else if place.starts_with("http://") {
        Box::new(Collector::new(place, CollectorOptions::default()).map_err(one)?)
    } else if place.contains("://") {
        let help = "name a file, `-`, or `http://HOST:PORT/PATH`; put a collector beside the server for anything else";
        return Err(refused(format!("`{place}` is no place for a decision log"), help));
    } else {
        Box::new(
            LogFile::open(
                std::path::Path::new(place),
                // Best effort does not wait for the disk.
                FileOptions {
                    is_synced: mode == Mode::Strict,
                    kept: options.decision_log_files,
                    ..FileOptions::default()
                },
            )
            .map_err(one)?,
        )
    };
    let log = Log::start(LogOptions::new(mode), sink).map_err(one)?;
    Ok((log, Keeping { masking, ..Keeping::default() }, mode))
}

fn start_logging(options: &Options, terminal: Terminal) -> Result<(), Stop> {
    use tracing_subscriber::EnvFilter;
    let filter = EnvFilter::try_new(&options.log).map_err(|error| {
        refused(format!("`--log {}` is no filter: {error}", options.log), "write error, warn, info or debug")
    })?;
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_target(false);
    let usual = if std::io::stderr().is_terminal() { LogFormat::Text } else { LogFormat::Json };
    let started = match options.log_format.unwrap_or(usual) {
        LogFormat::Json => lines.json().flatten_event(true).with_current_span(false).with_span_list(false).try_init(),
        LogFormat::Text => lines.with_ansi(terminal.error_colour).try_init(),
    };
    // Another logger in the same process stays: then lines go there.
    drop(started);
    Ok(())
}

/// Runs `healthcheck`: done when the server answers with 200.
pub fn healthcheck(options: &HealthcheckOptions) -> Result<(), Stop> {
    let limit = Duration::from_secs(3);
    let head = format!("GET {} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n", options.path);
    let ask = |mut stream: Box<dyn ReadWrite>| -> std::io::Result<String> {
        stream.write_all(head.as_bytes())?;
        let mut text = String::new();
        stream.take(64 << 10).read_to_string(&mut text)?;
        Ok(text)
    };
    let answer = match &options.listen {
        Listen::Address(address) => TcpStream::connect_timeout(address, limit).and_then(|stream| {
            stream.set_read_timeout(Some(limit))?;
            ask(Box::new(stream))
        }),
        Listen::Unix(path) => std::os::unix::net::UnixStream::connect(path).and_then(|stream| {
            stream.set_read_timeout(Some(limit))?;
            ask(Box::new(stream))
        }),
        Listen::Inherited => return Err(refused("`systemd` is no address to ask", "name the address or socket")),
    };
    match answer {
        Ok(text) if text.starts_with("HTTP/1.1 200") => Ok(()),
        Ok(text) => {
            let body = text.split_once("\r\n\r\n").map_or("", |(_, body)| body);
            let status = text.lines().next().unwrap_or("no answer");
            eprintln!("{}: {status}: {}", options.listen, body.trim());
            Err(Stop::No)
        }
        Err(error) => {
            eprintln!("{}: {error}", options.listen);
            Err(Stop::No)
        }
    }
}

trait ReadWrite: Read + Write {}
impl<T: Read + Write> ReadWrite for T {}
