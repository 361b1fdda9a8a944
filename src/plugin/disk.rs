//! Reading vendors from disk: the only file of this room that touches the file system.

use super::fault::{FileFault, VendorFault};
use super::files::{EXTENSIONS, Room, VendorFile, VendorFiles, is_vendor_name};
use crate::finding::{Finding, Findings, Place, did_you_mean};
use std::collections::BTreeSet;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Largest file of a vendor, in bytes.
pub const MAX_FILE: u64 = 1 << 20;
/// Largest vendor, in bytes.
const MAX_BYTES: u64 = 32 << 20;
/// Most files of a vendor.
pub const MAX_FILES: usize = 2_000;
/// Deepest directory below the vendor's own.
pub const MAX_DEPTH: usize = 4;

impl VendorFiles {
    /// Reads all files of `vendor` below the directories `rules` and `policies`; either may be missing.
    ///
    /// # Errors
    /// With every file that cannot be used.
    ///
    /// ```no_run
    /// let files = quotient::VendorFiles::read("rules", "policies", "meridian")?;
    /// # Ok::<(), quotient::Findings>(())
    /// ```
    pub fn read(rules: impl Into<PathBuf>, policies: impl Into<PathBuf>, vendor: &str) -> Result<Self, Findings> {
        Roots { rules: rules.into(), policies: policies.into() }.read(vendor)
    }
}

/// Directories of vendors: `rules` and `policies`, each with one subdirectory per vendor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Roots {
    /// Directory of quota rules.
    pub rules: PathBuf,
    /// Directory of policies.
    pub policies: PathBuf,
}

impl Roots {
    fn room(&self, room: Room) -> &Path {
        match room {
            Room::Rules => &self.rules,
            Room::Policies => &self.policies,
        }
    }

    /// Names of all vendors, ascending. Directories whose name cannot be a vendor's are ignored.
    pub fn vendors(&self) -> Vec<String> {
        let mut names = BTreeSet::new();
        for room in [Room::Rules, Room::Policies] {
            let Ok(entries) = fs::read_dir(self.room(room)) else { continue };
            for entry in entries.flatten() {
                let name = entry.file_name().to_string_lossy().into_owned();
                if is_vendor_name(&name) && entry.path().is_dir() {
                    names.insert(name);
                }
            }
        }
        names.into_iter().collect()
    }

    /// Reads all files of `vendor`; what cannot be used is a finding, and all of them are collected.
    pub fn read(&self, vendor: &str) -> Result<VendorFiles, Findings> {
        let mut findings = Findings::new();
        let is_there = || [Room::Rules, Room::Policies].into_iter().any(|room| self.room(room).join(vendor).is_dir());
        if !is_vendor_name(vendor) || !is_there() {
            findings.push(self.unknown(vendor));
            return Err(findings);
        }
        read_rooms(vendor, [Room::Rules, Room::Policies].map(|room| (room, self.room(room).join(vendor))), findings)
    }

    fn unknown(&self, vendor: &str) -> Finding {
        let known = self.vendors();
        let rules = self.rules.display();
        let near = did_you_mean(vendor, known.iter().map(String::as_str)).map(str::to_owned);
        let (vendor, directory) = (vendor.to_owned(), rules.to_string());
        Finding::from(VendorFault::Unknown { vendor, near, known, directory }).at(Place::file(rules.to_string()))
    }
}

/// Reads the rules of `vendor` in `directory`, whatever its name; it has no policies.
pub fn read_rules(vendor: &str, directory: &Path) -> Result<VendorFiles, Findings> {
    read_rooms(vendor, [(Room::Rules, directory.to_owned())], Findings::new())
}

fn read_rooms(
    vendor: &str,
    rooms: impl IntoIterator<Item = (Room, PathBuf)>,
    mut findings: Findings,
) -> Result<VendorFiles, Findings> {
    let (mut files, mut bytes) = (Vec::new(), 0);
    for (room, folder) in rooms {
        if folder.is_dir() {
            let root = folder.canonicalize().ok();
            let mut walk = Walk { room, root, bytes: &mut bytes, files: &mut files, findings: &mut findings };
            walk.folder(&folder, "", 0, false);
        }
    }
    if findings.has_errors() { Err(findings) } else { Ok(VendorFiles::new(vendor, files)) }
}

