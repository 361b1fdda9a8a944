//! The vendors on disk, reloaded as they change: one catalog at a time, swapped as a whole.
//!
//! - Events of the file system only wake ([`watch`]); what counts is the content, seen equal by two scans ([`Settling`]).
//! - A candidate is validated on a separate thread ([`Validate`]), optionally in a child process ([`ChildProcess`]).
//! - [`Catalog::next`] is pure: a vendor that fails keeps what it had, visibly, and touches no other.
//! - [`Library::current`] never waits; a request takes one [`Catalog`] and uses nothing else.
//! - Past revisions are kept by digest ([`Archive`]): to restart with, to go back to, and to decide again as then.
//!
//! [`open_vendors`] combines them for directories of vendors; [`VendorValidator`] validates candidates.
//!
//! Files are touched in [`disk`], [`watch`], [`archive`] and [`child`] only.

pub mod archive;
mod catalog;
pub mod child;
mod clock;
pub mod disk;
mod fault;
mod inbox;
mod open;
mod pacing;
mod past;
mod reload;
mod reloading;
mod shared;
mod source;
mod status;
mod subscription;
mod validate;
mod vendors;
pub mod watch;

pub use archive::{Archive, Kept, Retention};
pub use catalog::{Active, Attempt, Catalog, Change, Departed, Hold, News, Outcome, Pin, State, VendorState};
pub use child::ChildProcess;
pub use clock::{Clock, SystemClock};
pub use disk::Disk;
pub use fault::LibraryFault;
pub use open::{Library, Options};
pub use pacing::{Pace, Pacing};
pub use past::RevisionRecord;
pub use reload::{Moment, ReloadOutcome, VendorReport};
pub use source::{Scan, Settled, Settling, Sighting, Source, Taken};
pub use status::{Status, Watching};
pub use subscription::{Notice, Subscription};
pub use validate::{Guarded, Inspect, Validate};
pub use vendors::{VendorLibrary, VendorOptions, VendorValidator, open_vendors};
pub use watch::{Events, Wake, Wakeups};

/// Hex digits that name the exact content of a vendor's files.
pub type Revision = std::sync::Arc<str>;
