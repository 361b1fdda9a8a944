//! An independent planner: book, facts, factors, weights, assessment, guardrails, rounding, in exact rationals.
//!
//! It reads the CSV files itself and knows the shipped vendors by what their rules say in words; nothing here is called
//! from the product. Bottom-up proposals only: how a target is met has an oracle of its own, `quota::oracle`.

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{One, Signed, Zero};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

pub type Exact = BigRational;
/// Product line of a line; empty at partner grain.
pub type Line = String;

/// A decimal as an exact number.
pub fn exact(text: &str) -> Exact {
    crate::support::arithmetic::decimal(text).unwrap_or_else(|| panic!("not a number: `{text}`"))
}

/// Months since year 0 of `2025-04`.
pub fn month(text: &str) -> i32 {
    let (year, month) = text.split_once('-').expect("a month");
    year.parse::<i32>().expect("a year") * 12 + month[..2].parse::<i32>().expect("a month") - 1
}

/// Rows of a CSV file, each by column.
pub fn rows(path: &Path) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_path(path).unwrap_or_else(|fault| panic!("{}: {fault}", path.display()));
    reader.deserialize().map(|row| row.expect("a row")).collect()
}

#[derive(Default)]
pub struct Partner {
    pub columns: BTreeMap<String, String>,
    /// Month, product line, amount.
    pub revenue: Vec<(i32, Line, Exact)>,
    pub investment: BTreeMap<String, String>,
    pub opportunities: Vec<BTreeMap<String, String>>,
    pub win_rates: Vec<BTreeMap<String, String>>,
    pub quotas: Vec<BTreeMap<String, String>>,
}

pub struct Book {
    pub partners: BTreeMap<String, Partner>,
    pub market: Vec<BTreeMap<String, String>>,
    pub first_month: i32,
}

impl Book {
    /// Reads a book whose revenue has the amounts in `amount` and the product lines in `product_line`.
    pub fn read(directory: &Path, amount: &str, product_line: &str) -> Self {
        let mut partners: BTreeMap<String, Partner> = BTreeMap::new();
        for columns in rows(&directory.join("partners.csv")) {
            partners.insert(columns["partner_id"].clone(), Partner { columns, ..Partner::default() });
        }
        let mut of = |row: &BTreeMap<String, String>, add: &mut dyn FnMut(&mut Partner)| {
            add(partners.get_mut(&row["partner_id"]).expect("a partner"));
        };
        let mut first_month = i32::MAX;
        for row in rows(&directory.join("revenue.csv")) {
            let at = month(&row["month"]);
            first_month = first_month.min(at);
            let line = row.get(product_line).cloned().unwrap_or_default();
            of(&row, &mut |partner| partner.revenue.push((at, line.clone(), exact(&row[amount]))));
        }
        let optional =
            |name: &str| if directory.join(name).is_file() { rows(&directory.join(name)) } else { Vec::new() };
        optional("investments.csv").iter().for_each(|row| of(row, &mut |partner| partner.investment = row.clone()));
        optional("opportunities.csv")
            .iter()
            .for_each(|row| of(row, &mut |partner| partner.opportunities.push(row.clone())));
        optional("win_rates.csv").iter().for_each(|row| of(row, &mut |partner| partner.win_rates.push(row.clone())));
        optional("quotas.csv").iter().for_each(|row| of(row, &mut |partner| partner.quotas.push(row.clone())));
        Self { partners, market: optional("market.csv"), first_month }
    }
}

/// What is planned: the first month of the period and its months, the last month seen and the last day.
pub struct View {
    pub start: i32,
    pub months: i32,
    pub last: i32,
    pub as_of: &'static str,
    pub has_lines: bool,
    pub newcomer_months: i32,
}

/// What is known about one line.
#[derive(Default, Clone)]
pub struct Facts {
    pub prior: Option<Exact>,
    pub earlier: Option<Exact>,
    pub trailing: Option<Exact>,
    pub quarters: Vec<Exact>,
    pub since_first: Option<i32>,
    pub since_last: Option<i32>,
    pub is_newcomer: bool,
    pub addressable: Option<Exact>,
    pub market_growth: Option<Exact>,
    pub channel_revenue: Option<Exact>,
    pub partners: i32,
    pub open: Exact,
    pub weighted: Option<Exact>,
    pub win_rate: Option<Exact>,
    pub current_quota: Option<Exact>,
}

