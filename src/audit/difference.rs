//! The first difference of two JSON documents.

use super::tokens::{Token, Tokens, unescaped};
use std::collections::BTreeMap;

/// Deepest nesting that is compared.
const MAX_DEPTH: usize = 128;
/// Most characters of a value that are shown.
const SHOWN: usize = 200;

/// The first difference of two documents.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
pub struct Difference {
    /// JSON pointer to the place; empty for the whole document.
    pub pointer: String,
    /// Value before, shortened; `None` if it was absent.
    pub before: Option<String>,
    /// Value after, shortened; `None` if it is absent.
    pub after: Option<String>,
}

/// A value with its text as written. Numbers are compared as they were written: `1.0` is not `1.00`.
#[derive(Debug, PartialEq, Eq)]
enum Value<'a> {
    Scalar(&'a str),
    List(Vec<Value<'a>>),
    /// Members in the order of the document.
    Object(Vec<(&'a str, Value<'a>)>),
}

impl<'a> Value<'a> {
    fn read(token: Token<'a>, tokens: &mut Tokens<'a>, depth: usize) -> Option<Self> {
        if depth > MAX_DEPTH {
            return None;
        }
        match token {
            Token::Scalar(text) => Some(Self::Scalar(text)),
            Token::ListStart => {
                let mut list = Vec::new();
                loop {
                    match tokens.next()? {
                        Token::ListEnd => return Some(Self::List(list)),
                        token => list.push(Self::read(token, tokens, depth + 1)?),
                    }
                }
            }
            Token::ObjectStart => {
                let mut members = Vec::new();
                loop {
                    match tokens.next()? {
                        Token::ObjectEnd => return Some(Self::Object(members)),
                        Token::Key(key) => {
                            let token = tokens.next()?;
                            members.push((key, Self::read(token, tokens, depth + 1)?));
                        }
                        _ => return None,
                    }
                }
            }
            Token::Key(_) | Token::ObjectEnd | Token::ListEnd => None,
        }
    }

    fn parse(text: &'a str) -> Option<Self> {
        let mut tokens = Tokens::new(text);
        let first = tokens.next()?;
        Self::read(first, &mut tokens, 0)
    }

    fn write(&self, text: &mut String) {
        if text.len() > SHOWN * 4 {
            return;
        }
        match self {
            Self::Scalar(scalar) => text.push_str(scalar),
            Self::List(list) => {
                text.push('[');
                for (at, value) in list.iter().enumerate() {
                    text.push_str(if at > 0 { "," } else { "" });
                    value.write(text);
                }
                text.push(']');
            }
            Self::Object(members) => {
                text.push('{');
                for (at, (key, value)) in members.iter().enumerate() {
                    text.push_str(if at > 0 { "," } else { "" });
                    text.push_str(key);
                    text.push(':');
                    value.write(text);
                }
                text.push('}');
            }
        }
    }

    fn shown(&self) -> String {
        let mut text = String::new();
        self.write(&mut text);
        if text.chars().count() <= SHOWN {
            return text;
        }
        text.chars().take(SHOWN).chain(['…']).collect()
    }
}

/// Returns the first difference of `after` from `before`, in the order of `before`; `None` if they are equal.
///
/// The order of members does not matter; digits of numbers do.
///
/// ```
/// use quotient::audit::first_difference;
/// let there = first_difference(r#"{"a": 1, "b": ["x", "2.50"]}"#, r#"{"b": ["x", "2.5"], "a": 1}"#).unwrap();
/// assert_eq!((there.pointer.as_str(), there.after.as_deref()), ("/b/1", Some("\"2.5\"")));
/// ```
pub fn first_difference(before: &str, after: &str) -> Option<Difference> {
    if before == after {
        return None;
    }
    match (Value::parse(before), Value::parse(after)) {
        (Some(before), Some(after)) => between(&before, &after, &mut String::new()),
        (before, after) => Some(Difference {
            pointer: String::new(),
            before: before.map(|value| value.shown()),
            after: after.map(|value| value.shown()),
        }),
    }
}

/// Returns the first difference of `after` from `before`, ignoring a member `added` that only `after` has at its top.
///
/// Documents of an earlier version of the program do not have the member; a replay of them is still the same.
pub(super) fn first_difference_beside(before: &str, after: &str, added: &str) -> Option<Difference> {
    let (Some(before_value), Some(Value::Object(mut members))) = (Value::parse(before), Value::parse(after)) else {
        return first_difference(before, after);
    };
    let is_added = |key: &str| unescaped(key).is_some_and(|key| key == added);
    if let Value::Object(before) = &before_value
        && !before.iter().any(|(key, _)| is_added(key))
    {
        members.retain(|(key, _)| !is_added(key));
    }
    between(&before_value, &Value::Object(members), &mut String::new())
}

fn between(before: &Value<'_>, after: &Value<'_>, pointer: &mut String) -> Option<Difference> {
    match (before, after) {
        (Value::List(before), Value::List(after)) => {
            let most = before.len().max(after.len());
            (0..most).find_map(|at| part(before.get(at), after.get(at), &at.to_string(), pointer))
        }
        (Value::Object(before), Value::Object(after)) => {
            let now: BTreeMap<_, &Value<'_>> = after.iter().map(|(key, value)| (unescaped(key), value)).collect();
            let was: BTreeMap<_, &Value<'_>> = before.iter().map(|(key, value)| (unescaped(key), value)).collect();
            let step = |key: &str| unescaped(key).unwrap_or_default().replace('~', "~0").replace('/', "~1");
            let changed = before
                .iter()
                .find_map(|(key, value)| part(Some(value), now.get(&unescaped(key)).copied(), &step(key), pointer));
            let added = || {
                let (key, value) = after.iter().find(|(key, _)| !was.contains_key(&unescaped(key)))?;
                part(None, Some(value), &step(key), pointer)
            };
            changed.or_else(added)
        }
        (Value::Scalar(one), Value::Scalar(other)) if one == other => None,
        // A string can be escaped in two ways.
        (Value::Scalar(one), Value::Scalar(other))
            if unescaped(one).is_some_and(|one| unescaped(other) == Some(one)) =>
        {
            None
        }
        (before, after) => {
            Some(Difference { pointer: pointer.clone(), before: Some(before.shown()), after: Some(after.shown()) })
        }
    }
}

fn part(before: Option<&Value<'_>>, after: Option<&Value<'_>>, step: &str, pointer: &mut String) -> Option<Difference> {
    let length = pointer.len();
    pointer.push('/');
    pointer.push_str(step);
    let difference = match (before, after) {
        (Some(before), Some(after)) => between(before, after, pointer),
        (before, after) => Some(Difference {
            pointer: pointer.clone(),
            before: before.map(Value::shown),
            after: after.map(Value::shown),
        }),
    };
    pointer.truncate(length);
    difference
}
