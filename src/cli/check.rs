//! `check`, `test`, `api` and `explain-code`: what authors use while they write rules.

use super::{Folders, Stop, Terminal, vendor};
use crate::finding::{Code, Finding, Findings, did_you_mean, render};
use crate::library::{VendorValidator, child};
use crate::plugin::{CaseOutcome, VendorPlugin, run_trial};
use crate::script;
use serde_json::json;
use std::io::Write;

/// How findings and case outcomes are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For people.
    Text,
    /// For programs.
    Json,
    /// As annotations of a GitHub workflow.
    Github,
}

/// Arguments of `check`.
#[derive(Debug, clap::Args)]
pub struct CheckOptions {
    /// Vendor to check; all of them when left out.
    vendor: Option<String>,
    #[command(flatten)]
    folders: Folders,
    /// How findings are printed.
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Format,
}

/// Arguments of `test`.
#[derive(Debug, clap::Args)]
pub struct TestOptions {
    /// Vendor to test; all of them when left out.
    vendor: Option<String>,
    #[command(flatten)]
    folders: Folders,
    /// How outcomes are printed.
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Format,
    /// Show cases that hold as well.
    #[arg(long, short)]
    verbose: bool,
}

/// Arguments of `api`.
#[derive(Debug, clap::Args)]
pub struct ApiOptions {
    /// Print the reference as JSON instead of Markdown.
    #[arg(long)]
    json: bool,
}

/// Arguments of `explain-code`.
#[derive(Debug, clap::Args)]
pub struct ExplainCodeOptions {
    /// Code such as `manifest::weights`.
    code: Option<String>,
}

fn vendors(folders: &Folders, vendor: Option<&String>) -> Result<Vec<String>, Stop> {
    if let Some(vendor) = vendor {
        return Ok(vec![vendor.clone()]);
    }
    let all = folders.roots().vendors();
    if all.is_empty() {
        let folder = folders.rules.display();
        let finding = Finding::error(Code::VendorUnknown, format!("there is no vendor in `{folder}`"))
            .help("name the folder with `--rules DIR`, or start a vendor with `quotient init NAME`");
        return Err(Findings::from_iter([finding]).into());
    }
    Ok(all)
}

/// Reports everything wrong with a vendor, or with all.
pub fn check(options: &CheckOptions, terminal: Terminal) -> Result<(), Stop> {
    let mut all = Findings::new();
    let mut checked = Vec::new();
    for name in vendors(&options.folders, options.vendor.as_ref())? {
        let (plugin, mut findings, outcomes) = vendor::inspect(&options.folders.roots(), &name);
        findings.extend(outcomes.iter().filter(|outcome| !outcome.holds()).map(CaseOutcome::finding));
        // What a server would refuse is said here first.
        findings.extend(plugin.iter().flat_map(|plugin| script::on_script_threads(Some(1), || run_trial(plugin))));
        checked.push((name, plugin, findings.error_count(), findings.len(), outcomes.len()));
        all.extend(findings);
    }
    let mut stdout = std::io::stdout().lock();
    match options.format {
        Format::Text => {
            terminal.show(&all);
            for (name, plugin, errors, findings, cases) in &checked {
                writeln!(stdout, "{}", verdict(name, plugin.as_ref(), *errors, *findings, *cases))?;
            }
        }
        Format::Json => writeln!(stdout, "{:#}", render::json(all.iter()))?,
        Format::Github => write!(stdout, "{}", render::github(all.iter()))?,
    }
    if all.has_errors() { Err(refusal(&all)) } else { Ok(()) }
}

fn verdict(name: &str, plugin: Option<&VendorPlugin>, errors: usize, findings: usize, cases: usize) -> String {
    let revision =
        plugin.map_or_else(|| "not usable".to_owned(), |plugin| format!("revision {}", &plugin.revision[..12]));
    let warnings = findings - errors;
    match (errors, warnings) {
        (0, 0) => format!("{name}: ready, {revision}, {cases} cases hold"),
        (0, _) => format!("{name}: ready, {revision}, {cases} cases hold, {warnings} warnings"),
        _ => format!("{name}: {errors} errors, {warnings} warnings"),
    }
}

/// The findings were shown; the exit code stays theirs.
fn refusal(findings: &Findings) -> Stop {
    let code = super::exit_code(findings);
    if code == 1 { Stop::No } else { Stop::Shown(code) }
}

