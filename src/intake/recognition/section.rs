//! The keys of one table's section, decided from its headings and its data.

use super::super::outcome::known;
use super::super::store::Store;
use super::super::table::Field;
use super::fit::Joined;
use super::heading::{compared, is_one_of, named_unit, stated_unit};
use super::outcome::{Breakdown, Question};
use super::outcomes::outcome;
use super::profile::{Column, Profile};
use super::synonym::{ABANDONED, DISCOUNTS};
use super::text::{Section, key, quoted};
use crate::finding::{counted, listed};
use std::collections::BTreeMap;

/// Parts of the headings of document numbers, folded.
const NUMBERS: [&str; 12] = [
    "order", "invoice", "document", "number", "nummer", "beleg", "rechnung", "auftrag", "facture", "commande", "ref",
    "id",
];

/// A section under way, with its table and the questions about it.
pub(super) struct Draft<'p> {
    pub profile: &'p Profile,
    /// Table that further columns come from.
    pub joined: Option<Joined<'p>>,
    /// Tables with the same columns that are read as one, in the order of the store; the profile is one of them.
    pub parts: Vec<&'p Profile>,
    pub section: Section,
    pub questions: Vec<Question>,
    /// Columns that are bound, with the field of each.
    pub bound: Vec<(Field, &'p Column)>,
    /// True when the bound amounts are debits and credits, one of which is empty in each row.
    pub are_sides: bool,
    /// Rows and amounts by the values of columns.
    pub breakdowns: Vec<Breakdown>,
    /// Sets of rows that are asked about, with the place of the question.
    sets: BTreeMap<u64, usize>,
    /// Headings of further columns that have the same rows as a question, by its place.
    further: BTreeMap<usize, Vec<String>>,
}

impl<'p> Draft<'p> {
    pub fn new(table: &'static str, profile: &'p Profile) -> Self {
        let (section, parts) = (Section::new(table), vec![profile]);
        let (questions, bound, breakdowns) = (Vec::new(), Vec::new(), Vec::new());
        let (sets, further) = (BTreeMap::new(), BTreeMap::new());
        let are_sides = false;
        Self { profile, joined: None, parts, section, questions, bound, are_sides, breakdowns, sets, further }
    }

    pub fn ask(&mut self, column: &str, question: impl Into<String>) {
        let place =
            if column.is_empty() { self.profile.file.clone() } else { format!("{}: {column}", self.profile.file) };
        self.questions.push(Question { place, question: question.into() });
    }

    /// True when something is asked about the column.
    pub fn is_asked(&self, heading: &str) -> bool {
        let place = format!("{}: {heading}", self.profile.file);
        let is_further = || self.further.values().flatten().any(|further| further == heading);
        self.questions.iter().any(|question| question.place == place) || is_further()
    }

    /// Asks about sets of rows, unless all of them but the rest are asked about already; then that question names the column.
    pub fn ask_rows(&mut self, heading: &str, sets: &[u64], question: impl Into<String>) {
        let known: Vec<usize> = sets.iter().filter_map(|set| self.sets.get(set).copied()).collect();
        if let Some(place) = known.first().filter(|_| known.len() + 1 >= sets.len().max(2)) {
            return self.further.entry(*place).or_default().push(heading.to_owned());
        }
        let place = self.questions.len();
        sets.iter().filter(|set| **set != 0).for_each(|set| {
            self.sets.entry(*set).or_insert(place);
        });
        self.ask(heading, question);
    }

    /// The questions, each with the further columns that have the same rows.
    pub fn asked(&self) -> Vec<Question> {
        let with = |(place, question): (usize, &Question)| {
            let mut question = question.clone();
            if let Some(headings) = self.further.get(&place) {
                let headings: Vec<&str> = headings.iter().map(String::as_str).collect();
                let verb = if headings.len() == 1 { "marks" } else { "mark" };
                question.question.push_str(&format!(" ({} {verb} the same rows)", listed(&headings)));
            }
            question
        };
        self.questions.iter().enumerate().map(with).collect()
    }

