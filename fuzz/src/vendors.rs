//! Vendors that do not change, and the threads that their scripts run on.

use quotient::plugin::disk::Roots;
use quotient::plugin::{Room, VendorFile, VendorFiles, VendorPlugin};
use quotient::request::{Books, Limits, StoredBook, read_stored_book};
use quotient::script::ScriptPool;
use std::path::Path;
use std::sync::{Arc, OnceLock};

const MANIFEST: &str = "api = 1\nname = \"Acme\"\ncurrency = \"USD\"\n[plan]\nperiod = \"year\"\n\
    fiscal_year_starts = \"January\"\ngrain = \"partner\"\nbasis = \"indicated\"\nrounding_unit = 100\n\
    [weights]\nhistory = 1\n";
const RULE: &str = "/// As last year, and half of it again.\n\
    fn assess(partner) { indicate(partner.history.prior_revenue * 1.5).because(\"half as much again\") }\n";

/// Runs `work` on the one thread that scripts run on here: inputs come one after another.
pub fn on_script_thread<R: Send>(work: impl FnOnce() -> R + Send) -> R {
    static POOL: OnceLock<ScriptPool> = OnceLock::new();
    POOL.get_or_init(|| ScriptPool::new(Some(1)).expect("a thread")).install(work)
}

/// A vendor of one rule, or one that ships, with policies.
pub fn vendor(is_large: bool) -> &'static VendorPlugin {
    static SMALL: OnceLock<VendorPlugin> = OnceLock::new();
    static LARGE: OnceLock<VendorPlugin> = OnceLock::new();
    let compiled = |files: &VendorFiles| VendorPlugin::compile(files).value.expect("a vendor that compiles");
    if !is_large {
        let file = |path: &str, text: &str| VendorFile {
            room: Room::Rules,
            path: path.to_owned(),
            shown: format!("rules/acme/{path}"),
            text: text.into(),
        };
        let files = || VendorFiles::new("acme", vec![file("vendor.toml", MANIFEST), file("history.rhai", RULE)]);
        return SMALL.get_or_init(|| compiled(&files()));
    }
    LARGE.get_or_init(|| {
        // The suite of the crate above runs these targets too.
        let is_root = |path: &&Path| path.join("rules/meridian").is_dir();
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().find(is_root).expect("the repository");
        let roots = Roots { rules: root.join("rules"), policies: root.join("policies") };
        compiled(&roots.read("meridian").expect("the vendor that ships"))
    })
}

/// A stored book that is returned for every id, so that inputs need not guess the hash.
pub struct Shelf(Arc<StoredBook>);

impl Books for Shelf {
    fn stored(&self, _: &str) -> Option<Arc<StoredBook>> {
        Some(Arc::clone(&self.0))
    }
}

/// The shelf of a vendor.
pub fn shelf(is_large: bool) -> &'static Shelf {
    static SMALL: OnceLock<Shelf> = OnceLock::new();
    static LARGE: OnceLock<Shelf> = OnceLock::new();
    let shelf = if is_large { &LARGE } else { &SMALL };
    shelf.get_or_init(|| {
        let request: serde_json::Value =
            serde_json::from_str(include_str!("../../examples/clients/proposal.json")).expect("JSON");
        let book = request["book"].to_string();
        let (kept, _) = read_stored_book(vendor(is_large), book.as_bytes(), &Limits::default()).expect("a book");
        Shelf(Arc::new(kept))
    })
}
