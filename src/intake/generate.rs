//! The demonstration book: a made-up channel, the same for the same seed, with the ugly cases that real ones have.
//!
//! Everything is whole numbers and one small generator (SplitMix64), so that every machine makes the same bytes.
//! The partners 1 to 14 are the ugly cases, see [`README`].

use super::book::read_book_files;
use super::table::TableKind;
use super::{Mapping, ReadOptions};
use crate::channel::PartnerBook;
use crate::finding::{Code, Finding, Findings, Place};
use crate::units::Month;
use std::fmt::Write as _;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

/// What stands in the `README.md` beside a generated book.
pub const README: &str = "\
# Demonstration book: synthetic

**Every partner and every number here is made up.** The book was written by `quotient generate`; the same seed and number
of partners give the same bytes. As of 2025-12-31, in US dollars; eight quarters of revenue, 2024-01 to 2025-12.

The first partners are the ugly cases that real channels have:

| partner | what is special |
| --- | --- |
| 1 | dominates the channel with about a quarter of its revenue |
| 2 to 5 | newcomers, joined 3 to 9 months ago |
| 6 | its vertical (Maritime) has no market data |
| 7 | a quarter with more credit notes than sales |
| 8, 9 | a thin and a rich pipeline |
| 10 | never had any revenue |
| 11 to 14 | names with a comma, umlauts, a leading `=`, quotes |
| 15 | no tier, no territory |

For reviews as of 2025-09-30: `forecasts.csv` also has the forecasts for 2025 that were submitted that September, and
`opportunities.csv` also the deals that were then to close in the last quarter, as they stood on that day.

`locks.csv` has no row: nothing is agreed yet. Books of more than 10,000 partners are sparser: one sale a quarter and at
most two opportunities per partner.
";

const TERRITORIES: [&str; 3] = ["North", "South", "West"];
const PRODUCT_LINES: [&str; 3] = ["Platform", "Analytics", "Services"];
const VERTICALS: [&str; 4] = ["Healthcare", "Manufacturing", "Public Sector", "Retail"];
const TIERS: [&str; 3] = ["Silver", "Gold", "Platinum"];
const MANAGERS: [&str; 6] = ["A. Okafor", "B. Lindqvist", "C. Moreau", "D. Tanaka", "E. Rossi", "F. Novak"];
const FIRST_WORDS: [&str; 40] = [
    "Alder",
    "Beacon",
    "Cedar",
    "Delta",
    "Ember",
    "Fjord",
    "Granite",
    "Harbor",
    "Indigo",
    "Juniper",
    "Kestrel",
    "Lumen",
    "Meadow",
    "Nimbus",
    "Orchard",
    "Pioneer",
    "Quarry",
    "Ridge",
    "Summit",
    "Timber",
    "Umbra",
    "Vertex",
    "Willow",
    "Xenon",
    "Yarrow",
    "Zephyr",
    "Anchor",
    "Birch",
    "Copper",
    "Drift",
    "Echo",
    "Falcon",
    "Garnet",
    "Hazel",
    "Iron",
    "Jade",
    "Kite",
    "Larch",
    "Maple",
    "North Star",
];
const SECOND_WORDS: [&str; 12] = [
    "Systems",
    "Consulting",
    "Networks",
    "Software",
    "Data",
    "Solutions",
    "Technologies",
    "Cloud",
    "Integration",
    "Digital",
    "Services",
    "Partners",
];
const STAGES: [(&str, u64); 4] = [("Qualified", 20), ("Proposal", 40), ("Negotiation", 60), ("Verbal", 80)];
/// Share of a year's revenue by month, in thousandths of the average month: quarter ends are strong.
const SEASON: [u64; 12] = [780, 860, 1150, 840, 920, 1180, 760, 820, 1130, 940, 1040, 1580];
/// Number of months of revenue.
const MONTHS: i32 = 24;
/// Above this number of partners the book is sparse.
const DENSE_PARTNERS: usize = 10_000;
/// Fewest partners for which the ugly cases all exist.
pub const FEWEST_PARTNERS: usize = 15;

/// SplitMix64 (Steele, Lea, Flood 2014): the whole state is one number.
struct Dice(u64);

