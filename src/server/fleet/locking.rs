//! A check that locks hold on the file system of a directory.

use crate::library::LockedFile;
use std::fs::OpenOptions;
use std::io;
use std::path::Path;

/// Checks that files under `directory` can be locked, and that a lock keeps others out.
///
/// # Errors
/// The reason in words, when locks do not hold.
pub fn expect(directory: &Path) -> io::Result<()> {
    if let Some(option) = mounts().as_deref().and_then(|mounts| local_locks(mounts, directory)) {
        let reason = format!("its file system is mounted with `{option}`: locks do not reach other machines");
        return Err(io::Error::other(reason));
    }
    let path = directory.join(format!("probe.{}", uuid::Uuid::now_v7().simple()));
    let open = || OpenOptions::new().create(true).truncate(false).write(true).open(&path);
    let held = (|| {
        let first = LockedFile::new(open()?).map_err(io::Error::from)?;
        let is_kept_out = LockedFile::new(open()?).is_err();
        drop(first);
        let is_released = LockedFile::new(open()?).is_ok();
        Ok(is_kept_out && is_released)
    })();
    // A file that stays is empty and is never read.
    drop(std::fs::remove_file(&path));
    match held {
        Ok(true) => Ok(()),
        Ok(false) => Err(io::Error::other("its file system does not keep a second process out of a locked file")),
        Err(error) => Err(error),
    }
}

/// Returns the table of mounts of this process, where the system has one.
fn mounts() -> Option<String> {
    std::fs::read_to_string("/proc/self/mounts").ok()
}

/// Returns the option by which the network file system of `directory` keeps locks on this machine; `None` if there is none.
fn local_locks(mounts: &str, directory: &Path) -> Option<String> {
    let directory = directory.canonicalize().ok()?;
    let of_directory = mounts.lines().filter_map(|line| {
        let mut fields = line.split(' ').skip(1);
        let (point, kind, options) = (fields.next()?, fields.next()?, fields.next()?);
        directory.starts_with(point).then_some((point.len(), kind, options))
    });
    // The innermost mount; of several on one point, the last.
    let (_, kind, options) = of_directory.max_by_key(|(length, ..)| *length)?;
    let keeps = |option: &&str| {
        *option == "nolock" || (option.starts_with("local_lock=") && *option != "local_lock=none") || *option == "nobrl"
    };
    let is_network = kind.starts_with("nfs") || kind.starts_with("cifs") || kind.starts_with("smb");
    is_network.then(|| options.split(',').find(keeps).map(str::to_owned)).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn locks_that_stay_on_one_machine_are_found_in_the_options_of_the_mount() {
        let directory = tempfile::tempdir().unwrap();
        let point = directory.path().canonicalize().unwrap();
        let of = |kind: &str, options: &str| {
            let mounts = format!("disk / ext4 rw 0 0\nserver:/export {} {kind} {options} 0 0\n", point.display());
            local_locks(&mounts, directory.path())
        };
        assert_eq!(of("nfs", "rw,nolock,vers=3"), Some("nolock".to_owned()));
        assert_eq!(of("nfs4", "rw,local_lock=all"), Some("local_lock=all".to_owned()));
        assert_eq!(of("cifs", "rw,nobrl"), Some("nobrl".to_owned()));
        assert_eq!(of("nfs4", "rw,local_lock=none"), None);
        assert_eq!(of("ext4", "rw,nolock"), None);
    }

    #[test]
    fn locks_hold_on_a_local_disk() {
        let directory = tempfile::tempdir().unwrap();
        expect(directory.path()).unwrap();
        assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 0, "the probe leaves nothing behind");
        assert!(expect(&directory.path().join("missing")).is_err());
    }
}
