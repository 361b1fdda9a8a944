//! Names of months in the languages in which exports write them.

use unicode_normalization::UnicodeNormalization;

/// Names and abbreviations of the months: English, German, French, Spanish, Italian, Dutch, Portuguese. In lower case,
/// without accents; each means one month in all of these languages.
const WORDS: [&[&str]; 12] = [
    &[
        "january", "jan", "januar", "janner", "jann", "janvier", "janv", "enero", "ene", "gennaio", "gen", "januari",
        "janeiro",
    ],
    &["february", "feb", "februar", "feber", "fevrier", "fevr", "fev", "febrero", "febbraio", "februari", "fevereiro"],
    &["march", "mar", "marz", "maerz", "mrz", "mars", "marzo", "maart", "mrt", "marco"],
    &["april", "apr", "avril", "avr", "abril", "abr", "aprile"],
    &["may", "mai", "mayo", "maggio", "mag", "mei", "maio"],
    &["june", "jun", "juni", "juin", "junio", "giugno", "giu", "junho"],
    &["july", "jul", "juli", "juillet", "juil", "julio", "luglio", "lug", "julho"],
    &["august", "aug", "aout", "agosto", "ago", "augustus"],
    &["september", "sep", "sept", "septembre", "septiembre", "setiembre", "settembre", "set", "setembro"],
    &["october", "oct", "oktober", "okt", "octobre", "octubre", "ottobre", "ott", "outubro", "out"],
    &["november", "nov", "novembre", "noviembre", "novembro"],
    &["december", "dec", "dezember", "dez", "decembre", "diciembre", "dic", "dicembre", "dezembro"],
];

/// Returns the number of the month that `word` names, 1 to 12, whatever its case and accents.
pub(in crate::intake) fn month_number(word: &str) -> Option<u32> {
    if word.len() < 3 || word.len() > 14 {
        return None;
    }
    let folded: String =
        word.nfd().filter(|c| !('\u{0300}'..='\u{036F}').contains(c)).flat_map(char::to_lowercase).collect();
    (1..).zip(WORDS).find(|(_, words)| words.contains(&folded.as_str())).map(|(number, _)| number)
}
