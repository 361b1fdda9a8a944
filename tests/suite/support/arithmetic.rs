//! Exact arithmetic of expected figures: `(20011+9973)*6/12` as a rational number.

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{One, Signed, Zero};

/// The number that a decimal such as `-12.50` stands for; `None` when the text is not one.
pub fn decimal(text: &str) -> Option<BigRational> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    if fraction.starts_with(['-', '+']) {
        return None;
    }
    let digits: BigInt = format!("{whole}{fraction}").parse().ok()?;
    Some(BigRational::new(digits, BigInt::from(10).pow(u32::try_from(fraction.len()).ok()?)))
}

/// The value of an expression of decimals, `+ - * /` and brackets; panics when it is not one.
#[track_caller]
pub fn value(expression: &str) -> BigRational {
    let mut parser = Parser { text: expression.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect(), at: 0 };
    let value = parser.sum();
    assert_eq!(parser.at, parser.text.len(), "not an expression: {expression}");
    value
}

/// True when `found` is `expected` but for the rounding of a decimal of 28 digits.
pub fn is_close(found: &BigRational, expected: &BigRational) -> bool {
    let scale = expected.abs().max(BigRational::one());
    (found - expected).abs() <= scale * BigRational::new(BigInt::one(), BigInt::from(10).pow(20))
}

struct Parser {
    text: Vec<u8>,
    at: usize,
}

impl Parser {
    fn next_is(&mut self, wanted: &[u8]) -> Option<u8> {
        let found = self.text.get(self.at).copied().filter(|byte| wanted.contains(byte))?;
        self.at += 1;
        Some(found)
    }

    fn sum(&mut self) -> BigRational {
        let mut sum = self.product();
        while let Some(operator) = self.next_is(b"+-") {
            let next = self.product();
            sum = if operator == b'+' { sum + next } else { sum - next };
        }
        sum
    }

    fn product(&mut self) -> BigRational {
        let mut product = self.factor();
        while let Some(operator) = self.next_is(b"*/") {
            let next = self.factor();
            assert!(operator == b'*' || !next.is_zero(), "a division by zero");
            product = if operator == b'*' { product * next } else { product / next };
        }
        product
    }

    fn factor(&mut self) -> BigRational {
        if self.next_is(b"-").is_some() {
            return -self.factor();
        }
        if self.next_is(b"(").is_some() {
            let inner = self.sum();
            assert!(self.next_is(b")").is_some(), "a bracket is not closed");
            return inner;
        }
        let from = self.at;
        while self.text.get(self.at).is_some_and(|byte| byte.is_ascii_digit() || *byte == b'.') {
            self.at += 1;
        }
        let number = std::str::from_utf8(&self.text[from..self.at]).expect("ASCII");
        decimal(number).unwrap_or_else(|| panic!("not a number: `{number}`"))
    }
}
