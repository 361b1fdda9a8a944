//! The plans of record: one ledger, its plans as they were read last, and who may do what in them.
//!
//! Everything here waits for the disk, so that handlers call it through [`Plans::run`] on threads that may wait.

use super::local::Local;
use super::plan_books::PlanBooks;
use super::stored_proposal::StoredProposal;
use crate::database::Place;
use crate::finding::{Code, Finding, Findings};
use crate::ledger::people::{Grant, People, PeopleFault, Standing, grant, revoke};
use crate::ledger::plan::{Actor, Command, LedgerFault};
use crate::ledger::rebalance::Rebalancing;
use crate::ledger::store::{Digest, LEDGER_PLAN, PlanHead, Store, StoreFault};
use crate::ledger::{Given, Loaded, Once, check_reach, give_once};
use crate::server::http::access::Caller;
use crate::server::http::problem::{Problem, ProblemKind};
use chrono::{DateTime, Utc};
use parking_lot::Mutex;
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::SystemTime;
use tokio::sync::watch;

/// Most plans that are held in memory; others are read again when they are asked for.
const MAX_LOADED: usize = 64;
/// Most plans whose assessed lines are held in memory.
const MAX_ASSESSED: usize = 8;
/// Most stored proposals that are held in memory.
const MAX_PROPOSALS: usize = 4;
/// Times that a command is tried when another process is faster.
const TRIES: usize = 8;

/// The ledger of the server, if it has one.
pub struct Plans {
    ledger: Option<Arc<Ledger>>,
    /// The person and the book of a server of one person.
    pub local: Option<Arc<Local>>,
}

/// An open ledger.
pub struct Ledger {
    /// One write after another.
    writer: Mutex<Store>,
    /// Reads do not wait for writes.
    reader: Mutex<Store>,
    loaded: Mutex<BTreeMap<String, Arc<Loaded>>>,
    people: Mutex<Arc<People>>,
    rebalancing: Mutex<VecDeque<(String, Arc<Mutex<Rebalancing>>)>>,
    proposals: Mutex<VecDeque<Arc<StoredProposal>>>,
    /// Books of plans that were opened from files.
    pub books: PlanBooks,
    moved: watch::Sender<u64>,
}

/// Reason for which a command is not recorded.
pub enum NotGiven {
    /// The request is refused.
    Refused(Problem),
    /// The plan refuses it, or the ledger cannot be written.
    Findings(Findings),
}

/// Person of a request.
#[derive(Debug, Clone)]
pub struct Seat {
    /// Person; `None` when the request names none.
    pub person: Option<String>,
    /// True when the server has no tokens.
    is_open: bool,
    /// Number of the event that set the password of a session; `None` without one.
    password: Option<u64>,
}

impl Seat {
    /// Returns the seat of a caller; on a server without tokens `stated` names the person.
    pub fn new(caller: &Caller, stated: Option<&str>) -> Result<Self, Problem> {
        let own = caller.person.as_deref();
        if let (Some(own), Some(stated)) = (own, stated)
            && own != stated
        {
            let detail = "the token is that of another person than `Quotient-Person` names";
            return Err(Problem::new(ProblemKind::ParameterInvalid, detail));
        }
        let password = caller.session.map(|session| session.password);
        Ok(Self { person: own.or(stated).map(str::to_owned), is_open: own.is_none(), password })
    }

    /// Returns true on a server without tokens.
    pub fn is_open(&self) -> bool {
        self.is_open
    }

    /// Returns the person, whom a command needs.
    pub fn actor(&self) -> Result<Actor, Problem> {
        let missing = || {
            let detail =
                "`Quotient-Person` is missing: on a server without tokens it names the person who gives a command";
            Problem::new(ProblemKind::ParameterInvalid, detail)
        };
        self.person.clone().map(Actor::new).ok_or_else(missing)
    }
}

/// Returns the current time.
pub fn now() -> DateTime<Utc> {
    SystemTime::now().into()
}

