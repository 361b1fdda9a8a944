//! One file per account manager.

use super::CommandError;
use super::fault::CommandFault;
use crate::finding::Finding;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Longest name of a file without its extension, in characters.
const LONGEST: usize = 60;
/// Names that Windows keeps for devices.
const DEVICES: [&str; 6] = ["con", "prn", "aux", "nul", "com", "lpt"];

/// Parts into which a result can be split.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum SplitBy {
    /// One file per account manager.
    #[value(name = "account_manager", alias = "account-manager")]
    AccountManager,
}

/// Paths of the files of one command: each name gives another file, whatever the file system takes for the same name.
pub struct Files {
    directory: PathBuf,
    extension: &'static str,
    taken: BTreeSet<String>,
}

impl Files {
    /// Creates the directory; fails when `directory` is not given or cannot be made.
    pub fn new(directory: Option<&Path>, extension: &'static str) -> Result<Self, CommandError> {
        let Some(directory) = directory else { return Err(Finding::from(CommandFault::SplitNeedsDirectory {}).into()) };
        fs::create_dir_all(directory).map_err(|error| {
            let (path, reason) = (directory.display().to_string(), error.to_string());
            CommandError::from(Finding::from(CommandFault::Unwritable { path, reason }))
        })?;
        Ok(Self { directory: directory.to_owned(), extension, taken: BTreeSet::new() })
    }

    /// Path of the file of `name`; a number is added to a name that an earlier one has already taken.
    pub fn path(&mut self, name: &str) -> PathBuf {
        let plain = file_name(name);
        let numbered = (2_u64..).map(|number| format!("{plain}-{number}"));
        let free = std::iter::once(plain.clone()).chain(numbered).find(|name| self.taken.insert(name.to_lowercase()));
        self.directory.join(format!("{}.{}", free.unwrap_or(plain), self.extension))
    }
}

/// Writes a name as the name of a file: letters and digits, with hyphens between words; never a path.
fn file_name(name: &str) -> String {
    let mut plain = String::new();
    for character in name.chars().take(LONGEST) {
        if character.is_alphanumeric() {
            plain.push(character);
        } else if !plain.is_empty() && !plain.ends_with('-') {
            plain.push('-');
        }
    }
    plain.truncate(plain.trim_end_matches('-').len());
    let is_device = |device: &&str| {
        let rest = plain.get(..device.len()).filter(|start| start.eq_ignore_ascii_case(device));
        rest.is_some_and(|_| plain[device.len()..].chars().all(|digit| digit.is_ascii_digit()))
    };
    match DEVICES.iter().any(is_device) || plain.is_empty() {
        true => format!("manager-{plain}").trim_end_matches('-').to_owned(),
        false => plain,
    }
}
