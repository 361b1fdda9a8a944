//! Allowances: `// allow script::units: reason` keeps one kind of finding of its line, or of the next one, from being reported.

use super::program::Unit;
use super::source::{Class, Source, lexemes};
use crate::finding::{Code, Finding, Findings, Span};
use std::collections::BTreeMap;

/// Codes that can be allowed: what depends on what the author means.
const ALLOWED: [Code; 6] = [
    Code::ScriptCondition,
    Code::ScriptDropped,
    Code::ScriptNotKnown,
    Code::ScriptStyle,
    Code::ScriptUnits,
    Code::ScriptUnused,
];

crate::faults! {
    /// Faults of allowances.
    pub(super) enum AllowanceFault {
        /// An allowance gives no reason.
        NoReason { code: String } = ScriptStyle {
            message: format!("`{code}` is allowed without a reason"),
            help: format!("write `// allow {code}: why it is right`"),
        }
        /// An allowance names a code that cannot be allowed.
        NotAllowed { code: String } = ScriptStyle {
            message: format!("`{code}` cannot be allowed"),
            help: format!("these can: {}", crate::finding::quoted(ALLOWED.iter().map(|code| code.as_str()))),
        }
        /// An allowance that suppresses nothing.
        Needless { code: String } = ScriptStyle {
            message: format!("`{code}` is allowed here, but nothing here has that finding"),
            help: "delete the comment",
            severity: Warning,
        }
    }
}

/// One comment that allows something.
struct Allowance {
    code: Code,
    /// Lines that it is for.
    lines: [usize; 2],
    span: Span,
}

/// Leaves out what comments allow; reports comments that allow nothing, or without a reason.
pub(super) fn applied(units: &BTreeMap<String, Unit>, findings: Findings) -> Findings {
    let mut left = findings;
    for unit in units.values() {
        let source = &unit.source;
        for allowance in read(source, &mut left) {
            let is_meant = |finding: &Finding| {
                finding.code() == allowance.code
                    && finding.places.first().is_some_and(|place| {
                        let line = place.position().map(|position| position.line);
                        place.file_name() == source.path && line.is_some_and(|line| allowance.lines.contains(&line))
                    })
            };
            let before = left.len();
            left = left.into_iter().filter(|finding| !is_meant(finding)).collect();
            if left.len() == before && unit.ast.is_some() {
                let fault = AllowanceFault::Needless { code: allowance.code.to_string() };
                left.push(Finding::from(fault).at(source.place(allowance.span, "")));
            }
        }
    }
    left
}

fn read(source: &Source, findings: &mut Findings) -> Vec<Allowance> {
    let mut allowances = Vec::new();
    for comment in lexemes(&source.text).filter(|lexeme| lexeme.class == Class::Blank) {
        let span = Span { start: comment.start, end: comment.end };
        let text = source.slice(span).trim_start_matches('/').trim();
        let Some(rest) = text.strip_prefix("allow script::") else { continue };
        let name = rest.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).next().unwrap_or_default();
        let reason = rest[name.len()..].trim_start_matches(':').trim();
        let written = format!("script::{name}");
        let fault = match Code::parse(&written).filter(|code| ALLOWED.contains(code)) {
            None => Some(AllowanceFault::NotAllowed { code: written }),
            Some(_) if reason.is_empty() => Some(AllowanceFault::NoReason { code: written }),
            Some(code) => {
                let line = source.line(comment.start);
                let start = source.text[..comment.start].rfind('\n').map_or(0, |at| at + 1);
                let is_alone = source.text[start..comment.start].trim().is_empty();
                allowances.push(Allowance { code, lines: [line, if is_alone { line + 1 } else { line }], span });
                None
            }
        };
        findings.extend(fault.map(|fault| Finding::from(fault).at(source.place(span, ""))));
    }
    allowances
}
