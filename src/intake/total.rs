//! Rows that are not data: totals, footers and repeated headers of an export, recognised by what they say of the rows
//! above them. A row that can be read as data is data, unless it is proven to be a total.

use super::binding::Binding;
use super::cell::Fields;
use super::fault::TableFault;
use super::group_total::group_totals;
use super::label::{Label, footer_phrase, group, is_comparison, is_statistic};
use super::log::shown;
use super::row_amounts::{Amounts, sum_of};
use super::row_evidence::{LABELLED, RowEvidence, is_header};
use super::shared::Shared;
use super::sheet::Sheet;
use crate::channel::Partner;
use crate::units::Currency;
use rust_decimal::Decimal;
use std::collections::{BTreeMap, BTreeSet};

/// Rows of a sheet that are not data.
#[derive(Debug, Default)]
pub(super) struct Verdict {
    /// Their numbers.
    pub rows: BTreeSet<u64>,
    /// The sum that the file states for all its rows; `None` when it states none.
    pub stated: Option<Decimal>,
    pub findings: Vec<(TableFault, u64)>,
}

impl Verdict {
    /// Looks at every row of `sheet`; once more when names such as `North Total` turn out to be those of groups.
    pub fn of(sheet: &Sheet, binding: &Binding<'_>, partners: &[Partner], shared: &Shared) -> Self {
        let evidence = RowEvidence { sheet, binding, partners };
        let walk = Walk::along(evidence, BTreeMap::new(), shared);
        let groups = if walk.open.is_empty() { BTreeMap::new() } else { group_totals(evidence, shared) };
        if groups.is_empty() { walk.finish() } else { Walk::along(evidence, groups, shared).finish() }
    }
}

/// A row that is not data unless data follows.
struct Pending {
    row: u64,
    text: String,
    /// Its amounts.
    amounts: Vec<Option<Decimal>>,
    /// True when it is named as a total.
    is_total: bool,
}

/// The rows of a sheet from the first to the last.
struct Walk<'a> {
    evidence: RowEvidence<'a>,
    amounts: Amounts<'a>,
    /// Rows that are totals of groups, with the sum of each group.
    groups: BTreeMap<u64, Decimal>,
    /// Names of totals that are read as partners.
    open: BTreeSet<String>,
    /// Sums of the rows so far.
    sums: Vec<Decimal>,
    /// Sums of the rows that the mapping's filters let through.
    admitted: Vec<Decimal>,
    /// Sums at the beginning and after each total: the places from which a total may count.
    marks: Vec<BTreeSet<Decimal>>,
    /// Rows of data so far.
    rows: u64,
    /// Latest texts of the first columns.
    above: [Box<str>; LABELLED],
    pending: Vec<Pending>,
    repeated: Option<(u64, u64)>,
    /// True when the row above is a total.
    is_below_total: bool,
    verdict: Verdict,
}

impl<'a> Walk<'a> {
    /// Looks at every row; `groups` are known to be totals of groups.
    fn along(evidence: RowEvidence<'a>, groups: BTreeMap<u64, Decimal>, shared: &Shared) -> Self {
        let amounts = Amounts::of(evidence.sheet, evidence.binding, shared);
        let sums = vec![Decimal::ZERO; amounts.count()];
        let mut walk = Self {
            evidence,
            amounts,
            groups,
            open: BTreeSet::new(),
            marks: vec![BTreeSet::from([Decimal::ZERO]); sums.len()],
            admitted: sums.clone(),
            sums,
            rows: 0,
            above: Default::default(),
            pending: Vec::new(),
            repeated: None,
            is_below_total: false,
            verdict: Verdict::default(),
        };
        let mut previous = evidence.sheet.heading_row;
        // Where reading stops is reported when the data is read.
        let _ = evidence.sheet.for_each(|row, fields| {
            walk.visit(row, fields, row > previous + 1);
            previous = row;
        });
        walk
    }

