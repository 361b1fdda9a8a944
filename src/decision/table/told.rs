//! The sentences of a decision: the rows that decided, and what would have decided otherwise.

use super::super::figure::{figure, figures_in};
use super::decide::{Decision, Direction, Near, Reason, Target};
use super::sentence::{About, Part, Sentence, spaced, value_words};
use super::value::Value;
use super::verdict::Outcome;

/// Most rows that are named as alternatives.
const MAX_NEAR: usize = 3;

impl Decision {
    /// Calls `take` with each sentence: the rows that decided, then what would have decided otherwise. `name` is the
    /// name of the table.
    pub(crate) fn tell(&self, name: &str, mut take: impl FnMut(About, &str)) {
        let mut text = String::new();
        for sentence in self.settled().sentences.get_or_init(|| sentences(self)) {
            text.clear();
            sentence.write(name, self.inputs(), &mut text);
            take(sentence.about, &text);
        }
    }
}

fn sentences(decision: &Decision) -> Vec<Sentence> {
    let reasons = decision.reasons();
    let decisive = reasons.iter().filter(|reason| reason.is_decisive);
    let mut all: Vec<Sentence> = decisive.map(|reason| because(decision, reason)).collect();
    if reasons.is_empty() {
        let what = if decision.is_default() { "no row applies, so the default holds" } else { "no row applies" };
        let parts = vec![Part::Words(format!("{what} (")), Part::Table, Part::Words(".csv)".to_owned())];
        all.push(Sentence { about: About::Because, parts });
    }
    for near in decision.near_misses().filter(|near| !near.targets.is_empty()).take(MAX_NEAR) {
        all.extend(near.targets.iter().filter_map(|target| would_change(decision, &near, target)));
    }
    all
}

/// Place of an input column.
fn place(decision: &Decision, column: &str) -> usize {
    let inputs = decision.table().inputs();
    inputs.iter().position(|input| *input.name == *column).unwrap_or(inputs.len())
}

/// Words of a row that decided: the vendor's own with the values that were looked up, or the conditions that were met.
fn because(decision: &Decision, reason: &Reason) -> Sentence {
    let said = reason.because.as_ref().or(reason.label.as_ref());
    // A text that is looked up only selects the rows; the vendor's own words say it better.
    let is_told = |value: &Value| said.is_none() || !matches!(value, Value::Text(_));
    let mut parts = Vec::new();
    for met in reason.conditions.iter().filter(|condition| is_told(&condition.value)) {
        let (column, cell) = (place(decision, &met.column), met.cell.trim());
        let comma = if parts.is_empty() { "" } else { ", " };
        parts.push(Part::Words(format!("{comma}{} ", spaced(&met.column))));
        parts.push(match (said, &met.value) {
            (Some(_), _) => Part::Value(column),
            (None, Value::Number(_)) => Part::Met(column, figures_in(cell)),
            (None, _) => Part::Met(column, cell.to_owned()),
        });
    }
    let row = Part::Words(format!(".csv, row {})", reason.row));
    match (said, parts.is_empty()) {
        // The vendor's words name the range; the value that was looked up is added.
        (Some(said), false) => {
            parts.insert(0, Part::Words(format!("{said} (")));
            parts.push(Part::Words("; ".to_owned()));
        }
        (Some(said), true) => parts.push(Part::Words(format!("{said} ("))),
        (None, false) => parts.push(Part::Words(" (".to_owned())),
        (None, true) => parts.push(Part::Words("any input (".to_owned())),
    }
    parts.extend([Part::Table, row]);
    Sentence { about: About::Because, parts }
}

/// Returns what another value would give; `None` where that is the same, or where the value cannot be reached.
fn would_change(decision: &Decision, near: &Near, target: &Target) -> Option<Sentence> {
    let outcome = decision.outcome_at(target).ok()?;
    let Outcome::One(values) = &outcome else { return None };
    let is_word = target.direction == Direction::Change && matches!(target.value, Value::Text(_));
    if outcome == *decision.outcome() || is_word {
        return None;
    }
    let how = match (target.direction, target.is_included) {
        (Direction::Change, _) => "",
        (Direction::Raise, true) => "at least ",
        (Direction::Raise, false) => "above ",
        (Direction::Lower, true) => "at most ",
        (Direction::Lower, false) => "below ",
    };
    let outputs = decision.table().outputs().iter().zip(values);
    let outputs: Vec<String> =
        outputs.map(|(output, value)| format!("{} {}", spaced(&output.name), value_words(value))).collect();
    let column = place(decision, &near.column);
    let found = match &target.value {
        Value::Number(number) => Part::Beside(column, *number, figure(*number)),
        _ => Part::Value(column),
    };
    let start = format!("{} {how}{} instead of ", spaced(&near.column), value_words(&target.value));
    let parts = vec![Part::Words(start), found, Part::Words(format!(" gives {}", outputs.join(", ")))];
    Some(Sentence { about: About::WouldChange, parts })
}
