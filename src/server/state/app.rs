//! All parts of the server's state; handlers take the parts they need.

use super::gate::Gate;
use super::lanes::Lanes;
use super::plans::Plans;
use super::stores::Stores;
use super::telemetry::Telemetry;
use super::vendors::Vendors;
use crate::server::fleet::follow::Fleet;
use axum::extract::FromRef;
use std::sync::Arc;

/// Declares the state with its parts, each of which handlers can take as `State<Arc<Part>>`.
macro_rules! parts {
    ($($(#[doc = $doc:literal])+ $field:ident: $part:ty,)+) => {
        /// The server's state.
        #[derive(Clone)]
        pub struct App {
            $($(#[doc = $doc])+ pub $field: Arc<$part>,)+
        }

        $(impl FromRef<App> for Arc<$part> {
            fn from_ref(app: &App) -> Self {
                Arc::clone(&app.$field)
            }
        })+
    };
}

parts! {
    /// The vendors.
    vendors: Vendors,
    /// Workers.
    lanes: Lanes,
    /// Stored books and responses.
    stores: Stores,
    /// Metrics, traces, events and the decision log.
    telemetry: Telemetry,
    /// The plans of record.
    plans: Plans,
    /// The replicas that share state with this server.
    fleet: Fleet,
    /// Tokens and limits.
    gate: Gate,
}
