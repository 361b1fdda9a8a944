//! JSON documents whose values keep their text: members in order, no duplicate keys, and a bounded depth.
//!
//! Amounts never pass a float here: a number remains the string that was written until it is read.

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;

/// Keys of an object that are compared one by one, which costs less than an index.
const FEW: usize = 24;
/// Most faults that are reported, in case every key is duplicated.
const MOST_FAULTS: usize = 20;

/// Fault of a document's syntax, independent of its content.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TextFault {
    /// The bytes are not UTF-8.
    #[error("the text is not UTF-8: byte {at} begins no character")]
    Encoding {
        /// Position of the byte, from 0.
        at: usize,
    },
    /// The text is not JSON.
    #[error("not valid JSON: {message}")]
    Syntax {
        /// Description with line and column.
        message: String,
    },
    /// A duplicate key in one object.
    #[error("duplicate key")]
    Repeated {
        /// JSON pointer of the member.
        pointer: String,
    },
    /// Values are nested too deeply.
    #[error("values are nested more than {most} levels deep")]
    Deep {
        /// JSON pointer of the first value that is too deep.
        pointer: String,
        /// Most levels that are allowed.
        most: usize,
    },
}

/// Checks that `bytes` are JSON without repeated keys, at most `most` levels deep, and returns them as text.
///
/// ```
/// use quotient::document::json::{TextFault, checked};
/// assert!(checked(br#"{"a": [1, {"b": 2}]}"#, 8).is_ok());
/// let fault = TextFault::Repeated { pointer: "/a/0/b".to_owned() };
/// assert_eq!(checked(br#"{"a": [{"b": 1, "b": 2}]}"#, 8), Err(vec![fault]));
/// ```
pub fn checked(bytes: &[u8], most: usize) -> Result<&str, Vec<TextFault>> {
    let text = std::str::from_utf8(bytes).map_err(|fault| vec![TextFault::Encoding { at: fault.valid_up_to() }])?;
    let whole: Result<&RawValue, _> = serde_json::from_str(text);
    whole.map_err(|fault| vec![TextFault::Syntax { message: fault.to_string() }])?;
    let mut scan = Scan { text, most, levels: Vec::new(), keys: Vec::new(), faults: Vec::new() };
    scan.run();
    if scan.faults.is_empty() { Ok(text) } else { Err(scan.faults) }
}

/// One object or list that is open.
struct Level<'t> {
    is_object: bool,
    /// A key comes next, not a value.
    awaits_key: bool,
    /// Position of its first key among all open keys.
    first_key: usize,
    /// Position of the item of a list.
    item: usize,
    /// Keys of a large object.
    index: BTreeSet<Cow<'t, str>>,
}

/// A walk over the text of valid JSON.
struct Scan<'t> {
    text: &'t str,
    most: usize,
    levels: Vec<Level<'t>>,
    keys: Vec<Cow<'t, str>>,
    faults: Vec<TextFault>,
}

impl<'t> Scan<'t> {
    fn run(&mut self) {
        let bytes = self.text.as_bytes();
        let mut at = 0;
        while let Some(byte) = bytes.get(at) {
            at += 1;
            match byte {
                b'{' | b'[' => {
                    if self.levels.len() >= self.most {
                        let fault = TextFault::Deep { pointer: self.pointer(), most: self.most };
                        return self.faults.push(fault);
                    }
                    let (is_object, first_key) = (*byte == b'{', self.keys.len());
                    let index = BTreeSet::new();
                    self.levels.push(Level { is_object, awaits_key: is_object, first_key, item: 0, index });
                }
                b'}' | b']' => {
                    let closed = self.levels.pop();
                    self.keys.truncate(closed.map_or(0, |level| level.first_key));
                }
                b',' => {
                    if let Some(level) = self.levels.last_mut() {
                        level.awaits_key = level.is_object;
                        level.item += 1;
                    }
                }
                b'"' => {
                    let end = end_of_text(bytes, at);
                    self.text(at - 1, end);
                    at = end;
                }
                _ => {}
            }
            if self.faults.len() >= MOST_FAULTS {
                return;
            }
        }
    }

    /// Takes the text from `start` to `end`, quotes included, as a key when one is expected.
    fn text(&mut self, start: usize, end: usize) {
        let Some(level) = self.levels.last_mut().filter(|level| level.awaits_key) else { return };
        level.awaits_key = false;
        let written = self.text.get(start..end).unwrap_or_default();
        let inner = written.get(1..written.len().saturating_sub(1)).unwrap_or_default();
        let key = match inner.contains('\\') {
            true => Cow::Owned(serde_json::from_str(written).unwrap_or_else(|_| inner.to_owned())),
            false => Cow::Borrowed(inner),
        };
        let own = self.keys.get(level.first_key..).unwrap_or_default();
        let is_repeated = if own.len() < FEW {
            own.contains(&key)
        } else {
            if level.index.is_empty() {
                level.index.extend(own.iter().cloned());
            }
            !level.index.insert(key.clone())
        };
        self.keys.push(key);
        if is_repeated {
            let fault = TextFault::Repeated { pointer: self.pointer() };
            self.faults.push(fault);
        }
    }

    /// Position of the walk.
    fn pointer(&self) -> String {
        let mut pointer = String::new();
        for (depth, level) in self.levels.iter().enumerate() {
            let end = self.levels.get(depth + 1).map_or(self.keys.len(), |next| next.first_key);
            pointer.push('/');
            match self.keys.get(level.first_key..end).and_then(<[_]>::last) {
                Some(key) if level.is_object => pointer.push_str(&escaped(key)),
                _ => pointer.push_str(&level.item.to_string()),
            }
        }
        pointer
    }
}

