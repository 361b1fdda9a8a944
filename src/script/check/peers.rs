//! Checks of peers: their groups, and what they are asked for.

use super::super::api::function::Function as HostFunction;
use super::super::api::ids::PARTNER;
use super::super::api::kind::Kind;
use super::super::api::peers::{PEER_FUNCTIONS, is_cohort, numeric_fact, unknown_cohort, unknown_peer_fact};
use super::super::kind_fault::KindFault;
use super::super::name_fault::NameFault;
use super::super::tree::{Expression, ExpressionKind};
use super::Checker;
use super::shape::Shape;
use crate::finding::Span;

impl<'a> Checker<'a> {
    /// `partner.peers("tier")`.
    pub(super) fn peers(&mut self, shapes: &[Shape], arguments: &[&'a Expression]) -> Option<Shape> {
        if let Some(found) = shapes[0].kind().filter(|_| shapes[0] != Shape::View(PARTNER)) {
            let fault = KindFault::Argument {
                function: "peers".to_owned(),
                argument: "partner".to_owned(),
                expected: "`partner`".to_owned(),
                found,
                parameters: vec!["partner".to_owned(), "group".to_owned()],
            };
            self.report(fault, self.span(arguments[0]));
        }
        if let ExpressionKind::Text(group) = &arguments[1].kind
            && !is_cohort(self.schema, group)
        {
            self.report(unknown_cohort(self.schema, group), self.span(arguments[1]));
        }
        Some(Shape::Value(Kind::Peers))
    }

    /// A function of peers, whose fact is a number of the partner.
    pub(super) fn asked_of_peers(
        &mut self,
        function: &'static HostFunction,
        arguments: &[&'a Expression],
        span: Span,
    ) -> Option<Shape> {
        let wanted = match function.name {
            "is_known" => return None,
            "count" => 1,
            "percentile" => 3,
            _ => 2,
        };
        let name = function.name.to_owned();
        if !PEER_FUNCTIONS.contains(&function.name) {
            let known = PEER_FUNCTIONS.iter().map(|name| (*name).to_owned()).collect();
            self.report(NameFault::NotAskedOfPeers { function: name, known }, span);
        } else if arguments.len() != wanted {
            self.report(KindFault::PeersNeedFact { function: name }, span);
        } else if let Some(ExpressionKind::Text(fact)) = arguments.get(1).map(|argument| &argument.kind)
            && numeric_fact(self.schema, fact).is_none()
        {
            self.report(unknown_peer_fact(self.schema, fact), self.span(arguments[1]));
        }
        Some(Shape::Value(Kind::Number))
    }
}
