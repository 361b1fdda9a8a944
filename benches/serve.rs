//! The scorecard of the server: the real program under load, attack and change, each row with its bar.
//!
//! `cargo bench -- serve` is the full form (about half an hour); `-- --short` is the bounded one (a minute).
//! Ends with 1 when a bar is missed. Load goes to the loopback only. `QUOTIENT_BENCH_SLACK=5` lets every time be five
//! times its bar: for machines that do other things as well, where what must never happen is of interest, and no time.

use crate::harness::load::{Call, Look, Outcome, Until, closed, do_nothing, is_good, open, permille, rate};
use crate::harness::scorecard::{Scorecard, shown};
use crate::harness::server::{House, Process, copy};
use crate::harness::{mebibytes, root};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// A bar in time, with the slack that this machine is given.
fn within(bar: Duration) -> Duration {
    bar * slack()
}

/// How many times longer than its bar a time may be.
fn slack() -> u32 {
    std::env::var("QUOTIENT_BENCH_SLACK").ok().and_then(|text| text.parse().ok()).unwrap_or(1)
}

/// How much of everything.
struct Size {
    /// Requests of the comparison with a route that does nothing.
    requests: u64,
    /// Swaps of the rules, and requests in which they happen.
    swaps: (u64, u64),
    /// Changes of the vendor of 100 files.
    saves: usize,
    /// Vendors broken and mended.
    breaks: usize,
    /// Reloads for the memory.
    reloads: usize,
    /// Time of a flood of changes.
    flood: Duration,
    /// Time of good requests beside a hostile vendor.
    beside: Duration,
    /// Time of the overload.
    overload: Duration,
    /// Time of the slow heads.
    slow: Duration,
}

const FULL: Size = Size {
    requests: 20_000,
    swaps: (200, 100_000),
    saves: 100,
    breaks: 100,
    reloads: 1_000,
    flood: Duration::from_secs(10),
    beside: Duration::from_secs(20),
    overload: Duration::from_secs(60),
    slow: Duration::from_secs(20),
};

const SHORT: Size = Size {
    requests: 1_000,
    swaps: (5, 2_000),
    saves: 5,
    breaks: 3,
    reloads: 8,
    flood: Duration::from_secs(2),
    beside: Duration::from_secs(3),
    overload: Duration::from_secs(5),
    slow: Duration::from_secs(16),
};

/// Runs the bench.
pub fn main() {
    let is_short = std::env::args().any(|argument| argument == "--short");
    let only = std::env::var("QUOTIENT_BENCH_ROWS").ok();
    let size = if is_short { SHORT } else { FULL };
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
    let card = runtime.block_on(async {
        let mut card = Scorecard::default();
        let is_asked = |row: &str| only.as_ref().is_none_or(|rows| rows.split(',').any(|asked| asked == row));
        ceiling().await;
        if is_asked("idle") {
            idle(&mut card, &size).await;
        }
        let house = furnished();
        let server = house.serve(&[]).await;
        let mut bench = Bench { house, server, size, card, value: FIRST };
        if is_asked("4") {
            bench.beside_a_hostile_vendor().await;
        }
        if is_asked("6") {
            bench.rules_that_fail().await;
        }
        if is_asked("12") {
            bench.saves_of_a_large_vendor().await;
        }
        if is_asked("13") {
            bench.broken_and_mended().await;
        }
        if is_asked("14") {
            bench.many_reloads().await;
        }
        if is_asked("16") {
            bench.swaps_under_load().await;
        }
        if is_asked("17") {
            bench.slow_heads().await;
        }
        if is_asked("18") {
            bench.overload().await;
        }
        if is_asked("19") {
            bench.hostile_requests().await;
        }
        if is_asked("25") {
            bench.shutdown_under_load().await;
        }
        bench.card
    });
    if !card.print() {
        std::process::exit(1);
    }
}

/// What this load can do at most, against a server that does nothing.
async fn ceiling() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("its address");
    let server = tokio::spawn(do_nothing(listener));
    let calls = Arc::new(vec![Call::get("/")]);
    println!("ceiling of the load itself, against a server in the same process that does nothing:");
    for connections in [1, 8, 32] {
        let outcome =
            closed(address, connections, Until::Passed(Duration::from_secs(1)), Arc::clone(&calls), None).await;
        let half = outcome.permille(500, is_good);
        println!("  {connections} connections: {} requests/s, p50 {}", outcome.good_rate(), shown(half));
    }
    server.abort();
}

