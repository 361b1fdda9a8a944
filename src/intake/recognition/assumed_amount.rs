//! The amount of a table none of whose headings names one: its only column of amounts, which is assumed with a question.

use super::super::table::Field;
use super::profile::{Column, Profile};
use super::role::{has_word, is_quantity, is_unit_price};
use super::running_words::is_running;

/// Words of numbers that are not amounts of money.
const OTHERS: &str = "id no nr number num code key zip plz postal postcode phone age rank rating score count row index line item \
    position year month week day quarter date period hour percent pct percentage rate ratio share probability discount tax vat mwst \
    latitude longitude lat lon lng weight size height width length distance duration days hours minutes seats users nodes licenses \
    employees headcount version store branch department class level stock inventory balance saldo temperature cost costs profit margin";

/// The only column that can have the amounts; `None` where several can.
pub(super) fn assumed_amount(profile: &Profile) -> Option<&Column> {
    let is_amount = |column: &&Column| {
        let heading = &column.heading;
        let is_other = has_word(heading, OTHERS) || heading.contains(['%', '#']);
        let is_known =
            [Field::PartnerId, Field::OpportunityId, Field::Month].iter().any(|field| column.rank(*field).is_some());
        column.is_amount()
            && column.above_one > 0
            && !column.is_date()
            && !is_running(heading)
            && !is_other
            && !is_known
    };
    let is_figure = |column: &&Column| is_quantity(&column.heading) || is_unit_price(&column.heading);
    let mut found = profile.columns.iter().filter(is_amount).filter(|column| !is_figure(column));
    let first = found.next().filter(|column| column.percents == 0 && !column.heading.trim().is_empty())?;
    let is_number_of =
        first.is_unique() && first.values.keys().all(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
    (found.next().is_none() && !is_number_of).then_some(first)
}
