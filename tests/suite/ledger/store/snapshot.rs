//! Snapshots by digest.

use super::support::{Place, causes, on_both, tamper};
use quotient::ledger::store::{Digest, Store, StoreFault};

#[test]
fn content_comes_back_by_its_digest() {
    let mut place = Place::new();
    let noise: Vec<u8> = (0..5_000_u32).flat_map(|at| Digest::of(&at.to_be_bytes()).as_bytes().to_owned()).collect();
    let text = "P0007;240000.00\n".repeat(20_000).into_bytes();
    for content in [&b""[..], b"a", &noise, &text] {
        let digest = place.store.put(content).unwrap();
        assert_eq!(digest, Digest::of(content));
        assert_eq!(place.store.put(content).unwrap(), digest);
        assert_eq!(place.store.get(&digest).unwrap().as_deref(), Some(content));
    }
    assert_eq!(place.store.get(&Digest::of(b"other")).unwrap(), None);
    assert_eq!(place.store.verify(None).unwrap().snapshots, 4);
    let path = place.path();
    let directory = place.closed();
    let size = std::fs::metadata(&path).unwrap().len();
    assert!(size < 2 * noise.len() as u64, "{size} bytes: text is not compressed, or content is stored twice");
    drop(directory);
}

#[test]
fn content_comes_back_from_both() {
    on_both(|kind| {
        let mut place = Place::on(kind);
        for content in [&b""[..], b"a", &[0, 255, 10], &b"P0007;240000.00\n".repeat(20_000)] {
            let digest = place.store.put(content).unwrap();
            assert_eq!(place.store.put(content).unwrap(), digest);
            assert_eq!(place.store.get(&digest).unwrap().as_deref(), Some(content));
        }
        assert_eq!(place.store.get(&Digest::of(b"other")).unwrap(), None);
        let verification = place.reopened().verify(None).unwrap();
        assert_eq!((causes(&verification), verification.snapshots), (Vec::new(), 4));
    });
}

#[test]
fn changed_content_is_not_returned() {
    let mut place = Place::new();
    let digest = place.store.put(&b"P0007;240000.00\n".repeat(100)).unwrap();
    let short = place.store.put(b"plain").unwrap();
    let path = place.path();
    let directory = place.closed();
    for change in [
        "UPDATE snapshot SET content = CAST('plein' AS BLOB) WHERE form = 'plain'; UPDATE snapshot SET length = length + 1 WHERE form = 'deflate'",
        "UPDATE snapshot SET form = 'other'",
        "UPDATE snapshot SET content = zeroblob(5)",
    ] {
        tamper(&path, change);
        let store = Store::open(&path).unwrap();
        for digest in [digest, short] {
            assert_eq!(store.get(&digest), Err(StoreFault::ChangedSnapshot { digest: digest.to_string() }));
        }
        assert_eq!(super::support::causes(&store.verify(None).unwrap()), ["snapshot_changed", "snapshot_changed"]);
    }
    drop(directory);
}
