//! Joint business plans: what is due, who may sign and approve, and what follows at the end of the period.

use super::{Round, date, key, opening};
use quotient::decision::{APPROVAL, BUSINESS_REVIEW, PurposeTable};
use quotient::ledger::Loaded;
use quotient::ledger::people::{Grant, People, Reach, Role, Standing, grant};
use quotient::ledger::plan::{
    Activity, ActivityKind, ApprovalRule, BusinessChange, BusinessHeader, Change, Command, EventBody, Objective,
    ObjectiveKind, Side, Verdict, replay,
};
use quotient::ledger::portfolio::Portfolio;
use quotient::ledger::store::Store;
use quotient::ledger::view::View;
use quotient::report::record::{BusinessSheet, business_plan, reviews, write_business_plan};
use rust_decimal::Decimal;

fn of(partner: &str, change: BusinessChange) -> Command {
    Command::BusinessPlan { partner_id: partner.to_owned(), changes: vec![change] }
}

fn activity(id: &str, due: &str, weight: i64) -> Activity {
    Activity {
        id: id.to_owned(),
        kind: ActivityKind::Certification,
        title: "engineers certified".to_owned(),
        side: Side::Partner,
        owner: None,
        start: None,
        due: date(due),
        cost: None,
        fund: None,
        objective: None,
        lines: Vec::new(),
        weight: weight.into(),
        tag: None,
    }
}

fn objective(baseline: Option<i64>, target: i64) -> Objective {
    Objective {
        id: "O1".to_owned(),
        kind: ObjectiveKind::Certification,
        measure: "certified engineers".to_owned(),
        baseline: baseline.map(Decimal::from),
        target: target.into(),
        periods: Vec::new(),
        weight: Decimal::ONE,
        source: None,
        tag: None,
    }
}

fn done(id: &str, on: &str) -> BusinessChange {
    BusinessChange::Done { activity: id.to_owned(), on: date(on), evidence: Vec::new() }
}

fn sign(side: Side, by: Option<&str>) -> BusinessChange {
    BusinessChange::Sign { side, by: by.map(str::to_owned) }
}

fn answer(side: Side, accepts: bool, words: &str) -> BusinessChange {
    BusinessChange::Answer { side, accepts, by: Some(format!("{side}")), words: words.to_owned() }
}

/// Offers, accepts, approves and locks every line of a round at 100.
fn lock(round: &mut Round, partners: &[&str]) {
    let lines: Vec<_> = partners.iter().map(|partner| key(partner)).collect();
    let offered = lines.iter().map(|line| Change { line: line.clone(), figure: None, reason: String::new() }).collect();
    round.does("Mara", "2025-12-02", Command::Offer { lines: offered, reply_by: None });
    let by = Some("Lee".to_owned());
    let (reason, evidence) = (String::new(), Vec::new());
    round.does("Mara", "2025-12-03", Command::Accept { lines: lines.clone(), by, reason, evidence });
    round.does("Dana", "2025-12-04", Command::Approve { lines: lines.clone(), note: String::new(), role: None });
    round.does("Pia", "2025-12-05", Command::Lock { lines });
}

fn review(as_of: &str, actual: Option<i64>) -> BusinessChange {
    BusinessChange::Review { as_of: date(as_of), actual: actual.map(crate::usd) }
}

#[test]
fn both_sides_sign_and_a_change_voids_both_signatures() {
    let mut round = Round::open(&["A", "B"]);
    let refused = round.tries("Mara", "2025-12-02", of("A", sign(Side::Vendor, None))).unwrap_err();
    assert_eq!(refused, "the business plan of `A` cannot be signed: it has no activity");
    round.does("Mara", "2025-12-02", of("A", BusinessChange::Activity(activity("A1", "2026-03-31", 1))));
    round.does("Mara", "2025-12-02", of("A", sign(Side::Vendor, None)));
    let refused = round.tries("Mara", "2025-12-02", of("A", sign(Side::Partner, None))).unwrap_err();
    assert_eq!(refused, "`Mara` has signed for the other side");
    round.does("Mara", "2025-12-02", of("A", sign(Side::Partner, Some("Lee"))));
    let signed = |round: &Round| {
        let own = &round.state.business_plans["A"];
        let digest = own.digest("A", &round.state.figures_of("A"));
        [Side::Vendor, Side::Partner].map(|side| own.signature(side, &digest).map(|one| one.person.clone()))
    };
    assert_eq!(signed(&round), [Some("Mara".to_owned()), Some("Lee".to_owned())]);
    // Progress is not a change of what was signed; another figure of the quota is.
    round.does("Mara", "2026-02-01", of("A", done("A1", "2026-01-31")));
    assert_eq!(signed(&round)[1].as_deref(), Some("Lee"));
    let lines = vec![Change { line: key("A"), figure: Some(crate::usd(90)), reason: "market".to_owned() }];
    round.does("Mara", "2026-02-02", Command::Offer { lines, reply_by: None });
    assert_eq!(signed(&round), [None, None]);
    assert!(!round.state.business_plans.contains_key("B"));
}

