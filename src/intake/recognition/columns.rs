//! Columns that several tables have: facts of a partner, and what speaks for revenue.

use super::super::table::Field;
use super::debits::subtract;
use super::fit::Fit;
use super::heading::{compared, is_one_of};
use super::outcomes::outcome;
use super::profile::Column;
use super::role::{has_word, is_quantity};
use super::running_words::is_apart;
use super::section::Draft;
use super::shares::{Share, shares_by};
use super::synonym::{ACTUALS, DEDUCTIONS, DOCUMENT_TYPES, GROSS, SIGNS, UNCOUNTED};
use super::text::{key, quoted};
use crate::finding::{counted, listed};
use crate::units::grouped;

/// Facts of a partner.
pub(super) fn facts(draft: &mut Draft<'_>, fits: &dyn Fn(&Column) -> bool) {
    draft.bind_best(Field::PartnerName, "the name next to the identifier", |column| {
        !column.is_amount() && !column.is_date() && !column.are_numbers() && fits(column)
    });
    if !draft.bind_best(Field::Tier, "few distinct values", |column| column.is_group() && fits(column)) {
        // `Segment` may hold tiers.
        let tiers = draft.profile.best(Field::Vertical, |column| are_tiers(column) && fits(column));
        if let Some(column) = tiers {
            draft.bind(Field::Tier, column, "its values are tiers");
        }
    }
    for field in [Field::Territory, Field::Vertical, Field::AccountManager] {
        draft.bind_best(field, "few distinct values", |column| column.is_group() && fits(column));
    }
    for field in [Field::Since, Field::Until] {
        draft.bind_best(field, "almost all cells are dates", |column| column.is_date() && fits(column));
    }
}

/// Most words of a column that a question names.
const MOST_WORDS: usize = 12;
/// Words of tiers, lower case.
const TIERS: &str = "gold silver bronze platinum platin diamond titanium premier premium elite select preferred authorized \
    authorised registered strategic basic standard gold+ platinum+ or argent oro plata bronce";

/// True when every value is a word for a tier.
fn are_tiers(column: &Column) -> bool {
    let is_tier = |value: &str| {
        let lower = value.to_lowercase();
        let word = lower.trim_end_matches(" partner").trim_end_matches(" tier").trim();
        TIERS.split_whitespace().any(|tier| tier == word)
    };
    column.values.len() > 1 && column.values.keys().all(|value| is_tier(value))
}

/// Binds the amount of revenue, or computes it.
pub(super) fn amount<'p>(draft: &mut Draft<'p>, fit: &Fit<'p>) {
    match (fit.amount, fit.factors) {
        (Some(amount), _) if fit.is_price => {
            draft.bind(Field::Amount, amount, "no column has amounts or quantities, so each row is one piece");
            draft.ask(&amount.heading, "is the price the amount of its row? No column has quantities or amounts");
        }
        (Some(amount), _) if fit.is_amount_assumed => {
            draft.bind(Field::Amount, amount, "no heading names the amount: this one is assumed");
            let question = "is it the revenue? No heading says so, and no other column has amounts: correct `columns.amount` if not";
            draft.ask(&amount.heading, question);
        }
        (Some(amount), _) => draft.bind(Field::Amount, amount, "almost all cells are numbers"),
        (None, Some(sides)) if fit.are_sides => subtract(draft, sides),
        (None, Some(factors)) => draft.multiply(factors),
        (None, None) => {}
    }
}

/// Binds the partner of revenue; one that is assumed is asked about.
pub(super) fn bind_partner<'p>(draft: &mut Draft<'p>, fit: &Fit<'p>, partner: &'p Column) {
    if fit.is_assumed {
        draft.bind(Field::PartnerId, partner, "no heading names a partner: this one is assumed");
        let question = "is each of its values a partner? No heading names one, so this column is assumed: correct \
                        `columns.partner_id` if not";
        draft.ask(&partner.heading, question);
    } else {
        draft.bind(Field::PartnerId, partner, "names the partner");
    }
    if let Some(consumer) = fit.consumer {
        let question = format!(
            "`{}` has another value in nearly each row, so `{}` is the partner: correct `columns.partner_id` if not",
            consumer.heading, partner.heading
        );
        draft.ask(&partner.heading, question);
    }
}

/// Asks about a column of taxes beside an amount that may contain them.
pub(super) fn taxes(draft: &mut Draft<'_>, amount: Option<&Column>) {
    let Some(amount) = amount.filter(|amount| !has_word(&amount.heading, NET)) else { return };
    let is_tax =
        |column: &&Column| column.is_amount() && has_word(&column.heading, TAXES) && column.index != amount.index;
    let tax = draft.columns().find(is_tax);
    if let Some(tax) = tax {
        draft.ask(&amount.heading, format!("does it contain `{}`, which is not revenue?", tax.heading));
    }
}

