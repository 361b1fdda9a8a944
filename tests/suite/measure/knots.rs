//! Knots: files of one room that name each other in a circle.

use super::bounds::{Hold, hold};
use crate::sources::{self, code_of, is_part, without_tests};
use std::collections::{BTreeMap, BTreeSet};

/// Path of a module below the crate, such as `["server", "routes"]`.
type Module = Vec<String>;

struct Tree {
    code: BTreeMap<Module, String>,
    /// Module and name to the module that the name is re-exported from.
    exports: BTreeMap<(Module, String), Module>,
}

/// A path in a `use` or in code, as its segments; `true` when it is part of a re-export.
type Named = (Vec<String>, bool);

fn module_of(file: &str) -> Module {
    let below = file.trim_start_matches("src/").trim_end_matches(".rs").trim_end_matches("/mod");
    below.split('/').map(str::to_owned).collect()
}

/// Expands `a::{b, c::{d, e}}` into its paths; the name after `as` is left out.
fn expand(text: &str, before: &[String], into: &mut Vec<Vec<String>>) {
    let text = text.trim();
    if let Some((head, group)) = text.split_once('{') {
        let mut path = before.to_vec();
        path.extend(head.split("::").map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned));
        let inner = group.strip_suffix('}').unwrap_or(group);
        let (mut depth, mut start) = (0, 0);
        for (at, c) in inner.char_indices().chain([(inner.len(), ',')]) {
            match c {
                '{' => depth += 1,
                '}' => depth -= 1,
                ',' if depth == 0 => {
                    expand(&inner[start..at], &path, into);
                    start = at + 1;
                }
                _ => {}
            }
        }
    } else if !text.is_empty() {
        let path = text.split(" as ").next().unwrap_or_default();
        let segments =
            path.split("::").map(|part| part.trim().to_owned()).filter(|part| !part.is_empty() && part != "self");
        // `self` at the head means the module; in a group it means what stands before the braces.
        let mut found = before.to_vec();
        if before.is_empty() && path.trim_start().starts_with("self::") {
            found.push("self".to_owned());
        }
        found.extend(segments);
        into.push(found);
    }
}

/// Every path of a file: those of `use`, and those in code that begin with a word of paths or with a child's name.
fn named(code: &str, children: &BTreeSet<String>) -> Vec<Named> {
    let mut found = Vec::new();
    let mut rest = String::with_capacity(code.len());
    let mut after = 0;
    for (at, _) in code.match_indices("use ") {
        if at < after || code[..at].ends_with(is_part) {
            continue;
        }
        let Some(end) = code[at..].find(';').map(|end| at + end) else { continue };
        let line = code[..at].rfind('\n').map_or(0, |line| line + 1);
        let is_export = code[line..at].trim_start().starts_with("pub");
        let mut paths = Vec::new();
        expand(&code[at + 4..end], &[], &mut paths);
        found.extend(paths.into_iter().map(|path| (path, is_export)));
        rest.push_str(&code[after..at]);
        after = end;
    }
    rest.push_str(&code[after..]);
    for (at, _) in rest.match_indices("::") {
        let start = rest[..at].rfind(|c| !is_part(c)).map_or(0, |before| before + 1);
        let first = &rest[start..at];
        if rest[..start].ends_with("::") || !(matches!(first, "super" | "self" | "crate") || children.contains(first)) {
            continue;
        }
        let path = rest[start..].split(|c: char| !is_part(c) && c != ':').next().unwrap_or_default();
        found.push((path.split("::").filter(|part| !part.is_empty()).map(str::to_owned).collect(), false));
    }
    found
}

impl Tree {
    fn new() -> Self {
        let mut tree = Self { code: BTreeMap::new(), exports: BTreeMap::new() };
        for path in sources::files(&sources::root().join("src"), &["rs"]) {
            tree.code.insert(module_of(&sources::shown(&path)), code_of(without_tests(&sources::read(&path))));
        }
        for (module, code) in &tree.code {
            for (path, _) in named(code, &tree.children(module)).into_iter().filter(|(_, is_export)| *is_export) {
                let Some(name) = path.last().cloned() else { continue };
                let target = tree.place(module, &path);
                tree.exports.insert((module.clone(), name), target);
            }
        }
        tree
    }

    fn children(&self, module: &Module) -> BTreeSet<String> {
        let below = self.code.keys().filter(|other| other.len() == module.len() + 1 && other.starts_with(module));
        below.filter_map(|other| other.last().cloned()).collect()
    }