impl Dice {
    /// The dice of one partner for one purpose.
    fn of(seed: u64, partner: usize, purpose: u64) -> Self {
        let mut dice = Self(seed ^ purpose.wrapping_mul(0xD6E8_FEB8_6659_FD93));
        let start = dice.next() ^ (partner as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        Self(start)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number from `low` to `high`, both included.
    fn between(&mut self, low: u64, high: u64) -> u64 {
        let span = u128::from(high - low) + 1;
        low + ((u128::from(self.next()) * span) >> 64) as u64
    }

    /// True in `thousandths` of 1000 throws.
    fn chance(&mut self, thousandths: u64) -> bool {
        self.between(0, 999) < thousandths
    }

    fn pick<'a>(&mut self, words: &[&'a str]) -> &'a str {
        words.get(self.between(0, words.len() as u64 - 1) as usize).copied().unwrap_or_default()
    }
}

/// What a partner is; the tables derive from it.
struct Profile {
    id: String,
    name: String,
    tier: Option<&'static str>,
    territory: Option<&'static str>,
    vertical: &'static str,
    /// How many of the product lines it sells, from the first one on (rotated by `first_line`).
    lines: usize,
    first_line: usize,
    /// Months from joining to the end of 2025.
    months_with_us: i32,
    /// Average monthly revenue in cents.
    base: u64,
    /// Growth of revenue in two years, in thousandths: 1000 is none.
    growth: u64,
    /// True when it orders every month, false for once a quarter.
    is_monthly: bool,
}

/// A made-up channel.
struct Channel {
    seed: u64,
    partners: usize,
    /// Monthly revenue of all partners but the first, in cents.
    others: u64,
}

impl Channel {
    fn new(seed: u64, partners: usize) -> Self {
        let partners = partners.max(FEWEST_PARTNERS);
        let mut channel = Self { seed, partners, others: 0 };
        channel.others = (1..partners).map(|index| channel.profile(index)).map(|one| one.base).sum();
        channel
    }

    fn is_dense(&self) -> bool {
        self.partners <= DENSE_PARTNERS
    }

    fn id(&self, index: usize) -> String {
        let width = self.partners.to_string().len().max(4);
        format!("P{:0width$}", index + 1)
    }

    fn profile(&self, index: usize) -> Profile {
        let mut dice = Dice::of(self.seed, index, 1);
        let (low, high) = match dice.between(0, 99) {
            0..60 => (150_000, 1_500_000),
            60..90 => (1_500_000, 6_000_000),
            _ => (6_000_000, 20_000_000),
        };
        let base = dice.between(low, high) / 1000 * 1000;
        let tier = match base {
            0..1_500_000 => (!dice.chance(300)).then_some(TIERS[0]),
            1_500_000..6_000_000 => Some(TIERS[1]),
            _ => Some(TIERS[2]),
        };
        let is_newcomer = dice.chance(40);
        let lines = if self.is_dense() { 1 + usize::from(base > 1_500_000) + usize::from(base > 6_000_000) } else { 1 };
        let mut profile = Profile {
            id: self.id(index),
            name: name(index),
            tier,
            territory: Some(dice.pick(&TERRITORIES)).filter(|word| !word.is_empty()),
            vertical: dice.pick(&VERTICALS),
            lines,
            first_line: dice.between(0, 2) as usize,
            months_with_us: if is_newcomer { dice.between(3, 9) as i32 } else { dice.between(24, 130) as i32 },
            base,
            growth: dice.between(850, 1450),
            is_monthly: self.is_dense() && base > 1_000_000,
        };
        match index {
            0 => {
                profile = Profile {
                    base: (self.others / 3).max(1),
                    tier: Some(TIERS[2]),
                    lines: if self.is_dense() { 3 } else { 1 },
                    months_with_us: 120,
                    growth: 1100,
                    ..profile
                };
            }
            1..=4 => profile.months_with_us = [3, 4, 6, 9][index - 1],
            5 => profile.vertical = "Maritime",
            6 => profile = Profile { base: 2_500_000, months_with_us: 60, is_monthly: true, lines: 1, ..profile },
            7 | 8 => profile = Profile { base: 3_000_000, months_with_us: 48, is_monthly: self.is_dense(), ..profile },
            9 => profile = Profile { months_with_us: 30, base: 0, ..profile },
            14 => profile = Profile { tier: None, territory: None, ..profile },
            _ => {}
        }
        profile
    }
}

