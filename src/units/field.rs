//! Quantities as fields of faults: exact, and as users write them.

use super::{Currency, Money, Month, PlanningPeriod};
use crate::finding::{Field, ToField};

impl ToField for Month {
    fn to_field(&self) -> Field {
        Field::String(self.to_string())
    }
}

impl ToField for PlanningPeriod {
    fn to_field(&self) -> Field {
        Field::String(self.to_string())
    }
}

impl ToField for Currency {
    fn to_field(&self) -> Field {
        Field::String(self.code().to_owned())
    }
}

impl ToField for Money {
    fn to_field(&self) -> Field {
        Field::Number(self.to_string())
    }
}
