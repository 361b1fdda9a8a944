//! Bundles of a server: fetched when they changed, used only if signed, and in use while the server is away.

use super::{At, Signer, bundle, codes, used};
use quotient::bundle::{Bundle, BundleAddress, BundleList, BundleOrigin, Bundles, FetchOptions, Keys};
use quotient::finding::{Finding, Findings};
use quotient::library::Source;
use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tempfile::TempDir;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio_rustls::rustls::{ServerConfig, ServerConnection, StreamOwned};

/// What a server holds and was asked.
#[derive(Default)]
struct Shelf {
    files: BTreeMap<String, Vec<u8>>,
    is_away: bool,
    token: Option<&'static str>,
    requests: Vec<(String, u16)>,
}

/// A server of files with entity tags.
struct Files {
    port: u16,
    scheme: &'static str,
    shelf: Arc<Mutex<Shelf>>,
}

impl Files {
    fn start(tls: Option<Arc<ServerConfig>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let shelf = Arc::new(Mutex::new(Shelf::default()));
        let (scheme, shared) = (if tls.is_some() { "https" } else { "http" }, Arc::clone(&shelf));
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                // A client that does not trust the certificate ends the connection.
                match &tls {
                    None => drop(answer(stream, &shared)),
                    Some(config) => {
                        let connection = ServerConnection::new(Arc::clone(config)).unwrap();
                        drop(answer(StreamOwned::new(connection, stream), &shared));
                    }
                }
            }
        });
        Self { port, scheme, shelf }
    }

    fn address(&self, path: &str) -> String {
        format!("{}://localhost:{}{path}", self.scheme, self.port)
    }

    /// Puts the bundles on the shelf, with their list.
    fn offer(&self, bundles: &[Bundle]) {
        let named = bundles.iter().map(|one| (format!("{}-{}.bundle.json", one.vendor, one.number), one.to_json()));
        let mut files: BTreeMap<String, Vec<u8>> = named.collect();
        let list = BundleList::new(files.keys().cloned().collect());
        files.insert("index.json".to_owned(), list.to_json());
        self.shelf.lock().unwrap().files =
            files.into_iter().map(|(name, bytes)| (format!("/b/{name}"), bytes)).collect();
    }

    fn set(&self, change: impl FnOnce(&mut Shelf)) {
        change(&mut self.shelf.lock().unwrap());
    }

    /// Requests since the last call, with the status of each response.
    fn asked(&self) -> Vec<(String, u16)> {
        std::mem::take(&mut self.shelf.lock().unwrap().requests)
    }
}

/// Answers one request and closes the connection.
fn answer(mut stream: impl Read + Write, shelf: &Mutex<Shelf>) -> std::io::Result<()> {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte)?;
        head.push(byte[0]);
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
    let header = |name: &str| {
        let line = head.lines().find(|line| line.to_lowercase().starts_with(&format!("{name}:")))?;
        Some(line.split_once(':')?.1.trim().to_owned())
    };
    let mut shelf = shelf.lock().unwrap();
    let is_known = shelf.token.is_none_or(|token| header("authorization") == Some(format!("Bearer {token}")));
    let (status, etag, body) = match shelf.files.get(&path) {
        _ if shelf.is_away => (503, String::new(), Vec::new()),
        _ if !is_known => (401, String::new(), Vec::new()),
        None => (404, String::new(), Vec::new()),
        Some(bytes) => {
            let etag = format!("\"{}\"", blake3::hash(bytes).to_hex());
            match header("if-none-match") == Some(etag.clone()) {
                true => (304, etag, Vec::new()),
                false => (200, etag, bytes.clone()),
            }
        }
    };
    shelf.requests.push((path, status));
    let length = body.len();
    write!(stream, "HTTP/1.1 {status} x\r\nconnection: close\r\netag: {etag}\r\ncontent-length: {length}\r\n\r\n")?;
    stream.write_all(&body)?;
    stream.flush()
}

/// What the address is asked with, without certificates and token.
fn plain(address: &str) -> FetchOptions {
    FetchOptions { address: BundleAddress::parse(address).unwrap(), authorities: None, token: None }
}

fn follow(options: FetchOptions, keys: Option<&str>, state: Option<&Path>) -> Result<Bundles<At>, Finding> {
    let origin = BundleOrigin::address(options, Duration::from_secs(3_600), state)?;
    Bundles::new(origin, keys.map(|text| Keys::parse(text).unwrap()), state, At("2026-06-01"))
}

