//! Inputs made of a corpus: a small mutator whose result depends on its seed alone.

/// Numbers at which something often breaks.
const NUMBERS: [&[u8]; 8] =
    [b"0", b"-1", b"255", b"65536", b"2147483648", b"4294967296", b"9223372036854775808", b"0.1e-999"];

/// Makes inputs from a seed (SplitMix64: the published generator of Steele, Lea and Flood).
pub struct Mutator(u64);

impl Mutator {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x2545_f491_4f6c_dd1d) ^ 0x9e37_79b9_7f4a_7c15)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`, which is not 0.
    fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }

    /// A range of at most 64 bytes within `length` bytes.
    fn range(&mut self, length: usize) -> std::ops::Range<usize> {
        let start = self.below(length.max(1)).min(length);
        start..(start + 1 + self.below(64)).min(length)
    }

    /// One input: a member of the corpus with one to six changes.
    pub fn input(&mut self, corpus: &[Vec<u8>], words: &[Vec<u8>], longest: usize) -> Vec<u8> {
        let mut bytes = corpus[self.below(corpus.len())].clone();
        for _ in 0..=self.below(6) {
            self.change(&mut bytes, corpus, words);
        }
        bytes.truncate(longest);
        bytes
    }

    fn change(&mut self, bytes: &mut Vec<u8>, corpus: &[Vec<u8>], words: &[Vec<u8>]) {
        let at = self.below(bytes.len() + 1);
        match self.below(8) {
            0 if at < bytes.len() => bytes[at] ^= 1 << self.below(8),
            1 if at < bytes.len() => bytes[at] = self.next() as u8,
            2 => drop(bytes.drain(self.range(bytes.len()))),
            3 => {
                let copy = bytes[self.range(bytes.len())].to_vec();
                bytes.splice(at..at, copy);
            }
            4 if !words.is_empty() => {
                let word = words[self.below(words.len())].clone();
                bytes.splice(at..at, word);
            }
            5 => {
                // A number in the place of another.
                let end = bytes[at..].iter().take_while(|byte| byte.is_ascii_digit()).count() + at;
                bytes.splice(at..end, NUMBERS[self.below(NUMBERS.len())].iter().copied());
            }
            6 => {
                let other = &corpus[self.below(corpus.len())];
                let part = other[self.range(other.len())].to_vec();
                bytes.splice(at..at, part);
            }
            _ => {
                // The end of another member of the corpus.
                let other = &corpus[self.below(corpus.len())];
                let from = self.below(other.len() + 1);
                bytes.truncate(at);
                bytes.extend_from_slice(&other[from..]);
            }
        }
    }
}

/// The words of a libFuzzer dictionary: `"text"` or `name="text"`, with `\\`, `\"` and `\xAB`.
pub fn dictionary(text: &str) -> Vec<Vec<u8>> {
    let word = |line: &str| {
        let line = line.trim();
        if line.starts_with('#') {
            return None;
        }
        let (_, rest) = line.split_once('"')?;
        let (quoted, _) = rest.rsplit_once('"')?;
        let mut bytes = Vec::new();
        let mut rest = quoted.as_bytes();
        while let [first, after @ ..] = rest {
            rest = match (first, after) {
                (b'\\', [b'x', high, low, after @ ..]) => {
                    let digits = [*high, *low];
                    bytes.push(u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?);
                    after
                }
                (b'\\', [escaped, after @ ..]) => {
                    bytes.push(*escaped);
                    after
                }
                _ => {
                    bytes.push(*first);
                    after
                }
            };
        }
        Some(bytes)
    };
    text.lines().filter_map(word).collect()
}

#[test]
fn words_of_a_dictionary_are_read() {
    let words = dictionary("# \"no\"\n\"ab\"\nname=\"a\\\"b\\\\\\x0a\"\n\n");
    assert_eq!(words, [b"ab".to_vec(), b"a\"b\\\n".to_vec()]);
}

#[test]
fn the_same_seed_makes_the_same_input() {
    let corpus = [b"partner_id,month\n".to_vec(), b"{\"a\": 12}".to_vec()];
    let make = |seed| Mutator::new(seed).input(&corpus, &[b"word".to_vec()], 100);
    assert_eq!(make(7), make(7));
    let different: std::collections::BTreeSet<Vec<u8>> = (0..100).map(make).collect();
    assert!(different.len() > 80, "{}", different.len());
}
