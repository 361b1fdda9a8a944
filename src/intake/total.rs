//! Rows that are not data: totals, footers and repeated headers of an export, recognised by what they say of the rows
//! above them. A row that can be read as data is data, unless it is proven to be a total.

use super::binding::{Binding, Source};
use super::cell::Fields;
use super::fault::TableFault;
use super::label::{footer_phrase, group, is_statistic, label};
use super::log::shown;
use super::row_amounts::{Amounts, sum_of};
use super::shared::Shared;
use super::sheet::{Numbering, Sheet};
use super::table::{Field, TableKind, is_same_heading};
use crate::channel::{LeftOutBy, Partner};
use crate::finding::Finding;
use crate::units::{Currency, Money};
use rust_decimal::Decimal;
use std::collections::BTreeSet;

/// Columns among the first ones in which a total may have its name.
const LABELLED: usize = 4;

/// Decides for each row of a sheet whether it is data; looks at the whole sheet once a row may not be.
pub(super) struct Sorting<'a> {
    sheet: &'a Sheet,
    binding: &'a Binding<'a>,
    partners: &'a [Partner],
    previous: u64,
    verdict: Option<Verdict>,
}

/// Rows of a sheet that are not data.
#[derive(Debug, Default)]
pub(super) struct Verdict {
    /// Their numbers.
    pub rows: BTreeSet<u64>,
    /// The sum that the file states for all its rows; `None` when it states none.
    pub stated: Option<Decimal>,
    findings: Vec<(TableFault, u64)>,
}

impl<'a> Sorting<'a> {
    /// The rows of `sheet`; `partners` are those of the book, as far as they are known.
    pub fn new(sheet: &'a Sheet, binding: &'a Binding<'a>, partners: &'a [Partner]) -> Self {
        Self { sheet, binding, partners, previous: sheet.heading_row, verdict: None }
    }

    /// True when the row is not data. Rows come in their order.
    pub fn leaves_out(&mut self, row: u64, fields: Fields<'_>, shared: &Shared) -> bool {
        let after_gap = row > self.previous + 1;
        self.previous = row;
        if self.sheet.numbering != Numbering::Rows {
            return false;
        }
        if let Some(left_out) = &self.binding.left_out {
            return left_out.contains(&row);
        }
        if self.verdict.is_none() && self.is_suspect(fields, after_gap) {
            self.verdict = Some(Verdict::of(self.sheet, self.binding, self.partners, shared));
        }
        self.verdict.as_ref().is_some_and(|verdict| verdict.rows.contains(&row))
    }

    /// Reports and counts what was left out, and the total that the file states.
    pub fn report(self, shared: &mut Shared) {
        let Some(verdict) = self.verdict else { return };
        for (fault, row) in verdict.findings {
            match &fault {
                TableFault::Footer { text, rows } => {
                    shared.tally.leave_out(LeftOutBy::Footer, "", *rows, row, text);
                }
                TableFault::RepeatedHeader { rows } => {
                    let rows = usize::try_from(*rows).unwrap_or(usize::MAX);
                    shared.tally.leave_out(LeftOutBy::Footer, "", rows, row, "");
                }
                TableFault::TotalRow { text } | TableFault::TotalDiffers { text, .. } => {
                    shared.tally.leave_out(LeftOutBy::Total, "", 1, row, text);
                }
                _ => {}
            }
            shared.log.add(Finding::from(fault).at(self.binding.location.place(row, "", "")));
        }
        shared.tally.stated_total = verdict.stated.and_then(|stated| Money::bounded(stated, shared.currency()).ok());
    }

    /// True when the row looks unlike data, at little cost.
    fn is_suspect(&self, fields: Fields<'_>, after_gap: bool) -> bool {
        // A table with one column per period shows its sums: its rows are few, and its columns many.
        let is_unpivoted = self.sheet.reshape.as_ref().is_some_and(|shape| shape.unpivot.is_some());
        after_gap
            || is_unpivoted
            || (0..LABELLED).any(|index| label(fields.text(index)).is_some())
            || is_header(self.sheet, fields)
            || matches!(fields, Fields::Record(record) if record.len() < self.binding.width)
            || matches!(self.binding.source(Field::PartnerId), Source::Column(index) if fields.text(*index).is_empty())
    }
}

/// True when the cells of the row are the column names.
fn is_header(sheet: &Sheet, fields: Fields<'_>) -> bool {
    let named = || sheet.headings[..sheet.columns()].iter().enumerate().filter(|(_, heading)| !heading.is_empty());
    named().next().is_some_and(|(index, heading)| fields.text(index) == heading)
        && named().all(|(index, heading)| fields.text(index) == heading)
}

