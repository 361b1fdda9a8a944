//! Places of databases: a file, or the address of a PostgreSQL server, of which the password is never shown.

use std::ffi::OsString;
use std::fmt;
use std::path::PathBuf;

/// Beginnings of an address.
const SCHEMES: [&str; 2] = ["postgres://", "postgresql://"];
/// Parameters of an address, except for the password.
const PARAMETERS: [&str; 10] = [
    "host",
    "hostaddr",
    "port",
    "user",
    "dbname",
    "sslmode",
    "sslrootcert",
    "connect_timeout",
    "application_name",
    "tcp_user_timeout",
];

/// Reason for which an encrypted connection that is not verified is refused.
#[cfg(feature = "postgres")]
const NOT_VERIFIED: &str = "an encrypted connection is verified: `sslmode=verify-full&sslrootcert=FILE`";

/// Place of a database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// A file, or a directory.
    File(PathBuf),
    /// A PostgreSQL database.
    Postgres(Address),
    /// A text that begins like the address of a PostgreSQL database, and is not one.
    Bad(BadAddress),
}

impl Place {
    /// Returns the place with a password for an address that states none.
    pub fn with_password(self, password: Option<String>) -> Self {
        match (self, password.filter(|password| !password.is_empty())) {
            (Self::Postgres(address), Some(password)) if address.has_no_password() => {
                Self::Postgres(Address { password: Some(password), ..address })
            }
            (place, _) => place,
        }
    }
}

impl From<OsString> for Place {
    fn from(text: OsString) -> Self {
        match text.to_str().map(Address::parse) {
            None | Some(Ok(None)) => Self::File(text.into()),
            Some(Ok(Some(address))) => Self::Postgres(address),
            Some(Err(fault)) => Self::Bad(fault),
        }
    }
}

impl From<PathBuf> for Place {
    fn from(path: PathBuf) -> Self {
        path.into_os_string().into()
    }
}

/// Shows the place without a password.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => path.display().fmt(f),
            Self::Postgres(address) => address.fmt(f),
            Self::Bad(_) => write!(f, "{}…", SCHEMES[0]),
        }
    }
}

/// Reason for which a text is not an address. It repeats nothing of the text, which may contain a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BadAddress(pub &'static str);

/// Address of a PostgreSQL database: `postgres://USER:PASSWORD@HOST:PORT/DATABASE?PARAMETER=VALUE`.
///
/// Written and debugged without the password.
#[derive(Clone, PartialEq, Eq)]
pub struct Address {
    /// The whole text.
    text: String,
    /// The text without passwords.
    shown: String,
    /// A password from elsewhere.
    password: Option<String>,
}

impl Address {
    /// Reads an address; `None` for a text that does not begin like one.
    fn parse(text: &str) -> Result<Option<Self>, BadAddress> {
        let Some(rest) = SCHEMES.iter().find_map(|scheme| text.strip_prefix(scheme)) else { return Ok(None) };
        let shown = shown(rest)?;
        Ok(Some(Self { text: text.to_owned(), shown, password: None }))
    }

    fn has_no_password(&self) -> bool {
        let rest = |text: &str| text.split_once("://").map(|(_, rest)| rest.to_owned());
        self.password.is_none() && rest(&self.text) == rest(&self.shown)
    }

    /// Returns the password from elsewhere.
    #[cfg(feature = "postgres")]
    pub(super) fn password(&self) -> Option<&str> {
        self.password.as_deref()
    }

