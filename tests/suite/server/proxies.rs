//! The server behind real proxies: what an early refusal and the end of the server look like from the other side. Proxies
//! that are absent are left out, and named.

use super::hostile::assessment;
use super::http::{ask, get};
use super::running::{Home, Running, free_address};
use crate::patience::until;
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// A proxy that ends with this value.
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
    let is_here = Command::new(program).arg("-v").output().is_ok_and(|output| output.status.success());
    if !is_here {
        println!("left out: {program} is not here");
    }
    is_here
}

impl Proxy {
    /// Starts a program with its configuration in a file; `{listen}`, `{home}` in it are replaced.
    fn start(program: &str, configuration: &str, arguments: &[&str]) -> Self {
        let (home, address) = (tempfile::tempdir().unwrap(), free_address());
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

#[test]
fn an_early_refusal_passes_nginx() {
    if !is_here("nginx") {
        return;
    }
    let home = Home::new();
    let server = home.serve(&["--body", "1"]);
    let body = vec![b' '; 12 << 20];
    for more in ["", "proxy_request_buffering off; proxy_http_version 1.1;"] {
        let proxy = Proxy::nginx(server.address, more);
        for _ in 0..3 {
            let answer = post(proxy.address, &body).unwrap();
            assert_eq!(answer.status, 413, "{more}: {}", answer.text());
            assert_eq!(answer.json()["code"], "body_too_large");
        }
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
