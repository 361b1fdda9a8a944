//! Index of matching rules: one bit per rule for each range of each column, so that no rule is examined one by one.

use super::cuts::{RangeId, Ranges};

/// Most words of 64 bits that the index of one table may take (32 MiB). Columns beyond are asked rule by rule.
const MAX_WORDS: usize = 4 << 20;

/// A set of rules, one bit each.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct RuleSet(pub(crate) Vec<u64>);

impl RuleSet {
    pub(crate) fn all(rules: usize) -> Self {
        let mut words = vec![u64::MAX; rules.div_ceil(64)];
        if let Some(last) = words.last_mut()
            && !rules.is_multiple_of(64)
        {
            *last = (1 << (rules % 64)) - 1;
        }
        Self(words)
    }

    pub(crate) fn none(rules: usize) -> Self {
        Self(vec![0; rules.div_ceil(64)])
    }

    pub(crate) fn insert(&mut self, rule: usize) {
        self.0[rule / 64] |= 1 << (rule % 64);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.iter().all(|word| *word == 0)
    }

    pub(crate) fn and(&self, other: &[u64]) -> Self {
        Self(self.0.iter().zip(other).map(|(a, b)| a & b).collect())
    }

    /// The rules, ascending.
    pub(crate) fn iter(&self) -> impl Iterator<Item = usize> + '_ {
        self.0.iter().enumerate().flat_map(|(at, word)| {
            let mut rest = *word;
            std::iter::from_fn(move || {
                if rest == 0 {
                    return None;
                }
                let bit = rest.trailing_zeros() as usize;
                rest &= rest - 1;
                Some(at * 64 + bit)
            })
        })
    }
}

/// The columns of a table cut into ranges, and the rules that match in each.
#[derive(Debug)]
pub(crate) struct Index {
    pub(crate) columns: Vec<Ranges>,
    rules: usize,
    words: usize,
    /// Per column: one set of rules per range, laid end to end; `None` for columns beyond the bound.
    sets: Vec<Option<Vec<u64>>>,
}

impl Index {
    pub(crate) fn new(columns: Vec<Ranges>, rules: usize) -> Self {
        let words = rules.div_ceil(64);
        let mut left = MAX_WORDS;
        let mut sets = Vec::with_capacity(columns.len());
        for column in &columns {
            let size = column.count().saturating_mul(words);
            let fits = size <= left;
            left -= if fits { size } else { 0 };
            sets.push(fits.then(|| rule_sets(column, rules, words)));
        }
        Self { columns, rules, words, sets }
    }

    /// The rules whose cell in `column` matches the values of range `id`; `None` beyond the bound.
    pub(crate) fn matching(&self, column: usize, id: RangeId) -> Option<&[u64]> {
        self.sets[column].as_ref().map(|sets| &sets[id * self.words..(id + 1) * self.words])
    }

    /// The rules that match in every column.
    pub(crate) fn matched(&self, ids: &[RangeId]) -> RuleSet {
        let mut matched = RuleSet::all(self.rules);
        for (column, id) in ids.iter().enumerate() {
            if let Some(set) = self.matching(column, *id) {
                matched = matched.and(set);
            }
        }
        for (column, id) in ids.iter().enumerate().filter(|(column, _)| self.sets[*column].is_none()) {
            let failing: Vec<usize> = matched.iter().filter(|rule| !self.columns[column].matches(*rule, *id)).collect();
            for rule in failing {
                matched.0[rule / 64] &= !(1 << (rule % 64));
            }
        }
        matched
    }

    /// The rules that match in every column but one, with that column; ascending by rule.
    pub(crate) fn missed_by_one(&self, ids: &[RangeId]) -> Vec<(usize, usize)> {
        let mut once = RuleSet::none(self.rules);
        let mut often = RuleSet::none(self.rules);
        for (column, id) in ids.iter().enumerate() {
            let scanned;
            let matching = match self.matching(column, *id) {
                Some(set) => set,
                None => {
                    scanned = self.scan(column, *id);
                    &scanned.0
                }
            };
            for (at, matching) in matching.iter().enumerate() {
                often.0[at] |= once.0[at] & !matching;
                once.0[at] |= !matching;
            }
        }
        let exactly: Vec<u64> = once.0.iter().zip(&often.0).map(|(once, often)| once & !often).collect();
        let failing = |rule: usize| (0..ids.len()).find(|column| !self.columns[*column].matches(rule, ids[*column]));
        RuleSet::all(self.rules)
            .and(&exactly)
            .iter()
            .filter_map(|rule| failing(rule).map(|column| (rule, column)))
            .collect()
    }

    fn scan(&self, column: usize, id: RangeId) -> RuleSet {
        let mut set = RuleSet::none(self.rules);
        for rule in (0..self.rules).filter(|rule| self.columns[column].matches(*rule, id)) {
            set.insert(rule);
        }
        set
    }
}

/// Sweeps the ranges upwards: a rule's bit turns on where an interval of its cell begins, off after it ends.
fn rule_sets(column: &Ranges, rules: usize, words: usize) -> Vec<u64> {
    let mut turns: Vec<(RangeId, usize, bool)> = Vec::new();
    for rule in 0..rules {
        for (from, to) in column.cell(rule) {
            turns.push((*from, rule, true));
            turns.push((*to + 1, rule, false));
        }
    }
    turns.sort_unstable();
    let mut turns = turns.into_iter().peekable();
    let mut current = vec![0u64; words];
    let mut out = Vec::with_capacity(column.count() * words);
    for id in 0..column.count() {
        while let Some((_, rule, on)) = turns.next_if(|(at, ..)| *at == id) {
            if on {
                current[rule / 64] |= 1 << (rule % 64);
            } else {
                current[rule / 64] &= !(1 << (rule % 64));
            }
        }
        out.extend_from_slice(&current);
    }
    out
}
