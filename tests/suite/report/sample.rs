//! Plans built by hand: small ones with round figures, a realistic channel, and ugly ones.

use chrono::NaiveDate;
use quotient::channel::{Identity, LineContext, Name, SegmentKey};
use quotient::finding::{Code, Finding, Findings, Place};
use quotient::planning::{Basis, Grain, GroupOutcome, OverAssignment, PhasingBasis, PlanChange, PlanLine, QuotaPlan};
use quotient::quota::{BrokenGuardrail, FactorDetail, GuardrailKind, Side, Step, StepKind};
use quotient::units::{Currency, FiscalCalendar, Money, ReportingPeriods, parse_decimal};
use rust_decimal::Decimal;
use std::collections::BTreeMap;

/// An amount in the currency of the sample plans.
pub fn eur(amount: impl Into<Decimal>) -> Money {
    Money::new(amount, Currency::EUR)
}

pub fn money(text: &str) -> Money {
    eur(parse_decimal(text).unwrap())
}

pub fn name(text: &str) -> Option<Name> {
    Some(text.into())
}

pub fn factor(label: &str, indicated: &str, weight: &str, reason: &str) -> Step {
    let (indicated, weight) = (money(indicated), parse_decimal(weight).unwrap());
    let amount = indicated.times(weight).unwrap();
    let factor = Some(FactorDetail { indicated, weight });
    let source = Some(format!("{label}.rhai:12").into());
    Step { kind: StepKind::Factor, label: label.into(), amount, reason: reason.into(), factor, source }
}

pub fn step(kind: StepKind, label: &str, amount: &str, reason: &str) -> Step {
    Step { kind, label: label.into(), amount: money(amount), reason: reason.into(), factor: None, source: None }
}

/// States what a line sold, from which growth is measured.
pub fn sold(line: &mut PlanLine, amount: Option<Money>) {
    (line.context.prior_revenue, line.context.comparable_revenue) = (amount, amount);
}

/// A line whose quota is the sum of `steps`, cut into four equal periods (the last carries the rest).
pub fn line(id: &str, steps: Vec<Step>) -> PlanLine {
    let sum = |kinds: &[StepKind]| {
        let chosen = steps.iter().filter(|step| kinds.is_empty() || kinds.contains(&step.kind));
        chosen.fold(eur(0), |sum, step| sum.plus(step.amount).unwrap())
    };
    let (quota, assessment) = (sum(&[]), sum(&[StepKind::Factor]));
    let quarter = eur((quota.amount() / Decimal::from(4)).trunc());
    let rest = eur(quota.amount() - quarter.amount() * Decimal::from(3));
    PlanLine {
        identity: Identity { partner_id: id.into(), partner_name: id.into(), ..Identity::default() },
        segment: SegmentKey::default(),
        context: LineContext::default(),
        quota,
        assessment,
        floor: None,
        ceiling: None,
        binding: None,
        broken: Vec::new(),
        locked: false,
        lock_reason: String::new(),
        periods: vec![quarter, quarter, quarter, rest],
        season: PhasingBasis::ChannelSeason,
        band: None,
        odds: None,
        steps,
    }
}

/// A plan of `lines` without target: FY2026 in EUR, quarters.
pub fn plan(mut lines: Vec<PlanLine>) -> QuotaPlan {
    lines.sort_by(|a, b| (&a.identity.partner_id, &a.segment).cmp(&(&b.identity.partner_id, &b.segment)));
    let calendar = FiscalCalendar::new(1).unwrap();
    let period = calendar.period("FY2026").unwrap();
    let total = lines.iter().fold(eur(0), |sum, line| sum.plus(line.quota).unwrap());
    let assessment = lines.iter().fold(eur(0), |sum, line| sum.plus(line.assessment).unwrap());
    let channel = GroupOutcome {
        name: "channel".to_owned(),
        target: None,
        assigned: total,
        assessment,
        quota: total,
        lines: lines.len(),
    };
    QuotaPlan {
        vendor: "meridian".into(),
        revision: "3fa91c02d7e84b15a6c09f2e51d3b870".to_owned(),
        input_hash: "b77c1e90aa4f".to_owned(),
        book: None,
        currency: Currency::EUR,
        reporting: calendar.reporting(&period, ReportingPeriods::Quarters),
        period,
        as_of: NaiveDate::from_ymd_opt(2025, 12, 31).unwrap(),
        grain: Grain::Partner,
        basis: Basis::Indicated,
        rounding_unit: eur(100),
        target: None,
        reserve: eur(0),
        over_assignment: Vec::new(),
        total,
        groups: vec![channel],
        lines,
        learned: Vec::new(),
        conventions: quotient::planning::Conventions {
            constants: quotient::plugin::Conventions::default(),
            newcomer_months: 12,
            prior: quotient::plugin::PriorBasis::SamePeriod,
            healthy_at_quota: ["0.5", "0.7"].map(|share| share.parse().unwrap()),
            parameters: Vec::new(),
        },
        bands: None,
        not_eligible: Vec::new(),
        findings: Findings::new(),
        account_manager: None,
        record: None,
        changes: None,
    }
}

