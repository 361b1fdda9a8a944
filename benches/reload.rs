//! Reloading as a server does it: candidates judged in a child process, wake-ups from the file system, real scripts.
//!
//! Prints the time from a save until it is in use, or an error until it is visible; the resources left behind by a thousand
//! reloads; and how a large tree, a storm of saves and a restart on a broken directory are handled. `QUOTIENT_BENCH_SHORT=1` is a run of seconds;
//! `QUOTIENT_BENCH_PROGRAM` names another build of the program for the child.

use crate::harness::{Scratch, each, peak_bytes, setting};
use quotient::library::{
    ChildProcess, Disk, Events, Library, Options, Pace, Source, State, VendorLibrary, VendorOptions, VendorValidator,
    open_vendors,
};
use quotient::plugin::disk::Roots;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

/// Runs the bench.
pub fn main() {
    let is_short = setting("QUOTIENT_BENCH_SHORT", 0) > 0;
    let of = |name: &str, usual: usize, short: usize| setting(name, if is_short { short } else { usual });
    latency(of("QUOTIENT_BENCH_SAVES", 100, 5), of("QUOTIENT_BENCH_POLLED", 20, 2));
    many_reloads(of("QUOTIENT_BENCH_RELOADS", 1_000, 30));
    large_tree(of("QUOTIENT_BENCH_VENDORS", 100, 5));
    flapping(of("QUOTIENT_BENCH_SECONDS", 10, 2) as u64);
    restart();
}

fn child() -> ChildProcess {
    let other = std::env::var_os("QUOTIENT_BENCH_PROGRAM");
    ChildProcess::of_program(other.unwrap_or_else(|| env!("CARGO_BIN_EXE_quotient").into()))
}

fn roots(home: &Path) -> Roots {
    Roots { rules: home.join("rules"), policies: home.join("policies") }
}

const FACTORS: usize = 10;

/// A vendor of a hundred files: a manifest, 10 factors, 40 tables, 48 files of cases, a policy.
fn write_vendor(home: &Path, vendor: &str) {
    let rules = home.join("rules").join(vendor);
    for folder in [rules.join("tables"), rules.join("cases"), home.join("policies").join(vendor)] {
        fs::create_dir_all(folder).unwrap();
    }
    let mut manifest = "api = 1\nname = \"Hundred\"\ncurrency = \"USD\"\n\n[plan]\nperiod = \"year\"\n\
        reporting = \"quarter\"\nfiscal_year_starts = \"January\"\ngrain = \"partner\"\nbasis = \"indicated\"\n\n[weights]\n"
        .to_owned();
    for n in 0..FACTORS {
        writeln!(manifest, "factor_{n} = 0.1").unwrap();
        save(home, vendor, n, 1, "");
    }
    fs::write(rules.join("vendor.toml"), manifest).unwrap();
    for n in 0..40 {
        let rows: String = (0..20).map(|row| format!("territory {row},0.0{}\n", row % 10)).collect();
        fs::write(rules.join(format!("tables/table_{n}.csv")), format!("territory,growth\n{rows}")).unwrap();
    }
    for n in 0..48 {
        let factor = n % FACTORS;
        let case = format!(
            "[[case]]\nname = \"case {n}\"\nrule = \"factor_{factor}\"\nas_of = 2025-12-31\n\
             facts.history.prior_revenue = 1{n}00\nexpect.indicates = 1{n}00\n"
        );
        fs::write(rules.join(format!("cases/case_{n}.toml")), case).unwrap();
    }
    let tier = "/// Kept.\nfn decide(partner) { retain().because(\"reviewed at year end\") }\n";
    fs::write(home.join("policies").join(vendor).join("tier.rhai"), tier).unwrap();
}