    /// Returns the whole text without the parameters about encryption, and the file of the authorities that a connection
    /// is verified with; `None` for a connection that is not encrypted.
    #[cfg(feature = "postgres")]
    pub(super) fn parts(&self) -> Result<(String, Option<PathBuf>), BadAddress> {
        let (mut text, query) = match self.text.split_once('?') {
            Some((text, query)) => (text.to_owned(), query),
            None => (self.text.clone(), ""),
        };
        let (mut is_verified, mut file, mut separator) = (false, None, '?');
        for parameter in query.split('&').filter(|parameter| !parameter.is_empty()) {
            match parameter.split_once('=') {
                Some(("sslmode", "verify-full")) => is_verified = true,
                Some(("sslmode", "require" | "verify-ca")) => return Err(BadAddress(NOT_VERIFIED)),
                Some(("sslrootcert", path)) => file = Some(PathBuf::from(path)),
                _ => {
                    text.extend([separator]);
                    text.push_str(parameter);
                    separator = '&';
                }
            }
        }
        match (is_verified, &file) {
            (true, None) | (false, Some(_)) => Err(BadAddress(NOT_VERIFIED)),
            _ => Ok((text, file)),
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Address({})", self.shown)
    }
}

/// Returns an address without its passwords.
///
/// Characters that end a part are refused inside a password, because the rest of it would be taken for another part.
fn shown(rest: &str) -> Result<String, BadAddress> {
    if rest.contains('#') || rest.chars().any(|c| c.is_control() || c.is_whitespace()) {
        return Err(BadAddress("a `#`, a space or a control character is not percent-encoded"));
    }
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    if path.contains('@') {
        return Err(BadAddress("an `@`, `/` or `?` is not percent-encoded"));
    }
    let (user, hosts) = match authority.split_once('@') {
        Some((_, hosts)) if hosts.contains('@') => return Err(BadAddress("an `@` is not percent-encoded")),
        Some((user, hosts)) => (format!("{}@", user.split(':').next().unwrap_or_default()), hosts),
        None => (String::new(), authority),
    };
    let is_port = |port: &str| port.len() <= 5 && port.bytes().all(|byte| byte.is_ascii_digit());
    for host in hosts.split(',') {
        let port = if host.starts_with('[') { host.rsplit_once("]:") } else { host.rsplit_once(':') };
        if !port.is_none_or(|(_, port)| is_port(port)) {
            return Err(BadAddress("the port is not a number"));
        }
    }
    let (path, query) = path.split_once('?').map_or((path, None), |(path, query)| (path, Some(query)));
    let mut kept = Vec::new();
    for parameter in query.into_iter().flat_map(|query| query.split('&')) {
        match parameter.split_once('=').map(|(name, _)| name) {
            Some("password") => {}
            Some(name) if PARAMETERS.contains(&name) => kept.push(parameter),
            _ => return Err(BadAddress("it has a parameter that is not known")),
        }
    }
    let query = if kept.is_empty() { String::new() } else { format!("?{}", kept.join("&")) };
    Ok(format!("{}{user}{hosts}{path}{query}", SCHEMES[0]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(text: &str) -> Place {
        OsString::from(text).into()
    }

    #[test]
    fn no_part_of_a_password_is_shown() {
        for (text, shown) in [
            ("postgres://ada:s3cret@db:5432/plans", "postgres://ada@db:5432/plans"),
            ("postgresql://ada:s3cret@db/plans?sslmode=disable", "postgres://ada@db/plans?sslmode=disable"),
            ("postgres://ada:s3cret:x@[::1]:5432,b:1/plans", "postgres://ada@[::1]:5432,b:1/plans"),
            ("postgres:///plans?host=/run/pg&password=s3cret&user=ada", "postgres:///plans?host=/run/pg&user=ada"),
            ("postgres://ada:s3cret%40%2f@db", "postgres://ada@db"),
            ("postgres://db/plans", "postgres://db/plans"),
            // What is not clear is not shown at all.
            ("postgres://ada:s3c@ret@db/plans", "postgres://…"),
            ("postgres://ada:s3cret/x@db/plans", "postgres://…"),
            ("postgres://ada:s3cret?x@db/plans", "postgres://…"),
            ("postgres://ada:s3cret#x@db/plans", "postgres://…"),
            ("postgres://ada:s3cret", "postgres://…"),
            ("postgres://db/plans?s3cret=1", "postgres://…"),
            ("postgres://db/plans?s3cret", "postgres://…"),
        ] {
            let place = place(text).with_password(Some("s3cret".to_owned()));
            assert_eq!(place.to_string(), shown, "{text}");
            assert!(!format!("{place:?}").contains("s3c"), "{place:?}");
        }
    }

    #[test]
    fn everything_else_is_a_file() {
        for text in ["quotient.ledger", "postgres", "/var/lib/postgres://x", "https://db/plans"] {
            assert_eq!(place(text), Place::File(text.into()));
        }
    }

    #[test]
    fn a_password_from_elsewhere_is_for_an_address_without_one() {
        let other = |text: &str| match place(text).with_password(Some("other".to_owned())) {
            Place::Postgres(address) => address.password,
            _ => None,
        };
        assert_eq!(other("postgresql://ada@db/plans").as_deref(), Some("other"));
        assert_eq!(other("postgres://ada:own@db/plans"), None);
        assert_eq!(other("postgres://ada@db/plans?password=own"), None);
    }
}
