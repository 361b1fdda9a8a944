//! Files of keys and of what they sign.

use quotient::signing::{read_limited, read_small};

#[test]
fn only_regular_files_up_to_the_limit_are_read() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("key");
    std::fs::write(&path, [7; 10]).unwrap();
    assert_eq!(read_limited(&path, 10).unwrap(), [7; 10]);
    assert_eq!(read_limited(&path, 9).unwrap_err().to_string(), "it has more than 9 bytes");
    assert_eq!(read_limited(directory.path(), 10).unwrap_err().to_string(), "it is not a regular file");
    std::fs::write(&path, vec![7; 64 << 10]).unwrap();
    assert_eq!(read_small(&path).unwrap().len(), 65_536);
    std::fs::write(&path, vec![7; (64 << 10) + 1]).unwrap();
    assert!(read_small(&path).is_err());
}