fn name(index: usize) -> String {
    match index {
        10 => return "Brandt, Koehler & Partner".to_owned(),
        11 => return "Grünwald Systemhäuser GmbH".to_owned(),
        12 => return "=cmd|' /C calc'!A0".to_owned(),
        13 => return "\"Blue Dot\" Consulting".to_owned(),
        _ => {}
    }
    let (first, second) = (
        FIRST_WORDS[index % FIRST_WORDS.len()],
        SECOND_WORDS[(index / FIRST_WORDS.len() + index) % SECOND_WORDS.len()],
    );
    match index / (FIRST_WORDS.len() * SECOND_WORDS.len()) {
        0 => format!("{first} {second}"),
        round => format!("{first} {second} {}", round + 1),
    }
}

/// Writes cents as `1234.50`.
fn money(cents: i64) -> String {
    let sign = if cents < 0 { "-" } else { "" };
    format!("{sign}{}.{:02}", cents.unsigned_abs() / 100, cents.unsigned_abs() % 100)
}

/// Writes thousandths as `0.125`.
fn fraction(thousandths: i64) -> String {
    let sign = if thousandths < 0 { "-" } else { "" };
    format!("{sign}{}.{:03}", thousandths.unsigned_abs() / 1000, thousandths.unsigned_abs() % 1000)
}

fn quoted(text: &str) -> String {
    if text.contains([',', '"']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.to_owned() }
}

/// The month `offset` months after December 2025.
fn month(offset: i32) -> Option<Month> {
    Month::new(2025, 12).map(|last| last.plus(offset))
}

fn day(offset: i32, day: u64) -> String {
    month(offset).map(|month| format!("{month}-{:02}", day.clamp(1, 28))).unwrap_or_default()
}

/// Product line number `index` of a partner and its share of the partner's revenue in thousandths.
fn line(profile: &Profile, index: usize) -> (&'static str, u64) {
    let shares: &[u64] = match profile.lines {
        1 => &[1000],
        2 => &[650, 350],
        _ => &[550, 280, 170],
    };
    (PRODUCT_LINES[(profile.first_line + index) % 3], shares.get(index).copied().unwrap_or_default())
}

/// Revenue of a partner's product line in the month `offset` (−23 to 0), in cents; `None` when there was no sale.
fn revenue(profile: &Profile, share: u64, offset: i32, dice: &mut Dice, index: usize) -> Option<i64> {
    let noise = dice.between(700, 1300);
    if profile.base == 0 || offset <= -profile.months_with_us {
        return None;
    }
    let month = month(offset)?;
    let factor = if profile.is_monthly { 1 } else { 3 };
    if !profile.is_monthly && month.number() % 3 != (index as u32) % 3 {
        return None;
    }
    let elapsed = (offset + MONTHS) as u64;
    let trend = 1000 + elapsed * profile.growth / MONTHS as u64 - elapsed * 1000 / MONTHS as u64;
    let season = SEASON.get(month.number() as usize - 1).copied().unwrap_or(1000);
    let parts = [share, trend, season, noise, factor * 1000];
    let cents = parts.iter().fold(u128::from(profile.base), |cents, part| cents * u128::from(*part) / 1000);
    let cents = i64::try_from(cents).ok()?;
    // The third quarter of 2025 of partner 7: a project was returned.
    Some(if index == 6 && (-5..=-3).contains(&offset) { -cents / 2 } else { cents })
}

