//! Texts of closed sets: tiers, and the values of decision tables.

use super::super::api::vocabulary::{is_tier, unknown_word, vocabulary};
use super::super::source::shortened;
use super::super::tree::{Expression, ExpressionKind};
use super::super::unit_fault::UnitFault;
use super::Analysis;
use super::value::{Operand, Value, What, Written};
use crate::finding::did_you_mean;

impl<'a> Analysis<'a> {
    /// Reports a text that is not in the set of the value it is compared with, and tiers compared by their letters.
    pub(super) fn words_of(&mut self, operator: &str, left: &Operand<'a>, right: &Operand<'a>) {
        let is_ordered = !matches!(operator, "==" | "!=");
        let tiers = left.1.words.as_ref().or(right.1.words.as_ref());
        if is_ordered && tiers.is_some_and(|words| words.vocabulary.starts_with("tier")) {
            let (left_text, right_text) = (self.text(left.0), self.text(right.0));
            let fault = UnitFault::TierOrder { operator: operator.to_owned(), left: left_text, right: right_text };
            let span = crate::finding::Span { start: left.0.at, end: self.span(right.0).end };
            self.report(fault, span);
        }
        self.word(&left.1, &right.1);
        self.word(&right.1, &left.1);
    }

    /// Reports the literal text `other` when it is not in the set of `value`. An empty text stands for none.
    pub(super) fn word(&mut self, value: &Value<'a>, other: &Value<'a>) {
        let (Some(words), Some(written)) = (value.words.clone(), other.written.clone()) else { return };
        self.unknown(&words.vocabulary, &words.known, &written);
    }

    /// Reports the literal text after `??` when it is nearly a word of the set of the value before it. Any other text
    /// stands for what is not known.
    pub(super) fn fallback_word(&mut self, value: &Value<'a>, fallback: &Value<'a>) {
        let Some(words) = value.words.clone() else { return };
        let text = fallback.written.as_ref().and_then(Written::text);
        if text.is_some_and(|text| did_you_mean(text, words.known.iter().map(String::as_str)).is_some()) {
            self.word(value, fallback);
        }
    }

    fn unknown(&mut self, vocabulary: &str, known: &[String], written: &Written<'a>) {
        let Some(text) = written.text() else { return };
        if text.is_empty() || known.iter().any(|word| word == text) {
            return;
        }
        let known: Vec<&str> = known.iter().map(String::as_str).collect();
        self.report_at(unknown_word(vocabulary, text, &known), written.unit, written.span, None);
    }

    /// Reports the texts of a list that are not in the set of the value that is looked for.
    pub(super) fn members(&mut self, item: &Value<'a>, list: &'a Expression, value: &Value<'a>) {
        let Some(words) = item.words.clone() else { return };
        if let ExpressionKind::List(items) = &list.kind {
            for one in items {
                let one = self.expression(one);
                self.word(item, &one);
            }
        } else if let What::List(inside) = &value.what {
            let literals: Vec<Written<'a>> = inside.literals().cloned().collect();
            literals.iter().for_each(|written| self.unknown(&words.vocabulary, &words.known, written));
        }
    }

    /// Reports words, given to a function by a variable or a choice, that are not in its vocabulary.
    pub(super) fn vocabularies(&mut self, function: &str, given: &[Operand<'a>]) {
        for (index, (expression, value)) in given.iter().enumerate() {
            // A literal at the call is checked there, with the other names.
            if matches!(expression.kind, ExpressionKind::Text(_)) {
                continue;
            }
            let (what, known): (String, Vec<String>) = match (vocabulary(function, index), self.tier_words()) {
                (Some((what, known)), _) => (what.to_owned(), known.into_iter().map(str::to_owned).collect()),
                (None, Some(tiers)) if is_tier(function, index) => (tiers.vocabulary.clone(), tiers.known.clone()),
                _ => continue,
            };
            let literals: Vec<Written<'a>> = value.literals().cloned().collect();
            literals.iter().for_each(|written| self.unknown(&what, &known, written));
        }
    }

    /// `list.contains(item)`.
    pub(super) fn contained(&mut self, values: &[Operand<'a>]) -> Value<'a> {
        if let [(list, list_value), (_, item)] = values {
            self.members(item, list, list_value);
        }
        Value::truth()
    }

    /// Reports labels of a `switch` that are not in the set of its value.
    pub(super) fn labels(&mut self, at: usize, subject: &Value<'a>) {
        let Some(words) = subject.words.clone() else { return };
        let source = &self.unit.source;
        let labels: Vec<(String, usize)> = source
            .switch_labels(at)
            .into_iter()
            .filter_map(|label| {
                let text = label.strip_prefix('"')?.strip_suffix('"')?;
                Some((shortened(text), offset_in(&source.text, label)))
            })
            .collect();
        for (text, start) in labels {
            if !text.is_empty() && !words.known.contains(&text) {
                let known: Vec<&str> = words.known.iter().map(String::as_str).collect();
                self.report(unknown_word(&words.vocabulary, &text, &known), self.unit.source.token(start));
            }
        }
    }
}

/// Offset of a part of a text in it.
fn offset_in(whole: &str, part: &str) -> usize {
    (part.as_ptr() as usize).saturating_sub(whole.as_ptr() as usize)
}
