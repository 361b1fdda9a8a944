//! Named roundings to a number of decimals, as the rounding functions of DMN 1.4 define them (table 75 of FEEL).

use super::words;
use rust_decimal::{Decimal, RoundingStrategy};

words! {
    /// Rounding of a value between two multiples of a power of ten.
    pub enum Rounding {
        /// Away from zero: DMN `round up`.
        Up = "round_up",
        /// Towards zero: DMN `round down`.
        Down = "round_down",
        /// To the nearest, halves away from zero: DMN `round half up`, ROUND of spreadsheets.
        HalfUp = "round_half_up",
        /// To the nearest, halves towards zero: DMN `round half down`.
        HalfDown = "round_half_down",
        /// To the nearest, halves to the even neighbour: DMN `decimal`.
        HalfEven = "round_half_even",
        /// Towards minus infinity: DMN `floor`.
        Floor = "floor",
        /// Towards plus infinity: DMN `ceiling`.
        Ceiling = "ceiling",
    }
}

impl Rounding {
    /// Rounds `value` to `scale` decimals; a negative scale rounds to tens (−1), hundreds (−2) and so on.
    ///
    /// Returns `None` when the rounded value leaves the range of exact decimals (79 octillions).
    ///
    /// ```
    /// use quotient::units::{Rounding, parse_decimal};
    /// let bonus = parse_decimal("-1.126")?;
    /// assert_eq!(Rounding::Up.apply(bonus, 2), Some(parse_decimal("-1.13")?));
    /// assert_eq!(Rounding::Down.apply(bonus, 2), Some(parse_decimal("-1.12")?));
    /// # Ok::<(), quotient::units::DecimalFault>(())
    /// ```
    pub fn apply(self, value: Decimal, scale: i32) -> Option<Decimal> {
        if let Ok(places) = u32::try_from(scale) {
            return Some(value.round_dp_with_strategy(places, self.strategy()));
        }
        self.to_multiple(value, scale.unsigned_abs())
    }

    /// Rounds to a multiple of 10 to the power of `zeros`, on the whole digits, so that nothing is rounded twice.
    fn to_multiple(self, value: Decimal, zeros: u32) -> Option<Decimal> {
        let digits = value.mantissa();
        let power = value.scale().checked_add(zeros)?;
        let Some(unit) = 10i128.checked_pow(power) else {
            // The unit exceeds every decimal: either the value vanishes, or it would become one such unit.
            let vanishes = digits == 0 || self.multiple(digits.signum(), 3) == 0;
            return vanishes.then_some(Decimal::ZERO);
        };
        let multiple = self.multiple(digits, unit);
        let whole = multiple.checked_mul(10i128.checked_pow(zeros)?)?;
        Decimal::try_from_i128_with_scale(whole, 0).ok()
    }

    /// `digits` ÷ `unit`, rounded to a whole number.
    fn multiple(self, digits: i128, unit: i128) -> i128 {
        let (whole, rest) = (digits / unit, digits % unit);
        let half = (rest.abs()).cmp(&(unit - rest.abs()));
        let away = match self {
            Self::Up => rest != 0,
            Self::Down => false,
            Self::HalfUp => half.is_ge(),
            Self::HalfDown => half.is_gt(),
            Self::HalfEven => half.is_gt() || half.is_eq() && whole % 2 != 0,
            Self::Floor => rest < 0,
            Self::Ceiling => rest > 0,
        };
        if away { whole + digits.signum() } else { whole }
    }

    fn strategy(self) -> RoundingStrategy {
        match self {
            Self::Up => RoundingStrategy::AwayFromZero,
            Self::Down => RoundingStrategy::ToZero,
            Self::HalfUp => RoundingStrategy::MidpointAwayFromZero,
            Self::HalfDown => RoundingStrategy::MidpointTowardZero,
            Self::HalfEven => RoundingStrategy::MidpointNearestEven,
            Self::Floor => RoundingStrategy::ToNegativeInfinity,
            Self::Ceiling => RoundingStrategy::ToPositiveInfinity,
        }
    }
}