impl Facts {
    pub fn headroom(&self) -> Option<Exact> {
        let room = self.addressable.clone()? - self.channel_revenue.clone()?;
        Some(room.max(Exact::zero()))
    }

    pub fn partner_share(&self) -> Option<Exact> {
        let whole = self.channel_revenue.clone().filter(|whole| !whole.is_zero())?;
        Some(self.prior.clone()? / whole)
    }
}

impl View {
    /// Entries of a partner or of one of its lines up to the last month, ascending.
    fn own<'p>(&self, partner: &'p Partner, line: Option<&str>) -> Vec<&'p (i32, Line, Exact)> {
        let is_mine = |entry: &&(i32, Line, Exact)| entry.0 <= self.last && line.is_none_or(|line| entry.1 == line);
        let mut own: Vec<_> = partner.revenue.iter().filter(is_mine).collect();
        own.sort_by_key(|entry| entry.0);
        own
    }

    /// Revenue of `months` months from `start`; not known before the book begins or after it is seen, or without any.
    fn revenue(&self, book: &Book, own: &[&(i32, Line, Exact)], start: i32, months: i32) -> Option<Exact> {
        let inside = |entry: &&&(i32, Line, Exact)| start <= entry.0 && entry.0 < start + months;
        let is_known = !own.is_empty() && start >= book.first_month && start + months - 1 <= self.last;
        is_known.then(|| own.iter().filter(inside).map(|entry| &entry.2).sum())
    }

    pub fn prior(&self, book: &Book, partner: &Partner, line: Option<&str>) -> Option<Exact> {
        self.revenue(book, &self.own(partner, line), self.last + 1 - self.months, self.months)
    }

    pub fn trailing(&self, book: &Book, partner: &Partner) -> Option<Exact> {
        self.revenue(book, &self.own(partner, None), self.last - 11, 12)
    }

    /// Lines of a partner: what it sold in 24 months and what it may sell; the whole partner at partner grain.
    pub fn lines(&self, partner: &Partner) -> Vec<Line> {
        if !self.has_lines {
            return vec![String::new()];
        }
        let sold =
            self.own(partner, None).into_iter().filter(|entry| self.last - entry.0 < 24).map(|entry| entry.1.clone());
        let authorised = partner.columns["product_lines"].split(';').map(|name| name.trim().to_owned());
        let lines: BTreeSet<Line> = sold.chain(authorised.filter(|name| !name.is_empty())).collect();
        if lines.is_empty() { vec![String::new()] } else { lines.into_iter().collect() }
    }

    fn cell<'p>(&self, partner: &'p Partner, line: &'p str) -> [&'p str; 3] {
        let column = |name: &str| partner.columns.get(name).map_or("", String::as_str);
        [column("territory"), column("vertical"), line]
    }

    fn market(&self, book: &Book, cell: [&str; 3]) -> (Option<Exact>, Option<Exact>) {
        let mut rows: Vec<&BTreeMap<String, String>> = book.market.iter().collect();
        if cell[0].is_empty() && rows.iter().all(|row| !row["territory"].is_empty()) {
            return (None, None);
        }
        for (name, wanted) in ["territory", "vertical", "product_line"].into_iter().zip(cell) {
            let has = |value: &str| rows.iter().any(|row| row[name] == value);
            let value = if has(wanted) { wanted } else { "" };
            if !wanted.is_empty() || has("") {
                rows.retain(|row| row[name] == value);
            }
        }
        let amounts: Option<Vec<Exact>> = rows
            .iter()
            .map(|row| Some(row["addressable_market"].as_str()).filter(|text| !text.is_empty()).map(exact))
            .collect();
        let total: Exact = match amounts {
            Some(amounts) if !amounts.is_empty() => amounts.iter().sum(),
            _ => return (None, None), // no shipped book has growth without an amount
        };
        let grown: Option<Vec<Exact>> = rows
            .iter()
            .map(|row| {
                Some(&row["growth"])
                    .filter(|text| !text.is_empty())
                    .map(|rate| exact(rate) * exact(&row["addressable_market"]))
            })
            .collect();
        let growth = grown.map(|grown| grown.iter().sum::<Exact>() / total.clone());
        (Some(total * Exact::new(self.months.into(), 12.into())), growth)
    }

    /// Facts of every line of the eligible partners.
    pub fn facts(&self, book: &Book, eligible: &[&str]) -> BTreeMap<(String, Line), Facts> {
        let partners = || eligible.iter().map(|id| (*id, &book.partners[*id]));
        let mut cells: BTreeMap<[&str; 3], (i32, Option<Exact>)> = BTreeMap::new();
        let lines: BTreeMap<&str, Vec<Line>> = partners().map(|(id, partner)| (id, self.lines(partner))).collect();
        for (id, partner) in partners() {
            for line in &lines[id] {
                let cell = cells.entry(self.cell(partner, line)).or_default();
                cell.0 += 1;
                if let Some(prior) = self.prior(book, partner, self.part(line)) {
                    cell.1 = Some(cell.1.take().unwrap_or_else(Exact::zero) + prior);
                }
            }
        }
        let mut all = BTreeMap::new();
        for (id, partner) in partners() {
            for line in &lines[id] {
                let cell = self.cell(partner, line);
                let mut facts = self.line(book, partner, line);
                if !book.market.is_empty() {
                    (facts.addressable, facts.market_growth) = self.market(book, cell);
                    (facts.partners, facts.channel_revenue) = cells[&cell].clone();
                }
                all.insert((id.to_owned(), line.clone()), facts);
            }
        }
        all
    }

    fn part<'l>(&self, line: &'l str) -> Option<&'l str> {
        self.has_lines.then_some(line)
    }

    fn line(&self, book: &Book, partner: &Partner, line: &str) -> Facts {
        let own = self.own(partner, self.part(line));
        let is_mine = |row: &&BTreeMap<String, String>| !self.has_lines || row["product_line"] == line;
        let since_first = own.first().map(|entry| self.last - entry.0);
        let joined = partner.columns.get("since").filter(|day| !day.is_empty()).map(|day| self.months_since(day));
        let began_inside = self.own(partner, None).first().is_some_and(|entry| entry.0 > book.first_month);
        let is_new = |months: Option<i32>| months.is_some_and(|months| months < self.newcomer_months);
        let before = self.start - self.months;
        let quotas: Vec<_> = partner
            .quotas
            .iter()
            .filter(is_mine)
            .filter(|row| month(&row["period"]) == before && row["months"] == self.months.to_string())
            .collect();
        let open: Vec<_> = partner.opportunities.iter().filter(is_mine).filter(|deal| self.is_open(deal)).collect();
        let weighted = |deal: &&BTreeMap<String, String>| {
            let known = deal["status"] == "open" && !deal["probability"].is_empty();
            known.then(|| exact(&deal["amount"]) * exact(&deal["probability"]))
        };
        Facts {
            prior: self.prior(book, partner, self.part(line)),
            earlier: self.revenue(book, &own, self.last + 1 - 2 * self.months, self.months),
            trailing: self.revenue(book, &own, self.last - 11, 12),
            quarters: (0..8).rev().filter_map(|back| self.revenue(book, &own, self.last - 2 - 3 * back, 3)).collect(),
            since_first,
            since_last: own.iter().rev().find(|entry| entry.2.is_positive()).map(|entry| self.last - entry.0),
            is_newcomer: is_new(joined) || is_new(since_first) && began_inside,
            open: open.iter().map(|deal| exact(&deal["amount"])).sum(),
            weighted: open.iter().map(weighted).collect::<Option<Vec<_>>>().map(|all| all.iter().sum()),
            win_rate: self.win_rate(partner, line),
            current_quota: quotas.first().map(|row| exact(&row["quota"])),
            ..Facts::default()
        }
    }

    /// Whole months from a day to the as-of day, which is the last of its month.
    fn months_since(&self, day: &str) -> i32 {
        month(self.as_of) - month(day)
    }

    fn is_open(&self, deal: &BTreeMap<String, String>) -> bool {
        let close = &deal["close_date"];
        let at = month(close);
        deal["registered_on"].as_str() <= self.as_of
            && close.as_str() > self.as_of
            && self.start <= at
            && at < self.start + self.months
    }

    fn win_rate(&self, partner: &Partner, line: &str) -> Option<Exact> {
        let stated = |line: &str| {
            partner.win_rates.iter().find(|row| row["product_line"] == line && row["territory"].is_empty())
        };
        if let Some(rate) =
            stated(line).or_else(|| stated("")).map(|row| &row["by_value"]).filter(|rate| !rate.is_empty())
        {
            return Some(exact(rate));
        }
        let from = format!("{}{}", self.as_of[..4].parse::<i32>().expect("a year") - 2, &self.as_of[4..]);
        let (mut won, mut closed) = (Exact::zero(), Exact::zero());
        for deal in partner.opportunities.iter().filter(|deal| !self.has_lines || deal["product_line"] == line) {
            let day = deal["close_date"].as_str();
            if deal["status"] != "open" && from.as_str() < day && day <= self.as_of {
                closed += exact(&deal["amount"]);
                won += if deal["status"] == "won" { exact(&deal["amount"]) } else { Exact::zero() };
            }
        }
        (!closed.is_zero()).then(|| won / closed)
    }
}

