//! The agreement about one line: a document that both sides keep, made from the ledger as it was when both agreed.

use super::canonical;
use super::plan::{EventBody, LedgerFault, Line, LineKey, LineState};
use super::plans::{Loaded, load};
use super::store::{Digest, Head, Store};
use crate::finding::{Finding, Findings, Place};
use chrono::SecondsFormat;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Schema of the document.
const SCHEMA: &str = "quotient.agreement/1";

/// The agreement about one line of a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "PlanAgreement")]
pub struct Agreement {
    /// `sha256:` with the digest of the other members in canonical JSON: members ascending by name, without spaces.
    pub digest: String,
    /// The members that the digest covers.
    #[serde(flatten)]
    pub terms: AgreementTerms,
}

/// Members of an agreement that its digest covers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AgreementTerms {
    /// Name and version of this schema.
    pub schema: String,
    /// Vendor.
    pub vendor: String,
    /// Name of the plan.
    pub plan: String,
    /// Label of the planning period.
    pub period: String,
    /// First date of the period.
    #[schemars(extend("format" = "date"))]
    pub first_day: String,
    /// Last date of the period.
    #[schemars(extend("format" = "date"))]
    pub last_day: String,
    /// Id of the line.
    pub line: String,
    /// Partner id.
    pub partner_id: String,
    /// Name of the partner.
    pub partner_name: String,
    /// Product line; null at a grain without.
    pub product_line: Option<String>,
    /// Territory; null at a grain without.
    pub territory: Option<String>,
    /// ISO 4217 code of the amounts.
    pub currency: String,
    /// Figure that is accepted or assigned, or in force, an exact amount.
    pub figure: String,
    /// Person who accepted for the partner; null without an acceptance.
    pub accepted_by: Option<String>,
    /// Time of the acceptance.
    #[schemars(extend("format" = "date-time"))]
    pub accepted_at: Option<String>,
    /// True when the figure is assigned without the partner's acceptance.
    pub is_assigned: bool,
    /// Date from which the figure is in force; null before the first lock.
    #[schemars(extend("format" = "date"))]
    pub in_force_from: Option<String>,
    /// Number and hash of the event of the ledger that recorded it.
    pub head: String,
}

/// Returns the place among the plan's events of the one with which the line was agreed; `None` without an agreement.
///
/// A further offer voids an acceptance, and not a figure in force; a line that leaves the plan has no agreement.
fn agreed_at(loaded: &Loaded, key: &LineKey) -> Option<usize> {
    let (mut agreed, mut in_force) = (None, None);
    let own =
        loaded.events.iter().enumerate().filter(|(_, event)| event.body.step().is_some_and(|(line, _)| line == key));
    for (at, event) in own {
        match &event.body {
            EventBody::Locked(_) => (agreed, in_force) = (Some(at), Some(at)),
            EventBody::Accepted(_) => agreed = Some(at),
            EventBody::Resolved(body) if body.assigned => agreed = Some(at),
            EventBody::Offered(_) | EventBody::Resolved(_) | EventBody::Expired(_) => agreed = in_force,
            EventBody::Withdrawn(body) if body.to.is_none() => (agreed, in_force) = (None, None),
            EventBody::Withdrawn(_) => agreed = in_force,
            _ => {}
        }
    }
    agreed
}

impl Agreement {
    /// Returns the agreement about a line; `None` when it is neither accepted nor assigned nor in force.
    ///
    /// It is made from the ledger up to the event that recorded it, so that later events never change it.
    pub fn of(store: &Store, loaded: &Loaded, key: &LineKey) -> Result<Option<Self>, Findings> {
        let Some(at) = agreed_at(loaded, key) else { return Ok(None) };
        Self::at(store, loaded, key, u64::try_from(at).unwrap_or(u64::MAX))
    }

