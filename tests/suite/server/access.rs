//! Who may do what, and what may be reached from where.

use super::hostile::assessment;
use super::http::{Answer, ask};
use super::running::{Home, Running};
use quotient::server::Access;
use std::net::SocketAddr;
use std::process::Command;

const TOKENS: &str = r#"
[[token]]
name = "orders"
token = "orders-secret-that-is-long"
scopes = ["read", "evaluate"]
vendors = ["meridian"]

[[token]]
name = "operator"
token = "operator-secret-that-is-long"
scopes = ["read", "evaluate", "admin"]
"#;

fn with(address: SocketAddr, method: &str, path: &str, token: Option<&str>, body: &str) -> Answer {
    let token = token.map(|token| format!("Authorization: Bearer {token}"));
    let mut fields = vec!["Content-Type: application/json"];
    fields.extend(token.as_deref());
    ask(address, method, path, &fields, body.as_bytes()).unwrap()
}

#[test]
fn a_token_is_for_its_operations_and_vendors_and_the_file_can_change() {
    let home = Home::new();
    std::fs::write(home.path("tokens.toml"), TOKENS).unwrap();
    let tokens = home.path("tokens.toml").display().to_string();
    let server = home.serve(&["--tokens", &tokens]);
    let ask = |method: &str, path: &str, token: Option<&str>| {
        let answer = with(server.address, method, path, token, &assessment("P1"));
        (answer.status, answer.json()["code"].as_str().unwrap_or_default().to_owned())
    };
    let (orders, operator) = (Some("orders-secret-that-is-long"), Some("operator-secret-that-is-long"));
    let refused = |status, code: &str| (status, code.to_owned());
    assert_eq!(ask("GET", "/health/ready", None).0, 200);
    assert_eq!(ask("GET", "/v1/vendors", None), refused(401, "token_missing"));
    assert_eq!(ask("GET", "/v1/vendors", Some("orders-secret-that-is-lonG")), refused(401, "token_missing"));
    assert_eq!(ask("POST", "/v1/vendors/meridian/assessments", orders).0, 200);
    assert_eq!(ask("POST", "/v1/vendors/halcyon/assessments", orders), refused(403, "scope_missing"));
    assert_eq!(ask("POST", "/v1/vendors/meridian/reload", orders), refused(403, "scope_missing"));
    assert_eq!(ask("POST", "/v1/vendors/halcyon/assessments", operator).0, 200);
    assert_eq!(ask("POST", "/v1/reload", operator).0, 200);
    // A token for one vendor sees no other.
    let seen = with(server.address, "GET", "/v1/vendors", orders, "").json();
    let names: Vec<&str> = seen["vendors"].as_array().unwrap().iter().filter_map(|v| v["vendor"].as_str()).collect();
    assert_eq!(names, ["meridian"]);
    let health = with(server.address, "GET", "/health", orders, "").json();
    assert_eq!(health["vendors"].as_object().unwrap().len(), 1);

    // A broken file changes nothing; a good one does.
    std::fs::write(home.path("tokens.toml"), "[[token]]\nname = \"orders\"\n").unwrap();
    server.signal("HUP");
    wait(|| server.log().contains("the last valid tokens stay in effect"));
    assert_eq!(ask("POST", "/v1/vendors/meridian/assessments", orders).0, 200);
    std::fs::write(home.path("tokens.toml"), TOKENS.replace("orders-secret-that-is-long", "another-secret-of-orders"))
        .unwrap();
    server.signal("HUP");
    wait(|| ask("POST", "/v1/vendors/meridian/assessments", Some("another-secret-of-orders")).0 == 200);
    assert_eq!(ask("POST", "/v1/vendors/meridian/assessments", orders).0, 401);
    assert!(!server.log().contains("secret"), "a secret is in the log:\n{}", server.log());
}

fn wait(is_so: impl Fn() -> bool) {
    crate::patience::until("what the test waits for", is_so);
}

#[test]
fn all_faults_of_a_tokens_file_are_reported_and_no_secret_is_shown() {
    let text = "[[token]]\nname = \"a\"\ntoken = \"short-secret\"\nscopes = [\"read\", \"write\"]\n\
                [[token]]\nname = \"b\"\nscopes = [\"read\"]\nvendors = [\"../x\"]\n\
                [[token]]\nname = \"c\"\ntoken = \"the-secret-of-c-is-long\"\ndigest = \"zz\"\nscopes = []\nuser = 1\n";
    let findings = Access::parse("tokens.toml", text).unwrap_err();
    let told: Vec<String> = findings.iter().map(ToString::to_string).collect();
    let told = told.join("\n");
    for words in [
        "shorter than 20",
        "`write`",
        "has no secret",
        "`../x`",
        "64 hex digits",
        "unknown key `user`",
        "tokens.toml:3:",
    ] {
        assert!(told.contains(words), "no {words} in\n{told}");
    }
    assert!(!told.contains("short-secret") && !told.contains("the-secret-of-c"), "{told}");
    assert!(Access::parse("tokens.toml", "").is_err());
}

