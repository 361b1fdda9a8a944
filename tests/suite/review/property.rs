//! What holds for every shipped vendor that decides tiers.

use super::joint::shipped;
use super::{json, json_on};
use crate::performance::day;
use crate::usd;
use proptest::prelude::*;
use quotient::channel::{ExtraRow, ExtraTable, Name, PartnerBook};
use quotient::demonstration::demonstration;
use quotient::plugin::VendorPlugin;
use quotient::review::{Request, Setting};
use quotient::script::FactKind;
use quotient::units::Money;
use rust_decimal::Decimal;
use serde_json::Value;

/// Every shipped vendor with a tier policy, and a day at which it has something to decide.
const VENDORS: [(&str, &str); 7] = [
    ("meridian", "2025-12-31"),
    ("halcyon", "2025-12-31"),
    ("glossary", "2025-12-31"),
    ("odoo", "2025-12-31"),
    ("aws-services-path", "2025-12-31"),
    ("atlassian-marketplace", "2025-12-31"),
    ("hubspot", "2025-12-31"),
];

/// A shipped vendor that takes books in any currency: the made-up channel is in US dollars.
fn vendor_in_dollars(vendor: &str) -> VendorPlugin {
    let mut plugin = shipped(vendor);
    plugin.manifest.currency = None;
    plugin
}

/// The made-up channel with the vendor's tiers.
fn book(plugin: &VendorPlugin, partners: usize) -> PartnerBook {
    let mut book = demonstration(3, partners).unwrap();
    let tiers = &plugin.manifest.tiers;
    for (index, partner) in book.partners.iter_mut().enumerate() {
        partner.tier = tiers.get(index % tiers.len().max(1)).map(|tier| tier.name.clone());
    }
    for declared in &plugin.manifest.tables {
        let rows = (0..book.partners.len()).flat_map(|partner| (0..partner % 7).map(move |number| (partner, number)));
        let values = |partner: usize, number: usize| {
            let cell = |(column, (_, kind)): (usize, &(Name, FactKind))| made_up(*kind, partner + number + column);
            declared.columns.iter().enumerate().map(cell).collect()
        };
        let rows =
            rows.zip(2..).map(|((partner, number), row)| ExtraRow { partner, row, values: values(partner, number) });
        book.extra_tables.push(ExtraTable {
            name: declared.name.clone(),
            columns: declared.columns.iter().map(|(name, _)| name.clone()).collect(),
            rows: rows.collect(),
        });
    }
    book
}

/// A cell of that kind.
fn made_up(kind: FactKind, number: usize) -> Box<str> {
    let text = match kind {
        FactKind::Money => format!("{}.50", 7_000 * number),
        FactKind::Rate => format!("0.{}", number % 10),
        FactKind::Count => (number * 3).to_string(),
        FactKind::Truth => number.is_multiple_of(2).to_string(),
        FactKind::Date => format!("2025-{:02}-15", number % 12 + 1),
        FactKind::Text | FactKind::List | FactKind::Group => ["new", "upsell", "churn"][number % 3].to_owned(),
    };
    text.into()
}

fn request(as_of: &str) -> Request {
    Request { as_of: day(as_of), period: None, quotas: None }
}

/// What is decided about tiers, partner by partner.
fn tiers(plugin: &VendorPlugin, book: &PartnerBook, as_of: &str) -> Vec<(Value, Value, Value)> {
    let document = json(plugin, book, &request(as_of));
    let partners = document["partners"].as_array().unwrap();
    partners.iter().map(|one| (one["partner_id"].clone(), one["tier"].clone(), one["tiers"].clone())).collect()
}

fn with_quotas(book: &PartnerBook, change: impl Fn(Money) -> Option<Money>) -> PartnerBook {
    let mut book = book.clone();
    for partner in &mut book.partners {
        partner.quotas = std::mem::take(&mut partner.quotas)
            .into_iter()
            .filter_map(|mut quota| {
                quota.quota = change(quota.quota)?;
                Some(quota)
            })
            .collect();
    }
    book
}

fn decimal(value: &Value) -> Option<Decimal> {
    value.as_str().map(|text| text.parse().unwrap())
}

#[test]
fn a_quota_alone_never_changes_a_tier_at_any_shipped_vendor() {
    for (vendor, as_of) in VENDORS {
        let plugin = vendor_in_dollars(vendor);
        let book = book(&plugin, 40);
        assert!(Setting::new(&plugin.manifest, &book, &request(as_of)).is_ok(), "{vendor}");
        let decided = tiers(&plugin, &book, as_of);
        let is_decided = |(_, tier, lines): &(Value, Value, Value)| {
            !tier["decision"].is_null() || lines.as_array().is_some_and(|lines| !lines.is_empty())
        };
        assert!(decided.iter().any(is_decided), "{vendor} decides nothing");
        let times = |factor: Decimal| move |quota: Money| quota.times(factor).ok();
        assert!(decided == tiers(&plugin, &with_quotas(&book, times(Decimal::new(5, 1))), as_of), "{vendor}: halved");
        assert!(decided == tiers(&plugin, &with_quotas(&book, times(Decimal::TWO)), as_of), "{vendor}: doubled");
        assert!(decided == tiers(&plugin, &with_quotas(&book, |_| None), as_of), "{vendor}: removed");
    }
}

