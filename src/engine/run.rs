//! The engine: every call runs on its own script threads, within its limits.

use super::book::Book;
use super::explanation::Explanation;
use super::options::{EngineError, EngineOptions};
use super::proposal::ProposalRequest;
use super::review::{Review, ReviewRequest};
use super::vendor::Vendor;
use crate::finding::Findings;
use crate::planning::{self, LineChoice, QuotaPlan};
use crate::plugin::{CaseOutcome, VendorFiles, VendorPlugin, run_cases};
use crate::review as reviewing;
use crate::script::{ScriptPool, is_counting};
use std::sync::Arc;

/// An evaluator of vendors' rules. It owns the threads that scripts run on, and the memory of scripts is limited.
///
/// An engine can be shared by threads; make one per process.
///
/// ```no_run
/// use quotient::{Engine, EngineOptions, ProposalRequest, VendorFiles};
/// let engine = Engine::new(EngineOptions::new())?;
/// let vendor = engine.compile(&VendorFiles::read("rules", "policies", "meridian")?)?;
/// let book = vendor.book_reader().read("examples/demonstration")?;
/// let plan = engine.propose(&vendor, &book, &ProposalRequest::new())?;
/// println!("{} {}", plan.total, plan.currency);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Engine {
    pool: ScriptPool,
}

impl Engine {
    /// Starts the engine's threads.
    ///
    /// # Errors
    /// When the memory of scripts cannot be limited, because the global allocator does not count, unless the options
    /// accept that; and when the machine refuses threads.
    ///
    /// ```
    /// use quotient::{Engine, EngineOptions};
    /// assert!(Engine::new(EngineOptions::new()).is_ok());
    /// ```
    pub fn new(options: EngineOptions) -> Result<Self, EngineError> {
        if !options.is_memory_unlimited && !is_counting() {
            return Err(EngineError::AllocatorNotCounting);
        }
        Ok(Self { pool: ScriptPool::new(options.threads)? })
    }

    /// Returns the number of script threads.
    ///
    /// ```
    /// use quotient::{Engine, EngineOptions};
    /// assert_eq!(Engine::new(EngineOptions::new().threads(1))?.threads(), 1);
    /// # Ok::<(), quotient::EngineError>(())
    /// ```
    pub fn threads(&self) -> usize {
        self.pool.threads()
    }

    /// Compiles a vendor's rules and policies and runs the cases written beside them.
    ///
    /// # Errors
    /// With every finding about the vendor, when one of them is an error; a case that fails is one.
    ///
    /// ```
    /// use quotient::{Engine, EngineOptions, VendorFiles};
    /// let engine = Engine::new(EngineOptions::new().threads(1))?;
    /// let manifest = "api = 1\nname = \"Acme\"\n[weights]\nhistory = 1.0\n";
    /// let rule = "fn assess(partner) { indicate(partner.history.prior_revenue ?? 0).because(\"as last year\") }";
    /// let files = VendorFiles::from_rules("acme", [("vendor.toml", manifest), ("history.rhai", rule)]);
    /// assert_eq!(engine.compile(&files)?.name(), "Acme");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn compile(&self, files: &VendorFiles) -> Result<Vendor, Findings> {
        self.pool.install(|| {
            let (plugin, mut findings) = VendorPlugin::compile(files).into_parts();
            if let Some(plugin) = &plugin {
                let outcomes = run_cases(plugin);
                findings.extend(outcomes.iter().filter(|outcome| !outcome.holds()).map(CaseOutcome::finding));
            }
            match plugin {
                Some(plugin) if !findings.has_errors() => Ok(Vendor { plugin: Arc::new(plugin), warnings: findings }),
                _ => Err(findings),
            }
        })
    }

    /// Proposes a quota for every line of a book.
    ///
    /// # Errors
    /// With every finding: faults of rules, a book that does not fit the vendor, targets that contradict each other, an
    /// infeasible plan.
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    /// let plan = engine.propose(&vendor, &book, &ProposalRequest::new())?;
    /// assert_eq!(plan.total.to_exact(), "1200.00");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn propose(&self, vendor: &Vendor, book: &Book, request: &ProposalRequest) -> Result<QuotaPlan, Findings> {
        let request = request.of_book(book)?;
        self.pool.install(|| planning::propose(&vendor.plugin, &book.book, &request, &|_, _| {}))
    }

    /// Explains the quotas of one partner: the lines of the plan, and what would change them.
    ///
    /// # Errors
    /// As [`Engine::propose`], and when the plan has no such partner.
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    /// let explanation = engine.explain(&vendor, &book, &ProposalRequest::new(), "P1")?;
    /// assert_eq!(explanation.lines().next().ok_or("no line")?.line.quota.to_exact(), "1200.00");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn explain(
        &self,
        vendor: &Vendor,
        book: &Book,
        request: &ProposalRequest,
        partner: &str,
    ) -> Result<Explanation, Findings> {
        let choice = LineChoice { partner: partner.to_owned(), ..LineChoice::default() };
        let request = request.of_book(book)?;
        let explained = || planning::explain(&vendor.plugin, &book.book, &request, &choice);
        self.pool.install(explained).map(Explanation::new)
    }

    /// Reviews every partner of a book: standings, and what the vendor's policies decide.
    ///
    /// # Errors
    /// With every finding about the request. A partner that fails is a fault of the review, not an error.
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    /// let review = engine.review(&vendor, &book, &quotient::ReviewRequest::new("2025-12-31".parse()?))?;
    /// assert_eq!(review.partners().len(), 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn review(&self, vendor: &Vendor, book: &Book, request: &ReviewRequest) -> Result<Review, Findings> {
        self.pool.install(|| {
            let setting = reviewing::Setting::new(&vendor.plugin.manifest, &book.book, &request.request)?;
            let known = book.book.as_of(setting.as_of);
            let walk = reviewing::Review::new(&vendor.plugin, &known, &setting, None)?;
            Review::collect(&walk)
        })
    }
}