/// Saves one rule in place, with a comment that makes it another revision.
fn save(home: &Path, vendor: &str, factor: usize, revision: usize, mistake: &str) {
    let text = format!(
        "// revision {revision}\n/// As last year.\nfn assess(partner) {{\n    let prior = partner.history.prior_revenue;\n    \
         if !is_known(prior) {{ return abstain(\"no history\") }}\n    indicate(prior).because(\"as last year\")\n}}\n{mistake}"
    );
    fs::write(home.join(format!("rules/{vendor}/factor_{factor}.rhai")), text).unwrap();
}

/// Waits until the vendor has another disk revision than `before`, judged, and returns it.
fn until_judged(library: &VendorLibrary, vendor: &str, generation: u64, state: State) -> Duration {
    let start = Instant::now();
    loop {
        let catalog = library.current();
        if catalog.generation() > generation && catalog.vendor(vendor).is_some_and(|vendor| vendor.state == state) {
            return start.elapsed();
        }
        assert!(start.elapsed() < Duration::from_secs(60), "never {state:?}: {:#?}", library.status());
        thread::sleep(Duration::from_millis(1));
    }
}

fn distribution(what: &str, mut times: Vec<Duration>) {
    times.sort();
    let at = |percent: usize| each(times[(times.len() * percent).div_ceil(100).max(1) - 1], 1);
    let (count, most) = (times.len(), each(times[times.len() - 1], 1));
    println!("  {what:<52} {count:>5} {:>9} {:>9} {:>9} {most:>9}", at(50), at(90), at(95));
}

fn latency(saves: usize, polled: usize) {
    let scratch = Scratch::new("reload");
    let home = &scratch.0;
    write_vendor(home, "hundred");
    println!("\nfrom save to use, 100 files, judged in a child");
    println!("  {:<52} {:>5} {:>9} {:>9} {:>9} {:>9}", "", "saves", "p50", "p90", "p95", "most");
    let options = VendorOptions { guard: Some(child()), state: Some(home.join("state")), ..VendorOptions::default() };
    let (library, outcome) = open_vendors(roots(home), options).unwrap_or_else(|why| panic!("{why:?}"));
    assert!(outcome.is_success(), "{outcome:?}");
    let mut revision = 1;
    let mut round = |library: &VendorLibrary, mistake: &str, state: State| {
        revision += 1;
        let generation = library.current().generation();
        save(home, "hundred", revision % FACTORS, revision, mistake);
        let took = until_judged(library, "hundred", generation, state);
        if !mistake.is_empty() {
            let generation = library.current().generation();
            save(home, "hundred", revision % FACTORS, revision, "");
            until_judged(library, "hundred", generation, State::Active);
        }
        took
    };
    distribution("events: save in use", (0..saves).map(|_| round(&library, "", State::Active)).collect());
    distribution(
        "events: syntax error visible, last valid in use",
        (0..saves / 2).map(|_| round(&library, "fn (", State::Degraded)).collect(),
    );
    let endless = "fn spin() { loop {} }\nfn unused() { spin() }\n";
    let bomb = format!("{endless}\nconst BOMB = {}1{};\n", "[".repeat(300), "]".repeat(300));
    distribution(
        "events: bomb at reading visible",
        (0..saves / 10).map(|_| round(&library, &bomb, State::Degraded)).collect(),
    );
    drop(library);
    let options =
        VendorOptions { guard: Some(child()), poll: Duration::from_secs(1), has_events: false, ..Default::default() };
    let (library, _) = open_vendors(roots(home), options).unwrap_or_else(|why| panic!("{why:?}"));
    distribution(
        "intervals of 1 s only: save in use",
        (0..polled).map(|_| round(&library, "", State::Active)).collect(),
    );
    drop(library);
    let start = Instant::now();
    let files = roots(home).read("hundred").unwrap_or_else(|why| panic!("{why:?}"));
    let read = start.elapsed();
    use quotient::library::{Inspect, Validate};
    let inspect = timed(|| drop(child().inspect(&files)));
    let compile = timed(|| drop(quotient::plugin::VendorPlugin::compile(&files)));
    let validate = timed(|| drop(VendorValidator::default().validate(&files)));
    println!(
        "  of it: reading {}, the child {}, all checks without a child {}, compiling alone {}",
        each(read, 1),
        each(inspect, 1),
        each(validate, 1),
        each(compile, 1)
    );
}