    /// Returns the agreement that the event after this version recorded.
    fn at(store: &Store, loaded: &Loaded, key: &LineKey, before: u64) -> Result<Option<Self>, Findings> {
        let events = store.events(&loaded.name, before).map_err(Finding::from)?;
        let Some(event) = events.first() else { return Ok(None) };
        let then = loaded.at(before.saturating_add(1))?;
        let head = Head { number: event.number, hash: event.hash };
        let (Some(header), Some(line)) = (&then.state.header, then.state.lines.get(key)) else { return Ok(None) };
        let terms = |line: &Line| AgreementTerms {
            schema: SCHEMA.to_owned(),
            vendor: header.vendor.clone(),
            plan: header.name.clone(),
            period: header.period.clone(),
            first_day: header.first_day.to_string(),
            last_day: header.last_day.to_string(),
            line: key.to_string(),
            partner_id: key.partner_id.clone(),
            partner_name: line.partner_name.clone(),
            product_line: key.product_line.clone(),
            territory: key.territory.clone(),
            currency: header.currency.code().to_owned(),
            figure: line.figure.to_exact(),
            accepted_by: line.acceptance.as_ref().map(|accepted| accepted.partner.clone()),
            accepted_at: line
                .acceptance
                .as_ref()
                .map(|accepted| accepted.at.to_rfc3339_opts(SecondsFormat::Millis, true)),
            is_assigned: line.assigned,
            // An amendment that is accepted, and not locked, is not in force.
            in_force_from: line
                .figure_in_force()
                .filter(|in_force| in_force.figure == line.figure && line.state == LineState::Locked)
                .map(|in_force| in_force.from.to_string()),
            head: head.to_string(),
        };
        Self::new(terms(line)).map(Some)
    }

    fn new(terms: AgreementTerms) -> Result<Self, Findings> {
        let refused = |reason: String| Findings::from(Finding::from(LedgerFault::Agreement { reason }));
        let value = serde_json::to_value(&terms).map_err(|error| refused(error.to_string()))?;
        let text = canonical(&value).map_err(|fault| Findings::from(Finding::from(fault)))?;
        Ok(Self { digest: Digest::of(text.as_bytes()).to_string(), terms })
    }

    /// Reads a copy of an agreement; `None` for another document.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        serde_json::from_slice(bytes).ok().filter(|copy: &Self| copy.terms.schema == SCHEMA)
    }

    /// Returns the end of the ledger that the agreement proves; `None` when it is not written as one.
    pub fn head(&self) -> Option<Head> {
        self.terms.head.parse().ok()
    }

    /// Returns what the copy in `file` states and the ledger did not record.
    pub fn differences(&self, store: &Store, file: &str) -> Result<Findings, Findings> {
        let refused = |reason: String| Finding::from(LedgerFault::Agreement { reason }).at(Place::file(file));
        let own = Self::new(self.terms.clone())?;
        let mut findings = Findings::new();
        if own.digest != self.digest {
            findings.push(refused("its digest is not that of its members: the copy was changed".to_owned()));
        }
        let number = self.head().map(|head| head.number);
        let loaded = match load(store, &self.terms.plan) {
            Ok(loaded) => loaded,
            Err(_) => {
                findings.push(refused(format!("the ledger has no plan `{}`", self.terms.plan)));
                return Ok(findings);
            }
        };
        let at = loaded.events.iter().position(|event| Some(event.number) == number);
        let key = at.and_then(|at| loaded.events.get(at)?.body.step().map(|(key, _)| key.clone()));
        let recorded = match (at, key) {
            (Some(at), Some(key)) => Self::at(store, &loaded, &key, u64::try_from(at).unwrap_or(u64::MAX))?,
            _ => None,
        };
        match recorded {
            None => findings.push(refused(format!("no event of the plan `{}` recorded it", self.terms.plan))),
            Some(recorded) => findings.extend(self.terms.differing(&recorded.terms).into_iter().map(refused)),
        }
        Ok(findings)
    }
}

impl AgreementTerms {
    /// Returns the members that differ from what was recorded, as sentences.
    fn differing(&self, recorded: &Self) -> Vec<String> {
        let members = |terms: &Self| match serde_json::to_value(terms) {
            Ok(serde_json::Value::Object(members)) => members,
            _ => serde_json::Map::new(),
        };
        let (own, recorded) = (members(self), members(recorded));
        let differs = |(name, value): (&String, &serde_json::Value)| {
            let found = own.get(name)?;
            (found != value).then(|| format!("`{name}` is {found}, and the ledger recorded {value}"))
        };
        recorded.iter().filter_map(differs).collect()
    }
}