#[test]
fn nothing_wrong_enters_a_business_plan() {
    let mut round = Round::open(&["A", "B"]);
    let foreign = Activity { lines: vec![key("B")], ..activity("A1", "2026-03-31", 1) };
    let early = Activity { start: Some(date("2026-04-01")), ..activity("A1", "2026-03-31", 1) };
    let dear = Activity { cost: Some(crate::usd(10)), fund: Some(crate::usd(11)), ..activity("A1", "2026-03-31", 1) };
    let aimless = Activity { objective: Some("O9".to_owned()), ..activity("A1", "2026-03-31", 1) };
    for (change, words) in [
        (BusinessChange::Activity(foreign), "line `B` of activity `A1` is not a line of the partner"),
        (BusinessChange::Activity(early), "activity `A1` is due on 2026-03-31, before it begins on 2026-04-01"),
        (BusinessChange::Activity(dear), "activity `A1` costs 10.00 and requests 11.00"),
        (BusinessChange::Activity(aimless), "the business plan has no objective `O9`"),
        (BusinessChange::Activity(activity("", "2026-03-31", 1)), "`` is not a valid id of an item of a business plan"),
        (
            BusinessChange::Activity(activity("A1", "2026-03-31", -1)),
            "the weight of `A1` is not from 0 to 1,000,000 with at most six decimals",
        ),
        (BusinessChange::Objective(objective(Some(4), 4)), "the target of objective `O1` is its baseline"),
        (done("A7", "2025-12-01"), "the business plan has no activity `A7`"),
        (review("2025-12-02", None), "the review as of 2025-12-02 is before the period ends on 2026-12-31"),
        (answer(Side::Partner, true, ""), "the review of `A` has not been held"),
    ] {
        assert_eq!(round.tries("Mara", "2025-12-02", of("A", change)).unwrap_err(), words);
    }
    let header = || BusinessChange::Header(BusinessHeader::default());
    assert_eq!(round.tries("Mara", "2025-12-02", of("Z", header())).unwrap_err(), "the plan has no line `Z`");
    round.does("Mara", "2025-12-02", of("A", BusinessChange::Activity(activity("A1", "2026-03-31", 1))));
    let refused = round.tries("Mara", "2025-12-02", of("A", done("A1", "2025-12-03"))).unwrap_err();
    assert_eq!(refused, "the activity is dated 2025-12-03, which has not come yet");
    assert_eq!(round.events.len(), 3, "what is refused is not recorded");
}

