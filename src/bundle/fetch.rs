//! Fetching of bundles over HTTP, each only when it changed.

use super::address::BundleAddress;
use super::document::{BUNDLE_ENDING, BUNDLE_SCHEMA, Bundle, MAX_BUNDLE};
use super::fault::BundleFault;
use super::list::BundleList;
use crate::finding::{Finding, Findings, Place};
use crate::signing::read_small;
use serde::Deserialize;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio_rustls::rustls::crypto::ring;
use ureq::Agent;
use ureq::http::StatusCode;
use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, TlsProvider, parse_pem};

/// Time limit of a connection.
const CONNECT: Duration = Duration::from_secs(5);
/// Time limit of the header of a response.
const RESPONSE: Duration = Duration::from_secs(8);
/// Time limit of a whole response.
const TIMEOUT: Duration = Duration::from_secs(30);
/// Most bytes of all bundles of an address.
const MAX_ALL: u64 = 512 << 20;

/// Bundles by the names of their files, as they were sent.
pub type FetchedBundles = BTreeMap<String, Arc<[u8]>>;

/// Address of a server's bundles, and what requests to it need.
#[derive(Debug, Clone)]
pub struct FetchOptions {
    /// Address of a bundle, or of a list of them.
    pub address: BundleAddress,
    /// PEM file of the certificates that the server's may be issued by; those of the system by default.
    pub authorities: Option<PathBuf>,
    /// File of a token that is sent as `Authorization: Bearer`; it is read for each round.
    pub token: Option<PathBuf>,
}

/// Content of an address at its last response, and how to ask for a change of it.
#[derive(Debug, Clone)]
struct Known {
    etag: Option<String>,
    bytes: Arc<[u8]>,
}

/// Client of one address, with everything that was fetched from it.
#[derive(Debug)]
pub struct Fetcher {
    options: FetchOptions,
    agent: Agent,
    front: Option<Known>,
    known: BTreeMap<String, Known>,
}

/// Reason for which an address did not send what it was asked for.
struct NotSent {
    finding: Finding,
    /// True without a whole response.
    is_silent: bool,
}

/// First member of what an address may answer with.
#[derive(Deserialize)]
struct Schema<'a> {
    #[serde(borrow)]
    schema: Cow<'a, str>,
}

impl Fetcher {
    /// Returns a client; nothing is sent yet.
    ///
    /// Fails if the certificates cannot be read, or a token would be sent without encryption.
    pub fn new(options: FetchOptions) -> Result<Self, Finding> {
        let address = &options.address;
        if options.token.is_some() && !address.is_encrypted() && !address.is_local() {
            return Err(BundleFault::TokenInClear { address: address.to_string() }.into());
        }
        let roots = match &options.authorities {
            Some(file) => authorities(file)?,
            None if address.is_encrypted() => of_the_system(),
            None => Vec::new(),
        };
        let tls = TlsConfig::builder()
            .provider(TlsProvider::Rustls)
            .root_certs(RootCerts::Specific(Arc::new(roots)))
            .unversioned_rustls_crypto_provider(Arc::new(ring::default_provider()))
            .build();
        let mut agent = Agent::config_builder();
        if address.is_local() {
            // Not by the proxy that the environment may name.
            agent = agent.proxy(None);
        }
        let agent = agent
            .https_only(address.is_encrypted())
            .timeout_connect(Some(CONNECT))
            .timeout_recv_response(Some(RESPONSE))
            .timeout_global(Some(TIMEOUT))
            .http_status_as_error(false)
            // A redirect could lead to another machine, or to a connection without encryption.
            .max_redirects(0)
            .max_redirects_will_error(false)
            .user_agent(concat!("quotient/", env!("CARGO_PKG_VERSION")))
            .tls_config(tls)
            .build()
            .new_agent();
        Ok(Self { options, agent, front: None, known: BTreeMap::new() })
    }

    /// Returns the address.
    pub fn address(&self) -> &BundleAddress {
        &self.options.address
    }

    /// Asks for what changed; returns the bundles by the names of their files, and what could not be fetched, in whose
    /// place the content fetched before remains.
    ///
    /// Fails if the address itself does not answer with a bundle or a list.
    pub fn round(&mut self) -> Result<(FetchedBundles, Findings), Finding> {
        let token = self.token()?;
        let place = self.options.address.to_string();
        let front =
            self.get(&place, self.front.clone(), token.as_deref(), MAX_BUNDLE).map_err(|not_sent| not_sent.finding)?;
        let schema = serde_json::from_slice::<Schema<'_>>(&front.bytes);
        if schema.is_ok_and(|first| first.schema == BUNDLE_SCHEMA) {
            let name = self.options.address.name().to_owned();
            let name = if name.ends_with(BUNDLE_ENDING) { name } else { format!("{name}{BUNDLE_ENDING}") };
            let bundles = BTreeMap::from([(name, Arc::clone(&front.bytes))]);
            self.front = Some(front);
            return Ok((bundles, Findings::new()));
        }
        let list = BundleList::parse(&place, &front.bytes)?;
        self.front = Some(front);
        Ok(self.listed(&list.bundles, token.as_deref()))
    }

