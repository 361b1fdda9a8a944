//! Metrics of the process itself, by the names that every client library of Prometheus uses.

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::registry::Unit;
use std::fmt;
use std::time::Duration;

/// Reads the counts of the process at each scrape; on other systems than Linux there are none.
#[derive(Debug)]
pub struct Process;

impl Collector for Process {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), fmt::Error> {
        let Some(counts) = Counts::read() else { return Ok(()) };
        let cpu = ConstCounter::new(seconds(counts.cpu));
        let family = encoder.encode_descriptor(
            "process_cpu",
            "User and system CPU time.",
            Some(&Unit::Seconds),
            MetricType::Counter,
        )?;
        cpu.encode(family)?;
        let gauges = [
            (
                "process_start_time",
                "Start of the process since 1970.",
                Some(Unit::Seconds),
                Some(counts.start.as_secs()),
            ),
            ("process_resident_memory", "Memory in use.", Some(Unit::Bytes), Some(counts.resident)),
            ("process_virtual_memory", "Address space in use.", Some(Unit::Bytes), Some(counts.virtual_memory)),
            ("process_open_fds", "Open file descriptors.", None, counts.open_files),
            ("process_max_fds", "Most open file descriptors.", None, counts.most_files),
        ];
        for (name, doc, unit, value) in gauges {
            let Some(value) = value.and_then(|value| i64::try_from(value).ok()) else { continue };
            let family = encoder.encode_descriptor(name, doc, unit.as_ref(), MetricType::Gauge)?;
            ConstGauge::new(value).encode(family)?;
        }
        Ok(())
    }
}

struct Counts {
    cpu: Duration,
    start: Duration,
    resident: u64,
    virtual_memory: u64,
    open_files: Option<u64>,
    most_files: Option<u64>,
}

impl Counts {
    #[cfg(target_os = "linux")]
    fn read() -> Option<Self> {
        let page = rustix::param::page_size() as u64;
        let ticks = rustix::param::clock_ticks_per_second().max(1);
        let time = |count: u64| Duration::from_millis(count.saturating_mul(1_000) / ticks);
        let text = std::fs::read_to_string("/proc/self/stat").ok()?;
        // The second field is the name of the program in parentheses, with any characters in it.
        let fields: Vec<&str> = text.rsplit_once(')')?.1.split_whitespace().collect();
        let field = |number: usize| fields.get(number - 3)?.parse::<u64>().ok();
        let system = std::fs::read_to_string("/proc/stat").ok()?;
        let boot = system.lines().find_map(|line| line.strip_prefix("btime "))?.trim().parse().ok()?;
        Some(Self {
            cpu: time(field(14)?.checked_add(field(15)?)?),
            start: Duration::from_secs(boot).checked_add(time(field(22)?))?,
            virtual_memory: field(23)?,
            resident: field(24)?.checked_mul(page)?,
            open_files: std::fs::read_dir("/proc/self/fd").ok().map(|files| files.count() as u64),
            most_files: rustix::process::getrlimit(rustix::process::Resource::Nofile).current,
        })
    }

    #[cfg(not(target_os = "linux"))]
    fn read() -> Option<Self> {
        None
    }
}

/// Returns a duration as metrics write it.
fn seconds(duration: Duration) -> f64 {
    duration.as_secs_f64()
}
