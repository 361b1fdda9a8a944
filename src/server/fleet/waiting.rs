//! Acts on the shared state from where requests are dispatched.

use super::shared::{SharedState, Unavailable};
use crate::server::http::problem::{Problem, ProblemKind};
use std::sync::Arc;

/// Returns the problem of a store that cannot be used.
pub fn unavailable(unavailable: Unavailable) -> Problem {
    Problem::new(ProblemKind::StateUnavailable, format!("the shared state cannot be used: {unavailable}"))
}

/// Performs an act on the shared state on a thread that may wait.
pub async fn waiting<T: Send + 'static>(
    shared: &Arc<dyn SharedState>,
    act: impl FnOnce(&dyn SharedState) -> Result<T, Unavailable> + Send + 'static,
) -> Result<T, Problem> {
    let shared = Arc::clone(shared);
    let done = tokio::task::spawn_blocking(move || act(&*shared)).await;
    let done = done.map_err(|_| Problem::new(ProblemKind::Internal, "the shared state could not be used"))?;
    done.map_err(unavailable)
}
