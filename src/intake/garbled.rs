//! Texts that were read in a wrong encoding once: UTF-8 that became Windows-1252, Mac and DOS text, lost characters.

use super::fault::FileFault;
use super::log::shown;
use encoding_rs::{SHIFT_JIS, WINDOWS_1252};

/// Bytes of letters with accents in Mac OS Roman that are signs in Windows-1252.
const MAC: &[u8] = &[
    0x80, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8A, 0x8C, 0x8D, 0x8E, 0x8F, 0x90, 0x91, 0x92, 0x94, 0x95, 0x96, 0x97, 0x99,
    0x9A, 0x9C, 0x9D, 0x9E, 0x9F, 0xA7,
];
/// Bytes of letters with accents in DOS code pages 437 and 850 that are signs in Windows-1252.
const DOS: &[u8] =
    &[0x81, 0x82, 0x83, 0x84, 0x85, 0x87, 0x88, 0x8A, 0x8E, 0x93, 0x94, 0x95, 0x96, 0x97, 0x99, 0x9A, 0xA4];

/// Encoding of a text that is not UTF-8, as far as its letters show it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Guess {
    /// Windows-1252.
    Windows,
    /// Mac OS Roman.
    Mac,
    /// A code page of DOS, which has no label.
    Dos,
}

impl Guess {
    /// The encoding of `bytes`: in a wrong one, letters inside of words become signs.
    pub fn of(bytes: &[u8]) -> Self {
        let (mut mac, mut dos, mut windows) = (0_usize, 0_usize, 0_usize);
        for window in bytes.windows(3) {
            let &[before, byte, after] = window else { continue };
            let is_inside = before.is_ascii_alphabetic() && after.is_ascii_alphabetic();
            if byte.is_ascii() || !is_inside {
                continue;
            }
            mac += usize::from(MAC.contains(&byte));
            dos += usize::from(DOS.contains(&byte));
            windows += usize::from(is_of_windows(before, byte, after));
        }
        match () {
            () if mac <= windows && dos <= windows => Self::Windows,
            () if dos > mac => Self::Dos,
            () => Self::Mac,
        }
    }
}

/// The text of `bytes` if they are Shift-JIS, as Japanese systems export CSV files: characters of two bytes in runs, where a
/// text in a Western encoding has single letters with accents.
pub(super) fn japanese(bytes: &[u8]) -> Option<String> {
    let (text, _, broken) = SHIFT_JIS.decode(bytes);
    if broken {
        return None;
    }
    let (mut all, mut beside, mut narrow, mut was) = (0_usize, 0_usize, 0_usize, false);
    for c in text.chars() {
        let is_foreign = !c.is_ascii();
        if is_foreign {
            let is_narrow = matches!(c, '\u{FF61}'..='\u{FF9F}');
            let is_wide = matches!(c, '\u{3000}'..='\u{30FF}' | '\u{4E00}'..='\u{9FFF}' | '\u{FF00}'..='\u{FFEF}' | '\u{2010}'..='\u{26FF}' | '×' | '÷' | '±' | '°' | '§' | '¶' | '´' | '¨');
            if !is_narrow && !is_wide {
                return None;
            }
            (all, narrow, beside) = (all + 1, narrow + usize::from(is_narrow), beside + usize::from(was));
        }
        was = is_foreign;
    }
    (all >= 4 && beside * 2 >= all && narrow * 2 <= all).then(|| text.into_owned())
}

/// True for a byte inside a word that is usual there in Windows-1252: a letter, an apostrophe, a dash before a name. `Š` and
/// `Ž` are so between capitals only: `é` of a Mac is the same byte.
fn is_of_windows(before: u8, byte: u8, after: u8) -> bool {
    match byte {
        0x8A | 0x8E => before.is_ascii_uppercase() && after.is_ascii_uppercase(),
        0x96 => after.is_ascii_uppercase(),
        0x92 | 0x9A | 0x9C | 0x9E => true,
        _ => byte >= 0xC0,
    }
}

/// The fault of a UTF-8 text with characters that were lost, or that were read in another encoding before; a text without
/// such characters has none.
pub(super) fn garbled(text: &str) -> Option<FileFault> {
    if text.is_ascii() {
        return None;
    }
    let line_of = |at: usize| text.as_bytes()[..at].iter().filter(|byte| **byte == b'\n').count() + 1;
    if let Some(at) = text.find('\u{FFFD}') {
        return Some(FileFault::LostCharacters { line: line_of(at), word: word_at(text, at) });
    }
    let mut at = 0;
    while let Some(start) = text[at..].find(|c: char| !c.is_ascii()).map(|found| at + found) {
        let end = text[start..].find(|c: char| c.is_ascii()).map_or(text.len(), |found| start + found);
        if let Some(original) = original(&text[start..end]) {
            let word = word_at(text, start);
            let original = shown(&word.replace(&text[start..end], &original));
            return Some(FileFault::DoubleEncoding { line: line_of(start), word, original });
        }
        at = end;
    }
    None
}

/// The characters whose UTF-8 was read as Windows-1252; `None` when `text` cannot have come about so.
fn original(text: &str) -> Option<String> {
    let (bytes, _, is_lossy) = WINDOWS_1252.encode(text);
    let original = std::str::from_utf8(&bytes).ok().filter(|_| !is_lossy && text.chars().count() > 1)?;
    let is_usual =
        |c: char| c.is_alphabetic() || matches!(c, '\u{A0}'..='\u{BF}' | '\u{2010}'..='\u{20CF}' | '\u{2122}');
    original.chars().all(is_usual).then(|| original.to_owned())
}

/// The word of `text` at `at`.
fn word_at(text: &str, at: usize) -> String {
    let is_end = |c: char| c.is_ascii() && !c.is_ascii_alphanumeric();
    let start = text[..at].rfind(is_end).map_or(0, |found| found + 1);
    let end = text[at..].find(is_end).map_or(text.len(), |found| at + found);
    shown(&text[start..end])
}

#[cfg(test)]
mod tests {
    use super::{FileFault, Guess, garbled};
    use encoding_rs::{MACINTOSH, WINDOWS_1252};

    #[test]
    fn text_that_was_decoded_twice_is_noticed_and_other_text_is_not() {
        let twice = |text: &str| {
            let (garbled, ..) = WINDOWS_1252.decode(text.as_bytes());
            garbled.into_owned()
        };
        for word in ["Müller", "Société", "100 €", "Łódź"] {
            assert!(matches!(garbled(&twice(word)), Some(FileFault::DoubleEncoding { .. })), "{word}");
            assert!(garbled(word).is_none(), "{word}");
        }
        for word in ["São Paulo", "Ångström", "Ã", "à l’œuvre", "Smørrebrød", "山田", "Björk & Žižek", "1 234,50 €"]
        {
            assert!(garbled(word).is_none(), "{word}");
        }
    }

    #[test]
    fn the_letters_of_words_decide_between_windows_and_mac() {
        for word in ["Müller", "Société Générale", "Bär", "Muñoz", "Straße"] {
            assert_eq!(Guess::of(&MACINTOSH.encode(word).0), Guess::Mac, "{word}");
            assert_eq!(Guess::of(&WINDOWS_1252.encode(word).0), Guess::Windows, "{word}");
        }
        for word in ["O’Neill", "Dvořák–Smith", "Kübler’s", "l’artisan", "KOŠIR", "Smith–Jones"] {
            assert_eq!(Guess::of(&WINDOWS_1252.encode(word).0), Guess::Windows, "{word}");
        }
        assert_eq!(Guess::of(b"M\x81ller, B\x84r"), Guess::Dos);
    }
}
