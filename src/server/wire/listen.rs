//! Sockets: where connections come from, how many at once, and how each is served.

use crate::finding::{Code, Finding};
use crate::server::http::problem::{Problem, ProblemKind};
use crate::server::wire::framing::{Framing, MAX_FIELDS, MAX_HEAD, Patience, Watched};
use crate::server::wire::tls::Tls;
use axum::Router;
use axum::body::Body;
use axum::http::{Request, Response};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use std::convert::Infallible;
use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, UnixListener};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tower::ServiceExt;

/// Longest wait for the greeting of TLS.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// Rest after the system refused a connection, so that a lack of descriptors does not become a storm.
const REST: Duration = Duration::from_millis(50);

/// Where the server listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Listen {
    /// An address and port.
    Address(SocketAddr),
    /// A Unix socket, written `unix:PATH`.
    Unix(PathBuf),
    /// Sockets that systemd hands over, written `systemd`.
    Inherited,
}

impl FromStr for Listen {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "systemd" {
            return Ok(Self::Inherited);
        }
        if let Some(path) = text.strip_prefix("unix:") {
            return match path.is_empty() {
                true => Err("`unix:` needs a path, such as `unix:/run/quotient.sock`".to_owned()),
                false => Ok(Self::Unix(path.into())),
            };
        }
        let text = text.strip_prefix("localhost:").map_or_else(|| text.to_owned(), |port| format!("127.0.0.1:{port}"));
        let help = "write an address with its port, such as `127.0.0.1:7070` or `[::1]:7070`, or `unix:PATH`";
        text.parse().map(Self::Address).map_err(|_| help.to_owned())
    }
}

impl fmt::Display for Listen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address(address) => write!(f, "{address}"),
            Self::Unix(path) => write!(f, "unix:{}", path.display()),
            Self::Inherited => f.write_str("systemd"),
        }
    }
}

/// An open socket.
pub enum Socket {
    /// TCP.
    Tcp(TcpListener),
    /// Unix; the file is removed at the end when it is ours.
    Unix {
        /// Its file; `None` when somebody else made it. It goes before the socket does: as long as a file is there,
        /// somebody answers, and whoever starts meanwhile takes neither for what was left behind.
        _file: Option<SocketFile>,
        /// The socket.
        listener: UnixListener,
    },
}

/// The file of a Unix socket; dropping it removes the file, unless another one has taken its place.
pub struct SocketFile {
    path: PathBuf,
    /// Device and number of the file.
    identity: (u64, u64),
}

/// Device and number of the file at `path` itself.
fn identity_of(path: &std::path::Path) -> std::io::Result<(u64, u64)> {
    use std::os::unix::fs::MetadataExt;
    std::fs::symlink_metadata(path).map(|meta| (meta.dev(), meta.ino()))
}

impl Drop for SocketFile {
    fn drop(&mut self) {
        if identity_of(&self.path).is_ok_and(|identity| identity == self.identity) {
            drop(std::fs::remove_file(&self.path));
        }
    }
}

impl Socket {
    /// Opens the sockets of `listen`.
    pub async fn open(listen: &Listen) -> Result<Vec<Self>, Finding> {
        let refused = |error: std::io::Error| {
            let message = format!("`{listen}` cannot be listened on: {error}");
            let help = match error.kind() {
                std::io::ErrorKind::AddrInUse => "another process listens there: end it, or choose another port",
                _ => "choose an address of this machine, or a path that can be written",
            };
            Finding::error(Code::ServerOptions, message).help(help)
        };
        match listen {
            Listen::Address(address) => Ok(vec![Self::Tcp(TcpListener::bind(address).await.map_err(refused)?)]),
            Listen::Unix(path) => Ok(vec![open_unix(path).await.map_err(refused)?]),
            Listen::Inherited => {
                let sockets = inherited().map_err(refused)?;
                if sockets.is_empty() {
                    let message = "no socket was handed over by systemd";
                    let help = "start the server through its socket unit, or name an address with `--listen`";
                    return Err(Finding::error(Code::ServerOptions, message).help(help));
                }
                Ok(sockets)
            }
        }
    }

