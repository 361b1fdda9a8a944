//! Faults of targets and guardrails, with amounts in the currency of the plan.

crate::faults! {
    /// Faults of the distribution of a target.
    pub enum QuotaFault {
        /// The lines of a group cannot take the amount to distribute; amounts are plain decimals.
        Infeasible { group: String, asked: String, short_by: String, binding: Vec<String>, text: String, remedies: Vec<String> } = PlanInfeasible {
            message: text.clone(),
            help: remedies.join(", or "),
        }
        /// A quota would leave its guardrails; amounts are plain decimals.
        OutsideGuardrail { line: String, side: &'static str, amount: String, bound: String, reason: String } = PlanRejected {
            message: match *side {
                "floor" => format!("{line} would get {amount}, below its floor of {bound}: {reason}"),
                _ => format!("{line} would get {amount}, above its ceiling of {bound}: {reason}"),
            },
            help: "change the target or the guardrail, lock the line, or let the manifest say `on_violation = \"clamp\"`",
        }
        /// The targets of different levels do not fit together, or a target has no lines.
        Targets { cause: &'static str, scope: Option<String>, text: String, remedy: String } = BookTargets {
            message: text.clone(),
            help: remedy.clone(),
        }
    }
}
