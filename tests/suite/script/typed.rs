//! Typed code against the interpreter: the same values and texts, and none exactly where the interpreter fails.
//!
//! Facts are those of the example partner with some of them replaced: not known, zero, negative, huge, with many decimals.
//! `QUOTIENT_FULL=1` takes more of them. Every difference that was found stays as a case in [`found_before`].

use super::support::{assess, compile_in, context};
use crate::patience::is_full;
use chrono::NaiveDate;
use quotient::channel::{
    Attribute, ChannelFacts, HistoryFacts, Identity, InvestmentFacts, LineFacts, MarketFacts, Name, PipelineFacts,
    QuotaFacts,
};
use quotient::figure::{Figured, Kind, Value};
use quotient::plugin::{VendorFiles, VendorPlugin};
use quotient::script::{Beside, FactKind, FactorOutcome, Facts, example_facts, on_script_threads};
use quotient::units::{Currency, Money, Month};
use rust_decimal::Decimal;
use std::sync::Arc;

/// Numbers that look random and are the same in every run (SplitMix64).
pub(super) struct Chance(pub(super) u64);

impl Chance {
    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    pub(super) fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end as u64).unwrap()
    }

    pub(super) fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    pub(super) fn of<'t, T>(&mut self, items: &'t [T]) -> &'t T {
        &items[self.below(items.len())]
    }

    fn decimal(&mut self) -> Decimal {
        let odd = [
            Decimal::ZERO,
            Decimal::new(0, 2),
            Decimal::ONE,
            Decimal::MAX,
            Decimal::MIN,
            Decimal::new(-5, 1),
            Decimal::new(1, 28),
            Decimal::new(123_456_789, 6),
            Decimal::from(9_000_000_000_000_i64),
            Decimal::from(-1_000),
        ];
        match self.below(3) {
            0 => *self.of(&odd),
            1 => Decimal::new(i64::try_from(self.below(4_000_000)).unwrap() - 400_000, 2),
            _ => Decimal::new(i64::try_from(self.below(3_000)).unwrap() - 200, 3),
        }
    }

    fn count(&mut self) -> i64 {
        *self.of(&[0, 0, 1, 2, 3, 5, 7, 11, 12, 25, -1, -7, 1_000_000, i64::MAX, i64::MIN])
    }

    /// A date around the reviews; one in four is the last of a month.
    pub(super) fn date(&mut self) -> NaiveDate {
        let year = 2021 + i32::try_from(self.below(6)).unwrap();
        let (month, day) = (1 + self.below(12), 1 + self.below(28));
        let date = NaiveDate::from_ymd_opt(year, u32::try_from(month).unwrap(), u32::try_from(day).unwrap()).unwrap();
        if self.one_in(4) { Month::of(date).last_day() } else { date }
    }

    pub(super) fn text(&mut self) -> String {
        let long = "x".repeat(2_500);
        (*self.of(&["North", "Gold", "Silver", "", "ä–ß", "none", long.as_str()])).to_owned()
    }
}

/// Replaces some figures of a record.
pub(super) fn damage<T: Figured>(record: &mut T, chance: &mut Chance) {
    for figure in T::FIGURES {
        if !chance.one_in(3) {
            continue;
        }
        let value = match figure.about.kind {
            _ if figure.about.is_optional && chance.one_in(3) => Value::NotKnown,
            Kind::Money => Value::Money(Money::new(chance.decimal(), Currency::USD)),
            Kind::Rate => Value::Rate(chance.decimal()),
            Kind::Count => Value::Count(chance.count()),
            Kind::Truth => Value::Truth(chance.one_in(2)),
            Kind::Text => Value::Text(chance.text().into()),
            Kind::Date => Value::Date(chance.date()),
            Kind::List | Kind::Group => continue,
        };
        (figure.write)(record, value);
    }
}

fn amounts(chance: &mut Chance) -> Vec<Money> {
    (0..chance.below(9)).map(|_| Money::new(chance.decimal(), Currency::USD)).collect()
}

