//! Errors of the interpreter and objections of the engine's functions, as faults in the author's words.

use super::api::complaint::Complaint;
use super::api::functions;
use super::api::inspect::shown;
use super::budget::{Exhausted, ScriptBudget};
use super::cause::{Growing, RuntimeFault};
use super::form_fault::FormFault;
use super::kind_fault::KindFault;
use super::name_fault::NameFault;
use super::outcome_fault::OutcomeFault;
use super::site::{Node, Site};
use super::tree::Expression;
use crate::finding::{Fault, Finding, Place, Span};
use rhai::EvalAltResult;
use std::sync::Arc;

impl Site<'_> {
    /// Returns the finding of an error without a position.
    pub fn finding_nowhere(&self, fault: &EvalAltResult, place: Place) -> Finding {
        let mut finding = self.finding(fault, 0);
        finding.places = vec![place];
        finding
    }

    /// The finding of an error at `offset`.
    pub fn finding(&self, fault: &EvalAltResult, offset: usize) -> Finding {
        use EvalAltResult as E;
        let here = self.source.token(offset);
        match fault {
            E::ErrorRuntime(value, _) => match value.clone().try_cast::<Complaint>() {
                Some(complaint) => self.complaint(&complaint, offset),
                None => {
                    let text = (!value.is_unit()).then(|| shown(value));
                    self.at(OutcomeFault::Thrown { text }, here)
                }
            },
            E::ErrorTerminated(token, _) => {
                let limit = token.clone().try_cast::<Exhausted>();
                self.exhausted(limit.unwrap_or(Exhausted::Time(ScriptBudget::default().time)), offset)
            }
            E::ErrorTooManyOperations(_) => {
                self.exhausted(Exhausted::Operations(ScriptBudget::default().operations), offset)
            }
            E::ErrorStackOverflow(_) => self.at(RuntimeFault::Recursion {}, here),
            E::ErrorTooManyVariables(_) => self.at(RuntimeFault::TooManyVariables {}, here),
            E::ErrorDataTooLarge(what, _) => {
                let value = match what.as_str() {
                    "Length of string" => Growing::String,
                    "Size of array/BLOB" | "Size of array" => Growing::List,
                    "Size of object map" => Growing::Map,
                    _ => Growing::Other,
                };
                let in_loop = self.loop_around(offset).is_some();
                self.at(RuntimeFault::TooLarge { value, in_loop }, here)
            }
            E::ErrorDotExpr(text, _) | E::ErrorIndexingType(text, _) => self.no_member(text, offset),
            E::ErrorMismatchDataType(_, found, _) => self.mismatch(found, offset),
            E::ErrorFor(_) => self.not_iterable(offset),
            other => self.at_shared(fault_of(other, self.source.slice(here)), here),
        }
    }

    fn at(&self, fault: impl Fault, span: Span) -> Finding {
        Finding::from(fault).at(self.place(span))
    }

    fn at_shared(&self, fault: Arc<dyn Fault>, span: Span) -> Finding {
        Finding::shared(fault).at(self.place(span))
    }

    fn complaint(&self, complaint: &Complaint, offset: usize) -> Finding {
        let node = self.node(offset);
        let operands = node.as_ref().map(Node::operands).unwrap_or_default();
        let whole = match &node {
            Some(Node::Expression(expression)) => expression.span(self.source),
            Some(Node::Assignment(target, value)) => Span { start: target.at, end: value.span(self.source).end },
            None => self.source.token(offset),
        };
        match complaint {
            Complaint::NotKnown { operand } => match operands.get(*operand) {
                Some(operand) => self.not_known(operand),
                None => self.at(not_known(None), whole),
            },
            Complaint::Pair { operator, left, right } => {
                self.at(KindFault::Pair { operator: (*operator).to_owned(), left: *left, right: *right }, whole)
            }
            Complaint::Operand { operator, found } => {
                self.at(KindFault::Operand { operator: (*operator).to_owned(), found: *found }, whole)
            }
            Complaint::Argument { function, argument, expected, found } => {
                let arguments = operands.len().max(argument + 1);
                let names = functions::find(function)
                    .and_then(|declared| declared.signatures.iter().find(|names| names.len() == arguments))
                    .copied()
                    .unwrap_or_default();
                let fault = KindFault::Argument {
                    function: (*function).to_owned(),
                    argument: names.get(*argument).copied().unwrap_or("its value").to_owned(),
                    expected: (*expected).to_owned(),
                    found: *found,
                    parameters: names.iter().map(|name| (*name).to_owned()).collect(),
                };
                self.at(fault, operands.get(*argument).map_or(whole, |operand| operand.span(self.source)))
            }
            Complaint::Fault(fault) => self.at_shared(Arc::clone(fault), whole),
        }
    }

    /// The finding of a fact, variable or calculation that is not known.
    fn not_known(&self, expression: &Expression) -> Finding {
        self.at(not_known(Some(self.text(expression))), expression.span(self.source))
    }

    fn no_member(&self, text: &str, offset: usize) -> Finding {
        let node = self.node(offset);
        let object = node.as_ref().map(Node::operands).unwrap_or_default().first().copied();
        if let Some(object) = object.filter(|_| text.contains("'()'") || text == "()") {
            return self.not_known(object);
        }
        let here = self.source.token(offset);
        let member = self.source.slice(here).to_owned();
        self.at(NameFault::MissingMember { expression: object.map(|object| self.text(object)), member }, here)
    }

    fn mismatch(&self, found: &str, offset: usize) -> Finding {
        // The position is that of a condition's own sign, or where it starts.
        match self.expression_at(offset) {
            Some(condition) if found == "()" => self.not_known(condition),
            Some(condition) => {
                let fault = KindFault::Mismatch { expression: Some(self.text(condition)) };
                self.at(fault, condition.span(self.source))
            }
            None => self.at(KindFault::Mismatch { expression: None }, self.source.token(offset)),
        }
    }

    fn not_iterable(&self, offset: usize) -> Finding {
        let (span, expression) = match self.expression_at(offset) {
            Some(over) => (over.span(self.source), self.text(over)),
            None => (self.source.token(offset), "this".to_owned()),
        };
        self.at(KindFault::NotIterable { expression }, span)
    }

    fn exhausted(&self, limit: Exhausted, offset: usize) -> Finding {
        if limit == Exhausted::Cancelled {
            return self.at(RuntimeFault::Cancelled {}, self.source.token(offset));
        }
        let place = self.loop_around(offset);
        let fault = RuntimeFault::Budget { limit, in_loop: place.is_some() };
        self.at(fault, place.unwrap_or_else(|| self.source.token(offset)))
    }
}

