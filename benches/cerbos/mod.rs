//! Beside Cerbos: the same decision from the same figures, on the same machine, under the same load, in one run.
//!
//! `cargo bench -- cerbos` installs the program of the npm package `cerbos` into a temporary directory, or takes the one
//! that `CERBOS_BIN` names. The decision: which tier a partner may hold, from nine thresholds on sales, certified staff and
//! attainment; in ours once as a rule (a quota follows from the tier) and once as a policy with reasons. Each contender
//! is asked about the same four partners in turn, and every response is checked for the right tier.
//!
//! `-- --peer-only` measures Cerbos alone; `-- --short` takes shorter rounds.

use crate::harness::load::{Call, Look, Outcome, Until, closed, is_good};
use crate::harness::scorecard::shown;
use crate::harness::server::{House, Process, copy, free_address};
use crate::harness::{Scratch, mebibytes, median, root};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Version of the npm package, and of its program.
const PEER: &str = "cerbos@0.51.0";

/// A partner: sales, certified staff, attainment, and the tier it may hold.
type Partner = (&'static str, &'static str, &'static str, &'static str);

const PARTNERS: [Partner; 4] = [
    ("620000", "6", "0.95", "Gold"),
    ("150000", "2", "0.40", "Silver"),
    ("2400000", "15", "1.00", "Platinum"),
    ("90000", "30", "1.30", "Registered"),
];

/// Sales from which Gold may be held, before and after the swap; the first partner's are between them.
const THRESHOLDS: (&str, &str) = ("500000", "700000");

/// A way of asking for the decision.
struct Contender {
    name: &'static str,
    address: std::net::SocketAddr,
    calls: Arc<Vec<Call>>,
    /// The tier of an answer.
    read: fn(&[u8]) -> Option<&'static str>,
}

/// Runs the bench.
pub fn main() {
    let has = |word: &str| std::env::args().any(|argument| argument == word);
    let Some(program) = peer() else {
        println!("Cerbos is not here: npm is needed, or CERBOS_BIN; nothing was measured");
        return;
    };
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
    runtime.block_on(run(&program, has("--peer-only"), has("--short")));
}

async fn run(program: &Path, is_peer_only: bool, is_short: bool) {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    println!("{PEER} beside quotient {} on {cores} cores, load from a separate process", env!("CARGO_PKG_VERSION"));
    let peer_house = Scratch::new("cerbos-peer");
    let (peer_folder, peer_server) = serve_peer(program, &peer_house).await;
    let mut contenders = vec![Contender {
        name: "cerbos: check/resources",
        address: peer_server.address,
        calls: Arc::new(PARTNERS.iter().map(ask_peer).collect()),
        read: read_peer,
    }];
    let ours = if is_peer_only { None } else { Some(serve_ours().await) };
    if let Some((_, server)) = &ours {
        let calls = |path: &str| Arc::new(PARTNERS.iter().map(|partner| ask_ours(partner, path)).collect());
        contenders.push(Contender {
            name: "quotient: assessments (a rule)",
            address: server.address,
            calls: calls("assessments"),
            read: read_ours,
        });
        contenders.push(Contender {
            name: "quotient: reviews (a policy, with standing, reasons and requirements)",
            address: server.address,
            calls: calls("reviews"),
            read: read_review,
        });
    }
    for contender in &contenders {
        verify(contender).await;
    }
    race(&contenders, is_short).await;
    print!("memory (RSS): cerbos {}", mebibytes(peer_server.memory("VmRSS")));
    println!(
        "{}",
        ours.as_ref().map_or(String::new(), |(_, server)| format!(", quotient {}", mebibytes(server.memory("VmRSS"))))
    );

    println!(
        "\na ConfigMap changes (`..data` points to another folder); Gold asks more, the first partner falls to Silver:"
    );
    let is_seen = swapped(&contenders[0], &peer_folder, is_short).await;
    if !is_seen {
        print!("  and after a plain save of the same file:");
        save(&peer_folder, "partner.yaml");
        awaited(&contenders[0], is_short).await;
    }
    if let Some((house, _)) = &ours {
        swapped(&contenders[1], &house.folder("rules").join("tiers"), is_short).await;
        swapped(&contenders[2], &house.folder("policies").join("tiers"), is_short).await;
    }
}

/// Cerbos's program, installed when it is not there.
fn peer() -> Option<PathBuf> {
    if let Some(path) = std::env::var_os("CERBOS_BIN") {
        return Some(PathBuf::from(path));
    }
    let folder = std::env::temp_dir().join("quotient-bench-cerbos-program");
    std::fs::create_dir_all(&folder).ok()?;
    let program = || {
        let packages = std::fs::read_dir(folder.join("node_modules/@cerbos")).ok()?;
        let files = packages.flatten().filter_map(|package| std::fs::read_dir(package.path()).ok());
        let files = files.flat_map(|entries| entries.flatten().map(|entry| entry.path()));
        files
            .filter(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("cerbos")))
            .find(|path| path.is_file())
    };
    if program().is_none() {
        let install = Command::new("npm")
            .args(["install", "--no-audit", "--no-fund", "--silent", "--prefix"])
            .arg(&folder)
            .arg(PEER)
            .status();
        if !install.is_ok_and(|status| status.success()) {
            return None;
        }
    }
    program()
}

