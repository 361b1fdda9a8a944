//! Question of a plan in partitions, the same for all of its documents: vendor, revision, date, period, target.

use super::fault::PartitionFault;
use super::written::{Exact, Written};
use crate::channel::PartnerBook;
use crate::finding::{Finding, Findings};
use crate::planning::{Request, View, view};
use crate::plugin::VendorPlugin;
use crate::units::plain;
use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Vendor, revision, date, period and target of a plan in partitions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// Vendor.
    pub vendor: String,
    /// Content hash of the rules and policies.
    pub revision: String,
    /// Nothing later than this day is looked at.
    pub as_of: Written<NaiveDate>,
    /// Planning period, such as `FY2026`.
    pub period: String,
    /// Channel target, which rules may read; null without one.
    pub target: Option<Exact>,
}

impl Question {
    /// Returns the question of a vendor; fails as a proposal does when period and date do not fit it.
    pub fn new(plugin: &VendorPlugin, request: &Request) -> Result<Self, Findings> {
        refuse_unsupported(plugin)?;
        let Some(as_of) = request.as_of else { return Err(Finding::from(PartitionFault::NoDate {}).into()) };
        let currency = plugin.manifest.currency.unwrap_or(crate::units::Currency::USD);
        let view = view(plugin, &PartnerBook::new(currency, Vec::new()), request)?;
        Ok(Self {
            vendor: plugin.vendor.to_string(),
            revision: plugin.revision.clone(),
            as_of: Written(as_of),
            period: view.period.label,
            target: request.target.map(Exact),
        })
    }

    /// The request of a proposal that asks the same.
    pub fn request(&self) -> Request {
        Request {
            as_of: Some(self.as_of.0),
            period: Some(self.period.clone()),
            target: self.target.map(|target| target.0),
            ..Request::default()
        }
    }

    /// Returns the view of `book` that is asked for; fails when the rules are not those of the question.
    pub fn view(&self, plugin: &VendorPlugin, book: &PartnerBook) -> Result<View, Findings> {
        let fault = if self.vendor != *plugin.vendor {
            PartitionFault::OtherVendor { vendor: self.vendor.clone(), expected: plugin.vendor.to_string() }
        } else if self.revision != plugin.revision {
            let (vendor, revision) = (self.vendor.clone(), self.revision.clone());
            PartitionFault::OtherRevision { vendor, revision, expected: plugin.revision.clone() }
        } else {
            refuse_unsupported(plugin)?;
            return view(plugin, book, &self.request());
        };
        Err(Finding::from(fault).into())
    }

    /// Fails with the first member in which another question differs.
    pub fn same(&self, other: &Self) -> Result<(), Finding> {
        let target = |one: &Self| one.target.map_or_else(|| "none".to_owned(), |target| plain(target.0));
        let members = |one: &Self| {
            let as_of = one.as_of.0.to_string();
            [
                ("vendor", one.vendor.clone()),
                ("revision", one.revision.clone()),
                ("as_of", as_of),
                ("period", one.period.clone()),
                ("target", target(one)),
            ]
        };
        let differs = members(self).into_iter().zip(members(other)).find(|(one, other)| one != other);
        differs.map_or(Ok(()), |((member, one), (_, other))| {
            Err(PartitionFault::OtherQuestion { member: member.to_owned(), one, other }.into())
        })
    }
}

/// Refuses a vendor whose plan needs all lines at once, with the rules and facts that do.
fn refuse_unsupported(plugin: &VendorPlugin) -> Result<(), Findings> {
    if let Some(reader) = plugin.peer_reader() {
        let facts = reader.facts().map(ToString::to_string).collect();
        let rules = plugin.scripts().rules_with_peers();
        return Err(Finding::from(PartitionFault::Peers { rules, facts }).into());
    }
    if plugin.manifest.health.is_always_estimated() {
        return Err(Finding::from(PartitionFault::Bands {}).into());
    }
    Ok(())
}
