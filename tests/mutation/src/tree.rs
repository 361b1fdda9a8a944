//! Reads the source of the repository, and keeps a copy of the repository below `target` for the mutated source.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::Failure;
use crate::options::Options;

/// A file below `src`.
#[derive(Debug)]
pub struct SourceFile {
    /// Path below `src`, with `/`.
    pub path: String,
    pub text: String,
}

impl SourceFile {
    /// First directory below `src`; the name of the file where there is none.
    pub fn room(&self) -> &str {
        self.path.split('/').next().unwrap_or_default()
    }
}

/// Every file below `src`, sorted by path.
pub fn sources(root: &Path) -> Result<Vec<SourceFile>, Failure> {
    let mut files = Vec::new();
    let mut directories = vec![root.join("src")];
    while let Some(directory) = directories.pop() {
        let entries = std::fs::read_dir(&directory).map_err(|error| format!("{}: {error}", directory.display()))?;
        for entry in entries {
            let path = entry.map_err(|error| format!("{}: {error}", directory.display()))?.path();
            if path.is_dir() {
                directories.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let below = path.strip_prefix(root.join("src")).map_err(|error| error.to_string())?;
                files.push(SourceFile { path: below.to_string_lossy().replace('\\', "/"), text: read(&path)? });
            }
        }
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(files)
}

/// The copy of the repository and the directories beside it.
pub struct Workspace {
    /// The mutated copy.
    pub copy: PathBuf,
    /// Where the final artifacts of the copy go, so that those of the repository stay what they are.
    pub artifacts: PathBuf,
    /// Where the repository's own build has put what both need.
    pub intermediate: PathBuf,
    /// Temporary files of the tests; short, because sockets are made below it.
    pub scratch: PathBuf,
}

impl Workspace {
    /// Copies what has changed since the last time; the source is written by `write`.
    pub fn new(options: &Options) -> Result<Self, Failure> {
        let root = &options.root;
        let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), |set| root.join(set));
        let base = target.join("mutation");
        let scratch = std::env::temp_dir().join(format!("mutation.{}", std::process::id()));
        std::fs::create_dir_all(&scratch).map_err(|error| format!("{}: {error}", scratch.display()))?;
        let workspace =
            Self { copy: base.join("copy"), artifacts: base.join("artifacts"), intermediate: target, scratch };
        let mut wanted = BTreeSet::new();
        for path in listed(root)? {
            if root.join(&path).is_file() {
                let mutated = path.starts_with("src") && path.extension().is_some_and(|extension| extension == "rs");
                if !mutated {
                    copy_if_changed(&root.join(&path), &workspace.copy.join(&path))?;
                }
                wanted.insert(workspace.copy.join(&path));
            }
        }
        wanted.insert(workspace.copy.join("src/mutation_switch.rs"));
        remove_others(&workspace.copy, &wanted)?;
        Ok(workspace)
    }

    /// Writes a file of the mutated source unless it is there already.
    pub fn write(&self, path: &str, text: &str) -> Result<(), Failure> {
        write_if_changed(&self.copy.join("src").join(path), text.as_bytes())
    }
}

impl Drop for Workspace {
    fn drop(&mut self) {
        // Left behind at worst: it is in the directory for temporary files.
        let _ = std::fs::remove_dir_all(&self.scratch);
    }
}

/// Files of the repository that are tracked or could be.
fn listed(root: &Path) -> Result<Vec<PathBuf>, Failure> {
    let output = Command::new("git")
        .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        .current_dir(root)
        .output()
        .map_err(|error| format!("git: {error}"))?;
    if !output.status.success() {
        return Err(format!("git ls-files: {}", String::from_utf8_lossy(&output.stderr)));
    }
    let text = String::from_utf8(output.stdout).map_err(|error| format!("git ls-files: {error}"))?;
    Ok(text.split('\0').filter(|path| !path.is_empty()).map(PathBuf::from).collect())
}

fn read(path: &Path) -> Result<String, Failure> {
    std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
}

fn copy_if_changed(from: &Path, to: &Path) -> Result<(), Failure> {
    let bytes = std::fs::read(from).map_err(|error| format!("{}: {error}", from.display()))?;
    write_if_changed(to, &bytes)?;
    let describe = |error: std::io::Error| format!("{}: {error}", to.display());
    let permissions = std::fs::metadata(from).map_err(describe)?.permissions();
    std::fs::set_permissions(to, permissions).map_err(describe)
}

/// Leaves a file alone that is up to date, so that cargo sees no change.
fn write_if_changed(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    if std::fs::read(path).is_ok_and(|there| there == bytes) {
        return Ok(());
    }
    let describe = |error: std::io::Error| format!("{}: {error}", path.display());
    if let Some(directory) = path.parent() {
        std::fs::create_dir_all(directory).map_err(describe)?;
    }
    std::fs::write(path, bytes).map_err(describe)
}

fn remove_others(directory: &Path, wanted: &BTreeSet<PathBuf>) -> Result<(), Failure> {
    let Ok(entries) = std::fs::read_dir(directory) else { return Ok(()) };
    for entry in entries {
        let path = entry.map_err(|error| format!("{}: {error}", directory.display()))?.path();
        if path.is_dir() && !path.is_symlink() {
            remove_others(&path, wanted)?;
        } else if !wanted.contains(&path) {
            std::fs::remove_file(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        }
    }
    Ok(())
}
