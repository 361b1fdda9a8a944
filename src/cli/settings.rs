//! Options of `serve` from a TOML file: they become arguments, unless an argument or a variable states the same option.

use super::fault::CommandFault;
use crate::database;
use crate::document::{Codes, Document, Item};
use crate::finding::{Code, Finding, Findings, Place};
use clap::parser::ValueSource;
use clap::{Arg, ArgAction, ArgMatches, Command};
use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fmt::Write as _;
use std::sync::Arc;

/// Subcommand whose options a file can have.
pub const SUBCOMMAND: &str = "serve";
/// Options that a file cannot have.
const NOT_IN_FILES: [&str; 4] = ["config", "show_config", "color", "help"];

const CODES: Codes = Codes {
    syntax: Code::ServerOptions,
    unknown_key: Code::ServerOptions,
    missing_key: Code::ServerOptions,
    value: Code::ServerOptions,
};

/// Arguments of the process with those of the file.
#[derive(Debug, Default)]
pub struct Expanded {
    /// All arguments.
    pub arguments: Vec<OsString>,
    /// Ids of the options that the file states, and nothing before it.
    stated: BTreeSet<String>,
    file: Option<String>,
}

/// Returns the arguments with the options of the file that `--config` or `QUOTIENT_CONFIG` names.
///
/// # Errors
/// All problems of the file.
pub fn expanded(command: &Command, arguments: Vec<OsString>) -> Result<Expanded, Findings> {
    let words: Vec<String> = arguments.iter().map(|word| word.to_string_lossy().into_owned()).collect();
    let position = words.iter().position(|word| word == SUBCOMMAND).filter(|position| (1..=3).contains(position));
    let serve = command.find_subcommand(SUBCOMMAND);
    let (Some(position), Some(serve)) = (position, serve) else {
        return Ok(Expanded { arguments, ..Expanded::default() });
    };
    let file = stated_file(&words).or_else(|| variable("QUOTIENT_CONFIG"));
    let Some(file) = file else { return Ok(Expanded { arguments, ..Expanded::default() }) };
    let text: Arc<str> = std::fs::read_to_string(&file).map(Arc::from).map_err(|error| {
        let fault = CommandFault::Settings { file: file.clone(), reason: error.to_string() };
        Findings::from(Finding::from(fault).at(Place::file(&*file)))
    })?;
    let document = Document::parse(&*file, &text, CODES);
    let mut expanded = Expanded { file: Some(file), ..Expanded::default() };
    let mut added = Vec::new();
    for option in options(serve) {
        let id = option.get_id().as_str();
        let Some(item) = document.root().get(id) else { continue };
        let values = values(option, item);
        let is_variable = option.get_env().is_some_and(|name| variable(&name.to_string_lossy()).is_some());
        if !is_variable && !is_written(option, &words) {
            expanded.stated.insert(id.to_owned());
            added.extend(values);
        }
    }
    let findings = document.into_findings();
    if findings.has_errors() {
        return Err(findings);
    }
    expanded.arguments = arguments;
    let rest = expanded.arguments.split_off(position + 1);
    expanded.arguments.extend(added.into_iter().map(OsString::from).chain(rest));
    Ok(expanded)
}

/// Returns the value of a variable; an empty one counts as not set.
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

fn stated_file(words: &[String]) -> Option<String> {
    let mut words = words.iter();
    while let Some(word) = words.next() {
        if word == "--config" {
            return words.next().cloned();
        }
        if let Some(file) = word.strip_prefix("--config=") {
            return Some(file.to_owned());
        }
    }
    None
}

fn options(serve: &Command) -> impl Iterator<Item = &Arg> {
    serve
        .get_arguments()
        .filter(|option| option.get_long().is_some() && !NOT_IN_FILES.contains(&option.get_id().as_str()))
}

/// True when the option is among the words of the command line.
fn is_written(option: &Arg, words: &[String]) -> bool {
    let names = option.get_long().into_iter().chain(option.get_all_aliases().into_iter().flatten());
    names.into_iter().any(|name| {
        let flag = format!("--{name}");
        words.iter().any(|word| word.strip_prefix(&flag).is_some_and(|rest| rest.is_empty() || rest.starts_with('=')))
    })
}

/// Returns the arguments that state the value of a key.
fn values(option: &Arg, item: Item<'_>) -> Vec<String> {
    let long = option.get_long().unwrap_or_default();
    let text = |item: Item<'_>| {
        if item.is_number() { Some(item.written().replace('_', "")) } else { item.text().map(str::to_owned) }
    };
    let argument = |value: String| format!("--{long}={value}");
    match option.get_action() {
        ArgAction::SetTrue => item.truth().filter(|is_set| *is_set).map(|_| format!("--{long}")).into_iter().collect(),
        ArgAction::Append if item.is_list() => {
            item.list().unwrap_or_default().into_iter().filter_map(text).map(argument).collect()
        }
        _ => text(item).map(argument).into_iter().collect(),
    }
}

impl Expanded {
    /// Returns every option as TOML, each with the origin of its value.
    pub fn shown(&self, command: &Command, matches: &ArgMatches) -> String {
        let mut text = String::from("# quotient serve --config FILE\n");
        let Some(serve) = command.find_subcommand(SUBCOMMAND) else { return text };
        for option in options(serve) {
            let id = option.get_id().as_str();
            let values: Vec<String> = match matches.try_get_raw(id) {
                Ok(Some(values)) => values.map(|value| value.to_string_lossy().into_owned()).collect(),
                _ => Vec::new(),
            };
            let origin = match matches.value_source(id) {
                _ if self.stated.contains(id) => format!("file {}", self.file.as_deref().unwrap_or_default()),
                Some(ValueSource::CommandLine) => "command line".to_owned(),
                Some(ValueSource::EnvVariable) => {
                    format!("variable {}", option.get_env().unwrap_or_default().to_string_lossy())
                }
                _ => "default".to_owned(),
            };
            // Writing to a string does not fail.
            let _ = match shown(option, &values) {
                Some(value) => writeln!(text, "{id} = {value}  # {origin}"),
                None => writeln!(text, "# {id} is not set  # {origin}"),
            };
        }
        text
    }
}

/// Returns values as TOML; `None` without any.
fn shown(option: &Arg, values: &[String]) -> Option<String> {
    let one = |value: &String| match option.get_action() {
        ArgAction::SetTrue => value.clone(),
        // A header field for the collector can be a key.
        _ if option.get_id() == "otlp_headers" => {
            let name = value.split_once('=').map_or("", |(name, _)| name.trim());
            format!("\"{}=…\"", name.replace(['"', '\\'], ""))
        }
        _ if value.parse::<u64>().is_ok() => value.clone(),
        // Without the password of an address.
        _ => {
            let place = database::Place::from(OsString::from(value)).to_string();
            format!("\"{}\"", place.replace('\\', "\\\\").replace('"', "\\\""))
        }
    };
    match option.get_action() {
        ArgAction::Append if !values.is_empty() => {
            Some(format!("[{}]", values.iter().map(one).collect::<Vec<_>>().join(", ")))
        }
        _ => values.first().map(one),
    }
}
