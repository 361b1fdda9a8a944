//! Small files read whole: certificates, keys and tokens.

use std::fs::OpenOptions;
use std::io::{Error, Read, Result};
use std::path::Path;

/// Largest file of tokens, certificates or keys, in bytes.
const MAX_FILE: u64 = 1 << 20;

/// Reads a small regular file. Anything else at the path, such as a pipe, is neither waited for nor read.
pub fn read_small(path: &Path) -> Result<Vec<u8>> {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        let flags = (rustix::fs::OFlags::NONBLOCK | rustix::fs::OFlags::NOCTTY).bits();
        options.custom_flags(flags.cast_signed());
    }
    let file = options.open(path)?;
    if !file.metadata()?.is_file() {
        return Err(Error::other("it is not a regular file"));
    }
    let mut bytes = Vec::new();
    file.take(MAX_FILE + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_FILE {
        return Err(Error::other(format!("it has more than {MAX_FILE} bytes")));
    }
    Ok(bytes)
}
