//! Faults: one type per cause with its values; code and wording are declared beside it, once.

use super::{Code, Field, Fields, Severity, ToField};
use std::any::Any;
use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

/// A fault as data: its cause and values. Message and help are formatted only when they are read.
///
/// Enums of [`faults!`](crate::faults) implement it. A program decides on the variant
/// ([`Finding::cause`](super::Finding::cause)) or on [`Fault::cause`] and the fields, never on the message.
pub trait Fault: fmt::Debug + Any + Send + Sync {
    /// Stable code, coarser than the cause: what `quotient explain-code` explains.
    fn code(&self) -> Code;

    /// Stable name of the cause in snake case, unique within its code: `duplicate_partner`.
    fn cause(&self) -> &str;

    /// Error unless the declaration says otherwise.
    fn severity(&self) -> Severity {
        Severity::Error
    }

    /// Message: lower case, one line, no final period, the user's own words in backticks.
    fn message(&self) -> String;

    /// The next thing to do, as an imperative sentence without final period; empty when nothing helps.
    fn help(&self) -> String;

    /// Names and values of the cause, in the order of the declaration.
    fn fields(&self) -> Fields;

    /// Names of the fields in which two findings of one cause may differ and are still reported as one group.
    fn varying(&self) -> &[&'static str] {
        &[]
    }

    /// The fault that this one puts into a context.
    fn source(&self) -> Option<&dyn Fault> {
        None
    }
}

/// Declaration of one cause, for lists and reference pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cause {
    /// Stable name, unique within its code.
    pub name: &'static str,
    /// Code that it belongs to; `None` when it serves several codes.
    pub code: Option<Code>,
    /// Explanation: the documentation of the variant.
    pub doc: &'static str,
    /// Names of its fields, in order.
    pub fields: &'static [&'static str],
}

/// Longest name of a variant that [`snake_case`] takes.
const MAX_NAME: usize = 64;

/// Returns the name of a variant in snake case and its length: `DuplicatePartner` becomes `duplicate_partner`.
#[doc(hidden)]
pub const fn snake_case(name: &str) -> ([u8; MAX_NAME * 2], usize) {
    let (bytes, mut out, mut at, mut length) = (name.as_bytes(), [0; MAX_NAME * 2], 0, 0);
    while at < bytes.len() {
        if bytes[at].is_ascii_uppercase() && at > 0 {
            out[length] = b'_';
            length += 1;
        }
        out[length] = bytes[at].to_ascii_lowercase();
        length += 1;
        at += 1;
    }
    (out, length)
}

