//! What the benches share: interleaved rounds, medians, ratios, sizes from the environment.
//!
//! Nothing here fails on a time: a number is for people to read, on the machine it was measured on.
#![allow(dead_code, reason = "each bench uses its own part of it")]

pub mod load;
pub mod scorecard;
pub mod server;

use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// One way of doing the work, with its name.
pub struct Contender<'a> {
    pub name: &'a str,
    pub work: Box<dyn FnMut() + 'a>,
}

impl<'a> Contender<'a> {
    /// Returns a contender; what `work` returns is kept from being optimised away.
    pub fn new<R>(name: &'a str, mut work: impl FnMut() -> R + 'a) -> Self {
        Self { name, work: Box::new(move || drop(black_box(work()))) }
    }
}

/// Median time of each contender over `rounds` rounds, in each of which every contender runs once.
///
/// Interleaving lets a disturbance of the machine hit all of them alike; one round before is not counted.
pub fn medians(contenders: &mut [Contender<'_>], rounds: usize) -> Vec<Duration> {
    let mut times = vec![Vec::with_capacity(rounds); contenders.len()];
    for round in 0..=rounds {
        for (contender, times) in contenders.iter_mut().zip(&mut times) {
            let start = Instant::now();
            (contender.work)();
            if round > 0 {
                times.push(start.elapsed());
            }
        }
    }
    times.into_iter().map(median).collect()
}

/// The middle one, the later of two.
pub fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

/// Prints each contender's median, per item, and as a ratio to the first.
pub fn race(title: &str, items: usize, contenders: &mut [Contender<'_>], rounds: usize) {
    println!("\n{title}: median of {rounds} interleaved rounds, {items} items a round");
    let times = medians(contenders, rounds);
    for (contender, time) in contenders.iter().zip(&times) {
        println!("  {:<44} {:>12} {:>9}", contender.name, each(*time, items), ratio(*time, times[0]));
    }
}

/// Time per item, in a unit that suits it.
pub fn each(time: Duration, items: usize) -> String {
    let nanos = time.as_nanos() / items.max(1) as u128;
    match nanos {
        0..10_000 => format!("{nanos} ns"),
        10_000..10_000_000 => format!("{} µs", nanos / 1_000),
        _ => format!("{} ms", nanos / 1_000_000),
    }
}

/// `time` ÷ `base` with two decimals, such as `1.25 x`.
pub fn ratio(time: Duration, base: Duration) -> String {
    let hundredths = time.as_nanos() * 100 / base.as_nanos().max(1);
    format!("{}.{:02} x", hundredths / 100, hundredths % 100)
}

/// `part` of `whole` in percent with one decimal.
pub fn share(part: Duration, whole: Duration) -> String {
    let tenths = part.as_nanos() * 1_000 / whole.as_nanos().max(1);
    format!("{}.{} %", tenths / 10, tenths % 10)
}

/// A number from the environment, such as `QUOTIENT_BENCH_LINES=1000`, else `usual`.
pub fn setting(name: &str, usual: usize) -> usize {
    std::env::var(name).ok().and_then(|text| text.replace('_', "").parse().ok()).unwrap_or(usual)
}

/// Largest resident size of this process so far, where the system reports it (Linux).
pub fn peak_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.trim().strip_suffix(" kB")?.parse::<u64>().ok()? * 1024)
}

/// Bytes as MiB.
pub fn mebibytes(bytes: u64) -> String {
    format!("{} MiB", bytes >> 20)
}

/// The directory of the crate.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A directory for the files of one bench that is removed at the end.
pub struct Scratch(pub PathBuf);

impl Scratch {
    /// Makes an empty directory for `name`.
    pub fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("quotient-bench-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).expect("a directory for temporary files");
        Self(path)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.0));
    }
}

/// Compiles a shipped vendor.
pub fn vendor(name: &str) -> quotient::plugin::VendorPlugin {
    let roots = quotient::plugin::disk::Roots { rules: root().join("rules"), policies: root().join("policies") };
    let files = roots.read(name).unwrap_or_else(|findings| panic!("{name}: {findings:?}"));
    let (plugin, findings) = quotient::plugin::VendorPlugin::compile(&files).into_parts();
    plugin.unwrap_or_else(|| panic!("{name}: {findings:?}"))
}
