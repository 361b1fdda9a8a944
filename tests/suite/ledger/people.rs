//! Grants: given, refused and revoked; and what they reach.

use super::{Round, day, key, opening};
use quotient::finding::Code;
use quotient::ledger::people::{Grant, People, Reach, Role, Standing, grant, revoke};
use quotient::ledger::plan::{Actor, Command, Opening, Side};
use quotient::ledger::store::Store;
use quotient::ledger::{check_reach, give, load_or_new};
use std::path::PathBuf;

fn place() -> (tempfile::TempDir, PathBuf) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("plans.ledger");
    (directory, path)
}

fn of(person: &str, role: Role, reach: Reach) -> Grant {
    Grant {
        person: person.to_owned(),
        role,
        reach,
        approves: Vec::new(),
        from: None,
        until: None,
        reason: String::new(),
    }
}

#[track_caller]
fn refused(store: &mut Store, given: &Grant, words: &str) {
    let findings = grant(store, given, "root", day("2025-12-01")).unwrap_err();
    let messages: Vec<String> = findings.iter().map(|finding| finding.message()).collect();
    assert!(messages.iter().any(|message| message.contains(words)), "{messages:?}");
}

#[test]
fn a_grant_that_reaches_too_much_or_nothing_is_refused() {
    let (_directory, path) = place();
    let mut store = Store::open(&path).unwrap();
    refused(&mut store, &of("berg", Role::PartnerUser, Reach::default()), "needs a partner");
    refused(&mut store, &of("mara", Role::ChannelManager, Reach::default()), "needs a part of the channel");
    refused(&mut store, &of(" pia", Role::Planner, Reach::default()), "not a valid id");
    let never = Grant {
        from: Some("2026-02-01".parse().unwrap()),
        until: Some("2026-01-01".parse().unwrap()),
        ..of("pia", Role::Planner, Reach::default())
    };
    refused(&mut store, &never, "before it begins");
    let pia = of("pia", Role::Planner, Reach::default());
    assert_eq!(grant(&mut store, &pia, "root", day("2025-12-01")), Ok(1));
    refused(&mut store, &pia, "has this grant already: event 1");
    assert!(revoke(&mut store, 1, " ", "root", day("2025-12-02")).is_err());
    assert!(revoke(&mut store, 7, "left", "root", day("2025-12-02")).is_err());
    let steering = revoke(&mut store, 1, "left \u{202e}early", "root", day("2025-12-02"));
    assert!(steering.is_err_and(|findings| findings.iter().any(|finding| finding.code() == Code::LedgerFigure)));
    assert_eq!(revoke(&mut store, 1, "left", "root", day("2025-12-02")), Ok(2));
    assert!(revoke(&mut store, 1, "left", "root", day("2025-12-02")).is_err());
    let people = People::read(&store).unwrap();
    assert_eq!((people.all().len(), people.holding().count()), (1, 0));
    assert!(store.verify(None).unwrap().holds());
}

/// Opens a plan of a vendor with a line for each partner.
fn opened(store: &mut Store, vendor: &str, name: &str, partners: &[&str]) {
    let opened = Opening { vendor: vendor.to_owned(), name: name.to_owned(), ..opening(partners) };
    let loaded = load_or_new(store, name).unwrap();
    give(store, &loaded, &[Command::Open(Box::new(opened))], &Actor::new("pia"), day("2025-12-01")).unwrap();
}