    /// Where it listens, as people write it.
    pub fn address(&self) -> String {
        match self {
            Self::Tcp(listener) => listener.local_addr().map_or_else(|_| "?".to_owned(), |address| address.to_string()),
            Self::Unix { listener, .. } => {
                let address = listener.local_addr().ok();
                let path = address.as_ref().and_then(|address| address.as_pathname());
                path.map_or_else(|| "unix:?".to_owned(), |path| format!("unix:{}", path.display()))
            }
        }
    }

    /// True when only programs on this machine can reach it.
    pub fn is_local(&self) -> bool {
        match self {
            Self::Tcp(listener) => listener.local_addr().is_ok_and(|address| address.ip().is_loopback()),
            Self::Unix { .. } => true,
        }
    }
}

/// Opens a Unix socket that only its owner can use; one that nobody serves any more is replaced.
async fn open_unix(path: &std::path::Path) -> std::io::Result<Socket> {
    use std::os::unix::fs::{FileTypeExt, PermissionsExt};
    if let Ok(meta) = std::fs::symlink_metadata(path) {
        // Only a refusal says that nobody listens: a server that is busy, or one of somebody else, fails otherwise.
        let connected = tokio::net::UnixStream::connect(path).await;
        let is_left_behind = connected.is_err_and(|error| error.kind() == std::io::ErrorKind::ConnectionRefused);
        if !is_left_behind || !meta.file_type().is_socket() {
            return Err(std::io::ErrorKind::AddrInUse.into());
        }
        std::fs::remove_file(path)?;
    }
    // Made under another name and renamed once its permissions are set, so that nobody connects before.
    let draft = path.with_extension(format!("{}.new", std::process::id()));
    // A process of the same id, as in a container, may have ended in the middle of this.
    drop(std::fs::remove_file(&draft));
    let listener = UnixListener::bind(&draft)?;
    let opened = std::fs::set_permissions(&draft, std::fs::Permissions::from_mode(0o600))
        .and_then(|()| identity_of(&draft))
        .and_then(|identity| std::fs::rename(&draft, path).map(|()| identity));
    match opened {
        Ok(identity) => {
            let file = SocketFile { path: path.to_owned(), identity };
            Ok(Socket::Unix { _file: Some(file), listener })
        }
        Err(error) => {
            drop(std::fs::remove_file(&draft));
            Err(error)
        }
    }
}

fn inherited() -> std::io::Result<Vec<Socket>> {
    let mut sockets = Vec::new();
    let mut handed = listenfd::ListenFd::from_env();
    for index in 0..handed.len() {
        if let Ok(Some(listener)) = handed.take_tcp_listener(index) {
            listener.set_nonblocking(true)?;
            sockets.push(Socket::Tcp(TcpListener::from_std(listener)?));
        } else if let Some(listener) = handed.take_unix_listener(index)? {
            listener.set_nonblocking(true)?;
            sockets.push(Socket::Unix { listener: UnixListener::from_std(listener)?, _file: None });
        }
    }
    Ok(sockets)
}

/// How connections are served.
pub struct Serving {
    /// Routes.
    pub router: Router,
    /// TLS; without it bytes are plain.
    pub tls: Option<Arc<Tls>>,
    /// Places for connections.
    pub places: Arc<Semaphore>,
    /// Limits in time.
    pub patience: Patience,
    /// Longest rest of a connection between two requests.
    pub idle: Duration,
    /// Called with +1 and −1 as connections begin and end.
    pub count: Arc<dyn Fn(i64) + Send + Sync>,
    /// Ends everything when it becomes true.
    pub ending: watch::Receiver<bool>,
    /// Longest wait for requests that are being answered when it ends.
    pub grace: Duration,
}

/// Serves `socket` until the end; returns false when requests were cut off.
pub async fn serve(socket: Socket, serving: Arc<Serving>) -> bool {
    let graceful = GracefulShutdown::new();
    let mut ending = serving.ending.clone();
    loop {
        tokio::select! {
            biased;
            _ = ending.wait_for(|is_ending| *is_ending) => break,
            () = accept(&socket, &serving, &graceful) => {}
        }
    }
    drop(socket);
    tokio::time::timeout(serving.grace, graceful.shutdown()).await.is_ok()
}