    /// Fetches the bundles of a list.
    fn listed(&mut self, names: &BTreeSet<String>, token: Option<&str>) -> (FetchedBundles, Findings) {
        self.known.retain(|name, _| names.contains(name));
        let mut findings = Findings::new();
        let mut left = MAX_ALL;
        for name in names {
            let place = self.options.address.beside(name);
            match self.get(&place, self.known.get(name).cloned(), token, left.min(MAX_BUNDLE)) {
                Ok(known) => {
                    left = left.saturating_sub(known.bytes.len() as u64);
                    // Something else in its place, such as a page for signing in, replaces nothing.
                    match Bundle::parse(&place, &known.bytes) {
                        Ok(_) => drop(self.known.insert(name.clone(), known)),
                        Err(finding) => findings.push(finding),
                    }
                }
                Err(NotSent { finding, is_silent }) => {
                    findings.push(finding);
                    // A server that does not respond is not waited for again and again.
                    if is_silent {
                        break;
                    }
                }
            }
        }
        let bundles = self.known.iter().map(|(name, known)| (name.clone(), Arc::clone(&known.bytes)));
        (bundles.collect(), findings)
    }

    /// Asks for `address`, of which `known` was fetched before.
    fn get(&self, address: &str, known: Option<Known>, token: Option<&str>, limit: u64) -> Result<Known, NotSent> {
        let not_sent = |reason: String, is_silent: bool| {
            let fault = BundleFault::NotFetched { address: address.to_owned(), reason };
            NotSent { finding: Finding::from(fault).at(Place::file(address)), is_silent }
        };
        let failed = |error: ureq::Error| not_sent(error.to_string(), true);
        let mut request = self.agent.get(address).header("accept", "application/json");
        if let Some(etag) = known.as_ref().and_then(|known| known.etag.as_deref()) {
            request = request.header("if-none-match", etag);
        }
        if let Some(token) = token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let mut response = request.call().map_err(failed)?;
        let status = response.status();
        if let (StatusCode::NOT_MODIFIED, Some(known)) = (status, known) {
            return Ok(known);
        }
        if status != StatusCode::OK {
            return Err(not_sent(format!("the response was {status}"), false));
        }
        let etag = response.headers().get("etag").and_then(|etag| etag.to_str().ok()).map(str::to_owned);
        let body = response.body_mut().with_config().limit(limit).read_to_vec();
        let bytes = body.map_err(failed)?;
        Ok(Known { etag, bytes: bytes.into() })
    }

    fn token(&self) -> Result<Option<String>, Finding> {
        let Some(path) = &self.options.token else { return Ok(None) };
        let read = read_small(path).map_err(|error| error.to_string());
        let text = read.and_then(|bytes| String::from_utf8(bytes).map_err(|_| "it is not text".to_owned()));
        match text.map(|text| text.trim().to_owned()) {
            Ok(token) if !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic()) => Ok(Some(token)),
            Ok(_) => Err(unreadable(path, "it has no token in it, or more than one line".to_owned())),
            Err(reason) => Err(unreadable(path, reason)),
        }
    }
}

fn unreadable(path: &Path, reason: String) -> Finding {
    let file = path.display().to_string();
    Finding::from(BundleFault::Secrets { file: file.clone(), reason }).at(Place::file(file))
}

/// The certificates in a PEM file.
fn authorities(path: &Path) -> Result<Vec<Certificate<'static>>, Finding> {
    let bytes = read_small(path).map_err(|error| unreadable(path, error.to_string()))?;
    let items = parse_pem(&bytes).collect::<Result<Vec<_>, _>>();
    let items = items.map_err(|error| unreadable(path, error.to_string()))?;
    let certificate = |item| match item {
        PemItem::Certificate(certificate) => Some(certificate),
        _ => None,
    };
    let certificates: Vec<_> = items.into_iter().filter_map(certificate).collect();
    if certificates.is_empty() {
        return Err(unreadable(path, "it has no certificate in it".to_owned()));
    }
    Ok(certificates)
}

/// The certificates that the system trusts; those that cannot be read are left out.
fn of_the_system() -> Vec<Certificate<'static>> {
    let found = rustls_native_certs::load_native_certs();
    found.certs.iter().map(|certificate| Certificate::from_der(certificate).to_owned()).collect()
}
