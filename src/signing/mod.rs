//! Signatures: Ed25519 keys from files, and what they sign and verify.

mod fault;
mod file;
mod hex;
mod key;

pub use fault::SigningFault;
pub use file::{read_limited, read_small};
pub use key::{PublicKey, SigningKey};
