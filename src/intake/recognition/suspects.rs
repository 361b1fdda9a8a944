//! Columns beside the amount whose values say that some rows may not count, or reduce the revenue, whatever the heading is:
//! returns, cancelled rows, flags, forecasts beside actual amounts, types of documents, accounts, units.

use super::super::table::Field;
use super::amounts::RowAmount;
use super::breakdown::divides;
use super::columns::{answers, ask_words};
use super::heading::{compared, stated_currency};
use super::prefix::prefixes;
use super::profile::Column;
use super::role::{has_word, words};
use super::section::Draft;
use super::shares::{Filters, Share, Shares, is_read, shares};
use super::suspect_words::{
    ACCOUNTS, ACTUALS, COSTS, CREDIT_CODES, FALSE, FORMER, INVOICE_CODES, KINDS, NEGATIVE_FLAGS, OPEN_ALONE,
    OTHER_SCENARIOS, PLACES, POSITIVE_FLAGS, RETURNS, STATUSES, TRUE, TYPES, UNCOUNTED, UNCOUNTED_ALONE, has_phrase,
    is_return, is_word,
};
use super::text::{key, list_of, quoted};
use crate::units::grouped;
use rust_decimal::Decimal;
use std::collections::BTreeSet;

/// Most values of a column that is looked at value by value.
const MOST_VALUES: usize = 50;
/// Most values of a column of codes or flags.
const MOST_CODES: usize = 12;
/// Most accounts that a question lists.
const MOST_ACCOUNTS: usize = 30;
/// Most texts that a proposed filter lists.
const MOST_TEXTS: usize = 12;

/// Asks about each of these columns, once, unless something is asked about it already.
pub(super) fn suspects(draft: &mut Draft<'_>, partner: &Column, periods: &[usize]) {
    let amount = RowAmount::of(draft, periods);
    let product = |column: &Column| {
        let is_product =
            |(field, bound): &(Field, &Column)| *field == Field::ProductLine && std::ptr::eq(*bound, column);
        draft.bound.iter().any(is_product)
    };
    let is_bound = |column: &Column| draft.bound.iter().any(|(_, bound)| std::ptr::eq(*bound, column));
    let is_free = |column: &Column| !is_bound(column) && !periods.contains(&column.index);
    let is_wanted = |column: &Column| {
        let is_account = has_word(&column.heading, ACCOUNTS);
        (is_free(column) && (divides(column) || is_account)) || product(column)
    };
    let of_product: Vec<String> =
        draft.profile.columns.iter().filter(|column| product(column)).map(|column| column.heading.clone()).collect();
    let constant = draft.profile.constant_beside(partner);
    for one in shares(draft, &amount, MOST_VALUES, is_wanted) {
        if draft.is_asked(&one.heading) {
            continue;
        }
        if of_product.contains(&one.heading) {
            products(draft, &one);
            continue;
        }
        let is_of_partner = draft
            .profile
            .columns
            .iter()
            .any(|column| column.heading == one.heading && constant.contains(&column.index));
        let _ = flags(draft, &one, is_of_partner)
            || scenarios(draft, &one)
            || returns(draft, &one)
            || uncounted(draft, &one)
            || types(draft, &one)
            || accounts(draft, &one)
            || units(draft, &one);
    }
    texts(draft, &amount, &is_free_of(draft, periods));
    prefixes(draft, &amount);
    currencies(draft, partner, &amount);
}

/// Headings of the columns that nothing is bound to.
fn is_free_of(draft: &Draft<'_>, periods: &[usize]) -> BTreeSet<usize> {
    let is_bound = |column: &Column| draft.bound.iter().any(|(_, bound)| std::ptr::eq(*bound, column));
    let free = draft.profile.columns.iter().filter(|column| !is_bound(column) && !periods.contains(&column.index));
    free.map(|column| column.index).collect()
}

/// Product lines that are named as returns and nothing else.
fn products(draft: &mut Draft<'_>, one: &Shares) {
    let is_other = |word: &String| {
        !is_word(word, "of and from goods good product products items sales customer customers handling charge charges")
    };
    let is_number = |word: &str| word.bytes().all(|byte| byte.is_ascii_digit());
    let is_whole = |text: &str| {
        let own = words(text);
        let is_one = |word: &String| {
            [RETURNS, COSTS].iter().any(|list| is_word(word, list)) || !is_other(word) || is_number(word)
        };
        (is_return(text) || has_phrase(&own, COSTS)) && own.iter().all(is_one)
    };
    if !one.is_known || !one.share(is_whole).positive.is_zero() {
        found(draft, one, is_whole);
    }
}