#[test]
fn reviewing_twice_gives_the_same_bytes_at_every_shipped_vendor() {
    for (vendor, as_of) in VENDORS {
        let plugin = vendor_in_dollars(vendor);
        let book = book(&plugin, 20);
        let review = |threads| json_on(&plugin, &book, &request(as_of), threads).0;
        assert!(review(1) == review(2), "{vendor}");
    }
}

/// By tier, territory, vertical, account manager, and the channel as a whole.
#[test]
fn the_attainment_of_a_group_is_the_sum_over_the_sum_of_its_members_at_every_level() {
    let plugin = vendor_in_dollars("meridian");
    let book = demonstration(5, 150).unwrap();
    let document = json(&plugin, &book, &request("2025-09-30"));
    let partners = document["partners"].as_array().unwrap();
    let mut levels = std::collections::BTreeSet::new();
    for group in document["rollups"].as_array().unwrap() {
        let dimension = group["dimension"].as_str().unwrap();
        let of = |partner: &Value| match dimension {
            "channel" => Some(Value::Null),
            "tier" => Some(partner["tier"]["current"].clone()),
            "territory" | "vertical" | "account_manager" => Some(partner[dimension].clone()),
            _ => None,
        };
        let members: Vec<&Value> = partners.iter().filter(|one| of(one).as_ref() == Some(&group["name"])).collect();
        if members.is_empty() {
            assert!(matches!(dimension, "period" | "product_line"), "{group}");
            continue;
        }
        levels.insert(dimension);
        let both = members
            .iter()
            .filter_map(|one| decimal(&one["standing"]["actual"]).zip(decimal(&one["standing"]["quota"])));
        let (actual, quota) =
            both.fold((Decimal::ZERO, Decimal::ZERO), |sum, (actual, quota)| (sum.0 + actual, sum.1 + quota));
        let expected = (quota > Decimal::ZERO).then(|| (actual / quota).round_dp(12));
        assert_eq!(decimal(&group["attainment"]).map(|share| share.round_dp(12)), expected, "{dimension} {group}");
    }
    assert_eq!(levels.len(), 5);
}

/// Quotas for quarters: each reporting period is the sum over the sum of its own.
#[test]
fn reporting_periods_are_rolled_up_by_their_own_quotas() {
    let plugin = vendor_in_dollars("meridian");
    let mut book = demonstration(5, 30).unwrap();
    let mut quarter = Decimal::ZERO;
    for partner in &mut book.partners {
        let mut first = partner.quotas.clone();
        for quota in &mut first {
            quota.months = 3;
            quota.quota = usd(1_000);
            quarter += Decimal::ONE_THOUSAND;
        }
        partner.quotas.extend(first);
    }
    let document = json(&plugin, &book, &request("2025-06-30"));
    let groups = document["rollups"].as_array().unwrap().iter().filter(|group| group["dimension"] == "period");
    let groups: Vec<_> = groups.map(|group| (group["name"].as_str().unwrap(), decimal(&group["quota"]))).collect();
    assert_eq!(groups, [("FY2025-Q1", Some(quarter)), ("FY2025-Q2", None)]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(crate::patience::cases(3, 24)))]

    #[test]
    fn the_order_of_partners_does_not_matter(seed in 0u64..1_000, keys in prop::collection::vec(any::<u32>(), 20)) {
        let plugin = vendor_in_dollars("meridian");
        let straight = demonstration(seed, 20).unwrap();
        let mut keyed: Vec<_> = keys.into_iter().zip(straight.partners.clone()).collect();
        keyed.sort_by_key(|(key, _)| *key);
        let mut shuffled = PartnerBook::new(straight.currency, keyed.into_iter().map(|(_, one)| one).collect());
        shuffled.market.clone_from(&straight.market);
        shuffled.tables.clone_from(&straight.tables);
        shuffled.input_hash.clone_from(&straight.input_hash);
        let review = |book: &PartnerBook| json(&plugin, book, &request("2025-09-30"));
        prop_assert!(review(&straight)["partners"] == review(&shuffled)["partners"]);
        prop_assert!(review(&straight)["rollups"] == review(&shuffled)["rollups"]);
    }
}

#[test]
fn a_wrong_cell_of_a_declared_table_is_a_fault_of_its_partner_alone() {
    let manifest = format!("{}\n[tables.deals]\nusers = \"count\"\n", super::MANIFEST);
    let plugin = super::vendor(&manifest, &[("tier.rhai", super::TIER)]);
    let mut book = super::glossary();
    let row = |partner, row, cell: &str| ExtraRow { partner, row, values: [Box::from(cell)].into_iter().collect() };
    book.extra_tables.push(ExtraTable {
        name: "deals".into(),
        columns: vec!["users".into()],
        rows: vec![row(0, 2, "5"), row(1, 3, "five"), row(2, 4, "7")],
    });
    let document = json(&plugin, &book, &super::request("2026-12-31"));
    let faults = document["faults"].as_array().unwrap();
    assert_eq!(faults.len(), 1);
    assert_eq!(faults[0]["partner_id"], "B");
    assert_eq!(document["partners"].as_array().unwrap().len(), 4);
    assert!(document["partners"][1]["tier"]["decision"].is_null() && document["partners"][1]["incentives"].is_null());
    assert_eq!(document["partners"][0]["tier"]["decision"], "retain");
}
