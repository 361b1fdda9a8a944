//! The last date of a certificate, read from its DER form.

use chrono::{DateTime, NaiveDateTime, Utc};

const SEQUENCE: u8 = 0x30;
const VERSION: u8 = 0xa0;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;

/// Returns the end of the validity of a certificate (RFC 5280, section 4.1); `None` when it has another form.
pub fn expiry(der: &[u8]) -> Option<DateTime<Utc>> {
    let (certificate, _) = content(der, SEQUENCE)?;
    let (mut fields, _) = content(certificate, SEQUENCE)?;
    if let Some((_, rest)) = content(fields, VERSION) {
        fields = rest;
    }
    // Serial number, algorithm and issuer are before the validity.
    for _ in 0..3 {
        fields = element(fields)?.2;
    }
    let (validity, _) = content(fields, SEQUENCE)?;
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
