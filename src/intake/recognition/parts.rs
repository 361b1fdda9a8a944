//! Files that are read as one table and write numbers or dates in different ways.

use super::super::table::Field;
use super::dates::Order;
use super::notation::Notation;
use super::profile::{Column, Profile};
use super::section::Draft;

/// Numbers such as `1,234` in a file without any other from which they are thousands in all likelihood.
const FEWEST_OPEN: u64 = 3;

/// Notations of the parts of a table, and whether they contradict each other.
pub(super) struct Notations<'p> {
    parts: Vec<(&'p str, Notation)>,
}

/// The columns of `part` with the headings of `columns`.
fn same<'p>(part: &'p Profile, columns: &[&Column]) -> Vec<&'p Column> {
    part.columns.iter().filter(|one| columns.iter().any(|column| column.heading == one.heading)).collect()
}

impl<'p> Notations<'p> {
    /// The notations of `columns` in each part of the table.
    pub fn of(draft: &Draft<'p>, columns: &[&Column]) -> Self {
        let notation = |part: &'p Profile| {
            let mut notation = Notation::default();
            same(part, columns).into_iter().for_each(|column| notation.extend(&column.notation));
            notation
        };
        Self { parts: draft.parts.iter().map(|part| (part.file.as_str(), notation(part))).collect() }
    }

    /// The question about two files that contradict each other, and whether the table can be read all the same.
    pub fn question(&self) -> Option<(String, bool)> {
        let next = "a table has one notation: export both in the same";
        let proves = |sign: char| self.parts.iter().find_map(|(file, own)| Some((*file, own.decimal(sign)?)));
        if let (Some((one, comma)), Some((other, point))) = (proves(','), proves('.'))
            && one != other
        {
            return Some((
                format!("`{comma}` in `{one}` has a decimal comma, and `{point}` in `{other}` a decimal point: {next}"),
                false,
            ));
        }
        [',', '.'].into_iter().find_map(|sign| {
            let (file, example) = proves(sign)?;
            let open = |own: &&(&str, Notation)| own.1.decimal(sign).is_none() && own.1.is_open(sign);
            let (other, notation) = self.parts.iter().find(open)?;
            let (_, number) = notation.open()?;
            let question = format!(
                "each `{sign}` in `{other}` has three digits behind it, as in `{number}`, while `{example}` in `{file}` is a \
                 fraction: if it is a thousand there, {next}"
            );
            Some((question, sign == '.' || notation.opens() < FEWEST_OPEN))
        })
    }
}

/// Asks about dates of a file that are written, or probably meant, in another order than `format`, which another one proves.
pub(super) fn dates_apart(draft: &mut Draft<'_>, fields: &[Field], format: &str) {
    let columns: Vec<&Column> =
        draft.bound.iter().filter(|(field, _)| fields.contains(field)).map(|(_, column)| *column).collect();
    let mut found = Vec::new();
    for part in draft.parts.iter().filter(|_| draft.parts.len() > 1) {
        for column in same(part, &columns) {
            let question = match column.dates.order() {
                Order::Format(own, _) if own != format => Some(format!(
                    "the dates of `{}` are `{own}`, those of another file `{format}`: write \
                     `date_format = [\"{format}\", \"{own}\"]`, or export both in the same order",
                    part.file
                )),
                Order::Open(_) => column.swapped(format).map(|example| {
                    format!(
                        "the dates of `{}`, such as `{example}`, fit both orders and span fewer months with day and month swapped: \
                         are they `{format}` as in another file?",
                        part.file
                    )
                }),
                Order::Format(..) | Order::Plain => None,
            };
            found.extend(question.map(|question| (column.heading.clone(), question)));
        }
    }
    for (heading, question) in found {
        draft.ask(&heading, question);
    }
}
