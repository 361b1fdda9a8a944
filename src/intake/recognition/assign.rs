//! Assignment of the tables of an export to the tables of a book.

use super::super::store::Store;
use super::super::table::{Field, TableKind};
use super::again::again;
use super::aside::aside;
use super::balances::balances;
use super::breakdown::{MOST_COLUMNS, breakdowns, of_partners};
use super::columns::{
    amount, bind_partner, deductions, facts, negatives, other_amounts, scenarios, signs, taxes, uncounted,
};
use super::constant::names;
use super::cube::cube;
use super::currency::{currency, has_own_column};
use super::currency_column::{currencies, currency_column};
use super::debits::about_sides;
use super::documents::of_all_documents;
use super::doubts::doubts;
use super::fit::Fit;
use super::joined::{complete, lookup};
use super::link::{linked, master, unread};
use super::measures::measures;
use super::name_currency::{is_in_another, other_currencies};
use super::nested::{group_rows, nested, some_sums};
use super::numbers::numbers;
use super::outcome::{Breakdown, Question, Source, Survey};
use super::profile::{Column, Profile};
use super::rollup::rollups;
use super::running::{growing, running_rows};
use super::section::Draft;
use super::suspects::suspects;
use super::text::{Decision, order, quoted};
use super::unit_column::unit_column;
use super::wide::{NUMBERED, Wide, about_numbered};
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// Reason for partners that are taken from the rows of a table.
const DISTINCT: &str = "no table of partners was found, so they are taken from the rows";

/// Proposes the mapping of `profiles`, the tables of `store`.
pub(super) fn survey<'s>(store: &'s Store, profiles: &'s [Profile]) -> Survey {
    let is_part = |table: usize| profiles.iter().flat_map(|one| &one.names).any(|names| names.tables.contains(&table));
    let is_whole = |profile: &&Profile| profile.names.is_some() || !is_part(profile.table);
    let readable = profiles.iter().filter(|profile| !profile.lacks_header());
    let mut fits: Vec<Fit<'s>> = readable.filter(is_whole).map(Fit::of).collect();
    complete(&mut fits);
    let largest = |is_kind: fn(&Fit<'_>) -> bool| {
        fits.iter()
            .filter(|fit| is_kind(fit))
            // Of copies, the one with the shorter name is the original.
            .max_by_key(|fit| {
                let profile = fit.profile;
                (aside(profile).is_none(), profile.rows, Reverse((profile.file.len(), profile.table)))
            })
    };
    let revenue = largest(|fit| fit.is_revenue());
    let opportunities = largest(|fit| fit.is_opportunities());
    let of_years = || largest(|fit| fit.is_revenue_of_years()).filter(|_| opportunities.is_none());
    let has_own = fits.iter().any(Fit::is_own_revenue);
    let revenue = revenue.or_else(of_years).filter(|fit| !has_own || fit.is_own_revenue());
    let transactions = revenue.or(opportunities);
    let partners = master(&fits, transactions);
    let (parts, roles) = (parts(&fits, profiles, [revenue, opportunities]), BTreeMap::new());
    let mut plan =
        Plan { store, decisions: Vec::new(), questions: Vec::new(), breakdowns: Vec::new(), more: 0, parts, roles };
    plan.headless(profiles);
    let link = partners.as_ref().map(|(_, link)| *link);
    if let Some((value, known)) = link.and_then(|link| link.spelled) {
        plan.similar(value, known);
    }
    if let Some(currency) = currency(store, &[revenue, opportunities], &mut plan.questions) {
        plan.decisions.extend(currency.into_decisions());
    }
    match (&partners, transactions) {
        (Some((fit, link)), _) => plan.partners(fit.profile, link.own),
        (None, Some(fit)) => plan.distinct(fit),
        (None, None) => {}
    }
    match (revenue, opportunities) {
        (Some(fit), _) => plan.revenue(fit, link.map(|link| link.other), &fits),
        (None, None) if !has_own => plan.nothing(&fits),
        (None, _) => {}
    }
    if let Some(fit) = opportunities {
        let partner = if revenue.is_none() {
            link.map(|link| link.other)
        } else {
            partners.and_then(|(master, _)| linked(master.profile, fit.profile)).map(|link| link.other)
        };
        plan.opportunities(fit, partner, revenue.is_none() && !has_own);
    }
    fits.iter().for_each(|fit| plan.named(fit.profile));
    plan.nested(&fits);
    for file in &store.unread {
        let question = format!("`{file}` is not read: name it on the command line as well if it belongs to the book");
        plan.questions.push(Question { place: store.name.clone(), question });
    }
    plan.finish(&fits, profiles)
}

