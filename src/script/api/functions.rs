//! All functions scripts may call, by name.

use super::calculations::CALCULATIONS;
use super::function::Function;
use super::lists::LIST_FUNCTIONS;
use super::ordered::ORDERED_FUNCTIONS;
use super::peers::PEERS;
use super::policy_functions::POLICY_FUNCTIONS;
use super::precise::PRECISE_FUNCTIONS;
use super::rule_functions::FUNCTIONS;

/// The function of that name.
pub(in crate::script) fn find(name: &str) -> Option<&'static Function> {
    all().find(|function| function.name == name)
}

/// Every function, in the order of the reference page.
pub(in crate::script) fn all() -> impl Iterator<Item = &'static Function> + Clone {
    let plain = FUNCTIONS.iter().chain(PRECISE_FUNCTIONS).chain(LIST_FUNCTIONS).chain(ORDERED_FUNCTIONS);
    plain.chain(PEERS).chain(CALCULATIONS).chain(POLICY_FUNCTIONS)
}

/// True for functions that only policies may call.
pub(in crate::script) fn is_for_policies(name: &str) -> bool {
    POLICY_FUNCTIONS.iter().any(|function| function.name == name)
}

/// True for functions that only quota rules may call.
pub(in crate::script) fn is_for_rules(name: &str) -> bool {
    matches!(name, "indicate" | "abstain" | "floor" | "ceiling" | "peers")
}

/// Entry points in which a function may be used, in the words of the reference: `factor`, `weights`, `policy`.
pub(in crate::script) fn places(name: &str) -> &'static [&'static str] {
    match name {
        "peers" => &["factor", "weights"],
        _ if is_for_rules(name) => &["factor"],
        _ if is_for_policies(name) => &["policy"],
        _ => &["factor", "weights", "policy"],
    }
}
