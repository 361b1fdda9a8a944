//! Named deals of the partners of a plan that close this quarter, for the vendor's side.

use super::plan_book::PlanOrigin;
use super::preview::proposal_of;
use super::request::{OPERATION, PlanRequest};
use crate::channel::PartnerBook;
use crate::finding::Finding;
use crate::ledger::plan::LedgerFault;
use crate::planning::{self, ClosingDeal, closing_deals};
use crate::server::http::context::Context;
use crate::server::http::media::Media;
use crate::server::http::operation::{Operation, Reply};
use crate::server::http::problem::ProblemKind;
use crate::server::http::respond::{Responded, document};
use crate::server::routes::question::limits_of;
use crate::server::routes::route::Route;
use crate::server::state::app::App;
use crate::server::state::books::VendorBooks;
use crate::server::state::lanes::Lane;
use crate::server::state::plans::{Ledger, now, problem_of};
use crate::server::state::turns::Owner;
use crate::units::{Money, Month, plain};
use axum::extract::State;
use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Months of a quarter.
const QUARTER: i32 = 3;

static DEALS: Operation = Operation {
    id: "plan_deals",
    path: "/v1/vendors/{vendor}/plans/{plan}/deals",
    summary: "Named deals that close this quarter",
    doc: "Open opportunities of the book of the plan, with their close date in one quarter of the planning period: the quarter with today's date, or the first one where today is not in the period. `expected` is amount × probability. For the vendor's side, with the partners that the person sees; a plan that was opened without its book needs a server that has it.",
    replies: &[Reply::ok("The deals.", &[Media::json("PlanDeals")])],
    problems: &[
        ProblemKind::PlanUnknown,
        ProblemKind::InputRefused,
        ProblemKind::RevisionUnknown,
        ProblemKind::BookUnknown,
        ProblemKind::VendorBusy,
        ProblemKind::CallerBusy,
        ProblemKind::Overloaded,
        ProblemKind::ShuttingDown,
        ProblemKind::LedgerUnavailable,
    ],
    ..OPERATION
};

/// Returns the routes.
pub fn table() -> Vec<Route> {
    vec![Route::new(&DEALS, deals)]
}

/// Deals that close this quarter.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "PlanDeals")]
pub struct DealsDocument {
    /// Name of the plan.
    plan: String,
    /// ISO 4217 code of every amount.
    currency: String,
    /// Date of the book: deals are those that were open then.
    #[schemars(extend("format" = "date"))]
    as_of: String,
    /// First date of the quarter.
    #[schemars(extend("format" = "date"))]
    first_day: String,
    /// Last date of the quarter.
    #[schemars(extend("format" = "date"))]
    last_day: String,
    /// Number of the quarter in the planning period, from 1.
    quarter: usize,
    /// Deals, ascending by partner, then by close date.
    deals: Vec<DealDocument>,
}

/// A deal.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "PlanDeal")]
pub struct DealDocument {
    /// Partner id.
    partner_id: String,
    /// Identifier in the CRM.
    deal: String,
    /// Amount at full value, exact.
    amount: String,
    /// Stage; null if not known.
    stage: Option<String>,
    /// Expected close date.
    #[schemars(extend("format" = "date"))]
    close_date: String,
    /// Probability of winning, 0 to 1, exact; null if not known.
    probability: Option<String>,
    /// Amount × probability, exact; null if the probability is not known.
    expected: Option<String>,
}

/// A quarter of a planning period: its number from 1, with its first and last date.
type Quarter = (usize, NaiveDate, NaiveDate);

/// Returns the quarter of a period with that date, or its first one.
fn quarter_of((first_day, last_day): (NaiveDate, NaiveDate), today: NaiveDate) -> Quarter {
    let (start, end) = (Month::of(first_day), Month::of(last_day));
    let is_inside = (first_day..=last_day).contains(&today);
    let passed = if is_inside { Month::of(today).since(start) / QUARTER } else { 0 };
    let first = start.plus(passed * QUARTER);
    let last = first.plus(QUARTER - 1).min(end);
    (usize::try_from(passed).unwrap_or_default() + 1, first.first_day(), last.last_day())
}

