//! What holds for any book.

use super::*;
use crate::usd;
use proptest::prelude::*;
use quotient::quota::Grain;

/// One partner from small numbers: product line, territory and amount of each quota, sale and deal.
fn any_partner() -> impl Strategy<Value = Partner> {
    let part = || (0..3_usize, 0..3_usize);
    let quotas = prop::collection::vec((part(), 0..2000_i64, prop::bool::ANY), 0..4);
    let sales = prop::collection::vec((part(), 0..30_i32, -300..900_i64), 0..12);
    let deals = prop::collection::vec((0..700_i64, 0..900_i64, 0..3_u8), 0..6);
    (quotas, sales, deals, 0..3_usize).prop_map(|(quotas, sales, deals, tier)| {
        let lines = ["", "Servers", "Cloud"];
        let territories = ["", "North", "South"];
        let name = |(line, territory): (usize, usize)| segment(lines[line], territories[territory]);
        let mut made = partner("?");
        made.tier = [None, Some("Gold".into()), Some("Silver".into())][tier].clone();
        for (part, cents, is_past) in quotas {
            let label = if is_past { "FY2025" } else { "FY2026" };
            if !made.quotas.iter().any(|quota| *quota.segment == name(part) && quota.start == period(label).start) {
                made = made.quota_in(label, name(part), &format!("{cents}.01"));
            }
        }
        for (part, month, amount) in sales {
            let month = period("FY2024").start.plus(month).to_string();
            made = made.sold_in(&month, name(part), &amount.to_string());
        }
        for (after, amount, status) in deals {
            let close = day("2025-01-01") + chrono::Days::new(after as u64);
            let status = [OpportunityStatus::Open, OpportunityStatus::Won, OpportunityStatus::Lost][status as usize];
            made = made.deal(status, &close.to_string(), &amount.to_string(), "0.5");
        }
        made
    })
}

fn any_partners() -> impl Strategy<Value = Vec<Partner>> {
    prop::collection::vec(any_partner(), 1..8).prop_map(|mut partners| {
        for (index, partner) in partners.iter_mut().enumerate() {
            partner.id = format!("P{index}").into();
        }
        partners
    })
}

fn any_grain() -> impl Strategy<Value = Grain> {
    prop_oneof![Just(Grain::Partner), Just(Grain::ProductLine), Just(Grain::ProductLineTerritory)]
}

fn standings_of(book: &PartnerBook, grain: Grain) -> Vec<PartnerStanding> {
    let given = Given::default();
    let conventions = Conventions { grain, ..Conventions::default() };
    let standings = Standings::new(book, period("FY2026"), day("2026-04-30"), conventions, &given).unwrap();
    book.partners.iter().map(|partner| standings.of(partner).unwrap()).collect()
}

fn total(amounts: impl Iterator<Item = Money>) -> Money {
    amounts.fold(usd(0), |sum, amount| sum.plus(amount).unwrap())
}