/// Three partners with round figures: growth of 20 % and -10 %, and a newcomer without prior revenue.
pub fn small() -> QuotaPlan {
    let mut north = line(
        "P1",
        vec![
            factor("history", "1000000", "0.5", "steady over eight quarters"),
            factor("market_opportunity", "1400000", "0.5", "market grows by 8 %"),
            step(StepKind::Reconciliation, "channel", "30000", "the channel target asks more than the assessments"),
            step(StepKind::Guardrail, "growth_limit", "-30000", "at most 20 % above prior revenue"),
        ],
    );
    north.identity.partner_name = "Nordwind Systeme GmbH".into();
    (north.identity.tier, north.identity.territory, north.identity.account_manager) =
        (name("Gold"), name("North"), name("Ida Falk"));
    (north.identity.vertical, north.binding) = (name("Retail"), Some(Side::Ceiling));
    north.ceiling = Some(money("1200000"));
    sold(&mut north, Some(money("1000000")));
    north.context.current_quota = Some(money("900000"));
    north.context.addressable_market = Some(money("8000000"));
    let mut south = line(
        "P2",
        vec![
            factor("history", "450000", "1", "two weak quarters"),
            step(StepKind::Abstention, "market_opportunity", "0", "no market data"),
            step(StepKind::Rounding, "rounding unit", "0", ""),
        ],
    );
    (south.identity.partner_name, south.identity.tier, south.identity.territory) =
        ("Südlicht AG".into(), name("Silver"), name("South"));
    sold(&mut south, Some(money("500000")));
    south.context.current_quota = Some(money("480000"));
    (south.locked, south.lock_reason) = (true, "agreed on 3 February".to_owned());
    south.context.addressable_market = Some(money("2000000"));
    let mut fresh = line("P3", vec![factor("history", "50000", "1", "ramp of a newcomer")]);
    (fresh.identity.partner_name, fresh.identity.territory, fresh.context.is_newcomer) =
        ("Frischling KG".into(), name("South"), true);
    fresh.context.addressable_market = Some(money("2000000"));
    let mut plan = plan(vec![north, south, fresh]);
    plan.target = Some(money("1700000"));
    plan.reserve = money("50000");
    // (1,700,000 - 50,000) x 1.0303… = 1,700,000: 50,000 are over-assigned.
    plan.over_assignment = vec![OverAssignment { level: "channel", rate: parse_decimal("0.030303").unwrap() }];
    plan.not_eligible = vec!["P9".into()];
    let warning = Finding::warning(Code::PlanGuardrail, "the floor of `P2` gave way to its lock");
    plan.findings.push(warning.at(Place::file("locks.csv")).help("raise the lock or lower the floor"));
    plan
}

/// [`small`] with a difference to a previous proposal: one line raised, one new, one gone.
pub fn small_with_changes() -> QuotaPlan {
    let change = |id: &str, before: Option<&str>, after: Option<&str>| PlanChange {
        partner_id: id.into(),
        segment: SegmentKey::default(),
        before: before.map(money),
        after: after.map(money),
    };
    let changes = vec![
        change("P1", Some("1150000"), Some("1200000")),
        change("P3", None, Some("50000")),
        change("P8", Some("70000"), None),
    ];
    QuotaPlan { changes: Some(changes), ..small() }
}

/// Names that break careless reports.
pub const UGLY_NAMES: [&str; 12] = [
    "=SUM(1)",
    "+49 30 1234",
    "-cmd|' /C calc'!A0",
    "@SUM(1)",
    "\t=1",
    "  \"=1\"",
    "<script>alert(1)</script>",
    "</style><img src=x onerror=alert(1)>",
    "Müller & Söhne \"Büro\" GmbH",
    "شركة المثال التجارية",
    "evil \u{202E}txt.exe \u{1b}[31mred\u{0}",
    "{{ 7 * 7 }} {% include 'x' %}, 'quoted'; \r\nsecond line",
];