/// Facts of a line; every second one is damaged.
pub(super) fn line(plugin: Option<&VendorPlugin>, is_damaged: bool, chance: &mut Chance) -> LineFacts {
    let mut line = example_facts().line().clone();
    let number = |chance: &mut Chance| Attribute::Number(if is_damaged { chance.decimal() } else { Decimal::ONE });
    if let Some(manifest) = plugin.map(|plugin| &plugin.manifest) {
        let attribute = |(name, kind): &(Name, FactKind), chance: &mut Chance| {
            let value = match kind {
                FactKind::Truth => Attribute::Truth(chance.one_in(2)),
                FactKind::Text => Attribute::Text(Name::from(chance.text())),
                FactKind::Date => Attribute::Date(chance.date()),
                _ => number(chance),
            };
            (Name::clone(name), value)
        };
        line.attributes = manifest.attributes.iter().map(|one| attribute(one, chance)).collect();
        let learned = manifest.parameters.learned.iter();
        line.learned = learned.map(|one| (Name::clone(&one.name), number(chance))).collect();
        line.learned.retain(|_| !chance.one_in(4));
    }
    if !is_damaged {
        return line;
    }
    damage::<Identity>(&mut line.identity, chance);
    damage::<LineFacts>(&mut line, chance);
    damage::<HistoryFacts>(&mut line.history, chance);
    damage::<MarketFacts>(&mut line.market, chance);
    damage::<InvestmentFacts>(&mut line.investment, chance);
    damage::<PipelineFacts>(&mut line.pipeline, chance);
    damage::<QuotaFacts>(&mut line.quota, chance);
    damage::<ChannelFacts>(Arc::make_mut(&mut line.channel), chance);
    for list in [&mut line.history.quarters, &mut line.history.months, &mut line.history.years] {
        if chance.one_in(2) {
            *list = amounts(chance);
        }
    }
    line
}

/// Facts of several lines, every second of them damaged. Of four lines two are peers of the sound ones, one is a peer of
/// all, whose sums may be out of range, and one knows no peers.
fn lines(plugin: &VendorPlugin, count: usize, chance: &mut Chance) -> Vec<Facts> {
    let lines = (0..count).map(|at| line(Some(plugin), at % 2 == 1, chance));
    let mut facts: Vec<Facts> = lines.map(|line| Facts::new(Arc::new(line))).collect();
    if let Some(reader) = plugin.peer_reader() {
        let read =
            |every: usize| reader.peers(facts.iter().step_by(every).filter_map(|one| reader.read(one).ok()).collect());
        let (sound, all) = (read(2), read(1));
        for (at, facts) in facts.iter_mut().enumerate() {
            let peers = match at % 4 {
                0 | 1 => Some(sound.clone()),
                2 => Some(all.clone()),
                _ => None,
            };
            *facts = facts.clone().with(Beside { peers, ..Beside::default() });
        }
    }
    facts
}

/// Calls in which both answered, and in which both failed.
#[derive(Debug, Default)]
pub(super) struct Agreed {
    pub(super) answered: usize,
    pub(super) failed: usize,
}

impl Agreed {
    /// Compares one call; texts and every digit count.
    #[track_caller]
    pub(super) fn compare<T: std::fmt::Debug, F: std::fmt::Debug>(
        &mut self,
        what: &str,
        typed: Option<T>,
        run: Result<T, F>,
        facts: &LineFacts,
    ) {
        match (typed, run) {
            (Some(typed), Ok(run)) => {
                assert_eq!(format!("{typed:?}"), format!("{run:?}"), "{what}\n{facts:#?}");
                self.answered += 1;
            }
            (None, Err(_)) => self.failed += 1,
            (typed, run) => panic!("{what}\ntyped {typed:?}\ninterpreted {run:?}\n{facts:#?}"),
        }
    }
}

fn vendors() -> Vec<(&'static str, String)> {
    let mut all = Vec::new();
    for directory in ["rules", "examples/methods"] {
        let entries = std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap());
        let names = entries.filter(|entry| entry.path().is_dir());
        all.extend(names.map(|entry| (directory, entry.file_name().into_string().unwrap())));
    }
    all.sort();
    all
}

#[test]
fn the_shipped_rules_give_the_same_typed_and_interpreted() {
    let count = if is_full() { 20_000 } else { 150 };
    let (mut typed_rules, mut all) = (0, Agreed::default());
    for (directory, vendor) in vendors() {
        let files = VendorFiles::read(directory, "policies/none", &vendor).unwrap();
        let compiled = || VendorPlugin::compile(&files).value.unwrap();
        on_script_threads(Some(1), || {
            let (plugin, interpreted) = (compiled(), compiled().interpreted());
            let facts = lines(&plugin, count, &mut Chance(vendor.len() as u64));
            for (path, _) in plugin.scripts().tiers().filter(|(_, fallback)| fallback.is_none()) {
                typed_rules += 1;
                let mut agreed = Agreed::default();
                for facts in &facts {
                    let what = format!("{vendor}/{path}");
                    if path == "weights.rhai" {
                        let typed = plugin.scripts().typed_weights(path, facts);
                        agreed.compare(&what, typed, interpreted.scripts().weights(path, facts), facts.line());
                    } else {
                        let typed = plugin.scripts().typed_factor(path, facts);
                        agreed.compare(&what, typed, interpreted.scripts().factor(path, facts), facts.line());
                    }
                }
                assert!(agreed.answered > 0, "{vendor}/{path}: {agreed:?}");
                all.answered += agreed.answered;
                all.failed += agreed.failed;
            }
        });
    }
    assert!(typed_rules > 20 && all.answered > 1_000 && all.failed > 100, "{typed_rules} rules, {all:?}");
}

