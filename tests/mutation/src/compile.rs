//! Compiles the mutated copy, and finds the mutants that keep it from compiling.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::Failure;
use crate::mutant::{Edit, Mutant};
use crate::render::{Rendered, render};
use crate::tree::{SourceFile, Workspace};

const SWITCH: &str = include_str!("../switch.rs");

/// What is run.
pub struct Binaries {
    pub tests: PathBuf,
    pub program: PathBuf,
}

/// How a build ended.
pub enum Outcome {
    /// The test binary and the program that it starts.
    Built(Binaries),
    /// Positions of the mutants that do not compile.
    Unviable(BTreeSet<usize>),
}

/// Writes the chosen mutants into the copy and compiles its tests.
pub fn build(
    workspace: &Workspace,
    files: &[SourceFile],
    all: &[Mutant],
    chosen: &[usize],
) -> Result<Outcome, Failure> {
    let mut of_file: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for at in chosen {
        of_file.entry(&all[*at].file).or_default().push(*at);
    }
    let mut rendered = BTreeMap::new();
    for file in files {
        let own = of_file.get(file.path.as_str()).map_or(&[][..], Vec::as_slice);
        let mut written = render(&file.text, all, own);
        // A child process with an environment of its own still has to know which mutant is active.
        insert(&mut written, ".env_clear()", ".envs(crate::mutation_switch::environment())");
        if file.path == "lib.rs" {
            // Unreachable code, needless parentheses and such are what mutants are made of.
            written.text = format!("#![allow(warnings)] {}\n#[doc(hidden)]\npub mod mutation_switch;\n", written.text);
        }
        workspace.write(&file.path, &written.text)?;
        rendered.insert(format!("src/{}", file.path), written);
    }
    workspace.write("mutation_switch.rs", &SWITCH.replace("COUNT", &all.len().to_string()))?;
    compile(workspace, all, &rendered)
}

fn compile(workspace: &Workspace, all: &[Mutant], rendered: &BTreeMap<String, Rendered>) -> Result<Outcome, Failure> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut child = Command::new(cargo)
        .args(["test", "--locked", "--no-run", "--test", "suite", "--message-format", "json"])
        .current_dir(&workspace.copy)
        .env("CARGO_TARGET_DIR", &workspace.artifacts)
        .env("CARGO_BUILD_BUILD_DIR", &workspace.intermediate)
        .env("CARGO_PROFILE_DEV_DEBUG", "false")
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| format!("cargo: {error}"))?;
    let (mut tests, mut program) = (None, None);
    let mut unviable = BTreeSet::new();
    let mut unexplained = Vec::new();
    let output = child.stdout.take().map(BufReader::new).into_iter().flat_map(BufRead::lines);
    for line in output.map_while(Result::ok) {
        let Ok(message) = serde_json::from_str::<Value>(&line) else { continue };
        if message["reason"] == "compiler-artifact" {
            let executable = message["executable"].as_str().map(PathBuf::from);
            match (message["target"]["name"].as_str(), message["target"]["kind"][0].as_str()) {
                (Some("suite"), Some("test")) => tests = executable.or(tests),
                (Some("quotient"), Some("bin")) => program = executable.or(program),
                _ => {}
            }
        } else if message["reason"] == "compiler-message" && message["message"]["level"] == "error" {
            let blamed = blame(&message["message"], all, rendered);
            let text = message["message"]["rendered"].as_str().unwrap_or_default();
            if blamed.is_empty() && !text.starts_with("error: aborting") {
                unexplained.push(text.to_owned());
            }
            unviable.extend(blamed);
        }
    }
    let status = child.wait().map_err(|error| format!("cargo: {error}"))?;
    match tests.zip(program) {
        Some((tests, program)) if status.success() => Ok(Outcome::Built(Binaries { tests, program })),
        _ if !unviable.is_empty() => {
            eprintln!("{} mutants do not compile and are dropped", unviable.len());
            Ok(Outcome::Unviable(unviable))
        }
        _ => Err(format!("the mutated copy does not compile:\n{}", unexplained.join("\n"))),
    }
}

/// The mutants that an error of the compiler is about.
fn blame(message: &Value, all: &[Mutant], rendered: &BTreeMap<String, Rendered>) -> BTreeSet<usize> {
    let mut spans: Vec<&Value> = Vec::new();
    let of = |value: &'_ Value| value["spans"].as_array().map_or(0, Vec::len);
    let own = message["spans"].as_array().into_iter().flatten();
    let (primary, secondary): (Vec<&Value>, Vec<&Value>) = own.partition(|span| span["is_primary"] == true);
    spans.extend(primary);
    spans.extend(secondary);
    let children = message["children"].as_array().into_iter().flatten().filter(|child| of(child) > 0);
    spans.extend(children.flat_map(|child| child["spans"].as_array().into_iter().flatten()));
    for span in &spans {
        let Some((file, start, end)) = place(span, rendered) else { continue };
        let around = file.regions.iter().filter(|region| region.range.start <= start && end <= region.range.end);
        if let Some(region) = around.min_by_key(|region| (region.range.len(), !region.inside)) {
            return region.mutants.iter().copied().collect();
        }
    }
    // An error beside the mutants, as for a name whose value was not set: a statement of that function is missing.
    for span in &spans {
        let Some((file, start, _)) = place(span, rendered) else { continue };
        let nearest = file.regions.iter().min_by_key(|region| region.range.start.abs_diff(start));
        let Some(first) = nearest.and_then(|region| region.mutants.first()) else { continue };
        let (function, path) = (&all[*first].function, &all[*first].file);
        let members = file.regions.iter().flat_map(|region| region.mutants.iter().copied());
        let members: BTreeSet<usize> =
            members.filter(|at| all[*at].function == *function && all[*at].file == *path).collect();
        let deleted: BTreeSet<usize> =
            members.iter().copied().filter(|at| matches!(all[*at].edit, Edit::Delete | Edit::SkipArm)).collect();
        return if deleted.is_empty() { members } else { deleted };
    }
    BTreeSet::new()
}

fn place<'r>(span: &Value, rendered: &'r BTreeMap<String, Rendered>) -> Option<(&'r Rendered, usize, usize)> {
    let file = rendered.get(span["file_name"].as_str()?)?;
    let number = |name: &str| span[name].as_u64().and_then(|value| usize::try_from(value).ok());
    Some((file, number("byte_start")?, number("byte_end")?))
}

/// Inserts `more` after every `found`, and moves the regions behind it.
fn insert(written: &mut Rendered, found: &str, more: &str) {
    let mut from = 0;
    while let Some(at) = written.text[from..].find(found) {
        let place = from + at + found.len();
        written.text.insert_str(place, more);
        for region in &mut written.regions {
            region.range.start += if region.range.start >= place { more.len() } else { 0 };
            region.range.end += if region.range.end >= place { more.len() } else { 0 };
        }
        from = place + more.len();
    }
}
