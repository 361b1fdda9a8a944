//! Numbers of documents whose letters say what kind each is: `INV-1001` and `CN-1002`.

use super::amounts::RowAmount;
use super::profile::Column;
use super::section::Draft;
use super::shares::{Filters, Shares, is_read, parts, same};
use crate::finding::{counted, listed};
use crate::units::grouped;
use std::collections::BTreeMap;

/// Prefixes of credit notes and returns, lower case.
const CREDITS: &str = "cn cr crn crm cm cmo scn scr scm rma ret rtn rts ref rfd rf gs gu gut st sto sr av avo nc na rt rinv \
    rbill rc rcn cred credit zg2 zre nota abono resi reso";
/// Most kinds of documents in a column.
const MOST_KINDS: usize = 8;
/// Longest prefix, in letters.
const LONGEST: usize = 6;
/// Of how many values one may be of another form.
const VALUES_PER_OTHER: usize = 20;

/// The letters with which the number of a document begins, upper case.
pub(super) fn prefix(text: &str) -> Option<String> {
    let letters: String = text.chars().take_while(|c| c.is_alphabetic()).collect();
    let rest = text.get(letters.len()..)?.trim_start_matches(['-', '/', '_', '#', '.', ' ', ':']);
    let is_number = rest.bytes().next().is_some_and(|byte| byte.is_ascii_digit());
    let is_short = (1..=LONGEST).contains(&letters.chars().count());
    (is_number && is_short).then(|| letters.to_uppercase())
}

/// True for a column of numbers of documents of several kinds.
pub(super) fn is_numbered(column: &Column) -> bool {
    if column.values.len() < 4 || column.is_amount() || column.is_date() {
        return false;
    }
    let mut kinds: BTreeMap<String, usize> = BTreeMap::new();
    let mut others = 0;
    for value in column.values.keys() {
        match prefix(value) {
            Some(kind) => *kinds.entry(kind).or_default() += 1,
            None => others += 1,
        }
        if kinds.len() > MOST_KINDS || others * VALUES_PER_OTHER > column.values.len() {
            return false;
        }
    }
    // `A1`, `B2` are names of places as well.
    kinds.len() > 1 && kinds.len() * 2 <= column.values.len()
}

/// Rows and amounts by the prefixes of the numbers in each such column.
pub(super) fn by_prefix(draft: &Draft<'_>, amount: &RowAmount) -> Vec<Shares> {
    let is_bound = |column: &Column| draft.bound.iter().any(|(_, bound)| std::ptr::eq(*bound, column));
    let columns = draft.profile.columns.iter().filter(|column| !is_bound(column) && is_numbered(column));
    columns.map(|column| shares_of(draft, amount, &column.heading)).collect()
}

fn shares_of(draft: &Draft<'_>, amount: &RowAmount, heading: &str) -> Shares {
    let mut found = Shares { heading: heading.to_owned(), is_known: amount.is_known(), values: BTreeMap::new() };
    let filters = Filters::of(draft);
    for part in parts(draft) {
        let Some(column) = same(part, heading) else { continue };
        let (filters, amount) = (filters.at(part), amount.at(draft.profile, part));
        part.rows(|row, fields| {
            let Some(own) = amount.read(fields).filter(|_| is_read(&filters, fields)) else { return };
            let kind = prefix(fields.text(column.index)).map_or_else(|| "other".to_owned(), |kind| kind + "…");
            found.values.entry(kind.into()).or_default().add(own, (part.table, row));
        });
    }
    found
}

/// Asks about numbers that begin like those of credit notes and have amounts above zero.
pub(super) fn prefixes(draft: &mut Draft<'_>, amount: &RowAmount) {
    for one in by_prefix(draft, amount) {
        let is_credit = |kind: &str| {
            let kind = kind.trim_end_matches('…').to_lowercase();
            CREDITS.split_whitespace().any(|credit| credit == kind)
        };
        let (credits, all) = (one.share(is_credit), one.share(|_| true));
        if credits.rows * 2 >= all.rows || credits.positive.is_zero() || draft.is_asked(&one.heading) {
            continue;
        }
        let kinds = one.values.keys().filter(|kind| is_credit(kind));
        let kinds: Vec<&str> = kinds.map(|kind| kind.trim_end_matches('…')).collect();
        let question = format!(
            "the document numbers of {} start with {} ({}): are these credit notes? They are added now; to subtract them, export them with a minus sign, or with a \
             column that says so for `subtract`",
            counted(credits.rows, "row"),
            listed(&kinds),
            grouped(credits.sum),
        );
        draft.ask_rows(&one.heading, &[credits.set], question);
    }
}
