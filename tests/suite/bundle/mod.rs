//! Bundles: nothing but what was signed is used, and never an older one.

mod over_http;

use assert_cmd::Command;
use chrono::{DateTime, Utc};
use quotient::bundle::{Bundle, Bundles, Keys};
use quotient::finding::Findings;
use quotient::library::{Clock, Sighting, Source};
use quotient::plugin::VendorFiles;
use quotient::signing::SigningKey;
use std::path::Path;
use std::time::Duration;
use tempfile::TempDir;

/// A clock that does not move.
#[derive(Clone, Copy)]
struct At(&'static str);

impl Clock for At {
    fn monotonic(&self) -> Duration {
        Duration::ZERO
    }

    fn wall(&self) -> DateTime<Utc> {
        format!("{}T12:00:00Z", self.0).parse().unwrap()
    }
}

struct Signer {
    pem: String,
    key: SigningKey,
}

impl Signer {
    fn new() -> Self {
        let pem = rcgen::KeyPair::generate_for(&rcgen::PKCS_ED25519).unwrap().serialize_pem();
        let key = SigningKey::from_pem(pem.as_bytes()).unwrap();
        Self { pem, key }
    }

    /// Its entry in a file of keys.
    fn entry(&self, name: &str, dates: &str) -> String {
        format!("[[key]]\nname = \"{name}\"\npublic_key = \"{}\"\n{dates}", self.key.public_key())
    }
}

fn files(text: &str) -> VendorFiles {
    VendorFiles::from_rules("acme", [("vendor.toml", "api = 1\n"), ("history.rhai", text)])
}

fn bundle(number: u64, text: &str, signers: &[&Signer]) -> Bundle {
    let mut bundle = Bundle::new(&files(text), number, None);
    signers.iter().for_each(|signer| bundle.sign(&signer.key));
    bundle
}

fn put(directory: &TempDir, bundle: &Bundle) -> String {
    let name = format!("{}-{}.bundle.json", bundle.vendor, bundle.number);
    std::fs::write(directory.path().join(&name), bundle.to_json()).unwrap();
    name
}

fn codes(findings: &Findings) -> Vec<String> {
    findings.iter().map(|finding| finding.code().to_string()).collect()
}

/// The text of `history.rhai` of the bundle in use, or the codes of what is refused.
fn used(source: &mut impl Source) -> Result<String, Vec<String>> {
    let scan = source.scan();
    match scan.vendors.get("acme") {
        Some(Sighting::Files(files)) => {
            Ok(files.iter().find(|file| file.path == "history.rhai").unwrap().text.to_string())
        }
        Some(Sighting::Unreadable(findings)) => Err(codes(findings)),
        Some(Sighting::Moving) | None => Err(codes(&scan.faults)),
    }
}

fn open(directory: &TempDir, keys: Option<&str>, state: Option<&Path>, date: &'static str) -> Bundles<At> {
    let keys = keys.map(|text| Keys::parse(text).unwrap());
    Bundles::new(directory.path().to_owned(), keys, state, At(date)).unwrap()
}

#[test]
fn the_same_files_give_the_same_bytes() {
    let one = bundle(7, "a", &[]).to_json();
    assert_eq!(one, bundle(7, "a", &[]).to_json());
    let (read, read_files) = Bundle::parse("x", &one).unwrap();
    assert_eq!(read.to_json(), one);
    assert_eq!(read_files.revision(), files("a").revision());
}

#[test]
fn with_keys_only_signed_bundles_are_used_and_the_reason_is_given() {
    let (known, other) = (Signer::new(), Signer::new());
    let keys = known.entry("Release", "");
    let seen = |bundle: &Bundle, keys: Option<&str>| {
        let directory = TempDir::new().unwrap();
        put(&directory, bundle);
        used(&mut open(&directory, keys, None, "2026-06-01"))
    };
    let refused = |codes: &[&str]| Err(codes.iter().map(|code| (*code).to_owned()).collect::<Vec<_>>());
    assert_eq!(seen(&bundle(1, "a", &[&known]), Some(&keys)), Ok("a".to_owned()));
    assert_eq!(seen(&bundle(1, "a", &[]), None), Ok("a".to_owned()), "without keys a signature is not asked for");
    assert_eq!(seen(&bundle(1, "a", &[]), Some(&keys)), refused(&["bundle::signature"]), "stripped");
    assert_eq!(seen(&bundle(1, "a", &[&other]), Some(&keys)), refused(&["bundle::signature"]), "an unknown key");
    // A signature of other content: of another text, number or date.
    let signatures = bundle(1, "a", &[&known]).signatures;
    for other in [
        Bundle { signatures: signatures.clone(), ..bundle(1, "b", &[]) },
        Bundle { signatures: signatures.clone(), ..bundle(2, "a", &[]) },
        Bundle { signatures, effective_from: Some("2026-01-01".to_owned()), ..bundle(1, "a", &[]) },
    ] {
        assert_eq!(seen(&other, Some(&keys)), refused(&["bundle::signature"]));
    }
    let mut changed = bundle(1, "a", &[&known]);
    changed.files[0].text.push('x');
    assert_eq!(seen(&changed, Some(&keys)), refused(&["bundle::content"]));
    assert_eq!(seen(&changed, None), refused(&["bundle::content"]), "also without keys");
}

#[test]
fn every_changed_byte_of_a_signed_bundle_is_refused_or_changes_nothing() {
    let signer = Signer::new();
    let keys = Keys::parse(&signer.entry("Release", "")).unwrap();
    let bundle = bundle(3, "a\nb", &[&signer]);
    let bytes = bundle.to_json();
    let mut unchanged = 0;
    for at in 0..bytes.len() {
        for flip in [0x01, 0x20] {
            let mut changed = bytes.clone();
            changed[at] ^= flip;
            let Ok((read, read_files)) = Bundle::parse("x", &changed) else { continue };
            if keys.verify(&read, "2026-01-01".parse().unwrap()).is_ok() {
                assert_eq!((read_files.revision(), read.number), (bundle.revision.as_str(), 3), "byte {at}");
                unchanged += 1;
            }
        }
    }
    // Spaces between members may differ.
    assert!(unchanged < bytes.len() / 4, "{unchanged}");
}

#[test]
fn two_persons_sign_where_the_keys_say_so_and_dates_of_keys_count() {
    let (one, other) = (Signer::new(), Signer::new());
    let both = format!("signatures = 2\n{}{}", one.entry("Ann", ""), other.entry("Bo", "until = 2026-06-30\n"));
    let keys = Keys::parse(&both).unwrap();
    let verify = |bundle: &Bundle, date: &str| {
        keys.verify(bundle, date.parse().unwrap()).map_err(|findings| findings.to_string())
    };
    assert_eq!(verify(&bundle(1, "a", &[&one, &other]), "2026-06-30"), Ok(vec!["Ann".to_owned(), "Bo".to_owned()]));
    let mut twice = bundle(1, "a", &[&one]);
    twice.sign(&one.key);
    twice.signatures.push(twice.signatures[0].clone());
    let text = verify(&twice, "2026-06-30").unwrap_err();
    assert!(text.contains("signed by `Ann` only"), "the same person twice: {text}");
    let text = verify(&bundle(1, "a", &[&one, &other]), "2026-07-01").unwrap_err();
    assert!(text.contains("`Bo`, whose key is accepted from any date until 2026-06-30 only"), "{text}");
    for wrong in [
        format!("signatures = 3\n{}", one.entry("Ann", "")),
        format!("signatures = 0\n{}", one.entry("Ann", "")),
        format!("{}{}", one.entry("Ann", ""), one.entry("Again", "")),
        one.entry("Ann", "from = 2027-01-01\nuntil = 2026-01-01\n"),
        one.entry("Ann", "form = 2026-01-01\n"),
        "[[key]]\nname = \"Ann\"\npublic_key = \"12\"\n".to_owned(),
    ] {
        assert!(Keys::parse(&wrong).is_err(), "{wrong}");
    }
}

#[test]
fn an_older_bundle_is_refused_also_after_a_restart_and_a_number_has_one_content() {
    let (directory, state) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let state = state.path().join("new");
    let first = put(&directory, &bundle(1, "one", &[]));
    let mut source = open(&directory, None, Some(&state), "2026-06-01");
    assert_eq!(used(&mut source), Ok("one".to_owned()));
    put(&directory, &bundle(2, "two", &[]));
    assert_eq!(used(&mut source), Ok("two".to_owned()), "the highest number counts");
    std::fs::remove_file(directory.path().join("acme-2.bundle.json")).unwrap();
    assert_eq!(used(&mut source), Err(vec!["bundle::order".to_owned()]), "the older bundle is refused");
    let mut again = open(&directory, None, Some(&state), "2026-06-01");
    assert_eq!(used(&mut again), Err(vec!["bundle::order".to_owned()]), "a restart forgets nothing");
    std::fs::remove_file(directory.path().join(first)).unwrap();
    put(&directory, &bundle(2, "another", &[]));
    assert_eq!(used(&mut again), Err(vec!["bundle::order".to_owned()]), "a number has one content");
    put(&directory, &bundle(3, "one", &[]));
    assert_eq!(used(&mut again), Ok("one".to_owned()), "old content comes back under a new number");
    std::fs::write(state.join("bundles.json"), "{").unwrap();
    assert!(Bundles::new(directory.path().to_owned(), None, Some(&state), At("2026-06-01")).is_err());
}

#[test]
fn a_number_that_another_replica_accepted_counts() {
    let (one, other, state) = (TempDir::new().unwrap(), TempDir::new().unwrap(), TempDir::new().unwrap());
    put(&one, &bundle(7, "seven", &[]));
    put(&other, &bundle(7, "seven", &[]));
    let mut here = open(&one, None, Some(state.path()), "2026-06-01");
    let mut there = open(&other, None, Some(state.path()), "2026-06-01");
    assert_eq!((used(&mut here), used(&mut there)), (Ok("seven".to_owned()), Ok("seven".to_owned())));
    put(&one, &bundle(9, "nine", &[]));
    assert_eq!(used(&mut here), Ok("nine".to_owned()));
    put(&other, &bundle(8, "eight", &[]));
    assert_eq!(used(&mut there), Err(vec!["bundle::order".to_owned(); 2]), "8 and 7 are older than 9");
    put(&other, &bundle(9, "another nine", &[]));
    assert!(used(&mut there).unwrap_err().contains(&"bundle::order".to_owned()), "a number has one content");
}

#[test]
fn a_bundle_is_used_from_its_date_on() {
    let directory = TempDir::new().unwrap();
    put(&directory, &bundle(1, "now", &[]));
    put(&directory, &Bundle { effective_from: Some("2026-07-01".to_owned()), ..bundle(2, "later", &[]) });
    assert_eq!(used(&mut open(&directory, None, None, "2026-06-30")), Ok("now".to_owned()));
    assert_eq!(used(&mut open(&directory, None, None, "2026-07-01")), Ok("later".to_owned()));
}

#[test]
fn a_refused_bundle_beside_a_good_one_is_reported_and_does_not_replace_it() {
    let signer = Signer::new();
    let directory = TempDir::new().unwrap();
    put(&directory, &bundle(1, "good", &[&signer]));
    put(&directory, &bundle(2, "not signed", &[]));
    std::fs::write(directory.path().join("junk.bundle.json"), "{}").unwrap();
    let keys = signer.entry("Release", "");
    let mut source = open(&directory, Some(&keys), None, "2026-06-30");
    let scan = source.scan();
    assert_eq!(codes(&scan.faults), ["bundle::content", "bundle::signature"]);
    assert_eq!(used(&mut source), Ok("good".to_owned()));
}

#[test]
fn other_documents_are_refused() {
    let good = bundle(1, "a", &[]);
    let file = |path: &str, room: &str| {
        let mut bundle = good.clone();
        (bundle.files[0].path, bundle.files[0].room) = (path.to_owned(), room.to_owned());
        bundle
    };
    for (name, wrong) in [
        ("above the directory", file("../x.rhai", "rules")),
        ("absolute", file("/x.rhai", "rules")),
        ("of Windows", file("c:\\x.rhai", "rules")),
        ("hidden", file(".x.rhai", "rules")),
        ("another kind", file("x.exe", "rules")),
        ("another directory", file("x.rhai", "secrets")),
        ("twice", file(&good.files[1].path, "rules")),
        ("no number", Bundle { number: 0, ..good.clone() }),
        ("a name", Bundle { vendor: "../acme".to_owned(), ..good.clone() }),
        ("no files", Bundle { files: Vec::new(), ..good.clone() }),
        ("a date", Bundle { effective_from: Some("2026-7-1".to_owned()), ..good.clone() }),
        ("a schema", Bundle { schema: "quotient.bundle/2".into(), ..good.clone() }),
    ] {
        let finding = Bundle::parse("x", &wrong.to_json()).unwrap_err();
        assert_eq!(finding.code().to_string(), "bundle::content", "{name}");
    }
    assert!(Bundle::parse("x", b"").is_err() && Bundle::parse("x", b"[]").is_err());
}

/// The way of the commands, from an empty directory.
#[test]
fn a_bundle_is_created_signed_verified_and_proposed_with() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (home, one, other) = (TempDir::new().unwrap(), Signer::new(), Signer::new());
    let write = |name: &str, text: &str| std::fs::write(home.path().join(name), text).unwrap();
    write("ann.key", &one.pem);
    write("bo.key", &other.pem);
    write("keys.toml", &format!("signatures = 2\n{}{}", one.entry("Ann", ""), other.entry("Bo", "")));
    let run = |arguments: &[&str]| {
        let mut command = Command::cargo_bin("quotient").unwrap();
        let output = command.current_dir(home.path()).args(arguments).output().unwrap();
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        (output.status.code(), text(&output.stdout), text(&output.stderr))
    };
    let (rules, policies) = (root.join("rules"), root.join("policies"));
    let (rules, policies) = (rules.to_str().unwrap(), policies.to_str().unwrap());
    let create =
        ["bundle", "create", "meridian", "--number", "7", "--key", "ann.key", "--rules", rules, "--policies", policies];
    let (code, text, errors) = run(&create);
    assert_eq!(code, Some(0), "{errors}");
    assert!(text.starts_with("meridian-7.bundle.json: bundle 7 of meridian, revision "), "{text}");
    let verify = ["bundle", "verify", "meridian-7.bundle.json", "--keys", "keys.toml"];
    let (code, _, errors) = run(&verify);
    assert_ne!(code, Some(0));
    assert!(errors.contains("signed by `Ann` only, and signatures of 2 different keys are needed"), "{errors}");
    assert_eq!(run(&["bundle", "sign", "meridian-7.bundle.json", "--key", "bo.key"]).0, Some(0));
    let (code, text, errors) = run(&verify);
    assert_eq!(code, Some(0), "{errors}");
    assert!(text.trim_end().ends_with("signed by `Ann`, `Bo`"), "{text}");
    let book = root.join("examples/demonstration");
    let propose = |origin: &[&str]| {
        let own = ["propose", "meridian", "--book", book.to_str().unwrap(), "--period", "FY2026", "--format", "json"];
        run(&[own.as_slice(), origin].concat())
    };
    let bundled = propose(&["--bundles", "meridian-7.bundle.json", "--bundle-keys", "keys.toml"]);
    assert_eq!(bundled.0, Some(0), "{}", bundled.2);
    assert_eq!(
        bundled.1,
        propose(&["--rules", rules, "--policies", policies]).1,
        "the same plan as from the directories"
    );
    let text = std::fs::read_to_string(home.path().join("meridian-7.bundle.json")).unwrap();
    write("meridian-7.bundle.json", &text.replacen("growth", "grovth", 1));
    let (code, _, errors) = propose(&["--bundles", "meridian-7.bundle.json"]);
    assert_ne!(code, Some(0));
    assert!(errors.contains("was changed: its revision is not that of its files"), "{errors}");
    let (code, _, errors) = propose(&["--bundles", "nowhere"]);
    assert_ne!(code, Some(0));
    assert!(errors.contains("`nowhere` cannot be read"), "{errors}");
}
