//! Mutation testing: compiles many small changes of the source once, behind a switch, and runs the tests against each.
//!
//! `README.md` beside this crate describes what it does and how to read the result.

mod again;
mod compile;
mod defaults;
mod expected;
mod mutant;
mod operators;
mod options;
mod process;
mod render;
mod sample;
mod score;
mod sites;
mod trace;
mod tree;
mod trial;

use std::collections::{BTreeMap, BTreeSet};
use std::process::ExitCode;

use options::Options;

/// Why a run ended without a result.
type Failure = String;

fn main() -> ExitCode {
    match Options::from_arguments(std::env::args().skip(1)).and_then(|options| run(&options)) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(failure) => {
            eprintln!("mutation: {failure}");
            ExitCode::from(2)
        }
    }
}

/// Returns false when a room misses its floor in the gate form.
fn run(options: &Options) -> Result<bool, Failure> {
    let files = tree::sources(&options.root)?;
    let all = sites::collect(&files)?;
    let equivalent = expected::read(&options.root.join("tests/mutation/equivalent.toml"), &all)?;
    let mut known = options.again.as_ref().map_or_else(|| Ok(BTreeMap::new()), |path| again::read(path, &all))?;
    if options.list {
        all.iter().for_each(|mutant| println!("{}", mutant.description()));
        return Ok(true);
    }
    let pool = sample::Pool::new(&all, &equivalent, options);
    let workspace = tree::Workspace::new(options)?;
    let mut unviable = BTreeSet::new();
    // A mutant that does not compile gives its place in the sample to the next one.
    let (chosen, binaries) = loop {
        let chosen = pool.candidates(&unviable);
        if chosen.is_empty() {
            return Err("no mutant was selected; see --help for the selection".into());
        }
        match compile::build(&workspace, &files, &all, &chosen)? {
            compile::Outcome::Built(binaries) => break (pool.sample(&unviable), binaries),
            compile::Outcome::Unviable(found) => unviable.extend(found),
        }
    };
    eprintln!("{} mutants compiled, {} do not compile", chosen.len(), unviable.len());
    let runner = process::Runner::new(&workspace, binaries, options);
    let tests = trace::run(&runner, options)?;
    known.retain(|at, _| chosen.contains(at));
    let open: Vec<usize> = chosen.into_iter().filter(|at| !known.contains_key(at)).collect();
    let mut results = trial::run(&runner, &tests, &all, &open, options);
    results.extend(known);
    results.sort_by_key(|(at, _)| *at);
    let scores = score::Scores::new(&all, results, &unviable, &equivalent, options);
    print!("{}", scores.table());
    if let Some(path) = &options.json {
        std::fs::write(path, scores.json(&tests)).map_err(|error| format!("{}: {error}", path.display()))?;
    }
    Ok(!options.gate || scores.hold())
}