async fn deals(State(app): State<App>, request: PlanRequest, context: Context) -> Responded {
    let vendor = request.vendor.clone();
    let read = move |ledger: &Ledger| {
        let found = request.find(ledger)?;
        let header = found.plan.state.header.clone().ok_or_else(super::request::unknown)?;
        let view = found.view()?;
        let own = view.lines(None).filter(|seen| seen.partner.is_none());
        let partners: BTreeSet<String> = own.map(|seen| seen.line.key.partner_id.clone()).collect();
        let origin = if partners.is_empty() { None } else { proposal_of(ledger, &found, None)? };
        Ok((header, partners, origin))
    };
    let (header, partners, origin) = app.plans.run(read).await?;
    let (quarter, first_day, last_day) = quarter_of((header.first_day, header.last_day), now().date_naive());
    let found = if partners.is_empty() {
        Vec::new()
    } else {
        let active = app.vendors.past(&vendor, &header.revision).await?;
        let owner = Owner { token: context.caller.name.clone(), vendor: Arc::clone(&active.plugin.vendor) };
        app.lanes.admit(Lane::Plan, &owner)?;
        let limits = limits_of(&app.gate);
        let books = VendorBooks::new(&app.stores.books, &active, &limits);
        let as_of = header.as_of;
        let (plans, of) = (Arc::clone(&app.plans), header.clone());
        let work = move || {
            let closing = |book: &PartnerBook, _: planning::Request| {
                closing_deals(book, as_of, &(first_day..=last_day)).map_err(|error| {
                    problem_of(&Finding::from(LedgerFault::TotalRange { reason: error.to_string() }).into())
                })
            };
            let (request, plugin) = (origin.as_deref(), &active.plugin);
            let (books, limits) = (&books, &limits);
            PlanOrigin { plans: &plans, header: &of, request, plugin, books, limits }.with(closing)?
        };
        app.lanes.run(Lane::Plan, &owner, work).await??
    };
    let own = found.into_iter().filter(|deal| partners.contains(&*deal.partner_id));
    let shown = DealsDocument {
        plan: header.name.clone(),
        currency: header.currency.code().to_owned(),
        as_of: header.as_of.to_string(),
        first_day: first_day.to_string(),
        last_day: last_day.to_string(),
        quarter,
        deals: own.map(DealDocument::from).collect(),
    };
    document(&shown)
}

impl From<ClosingDeal> for DealDocument {
    fn from(deal: ClosingDeal) -> Self {
        Self {
            partner_id: deal.partner_id.to_string(),
            deal: deal.id.to_string(),
            amount: deal.amount.to_exact(),
            stage: deal.stage.map(|stage| stage.to_string()),
            close_date: deal.close_date.to_string(),
            probability: deal.probability.map(plain),
            expected: deal.expected.map(Money::to_exact),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_quarter_is_that_of_today_or_the_first_one() {
        let date = |text: &str| text.parse::<NaiveDate>().unwrap();
        let year = (date("2026-04-01"), date("2027-03-31"));
        for (today, quarter, first, last) in [
            ("2026-04-01", 1, "2026-04-01", "2026-06-30"),
            ("2026-09-30", 2, "2026-07-01", "2026-09-30"),
            ("2027-03-31", 4, "2027-01-01", "2027-03-31"),
            ("2026-03-31", 1, "2026-04-01", "2026-06-30"),
            ("2027-04-01", 1, "2026-04-01", "2026-06-30"),
        ] {
            assert_eq!(quarter_of(year, date(today)), (quarter, date(first), date(last)), "{today}");
        }
        let short = (date("2026-01-01"), date("2026-02-28"));
        assert_eq!(quarter_of(short, date("2026-02-10")), (1, short.0, short.1));
        // A half-year that ends in the middle of its second quarter.
        let odd = (date("2026-01-01"), date("2026-05-31"));
        assert_eq!(quarter_of(odd, date("2026-05-10")), (2, date("2026-04-01"), odd.1));
    }
}
