//! Lists of words in backticks, as messages and help name them.

/// Returns the words in backticks, separated by commas: `` `a`, `b` ``; empty without words.
///
/// ```
/// use quotient::finding::quoted;
/// assert_eq!(quoted(["Gold", "Silver"]), "`Gold`, `Silver`");
/// assert_eq!(quoted([] as [&str; 0]), "");
/// ```
pub fn quoted<W: AsRef<str>>(words: impl IntoIterator<Item = W>) -> String {
    words.into_iter().map(|word| format!("`{}`", word.as_ref())).collect::<Vec<_>>().join(", ")
}
