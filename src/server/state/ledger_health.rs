//! Health of the ledger.

use super::plans::Plans;
use crate::finding::Finding;
use std::sync::Arc;
use std::time::Duration;

impl Plans {
    /// Returns the reason for which the ledger cannot be used now; `None` while it can, and without a ledger.
    ///
    /// A database that does not answer within `patience` is one that cannot be used. Only the log has its address.
    pub async fn trouble(&self, patience: Duration) -> Option<String> {
        let ledger = Arc::clone(self.ledger().ok()?);
        let head = tokio::task::spawn_blocking(move || {
            ledger.read(|store| store.expect_in_place().and_then(|()| store.head()).map(drop))
        });
        match tokio::time::timeout(patience, head).await {
            Ok(Ok(Ok(()))) => None,
            Ok(Ok(Err(fault))) => {
                tracing::error!("{}", Finding::from(fault));
                Some("the ledger cannot be read; the log has the reason".to_owned())
            }
            Ok(Err(_)) => Some("the ledger could not be read".to_owned()),
            Err(_) => Some(format!("the ledger does not answer within {} seconds", patience.as_secs())),
        }
    }
}