#[test]
fn funds_are_approved_by_others_and_claimed_up_to_the_approved_amount() {
    let table = "COLLECT,subject,amount,-> role,because\ntype,text,number,text,\n,fund,-,marketing,funds\n,fund,> 5000,finance,more than 5000\n";
    let table = PurposeTable::parse(&APPROVAL, "approval.csv", &table.into()).value.unwrap();
    let mut opening = opening(&["A"]);
    opening.approval = ApprovalRule::of(Some(&table));
    let mut round = Round::of(opening);
    let fund = Some(crate::usd(5_001));
    let activity = Activity { kind: ActivityKind::CoMarketing, fund, ..activity("A1", "2026-03-31", 1) };
    round.does("Lee", "2025-12-02", of("A", BusinessChange::Activity(activity.clone())));
    let approve = |role: Option<&str>| {
        let (activity, role, note) = ("A1".to_owned(), role.map(str::to_owned), String::new());
        of("A", BusinessChange::ApproveFund { activity, role, note })
    };
    let claim = |amount| {
        let (activity, amount, evidence) = ("A1".to_owned(), crate::usd(amount), Vec::new());
        of("A", BusinessChange::Claim { activity, amount, evidence })
    };
    let own = "`Lee` set activity `A1` or has approved its funds, and cannot approve them";
    assert_eq!(round.tries("Lee", "2025-12-03", approve(None)).unwrap_err(), own);
    round.does("Finn", "2025-12-03", approve(Some("finance")));
    assert_eq!(round.tries("Finn", "2025-12-03", approve(None)).unwrap_err(), own.replace("Lee", "Finn"));
    assert_eq!(round.tries("Lee", "2025-12-03", claim(1)).unwrap_err(), "the funds of activity `A1` are not approved");
    round.does("Mia", "2025-12-03", approve(None));
    let refused = round.tries("Lee", "2025-12-03", claim(5_002)).unwrap_err();
    assert_eq!(refused, "5,002.00 are claimed for activity `A1`, and 5,001.00 are approved");
    // Another amount needs its approvals again.
    let with =
        |fund: i64| of("A", BusinessChange::Activity(Activity { fund: Some(crate::usd(fund)), ..activity.clone() }));
    round.does("Lee", "2025-12-03", with(6_000));
    assert!(!round.state.business_plans["A"].activities["A1"].is_fund_approved());
    round.does("Lee", "2025-12-03", with(5_001));
    round.does("Finn", "2025-12-03", approve(Some("finance")));
    round.does("Mia", "2025-12-03", approve(None));
    round.does("Lee", "2025-12-03", claim(5_001));
    // What was claimed neither vanishes nor is claimed against other funds.
    let claimed = "5,001.00 of the funds of activity `A1` were claimed: its funds stay as they are";
    assert_eq!(round.tries("Lee", "2025-12-04", with(6_000)).unwrap_err(), claimed);
    let dropped = BusinessChange::Drop { item: "A1".to_owned(), reason: "not this year".to_owned() };
    assert_eq!(round.tries("Lee", "2025-12-04", of("A", dropped)).unwrap_err(), claimed);
    let renamed = Activity { title: "Fair".to_owned(), ..activity.clone() };
    round.does("Lee", "2025-12-04", of("A", BusinessChange::Activity(renamed)));
    assert_eq!(round.state.business_plans["A"].activities["A1"].claim, Some(crate::usd(5_001)));
}

#[test]
fn the_review_joins_attainment_and_commitments_to_one_of_four_verdicts() {
    // Weights 3 and 1: done on time 3 of 4 is 0.75, below the 0.8 of the default; 4 of 4 is kept.
    for (actual, on_time, verdict) in [
        (100, true, Verdict::Repeat),
        (99, true, Verdict::Recalibrate),
        (99, false, Verdict::ImprovementPlan),
        (100, false, Verdict::TooSoft),
    ] {
        let mut round = Round::open(&["A"]);
        lock(&mut round, &["A"]);
        round.does("Mara", "2025-12-06", of("A", BusinessChange::Activity(activity("A1", "2026-03-31", 3))));
        round.does("Mara", "2025-12-06", of("A", BusinessChange::Activity(activity("A2", "2026-06-30", 1))));
        round.does("Mara", "2025-12-06", of("A", BusinessChange::Activity(activity("A3", "2027-06-30", 9))));
        round.does("Mara", "2026-07-01", of("A", done("A1", "2026-03-31")));
        round.does("Mara", "2026-07-01", of("A", done("A2", if on_time { "2026-06-30" } else { "2026-07-01" })));
        round.does("Mara", "2027-01-04", of("A", review("2026-12-31", Some(actual))));
        let held = round.state.business_plans["A"].review.clone().unwrap();
        assert_eq!((held.verdict, held.quota), (Some(verdict), Some(crate::usd(100))));
        assert_eq!((held.due, held.kept), (Decimal::from(4), Decimal::from(if on_time { 4 } else { 3 })));
        assert!(round.tries("Mara", "2027-01-05", of("A", answer(Side::Partner, false, ""))).is_err());
        round.does("Mara", "2027-01-05", of("A", answer(Side::Partner, false, "the market shrank")));
        round.does("Mara", "2027-01-05", of("A", answer(Side::Vendor, true, "")));
        assert_eq!(round.state.business_plans["A"].review.as_ref().unwrap().answers.len(), 2);
        let read: Vec<_> = round
            .events
            .iter()
            .map(|event| {
                let body = EventBody::from_json(event.body.kind(), &event.body.to_json().unwrap()).unwrap();
                quotient::ledger::plan::PlanEvent { body, ..event.clone() }
            })
            .collect();
        assert_eq!(replay(&read).unwrap(), round.state);
    }
}

