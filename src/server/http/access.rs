//! Access: tokens and certificates from a file, each with the vendors and operations it is for, its dates and its limits.

use super::credentials::Credentials;
use super::secret::{certificate_name, digest_of, is_one_byte, is_placeholder};
use crate::audit::TokenChanges;
use crate::document::{Codes, Document, Item, Section};
use crate::finding::{Code, Finding, Findings, Place, Position};
use crate::plugin::is_vendor_name;
use crate::server::fault::ServerFault;
use crate::server::wire::files::read_small;
use chrono::{DateTime, NaiveDate, Utc};
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;
use subtle::ConstantTimeEq;

/// Shortest token, in characters.
const MIN_TOKEN: usize = 20;

const CODES: Codes = Codes {
    syntax: Code::TokensFile,
    unknown_key: Code::TokensFile,
    missing_key: Code::TokensFile,
    value: Code::TokensFile,
};

crate::words! {
    /// Scope that an operation needs.
    pub enum Scope {
        /// No token: health and metrics.
        Open = "open",
        /// Reading vendors, revisions and findings.
        Read = "read",
        /// Requesting decisions.
        Evaluate = "evaluate",
        /// Reading and moving plans of record, as far as grants allow.
        Plan = "plan",
        /// Reloading, pinning and rolling back.
        Admin = "admin",
    }
}

impl Scope {
    /// Scopes that a token can have.
    pub const GRANTED: [Self; 4] = [Self::Read, Self::Evaluate, Self::Plan, Self::Admin];
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Token {
    name: Arc<str>,
    /// Person whose token it is; `None` for a service, which has the name of the token.
    person: Option<Arc<str>>,
    /// Digest of its secret; `None` for a certificate only.
    digest: Option<[u8; 32]>,
    /// Name in the certificate of its clients; `None` for a secret only.
    certificate: Option<String>,
    scopes: BTreeSet<Scope>,
    /// `None` for all vendors.
    vendors: Option<BTreeSet<String>>,
    /// First date on which it is valid (UTC).
    not_before: Option<NaiveDate>,
    /// Last date on which it is valid (UTC).
    expires: Option<NaiveDate>,
    limits: TokenLimits,
}

/// Limits of a token that differ from those of the server.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TokenLimits {
    /// Requests in progress.
    pub requests: Option<usize>,
    /// Open event streams.
    pub streams: Option<usize>,
    /// Bytes of bodies in memory.
    pub bodies: Option<usize>,
}

/// Caller of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// Name of the token; `None` on a server without tokens.
    pub name: Option<Arc<str>>,
    /// Person of the token, or its name; `None` on a server without tokens.
    pub person: Option<Arc<str>>,
    vendors: Option<Arc<BTreeSet<String>>>,
    scopes: Option<Arc<BTreeSet<Scope>>>,
    /// Limits of the token.
    pub limits: TokenLimits,
    /// Session of a person who signed in; `None` for a token.
    pub session: Option<CallerSession>,
}

/// Session of a caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CallerSession {
    /// Digest of its secret.
    pub key: [u8; 32],
    /// Number of the event that set the password with which it began.
    pub password: u64,
}

/// Reason for a denied access.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Denied {
    /// No token, or an unknown one.
    Unknown,
    /// The token is not for this operation or vendor.
    Scope,
    /// The token is not valid before this date.
    Early(NaiveDate),
    /// The token was valid through this date.
    Expired(NaiveDate),
    /// The certificate of the connection names no caller, or several.
    Certificate,
    /// The certificate of the connection is no longer valid.
    CertificateExpired,
}

/// The tokens of a server; without a file every caller that can reach it may do everything.
#[derive(Debug, Clone, Default)]
pub struct Access {
    tokens: Option<Vec<Token>>,
}

impl Access {
    /// Returns access for every caller.
    pub fn open() -> Self {
        Self::default()
    }

    /// Returns access for sessions only: no token is valid.
    pub fn for_sessions() -> Self {
        Self { tokens: Some(Vec::new()) }
    }

    /// Returns true when tokens or sessions are required.
    pub fn is_guarded(&self) -> bool {
        self.tokens.is_some()
    }

