//! What a person of a partner sees of a plan.

use super::plan::{accept, approve, counter, lock, offer};
use super::{Round, day, key};
use quotient::ledger::Loaded;
use quotient::ledger::people::{Grant, People, Reach, Role, Standing, grant};
use quotient::ledger::plan::{AmendmentCode, Change, Command, LineState};
use quotient::ledger::store::Store;
use quotient::ledger::view::View;
use quotient::units::Money;

/// State, figure and what is asked for, as the user of partner `A` sees its line; `None` before it exists for them.
fn seen(round: &Round) -> Option<(LineState, Money, Option<Money>)> {
    let directory = tempfile::tempdir().unwrap();
    let mut store = Store::open(&directory.path().join("plans.ledger")).unwrap();
    let given = Grant {
        person: "lee".to_owned(),
        role: Role::PartnerUser,
        reach: Reach { partners: vec!["A".to_owned()], ..Reach::default() },
        approves: Vec::new(),
        from: None,
        until: None,
        reason: String::new(),
    };
    grant(&mut store, &given, "root", day("2025-12-01")).unwrap();
    let people = People::read(&store).unwrap();
    let standing = Standing::of(&people, "lee", "meridian", "2026-01-01".parse().unwrap());
    let plan = Loaded { name: "FY2026".to_owned(), state: round.state.clone(), events: round.events.clone() };
    let view = View::new(&plan, &standing)?;
    assert!(view.line(&key("B")).is_none(), "the line of another partner");
    view.line(&key("A")).and_then(|line| line.partner).map(|line| (line.state, line.figure, line.asked))
}

#[test]
fn a_partner_sees_its_own_line_from_the_first_offer_to_the_withdrawal() {
    use LineState::{Accepted, Countered, Locked, Offered, Withdrawn};
    let usd = |amount: i64| crate::usd(amount);
    let withdraw = || Command::Withdraw { lines: vec![key("A")], reason: "left".to_owned() };
    let mut round = Round::open(&["A", "B"]);
    assert_eq!(seen(&round), None);
    round.does("Mara", "2025-12-02", offer("A", 100, ""));
    round.does("Mara", "2025-12-02", offer("B", 100, ""));
    assert_eq!(seen(&round), Some((Offered, usd(100), None)));
    round.does("Mara", "2025-12-03", counter("A", 80));
    assert_eq!(seen(&round), Some((Countered, usd(100), Some(usd(80)))));
    round.does("Mara", "2025-12-04", withdraw());
    assert_eq!(seen(&round), Some((Withdrawn, usd(100), None)));

    let mut round = Round::open(&["A"]);
    round.does("Mara", "2025-12-02", offer("A", 100, ""));
    round.does("Mara", "2025-12-03", accept(&["A"]));
    // Approvals are not shown to the partner.
    round.does("Dana", "2025-12-04", approve(&["A"]));
    assert_eq!(seen(&round), Some((Accepted, usd(100), None)));
    round.does("Pia", "2025-12-05", lock(&["A"]));
    let lines = vec![Change { line: key("A"), figure: Some(usd(50)), reason: "wrong".to_owned() }];
    let (effective_from, code) = ("2026-07-01".parse().unwrap(), AmendmentCode::Error);
    round.does("Mara", "2026-06-01", Command::Amend { lines, effective_from, code });
    round.does("Mara", "2026-06-02", offer("A", 50, ""));
    assert_eq!(seen(&round), Some((Offered, usd(50), None)));
    round.does("Mara", "2026-06-03", withdraw());
    assert_eq!(seen(&round), Some((Locked, usd(100), None)));
}
