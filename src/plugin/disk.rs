//! Reading vendors from disk: the only file of this room that touches the file system.

use super::files::{EXTENSIONS, Room, VendorFile, VendorFiles, is_vendor_name};
use crate::finding::{Code, Finding, Findings, Place, did_you_mean};
use std::collections::BTreeSet;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Largest file of a vendor, in bytes.
const MAX_FILE: u64 = 1 << 20;
/// Largest vendor, in bytes.
const MAX_BYTES: u64 = 32 << 20;
/// Most files of a vendor.
const MAX_FILES: usize = 2_000;
/// Deepest folder below the vendor's own.
const MAX_DEPTH: usize = 4;

/// Where vendors are: a `rules` folder and a `policies` folder, each with one folder a vendor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Roots {
    /// Folder of quota-setting rules.
    pub rules: PathBuf,
    /// Folder of policies.
    pub policies: PathBuf,
}

impl Roots {
    fn room(&self, room: Room) -> &Path {
        match room {
            Room::Rules => &self.rules,
            Room::Policies => &self.policies,
        }
    }

    /// Names of all vendors, ascending. Folders whose name cannot be a vendor's are left out.
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
        let (mut files, mut bytes) = (Vec::new(), 0);
        for room in [Room::Rules, Room::Policies] {
            let folder = self.room(room).join(vendor);
            if folder.is_dir() {
                let root = folder.canonicalize().ok();
                let mut walk = Walk { room, root, bytes: &mut bytes, files: &mut files, findings: &mut findings };
                walk.folder(&folder, "", 0, false);
            }
        }
        if findings.has_errors() { Err(findings) } else { Ok(VendorFiles::new(vendor, files)) }
    }

    fn unknown(&self, vendor: &str) -> Finding {
        let known = self.vendors();
        let rules = self.rules.display();
        let help = match did_you_mean(vendor, known.iter().map(String::as_str)) {
            Some(near) => format!("did you mean `{near}`?"),
            None if known.is_empty() => {
                format!(
                    "no vendor stands in `{rules}`: name the folder with `--rules DIR`, or start one with `quotient init {vendor}`"
                )
            }
            None => format!("vendors here: {}", known.join(", ")),
        };
        Finding::error(Code::VendorUnknown, format!("there is no vendor `{vendor}`"))
            .at(Place::file(rules.to_string()))
            .help(help)
    }
}

struct Walk<'a> {
    room: Room,
    /// Where the folder really is.
    root: Option<PathBuf>,
    bytes: &'a mut u64,
    files: &'a mut Vec<VendorFile>,
    findings: &'a mut Findings,
}

impl Walk<'_> {
    /// Reads a folder; `is_led` is true when a link led to it.
    fn folder(&mut self, folder: &Path, prefix: &str, depth: usize, is_led: bool) {
        let entries = match fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(error) => return self.refuse(folder, Code::FileUnreadable, &format!("cannot be read: {error}")),
        };
        let is_link = |entry: &fs::DirEntry| entry.file_type().is_ok_and(|kind| kind.is_symlink());
        let mut paths: Vec<(PathBuf, bool)> =
            entries.flatten().map(|entry| (entry.path(), is_led || is_link(&entry))).collect();
        paths.sort();
        for (path, is_led) in paths {
            let Some(name) = path.file_name().and_then(|name| name.to_str()) else {
                self.refuse(&path, Code::VendorFile, "has a name that is not UTF-8");
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
                Ok(meta) if meta.is_dir() => self.refuse(&path, Code::VendorFile, "is nested too deeply"),
                Ok(_) if !has_known_extension(name) => {}
                Ok(meta) if meta.is_file() => self.file(&path, relative, is_led),
                Ok(_) => self.refuse(&path, Code::VendorFile, "is no ordinary file"),
                Err(error) => self.refuse(&path, Code::FileUnreadable, &format!("cannot be read: {error}")),
            }
        }
    }

    fn file(&mut self, path: &Path, relative: String, is_led: bool) {
        if self.files.len() >= MAX_FILES {
            return self.refuse(path, Code::FileTooLarge, &format!("is one of more than {MAX_FILES} files"));
        }
        if is_led
            && let (Ok(real), Some(root)) = (path.canonicalize(), &self.root)
            && !real.starts_with(root)
        {
            return self.refuse(path, Code::VendorFile, "is a link that leads out of the vendor's folder");
        }
        let bytes = match read(path) {
            Ok(Some(bytes)) => bytes,
            Ok(None) => return self.refuse(path, Code::VendorFile, "is no ordinary file"),
            Err(error) => return self.refuse(path, Code::FileUnreadable, &format!("cannot be read: {error}")),
        };
        let length = bytes.len() as u64;
        if length > MAX_FILE {
            return self.refuse(path, Code::FileTooLarge, &format!("has more than {MAX_FILE} bytes"));
        }
        *self.bytes += length;
        if *self.bytes > MAX_BYTES {
            return self.refuse(path, Code::FileTooLarge, &format!("is beyond the {MAX_BYTES} bytes of a vendor"));
        }
        match String::from_utf8(bytes) {
            Ok(text) => {
                let text: Arc<str> = text.strip_prefix('\u{feff}').unwrap_or(&text).into();
                let shown = path.display().to_string().replace('\\', "/");
                self.files.push(VendorFile { room: self.room, path: relative, shown, text });
            }
            Err(_) => self.refuse(path, Code::VendorFile, "is not UTF-8"),
        }
    }

    fn refuse(&mut self, path: &Path, code: Code, what: &str) {
        let finding = Finding::error(code, format!("`{}` {what}", path.display()))
            .at(Place::file(path.display().to_string()))
            .help("repair or remove it");
        self.findings.push(finding);
    }
}

/// Reads a file, one byte beyond the largest at most; `None` when it is no ordinary file.
///
/// What stands there may be another thing than it was a moment ago: opening a pipe waits for nobody, and what was opened
/// is looked at once more.
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