    fn visit(&mut self, row: u64, fields: Fields<'_>, after_gap: bool) {
        if is_header(self.evidence.sheet, fields) {
            self.repeated = Some(self.repeated.map_or((row, 1), |(first, count)| (first, count + 1)));
            self.verdict.rows.insert(row);
            return;
        }
        let amounts = self.amounts.read(row, fields);
        let labelled = self.evidence.labelled(fields);
        if self.is_figure(fields, &amounts) {
            let text = shown(fields.first());
            self.verdict.rows.insert(row);
            self.verdict.findings.push((TableFault::FigureRow { text }, row));
            return;
        }
        if self.is_known_total(row, labelled, &amounts) || self.is_balance(row, fields, &amounts) {
            self.is_below_total = true;
            return;
        }
        let name = labelled.filter(|(text, _)| !self.evidence.is_partner(text));
        let lacks = self.evidence.lacks(fields);
        // `Acme Total` below the rows of `Acme` needs no further proof, even below one row.
        let is_group = labelled
            .and_then(|(text, _)| group(text))
            .is_some_and(|group| self.above.iter().any(|above| &**above == group));
        if self.is_total(fields, &amounts, name.map(|(_, label)| label.is_exact), lacks || is_group) {
            self.total(row, name.map(|(text, _)| text).unwrap_or_default(), &amounts);
            self.is_below_total = true;
            return;
        }
        if name.is_some_and(|(_, label)| label.is_exact) && self.is_nearly_total(&amounts) {
            self.differing_total(row, labelled.map(|(text, _)| text).unwrap_or_default(), &amounts);
            self.is_below_total = true;
            return;
        }
        let counts_rows = name.is_some_and(|(_, label)| label.count == Some(self.rows)) && self.rows > 0;
        let is_named = name.is_some()
            && (lacks || counts_rows || (fields.filled() == 1 && (after_gap || self.evidence.is_ragged(fields))));
        let has_date = self.amounts.has_date(row, fields);
        // Lines such as `(12 records)` may follow a total at once.
        if is_named
            || self.is_compared(fields)
            || self.is_footer(fields, &amounts, (after_gap || self.is_below_total, lacks, has_date))
        {
            let text = fields.first().to_owned();
            self.open.extend(name.filter(|(_, label)| !label.is_exact).map(|(text, _)| text.to_owned()));
            self.pending.push(Pending { row, text, amounts, is_total: name.is_some() });
            return;
        }
        for held in std::mem::take(&mut self.pending) {
            self.add(&held.amounts, true);
        }
        let is_admitted = self.evidence.binding.left_out_by(fields).is_none();
        if is_admitted {
            self.mention(row, fields, &amounts, labelled.map(|(text, label)| (text, label.is_exact || is_group)));
        }
        for (index, above) in self.above.iter_mut().enumerate().filter(|(index, _)| !fields.text(*index).is_empty()) {
            *above = fields.text(index).into();
        }
        self.add(&amounts, is_admitted);
    }

    /// Warns about a row of data that is named as a total or balance, or has the sums of the rows above; about a name that
    /// may be a partner's, once.
    fn mention(&mut self, row: u64, fields: Fields<'_>, amounts: &[Option<Decimal>], labelled: Option<(&str, bool)>) {
        let Some(amount) = sum_of(amounts) else { return };
        if let Some((text, is_sure)) = labelled {
            let may_be = || !self.evidence.is_partner(text) && self.evidence.is_in_place_of_partner(fields, text);
            if is_sure || (may_be() && self.open.insert(text.to_owned())) {
                self.verdict.findings.push((TableFault::TotalRead { text: shown(text), amount }, row));
            }
        } else if let Some(text) = self.evidence.balance(fields) {
            self.verdict.findings.push((TableFault::BalanceRead { text: shown(text), amount }, row));
        } else if self.is_like_total(fields, amounts) {
            self.verdict.findings.push((TableFault::SumRead { text: shown(fields.first()) }, row));
        }
    }

    /// Leaves out a total of a group; false for any other row.
    fn is_known_total(&mut self, row: u64, labelled: Option<(&str, Label)>, amounts: &[Option<Decimal>]) -> bool {
        let Some(sum) = self.groups.get(&row).copied() else { return false };
        let text = shown(labelled.map_or("", |(text, _)| text));
        self.verdict.rows.insert(row);
        self.verdict.findings.push(match sum_of(amounts).filter(|stated| *stated != sum) {
            Some(stated) => (TableFault::TotalDiffers { text, stated, sum }, row),
            None => (TableFault::TotalRow { text }, row),
        });
        self.mark();
        true
    }

    /// Leaves out a balance whose amounts are the sums of the rows above; false for any other row.
    fn is_balance(&mut self, row: u64, fields: Fields<'_>, amounts: &[Option<Decimal>]) -> bool {
        let Some(text) = self.evidence.balance(fields) else { return false };
        let Some(amount) = sum_of(amounts).filter(|_| self.rows > 0 && self.are_sums(amounts)) else { return false };
        self.verdict.rows.insert(row);
        self.verdict.findings.push((TableFault::BalanceRow { text: shown(text), amount }, row));
        self.mark();
        true
    }