/// Starts Cerbos on a directory that looks like a mounted ConfigMap; without audit log, telemetry or a log of requests.
async fn serve_peer(program: &Path, house: &Scratch) -> (PathBuf, Process) {
    let folder = house.0.join("policies");
    mount(&folder, &root().join("benches/cerbos/peer"));
    let (address, other) = (free_address(), free_address());
    let mut command = Command::new(program);
    command.args(["server", "--log-level=error"]);
    for setting in [
        format!("server.httpListenAddr={address}"),
        format!("server.grpcListenAddr={other}"),
        "storage.driver=disk".to_owned(),
        format!("storage.disk.directory={}", folder.display()),
        "storage.disk.watchForChanges=true".to_owned(),
        "telemetry.disabled=true".to_owned(),
    ] {
        command.arg(format!("--set={setting}"));
    }
    let mut server = Process::start(&mut command, address, house.0.join("log"));
    server.wait("/_cerbos/health").await;
    (folder, server)
}

/// Starts ours on directories that look like mounted ConfigMaps.
async fn serve_ours() -> (House, Process) {
    let house = House::new("cerbos-ours");
    for folder in ["rules", "policies"] {
        mount(&house.folder(folder).join("tiers"), &root().join("benches/cerbos").join(folder).join("tiers"));
    }
    let server = house.serve(&[]).await;
    (house, server)
}

/// Lays the files of `from` out as Kubernetes mounts a ConfigMap: `name -> ..data/name`, `..data -> ..1`.
///
/// A ConfigMap is flat, so the cases, which hold for the first threshold only, are left out.
fn mount(folder: &Path, from: &Path) {
    std::fs::create_dir_all(folder.join("..1")).expect("a directory");
    link("..1", &folder.join("..data"));
    for entry in std::fs::read_dir(from).expect("files").flatten().filter(|entry| entry.path().is_file()) {
        let name = entry.file_name();
        std::fs::copy(entry.path(), folder.join("..1").join(&name)).expect("a copy");
        link(&format!("..data/{}", name.to_string_lossy()), &folder.join(name));
    }
}

fn link(target: &str, path: &Path) {
    std::os::unix::fs::symlink(target, path).expect("a symbolic link");
}

/// Changes the threshold as Kubernetes changes a ConfigMap: a new directory, then `..data` is renamed into place.
fn swap(folder: &Path) {
    copy(&folder.join("..1"), &folder.join("..2"));
    for entry in std::fs::read_dir(folder.join("..2")).expect("files").flatten().filter(|entry| entry.path().is_file())
    {
        let text = std::fs::read_to_string(entry.path()).expect("a policy");
        let is_manifest = entry.file_name() == "vendor.toml";
        let changed = if is_manifest { text } else { text.replace(THRESHOLDS.0, THRESHOLDS.1) };
        std::fs::write(entry.path(), changed).expect("a policy written");
    }
    link("..2", &folder.join("..data_tmp"));
    std::fs::rename(folder.join("..data_tmp"), folder.join("..data")).expect("the link swapped");
    std::fs::remove_dir_all(folder.join("..1")).expect("the old directory is removed");
}

fn ask_peer((sales, certified, attainment, _): &Partner) -> Call {
    Call::post(
        "/api/check/resources",
        format!(
            r#"{{"principal":{{"id":"review","roles":["reviewer"]}},"resources":[{{"actions":["hold:Silver","hold:Gold","hold:Platinum"],"resource":{{"kind":"partner","id":"P1","attr":{{"sales":{sales},"certified":{certified},"attainment":{attainment}}}}}}}]}}"#
        ),
    )
}

/// The highest tier that Cerbos allows.
fn read_peer(body: &[u8]) -> Option<&'static str> {
    let document: serde_json::Value = serde_json::from_slice(body).ok()?;
    let actions = document["results"][0]["actions"].as_object()?.clone();
    let allows = |tier: &str| actions.get(&format!("hold:{tier}")).is_some_and(|effect| effect == "EFFECT_ALLOW");
    ["Platinum", "Gold", "Silver"].into_iter().find(|tier| allows(tier)).or(Some("Registered"))
}

fn ask_ours((sales, certified, attainment, _): &Partner, resource: &str) -> Call {
    // One partner of the book, without the channel's roll-ups.
    let partner = if resource == "reviews" { r#""partner":"P1","# } else { "" };
    Call::post(
        &format!("/v1/vendors/tiers/{resource}"),
        format!(
            r#"{{"as_of":"2025-12-31",{partner}"book":{{"currency":"USD","partners":[{{"partner_id":"P1","tier":"Registered","sales":"{sales}","certified":"{certified}","attainment":"{attainment}"}}],"revenue":[]}}}}"#
        ),
    )
}

/// The tier that the rule gives as its reason.
fn read_ours(body: &[u8]) -> Option<&'static str> {
    let text = std::str::from_utf8(body).ok()?;
    ["Platinum", "Gold", "Silver", "Registered"]
        .into_iter()
        .find(|tier| text.contains(&format!("\"{tier}\"")))
        .or_else(|| ["Platinum", "Gold", "Silver", "Registered"].into_iter().find(|tier| text.contains(tier)))
}

