//! The plan of record on a terminal and as files: status, history, preview, agreed quotas.

mod agreed;
mod business;
mod business_items;
mod business_text;
mod history;
mod in_force;
mod preview;
mod status;

pub use agreed::{Agreed, AgreedLine, write_csv, write_json, write_xlsx};
pub use business::BusinessSheet;
pub use business_text::{business_plan, reviews, write_business_plan};
pub use history::{history, recorded};
pub use in_force::agreed;
pub use preview::preview;
pub use status::{plans, status};