    /// True for a figure about the rows above: their number, their average, or percentages below a total.
    fn is_figure(&self, fields: Fields<'_>, amounts: &[Option<Decimal>]) -> bool {
        let texts = || (0..fields.len()).map(|index| fields.text(index)).filter(|text| !text.is_empty());
        let are_percent = || texts().count() > 1 && texts().skip(1).all(|text| text.ends_with('%'));
        if self.is_below_total && sum_of(amounts).is_none() && are_percent() {
            return true;
        }
        let named = || texts().take(LABELLED).find(|text| is_statistic(text));
        let Some(text) = named().filter(|_| self.rows > 1) else { return false };
        let is_average = |(amount, sum): (&Option<Decimal>, &Decimal)| {
            let times = |amount: Decimal| amount.checked_mul(Decimal::from(self.rows)).unwrap_or(Decimal::MAX);
            amount.is_none_or(|amount| {
                sum.checked_sub(times(amount)).unwrap_or(Decimal::MAX).abs() <= Decimal::from(self.rows)
            })
        };
        let is_proven = match sum_of(amounts) {
            None => self.evidence.lacks(fields),
            Some(_) => amounts.iter().zip(&self.sums).all(is_average),
        };
        is_proven && !self.evidence.is_partner(text)
    }

    /// True for a row below a total that is named as one to compare with it.
    fn is_compared(&self, fields: Fields<'_>) -> bool {
        let text = fields.first();
        let is_below = self.is_below_total || !self.pending.is_empty();
        is_below && (is_comparison(text) || is_statistic(text)) && !self.evidence.is_partner(text)
    }

    /// Notes a place from which a total may count.
    fn mark(&mut self) {
        for (marks, sum) in self.marks.iter_mut().zip(&self.sums) {
            marks.insert(*sum);
        }
    }

    /// Adds a row of data.
    fn add(&mut self, amounts: &[Option<Decimal>], is_admitted: bool) {
        self.rows += 1;
        self.is_below_total = false;
        for (index, amount) in amounts.iter().enumerate() {
            let Some(amount) = amount else { continue };
            if let Some(sum) = self.sums.get_mut(index) {
                *sum = sum.checked_add(*amount).unwrap_or(Decimal::MAX);
            }
            if let Some(sum) = self.admitted.get_mut(index).filter(|_| is_admitted) {
                *sum = sum.checked_add(*amount).unwrap_or(Decimal::MAX);
            }
        }
    }

    /// Leaves out a proven total.
    fn total(&mut self, row: u64, text: &str, amounts: &[Option<Decimal>]) {
        self.verdict.rows.insert(row);
        self.verdict.findings.push((TableFault::TotalRow { text: shown(text) }, row));
        let is_grand = amounts.iter().zip(&self.sums).all(|(amount, sum)| amount.is_none_or(|amount| amount == *sum));
        self.verdict.stated = if is_grand { sum_of(amounts) } else { None };
        self.mark();
    }

    /// True when each amount is the sum of the rows above, or of those below an earlier total.
    fn are_sums(&self, amounts: &[Option<Decimal>]) -> bool {
        let mut sums = amounts.iter().zip(&self.sums).zip(&self.admitted).zip(&self.marks);
        sums.all(|(((amount, sum), admitted), marks)| {
            amount.is_none_or(|amount| marks.contains(&(*sum - amount)) || amount == *admitted)
        })
    }

    /// True when the amounts of the row are the sums of the rows above, and nothing else speaks for data.
    ///
    /// `is_exact` says whether the row is named as a total, and by no other word.
    fn is_total(&self, fields: Fields<'_>, amounts: &[Option<Decimal>], is_exact: Option<bool>, lacks: bool) -> bool {
        let filled = amounts.iter().flatten().count();
        if filled == 0 || !self.are_sums(amounts) {
            return false;
        }
        match is_exact {
            // Words beside the total's name may be those of a partner, so more must agree than one amount.
            Some(is_exact) => lacks || (self.rows > 1 && (is_exact || filled > 1)),
            None => {
                let is_code = |text: &str| text.parse::<Currency>().is_ok();
                let is_bare = |text: &str| text.bytes().all(|byte| !byte.is_ascii_alphabetic()) || is_code(text);
                let codes = (0..fields.len()).filter(|index| is_code(fields.text(*index))).count();
                let are_bare = (0..fields.len()).all(|index| is_bare(fields.text(index)));
                lacks && are_bare && fields.filled() <= filled + codes + 1 && self.rows > 1
            }
        }
    }

