//! Masking: values of a decision that the log must not show.
//!
//! Values are named by pointers ([`Pointer`]), which apply to the request and to the response. A pointer to a personal
//! field, such as `/book/partners/*/partner_name`, covers that field wherever it occurs in either, and its values
//! wherever they occur in other strings, such as a reason or the owner of a task.

use super::fault::AuditFault;
use super::masked_text::{Rule, Values, write};
use super::pointer::{Pointer, Policy, Step};
use crate::finding::Findings;
use crate::intake::personal_fields;
use serde_json::value::RawValue;

/// Most pointers.
const MAX_POINTERS: usize = 256;
/// Word that names all personal fields.
const PERSONAL: &str = "personal";

/// Pointers to values that the log must not show, each with its policy.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Masking {
    rules: Vec<Rule>,
}

/// A masked document.
#[derive(Debug, Clone)]
pub struct Masked {
    /// The document on one line; `None` if nothing of it may be shown.
    pub text: Option<Box<RawValue>>,
    /// Pointers that named something, in the order of the configuration; then those to other strings with a value that
    /// must not be shown.
    pub pointers: Vec<String>,
}

/// Error: the document is not valid JSON, so that nothing of it may be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the document is not valid JSON")]
pub struct NotJson;

impl Masking {
    /// Reads the pointers of a configuration; reports all problems in one pass. `personal` names all personal fields.
    ///
    /// A value that both name is erased.
    pub fn parse(masked: &[String], erased: &[String]) -> Result<Self, Findings> {
        let all = masked.iter().map(|text| (text, Policy::Mask)).chain(erased.iter().map(|text| (text, Policy::Erase)));
        let (mut rules, mut findings) = (Vec::new(), Findings::new());
        if masked.len() + erased.len() > MAX_POINTERS {
            findings
                .push(AuditFault::TooManyPointers { count: masked.len() + erased.len(), limit: MAX_POINTERS }.into());
        }
        for (text, policy) in all {
            if text == PERSONAL {
                rules.extend(personal_fields().iter().map(|field| Rule::personal(*field, policy)));
                continue;
            }
            match Pointer::parse(text) {
                Ok(pointer) => {
                    let everywhere = pointer.personal_field().map(|field| Rule::personal(field, policy));
                    rules.push(Rule { is_personal: everywhere.is_some(), pointer, policy });
                    rules.extend(everywhere);
                }
                Err(finding) => findings.push(finding),
            }
        }
        if findings.is_empty() { Ok(Self { rules }) } else { Err(findings) }
    }

    /// Returns the pointers of a record as they are, to leave out of a comparison; invalid ones are ignored.
    pub(super) fn of_record(pointers: &[String]) -> Self {
        let rule = |text: &String| {
            let mut pointer = Pointer::parse(text).ok()?;
            // The record names a personal field by its name, and the masking by all of its headings.
            if let ([Step::Deep, ..], Some(field)) = (pointer.steps.as_slice(), pointer.personal_field()) {
                pointer = Pointer::personal(field);
            }
            Some(Rule { pointer, policy: Policy::Erase, is_personal: false })
        };
        Self { rules: pointers.iter().filter_map(rule).collect() }
    }

    /// Returns true if nothing is masked.
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
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
        self.masked((document, true), &self.values(&[(document, true)]))
    }

    /// Returns true if a book, which requests have as their member `book`, has something that must not be shown.
    pub fn names_in_book(&self, book: &[u8]) -> bool {
        let request = [b"{\"book\":", book, b"}"].concat();
        !self.is_empty()
            && self.apply(&request).map_or(true, |masked| masked.text.is_none() || !masked.pointers.is_empty())
    }

    /// Returns a request and its response, as [`Self::apply`] does, each without the values of both.
    pub fn apply_to_both(&self, request: &[u8], response: &[u8]) -> [Result<Masked, NotJson>; 2] {
        let both = [(request, true), (response, false)];
        let values = self.values(&both);
        both.map(|document| self.masked(document, &values))
    }

    /// Values of personal fields in the documents.
    fn values(&self, documents: &[(&[u8], bool)]) -> Values {
        let mut values = Values::default();
        if self.rules.iter().any(|rule| rule.is_personal) {
            for (document, is_request) in documents {
                if let Ok(document) = serde_json::from_slice::<&RawValue>(document) {
                    values.extend(write(document.get(), *is_request, &self.rules, &Values::default()).found);
                }
            }
        }
        values
    }

    /// Returns the document, a request or a response, without what must not be shown.
    fn masked(&self, (document, is_request): (&[u8], bool), values: &Values) -> Result<Masked, NotJson> {
        let document: &RawValue = serde_json::from_slice(document).map_err(|_| NotJson)?;
        let written = write(document.get(), is_request, &self.rules, values);
        let hits = self.rules.iter().zip(&written.hits).filter(|(_, hit)| **hit);
        let mut pointers: Vec<String> = Vec::new();
        for pointer in hits.map(|(rule, _)| rule.pointer.to_string()).chain(written.replaced) {
            if !pointers.contains(&pointer) {
                pointers.push(pointer);
            }
        }
        let text = match written.text {
            Some(text) => Some(RawValue::from_string(text).map_err(|_| NotJson)?),
            None => None,
        };
        Ok(Masked { text, pointers })
    }
}
