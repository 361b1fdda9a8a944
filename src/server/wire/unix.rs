//! Unix sockets, and sockets passed by systemd.

use std::fs;
use std::io::{ErrorKind, Result};
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use tokio::net::{TcpListener, UnixListener};

/// An open Unix socket; its file is removed at the end when this process created it.
pub struct UnixSocket {
    /// `None` when another process created the file. Removed before the socket closes: as long as a file exists, a
    /// process answers, and a server that starts meanwhile does not take it for a stale one.
    _file: Option<SocketFile>,
    /// The socket.
    pub listener: UnixListener,
}

impl UnixSocket {
    /// Returns the address as it is written in options.
    pub fn address(&self) -> String {
        let address = self.listener.local_addr().ok();
        let path = address.as_ref().and_then(|address| address.as_pathname());
        path.map_or_else(|| "unix:?".to_owned(), |path| format!("unix:{}", path.display()))
    }
}

/// The file of a Unix socket; dropping it removes the file unless another one has taken its place.
struct SocketFile {
    path: PathBuf,
    /// Device and inode of the file.
    identity: (u64, u64),
}

/// Returns device and inode of the file at `path` itself.
fn identity_of(path: &Path) -> Result<(u64, u64)> {
    fs::symlink_metadata(path).map(|meta| (meta.dev(), meta.ino()))
}

impl Drop for SocketFile {
    fn drop(&mut self) {
        if identity_of(&self.path).is_ok_and(|identity| identity == self.identity) {
            drop(fs::remove_file(&self.path));
        }
    }
}

/// Opens a Unix socket that only its owner can use; a stale one that no process serves is replaced.
pub async fn open(path: &Path) -> Result<UnixSocket> {
    if let Ok(meta) = fs::symlink_metadata(path) {
        // Only a refusal means that no process listens: a busy server, or one of another user, fails otherwise.
        let connected = tokio::net::UnixStream::connect(path).await;
        let is_stale = connected.is_err_and(|error| error.kind() == ErrorKind::ConnectionRefused);
        if !is_stale || !meta.file_type().is_socket() {
            return Err(ErrorKind::AddrInUse.into());
        }
        fs::remove_file(path)?;
    }
    // Created under another name and renamed once its permissions are set, so that no client connects before.
    let draft = path.with_extension(format!("{}.new", std::process::id()));
    // A process of the same id, as in a container, may have ended in the middle of this.
    drop(fs::remove_file(&draft));
    let listener = UnixListener::bind(&draft)?;
    let opened = fs::set_permissions(&draft, fs::Permissions::from_mode(0o600))
        .and_then(|()| identity_of(&draft))
        .and_then(|identity| fs::rename(&draft, path).map(|()| identity));
    match opened {
        Ok(identity) => {
            let file = SocketFile { path: path.to_owned(), identity };
            Ok(UnixSocket { _file: Some(file), listener })
        }
        Err(error) => {
            drop(fs::remove_file(&draft));
            Err(error)
        }
    }
}

/// Sockets passed by systemd.
#[derive(Default)]
pub struct Inherited {
    /// TCP sockets.
    pub tcp: Vec<TcpListener>,
    /// Unix sockets.
    pub unix: Vec<UnixSocket>,
}

/// Returns the sockets passed by systemd.
pub fn inherited() -> Result<Inherited> {
    let mut sockets = Inherited::default();
    let mut passed = listenfd::ListenFd::from_env();
    for index in 0..passed.len() {
        if let Ok(Some(listener)) = passed.take_tcp_listener(index) {
            listener.set_nonblocking(true)?;
            sockets.tcp.push(TcpListener::from_std(listener)?);
        } else if let Some(listener) = passed.take_unix_listener(index)? {
            listener.set_nonblocking(true)?;
            sockets.unix.push(UnixSocket { listener: UnixListener::from_std(listener)?, _file: None });
        }
    }
    Ok(sockets)
}
