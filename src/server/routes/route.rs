//! A route: the description of an operation and the handler that carries it out.

use crate::server::http::operation::Operation;
use crate::server::state::app::App;
use axum::extract::Request;
use axum::handler::Handler;
use axum::response::Response;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

/// The response of a handler, in the making.
pub type Handling = Pin<Box<dyn Future<Output = Response> + Send>>;

/// An operation with its handler.
#[derive(Clone)]
pub struct Route {
    /// Description.
    pub operation: &'static Operation,
    handle: Arc<dyn Fn(Request, App) -> Handling + Send + Sync>,
}

impl Route {
    /// Returns the route of an operation; the arguments of the handler say what it needs.
    pub fn new<T: 'static, H: Handler<T, App>>(operation: &'static Operation, handler: H) -> Self {
        let handle = move |request, app| -> Handling { Box::pin(handler.clone().call(request, app)) };
        Self { operation, handle: Arc::new(handle) }
    }

    /// Handles a request that was admitted.
    pub fn handle(&self, request: Request, app: App) -> Handling {
        (self.handle)(request, app)
    }
}