    /// Reads a tokens file; returns every finding at once.
    ///
    /// ```
    /// # use quotient::server::Access;
    /// let text = "[[token]]\nname = \"orders\"\ntoken = \"a-long-secret-of-the-order-desk\"\n\
    ///             scopes = [\"read\", \"evaluate\"]\nvendors = [\"meridian\"]\n";
    /// assert!(Access::parse("tokens.toml", text).is_ok());
    /// ```
    pub fn parse(file: &str, text: &str) -> Result<Self, Findings> {
        let text: Arc<str> = text.into();
        let document = Document::parse(file, &text, CODES);
        let mut tokens: Vec<Token> = Vec::new();
        for item in document.root().list("token") {
            let Some(token) = item.section().and_then(|section| read_token(item, section)) else { continue };
            if tokens.iter().any(|other| other.is_same_caller(&token)) {
                item.reject(ServerFault::DuplicateToken { token: token.name.to_string() });
            }
            tokens.push(token);
        }
        if tokens.is_empty() {
            document.report(Finding::from(ServerFault::NoToken {}).at(Place::file(file)));
        }
        let findings: Findings = document.into_findings().into_iter().map(without_text).collect();
        if findings.has_errors() { Err(findings) } else { Ok(Self { tokens: Some(tokens) }) }
    }

    /// Reads the tokens file at `path`.
    pub fn read(path: &Path) -> Result<Self, Findings> {
        let shown = path.display().to_string();
        let text = read_small(path).and_then(|bytes| String::from_utf8(bytes).map_err(std::io::Error::other));
        let text = text.map_err(|error| -> Findings {
            let fault = ServerFault::Unreadable { file: shown.clone(), reason: error.to_string() };
            Finding::from(fault).at(Place::file(&*shown)).into()
        })?;
        Self::parse(&shown, &text)
    }

    /// Returns the names of the tokens by which `next` differs.
    pub fn changes_to(&self, next: &Self) -> TokenChanges {
        let (before, after) = (self.tokens.as_deref().unwrap_or_default(), next.tokens.as_deref().unwrap_or_default());
        let same_name = |tokens: &[Token], name: &str| tokens.iter().find(|token| &*token.name == name).cloned();
        let mut changes = TokenChanges::default();
        for token in after {
            match same_name(before, &token.name) {
                None => changes.added.push(token.name.to_string()),
                Some(old) if old != *token => changes.changed.push(token.name.to_string()),
                Some(_) => {}
            }
        }
        let removed = before.iter().filter(|token| same_name(after, &token.name).is_none());
        changes.removed = removed.map(|token| token.name.to_string()).collect();
        changes
    }

    /// Returns the caller that shows these credentials now.
    pub fn caller(&self, credentials: impl Into<Credentials>) -> Result<Caller, Denied> {
        self.caller_at(&credentials.into(), SystemTime::now().into())
    }

    /// Returns the caller that shows these credentials at the time `now`: that of the token, or else of the certificate.
    fn caller_at(&self, credentials: &Credentials, now: DateTime<Utc>) -> Result<Caller, Denied> {
        let expiry = credentials.certificate.as_ref().and_then(|certificate| certificate.expiry);
        // It was valid when the connection began.
        if expiry.is_some_and(|expiry| expiry < now) {
            return Err(Denied::CertificateExpired);
        }
        let today = now.date_naive();
        let Some(tokens) = &self.tokens else { return Ok(Caller::anonymous()) };
        let token = match &credentials.certificate {
            Some(certificate) if !credentials.has_authorization() => named(tokens, &certificate.names),
            _ => with_secret(tokens, credentials.token().ok_or(Denied::Unknown)?),
        }?;
        if let Some(date) = token.not_before.filter(|date| today < *date) {
            return Err(Denied::Early(date));
        }
        if let Some(date) = token.expires.filter(|date| today > *date) {
            return Err(Denied::Expired(date));
        }
        Ok(Caller {
            name: Some(Arc::clone(&token.name)),
            person: Some(Arc::clone(token.person.as_ref().unwrap_or(&token.name))),
            vendors: token.vendors.clone().map(Arc::new),
            scopes: Some(Arc::new(token.scopes.clone())),
            limits: token.limits,
            session: None,
        })
    }
}

impl Token {
    /// Returns true when another token has its name, its secret, or its certificate.
    fn is_same_caller(&self, other: &Self) -> bool {
        self.name == other.name
            || (self.digest.is_some() && self.digest == other.digest)
            || (self.certificate.is_some() && self.certificate == other.certificate)
    }
}