const MANIFEST: &str = "api = 1\nname = \"Bench\"\ncurrency = \"USD\"\n\n[plan]\nperiod = \"year\"\ngrain = \"partner\"\n\
                        basis = \"indicated\"\n\n[weights]\nhistory = 1\n";

/// The first constant of the rules; the next revisions count on from it.
const FIRST: u64 = 1_000_001;

/// A rule that indicates the same amount for every partner, so that a response identifies its revision.
fn constant(value: u64, before: &str) -> String {
    format!(
        "const INDICATED = {value}.0;   // US dollars\n\n/// The same for everybody.\nfn assess(partner) {{\n{before}    \
         indicate(global::INDICATED).because(\"a constant\")\n}}\n"
    )
}

/// The vendors of the bench.
fn furnished() -> House {
    let house = House::new("serve");
    for vendor in ["swap", "steady", "heavy", "hostile", "fails", "hundred"] {
        house.save(vendor, "vendor.toml", MANIFEST);
    }
    for vendor in ["swap", "steady"] {
        house.save(vendor, "history.rhai", &constant(FIRST, ""));
    }
    let loops = "    let sum = 0;\n    for number in 0..40000 { sum += number; }\n";
    house.save("heavy", "history.rhai", &constant(FIRST, loops));
    let bomb =
        "    if partner.id.starts_with(\"BOMB\") {\n        let sum = 0;\n        while true { sum += 1; }\n    }\n";
    house.save("hostile", "history.rhai", &constant(FIRST, bomb));
    let fails = "    if partner.id.starts_with(\"FAIL\") { throw \"asked to\"; }\n";
    house.save("fails", "history.rhai", &constant(FIRST, fails));
    for number in 0..98 {
        let module = format!("/// Adds a number.\nfn add_{number}(value) {{\n    value + {number}\n}}\n");
        house.save("hundred", &format!("part_{number}.rhai"), &module);
    }
    house.save("hundred", "history.rhai", &constant(FIRST, ""));
    house
}

/// Path of single assessments of a vendor.
fn assessments(vendor: &str) -> String {
    format!("/v1/vendors/{vendor}/assessments")
}

/// A single assessment.
fn assess(vendor: &str, partner: &str) -> Call {
    Call::post(&assessments(vendor), crate::hostile::assessment(partner))
}

/// The constants that an answer shows, such as 1000001 for `"1000001.00"`.
fn constants(body: &[u8]) -> BTreeSet<u64> {
    let text = String::from_utf8_lossy(body);
    let plausible = |part: &str| part.strip_suffix(".00").and_then(|part| part.parse::<u64>().ok());
    text.split('"').filter_map(plausible).filter(|value| (1_000_000..1_100_000).contains(value)).collect()
}

/// Memory at rest, and what an assessment costs above a route that does nothing.
async fn idle(card: &mut Scorecard, size: &Size) {
    let house = House::new("idle");
    for vendor in ["meridian", "halcyon", "online-retail"] {
        for folder in ["rules", "policies"] {
            let from = root().join(folder).join(vendor);
            if from.is_dir() {
                copy(&from, &house.folder(folder).join(vendor));
            }
        }
    }
    let server = house.serve(&[]).await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    let resident = server.memory("VmRSS");
    card.row("–", "idle memory, three vendors", "< 30 MiB", mebibytes(resident), resident < 30 << 20);
    let nothing = Arc::new(vec![Call::get("/health/live")]);
    let single = Arc::new(vec![assess("meridian", "P1")]);
    for calls in [&nothing, &single] {
        closed(server.address, 1, Until::Requests(size.requests / 10), Arc::clone(calls), None).await;
    }
    let (mut base, mut cost) = (Outcome::default(), Outcome::default());
    for _ in 0..10 {
        for (calls, sum) in [(&nothing, &mut base), (&single, &mut cost)] {
            let outcome = closed(server.address, 1, Until::Requests(size.requests / 10), Arc::clone(calls), None).await;
            sum.samples.extend(outcome.samples);
        }
    }
    let (base_half, cost_half) = (base.permille(500, is_good), cost.permille(500, is_good));
    let gap = cost_half.saturating_sub(base_half);
    let all = cost.good() == size.requests && base.good() == size.requests;
    let figure = format!(
        "{} ({} − {}; p99 {} and {})",
        shown(gap),
        shown(cost_half),
        shown(base_half),
        shown(cost.permille(990, is_good)),
        shown(base.permille(990, is_good))
    );
    card.row(
        "–",
        "assessment p50 − /health/live p50, one connection",
        "≤ 0.3 ms, all 200",
        format!("{figure}; {}", cost.statuses()),
        all && gap <= within(Duration::from_micros(300)),
    );
}