/// Returns the first `length` bytes as a string; empty when they are not ASCII, which no identifier of ours is.
#[doc(hidden)]
pub const fn name_of(buffer: &'static ([u8; MAX_NAME * 2], usize)) -> &'static str {
    match std::str::from_utf8(buffer.0.split_at(buffer.1).0) {
        Ok(name) => name,
        Err(_) => "",
    }
}

/// Declares the faults of a room: each variant with its typed fields, its code and its wording beside it.
///
/// ```
/// use quotient::finding::{Fault, Finding};
///
/// quotient::faults! {
///     /// Faults of a guest list.
///     pub enum GuestFault {
///         /// The same guest is listed in several rows.
///         Duplicate { guest: String, rows: Vec<u64> } = BookDuplicate {
///             message: format!("duplicate guest `{guest}`"),
///             help: "remove one of the rows",
///             varying: [guest, rows],
///         }
///         /// The list has no guest.
///         Empty {} = BookEmpty {
///             message: "the list has no guest",
///             help: "add one",
///             severity: Warning,
///         }
///     }
/// }
///
/// let finding = Finding::from(GuestFault::Duplicate { guest: "Ada".to_owned(), rows: vec![2, 5] });
/// assert_eq!(finding.message(), "duplicate guest `Ada`");
/// assert_eq!(finding.fault().cause(), "duplicate");
/// assert!(matches!(finding.cause(), Some(GuestFault::Duplicate { rows, .. }) if rows[..] == [2, 5]));
/// assert!(!Finding::from(GuestFault::Empty {}).is_error());
/// ```
#[macro_export]
macro_rules! faults {
    (
        $(#[$attribute:meta])*
        $vis:vis enum $name:ident {
            $(
                $(#[doc = $doc:literal])+
                $variant:ident { $($(#[doc = $field_doc:literal])* $field:ident : $kind:ty),* $(,)? } = $code:tt {
                    message: $message:expr,
                    help: $help:expr
                    $(, severity: $severity:ident)?
                    $(, varying: [$($varying:ident),+])?
                    $(,)?
                }
            )+
        }
    ) => {
        $(#[$attribute])*
        #[derive(Debug, Clone, PartialEq, Eq)]
        $vis enum $name {
            $(
                $(#[doc = $doc])+
                $variant {
                    $(
                        $(#[doc = $field_doc])*
                        #[doc = concat!("Field `", stringify!($field), "` of the fault.")]
                        $field: $kind,
                    )*
                },
            )+
        }

        impl $name {
            /// Every cause of this enum, in the order of the declaration.
            #[allow(dead_code, reason = "an enum inside a room may be listed by its room only")]
            $vis const CAUSES: &'static [$crate::finding::Cause] = &[$({
                const NAME: &str = {
                    const BUFFER: &([u8; 128], usize) = &$crate::finding::snake_case(stringify!($variant));
                    $crate::finding::name_of(BUFFER)
                };
                $crate::finding::Cause {
                    name: NAME,
                    code: $crate::faults!(@listed $code),
                    doc: concat!($($doc, "\n"),+),
                    fields: &[$(stringify!($field)),*],
                }
            },)+];
        }

        impl $crate::finding::Fault for $name {
            #[allow(unused_variables, reason = "a code names a field only where one cause serves several codes")]
            fn code(&self) -> $crate::finding::Code {
                match self { $(Self::$variant { $($field),* } => $crate::faults!(@code $code),)+ }
            }

            fn cause(&self) -> &str {
                match self { $(Self::$variant { .. } => {
                    const BUFFER: &([u8; 128], usize) = &$crate::finding::snake_case(stringify!($variant));
                    $crate::finding::name_of(BUFFER)
                })+ }
            }

            fn severity(&self) -> $crate::finding::Severity {
                match self { $(Self::$variant { .. } => $crate::faults!(@severity $($severity)?),)+ }
            }

            #[allow(unused_variables, reason = "a wording names only the fields a reader needs")]
            fn message(&self) -> String {
                match self { $(Self::$variant { $($field),* } => String::from($message),)+ }
            }

            #[allow(unused_variables, reason = "a wording names only the fields a reader needs")]
            fn help(&self) -> String {
                match self { $(Self::$variant { $($field),* } => String::from($help),)+ }
            }

            fn fields(&self) -> $crate::finding::Fields {
                match self { $(Self::$variant { $($field),* } => vec![
                    $((std::borrow::Cow::Borrowed(stringify!($field)), $crate::finding::ToField::to_field($field)),)*
                ],)+ }
            }

            fn varying(&self) -> &[&'static str] {
                match self { $(Self::$variant { .. } => &[$($(stringify!($varying)),+)?],)+ }
            }
        }
    };
    (@severity) => { $crate::finding::Severity::Error };
    (@severity $severity:ident) => { $crate::finding::Severity::$severity };
    (@code ($code:expr)) => { $code };
    (@code $code:ident) => { $crate::finding::Code::$code };
    (@listed ($code:expr)) => { None };
    (@listed $code:ident) => { Some($crate::finding::Code::$code) };
}

/// Fault that was written as JSON by another process or into an archive, and read back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportedFault {
    /// Code of the fault.
    pub code: Code,
    /// Name of the cause.
    pub cause: String,
    /// Message.
    pub message: String,
    /// Next step.
    pub help: String,
    /// Fields of the cause.
    pub fields: Vec<(String, Field)>,
}

impl Fault for ReportedFault {
    fn code(&self) -> Code {
        self.code
    }

    fn cause(&self) -> &str {
        &self.cause
    }

    fn message(&self) -> String {
        self.message.clone()
    }

    fn help(&self) -> String {
        self.help.clone()
    }

    fn fields(&self) -> Fields {
        self.fields.iter().map(|(name, value)| (Cow::Owned(name.clone()), value.clone())).collect()
    }
}

/// Fault with what was being worked on when it occurred: whose partner, which part, which values.
#[derive(Debug, Clone)]
pub struct ContextFault {
    /// Message.
    pub fault: Arc<dyn Fault>,
    /// Id of the partner; `None` where the reader knows it already.
    pub partner: Option<String>,
    /// Product line and territory of the line; empty for the partner as a whole.
    pub part: Vec<String>,
    /// Facts and variables on the failing line with their values as shown, in the order of the line.
    pub values: Vec<(String, String)>,
    /// Description of the sample partner, when the fault occurred in a dry run.
    pub dry_run: Option<String>,
    /// Help that replaces that of the fault, where the caller knows better.
    pub help: Option<String>,
}

impl ContextFault {
    /// Returns `fault` without any context yet.
    pub fn new(fault: Arc<dyn Fault>) -> Self {
        Self { fault, partner: None, part: Vec::new(), values: Vec::new(), dry_run: None, help: None }
    }
}

impl Fault for ContextFault {
    fn code(&self) -> Code {
        self.fault.code()
    }

    fn cause(&self) -> &str {
        self.fault.cause()
    }

    fn severity(&self) -> Severity {
        self.fault.severity()
    }

    fn message(&self) -> String {
        let part: String = self.part.iter().map(|part| format!(", {part}")).collect();
        let partner = self.partner.as_ref().map(|id| format!("partner `{id}`{part}: ")).unwrap_or_default();
        let dry_run = self.dry_run.as_ref().map(|who| format!(" (in a dry run with {who})")).unwrap_or_default();
        format!("{partner}{}{dry_run}", self.fault.message())
    }

    fn help(&self) -> String {
        let help = self.help.clone().unwrap_or_else(|| self.fault.help());
        if self.values.is_empty() {
            return help;
        }
        let values: Vec<String> = self.values.iter().map(|(name, value)| format!("{name} = {value}")).collect();
        format!("{help} (here {})", values.join(", ")).trim_start().to_owned()
    }

    fn fields(&self) -> Fields {
        let mut fields = Fields::new();
        let mut add = |name, value| fields.push((Cow::Borrowed(name), value));
        if let Some(id) = &self.partner {
            add("partner", id.to_field());
        }
        if !self.part.is_empty() {
            add("part", self.part.to_field());
        }
        if !self.values.is_empty() {
            let values = self.values.iter().map(|(name, value)| (name.clone(), value.to_field()));
            add("values", Field::Map(values.collect()));
        }
        if let Some(who) = &self.dry_run {
            add("dry_run", who.to_field());
        }
        fields.extend(self.fault.fields());
        fields
    }

    fn varying(&self) -> &[&'static str] {
        &["partner", "part", "values"]
    }

    fn source(&self) -> Option<&dyn Fault> {
        Some(&*self.fault)
    }
}
