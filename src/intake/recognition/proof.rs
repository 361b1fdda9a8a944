//! Proof that amounts are sums of others, and not sums by chance.

use rust_decimal::Decimal;
use std::collections::BTreeSet;

/// Equations `amount = sum of parts`, each as its smallest whole numbers.
///
/// 300 = 200 + 100 says as much as 3 = 2 + 1, in every month again: shares, prices times seats and constant fees are such
/// sums by chance. 1,234.57 = 1,000.11 + 234.46 is none.
#[derive(Debug, Default, Clone)]
pub(super) struct Proof {
    equations: BTreeSet<(i128, Vec<(usize, i128)>)>,
    digits: usize,
    /// True when one of them has at least two parts.
    pub has_several: bool,
}

impl Proof {
    /// Adds an equation; `parts` are members with their amounts, ascending.
    pub fn add(&mut self, own: Decimal, parts: &[(usize, Decimal)]) {
        let parts: Vec<(usize, Decimal)> = parts.iter().filter(|(_, amount)| !amount.is_zero()).copied().collect();
        let scale = parts.iter().map(|(_, amount)| amount.scale()).fold(own.scale(), u32::max);
        let units = |amount: Decimal| {
            let power = 10_i128.checked_pow(scale.checked_sub(amount.scale())?)?;
            amount.mantissa().checked_mul(power)
        };
        let whole = |(member, amount): &(usize, Decimal)| Some((*member, units(*amount)?));
        let (Some(own), Some(parts)) = (units(own), parts.iter().map(whole).collect::<Option<Vec<_>>>()) else {
            return;
        };
        let divisor = parts.iter().fold(own.unsigned_abs(), |divisor, (_, amount)| gcd(divisor, amount.unsigned_abs()));
        let Ok(divisor) = i128::try_from(divisor.max(1)) else { return };
        let least = own / divisor;
        self.has_several |= parts.len() > 1;
        let parts = parts.into_iter().map(|(member, amount)| (member, amount / divisor)).collect();
        if self.equations.insert((least, parts)) {
            let digits = least.unsigned_abs().checked_ilog10().map_or(0, |log| log + 1);
            self.digits += usize::try_from(digits).unwrap_or_default();
        }
    }

    /// Returns the number of digits that agree: 0 for sums of single amounts.
    pub fn digits(&self) -> usize {
        if self.has_several { self.digits } else { 0 }
    }
}

fn gcd(mut one: u128, mut other: u128) -> u128 {
    while other != 0 {
        (one, other) = (other, one % other);
    }
    one
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn proportional_sums_count_once_and_with_their_smallest_numbers() {
        let digits = |equations: &[(&str, &[&str])]| {
            let mut proof = Proof::default();
            for (own, parts) in equations {
                let parts: Vec<(usize, Decimal)> = parts.iter().map(|part| part.parse().unwrap()).enumerate().collect();
                proof.add(own.parse().unwrap(), &parts);
            }
            proof.digits()
        };
        assert_eq!(digits(&[("300.00", &["100", "200"]), ("300", &["100", "200"]), ("150", &["50", "100"])]), 1);
        assert_eq!(digits(&[("10884.20", &["5442.10", "2721.05", "2721.05"])]), 1);
        assert_eq!(digits(&[("1234.57", &["1000.11", "234.46"])]), 6);
        assert_eq!(digits(&[("12", &["7", "5"]), ("17", &["4", "13"]), ("24", &["14", "10"])]), 4);
        assert_eq!(digits(&[("1234.56", &["1234.56"])]), 0, "one amount that is equal to another");
    }
}
