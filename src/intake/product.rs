//! Amounts that are the exact product of other cells of their row, and texts of several cells.

use super::cell::{Cell, CellKind, Flaw};
use super::row::Written;
use super::row_value::number_of;
use super::shape::{Factor, Product};
use super::value::currency_sign;
use super::value::notation::Notation;
use crate::units::plain;
use rust_decimal::Decimal;

/// The cell of `product` in the row `cells`: empty when a factor is, the discount when it is below nothing or above the
/// whole, and the factors as text when it cannot be computed exactly.
pub(super) fn product_of(product: &Product, cells: &[Cell]) -> Cell {
    let none = Cell::default();
    let factors: Vec<&Cell> = product.factors.iter().map(|index| cells.get(*index).unwrap_or(&none)).collect();
    if product.readings.contains(&Factor::Less) {
        return difference_of(&factors, product.notation.unwrap_or_default());
    }
    if factors.iter().any(|cell| cell.text.trim().is_empty()) {
        return none;
    }
    let Some(notation) = product.notation else {
        let texts = factors.iter().zip(&product.readings).map(|(cell, reading)| match (cell.text.trim(), reading) {
            (number @ ("1" | "2" | "3" | "4"), Factor::Quarter) => format!("Q{number}"),
            (number, Factor::Week) if number.bytes().all(|byte| byte.is_ascii_digit()) => format!("W{number}"),
            (text, _) => text.to_owned(),
        });
        return Cell::new(CellKind::Text, texts.collect::<Vec<_>>().join(" ").into());
    };
    let (mut sign, mut beyond) = (None, None);
    let amount = factors.iter().zip(&product.readings).try_fold(Decimal::ONE, |amount, (cell, reading)| {
        let written = Written { text: cell.text.trim(), kind: cell.kind, is_ours: false };
        let number = number_of(written, notation).ok()?;
        let is_usable = cell.flaw.is_none_or(|flaw| flaw == Flaw::Rounded);
        for word in number.currencies.iter().flatten() {
            // One price has a currency; two would make an amount of none.
            if sign.replace(currency_sign::sign(word)?).is_some() {
                return None;
            }
        }
        let factor = match reading {
            Factor::Plain | Factor::Quarter | Factor::Week | Factor::Less if number.is_percent => {
                number.value.checked_div(Decimal::ONE_HUNDRED)?
            }
            Factor::Plain | Factor::Quarter | Factor::Week | Factor::Less => number.value,
            Factor::RestOf(whole) => {
                // A percent sign says what the number is, whatever the mapping file does.
                let whole = match cell.kind {
                    _ if number.is_percent => Decimal::ONE_HUNDRED,
                    CellKind::Percent => Decimal::ONE,
                    _ => Decimal::from(*whole),
                };
                if !(Decimal::ZERO..=whole).contains(&number.value) {
                    beyond = Some(written.text);
                }
                Decimal::ONE.checked_sub(number.value.checked_div(whole)?)?
            }
        };
        exact_product(amount, factor).filter(|_| is_usable)
    });
    if let Some(discount) = beyond {
        return Cell::new(CellKind::Text, discount.into()).with(Flaw::NotPart);
    }
    match amount {
        Some(amount) => Cell::new(sign.map_or(CellKind::Number, CellKind::Signed), plain(amount).into()),
        None => {
            let texts: Vec<&str> = factors.iter().map(|cell| cell.text.trim()).collect();
            Cell::new(CellKind::Text, texts.join(" × ").into())
        }
    }
}

/// The first of two cells less the other, an empty one being zero; empty when both are, and the cells as text when one is not an
/// amount or they have different currencies.
fn difference_of(cells: &[&Cell], notation: Notation) -> Cell {
    if cells.iter().all(|cell| cell.text.trim().is_empty()) {
        return Cell::default();
    }
    let mut sign = None;
    let mut amounts = cells.iter().map(|cell| {
        let text = cell.text.trim();
        if text.is_empty() {
            return Some(Decimal::ZERO);
        }
        let number = number_of(Written { text, kind: cell.kind, is_ours: false }, notation).ok()?;
        for word in number.currencies.iter().flatten() {
            let own = currency_sign::sign(word)?;
            if sign.replace(own).is_some_and(|known| known != own) {
                return None;
            }
        }
        let is_usable = cell.flaw.is_none_or(|flaw| flaw == Flaw::Rounded) && !number.is_percent;
        is_usable.then_some(number.value)
    });
    let amount = match (amounts.next().flatten(), amounts.next().flatten()) {
        (Some(one), Some(other)) => one.checked_sub(other),
        _ => None,
    };
    match amount {
        Some(amount) => Cell::new(sign.map_or(CellKind::Number, CellKind::Signed), plain(amount).into()),
        None => {
            let texts: Vec<&str> = cells.iter().map(|cell| cell.text.trim()).collect();
            Cell::new(CellKind::Text, texts.join(" - ").into())
        }
    }
}

/// The product of two decimals; `None` when it would be rounded.
fn exact_product(one: Decimal, other: Decimal) -> Option<Decimal> {
    let (one, other) = (one.normalize(), other.normalize());
    if one.is_zero() || other.is_zero() {
        return Some(Decimal::ZERO);
    }
    let product = one.checked_mul(other)?;
    (product.scale() == one.scale() + other.scale()).then_some(product)
}

#[cfg(test)]
mod tests {
    use super::exact_product;
    use crate::units::parse_decimal;

    #[test]
    fn a_product_is_exact_or_none() {
        let product = |one: &str, other: &str| {
            exact_product(parse_decimal(one).ok()?, parse_decimal(other).ok()?)
                .map(|product| product.normalize().to_string())
        };
        assert_eq!(product("3", "0.05").as_deref(), Some("0.15"));
        assert_eq!(product("-2.50", "4").as_deref(), Some("-10"));
        assert_eq!(product("0", "0.000000000000001").as_deref(), Some("0"));
        assert_eq!(product("0.000000000000001", "0.000000000000001"), None);
        assert_eq!(product("79228162514264337593543950335", "2"), None);
    }
}
