//! Small files that are read whole: keys and what they sign.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

/// Largest file of a key or a head, in bytes.
const MAX_FILE: u64 = 64 << 10;

/// Reads a regular file of at most 64 KiB.
pub fn read_small(path: &Path) -> io::Result<Vec<u8>> {
    read_limited(path, MAX_FILE)
}

/// Reads a regular file of at most `limit` bytes.
pub fn read_limited(path: &Path, limit: u64) -> io::Result<Vec<u8>> {
    if !fs::metadata(path)?.is_file() {
        return Err(io::Error::other("it is not a regular file"));
    }
    let mut bytes = Vec::new();
    File::open(path)?.take(limit + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit {
        return Err(io::Error::other(format!("it has more than {limit} bytes")));
    }
    Ok(bytes)
}
