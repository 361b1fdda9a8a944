//! The partner of a table none of whose headings names one: the likeliest column, which is assumed with a question.

use super::super::table::Field;
use super::profile::{Column, Profile};
use super::role::{has_word, words};
use super::suspect_words::{COSTS, has_phrase};
use std::cmp::Reverse;

/// Words of columns that are not partners, whatever their values.
const OTHERS: &str = "product products item items sku article artikel articulo producto produit prodotto model brand make \
    description category categories subcategory line type kind class status stage order orders invoice document receipt \
    transaction ticket record row index currency month year quarter week weekday day date time payment method mode priority \
    ship shipping delivery channel gender sex age size color colour scenario version comment comments note notes phone email \
    address street zip postal url unit units quantity qty price amount flag season event holiday promo promotion coupon \
    reason tax material engine transmission";
/// Words of organisations.
const ORGANISATIONS: &str = "company firm organisation organization business group supplier vendor name hospital hotel \
    restaurant school university institution member";
/// Words of persons who sell.
const PERSONS: &str =
    "salesperson salesman seller rep reps representative agent manager person vendedor verkäufer vendeur";
/// Words of places and parts of an organisation.
const PLACES: &str = "county division district department location city town region territory area state province country \
    zone office site warehouse provincia comunidad région ville pays land stadt gebiet ort bezirk kreis municipality";
/// Ends of the names of companies, lower case.
const LEGAL_FORMS: [&str; 18] = [
    "inc", "ltd", "llc", "gmbh", "ag", "kg", "sa", "bv", "corp", "co", "plc", "sarl", "spa", "srl", "ab", "oy", "pty",
    "limited",
];

/// The column of `profile` that most likely has the partners; each has several rows unless the table has one column per
/// period (`is_wide`).
pub(super) fn assumed(profile: &Profile, is_wide: bool) -> Option<&Column> {
    likeliest(profile, is_wide).map(|(_, column)| column)
}

/// The column of `profile` that most likely has the partners, if it has organisations.
pub(super) fn organisations(profile: &Profile) -> Option<&Column> {
    likeliest(profile, false).filter(|(kind, _)| *kind == 0).map(|(_, column)| column)
}

/// The likeliest column, and its kind: 0 for organisations.
fn likeliest(profile: &Profile, is_wide: bool) -> Option<(usize, &Column)> {
    let is_candidate = |column: &&Column| {
        let (filled, values) = (column.filled, column.values.len() as u64);
        let is_other = (has_word(&column.heading, OTHERS) && !has_word(&column.heading, PLACES))
            || [Field::Currency, Field::Status, Field::Stage, Field::OpportunityId]
                .iter()
                .any(|field| column.rank(*field).is_some() && !has_word(&column.heading, PLACES));
        let repeats = is_wide || values * 2 <= filled;
        values > 1
            && filled * 10 >= profile.rows * 9
            && repeats
            && !is_other
            && is_words(column)
            && !column.are_numbers()
    };
    let kind = |column: &Column| {
        let heading = column.heading.as_str();
        if are_companies(column) || has_word(heading, ORGANISATIONS) {
            0
        } else if has_word(heading, PERSONS) || column.rank(Field::AccountManager).is_some() {
            1
        } else if has_word(heading, PLACES) || column.rank(Field::Territory).is_some() {
            2
        } else {
            3
        }
    };
    let candidates = profile.columns.iter().filter(is_candidate).map(|column| (kind(column), column));
    candidates.min_by_key(|(kind, column)| (*kind, Reverse(column.values.len()), column.index))
}

fn is_words(column: &Column) -> bool {
    !column.is_amount() && !column.is_date() && !column.is_truth() && column.currencies().is_empty()
}

/// True when many of the values end like the names of companies.
fn are_companies(column: &Column) -> bool {
    let is_company = |value: &str| {
        let last = value.rsplit([' ', ',']).next().unwrap_or_default().replace('.', "").to_lowercase();
        value.contains(' ') && LEGAL_FORMS.contains(&last.as_str())
    };
    column.values.keys().filter(|value| is_company(value)).count() * 4 >= column.values.len()
}

/// Most accounts of revenue and taxes in an export.
const MOST_ACCOUNTS: usize = 30;

/// True for a column of ledger accounts, such as `4010 Services`, beside one of customers: both headings name partners.
pub(super) fn is_ledger_account(profile: &Profile, column: &Column) -> bool {
    let is_account = |column: &Column| has_word(&column.heading, "account");
    if !is_account(column) || column.values.is_empty() {
        return false;
    }
    let digits = |value: &str| value.bytes().take_while(u8::is_ascii_digit).count();
    let is_numbered = |value: &str| {
        let rest = value.get(digits(value)..);
        (3..=8).contains(&digits(value)) && rest.is_some_and(|rest| rest.starts_with([' ', '-', '·', ':']))
    };
    let is_customer = |other: &&Column| {
        !std::ptr::eq(*other, column)
            && !is_account(other)
            && other.filled > 0
            && other.rank(Field::PartnerId).is_some()
    };
    let customers: Vec<&Column> = profile.columns.iter().filter(is_customer).collect();
    if customers.is_empty() || column.values.keys().all(|value| is_numbered(value)) {
        return !customers.is_empty();
    }
    // `8400` or `Output VAT` beside the names of customers: an account of a customer has one of them.
    let are_numbers = column.values.keys().all(|value| (3..=8).contains(&value.len()) && digits(value) == value.len());
    let is_named = |value: &str| has_phrase(&words(value), COSTS);
    let are_few = column.values.len() <= MOST_ACCOUNTS && customers.iter().all(|one| one.values.len() > 1);
    if !are_few || !(are_numbers || column.values.keys().any(|value| is_named(value))) {
        return false;
    }
    let beside = profile.constant_beside(column);
    customers.iter().all(|customer| !beside.contains(&customer.index))
}
