//! Writes the source with its mutants behind the switch, and remembers where each of them is.

use std::ops::Range;

use crate::mutant::{Edit, Mutant};

/// What a part of the written file belongs to.
#[derive(Debug)]
pub struct Region {
    pub range: Range<usize>,
    /// Mutants that are behind the switch here.
    pub mutants: Vec<usize>,
    /// True for the replacement itself, false for the whole place.
    pub inside: bool,
}

/// One file as written into the copy.
#[derive(Debug)]
pub struct Rendered {
    pub text: String,
    pub regions: Vec<Region>,
}

/// Mutants that share an edit and a range.
struct Node {
    range: Range<usize>,
    edit: Edit,
    mutants: Vec<usize>,
}

/// Puts the chosen mutants of one file behind the switch. `chosen` are positions in `all`.
pub fn render(text: &str, all: &[Mutant], chosen: &[usize]) -> Rendered {
    let mut nodes: Vec<Node> = Vec::new();
    for at in chosen {
        let (range, edit) = (&all[*at].range, all[*at].edit);
        match nodes.iter_mut().find(|node| node.range == *range && node.edit == edit) {
            Some(node) => node.mutants.push(*at),
            None => nodes.push(Node { range: range.clone(), edit, mutants: vec![*at] }),
        }
    }
    // Outer places before inner ones, insertions before what begins at the same byte.
    nodes.sort_by_key(|node| {
        let covered = !node.range.is_empty();
        (node.range.start, covered, std::cmp::Reverse(node.range.end), node.edit)
    });
    let mut writer = Writer { text, all, nodes: &nodes, next: 0, at: 0, out: String::new(), regions: Vec::new() };
    writer.write_until(text.len());
    Rendered { text: writer.out, regions: writer.regions }
}

struct Writer<'a> {
    text: &'a str,
    all: &'a [Mutant],
    nodes: &'a [Node],
    next: usize,
    at: usize,
    out: String,
    regions: Vec<Region>,
}

impl Writer<'_> {
    fn write_until(&mut self, end: usize) {
        let nodes = self.nodes;
        while let Some(node) = nodes.get(self.next).filter(|node| node.range.start < end) {
            self.next += 1;
            self.copy(node.range.start);
            let start = self.out.len();
            match node.edit {
                Edit::Replace => self.replace(node),
                Edit::Delete => {
                    let id = node.mutants[0];
                    self.out.push_str(&format!("if !crate::mutation_switch::is({id}) {{ "));
                    self.write_until(node.range.end);
                    self.out.push_str(" }");
                }
                Edit::Return => node.mutants.iter().for_each(|id| {
                    self.out.push_str(&format!(" if crate::mutation_switch::is({id}) {{ return "));
                    self.replacement(*id);
                    self.out.push_str("; }");
                }),
                Edit::SkipArm => {
                    self.out.push_str(&format!(" if !crate::mutation_switch::is({})", node.mutants[0]));
                }
            }
            self.regions.push(Region { range: start..self.out.len(), mutants: node.mutants.clone(), inside: false });
        }
        self.copy(end);
    }

    fn replace(&mut self, node: &Node) {
        self.out.push('(');
        for id in &node.mutants {
            self.out.push_str(&format!("if crate::mutation_switch::is({id}) {{ "));
            self.replacement(*id);
            self.out.push_str(" } else ");
        }
        self.out.push_str("{ ");
        self.write_until(node.range.end);
        self.out.push_str(" })");
    }

    fn replacement(&mut self, id: usize) {
        let start = self.out.len();
        self.out.push_str(&self.all[id].replacement);
        self.regions.push(Region { range: start..self.out.len(), mutants: vec![id], inside: true });
    }

    fn copy(&mut self, end: usize) {
        self.out.push_str(&self.text[self.at..end]);
        self.at = end;
    }
}
