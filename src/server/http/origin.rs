//! Claimed origin of a request: its host, and the page that sent it.

use super::problem::{Problem, ProblemKind};
use axum::http::header::{HOST, HeaderName, ORIGIN};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Uri};

/// Longest host shown in a problem, in characters.
const MAX_HOST: usize = 100;

/// Relation of the page that sends a request to this server, as browsers state it.
const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Refuses a target whose host differs from the `Host` field, because the two could be taken for different ones.
pub fn expect_one_host(uri: &Uri, headers: &HeaderMap) -> Result<(), Problem> {
    let stated = headers.get(HOST).and_then(|host| host.to_str().ok());
    match uri.authority() {
        Some(authority) if stated.is_some_and(|host| !host.eq_ignore_ascii_case(authority.as_str())) => {
            Err(Problem::new(ProblemKind::RequestMalformed, "the target and the field `Host` name different hosts"))
        }
        _ => Ok(()),
    }
}

/// Refuses requests of web pages to a server that answers this machine only.
///
/// Any page shown by a browser on this machine can make it send requests here. Such requests are recognised by their
/// host, which is not this machine, or by their origin. `allowed` are further hosts, such as the one of a proxy.
pub fn expect_local(headers: &HeaderMap, allowed: &[String]) -> Result<(), Problem> {
    let is_allowed = |host: &str| is_this_machine(host) || allowed.iter().any(|one| one.eq_ignore_ascii_case(host));
    let refused = |detail: String| Err(Problem::new(ProblemKind::OriginRefused, detail));
    if let Some(host) = headers.get(HOST) {
        let name = host_of(host.to_str().unwrap_or("?"));
        if !is_allowed(&name) {
            let name: String = name.chars().filter(|c| c.is_ascii_graphic()).take(MAX_HOST).collect();
            let detail = format!(
                "the host `{name}` is not this machine: start the server with `--allow-host {name}` if a proxy passes it on, or let the proxy send `Host: localhost`"
            );
            return refused(detail);
        }
    }
    if let Some(origin) = headers.get(ORIGIN) {
        let text = origin.to_str().unwrap_or("?");
        let host = text.split_once("://").map_or(text, |(_, host)| host);
        if !is_allowed(&host_of(host)) {
            let detail = "the request comes from a web page of another host; `--allow-host` allows pages of a host";
            return refused(detail.to_owned());
        }
    }
    Ok(())
}

/// Refuses a change with a session unless a page of this server sends it.
///
/// Browsers state the origin of every change, and pages cannot write it. `allowed` are hosts of proxies that pass requests
/// on under another host.
pub fn expect_own_page(parts: &Parts, allowed: &[String]) -> Result<(), Problem> {
    let headers = &parts.headers;
    let refused = |detail: &str| Err(Problem::new(ProblemKind::OriginRefused, detail));
    let site = headers.get(FETCH_SITE).map(|site| site.to_str().unwrap_or("?"));
    if site.is_some_and(|site| site != "same-origin") {
        return refused("the request comes from a page of another site");
    }
    let Some(origin) = headers.get(ORIGIN) else {
        return refused("`Origin` is missing: a change with a session comes from a page of this server");
    };
    let origin = origin.to_str().unwrap_or("?");
    let Some((_, authority)) = origin.split_once("://") else {
        return refused("the origin is not a page of this server");
    };
    let host = headers.get(HOST).and_then(|host| host.to_str().ok()).or(parts.uri.authority().map(|own| own.as_str()));
    let is_own = host.is_some_and(|host| host.eq_ignore_ascii_case(authority));
    if is_own || allowed.iter().any(|one| one.eq_ignore_ascii_case(&host_of(authority))) {
        return Ok(());
    }
    refused("the request comes from a page of another host; `--allow-host` allows pages of a host")
}

/// Returns the host of an authority, without user and port.
fn host_of(authority: &str) -> String {
    let authority = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    match authority.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default().to_owned(),
        None => authority.split(':').next().unwrap_or_default().to_ascii_lowercase(),
    }
}

fn is_this_machine(host: &str) -> bool {
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(host: &str, origin: Option<&str>) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(HOST, host.parse().unwrap());
        headers.extend(origin.map(|origin| (ORIGIN, origin.parse().unwrap())));
        headers
    }

    #[test]
    fn a_change_with_a_session_comes_from_a_page_of_this_server() {
        let sent = |origin: Option<&str>, site: Option<&str>| {
            let mut request = axum::http::Request::builder().header(HOST, "quotas.example:8443");
            for (name, value) in [(ORIGIN, origin), (FETCH_SITE, site)] {
                request = value.into_iter().fold(request, |request, value| request.header(name.clone(), value));
            }
            expect_own_page(&request.body(()).unwrap().into_parts().0, &["proxy.example".to_owned()]).is_ok()
        };
        for origin in ["https://quotas.example:8443", "https://QUOTAS.example:8443", "https://proxy.example"] {
            assert!(sent(Some(origin), None) && sent(Some(origin), Some("same-origin")), "{origin}");
            assert!(!sent(Some(origin), Some("same-site")) && !sent(Some(origin), Some("cross-site")), "{origin}");
        }
        for origin in [
            None,
            Some("null"),
            Some("https://quotas.example"),
            Some("https://evil.example"),
            Some("https://quotas.example:8443.evil.example"),
            Some("https://evil.example/https://quotas.example:8443"),
            Some("quotas.example:8443"),
        ] {
            assert!(!sent(origin, None), "{origin:?}");
        }
    }

    #[test]
    fn requests_of_pages_of_other_hosts_are_refused() {
        for host in ["localhost", "localhost:7070", "127.0.0.1:7070", "127.8.8.8", "[::1]:7070", "LOCALHOST:1"] {
            assert!(expect_local(&headers(host, None), &[]).is_ok(), "{host}");
        }
        for host in ["evil.example", "evil.example:7070", "127.0.0.1.evil.example", "192.168.0.1", "localhost.evil", ""]
        {
            assert!(expect_local(&headers(host, None), &[]).is_err(), "{host}");
        }
        assert!(expect_local(&headers("localhost", Some("http://localhost:3000")), &[]).is_ok());
        assert!(expect_local(&headers("localhost", Some("https://evil.example")), &[]).is_err());
        assert!(expect_local(&headers("localhost", Some("null")), &[]).is_err());
        let allowed = ["quotas.example".to_owned()];
        assert!(expect_local(&headers("Quotas.example:443", Some("https://quotas.example")), &allowed).is_ok());
        let refused = expect_local(&headers("quotas.example", None), &[]).unwrap_err();
        assert!(refused.detail.contains("--allow-host quotas.example"), "{}", refused.detail);
    }
}
