//! A document written again without the values that must not be shown.

use super::pointer::{Pointer, Policy, Step};
use super::tokens::{Token, Tokens, unescaped};
use crate::intake::Field;
use std::borrow::Cow;
use std::collections::BTreeSet;

/// Replacement of a masked value.
const MASK: &str = "\"***\"";
/// Replacement of a value within a longer string.
const MASKED_PART: &str = "***";
/// Characters from which on a value is found within a word; a shorter one is found as a separate word.
const WITHIN_WORDS: usize = 4;

/// A pointer with its policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Rule {
    pub pointer: Pointer,
    pub policy: Policy,
    /// True if the values that it names must not be shown elsewhere either.
    pub is_personal: bool,
}

impl Rule {
    /// Returns the rule for a personal field at any depth.
    pub fn personal(field: Field, policy: Policy) -> Self {
        Self { pointer: Pointer::personal(field), policy, is_personal: true }
    }
}

/// Values that must not be shown within other strings.
#[derive(Debug, Default)]
pub(super) struct Values(BTreeSet<String>);

impl Values {
    /// Adds values. Those without a letter are not added: they could be any number.
    pub fn extend(&mut self, values: impl IntoIterator<Item = String>) {
        let named = values.into_iter().filter(|value| value.chars().any(char::is_alphabetic));
        // A book holds names trimmed and composed.
        self.0.extend(named.flat_map(|value| {
            use unicode_normalization::UnicodeNormalization;
            let composed = value.trim().nfc().collect();
            [value.trim().to_owned(), composed]
        }));
    }

    /// Returns the text with every value replaced; `None` if it has none.
    fn replaced(&self, text: &str) -> Option<String> {
        if self.0.is_empty() {
            return None;
        }
        let (mut replaced, mut shown, mut at) = (String::new(), 0, 0);
        while let Some(next) = text[at..].chars().next() {
            if let Some(length) = self.value_at(text, at) {
                replaced.push_str(&text[shown..at]);
                replaced.push_str(MASKED_PART);
                at += length;
                shown = at;
            } else {
                at += next.len_utf8();
            }
        }
        (shown > 0).then(|| replaced + &text[shown..])
    }

    /// Length of the longest value that begins there.
    fn value_at(&self, text: &str, at: usize) -> Option<usize> {
        let mut rest = &text[at..];
        loop {
            // Every value that begins `rest` is at most `rest`, and the greatest such is the longest.
            let value =
                self.0.range::<str, _>((std::ops::Bound::Unbounded, std::ops::Bound::Included(rest))).next_back()?;
            if rest.starts_with(value.as_str()) {
                if is_found(text, at, value) {
                    return Some(value.len());
                }
                rest = &rest[..value.floor_char_boundary(value.len() - 1)];
            } else {
                let common = rest.char_indices().zip(value.chars()).find(|((_, one), other)| one != other);
                rest = &rest[..common.map_or(0, |((length, _), _)| length)];
            }
            if rest.is_empty() {
                return None;
            }
        }
    }
}

/// Returns true unless a short value is only a part of a word.
fn is_found(text: &str, at: usize, value: &str) -> bool {
    let is_part = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    let (before, after) = (text[..at].chars().next_back(), text[at + value.len()..].chars().next());
    value.chars().count() >= WITHIN_WORDS || !(is_part(before) || is_part(after))
}

/// A document as it was written, and what was found in it.
#[derive(Debug)]
pub(super) struct Written {
    /// The document; `None` if nothing of it may be shown.
    pub text: Option<String>,
    /// For each rule, true if it named something.
    pub hits: Vec<bool>,
    /// Strings that personal rules named.
    pub found: Vec<String>,
    /// Pointers to strings that contained a value, with `*` for the elements of lists.
    pub replaced: BTreeSet<String>,
}

/// Writes a valid JSON document on one line, without what rules name and without values within other strings.
pub(super) fn write(document: &str, is_request: bool, rules: &[Rule], values: &Values) -> Written {
    let written = Written { text: None, hits: vec![false; rules.len()], found: Vec::new(), replaced: BTreeSet::new() };
    let mut writer = Writer { rules, values, is_request, text: String::new(), written };
    let is_shown = writer.document(document);
    writer.written.text = is_shown.then_some(writer.text);
    writer.written
}

/// A rule, and the number of its steps that are done.
type Begun = (usize, usize);

/// An open container while it is written.
struct Level {
    is_object: bool,
    /// Elements or members read so far.
    read: usize,
    /// True once it has content.
    has_content: bool,
    /// Rules whose steps up to this container named it.
    rules: Vec<Begun>,
    /// Step to it in a pointer.
    step: String,
}

struct Writer<'a> {
    rules: &'a [Rule],
    values: &'a Values,
    is_request: bool,
    text: String,
    written: Written,
}

