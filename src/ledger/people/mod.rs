//! People and what they may do: grants of roles, each with a reach and dates, given and revoked as events of the ledger.
//!
//! A person without a grant sees no plan. [`Role`] says which commands a role may give; [`Reach`] limits a grant to a
//! vendor, partners, account managers, territories and product lines; [`Standing`] is what one person may do on one date.

mod fault;
mod grant;
mod password;
mod password_event;
mod reading;
mod role;
mod secret;
mod standing;

pub use fault::PeopleFault;
pub use grant::{Grant, Reach};
pub use password::{remove_password, set_password};
pub use password_event::Password;
pub use reading::{Held, People, grant, revoke};
pub use role::Role;
pub use secret::LONGEST as LONGEST_PASSWORD;
pub use standing::Standing;
