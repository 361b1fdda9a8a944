//! Bodies of responses that hold something until they are sent or abandoned.

use axum::body::{Body, Bytes, HttpBody};
use hyper::body::{Frame, SizeHint};
use std::pin::Pin;
use std::task::{Context, Poll};

/// A body with a value that is dropped with it.
struct Held<T> {
    body: Body,
    _value: T,
}

/// Returns `body`, which holds `value` until it is sent completely or abandoned.
pub fn holding<T: Send + Unpin + 'static>(body: Body, value: T) -> Body {
    Body::new(Held { body, _value: value })
}

impl<T: Send + Unpin + 'static> HttpBody for Held<T> {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
