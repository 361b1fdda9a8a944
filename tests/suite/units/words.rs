//! Vocabularies: every word is read back, and an unknown one is named with those that exist.

use quotient::decision::table::HitPolicy;
use quotient::plugin::Room;
use quotient::quota::{Basis, Grain, InfeasibleReason};
use quotient::units::Rounding;
use std::fmt::{Debug, Display};
use std::str::FromStr;

fn read_back<T: Display + FromStr + PartialEq + Debug + serde::Serialize>(all: impl IntoIterator<Item = T>)
where
    T::Err: Debug,
{
    for word in all {
        let text = word.to_string();
        assert_eq!(serde_json::to_string(&word).unwrap(), format!("\"{text}\""));
        assert_eq!(text.parse::<T>().unwrap(), word);
    }
}

#[test]
fn every_word_is_read_back() {
    read_back(Rounding::ALL);
    read_back(Grain::ALL);
    read_back(Basis::ALL);
    read_back(InfeasibleReason::ALL);
    read_back(HitPolicy::ALL);
    read_back(Room::ALL);
}

#[test]
fn an_unknown_word_is_named_with_the_known_ones() {
    let unknown = "rulez".parse::<Room>().unwrap_err();
    assert_eq!(unknown.to_string(), "unknown word `rulez`; known: `rules`, `policies`");
}