/// Asks about the values that `is_one` takes, if other rows have none of them; true when there are some.
fn found(draft: &mut Draft<'_>, one: &Shares, is_one: impl Fn(&str) -> bool) -> bool {
    let own: Vec<String> = one.values.keys().filter(|value| is_one(value)).map(|value| quoted(value)).collect();
    if own.is_empty() || own.len() == one.values.len() {
        return false;
    }
    let others = one.values.keys().filter(|value| !is_one(value) && !value.is_empty());
    let others = others.take(MOST_CODES + 1).map(|value| quoted(value)).collect();
    ask_words(draft, &one.heading, (own, others), &one.share(is_one));
    true
}

/// Returns and credit notes whose amounts are added.
fn returns(draft: &mut Draft<'_>, one: &Shares) -> bool {
    let positive = one.share(is_return).positive;
    (!one.is_known || !positive.is_zero()) && found(draft, one, is_return)
}

/// Cancelled rows, drafts and forecasts.
fn uncounted(draft: &mut Draft<'_>, one: &Shares) -> bool {
    let is_status = has_word(&one.heading, STATUSES);
    // What is open is the pipeline.
    let is_pipeline = draft.section.table == "opportunities";
    let is_one = |value: &str| {
        let alone = compared(value);
        let is_in = |list: &str| list.split_whitespace().any(|word| word == alone);
        has_phrase(&words(value), UNCOUNTED)
            || (is_status && is_in(UNCOUNTED_ALONE) && !(is_pipeline && is_in(OPEN_ALONE)))
    };
    found(draft, one, is_one)
}

/// Flags such as `Reversed` or `Active`, by their rows that say that they may not count.
fn flags(draft: &mut Draft<'_>, one: &Shares, is_of_partner: bool) -> bool {
    let table = draft.section.table;
    if one.values.len() > 3 || one.values.len() < 2 {
        return false;
    }
    // A customer who left was one.
    let is_former = is_of_partner && has_word(&one.heading, FORMER);
    let is_negative = !is_former && has_word(&one.heading, NEGATIVE_FLAGS);
    let is_positive = !is_negative && !is_of_partner && has_word(&one.heading, POSITIVE_FLAGS);
    let lower = |value: &str| value.to_lowercase();
    let is_no = |value: &str| value.is_empty() || FALSE.contains(&lower(value).as_str());
    let initial =
        words(&one.heading).first().and_then(|word| word.chars().next()).map(String::from).unwrap_or_default();
    let is_yes = |value: &str| TRUE.contains(&lower(value).as_str()) || (is_negative && lower(value) == initial);
    if !one.values.keys().all(|value| is_no(value) || is_yes(value)) {
        return false;
    }
    let asked = |value: &str| if is_negative { is_yes(value) } else { is_no(value) };
    let own: Vec<&str> = one.values.keys().map(|value| &**value).filter(|value| asked(value)).collect();
    if !(is_negative || is_positive) || own.is_empty() || own.len() == one.values.len() {
        return false;
    }
    let (name, list) = (key(&one.heading), list_of(&own));
    let share = one.share(asked);
    let question = format!(
        "rows with {list} ({}): do they count? If not, write `skip.{name} = {list}` under `[{table}]`",
        one.of(&share)
    );
    draft.ask_rows(&one.heading, &[share.set], question);
    true
}

/// Actual amounts beside those of forecasts and budgets, as words or letters.
fn scenarios(draft: &mut Draft<'_>, one: &Shares) -> bool {
    let is_of = |list: &str, value: &str| list.split_whitespace().any(|word| word == compared(value));
    let is_actual = |value: &str| is_of(ACTUALS, value);
    let is_other = |value: &str| is_of(OTHER_SCENARIOS, value);
    let has_actual = one.values.keys().any(|value| is_actual(value));
    let is_whole = one.values.keys().all(|value| is_actual(value) || is_other(value));
    // `A` and `B` are classes of customers.
    let is_long = one.values.keys().any(|value| value.len() > 1) || one.values.keys().any(|value| is_of("f p", value));
    let is_way = has_word(&one.heading, STATUSES);
    let is_revenue = draft.section.table == "revenue";
    is_revenue
        && (2..=6).contains(&one.values.len())
        && has_actual
        && is_whole
        && (is_long || is_way)
        && found(draft, one, is_other)
}