/// A step from value to value through the text of a valid list or object.
#[derive(Debug)]
struct Walk<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Walk<'t> {
    /// Positioned after the first bracket; `None` when the text begins with anything else.
    fn into(text: &'t str, bracket: u8) -> Option<Self> {
        let start = text.bytes().position(|byte| !is_between(byte))?;
        (text.as_bytes().get(start) == Some(&bracket)).then_some(Self { text, at: start + 1 })
    }

    /// The next value, or the next key of an object, as written.
    fn value(&mut self) -> Option<&'t str> {
        let (bytes, first) = (self.text.as_bytes(), self.peek()?);
        let start = self.at;
        self.at = match first {
            b'}' | b']' => start + 1,
            b'"' => end_of_text(bytes, start + 1),
            b'{' | b'[' => end_of_nested(bytes, start),
            _ => {
                let is_end = |byte: &u8| is_between(*byte) || matches!(byte, b'}' | b']');
                start + bytes.get(start..)?.iter().position(is_end).unwrap_or(bytes.len() - start)
            }
        };
        if matches!(first, b'}' | b']') { None } else { self.text.get(start..self.at) }
    }

    /// Goes to the next value or bracket and gives its first byte.
    fn peek(&mut self) -> Option<u8> {
        let rest = self.text.as_bytes().get(self.at..)?;
        self.at += rest.iter().position(|byte| !is_between(*byte))?;
        self.text.as_bytes().get(self.at).copied()
    }
}

/// True for bytes between two values of valid JSON.
fn is_between(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | b',' | b':')
}

/// Position behind the bracket that closes the one at `at`.
fn end_of_nested(bytes: &[u8], mut at: usize) -> usize {
    let mut depth = 0_usize;
    while let Some(byte) = bytes.get(at) {
        at += 1;
        match byte {
            b'"' => at = end_of_text(bytes, at),
            b'{' | b'[' => depth += 1,
            b'}' | b']' if depth <= 1 => return at,
            b'}' | b']' => depth -= 1,
            _ => {}
        }
    }
    at
}

/// The items of a list, as written.
#[derive(Debug)]
pub struct Items<'t>(Walk<'t>);

impl<'t> Items<'t> {
    /// The items of the list that `text` is, which must be valid JSON; `None` when it is something else.
    pub fn of(text: &'t str) -> Option<Self> {
        Walk::into(text, b'[').map(Self)
    }

    /// Puts the members of the next item into `object`: true when it is one; `None` at the end of the list.
    pub fn next_into(&mut self, object: &mut Object<'t>) -> Option<bool> {
        match self.0.peek()? {
            b'{' => {
                self.0.at += 1;
                Some(object.take(&mut self.0))
            }
            _ => self.0.value().map(|_| false),
        }
    }
}

impl<'t> Iterator for Items<'t> {
    type Item = &'t str;

    fn next(&mut self) -> Option<&'t str> {
        self.0.value()
    }
}

/// A key as written in a JSON pointer.
pub fn escaped(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

/// Position behind the quote that ends the text which goes on at `at`.
fn end_of_text(bytes: &[u8], mut at: usize) -> usize {
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => return at + 1,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    at
}

/// Members of an object in the order of the document, each with its raw text.
#[derive(Debug, Default)]
pub struct Object<'a>(pub Vec<(Cow<'a, str>, &'a str)>);

/// A key, borrowed from the document unless it has escapes.
struct Key<'a>(Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Key<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;
        impl<'de> Visitor<'de> for Text {
            type Value = Cow<'de, str>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a key")
            }

            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Cow::Borrowed(text))
            }

            fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Cow::Owned(text.to_owned()))
            }
        }
        deserializer.deserialize_str(Text).map(Key)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Object<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members<'a>(std::marker::PhantomData<&'a ()>);
        impl<'de: 'a, 'a> Visitor<'de> for Members<'a> {
            type Value = Object<'a>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some((Key(key), value)) = map.next_entry::<Key<'de>, &'de RawValue>()? {
                    members.push((key, value.get()));
                }
                Ok(Object(members))
            }
        }
        deserializer.deserialize_map(Members(std::marker::PhantomData))
    }
}

impl<'a> Object<'a> {
    /// The members of the object that `text` is, which must be valid JSON; `None` when it is something else, or a key of
    /// it is not a string.
    ///
    /// What was found valid once is not looked through again: only where values end is asked.
    pub fn of(text: &'a str) -> Option<Self> {
        let mut object = Self::default();
        object.take(&mut Walk::into(text, b'{')?).then_some(object)
    }

    /// Takes the members that `walk` comes upon, replacing the present ones; false when a key is not a string.
    fn take(&mut self, walk: &mut Walk<'a>) -> bool {
        self.0.clear();
        while let Some(key) = walk.value() {
            let inner = key.get(1..key.len().saturating_sub(1)).unwrap_or_default();
            let key = match inner.contains('\\') {
                true => serde_json::from_str(key).map(Cow::Owned),
                false => Ok(Cow::Borrowed(inner)),
            };
            let (Ok(key), Some(value)) = (key, walk.value()) else { return false };
            self.0.push((key, value));
        }
        true
    }

    /// The first duplicate key.
    pub fn repeated(&self) -> Option<&str> {
        let keys = || self.0.iter().map(|(key, _)| &**key);
        if self.0.len() <= FEW {
            return keys()
                .enumerate()
                .find(|(at, key)| keys().take(*at).any(|earlier| earlier == *key))
                .map(|(_, key)| key);
        }
        let mut seen = BTreeSet::new();
        keys().find(|key| !seen.insert(*key))
    }
}