/// A rule of random expressions; every number is known.
struct Program<'c> {
    chance: &'c mut Chance,
    variables: usize,
}

impl Program<'_> {
    fn number(&mut self, depth: usize) -> String {
        let facts = [
            "(partner.history.prior_revenue ?? 0)",
            "(partner.history.growth ?? 0.0)",
            "(partner.market.headroom ?? 1_000.50)",
            "(partner.market.partners ?? 1)",
            "(partner.investment.certified_now ?? partner.investment.certified_gained ?? 2)",
            "(partner.pipeline.coverage ?? partner.pipeline.open_count ?? 0)",
            "partner.channel.period_months",
            "partner.history.quarters.len()",
            "sum(partner.history.quarters)",
            "(partner.history.years.last() ?? 0.0)",
            "global::SHARE",
            "global::STEP",
        ];
        if depth == 0 || self.chance.one_in(5) {
            let variable = format!("v{}", self.chance.below(self.variables.max(1)));
            let literal = ["0", "1", "3", "0.0", "1.50", "-0.25", "100", "0.07"];
            return match self.chance.below(4) {
                0 if self.variables > 0 => variable,
                0 | 1 => (*self.chance.of(&literal)).to_owned(),
                _ => (*self.chance.of(&facts)).to_owned(),
            };
        }
        let depth = depth - 1;
        let (a, b) = (self.number(depth), self.number(depth));
        match self.chance.below(12) {
            0 => format!("({a} + {b})"),
            1 => format!("({a} - {b})"),
            2 => format!("({a} * {b})"),
            3 => format!("({a} / {b})"),
            4 => format!("({a} % {b})"),
            5 => format!("min({a}, {b})"),
            6 => format!("max({a}, {b})"),
            7 => format!("clamp({a}, {b}, {})", self.number(depth)),
            8 => format!("(if {} {{ {a} }} else {{ {b} }})", self.condition(depth)),
            9 => format!("twice({a}, {b})"),
            10 => format!("abs(-{a})"),
            _ => format!("(share({a}, {b}) ?? round_half_up({a}, 2))"),
        }
    }

    fn condition(&mut self, depth: usize) -> String {
        let (a, b) = (self.number(depth.min(1)), self.number(depth.min(1)));
        let operator = *self.chance.of(&["<", "<=", ">", ">=", "==", "!="]);
        match self.chance.below(6) {
            0 => "is_known(partner.history.growth)".to_owned(),
            1 => "!partner.is_newcomer".to_owned(),
            2 => "(partner.tier ?? \"\") == \"Gold\"".to_owned(),
            3 => format!("({a} {operator} {b} && {})", "partner.territory != ()"),
            4 => format!("({a} {operator} {b} || is_known(partner.market.headroom))"),
            _ => format!("{a} {operator} {b}"),
        }
    }

    /// A line whose units and divisors make no sense, which is allowed.
    fn line(text: &mut String, line: &str) {
        let (before, after) = ("// allow script::not_known: generated", "// allow script::units: generated");
        *text += &format!("    {before}\n    {line} {after}\n");
    }

    fn text(&mut self) -> String {
        let mut text = "const SHARE = 0.35;\nconst STEP = 4;\n\
            fn twice(x, by) { if x > by { return x * 2; } x + by }\nfn assess(partner) {\n"
            .to_owned();
        for index in 0..1 + self.chance.below(4) {
            let value = self.number(2);
            Self::line(&mut text, &format!("let v{index} = {value};"));
            self.variables = index + 1;
        }
        let (condition, early) = (self.condition(1), self.number(1));
        Self::line(&mut text, &format!("let is_early = {condition};"));
        Self::line(&mut text, &format!("let early = {early};"));
        text += "    if is_early { return abstain(`only ${early}, ${partner.tier ?? \"-\"}`); }\n";
        for (name, depth) in [("revenue", 3), ("floor", 1), ("one", 1), ("other", 1)] {
            let value = self.number(depth);
            Self::line(&mut text, &format!("let {name} = {value};"));
        }
        let reason = "`${money(one)} at ${percent(other)}: ${v0}`";
        Self::line(&mut text, &format!("indicate(revenue).floor(floor).because({reason})"));
        text + "}\n"
    }
}

