//! The state machine step by step, with figures that a person can check.

use super::{Round, date, key};
use quotient::ledger::plan::{
    AmendmentCode, Change, Command, Counter, CounterCode, EventBody, LineKey, LineState, OnSilence, PlanState, Stage,
    decide,
};

pub(super) fn offer(line: &str, figure: i64, reason: &str) -> Command {
    let lines = vec![Change { line: key(line), figure: Some(crate::usd(figure)), reason: reason.to_owned() }];
    Command::Offer { lines, reply_by: None }
}

pub(super) fn counter(line: &str, figure: i64) -> Command {
    let (code, reason) = (CounterCode::Capacity, "two engineers left".to_owned());
    let lines = vec![Counter { line: key(line), figure: crate::usd(figure), code, reason }];
    Command::Counter { lines, by: Some("Lee".to_owned()), evidence: Vec::new() }
}

pub(super) fn accept(lines: &[&str]) -> Command {
    let lines = lines.iter().map(|line| key(line)).collect();
    Command::Accept { lines, by: Some("Lee".to_owned()), reason: String::new(), evidence: Vec::new() }
}

pub(super) fn approve(lines: &[&str]) -> Command {
    Command::Approve { lines: lines.iter().map(|line| key(line)).collect(), note: String::new(), role: None }
}

pub(super) fn lock(lines: &[&str]) -> Command {
    Command::Lock { lines: lines.iter().map(|line| key(line)).collect() }
}

fn resolve(line: &str, figure: i64, assign: bool) -> Command {
    let lines = vec![Change { line: key(line), figure: Some(crate::usd(figure)), reason: "decided".to_owned() }];
    Command::Resolve { lines, assign }
}

#[test]
fn a_line_goes_from_proposal_to_lock_with_acceptance_and_approval_as_two_facts() {
    let mut round = Round::open(&["A"]);
    round.does("Mara", "2025-12-02", offer("A", 100, ""));
    round.does("Mara", "2025-12-03", accept(&["A"]));
    let line = &round.state.lines[&key("A")];
    assert_eq!((line.state, line.acceptance.is_some(), line.approvals.len()), (LineState::Accepted, true, 0));
    round.does("Dana", "2025-12-04", approve(&["A"]));
    let line = &round.state.lines[&key("A")];
    assert_eq!((line.state, line.acceptance.as_ref().unwrap().partner.as_str()), (LineState::Approved, "Lee"));
    round.does("Pia", "2025-12-05", lock(&["A"]));
    let line = &round.state.lines[&key("A")];
    assert_eq!((line.state, round.state.stage), (LineState::Locked, Stage::Locked));
    assert_eq!(line.in_force[0].figure, crate::usd(100));
    round.does("Pia", "2027-01-02", Command::Close { reason: "the year is over".to_owned() });
    let refused = round.tries("Pia", "2027-01-03", offer("A", 90, "late")).unwrap_err();
    assert_eq!(refused, "the plan `FY2026` is closed");
}

#[test]
fn a_lock_without_approved_lines_is_refused() {
    let mut round = Round::open(&["A", "B"]);
    let refused = round.tries("Pia", "2025-12-02", lock(&[])).unwrap_err();
    assert_eq!(refused, "no line of the plan `FY2026` is approved; 2 lines are not in force");
    for line in ["A", "B"] {
        round.does("Mara", "2025-12-02", offer(line, 100, ""));
        round.does("Mara", "2025-12-03", accept(&[line]));
        round.does("Dana", "2025-12-04", approve(&[line]));
    }
    round.does("Pia", "2025-12-05", lock(&["A", "B"]));
    let refused = round.tries("Pia", "2025-12-06", lock(&[])).unwrap_err();
    assert_eq!(refused, "the plan `FY2026` is locked already, and every line of it is in force");
}

#[test]
fn no_person_approves_a_figure_that_they_set_or_agreed() {
    let mut round = Round::open(&["A"]);
    round.does("Mara", "2025-12-02", offer("A", 95, "smaller territory"));
    round.does("Mara", "2025-12-03", counter("A", 92));
    round.does("Nils", "2025-12-04", accept(&["A"]));
    // Mara recorded the counter and Nils took it; the figure of Pia's proposal is gone.
    for person in ["Mara", "Nils"] {
        let refused = round.tries(person, "2025-12-05", approve(&["A"])).unwrap_err();
        assert_eq!(refused, format!("`{person}` set or agreed the figure of line `A` and cannot approve it"));
    }
    round.does("Pia", "2025-12-05", approve(&["A"]));
    assert_eq!(round.state.lines[&key("A")].state, LineState::Approved);
}

