//! The quota-setting methods in `examples/methods`: each fits on a page, its cases hold, and the same plan comes out on
//! any number of threads.

use quotient::finding::{Findings, render};
use quotient::plugin::{VendorFiles, VendorPlugin, run_cases, run_trial};
use quotient::script::on_script_threads;
use quotient::{Engine, EngineOptions, ProposalRequest};
use std::fs;

/// Methods that set quotas; the README lists them.
const METHODS: usize = 16;
/// Lines of a rule with its manifest and tables: a page.
const PAGE: usize = 60;
const DIRECTORY: &str = "examples/methods";

fn methods() -> Vec<String> {
    let entries = fs::read_dir(DIRECTORY).unwrap().map(|entry| entry.unwrap());
    let directories = entries.filter(|entry| entry.path().is_dir());
    let mut names: Vec<String> = directories.map(|entry| entry.file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

fn files(method: &str) -> VendorFiles {
    VendorFiles::read(DIRECTORY, "policies/none", method).unwrap()
}

fn shown(findings: &Findings) -> String {
    render::human(findings.iter(), false)
}

#[test]
fn every_method_is_listed_fits_on_a_page_and_decides_its_cases() {
    let methods = methods();
    assert_eq!(methods.len(), METHODS, "{methods:?}");
    let readme = fs::read_to_string(format!("{DIRECTORY}/README.md")).unwrap();
    for method in methods {
        assert!(readme.contains(&format!("[{method}]({method})")), "the README does not list {method}");
        let files = files(&method);
        let page = files.iter().filter(|file| file.path != "cases.toml");
        let lines: usize = page.map(|file| file.text.lines().count()).sum();
        assert!(lines <= PAGE, "{method} takes {lines} lines");
        on_script_threads(Some(1), || {
            let (plugin, findings) = VendorPlugin::compile(&files).into_parts();
            assert!(findings.is_empty(), "{}", shown(&findings));
            let plugin = plugin.unwrap();
            let outcomes = run_cases(&plugin);
            assert!(outcomes.len() >= 3, "{method}");
            for outcome in outcomes {
                assert!(outcome.holds(), "{}", render::human([&outcome.finding()], false));
            }
            let trial = run_trial(&plugin);
            assert!(trial.is_empty(), "{method}: {}", shown(&trial));
        });
    }
}

#[test]
fn every_method_proposes_the_same_on_one_thread_and_on_several() {
    let plans: Vec<Vec<String>> = [1, 3]
        .into_iter()
        .map(|threads| {
            let engine = Engine::new(EngineOptions::new().threads(threads)).unwrap();
            let plan = |method: String| {
                let vendor = engine.compile(&files(&method)).unwrap_or_else(|findings| panic!("{}", shown(&findings)));
                let book = vendor.book_reader().read("examples/demonstration").unwrap();
                let plan = engine.propose(&vendor, &book, &ProposalRequest::new());
                let plan = plan.unwrap_or_else(|findings| panic!("{method}: {}", shown(&findings)));
                format!("{method} {:?}", plan.lines)
            };
            methods().into_iter().map(plan).collect()
        })
        .collect();
    assert_eq!(plans[0], plans[1]);
}