impl Plans {
    /// Opens the ledger at a place, and creates it where there is none.
    pub fn open(place: Option<&Place>, local: Option<Local>) -> Result<Self, Findings> {
        let local = local.map(Arc::new);
        let Some(place) = place else { return Ok(Self { ledger: None, local }) };
        let open = || Store::open_at(place).map_err(Finding::from);
        let (writer, reader) = (open()?, open()?);
        let people = People::read(&reader)?;
        let ledger = Ledger {
            writer: Mutex::new(writer),
            reader: Mutex::new(reader),
            loaded: Mutex::default(),
            people: Mutex::new(Arc::new(people)),
            rebalancing: Mutex::default(),
            proposals: Mutex::default(),
            books: PlanBooks::default(),
            moved: watch::channel(0).0,
        };
        Ok(Self { ledger: Some(Arc::new(ledger)), local })
    }

    /// Returns the ledger, for work that runs on the workers of a lane.
    pub fn ledger(&self) -> Result<&Arc<Ledger>, Problem> {
        self.ledger.as_ref().ok_or_else(|| Problem::new(ProblemKind::RouteUnknown, "this server has no ledger"))
    }

    /// Does work on a thread that may wait.
    pub async fn run<R: Send + 'static>(
        &self,
        work: impl FnOnce(&Ledger) -> Result<R, Problem> + Send + 'static,
    ) -> Result<R, Problem> {
        let ledger = Arc::clone(self.ledger()?);
        let done = tokio::task::spawn_blocking(move || work(&ledger)).await;
        done.map_err(|_| Problem::new(ProblemKind::Internal, "the work on the ledger could not be done"))?
    }

    /// Returns a receiver that changes with every command that this server records.
    pub fn listen(&self) -> Result<watch::Receiver<u64>, Problem> {
        Ok(self.ledger()?.moved.subscribe())
    }
}

impl Ledger {
    /// Returns the standing of a caller in the plans of a vendor.
    pub fn standing(&self, seat: &Seat, vendor: &str) -> Result<Standing, Findings> {
        let people = self.people()?;
        expect_signed_in(&people, seat)?;
        // Like the file itself, a ledger without grants is for everyone who reaches it on this machine.
        if seat.is_open && people.all().is_empty() {
            return Ok(Standing::unrestricted());
        }
        let person = seat.person.as_deref().unwrap_or_default();
        Ok(Standing::of(&people, person, vendor, now().date_naive()))
    }

    /// Returns the grants as they are now.
    pub fn people(&self) -> Result<Arc<People>, Findings> {
        let reader = self.reader.lock();
        let mut people = self.people.lock();
        Arc::make_mut(&mut people).follow(&reader)?;
        Ok(Arc::clone(&people))
    }

    /// Gives a grant; returns the number of its event.
    pub fn grant(&self, given: &Grant, actor: &Actor) -> Result<u64, Findings> {
        self.about_people(|store| {
            check_reach(store, given)?;
            grant(store, given, &actor.person, now())
        })
    }

    /// Revokes the grant of that number; returns the number of the event.
    pub fn revoke(&self, number: u64, reason: &str, actor: &Actor) -> Result<u64, Findings> {
        self.about_people(|store| revoke(store, number, reason, &actor.person, now()))
    }

    /// Records an event about people; when another process is faster, it is decided again.
    fn about_people(&self, act: impl Fn(&mut Store) -> Result<u64, Findings>) -> Result<u64, Findings> {
        let mut done = act(&mut self.writer.lock());
        for _ in 1..TRIES {
            if !done.as_ref().is_err_and(is_race) {
                break;
            }
            done = act(&mut self.writer.lock());
        }
        let number = done?;
        self.moved.send_modify(|moved| *moved = number);
        Ok(number)
    }

    /// Refuses a session whose password was changed or removed.
    pub fn expect_signed_in(&self, seat: &Seat) -> Result<(), Findings> {
        if seat.password.is_none() { Ok(()) } else { expect_signed_in(&*self.people()?, seat) }
    }

    /// Returns the number of the event that set the password, when it is the person's own and some grant holds today.
    ///
    /// The answer takes the same time for every reason of a refusal.
    pub fn sign_in(&self, person: &str, password: &str) -> Result<Option<u64>, Problem> {
        let checked = || {
            let people = self.people()?;
            let hash = self.read(|store| people.hash(store, person))?;
            Ok(people.signs_in((person, password), hash.as_deref(), now().date_naive()))
        };
        checked().map_err(|findings: Findings| problem_of(&findings))
    }