/// Runs the cases of a vendor, or of all.
pub fn test(options: &TestOptions, terminal: Terminal) -> Result<(), Stop> {
    let mut refused = Findings::new();
    let mut results = Vec::new();
    for name in vendors(&options.folders, options.vendor.as_ref())? {
        let (plugin, findings, outcomes) = vendor::inspect(&options.folders.roots(), &name);
        if plugin.is_none() {
            refused.extend(findings);
        }
        results.push((name, outcomes));
    }
    let all = || results.iter().flat_map(|(_, outcomes)| outcomes);
    let failed = all().filter(|outcome| !outcome.holds()).count();
    let mut stdout = std::io::stdout().lock();
    match options.format {
        Format::Text => {
            terminal.show(&refused);
            for (name, outcomes) in &results {
                let failed = outcomes.iter().filter(|outcome| !outcome.holds()).count();
                writeln!(stdout, "{name}: {} cases hold, {failed} do not", outcomes.len() - failed)?;
                for outcome in outcomes.iter().filter(|outcome| options.verbose || !outcome.holds()) {
                    write!(stdout, "{}", case_text(outcome))?;
                }
            }
        }
        Format::Json => writeln!(stdout, "{:#}", cases_json(&results))?,
        Format::Github => {
            let findings: Vec<_> = all().filter(|outcome| !outcome.holds()).map(CaseOutcome::finding).collect();
            write!(stdout, "{}", render::github(refused.iter().chain(&findings)))?;
        }
    }
    if refused.has_errors() {
        return Err(refusal(&refused));
    }
    if failed > 0 { Err(Stop::No) } else { Ok(()) }
}

fn case_text(outcome: &CaseOutcome) -> String {
    let mark = if outcome.holds() { "holds" } else { "DIFFERS" };
    let mut text = format!("  {mark:8}{} ({})\n", outcome.name, outcome.subject);
    if !outcome.holds() {
        text.push_str(&format!("          {}\n", outcome.place));
    }
    for difference in &outcome.differences {
        text.push_str(&format!(
            "          {}: expected {}, found {}\n",
            difference.what, difference.expected, difference.found
        ));
    }
    text
}

fn cases_json(results: &[(String, Vec<CaseOutcome>)]) -> serde_json::Value {
    let vendors: Vec<_> = results
        .iter()
        .map(|(name, outcomes)| {
            let cases: Vec<_> = outcomes
                .iter()
                .map(|outcome| {
                    let differences: Vec<_> = outcome
                        .differences
                        .iter()
                        .map(|difference| json!({"what": difference.what, "expected": difference.expected, "found": difference.found}))
                        .collect();
                    json!({
                        "name": outcome.name,
                        "rule": outcome.subject.to_string(),
                        "holds": outcome.holds(),
                        "place": outcome.place.to_string(),
                        "differences": differences,
                    })
                })
                .collect();
            json!({"vendor": name, "cases": cases})
        })
        .collect();
    json!({"schema": "quotient.cases/1", "vendors": vendors})
}

/// Reads a candidate from standard input, writes its findings to standard output.
pub fn validate_candidate() -> Result<(), Stop> {
    let validator = VendorValidator::default();
    let is_usable = child::answer(&validator, std::io::stdin().lock(), std::io::stdout().lock())?;
    if is_usable { Ok(()) } else { Err(Stop::Shown(4)) }
}

/// Prints the reference of facts and functions.
pub fn api(options: &ApiOptions) -> Result<(), Stop> {
    let mut stdout = std::io::stdout().lock();
    if options.json {
        writeln!(stdout, "{:#}", script::reference_json())?;
    } else {
        write!(stdout, "{}", script::reference_markdown())?;
    }
    Ok(())
}

/// Prints the long text of a code, or the list of all.
pub fn explain_code(options: &ExplainCodeOptions) -> Result<(), Stop> {
    let mut stdout = std::io::stdout().lock();
    let Some(text) = &options.code else {
        for code in Code::ALL {
            let first = code.explanation().lines().next().unwrap_or_default().trim();
            writeln!(stdout, "{:26} {first}", code.as_str())?;
        }
        return Ok(());
    };
    if let Some(code) = Code::ALL.iter().find(|code| code.as_str() == text) {
        writeln!(stdout, "{code}\n")?;
        for line in code.explanation().lines() {
            writeln!(stdout, "{}", line.trim())?;
        }
        return Ok(());
    }
    let near = did_you_mean(text, Code::ALL.iter().map(|code| code.as_str()));
    let help =
        near.map_or_else(|| "`quotient explain-code` lists all".to_owned(), |near| format!("did you mean `{near}`?"));
    eprintln!("there is no code `{text}`; {help}");
    Err(Stop::Shown(2))
}