/// Words of taxes in headings, and of amounts without them.
const TAXES: &str = "tax taxes vat gst mwst ust iva tva btw";
const NET: &str = "net netto excl exclvat ht untaxed imponible imponibile neto liquido líquido";

/// Asks about further columns that may be the amount.
pub(super) fn other_amounts(draft: &mut Draft<'_>, amount: Option<&Column>) {
    let Some(amount) = amount else { return };
    let is_other =
        |column: &&Column| column.index != amount.index && column.is_amount() && column.rank(Field::Amount).is_some();
    let others: Vec<String> =
        draft.profile.columns.iter().filter(is_other).map(|column| format!("`{}`", column.heading)).collect();
    let own = compared(&amount.heading);
    if others.is_empty() && GROSS.iter().any(|word| own.contains(word)) {
        draft.ask(
            &amount.heading.clone(),
            "is it the net revenue? Its name says that it may contain taxes or discounts",
        );
    }
    if !others.is_empty() {
        let question = format!("which column is the net revenue: `{}` or {}?", amount.heading, others.join(" or "));
        draft.ask(&amount.heading, question);
    }
}

/// Asks about a column that says which amounts are debits and which are credits: amounts are read with their own sign.
pub(super) fn signs(draft: &mut Draft<'_>, periods: &[usize]) {
    let is_sign = |column: &&Column| {
        let mut words: Vec<String> = column.values.keys().map(|value| value.to_lowercase()).collect();
        words.sort_unstable();
        let words: Vec<&str> = words.iter().map(|word| word.trim_end_matches('.')).collect();
        SIGNS.iter().any(|pair| words == *pair)
    };
    let amounts: Vec<&Column> =
        draft.bound.iter().filter(|(field, _)| *field == Field::Amount).map(|(_, column)| *column).collect();
    // Amounts with a sign need no other.
    let have_sign = amounts.iter().any(|column| column.values.keys().any(|value| value.contains(['-', '(', '−'])));
    let Some(column) = draft.profile.columns.iter().find(is_sign).filter(|_| !have_sign) else { return };
    let sums = shares_by(draft, column, periods);
    let shown = |value: &str| match sums.get(value) {
        Some(share) => format!("{} ({}, {})", quoted(value), counted(share.rows, "row"), grouped(share.sum)),
        None => quoted(value),
    };
    let values: Vec<String> = column.values.keys().map(|value| shown(value)).collect();
    let (heading, values) = (column.heading.clone(), values.join(" and "));
    let sets: Vec<u64> = sums.values().map(|share| share.set).collect();
    draft.ask_rows(
        &heading,
        &sets,
        format!(
            "do {values} change the sign of the amount? It is read as written: write `subtract.{} = \"…\"` under `[revenue]` with the \
             word for credit notes, or export signed amounts",
            key(&heading)
        ),
    );
}

/// Asks about amounts that are nearly all negative, as ledgers write revenue.
pub(super) fn negatives(draft: &mut Draft<'_>) {
    let amounts = draft.bound.iter().filter(|(field, _)| *field == Field::Amount).map(|(_, column)| *column);
    let is_negative = |value: &str| value.contains(['-', '(', '−']);
    let found = amounts.filter(|column| {
        let negative: u64 = column.values.iter().filter(|(value, _)| is_negative(value)).map(|(_, rows)| *rows).sum();
        column.values.len() > 2 && negative * 10 >= column.filled * 9
    });
    for heading in found.map(|column| column.heading.clone()).collect::<Vec<_>>() {
        let question = "nearly all its amounts are negative, as ledgers write revenue, and are read so: is the sign right? If not, \
                        export them with the other one";
        draft.ask(&heading, question);
    }
}

/// Words of headings of amounts that were paid back.
const REFUNDS: &str =
    "refund refunds refunded retouren rückerstattung rückerstattet remboursement remboursé reembolso rimborso";