fn timed(work: impl Fn()) -> Duration {
    let once = || {
        let start = Instant::now();
        work();
        start.elapsed()
    };
    crate::harness::median((0..9).map(|_| once()).collect())
}

/// Resident KiB, threads, descriptors of this process.
fn figures() -> Option<(u64, u64, usize)> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let of =
        |key: &str| status.lines().find_map(|line| line.strip_prefix(key))?.split_whitespace().next()?.parse().ok();
    Some((of("VmRSS:")?, of("Threads:")?, fs::read_dir("/proc/self/fd").ok()?.count()))
}

fn many_reloads(count: usize) {
    let scratch = Scratch::new("reload-many");
    let home = &scratch.0;
    write_vendor(home, "hundred");
    let quick = Duration::from_millis(1);
    let pace = Pace { quiet: quick, poll: Duration::from_secs(600), least: quick, ..Pace::default() };
    let wakeups: Box<dyn quotient::library::Wakeups> = Box::new(Events::new());
    let options = Options { pace, gap: quick, wakeups: Some(wakeups), ..Options::default() };
    let validator = VendorValidator { guard: Some(child()) };
    let (library, _) = Library::open(Disk::new(roots(home)), validator, options);
    println!("\n{count} reloads, every fourth of a mistake, judged in a child");
    let reload = |n: usize| {
        save(home, "hundred", n % FACTORS, n, if n.is_multiple_of(4) { "fn (" } else { "" });
        if n % 4 == 1 {
            save(home, "hundred", (n - 1) % FACTORS, n, "");
        }
        let outcome = library.reload_now();
        assert_eq!(outcome.is_success(), !n.is_multiple_of(4), "{outcome:?}");
    };
    let warm = (count / 5).max(20);
    (2..warm).for_each(reload);
    thread::sleep(Duration::from_millis(300));
    let before = figures();
    let start = Instant::now();
    (warm..warm + count).for_each(reload);
    let took = start.elapsed();
    thread::sleep(Duration::from_millis(300));
    println!("  {} each", each(took, count));
    if let (Some(before), Some(after)) = (before, figures()) {
        let percent = (i128::from(after.0) - i128::from(before.0)) * 1_000 / i128::from(before.0);
        println!(
            "  resident {} -> {} KiB ({}{}.{} %)",
            before.0,
            after.0,
            if percent < 0 { "-" } else { "+" },
            percent.abs() / 10,
            percent.abs() % 10
        );
        println!("  threads {} -> {}, descriptors {} -> {}", before.1, after.1, before.2, after.2);
    }
}

fn large_tree(vendors: usize) {
    let scratch = Scratch::new("reload-large");
    let home = &scratch.0;
    for n in 0..vendors {
        write_vendor(home, &format!("vendor-{n}"));
    }
    println!("\n{} files of {vendors} vendors", vendors * 100);
    let mut disk = Disk::new(roots(home));
    let mut scan = || {
        let start = Instant::now();
        assert_eq!(disk.scan().vendors.len(), vendors);
        start.elapsed()
    };
    println!("  a scan {}", each(crate::harness::median((0..5).map(|_| scan()).collect()), 1));
    let options = VendorOptions { guard: Some(child()), state: Some(home.join("state")), ..VendorOptions::default() };
    let start = Instant::now();
    let (library, outcome) = open_vendors(roots(home), options.clone()).unwrap_or_else(|why| panic!("{why:?}"));
    println!("  opened, every vendor judged in a child: {} ({})", each(start.elapsed(), 1), outcome.is_success());
    println!("  watched by {:?}", library.status().watching);
    let generation = library.current().generation();
    save(home, "vendor-0", 0, 2, "");
    println!("  a save of one file in use {}", each(until_judged(&library, "vendor-0", generation, State::Active), 1));
    drop(library);
    let start = Instant::now();
    let (library, outcome) = open_vendors(roots(home), options).unwrap_or_else(|why| panic!("{why:?}"));
    println!("  opened again from the state directory: {} ({})", each(start.elapsed(), 1), outcome.is_success());
    if let Some(peak) = peak_bytes() {
        println!("  peak of the process {}", crate::harness::mebibytes(peak));
    }
    let before = processor_time();
    thread::sleep(Duration::from_secs(if vendors > 50 { 20 } else { 2 }));
    let spent = processor_time().zip(before).map(|(after, before)| after - before);
    println!(
        "  idle for {} s: {spent:?} ms of processor time, {} scans in all",
        if vendors > 50 { 20 } else { 2 },
        library.status().scans
    );
}