impl Verdict {
    /// Looks at every row of `sheet`.
    pub fn of(sheet: &Sheet, binding: &Binding<'_>, partners: &[Partner], shared: &Shared) -> Self {
        let amounts = Amounts::of(sheet, binding, shared);
        let sums = vec![Decimal::ZERO; amounts.count()];
        let marks = vec![BTreeSet::from([Decimal::ZERO]); sums.len()];
        let mut walk = Walk {
            sheet,
            binding,
            partners,
            amounts,
            admitted: sums.clone(),
            sums,
            marks,
            rows: 0,
            above: Default::default(),
            pending: Vec::new(),
            repeated: None,
            is_below_total: false,
            verdict: Self::default(),
        };
        let mut previous = sheet.heading_row;
        // Where reading stops is reported when the data is read.
        let _ = sheet.for_each(|row, fields| {
            walk.visit(row, fields, row > previous + 1);
            previous = row;
        });
        walk.finish()
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
    sheet: &'a Sheet,
    binding: &'a Binding<'a>,
    partners: &'a [Partner],
    amounts: Amounts<'a>,
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

impl Walk<'_> {
    fn visit(&mut self, row: u64, fields: Fields<'_>, after_gap: bool) {
        if is_header(self.sheet, fields) {
            self.repeated = Some(self.repeated.map_or((row, 1), |(first, count)| (first, count + 1)));
            self.verdict.rows.insert(row);
            return;
        }
        let amounts = self.amounts.read(row, fields);
        let labelled = (0..LABELLED).find_map(|index| Some((fields.text(index), label(fields.text(index))?)));
        let name = labelled.filter(|(text, _)| !self.is_partner(text));
        let lacks = self.lacks(fields);
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
        let is_named =
            name.is_some() && (lacks || counts_rows || (fields.filled() == 1 && (after_gap || self.is_ragged(fields))));
        let has_date = self.amounts.has_date(row, fields);
        // Lines such as `(12 records)` may follow a total at once.
        if is_named || self.is_footer(fields, &amounts, (after_gap || self.is_below_total, lacks, has_date)) {
            let text = (0..fields.len()).map(|index| fields.text(index)).find(|text| !text.is_empty());
            let text = text.unwrap_or_default().to_owned();
            self.pending.push(Pending { row, text, amounts, is_total: name.is_some() });
            return;
        }
        for held in std::mem::take(&mut self.pending) {
            self.add(&held.amounts, true);
        }
        let is_admitted = self.binding.left_out_by(fields).is_none();
        if !is_admitted {
            // The mapping file says that it is not data.
        } else if let Some((text, _)) =
            labelled.filter(|(_, label)| (label.is_exact || is_group) && sum_of(&amounts).is_some())
        {
            self.verdict.findings.push((TableFault::TotalRead { text: shown(text) }, row));
        } else if self.is_like_total(fields, &amounts) {
            let text =
                (0..fields.len()).map(|index| fields.text(index)).find(|text| !text.is_empty()).unwrap_or_default();
            self.verdict.findings.push((TableFault::SumRead { text: shown(text) }, row));
        }
        for (index, above) in self.above.iter_mut().enumerate().filter(|(index, _)| !fields.text(*index).is_empty()) {
            *above = fields.text(index).into();
        }
        self.add(&amounts, is_admitted);
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
        for (marks, sum) in self.marks.iter_mut().zip(&self.sums) {
            marks.insert(*sum);
        }
    }

    /// True when the amounts of the row are the sums of the rows above, and nothing else speaks for data.
    ///
    /// `is_exact` says whether the row is named as a total, and by no other word.
    fn is_total(&self, fields: Fields<'_>, amounts: &[Option<Decimal>], is_exact: Option<bool>, lacks: bool) -> bool {
        let filled = amounts.iter().flatten().count();
        let sums = || amounts.iter().zip(&self.sums).zip(&self.admitted).zip(&self.marks);
        let is_sum = sums().all(|(((amount, sum), admitted), marks)| {
            amount.is_none_or(|amount| marks.contains(&(*sum - amount)) || amount == *admitted)
        });
        if filled == 0 || !is_sum {
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
        for (marks, sum) in self.marks.iter_mut().zip(&self.sums) {
            marks.insert(*sum);
        }
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
        if follows_data || amounts.iter().any(Option::is_some) || self.names_partner(fields) || has_date {
            return false;
        }
        let is_phrase = (0..fields.len()).any(|index| footer_phrase(fields.text(index)));
        let has_amounts = !amounts.is_empty();
        // A forgotten delimiter behind an identifier is an error; a line of words is the title of a report.
        let has_words = fields.text(0).contains(' ');
        let is_recognised = is_phrase || (has_amounts && lacks);
        fields.filled() <= 2 && (is_recognised || (self.is_ragged(fields) && (has_words || !self.pending.is_empty())))
    }

    /// True when a value that data must have is missing.
    fn lacks(&self, fields: Fields<'_>) -> bool {
        let fill = self.sheet.reshape.as_ref().map_or(&[][..], |shape| &shape.fill);
        let is_missing = |field: Field| match self.binding.source(field) {
            Source::Column(index) => {
                *index < self.sheet.columns() && fields.text(*index).is_empty() && !fill.contains(index)
            }
            Source::Absent | Source::Constant(_) => false,
        };
        let table = self.binding.table;
        let required = table.columns.iter().filter(|column| column.required).map(|column| column.field);
        let is_revenue = table.kind == TableKind::Revenue;
        let month = [Field::Month, Field::Period].into_iter().filter(|field| is_revenue && self.binding.has(*field));
        let has_month = is_revenue && month.clone().any(|field| !is_missing(field));
        required.clone().any(is_missing) || (is_revenue && month.clone().count() > 0 && !has_month)
    }

    /// True for a row of a text file that has fewer fields than there are columns.
    fn is_ragged(&self, fields: Fields<'_>) -> bool {
        matches!(fields, Fields::Record(record) if record.len() < self.binding.width)
    }

    /// True when the row names a partner of the book, which no line below the data does.
    fn names_partner(&self, fields: Fields<'_>) -> bool {
        let Source::Column(index) = self.binding.source(Field::PartnerId) else { return false };
        let id = fields.text(*index);
        !id.is_empty() && self.is_partner(id)
    }

    fn is_partner(&self, text: &str) -> bool {
        self.partners.binary_search_by(|partner| (*partner.id).cmp(text)).is_ok()
            || (self.partners.len() < 10_000 && self.partners.iter().any(|one| is_same_heading(&one.id, text)))
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
