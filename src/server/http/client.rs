//! The client of a request: its address, and whether it speaks TLS, also behind a proxy that is trusted.

use crate::server::wire::listen::Peer;
use axum::http::HeaderMap;
use axum::http::header::{HeaderName, HeaderValue};
use axum::http::request::Parts;
use std::net::IpAddr;
use std::str::FromStr;

/// Addresses through which a request passed, the last one at the end.
const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
/// Scheme that the client used.
const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
/// Word for programs that use a Unix socket.
const UNIX: &str = "unix";

/// Proxy whose `X-Forwarded-For` and `X-Forwarded-Proto` count: an address, or `unix` for Unix sockets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TrustedProxy(Option<IpAddr>);

impl FromStr for TrustedProxy {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == UNIX {
            return Ok(Self(None));
        }
        let address = text.parse().map_err(|_| "write an IP address such as 10.0.0.7, or `unix`".to_owned())?;
        Ok(Self(Some(address)))
    }
}

/// Client of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Client {
    /// Address; `None` when it is not known, as on a Unix socket.
    pub address: Option<IpAddr>,
    /// True when the client speaks TLS to this server, or to the trusted proxy in front of it.
    pub is_secure: bool,
}

impl Client {
    /// Returns the client of a request; `has_tls` is true when this server speaks TLS.
    ///
    /// Fields of a sender that is not a trusted proxy count for nothing, because every sender can write them.
    pub fn of(parts: &Parts, proxies: &[TrustedProxy], has_tls: bool) -> Self {
        let peer = parts.extensions.get::<Peer>().and_then(|peer| peer.0).map(|peer| peer.ip().to_canonical());
        let is_trusted = |address: Option<IpAddr>| proxies.iter().any(|proxy| proxy.0 == address);
        if !is_trusted(peer) {
            return Self { address: peer, is_secure: has_tls && peer.is_some() };
        }
        let hops = list(&parts.headers, FORWARDED_FOR);
        let addresses = hops.iter().rev().map(|hop| hop.parse::<IpAddr>().ok().map(|address| address.to_canonical()));
        // The last address that is not a proxy: those before it are what the client wrote.
        let address = addresses.take_while(Option::is_some).find(|address| !is_trusted(*address)).flatten();
        let is_https = list(&parts.headers, FORWARDED_PROTO).last().is_some_and(|scheme| scheme == "https");
        Self { address: address.or(peer), is_secure: is_https || (has_tls && peer.is_some()) }
    }
}

/// Returns the members of a field that may be repeated.
fn list(headers: &HeaderMap, name: HeaderName) -> Vec<String> {
    let texts = headers.get_all(name).iter().filter_map(|value: &HeaderValue| value.to_str().ok());
    texts.flat_map(|text| text.split(',')).map(|text| text.trim().to_ascii_lowercase()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(peer: Option<&str>, fields: &[(&str, &str)], proxies: &[&str]) -> Client {
        let mut request = axum::http::Request::builder();
        for (name, value) in fields {
            request = request.header(*name, *value);
        }
        let (mut parts, ()) = request.body(()).unwrap().into_parts();
        parts.extensions.insert(Peer(peer.map(|peer| peer.parse().unwrap())));
        let proxies: Vec<TrustedProxy> = proxies.iter().map(|proxy| proxy.parse().unwrap()).collect();
        Client::of(&parts, &proxies, false)
    }

    #[test]
    fn only_a_trusted_proxy_says_who_the_client_is() {
        let fields = [("x-forwarded-for", "1.1.1.1, 203.0.113.9"), ("x-forwarded-proto", "https")];
        let address = |text: &str| Some(text.parse::<IpAddr>().unwrap());
        let stranger = client(Some("198.51.100.1:5"), &fields, &["10.0.0.7"]);
        assert_eq!(stranger, Client { address: address("198.51.100.1"), is_secure: false });
        let proxied = client(Some("10.0.0.7:5"), &fields, &["10.0.0.7"]);
        assert_eq!(proxied, Client { address: address("203.0.113.9"), is_secure: true });
        // Two proxies in a row; what the client wrote before them does not count.
        let chain = [("x-forwarded-for", "1.1.1.1, 203.0.113.9, 10.0.0.8")];
        assert_eq!(client(Some("10.0.0.7:5"), &chain, &["10.0.0.7", "10.0.0.8"]).address, address("203.0.113.9"));
        let broken = [("x-forwarded-for", "203.0.113.9, nonsense")];
        assert_eq!(client(Some("10.0.0.7:5"), &broken, &["10.0.0.7"]).address, address("10.0.0.7"));
        assert_eq!(client(None, &fields, &["unix"]).address, address("203.0.113.9"));
        assert_eq!(client(None, &fields, &[]), Client { address: None, is_secure: false });
        // An IPv4 address that a socket for both families shows as IPv6.
        assert!(client(Some("[::ffff:10.0.0.7]:5"), &fields, &["10.0.0.7"]).is_secure);
    }
}
