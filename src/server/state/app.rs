//! What all requests share: the vendors, the lanes, who may do what, what is counted and kept.

use super::books::{BookFolder, KeptBooks};
use crate::channel::Name;
use crate::finding::{Code, did_you_mean};
use crate::library::{Active, State, VendorLibrary};
use crate::plugin::{VendorPlugin, is_vendor_name};
use crate::server::http::access::{Access, Scope};
use crate::server::http::call::Call;
use crate::server::http::operation::Operation;
use crate::server::http::problem::{Problem, ProblemKind};
use crate::server::state::answers::KeptAnswers;
use crate::server::state::events::Events;
use crate::server::state::fair_queue::{Lane, LaneLimits, NotDone};
use crate::server::state::metrics::Metrics;
use crate::server::state::recorder::Recorder;
use crate::server::state::spans::Spans;
use crate::server::wire::body::{BodyLimits, BodyMemory};
use arc_swap::ArcSwap;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::{Semaphore, watch};

/// How much the server takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ServerLimits {
    /// Open connections.
    pub connections: usize,
    /// From the first byte of a head to its last.
    pub head: Duration,
    /// Rest of a connection between two requests.
    pub idle: Duration,
    /// A peer that takes nothing of an answer.
    pub write: Duration,
    /// Until an answer begins.
    pub handler: Duration,
    /// Until requests under way are ended at the end.
    pub grace: Duration,
    /// Bodies of single partners, and lines of batches.
    pub line: BodyLimits,
    /// Bodies with whole books.
    pub book: BodyLimits,
    /// Bytes of bodies in memory, over all requests.
    pub bodies: usize,
    /// Rows of one table of a body.
    pub rows: u64,
    /// Lines of a batch.
    pub batch_lines: usize,
    /// Bytes of books that are kept.
    pub kept_books: usize,
    /// The lane of single partners.
    pub decide: LaneLimits,
    /// The lane of whole books.
    pub plan: LaneLimits,
}

impl Default for ServerLimits {
    fn default() -> Self {
        let cores = std::thread::available_parallelism().map_or(2, usize::from);
        Self {
            connections: 1_024,
            head: Duration::from_secs(10),
            idle: Duration::from_secs(75),
            write: Duration::from_secs(30),
            handler: Duration::from_secs(60),
            grace: Duration::from_secs(10),
            line: BodyLimits { bytes: 1 << 20, unpacked: 1 << 20, time: Duration::from_secs(10) },
            book: BodyLimits { bytes: 8 << 20, unpacked: 64 << 20, time: Duration::from_secs(30) },
            bodies: 512 << 20,
            rows: 1_000_000,
            batch_lines: 100_000,
            kept_books: 256 << 20,
            // One worker more than a vendor may have, so that no vendor has them all.
            decide: LaneLimits {
                workers: cores + 1,
                per_vendor: cores,
                queued_per_vendor: 64 * cores,
                queued: 128 * cores,
                patience: Duration::from_secs(2),
            },
            plan: LaneLimits {
                workers: cores.max(2),
                per_vendor: cores.max(2) - 1,
                queued_per_vendor: 8,
                queued: 32,
                patience: Duration::from_secs(30),
            },
        }
    }
}

/// The server's state.
pub struct App {
    /// The vendors.
    pub library: Arc<VendorLibrary>,
    /// Where single partners are decided.
    pub decide: Lane,
    /// Where whole books are decided.
    pub plan: Lane,
    /// Tokens.
    pub access: ArcSwap<Access>,
    /// True when only programs on this machine can reach the server.
    pub is_local: bool,
    /// True when scripts of callers are checked.
    pub is_authoring: bool,
    /// How much it takes.
    pub limits: ServerLimits,
    /// What is counted.
    pub metrics: Metrics,
    /// Bodies that are in memory.
    pub bodies: Arc<BodyMemory>,
    /// Books that requests refer to.
    pub books: KeptBooks,
    /// Where the bodies of kept books are written, so that decisions which refer to them can be made again.
    pub book_folder: Option<BookFolder>,
    /// Answers kept for repeated requests.
    pub answers: KeptAnswers,
    /// Changes of vendors as they happen.
    pub events: Events,
    /// The decision log; without one nothing is recorded.
    pub recorder: Option<Recorder>,
    /// Where spans go; without one none are made.
    pub spans: Option<Arc<Spans>>,
    /// Past revisions that are made ready at the same time.
    pub past: Arc<Semaphore>,
    /// Becomes true at the end.
    pub ending: watch::Receiver<bool>,
    /// When the server started.
    pub started: Instant,
    /// Checks of candidates for authors at the same time.
    pub checks: Arc<Semaphore>,
}

impl App {
    /// True when the operation is offered by this server.
    pub fn offers(&self, operation: &Operation) -> bool {
        self.is_authoring || operation.group != "authoring"
    }

    /// True from the moment the server is told to end.
    pub fn is_ending(&self) -> bool {
        *self.ending.borrow()
    }

