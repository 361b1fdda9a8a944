//! Connections: how many at once, and how each is served.

use super::certificate::ClientCertificate;
use super::framing::{MAX_FIELDS, MAX_HEADER};
use super::places::{Place, Places};
use super::rejection::{Refusals, Rejection};
use super::socket::Socket;
use super::tls::{Tls, refusal_of};
use super::watched::{Exchange, Timeouts, WatchedStream};
use axum::Router;
use axum::body::Body;
use axum::http::{Request, Response};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};
use tokio::sync::watch;
use tower::ServiceExt;

/// Longest wait for a TLS handshake.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// Pause after the system refused a connection, so that a lack of descriptors does not become a storm.
const PAUSE: Duration = Duration::from_millis(50);

/// Settings shared by all connections.
pub struct Serving {
    /// Routes.
    pub router: Router,
    /// TLS; without it bytes are plain.
    pub tls: Option<Arc<Tls>>,
    /// Places for connections.
    pub places: Arc<Places>,
    /// Time limits of each connection.
    pub timeouts: Timeouts,
    /// Responses to rejections.
    pub refusals: Refusals,
    /// Longest idle time between two requests.
    pub idle: Duration,
    /// Called with +1 and −1 as connections open and close.
    pub count: Arc<dyn Fn(i64) + Send + Sync>,
    /// Becomes true at shutdown.
    pub ending: watch::Receiver<bool>,
    /// Longest wait for requests in progress at shutdown.
    pub grace: Duration,
}

/// Address of the other side of a connection; `None` for a Unix socket. Requests have it as an extension.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Peer(pub Option<SocketAddr>);

/// Serves `socket` until shutdown; returns false when requests were cut off.
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
            Ok((stream, peer)) => {
                // Responses are written whole; waiting for more would only delay them. Fails on a dead connection only.
                drop(stream.set_nodelay(true));
                connection(stream, Peer(Some(peer)), serving, graceful);
            }
            Err(_) => tokio::time::sleep(PAUSE).await,
        },
        #[cfg(unix)]
        Socket::Unix(socket) => match socket.listener.accept().await {
            Ok((stream, _)) => connection(stream, Peer(None), serving, graceful),
            Err(_) => tokio::time::sleep(PAUSE).await,
        },
    }
}

fn connection<I>(stream: I, peer: Peer, serving: &Arc<Serving>, graceful: &GracefulShutdown)
where
    I: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let Some(place) = serving.places.take() else {
        tokio::spawn(turn_away(stream, serving.refusals));
        return;
    };
    let watcher = graceful.watcher();
    let serving = Arc::clone(serving);
    tokio::spawn(async move {
        (serving.count)(1);
        let counted = Counted { serving: Arc::clone(&serving), place };
        let place = &counted.place;
        let served = async {
            let Some(tls) = &serving.tls else {
                return serve_connection((stream, peer, None), &serving, place, watcher).await;
            };
            // A handshake that fails or does not end needs no response, and shutdown does not wait for it.
            let mut ending = serving.ending.clone();
            let shaken = tokio::select! {
                shaken = tokio::time::timeout(HANDSHAKE, tls.acceptor().accept(stream)) => shaken,
                _ = ending.wait_for(|is_ending| *is_ending) => return,
            };
            match shaken {
                Ok(Ok(stream)) => {
                    let shown = stream.get_ref().1.peer_certificates().and_then(|chain| chain.first());
                    let certificate = shown.map(|certificate| Arc::new(ClientCertificate::read(certificate)));
                    serve_connection((stream, peer, certificate), &serving, place, watcher).await;
                }
                Ok(Err(error)) => {
                    if let Some(reason) = refusal_of(&error) {
                        let address = peer.0.map(|peer| peer.to_string());
                        tracing::warn!(address, reason, "a connection is refused for its client certificate");
                    }
                }
                Err(_) => {}
            }
        };
        tokio::select! {
            () = served => {}
            () = place.lost() => {}
        }
    });
}

struct Counted {
    serving: Arc<Serving>,
    place: Arc<Place>,
}

impl Drop for Counted {
    fn drop(&mut self) {
        (self.serving.count)(-1);
    }
}

/// Refuses a connection beyond the limit.
async fn turn_away<I: AsyncWrite + Unpin>(mut stream: I, refusals: Refusals) {
    let goodbye = async {
        let written = stream.write_all(&(refusals.bytes)(Rejection::TooManyConnections)).await;
        written.and(stream.shutdown().await)
    };
    // A peer that does not read even this is abandoned.
    drop(tokio::time::timeout(Duration::from_secs(1), goodbye).await);
}

/// A connection: its stream, its other side, and the certificate of its client.
type Connection<I> = (I, Peer, Option<Arc<ClientCertificate>>);

async fn serve_connection<I>(
    (stream, peer, certificate): Connection<I>,
    serving: &Serving,
    place: &Arc<Place>,
    watcher: Watcher,
) where
    I: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (exchange, refusals) = (Arc::new(Exchange::default()), serving.refusals);
    let io = TokioIo::new(WatchedStream::new(stream, Arc::clone(&exchange), serving.timeouts, refusals));
    let (router, place) = (serving.router.clone(), Arc::clone(place));
    let service = service_fn(move |mut request: Request<Incoming>| {
        let (exchange, router) = (Arc::clone(&exchange), router.clone());
        request.extensions_mut().insert(Arc::clone(&place));
        request.extensions_mut().insert(peer);
        if let Some(certificate) = &certificate {
            request.extensions_mut().insert(Arc::clone(certificate));
        }
        async move {
            let response = match exchange.take() {
                Ok(()) => routed(router, request).await,
                Err(rejection) => (refusals.response)(rejection, request.headers()),
            };
            exchange.respond();
            Ok::<_, Infallible>(response)
        }
    });
    let mut builder = http1::Builder::new();
    builder
        .timer(TokioTimer::new())
        // Headers have a separate deadline; this one limits the idle time between requests.
        .header_read_timeout(serving.idle)
        .max_buf_size(MAX_HEADER)
        .max_headers(MAX_FIELDS)
        .keep_alive(true);
    // How a connection ended matters to the peer only: errors of handlers have had their response and their log line.
    drop(watcher.watch(builder.serve_connection(io, service)).await);
}

async fn routed(router: Router, request: Request<Incoming>) -> Response<Body> {
    match router.oneshot(request).await {
        Ok(response) => response,
        Err(never) => match never {},
    }
}