/// Returns the token with this secret.
fn with_secret<'t>(tokens: &'t [Token], secret: &str) -> Result<&'t Token, Denied> {
    let digest = digest_of(secret);
    // Every token is compared even after a match, so that the time reveals nothing.
    let mut found = None;
    for token in tokens {
        if token.digest.is_some_and(|own| bool::from(own.ct_eq(&digest))) {
            found = Some(token);
        }
    }
    found.ok_or(Denied::Unknown)
}

/// Returns the one token whose certificate has one of these names.
fn named<'t>(tokens: &'t [Token], names: &[String]) -> Result<&'t Token, Denied> {
    let mut found = tokens.iter().filter(|token| token.certificate.as_ref().is_some_and(|name| names.contains(name)));
    match (found.next(), found.next()) {
        (Some(token), None) => Ok(token),
        (None, _) | (_, Some(_)) => Err(Denied::Certificate),
    }
}

impl Caller {
    /// Returns a caller without a token.
    pub fn anonymous() -> Self {
        Self { name: None, person: None, vendors: None, scopes: None, limits: TokenLimits::default(), session: None }
    }

    /// Returns the caller of a session: plans of record, as far as the grants of the person allow.
    pub fn of_session(person: &Arc<str>, session: CallerSession) -> Self {
        Self {
            name: Some(format!("session of {person}").into()),
            person: Some(Arc::clone(person)),
            scopes: Some(Arc::new(BTreeSet::from([Scope::Plan]))),
            session: Some(session),
            ..Self::anonymous()
        }
    }

    /// Returns a caller that sent no valid token and sees no vendor.
    pub fn stranger() -> Self {
        Self { vendors: Some(Arc::default()), scopes: Some(Arc::default()), ..Self::anonymous() }
    }

    /// Checks that the caller may use operations of `scope`, on `vendor` if the operation has one.
    pub fn may(&self, scope: Scope, vendor: Option<&str>) -> Result<(), Denied> {
        let is_scope = scope == Scope::Open || self.scopes.as_ref().is_none_or(|scopes| scopes.contains(&scope));
        let is_vendor = match (vendor, &self.vendors) {
            (Some(vendor), Some(vendors)) => vendors.contains(vendor),
            (None, _) | (_, None) => true,
        };
        if is_scope && is_vendor { Ok(()) } else { Err(Denied::Scope) }
    }

    /// Returns true when the caller may see this vendor.
    pub fn sees(&self, vendor: &str) -> bool {
        self.vendors.as_ref().is_none_or(|vendors| vendors.contains(vendor))
    }

    /// Returns true when the caller is not restricted to some vendors.
    pub fn is_for_all_vendors(&self) -> bool {
        self.vendors.is_none()
    }
}

/// Returns the finding with its line and without its text, which is secret.
fn without_text(mut finding: Finding) -> Finding {
    for place in &mut finding.places {
        if let Place::Text { file, text, span, .. } = place {
            let position = Position::of(text, span.start);
            *place = Place::file(format!("{file}:{}:{}", position.line, position.column));
        }
    }
    finding
}

/// Reads `[token.limits]`.
fn read_limits(section: Section<'_>) -> TokenLimits {
    let count = |key: &str| {
        let item = section.get(key)?;
        let count = item.count().and_then(|count| usize::try_from(count).ok());
        if count == Some(0) {
            item.reject(ServerFault::NoneAllowed { key: key.to_owned() });
        }
        count.filter(|count| *count > 0)
    };
    TokenLimits {
        requests: count("requests"),
        streams: count("streams"),
        bodies: count("body_mib").map(|count| count.saturating_mul(1 << 20)),
    }
}

