//! Words of an export and their translations by the mapping file.

use crate::intake::table::folded;
use std::collections::BTreeMap;
use unicode_normalization::UnicodeNormalization;

/// Translations of one column: their word, our word; `*` stands for any other.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::intake) struct Words {
    exact: BTreeMap<String, String>,
    /// Words without case and repeated spaces, with the words as listed.
    spelled: BTreeMap<String, Vec<String>>,
    /// Words as headings are compared, with the words as listed.
    loose: BTreeMap<String, Vec<String>>,
    other: Option<String>,
}

/// Translation of a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::intake) enum Translation<'w> {
    /// The word is listed, perhaps in other case: our word.
    Listed(&'w str),
    /// One listed word differs in spaces, hyphens, underscores or points only: the listed word and ours.
    Similar(&'w str, &'w str),
    /// Several listed words differ from it by so little, and do not mean the same.
    Open(&'w [String]),
    /// It is not listed.
    NotListed,
}

impl FromIterator<(String, String)> for Words {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(words: I) -> Self {
        let mut all = Self::default();
        for (theirs, ours) in words {
            if theirs == "*" {
                all.other = Some(ours);
                continue;
            }
            all.spelled.entry(spelled(&theirs)).or_default().push(theirs.clone());
            all.loose.entry(folded(&theirs)).or_default().push(theirs.clone());
            all.exact.insert(theirs, ours);
        }
        all
    }
}

impl Words {
    /// Returns the translation of `text`: compared exactly first, then without case, then as headings are compared.
    pub fn translation(&self, text: &str) -> Translation<'_> {
        if let Some(ours) = self.exact.get(text) {
            return Translation::Listed(ours);
        }
        if let Some(words) = self.spelled.get(&spelled(text)) {
            return self.agreed(words).map_or(Translation::Open(words), |(_, ours)| Translation::Listed(ours));
        }
        match self.loose.get(&folded(text)) {
            Some(words) if !text.is_empty() => match self.agreed(words) {
                Some((word, ours)) => Translation::Similar(word, ours),
                None => Translation::Open(words),
            },
            _ => Translation::NotListed,
        }
    }

    /// Translation of a word that is not listed; `None` for the word itself.
    pub fn other(&self) -> Option<&str> {
        self.other.as_deref()
    }

    /// The first of `words` and its translation, when all of them have the same one.
    fn agreed<'w>(&'w self, words: &'w [String]) -> Option<(&'w str, &'w str)> {
        let (first, rest) = words.split_first()?;
        let ours = self.exact.get(first)?;
        rest.iter().all(|word| self.exact.get(word) == Some(ours)).then_some((first, ours))
    }
}

/// A word without case and repeated spaces.
fn spelled(word: &str) -> String {
    let lower: String = word.nfc().flat_map(char::to_lowercase).collect();
    lower.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// `true`, `false`, `yes` or `no`, whatever the case.
pub(in crate::intake) fn truth_of(text: &str) -> Option<bool> {
    ["true", "yes"]
        .iter()
        .any(|word| text.eq_ignore_ascii_case(word))
        .then_some(true)
        .or_else(|| ["false", "no"].iter().any(|word| text.eq_ignore_ascii_case(word)).then_some(false))
}
