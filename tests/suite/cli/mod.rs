//! The program from a planner's and an author's chair: folders, files, exit codes.

mod authoring;
mod book;
mod comparing;
mod ends;
mod exports;
mod managers;
mod proposals;
mod refusals;
mod returned;
mod text;

pub use proposals::{Edit, save_again};

use assert_cmd::Command;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// A folder with a vendor `acme` as `quotient init` writes it, and a small book.
pub struct Desk {
    folder: TempDir,
}

pub const PARTNERS: &str = "partner_id,partner_name,territory\nA,Alpha,North\nB,Beta,South\nC,Gamma,South\n";
pub const REVENUE: &str = "partner_id,month,amount\nA,2024-01,1000\nA,2025-03,500000\nA,2025-12,400000.50\n\
    B,2025-06,300000\nC,2025-02,-5000\nC,2025-09,90000\n";

impl Desk {
    pub fn new() -> Self {
        let desk = Self { folder: tempfile::tempdir().unwrap() };
        desk.write("book/partners.csv", PARTNERS);
        desk.write("book/revenue.csv", REVENUE);
        desk.run(&["init", "acme"]).assert().success();
        desk
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    /// Writes the vendor's manifest anew, with `change` made to it, and without its cases.
    pub fn change_manifest(&self, change: impl Fn(&str) -> String) {
        let text = std::fs::read_to_string(self.path("rules/acme/vendor.toml")).unwrap();
        let changed = change(&text);
        assert_ne!(text, changed);
        std::fs::write(self.path("rules/acme/vendor.toml"), changed).unwrap();
        let _ = std::fs::remove_dir_all(self.path("rules/acme/cases"));
    }

    pub fn run(&self, arguments: &[&str]) -> Command {
        let mut command = Command::cargo_bin("quotient").unwrap();
        command.current_dir(self.folder.path()).env("COLUMNS", "100").env("NO_COLOR", "1").args(arguments);
        command
    }

    pub fn propose(&self, arguments: &[&str]) -> Command {
        let mut command = self.run(&["propose", "acme"]);
        if !arguments.contains(&"--book") {
            command.args(["--book", "book"]);
        }
        command.args(arguments);
        command
    }

    /// What a successful proposal writes to stdout.
    pub fn proposed(&self, arguments: &[&str]) -> Vec<u8> {
        self.propose(arguments).assert().success().get_output().stdout.clone()
    }

    pub fn json(&self, arguments: &[&str]) -> serde_json::Value {
        let arguments: Vec<&str> = arguments.iter().copied().chain(["--format", "json"]).collect();
        serde_json::from_slice(&self.proposed(&arguments)).unwrap()
    }

    /// What a refused command writes to stderr.
    #[track_caller]
    pub fn refused(&self, code: i32, arguments: &[&str]) -> String {
        let output = self.propose(arguments).assert().code(code).get_output().clone();
        String::from_utf8(output.stderr).unwrap()
    }
}

pub fn exists(path: &Path) -> bool {
    path.symlink_metadata().is_ok()
}
