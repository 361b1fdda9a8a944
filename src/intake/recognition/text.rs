//! The proposed mapping as text: sections with a reason for each key.

use super::super::mapping::is_shared;

/// Longest line with a reason behind its key, in characters.
const WIDTH: usize = 100;

/// A key with its value and the reason for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// Table of the book that it concerns; empty for the whole book.
    pub table: String,
    /// Key of the mapping file, such as `date_format` or `columns.amount`.
    pub key: String,
    /// Value as written in the mapping file.
    pub value: String,
    /// Reason, from the headings or the data.
    pub reason: String,
}

/// Writes a string as TOML does, on one line.
pub(super) fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            c if c.is_control() => out.push_str(&format!("\\u{:04X}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// A key as TOML takes it.
pub(super) fn key(text: &str) -> String {
    let is_bare =
        !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
    if is_bare { text.to_owned() } else { quoted(text) }
}

/// Words as the value of a filter: one, or a list.
pub(super) fn list_of(words: &[&str]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| quoted(word)).collect();
    match quoted.as_slice() {
        [only] => only.clone(),
        many => format!("[{}]", many.join(", ")),
    }
}

/// A section while its keys are decided.
#[derive(Debug, Default)]
pub(super) struct Section {
    pub table: &'static str,
    decisions: Vec<Decision>,
}

impl Section {
    pub fn new(table: &'static str) -> Self {
        Self { table, decisions: Vec::new() }
    }

    /// Decides a key.
    pub fn set(&mut self, key: impl Into<String>, value: impl Into<String>, reason: impl Into<String>) {
        // A heading in a reason may have line breaks, which a comment may not.
        let (key, value, reason) = (key.into(), value.into(), reason.into().replace(['\n', '\r'], " "));
        self.decisions.push(Decision { table: self.table.to_owned(), key, value, reason });
    }

    /// Sets a key, or adds the value to the list that it has.
    pub fn set_further(&mut self, key: String, value: &str, reason: String) {
        let Some(known) = self.decisions.iter_mut().find(|decision| decision.key == key) else {
            return self.set(key, value, reason);
        };
        let list = known.value.strip_prefix('[').and_then(|list| list.strip_suffix(']')).unwrap_or(&known.value);
        if !list.split(", ").any(|own| own == value) {
            known.value = format!("[{value}, {list}]");
        }
    }

    /// The value of `key`, as the mapping file writes it.
    pub fn value(&self, key: &str) -> Option<&str> {
        self.decisions.iter().find(|decision| decision.key == key).map(|decision| decision.value.as_str())
    }

    /// True when `key` is decided.
    pub fn has(&self, key: &str) -> bool {
        self.decisions.iter().any(|decision| decision.key == key)
    }

    pub fn into_decisions(self) -> Vec<Decision> {
        self.decisions
    }
}

/// Keys that name the source of a table.
const SOURCE: [&str; 2] = ["file", "sheet"];

/// Writes keys that sections have in common once, at the top, where no section reads another way because of it.
pub(super) fn shared(decisions: Vec<Decision>) -> Vec<Decision> {
    let sections: Vec<&[Decision]> = decisions
        .chunk_by(|one, other| one.table == other.table)
        .filter(|section| section.first().is_some_and(|one| !one.table.is_empty()))
        .collect();
    let mut common: Vec<Decision> = Vec::new();
    for one in sections.iter().flat_map(|section| section.iter()).filter(|one| is_shared(&one.key)) {
        let having = sections.iter().filter(|section| section.iter().any(|other| is_same(one, other)));
        let is_done = common.iter().any(|other| other.key == one.key);
        if !is_done && having.count() > 1 && sections.iter().all(|section| may_take(section, one, &sections)) {
            common.push(Decision { table: String::new(), ..one.clone() });
        }
    }
    let at = decisions.iter().take_while(|one| one.table.is_empty()).count();
    let is_common = |one: &Decision| common.iter().any(|other| is_same(one, other));
    let mut out: Vec<Decision> = decisions.iter().filter(|one| !is_common(one)).cloned().collect();
    out.splice(at..at, common);
    out
}

fn is_same(one: &Decision, other: &Decision) -> bool {
    one.key == other.key && one.value == other.value
}

/// True when `section` has the key itself, or is read from the same source as a section that has it with this value.
fn may_take(section: &[Decision], one: &Decision, sections: &[&[Decision]]) -> bool {
    if section.iter().any(|own| own.key == one.key) {
        return true;
    }
    let source = |section: &[Decision]| -> Vec<String> {
        SOURCE.iter().filter_map(|key| Some(section.iter().find(|one| one.key == *key)?.value.clone())).collect()
    };
    let own = source(section);
    let is_beside = |other: &&&[Decision]| other.iter().any(|other| is_same(one, other)) && source(other) == own;
    !SOURCE.contains(&one.key.as_str()) && !own.is_empty() && sections.iter().any(|other| is_beside(&other))
}

/// The mapping file of `decisions`, which come section by section; keys of one group, such as `columns.month` and
/// `columns.amount`, become one line below their reasons.
pub(super) fn mapping_text(decisions: &[Decision]) -> String {
    let mut out = String::new();
    for section in decisions.chunk_by(|one, other| one.table == other.table) {
        let Some(first) = section.first() else { continue };
        if !first.table.is_empty() {
            if !out.is_empty() {
                out.push('\n');
            }
            out.push_str(&format!("[{}]\n", first.table));
        }
        for group in
            section.chunk_by(|one, other| group_of(&one.key).is_some() && group_of(&one.key) == group_of(&other.key))
        {
            write_group(group, &mut out);
        }
    }
    out
}

fn group_of(key: &str) -> Option<&str> {
    key.split_once('.').map(|(group, _)| group)
}

fn write_group(group: &[Decision], out: &mut String) {
    let [only] = group else {
        let members: Vec<String> = group
            .iter()
            .filter_map(|one| Some((one.key.split_once('.')?.1, &one.value)))
            .map(|(key, value)| format!("{key} = {value}"))
            .collect();
        for one in group {
            let name = one.key.split_once('.').map_or(one.key.as_str(), |(_, name)| name);
            out.push_str(&format!("# {name}: {}\n", one.reason));
        }
        let name = group.first().and_then(|one| group_of(&one.key)).unwrap_or_default();
        out.push_str(&format!("{name} = {{ {} }}\n", members.join(", ")));
        return;
    };
    let line = format!("{} = {}", only.key, only.value);
    if line.chars().count() + only.reason.chars().count() + 4 <= WIDTH {
        out.push_str(&format!("{line}  # {}\n", only.reason));
    } else {
        out.push_str(&format!("# {}\n{line}\n", only.reason));
    }
}

/// Order of the keys in a section.
pub(super) fn order(key: &str) -> usize {
    const ORDER: [&str; 24] = [
        "currency",
        "file",
        "sheet",
        "names",
        "outline",
        "lookup",
        "header_row",
        "header_rows",
        "quote",
        "encoding",
        "decimal",
        "thousands",
        "date_format",
        "distinct",
        "fill_down",
        "unpivot",
        "columns",
        "won_revenue",
        "product",
        "join",
        "where",
        "skip",
        "scale",
        "values",
    ];
    let group = key.split_once('.').map_or(key, |(group, _)| group);
    ORDER.iter().position(|one| *one == group).unwrap_or(ORDER.len())
}
