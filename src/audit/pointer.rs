//! Pointers to values of a document, as masking uses them.

use super::fault::AuditFault;
use crate::finding::Finding;
use crate::intake::{Field, personal_field};
use std::fmt;

/// Longest pointer, in bytes.
const MAX_POINTER: usize = 1_024;

/// Treatment of a value that a pointer names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Policy {
    /// It is replaced by `"***"`.
    Mask,
    /// It is removed with its name; later elements of a list move up.
    Erase,
}

/// One step of a pointer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    /// Any member or element.
    Any,
    /// Any number of levels, none included.
    Deep,
    /// The member or element of this name.
    Named(String),
    /// The member that holds a personal field: in a request under any of its headings.
    Personal(Field),
}

impl Step {
    /// Returns true if the step names a member or element of this name, in a request or in a response.
    pub fn names(&self, name: &str, is_request: bool) -> bool {
        match self {
            Self::Any => true,
            Self::Deep => false,
            Self::Named(named) => named == name,
            Self::Personal(field) if is_request => personal_field(name) == Some(*field),
            Self::Personal(field) => field.name() == name,
        }
    }
}

/// A JSON pointer in which `*` stands for every member or element, and `**` for any number of levels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pointer {
    text: String,
    pub(super) steps: Vec<Step>,
}

impl Pointer {
    /// Reads a pointer; the empty one names the whole document.
    ///
    /// ```
    /// use quotient::audit::Pointer;
    /// assert!(Pointer::parse("/book/partners/*/partner_name").is_ok());
    /// assert!(Pointer::parse("/**/partner_name").is_ok());
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
            "**" => Some(Step::Deep),
            step if step.split('~').skip(1).all(|after| after.starts_with(['0', '1'])) => {
                Some(Step::Named(step.replace("~1", "/").replace("~0", "~")))
            }
            _ => None,
        };
        let steps: Option<Vec<Step>> = rest.split('/').map(step).collect();
        let steps = steps.ok_or_else(|| refused("`~` is followed by neither `0` nor `1`"))?;
        if steps.last() == Some(&Step::Deep) {
            return Err(refused("nothing follows `**`"));
        }
        Ok(Self { text: text.to_owned(), steps })
    }

    /// Returns the pointer to a personal field at any depth.
    pub(super) fn personal(field: Field) -> Self {
        Self { text: format!("/**/{}", field.name()), steps: vec![Step::Deep, Step::Personal(field)] }
    }

    /// Returns the personal field that the pointer names; `None` if it names anything else.
    pub(super) fn personal_field(&self) -> Option<Field> {
        match self.steps.last()? {
            Step::Named(name) => personal_field(name),
            Step::Personal(field) => Some(*field),
            Step::Any | Step::Deep => None,
        }
    }
}

impl fmt::Display for Pointer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
