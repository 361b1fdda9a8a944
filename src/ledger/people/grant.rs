//! A grant: a role for a person, with its reach and its dates.

use super::fault::PeopleFault;
use super::role::Role;
use crate::finding::{Finding, Findings};
use crate::ledger::plan::{Line, wire};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// Longest id of a person, in characters.
const LONGEST_ID: usize = 200;

/// Reach of a grant: every dimension that names something limits it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reach {
    /// Vendor; null for all.
    pub vendor: Option<String>,
    /// Partner ids; empty for all.
    pub partners: Vec<String>,
    /// Account managers, as books name them; empty for all.
    pub managers: Vec<String>,
    /// Territories; empty for all.
    pub territories: Vec<String>,
    /// Product lines; empty for all.
    pub product_lines: Vec<String>,
}

impl Reach {
    /// Returns true when it reaches every line of a plan.
    pub fn is_whole(&self) -> bool {
        [&self.partners, &self.managers, &self.territories, &self.product_lines].iter().all(|names| names.is_empty())
    }

    /// Returns true when it reaches plans of the vendor.
    pub fn is_of(&self, vendor: &str) -> bool {
        self.vendor.as_deref().is_none_or(|own| own == vendor)
    }

    /// Returns true when it reaches the line.
    pub fn has(&self, line: &Line) -> bool {
        let named = |names: &[String], name: Option<&str>| {
            names.is_empty() || name.is_some_and(|name| names.iter().any(|own| own == name))
        };
        named(&self.partners, Some(&line.key.partner_id))
            && named(&self.managers, line.manager.as_deref())
            && named(&self.territories, line.territory())
            && named(&self.product_lines, line.key.product_line.as_deref())
    }
}

/// Role of a person, with its reach and its dates.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Grant {
    /// Id of the person or service.
    pub person: String,
    /// Role.
    pub role: Role,
    /// Reach.
    pub reach: Reach,
    /// Roles of `approval.csv` in which an approver approves; empty for all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub approves: Vec<String>,
    /// First date on which it holds; null for no limit.
    #[serde(with = "wire::optional_date")]
    pub from: Option<NaiveDate>,
    /// Last date on which it holds; null for no limit.
    #[serde(with = "wire::optional_date")]
    pub until: Option<NaiveDate>,
    /// Reason.
    pub reason: String,
}

impl Grant {
    /// Returns true when it holds on the date.
    pub fn holds_on(&self, date: NaiveDate) -> bool {
        self.from.is_none_or(|from| from <= date) && self.until.is_none_or(|until| date <= until)
    }

    /// Returns true when the person approves in a role of `approval.csv`; `None` is a step that any person takes.
    pub fn approves_as(&self, role: Option<&str>) -> bool {
        self.role == Role::Approver
            && (self.approves.is_empty() || role.is_none_or(|role| self.approves.iter().any(|own| own == role)))
    }

    /// Refuses a grant that would reach more than its role may, or nothing.
    pub(super) fn check(&self) -> Findings {
        let mut findings = Findings::new();
        findings.extend(expect_person(&self.person).err().map(Finding::from));
        if let (Some(from), Some(until)) = (self.from, self.until)
            && until < from
        {
            findings.push(PeopleFault::NeverHolds { from: from.to_string(), until: until.to_string() }.into());
        }
        match self.role {
            Role::PartnerUser if self.reach.partners.is_empty() => findings.push(PeopleFault::NoPartner {}.into()),
            role if role != Role::Approver && !self.approves.is_empty() => {
                findings.push(PeopleFault::NotAnApprover { role: role.to_string() }.into());
            }
            Role::ChannelManager if self.reach.is_whole() => findings.push(PeopleFault::WholeChannel {}.into()),
            _ => {}
        }
        findings
    }
}

/// Refuses an id that is not one of a person.
pub(super) fn expect_person(person: &str) -> Result<(), PeopleFault> {
    let is_long = person.chars().count() > LONGEST_ID;
    if person.trim().is_empty() || person.trim() != person || is_long || person.chars().any(char::is_control) {
        return Err(PeopleFault::PersonId { person: person.to_owned() });
    }
    Ok(())
}
