//! What an author reads about each broken vendor: a folder in `faults`, a snapshot of the same name.

use quotient::finding::{Code, Finding, render};
use quotient::plugin::{CaseOutcome, Room, VendorFile, VendorFiles, VendorPlugin, run_cases};
use quotient::script::on_script_threads;
use std::path::Path;

fn files_in(folder: &Path, inside: &str, files: &mut Vec<VendorFile>) {
    let mut entries: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap()).collect();
    entries.sort_by_key(std::fs::DirEntry::file_name);
    for entry in entries {
        let path = format!("{inside}{}", entry.file_name().to_str().unwrap());
        if entry.file_type().unwrap().is_dir() {
            files_in(&entry.path(), &format!("{path}/"), files);
            continue;
        }
        let text = std::fs::read_to_string(entry.path()).unwrap();
        files.push(VendorFile { room: Room::Rules, shown: format!("rules/acme/{path}"), path, text: text.into() });
    }
}

fn told(folder: &Path) -> String {
    let mut files = Vec::new();
    files_in(folder, "", &mut files);
    let files = VendorFiles::new("acme", files);
    let findings: Vec<Finding> = on_script_threads(Some(1), || {
        let (plugin, findings) = VendorPlugin::compile(&files).into_parts();
        let outcomes = plugin.as_ref().map(run_cases).unwrap_or_default();
        findings.into_iter().chain(outcomes.iter().filter(|case| !case.holds()).map(CaseOutcome::finding)).collect()
    });
    assert!(findings.iter().any(Finding::is_error), "{} is sound", folder.display());
    render::human(&findings, false)
}

#[test]
fn every_broken_vendor_is_answered_with_what_to_do() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/suite/plugin/faults");
    let mut folders: Vec<_> = std::fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    assert!(folders.len() >= 30);
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
        for folder in folders {
            insta::assert_snapshot!(folder.file_name().unwrap().to_str().unwrap(), told(&folder));
        }
    });
}

#[test]
fn a_misspelt_month_is_one_finding() {
    let text =
        "api = 1\nname = \"A\"\n[plan]\nfiscal_year_starts = \"Januray\"\nperiod = \"year\"\n[weights]\nhistory = 1\n";
    let manifest = VendorFile {
        room: Room::Rules,
        path: "vendor.toml".to_owned(),
        shown: "rules/acme/vendor.toml".to_owned(),
        text: text.into(),
    };
    let (_, findings) = VendorPlugin::compile(&VendorFiles::new("acme", vec![manifest])).into_parts();
    let codes: Vec<Code> = findings.iter().map(|finding| finding.code()).collect();
    assert_eq!(codes.iter().filter(|code| **code == Code::ManifestUnknownKey).count(), 0, "{codes:?}");
}
