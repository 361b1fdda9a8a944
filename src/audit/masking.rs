//! Masking: values of a decision that the log must not show, named by JSON pointers.
//!
//! A pointer is that of RFC 6901, with `*` for every member of an object and every element of a list:
//! `/book/partners/*/partner_name`. It applies to the request and to the response.

use super::fault::AuditFault;
use super::tokens::{Token, Tokens, unescaped};
use crate::finding::{Finding, Findings};
use serde_json::value::RawValue;
use std::fmt;

/// Longest pointer, in bytes.
const MAX_POINTER: usize = 1_024;
/// Most pointers.
const MAX_POINTERS: usize = 256;
/// Replacement of a masked value.
const MASK: &str = "\"***\"";

/// Treatment of a value that a pointer names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Policy {
    /// It is replaced by `"***"`.
    Mask,
    /// It is removed with its name; later elements of a list move up.
    Erase,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    Any,
    Named(String),
}

impl Step {
    fn names(&self, name: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Named(named) => named == name,
        }
    }
}

/// A JSON pointer in which `*` stands for every member or element.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pointer {
    text: String,
    steps: Vec<Step>,
}

impl Pointer {
    /// Reads a pointer; the empty one names the whole document.
    ///
    /// ```
    /// use quotient::audit::Pointer;
    /// assert!(Pointer::parse("/book/partners/*/partner_name").is_ok());
    /// assert!(Pointer::parse("book.partners").is_err());
    /// ```
    pub fn parse(text: &str) -> Result<Self, Finding> {
        let refused = |reason: &str| {
            let pointer = text.chars().take(80).collect();
            Finding::from(AuditFault::BadPointer { pointer, reason: reason.to_owned() })
        };
        if text.len() > MAX_POINTER {
            return Err(refused(&format!("it is longer than {MAX_POINTER} bytes")));
        }
        if text.is_empty() {
            return Ok(Self { text: String::new(), steps: Vec::new() });
        }
        let Some(rest) = text.strip_prefix('/') else { return Err(refused("it does not begin with `/`")) };
        let step = |step: &str| match step {
            "*" => Some(Step::Any),
            step if step.split('~').skip(1).all(|after| after.starts_with(['0', '1'])) => {
                Some(Step::Named(step.replace("~1", "/").replace("~0", "~")))
            }
            _ => None,
        };
        let steps: Option<Vec<Step>> = rest.split('/').map(step).collect();
        let steps = steps.ok_or_else(|| refused("`~` is followed by neither `0` nor `1`"))?;
        Ok(Self { text: text.to_owned(), steps })
    }
}

impl fmt::Display for Pointer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// Pointers to values that the log must not show, each with its policy.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Masking {
    rules: Vec<(Pointer, Policy)>,
}

/// A masked document.
#[derive(Debug, Clone)]
pub struct Masked {
    /// The document on one line; `None` if nothing of it may be shown.
    pub text: Option<Box<RawValue>>,
    /// Pointers that named something, in the order of the configuration.
    pub pointers: Vec<String>,
}

/// Error: the document is not valid JSON, so that nothing of it may be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the document is not valid JSON")]
pub struct NotJson;

impl Masking {
    /// Reads the pointers of a configuration; reports all problems in one pass.
    ///
    /// A value that both name is erased.
    pub fn parse(masked: &[String], erased: &[String]) -> Result<Self, Findings> {
        let all = masked.iter().map(|text| (text, Policy::Mask)).chain(erased.iter().map(|text| (text, Policy::Erase)));
        let (mut rules, mut findings) = (Vec::new(), Findings::new());
        for (text, policy) in all {
            match Pointer::parse(text) {
                Ok(pointer) => rules.push((pointer, policy)),
                Err(finding) => findings.push(finding),
            }
        }
        if rules.len() > MAX_POINTERS {
            findings.push(AuditFault::TooManyPointers { count: rules.len(), limit: MAX_POINTERS }.into());
        }
        if findings.is_empty() { Ok(Self { rules }) } else { Err(findings) }
    }