/// Asks about amounts beside the bound one that are to be taken off it, such as returns.
pub(super) fn deductions(draft: &mut Draft<'_>) {
    let is_bound = |column: &Column| draft.bound.iter().any(|(_, bound)| std::ptr::eq(*bound, column));
    let is_named = |column: &Column| {
        let has_amounts = column.values.len() > 1 && !is_quantity(&column.heading);
        is_one_of(DEDUCTIONS, &column.heading) || (has_amounts && has_word(&column.heading, REFUNDS))
    };
    let is_deduction = |column: &&Column| column.is_amount() && !is_bound(column) && is_named(column);
    let found: Vec<&str> =
        draft.profile.columns.iter().filter(is_deduction).map(|column| column.heading.as_str()).collect();
    if !found.is_empty() {
        let question = format!("{} is not taken off the amount: is the amount net of it?", listed(&found));
        let heading =
            draft.bound.iter().find(|(field, _)| *field == Field::Amount).map(|(_, column)| column.heading.clone());
        draft.ask(&heading.unwrap_or_default(), question);
    }
}

/// True for a word of a scenario whose rows are the revenue.
pub(super) fn is_actual(word: &str) -> bool {
    ACTUALS.contains(&compared(word).as_str())
}

/// True for a word whose rows may not count.
fn is_uncounted(heading: &str, word: &str) -> bool {
    UNCOUNTED.contains(&compared(word).as_str()) && !is_apart(heading, word)
}

/// The columns of words that are not decided: few values, not bound, and none of the headings `figures`.
fn open_columns<'p>(draft: &Draft<'p>, figures: &[String]) -> Vec<&'p Column> {
    let is_bound = |column: &Column| draft.bound.iter().any(|(_, bound)| std::ptr::eq(*bound, column));
    let is_decided = |column: &Column| draft.section.has(&format!("where.{}", key(&column.heading)));
    let is_open = |column: &&Column| {
        let is_figure = figures.contains(&column.heading) || is_decided(column);
        column.values.len() <= 50 && !is_bound(column) && !is_figure
    };
    draft.columns().filter(is_open).collect()
}

/// Reads the rows with actual amounts alone where all other rows of a column are forecasts, quantities or running sums.
///
/// `figures` are the headings of columns that are asked about already.
pub(super) fn scenarios(draft: &mut Draft<'_>, figures: &[String]) {
    for column in open_columns(draft, figures) {
        let heading = &column.heading;
        let Some(actual) = column.values.keys().find(|word| is_actual(word)) else { continue };
        let others = || column.values.keys().filter(|word| *word != actual);
        let is_other = |word: &str| is_uncounted(heading, word) || is_apart(heading, word);
        if !others().any(|word| is_uncounted(heading, word)) || !others().all(|word| is_other(word)) {
            continue;
        }
        let (actual, words) = (quoted(actual), others().map(|word| quoted(word)).collect::<Vec<_>>().join(", "));
        draft.section.set(format!("where.{}", key(heading)), actual.clone(), format!("the others are {words}"));
        draft.ask(heading, format!("are the rows with {actual} the revenue? Those with {words} are left out"));
        return;
    }
}

/// Asks about words such as `Cancelled`, whose rows may not count as revenue.
///
/// `figures` are the headings of columns that are asked about already.
pub(super) fn uncounted(draft: &mut Draft<'_>, figures: &[String], periods: &[usize]) {
    let columns = open_columns(draft, figures);
    let mut found = Vec::new();
    for column in &columns {
        let skipped = draft.section.value(&format!("skip.{}", key(&column.heading))).unwrap_or_default();
        let is_read = |word: &str| !skipped.contains(&quoted(word));
        let read: Vec<&str> = column.values.keys().map(|word| &**word).filter(|word| is_read(word)).collect();
        let (words, others): (Vec<&str>, Vec<&str>) =
            read.into_iter().partition(|word| is_uncounted(&column.heading, word));
        if !words.is_empty() && !others.is_empty() {
            let sums = shares_by(draft, column, periods);
            let own = words.iter().filter_map(|word| sums.get(*word));
            let share = own.fold(Share::default(), |sum, share| sum.with(share));
            let others = others.into_iter().take(MOST_WORDS + 1);
            let texts = (words.iter().map(|word| quoted(word)).collect(), others.map(quoted).collect());
            found.push((column.heading.clone(), texts, share));
        }
    }
    let is_open = |column: &&&Column| {
        let is_asked = found.iter().any(|(heading, ..)| *heading == column.heading);
        // `Level` may be that of a partner.
        let is_of_periods = compared(&column.heading) != "level"
            || column
                .values
                .keys()
                .any(|value| has_word(value, "day daily week weekly month monthly quarter year detail total"));
        let is_own = draft.profile.columns.iter().any(|own| std::ptr::eq(own, **column));
        (2..=12).contains(&column.values.len()) && is_own && !is_asked && is_of_periods
    };
    let types = columns.iter().filter(|column| is_one_of(DOCUMENT_TYPES, &column.heading)).find(is_open);
    if let Some(column) = types {
        ask_types(draft, column, periods);
    }
    for (heading, texts, share) in found {
        ask_words(draft, &heading, texts, &share);
    }
}

