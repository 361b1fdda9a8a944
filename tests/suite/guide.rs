//! The examples of `docs/policies.md` decide as they say: each has cases at its thresholds.
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail by panicking")]

use quotient::finding::render;
use quotient::plugin::{Room, VendorFile, VendorFiles, VendorPlugin, run_cases};

/// Cases of each example, by the beginning of its heading.
const CASES: [(&str, &str); 8] = [
    ("Alternative paths", include_str!("guide/alternative_paths.toml")),
    ("Mix ratios", include_str!("guide/mix_ratios.toml")),
    ("Rolling windows", include_str!("guide/rolling_windows.toml")),
    ("Points", include_str!("guide/points.toml")),
    ("A tier for each product line", include_str!("guide/product_lines.toml")),
    ("Market classes", include_str!("guide/market_classes.toml")),
    ("Versions by date", include_str!("guide/versions.toml")),
    ("Rebates", include_str!("guide/rebates.toml")),
];

fn block<'a>(text: &'a str, language: &str) -> Option<&'a str> {
    text.split_once(&format!("```{language}\n")).and_then(|(_, rest)| rest.split("```").next())
}

#[test]
fn every_example_decides_as_it_says() {
    let guide = std::fs::read_to_string("docs/policies.md").unwrap();
    let (_, how) = guide.split_once("\n## Examples\n").unwrap();
    let manifest = block(how, "toml,manifest").unwrap();
    let pages: Vec<&str> = how.split("\n### ").skip(1).collect();
    assert_eq!(pages.len(), CASES.len(), "each example has cases");
    for (page, (heading, cases)) in pages.iter().zip(CASES) {
        assert!(page.starts_with(heading), "`{heading}` is not the next example");
        let plugin = vendor(manifest, page, cases);
        let outcomes = run_cases(&plugin);
        assert!(outcomes.len() > 1, "{heading}");
        for outcome in outcomes {
            assert!(outcome.holds(), "{heading}: {}", render::human([&outcome.finding()], false));
        }
    }
}

fn vendor(manifest: &str, page: &str, cases: &str) -> VendorPlugin {
    let mut files = vec![("vendor.toml".to_owned(), manifest), ("cases.toml".to_owned(), cases)];
    files.extend(block(page, "rhai,policy").map(|text| ("tier.rhai".to_owned(), text)));
    files.extend(block(page, "rhai,policy,incentive").map(|text| ("incentive.rhai".to_owned(), text)));
    for table in page.split("```csv,").skip(1) {
        let (name, text) = table.split_once('\n').unwrap();
        files.push((format!("{name}.csv"), text.split("```").next().unwrap()));
    }
    let file = |(path, text): (String, &str)| VendorFile {
        room: Room::Policies,
        shown: format!("policies/guide/{path}"),
        path,
        text: text.into(),
    };
    let (plugin, findings) =
        VendorPlugin::compile(&VendorFiles::new("guide", files.into_iter().map(file).collect())).into_parts();
    assert!(findings.is_empty(), "{}", render::human(findings.iter(), false));
    plugin.unwrap()
}

#[test]
fn a_vendor_started_with_policies_only_is_ready_at_once() {
    let directory = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| {
        let mut command = assert_cmd::Command::cargo_bin("quotient").unwrap();
        command.current_dir(directory.path()).args(arguments).assert().success();
    };
    run(&["init", "acme", "--policies-only"]);
    run(&["check", "acme"]);
    run(&["test", "acme"]);
    assert!(!directory.path().join("rules").exists());
}