fn ok(text: &str) -> Result<String, Vec<String>> {
    Ok(text.to_owned())
}

fn requests(asked: &[(&str, u16)]) -> Vec<(String, u16)> {
    asked.iter().map(|(path, status)| ((*path).to_owned(), *status)).collect()
}

#[test]
fn what_changed_is_fetched_and_nothing_else() {
    let (server, signer) = (Files::start(None), Signer::new());
    let keys = signer.entry("Release", "");
    server.offer(&[bundle(1, "one", &[&signer])]);
    let mut source = follow(plain(&server.address("/b/index.json")), Some(&keys), None).unwrap();
    assert!(source.directories().is_empty());
    assert_eq!(used(&mut source), ok("one"));
    assert_eq!(server.asked(), requests(&[("/b/index.json", 200), ("/b/acme-1.bundle.json", 200)]));
    // Scans between the intervals ask nothing; a reload does, and hears that nothing changed.
    assert_eq!(used(&mut source), ok("one"));
    assert_eq!(server.asked(), []);
    source.refresh();
    assert_eq!(server.asked(), requests(&[("/b/index.json", 304), ("/b/acme-1.bundle.json", 304)]));
    server.offer(&[bundle(1, "one", &[&signer]), bundle(2, "two", &[&signer])]);
    source.refresh();
    assert_eq!(used(&mut source), ok("two"));
    let expected = [("/b/index.json", 200), ("/b/acme-1.bundle.json", 304), ("/b/acme-2.bundle.json", 200)];
    assert_eq!(server.asked(), requests(&expected));
    // One bundle needs no list.
    let mut one = follow(plain(&server.address("/b/acme-1.bundle.json")), Some(&keys), None).unwrap();
    assert_eq!(used(&mut one), ok("one"));
}

#[test]
fn rules_stay_in_use_while_the_server_is_away_or_offers_something_else() {
    let (server, signer, state) = (Files::start(None), Signer::new(), TempDir::new().unwrap());
    let keys = signer.entry("Release", "");
    let open = || follow(plain(&server.address("/b/index.json")), Some(&keys), Some(state.path())).unwrap();
    server.offer(&[bundle(2, "two", &[&signer])]);
    let mut source = open();
    assert_eq!(used(&mut source), ok("two"));
    let round = |source: &mut Bundles<At>| {
        source.refresh();
        (used(source), codes(&source.scan().faults))
    };
    server.set(|shelf| shelf.is_away = true);
    assert_eq!(round(&mut source), (ok("two"), vec!["bundle::address".to_owned()]));
    assert_eq!(used(&mut open()), ok("two"), "a start while the server is away uses the copies");
    server.set(|shelf| {
        shelf.is_away = false;
        shelf.files.insert("/b/index.json".to_owned(), b"<html>".to_vec());
    });
    assert_eq!(round(&mut source), (ok("two"), vec!["bundle::content".to_owned()]));
    server.offer(&[bundle(2, "two", &[&signer])]);
    server.set(|shelf| drop(shelf.files.remove("/b/acme-2.bundle.json")));
    assert_eq!(round(&mut source), (ok("two"), vec!["bundle::address".to_owned()]), "one file is missing");
    server.offer(&[bundle(3, "not signed", &[]), bundle(2, "two", &[&signer])]);
    assert_eq!(round(&mut source), (ok("two"), vec!["bundle::signature".to_owned()]));
    server.offer(&[bundle(1, "older", &[&signer])]);
    source.refresh();
    assert_eq!(used(&mut source), Err(vec!["bundle::order".to_owned()]), "an older one is refused");
    server.offer(&[]);
    source.refresh();
    assert_eq!(used(&mut source), Err(Vec::new()), "a list without the vendor takes it away");
    server.set(|shelf| shelf.is_away = true);
    assert_eq!(used(&mut open()), Err(vec!["bundle::address".to_owned()]), "copies are those of the last list");
    // A changed copy is refused.
    let copies = state.path().join("fetched-bundles");
    let mut changed = bundle(2, "two", &[&signer]);
    changed.files[0].text.push('x');
    std::fs::write(copies.join("acme-2.bundle.json"), changed.to_json()).unwrap();
    let refused = used(&mut open()).unwrap_err();
    assert!(refused.contains(&"bundle::content".to_owned()), "{refused:?}");
}

