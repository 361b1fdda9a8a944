//! The random numbers of the demonstration book: one small generator, the same on every machine.

/// SplitMix64 (Steele, Lea, Flood 2014): the whole state is one number.
pub(super) struct Dice(u64);

impl Dice {
    /// The dice of one partner for one purpose.
    pub fn new(seed: u64, partner: usize, purpose: u64) -> Self {
        let mut dice = Self(seed ^ purpose.wrapping_mul(0xD6E8_FEB8_6659_FD93));
        let start = dice.next() ^ (partner as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        Self(start)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number from `low` to `high`, both included.
    pub fn between(&mut self, low: u64, high: u64) -> u64 {
        let span = u128::from(high - low) + 1;
        low + ((u128::from(self.next()) * span) >> 64) as u64
    }

    /// True in `thousandths` of 1000 throws.
    pub fn chance(&mut self, thousandths: u64) -> bool {
        self.between(0, 999) < thousandths
    }

    pub fn pick<'a>(&mut self, words: &[&'a str]) -> &'a str {
        words.get(self.between(0, words.len() as u64 - 1) as usize).copied().unwrap_or_default()
    }
}
