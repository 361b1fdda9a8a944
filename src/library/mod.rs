//! The vendors on disk, reloaded as they change: one catalog at a time, swapped as a whole.
//!
//! - Events of the file system only wake ([`watch`]); the content counts once two scans found it equal ([`Settling`]).
//! - A candidate is validated on a separate thread ([`Validate`]), optionally in a child process ([`ChildProcess`]).
//! - [`Catalog::next`] is pure: a vendor that fails keeps its last valid revision, visibly, and affects no other.
//! - [`Library::current`] never waits; a request takes one [`Catalog`] and uses nothing else.
//! - Past revisions are kept by digest ([`Archive`]): for restarts, rollbacks and replays.
//!
//! [`open_vendors`] combines it for directories of vendors; [`VendorValidator`] judges them.
//!
//! Files are accessed in [`disk`], [`watch`], [`archive`] and [`child`] only.

pub mod archive;
mod archive_files;
mod archived;
mod catalog;
pub mod child;
mod clock;
pub mod disk;
mod fault;
mod history;
mod inbox;
mod lock;
mod news;
mod open;
mod pacing;
mod past;
mod reload;
mod reloading;
mod report;
mod shared;
mod source;
mod state_directory;
mod status;
mod subscription;
mod validate;
mod vendor_state;
mod vendors;
pub mod watch;
mod work;

pub use archive::{Archive, Retention};
pub use archive_files::{ArchiveFile, ArchiveFiles};
pub use archived::{Kept, Record, pin_from_json, pin_to_json};
pub use catalog::{Catalog, Change, Departed};
pub use child::ChildProcess;
pub use clock::{Clock, SystemClock};
pub use disk::Disk;
pub use fault::LibraryFault;
pub use history::{Attempt, Hold, Outcome, Pin, State};
pub use lock::LockedFile;
pub use news::{Active, News};
pub use open::{Library, Options};
pub use pacing::{Pace, Pacing};
pub use past::RevisionRecord;
pub use reload::Moment;
pub use report::{ReloadOutcome, VendorReport};
pub use source::{Scan, Settled, Settling, Sighting, Source, Taken};
pub use status::{Status, Watching};
pub use subscription::{Notice, Subscription};
pub use validate::{Guarded, Inspect, Validate};
pub use vendor_state::VendorState;
pub use vendors::{VendorLibrary, VendorOptions, VendorValidator, open_vendors, open_vendors_from};
pub use watch::{Events, Wake, Wakeups};

/// Hex digits that name the exact content of a vendor's files.
pub type Revision = std::sync::Arc<str>;
