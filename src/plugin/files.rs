//! The files of one vendor in memory, with the digest that names their revision.

use crate::channel::Name;
use crate::units::words;
use std::sync::Arc;

words! {
    /// Directory of a file: `rules/` or `policies/`.
    pub enum Room {
        /// Quota-setting rules.
        Rules = "rules",
        /// Tier, incentive and intervention policies.
        Policies = "policies",
    }
}

/// One file of a vendor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VendorFile {
    /// Rules or policies.
    pub room: Room,
    /// Path inside the vendor's directory, with `/`: `history.rhai`, `tables/strategy.csv`.
    pub path: String,
    /// Path as people know it: `rules/meridian/history.rhai`.
    pub shown: String,
    /// Text, byte order mark removed.
    pub text: Arc<str>,
}

impl VendorFile {
    /// True for `cases.toml` and the files in `cases/`.
    pub fn is_cases(&self) -> bool {
        self.path.ends_with(".toml") && (self.path == "cases.toml" || self.path.starts_with("cases/"))
    }
}

/// All files of one vendor, ascending by room and path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VendorFiles {
    /// The vendor: the name of its directory.
    pub vendor: Name,
    files: Vec<VendorFile>,
    revision: String,
}

/// Longest file name extension list that takes part in a revision.
pub const EXTENSIONS: [&str; 3] = ["rhai", "toml", "csv"];

impl VendorFiles {
    /// Returns the files of a vendor with quota rules only, each with its path in the vendor's directory and its text.
    ///
    /// ```
    /// use quotient::VendorFiles;
    /// let files = VendorFiles::from_rules("acme", [("vendor.toml", "api = 1")]);
    /// assert_eq!(&*files.vendor, "acme");
    /// ```
    pub fn from_rules<'t>(vendor: &str, files: impl IntoIterator<Item = (&'t str, &'t str)>) -> Self {
        let file = |(path, text): (&str, &str)| VendorFile {
            room: Room::Rules,
            path: path.to_owned(),
            shown: format!("rules/{vendor}/{path}"),
            text: text.into(),
        };
        Self::new(vendor, files.into_iter().map(file).collect())
    }

    /// Returns the file set; its revision is a hash over room, path and text of every file.
    pub fn new(vendor: impl Into<Name>, mut files: Vec<VendorFile>) -> Self {
        files.sort_by(|a, b| (a.room, &a.path).cmp(&(b.room, &b.path)));
        let mut hash = blake3::Hasher::new();
        for file in &files {
            for part in [file.room.as_str(), &file.path, &file.text] {
                hash.update(&(part.len() as u64).to_le_bytes());
                hash.update(part.as_bytes());
            }
        }
        Self { vendor: vendor.into(), files, revision: hash.finalize().to_hex().to_string() }
    }

    /// Hex digits that name this exact content.
    pub fn revision(&self) -> &str {
        &self.revision
    }

    /// Every file, ascending by room and path.
    pub fn iter(&self) -> std::slice::Iter<'_, VendorFile> {
        self.files.iter()
    }

    /// The file at `path` in `room`.
    pub fn get(&self, room: Room, path: &str) -> Option<&VendorFile> {
        self.files.iter().find(|file| file.room == room && file.path == path)
    }

    /// True when the vendor has any file in `room`.
    pub fn has_room(&self, room: Room) -> bool {
        self.files.iter().any(|file| file.room == room)
    }
}

/// True for a name that may be a vendor: `a` to `z`, digits, `_` and `-`, at most 64, not starting with `_` or `-`.
pub fn is_vendor_name(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    (1..=64).contains(&name.len())
        && name.bytes().all(|byte| plain(byte) || byte == b'_' || byte == b'-')
        && plain(name.as_bytes()[0])
}
