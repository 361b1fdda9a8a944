//! As of means as of: facts that are dated later are changed at random, and no number changes.

use chrono::{Days, NaiveDate};
use proptest::prelude::*;
use quotient::channel::PartnerBook;
use quotient::finding::Code;
use quotient::intake::{ReadOptions, read_book_files};
use quotient::planning::{Origin, QuotaPlan, Request, assess_partner, backtest, calibrate, health, origins, propose};
use quotient::plugin::{Room, VendorFile, VendorFiles, VendorPlugin};
use quotient::review::{self, Review, Setting};
use quotient::script::on_script_threads;
use std::fmt::Write;

/// A month before the end of a half-year, so that a review looks at its pipeline.
const AS_OF: &str = "2024-11-30";

/// A vendor whose rules and policies read everything that a book can date.
const FILES: [(Room, &str, &str); 4] = [
    (
        Room::Rules,
        "vendor.toml",
        "api = 1\nname = \"Acme\"\ncurrency = \"USD\"\n[plan]\nperiod = \"half\"\nfiscal_year_starts = \"January\"\n\
         grain = \"partner\"\nbasis = \"indicated\"\n[weights]\nhistory = 0.5\nrest = 0.5\n\
         [guardrails]\non_violation = \"clamp\"\ntier_minimum = true\nmarket_share_ceiling = 0.9\ngrowth_ceiling = 2\n\
         [tiers]\nSilver = 10\nGold = 50\n[attributes]\nemployees = \"count\"\n\
         [tables.sellers]\nrole = \"text\"\nvalid_from = \"date\"\n\
         [parameters.kept]\nlearned = \"retention\"\nby = \"tier\"\nminimum = 1\nshrink = 2\n\
         [parameters.season]\nlearned = \"season\"\nby = \"territory\"\nminimum = 1\nfallback = 1\n",
    ),
    (
        Room::Rules,
        "history.rhai",
        "/// Revenue, kept and in season.\nfn assess(partner) {\n    let prior = partner.history.prior_revenue;\n    \
         if !is_known(prior) { return abstain(\"no history\"); }\n    let kept = partner.learned.kept ?? 1.0;\n    \
         indicate(max(prior * kept * (partner.learned.season ?? 1.0) + sum(partner.history.months) * 0.01, 0.0)).because(\"kept\")\n}\n",
    ),
    (
        Room::Rules,
        "rest.rhai",
        "/// Everything else.\nfn assess(partner) {\n    let base = if partner.tier == \"Gold\" { 200.0 } else { 100.0 };\n    \
         let heads = partner.investment.certified_now ?? 0;\n    let won = partner.pipeline.closed.where(\"is_won\", true).sum(\"amount\");\n    \
         let former = if partner.quota.former.is_empty() { 0.0 } else { partner.quota.former.last().quota };\n    \
         indicate(base + 3.0 * heads + 2.0 * (partner.attributes.employees ?? 0) + 0.01 * (partner.market.addressable ?? 0.0)\n        \
         + 10.0 * (partner.market.growth ?? 0.0) + 50.0 * (partner.pipeline.win_rate ?? 0.0) + 0.1 * (partner.pipeline.open_amount ?? 0.0)\n        \
         + 0.1 * won + 0.1 * former + 0.1 * (partner.quota.current ?? 0.0) + 0.1 * (partner.quota.forecast ?? 0.0)\n        \
         + 5.0 * partner.sellers.count() + 0.1 * (partner.peers(\"tier\").sum(\"history.prior_revenue\") ?? 0.0)).because(\"rest\")\n}\n",
    ),
    (
        Room::Policies,
        "tier.rhai",
        "/// By revenue, staff and sellers.\nfn decide(partner) {\n    let heads = partner.investment.certified_now ?? 0;\n    \
         let asked = at_least(\"people\", heads + partner.sellers.count(), 5);\n    \
         if asked.is_met { return retain().because(asked); }\n    demote(\"Silver\").because(asked)\n}\n",
    ),
];