/// Asks whether the rows of every type count.
fn ask_types(draft: &mut Draft<'_>, column: &Column, periods: &[usize]) {
    let sums = shares_by(draft, column, periods);
    let shown = |value: &str, rows: u64| match sums.get(value) {
        Some(share) => {
            format!("{} in {} with {}", quoted(value), counted(share.rows, "row"), grouped(share.sum))
        }
        None => format!("{} in {}", quoted(value), counted(rows, "row")),
    };
    let values: Vec<String> = column.values.iter().map(|(value, rows)| shown(value, *rows)).collect();
    let question =
        format!("do the rows of every type count ({})? {}", values.join(", "), answers(draft, &column.heading));
    let sets: Vec<u64> = sums.values().map(|share| share.set).collect();
    draft.ask_rows(&column.heading, &sets, question);
}

/// The keys that leave out or subtract rows with some of the values of the column `heading`.
pub(super) fn answers(draft: &Draft<'_>, heading: &str) -> String {
    let (key, table) = (key(heading), draft.section.table);
    let skip = format!("If not, write `skip.{key} = [\"…\"]` under `[{table}]`");
    match table {
        "revenue" => format!(
            "{skip}, or `subtract.{key} = [\"…\"]` for amounts that reduce the revenue and are written without a sign"
        ),
        _ => skip,
    }
}

/// Asks whether the rows with `words`, whose rows and amounts are `share`, count beside those with `others`.
pub(super) fn ask_words(
    draft: &mut Draft<'_>,
    heading: &str,
    (words, others): (Vec<String>, Vec<String>),
    share: &Share,
) {
    let (key, words, table) = (key(heading), words.join(", "), draft.section.table);
    let sum = if share.sum.is_zero() { String::new() } else { format!(" ({})", grouped(share.sum)) };
    // What the mapping leaves out already stays out.
    let left_out = draft.section.value(&format!("skip.{key}")).map(|list| list.trim_matches(['[', ']']).to_owned());
    let left_out = left_out.map_or_else(String::new, |list| format!(", {list}"));
    let mut question = format!(
        "do the rows with {words} count{sum}? If not, write `skip.{key} = [{words}{left_out}]` under `[{table}]`."
    );
    if table == "revenue" {
        question
            .push_str(&format!(" If they reduce the revenue and have no sign, write `subtract.{key} = [{words}]`."));
    }
    if (2..=MOST_WORDS).contains(&others.len()) {
        question.push_str(&format!(" Those with {} count.", others.join(", ")));
    }
    draft.ask_rows(heading, &[share.set], question);
}

/// The date on which opportunities were won, with the column and the words for them, where some have no close date: then
/// rows without one are left out of the opportunities, and the revenue needs a section for itself.
pub(super) fn won_rows<'p>(fit: &Fit<'p>) -> Option<(&'p Column, &'p Column, String)> {
    let close = fit.close_date.filter(|close| close.blank() > 0)?;
    let won = fit.won_date.filter(|won| won.index != close.index)?;
    let of = |field: Field| fit.profile.best(field, |column| outcome(column).is_some());
    let column = of(Field::Status).or_else(|| of(Field::Stage))?;
    let words: Vec<String> =
        outcome(column)?.into_iter().filter(|(_, ours)| *ours == "won").map(|(word, _)| quoted(&word)).collect();
    let words = if let [only] = words.as_slice() { only.clone() } else { format!("[{}]", words.join(", ")) };
    Some((won, column, words))
}

/// Makes the won opportunities the revenue; `amount` is the amount of the open ones.
pub(super) fn won_revenue<'p>(draft: &mut Draft<'p>, fit: &Fit<'p>, amount: &'p Column) {
    let revenue = fit.amount.unwrap_or(amount);
    let month = fit.won_date.or(fit.close_date).or(fit.date);
    let members: Vec<String> = [("month", month), ("amount", Some(revenue))]
        .into_iter()
        .filter_map(|(name, column)| Some(format!("{name} = {}", quoted(&column?.heading))))
        .collect();
    draft.section.set("won_revenue", format!("{{ {} }}", members.join(", ")), "no other table has revenue");
    if std::ptr::eq(revenue, amount) {
        other_amounts(draft, fit.amount);
    }
    let month = month.map_or("", |column| &column.heading);
    let question = format!(
        "no table of revenue was found: is the revenue the `{}` of won opportunities, in the month of `{month}`?",
        revenue.heading
    );
    draft.ask("", question);
}