impl Writer<'_> {
    /// Writes the document; returns false if nothing of it may be shown.
    fn document(&mut self, document: &str) -> bool {
        let whole: Vec<usize> =
            (0..self.rules.len()).filter(|rule| self.rules[*rule].pointer.steps.is_empty()).collect();
        whole.iter().for_each(|rule| self.written.hits[*rule] = true);
        if !whole.is_empty() {
            return false;
        }
        self.text.reserve(document.len());
        let all: Vec<Begun> = (0..self.rules.len()).map(|rule| (rule, 0)).collect();
        let (mut tokens, mut levels, mut key) = (Tokens::new(document), Vec::<Level>::new(), None);
        while let Some(token) = tokens.next() {
            match token {
                Token::Key(name) => key = Some(name),
                Token::ObjectEnd | Token::ListEnd => {
                    self.text.push(if token == Token::ObjectEnd { '}' } else { ']' });
                    levels.pop();
                }
                Token::ObjectStart | Token::ListStart | Token::Scalar(_) => {
                    let key = key.take();
                    let (rules, policy) = match levels.last() {
                        None => (all.clone(), None),
                        Some(level) if level.rules.is_empty() => (Vec::new(), None),
                        Some(level) => self.named(level, key, token),
                    };
                    self.separate(&mut levels, key, policy);
                    match (policy, token) {
                        (Some(policy), _) => {
                            skip(token, &mut tokens);
                            self.text.push_str(if policy == Policy::Mask { MASK } else { "" });
                        }
                        (None, Token::Scalar(text)) => self.scalar(text, key, &levels),
                        (None, _) => {
                            let is_object = token == Token::ObjectStart;
                            self.text.push(if is_object { '{' } else { '[' });
                            let step = step_to(key);
                            levels.push(Level { is_object, read: 0, has_content: false, rules, step });
                        }
                    }
                }
            }
        }
        true
    }

    /// Writes a value that no rule names.
    fn scalar(&mut self, text: &str, key: Option<&str>, levels: &[Level]) {
        let replaced =
            if text.starts_with('"') { unescaped(text).and_then(|text| self.values.replaced(&text)) } else { None };
        let Some(replaced) = replaced else { return self.text.push_str(text) };
        self.text.push_str(&serde_json::Value::String(replaced).to_string());
        self.note(levels, key);
    }

    /// Notes the pointer to a string that contained a value.
    fn note(&mut self, levels: &[Level], key: Option<&str>) {
        let steps = levels.iter().skip(1).map(|level| level.step.clone());
        let last = (!levels.is_empty()).then(|| step_to(key));
        // A name that contains a value is not named here either.
        let shown = |step: String| if self.values.replaced(&step).is_some() { "*".to_owned() } else { step };
        self.written.replaced.insert(steps.chain(last).map(|step| format!("/{}", shown(step))).collect());
    }

    /// Counts a value of the last level, and writes its separator and its name unless it is erased.
    fn separate(&mut self, levels: &mut [Level], key: Option<&str>, policy: Option<Policy>) {
        let Some(level) = levels.last_mut() else { return };
        level.read += 1;
        if policy == Some(Policy::Erase) {
            return;
        }
        if std::mem::replace(&mut level.has_content, true) {
            self.text.push(',');
        }
        if let Some(key) = key {
            match unescaped(key).and_then(|key| self.values.replaced(&key)) {
                Some(replaced) => {
                    self.text.push_str(&serde_json::Value::String(replaced).to_string());
                    self.note(levels, Some(key));
                }
                None => self.text.push_str(key),
            }
            self.text.push(':');
        }
    }

    /// Returns the rules that continue below the next value of `level`, and the policy for the value itself.
    fn named(&mut self, level: &Level, key: Option<&str>, token: Token<'_>) -> (Vec<Begun>, Option<Policy>) {
        let name = if level.is_object { key.and_then(unescaped) } else { Some(level.read.to_string().into()) };
        let (mut further, mut policy) = (BTreeSet::new(), None);
        for (rule, done) in &level.rules {
            let (pointer, action) = (&self.rules[*rule].pointer, self.rules[*rule].policy);
            let mut done = *done;
            while pointer.steps.get(done) == Some(&Step::Deep) {
                further.insert((*rule, done));
                done += 1;
            }
            let Some(step) = pointer.steps.get(done) else { continue };
            let is_named = *step == Step::Any || name.as_ref().is_some_and(|name| step.names(name, self.is_request));
            if !is_named {
                continue;
            }
            if pointer.steps.len() > done + 1 {
                further.insert((*rule, done + 1));
                continue;
            }
            self.written.hits[*rule] = true;
            policy = policy.max(Some(action));
            if let (true, Token::Scalar(text)) = (self.rules[*rule].is_personal, token) {
                self.written.found.extend(unescaped(text).map(Cow::into_owned));
            }
        }
        (further.into_iter().collect(), policy)
    }
}

/// Step of a pointer to a member, or `*` for an element of a list.
fn step_to(key: Option<&str>) -> String {
    let Some(key) = key else { return "*".to_owned() };
    unescaped(key).unwrap_or_default().replace('~', "~0").replace('/', "~1")
}

/// Skips the rest of the value that begins with `token`.
fn skip(token: Token<'_>, tokens: &mut Tokens<'_>) {
    let mut open = usize::from(matches!(token, Token::ObjectStart | Token::ListStart));
    while open > 0 {
        match tokens.next() {
            Some(Token::ObjectStart | Token::ListStart) => open += 1,
            Some(Token::ObjectEnd | Token::ListEnd) => open -= 1,
            Some(Token::Key(_) | Token::Scalar(_)) => {}
            None => return,
        }
    }
}
