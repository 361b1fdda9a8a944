//! One vendor as a unit: manifest, rules, policies, tables and cases, read into memory, compiled and checked together.
//!
//! Files come in as a [`VendorFiles`] (path → text, with a digest), so that everything but [`disk`] is a pure function.

mod accept;
mod case_facts;
mod case_run;
mod cases;
mod comparison;
mod coverage;
pub mod disk;
mod expected;
mod fault;
mod files;
mod levers;
mod library;
mod line;
mod manifest;
mod missing_case;
mod mutation;
mod policies;
mod policy_cases;
mod policy_run;
mod shown;
mod trial;
mod vendor;

pub use accept::{Acceptance, AcceptedValue, LeftCase, accept};
pub use case_run::{CaseOutcome, run_cases, run_cases_within};
pub use cases::{Case, Subject};
pub use comparison::{Difference, Observed};
pub use coverage::{Coverage, Missing, Reached, Unreached, covered};
pub use expected::{Expected, ExpectedDecision, ExpectedIncentive, ExpectedIntervention};
pub use fault::{CaseFault, FileFault, ManifestFault, VendorFault};
pub use files::{EXTENSIONS, Room, VendorFile, VendorFiles, is_vendor_name};
pub use levers::{Lever, levers, weights_file, with_levers};
pub use line::{LineAssessment, assess_line, because, indicated, source};
pub use manifest::{
    Conventions, Eligibility, GroupBy, GuardrailRules, HealthCheck, HealthRules, LearnedKind, Manifest, Parameter,
    Parameters, Phasing, Plausibility, PlausibilityCheck, PolicyRules, PriorBasis, Reserve, Seasonality, Silence,
    StatedNumber, Tier, TierScope,
};
pub use mutation::{Mutant, Mutation, mutate};
pub use policies::Policies;
pub use trial::run_trial;
pub use vendor::{Factor, LineIndications, ListsRead, VendorPlugin};