#[test]
fn what_is_not_known_gets_no_verdict_and_the_vendors_table_decides() {
    let mut round = Round::open(&["A"]);
    lock(&mut round, &["A"]);
    round.does("Mara", "2027-01-04", of("A", review("2026-12-31", None)));
    let held = round.state.business_plans["A"].review.clone().unwrap();
    assert_eq!(held.verdict, None);
    assert_eq!(held.because, "the attainment and the share of commitments kept are not known");
    let table = "FIRST,attainment,kept,-> verdict,because\ntype,number,number,text,\n,> 2,-,too_soft,twice the quota\n";
    let mut opening = opening(&["A"]);
    opening.review = PurposeTable::parse(&BUSINESS_REVIEW, "business_review.csv", &table.into()).value;
    assert!(opening.review.is_some());
    let mut round = Round::of(opening);
    lock(&mut round, &["A"]);
    round.does("Mara", "2027-01-04", of("A", review("2026-12-31", Some(201))));
    let held = round.state.business_plans["A"].review.clone().unwrap();
    assert_eq!((held.verdict, held.because.as_str()), (Some(Verdict::TooSoft), "twice the quota"));
    let unknown = table.replace("too_soft", "praise");
    assert!(PurposeTable::parse(&BUSINESS_REVIEW, "business_review.csv", &unknown.as_str().into()).value.is_none());
}

#[test]
fn activities_and_attainment_are_compared_from_eight_partners_a_side_on() {
    let names: Vec<String> = (1..=17).map(|number| format!("P{number:02}")).collect();
    let partners: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut round = Round::open(&partners);
    lock(&mut round, &partners);
    for (at, partner) in partners.iter().enumerate() {
        round.does("Mara", "2025-12-06", of(partner, BusinessChange::Activity(activity("A1", "2026-03-31", 1))));
        if at < 8 {
            round.does("Mara", "2026-04-01", of(partner, done("A1", "2026-03-31")));
        }
        // Of those that did it, 100 to 107 of 100; of the nine others 58 to 66.
        let actual = if at < 8 { 100 + at as i64 } else { 50 + at as i64 };
        round.does("Mara", "2027-01-04", of(partner, review("2026-12-31", Some(actual))));
    }
    let portfolio = Portfolio::of(&round.state);
    let [one] = portfolio.associations.as_slice() else { panic!("{portfolio:?}") };
    assert_eq!((one.did.partners, one.did.median), (8, Some("1.035".parse().unwrap())));
    assert_eq!((one.did_not.partners, one.did_not.median), (9, Some("0.62".parse().unwrap())));
    assert_eq!((one.did.reached, one.did_not.reached), (Some(8), Some(0)));
    // By the sign test: of eight values all of them, of nine those from the second to the eighth.
    let rates = |low: &str, high: &str| Some((low.parse().unwrap(), high.parse().unwrap()));
    assert_eq!((one.did.interval, one.did_not.interval), (rates("1", "1.07"), rates("0.59", "0.65")));
    let text = reviews(&round.state, &Default::default());
    assert!(text.contains("an association, not a cause"), "{text}");
    // One partner fewer on the side of those that did it: no median.
    round.does("Mara", "2027-01-05", of("P01", review("2026-12-31", None)));
    let portfolio = Portfolio::of(&round.state);
    assert_eq!((portfolio.associations[0].did.partners, portfolio.associations[0].did.median), (7, None));
}