fn not_known(expression: Option<String>) -> RuntimeFault {
    RuntimeFault::NotKnown { expression, fallback: "0".to_owned(), may_abstain: true }
}

/// The fault of an error that needs no tree to explain it; `token` is the text where it occurred.
fn fault_of(error: &EvalAltResult, token: &str) -> Arc<dyn Fault> {
    use EvalAltResult as E;
    match error {
        E::ErrorArrayBounds(items, index, _) => Arc::new(OutcomeFault::ListBounds { items: *items, index: *index }),
        E::ErrorPropertyNotFound(name, _) => Arc::new(NameFault::MissingKey { key: name.clone() }),
        E::ErrorFunctionNotFound(name, _) => {
            let function = name.split([' ', '(']).next().unwrap_or_default().to_owned();
            Arc::new(NameFault::NoFunctionForValues { function })
        }
        E::ErrorVariableNotFound(name, _) => {
            Arc::new(NameFault::Undefined { name: name.clone(), remedy: "define it first".to_owned() })
        }
        E::ErrorAssignmentToConstant(name, _) => {
            let name = if name.is_empty() { token.to_owned() } else { name.clone() };
            Arc::new(FormFault::ConstantAssigned { name })
        }
        E::ErrorNonPureMethodCallOnConstant(name, _) => Arc::new(FormFault::ConstantChanged { function: name.clone() }),
        other => {
            let text = other.to_string();
            let text = text.split(" (line ").next().unwrap_or_default().replace('\'', "`");
            let mut letters = text.chars();
            let text = letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default();
            Arc::new(OutcomeFault::Interpreter { text })
        }
    }
}
