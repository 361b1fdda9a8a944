//! What arrives before any body: the bytes of a connection in pieces, ids and traces, and the file of tokens.
//!
//! The first byte picks which; for a connection the second says how it is cut.

use axum::http::{HeaderMap, HeaderValue};
use quotient::server::{Access, Scope, Trace, request_id, verdicts};

pub fn run(data: &[u8]) {
    let Some((first, data)) = data.split_first() else { return };
    match first % 3 {
        0 => connection(data),
        1 => fields(data),
        _ => tokens(data),
    }
}

/// However the bytes are cut, the verdicts are the same.
fn connection(data: &[u8]) {
    let Some((cut, stream)) = data.split_first() else { return };
    let whole = verdicts([stream]);
    let size = usize::from(*cut) % 97 + 1;
    assert_eq!(verdicts(stream.chunks(size)), whole, "in pieces of {size}");
    assert_eq!(verdicts(stream.chunks(1)), whole, "byte by byte");
    // Two hosts, two lengths: what can be read in two ways is never let through.
    let begin = stream.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
    let mut fields = [httparse::EMPTY_HEADER; 100];
    let mut request = httparse::Request::new(&mut fields);
    let parsed = request.parse(&stream[begin..]);
    if let (Ok(httparse::Status::Complete(length)), Some(Ok(()))) = (parsed, whole.first()) {
        let head = &stream[begin..begin + length];
        let count = |name: &str| request.headers.iter().filter(|field| field.name.eq_ignore_ascii_case(name)).count();
        assert!(count("host") <= 1, "two hosts");
        assert!(count("content-length") + count("transfer-encoding") <= 1, "two lengths");
        assert!(head.iter().enumerate().all(|(at, byte)| *byte != b'\n' || head[at - 1] == b'\r'), "a bare line feed");
    }
}

fn fields(data: &[u8]) {
    let Ok(value) = HeaderValue::from_bytes(data) else { return };
    let mut headers = HeaderMap::new();
    for name in ["x-request-id", "traceparent", "authorization"] {
        headers.insert(name, value.clone());
    }
    let id = request_id(&headers);
    assert!((1..=64).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-'));
    if let Some(trace) = Trace::from_headers(&headers) {
        let parent = trace.parent_id.as_ref().map(String::len);
        assert_eq!((trace.trace_id.len(), parent, trace.flags.len()), (32, Some(16), 2));
        headers.insert("traceparent", trace.traceparent().parse().expect("a header"));
        let answered = Trace::from_headers(&headers).expect("what is answered is a trace too");
        assert_eq!(answered.trace_id, trace.trace_id);
    }
    assert!(guarded().caller(&headers).is_err() || data.to_ascii_lowercase().starts_with(b"bearer "));
}

fn guarded() -> Access {
    let text = "[[token]]\nname = \"a\"\ntoken = \"a-long-secret-of-the-order-desk\"\nscopes = [\"read\"]\n";
    Access::parse("tokens.toml", text).expect("a file of tokens")
}

fn tokens(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    match Access::parse("tokens.toml", text) {
        Ok(access) => {
            assert!(access.is_guarded());
            assert!(access.caller(&HeaderMap::new()).is_err(), "there is no access without a token");
            let mut headers = HeaderMap::new();
            headers.insert("authorization", HeaderValue::from_static("Bearer a-long-secret-of-the-order-desk"));
            if let Ok(caller) = access.caller(&headers) {
                assert!(text.contains("token"));
                let _ = caller.may(Scope::Admin, Some("meridian"));
            }
        }
        Err(findings) => assert!(findings.has_errors(), "a refused file has a reason"),
    }
}
