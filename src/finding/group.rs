//! Equal findings as one group: the same cause at many places is reported once, with a count.

use super::{Field, Finding, Place, Severity, Span};
use std::collections::BTreeMap;

/// Findings of one cause that differ only in place or in the fields that the cause lets vary.
#[derive(Debug, Clone)]
pub struct Group<'a> {
    /// Members in order of discovery; never empty.
    pub members: Vec<&'a Finding>,
    /// Number of findings, including those that were only counted.
    pub count: u64,
}

impl<'a> Group<'a> {
    /// The first finding, whose wording stands for all.
    pub fn first(&self) -> &'a Finding {
        self.members[0]
    }

    /// Places of the members in order, without repetition.
    pub fn places(&self) -> Vec<&'a Place> {
        let mut places: Vec<&Place> = Vec::new();
        let mut seen = std::collections::BTreeSet::new();
        for place in self.members.iter().flat_map(|member| &member.places) {
            if seen.insert(place) {
                places.push(place);
            }
        }
        places
    }

    /// Varying fields of every member after the first, in order; empty maps are left out.
    pub fn others(&self) -> impl Iterator<Item = Vec<(String, Field)>> {
        let varying = |finding: &Finding| {
            let fault = finding.fault();
            let fields = fault.fields().into_iter().filter(|(name, _)| fault.varying().contains(&&**name));
            fields.map(|(name, value)| (name.into_owned(), value)).collect::<Vec<_>>()
        };
        self.members.iter().skip(1).map(move |finding| varying(finding)).filter(|fields| !fields.is_empty())
    }
}

/// Common properties of the members of a group.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct GroupKey {
    severity: Severity,
    code: super::Code,
    cause: String,
    /// Message where nothing may vary; a cause with varying fields is compared by the others.
    message: String,
    fixed: Vec<Field>,
    /// Places in texts are underlined one by one, so they are part of what is equal.
    texts: Vec<(String, Span)>,
}

impl GroupKey {
    /// Returns the key of a finding.
    pub(crate) fn new(finding: &Finding) -> Self {
        let fault = finding.fault();
        let varying = fault.varying();
        let fixed = fault.fields().into_iter().filter(|(name, _)| !varying.contains(&&**name));
        let texts = finding.places.iter().filter_map(|place| match place {
            Place::Text { file, span, .. } => Some((file.clone(), *span)),
            _ => None,
        });
        Self {
            severity: finding.severity,
            code: fault.code(),
            cause: fault.cause().to_owned(),
            message: if varying.is_empty() { fault.message() } else { String::new() },
            fixed: fixed.map(|(_, value)| value).collect(),
            texts: texts.collect(),
        }
    }
}

/// Groups findings of one cause, in the order of the first of each group.
///
/// Findings belong together when severity, code, cause and the fields that do not vary are equal. Findings in the text
/// of a script or manifest stay apart when they are at different places, since each place is underlined.
pub fn grouped<'a>(findings: impl IntoIterator<Item = &'a Finding>) -> Vec<Group<'a>> {
    let mut groups: Vec<Group<'_>> = Vec::new();
    let mut known: BTreeMap<GroupKey, usize> = BTreeMap::new();
    for finding in findings {
        let at = *known.entry(GroupKey::new(finding)).or_insert(groups.len());
        match groups.get_mut(at) {
            Some(group) => {
                group.members.push(finding);
                group.count += 1 + finding.more;
            }
            None => groups.push(Group { members: vec![finding], count: 1 + finding.more }),
        }
    }
    groups
}