#[test]
fn names_that_no_plan_has_are_warnings_and_a_partner_of_several_vendors_needs_one() {
    let (_directory, path) = place();
    let mut store = Store::open(&path).unwrap();
    let said = |store: &Store, role: Role, reach: Reach| -> Result<Vec<String>, String> {
        let found = check_reach(store, &of("zoe", role, reach)).map_err(|refused| refused.to_string())?;
        assert!(!found.has_errors());
        Ok(found.iter().map(|finding| format!("{} {}", finding.message(), finding.advice())).collect())
    };
    let managers = |name: &str| Reach { managers: vec![name.to_owned()], ..Reach::default() };
    let partner = |vendor: Option<&str>| Reach {
        vendor: vendor.map(str::to_owned),
        partners: vec!["P1".to_owned()],
        ..Reach::default()
    };
    assert_eq!(said(&store, Role::ChannelManager, managers("Mra")), Ok(Vec::new()), "before the first plan");
    opened(&mut store, "meridian", "FY2026", &["P1", "P2"]);
    assert_eq!(said(&store, Role::PartnerUser, partner(None)), Ok(Vec::new()), "one vendor");
    let near = said(&store, Role::ChannelManager, managers("Mra")).unwrap();
    assert!(
        near[0].starts_with("no plan in the ledger has the account manager `Mra` did you mean `Mara`?"),
        "{near:?}"
    );
    assert_eq!(said(&store, Role::ChannelManager, managers("Mara")), Ok(Vec::new()));
    opened(&mut store, "halcyon", "H2026", &["P1", "P7"]);
    let refused = said(&store, Role::PartnerUser, partner(None)).unwrap_err();
    assert!(refused.contains("plans of several vendors (halcyon, meridian)"), "{refused}");
    assert_eq!(said(&store, Role::PartnerUser, partner(Some("halcyon"))), Ok(Vec::new()));
    let unknown = said(&store, Role::PartnerUser, partner(Some("halcion"))).unwrap();
    assert!(
        unknown[0].starts_with("no plan in the ledger is of the vendor `halcion` did you mean `halcyon`?"),
        "{unknown:?}"
    );
    // P7 is a partner of the other vendor.
    let other = Reach { vendor: Some("meridian".to_owned()), partners: vec!["P7".to_owned()], ..Reach::default() };
    assert!(said(&store, Role::PartnerUser, other).unwrap()[0].contains("the partner `P7`"));
    // Both names are known, and no line has both.
    let mut noa = Opening { vendor: "meridian".to_owned(), name: "M2027".to_owned(), ..opening(&["P9"]) };
    noa.lines[0].manager = Some("Noa".to_owned());
    let loaded = load_or_new(&store, "M2027").unwrap();
    give(&mut store, &loaded, &[Command::Open(Box::new(noa))], &Actor::new("pia"), day("2025-12-01")).unwrap();
    let both = |partner: &str| Reach { partners: vec![partner.to_owned()], ..managers("Noa") };
    assert_eq!(said(&store, Role::ChannelManager, both("P9")), Ok(Vec::new()));
    let excluding = said(&store, Role::ChannelManager, both("P1")).unwrap();
    assert!(excluding[0].starts_with("no line in the ledger has everything that the grant names"), "{excluding:?}");
}

#[test]
fn a_standing_is_the_union_of_the_grants_that_hold_on_the_date() {
    let (_directory, path) = place();
    let mut store = Store::open(&path).unwrap();
    let reach = |vendor: Option<&str>, partner: &str| Reach {
        vendor: vendor.map(str::to_owned),
        partners: vec![partner.to_owned()],
        ..Reach::default()
    };
    let seasonal = Grant {
        from: Some("2026-01-01".parse().unwrap()),
        until: Some("2026-03-31".parse().unwrap()),
        ..of("mara", Role::ChannelManager, reach(Some("meridian"), "P2"))
    };
    for given in [
        of("mara", Role::ChannelManager, reach(None, "P1")),
        seasonal,
        of("mara", Role::PartnerUser, reach(None, "P3")),
    ] {
        grant(&mut store, &given, "root", day("2025-12-01")).unwrap();
    }
    let people = People::read(&store).unwrap();
    let round = Round::open(&["P1", "P2", "P3", "P4"]);
    let side = |vendor: &str, date: &str, partner: &str| {
        Standing::of(&people, "mara", vendor, date.parse().unwrap()).side(&round.state.lines[&key(partner)])
    };
    assert_eq!(side("meridian", "2026-02-01", "P1"), Some(Side::Vendor));
    assert_eq!(side("meridian", "2026-03-31", "P2"), Some(Side::Vendor));
    assert_eq!(side("meridian", "2026-04-01", "P2"), None);
    assert_eq!(side("halcyon", "2026-02-01", "P2"), None);
    assert_eq!(side("meridian", "2026-02-01", "P3"), Some(Side::Partner));
    assert_eq!(side("meridian", "2026-02-01", "P4"), None);
    let standing = Standing::of(&people, "mara", "meridian", "2026-02-01".parse().unwrap());
    assert!(!standing.sees_whole() && !standing.may_open() && standing.sees_anything());
    assert!(!Standing::of(&people, "stranger", "meridian", "2026-02-01".parse().unwrap()).sees_anything());
    assert!(Standing::unrestricted().sees_whole());
}

#[test]
fn no_role_both_sets_figures_for_the_vendor_and_approves_them() {
    let offer = Command::Offer { lines: Vec::new(), reply_by: None };
    let approve = Command::Approve { lines: Vec::new(), note: String::new(), role: None };
    let open = Command::Open(Box::new(opening(&["P1"])));
    for role in Role::ALL {
        assert!(!(role.may(&offer) && role.may(&approve)), "{role}");
        assert!(role == Role::Planner || !(role.may(&open) && role.may(&offer)), "{role}");
        assert!(role.side() != Some(Side::Partner) || !role.may(&offer), "{role}");
        assert!(role.side().is_some() || !role.may(&open), "{role}");
    }
}
