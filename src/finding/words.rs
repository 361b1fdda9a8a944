//! Phrases that many faults share: suggestions and lists of names.

use super::{did_you_mean, quoted};

/// Names of a long list that are shown; further ones are an ellipsis.
const MAX_NAMES: usize = 12;

/// Returns the first 12 names in backticks, separated by commas, with an ellipsis when there are more.
pub fn listed<S: AsRef<str>>(names: &[S]) -> String {
    let more = if names.len() > MAX_NAMES { ", …" } else { "" };
    format!("{}{more}", quoted(names.iter().take(MAX_NAMES)))
}

/// Returns the question for a suggestion, or `otherwise`.
pub fn suggested(suggestion: Option<&str>, otherwise: impl Into<String>) -> String {
    match suggestion {
        Some(near) => format!("did you mean `{near}`?"),
        None => otherwise.into(),
    }
}

/// Names among which a reader may have meant one: the nearest, and the list for when none is near.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidates {
    /// The name that is probably meant.
    pub nearest: Option<String>,
    /// The names there are, as they may be shown.
    pub names: Vec<String>,
}

impl Candidates {
    /// Returns the candidates for `word`, in the given order; one more than is shown is stored.
    pub fn new<'a>(word: &str, names: impl IntoIterator<Item = &'a str> + Clone) -> Self {
        let nearest = did_you_mean(word, names.clone()).map(ToOwned::to_owned);
        Self { nearest, names: names.into_iter().take(MAX_NAMES + 1).map(ToOwned::to_owned).collect() }
    }

    /// Returns the question for the nearest name, or what `otherwise` makes of the list of names.
    pub fn help(&self, otherwise: impl FnOnce(String) -> String) -> String {
        suggested(
            self.nearest.as_deref(),
            if self.nearest.is_some() { String::new() } else { otherwise(listed(&self.names)) },
        )
    }
}

impl super::ToField for Candidates {
    fn to_field(&self) -> super::Field {
        super::Field::Map(vec![
            ("nearest".to_owned(), self.nearest.to_field()),
            ("names".to_owned(), self.names.to_field()),
        ])
    }
}
