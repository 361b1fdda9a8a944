//! System calls of a program, as far as they change files or send something, in the order in which they ended.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

/// One call that succeeded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Call {
    /// A file that did not exist was created.
    Create(PathBuf),
    /// Bytes were written at an offset; at the end without one.
    Write(PathBuf, Option<usize>, Vec<u8>),
    /// A file got this length.
    Truncate(PathBuf, usize),
    /// What was written to a file, or the names of a directory, before the call with this number ended is on the disk.
    Sync(PathBuf, usize),
    Rename(PathBuf, PathBuf),
    Link(PathBuf, PathBuf),
    Remove(PathBuf),
    MakeDirectory(PathBuf),
    /// Bytes were sent out of the process.
    Send(Vec<u8>),
}

const CALLS: &str = "openat,write,pwrite64,ftruncate,fsync,fdatasync,rename,renameat,renameat2,link,linkat,unlink,unlinkat,\
                     mkdir,mkdirat,sendto,writev";

/// True when this system can trace; its absence is named.
pub fn is_here() -> bool {
    let is_here =
        Command::new("strace").args(["-o", "/dev/null", "true"]).output().is_ok_and(|run| run.status.success());
    if !is_here {
        println!("left out: this system has no strace that may trace");
    }
    is_here
}

/// The command that runs a program and writes its calls to `file`.
pub fn traced(file: &Path, program: &Path) -> Command {
    let mut command = Command::new("strace");
    command.args(["-f", "-y", "-xx", "-s", "16777216", "-e", &format!("trace={CALLS}"), "-e", "signal=none", "-o"]);
    command.arg(file).arg(program);
    command
}

/// Reads the calls under `root` and what was sent, from what [`traced`] has written.
pub fn read(file: &Path, root: &Path) -> Vec<Call> {
    let text = std::fs::read_to_string(file).unwrap();
    let mut unfinished: BTreeMap<&str, (String, usize)> = BTreeMap::new();
    let mut calls = Vec::new();
    for line in text.lines() {
        let Some((process, line)) = line.split_once(' ') else { continue };
        let line = line.trim_start();
        // A sync covers what ended before it began.
        let mut begun = calls.len();
        let whole = if let Some(start) = line.strip_suffix(" <unfinished ...>") {
            unfinished.insert(process, (start.to_owned(), calls.len()));
            continue;
        } else if let Some((_, rest)) = line.strip_prefix("<... ").and_then(|line| line.split_once(" resumed>")) {
            let Some((start, at)) = unfinished.remove(process) else { continue };
            begun = at;
            start + rest
        } else {
            line.to_owned()
        };
        calls.extend(parse(&whole, root, begun));
    }
    calls
}

fn parse(line: &str, root: &Path, begun: usize) -> Option<Call> {
    let (name, rest) = line.split_once('(')?;
    let (arguments, result) = rest.rsplit_once(" = ")?;
    let done: usize = result.split([' ', '<']).next()?.parse().ok()?;
    let arguments: Vec<&str> = arguments.trim_end().strip_suffix(')')?.split(", ").collect();
    let inside = |path: PathBuf| path.starts_with(root).then_some(path);
    // An open file: `7<path>`, or `7<socket:[…]>`.
    let open =
        |at: usize| arguments.get(at)?.split_once('<').map(|(_, path)| text_of(path.strip_suffix('>').unwrap_or(path)));
    let file = |at: usize| inside(open(at)?.into());
    // A path, relative to an open directory or to none.
    let path = |at: usize| inside(text_of(arguments.get(at)?.trim_matches('"')).into());
    let number = |at: usize| arguments.get(at)?.parse::<usize>().ok();
    Some(match name {
        "openat" if arguments.get(2)?.contains("O_CREAT") => Call::Create(path(1)?),
        "pwrite64" => Call::Write(file(0)?, number(3), bytes_of(arguments[1]).get(..done)?.to_vec()),
        "write" | "sendto" | "writev" => match open(0) {
            Some(to) if to.starts_with("socket:") || to.starts_with("TCP:") || to.starts_with("pipe:") => {
                Call::Send(bytes_of(&arguments[1..].join("")))
            }
            _ => Call::Write(file(0)?, None, bytes_of(arguments[1]).get(..done)?.to_vec()),
        },
        "ftruncate" => Call::Truncate(file(0)?, number(1)?),
        "fsync" | "fdatasync" => Call::Sync(file(0)?, begun),
        "rename" | "link" => renamed(name, path(0)?, path(1)?),
        "renameat" | "renameat2" | "linkat" => renamed(name, path(1)?, path(3)?),
        "unlink" => Call::Remove(path(0)?),
        "unlinkat" => Call::Remove(path(1)?),
        "mkdir" => Call::MakeDirectory(path(0)?),
        "mkdirat" => Call::MakeDirectory(path(1)?),
        _ => return None,
    })
}

fn renamed(name: &str, from: PathBuf, to: PathBuf) -> Call {
    if name.starts_with("rename") { Call::Rename(from, to) } else { Call::Link(from, to) }
}

/// The bytes in all strings of an argument, which are written as `\x` and two digits each.
fn bytes_of(argument: &str) -> Vec<u8> {
    let digits: Vec<u8> = argument.split("\\x").skip(1).flat_map(|part| part.bytes().take(2)).collect();
    digits.chunks(2).filter_map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()).collect()
}

fn text_of(argument: &str) -> String {
    let bytes = bytes_of(argument);
    if bytes.is_empty() { argument.to_owned() } else { String::from_utf8_lossy(&bytes).into_owned() }
}

#[test]
fn calls_are_read_as_they_are_written() {
    let hex = |text: &str| text.bytes().map(|byte| format!("\\x{byte:02x}")).collect::<String>();
    let (log, new) = (hex("/d/log"), hex("/d/new"));
    let lines = format!(
        "7 openat(AT_FDCWD</x>, \"{log}\", O_RDWR|O_CREAT|O_CLOEXEC, 0600) = 4<{log}>\n\
         7 pwrite64(4<{log}>, \"\\x41\\x42\", 2, 8) = 2\n\
         7 fdatasync(4<{log}> <unfinished ...>\n\
         8 write(4<{log}>, \"\\x43\", 1) = 1\n\
         7 <... fdatasync resumed>) = 0\n\
         7 rename(\"{new}\", \"{log}\") = 0\n\
         7 unlink(\"{new}\") = -1 ENOENT (No such file or directory)\n\
         7 sendto(9<TCP:[1->2]>, \"\\x6f\\x6b\", 2, MSG_NOSIGNAL, NULL, 0) = 2\n\
         7 ftruncate(4<{}>, 0) = 0\n",
        hex("/elsewhere")
    );
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("trace");
    std::fs::write(&file, lines).unwrap();
    let (log, new) = (PathBuf::from("/d/log"), PathBuf::from("/d/new"));
    let expected = [
        Call::Create(log.clone()),
        Call::Write(log.clone(), Some(8), b"AB".to_vec()),
        Call::Write(log.clone(), None, b"C".to_vec()),
        Call::Sync(log.clone(), 2),
        Call::Rename(new, log),
        Call::Send(b"ok".to_vec()),
    ];
    assert_eq!(read(&file, Path::new("/d")), expected);
}
