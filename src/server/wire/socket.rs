//! Addresses to listen on, and the open sockets.

#[cfg(unix)]
use super::unix;
use crate::finding::{Finding, Findings};
use crate::server::fault::ServerFault;
use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::str::FromStr;
use tokio::net::TcpListener;

/// Address the server listens on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Listen {
    /// An address and port.
    Address(SocketAddr),
    /// A Unix socket, written `unix:PATH`.
    Unix(PathBuf),
    /// Sockets passed by systemd, written `systemd`.
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
    /// Unix.
    #[cfg(unix)]
    Unix(unix::UnixSocket),
}

impl Socket {
    /// Opens the sockets of all addresses; those that cannot be opened are reported.
    pub async fn open_all(addresses: &[Listen], findings: &mut Findings) -> Vec<Self> {
        let mut sockets = Vec::new();
        for address in addresses {
            match Self::open(address).await {
                Ok(opened) => sockets.extend(opened),
                Err(finding) => findings.push(finding),
            }
        }
        sockets
    }

    /// Opens the sockets of `listen`.
    pub async fn open(listen: &Listen) -> Result<Vec<Self>, Finding> {
        let refused = |error: std::io::Error| {
            Finding::from(ServerFault::CannotListen {
                address: listen.to_string(),
                reason: error.to_string(),
                is_in_use: error.kind() == std::io::ErrorKind::AddrInUse,
            })
        };
        match listen {
            Listen::Address(address) => Ok(vec![Self::Tcp(TcpListener::bind(address).await.map_err(refused)?)]),
            #[cfg(unix)]
            Listen::Unix(path) => Ok(vec![Self::Unix(unix::open(path).await.map_err(refused)?)]),
            #[cfg(unix)]
            Listen::Inherited => {
                let unix::Inherited { tcp, unix } = unix::inherited().map_err(refused)?;
                let sockets: Vec<Self> =
                    tcp.into_iter().map(Self::Tcp).chain(unix.into_iter().map(Self::Unix)).collect();
                if sockets.is_empty() {
                    return Err(ServerFault::NoInheritedSocket {}.into());
                }
                Ok(sockets)
            }
            #[cfg(not(unix))]
            Listen::Unix(_) | Listen::Inherited => Err(refused(std::io::ErrorKind::Unsupported.into())),
        }
    }

    /// Returns the address it listens on, as it is written in options.
    pub fn address(&self) -> String {
        match self {
            Self::Tcp(listener) => listener.local_addr().map_or_else(|_| "?".to_owned(), |address| address.to_string()),
            #[cfg(unix)]
            Self::Unix(socket) => socket.address(),
        }
    }

    /// Returns true when only programs on this machine can reach it.
    pub fn is_local(&self) -> bool {
        match self {
            Self::Tcp(listener) => listener.local_addr().is_ok_and(|address| address.ip().is_loopback()),
            #[cfg(unix)]
            Self::Unix(_) => true,
        }
    }
}