/// What the program says when it is started so.
fn refusal(arguments: &[&str]) -> (Option<i32>, String) {
    let home = Home::new();
    let mut command = Command::new(env!("CARGO_BIN_EXE_quotient"));
    let output = command.arg("serve").args(arguments).args(home.arguments()).output().unwrap();
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

#[test]
fn a_server_that_others_can_reach_asks_for_tokens_or_a_word() {
    let (code, said) = refusal(&["--listen", "0.0.0.0:0"]);
    assert_eq!(code, Some(5), "{said}");
    assert!(said.contains("no token is required") && said.contains("--insecure"), "{said}");
    let (code, said) = refusal(&["--listen", "0.0.0.0:0", "--insecure", "--authoring"]);
    assert_eq!(code, Some(5), "{said}");
    assert!(said.contains("`--authoring`"), "{said}");
    let (code, said) = refusal(&["--listen", "127.0.0.1:0", "--tokens", "no-such-file"]);
    assert_eq!(code, Some(5), "{said}");
    assert!(said.contains("no-such-file"), "{said}");
    let (code, said) = refusal(&["--listen", "nonsense"]);
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("127.0.0.1:7070"), "{said}");
}

#[test]
fn pages_of_other_hosts_are_not_answered_without_tokens() {
    let home = Home::new();
    let server = home.serve(&[]);
    let ask = |field: &str| ask(server.address, "GET", "/v1/vendors", &[field], b"").unwrap().json()["code"].clone();
    assert_eq!(ask("Origin: https://evil.example"), "origin_refused");
    assert!(ask("Origin: http://localhost:3000").is_null());
}

#[test]
fn scripts_of_callers_are_checked_only_on_a_server_for_authors() {
    let home = Home::new();
    let server = home.serve(&["--authoring"]);
    let check = |rule: &str| {
        let files: Vec<serde_json::Value> = [
            "vendor.toml",
            "history.rhai",
            "market_opportunity.rhai",
            "investment_signals.rhai",
            "pipeline_coverage.rhai",
            "weights.rhai",
        ]
        .iter()
        .filter(|name| home.path(&format!("rules/meridian/{name}")).exists())
        .map(|name| {
            let text = if *name == "history.rhai" && !rule.is_empty() {
                rule.to_owned()
            } else {
                home.read(&format!("rules/meridian/{name}"))
            };
            serde_json::json!({"path": format!("rules/{name}"), "text": text})
        })
        .collect();
        let body = serde_json::json!({"vendor": "draft", "files": files}).to_string();
        let answer = with(server.address, "POST", "/v1/authoring/check", None, &body);
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json()
    };
    let good = check("");
    assert_eq!(good["is_usable"], true, "{good}");
    let bad = check("fn assess(partner) { indicate(partner.histroy.prior_revenue) }");
    assert_eq!(bad["is_usable"], false);
    let finding = bad["findings"].as_array().unwrap().iter().find(|f| f["code"] == "script::unknown_fact").unwrap();
    let place = &finding["places"][0];
    assert_eq!((&place["file"], &place["line"]), (&"rules/draft/history.rhai".into(), &1.into()));
    let bomb = check("fn assess(partner) { loop { } }");
    assert_eq!(bomb["is_usable"], false, "{bomb}");
    // Nothing of it is put to use.
    assert_eq!(with(server.address, "GET", "/v1/vendors/draft", None, "").status, 404);
    let outside = r#"{"vendor":"draft","files":[{"path":"rules/../../etc/x.rhai","text":""}]}"#;
    assert_eq!(with(server.address, "POST", "/v1/authoring/check", None, outside).json()["code"], "input_refused");
}

#[test]
fn tls_is_spoken_and_the_certificate_can_change() {
    let home = Home::new();
    let write = |name: &str| {
        let made = rcgen::generate_simple_self_signed(vec![name.to_owned()]).unwrap();
        std::fs::write(home.path("tls.crt"), made.cert.pem()).unwrap();
        std::fs::write(home.path("tls.key"), made.signing_key.serialize_pem()).unwrap();
        made.cert.der().to_vec()
    };
    let first = write("localhost");
    let (certificate, key) = (home.path("tls.crt").display().to_string(), home.path("tls.key").display().to_string());
    let mut arguments = home.arguments();
    arguments.extend(["--tls-certificate".to_owned(), certificate, "--tls-key".to_owned(), key]);
    let server = Running::launch(&arguments);
    let shown = || shown_certificate(server.address);
    wait(|| shown().is_some());
    assert_eq!(shown().unwrap(), first);
    // A certificate without its key changes nothing.
    std::fs::write(home.path("tls.key"), "nonsense").unwrap();
    server.signal("HUP");
    wait(|| server.log().contains("the last valid certificate stays in effect"));
    assert_eq!(shown().unwrap(), first);
    let second = write("localhost");
    server.signal("HUP");
    wait(|| shown().is_some_and(|shown| shown == second));
}