#[test]
fn generated_rules_give_the_same_typed_and_interpreted() {
    let (programs, count) = if is_full() { (3_000, 200) } else { (60, 25) };
    let mut chance = Chance(7);
    let facts: Vec<Facts> = (0..count).map(|at| Facts::new(Arc::new(line(None, at % 3 != 0, &mut chance)))).collect();
    let (mut compiled, mut typed_rules, mut agreed) = (0, 0, Agreed::default());
    for _ in 0..programs {
        let text = Program { chance: &mut chance, variables: 0 }.text();
        let Some(scripts) = compile_in(&[("rule.rhai", &text)], &context()).0 else { continue };
        compiled += 1;
        let fallback = scripts.tiers().find_map(|(_, fallback)| fallback.cloned());
        typed_rules += usize::from(fallback.is_none());
        let interpreted = scripts.clone().interpreted();
        on_script_threads(Some(1), || {
            for facts in facts.iter().filter(|_| fallback.is_none()) {
                let typed = scripts.typed_factor("rule.rhai", facts);
                agreed.compare(&text, typed, interpreted.factor("rule.rhai", facts), facts.line());
            }
        });
    }
    assert!(compiled * 2 > programs && typed_rules * 3 > compiled * 2, "{typed_rules} of {compiled} of {programs}");
    assert!(agreed.answered > typed_rules && agreed.failed > typed_rules, "{agreed:?}");
}

/// What a rule says, whichever code runs it.
#[track_caller]
fn both(text: &str, facts: &Facts) -> Option<FactorOutcome> {
    let scripts = super::support::rule(text);
    assert_eq!(scripts.tiers().find_map(|(_, fallback)| fallback.cloned()), None, "{text}");
    let typed = scripts.typed_factor("rule.rhai", facts);
    let run = scripts.interpreted().factor("rule.rhai", facts).ok();
    assert_eq!(format!("{typed:?}"), format!("{run:?}"), "{text}");
    run
}

#[test]
fn found_before() {
    let facts = example_facts();
    let says = |body: &str| both(&format!("fn assess(partner) {{ {body} }}"), &facts);
    // Whole numbers stay whole inside texts, also where a function gives one of two kinds.
    assert!(says("indicate(1).because(`${max(3, 2.5)} ${max(1, 2.5)} ${partner.market.partners ?? 0}`)").is_some());
    // A value that is not known has a text.
    assert!(says("indicate(1).because(`${partner.product_line}`)").is_some());
    // Loops over amounts.
    assert!(
        says("let sum = 0.0; for x in partner.history.quarters { if x > 250_000 { sum += x; } } indicate(sum)")
            .is_some()
    );
    // Records of lists, and a loop that answers.
    assert!(says("for one in partner.pipeline.opportunities { if one.stage == \"proposal\" { return indicate(one.amount); } } indicate(0)").is_some());
    // The last statement is the value.
    assert!(says("let x = 2; if x > 1 { return abstain(\"early\"); } indicate(x)").is_some());
    assert!(says("indicate(1 / (2 - 2))").is_none());
    assert!(says("indicate(100_000_000_000_000_000)").is_none());
}

#[test]
fn a_rule_without_typed_form_says_why_and_runs_all_the_same() {
    let text = "fn assess(partner) {\n    let sum = 0.0;\n    while sum < 2.0 { sum += 1.0; }\n    indicate(sum)\n}";
    let scripts = super::support::rule(text);
    let fallback = scripts.tiers().find_map(|(_, fallback)| fallback.cloned()).unwrap();
    assert_eq!((fallback.path.as_str(), fallback.line, fallback.reason.as_str()), ("rule.rhai", 3, "a `while` loop"));
    assert_eq!(scripts.typed_factor("rule.rhai", &example_facts()), None);
    assert!(matches!(scripts.factor("rule.rhai", &example_facts()), Ok(FactorOutcome::Indicated { .. })));
}

#[test]
fn deep_nesting_stays_with_the_interpreter() {
    let deep = |levels: usize, core: &str| format!("{}{core}{}", "(1 + ".repeat(levels), ")".repeat(levels));
    let rule = |levels: usize| {
        let third = format!("fn third(x) {{ x + {} }}", deep(levels, "2"));
        let second = format!("fn second(x) {{ x + {} }}", deep(levels, "third(2)"));
        format!("{third}\n{second}\nfn assess(partner) {{ indicate({}) }}", deep(levels, "second(2)"))
    };
    let fallback = |levels| super::support::rule(&rule(levels)).tiers().find_map(|(_, fallback)| fallback.cloned());
    assert_eq!(fallback(20), None);
    assert_eq!(fallback(42).unwrap().reason, "deep nesting");
}

#[test]
fn a_call_that_typed_code_leaves_is_decided_by_the_interpreter() {
    let fault = assess("indicate((partner.history.prior_revenue ?? 0.0) / 0.0)").unwrap_err();
    assert!(fault.finding.to_string().contains("zero"), "{}", fault.finding);
}