struct Walk<'a> {
    room: Room,
    /// Path of the directory with links resolved.
    root: Option<PathBuf>,
    bytes: &'a mut u64,
    files: &'a mut Vec<VendorFile>,
    findings: &'a mut Findings,
}

impl Walk<'_> {
    /// Reads a directory; `is_led` is true when it was reached through a link.
    fn folder(&mut self, folder: &Path, prefix: &str, depth: usize, is_led: bool) {
        let entries = match fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(error) => return self.unreadable(folder, &error),
        };
        let is_link = |entry: &fs::DirEntry| entry.file_type().is_ok_and(|kind| kind.is_symlink());
        let mut paths: Vec<(PathBuf, bool)> =
            entries.flatten().map(|entry| (entry.path(), is_led || is_link(&entry))).collect();
        paths.sort();
        for (path, is_led) in paths {
            let Some(name) = path.file_name().and_then(|name| name.to_str()) else {
                self.refuse(&path, |path| FileFault::NameNotUtf8 { path });
                continue;
            };
            if name.starts_with('.') {
                continue;
            }
            let relative = format!("{prefix}{name}");
            match fs::metadata(&path) {
                Ok(meta) if meta.is_dir() && depth < MAX_DEPTH => {
                    self.folder(&path, &format!("{relative}/"), depth + 1, is_led)
                }
                Ok(meta) if meta.is_dir() => self.refuse(&path, |path| FileFault::TooDeep { path }),
                Ok(_) if !has_known_extension(name) => {}
                Ok(meta) if meta.is_file() => self.file(&path, relative, is_led),
                Ok(_) => self.refuse(&path, |path| FileFault::NotAFile { path }),
                Err(error) => self.unreadable(&path, &error),
            }
        }
    }

    fn file(&mut self, path: &Path, relative: String, is_led: bool) {
        if self.files.len() >= MAX_FILES {
            return self.refuse(path, |path| FileFault::TooMany { path, limit: MAX_FILES });
        }
        if is_led
            && let (Ok(real), Some(root)) = (path.canonicalize(), &self.root)
            && !real.starts_with(root)
        {
            return self.refuse(path, |path| FileFault::LinkOutside { path });
        }
        let bytes = match read(path) {
            Ok(Some(bytes)) => bytes,
            Ok(None) => return self.refuse(path, |path| FileFault::NotAFile { path }),
            Err(error) => return self.unreadable(path, &error),
        };
        let length = bytes.len() as u64;
        if length > MAX_FILE {
            return self.refuse(path, |path| FileFault::TooLarge { path, limit: MAX_FILE });
        }
        *self.bytes += length;
        if *self.bytes > MAX_BYTES {
            return self.refuse(path, |path| FileFault::TotalTooLarge { path, limit: MAX_BYTES });
        }
        match String::from_utf8(bytes) {
            Ok(text) => {
                let text: Arc<str> = text.strip_prefix('\u{feff}').unwrap_or(&text).into();
                let shown = path.display().to_string().replace('\\', "/");
                self.files.push(VendorFile { room: self.room, path: relative, shown, text });
            }
            Err(_) => self.refuse(path, |path| FileFault::NotUtf8 { path }),
        }
    }

    fn unreadable(&mut self, path: &Path, error: &std::io::Error) {
        self.refuse(path, |path| FileFault::Unreadable { path, reason: error.to_string() });
    }

    fn refuse(&mut self, path: &Path, fault: impl FnOnce(String) -> FileFault) {
        let path = path.display().to_string();
        self.findings.push(Finding::from(fault(path.clone())).at(Place::file(path)));
    }
}

/// Reads a file, at most one byte beyond the largest; `None` when it is not an ordinary file.
///
/// The path may have been replaced a moment ago: a pipe is opened without waiting, and the opened file
/// is examined again.
fn read(path: &Path) -> std::io::Result<Option<Vec<u8>>> {
    let mut options = fs::OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, rustix::fs::OFlags::NONBLOCK.bits().cast_signed());
    let file = options.open(path)?;
    if !file.metadata()?.is_file() {
        return Ok(None);
    }
    let mut bytes = Vec::new();
    file.take(MAX_FILE + 1).read_to_end(&mut bytes)?;
    Ok(Some(bytes))
}

fn has_known_extension(name: &str) -> bool {
    name.rsplit_once('.').is_some_and(|(_, extension)| EXTENSIONS.contains(&extension))
}
