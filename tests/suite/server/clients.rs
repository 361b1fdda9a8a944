//! The clients in `examples/clients`, against the real server, where their interpreter is at hand.

use super::running::Running;
use std::path::{Path, PathBuf};
use std::process::Command;

fn clients() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/clients")
}

/// True when `program` can be run; says so when not.
fn is_here(program: &str) -> bool {
    let is_here = Command::new(program).arg("--version").output().is_ok_and(|output| output.status.success());
    if !is_here {
        println!("left out: {program} is not here");
    }
    is_here
}

/// What a client says about a server with the shipped vendors.
fn said_by(command: &mut Command) -> String {
    let server = Running::start(&[] as &[&str]);
    let url = format!("http://{}", server.address);
    let output = command.current_dir(clients()).env("QUOTIENT_URL", url).env_remove("QUOTIENT_TOKEN").output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{said}\n{}", String::from_utf8_lossy(&output.stderr));
    said
}

/// What every client has to show.
fn assert_complete(said: &str) {
    for words in ["assessment: ", "for Alder Systems, by revision ", "batch: ", "proposal: ", "refused as expected: "] {
        assert!(said.contains(words), "no `{words}` in:\n{said}");
    }
}

#[test]
fn the_client_in_shell_is_answered() {
    if is_here("bash") && is_here("curl") {
        let said = said_by(Command::new("bash").arg("client.sh"));
        assert_complete(&said);
        assert!(said.contains("3 of 3 assessed, trailer seen"), "{said}");
    }
}

/// Its types are generated from the OpenAPI document. The client in Python needs packages: `tests/clients/run` runs it.
#[test]
fn the_client_in_typescript_has_right_types_and_is_answered() {
    let folder = clients().join("typescript");
    if !is_here("node") || !folder.join("node_modules/.bin/tsc").exists() {
        return println!("left out: `npm install` was not run in {}", folder.display());
    }
    let output = Command::new("npm").args(["run", "--silent", "build"]).current_dir(&folder).output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&said));
    let said = said_by(Command::new("node").arg("typescript/client.js"));
    assert_complete(&said);
    assert!(said.contains("3 quotas"), "{said}");
}