/// The tier that the policy decides.
fn read_review(body: &[u8]) -> Option<&'static str> {
    let document: serde_json::Value = serde_json::from_slice(body).ok()?;
    let tier = document["tier"]["to"].as_str()?.to_owned();
    ["Platinum", "Gold", "Silver", "Registered"].into_iter().find(|name| *name == tier)
}

/// Holds the answers about all partners against the right ones.
async fn verify(contender: &Contender) {
    for (partner, call) in PARTNERS.iter().zip(contender.calls.iter()) {
        let (status, tier, text) = ask(contender, call).await;
        assert!(tier == Some(partner.3), "{}: {tier:?} instead of {}, {status}: {text}", contender.name, partner.3);
    }
}

async fn ask(contender: &Contender, call: &Call) -> (u16, Option<&'static str>, String) {
    let seen = Arc::new(std::sync::Mutex::new((0, None, String::new())));
    let (noted, read) = (Arc::clone(&seen), contender.read);
    let look: Look = Arc::new(move |status, _, body| {
        *noted.lock().unwrap() = (status, read(body), String::from_utf8_lossy(body).into_owned());
    });
    closed(contender.address, 1, Until::Requests(1), Arc::new(vec![call.clone()]), Some(look)).await;
    let seen = seen.lock().unwrap();
    seen.clone()
}

/// Interleaved rounds at 1, 8 and 32 connections.
async fn race(contenders: &[Contender], is_short: bool) {
    let (rounds, time) = if is_short { (5, Duration::from_secs(1)) } else { (7, Duration::from_secs(3)) };
    for connections in [1, 8, 32] {
        let mut outcomes: Vec<Vec<Outcome>> = contenders.iter().map(|_| Vec::new()).collect();
        for round in 0..=rounds {
            for (contender, outcomes) in contenders.iter().zip(&mut outcomes) {
                let calls = Arc::clone(&contender.calls);
                let outcome = closed(contender.address, connections, Until::Passed(time), calls, None).await;
                if round > 0 {
                    outcomes.push(outcome);
                }
            }
        }
        println!("\n{connections} connections, median of {rounds} interleaved rounds of {}:", shown(time));
        let mut base = None;
        for (contender, outcomes) in contenders.iter().zip(&outcomes) {
            let middle = |figure: fn(&Outcome) -> u64| {
                let mut all: Vec<u64> = outcomes.iter().map(figure).collect();
                all.sort_unstable();
                all[all.len() / 2]
            };
            let rate = middle(Outcome::good_rate);
            let times =
                |thousandths| median(outcomes.iter().map(|outcome| outcome.permille(thousandths, is_good)).collect());
            let (half, late) = (times(500), times(990));
            let failed: u64 = outcomes.iter().map(|outcome| outcome.count(|status| !is_good(status))).sum();
            let (base_rate, base_half, base_late) = *base.get_or_insert((rate, half, late));
            println!(
                "  {:<56} {rate:>6}/s  p50 {:>8}  p99 {:>8}   {:>7} rate, {:>7} p50, {:>7} p99; {failed} failed",
                contender.name,
                shown(half),
                shown(late),
                crate::harness::ratio(Duration::from_nanos(rate), Duration::from_nanos(base_rate)),
                crate::harness::ratio(half, base_half),
                crate::harness::ratio(late, base_late),
            );
        }
    }
}

/// Puts the file with the new threshold in the place of its link: a control that directories are watched at all.
fn save(folder: &Path, file: &str) {
    let draft = folder.join("draft.tmp");
    std::fs::copy(folder.join(file), &draft).expect("a copy");
    std::fs::rename(draft, folder.join(file)).expect("the file replaced");
}

/// Swaps the ConfigMap and says after how long the decision changes.
async fn swapped(contender: &Contender, folder: &Path, is_short: bool) -> bool {
    swap(folder);
    awaited(contender, is_short).await
}

/// Waits until the first partner falls to Silver, and says how long that took.
async fn awaited(contender: &Contender, is_short: bool) -> bool {
    let patience = if is_short { Duration::from_secs(15) } else { Duration::from_secs(60) };
    let call = &contender.calls[0];
    let start = Instant::now();
    let failed = AtomicU64::new(0);
    while start.elapsed() < patience {
        let (status, tier, _) = ask(contender, call).await;
        if !is_good(status) {
            failed.fetch_add(1, Ordering::Relaxed);
        }
        if tier == Some("Silver") {
            println!("  {:<56} seen after {}, {} failed", contender.name, shown(start.elapsed()), failed.into_inner());
            return true;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    println!("  {:<56} not seen in {}, {} failed", contender.name, shown(patience), failed.into_inner());
    false
}
