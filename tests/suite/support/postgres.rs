//! A PostgreSQL server for tests, which is started where the programs of one are installed, and ends with the tests.

use crate::patience::until;
use postgres::{Client, NoTls};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

/// Runs the server, until the input ends, however the process that has the other end of it does.
const WATCHED: &str = r#"exec 3<&0; "$@" </dev/null & server=$!; cat <&3 >/dev/null; kill -INT $server; wait $server"#;

/// A server that listens on a socket in its directory.
pub struct Server {
    directory: tempfile::TempDir,
    programs: PathBuf,
    settings: Vec<String>,
    port: u16,
    running: Option<(Child, ChildStdin)>,
}

/// Directory with the programs of a server: one of the search path, or the newest of Debian.
fn programs() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path).find(|directory| directory.join("initdb").is_file());
    let debian = || {
        let versions = std::fs::read_dir("/usr/lib/postgresql").ok()?;
        let mut versions: Vec<(u32, PathBuf)> = versions
            .filter_map(|entry| {
                let path = entry.ok()?.path();
                Some((path.file_name()?.to_str()?.parse().ok()?, path.join("bin")))
            })
            .collect();
        versions.retain(|(_, programs)| programs.join("initdb").is_file());
        versions.sort();
        versions.pop().map(|(_, programs)| programs)
    };
    found.or_else(debian)
}

fn is_of_root() -> bool {
    Command::new("id").arg("-u").output().unwrap().stdout == b"0\n"
}

/// A command of the user `postgres` where this process is of root, for whom the server does not run.
fn command(program: &Path) -> Command {
    if !is_of_root() {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups"]).arg(program);
    command
}

impl Server {
    /// Starts a server; `None` where its programs are absent, which is named. A commit waits for the disk if `is_durable`.
    pub fn start(is_durable: bool) -> Option<Self> {
        let mut server = Self::made(is_durable)?;
        server.begin();
        Some(server)
    }

    /// Starts a server that listens on a port, too, for encrypted connections only; `None` where its programs are absent.
    pub fn encrypted(certificate: &str, key: &str) -> Option<Self> {
        let mut server = Self::made(false)?;
        server.port = crate::server::running::free_address().port();
        let path = |name: &str| server.directory.path().join(name);
        std::fs::write(path("certificate"), certificate).unwrap();
        std::fs::write(path("key"), key).unwrap();
        std::fs::write(path("data/pg_hba.conf"), "local all all trust\nhostssl all all all trust\n").unwrap();
        assert!(Command::new("chmod").arg("600").arg(path("key")).status().unwrap().success());
        if is_of_root() {
            assert!(Command::new("chown").arg("postgres").arg(path("key")).status().unwrap().success());
        }
        let (certificate, key, port) = (path("certificate"), path("key"), server.port);
        server.settings[0] = "listen_addresses=localhost".to_owned();
        server.settings.extend([
            "ssl=on".to_owned(),
            format!("port={port}"),
            format!("ssl_cert_file={}", certificate.display()),
            format!("ssl_key_file={}", key.display()),
        ]);
        server.begin();
        Some(server)
    }

    /// The port of an encrypted server, which also names its socket.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The files of a server; `None` where its programs are absent, which is named.
    fn made(is_durable: bool) -> Option<Self> {
        let Some(programs) = programs() else {
            println!("skipped: this system has no PostgreSQL server");
            return None;
        };
        let directory = tempfile::Builder::new().prefix("pg").tempdir().unwrap();
        let path = directory.path();
        if is_of_root() {
            assert!(Command::new("chown").arg("postgres").arg(path).status().unwrap().success());
        }
        let made = command(&programs.join("initdb"))
            .args(["--username=quotient", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"])
            .arg(path.join("data"))
            .current_dir(path)
            .output()
            .unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let of_disk = if is_durable { "on" } else { "off" };
        let settings = [
            "listen_addresses=",
            &format!("unix_socket_directories={}", path.display()),
            &format!("fsync={of_disk}"),
            &format!("full_page_writes={of_disk}"),
            "shared_buffers=16MB",
            "max_connections=120",
        ];
        let settings = settings.map(str::to_owned).to_vec();
        Some(Self { directory, programs, settings, port: 5432, running: None })
    }

    /// The server that tests share; each in its databases.
    pub fn shared() -> Option<&'static Self> {
        static SHARED: OnceLock<Option<Server>> = OnceLock::new();
        SHARED.get_or_init(|| Self::start(false)).as_ref()
    }

    /// Starts the server, after it has ended.
    pub fn begin(&mut self) {
        let mut child = Command::new("sh");
        child.args(["-c", WATCHED, "sh"]);
        let server = command(&self.programs.join("postgres"));
        child.arg(server.get_program()).args(server.get_args());
        child.arg("-D").arg(self.directory.path().join("data"));
        for setting in &self.settings {
            child.args(["-c", setting]);
        }
        let log = std::fs::File::options().append(true).create(true).open(self.directory.path().join("log")).unwrap();
        let mut child = child.current_dir(self.directory.path()).stdin(Stdio::piped()).stderr(log).spawn().unwrap();
        let input = child.stdin.take().unwrap();
        self.running = Some((child, input));
        until("the database server accepts connections", || self.connect("postgres").is_ok());
    }

    /// Kills every process of the server at once, as a loss of power does.
    pub fn kill(&mut self) {
        let first = std::fs::read_to_string(self.directory.path().join("data/postmaster.pid")).unwrap();
        let id: u32 = first.lines().next().unwrap().parse().unwrap();
        let children = Command::new("ps").args(["-o", "pid=", "--ppid", &id.to_string()]).output().unwrap();
        let children = String::from_utf8(children.stdout).unwrap();
        let mut all = vec![id.to_string()];
        all.extend(children.split_whitespace().map(str::to_owned));
        // A child that has ended meanwhile may fail.
        let _ = Command::new("kill").args(["-s", "KILL"]).args(&all).stderr(Stdio::null()).status().unwrap();
        self.end();
        let _ = std::fs::remove_file(self.directory.path().join("data/postmaster.pid"));
    }

    /// Ends the server in order.
    pub fn end(&mut self) {
        if let Some((mut child, input)) = self.running.take() {
            drop(input);
            child.wait().unwrap();
        }
    }

    fn connect(&self, database: &str) -> Result<Client, postgres::Error> {
        self.address(database).parse::<postgres::Config>().unwrap().connect(NoTls)
    }

    /// The address of a database.
    pub fn address(&self, database: &str) -> String {
        format!("postgres://quotient@/{database}?host={}&port={}", self.directory.path().display(), self.port)
    }

    /// Creates a database; returns its name.
    pub fn database(&self) -> String {
        self.create("TEMPLATE template0")
    }

    /// Creates a database with these options; returns its name.
    pub fn create(&self, options: &str) -> String {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("d{}", NEXT.fetch_add(1, Ordering::Relaxed));
        let create = format!("CREATE DATABASE {name} {options}");
        self.connect("postgres").unwrap().batch_execute(&create).unwrap();
        name
    }

    /// Performs statements in a database, past the triggers.
    pub fn perform(&self, database: &str, statements: &str) -> Result<(), postgres::Error> {
        let begin = "SET search_path TO quotient_ledger, public; SET session_replication_role = replica;
            CREATE OR REPLACE FUNCTION public.zeroblob(bigint) RETURNS bytea LANGUAGE sql
            AS 'SELECT decode(repeat(''00'', $1::int), ''hex'')'";
        let mut client = self.connect(database)?;
        client.batch_execute(begin)?;
        client.batch_execute(statements)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.end();
    }
}
