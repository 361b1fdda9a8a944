//! Hashes of passwords: Argon2id, written as `$argon2id$v=19$m=…,t=…,p=…$salt$hash`.

use super::fault::PeopleFault;
use argon2::{Algorithm, Argon2, Params, Version};
use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use ring::rand::{SecureRandom, SystemRandom};
use subtle::ConstantTimeEq;

/// Memory of a hash, in KiB.
const MEMORY: u32 = 19 * 1024;
/// Passes of a hash.
const PASSES: u32 = 2;
/// Bytes of a salt.
const SALT: usize = 16;
/// Bytes of a hash.
const LENGTH: usize = 32;
/// Most memory of a hash in a ledger that another program wrote, in KiB.
const MAX_MEMORY: u32 = 256 * 1024;
/// Most passes of such a hash.
const MAX_PASSES: u32 = 16;
/// Fewest characters of a password.
pub const SHORTEST: usize = 12;
/// Most bytes of a password.
pub const LONGEST: usize = 1024;

/// Refuses a password that is too short, too long, or easy to guess.
pub fn check(person: &str, password: &str) -> Result<(), PeopleFault> {
    let characters = password.chars().count();
    if characters < SHORTEST {
        return Err(PeopleFault::ShortPassword { limit: SHORTEST });
    }
    if password.len() > LONGEST {
        return Err(PeopleFault::LongPassword { limit: LONGEST });
    }
    let lower = password.to_lowercase();
    let first = lower.chars().next();
    let is_one = lower.chars().all(|c| Some(c) == first);
    if is_one || lower.contains(&person.to_lowercase()) {
        return Err(PeopleFault::WeakPassword {});
    }
    Ok(())
}

/// A hash as it is written.
struct Written {
    salt: Vec<u8>,
    /// Memory in KiB, and passes.
    costs: (u32, u32),
    hash: Vec<u8>,
}

/// Returns the hash of a password with a new salt.
pub fn hash(password: &str) -> Result<String, PeopleFault> {
    let mut salt = [0; SALT];
    SystemRandom::new().fill(&mut salt).map_err(|_| PeopleFault::NoHash {})?;
    let own = computed(password, &salt, (MEMORY, PASSES)).ok_or(PeopleFault::NoHash {})?;
    let (salt, own) = (STANDARD_NO_PAD.encode(salt), STANDARD_NO_PAD.encode(own));
    Ok(format!("$argon2id$v=19$m={MEMORY},t={PASSES},p=1${salt}${own}"))
}

/// Returns true when the password has this hash.
///
/// Without a hash the same work is done, so that the time does not say whether there is one.
pub fn matches(password: &str, known: Option<&str>) -> bool {
    let none = || Written { salt: vec![0; SALT], costs: (MEMORY, PASSES), hash: Vec::new() };
    let Written { salt, costs, hash } = known.and_then(read).unwrap_or_else(none);
    let found = computed(password, &salt, costs);
    found.is_some_and(|found| bool::from(found.as_slice().ct_eq(&hash)))
}

fn computed(password: &str, salt: &[u8], (memory, passes): (u32, u32)) -> Option<[u8; LENGTH]> {
    let params = Params::new(memory, passes, 1, Some(LENGTH)).ok()?;
    let mut own = [0; LENGTH];
    let hasher = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    hasher.hash_password_into(password.as_bytes(), salt, &mut own).ok().map(|()| own)
}

/// Reads a hash; `None` for a text of another form.
fn read(text: &str) -> Option<Written> {
    let parts: Vec<&str> = text.split('$').collect();
    let ["", "argon2id", "v=19", costs, salt, own] = parts.as_slice() else { return None };
    let costs: Vec<&str> = costs.split(',').collect();
    let [memory, passes, "p=1"] = costs.as_slice() else { return None };
    let memory = memory.strip_prefix("m=")?.parse().ok().filter(|memory| *memory <= MAX_MEMORY)?;
    let passes = passes.strip_prefix("t=")?.parse().ok().filter(|passes| *passes <= MAX_PASSES)?;
    let (salt, hash) = (STANDARD_NO_PAD.decode(salt).ok()?, STANDARD_NO_PAD.decode(own).ok()?);
    Some(Written { salt, costs: (memory, passes), hash })
}
