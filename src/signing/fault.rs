//! Faults of keys, as data with their wording.

crate::faults! {
    /// Faults of keys.
    pub enum SigningFault {
        /// A key cannot be used.
        BadKey { file: String, reason: String, is_public: bool } = AuditKey {
            message: format!("the key `{file}` cannot be used: {reason}"),
            help: match is_public {
                true => "write the public key with `openssl pkey -in KEY -pubout -out FILE`",
                false => "generate a key with `openssl genpkey -algorithm ed25519 -out FILE`",
            },
        }
    }
}