/// The certificate that the server shows, when it answers a request over TLS.
fn shown_certificate(address: SocketAddr) -> Option<Vec<u8>> {
    use tokio_rustls::rustls;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        use tokio::io::{AsyncReadExt, AsyncWriteExt};
        let provider = std::sync::Arc::new(rustls::crypto::ring::default_provider());
        let config = rustls::ClientConfig::builder_with_provider(provider.clone())
            .with_safe_default_protocol_versions()
            .unwrap()
            .dangerous()
            .with_custom_certificate_verifier(std::sync::Arc::new(Anybody(provider)))
            .with_no_client_auth();
        let stream = tokio::net::TcpStream::connect(address).await.ok()?;
        let connector = tokio_rustls::TlsConnector::from(std::sync::Arc::new(config));
        let mut stream = connector.connect("localhost".try_into().unwrap(), stream).await.ok()?;
        stream.write_all(b"GET /health/live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").await.ok()?;
        let mut text = Vec::new();
        let _ = stream.read_to_end(&mut text).await;
        assert!(text.starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&text));
        let (_, session) = stream.get_ref();
        Some(session.peer_certificates()?.first()?.to_vec())
    })
}

/// Takes any certificate: the test looks at it itself.
#[derive(Debug)]
pub struct Anybody(pub std::sync::Arc<tokio_rustls::rustls::crypto::CryptoProvider>);

impl tokio_rustls::rustls::client::danger::ServerCertVerifier for Anybody {
    fn verify_server_cert(
        &self,
        _: &tokio_rustls::rustls::pki_types::CertificateDer<'_>,
        _: &[tokio_rustls::rustls::pki_types::CertificateDer<'_>],
        _: &tokio_rustls::rustls::pki_types::ServerName<'_>,
        _: &[u8],
        _: tokio_rustls::rustls::pki_types::UnixTime,
    ) -> Result<tokio_rustls::rustls::client::danger::ServerCertVerified, tokio_rustls::rustls::Error> {
        Ok(tokio_rustls::rustls::client::danger::ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &tokio_rustls::rustls::pki_types::CertificateDer<'_>,
        signature: &tokio_rustls::rustls::DigitallySignedStruct,
    ) -> Result<tokio_rustls::rustls::client::danger::HandshakeSignatureValid, tokio_rustls::rustls::Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        tokio_rustls::rustls::crypto::verify_tls12_signature(message, certificate, signature, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &tokio_rustls::rustls::pki_types::CertificateDer<'_>,
        signature: &tokio_rustls::rustls::DigitallySignedStruct,
    ) -> Result<tokio_rustls::rustls::client::danger::HandshakeSignatureValid, tokio_rustls::rustls::Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        tokio_rustls::rustls::crypto::verify_tls13_signature(message, certificate, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<tokio_rustls::rustls::SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}

#[test]
fn one_token_removes_no_book_that_another_stored() {
    let home = Home::new();
    std::fs::write(home.path("tokens.toml"), TOKENS).unwrap();
    let server = home.serve(&["--tokens", &home.path("tokens.toml").display().to_string()]);
    let (orders, operator) = (Some("orders-secret-that-is-long"), Some("operator-secret-that-is-long"));
    let book =
        |partner: &str| serde_json::from_str::<serde_json::Value>(&assessment(partner)).unwrap()["book"].to_string();
    let store = |token, partner: &str| {
        let stored = with(server.address, "POST", "/v1/vendors/meridian/books", token, &book(partner));
        assert_eq!(stored.status, 201, "{}", stored.text());
        format!("/v1/vendors/meridian/books/{}", stored.json()["id"].as_str().unwrap())
    };
    let ask = |method: &str, path: &str, token| with(server.address, method, path, token, "").status;
    let (own, shared) = (store(orders, "Own"), store(orders, "Shared"));
    assert_eq!(store(operator, "Shared"), shared);
    // 256 books are stored at most; the operator stores more.
    let flood: Vec<String> = (0..258).map(|at| store(operator, &format!("Flood{at}"))).collect();
    assert_eq!((ask("GET", &own, orders), ask("GET", &shared, orders)), (200, 200));
    assert_eq!((ask("GET", &flood[0], operator), ask("GET", &flood[257], operator)), (404, 200));
    // Nor does it remove one by hand.
    assert_eq!((ask("DELETE", &own, operator), ask("GET", &own, orders)), (404, 200));
    assert_eq!((ask("DELETE", &own, orders), ask("GET", &own, orders)), (204, 404));
}
