//! Lines that are made in partitions equal those of `propose`, whatever the partitions.

use super::split::{Numbers, partitions, planned};
use quotient::channel::{Lock, PartnerBook, SegmentKey};
use quotient::intake::{Mapping, ReadOptions, read_book};
use quotient::planning::{Request, propose};
use quotient::plugin::disk::Roots;
use quotient::plugin::{VendorFiles, VendorPlugin};
use quotient::quota::TargetRow;
use quotient::script::on_script_threads;
use quotient::units::Money;
use serde_json::Value;
use std::path::{Path, PathBuf};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

pub fn vendor(name: &str) -> VendorPlugin {
    let roots = Roots { rules: root().join("rules"), policies: root().join("policies") };
    compiled(&roots.read(name).expect("the vendor's files"))
}

pub fn compiled(files: &VendorFiles) -> VendorPlugin {
    on_script_threads(Some(1), || VendorPlugin::compile(files).value).expect("a vendor without errors")
}

pub fn book(plugin: &VendorPlugin, directory: &Path, map: Option<&Path>) -> PartnerBook {
    let mapping = map.map(|path| Mapping::read(path).expect("the mapping file"));
    let options = ReadOptions {
        calendar: Some(plugin.manifest.calendar),
        currency: plugin.manifest.currency,
        attributes: plugin.manifest.attributes.clone(),
        ..ReadOptions::default()
    };
    read_book(directory, mapping.as_ref(), &options).into_result().expect("the book").0
}

pub fn demonstration(plugin: &VendorPlugin) -> PartnerBook {
    book(plugin, &root().join("examples/demonstration"), None)
}

pub fn as_of(day: &str) -> Request {
    Request { as_of: day.parse().ok(), ..Request::default() }
}

/// Splits a book into 1, 2 and 7 partitions by chance and compares every line with the proposal of the whole book.
#[track_caller]
pub fn assert_equal(plugin: &VendorPlugin, book: &PartnerBook, request: &Request) {
    let whole = on_script_threads(None, || propose(plugin, book, request, &|_, _| {})).expect("a plan");
    let mut text = Vec::new();
    quotient::report::json::write_plan(&whole, &mut text).expect("a document");
    let whole: Value = serde_json::from_slice(&text).expect("JSON");
    let expected = whole["lines"].as_array().expect("lines");
    assert!(expected.iter().any(|line| line["quota"] != "0.00"), "nothing was proposed");
    for parts in [1, 2, 7] {
        let mut numbers = Numbers(0x9E37_79B9_7F4A_7C15 ^ parts as u64);
        let split = partitions(book, parts, &mut numbers);
        let (lines, summary) = planned(plugin, request, &split, &mut numbers).expect("a plan in partitions");
        assert_eq!(lines.len(), expected.len(), "{parts} partitions");
        for (line, expected) in lines.iter().zip(expected) {
            assert_eq!(line, expected, "{parts} partitions");
        }
        for member in ["total", "reserve", "target"] {
            assert_eq!(summary[member], whole[member], "{parts} partitions: {member}");
        }
        assert_eq!(summary["lines"], expected.len());
        // Whether the latest month is complete is known of a whole book only.
        let warnings = |document: &Value| -> Vec<Value> {
            let mut found = document["findings"].as_array().expect("findings").clone();
            found.retain(|finding| finding["cause"] != "part_counts");
            found
        };
        let causes = |found: &[Value]| found.iter().map(|finding| finding["message"].clone()).collect::<Vec<_>>();
        assert_eq!(causes(&warnings(&summary)), causes(&warnings(&whole)), "{parts} partitions");
    }
}

#[test]
fn meridian_plans_the_demonstration_book_in_partitions_as_whole() {
    let plugin = vendor("meridian");
    let book = demonstration(&plugin);
    assert_equal(&plugin, &book, &as_of("2025-12-31"));
    assert_equal(&plugin, &book, &Request { target: Some(75_000_000.into()), ..as_of("2025-12-31") });
}

#[test]
fn halcyon_shares_a_target_fairly_in_partitions_as_whole() {
    let plugin = vendor("halcyon");
    let book = demonstration(&plugin);
    assert_equal(&plugin, &book, &as_of("2025-12-31"));
    assert_equal(&plugin, &book, &Request { target: Some(75_000_000.into()), ..as_of("2025-12-31") });
}

/// The demonstration book with rows of the market and of partners that count later, and some that have begun to count.
#[test]
fn facts_with_dates_count_in_partitions_as_whole() {
    let plugin = vendor("meridian");
    let directory = tempfile::tempdir().expect("a directory");
    for entry in std::fs::read_dir(root().join("examples/demonstration")).expect("the book") {
        let entry = entry.expect("a file");
        let text = std::fs::read_to_string(entry.path()).expect("a table");
        let name = entry.file_name();
        let dated = |later: fn(&str) -> String| {
            let (head, rows) = text.split_once('\n').expect("a header");
            let rows = rows.lines().map(|row| format!("{row},\n{}\n", later(row)));
            format!("{head},valid_from\n{}", rows.collect::<String>())
        };
        let written = match name.to_str() {
            // Ten times the market from the middle of the next year on.
            Some("market.csv") => dated(|row| {
                let mut cells: Vec<String> = row.split(',').map(str::to_owned).collect();
                cells[3].insert(0, '9');
                format!("{},2026-06-01", cells.join(","))
            }),
            Some("partners.csv") => dated(|row| format!("{},2026-02-01", row.replace("Gold", "Silver"))),
            Some("investments.csv") => dated(|row| format!("{row},2025-03-01")),
            _ => text,
        };
        std::fs::write(directory.path().join(name), written).expect("written");
    }
    let book = book(&plugin, directory.path(), None);
    assert_equal(&plugin, &book, &as_of("2025-12-31"));
    // Nothing that counts later changes a quota.
    let total = |book: &PartnerBook| {
        on_script_threads(None, || propose(&plugin, book, &as_of("2025-12-31"), &|_, _| {})).expect("a plan").total
    };
    assert_eq!(total(&book), total(&demonstration(&plugin)));
}

