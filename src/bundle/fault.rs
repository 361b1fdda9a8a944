//! Faults of bundles, as data with their wording.

use crate::finding::listed;

crate::faults! {
    /// Faults of bundles and of the keys that they are verified with.
    pub enum BundleFault {
        /// The file cannot be read.
        Unreadable { file: String, reason: String } = FileUnreadable {
            message: format!("`{file}` cannot be read: {reason}"),
            help: "name a bundle that `quotient bundle create` wrote",
        }
        /// The file cannot be written.
        Unwritable { file: String, reason: String } = FileUnreadable {
            message: format!("`{file}` cannot be written: {reason}"),
            help: "name a file in a directory that exists and can be written to",
        }
        /// The file is not a bundle.
        NotABundle { file: String, reason: String } = BundleContent {
            message: format!("`{file}` is not a bundle: {reason}"),
            help: "name a bundle that `quotient bundle create` wrote",
        }
        /// The content is not what the bundle says of it.
        Changed { vendor: String, number: u64 } = BundleContent {
            message: format!("bundle {number} of `{vendor}` was changed: its revision is not that of its files"),
            help: "get the bundle from where it was created",
        }
        /// A signature is not that of its key for this content.
        WrongSignature { vendor: String, number: u64, key: String } = BundleSignature {
            message: format!("bundle {number} of `{vendor}` has a signature that does not belong to its content, with the key {key}"),
            help: "the bundle was changed after it was signed: get it from where it was created",
        }
        /// The bundle lacks signatures of accepted keys.
        TooFewSignatures { vendor: String, number: u64, needed: u32, signers: Vec<String> } = BundleSignature {
            message: match &signers[..] {
                [] => format!("bundle {number} of `{vendor}` has no signature of an accepted key, and {needed} {} needed", if *needed == 1 { "is" } else { "are" }),
                signers => format!("bundle {number} of `{vendor}` is signed by {} only, and signatures of {needed} different keys are needed", listed(signers)),
            },
            help: "sign it with `quotient bundle sign FILE --key KEY`, with a key that the file of keys lists",
        }
        /// A key signed the bundle, and its dates do not cover the present date.
        KeyDates { vendor: String, number: u64, name: String, from: String, until: String } = BundleSignature {
            message: format!("bundle {number} of `{vendor}` is signed by `{name}`, whose key is accepted from {from} until {until} only"),
            help: "sign it with a key that is accepted at present",
            severity: Warning,
        }
        /// A newer bundle was in use.
        Older { vendor: String, number: u64, latest: u64 } = BundleOrder {
            message: format!("bundle {number} of `{vendor}` is older than bundle {latest}, which was accepted before"),
            help: format!("to go back to its content, create it again with a number above {latest}"),
        }
        /// Two bundles with one number have different content.
        SameNumber { vendor: String, number: u64 } = BundleOrder {
            message: format!("bundle {number} of `{vendor}` has another content than the one that was accepted under this number"),
            help: "create it again with a higher number",
        }
        /// No bundle of the vendor can be used.
        NoVendor { vendor: String, path: String, known: Vec<String> } = VendorUnknown {
            message: format!("`{path}` has no bundle of `{vendor}` that is in force"),
            help: match &known[..] {
                [] => "`quotient bundle verify FILE` shows from when a bundle is in force".to_owned(),
                known => format!("vendors here: {}", known.join(", ")),
            },
        }
        /// The file of keys cannot be used.
        Keys { file: String, reason: String } = BundleKeys {
            message: format!("the file of keys `{file}` cannot be used: {reason}"),
            help: "write a table `[[key]]` with `name` and `public_key` for each key, and `signatures = 2` where two persons must sign",
        }
        /// The record of accepted numbers cannot be used.
        Accepted { file: String, reason: String } = FileUnreadable {
            message: format!("the numbers of accepted bundles cannot be read or recorded in `{file}`: {reason}"),
            help: "make the state directory readable and writable; without the record an older bundle could be accepted",
        }
        /// An address of bundles cannot be used.
        Address { address: String, reason: String } = BundleAddress {
            message: format!("the address of bundles `{address}` {reason}"),
            help: "write it as `https://HOST/PATH`, with the path of a bundle or of a list of bundles",
        }
        /// Bundles of another machine are used only with keys.
        NeedsKeys { address: String } = BundleKeys {
            message: format!("bundles from `{address}` would be used without a signature"),
            help: "name the keys that they are signed with: `--bundle-keys FILE`",
        }
        /// A token would be sent without encryption.
        TokenInClear { address: String } = BundleAddress {
            message: format!("the token would be sent to `{address}` without encryption"),
            help: "use an address that begins with `https://`, or leave out `--bundle-token`",
        }
        /// The server did not send what it was asked for.
        NotFetched { address: String, reason: String } = BundleAddress {
            message: format!("`{address}` cannot be fetched: {reason}"),
            help: "check the address, its certificate and the token; a running server keeps the rules in use, and asks again",
        }
        /// The response is neither a bundle nor a list of bundles.
        NotAList { address: String, reason: String } = BundleContent {
            message: format!("`{address}` is neither a bundle nor a list of bundles: {reason}"),
            help: "write the list with `quotient bundle list DIRECTORY`, and serve the directory",
        }
        /// A file of certificates or of a token cannot be used.
        Secrets { file: String, reason: String } = FileUnreadable {
            message: format!("`{file}` cannot be used for fetching bundles: {reason}"),
            help: "name a file of certificates in PEM with `--bundle-ca`, and one with nothing but a token with `--bundle-token`",
        }
        /// Copies of fetched bundles cannot be read or written.
        Copies { file: String, reason: String } = FileUnreadable {
            message: format!("copies of fetched bundles cannot be read or written in `{file}`: {reason}"),
            help: "make the state directory readable and writable; without copies a start needs the server of the bundles",
            severity: Warning,
        }
    }
}
