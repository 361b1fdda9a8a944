//! Facts from the rows of the tables: every value of a row is read, so that every fault of it is reported.

use super::fault::ValueFault;
use super::log::Reported;
use super::quota_terms::{dates, terms};
use super::row::{Dimension, Row};
use super::table::Field;
use crate::channel::{
    CurrentQuota, Dated, Forecast, History, Investment, MarketCell, Name, Partner, RegisteredOpportunity, SegmentKey,
    WinRate,
};
use crate::units::{Money, Month};

pub(super) fn partner(row: &mut Row<'_>) -> Result<Partner, Reported> {
    let id = row.identifier(Field::PartnerId).and_then(|id| id.ok_or(Reported)).map(|id| Name::from(&*id));
    let name = row.words(Field::PartnerName).map(|name| name.map(|name| Name::from(&*name)));
    let tier = row.name(Field::Tier, Dimension::Tier);
    let territory = row.name(Field::Territory, Dimension::Territory);
    let vertical = row.name(Field::Vertical, Dimension::Vertical);
    let product_lines = row.names(Field::ProductLines, Dimension::ProductLine);
    let account_manager = row.name(Field::AccountManager, Dimension::AccountManager);
    let (since, until) = dates(row, Field::Since, Field::Until);
    // A partner with a faulty row still is a partner: its other rows are not unknown references.
    let id = id?;
    Ok(Partner {
        name: name.ok().flatten().unwrap_or_else(|| Name::clone(&id)),
        id,
        tier: tier.ok().flatten(),
        territory: territory.ok().flatten(),
        vertical: vertical.ok().flatten(),
        product_lines: product_lines.unwrap_or_default(),
        account_manager: account_manager.ok().flatten(),
        since: since.ok().flatten(),
        until: until.ok().flatten(),
        attributes: Vec::new(),
        revenue: Vec::new(),
        investment: None,
        opportunities: Vec::new(),
        win_rates: Vec::new(),
        forecasts: Vec::new(),
        quotas: Vec::new(),
        history: History::default(),
    })
}

/// The fact of a row with the date from which it counts.
pub(super) fn dated<T>(
    row: &mut Row<'_>,
    fact: impl FnOnce(&mut Row<'_>) -> Result<T, Reported>,
) -> Result<Dated<T>, Reported> {
    let (valid_from, fact) = (row.date(Field::ValidFrom), fact(row));
    Ok(Dated { valid_from: valid_from?, fact: fact? })
}

pub(super) fn market_cell(row: &mut Row<'_>) -> Result<MarketCell, Reported> {
    let currency = row.currency();
    let territory = row.name(Field::Territory, Dimension::Territory);
    let vertical = row.name(Field::Vertical, Dimension::Vertical);
    let product_line = row.name(Field::ProductLine, Dimension::ProductLine);
    let addressable = row.amount(Field::AddressableMarket);
    let growth = row.rate(Field::Growth);
    currency?;
    Ok(MarketCell {
        territory: territory?,
        vertical: vertical?,
        product_line: product_line?,
        addressable: addressable?,
        growth: growth?,
    })
}

pub(super) fn investment(row: &mut Row<'_>) -> Result<Investment, Reported> {
    let currency = row.currency();
    let certified_now = row.count(Field::CertifiedNow);
    let certified_before = row.count(Field::CertifiedBefore);
    let marketing_spend = row.amount(Field::MarketingSpend);
    let services_headcount = row.count(Field::ServicesHeadcount);
    let services_revenue = row.amount(Field::ServicesRevenue);
    let sellers = row.count(Field::Sellers);
    let productivity = row.amount(Field::Productivity);
    let seller_ramp = row.rate(Field::SellerRamp);
    let enablement = row.rate(Field::Enablement);
    currency?;
    Ok(Investment {
        certified_now: certified_now?,
        certified_before: certified_before?,
        marketing_spend: marketing_spend?,
        services_headcount: services_headcount?,
        services_revenue: services_revenue?,
        sellers: sellers?,
        productivity: productivity?,
        seller_ramp: seller_ramp?,
        enablement: enablement?,
    })
}

pub(super) fn opportunity(row: &mut Row<'_>) -> Result<RegisteredOpportunity, Reported> {
    let currency = row.currency();
    let id = row.identifier(Field::OpportunityId);
    let amount = row.amount(Field::Amount).and_then(|amount| amount.ok_or(Reported));
    let stage = row.identifier(Field::Stage);
    let stage = stage.map(|stage| stage.map(|stage| row.shared.stages.shared(&stage)));
    let status = row.status();
    let probability = row.rate(Field::Probability);
    let close_date = row.date(Field::CloseDate).and_then(|date| date.ok_or(Reported));
    let segment = row.shared_segment();
    let registered_on = row.date(Field::RegisteredOn);
    let tag = row.identifier(Field::Tag).map(|tag| tag.map(|tag| Name::from(&*tag)));
    currency?;
    let id = id?.map_or_else(|| Name::from(row.binding.location.row_word(row.number)), |id| Name::from(&*id));
    Ok(RegisteredOpportunity {
        id,
        amount: amount?,
        stage: stage?,
        status: status?,
        probability: probability?,
        close_date: close_date?,
        segment: segment?,
        registered_on: registered_on?,
        tag: tag?,
    })
}

pub(super) fn win_rate(row: &mut Row<'_>) -> Result<WinRate, Reported> {
    let (segment, by_value, by_count) = (row.shared_segment(), row.rate(Field::ByValue), row.rate(Field::ByCount));
    Ok(WinRate { segment: segment?, by_value: by_value?, by_count: by_count? })
}

/// First month and length of a row's period; `months` overrides the length.
pub(super) fn stretch(row: &mut Row<'_>) -> Result<(Month, u32), Reported> {
    let (period, months) = (row.period(Field::Period), row.count(Field::Months));
    let (start, length) = period?.ok_or(Reported)?;
    match months? {
        None => Ok((start, length)),
        Some(months @ (1 | 3 | 6 | 12)) => Ok((start, u32::try_from(months).unwrap_or(length))),
        Some(months) => {
            let column = row.column(Field::Months);
            Err(row.reject(Field::Months, ValueFault::NotLength { column, months }))
        }
    }
}

pub(super) fn forecast(row: &mut Row<'_>) -> Result<Forecast, Reported> {
    let (currency, stretch, segment) = (row.currency(), stretch(row), row.shared_segment());
    let (amount, submitted_on) = (row.amount(Field::Amount), row.date(Field::SubmittedOn));
    currency?;
    let (start, months) = stretch?;
    Ok(Forecast { start, months, segment: segment?, amount: amount?.ok_or(Reported)?, submitted_on: submitted_on? })
}

pub(super) fn current_quota(row: &mut Row<'_>) -> Result<CurrentQuota, Reported> {
    let (currency, stretch, segment, quota) =
        (row.currency(), stretch(row), row.shared_segment(), row.amount(Field::Quota));
    let terms = terms(row);
    currency?;
    let (start, months) = stretch?;
    Ok(CurrentQuota { start, months, segment: segment?, quota: quota?.ok_or(Reported)?, terms: terms? })
}

pub(super) fn lock(row: &mut Row<'_>) -> Result<(SegmentKey, Money, String), Reported> {
    let (currency, segment, quota) = (row.currency(), row.segment(), row.amount(Field::Quota));
    let reason = row.words(Field::Reason).map(|reason| reason.unwrap_or_default().into_owned());
    currency?;
    Ok((segment?, quota?.ok_or(Reported)?, reason?))
}
