//! `healthcheck`: a request to a running server, for images without a shell.

use super::CommandError;
use super::fault::CommandFault;
use crate::finding::{Finding, readable};
use crate::server::{Listen, over_tls};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::time::Duration;

/// Longest wait for the connection, and for each read.
const TIMEOUT: Duration = Duration::from_secs(3);
/// Most bytes of a response that are read.
const MAX_RESPONSE: u64 = 64 << 10;

/// Arguments of `healthcheck`.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// Address of the server: 127.0.0.1:7070 or `unix:PATH`.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:7070", env = "QUOTIENT_LISTEN")]
    listen: Listen,
    /// Use TLS; the certificate is not verified.
    #[arg(long)]
    tls: bool,
    /// Certificate of the server: with it TLS is used, so that a server and its check share their variables.
    #[arg(long, value_name = "FILE", env = "QUOTIENT_TLS_CERTIFICATE", hide = true)]
    tls_certificate: Option<PathBuf>,
    /// Path to request.
    #[arg(long, value_name = "PATH", default_value = "/health/ready")]
    path: String,
}

/// Runs `healthcheck`: succeeds when the server responds with 200.
pub fn run(options: &Options) -> Result<(), CommandError> {
    let response = match &options.listen {
        Listen::Address(address) => TcpStream::connect_timeout(address, TIMEOUT).and_then(|stream| {
            stream.set_read_timeout(Some(TIMEOUT))?;
            asked(options, stream)
        }),
        #[cfg(unix)]
        Listen::Unix(path) => std::os::unix::net::UnixStream::connect(path).and_then(|stream| {
            stream.set_read_timeout(Some(TIMEOUT))?;
            asked(options, stream)
        }),
        #[cfg(not(unix))]
        Listen::Unix(_) => Err(std::io::ErrorKind::Unsupported.into()),
        Listen::Inherited => {
            return Err(Finding::from(CommandFault::InheritedSocket {}).into());
        }
    };
    match response {
        Ok(text) if text.starts_with("HTTP/1.1 200") => Ok(()),
        Ok(text) => {
            let body = text.split_once("\r\n\r\n").map_or("", |(_, body)| body);
            let status = text.lines().next().unwrap_or("no response");
            eprintln!("{}: {}: {}", options.listen, readable(status), readable(body.trim()));
            Err(CommandError::Negative)
        }
        Err(error) => {
            eprintln!("{}: {error}", options.listen);
            Err(CommandError::Negative)
        }
    }
}

/// Sends the request, over TLS if the options say so.
fn asked(options: &Options, stream: impl Read + Write) -> std::io::Result<String> {
    if options.tls || options.tls_certificate.is_some() {
        request(&options.path, over_tls(stream)?)
    } else {
        let text = request(&options.path, stream)?;
        // A server with TLS answers plain bytes with an alert: the bytes 21, 3, and a version.
        if text.starts_with("\u{15}\u{3}") {
            return Err(std::io::Error::other("the server expects TLS: add `--tls`"));
        }
        Ok(text)
    }
}

/// Sends the request and returns the whole response.
fn request(path: &str, mut stream: impl Read + Write) -> std::io::Result<String> {
    stream.write_all(format!("GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n").as_bytes())?;
    let mut bytes = Vec::new();
    match stream.take(MAX_RESPONSE).read_to_end(&mut bytes) {
        // Over TLS some servers close without saying so; what they sent before is what counts.
        Err(error) if error.kind() != std::io::ErrorKind::UnexpectedEof || bytes.is_empty() => Err(error),
        _ => Ok(String::from_utf8_lossy(&bytes).into_owned()),
    }
}