#[test]
fn a_change_of_more_than_ten_percent_needs_a_second_person() {
    for (figure, approvals) in [(110, 1), (111, 2), (90, 1), (89, 2)] {
        let mut round = Round::open(&["A", "B"]);
        round.does("Mara", "2025-12-02", offer("A", figure, "market"));
        round.does("Mara", "2025-12-03", accept(&["A"]));
        round.does("Dana", "2025-12-04", approve(&["A"]));
        let expected = if approvals == 1 { LineState::Approved } else { LineState::Accepted };
        assert_eq!(round.state.lines[&key("A")].state, expected, "{figure}");
        if approvals == 2 {
            let refused = round.tries("Dana", "2025-12-04", approve(&["A"])).unwrap_err();
            assert_eq!(refused, "`Dana` has already approved line `A`");
            round.does("Finn", "2025-12-05", approve(&["A"]));
            assert_eq!(round.state.lines[&key("A")].state, LineState::Approved);
        }
    }
}

#[test]
fn a_change_voids_the_approvals_that_it_had() {
    let mut round = Round::open(&["A"]);
    round.does("Mara", "2025-12-02", offer("A", 100, ""));
    round.does("Mara", "2025-12-03", accept(&["A"]));
    round.does("Dana", "2025-12-04", approve(&["A"]));
    round.does("Dana", "2025-12-05", Command::Return { lines: vec![key("A")], reason: "too soft".to_owned() });
    let line = &round.state.lines[&key("A")];
    assert_eq!((line.acceptance.is_none(), line.approvals.len()), (true, 0));
    let refused = round.tries("Pia", "2025-12-06", lock(&["A"])).unwrap_err();
    assert_eq!(refused, "line `A` is returned and cannot take the step `lock`");
}

#[test]
fn a_plan_off_the_level_of_its_proposal_needs_an_approved_total() {
    let mut round = Round::open(&["A", "B"]);
    round.does("Mara", "2025-12-02", offer("A", 95, "market"));
    round.does("Mara", "2025-12-02", offer("B", 100, ""));
    round.does("Mara", "2025-12-03", accept(&["A", "B"]));
    round.does("Dana", "2025-12-04", approve(&["A", "B"]));
    // 95 + 100 + no reserve − 200 = −5.
    assert_eq!(round.state.totals.difference(), Ok(Some(crate::usd(-5))));
    let refused = round.tries("Pia", "2025-12-05", lock(&["A", "B"])).unwrap_err();
    assert_eq!(refused, "the lines are 5.00 below the level of the proposal, and the total is not approved");
    let total = || Command::ApproveTotal { reason: "market is down".to_owned(), role: None };
    let refused = round.tries("Mara", "2025-12-05", total()).unwrap_err();
    assert!(refused.contains("`Mara` set figures of the plan"), "{refused}");
    round.does("Finn", "2025-12-05", total());
    round.does("Pia", "2025-12-06", lock(&["A", "B"]));
    assert_eq!(round.state.stage, Stage::Locked);
}

#[test]
fn an_approved_total_is_about_those_figures_only() {
    let mut round = Round::open(&["A", "B"]);
    round.does("Mara", "2025-12-02", offer("A", 95, "market"));
    round.does("Finn", "2025-12-02", Command::ApproveTotal { reason: "market is down".to_owned(), role: None });
    round.does("Mara", "2025-12-03", offer("B", 99, "market"));
    round.does("Mara", "2025-12-03", accept(&["A", "B"]));
    round.does("Dana", "2025-12-04", approve(&["A", "B"]));
    let refused = round.tries("Pia", "2025-12-05", lock(&["A", "B"])).unwrap_err();
    assert_eq!(refused, "the lines are 6.00 below the level of the proposal, and the total is not approved");
}

