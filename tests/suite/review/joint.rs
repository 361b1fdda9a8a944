//! The joint view: quotas proposed, then reviewed.

use super::json;
use crate::performance::day;
use quotient::channel::PartnerBook;
use quotient::intake::{Mapping, ReadOptions, read_book};
use quotient::planning;
use quotient::plugin::{VendorPlugin, disk::Roots};
use quotient::report;
use quotient::review::{GivenQuotas, Request, read_quotas};
use quotient::script::on_script_threads;
use quotient::units::parse_decimal;
use rust_decimal::Decimal;
use serde_json::Value;
use std::path::{Path, PathBuf};

pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

pub fn shipped(vendor: &str) -> VendorPlugin {
    let roots = Roots { rules: root().join("rules"), policies: root().join("policies") };
    let files = roots.read(vendor).unwrap();
    on_script_threads(Some(1), || VendorPlugin::compile(&files).value).unwrap()
}

fn read(plugin: &VendorPlugin, path: &Path, map: Option<&Mapping>) -> PartnerBook {
    let options = ReadOptions {
        calendar: Some(plugin.manifest.calendar),
        currency: plugin.manifest.currency,
        ..ReadOptions::default()
    };
    read_book(path, map, &options).into_result().unwrap().0
}

/// Proposes, writes the proposal in each format that `review` takes, and reads it back as the command does.
fn proposed(plugin: &VendorPlugin, book: &PartnerBook, request: &planning::Request) -> Vec<GivenQuotas> {
    let plan = on_script_threads(None, || planning::propose(plugin, book, request, &|_, _| {})).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let mut given = Vec::new();
    for format in ["json", "csv", "xlsx"] {
        let path = folder.path().join(format!("quotas.{format}"));
        let mut file = std::fs::File::create(&path).unwrap();
        match format {
            "json" => report::json::write_plan(&plan, &mut file),
            "csv" => report::csv::write_plan(&plan, &mut file),
            _ => report::xlsx::write_plan(&plan, &mut file),
        }
        .unwrap();
        given.push(read_quotas(&path, book, plugin).into_result().unwrap().0);
    }
    given
}

fn decimal(value: &Value) -> Decimal {
    parse_decimal(value.as_str().unwrap()).unwrap()
}

#[test]
fn a_proposal_is_reviewed_directly_in_each_of_its_formats() {
    let plugin = shipped("meridian");
    let book = read(&plugin, &root().join("examples/demonstration"), None);
    let target = planning::Request { target: Some(60_000_000.into()), ..planning::Request::default() };
    let reviews: Vec<Value> = proposed(&plugin, &book, &target)
        .into_iter()
        .map(|quotas| json(&plugin, &book, &Request { as_of: day("2026-01-31"), period: None, quotas: Some(quotas) }))
        .collect();
    // Every proposed quota arrives: Σ is the target.
    assert_eq!(reviews[0]["rollups"][0]["quota"], "60000000.00");
    assert_eq!(reviews[0]["period"], "FY2026");
    assert!(reviews[0]["partners"] == reviews[1]["partners"] && reviews[0]["partners"] == reviews[2]["partners"]);
}

#[test]
fn group_figures_are_sums_over_their_members() {
    let plugin = shipped("meridian");
    let book = read(&plugin, &root().join("examples/demonstration"), None);
    let document = json(&plugin, &book, &Request { as_of: day("2025-09-30"), period: None, quotas: None });
    let with_quota = document["partners"].as_array().unwrap().iter().filter(|one| !one["standing"]["quota"].is_null());
    let sum = |figure: &str| -> Decimal { with_quota.clone().map(|one| decimal(&one["standing"][figure])).sum() };
    let channel = &document["rollups"][0];
    assert_eq!((decimal(&channel["quota"]), decimal(&channel["actual"])), (sum("quota"), sum("actual")));
    assert_eq!(decimal(&channel["attainment"]), sum("actual") / sum("quota"));
}

#[test]
#[ignore = "needs data/adventureworks"]
fn public_data_is_reviewed_by_quarter_against_quotas_proposed_the_year_before() {
    let shared = std::env::var_os("QUOTIENT_SHARED").map_or_else(|| root().join("../shared"), PathBuf::from);
    let data = shared.join("data/adventureworks");
    let plugin = shipped("adventureworks");
    let map = Mapping::read(&root().join("examples/adventureworks/map.toml")).unwrap();
    let book = read(&plugin, &data, Some(&map));
    let request = planning::Request {
        period: Some("FY2019".to_owned()),
        as_of: Some(day("2018-06-30")),
        ..planning::Request::default()
    };
    let given = proposed(&plugin, &book, &request);
    let mut year = Decimal::ZERO;
    for (quarter, as_of) in [("Q1", "2018-09-30"), ("Q2", "2018-12-31"), ("Q3", "2019-03-31"), ("Q4", "2019-06-30")] {
        // JSON and CSV give the quarters exactly; a workbook gives the year.
        let reviews: Vec<Value> = given
            .iter()
            .take(2)
            .map(|quotas| {
                let period = Some(format!("FY2019-{quarter}"));
                json(&plugin, &book, &Request { as_of: day(as_of), period, quotas: Some(quotas.clone()) })
            })
            .collect();
        let channel = &reviews[0]["rollups"][0];
        year += decimal(&channel["quota"]);
        assert!(decimal(&channel["actual"]) > Decimal::ZERO, "{quarter}");
        // The data have no pipeline and no forecasts: absent, not invented.
        assert!(channel["open_pipeline"].is_null() && channel["forecast"].is_null());
        assert_eq!(reviews[0]["faults"], Value::Array(Vec::new()));
        assert!(reviews[0]["partners"] == reviews[1]["partners"]);
    }
    let whole =
        json(&plugin, &book, &Request { as_of: day("2019-06-30"), period: None, quotas: Some(given[0].clone()) });
    assert_eq!(decimal(&whole["rollups"][0]["quota"]), year);
}
