//! Health of the ledger.

use super::plans::Plans;
use crate::finding::Finding;
use crate::ledger::store::Store;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

impl Plans {
    /// Returns the reason for which the ledger cannot be used now; `None` while it can, and without a ledger.
    ///
    /// A database that does not answer within `patience` is one that cannot be used. Only the log has its address.
    pub async fn trouble(&self, patience: Duration) -> Option<String> {
        let ledger = Arc::clone(self.ledger().ok()?);
        // Without the store of the requests: they must not wait while a lock is looked at.
        let head = tokio::task::spawn_blocking(move || {
            let path = ledger.read(|store| {
                store.expect_in_place().and_then(|()| store.head()).map(|_| store.path().map(Path::to_owned))
            })?;
            path.map_or(Ok(false), |path| Store::is_locked(&path, patience / 2))
        });
        match tokio::time::timeout(patience, head).await {
            Ok(Ok(Ok(false))) => None,
            Ok(Ok(Ok(true))) => Some(
                "the ledger is locked by another process: commands are not recorded until it is released".to_owned(),
            ),
            Ok(Ok(Err(fault))) => {
                tracing::error!("{}", Finding::from(fault));
                Some("the ledger cannot be read; the log has the reason".to_owned())
            }
            Ok(Err(_)) => Some("the ledger could not be read".to_owned()),
            Err(_) => Some(format!("the ledger does not answer within {} seconds", patience.as_secs())),
        }
    }
}
