//! Approvals by the vendor's own table: who is asked for which figure, in which role, and why.

use super::{Round, day, key, opening};
use quotient::decision::{APPROVAL, PurposeTable};
use quotient::ledger::Loaded;
use quotient::ledger::people::{Grant, People, Reach, Role, Standing, grant};
use quotient::ledger::plan::{ApprovalRule, Change, Command, EventBody, LineState, replay};
use quotient::ledger::store::Store;
use quotient::ledger::view::View;

const TABLE: &str = "\
COLLECT,subject,change,assigned,below_tier_minimum,share_of_target,short_of_target,-> role,because
type,text,number,truth,truth,number,number,text,
,line,< -0.1,-,-,-,-,finance,more than 10 % down
,line,-,false,-,-,-,director,accepted
,line,-,true,-,-,-,leadership,assigned
,line,-,-,true,-,-,programs,below the tier
,line,-,-,-,>= 0.9,-,leadership,nearly everything
,total,-,-,-,-,> 0,finance,below the target
,total,-,-,-,-,> 0.05,leadership,far below the target
";

fn table(text: &str) -> Result<PurposeTable, Vec<String>> {
    let read = PurposeTable::parse(&APPROVAL, "approval.csv", &text.into());
    read.value.ok_or_else(|| {
        read.findings.iter().filter(|finding| finding.is_error()).map(|finding| finding.message()).collect()
    })
}

/// A plan with lines of 100 that Mara offers and Lee accepts.
fn agreed(figures: &[(&str, i64)]) -> Round {
    let partners: Vec<&str> = figures.iter().map(|(partner, _)| *partner).collect();
    let mut opening = opening(&partners);
    opening.approval = ApprovalRule::of(Some(&table(TABLE).unwrap()));
    for line in &mut opening.lines {
        line.minimum = Some(crate::usd(96));
    }
    let mut round = Round::of(opening);
    for (partner, figure) in figures {
        let reason = "market".to_owned();
        let lines = vec![Change { line: key(partner), figure: Some(crate::usd(*figure)), reason }];
        round.does("Mara", "2025-12-02", Command::Offer { lines, reply_by: None });
        let by = Some("Lee".to_owned());
        let accept = Command::Accept { lines: vec![key(partner)], by, reason: String::new(), evidence: Vec::new() };
        round.does("Mara", "2025-12-03", accept);
    }
    round
}

fn approve(partner: &str, role: Option<&str>) -> Command {
    Command::Approve { lines: vec![key(partner)], note: String::new(), role: role.map(str::to_owned) }
}

fn roles(round: &Round, partner: &str) -> Vec<String> {
    let open = round.state.open_steps(&round.state.lines[&key(partner)]).unwrap();
    open.into_iter().map(|step| step.role.unwrap_or_default()).collect()
}

#[test]
fn every_row_that_applies_asks_for_an_approval_in_its_role() {
    let round = agreed(&[("A", 100), ("B", 90), ("C", 89)]);
    // 90 is 10 % down, not more; both B and C are below the tier's 96.
    assert_eq!(roles(&round, "A"), ["director"]);
    assert_eq!(roles(&round, "B"), ["director", "programs"]);
    assert_eq!(roles(&round, "C"), ["finance", "director", "programs"]);
    let steps = round.state.steps(&round.state.lines[&key("C")]).unwrap();
    assert_eq!(steps[0].because, "more than 10 % down");
    assert_eq!(steps.iter().map(|step| step.rows.clone()).collect::<Vec<_>>(), [[3], [4], [6]]);
}

#[test]
fn two_rows_with_the_same_role_are_one_approval_for_both_reasons() {
    let round = agreed(&[("A", 100)]);
    // The only line is the whole target.
    let steps = round.state.steps(&round.state.lines[&key("A")]).unwrap();
    assert_eq!(steps.iter().map(|step| step.role.as_deref().unwrap()).collect::<Vec<_>>(), ["director", "leadership"]);
    let mut opening = opening(&["A"]);
    let text = TABLE.replace("leadership,nearly", "director,nearly");
    opening.approval = ApprovalRule::of(Some(&table(&text).unwrap()));
    let round = Round::of(opening);
    let steps = round.state.steps(&round.state.lines[&key("A")]).unwrap();
    assert_eq!((steps.len(), steps[0].rows.as_slice()), (1, [4, 7].as_slice()));
    assert_eq!(steps[0].because, "accepted; nearly everything");
}