fn vendor() -> VendorPlugin {
    let file = |(room, path, text): (Room, &str, &str)| VendorFile {
        room,
        path: path.to_owned(),
        shown: path.to_owned(),
        text: text.into(),
    };
    let files = FILES.into_iter().map(file).collect();
    let (plugin, findings) =
        on_script_threads(Some(1), || VendorPlugin::compile(&VendorFiles::new("acme", files)).into_parts());
    plugin.unwrap_or_else(|| panic!("{findings:#?}"))
}

/// Numbers that look random and are the same for the same seed.
struct Dice(u64);

impl Dice {
    fn below(&mut self, count: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % count
    }

    fn pick<'t>(&mut self, words: &[&'t str]) -> &'t str {
        words[usize::try_from(self.below(words.len() as u64)).unwrap()]
    }
}

/// Dice of the past, which are the same in both books, and of what is dated later.
struct World {
    past: Dice,
    later: Dice,
}

impl World {
    fn dice(&mut self, is_later: bool) -> &mut Dice {
        if is_later { &mut self.later } else { &mut self.past }
    }
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// Dates before the as-of date, and dates after it, a few of each, no date twice.
fn dates(world: &mut World) -> Vec<(bool, NaiveDate)> {
    let mut dates: Vec<(bool, NaiveDate)> = Vec::new();
    let mut add = |is_later: bool, from: &str, dice: &mut Dice| {
        let count = dice.below(3);
        for _ in 0..count {
            let date = day(from).checked_add_days(Days::new(dice.below(680))).unwrap();
            if !dates.iter().any(|(_, known)| *known == date) {
                dates.push((is_later, date));
            }
        }
    };
    add(false, "2023-01-15", &mut world.past);
    add(true, "2024-12-01", &mut world.later);
    dates
}

/// Rows of a table: an undated one of the past in most cases, and dated ones.
fn rows(world: &mut World, start: &str, text: &mut String, cells: impl Fn(&mut Dice) -> String) {
    if world.past.below(4) > 0 {
        let _ = writeln!(text, "{start}{},", cells(&mut world.past));
    }
    for (is_later, date) in dates(world) {
        let _ = writeln!(text, "{start}{},{date}", cells(world.dice(is_later)));
    }
}

fn partners(world: &mut World, ids: &[String]) -> String {
    let mut text = "partner_id,tier,territory,employees,valid_from\n".to_owned();
    let cells = |dice: &mut Dice| {
        format!("{},{},{}", dice.pick(&["Gold", "Silver", ""]), dice.pick(&["North", "South"]), dice.below(50))
    };
    for id in ids {
        // Without any row the partner would be unknown to the other tables.
        let _ = writeln!(text, "{id},{},", cells(&mut world.past));
        for (is_later, date) in dates(world) {
            let _ = writeln!(text, "{id},{},{date}", cells(world.dice(is_later)));
        }
    }
    // Partners that begin later.
    for number in 0..world.later.below(3) {
        let _ = writeln!(text, "X{number},{},2025-0{}-01", cells(&mut world.later), 1 + number);
    }
    text
}

fn revenue(world: &mut World, ids: &[String]) -> String {
    let mut text = "partner_id,month,amount\n".to_owned();
    for id in ids {
        for year in 2022..=2025 {
            for month in 1..=12 {
                let dice = world.dice(year == 2025 || (year, month) == (2024, 12));
                if dice.below(3) > 0 {
                    let _ = writeln!(text, "{id},{year}-{month:02},{}.{:02}", dice.below(400), dice.below(100));
                }
            }
        }
    }
    text
}

fn opportunities(world: &mut World, ids: &[String]) -> String {
    let mut text = "opportunity_id,partner_id,amount,status,close_date,registered_on\n".to_owned();
    for id in ids {
        for number in 0..world.past.below(5) {
            let dice = &mut world.past;
            let (amount, registered) =
                (dice.below(900), day("2023-06-01").checked_add_days(Days::new(dice.below(500))).unwrap());
            let close = registered.checked_add_days(Days::new(20 + dice.below(400))).unwrap();
            let (status, outcome) = (dice.pick(&["won", "lost"]), world.later.pick(&["won", "lost"]));
            // What became of a deal after the as-of date is dated later.
            let status = if close > day(AS_OF) { outcome } else { status };
            let _ = writeln!(text, "{id}-{number},{id},{amount},{status},{close},{registered}");
        }
        for number in 0..world.later.below(4) {
            let dice = &mut world.later;
            let registered = day("2024-12-01").checked_add_days(Days::new(dice.below(200))).unwrap();
            // Also deals whose date of closing was mistyped: they are overdue when they are registered.
            let close = day("2024-06-01").checked_add_days(Days::new(dice.below(600))).unwrap();
            let status = if close < registered { "open" } else { dice.pick(&["open", "won", "lost"]) };
            let _ = writeln!(text, "{id}-L{number},{id},{},{status},{close},{registered}", dice.below(900));
        }
    }
    text
}

fn quotas(world: &mut World, ids: &[String]) -> String {
    let mut text = "partner_id,period,quota\n".to_owned();
    for id in ids {
        for year in 2023..=2026 {
            for half in ["H1", "H2"] {
                let dice = world.dice(year > 2024);
                if dice.below(3) > 0 {
                    let _ = writeln!(text, "{id},FY{year}-{half},{}", dice.below(2_000));
                }
            }
        }
    }
    text
}

fn forecasts(world: &mut World, ids: &[String]) -> String {
    let mut text = "partner_id,period,amount,submitted_on\n".to_owned();
    for id in ids {
        let _ = writeln!(text, "{id},FY2025-H1,{},2024-11-0{}", world.past.below(900), 1 + world.past.below(9));
        for month in 1..=world.later.below(5) {
            let _ = writeln!(text, "{id},FY2025-H1,{},2025-0{month}-03", world.later.below(900));
        }
    }
    text
}

/// A book of the past `past`, with `later` as what is dated later.
fn book(past: u64, later: u64) -> PartnerBook {
    let mut world = World { past: Dice(past), later: Dice(later) };
    let ids: Vec<String> = (0..8).map(|number| format!("P{number}")).collect();
    let mut market = "territory,addressable_market,growth,valid_from\n".to_owned();
    for territory in ["North", "South"] {
        rows(&mut world, &format!("{territory},"), &mut market, |dice| {
            format!("{},0.{}", dice.below(90_000), dice.below(9))
        });
    }
    let (mut investments, mut win_rates) =
        ("partner_id,certified_now,valid_from\n".to_owned(), "partner_id,by_value,valid_from\n".to_owned());
    let mut sellers = "partner_id,role,valid_from\n".to_owned();
    for id in &ids {
        rows(&mut world, &format!("{id},"), &mut investments, |dice| dice.below(20).to_string());
        rows(&mut world, &format!("{id},"), &mut win_rates, |dice| format!("0.{}", dice.below(9)));
        rows(&mut world, &format!("{id},"), &mut sellers, |dice| dice.pick(&["senior", "junior"]).to_owned());
    }
    let files = vec![
        ("partners.csv", partners(&mut world, &ids)),
        ("revenue.csv", revenue(&mut world, &ids)),
        ("market.csv", market),
        ("investments.csv", investments),
        ("win_rates.csv", win_rates),
        ("sellers.csv", sellers),
        ("opportunities.csv", opportunities(&mut world, &ids)),
        ("quotas.csv", quotas(&mut world, &ids)),
        ("forecasts.csv", forecasts(&mut world, &ids)),
    ];
    let files = files.into_iter().map(|(name, text)| (name.to_owned(), text.into_bytes())).collect();
    let options = ReadOptions { calendar: quotient::units::FiscalCalendar::new(1), ..ReadOptions::default() };
    let read = read_book_files(files, None, &options).into_result();
    read.unwrap_or_else(|findings| panic!("{findings:#?}")).0
}

/// A plan without what says which book it was made from: its hash, its account, and which of its facts have dates.
fn written(plan: QuotaPlan) -> String {
    let mut out = Vec::new();
    let mut plan = QuotaPlan { input_hash: String::new(), book: None, ..plan };
    plan.bands.iter_mut().for_each(|bands| bands.undated.clear());
    quotient::report::json::write_plan(&plan, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn request() -> Request {
    Request { as_of: Some(day(AS_OF)), bands: true, ..Request::default() }
}

fn reviewed(plugin: &VendorPlugin, book: &PartnerBook) -> String {
    let request = review::Request { as_of: day(AS_OF), period: None, quotas: None };
    let setting = Setting::new(&plugin.manifest, book, &request).unwrap();
    let known = book.as_of(setting.as_of);
    let review = Review::new(plugin, &known, &setting, Some(2)).unwrap();
    let mut out = Vec::new();
    quotient::report::review::json::write_review(&review, Some(2), &|_, _| {}, &mut out).unwrap();
    let mut document: serde_json::Value = serde_json::from_slice(&out).unwrap();
    (document["input_hash"], document["book"]) = (serde_json::Value::Null, serde_json::Value::Null);
    // Which partners begin later is a property of the whole book as well.
    if let Some(findings) = document["findings"].as_array_mut() {
        findings.retain(|finding| finding["cause"] != "begins_later");
    }
    format!("{document:#}")
}

/// Everything that looks at a book as of a date, by name.
fn looks(plugin: &mut VendorPlugin, book: &PartnerBook) -> Vec<(&'static str, String)> {
    let until = day(AS_OF);
    let past: Vec<Origin> = origins(plugin, book, 6)
        .into_iter()
        .filter(|origin| origin.period.end().first_day() <= until.succ_opt().unwrap())
        .collect();
    assert!(past.len() > 12, "{past:?}");
    let mut scored = backtest(plugin, book, &past, &["tier".to_owned(), "employees".to_owned()], &|_, _| {}).unwrap();
    // Which facts have dates is a property of the whole book, like its hash.
    scored.undated.clear();
    scored.findings = scored.findings.into_iter().filter(|finding| finding.code() != Code::PlanBacktest).collect();
    let assessed = assess_partner(plugin, book, &request(), Some("P1")).unwrap();
    let mut health = health(plugin, book, &request(), 36, &|_, _| {}).unwrap();
    health.bands.undated.clear();
    let calibrated = calibrate(plugin, book, &request(), 6).unwrap();
    vec![
        ("proposal", written(propose(plugin, book, &request(), &|_, _| {}).unwrap())),
        ("assessment", format!("{assessed:?}").replace(&book.input_hash, "")),
        ("health", format!("{:?} {:?} {:?}", health.bands, health.lines, health.findings)),
        ("calibration", format!("{:?} {:?} {:?}", calibrated.best, calibrated.chosen, calibrated.moved)),
        ("backtest", format!("{scored:?}").replace(&book.input_hash, "")),
        ("review", reviewed(plugin, book)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, max_shrink_iters: 0, ..ProptestConfig::default() })]

    #[test]
    fn nothing_dated_later_changes_a_number(past: u64, one: u64, other: u64) {
        let mut plugin = vendor();
        let (first, second) = (book(past, one), book(past, other));
        prop_assume!(first.input_hash != second.input_hash);
        let all = on_script_threads(Some(2), || [looks(&mut plugin, &first), looks(&mut plugin, &second)]);
        let [first, second] = all;
        for ((name, one), (_, other)) in first.iter().zip(&second) {
            prop_assert!(one == other, "{name} differs:\n{}", difference(one, other));
        }
    }
}

/// The neighbourhood of the first difference.
fn difference(one: &str, other: &str) -> String {
    let at = one.bytes().zip(other.bytes()).position(|(one, other)| one != other).unwrap_or(one.len().min(other.len()));
    let near = |text: &str| text.bytes().skip(at.saturating_sub(300)).take(500).collect::<Vec<u8>>();
    format!("{}\n---\n{}", String::from_utf8_lossy(&near(one)), String::from_utf8_lossy(&near(other)))
}

/// The test can fail: a change that is dated on the as-of date itself shows in every look.
#[test]
fn a_change_up_to_the_date_changes_the_numbers() {
    let mut plugin = vendor();
    let (first, second) = (book(7, 1), book(8, 1));
    let [first, second] = on_script_threads(Some(2), || [looks(&mut plugin, &first), looks(&mut plugin, &second)]);
    for ((name, one), (_, other)) in first.iter().zip(&second) {
        assert!(one != other, "{name} does not look at the past");
    }
}
