//! Vendors: manifests, scripts, tables, cases, as a reload judges them, without a process in between.
//!
//! Files are named by room and path: `=== rules/vendor.toml`.

use super::files::split;
use super::vendors::on_script_thread;
use quotient::finding::render;
use quotient::library::{Validate, VendorValidator};
use quotient::plugin::{Room, VendorFile, VendorFiles, VendorPlugin};

pub fn run(data: &[u8]) {
    let mut files: Vec<VendorFile> = Vec::new();
    for (name, bytes) in split(data) {
        let (room, path) = match name.split_once('/') {
            Some(("policies", path)) => (Room::Policies, path),
            Some(("rules", path)) => (Room::Rules, path),
            _ => (Room::Rules, name.as_str()),
        };
        if files.iter().any(|file| file.room == room && file.path == path) {
            continue;
        }
        let shown = format!("{}/acme/{path}", room.as_str());
        files.push(VendorFile { room, path: path.to_owned(), shown, text: String::from_utf8_lossy(bytes).into() });
    }
    let files = VendorFiles::new("acme", files);
    on_script_thread(|| match (VendorValidator { guard: None }).validate(&files) {
        Ok((plugin, warnings)) => {
            assert!(!warnings.has_errors());
            assert_eq!(plugin.revision, files.revision());
        }
        Err(findings) => {
            assert!(findings.has_errors(), "a refused vendor has a reason");
            // Every place is inside its text.
            drop(render::json(findings.iter()));
            let (_, of_compiling) = VendorPlugin::compile(&files).into_parts();
            drop(render::json(of_compiling.iter()));
        }
    });
}
