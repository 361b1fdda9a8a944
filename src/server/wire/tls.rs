//! TLS: certificate and key from files, reloaded when they change.

use super::files::read_small;
use crate::finding::{Finding, Findings, Place};
use crate::server::fault::ServerFault;
use arc_swap::ArcSwap;
use parking_lot::Mutex;
use std::path::PathBuf;
use std::sync::Arc;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::{ServerConfig, crypto::ring};

/// Files of a certificate chain and its key, in PEM.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsFiles {
    /// Certificate chain, the server's own first.
    pub certificate: PathBuf,
    /// Private key.
    pub key: PathBuf,
}

/// The certificate in use.
pub struct Tls {
    files: TlsFiles,
    config: ArcSwap<ServerConfig>,
    seen: Mutex<blake3::Hash>,
}

impl Tls {
    /// Reads the files.
    pub fn read(files: TlsFiles) -> Result<Self, Findings> {
        let (config, seen) = load(&files)?;
        Ok(Self { files, config: ArcSwap::new(config), seen: Mutex::new(seen) })
    }

    /// Reloads the files; returns whether they changed. A certificate that cannot be used leaves the last valid one in effect.
    pub fn reload(&self) -> Result<bool, Finding> {
        let (config, digest) = load(&self.files)?;
        let mut seen = self.seen.lock();
        let is_new = *seen != digest;
        if is_new {
            self.config.store(config);
            *seen = digest;
        }
        Ok(is_new)
    }

    /// Accepts connections with the certificate in use now.
    pub fn acceptor(&self) -> TlsAcceptor {
        TlsAcceptor::from(self.config.load_full())
    }
}

fn load(files: &TlsFiles) -> Result<(Arc<ServerConfig>, blake3::Hash), Finding> {
    let read = |path: &PathBuf| {
        read_small(path).map_err(|error| {
            Finding::from(ServerFault::Unreadable { file: path.display().to_string(), reason: error.to_string() })
        })
    };
    let bad = |path: &PathBuf, part: &str, reason: String| {
        let file = path.display().to_string();
        let fault = ServerFault::BadCertificate { file: file.clone(), part: part.to_owned(), reason };
        Finding::from(fault).at(Place::file(file))
    };
    let (certificate, key) = (read(&files.certificate)?, read(&files.key)?);
    let chain: Result<Vec<CertificateDer<'static>>, _> = CertificateDer::pem_slice_iter(&certificate).collect();
    let chain = chain.map_err(|error| bad(&files.certificate, "certificate", error.to_string()))?;
    let secret = PrivateKeyDer::from_pem_slice(&key).map_err(|error| bad(&files.key, "key", error.to_string()))?;
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map(|builder| builder.with_no_client_auth())
        .and_then(|builder| builder.with_single_cert(chain, secret))
        .map_err(|error| bad(&files.certificate, "certificate", error.to_string()))?;
    let mut config = config;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    let mut hasher = blake3::Hasher::new();
    hasher.update(&(certificate.len() as u64).to_le_bytes()).update(&certificate).update(&key);
    Ok((Arc::new(config), hasher.finalize()))
}