/// Types of documents and movements, by their heading or their codes.
fn types(draft: &mut Draft<'_>, one: &Shares) -> bool {
    let count = one.values.len();
    if !(2..=MOST_CODES).contains(&count) {
        return false;
    }
    let is_code = |list: &str, value: &str| list.split_whitespace().any(|code| code.eq_ignore_ascii_case(value.trim()));
    let has = |list: &str| one.values.keys().any(|value| is_code(list, value));
    let is_named = TYPES.contains(&compared(&one.heading).as_str());
    let is_credit = |value: &str| is_code(CREDIT_CODES, value);
    let is_known = |value: &str| is_credit(value) || is_code(INVOICE_CODES, value);
    let known = one.values.keys().filter(|value| is_known(value)).count();
    // `NC` is a state as well, and `C` a class.
    let is_type = has_word(&one.heading, KINDS)
        && !has_word(&one.heading, PLACES)
        && one.values.keys().all(|value| value.len() < 5);
    let has_long = one.values.keys().any(|value| value.len() > 1 && is_credit(value));
    let are_codes = known > 1 && known * 2 >= count && has(CREDIT_CODES) && has(INVOICE_CODES);
    let has_codes = are_codes || (is_type && has_long);
    if !is_named && !has_codes {
        return false;
    }
    let question = format!("do the rows of every kind count ({})? {}", one.shown(), answers(draft, &one.heading));
    draft.ask_rows(&one.heading, &one.sets(), question);
    true
}

/// General ledger accounts of different classes, or with the name of a cost or tax.
fn accounts(draft: &mut Draft<'_>, one: &Shares) -> bool {
    let table = draft.section.table;
    let number = |value: &str| -> String { value.chars().take_while(char::is_ascii_digit).collect() };
    let is_numbered = one.values.keys().all(|value| value.is_empty() || number(value).len() > 2);
    let classes: BTreeSet<Option<char>> =
        one.values.keys().filter(|value| !value.is_empty()).map(|value| value.chars().next()).collect();
    let is_cost = |value: &str| has_phrase(&words(value), COSTS);
    let has_costs = one.values.keys().any(|value| is_cost(value));
    let is_account = has_word(&one.heading, ACCOUNTS);
    let is_one = (is_account && is_numbered && classes.len() > 1) || ((is_account || is_numbered) && has_costs);
    let is_one = is_one || ((is_account || is_numbered) && has_taxes(one));
    if !is_one || !(2..=MOST_ACCOUNTS).contains(&one.values.len()) {
        return false;
    }
    let question = format!(
        "are all of its accounts revenue ({})? If not, write `skip.{key} = [\"…\"]` under `[{table}]`, or `where.{key} = [\"…\"]` \
         with those that are",
        one.shown(),
        key = key(&one.heading)
    );
    draft.ask_rows(&one.heading, &one.sets(), question);
    true
}

/// Usual rates of taxes on sales, per thousand.
const TAX_RATES: [i64; 18] = [50, 55, 60, 70, 77, 80, 81, 90, 100, 120, 130, 160, 180, 190, 200, 210, 220, 250];
/// Rows of an account from which its share of another one is not by chance.
const FEWEST_TAXED: usize = 6;

/// True when the sum of one value is a usual rate of tax of that of another one, with as many rows.
fn has_taxes(one: &Shares) -> bool {
    let is_tax = |tax: &Share, net: &Share| {
        let is_rate = |rate: &i64| {
            let expected = net.sum.checked_mul(Decimal::new(*rate, 3)).unwrap_or(Decimal::MAX);
            let difference = expected.checked_sub(tax.sum).unwrap_or(Decimal::MAX).abs();
            // Each row may be rounded to a cent.
            difference.checked_mul(Decimal::from(200)).is_some_and(|cents| cents <= Decimal::from(tax.rows))
        };
        tax.rows == net.rows && tax.rows >= FEWEST_TAXED && !tax.sum.is_zero() && TAX_RATES.iter().any(is_rate)
    };
    let shares = || one.values.values();
    one.is_known && one.values.len() <= MOST_ACCOUNTS && shares().any(|tax| shares().any(|net| is_tax(tax, net)))
}

