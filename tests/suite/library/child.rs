//! Candidates looked at in a process of their own: every way it can end becomes findings, and nothing else.
#![cfg(unix)]

use super::*;
use quotient::library::{ChildProcess, Guarded, Inspect, child};

fn shell(script: &str) -> ChildProcess {
    let path = "PATH=/usr/local/bin:/usr/bin:/bin; ";
    ChildProcess { time: HANG, ..ChildProcess::new(["/bin/sh", "-c", &format!("{path}{script}")]) }
}

fn candidate() -> VendorFiles {
    vendor_files("meridian", &texts("1", ""))
}

fn codes(findings: &Findings) -> Vec<Code> {
    findings.iter().map(|finding| finding.code()).collect()
}

const GOOD: &str = r#"{"schema":"quotient.findings/1","errors":0,"warnings":0,"findings":[]}"#;
const BAD: &str = r#"{"schema":"quotient.findings/1","errors":1,"warnings":0,"findings":[{"code":"script::syntax",
"severity":"error","message":"no name","help":null,"places":[{"file":"rules/meridian/factor_0.rhai","line":2,"column":4,"label":"here"}]}]}"#;

#[test]
fn an_answer_without_errors_lets_the_candidate_pass() {
    assert!(shell(&format!("cat >/dev/null; echo '{GOOD}'")).inspect(&candidate()).is_empty());
}

#[test]
fn findings_come_back_with_the_text_they_are_about() {
    let findings = shell(&format!("cat >/dev/null; echo '{BAD}'; exit 4")).inspect(&candidate());
    assert_eq!(codes(&findings), [Code::ScriptSyntax]);
    let Place::Text { text, span, .. } = &findings.iter().next().unwrap().places[0] else { panic!("{findings:?}") };
    assert_eq!(&text[span.start..span.end], "assess", "line 2 is `fn assess(partner) …`");
}

#[test]
fn a_child_that_dies_is_a_finding_with_its_last_words() {
    let findings = shell("echo 'thread main has overflowed its stack' >&2; kill -ABRT $$").inspect(&candidate());
    assert_eq!(codes(&findings), [Code::CandidateDied]);
    assert!(findings.iter().next().unwrap().message().contains("has overflowed its stack"), "{findings:?}");
}

#[test]
fn a_child_that_claims_success_but_fails_is_not_believed() {
    let ends =
        [format!("echo '{GOOD}'; exit 3"), "exit 0".into(), "echo hello".into(), format!("echo '{GOOD}' '{GOOD}'")];
    for end in ends {
        assert_eq!(
            codes(&shell(&format!("cat >/dev/null; {end}")).inspect(&candidate())),
            [Code::CandidateDied],
            "{end}"
        );
    }
}

#[test]
fn an_answer_with_codes_that_do_not_exist_is_not_believed() {
    let strange = BAD.replace("script::syntax", "script::magic");
    assert_eq!(codes(&shell(&format!("echo '{strange}'")).inspect(&candidate())), [Code::CandidateDied]);
}

#[test]
fn a_child_that_takes_too_long_is_ended_with_all_it_started() {
    let child = ChildProcess { time: ms(300), ..shell("sleep 601 & sleep 602") };
    let start = Instant::now();
    assert_eq!(codes(&child.inspect(&candidate())), [Code::CandidateSlow]);
    assert!(start.elapsed() < HANG, "{:?}", start.elapsed());
}

#[test]
fn a_child_that_leaves_a_process_with_its_pipes_does_not_block() {
    let start = Instant::now();
    let findings = shell(&format!("sleep 603 & cat >/dev/null; echo '{GOOD}'")).inspect(&candidate());
    assert!(findings.is_empty(), "{findings:?}");
    assert!(start.elapsed() < HANG, "{:?}", start.elapsed());
}

#[test]
fn a_child_that_does_not_read_or_writes_without_end_does_not_block() {
    let large = vec![("vendor.toml".to_owned(), "x".repeat(1 << 20))];
    let large = vendor_files("meridian", &large);
    assert_eq!(codes(&shell("exit 0").inspect(&large)), [Code::CandidateDied]);
    let endless = ChildProcess { time: ms(1_000), ..shell("while :; do echo hello hello hello; done") };
    let findings = codes(&endless.inspect(&candidate()));
    assert!(findings == [Code::CandidateDied] || findings == [Code::CandidateSlow], "{findings:?}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_child_that_wants_memory_without_end_is_stopped_by_its_limit() {
    let child =
        ChildProcess { memory: 256 << 20, time: HANG, cpu_seconds: 300, ..shell("cat >/dev/null; tail /dev/zero") };
    assert_eq!(codes(&child.inspect(&candidate())), [Code::CandidateDied]);
}

#[cfg(target_os = "linux")]
#[test]
fn a_child_that_computes_without_end_is_stopped_by_its_limit() {
    let child = ChildProcess { cpu_seconds: 1, time: HANG, ..shell("while :; do :; done") };
    assert_eq!(codes(&child.inspect(&candidate())), [Code::CandidateDied]);
}

#[test]
fn a_command_that_does_not_exist_is_a_finding() {
    for command in [vec!["/nowhere/quotient"], vec![]] {
        assert_eq!(codes(&ChildProcess::new(command).inspect(&candidate())), [Code::CandidateDied]);
    }
}

#[test]
fn the_environment_of_the_server_is_not_the_childs() {
    let quiet = format!("cat >/dev/null; test -z \"$HOME$USER$CARGO\" && echo '{GOOD}'");
    assert!(shell(&quiet).inspect(&candidate()).is_empty());
}

#[test]
fn the_other_end_answers_what_the_validator_finds() {
    // What goes over the pipe is caught with `cat`, and given to the other end here.
    let path = tempfile::tempdir().unwrap();
    let sent = path.path().join("sent");
    let answer = |extra: &str| {
        let files = vendor_files("meridian", &texts("1", extra));
        shell(&format!("cat >{}", sent.display())).inspect(&files);
        let mut output = Vec::new();
        let is_good = child::answer(&Tagger::default(), fs::File::open(&sent).unwrap(), &mut output).unwrap();
        (is_good, String::from_utf8(output).unwrap())
    };
    assert!(answer("").0);
    let (is_good, output) = answer("fn (");
    assert!(!is_good && output.contains("script::syntax") && output.contains("\"line\":3"), "{output}");
    let (is_good, output) = answer("panic");
    assert!(!is_good && output.contains("candidate::died"), "{output}");
    let mut output = Vec::new();
    assert!(!child::answer(&Tagger::default(), &b"{}"[..], &mut output).unwrap());
}

#[test]
fn only_what_passed_the_child_is_validated_here() {
    let inner = Tagger::default();
    let guarded = Guarded { guard: shell("kill -SEGV $$"), validator: inner.clone() };
    assert_eq!(codes(&guarded.validate(&candidate()).unwrap_err()), [Code::CandidateDied]);
    assert_eq!(inner.validated.load(Ordering::Relaxed), 0);
    let guarded = Guarded { guard: shell(&format!("cat >/dev/null; echo '{GOOD}'")), validator: inner.clone() };
    assert_eq!(guarded.validate(&candidate()).unwrap().0.tag, "1");
}
