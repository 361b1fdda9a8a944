//! TLS: certificate and key from files, reloaded when they change.

use super::certificate::expiry;
use super::files::read_small;
use crate::finding::{Finding, Findings, Place};
use crate::server::fault::ServerFault;
use arc_swap::ArcSwap;
use chrono::{DateTime, Utc};
use parking_lot::Mutex;
use std::path::PathBuf;
use std::sync::Arc;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::server::WebPkiClientVerifier;
use tokio_rustls::rustls::server::danger::ClientCertVerifier;
use tokio_rustls::rustls::{Error, RootCertStore, ServerConfig, crypto::ring};

/// Files of a certificate chain and its key, in PEM.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsFiles {
    /// Certificate chain, the server's own first.
    pub certificate: PathBuf,
    /// Private key.
    pub key: PathBuf,
    /// Authorities of client certificates; `None` asks for none.
    pub clients: Option<ClientAuthorities>,
}

/// Authorities whose certificates clients may show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientAuthorities {
    /// Their certificates, in PEM.
    pub file: PathBuf,
    /// True to refuse connections without a certificate.
    pub is_required: bool,
}

/// The certificate in use.
pub struct Tls {
    files: TlsFiles,
    loaded: ArcSwap<Loaded>,
    seen: Mutex<blake3::Hash>,
}

/// A certificate that was read.
struct Loaded {
    config: Arc<ServerConfig>,
    expiry: Option<DateTime<Utc>>,
}

impl Tls {
    /// Reads the files.
    pub fn read(files: TlsFiles) -> Result<Self, Findings> {
        let (loaded, seen) = load(&files)?;
        Ok(Self { files, loaded: ArcSwap::from_pointee(loaded), seen: Mutex::new(seen) })
    }

    /// Returns the end of the validity of the certificate in use; `None` when it cannot be read.
    pub fn expiry(&self) -> Option<DateTime<Utc>> {
        self.loaded.load().expiry
    }

    /// Reloads the files; returns whether they changed. A certificate that cannot be used leaves the last valid one in effect.
    pub fn reload(&self) -> Result<bool, Finding> {
        let (loaded, digest) = load(&self.files)?;
        let mut seen = self.seen.lock();
        let is_new = *seen != digest;
        if is_new {
            self.loaded.store(Arc::new(loaded));
            *seen = digest;
        }
        Ok(is_new)
    }

    /// Accepts connections with the certificate in use now.
    pub fn acceptor(&self) -> TlsAcceptor {
        TlsAcceptor::from(Arc::clone(&self.loaded.load().config))
    }
}

fn load(files: &TlsFiles) -> Result<(Loaded, blake3::Hash), Finding> {
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
    let expiry = chain.first().and_then(|first| expiry(first));
    let (verifier, authorities) = match &files.clients {
        Some(clients) => {
            let bytes = read(&clients.file)?;
            let verifier = verifier(&bytes, clients.is_required);
            (verifier.map_err(|reason| bad(&clients.file, "list of authorities", reason))?, bytes)
        }
        None => (WebPkiClientVerifier::no_client_auth(), Vec::new()),
    };
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map(|builder| builder.with_client_cert_verifier(verifier))
        .and_then(|builder| builder.with_single_cert(chain, secret))
        .map_err(|error| bad(&files.certificate, "certificate", error.to_string()))?;
    let mut config = config;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    let mut hasher = blake3::Hasher::new();
    hasher.update(&(certificate.len() as u64).to_le_bytes()).update(&certificate);
    hasher.update(&(key.len() as u64).to_le_bytes()).update(&key).update(&authorities);
    Ok((Loaded { config: Arc::new(config), expiry }, hasher.finalize()))
}

/// Returns the verifier of client certificates of the authorities in a PEM file.
fn verifier(authorities: &[u8], is_required: bool) -> Result<Arc<dyn ClientCertVerifier>, String> {
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(authorities) {
        let certificate = certificate.map_err(|error| error.to_string())?;
        roots.add(certificate).map_err(|error| error.to_string())?;
    }
    let provider = Arc::new(ring::default_provider());
    let builder = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
    let builder = if is_required { builder } else { builder.allow_unauthenticated() };
    builder.build().map(|verifier| verifier as Arc<dyn ClientCertVerifier>).map_err(|error| error.to_string())
}

/// Returns why a handshake failed at the certificate of the client; `None` when it failed otherwise.
pub fn refusal_of(error: &std::io::Error) -> Option<String> {
    let error = error.get_ref()?.downcast_ref::<Error>()?;
    match error {
        Error::InvalidCertificate(_) | Error::NoCertificatesPresented => Some(error.to_string()),
        _ => None,
    }
}
