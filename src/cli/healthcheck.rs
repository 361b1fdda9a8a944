//! `healthcheck`: a request to a running server, for images without a shell.

use super::CommandError;
use super::fault::CommandFault;
use crate::finding::{Finding, readable};
use crate::server::Listen;
use std::io::{Read, Write};
use std::net::TcpStream;
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
    /// Path to request.
    #[arg(long, value_name = "PATH", default_value = "/health/ready")]
    path: String,
}

/// Runs `healthcheck`: succeeds when the server responds with 200.
pub fn run(options: &Options) -> Result<(), CommandError> {
    let response = match &options.listen {
        Listen::Address(address) => TcpStream::connect_timeout(address, TIMEOUT).and_then(|stream| {
            stream.set_read_timeout(Some(TIMEOUT))?;
            request(&options.path, stream)
        }),
        #[cfg(unix)]
        Listen::Unix(path) => std::os::unix::net::UnixStream::connect(path).and_then(|stream| {
            stream.set_read_timeout(Some(TIMEOUT))?;
            request(&options.path, stream)
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

/// Sends the request and returns the whole response.
fn request(path: &str, mut stream: impl Read + Write) -> std::io::Result<String> {
    stream.write_all(format!("GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n").as_bytes())?;
    let mut text = String::new();
    stream.take(MAX_RESPONSE).read_to_string(&mut text)?;
    Ok(text)
}
