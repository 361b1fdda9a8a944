//! Levers of a what-if: the numbers of a manifest by which a planner asks "what if", and a manifest with other ones.

use super::fault::ManifestFault;
use super::files::{Room, VendorFile, VendorFiles};
use crate::finding::{Finding, Findings, did_you_mean};
use crate::units::parse_decimal;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::ops::Range;
use toml::de::{DeTable, DeValue};

/// File with the levers.
const MANIFEST: &str = "vendor.toml";

/// Script by which a vendor weighs its factors; with it, the weights of the manifest are not used.
const WEIGHTS: &str = "weights.rhai";

/// Sections of the manifest whose numbers are levers, with the keys that they can have; any key where the list is empty.
const SECTIONS: [(&str, &[&str]); 4] = [
    ("weights", &[]),
    ("guardrails", &["growth_floor", "growth_ceiling", "stretch_ceiling", "market_share_ceiling"]),
    ("reserve", &["share_of_target", "amount", "share_of_bottom_up"]),
    ("over_assignment", &["channel", "territory", "product_line"]),
];

/// A number of the manifest that a what-if changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Lever {
    /// Section of the manifest: `weights`, `guardrails`, `reserve` or `over_assignment`.
    pub section: String,
    /// Key in the section, such as `growth_ceiling`.
    pub key: String,
    /// Exact number, as a string; null if the manifest does not have the key.
    pub value: Option<String>,
}

impl Lever {
    /// True for a number that changes nothing in a plan without a target.
    pub fn needs_target(&self) -> bool {
        self.section == "over_assignment" || (self.section == "reserve" && self.key != "share_of_bottom_up")
    }
}

/// Places of a section in the text: its keys with the spans of key and value.
struct Place {
    key: String,
    key_span: Range<usize>,
    value_span: Range<usize>,
    /// Digits of the number; `None` for any other value.
    number: Option<String>,
}

/// Returns the file that sets the weights of the factors in place of the manifest; `None` if the manifest does.
pub fn weights_file(files: &VendorFiles) -> Option<&str> {
    files.get(Room::Rules, WEIGHTS).map(|file| &*file.shown)
}

/// Returns the levers of the vendor, those without a value included, in the order of sections and keys.
pub fn levers(files: &VendorFiles) -> Vec<Lever> {
    let Some(file) = files.get(Room::Rules, MANIFEST) else { return Vec::new() };
    let mut levers = Vec::new();
    let is_used = |section: &str| section != "weights" || weights_file(files).is_none();
    for (section, keys) in SECTIONS.into_iter().filter(|(section, _)| is_used(section)) {
        let mut places = places(&file.text, section);
        places.sort_by_key(|place| place.key_span.start);
        let lever =
            |key: &str, value: Option<String>| Lever { section: section.to_owned(), key: key.to_owned(), value };
        let of = |key: &str| places.iter().find(|place| place.key == key).and_then(|place| place.number.clone());
        levers.extend(keys.iter().map(|key| lever(key, of(key))));
        let own = places.iter().filter(|_| keys.is_empty());
        levers.extend(own.map(|place| lever(&place.key, place.number.clone())));
    }
    levers
}

/// Returns the files with these values of levers; null removes one. Others stay as they are.
///
/// # Errors
/// With a lever that the vendor does not have, or a value that is not a number. Whether the numbers fit together is found
/// when the files are compiled.
pub fn with_levers(files: &VendorFiles, changes: &[Lever]) -> Result<VendorFiles, Findings> {
    let known = levers(files);
    let names: Vec<String> = known.iter().map(|one| format!("{}.{}", one.section, one.key)).collect();
    let mut findings = Findings::new();
    let mut text = files.get(Room::Rules, MANIFEST).map(|file| file.text.to_string()).unwrap_or_default();
    for (index, change) in changes.iter().enumerate() {
        let name = format!("{}.{}", change.section, change.key);
        let is_same = |other: &Lever| other.section == change.section && other.key == change.key;
        if !names.contains(&name) {
            let near = did_you_mean(&name, names.iter().map(String::as_str)).map(str::to_owned);
            findings.push(Finding::from(ManifestFault::UnknownLever { lever: name, near }));
            continue;
        }
        if changes[..index].iter().any(is_same) {
            findings.push(Finding::from(ManifestFault::LeverTwice { lever: name }));
            continue;
        }
        let number = change.value.as_deref().map(|value| parse_decimal(value).map(|number| number.to_string()));
        match number.transpose() {
            // One after the other, because the first number of a new section makes the section.
            Ok(number) => {
                if let Some((range, replacement)) = edit(&text, change, number) {
                    text.replace_range(range, &replacement);
                }
            }
            Err(_) => {
                let value = change.value.clone().unwrap_or_default();
                findings.push(Finding::from(ManifestFault::LeverValue { lever: name, value }));
            }
        }
    }
    if findings.has_errors() {
        return Err(findings);
    }
    let file = |file: &VendorFile| match (file.room, file.path.as_str()) {
        (Room::Rules, MANIFEST) => VendorFile { text: text.as_str().into(), ..file.clone() },
        _ => file.clone(),
    };
    Ok(VendorFiles::new(&*files.vendor, files.iter().map(file).collect()))
}

