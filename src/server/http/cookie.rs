//! The cookie of a session.

use axum::http::HeaderMap;
use axum::http::HeaderValue;
use axum::http::header::COOKIE;

/// Name where the request did not come over TLS.
const PLAIN: &str = "quotient-session";
/// Name over TLS: browsers take it from this host only, for all paths, and send it over TLS only.
const SECURE: &str = "__Host-quotient-session";

fn name(is_secure: bool) -> &'static str {
    if is_secure { SECURE } else { PLAIN }
}

/// Returns the session that a request names; `None` without one, and where it names several.
pub fn read(headers: &HeaderMap, is_secure: bool) -> Option<&str> {
    let cookies = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    let pairs = cookies.flat_map(|text| text.split(';')).filter_map(|pair| pair.split_once('='));
    let mut own = pairs.filter(|(own, _)| own.trim() == name(is_secure)).map(|(_, value)| value.trim());
    own.next().filter(|_| own.next().is_none())
}

/// Returns the field that gives a browser the session; scripts of pages cannot read it, and other sites do not send it.
pub fn given(session: &str, is_secure: bool) -> Option<HeaderValue> {
    field(session, "", is_secure)
}

/// Returns the field that takes the session from a browser.
pub fn taken(is_secure: bool) -> Option<HeaderValue> {
    field("", "; Max-Age=0", is_secure)
}

fn field(value: &str, age: &str, is_secure: bool) -> Option<HeaderValue> {
    let (name, secure) = (name(is_secure), if is_secure { "; Secure" } else { "" });
    HeaderValue::from_str(&format!("{name}={value}; Path=/; HttpOnly; SameSite=Strict{secure}{age}")).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(cookies: &[&str]) -> HeaderMap {
        cookies.iter().map(|cookie| (COOKIE, HeaderValue::from_str(cookie).unwrap())).collect()
    }

    #[test]
    fn a_session_is_read_from_its_own_cookie_only() {
        assert_eq!(read(&of(&["a=1; quotient-session=x; b=2"]), false), Some("x"));
        assert_eq!(read(&of(&["a=1", "quotient-session=x"]), false), Some("x"));
        assert_eq!(read(&of(&["quotient-session=x"]), true), None, "over TLS, the name is another one");
        assert_eq!(read(&of(&["__Host-quotient-session=x"]), true), Some("x"));
        // A second one could come from another host of the same site.
        assert_eq!(read(&of(&["quotient-session=x; quotient-session=y"]), false), None);
        assert_eq!(read(&of(&["quotient-session=x", "quotient-session=x"]), false), None);
        assert_eq!(read(&HeaderMap::new(), false), None);
    }

    #[test]
    fn a_cookie_is_for_this_host_and_not_for_scripts() {
        let text = |value: Option<HeaderValue>| value.unwrap().to_str().unwrap().to_owned();
        assert_eq!(text(given("x", false)), "quotient-session=x; Path=/; HttpOnly; SameSite=Strict");
        assert_eq!(text(given("x", true)), "__Host-quotient-session=x; Path=/; HttpOnly; SameSite=Strict; Secure");
        assert!(text(taken(true)).ends_with("; Max-Age=0"));
    }
}