#[test]
fn a_list_leads_nowhere_else() {
    for name in
        ["../x.bundle.json", "a/b.bundle.json", "https:x.bundle.json", ".x.bundle.json", "x.json", "é.bundle.json", ""]
    {
        let list = BundleList::new([name.to_owned()].into()).to_json();
        let finding = BundleList::parse("here", &list).unwrap_err();
        assert_eq!(finding.code().to_string(), "bundle::content", "{name}");
    }
    let many = (0..1_001).map(|number| format!("a-{number}.bundle.json")).collect();
    assert!(BundleList::parse("here", &BundleList::new(many).to_json()).is_err());
    assert!(BundleList::parse("here", br#"{"schema": "quotient.bundles/2", "bundles": []}"#).is_err());
}

#[test]
fn certificates_and_tokens_are_checked_and_other_machines_need_keys() {
    let key = rcgen::KeyPair::generate().unwrap();
    let certificate = rcgen::CertificateParams::new(["localhost".to_owned()]).unwrap().self_signed(&key).unwrap();
    let secret = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let provider = Arc::new(tokio_rustls::rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let config = config.with_no_client_auth().with_single_cert(vec![certificate.der().clone()], secret).unwrap();
    let server = Files::start(Some(Arc::new(config)));
    let directory = TempDir::new().unwrap();
    let write = |name: &str, text: &str| {
        std::fs::write(directory.path().join(name), text).unwrap();
        Some(directory.path().join(name))
    };
    server.offer(&[bundle(1, "one", &[])]);
    server.set(|shelf| shelf.token = Some("s3cret"));
    let address = server.address("/b/index.json");
    let with = |authorities, token| FetchOptions { authorities, token, ..plain(&address) };
    let refused = |options: FetchOptions| {
        let mut source = follow(options, None, None)?;
        let faults: Findings = source.scan().faults;
        Ok::<_, Finding>((codes(&faults), faults.to_string()))
    };
    let (ca, token) = (write("ca.pem", &certificate.pem()), write("token", "s3cret\n"));
    let mut source = follow(with(ca.clone(), token.clone()), None, None).unwrap();
    assert_eq!(used(&mut source), ok("one"));
    let (codes, text) = refused(with(None, token.clone())).unwrap();
    assert_eq!(codes, ["bundle::address"], "not a certificate that the system trusts: {text}");
    for wrong in [None, write("other", "guess")] {
        let (_, text) = refused(with(ca.clone(), wrong)).unwrap();
        assert!(text.contains("401") && !text.contains("guess"), "{text}");
    }
    let (_, text) = refused(with(ca.clone(), write("two", "a b"))).unwrap();
    assert!(text.contains("has no token in it"), "{text}");
    assert!(refused(with(write("empty.pem", ""), token.clone())).is_err());
    // A token in clear and a bundle without a signature are refused before anything is sent.
    let far = |address: &str, token| FetchOptions { token, ..plain(address) };
    let finding = follow(far("http://rules.example/index.json", token), Some("[[key]]"), None);
    assert_eq!(finding.err().map(|finding| finding.code().to_string()).as_deref(), Some("bundle::address"));
    let finding = follow(far("https://rules.example/index.json", None), None, None);
    assert_eq!(finding.err().map(|finding| finding.code().to_string()).as_deref(), Some("bundle::keys"));
}

/// The way of the commands: a directory is offered as it is, with the list that `bundle list` writes.
#[test]
fn a_directory_is_listed_and_served_from() {
    let (server, home) = (Files::start(None), TempDir::new().unwrap());
    super::put(&home, &bundle(7, "let x = 1;", &[]));
    let list = |directory: &Path| {
        assert_cmd::Command::cargo_bin("quotient").unwrap().args(["bundle", "list"]).arg(directory).output().unwrap()
    };
    let listed = list(home.path());
    assert!(String::from_utf8(listed.stdout).unwrap().trim_end().ends_with("index.json: 1 bundle"));
    let files = std::fs::read_dir(home.path()).unwrap().map(|entry| entry.unwrap().path());
    let named =
        files.map(|path| (format!("/b/{}", path.file_name().unwrap().display()), std::fs::read(&path).unwrap()));
    let named: BTreeMap<_, _> = named.collect();
    server.set(|shelf| shelf.files = named);
    let mut source = follow(plain(&server.address("/b/index.json")), None, None).unwrap();
    assert_eq!(used(&mut source), ok("let x = 1;"));
    std::fs::write(home.path().join("acme-8.bundle.json"), "{}").unwrap();
    assert!(!list(home.path()).status.success(), "other files are not listed");
}
