//! Faults of starting and configuring the server, as data.

use chrono::NaiveDate;

crate::faults! {
    /// Faults of the server's options and files.
    pub enum ServerFault {
        /// The system refused what the server needs to start.
        CannotStart { reason: String } = ServerOptions {
            message: format!("the server cannot be started: {reason}"),
            help: "give the process more memory, threads or descriptors",
        }
        /// Locks do not hold in the state directory.
        StateNotLocked { path: String, reason: String } = ServerOptions {
            message: format!("the state directory `{path}` cannot be shared by replicas: {reason}"),
            help: "use a directory whose file system supports locks between all machines that share it",
        }
        /// The state directory cannot be used.
        StateUnavailable { path: String, reason: String } = ServerOptions {
            message: format!("the state in `{path}` cannot be used: {reason}"),
            help: "check the directory, its permissions and the disk",
        }
        /// The database of the state cannot be used.
        StateDatabase { address: String, reason: String } = ServerOptions {
            message: format!("the state in `{address}` cannot be used: {reason}"),
            help: "check the address, the user and the password, and the database server",
        }
        /// A replica decides with another revision.
        ReplicaDiffers { replica: String, revision: Option<String> } = ServerReplicas {
            message: match revision {
                Some(revision) => format!("replica `{replica}` decides with revision `{revision}`"),
                None => format!("replica `{replica}` has no revision of the vendor"),
            },
            help: "try again once the roll-out is complete",
        }
        /// An address cannot be listened on.
        CannotListen { address: String, reason: String, is_in_use: bool } = ServerOptions {
            message: format!("cannot listen on `{address}`: {reason}"),
            help: match is_in_use {
                true => "another process listens on this address: stop it, or choose another port",
                false => "choose an address of this machine, or a writable path",
            },
        }
        /// systemd passed no socket.
        NoInheritedSocket {} = ServerOptions {
            message: "systemd passed no socket",
            help: "start the server through its socket unit, or name an address with `--listen`",
        }
        /// Client certificates that name no caller: without tokens, each of them may do everything.
        CertificatesForAll {} = ServerOptions {
            message: "`--client-ca` without `--tokens` lets every certificate of that authority do everything",
            help: "name the callers in a tokens file with `certificate = \"dns:…\"` and give it with `--tokens`, or add `--insecure` if that is meant",
        }
        /// `--authoring` on an address that other machines can reach.
        ExposedAuthoring {} = ServerOptions {
            message: "`--authoring` checks scripts that callers send, and the address is reachable from other machines",
            help: "listen on `127.0.0.1` or a Unix socket",
        }
        /// An address that other machines can reach, without tokens.
        Exposed {} = ServerOptions {
            message: "the address is reachable from other machines, and no token is required",
            help: "add `--tokens FILE` or `--passwords`, listen on `127.0.0.1` or a Unix socket, or allow it with `--insecure`",
        }
        /// The collector of spans has no valid address.
        BadCollector { address: String, reason: String, is_https: bool } = ServerOptions {
            message: format!("spans cannot be sent to `{address}`: {reason}"),
            help: match is_https {
                true => "send them to a local collector by http, and let it use TLS",
                false => "write it as `http://HOST:4318`",
            },
        }
        /// A header field for the collector of spans is not one.
        BadCollectorHeader { name: String, reason: String } = ServerOptions {
            message: format!("the header `{name}` for the trace collector is not usable: {reason}"),
            help: "write `NAME=VALUE`, percent-encoded, and commas between several; use the variable, so that other users do not see it",
        }
        /// A certificate or key is not usable.
        BadCertificate { file: String, part: String, reason: String } = ServerOptions {
            message: format!("`{file}` is not a usable {part}: {reason}"),
            help: "use a certificate chain and its key as PEM files",
        }
        /// A file of tokens, certificates or keys cannot be read.
        Unreadable { file: String, reason: String } = FileUnreadable {
            message: format!("`{file}` cannot be read: {reason}"),
            help: "check the path and the permissions",
        }
        /// The tokens file has no usable token.
        NoToken {} = TokensFile {
            message: "no usable token",
            help: "add a table `[[token]]` per caller",
        }
        /// Two tokens share a name or a secret.
        DuplicateToken { token: String } = TokensFile {
            message: format!("duplicate token `{token}`"),
            help: "give every token its name and its secret",
        }
        /// A token is too short.
        ShortToken { limit: usize } = TokensFile {
            message: format!("the token is shorter than {limit} characters"),
            help: "use a longer, random one",
        }
        /// A token or a digest is the placeholder of an example.
        PlaceholderToken {} = TokensFile {
            message: "the token is a placeholder",
            help: "write a random one, such as the output of `openssl rand -hex 32`",
        }
        /// A digest is not one.
        BadDigest {} = TokensFile {
            message: "the digest is not 64 hex digits",
            help: "write the BLAKE3 digest of the token",
        }
        /// A vendor of a token has an impossible name.
        BadVendorName { vendor: String } = TokensFile {
            message: format!("`{vendor}` cannot be the name of a vendor"),
            help: "write names of directories under `rules`",
        }
        /// A name of a certificate has no known kind.
        BadCertificateName { name: String } = TokensFile {
            message: format!("`{name}` is not a name of a certificate"),
            help: "write `cn:`, `dns:`, `uri:` or `email:`, and the name, such as `dns:orders.example.com`",
        }
        /// A token has neither `token`, `digest` nor `certificate`.
        NoSecret { token: String } = TokensFile {
            message: format!("the token `{token}` has no secret"),
            help: "write `token`, `digest`, or `certificate`",
        }
        /// A token expires before it is valid.
        NeverValid { first: NaiveDate, last: NaiveDate } = TokensFile {
            message: format!("the token expires on {last}, before it is valid on {first}"),
            help: "correct `not_before` or `expires`",
        }
        /// A limit of a token is zero.
        NoneAllowed { key: String } = TokensFile {
            message: format!("the limit `{key}` is 0"),
            help: "write at least 1, or remove the token",
        }
        /// A token has both `token` and `digest`.
        TwoSecrets { token: String } = TokensFile {
            message: format!("the token `{token}` has a `token` and a `digest`"),
            help: "remove one of them",
        }
    }
}