async fn accept(socket: &Socket, serving: &Arc<Serving>, graceful: &GracefulShutdown) {
    match socket {
        Socket::Tcp(listener) => match listener.accept().await {
            Ok((stream, _)) => {
                // Answers are written whole; waiting for more would only delay them. Fails on a dead connection only.
                drop(stream.set_nodelay(true));
                connection(stream, serving, graceful);
            }
            Err(_) => tokio::time::sleep(REST).await,
        },
        Socket::Unix { listener, .. } => match listener.accept().await {
            Ok((stream, _)) => connection(stream, serving, graceful),
            Err(_) => tokio::time::sleep(REST).await,
        },
    }
}

fn connection<I>(stream: I, serving: &Arc<Serving>, graceful: &GracefulShutdown)
where
    I: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let Ok(place) = Arc::clone(&serving.places).try_acquire_owned() else {
        tokio::spawn(turn_away(stream));
        return;
    };
    let watcher = graceful.watcher();
    let serving = Arc::clone(serving);
    tokio::spawn(async move {
        (serving.count)(1);
        let _counted = Counted { serving: Arc::clone(&serving), _place: place };
        match &serving.tls {
            None => answer(stream, &serving, watcher).await,
            Some(tls) => {
                // A greeting that fails or does not end is nothing to answer, and nothing to wait for at the end.
                let mut ending = serving.ending.clone();
                let greeted = tokio::select! {
                    greeted = tokio::time::timeout(HANDSHAKE, tls.acceptor().accept(stream)) => greeted,
                    _ = ending.wait_for(|is_ending| *is_ending) => return,
                };
                if let Ok(Ok(stream)) = greeted {
                    answer(stream, &serving, watcher).await;
                }
            }
        }
    });
}

struct Counted {
    serving: Arc<Serving>,
    _place: OwnedSemaphorePermit,
}

impl Drop for Counted {
    fn drop(&mut self) {
        (self.serving.count)(-1);
    }
}

/// Tells a connection beyond the limit that there is no place.
async fn turn_away<I: AsyncWrite + Unpin>(mut stream: I) {
    let problem = Problem::new(ProblemKind::Overloaded, "the server has as many connections as it takes");
    let goodbye = async {
        let written = stream.write_all(&problem.raw()).await;
        written.and(stream.shutdown().await)
    };
    // A peer that does not even take this is left to itself.
    drop(tokio::time::timeout(Duration::from_secs(1), goodbye).await);
}

async fn answer<I>(stream: I, serving: &Serving, watcher: hyper_util::server::graceful::Watcher)
where
    I: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let framing = Arc::new(Framing::default());
    let io = TokioIo::new(Watched::new(stream, Arc::clone(&framing), serving.patience));
    let router = serving.router.clone();
    let service = service_fn(move |request: Request<Incoming>| {
        let (framing, router) = (Arc::clone(&framing), router.clone());
        async move {
            let response = match framing.take() {
                Ok(()) => routed(router, request).await,
                Err((kind, why)) => {
                    let mut problem = Problem::new(kind, format!("the request cannot be taken: {why}"));
                    problem.is_last = true;
                    let id = crate::server::http::identity::request_id(request.headers());
                    problem.request_id = Some(id.clone());
                    let mut response = problem.response();
                    response
                        .headers_mut()
                        .extend(id.parse().ok().map(|id| (crate::server::http::call::X_REQUEST_ID, id)));
                    response
                }
            };
            framing.answer();
            Ok::<_, Infallible>(response)
        }
    });
    let mut builder = http1::Builder::new();
    builder
        .timer(TokioTimer::new())
        // Heads have a deadline of their own; this one is for the rest between requests.
        .header_read_timeout(serving.idle)
        .max_buf_size(MAX_HEAD)
        .max_headers(MAX_FIELDS)
        .keep_alive(true);
    // How a connection ended is of interest to the peer only: what went wrong inside was answered and logged.
    drop(watcher.watch(builder.serve_connection(io, service)).await);
}

async fn routed(router: Router, request: Request<Incoming>) -> Response<Body> {
    match router.oneshot(request).await {
        Ok(response) => response,
        Err(never) => match never {},
    }
}