fn read_token(item: Item<'_>, section: Section<'_>) -> Option<Token> {
    let (name, scopes) =
        (section.require("name", "name = \"orders\""), section.require("scopes", "scopes = [\"evaluate\"]"));
    let plain = section.get("token").and_then(|item| {
        let token = item.text()?;
        if is_placeholder(token) {
            item.reject(ServerFault::PlaceholderToken {});
        } else if token.chars().count() < MIN_TOKEN {
            item.reject(ServerFault::ShortToken { limit: MIN_TOKEN });
        }
        Some(digest_of(token))
    });
    let hashed = section.get("digest").and_then(|item| {
        let digest = item.text().and_then(|text| blake3::Hash::from_hex(text).ok());
        match digest {
            None => item.reject(ServerFault::BadDigest {}),
            // No token has such a digest.
            Some(digest) if is_one_byte(digest.as_bytes()) => item.reject(ServerFault::PlaceholderToken {}),
            Some(_) => {}
        }
        digest.map(|digest| *digest.as_bytes())
    });
    let words = Scope::GRANTED.map(|scope| (scope.as_str(), scope));
    let scopes: BTreeSet<Scope> = scopes?.list()?.into_iter().filter_map(|item| item.word(&words)).collect();
    let vendors = section.get("vendors").and_then(Item::list).map(|items| {
        let name = |item: &Item<'_>| {
            let name = item.text()?;
            if !is_vendor_name(name) {
                item.reject(ServerFault::BadVendorName { vendor: name.to_owned() });
            }
            Some(name.to_owned())
        };
        items.iter().filter_map(name).collect::<BTreeSet<String>>()
    });
    let (not_before, expires) = (section.date("not_before"), section.date("expires"));
    if let (Some(first), Some(last)) = (not_before, expires)
        && last < first
    {
        item.reject(ServerFault::NeverValid { first, last });
    }
    let limits = section.section("limits").map(read_limits).unwrap_or_default();
    let person = section.get("person").and_then(|item| item.text()).map(Arc::from);
    let name = name?.text()?;
    let certificate = section.get("certificate").and_then(certificate_name);
    match (plain, hashed) {
        (None, None) if certificate.is_none() => {
            item.reject(ServerFault::NoSecret { token: name.to_owned() });
            None
        }
        (Some(_), Some(_)) => {
            item.reject(ServerFault::TwoSecrets { token: name.to_owned() });
            None
        }
        (plain, hashed) => {
            let digest = plain.or(hashed);
            Some(Token { name: name.into(), person, digest, certificate, scopes, vendors, not_before, expires, limits })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_that_was_never_replaced_is_refused() {
        let faults = |secret: &str| {
            let text = format!("[[token]]\nname = \"a\"\n{secret}\nscopes = [\"read\"]\n");
            let findings = Access::parse("tokens.toml", &text).err().unwrap_or_default();
            findings.iter().map(|finding| finding.fault().cause().to_owned()).collect::<Vec<_>>()
        };
        for token in [
            "change-me",
            "change-me-please-change-me",
            "<token>",
            "at-least-twenty-characters-long",
            "${TOKEN_OF_THE_ORDERS}",
            "xxxxxxxxxxxxxxxxxxxxxx",
        ] {
            assert_eq!(faults(&format!("token = \"{token}\"")), ["placeholder_token"], "{token}");
        }
        let zeros = "0".repeat(64);
        assert_eq!(faults(&format!("digest = \"{zeros}\"")), ["placeholder_token"]);
        assert_eq!(faults("token = \"a-secret-that-is-long-enough\""), Vec::<String>::new());
    }

    #[test]
    fn a_token_is_valid_from_its_first_date_through_its_last() {
        let text = "[[token]]\nname = \"a\"\ntoken = \"a-secret-that-is-long-enough\"\nscopes = [\"read\"]\n\
                    not_before = 2026-01-02\nexpires = 2026-01-31\nlimits = { requests = 3, body_mib = 2 }\n";
        let access = Access::parse("tokens.toml", text).unwrap();
        let shown = Credentials::with("Bearer a-secret-that-is-long-enough");
        let on = |date: &str| access.caller_at(&shown, format!("{date}T12:00:00Z").parse().unwrap());
        let date = |text: &str| text.parse::<NaiveDate>().unwrap();
        assert_eq!(on("2026-01-01"), Err(Denied::Early(date("2026-01-02"))));
        assert!(on("2026-01-02").is_ok() && on("2026-01-31").is_ok());
        assert_eq!(on("2026-02-01"), Err(Denied::Expired(date("2026-01-31"))));
        let limits = on("2026-01-15").unwrap().limits;
        assert_eq!(limits, TokenLimits { requests: Some(3), streams: None, bodies: Some(2 << 20) });
    }
}
