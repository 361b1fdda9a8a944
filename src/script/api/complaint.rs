//! Objections of an operator or function of ours; the fault adds the author's words and the place.

use super::super::form_fault::FormFault;
use super::super::kind_fault::KindFault;
use super::super::name_fault::NameFault;
use super::super::outcome_fault::OutcomeFault;
use super::kind::Kind;
use crate::finding::Fault;
use rhai::{Dynamic, EvalAltResult, Position};
use std::sync::Arc;

/// An objection, raised through Rhai as a run-time error.
#[derive(Debug, Clone)]
pub(in crate::script) enum Complaint {
    /// Operand or argument number `operand` (from 0) is not known.
    NotKnown { operand: usize },
    /// The operator takes no such pair.
    Pair { operator: &'static str, left: Kind, right: Kind },
    /// The operator takes no such operand.
    Operand { operator: &'static str, found: Kind },
    /// Argument number `argument` (from 0) is of the wrong kind; `expected` reads "a number".
    Argument { function: &'static str, argument: usize, expected: &'static str, found: Kind },
    /// A fault of the whole call.
    Fault(Arc<dyn Fault>),
}

impl Complaint {
    pub fn out_of_range() -> Self {
        OutcomeFault::ResultOutOfRange {}.into()
    }

    pub fn division_by_zero() -> Self {
        OutcomeFault::DivisionByZero {}.into()
    }
}

macro_rules! from_faults {
    ($($fault:ty),+) => {$(
        impl From<$fault> for Complaint {
            fn from(fault: $fault) -> Self {
                Self::Fault(Arc::new(fault))
            }
        }

        impl From<$fault> for Box<EvalAltResult> {
            fn from(fault: $fault) -> Self {
                Complaint::from(fault).into()
            }
        }
    )+};
}

from_faults!(FormFault, KindFault, NameFault, OutcomeFault);

impl From<Complaint> for Box<EvalAltResult> {
    fn from(complaint: Complaint) -> Self {
        Box::new(EvalAltResult::ErrorRuntime(Dynamic::from(complaint), Position::NONE))
    }
}