#[test]
fn locks_and_targets_by_territory_count_in_partitions_as_whole() {
    let plugin = vendor("meridian");
    let mut book = demonstration(&plugin);
    let whole = on_script_threads(None, || propose(&plugin, &book, &as_of("2025-12-31"), &|_, _| {})).expect("a plan");
    let targets: Vec<TargetRow> = ["East", "North", "South", "West"]
        .iter()
        .map(|territory| {
            let own = whole.lines.iter().filter(|line| line.identity.territory.as_deref() == Some(territory));
            let sum: i128 = own.map(|line| line.quota.to_minor().expect("an amount")).sum();
            let segment = SegmentKey { territory: Some((*territory).into()), product_line: None };
            TargetRow { segment, amount: sum / 100 * 100 }
        })
        .filter(|row| row.amount > 0)
        .collect();
    assert!(targets.len() > 1, "the book has territories");
    let first = &whole.lines[0];
    let lock = Lock {
        partner_id: first.identity.partner_id.clone(),
        segment: first.segment.clone(),
        quota: first.quota,
        reason: "agreed with the partner".to_owned(),
        periods: Vec::new(),
    };
    let second = &whole.lines[1];
    book.locks.push(Lock {
        partner_id: second.identity.partner_id.clone(),
        segment: second.segment.clone(),
        quota: Money::new(second.quota.amount(), book.currency),
        ..lock.clone()
    });
    assert_equal(&plugin, &book, &Request { targets, locks: vec![lock], ..as_of("2025-12-31") });
}

/// Product lines in territories, partners that join and leave, a seasonal half year, and numbers that are learned by
/// group: everything that a line needs of others.
fn entangled() -> VendorPlugin {
    let manifest = "api = 1\nname = \"Acme\"\ncurrency = \"USD\"\n[plan]\nperiod = \"half\"\nreporting = \"quarter\"\n\
        fiscal_year_starts = \"January\"\ngrain = \"partner_product_line_territory\"\nbasis = \"fair_share\"\n\
        rounding_unit = 100\n\
        [weights]\nhistory = 0.5\nmarket_opportunity = 0.5\n\
        [parameters.kept]\nlearned = \"retention\"\nby = \"tier\"\nminimum = 1\n\
        [parameters.grown]\nlearned = \"growth\"\nby = \"territory\"\nminimum = 1\n\
        [over_assignment]\nchannel = 0.05\n[reserve]\nshare_of_target = 0.02\n\
        [guardrails]\non_violation = \"clamp\"\n[phasing]\nseasonality = \"partner\"\n";
    let history = "/// What lines like it kept.\nfn assess(partner) {\n    let prior = partner.history.prior_revenue;\n    \
        let kept = partner.learned.kept;\n    let grown = partner.learned.grown;\n    \
        if !is_known(prior) || !is_known(kept) || !is_known(grown) { return abstain(\"nothing known\"); }\n    \
        indicate(prior * kept * (1.0 + grown)).because(`kept ${percent(kept)}`)\n}\n";
    let market = "/// Its part of the market.\nfn assess(partner) {\n    let room = partner.market.headroom_per_partner;\n    \
        let share = partner.market.partner_share;\n    let season = partner.channel.season;\n    \
        if !is_known(room) || !is_known(share) || !is_known(season) { return abstain(\"no market\"); }\n    \
        indicate(room * (0.1 + max(share, 0.0)) * season).because(`of ${partner.channel.partners} partners`)\n}\n";
    compiled(&VendorFiles::from_rules(
        "acme",
        [("vendor.toml", manifest), ("history.rhai", history), ("market_opportunity.rhai", market)],
    ))
}

#[test]
fn everything_that_a_line_needs_of_others_is_the_same_in_partitions() {
    let plugin = entangled();
    let mut book = demonstration(&plugin);
    // One leaves inside the period, one before it, and one joins after it.
    book.partners[5].until = "2026-04-15".parse().ok();
    book.partners[7].until = "2025-06-30".parse().ok();
    book.partners[9].since = "2027-02-01".parse().ok();
    assert_equal(&plugin, &book, &as_of("2025-12-31"));
    assert_equal(&plugin, &book, &Request { target: Some(60_000_000.into()), ..as_of("2025-09-30") });
}

/// Data beside the repository, or where `QUOTIENT_SHARED` says.
fn data(name: &str) -> PathBuf {
    let shared = std::env::var_os("QUOTIENT_SHARED").map_or_else(|| root().join("../shared"), PathBuf::from);
    shared.join("data").join(name)
}

fn assert_public(name: &str, day: &str) {
    let plugin = vendor(name);
    let map = root().join("examples").join(name).join("map.toml");
    assert_equal(&plugin, &book(&plugin, &data(name), Some(&map)), &as_of(day));
}

#[test]
#[ignore = "needs data/online-retail"]
fn online_retail_is_planned_in_partitions_as_whole() {
    assert_public("online-retail", "2010-11-30");
    assert_public("online-retail", "2011-05-31");
}

#[test]
#[ignore = "needs data/adventureworks"]
fn adventureworks_is_planned_in_partitions_as_whole() {
    assert_public("adventureworks", "2019-06-30");
}