#[test]
fn approvals_come_in_any_order_each_by_another_person_and_the_record_has_the_row() {
    let mut round = agreed(&[("A", 100), ("C", 89)]);
    assert_eq!(
        round.tries("Dana", "2025-12-04", approve("C", Some("legal"))).unwrap_err(),
        "line `C` needs no approval by `legal`"
    );
    round.does("Dana", "2025-12-04", approve("C", Some("director")));
    assert_eq!(
        round.tries("Dana", "2025-12-04", approve("C", None)).unwrap_err(),
        "`Dana` has already approved line `C`"
    );
    assert_eq!(
        round.tries("Finn", "2025-12-04", approve("C", Some("director"))).unwrap_err(),
        "line `C` needs no approval by `director`"
    );
    round.does("Finn", "2025-12-04", approve("C", None));
    assert_eq!(
        (roles(&round, "C").as_slice(), round.state.lines[&key("C")].state),
        (["programs".to_owned()].as_slice(), LineState::Accepted)
    );
    assert!(round.tries("Pia", "2025-12-05", Command::Lock { lines: vec![key("C")] }).is_err());
    round.does("Pam", "2025-12-04", approve("C", None));
    assert_eq!(round.state.lines[&key("C")].state, LineState::Approved);
    let EventBody::Approved(approved) = &round.events[round.events.len() - 2].body else { panic!() };
    assert_eq!(
        (approved.role.as_deref(), approved.rows.as_slice(), approved.because.as_str()),
        (Some("finance"), [3].as_slice(), "more than 10 % down")
    );
    assert_eq!((approved.step, approved.of), (2, 3));
    round.does("Pia", "2025-12-05", Command::Lock { lines: vec![key("C")] });
    // The events alone yield the same state, with the table from the first of them.
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

#[test]
fn the_total_is_approved_in_each_role_that_the_table_asks_for() {
    let mut round = agreed(&[("A", 100), ("B", 90), ("C", 97)]);
    // 13 of 300 short: 4.3 %.
    let total = |role: Option<&str>| Command::ApproveTotal { reason: "down".to_owned(), role: role.map(str::to_owned) };
    assert_eq!(
        round.tries("Finn", "2025-12-04", total(Some("leadership"))).unwrap_err(),
        "the total needs no approval by `leadership`"
    );
    round.does("Finn", "2025-12-04", total(None));
    assert!(round.state.is_total_approved());
    let mut round = agreed(&[("A", 100), ("B", 80), ("C", 97)]);
    // 23 of 300 short: 7.7 %.
    round.does("Finn", "2025-12-04", total(None));
    assert!(!round.state.is_total_approved());
    assert_eq!(round.tries("Finn", "2025-12-04", total(None)).unwrap_err(), "`Finn` has already approved the total");
    round.does("Vera", "2025-12-04", total(None));
    assert!(round.state.is_total_approved());
}

#[test]
fn where_no_row_applies_one_other_person_approves() {
    let mut opening = opening(&["A"]);
    let text = "UNIQUE,subject,change,-> role\ntype,text,number,text\n,line,< -0.5,board\n";
    opening.approval = ApprovalRule::of(Some(&table(text).unwrap()));
    let round = Round::of(opening);
    let steps = round.state.steps(&round.state.lines[&key("A")]).unwrap();
    assert_eq!(
        (steps.len(), steps[0].role.clone(), steps[0].because.as_str()),
        (1, None, "no row of the table applies")
    );
}

#[test]
fn a_table_that_the_engine_cannot_ask_is_refused_with_every_fault() {
    let text = "COLLECT SUM,subjects,change,assigned,-> points\ntype,text,text,truth,number\n,line,big,true,3\n";
    let faults = table(text).unwrap_err();
    assert_eq!(
        faults,
        [
            "`approval.csv` has no input `subjects`",
            "the input `change` of `approval.csv` has type text, not number",
            "`approval.csv` needs exactly one output, `role`",
            "`approval.csv` cannot count or sum its rows",
        ]
    );
    let faults = table("FIRST,subject,-> role\n,lines,finance\n,total,\n").unwrap_err();
    assert_eq!(faults, ["`subject` of `approval.csv` is never `lines`", "row 3 of `approval.csv` has no role"]);
}

#[test]
fn an_approver_of_one_role_approves_no_step_of_another() {
    let directory = tempfile::tempdir().unwrap();
    let mut store = Store::open(&directory.path().join("plans.ledger")).unwrap();
    let of = |person: &str, role, approves: &[&str]| Grant {
        person: person.to_owned(),
        role,
        reach: Reach::default(),
        approves: approves.iter().map(|role| (*role).to_owned()).collect(),
        from: None,
        until: None,
        reason: String::new(),
    };
    assert!(grant(&mut store, &of("pia", Role::Planner, &["finance"]), "root", day("2025-12-01")).is_err());
    grant(&mut store, &of("finn", Role::Approver, &["finance"]), "root", day("2025-12-01")).unwrap();
    grant(&mut store, &of("vera", Role::Approver, &[]), "root", day("2025-12-01")).unwrap();
    let people = People::read(&store).unwrap();
    let round = agreed(&[("A", 100), ("C", 89)]);
    let plan = Loaded { name: "FY2026".to_owned(), state: round.state, events: round.events };
    let refused = |person: &str, command: &Command| -> Vec<String> {
        let standing = Standing::of(&people, person, "meridian", "2025-12-04".parse().unwrap());
        let view = View::new(&plan, &standing).unwrap();
        view.refusals(command, person, "body").iter().map(|finding| finding.message()).collect()
    };
    assert_eq!(refused("finn", &approve("A", None)), ["`finn` does not approve line `A` as `director`"]);
    assert_eq!(refused("finn", &approve("C", Some("director"))), ["`finn` does not approve line `C` as `director`"]);
    assert_eq!(refused("finn", &approve("C", Some("finance"))), Vec::<String>::new());
    assert_eq!(refused("vera", &approve("C", Some("director"))), Vec::<String>::new());
}