    /// True when each amount of the row is nearly the sum of the rows above, or of those below an earlier total: totals are
    /// often rounded, and sums of rounded rows.
    fn is_nearly_total(&self, amounts: &[Option<Decimal>]) -> bool {
        let is_near = |(index, amount): (usize, &Option<Decimal>)| {
            let Some(amount) = amount else { return true };
            let sum = self.nearest_sum(index, *amount);
            let difference = sum.checked_sub(*amount).unwrap_or(Decimal::MAX).abs();
            difference.checked_mul(Decimal::ONE_HUNDRED).is_some_and(|times| times <= sum.abs())
        };
        let has_amount = amounts.iter().flatten().any(|amount| !amount.is_zero());
        self.rows > 1 && has_amount && amounts.iter().enumerate().all(is_near)
    }

    /// The sum of the rows above from one of the places from which a total may count, the one nearest to `amount`.
    fn nearest_sum(&self, index: usize, amount: Decimal) -> Decimal {
        let (Some(sum), Some(marks)) = (self.sums.get(index), self.marks.get(index)) else { return Decimal::ZERO };
        let sums = marks.iter().filter_map(|mark| sum.checked_sub(*mark));
        let sums = sums.chain(self.admitted.get(index).copied());
        sums.min_by_key(|sum| sum.checked_sub(amount).unwrap_or(Decimal::MAX).abs()).unwrap_or_default()
    }

    /// Leaves out a total that differs from the rows above.
    fn differing_total(&mut self, row: u64, text: &str, amounts: &[Option<Decimal>]) {
        self.verdict.rows.insert(row);
        let Some(stated) = sum_of(amounts) else { return };
        let known = amounts.iter().enumerate().filter_map(|(index, amount)| Some((index, (*amount)?)));
        let sum = known.map(|(index, amount)| self.nearest_sum(index, amount)).sum();
        self.verdict.findings.push((TableFault::TotalDiffers { text: shown(text), stated, sum }, row));
        self.verdict.stated = Some(stated);
        self.mark();
    }

    /// True for a row that can be read as data and is named as a figure about the others, or has their sums in several
    /// columns.
    fn is_like_total(&self, fields: Fields<'_>, amounts: &[Option<Decimal>]) -> bool {
        let is_sum = |(amount, sum): (&Option<Decimal>, &Decimal)| amount.is_none_or(|amount| amount == *sum);
        let is_known = amounts.iter().flatten().filter(|amount| !amount.is_zero()).count() > 1;
        let is_named = || (0..LABELLED).any(|index| is_statistic(fields.text(index)));
        is_known && self.rows > 1 && (amounts.iter().zip(&self.sums).all(is_sum) || is_named())
    }

    /// True for lines below the data: they follow an empty row or each other, and state no amount.
    ///
    /// `has_date` says whether the cell of the month or date is one: then the row is data that a break has cut.
    fn is_footer(
        &self,
        fields: Fields<'_>,
        amounts: &[Option<Decimal>],
        (after_gap, lacks, has_date): (bool, bool, bool),
    ) -> bool {
        let follows_data = !after_gap && self.pending.is_empty();
        if follows_data || amounts.iter().any(Option::is_some) || self.evidence.names_partner(fields) || has_date {
            return false;
        }
        let is_phrase = (0..fields.len()).any(|index| footer_phrase(fields.text(index)));
        let has_amounts = !amounts.is_empty();
        // A forgotten delimiter behind an identifier is an error; a line of words is the title of a report.
        let has_words = fields.text(0).contains(' ');
        let is_recognised = is_phrase || (has_amounts && lacks);
        fields.filled() <= 2
            && (is_recognised || (self.evidence.is_ragged(fields) && (has_words || !self.pending.is_empty())))
    }

    fn finish(mut self) -> Verdict {
        if let Some((row, rows)) = self.repeated {
            self.verdict.findings.push((TableFault::RepeatedHeader { rows }, row));
        }
        let footer: Vec<&Pending> =
            self.pending.iter().filter(|one| !(one.is_total && one.amounts.iter().any(Option::is_some))).collect();
        if let Some(first) = footer.first() {
            let fault = TableFault::Footer { text: shown(&first.text), rows: footer.len() };
            self.verdict.findings.push((fault, first.row));
        }
        for held in std::mem::take(&mut self.pending) {
            self.verdict.rows.insert(held.row);
            if held.is_total {
                self.differing_total(held.row, &held.text, &held.amounts);
            }
        }
        self.verdict
    }
}