    /// The columns of the table and of the one that it takes further columns from.
    pub fn columns(&self) -> impl Iterator<Item = &'p Column> {
        let joined = self.joined.iter().flat_map(|joined| &joined.profile.columns);
        self.profile.columns.iter().chain(joined)
    }

    /// Keys that name the source and its layout.
    pub fn source(&mut self, store: &Store) {
        let source = |profile: &&'p Profile| match profile.file.split_once('!') {
            Some((file, sheet)) => (Some(file).filter(|file| *file != store.name), Some(sheet)),
            None if profile.header_row == 0 => (Some(profile.name.as_str()), None),
            None => (Some(profile.file.as_str()), None),
        };
        let (files, sheets): (Vec<_>, Vec<_>) = self.parts.iter().map(source).unzip();
        let rows: u64 = self.parts.iter().map(|part| part.rows).sum();
        let rows = counted(usize::try_from(rows).unwrap_or(usize::MAX), "row");
        for (key, names) in [("file", files), ("sheet", sheets)] {
            if let Some(value) = one_or_all(&names) {
                self.section.set(key, value, rows.clone());
            }
        }
        if self.parts.len() > 1 {
            let names: Vec<&str> = self.parts.iter().map(|part| part.file.as_str()).collect();
            self.ask(
                "",
                format!(
                    "{} have the same columns and are read as one table: is each of them a part, and none a copy?",
                    listed(&names)
                ),
            );
            self.shared_values();
        }
        if let Some(heading) = &self.profile.outline {
            let reason = "each partner is above its periods";
            self.section.set("outline", quoted(heading), reason);
            let question = "each name is above its periods, whose amounts are read: is it the partner of those rows?";
            self.ask(heading, question);
        }
        if let Some(names) = &self.profile.names {
            let (reason, question) = names.about();
            self.section.set("names", names.value(), reason);
            self.ask("", question);
        }
        if !self.profile.titles.is_empty() {
            let row = self.profile.header_row;
            self.section.set("header_row", row.to_string(), "the rows above are titles");
        }
        if self.profile.header_rows > 1 {
            self.section.set("header_rows", self.profile.header_rows.to_string(), self.profile.header_reason);
            if self.profile.titles.is_empty() && self.profile.header_row > 1 {
                let row = self.profile.header_row;
                self.section.set("header_row", row.to_string(), "the first row of the header");
            }
        }
        if self.profile.text.is_unquoted {
            self.section.set("quote", quoted("none"), "double quotes are part of values, such as inches");
            self.open_quote();
        }
        if let Some(encoding) = self.profile.text.encoding {
            self.section.set("encoding", quoted(encoding), "the text is not UTF-8");
        }
    }

    /// Asks about a value that begins with a quotation mark, as a quoted one does, and that is written without it as well.
    fn open_quote(&mut self) {
        let profile = self.profile;
        let found = profile.columns.iter().find_map(|column| {
            let plain = |value: &str| value.strip_prefix('"').filter(|rest| !rest.contains('"')).map(str::to_owned);
            let mut names = column.values.keys().filter_map(|value| plain(value));
            Some((column, names.find(|name| column.values.contains_key(name.as_str()))?))
        });
        if let Some((column, name)) = found {
            let question = format!(
                "`\"{name}` begins with a quotation mark that is not closed, and is read as another value than `{name}`: remove the \
                 mark from the file"
            );
            self.ask(&column.heading, question);
        }
    }

    /// Asks about rows that equal another one in every column, in a table with numbers of documents.
    pub fn repeated(&mut self) {
        let is_number = |column: &Column| {
            let heading = compared(&column.heading);
            let is_id = column.rank(Field::PartnerId).is_some() || column.rank(Field::Month).is_some();
            !is_id && NUMBERS.iter().any(|word| heading.ends_with(word) || heading.starts_with(word))
        };
        let count = self.profile.repeated();
        let is_doubled = self.profile.rows > 8 && count as u64 * 20 >= self.profile.rows * 9;
        if is_doubled {
            let rows = counted(count, "row");
            self.ask("", format!("{rows} of {} equal another one in every column, as if the file were in itself twice: do they count twice?", self.profile.rows));
        } else if count > 0 && self.profile.columns.iter().any(is_number) {
            let rows = if count == 1 { "1 row equals".to_owned() } else { format!("{} equal", counted(count, "row")) };
            let question = "another one in every column, numbers of documents included: do they count twice?";
            self.ask("", format!("{rows} {question}"));
        }
    }

    /// Asks about values that are unique in each part, such as numbers of orders, and that two parts have.
    fn shared_values(&mut self) {
        let Some((first, others)) = self.parts.split_first() else { return };
        let mut found = Vec::new();
        let is_number = |column: &&Column| {
            let is_known = [Field::PartnerId, Field::PartnerName, Field::Amount, Field::Month]
                .iter()
                .any(|field| column.rank(*field).is_some());
            let heading = compared(&column.heading);
            column.is_unique() && !is_known && NUMBERS.iter().any(|word| heading.contains(word))
        };
        for column in first.columns.iter().filter(is_number) {
            let mut files: BTreeMap<&str, &str> = column.values.keys().map(|value| (&**value, &*first.file)).collect();
            for part in others {
                let same = part.columns.iter().find(|other| other.heading == column.heading && other.is_unique());
                let values: Vec<&str> = same.iter().flat_map(|same| same.values.keys().map(|value| &**value)).collect();
                let shared: Vec<&str> = values.iter().copied().filter(|value| files.contains_key(value)).collect();
                if let Some(value) = shared.first() {
                    let (count, earlier) =
                        (counted(shared.len(), "value"), files.get(value).copied().unwrap_or_default());
                    let files = format!("`{earlier}` and `{}`", part.file);
                    let question =
                        format!("{count}, such as `{value}`, are in both {files}: do their rows count twice?");
                    found.push((column.heading.clone(), question));
                }
                files.extend(values.into_iter().map(|value| (value, &*part.file)));
            }
        }
        for (heading, question) in found {
            self.ask(&heading, question);
        }
    }

    /// Binds `field` to `column`.
    pub fn bind(&mut self, field: Field, column: &'p Column, reason: impl Into<String>) {
        // The names of files are not a heading.
        if self.profile.names.as_ref().is_none_or(|names| names.at != column.index) {
            self.section.set(format!("columns.{}", field.name()), quoted(&column.heading), reason);
        }
        self.bound.push((field, column));
    }

    /// Makes the amount the product of quantity and unit price, less the discount.
    pub fn multiply(&mut self, factors: [&'p Column; 2]) {
        let mut names = factors.map(|column| quoted(&column.heading)).to_vec();
        let mut reason = "no column has amounts, so they are quantity × unit price".to_owned();
        let discount = self.columns().find(|column| is_one_of(DISCOUNTS, &column.heading));
        if let Some(column) = discount.filter(|column| column.is_amount()) {
            let is_percent = column.above_one > 0 && column.percents == 0;
            let rest = format!("1 - {}{}", column.heading, if is_percent { " / 100" } else { "" });
            names.push(quoted(&rest));
            reason.push_str(" less the discount");
            self.ask(
                &column.heading,
                if is_percent {
                    "is it a percentage that is taken off the unit price? If it is an amount of money, or the price is after it, \
                     remove it from `product`"
                } else {
                    "is it taken off the unit price? If the price is after it, remove it from `product`"
                },
            );
        }
        self.section.set("product.amount", format!("[{}]", names.join(", ")), reason);
        self.bound.extend(factors.map(|column| (Field::Amount, column)));
    }

    /// Multiplies amounts that their heading or a title states in thousands or millions: `Revenue (k€)`, `Umsatz TEUR`,
    /// `Amounts in EUR million`.
    /// `beside` is the word beside the periods of a table with one column per period.
    pub fn unit(&mut self, beside: Option<&str>) {
        let of_amount =
            self.bound.iter().find(|(field, _)| *field == Field::Amount).map(|(_, column)| &*column.heading);
        let by_heading = of_amount.and_then(|heading| Some((heading, stated_unit(heading)?)));
        let file =
            [self.profile.file.as_str()].into_iter().map(|file| file.rsplit_once('.').map_or(file, |(stem, _)| stem));
        let sheet = self.profile.file.split_once('!').map(|(_, sheet)| sheet);
        let titles = self.profile.titles.iter().map(String::as_str);
        let by_period = || beside.and_then(|word| Some((word, stated_unit(word).or_else(|| named_unit(word))?)));
        let by_title = || titles.into_iter().find_map(|title| Some((title, stated_unit(title)?)));
        let by_name = || sheet.into_iter().chain(file).find_map(|name| Some((name, named_unit(name)?)));
        let Some((text, (word, factor))) = by_heading.or_else(by_period).or_else(by_title).or_else(by_name) else {
            return;
        };
        let heading = of_amount.unwrap_or_default().to_owned();
        let Some(factor) = factor else {
            return self.ask(
                &heading,
                format!("`{text}` states a unit, `{word}`, but its amounts are read as they are written"),
            );
        };
        let name = match factor {
            1_000 => "thousands".to_owned(),
            1_000_000 => "millions".to_owned(),
            other => format!("units of {other}"),
        };
        self.section.set("times.amount", factor.to_string(), format!("`{word}` in `{text}` means {name}"));
        self.ask(&heading, format!("are its amounts in {name}?"));
    }

    /// Binds `field` to the best column that `fits`, unless the column is bound already; true when there is one.
    pub fn bind_best(&mut self, field: Field, reason: &str, fits: impl Fn(&Column) -> bool) -> bool {
        let is_free = |column: &Column| !self.bound.iter().any(|(_, bound)| std::ptr::eq(*bound, column));
        let found = self.profile.best(field, |column| is_free(column) && fits(column));
        if let Some(column) = found {
            self.bind(field, column, reason);
        }
        found.is_some()
    }

    /// Leaves out rows without a value that data must have; asks where most rows may be of the partner above them.
    pub fn skip_empty(&mut self, fields: &[Field]) {
        let is_partner = |(field, column): &&(Field, &Column)| *field == Field::PartnerId && column.is_blank_below();
        if let Some(heading) = self.bound.iter().find(is_partner).map(|(_, column)| column.heading.clone()) {
            let own = quoted(&heading);
            let question = format!(
                "rows without a value are left out: if each is of the one above, write `fill_down = [{own}]` instead"
            );
            self.ask(&heading, question);
        }
        let empty: Vec<(&str, u64)> = self
            .bound
            .iter()
            .filter(|(field, _)| fields.contains(field) && !(self.are_sides && *field == Field::Amount))
            // Below the last partner there may be rows without one; below the last date or amount, there is not data.
            .map(|(field, column)| (column, if *field == Field::PartnerId { column.blank() } else { column.empty }))
            .filter(|(_, empty)| *empty > 0)
            .map(|(column, empty)| (column.heading.as_str(), empty))
            .collect();
        for (heading, count) in empty {
            let rows = counted(usize::try_from(count).unwrap_or(usize::MAX), "row");
            let reason = format!("{rows} without a value cannot be used");
            self.section.set_further(format!("skip.{}", key(heading)), &quoted(""), reason);
        }
    }

    /// Cells that are written once above blank ones: the partner, and what is blank in the same rows.
    pub fn fill_down(&mut self) {
        let of =
            |wanted: Field| self.bound.iter().filter(move |(field, _)| *field == wanted).map(|(_, column)| *column);
        let has_amounts = of(Field::Amount).all(|column| column.empty == 0);
        let has_amounts = has_amounts && self.joined.is_none();
        let partner = of(Field::PartnerId).find(|column| has_amounts && column.is_blank_below());
        // A group left of its partners, each of which has its name.
        let named = of(Field::PartnerId).find(|column| has_amounts && column.blank() == 0);
        let is_group_of = |column: &Column| {
            let is_left = named.is_some_and(|named| column.index < named.index);
            is_left && column.is_blank_below() && self.profile.begins_with(column)
        };
        let is_blank = |column: &Column| {
            is_group_of(column)
                || partner.is_some_and(|partner| column.index == partner.index || column.empty == partner.empty)
                || (partner.is_some() && !column.is_amount() && column.is_blank_below())
        };
        let bound = self.bound.iter().filter(|(field, _)| *field != Field::Amount).map(|(_, column)| *column);
        let blank: Vec<&Column> = bound.filter(|column| !column.is_date() && is_blank(column)).collect();
        if blank.is_empty() {
            return;
        }
        let headings: Vec<String> = blank.iter().map(|column| quoted(&column.heading)).collect();
        let reason = "each value is written once and the cells below it are blank";
        self.section.set("fill_down", format!("[{}]", headings.join(", ")), reason);
        let question = "blank cells are read as the value above them: is that the layout of this table?";
        let heading = blank.first().map(|column| column.heading.clone()).unwrap_or_default();
        self.ask(&heading, question);
    }

    /// Open, won and lost, from the words of the stage or status.
    pub fn status(&mut self) {
        let is_closed = self.bind_best(Field::IsClosed, "true or false", Column::is_truth);
        let is_won = self.bind_best(Field::IsWon, "true or false", Column::is_truth);
        if is_closed && is_won {
            return;
        }
        let of = |field: Field| self.profile.best(field, |column| outcome(column).is_some());
        let Some(column) = of(Field::Status).or_else(|| of(Field::Stage)) else { return };
        self.bind(Field::Status, column, "contains the values for won and lost");
        let words: Vec<String> = outcome(column)
            .into_iter()
            .flatten()
            .map(|(word, ours)| format!("{} = {}", key(&word), quoted(ours)))
            .chain([format!("{} = {}", quoted("*"), quoted("open"))])
            .collect();
        // Words that mean the same in every system need no translation.
        let is_known = column.empty == 0 && column.values.keys().all(|word| known(word).is_some());
        if !is_known {
            self.section.set("values.status", format!("{{ {} }}", words.join(", ")), "all other values mean open");
        }
        let words = column.values.keys().take(200).filter(|word| ABANDONED.contains(&compared(word).as_str()));
        let abandoned: Vec<String> = words.map(|word| quoted(word)).collect();
        if !abandoned.is_empty() {
            let (words, key, heading) = (abandoned.join(", "), key(&column.heading), column.heading.clone());
            let question = format!(
                "opportunities with {words} are read as lost, which lowers win rates: if they should not count, write `skip.{key} = [{words}]` under `[opportunities]`"
            );
            self.ask(&heading, question);
        }
    }
}

/// The names as a value of the mapping file: one if all are the same, else each; `None` without any.
fn one_or_all(names: &[Option<&str>]) -> Option<String> {
    let all: Vec<&str> = names.iter().flatten().copied().collect();
    let first = all.first()?;
    if all.iter().all(|name| name == first) {
        return Some(quoted(first));
    }
    Some(format!("[{}]", all.iter().map(|name| quoted(name)).collect::<Vec<_>>().join(", ")))
}
