//! What tests of whole commands share: a directory with vendors and books, the program run in it, exact arithmetic.

pub mod arithmetic;
pub mod postgres;

use assert_cmd::Command;
use serde_json::Value;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// A directory with files written by a test, in which the program runs.
pub struct Bench {
    folder: TempDir,
}

impl Bench {
    /// Writes `files`, each a path and its text.
    pub fn new<'f>(files: impl IntoIterator<Item = (&'f str, String)>) -> Self {
        let bench = Self { folder: tempfile::tempdir().expect("a directory") };
        files.into_iter().for_each(|(path, text)| bench.write(path, &text));
        bench
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("a directory");
        std::fs::write(path, text).expect("the file is written");
    }

    /// The program with the words of `line` as arguments, and paths below this repository as `{root}`.
    pub fn command(&self, line: &str) -> Command {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).display().to_string();
        let mut command = Command::cargo_bin("quotient").expect("the program");
        command.current_dir(self.folder.path()).env("NO_COLOR", "1").env("COLUMNS", "200");
        command.args(line.split_whitespace().map(|word| word.replace("{root}", &root)));
        command
    }

    /// The JSON that a command writes.
    #[track_caller]
    pub fn json(&self, line: &str) -> Value {
        let output = self.command(&format!("{line} --format json")).assert().success().get_output().stdout.clone();
        serde_json::from_slice(&output).expect("JSON")
    }

    /// What a command writes to stdout.
    #[track_caller]
    pub fn stdout(&self, line: &str) -> String {
        let output = self.command(line).assert().success().get_output().stdout.clone();
        String::from_utf8(output).expect("UTF-8")
    }

    /// What a command that ends with `code` writes to stderr.
    #[track_caller]
    pub fn refused(&self, code: i32, line: &str) -> String {
        let output = self.command(line).assert().code(code).get_output().stderr.clone();
        String::from_utf8(output).expect("UTF-8")
    }

    /// Codes of the findings that a command writes to stderr, in order.
    pub fn codes(&self, line: &str) -> Vec<String> {
        let output = self.command(line).output().expect("the program runs");
        let shown = String::from_utf8(output.stderr).expect("UTF-8");
        let code = |line: &str| Some(line.split_once('[')?.1.split_once("]:")?.0.to_owned());
        shown
            .lines()
            .filter(|line| line.starts_with("warning[") || line.starts_with("error["))
            .filter_map(code)
            .collect()
    }
}

/// The entries of a JSON array.
#[track_caller]
pub fn list<'v>(value: &'v Value, name: &str) -> &'v Vec<Value> {
    value[name].as_array().unwrap_or_else(|| panic!("`{name}` is a list: {value}"))
}

/// A string of a JSON object; `None` for null.
pub fn text<'v>(value: &'v Value, name: &str) -> Option<&'v str> {
    value[name].as_str()
}