/// Cents of an amount, halves away from zero.
pub fn cents(amount: &Exact) -> BigInt {
    let (twice, two) = (amount * Exact::from_integer(200.into()), BigInt::from(2));
    let magnitude = (twice.abs() + Exact::one()).floor().to_integer() / two;
    if amount.is_negative() { -magnitude } else { magnitude }
}

/// Σ weight × indicated in cents, each part rounded; weights of `None` are shared among the others.
pub fn assess(indicated: &[(Option<Exact>, Exact)]) -> Option<BigInt> {
    let whole: Exact = indicated.iter().filter(|(found, _)| found.is_some()).map(|(_, weight)| weight).sum();
    let part = |(found, weight): &(Option<Exact>, Exact)| {
        let amount = Exact::new(cents(found.as_ref()?), 100.into());
        Some(cents(&(amount * weight / whole.clone())))
    };
    (!whole.is_zero()).then(|| indicated.iter().filter_map(part).sum::<BigInt>().max(BigInt::zero()))
}

/// Assessments by fair share: each factor's indications as shares of `amount`, by line, in cents.
pub fn fair_share(lines: &[Vec<(Option<Exact>, Exact)>], amount: &BigInt) -> Vec<Option<BigInt>> {
    let positive = |found: &Exact| Exact::from_integer(cents(found)).max(Exact::zero());
    let factors = lines.first().map_or(0, Vec::len);
    let wholes: Vec<Exact> = (0..factors)
        .map(|factor| lines.iter().filter_map(|line| line[factor].0.as_ref()).map(positive).sum())
        .collect();
    let amount = Exact::new(amount.clone(), 100.into());
    let of_line = |line: &Vec<(Option<Exact>, Exact)>| {
        let active: Vec<(Exact, &Exact)> = line
            .iter()
            .zip(&wholes)
            .filter(|(_, whole)| !whole.is_zero())
            .filter_map(|((found, weight), whole)| Some((positive(found.as_ref()?) / whole, weight)))
            .collect();
        let weights: Exact = active.iter().map(|(_, weight)| *weight).sum();
        (!weights.is_zero()).then(|| {
            active.iter().map(|(share, weight)| cents(&(amount.clone() * share * *weight / weights.clone()))).sum()
        })
    };
    lines.iter().map(of_line).collect()
}