fn write_table(channel: &Channel, kind: TableKind, out: &mut dyn Write) -> io::Result<()> {
    let partners = || (0..channel.partners).map(|index| (index, channel.profile(index)));
    match kind {
        TableKind::Partners => {
            writeln!(
                out,
                "partner_id,partner_name,tier,territory,vertical,product_lines,account_manager,since,employees,focus_account"
            )?;
            for (index, one) in partners() {
                let mut dice = Dice::of(channel.seed, index, 2);
                let lines: Vec<&str> = (0..one.lines).map(|index| line(&one, index).0).collect();
                let since = day(-one.months_with_us, dice.between(1, 28));
                let employees = dice.between(4, 60) + one.base / 150_000 % 400;
                writeln!(
                    out,
                    "{},{},{},{},{},{},{},{since},{employees},{}",
                    one.id,
                    quoted(&one.name),
                    one.tier.unwrap_or_default(),
                    one.territory.unwrap_or_default(),
                    one.vertical,
                    lines.join(";"),
                    dice.pick(&MANAGERS),
                    dice.chance(150),
                )?;
            }
        }
        TableKind::Revenue => {
            writeln!(out, "partner_id,month,product_line,territory,amount,currency")?;
            for (index, one) in partners() {
                let mut dice = Dice::of(channel.seed, index, 3);
                let sells_abroad = dice.chance(100);
                for offset in (1 - MONTHS)..=0 {
                    for (product_line, share) in (0..one.lines).map(|index| line(&one, index)) {
                        let amount = revenue(&one, share, offset, &mut dice, index);
                        let abroad = sells_abroad && dice.chance(250);
                        let Some((cents, month)) = amount.zip(month(offset)) else { continue };
                        let territory = if abroad { TERRITORIES[index % 3] } else { one.territory.unwrap_or("West") };
                        writeln!(out, "{},{month},{product_line},{territory},{},USD", one.id, money(cents))?;
                    }
                }
            }
        }
        TableKind::Market => write_market(channel, out)?,
        TableKind::Investments => {
            writeln!(
                out,
                "partner_id,certified_now,certified_before,marketing_spend,services_headcount,services_revenue,enablement,currency"
            )?;
            for (index, one) in partners() {
                let mut dice = Dice::of(channel.seed, index, 4);
                if index != 0 && dice.chance(150) {
                    continue;
                }
                let now = dice.between(0, 4) + one.base / 2_000_000 % 60;
                let before = now.saturating_sub(dice.between(0, 3)) + u64::from(dice.chance(100));
                let spend = if dice.chance(200) {
                    String::new()
                } else {
                    money((one.base * dice.between(5, 60) / 1000) as i64 * 12)
                };
                let heads = if dice.chance(300) { String::new() } else { dice.between(0, 25).to_string() };
                let services = if heads.is_empty() {
                    String::new()
                } else {
                    money((one.base * dice.between(20, 400) / 1000) as i64 * 12)
                };
                let enablement = fraction(dice.between(0, 1000) as i64);
                let before = if one.months_with_us < 12 { String::new() } else { before.to_string() };
                writeln!(out, "{},{now},{before},{spend},{heads},{services},{enablement},USD", one.id)?;
            }
        }
        TableKind::Opportunities => {
            writeln!(
                out,
                "opportunity_id,partner_id,amount,stage,status,probability,close_date,product_line,territory,registered_on,currency"
            )?;
            for (index, one) in partners() {
                write_opportunities(channel, index, &one, out)?;
            }
        }
        TableKind::WinRates => {
            writeln!(out, "partner_id,product_line,territory,by_value,by_count")?;
            for (index, one) in partners() {
                let mut dice = Dice::of(channel.seed, index, 6);
                if dice.chance(300) {
                    let by_value = dice.between(120, 520);
                    let by_count = (by_value + dice.between(0, 120)).saturating_sub(60);
                    writeln!(out, "{},,,{},{}", one.id, fraction(by_value as i64), fraction(by_count as i64))?;
                }
            }
        }
        TableKind::Forecasts => {
            writeln!(out, "partner_id,period,months,product_line,territory,amount,submitted_on,currency")?;
            for (index, one) in partners() {
                let mut dice = Dice::of(channel.seed, index, 7);
                let mut then = Dice::of(channel.seed, index, 10);
                if one.months_with_us >= 6 && then.chance(650) {
                    let amount = money((one.base * 12 / 1000 * then.between(850, 1300)) as i64);
                    writeln!(out, "{},2025-01,12,,,{amount},2025-09-{:02},USD", one.id, then.between(1, 28))?;
                }
                if dice.chance(600) {
                    let amount = one.base * 12 / 1000 * dice.between(850, 1300);
                    writeln!(
                        out,
                        "{},2026-01,12,,,{},2025-12-{:02},USD",
                        one.id,
                        money(amount as i64),
                        dice.between(1, 20)
                    )?;
                }
            }
        }
        TableKind::Quotas => {
            writeln!(out, "partner_id,period,months,product_line,territory,quota,currency")?;
            for (index, one) in partners() {
                let mut dice = Dice::of(channel.seed, index, 8);
                if one.months_with_us >= 12 && (index == 0 || dice.chance(920)) {
                    let quota = (one.base * 12 / 1000 * dice.between(950, 1350) / 100_000 + 1) * 100_000;
                    writeln!(out, "{},2025-01,12,,,{},USD", one.id, money(quota as i64))?;
                }
            }
        }
        TableKind::Locks => writeln!(out, "partner_id,product_line,territory,quota,reason,currency")?,
        TableKind::Targets | TableKind::Previous | TableKind::Extra => {}
    }
    Ok(())
}

