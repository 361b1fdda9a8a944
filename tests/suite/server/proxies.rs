//! The server behind real proxies: what an early refusal and the end of the server look like from the other side. Proxies
//! that are absent are left out, and named.

use super::hostile::assessment;
use super::http::{ask, get, request};
use super::running::{Home, Running, free_address};
use crate::patience::{HANG, until};
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// A proxy, or another program that listens, which ends with this value.
pub struct Proxy {
    child: Child,
    /// Where it listens.
    pub address: SocketAddr,
    _home: tempfile::TempDir,
}

impl Drop for Proxy {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// True when a program is installed; its absence is named.
pub fn is_here(program: &str) -> bool {
    let version = if matches!(program, "nginx" | "haproxy") { "-v" } else { "--version" };
    let is_here = Command::new(program).arg(version).output().is_ok_and(|output| output.status.success());
    if !is_here {
        println!("left out: {program} is not here");
    }
    is_here
}

impl Proxy {
    /// Starts a program with its configuration in a file; `{listen}`, `{home}` in it are replaced.
    fn start(program: &str, configuration: &str, arguments: &[&str]) -> Self {
        Self::start_at(free_address(), program, configuration, arguments)
    }

    /// Starts a program that listens on this address.
    pub fn start_at(address: SocketAddr, program: &str, configuration: &str, arguments: &[&str]) -> Self {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().display().to_string();
        let text = configuration.replace("{listen}", &address.to_string()).replace("{home}", &folder);
        let file = home.path().join("configuration");
        std::fs::write(&file, text).unwrap();
        let file = file.display().to_string();
        let arguments = arguments.iter().map(|argument| argument.replace("{file}", &file).replace("{home}", &folder));
        let child = Command::new(program).args(arguments).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let proxy = Self { child, address, _home: home };
        until("the proxy", || std::net::TcpStream::connect(proxy.address).is_ok());
        proxy
    }

    /// haproxy before two servers in turn, which asks every two seconds whether they are ready.
    pub fn haproxy([first, second]: [&Running; 2]) -> Self {
        let of = |name: &str, server: &Running| {
            format!("    server {name} {} check inter 2s fall 1 rise 1\n", server.address)
        };
        let configuration = format!(
            "defaults\n    mode http\n    timeout connect 5s\n    timeout client 60s\n    timeout server 60s\n    retries 0\n\
             frontend all\n    bind {{listen}}\n    default_backend servers\n\
             backend servers\n    balance roundrobin\n    option httpchk GET /health/ready\n{}{}",
            of("first", first),
            of("second", second)
        );
        let proxy = Self::start("haproxy", &configuration, &["-db", "-f", "{file}"]);
        until("the servers", || get(proxy.address, "/version").is_ok_and(|answer| answer.status == 200));
        proxy
    }

    /// Caddy with its defaults, before one server.
    fn caddy(server: SocketAddr) -> Self {
        let configuration = format!(
            "{{\n    admin off\n    persist_config off\n    storage file_system {{home}}\n}}\nhttp://{{listen}} {{\n    reverse_proxy {server}\n}}\n"
        );
        Self::start("caddy", &configuration, &["run", "--config", "{file}", "--adapter", "caddyfile"])
    }