/// A ceiling or a floor in cents.
pub enum Bound {
    Ceiling(Exact),
    Floor(Exact),
}

/// Floor and ceiling in cents; `by_strength` has the stronger first, of equal strength ceilings before floors.
pub fn settle(by_strength: &[Bound]) -> (BigInt, Option<BigInt>) {
    let (mut lowest, mut highest): (BigInt, Option<BigInt>) = (BigInt::zero(), None);
    for bound in by_strength {
        match bound {
            Bound::Ceiling(amount) => {
                let ceiling = cents(amount).max(lowest.clone());
                highest = Some(highest.map_or(ceiling.clone(), |known| known.min(ceiling)));
            }
            Bound::Floor(amount) => {
                let floor = highest.as_ref().map_or(cents(amount), |highest| cents(amount).min(highest.clone()));
                lowest = lowest.max(floor);
            }
        }
    }
    (lowest, highest)
}

/// An assessment held within its bounds and rounded half up to `unit` cents where a multiple lies between them.
pub fn round(assessment: &BigInt, (lowest, highest): &(BigInt, Option<BigInt>), unit: i64) -> BigInt {
    let unit = BigInt::from(unit);
    let mut held = assessment.max(lowest).clone();
    if let Some(highest) = highest {
        held = held.min(highest.clone());
    }
    let least = (lowest + &unit - 1) / &unit * &unit;
    let most = highest.as_ref().map(|highest| highest / &unit * &unit);
    if most.as_ref().is_some_and(|most| least > *most) {
        return held;
    }
    let twice: BigInt = held * 2 + &unit;
    let units: BigInt = twice / (BigInt::from(2) * &unit);
    let nearest = (units * &unit).max(least);
    most.map_or(nearest.clone(), |most| nearest.min(most))
}