#[test]
fn a_lowered_target_is_a_change_of_level_that_its_author_cannot_approve() {
    let mut round = Round::open(&["A"]);
    let target = Command::ChangeTarget { target: crate::usd(90), reason: "new budget".to_owned() };
    round.does("Dana", "2025-12-02", target);
    assert_eq!(round.state.totals.difference(), Ok(Some(crate::usd(10))));
    let total = Command::ApproveTotal { reason: "agreed by the board".to_owned(), role: None };
    assert!(round.tries("Dana", "2025-12-03", total.clone()).is_err());
    round.does("Finn", "2025-12-03", total);
}

#[test]
fn the_last_round_escalates_by_itself_and_an_assigned_figure_shows_for_ever() {
    let mut round = Round::open(&["A"]);
    round.does("Mara", "2025-12-02", offer("A", 100, ""));
    round.does("Mara", "2025-12-03", counter("A", 80));
    round.does("Mara", "2025-12-04", offer("A", 95, "meets halfway"));
    round.does("Mara", "2025-12-05", counter("A", 85));
    let line = &round.state.lines[&key("A")];
    assert_eq!((line.state, line.round), (LineState::Escalated, 2));
    round.does("Dana", "2025-12-06", resolve("A", 92, true));
    round.does("Finn", "2025-12-07", approve(&["A"]));
    let total = Command::ApproveTotal { reason: "the line is settled".to_owned(), role: None };
    round.does("Finn", "2025-12-07", total);
    round.does("Pia", "2025-12-08", lock(&["A"]));
    let line = &round.state.lines[&key("A")];
    assert!(line.assigned && line.in_force[0].assigned && line.acceptance.is_none());
    let EventBody::Locked(locked) = &round.events[round.events.len() - 2].body else { panic!("no lock") };
    assert_eq!(locked.moved.reason, "assigned without acceptance, approved by Finn");
}

#[test]
fn silence_is_what_the_terms_say() {
    for (policy, expected) in [
        (OnSilence::Remind, LineState::Offered),
        (OnSilence::Escalate, LineState::Escalated),
        (OnSilence::Expire, LineState::Expired),
    ] {
        let mut round = Round { state: PlanState::default(), events: Vec::new() };
        let mut opening = super::opening(&["A"]);
        opening.terms.on_silence = policy;
        round.does("Pia", "2025-12-01", Command::Open(Box::new(opening)));
        round.does("Mara", "2025-12-01", offer("A", 100, ""));
        // Ten days to answer: the 11th is the last one.
        assert!(round.tries("Mara", "2025-12-11", Command::ApplySilence {}).is_err());
        round.does("Mara", "2025-12-12", Command::ApplySilence {});
        assert_eq!(round.state.lines[&key("A")].state, expected);
        let escalated = round.events.iter().find_map(|event| match &event.body {
            EventBody::Escalated(body) => Some((body.by_rule, body.reason.as_str())),
            _ => None,
        });
        let by_rule = (true, "no answer by 2025-12-11");
        assert_eq!(escalated, (policy == OnSilence::Escalate).then_some(by_rule));
        assert!(round.tries("Mara", "2025-12-12", accept(&["A"])).is_err());
    }
}

#[test]
fn an_amendment_leaves_the_figure_in_force_until_it_is_locked() {
    let mut round = Round::open(&["A", "B"]);
    for line in ["A", "B"] {
        round.does("Mara", "2025-12-02", offer(line, 100, ""));
    }
    round.does("Mara", "2025-12-03", accept(&["A", "B"]));
    round.does("Dana", "2025-12-04", approve(&["A", "B"]));
    round.does("Pia", "2025-12-05", lock(&["A", "B"]));
    let amend = |from: &str, figure: i64| Command::Amend {
        lines: vec![Change { line: key("A"), figure: Some(crate::usd(figure)), reason: "leaves the north".to_owned() }],
        effective_from: date(from),
        code: AmendmentCode::MarketExit,
    };
    let refused = round.tries("Mara", "2026-06-10", amend("2026-05-31", 95)).unwrap_err();
    assert_eq!(refused, "an amendment cannot take effect on 2026-05-31");
    round.does("Mara", "2026-06-10", amend("2026-07-01", 95));
    let line = &round.state.lines[&key("A")];
    assert_eq!((line.figure, line.in_force[0].figure), (crate::usd(95), crate::usd(100)));
    assert_eq!(round.state.stage, Stage::Open);
    round.does("Mara", "2026-06-11", offer("A", 95, ""));
    round.does("Mara", "2026-06-12", accept(&["A"]));
    round.does("Dana", "2026-06-13", approve(&["A"]));
    round.does("Dana", "2026-06-13", Command::ApproveTotal { reason: "market exit".to_owned(), role: None });
    round.does("Pia", "2026-06-14", lock(&["A"]));
    let line = &round.state.lines[&key("A")];
    let in_force: Vec<_> = line.in_force.iter().map(|one| (one.figure, one.from)).collect();
    assert_eq!(in_force, [(crate::usd(100), date("2026-01-01")), (crate::usd(95), date("2026-07-01"))]);
}