/// Returns the edit of the manifest that gives a lever its number; `None` where it has it.
fn edit(text: &str, change: &Lever, number: Option<String>) -> Option<(Range<usize>, String)> {
    let places = places(text, &change.section);
    let place = places.iter().find(|place| place.key == change.key);
    match (place, number) {
        (Some(place), Some(number)) => Some((place.value_span.clone(), number)),
        (Some(place), None) => Some((place.key_span.start..place.value_span.end, String::new())),
        (None, None) => None,
        (None, Some(number)) => {
            let line = format!("\n{} = {number}", change.key);
            Some(match places.iter().map(|place| place.value_span.end).max() {
                // After the comment of the last key.
                Some(last) => {
                    let end = text[last..].find('\n').map_or(text.len(), |length| last + length);
                    (end..end, line)
                }
                None => (text.len()..text.len(), format!("\n[{}]{line}\n", change.section)),
            })
        }
    }
}

/// Returns the keys of a section with their places, in any order.
fn places(text: &str, section: &str) -> Vec<Place> {
    let (root, _) = DeTable::parse_recoverable(text);
    let mut found = Vec::new();
    for (name, value) in root.get_ref() {
        let DeValue::Table(table) = value.get_ref() else { continue };
        if name.get_ref() != section {
            continue;
        }
        for (key, value) in table {
            let number = match value.get_ref() {
                DeValue::Integer(number) if number.radix() == 10 => Some(number.as_str().replace('_', "")),
                DeValue::Float(number) => Some(number.as_str().replace('_', "")),
                _ => None,
            };
            let key_name = key.get_ref().to_string();
            found.push(Place { key: key_name, key_span: key.span(), value_span: value.span(), number });
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "api = 1\n\n[weights] # sum to 1\nhistory = 0.60 # the past\nmarket = 0.40\n\n[guardrails]\n\
                        on_violation = \"clamp\"\ngrowth_floor = -0.2 # not below\n\n[tiers]\nGold = 150000\n";

    fn files() -> VendorFiles {
        VendorFiles::from_rules("acme", [("vendor.toml", TEXT), ("history.rhai", "fn assess(partner) {}\n")])
    }

    fn lever(section: &str, key: &str, value: Option<&str>) -> Lever {
        Lever { section: section.to_owned(), key: key.to_owned(), value: value.map(str::to_owned) }
    }

    fn manifest(changes: &[Lever]) -> String {
        let files = with_levers(&files(), changes).unwrap();
        assert_eq!(files.iter().count(), 2);
        files.get(Room::Rules, MANIFEST).unwrap().text.to_string()
    }

    #[test]
    fn the_levers_are_the_numbers_of_their_sections_and_those_that_could_be_there() {
        let found = levers(&files());
        let of = |name: &str| found.iter().find(|one| one.key == name).unwrap().value.as_deref();
        assert_eq!((of("history"), of("growth_floor"), of("growth_ceiling")), (Some("0.60"), Some("-0.2"), None));
        assert_eq!(found.iter().filter(|one| one.section == "weights").count(), 2);
        assert!(!found.iter().any(|one| one.key == "on_violation" || one.key == "Gold"));
    }

    #[test]
    fn weights_of_a_script_cannot_be_levers() {
        let scripts = [("vendor.toml", TEXT), ("weights.rhai", "fn weights(partner) { #{} }\n")];
        let files = VendorFiles::from_rules("acme", scripts);
        assert!(weights_file(&files).is_some_and(|file| file.ends_with("weights.rhai")));
        assert!(!levers(&files).iter().any(|lever| lever.section == "weights"));
        assert!(with_levers(&files, &[lever("weights", "history", Some("0.5"))]).is_err());
        assert_eq!(weights_file(&self::files()), None);
    }

    #[test]
    fn a_change_touches_its_number_and_nothing_else() {
        let changed = [lever("weights", "history", Some("0.55")), lever("weights", "market", Some("0.45"))];
        assert_eq!(manifest(&changed), TEXT.replace("0.60", "0.55").replace("0.40", "0.45"));
        let added =
            [lever("guardrails", "growth_ceiling", Some("0.5")), lever("reserve", "share_of_target", Some("0.05"))];
        let expected = TEXT.replace("# not below\n", "# not below\ngrowth_ceiling = 0.5\n");
        assert_eq!(manifest(&added), format!("{expected}\n[reserve]\nshare_of_target = 0.05\n"));
        assert_eq!(
            manifest(&[lever("guardrails", "growth_floor", None)]),
            TEXT.replace("growth_floor = -0.2 # not below", " # not below")
        );
        let new =
            [lever("over_assignment", "channel", Some("0.1")), lever("over_assignment", "territory", Some("0.2"))];
        assert_eq!(manifest(&new), format!("{TEXT}\n[over_assignment]\nchannel = 0.1\nterritory = 0.2\n"));
        assert_eq!(manifest(&[lever("reserve", "amount", None)]), TEXT);
        assert_eq!(manifest(&[]), TEXT);
    }

    #[test]
    fn what_is_no_number_or_no_lever_is_refused() {
        let causes = |changes: &[Lever]| {
            let findings = with_levers(&files(), changes).unwrap_err();
            findings.iter().map(|finding| finding.fault().cause().to_owned()).collect::<Vec<_>>()
        };
        let wrong = [
            lever("weights", "history", Some("0.5\n[tiers]")),
            lever("weights", "past", Some("1")),
            lever("plan", "rounding_unit", Some("1")),
            lever("weights", "market", Some("0.4")),
            lever("weights", "market", Some("0.5")),
        ];
        assert_eq!(causes(&wrong), ["lever_value", "unknown_lever", "unknown_lever", "lever_twice"]);
    }
}