/// The server with its vendors, and the rows so far.
struct Bench {
    house: House,
    server: Process,
    size: Size,
    card: Scorecard,
    value: u64,
}

impl Bench {
    fn next_value(&mut self) -> u64 {
        self.value += 1;
        self.value
    }

    /// Waits until `vendor` decides with `value`; the time from `since`, or `None` after 30 s.
    async fn active(&self, vendor: &str, value: u64, since: Instant) -> Option<Duration> {
        let found = Arc::new(AtomicBool::new(false));
        let calls = Arc::new(vec![assess(vendor, "P1")]);
        while since.elapsed() < Duration::from_secs(30) {
            let seen = Arc::clone(&found);
            let look: Look = Arc::new(move |_, _, body| {
                seen.fetch_or(constants(body).contains(&value), Ordering::Relaxed);
            });
            closed(self.server.address, 1, Until::Requests(1), Arc::clone(&calls), Some(look)).await;
            if found.load(Ordering::Relaxed) {
                return Some(since.elapsed());
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        None
    }

    /// Saves a new constant and waits until it decides.
    async fn change(&mut self, vendor: &str) -> Option<Duration> {
        let value = self.next_value();
        self.house.save(vendor, "history.rhai", &constant(value, ""));
        self.active(vendor, value, Instant::now()).await
    }

    /// The answer to a GET, as text.
    async fn read(&self, path: &str) -> String {
        let (address, path) = (self.server.address, path.to_owned());
        let answer = tokio::task::spawn_blocking(move || crate::http::get(address, &path));
        answer.await.ok().and_then(Result::ok).map(|answer| answer.text()).unwrap_or_default()
    }

    /// A member of the vendor's resource.
    async fn member(&self, vendor: &str, name: &str) -> serde_json::Value {
        let text = self.read(&format!("/v1/vendors/{vendor}")).await;
        serde_json::from_str::<serde_json::Value>(&text).map(|value| value[name].clone()).unwrap_or_default()
    }

    /// Sum of the samples of a metric whose line holds all of `labels`.
    async fn metric(&self, name: &str, labels: &[&str]) -> Option<u64> {
        let text = self.read("/metrics").await;
        let of_name = |line: &&str| line.starts_with(name) && labels.iter().all(|label| line.contains(label));
        let values = text.lines().filter(of_name).filter_map(|line| line.rsplit(' ').next()?.parse::<u64>().ok());
        let values: Vec<u64> = values.collect();
        (!values.is_empty()).then(|| values.iter().sum())
    }

    /// Row 4: one vendor's rules never end; the others' callers must not notice.
    async fn beside_a_hostile_vendor(&mut self) {
        let address = self.server.address;
        let good = Arc::new(vec![assess("steady", "P1")]);
        let bombs = Arc::new(vec![assess("hostile", "BOMB")]);
        closed(address, 2, Until::Requests(50), Arc::clone(&good), None).await;
        let base = open(address, 16, 50, self.size.beside, Arc::clone(&good), None).await;
        let attack = tokio::spawn(open(address, 64, 50, self.size.beside, bombs, None));
        let beside = open(address, 64, 50, self.size.beside, good, None).await;
        let attack = attack.await.unwrap_or_default();
        let (before, with) = (base.permille(990, is_good), beside.permille(990, is_good));
        let failed = beside.count(|status| !is_good(status));
        let figure = format!(
            "{failed} errors, p99 {} ({} before); the hostile one: {}",
            shown(with),
            shown(before),
            attack.statuses()
        );
        self.card.row(
            "4",
            "50 req/s beside 50 req/s of a vendor whose rules never end",
            "0 errors, p99 ≤ 2 × before",
            figure,
            failed == 0 && with <= before * 2 * slack(),
        );
    }

    /// Row 6, as far as callers can bring it about: rules that raise.
    async fn rules_that_fail(&mut self) {
        let address = self.server.address;
        let (_, threads) = self.server.files_and_threads();
        let calls = Arc::new(vec![assess("fails", "FAIL")]);
        let shapes = Arc::new(Mutex::new(BTreeSet::new()));
        let seen = Arc::clone(&shapes);
        let look: Look = Arc::new(move |status, _, body| {
            let document: serde_json::Value = serde_json::from_slice(body).unwrap_or_default();
            let shape = (status, document.is_object(), String::from_utf8_lossy(body).contains("asked to"));
            seen.lock().unwrap().insert(shape);
        });
        let storm = closed(address, 4, Until::Requests(1_000), calls, Some(look)).await;
        let (_, after) = self.server.files_and_threads();
        let well = closed(address, 1, Until::Requests(20), Arc::new(vec![assess("fails", "P1")]), None).await;
        let shapes = shapes.lock().unwrap().clone();
        let half = storm.permille(500, |_| true);
        let is_told = shapes.iter().all(|(status, is_object, is_named)| *is_object && *is_named && *status != 0);
        let figure = format!(
            "{}; p50 {}, p99 {}; threads {threads} → {after}; then {}",
            storm.statuses(),
            shown(half),
            shown(storm.permille(990, |_| true)),
            well.statuses()
        );
        let is_met = is_told && after <= threads + 1 && well.good() == 20 && half <= within(Duration::from_millis(5));
        self.card.row(
            "6",
            "1,000 evaluations that raise (a panic cannot be brought about from outside)",
            "JSON that says why, p50 ≤ 5 ms, no worker lost",
            figure,
            is_met,
        );
    }

    /// Row 12: from the save of one of 100 files to the first decision with it.
    async fn saves_of_a_large_vendor(&mut self) {
        let mut times = Vec::new();
        let mut lost = 0;
        for _ in 0..self.size.saves {
            match self.change("hundred").await {
                Some(time) => times.push(time),
                None => lost += 1,
            }
        }
        let late = permille(times.clone(), 950);
        let figure = format!(
            "p95 {}, p50 {} of {}, {lost} not seen",
            shown(late),
            shown(permille(times.clone(), 500)),
            times.len()
        );
        self.card.row(
            "12",
            "save → decides, vendor of 100 files",
            "p95 ≤ 1 s",
            figure,
            lost == 0 && late <= within(Duration::from_secs(1)),
        );
    }

    /// Row 13: a broken save keeps the last good rules and says why, in the status and as a metric; the next good save is used.
    async fn broken_and_mended(&mut self) {
        let (mut slowest, mut mended, mut kept) = (Duration::ZERO, 0, 0);
        for _ in 0..self.size.breaks {
            let before = self.value;
            let is_started = self.change("swap").await.is_some();
            let before = if is_started { self.value } else { before };
            self.house.save("swap", "history.rhai", "fn assess(partner) {\n    indicate(\n}\n");
            let saved = Instant::now();
            let shown_after = loop {
                let state = self.member("swap", "state").await;
                let findings = self.member("swap", "findings").await;
                let metric = self.metric("quotient_policy_last_reload_successful", &["vendor=\"swap\""]).await;
                let is_shown = state == "degraded" && findings.as_array().is_some_and(|list| !list.is_empty());
                if is_shown && metric == Some(0) {
                    break saved.elapsed();
                }
                if saved.elapsed() > Duration::from_secs(10) {
                    break Duration::from_secs(10);
                }
                tokio::time::sleep(Duration::from_millis(10)).await;
            };
            slowest = slowest.max(shown_after);
            kept += usize::from(self.active("swap", before, Instant::now()).await.is_some());
            mended += usize::from(self.change("swap").await.is_some());
        }
        let count = self.size.breaks;
        let figure = format!("{} at most; {kept} kept, {mended} mended of {count}", shown(slowest));
        let is_met = slowest <= within(Duration::from_millis(1_500)) && kept == count && mended == count;
        self.card.row(
            "13",
            "broken save → last good, with the reason in status and metric",
            "≤ 1.5 s, all kept, all mended",
            figure,
            is_met,
        );
    }

    /// Row 14: many reloads cost nothing that stays.
    async fn many_reloads(&mut self) {
        for _ in 0..3 {
            self.change("swap").await;
        }
        let ((files, threads), memory) = (self.server.files_and_threads(), self.server.memory("VmRSS"));
        let mut lost = 0;
        for _ in 0..self.size.reloads {
            lost += usize::from(self.change("swap").await.is_none());
        }
        let reloads = || self.metric("quotient_policy_reloads_total", &["vendor=\"swap\""]);
        let before = reloads().await.unwrap_or_default();
        let (start, mut value) = (Instant::now(), self.value);
        while start.elapsed() < self.size.flood {
            value += 1;
            self.house.save("swap", "history.rhai", &constant(value, ""));
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        let flood = start.elapsed();
        let during = reloads().await.unwrap_or_default().saturating_sub(before);
        let settled = self.active("swap", value, Instant::now()).await;
        self.value = value;
        tokio::time::sleep(Duration::from_secs(1)).await;
        let ((files_after, threads_after), memory_after) =
            (self.server.files_and_threads(), self.server.memory("VmRSS"));
        let growth = memory_after.saturating_sub(memory) * 100 / memory.max(1);
        let figure = format!(
            "memory {} → {} (+{growth} %), files {files} → {files_after}, threads {threads} → {threads_after}; {} reloads/s in the flood, settled after {}; {lost} lost",
            mebibytes(memory),
            mebibytes(memory_after),
            rate(during, flood),
            settled.map_or("never".to_owned(), shown),
        );
        let is_met = lost == 0
            && growth <= 10
            && files_after <= files + 2
            && threads_after <= threads + 1
            && rate(during, flood) <= 10
            && settled.is_some_and(|time| time <= within(Duration::from_secs(2)));
        let what = format!("{} reloads, then 100 changes a second for {}", self.size.reloads, shown(self.size.flood));
        self.card.row(
            "14",
            what,
            "memory ≤ +10 %, files and threads flat, ≤ 10 reloads/s, settled ≤ 2 s",
            figure,
            is_met,
        );
    }

    /// Row 16: every answer is from one revision, and none fails, while the rules are swapped.
    async fn swaps_under_load(&mut self) {
        let (swaps, requests) = self.size.swaps;
        let seen: Arc<Mutex<BTreeMap<String, BTreeSet<u64>>>> = Arc::default();
        let (mixed, noted) = (Arc::new(AtomicBool::new(false)), Arc::clone(&seen));
        let is_mixed = Arc::clone(&mixed);
        let look: Look = Arc::new(move |status, revision, body| {
            let values = constants(body);
            if is_good(status) && (values.len() != 1 || revision.is_empty()) {
                is_mixed.store(true, Ordering::Relaxed);
            }
            noted.lock().unwrap().entry(revision.to_owned()).or_default().extend(values);
        });
        let is_done = Arc::new(AtomicBool::new(false));
        let (address, calls, stop) = (self.server.address, Arc::new(vec![assess("swap", "P1")]), Arc::clone(&is_done));
        let load = tokio::spawn(async move {
            let mut sum = Outcome::default();
            while !stop.load(Ordering::Relaxed) || (sum.samples.len() as u64) < requests {
                let part = closed(address, 4, Until::Requests(500), Arc::clone(&calls), Some(Arc::clone(&look))).await;
                sum.samples.extend(part.samples);
            }
            sum
        });
        let mut expected = BTreeMap::new();
        let mut lost = 0;
        for _ in 0..swaps {
            let value = self.next_value();
            self.house.save("swap", "history.rhai", &constant(value, ""));
            let saved = Instant::now();
            let revision = loop {
                let is_seen = |(_, values): &(&String, &BTreeSet<u64>)| values.contains(&value);
                let found = seen.lock().unwrap().iter().find(is_seen).map(|(revision, _)| revision.clone());
                if found.is_some() || saved.elapsed() > Duration::from_secs(30) {
                    break found;
                }
                tokio::time::sleep(Duration::from_millis(2)).await;
            };
            let told = self.member("swap", "revision").await;
            match revision {
                Some(revision) if told.as_str().is_some_and(|told| told == revision) => {
                    expected.insert(revision, value);
                }
                _ => lost += 1,
            }
        }
        is_done.store(true, Ordering::Relaxed);
        let load = load.await.unwrap_or_default();
        let failed = load.count(|status| !is_good(status));
        let seen = seen.lock().unwrap();
        let strays = seen.iter().filter(|(_, values)| values.len() != 1).count()
            + expected
                .iter()
                .filter(|(revision, value)| seen.get(*revision) != Some(&BTreeSet::from([**value])))
                .count();
        let is_mixed = mixed.load(Ordering::Relaxed);
        let figure = format!(
            "{failed} failed, {} mixed, {lost} swaps not seen of {swaps}; {} requests, p99 {}",
            strays + usize::from(is_mixed),
            load.samples.len(),
            shown(load.permille(990, is_good)),
        );
        let is_met = failed == 0 && strays == 0 && !is_mixed && lost == 0 && load.samples.len() as u64 >= requests;
        self.card.row(
            "16",
            format!("{swaps} swaps under {requests} requests"),
            "0 failed, 0 mixed, all seen",
            figure,
            is_met,
        );
    }

    /// Row 17: 200 connections that send their head a byte at a time.
    async fn slow_heads(&mut self) {
        let address = self.server.address;
        let slow: Vec<_> = (0..200).map(|_| tokio::spawn(slow_head(address, Duration::from_secs(30)))).collect();
        tokio::time::sleep(Duration::from_millis(500)).await;
        let good = open(address, 32, 50, self.size.slow, Arc::new(vec![assess("steady", "P1")]), None).await;
        let mut longest = Duration::ZERO;
        for task in slow {
            longest = longest.max(task.await.unwrap_or(Duration::MAX));
        }
        let (late, failed) = (good.permille(990, is_good), good.count(|status| !is_good(status)));
        let figure = format!("p99 {}, {failed} errors; slow ones closed after {} at most", shown(late), shown(longest));
        let is_met =
            late <= within(Duration::from_millis(100)) && failed == 0 && longest <= within(Duration::from_secs(15));
        self.card.row("17", "200 slow heads beside 50 req/s", "p99 ≤ 100 ms, 0 errors, closed ≤ 15 s", figure, is_met);
    }

    /// Row 18: ten times as much as can be done.
    async fn overload(&mut self) {
        let address = self.server.address;
        let calls = Arc::new(vec![assess("heavy", "P1")]);
        let warm = Until::Passed(self.size.overload / 20);
        closed(address, 4, warm, Arc::clone(&calls), None).await;
        let peak =
            closed(address, 4, Until::Passed(self.size.overload / 6), Arc::clone(&calls), None).await.good_rate();
        let memory = self.server.memory("VmRSS");
        let health = open(address, 8, 20, self.size.overload, Arc::new(vec![Call::get("/health/live")]), None);
        let metrics = open(address, 8, 2, self.size.overload, Arc::new(vec![Call::get("/metrics")]), None);
        let (health, metrics) = (tokio::spawn(health), tokio::spawn(metrics));
        let load = open(address, 256, peak * 10, self.size.overload, calls, None).await;
        let (health, metrics) = (health.await.unwrap_or_default(), metrics.await.unwrap_or_default());
        let is_shed = |status| matches!(status, 429 | 503);
        let (goodput, offered) = (load.good_rate(), rate(load.samples.len() as u64, load.wall));
        let (shed, alive) = (load.service_permille(990, is_shed), health.permille(990, |_| true));
        let other = load.count(|status| !is_good(status) && !is_shed(status));
        let unwell = health.count(|status| !is_good(status)) + metrics.count(|status| !is_good(status));
        let peak_memory = self.server.memory("VmHWM");
        let share = goodput * 100 / peak.max(1);
        let figure = format!(
            "goodput {goodput}/s = {share} % of {peak}/s at {offered}/s sent; refusals p50 {}, p99 {}; health p99 {} ({unwell} failed); {other} others; memory {} → {} at most ({})",
            shown(load.service_permille(500, is_shed)),
            shown(shed),
            shown(alive),
            mebibytes(memory),
            mebibytes(peak_memory),
            load.statuses(),
        );
        let is_met = share * u64::from(slack()) >= 80
            && shed <= within(Duration::from_millis(20))
            && alive <= within(Duration::from_millis(100))
            && other == 0
            && unwell == 0
            && peak_memory <= memory + (64 << 20);
        let what = format!("10 × overload for {}", shown(self.size.overload));
        self.card.row(
            "18",
            what,
            "goodput ≥ 80 %, refusals p99 ≤ 20 ms, health p99 ≤ 100 ms, memory ≤ +64 MiB",
            figure,
            is_met,
        );
    }

    /// Row 19: the table of hostile requests.
    async fn hostile_requests(&mut self) {
        let (address, memory) = (self.server.address, self.server.memory("VmHWM"));
        let corpus = crate::hostile::corpus("steady");
        let count = corpus.len();
        let (quick, slow): (Vec<_>, Vec<_>) =
            corpus.into_iter().partition(|attack| attack.expect != crate::hostile::Expect::Abandoned);
        let slow: Vec<_> =
            slow.into_iter().map(|attack| tokio::task::spawn_blocking(move || attack.run(address).map(drop))).collect();
        let quick =
            tokio::task::spawn_blocking(move || quick.iter().map(|attack| attack.run(address).map(drop)).collect());
        let mut results: Vec<Result<(), String>> = quick.await.unwrap_or_default();
        for task in slow {
            results.push(task.await.unwrap_or_else(|error| Err(error.to_string())));
        }
        let failures: Vec<String> = results.into_iter().filter_map(Result::err).collect();
        for failure in &failures {
            eprintln!("  19: {failure}");
        }
        let grown = self.server.memory("VmHWM").saturating_sub(memory);
        let well = closed(address, 1, Until::Requests(20), Arc::new(vec![assess("steady", "P1")]), None).await;
        let figure = format!(
            "{} of {count} as they should; memory +{} at most; then {}",
            count - failures.len(),
            mebibytes(grown),
            well.statuses()
        );
        let is_met = failures.is_empty() && well.good() == 20 && grown <= 64 << 20;
        self.card.row("19", "hostile requests", "all refused as the table says, memory ≤ +64 MiB", figure, is_met);
    }

    /// Row 25: on SIGTERM under load, it completes requests in progress and exits.
    async fn shutdown_under_load(&mut self) {
        let mut worst = Duration::ZERO;
        let (mut dropped, mut answered, mut ends) = (0, 0, Vec::new());
        for number in 0..3 {
            if number > 0 {
                self.server = self.house.serve(&[]).await;
            }
            let address = self.server.address;
            let calls = Arc::new(vec![assess("heavy", "P1"), assess("steady", "P1")]);
            let load = tokio::spawn(closed(address, 8, Until::Passed(Duration::from_secs(2)), calls, None));
            tokio::time::sleep(Duration::from_millis(1_000)).await;
            if number == 1 {
                let value = self.next_value();
                self.house.save("hundred", "history.rhai", &constant(value, "")); // and a reload on top
                tokio::time::sleep(Duration::from_millis(200)).await;
            }
            let told = Instant::now();
            self.server.terminate();
            let end = self.server.ended(Duration::from_secs(20)).await;
            let load = load.await.unwrap_or_default();
            for sample in load.samples.iter().filter(|sample| sample.sent < told) {
                answered += 1;
                dropped += u64::from(sample.status == 0 || sample.is_repeated);
            }
            worst = worst.max(end.map_or(Duration::from_secs(20), |(took, _)| took));
            ends.push(end.map_or("none".to_owned(), |(_, status)| status.to_string()));
        }
        let is_clean = ends.iter().all(|end| end == "exit status: 0");
        let figure =
            format!("{dropped} dropped of {answered}; gone after {} at most, {}", shown(worst), ends.join(", "));
        let is_met = dropped == 0 && is_clean && worst <= Duration::from_secs(10);
        self.card.row(
            "25",
            "SIGTERM under load, three times, once during a reload",
            "0 dropped, exit 0 ≤ 10 s",
            figure,
            is_met,
        );
    }
}

/// Sends a head a byte at a time until the server has enough of it; how long that took, at most `longest`.
async fn slow_head(address: std::net::SocketAddr, longest: Duration) -> Duration {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let start = Instant::now();
    let Ok(mut stream) = tokio::net::TcpStream::connect(address).await else { return Duration::ZERO };
    let head = b"GET /health/live HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ";
    let mut buffer = [0; 512];
    for at in 0.. {
        let byte = head.get(at).copied().unwrap_or(b'a');
        if stream.write_all(&[byte]).await.is_err() || start.elapsed() >= longest {
            break;
        }
        // A refusal may come before the close; the end counts.
        let read = tokio::time::timeout(Duration::from_millis(500), stream.read(&mut buffer)).await;
        if matches!(read, Ok(Ok(0) | Err(_))) {
            break;
        }
    }
    start.elapsed()
}
