//! All functions scripts may call, by name.

use super::calculations::CALCULATIONS;
use super::function::Function;
use super::lists::LIST_FUNCTIONS;
use super::policy_functions::POLICY_FUNCTIONS;
use super::rule_functions::FUNCTIONS;

/// The function of that name.
pub(in crate::script) fn find(name: &str) -> Option<&'static Function> {
    all().find(|function| function.name == name)
}

/// Every function, in the order of the reference page.
pub(in crate::script) fn all() -> impl Iterator<Item = &'static Function> + Clone {
    FUNCTIONS.iter().chain(LIST_FUNCTIONS).chain(CALCULATIONS).chain(POLICY_FUNCTIONS)
}

/// True for functions that only policies may call.
pub(in crate::script) fn is_for_policies(name: &str) -> bool {
    POLICY_FUNCTIONS.iter().any(|function| function.name == name)
}

/// True for functions that only quota rules may call.
pub(in crate::script) fn is_for_rules(name: &str) -> bool {
    matches!(name, "indicate" | "abstain" | "floor" | "ceiling")
}