#[test]
fn a_partner_sees_and_changes_the_own_business_plan_only() {
    let directory = tempfile::tempdir().unwrap();
    let mut store = Store::open(&directory.path().join("plans.ledger")).unwrap();
    let lee = Grant {
        person: "lee".to_owned(),
        role: Role::PartnerUser,
        reach: Reach { partners: vec!["A".to_owned()], ..Reach::default() },
        approves: Vec::new(),
        from: None,
        until: None,
        reason: String::new(),
    };
    grant(&mut store, &lee, "root", super::day("2025-12-01")).unwrap();
    let standing = Standing::of(&People::read(&store).unwrap(), "lee", "meridian", date("2026-01-01"));
    let mut round = Round::open(&["A", "B"]);
    lock(&mut round, &["A", "B"]);
    let own = Activity { side: Side::Vendor, ..activity("V1", "2026-03-31", 1) };
    for partner in ["A", "B"] {
        round.does("Mara", "2025-12-06", of(partner, BusinessChange::Activity(own.clone())));
    }
    let plan = Loaded { name: "FY2026".to_owned(), state: round.state, events: round.events };
    let view = View::new(&plan, &standing).unwrap();
    let today = date("2026-01-01");
    let sheet = BusinessSheet::new(&view, "A", today).unwrap();
    assert_eq!((sheet.activities.len(), sheet.lines.len()), (1, 1));
    assert!(BusinessSheet::new(&view, "B", today).is_none() && BusinessSheet::new(&view, "Z", today).is_none());
    let partners: Vec<_> = view.events(0).into_iter().filter_map(|seen| seen.event.body.partner()).collect();
    assert_eq!(partners, ["A"]);
    let refused = |partner: &str, change: BusinessChange| -> Vec<String> {
        let refusals = view.refusals(&of(partner, change), "lee", "body");
        refusals.iter().map(|finding| finding.message()).collect()
    };
    let nothing = Vec::<String>::new();
    assert_eq!(refused("A", BusinessChange::Activity(activity("A1", "2026-03-31", 1))), nothing);
    assert_eq!(refused("A", sign(Side::Partner, None)), nothing);
    // A partner that exists and one that does not are the same.
    let change = || BusinessChange::Activity(activity("A1", "2026-03-31", 1));
    assert_eq!(refused("B", change()), ["the plan has no line `B`"]);
    assert_eq!(refused("Z", change()), ["the plan has no line `Z`"]);
    assert_eq!(refused("A", sign(Side::Vendor, None)), ["`lee` has no role that gives the command `business_plan`"]);
    assert_eq!(
        refused("A", sign(Side::Partner, Some("kim"))),
        ["`lee` answers for the partner in person; `by` names another one"]
    );
    let of_vendor = ["`lee` has no role that gives the command `business_plan` about line `A`"];
    assert_eq!(refused("A", BusinessChange::Activity(activity("V1", "2026-03-31", 1))), of_vendor);
    assert_eq!(refused("A", done("V1", "2025-12-31")), of_vendor);
    assert!(!refused("A", BusinessChange::Objective(objective(None, 4))).is_empty());
}

#[test]
fn a_sheet_has_the_defaults_of_the_engine_and_what_is_not_known_says_so() {
    let mut round = Round::open(&["A"]);
    round.does("Mara", "2025-12-06", of("A", BusinessChange::Objective(objective(Some(2), 6))));
    let plan = |round: &Round| Loaded { name: "FY2026".to_owned(), state: round.state.clone(), events: Vec::new() };
    let standing = Standing::unrestricted();
    let loaded = plan(&round);
    let sheet = BusinessSheet::new(&View::new(&loaded, &standing).unwrap(), "A", date("2025-12-06")).unwrap();
    assert_eq!(sheet.review_dates, ["2026-03-31", "2026-06-30", "2026-09-30", "2026-12-31"]);
    assert_eq!(
        (sheet.account_manager.as_deref(), sheet.missing.as_slice()),
        (Some("Mara"), ["activity".to_owned()].as_slice())
    );
    let text = business_plan(&sheet, &Default::default());
    assert!(text.contains("not known") && !text.contains("Review as of"), "{text}");
    // 2 → 6 with 3 reached: a quarter of the way.
    let actual =
        BusinessChange::Actual { objective: "O1".to_owned(), value: 3.into(), as_of: date("2025-12-06"), book: None };
    round.does("Mara", "2025-12-07", of("A", actual));
    let title = "<script>".to_owned();
    round.does(
        "Mara",
        "2025-12-07",
        of("A", BusinessChange::Activity(Activity { title, ..activity("A1", "2026-03-31", 1) })),
    );
    let loaded = plan(&round);
    let sheet = BusinessSheet::new(&View::new(&loaded, &standing).unwrap(), "A", date("2026-04-01")).unwrap();
    assert_eq!((sheet.objectives[0].progress.as_deref(), sheet.activities[0].status), (Some("0.25"), "late"));
    assert_eq!(sheet.commitments_kept.as_deref(), Some("0"));
    let mut page = Vec::new();
    write_business_plan(&sheet, &mut page).unwrap();
    let page = String::from_utf8(page).unwrap();
    assert!(page.contains("&lt;script&gt;") && !page.contains("<script>"), "{page}");
    assert!(page.contains("Not signed for the partner.") && page.contains("certified engineers"));
}