#[test]
fn a_withdrawn_amendment_leaves_what_is_in_force_and_a_withdrawn_line_leaves_the_total() {
    let mut round = Round::open(&["A", "B"]);
    for line in ["A", "B"] {
        round.does("Mara", "2025-12-02", offer(line, 100, ""));
    }
    let withdraw = |line: &str| Command::Withdraw { lines: vec![key(line)], reason: "left".to_owned() };
    round.does("Mara", "2025-12-03", withdraw("B"));
    assert_eq!(round.state.totals.difference(), Ok(Some(crate::usd(-100))));
    round.does("Mara", "2025-12-03", accept(&["A"]));
    round.does("Dana", "2025-12-04", approve(&["A"]));
    round.does("Finn", "2025-12-04", Command::ApproveTotal { reason: "B left".to_owned(), role: None });
    round.does("Pia", "2025-12-05", lock(&["A"]));
    let change = Change { line: key("A"), figure: Some(crate::usd(50)), reason: "wrong".to_owned() };
    let (effective_from, code) = (date("2026-07-01"), AmendmentCode::Error);
    round.does("Mara", "2026-06-01", Command::Amend { lines: vec![change], effective_from, code });
    round.does("Mara", "2026-06-02", withdraw("A"));
    let line = &round.state.lines[&key("A")];
    assert_eq!((line.state, line.figure), (LineState::Locked, crate::usd(100)));
    assert_eq!(line.approvals.iter().map(|approval| approval.by.as_str()).collect::<Vec<_>>(), ["Dana"]);
    assert_eq!(line.acceptance.as_ref().map(|acceptance| acceptance.partner.as_str()), Some("Lee"));
    // Nothing is left to lock but the plan itself.
    round.does("Pia", "2026-06-03", lock(&[]));
    assert_eq!(round.state.stage, Stage::Locked);
}

#[test]
fn every_refusal_of_a_command_is_reported_at_once_and_nothing_happens() {
    let mut round = Round::open(&["A", "B"]);
    let lines = vec![
        Change { line: key("A"), figure: Some(crate::usd(90)), reason: String::new() },
        Change { line: key("B"), figure: Some(crate::usd(-1)), reason: "x".to_owned() },
        Change { line: key("B"), figure: None, reason: String::new() },
        Change { line: key("C"), figure: None, reason: String::new() },
    ];
    let before = round.state.clone();
    let refused = round.tries("Mara", "2025-12-02", Command::Offer { lines, reply_by: None }).unwrap_err();
    assert_eq!(
        refused.lines().collect::<Vec<_>>(),
        [
            "the figure of line `A` changes without a reason",
            "`-1` is not an amount in USD for line `B`",
            "line `B` is named twice",
            "the plan has no line `C`",
        ]
    );
    assert_eq!(round.state, before);
}

#[test]
fn ids_of_lines_are_readable_and_commands_are_json() {
    let key = LineKey { partner_id: "P1".to_owned(), product_line: None, territory: Some("North".to_owned()) };
    assert_eq!(key.to_string(), "P1//North");
    let command = offer("A", 95, "market");
    let json = serde_json::to_string(&command).unwrap();
    assert_eq!(
        json,
        r#"{"command":"offer","lines":[{"line":{"partner_id":"A","product_line":null,"territory":null},"figure":{"amount":"95.00","currency":"USD"},"reason":"market"}],"reply_by":null}"#
    );
    assert_eq!(serde_json::from_str::<Command>(&json).unwrap(), command);
    assert_eq!(json.split('"').nth(3), Some(command.name()));
}

#[test]
fn a_command_before_the_opening_is_refused() {
    let refused = decide(
        &PlanState::default(),
        &lock(&["A"]),
        &quotient::ledger::plan::Actor::new("Pia"),
        super::day("2025-12-01"),
    );
    assert!(refused.is_err());
}