    /// Returns the document on one line, without the values that must not be shown; the others are as written.
    ///
    /// ```
    /// use quotient::audit::Masking;
    /// let masking = Masking::parse(&["/partners/*/name".to_owned()], &[]).unwrap();
    /// let masked = masking.apply(br#"{ "partners": [ {"name": "Acme", "quota": 1.50} ] }"#)?;
    /// assert_eq!(masked.text.unwrap().get(), r#"{"partners":[{"name":"***","quota":1.50}]}"#);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn apply(&self, document: &[u8]) -> Result<Masked, NotJson> {
        let document: &RawValue = serde_json::from_slice(document).map_err(|_| NotJson)?;
        let mut writer = Writer { rules: &self.rules, text: String::new(), hits: vec![false; self.rules.len()] };
        let is_shown = writer.document(document.get());
        let (text, hits) = (writer.text, writer.hits);
        let pointers = self.rules.iter().zip(hits).filter(|(_, hit)| *hit).map(|((pointer, _), _)| pointer.to_string());
        let pointers = pointers.collect();
        let text = if is_shown { Some(RawValue::from_string(text).map_err(|_| NotJson)?) } else { None };
        Ok(Masked { text, pointers })
    }
}

/// An open container while it is written.
struct Level {
    is_object: bool,
    /// Elements or members read so far.
    read: usize,
    /// True once it has content.
    has_content: bool,
    /// Rules whose steps up to this container named it.
    rules: Vec<usize>,
}

struct Writer<'a> {
    rules: &'a [(Pointer, Policy)],
    text: String,
    hits: Vec<bool>,
}

impl Writer<'_> {
    /// Writes the document; returns false if nothing of it may be shown.
    fn document(&mut self, document: &str) -> bool {
        let whole: Vec<usize> = (0..self.rules.len()).filter(|rule| self.rules[*rule].0.steps.is_empty()).collect();
        whole.iter().for_each(|rule| self.hits[*rule] = true);
        if !whole.is_empty() {
            return false;
        }
        self.text.reserve(document.len());
        let all: Vec<usize> = (0..self.rules.len()).collect();
        let (mut tokens, mut levels, mut key) = (Tokens::new(document), Vec::<Level>::new(), None);
        while let Some(token) = tokens.next() {
            let close = match token {
                Token::Key(name) => {
                    key = Some(name);
                    continue;
                }
                Token::ObjectEnd => Some('}'),
                Token::ListEnd => Some(']'),
                Token::ObjectStart | Token::ListStart | Token::Scalar(_) => None,
            };
            if let Some(close) = close {
                self.text.push(close);
                levels.pop();
                continue;
            }
            let key = key.take();
            let (rules, policy) = match levels.last() {
                None => (all.clone(), None),
                Some(level) if level.rules.is_empty() => (Vec::new(), None),
                Some(level) => self.named(level, levels.len() - 1, key),
            };
            if let Some(level) = levels.last_mut() {
                self.separate(level, key, policy);
            }
            if let Some(policy) = policy {
                skip(token, &mut tokens);
                if policy == Policy::Mask {
                    self.text.push_str(MASK);
                }
                continue;
            }
            let is_object = match token {
                Token::Scalar(text) => {
                    self.text.push_str(text);
                    continue;
                }
                token => token == Token::ObjectStart,
            };
            self.text.push(if is_object { '{' } else { '[' });
            levels.push(Level { is_object, read: 0, has_content: false, rules });
        }
        true
    }

    /// Counts a value of `level`, and writes its separator and its name unless it is erased.
    fn separate(&mut self, level: &mut Level, key: Option<&str>, policy: Option<Policy>) {
        level.read += 1;
        if policy == Some(Policy::Erase) {
            return;
        }
        if std::mem::replace(&mut level.has_content, true) {
            self.text.push(',');
        }
        if let Some(key) = key {
            self.text.push_str(key);
            self.text.push(':');
        }
    }

    /// Returns the rules that continue below the next value of `level`, and the policy for the value itself.
    fn named(&mut self, level: &Level, depth: usize, key: Option<&str>) -> (Vec<usize>, Option<Policy>) {
        let name = if level.is_object { key.and_then(unescaped) } else { Some(level.read.to_string().into()) };
        let (mut further, mut policy) = (Vec::new(), None);
        for rule in &level.rules {
            let (pointer, action) = &self.rules[*rule];
            let is_named = match (&pointer.steps[depth], &name) {
                (Step::Any, _) => true,
                (step, Some(name)) => step.names(name),
                (Step::Named(_), None) => false,
            };
            if is_named && pointer.steps.len() == depth + 1 {
                self.hits[*rule] = true;
                policy = policy.max(Some(*action));
            } else if is_named {
                further.push(*rule);
            }
        }
        (further, policy)
    }
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