fn write_market(channel: &Channel, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "territory,vertical,product_line,addressable_market,growth,currency")?;
    let mut cells = vec![0u64; TERRITORIES.len() * VERTICALS.len() * PRODUCT_LINES.len()];
    for index in 0..channel.partners {
        let one = channel.profile(index);
        let territory = TERRITORIES.iter().position(|territory| Some(*territory) == one.territory);
        let vertical = VERTICALS.iter().position(|vertical| *vertical == one.vertical);
        let (Some(territory), Some(vertical)) = (territory, vertical) else { continue };
        for (product_line, share) in (0..one.lines).map(|index| line(&one, index)) {
            let product_line = PRODUCT_LINES.iter().position(|name| *name == product_line).unwrap_or_default();
            let cell = (territory * VERTICALS.len() + vertical) * PRODUCT_LINES.len() + product_line;
            if let Some(cell) = cells.get_mut(cell) {
                *cell += one.base * share / 1000 * 12;
            }
        }
    }
    for (index, sold) in cells.into_iter().enumerate() {
        let mut dice = Dice::of(channel.seed, index, 9);
        // From barely covered to wide open; never below what the channel already sells there.
        let market = (sold.max(50_000_000) / 100 * dice.between(250, 1200) / 1_000_000 + 1) * 1_000_000;
        let growth = dice.between(0, 170) as i64 - 20;
        let lines = PRODUCT_LINES.len();
        let territory = TERRITORIES[index / lines / VERTICALS.len()];
        let (vertical, product_line) = (VERTICALS[index / lines % VERTICALS.len()], PRODUCT_LINES[index % lines]);
        writeln!(out, "{territory},{vertical},{product_line},{},{},USD", money(market as i64), fraction(growth))?;
    }
    Ok(())
}

fn write_opportunities(channel: &Channel, index: usize, one: &Profile, out: &mut dyn Write) -> io::Result<()> {
    let mut dice = Dice::of(channel.seed, index, 5);
    let usual = dice.between(0, 5);
    let open = match index {
        7 => 1,
        8 => 14,
        _ if channel.is_dense() => usual + u64::from(one.base > 6_000_000) * 3,
        _ => usual % 2,
    };
    let closed = if channel.is_dense() && one.months_with_us >= 12 { dice.between(0, 5) } else { 0 };
    for number in 0..open + closed {
        let is_open = number < open;
        let size = match index {
            7 => 40,
            8 => 2500,
            _ => dice.between(200, 2200),
        };
        let amount = (one.base.max(300_000) * size / 1000 / 10_000 + 1) * 10_000;
        let (stage, probability) = STAGES[dice.between(0, 3) as usize];
        let (status, stage, probability) = match (is_open, dice.chance(380)) {
            (true, _) => ("open", stage, fraction(probability as i64 * 10)),
            (false, true) => ("won", "Closed Won", "1.000".to_owned()),
            (false, false) => ("lost", "Closed Lost", "0.000".to_owned()),
        };
        let offset = if is_open { dice.between(1, 12) as i32 } else { -(dice.between(0, 11) as i32) };
        let close = day(offset, dice.between(1, 28));
        let registered = day((offset - dice.between(2, 9) as i32).min(0), dice.between(1, 28));
        let (product_line, _) = line(one, dice.between(0, one.lines as u64 - 1) as usize);
        let mut id = String::new();
        let _ = write!(id, "{}-{:02}", one.id.replacen('P', "O", 1), number + 1);
        let territory = one.territory.unwrap_or_default();
        let amount = money(amount as i64);
        writeln!(
            out,
            "{id},{},{amount},{stage},{status},{probability},{close},{product_line},{territory},{registered},USD",
            one.id
        )?;
    }
    write_quarter(channel, index, one, open + closed, out)
}

