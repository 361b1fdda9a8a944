//! Rules whose reasons may say something about other partners.

use super::program::Scripts;
use super::tree::ExpressionKind;
use std::collections::BTreeSet;

/// Members that have figures of the whole channel or of all partners of a market.
const OF_OTHERS: [&str; 8] = [
    "channel",
    "learned",
    "channel_revenue",
    "penetration",
    "headroom",
    "headroom_per_partner",
    "partner_share",
    "partners",
];

impl Scripts {
    /// Returns true when the script at `path`, or one that it imports, may read figures of the channel, of a market with
    /// other partners' revenue, learned numbers or peers; also for a path that no script has.
    pub fn reads_of_others(&self, path: &str) -> bool {
        let mut seen = BTreeSet::new();
        let mut left = vec![path.to_owned()];
        while let Some(path) = left.pop() {
            let Some(program) = self.inner.programs.get(path.as_str()) else { return true };
            let mut is_read = false;
            program.tree.walk(&mut |expression| {
                is_read |= match &expression.kind {
                    ExpressionKind::Member { name, .. } => OF_OTHERS.contains(&name.as_str()),
                    // As an index, or a name that a function is given.
                    ExpressionKind::Text(text) => OF_OTHERS.contains(&&**text),
                    ExpressionKind::Method { name, .. } | ExpressionKind::Call { name, .. } => name == "peers",
                    _ => false,
                };
            });
            if is_read {
                return true;
            }
            for import in &program.tree.imports {
                let Some(module) = &import.path else { return true };
                if seen.insert(module.clone()) {
                    left.push(format!("{module}.rhai"));
                }
            }
        }
        false
    }
}