    /// Returns a plan as it is now; without events where there is none of that name.
    pub fn plan(&self, name: &str) -> Result<Arc<Loaded>, Findings> {
        if name.eq_ignore_ascii_case(LEDGER_PLAN) {
            return Ok(Arc::new(Loaded::new(name)));
        }
        let known = self.loaded.lock().get(name).cloned().unwrap_or_else(|| Arc::new(Loaded::new(name)));
        let news = known.news(&self.reader.lock())?;
        if news.is_empty() {
            return Ok(known);
        }
        let mut loaded = Arc::unwrap_or_clone(known);
        loaded.take(news)?;
        let loaded = Arc::new(loaded);
        let mut all = self.loaded.lock();
        let is_newest = all.get(name).is_none_or(|other| other.state.version <= loaded.state.version);
        if is_newest {
            all.insert(name.to_owned(), Arc::clone(&loaded));
        }
        if all.len() > MAX_LOADED {
            all.pop_first();
        }
        Ok(loaded)
    }

    /// Returns the last event of every plan, by name.
    pub fn heads(&self) -> Result<Vec<PlanHead>, Findings> {
        let mut heads = self.reader.lock().plans().map_err(Finding::from)?;
        heads.retain(|head| head.plan != LEDGER_PLAN);
        Ok(heads)
    }

    /// Returns the end of the ledger.
    pub fn head(&self) -> Result<String, Findings> {
        Ok(self.reader.lock().head().map_err(Finding::from)?.to_string())
    }

    /// Stores a document, and returns its digest.
    pub fn put(&self, content: &[u8]) -> Result<Digest, Findings> {
        Ok(self.writer.lock().put(content).map_err(Finding::from)?)
    }

    /// Calls `work` with the ledger, to read from it.
    pub fn read<R>(&self, work: impl FnOnce(&Store) -> R) -> R {
        work(&self.reader.lock())
    }

    /// Returns the assessed lines of a plan: those in memory, or what `assess` makes.
    ///
    /// They depend on the revision, the book, the as-of date and the period only, which are in `key`.
    pub fn rebalancing<E>(
        &self,
        key: &str,
        assess: impl FnOnce() -> Result<Rebalancing, E>,
    ) -> Result<Arc<Mutex<Rebalancing>>, E> {
        let known = self.rebalancing.lock().iter().find(|(own, _)| own == key).map(|(_, made)| Arc::clone(made));
        if let Some(known) = known {
            return Ok(known);
        }
        let made = Arc::new(Mutex::new(assess()?));
        let mut all = self.rebalancing.lock();
        all.retain(|(own, _)| own != key);
        all.push_back((key.to_owned(), Arc::clone(&made)));
        if all.len() > MAX_ASSESSED {
            all.pop_front();
        }
        Ok(made)
    }

    /// Returns the stored proposal with that digest, as its lines; `None` when the ledger does not have it.
    pub fn proposal(&self, digest: &Digest) -> Result<Option<Arc<StoredProposal>>, Findings> {
        let known = self.proposals.lock().iter().find(|stored| stored.digest == *digest).map(Arc::clone);
        if known.is_some() {
            return Ok(known);
        }
        let Some(bytes) = self.read(|store| store.get(digest)).map_err(Finding::from)? else { return Ok(None) };
        let Some(stored) = StoredProposal::read(*digest, &bytes).map(Arc::new) else { return Ok(None) };
        let mut all = self.proposals.lock();
        all.push_back(Arc::clone(&stored));
        if all.len() > MAX_PROPOSALS {
            all.pop_front();
        }
        Ok(Some(stored))
    }

    /// Returns true when a request was recorded before under this key.
    pub fn knows(&self, once: &Once) -> Result<bool, Findings> {
        Ok(self.reader.lock().keyed(&once.key).map_err(Finding::from)?.is_some())
    }