    /// nginx with its defaults: HTTP/1.0 to the server, the body of the request held back until it is whole.
    fn nginx(server: SocketAddr, more: &str) -> Self {
        let configuration = format!(
            "daemon off; pid {{home}}/pid; error_log {{home}}/errors; user root;\nevents {{}}\nhttp {{\n\
             client_body_temp_path {{home}}/bodies; proxy_temp_path {{home}}/proxied; fastcgi_temp_path {{home}}/a;\n\
             uwsgi_temp_path {{home}}/b; scgi_temp_path {{home}}/c; access_log off; client_max_body_size 0;\n\
             server {{ listen {{listen}}; location / {{ proxy_pass http://{server}; {more} }} }}\n}}\n"
        );
        Self::start("nginx", &configuration, &["-c", "{file}", "-e", "{home}/first-errors"])
    }
}

fn post(address: SocketAddr, body: &[u8]) -> std::io::Result<super::http::Answer> {
    ask(address, "POST", "/v1/vendors/meridian/proposals", &["Content-Type: application/json"], body)
}

/// Each proxy that is installed, with its name, before the server.
fn proxies(server: &Running) -> Vec<(&'static str, Proxy)> {
    let mut proxies = Vec::new();
    if is_here("nginx") {
        proxies.push(("nginx", Proxy::nginx(server.address, "")));
        let more = "proxy_request_buffering off; proxy_http_version 1.1;";
        proxies.push(("nginx without buffers", Proxy::nginx(server.address, more)));
    }
    if is_here("haproxy") {
        proxies.push(("haproxy", Proxy::haproxy([server, server])));
    }
    if is_here("caddy") {
        proxies.push(("caddy", Proxy::caddy(server.address)));
    }
    proxies
}

#[test]
fn an_early_refusal_passes_proxies() {
    let home = Home::new();
    let server = home.serve(&["--body", "1"]);
    let body = vec![b' '; 12 << 20];
    for (name, proxy) in proxies(&server) {
        for _ in 0..3 {
            let answer = post(proxy.address, &body).unwrap();
            assert_eq!(answer.status, 413, "{name}: {}", answer.text());
            assert_eq!(answer.json()["code"], "body_too_large");
        }
    }
}

/// A proxy that held the stream back until it has enough bytes would show nothing of a change.
#[test]
fn events_pass_proxies_as_they_happen() {
    let home = Home::new();
    let server = home.serve(&["--allow-host", "quotas.example.com"]);
    for (number, (name, proxy)) in proxies(&server).into_iter().enumerate() {
        let mut stream = TcpStream::connect(proxy.address).unwrap();
        stream.set_read_timeout(Some(HANG)).unwrap();
        stream.write_all(&request("GET", "/v1/events", &[], b"")).unwrap();
        let mut lines = BufReader::new(stream).lines().map_while(Result::ok);
        assert!(lines.by_ref().any(|line| line.contains("listening")), "{name}");
        let file = "rules/halcyon/vendor.toml";
        home.save(file, &format!("{}\n# {number}\n", home.read(file)));
        assert!(lines.any(|line| line.starts_with("id: ")), "{name}: the change never came");
    }
}

/// haproxy asks every two seconds whether the servers are ready. One of two ends: it is asked until haproxy has noticed.
#[test]
fn no_request_is_lost_when_a_server_ends_behind_haproxy() {
    if !is_here("haproxy") {
        return;
    }
    let (one, other) = (Home::new(), Home::new());
    let first = one.serve(&["--drain-delay", "8"]);
    let second = other.serve(&[]);
    let proxy = Proxy::haproxy([&first, &second]);
    let is_over = AtomicBool::new(false);
    let body = assessment("P1");
    let (asked, lost) = std::thread::scope(|scope| {
        let callers: Vec<_> = (0..4)
            .map(|_| {
                scope.spawn(|| {
                    let (mut asked, mut lost) = (0u32, Vec::new());
                    while !is_over.load(Ordering::Relaxed) {
                        let fields = ["Content-Type: application/json"];
                        let path = "/v1/vendors/meridian/assessments";
                        asked += 1;
                        match ask(proxy.address, "POST", path, &fields, body.as_bytes()) {
                            Ok(answer) if answer.status == 200 => {}
                            Ok(answer) => lost.push(answer.text()),
                            Err(error) => lost.push(error.to_string()),
                        }
                        std::thread::sleep(Duration::from_millis(5));
                    }
                    (asked, lost)
                })
            })
            .collect();
        std::thread::sleep(Duration::from_secs(1));
        first.signal("TERM");
        let ended = Instant::now();
        assert_eq!(first.wait(), Some(0), "{}", first.log());
        assert!(ended.elapsed() >= Duration::from_secs(7), "it ended before the proxy could notice");
        std::thread::sleep(Duration::from_secs(1));
        is_over.store(true, Ordering::Relaxed);
        callers.into_iter().map(|caller| caller.join().unwrap()).fold(
            (0, Vec::new()),
            |(count, mut all), (asked, lost)| {
                all.extend(lost);
                (count + asked, all)
            },
        )
    });
    assert!(asked > 100, "{asked}");
    assert!(lost.is_empty(), "{} of {asked} were lost: {:?}", lost.len(), lost.first());
}
