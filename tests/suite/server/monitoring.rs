//! The server and the shipped alerts, as a real Prometheus sees them. Left out, and named, where Prometheus is absent.

use super::hostile::assessment;
use super::http::{ask, get, post};
use super::proxies::{Proxy, is_here};
use super::running::{Home, free_address};
use crate::patience::until;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;

fn alerts() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy/monitoring/alerts.yaml")
}

/// Runs promtool; its output when it fails is that of the assertion.
fn promtool(arguments: &[&str]) {
    let output = Command::new("promtool").args(arguments).output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    assert!(output.status.success(), "promtool {arguments:?}: {}", String::from_utf8_lossy(&said));
}

/// Result of a query of Prometheus.
fn query(prometheus: &Proxy, expression: &str) -> Value {
    let path = format!("/api/v1/query?query={expression}");
    ask(prometheus.address, "GET", &path, &[], b"")
        .map(|answer| answer.json()["data"]["result"].clone())
        .unwrap_or_default()
}

#[test]
fn prometheus_scrapes_the_admin_address_and_loads_the_alerts() {
    if !is_here("prometheus") {
        return;
    }
    let home = Home::new();
    let admin = free_address();
    let server = home.serve(&["--admin-listen", &admin.to_string()]);
    assert_eq!(post(server.address, "/v1/vendors/meridian/assessments", &assessment("P1")).unwrap().status, 200);
    let configuration = format!(
        "global: {{scrape_interval: 1s, evaluation_interval: 1s}}\nrule_files: [{}]\nscrape_configs:\n\
         - {{job_name: quotient, static_configs: [{{targets: [\"{admin}\"]}}]}}\n",
        alerts().display()
    );
    let listen = free_address().to_string();
    let arguments =
        ["--config.file={file}", "--storage.tsdb.path={home}/data", &format!("--web.listen-address={listen}")];
    let prometheus = Proxy::start_at(listen.parse().unwrap(), "prometheus", &configuration, &arguments);
    until("a scrape", || query(&prometheus, "up")[0]["value"][1] == "1");
    let counted = "quotient_evaluations_total{vendor=\"meridian\",policy=\"assessment\",outcome=\"decided\"}";
    let encoded = counted.replace('{', "%7B").replace('}', "%7D").replace('"', "%22");
    until("the count", || query(&prometheus, &encoded)[0]["value"][1] == "1");
    let rules = get(prometheus.address, "/api/v1/rules").unwrap().json();
    let rules = rules["data"]["groups"][0]["rules"].as_array().cloned().unwrap_or_default();
    assert_eq!(rules.len(), 9, "{rules:?}");
    until("the rules are evaluated", || {
        let rules = get(prometheus.address, "/api/v1/rules").unwrap().json();
        rules["data"]["groups"][0]["rules"].as_array().is_some_and(|all| all.iter().all(|rule| rule["health"] == "ok"))
    });
}

/// What a series has at each minute, and the alerts that fire after some of them.
#[test]
fn alerts_fire_when_they_should_and_not_before() {
    if !is_here("promtool") {
        return;
    }
    let rules = alerts().display().to_string();
    promtool(&["check", "rules", &rules]);
    // Series with their values each minute, the minute, the alert, and whether it fires then.
    let case = |series: &[(&str, &str)], minute: u32, alert: &str, fires: bool| {
        let series: String =
            series.iter().map(|(name, values)| format!("      - {{series: '{name}', values: '{values}'}}\n")).collect();
        let samples = if fires { "[{labels: '{}', value: 1}]" } else { "[]" };
        format!(
            "  - interval: 1m\n    input_series:\n{series}    promql_expr_test:\n      - expr: 'count(ALERTS{{alertname=\"{alert}\",alertstate=\"firing\"}})'\n        eval_time: {minute}m\n        exp_samples: {samples}\n"
        )
    };
    let of = |name: &str, labels: &str| format!("{name}{{job=\"quotient\",instance=\"a\"{labels}}}");
    let (up, memory) = (&*of("up", ""), &*of("process_resident_memory_bytes", ""));
    let lost = &*of("quotient_decision_records_dropped_total", "");
    let expiry = &*of("quotient_certificate_expiry_timestamp_seconds", "");
    let shed = &*of("quotient_requests_shed_total", ",reason=\"overloaded\"");
    let status = |status: u16| of("quotient_http_request_duration_seconds_count", &format!(",status=\"{status}\""));
    let (failed, answered) = (&*status(503), &*status(200));
    let reload = &*of("quotient_policy_last_reload_successful", ",vendor=\"meridian\"");
    let stale = &*of("quotient_policy_stale_seconds", ",vendor=\"meridian\"");
    let within = |seconds: &str| {
        let route = "/v1/vendors/{vendor}/assessments";
        of("quotient_http_request_duration_seconds_bucket", &format!(",route=\"{route}\",le=\"{seconds}\""))
    };
    let (quick, slow, all) = (&*within("0.25"), &*within("1.0"), &*within("+Inf"));
    let cases = [
        case(&[(lost, "0 0 1 1 1")], 3, "QuotientRecordsLost", true),
        case(&[(lost, "7x30")], 20, "QuotientRecordsLost", false),
        case(&[(up, "1 1 0x10")], 8, "QuotientGone", true),
        case(&[(up, "1x10")], 8, "QuotientGone", false),
        case(&[(memory, "1x10")], 8, "QuotientGone", true),
        case(&[(memory, "500000000x20")], 15, "QuotientMemory", true),
        case(&[(memory, "200000000x20")], 15, "QuotientMemory", false),
        case(&[(expiry, "864000x90")], 80, "QuotientCertificate", true),
        case(&[(expiry, "8640000x90")], 80, "QuotientCertificate", false),
        case(&[(shed, "0+10x20"), (answered, "0+90x20")], 18, "QuotientShedding", true),
        case(&[(shed, "0+1x20"), (answered, "0+90x20")], 18, "QuotientShedding", false),
        case(&[(failed, "0+2x20"), (answered, "0+90x20")], 12, "QuotientErrors", true),
        case(&[(failed, "0x20"), (answered, "0+90x20")], 12, "QuotientErrors", false),
        case(&[(reload, "1 0x10")], 5, "QuotientReloadFailing", true),
        case(&[(reload, "1x10")], 5, "QuotientReloadFailing", false),
        case(&[(stale, "1000x10")], 5, "QuotientStaleRevision", true),
        case(&[(stale, "100x10")], 5, "QuotientStaleRevision", false),
        case(&[(quick, "0x30"), (slow, "0+9x30"), (all, "0+9x30")], 25, "QuotientSlow", true),
        case(&[(quick, "0+9x30"), (slow, "0+9x30"), (all, "0+9x30")], 25, "QuotientSlow", false),
    ];
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("alerts.test.yaml");
    std::fs::write(&file, format!("rule_files: ['{rules}']\nevaluation_interval: 1m\ntests:\n{}", cases.concat()))
        .unwrap();
    promtool(&["test", "rules", &file.display().to_string()]);
}