    /// Gives commands about a plan, all or none, which `admit` has examined as it is then.
    ///
    /// When another process is faster, the plan is read and examined again.
    pub fn give(
        &self,
        name: &str,
        commands: &[Command],
        actor: &Actor,
        once: Option<&Once>,
        admit: impl Fn(&Arc<Loaded>) -> Result<(), Problem>,
    ) -> Result<(Arc<Loaded>, Given), NotGiven> {
        for _ in 0..TRIES {
            let before = self.plan(name).map_err(NotGiven::Findings)?;
            admit(&before).map_err(NotGiven::Refused)?;
            let given = give_once(&mut self.writer.lock(), &before, commands, actor, now(), once);
            match given {
                Ok(given) => {
                    self.moved.send_modify(|number| *number = given.head.number);
                    return Ok((before, given));
                }
                Err(findings) if is_race(&findings) => {}
                Err(findings) => return Err(NotGiven::Findings(findings)),
            }
        }
        let problem = Problem::new(ProblemKind::Overloaded, "other processes change the plan all the time");
        Err(NotGiven::Refused(problem))
    }
}

fn expect_signed_in(people: &People, seat: &Seat) -> Result<(), Findings> {
    let own = seat.person.as_deref().and_then(|person| people.password(person)).map(|password| password.number);
    if seat.password.is_none() || own == seat.password {
        return Ok(());
    }
    Err(Finding::from(PeopleFault::SignedOut {}).into())
}

/// True when the plan changed between reading and writing.
fn is_race(findings: &Findings) -> bool {
    findings.iter().any(|finding| matches!(finding.cause::<StoreFault>(), Some(StoreFault::Conflict { .. })))
}

/// Kinds of problems by the code of a finding; of several, the first of this list decides.
const KINDS: [(Code, ProblemKind); 10] = [
    (Code::LedgerUnknown, ProblemKind::LineUnknown),
    (Code::LedgerConflict, ProblemKind::VersionChanged),
    (Code::LedgerKey, ProblemKind::IdempotencyMismatch),
    (Code::LedgerGrant, ProblemKind::RoleMissing),
    (Code::LedgerDuties, ProblemKind::DutiesConflict),
    (Code::LedgerApproval, ProblemKind::ApprovalMissing),
    (Code::LedgerState, ProblemKind::StateConflict),
    (Code::LedgerStale, ProblemKind::StateConflict),
    (Code::LedgerReason, ProblemKind::ReasonMissing),
    (Code::LedgerFigure, ProblemKind::InputRefused),
];

/// Returns the problem of a refusal, or of a ledger that cannot be read or written.
pub fn problem_of(findings: &Findings) -> Problem {
    let is = |code: Code| findings.iter().any(|finding| finding.code() == code);
    let is_missing =
        findings.iter().any(|finding| matches!(finding.cause::<LedgerFault>(), Some(LedgerFault::NoProposal { .. })));
    if is_missing {
        return unavailable(findings);
    }
    let has_ended =
        findings.iter().any(|finding| matches!(finding.cause::<PeopleFault>(), Some(PeopleFault::SignedOut {})));
    if has_ended {
        return Problem::new(ProblemKind::TokenMissing, "the session has ended: its password was changed or removed");
    }
    if let Some((_, kind)) = KINDS.into_iter().find(|(code, _)| is(*code)) {
        return Problem::from_findings(kind, findings);
    }
    if is(Code::LedgerEvent) {
        return Problem::from_findings(ProblemKind::InputRefused, findings);
    }
    unavailable(findings)
}

/// Returns the problem of a ledger that cannot be read or written; only the log has the reason.
fn unavailable(findings: &Findings) -> Problem {
    findings.iter().for_each(|finding| tracing::error!("{finding}"));
    let is_unconfirmed =
        findings.iter().any(|finding| matches!(finding.cause::<StoreFault>(), Some(StoreFault::Unconfirmed { .. })));
    let detail = if is_unconfirmed {
        "the connection to the ledger was lost before the request was confirmed: it may be recorded; read the plan, or \
         repeat the request with the same `Idempotency-Key`"
    } else {
        "the ledger cannot be read or written; nothing of the request was recorded"
    };
    Problem::new(ProblemKind::LedgerUnavailable, detail)
}