/// The tables with the columns of `chosen`, in the order of the store, by the table of the chosen one.
fn parts<'p>(
    fits: &[Fit<'p>],
    profiles: &'p [Profile],
    chosen: [Option<&Fit<'p>>; 2],
) -> BTreeMap<usize, Vec<&'p Profile>> {
    let mut parts = BTreeMap::new();
    for chosen in chosen.into_iter().flatten() {
        if let Some(names) = &chosen.profile.names {
            let is_part = |profile: &&Profile| profile.names.is_none() && names.tables.contains(&profile.table);
            parts.insert(chosen.profile.table, profiles.iter().filter(is_part).collect());
            continue;
        }
        let mut own: Vec<&Profile> = vec![chosen.profile];
        // The same columns are the same table, even if a part of it has too few rows to show what they are.
        let mut others: Vec<&Fit<'p>> = fits.iter().collect();
        others.sort_by_key(|fit| (Reverse(fit.profile.rows), fit.profile.file.len(), fit.profile.table));
        for fit in others {
            let is_new = !own.iter().any(|part| fit.profile.is_copy_of(part));
            let is_other = aside(fit.profile).is_some() && aside(chosen.profile).is_none();
            let is_apart = !has_own_column(chosen) && is_in_another(fit.profile, chosen.profile);
            if is_new && !is_other && !is_apart && fit.profile.has_columns_of(chosen.profile) {
                own.push(fit.profile);
            }
        }
        own.sort_by_key(|part| part.table);
        parts.insert(chosen.profile.table, own);
    }
    parts
}

/// Leaves out rows with sums of others, and asks about amounts that may be such sums.
fn sums<'s>(draft: &mut Draft<'s>, fit: &Fit<'s>, partner: &'s Column, fits: &[Fit<'s>]) {
    let periods = fit.unpivoted().map_or(&[][..], |wide| wide.columns.as_slice());
    let figures = measures(draft, periods);
    scenarios(draft, &figures);
    running_rows(draft, &figures);
    doubts(draft, fit);
    growing(draft, partner, (fit.date, fit.amount), periods);
    balances(draft, partner, periods);
    unit_column(draft, periods);
    let asked = cube(draft, partner, periods);
    let lines = nested(draft, partner, periods);
    let known = rollups(draft, partner, periods, &asked);
    some_sums(draft, partner, &lines, known);
    // Which rows count is decided: sums in questions are those of these rows.
    if periods.is_empty() {
        of_all_documents(draft, fit.amount, fits);
    }
    if fit.are_sides {
        about_sides(draft);
    }
    signs(draft, periods);
    currencies(draft, partner, periods);
    uncounted(draft, &figures, periods);
    suspects(draft, partner, periods);
    again(draft, fit, partner, periods);
    draft.breakdowns = breakdowns(draft, periods);
}

/// Asks about other currencies and the date, as far as no heading says what they are.
fn unsaid<'s>(draft: &mut Draft<'s>, fit: &Fit<'s>, fits: &[Fit<'s>]) {
    if !has_own_column(fit) {
        other_currencies(draft, fit, fits);
    }
    if let Some(date) = fit.date.filter(|_| fit.is_date_assumed) {
        draft.ask(&date.heading, "is it the date of the revenue? No heading says so, and no other column has dates");
    }
}

/// Makes the columns of `wide` rows.
fn unpivot(draft: &mut Draft<'_>, wide: &Wide) {
    let (value, reason) = wide.value_of(&draft.parts);
    if wide.title_year.is_some() && !value.contains(", year = ") {
        draft.ask(
            "",
            "its files or sheets are of different years: write a year for each in a file or sheet named after it",
        );
    }
    draft.section.set("unpivot", value, reason);
    if let Some((years, reason)) = wide.years {
        draft.section.set("years", quoted(years), reason);
    }
    if let Some((format, reason)) = &wide.date_format {
        draft.section.set("date_format", quoted(format), reason.clone());
    }
    for question in &wide.questions {
        draft.ask("", question.clone());
    }
    let profile = draft.profile;
    let year = profile.columns.iter().find(|column| Some(column.index) == wide.year_column);
    draft.bound.extend(year.map(|column| (Field::Month, column)));
    if let Some(question) = wide.about_unread(draft.profile) {
        draft.ask("", question);
    }
}

