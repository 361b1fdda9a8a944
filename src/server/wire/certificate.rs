//! Parts of certificates, read from their DER form (RFC 5280): validity and names.

use chrono::{DateTime, NaiveDateTime, Utc};

const BOOLEAN: u8 = 0x01;
const OCTETS: u8 = 0x04;
const OID: u8 = 0x06;
const SEQUENCE: u8 = 0x30;
const SET: u8 = 0x31;
const VERSION: u8 = 0xa0;
const EXTENSIONS: u8 = 0xa3;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;
/// String types of names: UTF-8, printable, and IA5.
const STRINGS: [u8; 3] = [0x0c, 0x13, 0x16];
/// Object identifier of the common name: 2.5.4.3.
const COMMON_NAME: [u8; 3] = [0x55, 0x04, 0x03];
/// Object identifier of the subject's alternative names: 2.5.29.17.
const ALTERNATIVE_NAMES: [u8; 3] = [0x55, 0x1d, 0x11];
/// Kinds of alternative names that are read, by their tags.
const KINDS: [(u8, &str); 3] = [(0x81, "email"), (0x82, "dns"), (0x86, "uri")];

/// Certificate of a client, verified when its connection began.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientCertificate {
    /// Names: `cn:`, `dns:`, `uri:` or `email:`, and the name.
    pub names: Vec<String>,
    /// End of its validity; `None` when it has another form.
    pub expiry: Option<DateTime<Utc>>,
}

impl ClientCertificate {
    /// Reads the names and the end of the validity of a certificate.
    pub fn read(der: &[u8]) -> Self {
        Self { names: names(der).unwrap_or_default(), expiry: expiry(der) }
    }
}

/// Returns the end of the validity of a certificate (section 4.1); `None` when it has another form.
pub fn expiry(der: &[u8]) -> Option<DateTime<Utc>> {
    let (validity, _) = content(after_issuer(der)?, SEQUENCE)?;
    let (tag, last, _) = element(element(validity)?.2)?;
    let text = std::str::from_utf8(last).ok()?;
    let text = match tag {
        // Two digits of the year: from 50 on they are of the last century.
        UTC_TIME => format!("{}{text}", if text.get(..2)? >= "50" { "19" } else { "20" }),
        GENERALIZED_TIME => text.to_owned(),
        _ => return None,
    };
    NaiveDateTime::parse_from_str(&text, "%Y%m%d%H%M%SZ").ok().map(|time| time.and_utc())
}

/// Returns the fields of a certificate after serial number, algorithm and issuer: validity, subject, key, extensions.
fn after_issuer(der: &[u8]) -> Option<&[u8]> {
    let (certificate, _) = content(der, SEQUENCE)?;
    let (mut fields, _) = content(certificate, SEQUENCE)?;
    if let Some((_, rest)) = content(fields, VERSION) {
        fields = rest;
    }
    for _ in 0..3 {
        fields = element(fields)?.2;
    }
    Some(fields)
}

/// Returns the common name and the alternative names of the subject.
fn names(der: &[u8]) -> Option<Vec<String>> {
    let after_validity = element(after_issuer(der)?)?.2;
    let (subject, after_subject) = content(after_validity, SEQUENCE)?;
    let mut names: Vec<String> = common_names(subject).into_iter().map(|name| format!("cn:{name}")).collect();
    let mut rest = element(after_subject)?.2;
    while let Some((tag, found, next)) = element(rest) {
        if tag == EXTENSIONS {
            names.extend(alternative_names(found).unwrap_or_default());
        }
        rest = next;
    }
    Some(names)
}

/// Returns the common names of a subject.
fn common_names(subject: &[u8]) -> Vec<String> {
    let pairs = elements(subject).into_iter().filter(|(tag, _)| *tag == SET).flat_map(|(_, set)| elements(set));
    let name = |(tag, pair): (u8, &[u8])| {
        let (kind, value) = content(pair, OID).filter(|_| tag == SEQUENCE)?;
        let (string, text, _) = element(value)?;
        let is_name = kind == COMMON_NAME && STRINGS.contains(&string);
        is_name.then(|| std::str::from_utf8(text).ok().map(str::to_owned)).flatten()
    };
    pairs.filter_map(name).collect()
}

/// Returns the alternative names in a list of extensions.
fn alternative_names(extensions: &[u8]) -> Option<Vec<String>> {
    let (list, _) = content(extensions, SEQUENCE)?;
    let value = elements(list).into_iter().find_map(|(_, extension)| {
        let (kind, rest) = content(extension, OID)?;
        // Whether the extension is critical comes before its value, or is left out.
        let rest = content(rest, BOOLEAN).map_or(rest, |(_, rest)| rest);
        (kind == ALTERNATIVE_NAMES).then(|| content(rest, OCTETS)).flatten()
    });
    let (names, _) = content(value?.0, SEQUENCE)?;
    let name = |(tag, text): (u8, &[u8])| {
        let (_, kind) = KINDS.iter().find(|(known, _)| *known == tag)?;
        Some(format!("{kind}:{}", std::str::from_utf8(text).ok()?))
    };
    Some(elements(names).into_iter().filter_map(name).collect())
}

/// Returns the tags and contents of all elements.
fn elements(mut bytes: &[u8]) -> Vec<(u8, &[u8])> {
    let mut found = Vec::new();
    while let Some((tag, content, rest)) = element(bytes) {
        found.push((tag, content));
        bytes = rest;
    }
    found
}

/// Returns the content of the first element, which must have this tag, and what is after it.
fn content(bytes: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    element(bytes).filter(|(found, _, _)| *found == tag).map(|(_, content, rest)| (content, rest))
}

/// Returns the first element: its tag, its content, and what is after it.
fn element(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (tag, rest) = bytes.split_first()?;
    let (first, rest) = rest.split_first()?;
    let (length, rest) = match usize::from(*first) {
        short @ 0..0x80 => (short, rest),
        long => {
            let (digits, rest) =
                rest.split_at_checked(long & 0x7f).filter(|(digits, _)| (1..=4).contains(&digits.len()))?;
            (digits.iter().fold(0usize, |length, digit| (length << 8) | usize::from(*digit)), rest)
        }
    };
    let (content, rest) = rest.split_at_checked(length)?;
    Some((*tag, content, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_subject_and_no_others() {
        let mut wanted = rcgen::CertificateParams::new(vec!["orders.example.com".to_owned()]).unwrap();
        wanted.distinguished_name.push(rcgen::DnType::CommonName, "orders");
        wanted.distinguished_name.push(rcgen::DnType::OrganizationName, "cn:admin");
        wanted.subject_alt_names.push(rcgen::SanType::URI("spiffe://cluster/ns/shop/sa/orders".try_into().unwrap()));
        wanted.subject_alt_names.push(rcgen::SanType::Rfc822Name("orders@example.com".try_into().unwrap()));
        let made = wanted.self_signed(&rcgen::KeyPair::generate().unwrap()).unwrap();
        let read = ClientCertificate::read(made.der());
        let names = ["cn:orders", "dns:orders.example.com", "uri:spiffe://cluster/ns/shop/sa/orders"];
        assert_eq!(read.names, [&names[..], &["email:orders@example.com"]].concat());
        assert!(read.expiry.is_some());
        for length in 0..made.der().len() {
            // Cut anywhere, it has another form, and that is all.
            drop(ClientCertificate::read(&made.der()[..length]));
        }
    }
}
