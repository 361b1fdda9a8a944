//! Client certificates: who may connect, and which caller a certificate names.

use super::access::Anybody;
use super::hostile::assessment;
use super::http::get;
use super::running::{Home, Running, free_address};
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, SanType};
use std::io::{Read, Write};
use std::sync::Arc;
use tokio_rustls::rustls;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};

/// An authority that issues certificates.
struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pem: String,
}

/// A certificate with its key.
struct Shown {
    chain: Vec<CertificateDer<'static>>,
    key: Vec<u8>,
}

impl Authority {
    fn new(name: &str) -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        let pem = params.self_signed(&key).unwrap().pem();
        Self { issuer: Issuer::new(params, key), pem }
    }

    /// Issues a certificate for a client, changed by `change`.
    fn issue(&self, name: &str, change: impl FnOnce(&mut CertificateParams)) -> Shown {
        let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        params.distinguished_name.push(DnType::CommonName, name);
        change(&mut params);
        let key = KeyPair::generate().unwrap();
        let made = params.signed_by(&key, &self.issuer).unwrap();
        Shown { chain: vec![made.der().clone()], key: key.serialize_der() }
    }
}

const TOKENS: &str = r#"
[[token]]
name = "orders"
certificate = "dns:orders.example.com"
scopes = ["read", "evaluate"]
vendors = ["meridian"]

[[token]]
name = "batch"
certificate = "uri:spiffe://cluster/ns/shop/sa/batch"
scopes = ["read"]

[[token]]
name = "former"
certificate = "cn:former.example.com"
scopes = ["read"]
expires = 2020-12-31

[[token]]
name = "desk"
token = "the-secret-of-the-order-desk"
scopes = ["read", "evaluate", "admin"]
"#;

/// Starts a server that takes the certificates of an authority, with health on a second address.
fn serve(home: &Home, authority: &Authority, more: &[&str]) -> (Running, std::net::SocketAddr) {
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let write = |part: &str, text: &str| {
        std::fs::write(home.path(part), text).unwrap();
        home.path(part).display().to_string()
    };
    let (certificate, key) = (write("tls.crt", &made.cert.pem()), write("tls.key", &made.signing_key.serialize_pem()));
    let (clients, tokens) = (write("clients.crt", &authority.pem), write("tokens.toml", TOKENS));
    let admin = free_address();
    let mut arguments = home.arguments();
    let options = ["--tls-certificate", &certificate, "--tls-key", &key, "--client-ca", &clients, "--tokens", &tokens];
    arguments.extend(options.iter().chain(more).map(ToString::to_string));
    arguments.extend(["--admin-listen".to_owned(), admin.to_string()]);
    let server = Running::launch(&arguments);
    // Probes use the admin address, which needs no certificate.
    crate::patience::until("the server is ready", || {
        get(admin, "/health/ready").is_ok_and(|answer| answer.status == 200)
    });
    (server, admin)
}

/// Sends a request with a certificate; returns the status and the text of the response, or the error of the connection.
fn ask(server: &Running, shown: Option<&Shown>, method: &str, path: &str, more: &str) -> Result<(u16, String), String> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .unwrap()
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(Anybody(provider)));
    let config = match shown {
        Some(Shown { chain, key }) => {
            let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.clone()));
            config.with_client_auth_cert(chain.clone(), key).unwrap()
        }
        None => config.with_no_client_auth(),
    };
    let stream = std::net::TcpStream::connect(server.address).map_err(|error| error.to_string())?;
    stream.set_read_timeout(Some(crate::patience::HANG)).unwrap();
    let connection = rustls::ClientConnection::new(Arc::new(config), "localhost".try_into().unwrap()).unwrap();
    let mut stream = rustls::StreamOwned::new(connection, stream);
    let body = if method == "POST" { assessment("P1") } else { String::new() };
    let head = format!(
        "{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\n\
         {more}Content-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let mut text = String::new();
    stream.write_all(head.as_bytes()).map_err(|error| error.to_string())?;
    if let Err(error) = stream.read_to_string(&mut text)
        && text.is_empty()
    {
        return Err(error.to_string());
    }
    let status = text.split(' ').nth(1).and_then(|status| status.parse().ok()).ok_or("no response")?;
    Ok((status, text))
}

const ASSESSMENTS: &str = "/v1/vendors/meridian/assessments";

