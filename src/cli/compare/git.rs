//! The files of a vendor at a revision of git, read with the program `git`.

use crate::cli::fault::CommandFault;
use crate::cli::groups::Directories;
use crate::finding::{Finding, Findings, Place, readable};
use crate::plugin::disk::{MAX_DEPTH, MAX_FILE, MAX_FILES};
use crate::plugin::{EXTENSIONS, FileFault, Room, VendorFile, VendorFiles, is_vendor_name};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Reads the files of `vendor` in both directories as they were at `revision`.
pub fn read(revision: &str, directories: &Directories, vendor: &str) -> Result<VendorFiles, Findings> {
    let mut findings = Findings::new();
    let mut files = Vec::new();
    if is_vendor_name(vendor) {
        for (room, directory) in [(Room::Rules, &directories.rules), (Room::Policies, &directories.policies)] {
            let (base, below) = existing(directory);
            let tree = Tree { revision, commit: commit(&base, revision)?, base, below };
            tree.read(room, vendor, &mut files, &mut findings)?;
        }
    }
    if findings.has_errors() {
        return Err(findings);
    }
    if files.is_empty() {
        let (revision, vendor) = (revision.to_owned(), vendor.to_owned());
        let directories = [&directories.rules, &directories.policies].map(|path| path.display().to_string()).to_vec();
        return Err(Finding::from(CommandFault::NotInRevision { revision, vendor, directories }).into());
    }
    Ok(VendorFiles::new(vendor, files))
}

/// The nearest directory that exists, and the path from there: a directory may be gone since the revision.
fn existing(directory: &Path) -> (PathBuf, PathBuf) {
    let is_there = |path: &&Path| path.as_os_str().is_empty() || path.is_dir();
    let base = directory.ancestors().find(is_there).unwrap_or(directory);
    let below = directory.strip_prefix(base).unwrap_or(Path::new("")).to_owned();
    let base = if base.as_os_str().is_empty() { Path::new(".") } else { base };
    (base.to_owned(), below)
}

/// Returns the name of the commit that `revision` means.
fn commit(base: &Path, revision: &str) -> Result<String, Findings> {
    let unknown = |reason: &str| {
        let fault = CommandFault::UnknownRevision { revision: revision.to_owned(), reason: reason.to_owned() };
        Findings::from(Finding::from(fault))
    };
    if revision.starts_with('-') {
        return Err(unknown("a revision does not begin with `-`"));
    }
    let found = git(base, &["rev-parse", "--verify", "--quiet", &format!("{revision}^{{commit}}")])?;
    match found {
        Ok(name) => Ok(String::from_utf8_lossy(&name).trim().to_owned()),
        Err(reason) if reason.is_empty() => Err(unknown("the repository has no commit of this name")),
        Err(reason) => Err(unknown(&reason)),
    }
}

/// A directory of vendors at one commit.
struct Tree<'a> {
    revision: &'a str,
    commit: String,
    base: PathBuf,
    below: PathBuf,
}

impl Tree<'_> {
    fn read(
        &self,
        room: Room,
        vendor: &str,
        files: &mut Vec<VendorFile>,
        findings: &mut Findings,
    ) -> Result<(), Findings> {
        let directory = format!("{}/", self.below.join(vendor).display().to_string().replace('\\', "/"));
        let listed = self.output(&["ls-tree", "-r", "-l", "-z", &self.commit, "--", &directory])?;
        for entry in String::from_utf8_lossy(&listed).split('\0') {
            let Some((about, path)) = entry.split_once('\t') else { continue };
            let Some(relative) = path.strip_prefix(&directory).filter(|path| is_read(path)) else { continue };
            let shown = format!("{}:{path}", self.revision);
            match self.file(about, relative, &shown, files.len())? {
                Ok(text) => {
                    let text = text.strip_prefix('\u{feff}').unwrap_or(&text).into();
                    files.push(VendorFile { room, path: relative.to_owned(), shown, text });
                }
                Err(fault) => findings.push(Finding::from(fault).at(Place::file(shown))),
            }
        }
        Ok(())
    }

    /// Reads a file from its entry: mode, kind, object and size.
    fn file(
        &self,
        about: &str,
        relative: &str,
        shown: &str,
        before: usize,
    ) -> Result<Result<String, FileFault>, Findings> {
        let path = shown.to_owned();
        let mut parts = about.split_whitespace();
        let (Some(mode), Some("blob"), Some(object)) = (parts.next(), parts.next(), parts.next()) else {
            return Ok(Err(FileFault::NotAFile { path }));
        };
        let size = parts.next().and_then(|size| size.parse::<u64>().ok()).unwrap_or(u64::MAX);
        if mode == "120000" {
            return Ok(Err(FileFault::NotAFile { path }));
        }
        if relative.matches('/').count() > MAX_DEPTH {
            return Ok(Err(FileFault::TooDeep { path }));
        }
        if size > MAX_FILE {
            return Ok(Err(FileFault::TooLarge { path, limit: MAX_FILE }));
        }
        if before >= MAX_FILES {
            return Ok(Err(FileFault::TooMany { path, limit: MAX_FILES }));
        }
        let bytes = self.output(&["cat-file", "blob", object])?;
        Ok(String::from_utf8(bytes).map_err(|_| FileFault::NotUtf8 { path }))
    }

    /// Output of a command of git that must not fail.
    fn output(&self, arguments: &[&str]) -> Result<Vec<u8>, Findings> {
        git(&self.base, arguments)?.map_err(|reason| {
            let revision = self.revision.to_owned();
            Findings::from(Finding::from(CommandFault::UnknownRevision { revision, reason }))
        })
    }
}

/// True for the path of a file that belongs to a vendor.
fn is_read(path: &str) -> bool {
    let extension = path.rsplit_once('.').map(|(_, extension)| extension);
    !path.split('/').any(|part| part.starts_with('.'))
        && extension.is_some_and(|extension| EXTENSIONS.contains(&extension))
}

/// Runs git in `base`: its output, or what it wrote to stderr when it failed.
fn git(base: &Path, arguments: &[&str]) -> Result<Result<Vec<u8>, String>, Findings> {
    let mut command = Command::new("git");
    command.arg("-C").arg(base).args(arguments).env("LC_ALL", "C").env("GIT_OPTIONAL_LOCKS", "0");
    let output = command.output().map_err(|error| {
        let fault = match error.kind() {
            std::io::ErrorKind::NotFound => CommandFault::NoGit {},
            _ => CommandFault::GitUnusable { reason: error.to_string() },
        };
        Findings::from(Finding::from(fault))
    })?;
    if output.status.success() {
        return Ok(Ok(output.stdout));
    }
    let text = String::from_utf8_lossy(&output.stderr);
    let reason = text.lines().next().unwrap_or_default();
    Ok(Err(readable(reason.strip_prefix("fatal: ").unwrap_or(reason))))
}