    /// Why the server is not ready; `None` when it is.
    pub fn unready(&self) -> Option<&'static str> {
        if self.is_ending() {
            return Some("the server is shutting down");
        }
        let catalog = self.library.current();
        let usable = catalog.vendors().filter(|(_, vendor)| vendor.active.is_some()).count();
        (usable == 0).then_some("no vendor has a usable revision")
    }

    /// The revision of a vendor that a request is answered with: the one in use, or a past one that it names.
    pub async fn revision(self: &Arc<Self>, call: &Call) -> Result<Arc<Active<VendorPlugin>>, Problem> {
        let name = call.parameter("vendor");
        match call.query.get("revision") {
            None => self.in_use(name),
            Some(digest) => self.past_revision(name, digest).await,
        }
    }

    /// The revision of a vendor in use.
    pub fn in_use(&self, name: &str) -> Result<Arc<Active<VendorPlugin>>, Problem> {
        let catalog = self.library.current();
        let Some(vendor) = catalog.vendor(name) else { return Err(self.unknown_vendor(name)) };
        vendor.active.clone().ok_or_else(|| {
            let problem = Problem::of(ProblemKind::VendorFailed, &vendor.findings);
            Problem { detail: format!("`{name}` has no usable revision"), ..problem }
        })
    }

    /// A revision of a vendor by its digest.
    pub async fn past_revision(
        self: &Arc<Self>,
        name: &str,
        digest: &str,
    ) -> Result<Arc<Active<VendorPlugin>>, Problem> {
        if let Some(active) = self.library.current().active(name).filter(|active| active.revision() == digest) {
            return Ok(Arc::clone(active));
        }
        if !is_vendor_name(name) || self.library.current().vendor(name).is_none() {
            return Err(self.unknown_vendor(name));
        }
        // Making a past revision ready compiles it: few at a time, so that nobody keeps the server busy with them.
        let Ok(place) = Arc::clone(&self.past).acquire_owned().await else { return Err(ending()) };
        let (app, vendor, revision) = (Arc::clone(self), name.to_owned(), digest.to_owned());
        let found = tokio::task::spawn_blocking(move || {
            // The place is taken until the work ends, also when whoever asked for it has gone.
            let _place = place;
            app.library.past(&vendor, &revision)
        });
        let found = found.await;
        let found = found.map_err(|_| Problem::new(ProblemKind::Internal, "the revision could not be made ready"))?;
        found.map_err(|findings| {
            let is = |code| findings.iter().any(|finding| finding.code() == code);
            let kind = match (is(Code::RevisionBusy), is(Code::RevisionUnknown)) {
                (true, _) => ProblemKind::Overloaded,
                (_, true) => ProblemKind::RevisionUnknown,
                // It is kept, and this version of the program cannot use it any more.
                (false, false) => ProblemKind::VendorFailed,
            };
            Problem::of(kind, &findings)
        })
    }

    /// The problem of a vendor that is not known.
    pub fn unknown_vendor(&self, name: &str) -> Problem {
        let catalog = self.library.current();
        let shown: String = name.chars().filter(|c| !c.is_control()).take(64).collect();
        let near = did_you_mean(name, catalog.vendors().map(|(name, _)| &**name));
        let help = near.map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
        Problem::new(ProblemKind::VendorUnknown, format!("there is no vendor `{shown}`{help}"))
    }

    /// How many vendors there are, and how many of them use what their folder holds.
    pub fn vendor_counts(&self) -> (usize, usize) {
        let catalog = self.library.current();
        let active = catalog.vendors().filter(|(_, vendor)| vendor.state == State::Active).count();
        (catalog.vendors().count(), active)
    }

    /// The problem of work that came to nothing.
    pub fn not_done(&self, vendor: &Name, why: NotDone) -> Problem {
        let (kind, reason) = match why {
            NotDone::VendorBusy => (ProblemKind::VendorBusy, "vendor_busy"),
            NotDone::Full => (ProblemKind::Overloaded, "queue_full"),
            NotDone::Late => (ProblemKind::Overloaded, "waited_too_long"),
            NotDone::Panicked => (ProblemKind::Internal, "panicked"),
            NotDone::Closed => return ending(),
        };
        self.metrics.shed(reason);
        Problem::new(kind, format!("`{vendor}`: {why}"))
    }

    /// Whether the caller has `scope` for everything, and not for some vendors only.
    pub fn for_all_vendors(&self, call: &Call, scope: Scope) -> Result<(), Problem> {
        if call.caller.is_for_all_vendors() && call.caller.may(scope, None).is_ok() {
            return Ok(());
        }
        Err(Problem::new(ProblemKind::ScopeMissing, "the token is for some vendors only"))
    }
}

/// The problem of a server that ends.
pub fn ending() -> Problem {
    Problem::new(ProblemKind::ShuttingDown, "the server is shutting down")
}