/// One line for each of [`UGLY_NAMES`], everywhere a text can stand, and one of 200 characters.
pub fn ugly() -> QuotaPlan {
    let long = "Ä".repeat(200);
    let names = UGLY_NAMES.iter().copied().chain([long.as_str()]);
    let lines = names.enumerate().map(|(index, text)| {
        let mut line = line(&format!("{index:02}{text}"), vec![factor(text, "1000", "1", text)]);
        line.identity.partner_name = text.into();
        (line.identity.tier, line.identity.territory, line.identity.vertical) = (name(text), name(text), name(text));
        (line.identity.product_line, line.identity.account_manager) = (name(text), name(text));
        line.segment = SegmentKey { product_line: name(text), territory: name(text) };
        (line.locked, line.lock_reason) = (index % 2 == 0, text.to_owned());
        sold(&mut line, Some(money(if index % 3 == 0 { "-500.25" } else { "900" })));
        line.context.addressable_market = Some(money("0.01"));
        line.broken = vec![BrokenGuardrail {
            kind: GuardrailKind::TierMinimum,
            side: Side::Floor,
            amount: None,
            reason: text.into(),
        }];
        line
    });
    let mut plan = plan(lines.collect());
    plan.grain = Grain::ProductLineTerritory;
    plan.vendor = UGLY_NAMES[6].into();
    plan.not_eligible = UGLY_NAMES.iter().map(|text| (*text).into()).collect();
    plan.findings.push(Finding::warning(Code::PlanGuardrail, UGLY_NAMES[6]).at(Place::cell(
        "a\u{7}.csv",
        2,
        "x",
        UGLY_NAMES[7],
    )));
    plan.groups = vec![GroupOutcome { name: UGLY_NAMES[7].to_owned(), ..plan.groups[0].clone() }; 2];
    plan
}

/// One line of `amount` in `currency`, with its decimals.
pub fn in_currency(code: &str, amount: &str) -> QuotaPlan {
    let currency: Currency = code.parse().unwrap();
    let in_it = |money: &mut Money| *money = Money::new(money.amount(), currency);
    let mut one = line("P1", vec![factor("history", amount, "1", "as before")]);
    sold(&mut one, Some(money(amount)));
    let mut plan = QuotaPlan { currency, rounding_unit: money("1"), ..plan(vec![one]) };
    [&mut plan.rounding_unit, &mut plan.reserve, &mut plan.total].into_iter().for_each(in_it);
    for group in &mut plan.groups {
        [&mut group.assigned, &mut group.assessment, &mut group.quota].into_iter().for_each(in_it);
    }
    for line in &mut plan.lines {
        [&mut line.quota, &mut line.assessment].into_iter().for_each(in_it);
        let LineContext { prior_revenue, comparable_revenue, .. } = &mut line.context;
        prior_revenue.iter_mut().chain(comparable_revenue).chain(&mut line.periods).for_each(in_it);
        for step in &mut line.steps {
            in_it(&mut step.amount);
            step.factor.iter_mut().for_each(|factor| in_it(&mut factor.indicated));
        }
    }
    plan
}

/// A channel of `count` partners as a vendor would have it: three territories, three tiers, newcomers, a giant, falls.
///
/// The figures come from a small generator with a fixed start; the same count gives the same plan.
pub fn channel(count: usize) -> QuotaPlan {
    let mut state = 20_260_131_u64;
    let mut next = move |below: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    let lines = (0..count).map(|index| channel_line(index, &mut next)).collect();
    let mut plan = plan(lines);
    plan.reserve = eur(250_000);
    let over = parse_decimal("0.05").unwrap();
    // total = (target - reserve) x 1.05
    let assigned = eur((plan.total.amount() / parse_decimal("1.05").unwrap()).round_dp(2));
    plan.target = Some(assigned.plus(plan.reserve).unwrap());
    plan.over_assignment = vec![OverAssignment { level: "channel", rate: over }];
    plan.groups = groups(&plan);
    plan.not_eligible = vec!["P-9001".into(), "P-9002".into()];
    let warning = |row| {
        Finding::warning(Code::PlanNoAssessment, format!("every factor abstained for `P-{row:04}`"))
            .at(Place::cell("partners.csv", row, "partner_id", format!("P-{row:04}")))
            .help("give the partner revenue history or a forecast")
    };
    plan.findings.extend([warning(17), warning(88)]);
    plan
}