/// Processor time of this process so far, in milliseconds.
fn processor_time() -> Option<u64> {
    let stat = fs::read_to_string("/proc/self/stat").ok()?;
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    Some((fields.get(11)?.parse::<u64>().ok()? + fields.get(12)?.parse::<u64>().ok()?) * 10)
}

fn flapping(seconds: u64) {
    let scratch = Scratch::new("reload-flapping");
    let home = &scratch.0;
    write_vendor(home, "hundred");
    write_vendor(home, "quiet");
    let options = VendorOptions { guard: Some(child()), state: Some(home.join("state")), ..VendorOptions::default() };
    let (library, _) = open_vendors(roots(home), options).unwrap_or_else(|why| panic!("{why:?}"));
    let (before, processor) = (library.status(), processor_time());
    let start = Instant::now();
    let mut saves = 1;
    while start.elapsed() < Duration::from_secs(seconds) {
        saves += 1;
        save(home, "hundred", saves % FACTORS, saves, if saves % 3 == 0 { "fn (" } else { "" });
        thread::sleep(Duration::from_millis(10));
    }
    let during = library.status();
    for factor in 0..FACTORS {
        save(home, "hundred", factor, saves + 1, "");
    }
    let (mut disk, quiet) = (Disk::new(roots(home)), Instant::now());
    let wanted = roots(home).read("hundred").unwrap_or_else(|why| panic!("{why:?}"));
    while library.current().active("hundred").is_none_or(|active| active.revision() != wanted.revision()) {
        assert!(quiet.elapsed() < Duration::from_secs(60), "{:#?}", library.status());
        thread::sleep(Duration::from_millis(1));
    }
    drop(disk.scan());
    println!("\nflapping: {saves} saves in {seconds} s");
    println!("  {} scans, {} generations published", during.scans - before.scans, during.published - before.published);
    println!("  last save in use {} after the last of all", each(quiet.elapsed(), 1));
    println!("  processor time {:?} ms", processor_time().zip(processor).map(|(after, before)| after - before));
}

fn restart() {
    let scratch = Scratch::new("reload-restart");
    let home = &scratch.0;
    write_vendor(home, "hundred");
    let options = VendorOptions { guard: Some(child()), state: Some(home.join("state")), ..VendorOptions::default() };
    let (library, _) = open_vendors(roots(home), options.clone()).unwrap_or_else(|why| panic!("{why:?}"));
    let good = library.current().active("hundred").map(|active| active.revision().to_owned());
    drop(library);
    save(home, "hundred", 0, 2, "fn (");
    let start = Instant::now();
    let (library, _) = open_vendors(roots(home), options).unwrap_or_else(|why| panic!("{why:?}"));
    let catalog = library.current();
    let state = catalog.vendor("hundred").map(|vendor| vendor.state);
    let is_last_good = catalog.active("hundred").map(|active| active.revision().to_owned()) == good;
    println!("\nrestart on a broken folder: {}, {state:?}, last good in use: {is_last_good}", each(start.elapsed(), 1));
}
