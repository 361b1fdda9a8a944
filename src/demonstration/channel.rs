//! The partners of the demonstration book, from which its tables derive.

use super::dice::Dice;
use super::names;
use super::{DENSE_PARTNERS, FEWEST_PARTNERS, TERRITORIES, TIERS, VERTICALS};

/// Properties of a partner, from which the tables derive.
pub(super) struct Profile {
    pub id: String,
    pub name: String,
    pub tier: Option<&'static str>,
    pub territory: Option<&'static str>,
    pub vertical: &'static str,
    /// Number of product lines it sells, starting with the first one (rotated by `first_line`).
    pub lines: usize,
    pub first_line: usize,
    /// Months from joining to the end of 2025.
    pub months_with_us: i32,
    /// Average monthly revenue in cents.
    pub base: u64,
    /// Growth of revenue in two years, in thousandths: 1000 is none.
    pub growth: u64,
    /// True when it orders every month, false for once a quarter.
    pub is_monthly: bool,
}

/// A synthetic channel.
pub(super) struct Channel {
    pub seed: u64,
    pub partners: usize,
    /// Monthly revenue of all partners but the first, in cents.
    pub others: u64,
}

impl Channel {
    /// Returns the channel of `partners` partners, the same for the same seed.
    pub fn new(seed: u64, partners: usize) -> Self {
        let partners = partners.max(FEWEST_PARTNERS);
        let mut channel = Self { seed, partners, others: 0 };
        channel.others = (1..partners).map(|index| channel.profile(index)).map(|one| one.base).sum();
        channel
    }

    /// True when partners have many rows.
    pub fn is_dense(&self) -> bool {
        self.partners <= DENSE_PARTNERS
    }

    fn id(&self, index: usize) -> String {
        let width = self.partners.to_string().len().max(4);
        format!("P{:0width$}", index + 1)
    }

    /// Returns partner number `index`.
    pub fn profile(&self, index: usize) -> Profile {
        let mut dice = Dice::new(self.seed, index, 1);
        let (low, high) = match dice.between(0, 99) {
            0..60 => (150_000, 1_500_000),
            60..90 => (1_500_000, 6_000_000),
            _ => (6_000_000, 20_000_000),
        };
        let base = dice.between(low, high) / 1000 * 1000;
        let tier = match base {
            0..1_500_000 => (!dice.chance(300)).then_some(TIERS[0]),
            1_500_000..6_000_000 => Some(TIERS[1]),
            _ => Some(TIERS[2]),
        };
        let is_newcomer = dice.chance(40);
        let lines = if self.is_dense() { 1 + usize::from(base > 1_500_000) + usize::from(base > 6_000_000) } else { 1 };
        let mut profile = Profile {
            id: self.id(index),
            name: names::name(index),
            tier,
            territory: Some(dice.pick(&TERRITORIES)).filter(|word| !word.is_empty()),
            vertical: dice.pick(&VERTICALS),
            lines,
            first_line: dice.between(0, 2) as usize,
            months_with_us: if is_newcomer { dice.between(3, 9) as i32 } else { dice.between(24, 130) as i32 },
            base,
            growth: dice.between(850, 1450),
            is_monthly: self.is_dense() && base > 1_000_000,
        };
        match index {
            0 => {
                profile = Profile {
                    base: (self.others / 3).max(1),
                    tier: Some(TIERS[2]),
                    lines: if self.is_dense() { 3 } else { 1 },
                    months_with_us: 120,
                    growth: 1100,
                    ..profile
                };
            }
            1..=4 => profile.months_with_us = [3, 4, 6, 9][index - 1],
            5 => profile.vertical = "Maritime",
            6 => profile = Profile { base: 2_500_000, months_with_us: 60, is_monthly: true, lines: 1, ..profile },
            7 | 8 => profile = Profile { base: 3_000_000, months_with_us: 48, is_monthly: self.is_dense(), ..profile },
            9 => profile = Profile { months_with_us: 30, base: 0, ..profile },
            14 => profile = Profile { tier: None, territory: None, ..profile },
            _ => {}
        }
        profile
    }
}
