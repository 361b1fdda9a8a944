//! The case that would notice a change at a threshold: an existing case of the rule, with the value at the threshold and
//! what the rules give there.

use super::accept::accept;
use super::case_run::run_named;
use super::cases::CODES;
use super::files::{VendorFile, VendorFiles};
use super::vendor::VendorPlugin;
use crate::document::{Document, Item, Section};
use crate::script::Boundary;
use crate::units::plain;
use std::fmt::Write as _;
use std::sync::Arc;

/// Most cases of a rule that are tried as the beginning of a missing one.
const MAX_TRIED: usize = 24;
/// Keys that `like` takes from the earlier case.
const INHERITED: [&str; 5] = ["as_of", "facts", "inputs", "tables", "peers"];

/// A case of the rule, and the file it is in.
struct Model {
    file: usize,
    name: String,
    /// Lines of the case, except its name, what `like` inherits, and its expectations.
    others: String,
    /// Lines of its expectations.
    expected: String,
}

/// Returns the case with the value exactly at the threshold that holds in the vendor of `files` and not in the changed one;
/// `None` where the script does not say which fact the value is, or no case of the rule becomes one.
///
/// Must be called on a script thread.
pub(super) fn missing_case(files: &VendorFiles, boundary: &Boundary, changed: &VendorPlugin) -> Option<String> {
    let (rule, fact, number) = (boundary.rule.as_ref()?, boundary.fact.as_ref()?, boundary.number?);
    let all: Vec<VendorFile> = files.iter().cloned().collect();
    let name = format!("{fact} is exactly {}", plain(number));
    let models = all.iter().enumerate().filter(|(_, file)| file.is_cases());
    let models = models.flat_map(|(at, file)| models_of(at, file, rule)).take(MAX_TRIED);
    models.into_iter().find_map(|model| {
        let begin = format!(
            "[[case]]\nname = {}\nlike = {}\n{}facts.{fact} = {}\n",
            quoted(&name),
            quoted(&model.name),
            model.others,
            plain(number)
        );
        let case = observed(files, &all, &model, &name, &begin)?;
        let plugin = with_case(files, &all, model.file, &case)?;
        let holds = |plugin: &VendorPlugin| run_named(plugin, &plugin.cases, &name).is_some_and(|one| one.holds());
        let is_noticed = run_named(changed, &plugin.cases, &name).is_some_and(|outcome| !outcome.holds());
        (holds(&plugin) && is_noticed).then_some(case)
    })
}

/// The case with the values that the rules give in place of those that its model expects.
fn observed(files: &VendorFiles, all: &[VendorFile], model: &Model, name: &str, begin: &str) -> Option<String> {
    let case = format!("{begin}{}", model.expected);
    let plugin = with_case(files, all, model.file, &case)?;
    let outcome = run_named(&plugin, &plugin.cases, name)?;
    let text: Arc<str> = Arc::from(case.as_str());
    let accepted = accept("the missing case", &text, &[&outcome]);
    accepted.left.is_empty().then_some(accepted.text)
}

/// The vendor with one more case at the end of a file.
fn with_case(files: &VendorFiles, all: &[VendorFile], file: usize, case: &str) -> Option<VendorPlugin> {
    let mut all = all.to_vec();
    let cases = all.get_mut(file)?;
    cases.text = Arc::from(format!("{}\n\n{case}", cases.text));
    let compiled = VendorPlugin::compile(&VendorFiles::new(Arc::clone(&files.vendor), all));
    compiled.value.filter(|_| !compiled.findings.has_errors())
}

fn models_of(at: usize, file: &VendorFile, rule: &str) -> Vec<Model> {
    let document = Document::parse(file.shown.as_str(), &file.text, CODES);
    let cases = document.root().list("case").into_iter().filter_map(Item::section);
    let of_rule = cases.filter(|case| case.get("rule").and_then(Item::as_text) == Some(rule));
    of_rule.filter_map(|case| model(at, case)).collect()
}

fn model(file: usize, case: Section<'_>) -> Option<Model> {
    let name = case.get("name")?.as_text()?.to_owned();
    let (mut others, mut expected) = (String::new(), String::new());
    for (key, item) in case.entries() {
        match key {
            "name" | "like" => {}
            "expect" => lines(key, item, &mut expected)?,
            _ if INHERITED.contains(&key) => {}
            _ => lines(key, item, &mut others)?,
        }
    }
    Some(Model { file, name, others, expected })
}

/// Writes `key = value`, a line per value of a table; `None` for a value with a comment in it.
fn lines(key: &str, item: Item<'_>, into: &mut String) -> Option<()> {
    if item.is_table() {
        return item.section()?.entries().into_iter().try_for_each(|(name, item)| {
            let name = if is_bare(name) { name.to_owned() } else { quoted(name) };
            lines(&format!("{key}.{name}"), item, into)
        });
    }
    let written = item.written();
    if written.contains('\n') && written.contains('#') {
        return None;
    }
    let line = written.lines().map(str::trim).collect::<Vec<_>>().join(" ");
    writeln!(into, "{key} = {line}").ok()
}

fn is_bare(key: &str) -> bool {
    !key.is_empty() && key.chars().all(|one| one.is_ascii_alphanumeric() || matches!(one, '_' | '-'))
}

fn quoted(text: &str) -> String {
    toml::Value::from(text).to_string()
}