fn roll(standings: &[PartnerStanding]) -> Rollup {
    roll_up(standings, &Dimension::ALL, RollupRules::default(), Currency::USD).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn groups_sum_to_the_channel_at_every_level(partners in any_partners(), grain in any_grain()) {
        let rollup = roll(&standings_of(&book(partners), grain));
        let channel = rollup.channel().unwrap();
        for dimension in Dimension::ALL {
            let quota = total(rollup.by(dimension).filter_map(|group| group.quota));
            let actual = total(rollup.by(dimension).filter_map(|group| group.actual));
            let beside = total(rollup.by(dimension).map(|group| group.actual_without_quota));
            prop_assert_eq!(quota, channel.quota.unwrap_or(usd(0)), "{:?}", dimension);
            prop_assert_eq!(actual, channel.actual.unwrap_or(usd(0)), "{:?}", dimension);
            prop_assert_eq!(beside, channel.actual_without_quota, "{:?}", dimension);
            let expected = total(rollup.by(dimension).filter_map(|group| group.expected_to_date));
            prop_assert_eq!(expected, channel.expected_to_date.unwrap_or(usd(0)), "{:?}", dimension);
        }
    }

    #[test]
    fn group_attainment_is_the_sum_of_its_members_actuals_over_the_sum_of_their_quotas(
        partners in any_partners(), grain in any_grain()
    ) {
        let standings = standings_of(&book(partners), grain);
        let rollup = roll(&standings);
        for group in rollup.by(Dimension::Tier) {
            let members = || standings.iter().filter(|one| one.identity.tier == group.name).map(|one| &one.whole)
                .filter(|one| one.quota.is_some() && one.actual.is_some());
            let quota = total(members().filter_map(|one| one.quota));
            let actual = total(members().filter_map(|one| one.actual));
            let expected = if quota.is_positive() { actual.ratio_to(quota) } else { None };
            prop_assert_eq!(group.attainment, expected);
        }
    }

    #[test]
    fn all_revenue_of_the_period_is_counted_exactly_once(partners in any_partners(), grain in any_grain()) {
        let (from, to): (Month, Month) = ("2026-01".parse().unwrap(), "2026-04".parse().unwrap());
        let sold = total(partners.iter().flat_map(|one| &one.revenue)
            .filter(|entry| from <= entry.month && entry.month <= to).map(|entry| entry.amount));
        let rollup = roll(&standings_of(&book(partners), grain));
        for dimension in Dimension::ALL {
            let counted = rollup.by(dimension).map(|group| {
                group.actual.unwrap_or(usd(0)).plus(group.actual_without_quota).unwrap()
            });
            prop_assert_eq!(total(counted), sold, "{:?}", dimension);
        }
    }

    #[test]
    fn the_order_of_partners_is_irrelevant(partners in any_partners(), grain in any_grain()) {
        let forwards = standings_of(&book(partners.clone()), grain);
        let backwards = standings_of(&book(partners.into_iter().rev().collect()), grain);
        prop_assert_eq!(&forwards, &backwards);
        let mut turned = forwards.clone();
        turned.reverse();
        prop_assert_eq!(roll(&forwards), roll(&turned));
    }

    #[test]
    fn looking_twice_is_looking_once_and_merging_is_adding(partners in any_partners(), grain in any_grain()) {
        let book = book(partners);
        let standings = standings_of(&book, grain);
        prop_assert_eq!(&standings, &standings_of(&book, grain));
        let (left, right) = standings.split_at(standings.len() / 2);
        let mut merged = RollupBuilder::new(&Dimension::ALL, RollupRules::default(), Currency::USD);
        for half in [right, left] {
            let mut part = RollupBuilder::new(&Dimension::ALL, RollupRules::default(), Currency::USD);
            half.iter().for_each(|standing| part.add(standing).unwrap());
            merged.merge(part).unwrap();
        }
        prop_assert_eq!(merged.finish().unwrap(), roll(&standings));
    }

    #[test]
    fn ratios_are_there_exactly_when_they_are_defined(partners in any_partners(), grain in any_grain()) {
        for standing in standings_of(&book(partners), grain) {
            for one in std::iter::once(&standing.whole).chain(standing.lines.iter().map(|line| &line.standing)) {
                let has_quota = one.quota.is_some_and(|quota| quota.is_positive());
                prop_assert_eq!(one.attainment.is_some(), has_quota && one.actual.is_some());
                let remains = has_quota && one.remaining_quota.is_some_and(|rest| rest.is_positive());
                prop_assert_eq!(one.remaining_coverage_ratio.is_some(), remains);
                prop_assert!(one.absent.iter().all(|absent| !absent.why.is_empty()), "{:?}", one.absent);
                let missing = [
                    ("attainment", one.attainment.is_none()), ("required_coverage", one.required_coverage.is_none()),
                    ("expected_to_date", one.pacing.expected_to_date.is_none()), ("quota", one.quota.is_none()),
                ];
                for (figure, is_missing) in missing {
                    prop_assert_eq!(why(one, figure).is_some(), is_missing, "{}", figure);
                }
                let rates = [one.close_rates.by_count.rate, one.close_rates.by_value.rate];
                prop_assert!(rates.iter().flatten().all(|rate| (Rate::ZERO..=Rate::ONE).contains(rate)));
            }
        }
    }
}