/// Deals after the first `before` of a partner: those to close in the last quarter of 2025, as of its beginning.
fn write_quarter(channel: &Channel, index: usize, one: &Profile, before: u64, out: &mut dyn Write) -> io::Result<()> {
    let mut dice = Dice::of(channel.seed, index, 11);
    let (deals, low, high) = match (one.months_with_us < 6, channel.is_dense()) {
        (true, _) => (0, 0, 0),
        (false, true) => (dice.between(0, 7), 1000, 6000),
        (false, false) => (dice.between(0, 1), 2000, 24_000),
    };
    for number in before..before + deals {
        let amount = (one.base.max(300_000) * dice.between(low, high) / 1000 / 10_000 + 1) * 10_000;
        let (stage, probability) = STAGES[dice.between(0, 3) as usize];
        let close = day(-(dice.between(0, 2) as i32), dice.between(1, 28));
        let registered = day(-(dice.between(3, 8) as i32), dice.between(1, 28));
        let (product_line, _) = line(one, dice.between(0, one.lines as u64 - 1) as usize);
        writeln!(
            out,
            "{}-{:02},{},{},{stage},open,{},{close},{product_line},{},{registered},USD",
            one.id.replacen('P', "O", 1),
            number + 1,
            one.id,
            money(amount as i64),
            fraction(probability as i64 * 10),
            one.territory.unwrap_or_default(),
        )?;
    }
    Ok(())
}

/// Writes a synthetic book of `partners` partners (at least [`FEWEST_PARTNERS`]) as CSV files into `directory`.
///
/// Memory does not grow with the number of partners. Existing files of the same names are overwritten. Returns the files
/// written, the `README.md` first.
pub fn write_csv(directory: &Path, seed: u64, partners: usize) -> Result<Vec<PathBuf>, Findings> {
    let unwritable = |path: &Path, error: io::Error| {
        let finding = Finding::error(Code::FileUnwritable, format!("the book cannot be written: {error}"));
        Findings::from_iter([finding
            .at(Place::file(path.display().to_string()))
            .help("check the folder and the free space")])
    };
    let is_synthetic = std::fs::read_to_string(directory.join("README.md")).is_ok_and(|text| text.starts_with(README));
    let taken = TableKind::BOOK.into_iter().map(|kind| directory.join(format!("{}.csv", kind.name())));
    if let Some(taken) = taken.filter(|_| !is_synthetic).find(|path| path.exists()) {
        let message = "a table that is no synthetic one is already there and is not overwritten";
        let finding = Finding::error(Code::FileUnwritable, message).at(Place::file(taken.display().to_string()));
        return Err(Findings::from_iter([finding.help("name another folder")]));
    }
    std::fs::create_dir_all(directory).map_err(|error| unwritable(directory, error))?;
    let channel = Channel::new(seed, partners);
    let readme = directory.join("README.md");
    let command = format!("{README}\n    quotient generate --seed {seed} --partners {}\n", channel.partners);
    std::fs::write(&readme, command).map_err(|error| unwritable(&readme, error))?;
    let mut written = vec![readme];
    for kind in TableKind::BOOK {
        let path = directory.join(format!("{}.csv", kind.name()));
        let file = std::fs::File::create(&path).map_err(|error| unwritable(&path, error))?;
        let mut out = BufWriter::with_capacity(1 << 20, file);
        write_table(&channel, kind, &mut out).and_then(|()| out.flush()).map_err(|error| unwritable(&path, error))?;
        written.push(path);
    }
    Ok(written)
}

/// Returns the synthetic book of `partners` partners (at least [`FEWEST_PARTNERS`]), the same for the same seed.
///
/// ```
/// let book = quotient::intake::generate::demonstration(1, 150).unwrap();
/// assert_eq!(book.partners.len(), 150);
/// ```
pub fn demonstration(seed: u64, partners: usize) -> Result<PartnerBook, Findings> {
    let channel = Channel::new(seed, partners);
    let mut files = Vec::new();
    for kind in TableKind::BOOK {
        let mut bytes = Vec::new();
        let file = format!("{}.csv", kind.name());
        write_table(&channel, kind, &mut bytes).map_err(|error| {
            Findings::from_iter([Finding::error(Code::FileUnwritable, error.to_string()).at(Place::file(file.clone()))])
        })?;
        files.push((file, bytes));
    }
    read_book_files(files, None::<&Mapping>, &ReadOptions::default()).map(|(book, _)| book)
}
