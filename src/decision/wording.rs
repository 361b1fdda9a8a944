//! Requirements and conditions in words.

use super::figure::{figure, figure_beside};
use super::requirement::{Condition, Requirement};

/// Returns a requirement in words: `net new users 74, at least 75: not met`. Only nested requirements have brackets.
pub fn requirement_text(requirement: &Requirement) -> String {
    match requirement {
        Requirement::One(condition) => condition_text(condition),
        Requirement::All(parts) => joined(parts, "; and "),
        Requirement::Any(parts) => joined(parts, "; or "),
    }
}

fn joined(parts: &[Requirement], word: &str) -> String {
    let part = |part: &Requirement| match part {
        Requirement::All(inner) | Requirement::Any(inner) if inner.len() > 1 && parts.len() > 1 => {
            format!("({})", requirement_text(part))
        }
        _ => requirement_text(part),
    };
    parts.iter().map(part).collect::<Vec<String>>().join(word)
}

fn condition_text(condition: &Condition) -> String {
    let state = if condition.is_met { "met" } else { "not met" };
    let Some(threshold) = condition.threshold else { return format!("{}: {state}", condition.label) };
    let value = condition.value.map_or_else(|| "not known".to_owned(), |value| figure_beside(value, threshold));
    format!("{} {value}, {} {}: {state}", condition.label, condition.comparison.phrase(), figure(threshold))
}