/// Units of which some are currencies and some are not.
fn units(draft: &mut Draft<'_>, one: &Shares) -> bool {
    let table = draft.section.table;
    let is_money = |value: &str| stated_currency(value).is_some();
    let money = one.values.keys().filter(|value| is_money(value)).count();
    if money == 0 || money == one.values.len() {
        return false;
    }
    let question = format!(
        "its values are currencies and other units ({}), and all amounts are read as money: write `where.{} = {}` under `[{table}]` \
         to read the money alone",
        one.shown(),
        key(&one.heading),
        list_of(&one.values.keys().map(|value| &**value).filter(|value| is_money(value)).collect::<Vec<_>>())
    );
    draft.ask_rows(&one.heading, &one.sets(), question);
    true
}

/// Free texts that begin like those of returns, such as `Credit note 4711`, beside amounts above zero.
fn texts(draft: &mut Draft<'_>, amount: &RowAmount, free: &BTreeSet<usize>) {
    let table = draft.section.table;
    let is_text = |column: &&Column| {
        let is_free = free.contains(&column.index) && !column.is_amount() && !column.is_date();
        is_free
            && column.values.len() > MOST_VALUES
            && !has_word(&column.heading, "customer partner account reseller name product item")
    };
    for column in draft.profile.columns.iter().filter(is_text).collect::<Vec<_>>() {
        let returns: BTreeSet<&str> = column.values.keys().map(|text| &**text).filter(|text| begins(text)).collect();
        if returns.is_empty() || draft.is_asked(&column.heading) {
            continue;
        }
        let mut share = Share::default();
        let filters = Filters::of(draft);
        let filters = filters.at(draft.profile);
        draft.profile.rows(|row, fields| {
            let is_one = |_: &Decimal| returns.contains(fields.text(column.index)) && is_read(&filters, fields);
            if let Some(own) = amount.read(fields).filter(is_one) {
                share.add(own, (draft.profile.table, row));
            }
        });
        if share.positive.is_zero() {
            continue;
        }
        let first = returns.first().copied().unwrap_or_default();
        let answer = match returns.len() {
            0..=MOST_TEXTS if table == "revenue" => {
                let list = list_of(&returns.iter().copied().collect::<Vec<_>>());
                format!("write `subtract.{} = {list}` under `[{table}]`", key(&column.heading))
            }
            _ => "export them with a minus sign".to_owned(),
        };
        let (rows, sum) = (crate::finding::counted(share.rows, "row"), grouped(share.sum));
        let added = match share.positive == share.sum {
            true => "and are added".to_owned(),
            false => format!("and {} of that is above zero", grouped(share.positive)),
        };
        let question = format!(
            "{rows} ({sum}) are named as returns or credit notes, such as `{first}`, {added}: do they reduce the revenue? If so, {answer}"
        );
        draft.ask_rows(&column.heading, &[share.set], question);
    }
}

/// True for a text that begins with the words of a return.
fn begins(text: &str) -> bool {
    let own = words(text);
    (1..=3).any(|count| own.get(..count).is_some_and(|first| has_phrase(first, RETURNS)))
}

/// Partners whose names state different currencies, such as `Acme (EUR)` and `Beta (USD)`.
fn currencies(draft: &mut Draft<'_>, partner: &Column, amount: &RowAmount) {
    let of = |name: &str| -> Option<&'static str> {
        let name = name.trim_end();
        let word = name.rsplit([' ', '(', '-', '_', '/']).next()?;
        stated_currency(word.trim_end_matches(')')).filter(|_| word.len() < name.len())
    };
    let codes: BTreeSet<&str> = partner.values.keys().filter_map(|name| of(name)).collect();
    let has_column = draft.bound.iter().any(|(field, _)| *field == Field::Currency);
    if codes.len() < 2 || has_column || draft.is_asked(&partner.heading) {
        return;
    }
    let mut sums: std::collections::BTreeMap<&str, Decimal> = std::collections::BTreeMap::new();
    draft.profile.rows(|_, fields| {
        if let (Some(code), Some(own)) = (of(fields.text(partner.index)), amount.read(fields)) {
            let sum = sums.entry(code).or_default();
            *sum = super::amounts::plus(*sum, own);
        }
    });
    let shown: Vec<String> = sums.iter().map(|(code, sum)| format!("{code} ({})", grouped(*sum))).collect();
    let question = format!(
        "the names state different currencies, {}, and all amounts are read as one: convert them, or make a book of each",
        shown.join(", ")
    );
    draft.ask(&partner.heading, question);
}