/// The mapping under way.
pub(super) struct Plan<'s> {
    pub store: &'s Store,
    pub decisions: Vec<Decision>,
    pub questions: Vec<Question>,
    pub breakdowns: Vec<Breakdown>,
    /// Number of further columns of few values.
    more: usize,
    /// Tables that are read as one, by the table of the store that decides their mapping.
    parts: BTreeMap<usize, Vec<&'s Profile>>,
    /// Tables of the book by table of the store, with the reason.
    roles: BTreeMap<usize, (Vec<String>, String)>,
}

impl<'s> Plan<'s> {
    /// A section for `profile` and the tables that are read with it.
    pub fn draft(&self, table: &'static str, profile: &'s Profile) -> Draft<'s> {
        let mut draft = Draft::new(table, profile);
        if let Some(parts) = self.parts.get(&profile.table) {
            draft.parts.clone_from(parts);
        }
        draft
    }

    pub fn take(&mut self, draft: Draft<'_>, reason: &str) {
        for part in &draft.parts {
            let role = self.roles.entry(part.table).or_default();
            role.0.push(draft.section.table.to_owned());
            if role.1.is_empty() {
                reason.clone_into(&mut role.1);
            }
        }
        if let Some(joined) = draft.joined {
            let role = self.roles.entry(joined.profile.table).or_default();
            role.0.push(draft.section.table.to_owned());
            role.1 = format!("one row for each `{}`", joined.key.heading);
        }
        self.questions.extend(draft.asked());
        self.more += draft.breakdowns.len().saturating_sub(MOST_COLUMNS);
        self.breakdowns.extend(draft.breakdowns.into_iter().take(MOST_COLUMNS));
        let mut decisions = draft.section.into_decisions();
        decisions.sort_by_key(|decision| order(&decision.key));
        self.decisions.extend(decisions);
    }

    fn partners(&mut self, profile: &Profile, id: &Column) {
        let mut draft = Draft::new("partners", profile);
        draft.source(self.store);
        let Some(id) = profile.columns.iter().find(|column| column.index == id.index) else { return };
        draft.bind(Field::PartnerId, id, "has the partners of the other tables");
        facts(&mut draft, &|_| true);
        let is_dated = draft.bind_best(Field::ValidFrom, "the date from which a row counts", Column::is_date);
        draft.dates(&[Field::Since, Field::Until, Field::ValidFrom]);
        let is_dated = is_dated && !id.is_unique();
        self.take(draft, if is_dated { "one row per partner and date" } else { "one row per partner" });
    }

    /// Partners from the rows of a table of transactions.
    fn distinct(&mut self, fit: &Fit<'s>) {
        let Some(partner) = fit.partner else { return };
        let mut draft = self.draft("partners", fit.profile);
        draft.section.set("distinct", "true", DISTINCT);
        let mut own = self.draft("partners", fit.profile);
        own.bind(Field::PartnerId, partner, "names the partner");
        let is_own = fit.profile.columns.iter().any(|column| std::ptr::eq(column, partner));
        if is_own && !fit.is_grouped {
            let constant = fit.profile.constant_beside(partner);
            facts(&mut own, &|column| !std::ptr::eq(column, partner) && constant.contains(&column.index));
            names(&mut own, partner);
        }
        // The partner alone is known from the revenue.
        if own.bound.len() > 1 {
            own.section.set("distinct", "true", DISTINCT);
            draft = own;
        }
        self.take(draft, "several rows per partner");
    }

    fn revenue(&mut self, fit: &Fit<'s>, partner: Option<&'s Column>, fits: &[Fit<'s>]) {
        let mut draft = self.draft("revenue", fit.profile);
        draft.joined = fit.joined;
        draft.source(self.store);
        lookup(&mut draft);
        let Some(partner) = partner.or(fit.partner) else { return };
        bind_partner(&mut draft, fit, partner);
        if let Some(wide) = fit.unpivoted() {
            if let Some((start, reason)) = wide.fiscal_start {
                self.fiscal_year(start, reason);
            }
            unpivot(&mut draft, wide);
        } else {
            if let Some(date) = fit.date {
                draft.bind(Field::Month, date, "almost all cells are dates or months");
                if let Some(first) = date.numbered_period() {
                    self.fiscal_year(NUMBERED.0, NUMBERED.1);
                    draft.ask(&date.heading, about_numbered(first));
                }
            } else if let Some(parts) = fit.year_and_month {
                draft.join(parts);
            } else if let Some(year) = fit.year {
                draft.year(year);
            }
            amount(&mut draft, fit);
            other_amounts(&mut draft, fit.amount);
            taxes(&mut draft, fit.amount);
        }
        if draft.has_weeks() || fit.unpivoted().is_some_and(|wide| wide.are_weeks) {
            self.weeks(draft.has_fiscal_weeks());
        }
        draft.unit(fit.unpivoted().map(|wide| wide.word.as_str()));
        for field in [Field::Territory, Field::ProductLine] {
            draft.bind_best(field, "few distinct values", Column::is_group);
        }
        currency_column(&mut draft);
        draft.repeated();
        deductions(&mut draft);
        negatives(&mut draft);
        if fit.is_grouped {
            group_rows(&mut draft, partner);
        } else {
            draft.fill_down();
        }
        let periods = fit.unpivoted().map_or(&[][..], |wide| wide.columns.as_slice());
        numbers(&mut draft, &[Field::Amount], periods);
        unsaid(&mut draft, fit, fits);
        draft.dates(&[Field::Month]);
        sums(&mut draft, fit, partner, fits);
        if !draft.section.has("fill_down") {
            draft.skip_empty(&[Field::PartnerId, Field::Month, Field::Amount]);
        }
        self.take(
            draft,
            if fit.unpivoted().is_some() { "one column per period" } else { "dates and amounts by partner" },
        );
    }

    /// A table that is found by its name, without a section.
    fn named(&mut self, profile: &Profile) {
        let Some(kind) = TableKind::named(&profile.name) else { return };
        let is_proposed = self.roles.values().any(|(tables, _)| tables.iter().any(|table| table == kind.name()));
        if !is_proposed && !self.roles.contains_key(&profile.table) {
            self.roles.insert(profile.table, (vec![kind.name().to_owned()], "has the name of the table".to_owned()));
        }
    }

    /// Says why no table is one of revenue, and proposes what is known of the one that lacks least.
    fn nothing(&mut self, fits: &[Fit<'s>]) {
        let known = |fit: &&Fit<'_>| fit.wanted().iter().filter(|(_, column)| column.is_some()).count();
        let most = fits.iter().map(|fit| known(&fit)).max().unwrap_or_default();
        for fit in fits.iter().filter(|fit| known(fit) == most) {
            for (field, column) in fit.wanted() {
                if column.is_none() {
                    let (what, key) = (fit.missing(field), field.name());
                    let question = format!("{what} `columns.{key} = \"…\"` under `[revenue]`");
                    self.questions.push(Question { place: fit.profile.file.clone(), question });
                }
            }
        }
        let Some(fit) = fits.iter().filter(|fit| known(fit) > 1).max_by_key(|fit| (known(fit), fit.profile.rows))
        else {
            return;
        };
        if fit.partner.is_some() {
            self.distinct(fit);
        } else {
            let mut draft = self.draft("partners", fit.profile);
            draft.section.set("distinct", "true", DISTINCT);
            self.take(draft, "several rows per partner");
        }
        let mut draft = self.draft("revenue", fit.profile);
        draft.source(self.store);
        for (field, column) in fit.wanted() {
            if let Some(column) = column {
                draft.bind(field, column, "has the heading and the values");
            }
        }
        numbers(&mut draft, &[Field::Amount], &[]);
        draft.dates(&[Field::Month]);
        self.take(draft, "has some of the columns of revenue");
    }

    fn finish(mut self, fits: &[Fit<'_>], profiles: &[Profile]) -> Survey {
        let mut sources = Vec::new();
        let sources_read: Vec<usize> = self.roles.keys().copied().collect();
        for profile in profiles.iter().filter(|profile| profile.names.is_none() && !profile.lacks_header()) {
            let (tables, reason) = self.roles.remove(&profile.table).unwrap_or_default();
            let own = fits.iter().find(|fit| fit.profile.table == profile.table && tables.is_empty());
            let question = own.and_then(|fit| unread(fit, fits, &sources_read));
            self.questions.extend(question.map(|question| Question { place: profile.file.clone(), question }));
            let reason = if tables.is_empty() { "not read".to_owned() } else { reason };
            sources.push(Source {
                file: profile.file.clone(),
                rows: profile.rows,
                header_row: profile.header_row,
                tables,
                reason,
            });
        }
        let breakdowns = of_partners(self.breakdowns, &self.decisions);
        Survey::new(sources, self.decisions, self.questions, (breakdowns, self.more))
    }
}
