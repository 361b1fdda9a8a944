//! Paths as people know them (`rules/meridian/history.rhai`), in the places of findings about a vendor's files.

use super::files::{Room, VendorFiles};
use crate::finding::{Finding, Findings, Place};
use crate::script::{Difference, Fallback, ScriptFault, Scripts, SourceFile};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Paths as people know them, by path in the vendor's directory. Policies may import files of the rules, of which their
/// own come first.
pub(super) fn shown_paths(files: &VendorFiles, room: Room) -> BTreeMap<String, String> {
    let rooms = if room == Room::Policies { &[Room::Rules, Room::Policies][..] } else { &[Room::Rules] };
    let seen = rooms.iter().flat_map(|room| files.iter().filter(|file| file.room == *room));
    seen.map(|file| (file.path.clone(), file.shown.clone())).collect()
}

/// A fault with the paths that people know.
pub(super) fn placed(shown: &BTreeMap<String, String>, fault: ScriptFault) -> ScriptFault {
    ScriptFault { finding: shown_places(shown, fault.finding), ..fault }
}

/// Puts the paths that people know into the places of findings about scripts.
pub(super) fn shown(files: &VendorFiles, room: Room, findings: Findings) -> Findings {
    let paths = shown_paths(files, room);
    findings.into_iter().map(|finding| shown_places(&paths, finding)).collect()
}

fn shown_places(paths: &BTreeMap<String, String>, mut finding: Finding) -> Finding {
    for place in &mut finding.places {
        if let Place::Text { file, .. } | Place::File { file } = place
            && let Some(known) = paths.get(file)
        {
            *file = known.clone();
        }
    }
    finding
}

/// The differences between typed code and the interpreter, as warnings at the rules that are left to the interpreter.
pub(super) fn differences(shown: &BTreeMap<String, String>, scripts: &Scripts, are_new: bool) -> Vec<Finding> {
    let finding = |(path, difference): (&str, &Difference)| {
        let file = shown.get(path).map_or(path, String::as_str);
        Finding::from(difference.clone()).at(Place::file(file))
    };
    scripts.differences(are_new).map(finding).collect()
}

/// The scripts that are called, by path as people know it; for those that the interpreter runs, the reason.
pub(super) fn tiers(scripts: &Scripts, shown: &BTreeMap<String, String>) -> Vec<(String, Option<Fallback>)> {
    let known = |path: &str| shown.get(path).map_or_else(|| path.to_owned(), String::clone);
    let tier = |(path, fallback): (&str, Option<&Fallback>)| {
        let fallback = fallback.map(|fallback| Fallback { path: known(&fallback.path), ..fallback.clone() });
        (known(path), fallback)
    };
    scripts.tiers().map(tier).collect()
}

/// The scripts in a vendor's directory.
pub(super) fn sources(files: &VendorFiles, room: Room) -> Vec<SourceFile> {
    files
        .iter()
        .filter(|file| file.room == room && file.path.ends_with(".rhai"))
        .map(|file| SourceFile { path: file.path.clone(), text: Arc::clone(&file.text) })
        .collect()
}