fn groups(plan: &QuotaPlan) -> Vec<GroupOutcome> {
    let mut groups: BTreeMap<String, GroupOutcome> = BTreeMap::new();
    for line in &plan.lines {
        let name = format!("territory {}", line.identity.territory.as_deref().unwrap_or("none"));
        let empty = GroupOutcome {
            name: name.clone(),
            target: None,
            assigned: eur(0),
            assessment: eur(0),
            quota: eur(0),
            lines: 0,
        };
        let group = groups.entry(name).or_insert(empty);
        group.assessment = group.assessment.plus(line.assessment).unwrap();
        group.quota = group.quota.plus(line.quota).unwrap();
        (group.assigned, group.lines) = (group.quota, group.lines + 1);
    }
    groups.into_values().collect()
}

fn channel_line(index: usize, next: &mut impl FnMut(u64) -> u64) -> PlanLine {
    const FIRST: [&str; 12] = [
        "Nordwind", "Alpen", "Rhein", "Hansa", "Delta", "Kontor", "Blaue", "Fjord", "Orion", "Lumen", "Vega", "Basalt",
    ];
    const SECOND: [&str; 8] = ["Systeme", "Data", "Netz", "Solutions", "IT-Haus", "Consulting", "Technik", "Cloud"];
    let is_giant = index == 3;
    let is_new = index % 17 == 5;
    let prior = match (is_giant, is_new) {
        (true, _) => 9_400_000,
        (_, true) => 0,
        _ => (20 + next(90) * (1 + next(12))) * 1_000,
    };
    let history = prior * (62 + next(55)) / 100;
    let market = if is_new { 60_000 + next(90_000) } else { prior * (70 + next(75)) / 100 };
    let mut steps = Vec::new();
    if is_new {
        steps.push(step(StepKind::Abstention, "history", "0", "no revenue in the last four quarters"));
        steps.push(factor("market_opportunity", &market.to_string(), "1", "a fair share of an open market"));
    } else {
        let pipeline = prior * (70 + next(80)) / 100;
        steps.push(factor(
            "history",
            &history.to_string(),
            "0.5",
            "revenue of the last four quarters, seasonally adjusted",
        ));
        steps.push(factor("market_opportunity", &market.to_string(), "0.3", "headroom in the territory"));
        steps.push(factor(
            "pipeline_coverage",
            &pipeline.to_string(),
            "0.2",
            "registered pipeline at the historical win rate",
        ));
    }
    let assessment: Decimal = steps.iter().map(|step| step.amount.amount()).sum();
    let reconciled = assessment * parse_decimal("0.062").unwrap();
    let reconciled = reconciled.round_dp(2).to_string();
    steps.push(step(
        StepKind::Reconciliation,
        "channel target",
        &reconciled,
        "the target asks 6.2 % more than the assessments",
    ));
    let so_far: Decimal = steps.iter().map(|step| step.amount.amount()).sum();
    let ceiling = Decimal::from(prior) * parse_decimal("1.3").unwrap();
    let is_capped = !is_new && so_far > ceiling;
    if is_capped {
        let cut = (ceiling - so_far).to_string();
        steps.push(step(StepKind::Guardrail, "growth_limit", &cut, "at most 30 % above prior revenue"));
    }
    let so_far = if is_capped { ceiling } else { so_far };
    let rounded = (so_far / Decimal::from(100)).round() * Decimal::from(100);
    steps.push(step(StepKind::Rounding, "rounding unit", &(rounded - so_far).to_string(), "to the next 100"));
    let mut line = line(&format!("P-{index:04}"), steps);
    let (first, second) = (FIRST[next(12) as usize], SECOND[next(8) as usize]);
    line.identity.partner_name = format!("{first} {second} {}", ["GmbH", "AG", "KG"][index % 3]).into();
    line.identity.tier = name(["Gold", "Silver", "Registered"][next(3) as usize]);
    line.identity.territory = name(["DACH", "Nordics", "Benelux"][next(3) as usize]);
    line.identity.vertical = name(["Retail", "Public", "Manufacturing"][next(3) as usize]);
    line.identity.account_manager = name(["Ida Falk", "Jonas Weber", "Mette Lund"][next(3) as usize]);
    line.context.is_newcomer = is_new;
    sold(&mut line, (!is_new).then(|| eur(prior as i64)));
    line.context.current_quota = (!is_new).then(|| eur((prior * (85 + next(30)) / 100) as i64));
    line.context.addressable_market = (index % 11 != 7).then(|| eur((200_000 + prior * (2 + next(30))) as i64));
    line.ceiling = (!is_new).then(|| eur(ceiling));
    line.binding = is_capped.then_some(Side::Ceiling);
    if index % 41 == 8 {
        (line.locked, line.lock_reason) = (true, "agreed with the partner on 3 February".to_owned());
    }
    line
}