#[test]
fn a_certificate_names_the_caller_with_its_scopes_vendors_and_dates() {
    let (home, authority) = (Home::new(), Authority::new("authority"));
    let (server, _) = serve(&home, &authority, &[]);
    let orders = authority.issue("orders.example.com", |_| ());
    let status =
        |shown: &Shown, method: &str, path: &str, more: &str| ask(&server, Some(shown), method, path, more).unwrap().0;
    assert_eq!(status(&orders, "POST", ASSESSMENTS, ""), 200);
    assert_eq!(status(&orders, "POST", "/v1/vendors/halcyon/assessments", ""), 403, "it is for another vendor");
    assert_eq!(status(&orders, "POST", "/v1/reload", ""), 403, "it may not administer");
    let batch = authority.issue("batch.example.com", |params| {
        params.subject_alt_names.push(SanType::URI("spiffe://cluster/ns/shop/sa/batch".try_into().unwrap()));
    });
    assert_eq!((status(&batch, "GET", "/v1/vendors", ""), status(&batch, "POST", ASSESSMENTS, "")), (200, 403));
    let former = authority.issue("former.example.com", |_| ());
    let (refused, text) = ask(&server, Some(&former), "GET", "/v1/vendors", "").unwrap();
    assert!(refused == 401 && text.contains("2020-12-31"), "{text}");
    // A token goes before the certificate; a wrong one is not made good by it.
    let bearer = |token: &str| format!("Authorization: Bearer {token}\r\n");
    assert_eq!(status(&batch, "POST", ASSESSMENTS, &bearer("the-secret-of-the-order-desk")), 200);
    assert_eq!(status(&orders, "POST", ASSESSMENTS, &bearer("a-secret-that-is-not-the-one")), 401);
    let log = server.log();
    let line = log.lines().find(|line| line.contains("\"caller\":\"orders\"") && line.contains("\"status\":200"));
    assert!(line.is_some(), "{log}");
}

#[test]
fn certificates_that_are_not_in_order_are_refused_with_the_reason_in_the_log() {
    let (home, authority) = (Home::new(), Authority::new("authority"));
    let (server, _) = serve(&home, &authority, &[]);
    let dated = |from: i32, to: i32| {
        authority.issue("orders.example.com", |params| {
            (params.not_before, params.not_after) = (rcgen::date_time_ymd(from, 1, 1), rcgen::date_time_ymd(to, 1, 1));
        })
    };
    let stranger = Authority::new("another authority").issue("orders.example.com", |_| ());
    let cases = [
        (Some(dated(2001, 2002)), "expired"),
        (Some(dated(2100, 2101)), "not valid yet"),
        (Some(stranger), "UnknownIssuer"),
        (None, "sent no certificates"),
    ];
    for (shown, reason) in cases {
        let refused = ask(&server, shown.as_ref(), "POST", ASSESSMENTS, "");
        assert!(refused.is_err(), "{reason}: {refused:?}");
        let is_logged = |line: &str| line.contains("refused for its client certificate") && line.contains(reason);
        crate::patience::until(reason, || server.log().lines().any(is_logged));
    }
    // The right authority, and a name that no token has.
    let unknown = authority.issue("unknown.example.com", |_| ());
    let (status, text) = ask(&server, Some(&unknown), "POST", ASSESSMENTS, "").unwrap();
    assert!(status == 401 && text.contains("token_missing") && text.contains("not that of one caller"), "{text}");
    assert!(server.log().contains("cn:unknown.example.com dns:unknown.example.com"), "{}", server.log());
    // Nor does a certificate that two tokens name say which of them asks.
    let both = authority.issue("orders.example.com", |params| {
        params.subject_alt_names.push(SanType::URI("spiffe://cluster/ns/shop/sa/batch".try_into().unwrap()));
    });
    assert_eq!(ask(&server, Some(&both), "POST", ASSESSMENTS, "").unwrap().0, 401);
}

#[test]
fn optional_certificates_leave_tokens_in_effect_and_authorities_can_change() {
    let (home, authority) = (Home::new(), Authority::new("authority"));
    let (server, admin) = serve(&home, &authority, &["--client-certificates", "optional"]);
    let orders = authority.issue("orders.example.com", |_| ());
    assert_eq!(ask(&server, Some(&orders), "POST", ASSESSMENTS, "").unwrap().0, 200);
    assert_eq!(ask(&server, None, "POST", ASSESSMENTS, "").unwrap().0, 401);
    let bearer = "Authorization: Bearer the-secret-of-the-order-desk\r\n";
    assert_eq!(ask(&server, None, "POST", ASSESSMENTS, bearer).unwrap().0, 200);
    // A damaged file leaves the last valid authorities in effect.
    let next = Authority::new("next authority");
    let later = next.issue("orders.example.com", |_| ());
    std::fs::write(home.path("clients.crt"), "nonsense").unwrap();
    server.signal("HUP");
    crate::patience::until("the reason is logged", || {
        server.log().contains("the last valid certificate stays in effect")
    });
    assert_eq!(ask(&server, Some(&orders), "POST", ASSESSMENTS, "").unwrap().0, 200);
    std::fs::write(home.path("clients.crt"), &next.pem).unwrap();
    server.signal("HUP");
    let asked = |shown: &Shown| ask(&server, Some(shown), "POST", ASSESSMENTS, "").map(|(status, _)| status);
    crate::patience::until("the new authority counts", || asked(&later) == Ok(200));
    assert!(asked(&orders).is_err(), "the authority before it does not");
    assert_eq!(get(admin, "/health/live").unwrap().status, 200);
    // A probe without a certificate, over TLS and on the admin address.
    let healthy = |arguments: &[&str]| {
        let program =
            std::process::Command::new(env!("CARGO_BIN_EXE_quotient")).arg("healthcheck").args(arguments).output();
        program.unwrap().status.success()
    };
    assert!(healthy(&["--listen", &admin.to_string()]));
    assert!(healthy(&["--tls", "--listen", &server.address.to_string()]), "certificates are optional here");
}