    /// The module that a path of `module` leads to, re-exports not followed.
    fn place(&self, module: &Module, path: &[String]) -> Module {
        let mut at = module.clone();
        let mut rest = path.iter().peekable();
        match path.first().map(String::as_str) {
            Some("crate") => at.clear(),
            Some("super" | "self") => {}
            Some(first) if self.children(module).contains(first) => {}
            _ => return Vec::new(),
        }
        while let Some(segment) = rest.peek() {
            match segment.as_str() {
                "crate" | "self" => {}
                "super" => drop(at.pop()),
                name => {
                    at.push(name.to_owned());
                    if !self.code.contains_key(&at) {
                        at.pop();
                        break;
                    }
                }
            }
            rest.next();
        }
        at
    }

    /// The module in which the item of a path is written: re-exports are followed.
    fn origin(&self, module: &Module, path: &[String]) -> Module {
        let mut at = self.place(module, path);
        let Some(name) =
            path.get(path.iter().take_while(|part| matches!(part.as_str(), "super" | "self" | "crate")).count()..)
        else {
            return at;
        };
        let item = name.iter().find(|part| !at.contains(part)).or(name.last()).cloned().unwrap_or_default();
        for _ in 0..4 {
            match self.exports.get(&(at.clone(), item.clone())) {
                Some(next) if *next != at => at.clone_from(next),
                _ => break,
            }
        }
        at
    }

    /// Which module names which others of its room.
    fn arrows(&self) -> BTreeMap<Module, BTreeSet<Module>> {
        let mut arrows = BTreeMap::new();
        for (module, code) in &self.code {
            let names = named(code, &self.children(module));
            let targets = names.iter().filter(|(_, is_export)| !is_export).map(|(path, _)| self.origin(module, path));
            let own: BTreeSet<Module> =
                targets.filter(|target| is_sideways(module, target) && target[0] == module[0]).collect();
            arrows.insert(module.clone(), own);
        }
        arrows
    }
}

/// False for a module itself and for its children: a module is made of its children, and they may name it.
fn is_sideways(module: &Module, target: &Module) -> bool {
    let is_child = target.len() == module.len() + 1 && target.starts_with(module);
    !target.is_empty() && target != module && !is_child
}

/// Circles of modules within a room: each a sorted list of paths.
pub fn knots() -> Vec<Vec<String>> {
    let arrows = Tree::new().arrows();
    let reach = |from: &Module| {
        let (mut seen, mut open) = (BTreeSet::new(), vec![from.clone()]);
        while let Some(module) = open.pop() {
            for next in arrows.get(&module).into_iter().flatten() {
                if seen.insert(next.clone()) {
                    open.push(next.clone());
                }
            }
        }
        seen
    };
    let reached: BTreeMap<&Module, BTreeSet<Module>> = arrows.keys().map(|module| (module, reach(module))).collect();
    let mut knots = BTreeSet::new();
    for (module, seen) in reached.iter().filter(|(module, seen)| seen.contains(**module)) {
        let circle = seen.iter().filter(|other| reached.get(other).is_some_and(|back| back.contains(*module)));
        knots.insert(circle.map(|module| module.join("::")).collect::<Vec<_>>());
    }
    knots.into_iter().collect()
}

#[test]
fn files_of_a_room_do_not_name_each_other_in_a_circle_or_are_listed() {
    let mut found = BTreeMap::<String, usize>::new();
    let knots = knots();
    for knot in &knots {
        let room = knot[0].split("::").next().unwrap_or_default();
        *found.entry(room.to_owned()).or_default() += knot.len();
    }
    hold("knots", Hold::Exactly, &found, |room| {
        let own = knots.iter().filter(|knot| knot[0].split("::").next() == Some(room));
        own.map(|knot| knot.join(", ")).collect()
    });
}

#[test]
fn groups_and_names_of_use_are_expanded() {
    let code = "use super::{a::{self, B}, C};\npub use self::d::E;\nfn f() { g::h(); super::i::j() }\n";
    let paths: Vec<String> = named(code, &BTreeSet::from(["g".to_owned()]))
        .into_iter()
        .map(|(path, is_export)| format!("{}{}", path.join("::"), if is_export { " exported" } else { "" }))
        .collect();
    assert_eq!(paths, ["super::a", "super::a::B", "super::C", "self::d::E exported", "g::h", "super::i::j"]);
}