/// A number of decimal places, halves to the even digit.
pub fn rounded(value: &Exact, places: u32) -> Exact {
    let scale = Exact::from_integer(BigInt::from(10).pow(places));
    let scaled = value * &scale;
    let (floor, rest) = (scaled.floor(), &scaled - scaled.floor());
    let is_odd = (floor.to_integer() % BigInt::from(2)) != BigInt::zero();
    let up = rest > exact("0.5") || rest == exact("0.5") && is_odd;
    (if up { floor + Exact::one() } else { floor }) / scale
}

/// What a partner bought in two stretches, with its group.
pub type Transition = (String, Exact, Exact);

/// A ratio for the whole channel and for each group, the latter shrunk towards the whole.
pub fn learned(transitions: &[Transition], shrink: &str) -> (Exact, BTreeMap<String, Exact>) {
    let ratio = |own: &[&Transition]| {
        let sum = |part: fn(&Transition) -> &Exact| own.iter().map(|one| part(one)).sum::<Exact>();
        rounded(&(sum(|one| &one.2) / sum(|one| &one.1)), 4)
    };
    let all: Vec<&Transition> = transitions.iter().collect();
    let whole = ratio(&all);
    let names: BTreeSet<&String> = transitions.iter().map(|one| &one.0).collect();
    let shrunk = |name: &String| {
        let own: Vec<&Transition> = transitions.iter().filter(|one| one.0 == *name).collect();
        let before: Exact = own.iter().map(|one| &one.1).sum();
        let squares = own.iter().map(|one| rounded(&(&one.1 / &before), 9)).map(|share| &share * &share);
        let evidence = rounded(&(Exact::one() / squares.sum::<Exact>()), 1);
        let weight = exact(shrink);
        rounded(&((&evidence * ratio(&own) + &weight * &whole) / (evidence + weight)), 4)
    };
    let groups = names.into_iter().map(|name| (name.clone(), shrunk(name))).collect();
    (whole, groups)
}

impl View {
    /// What the partners that sold in the months from `before` bought in them and in those from `after`.
    pub fn transitions(
        &self,
        book: &Book,
        (before, after, months): (i32, i32, i32),
        admits: impl Fn(&Partner) -> bool,
        group: impl Fn(&Partner) -> String,
    ) -> Vec<Transition> {
        let partners = book.partners.values().filter(|partner| admits(partner));
        let found = partners.filter_map(|partner| {
            let own = self.own(partner, None);
            let both = (self.revenue(book, &own, before, months)?, self.revenue(book, &own, after, months)?);
            both.0.is_positive().then(|| (group(partner), both.0, both.1))
        });
        found.collect()
    }

    /// Revenue of some months of a partner, zero where it has none.
    pub fn bought(&self, partner: &Partner, start: i32, months: i32) -> Exact {
        let own = self.own(partner, None);
        own.iter().filter(|entry| start <= entry.0 && entry.0 < start + months).map(|entry| &entry.2).sum()
    }

    /// Whether a partner was active, quiet or lapsed at the end of a month.
    pub fn silence(&self, partner: &Partner, until: i32) -> String {
        let sold = self.own(partner, None).into_iter().filter(|entry| entry.0 <= until && entry.2.is_positive());
        match sold.map(|entry| until - entry.0).min() {
            Some(6..) => "lapsed".to_owned(),
            Some(3..) => "quiet".to_owned(),
            Some(_) => "active".to_owned(),
            None => String::new(),
        }
    }
}
