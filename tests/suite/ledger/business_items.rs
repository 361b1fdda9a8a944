//! Target accounts and risks, and values of business plans that come from a book.

use super::{Round, date};
use quotient::channel::PartnerBook;
use quotient::intake::{JsonPart, ReadOptions, read_book_json};
use quotient::ledger::Loaded;
use quotient::ledger::actuals::Actuals;
use quotient::ledger::people::{Grant, People, Reach, Role, Standing, grant};
use quotient::ledger::plan::{BusinessChange, BusinessHeader, Change, Command, EventBody, PlanEvent, fold, replay};
use quotient::ledger::store::Store;
use quotient::ledger::view::View;
use quotient::report::record::{BusinessSheet, business_plan, write_business_plan};
use serde_json::{Value, json};

/// A change as a request writes it.
fn change(value: Value) -> BusinessChange {
    serde_json::from_value(value).unwrap()
}

fn of(partner: &str, changes: &[Value]) -> Command {
    let changes = changes.iter().cloned().map(change).collect();
    Command::BusinessPlan { partner_id: partner.to_owned(), changes }
}

fn account() -> Value {
    json!({"change": "account", "id": "T1", "customer": "Orion Bank", "owner": "Lee",
        "expected": {"amount": "120000.00", "currency": "USD"}})
}

fn risk() -> Value {
    json!({"change": "risk", "id": "R1", "risk": "the lead engineer leaves", "likelihood": "medium", "side": "vendor",
        "mitigation": "a second engineer is certified"})
}

fn activity(tag: Option<&str>) -> Value {
    json!({"change": "activity", "id": "A1", "kind": "co_sell", "title": "roadshow", "side": "partner",
        "start": "2026-02-01", "due": "2026-03-31", "tag": tag})
}

fn objective(id: &str, source: Option<&str>, tag: Option<&str>) -> Value {
    json!({"change": "objective", "id": id, "kind": "other", "measure": id, "target": "10", "source": source, "tag": tag})
}

fn sheet(round: &Round) -> BusinessSheet {
    let loaded = Loaded { name: "FY2026".to_owned(), state: round.state.clone(), events: Vec::new() };
    let standing = Standing::unrestricted();
    BusinessSheet::new(&View::new(&loaded, &standing).unwrap(), "A", date("2026-07-01")).unwrap()
}

#[test]
fn target_accounts_and_risks_are_part_of_what_both_sides_sign() {
    let mut round = Round::open(&["A"]);
    round.does("Mara", "2025-12-02", of("A", &[activity(None), account(), risk()]));
    let sign = |side: &str, by: Option<&str>| json!({"change": "sign", "side": side, "by": by});
    round.does("Mara", "2025-12-02", of("A", &[sign("vendor", None), sign("partner", Some("Lee"))]));
    let signed = |round: &Round| {
        let sheet = sheet(round);
        (sheet.signed_by_vendor, sheet.signed_by_partner)
    };
    let both = (Some("Mara".to_owned()), Some("Lee".to_owned()));
    assert_eq!(signed(&round), both);
    for (changed, restored) in [
        (json!({"change": "risk", "id": "R1", "risk": "the lead engineer leaves", "likelihood": "high"}), risk()),
        (json!({"change": "account", "id": "T1", "customer": "Orion Bank"}), account()),
        (
            json!({"change": "account", "id": "T2", "customer": "Vega Retail"}),
            json!({"change": "drop", "item": "T2", "reason": "not this year"}),
        ),
    ] {
        round.does("Mara", "2025-12-03", of("A", &[changed]));
        assert_eq!(signed(&round), (None, None));
        round.does("Mara", "2025-12-03", of("A", &[restored]));
        assert_eq!(signed(&round), both, "the same content has the same digest");
    }
    let sheet = sheet(&round);
    assert_eq!((sheet.accounts.len(), sheet.risks.len()), (1, 1));
    let text = business_plan(&sheet, &Default::default());
    for words in ["Orion Bank", "120,000.00", "the lead engineer leaves", "medium", "a second engineer is certified"] {
        assert!(text.contains(words), "{words} in {text}");
    }
    let mut page = Vec::new();
    write_business_plan(&sheet, &mut page).unwrap();
    assert!(String::from_utf8(page).unwrap().contains("Orion Bank"));
}

#[test]
fn nothing_wrong_enters_the_accounts_and_risks() {
    let mut round = Round::open(&["A"]);
    round.does("Mara", "2025-12-02", of("A", &[activity(None), account()]));
    for (value, words) in [
        (json!({"change": "account", "id": "A1", "customer": "X"}), "`A1` is already the id of another item: activity"),
        (
            json!({"change": "risk", "id": "T1", "risk": "X", "likelihood": "low"}),
            "`T1` is already the id of another item: target account",
        ),
        (json!({"change": "account", "id": "T2", "customer": " "}), "target account `T2` has no customer"),
        (json!({"change": "risk", "id": "R2", "risk": "", "likelihood": "low"}), "risk `R2` has no description"),
        (
            json!({"change": "account", "id": "T2", "customer": "X", "expected": {"amount": "-1", "currency": "USD"}}),
            "`-1` is not an amount in USD for `T2`",
        ),
        (
            json!({"change": "account", "id": "T2", "customer": "X", "expected": {"amount": "1", "currency": "EUR"}}),
            "`1` is not an amount in USD for `T2`",
        ),
        (json!({"change": "drop", "item": "T9", "reason": "X"}), "the business plan has no item `T9`"),
        (
            json!({"change": "header", "accounts": ["X"]}),
            "the header of the business plan of `A` has target accounts or risks",
        ),
    ] {
        assert_eq!(round.tries("Mara", "2025-12-02", of("A", &[value])).unwrap_err(), words);
    }
    let unknown = json!({"change": "risk", "id": "R1", "risk": "X", "likelihood": "certain"});
    assert!(serde_json::from_value::<BusinessChange>(unknown).is_err(), "likelihood is a word of a closed set");
}

#[test]
fn amounts_and_weights_that_would_not_be_read_again_or_added_exactly_are_refused() {
    let mut round = Round::open(&["A"]);
    round.does("Mara", "2025-12-02", of("A", &[activity(None)]));
    let large = json!({"amount": "90000000000000.01", "currency": "USD"});
    // What a file or a request says is refused when it is read; a command line says it without being read.
    assert!(
        serde_json::from_value::<BusinessChange>(
            json!({"change": "account", "id": "T1", "customer": "X", "expected": large})
        )
        .is_err()
    );
    let mut account: BusinessChange = change(account());
    if let BusinessChange::Account(account) = &mut account {
        account.expected = Some(quotient::units::Money::new(
            rust_decimal::Decimal::new(9_000_000_000_000_001, 2),
            crate::usd(1).currency(),
        ));
    }
    let command = Command::BusinessPlan { partner_id: "A".to_owned(), changes: vec![account] };
    let refused = round.tries("Mara", "2025-12-02", command).unwrap_err();
    assert_eq!(refused, "`90000000000000.01` is not an amount in USD for `T1`");
    for weight in ["79228162514264337593543950335", "1000001", "-1", "0.0000001"] {
        let mut heavy = activity(None);
        heavy["weight"] = json!(weight);
        let refused = round.tries("Mara", "2025-12-02", of("A", &[heavy])).unwrap_err();
        assert_eq!(refused, "the weight of `A1` is not from 0 to 1,000,000 with at most six decimals", "{weight}");
    }
}

#[test]
fn values_do_not_go_back_in_time() {
    let mut round = Round::open(&["A"]);
    let value =
        |value: &str, as_of: &str| json!({"change": "actual", "objective": "O1", "value": value, "as_of": as_of});
    round.does("Mara", "2025-12-02", of("A", &[objective("O1", None, None), value("8", "2025-11-30")]));
    let refused = round.tries("Mara", "2025-12-02", of("A", &[value("3", "2025-10-31")])).unwrap_err();
    assert_eq!(refused, "the value of `O1` is of 2025-10-31, and one of 2025-11-30 is known");
    // The same date corrects it.
    round.does("Mara", "2025-12-02", of("A", &[value("7", "2025-11-30")]));
}

#[test]
fn a_book_says_nothing_about_dates_that_it_does_not_reach() {
    let mut round = Round::open(&["A"]);
    round.does(
        "Mara",
        "2025-12-02",
        of("A", &[objective("revenue", Some("revenue"), None), objective("won", Some("won"), None)]),
    );
    let book = book(json!({"opportunities": deals()}));
    // The book has revenue to July 2026; the plan begins in January.
    for date_asked in ["2026-10-31", "2025-12-15"] {
        let found = Actuals::of(&round.state, &book, date(date_asked), &[]).unwrap();
        assert_eq!((found.commands.len(), found.unknown.len()), (0, 2), "{date_asked}");
        let ends = found.ends.map(|month| month.to_string());
        assert_eq!(ends.as_deref(), (date_asked == "2026-10-31").then_some("2026-07"), "{date_asked}");
    }
    assert_eq!(Actuals::of(&round.state, &book, date("2026-07-31"), &[]).unwrap().commands.len(), 1);
}

#[test]
fn accounts_and_risks_that_an_earlier_version_recorded_as_names_are_shown() {
    let mut round = Round::open(&["A"]);
    let header = BusinessHeader {
        accounts: Some(vec!["Orion Bank".to_owned()]),
        risks: Some(vec!["a single engineer".to_owned()]),
        ..BusinessHeader::default()
    };
    let body = json!({"partner_id": "A", "change": BusinessChange::Header(header)}).to_string();
    let body = EventBody::from_json("business_plan.changed", &body).unwrap();
    let event = PlanEvent { number: 3, actor: "Mara".to_owned(), at: super::day("2025-12-02"), body };
    fold(&mut round.state, &event).unwrap();
    let sheet = sheet(&round);
    assert_eq!((sheet.accounts[0].customer.as_str(), sheet.accounts[0].id.as_str()), ("Orion Bank", ""));
    assert_eq!((sheet.risks[0].risk.as_str(), sheet.risks[0].likelihood), ("a single engineer", None));
}

#[test]
fn a_partner_keeps_own_accounts_and_risks_and_no_others() {
    let directory = tempfile::tempdir().unwrap();
    let mut store = Store::open(&directory.path().join("plans.ledger")).unwrap();
    let reach = Reach { partners: vec!["A".to_owned()], ..Reach::default() };
    let (person, reason) = ("lee".to_owned(), String::new());
    let own = Grant { person, role: Role::PartnerUser, reach, approves: Vec::new(), from: None, until: None, reason };
    grant(&mut store, &own, "root", super::day("2025-12-01")).unwrap();
    let service = Grant { person: "svc".to_owned(), role: Role::Service, reach: Reach::default(), ..own };
    grant(&mut store, &service, "root", super::day("2025-12-01")).unwrap();
    let people = People::read(&store).unwrap();
    let mut round = Round::open(&["A"]);
    let lines = vec![Change { line: super::key("A"), figure: None, reason: String::new() }];
    round.does("Mara", "2025-12-02", Command::Offer { lines, reply_by: None });
    round.does("Mara", "2025-12-02", of("A", &[risk(), objective("O1", Some("certified_staff"), None)]));
    let loaded = Loaded { name: "FY2026".to_owned(), state: round.state, events: round.events };
    let refused = |person: &str, value: &Value| {
        let standing = Standing::of(&people, person, "meridian", date("2025-12-03"));
        let view = View::new(&loaded, &standing).unwrap();
        view.refusals(&of("A", std::slice::from_ref(value)), person, "body").has_errors()
    };
    let of_vendor = json!({"change": "account", "id": "T2", "customer": "X", "side": "vendor"});
    let own_risk = json!({"change": "risk", "id": "R2", "risk": "X", "likelihood": "low"});
    let over_vendor = json!({"change": "risk", "id": "R1", "risk": "X", "likelihood": "low"});
    let typed = json!({"change": "actual", "objective": "O1", "value": "3", "as_of": "2025-12-02"});
    let of_book = json!({"change": "actual", "objective": "O1", "value": "3", "as_of": "2025-12-02", "book": "ab"});
    assert_eq!([&account(), &own_risk, &typed].map(|value| refused("lee", value)), [false; 3]);
    assert_eq!([&of_vendor, &over_vendor, &of_book].map(|value| refused("lee", value)), [true; 3]);
    // A service records what books say, and types nothing.
    assert_eq!([&of_book, &typed, &account()].map(|value| refused("svc", value)), [false, true, true]);
}

/// A book of 2026 for partner A; `more` are further tables.
fn book(more: Value) -> PartnerBook {
    let mut tables = json!({
        "partners": [{"partner_id": "A", "partner_name": "Alder"}, {"partner_id": "B", "partner_name": "Birch"}],
        "revenue": [
            {"partner_id": "A", "month": "2025-12", "amount": "999.00", "currency": "USD"},
            {"partner_id": "A", "month": "2026-01", "amount": "10.50", "currency": "USD"},
            {"partner_id": "A", "month": "2026-06", "amount": "4.00", "currency": "USD"},
            {"partner_id": "A", "month": "2026-07", "amount": "7.00", "currency": "USD"},
        ],
    });
    for (name, rows) in more.as_object().unwrap() {
        tables[name] = rows.clone();
    }
    let text = tables.to_string();
    let part = JsonPart { file: "book", pointer: "", name: "book", text: &text };
    let options = ReadOptions { currency: Some("USD".parse().unwrap()), ..ReadOptions::default() };
    read_book_json(&part, &options).into_result().map_err(|findings| format!("{findings:?}")).unwrap().0
}

fn deals() -> Value {
    let deal = |id: &str, amount: &str, status: &str, close: &str, registered: &str, tag: &str| {
        json!({"opportunity_id": id, "partner_id": "A", "amount": amount, "status": status, "close_date": close,
            "registered_on": registered, "tag": tag, "currency": "USD"})
    };
    json!([
        deal("1", "100", "won", "2026-06-01", "2026-02-10", "roadshow"),
        deal("2", "40", "open", "2026-09-30", "2026-03-01", "Roadshow"),
        deal("3", "70", "lost", "2026-05-01", "2026-03-02", "roadshow"),
        // Of another tag, before the activity began, and after the date.
        deal("4", "1000", "won", "2026-06-01", "2026-03-01", "webinar"),
        deal("5", "2000", "won", "2026-06-01", "2026-01-15", "roadshow"),
        deal("6", "4000", "open", "2026-12-01", "2026-07-15", "roadshow"),
    ])
}

#[test]
fn actuals_come_from_the_book_and_what_it_does_not_have_stays_not_known() {
    let mut round = Round::open(&["A", "B"]);
    let items = [
        activity(Some("roadshow")),
        objective("certified", Some("certified_staff"), None),
        objective("enabled", Some("enablement"), None),
        objective("spend", Some("marketing_spend"), None),
        objective("revenue", Some("revenue"), None),
        objective("deals", Some("opportunities"), None),
        objective("won", Some("won"), Some("roadshow")),
        objective("heads", Some("services_headcount"), None),
        objective("typed", None, None),
    ];
    round.does("Mara", "2025-12-02", of("A", &items));
    let investments = json!([{"partner_id": "A", "certified_now": "4", "enablement": "0.75", "marketing_spend": "12.50",
        "currency": "USD"}]);
    let book = book(json!({"investments": investments, "opportunities": deals()}));
    let found = Actuals::of(&round.state, &book, date("2026-06-30"), &[]).unwrap();
    assert_eq!(found.unknown, [("A".to_owned(), "heads".to_owned())]);
    assert_eq!(found.commands.len(), 1, "one command for the one partner with a business plan");
    round.does("Mara", "2026-07-01", found.commands[0].clone());
    let own = &round.state.business_plans["A"];
    let value = |id: &str| own.objectives[id].actual.as_ref().map(|actual| actual.value.normalize().to_string());
    // January to June is 10.50 + 4; five deals were registered from January to June; 100 + 2,000 of the tag were won.
    for (id, expected) in [
        ("certified", "4"),
        ("enabled", "0.75"),
        ("spend", "12.5"),
        ("revenue", "14.5"),
        ("deals", "5"),
        ("won", "2100"),
    ] {
        assert_eq!(value(id).as_deref(), Some(expected), "{id}");
    }
    assert_eq!((value("heads"), value("typed")), (None, None));
    let registered = own.activities["A1"].registered.as_ref().unwrap();
    // From 1 February: deals 1, 2 and 3; 40 is open, 100 won.
    assert_eq!((registered.opportunities, registered.pipeline, registered.won), (3, crate::usd(40), crate::usd(100)));
    assert_eq!(registered.book, book.input_hash);
    // Again: nothing is new.
    assert!(Actuals::of(&round.state, &book, date("2026-06-30"), &[]).unwrap().commands.is_empty());
    // What a book has is not typed over; what it does not have can be typed, and says by whom.
    let typed = |id: &str| json!({"change": "actual", "objective": id, "value": "9", "as_of": "2026-06-30"});
    let refused = round.tries("Mara", "2026-07-01", of("A", &[typed("certified")])).unwrap_err();
    assert_eq!(refused, "the value of objective `certified` comes from a book");
    round.does("Mara", "2026-07-01", of("A", &[typed("heads"), typed("typed")]));
    let text = business_plan(&sheet(&round), &Default::default());
    assert!(text.contains("book, 2026-06-30") && text.contains("Mara, 2026-06-30"), "{text}");
    assert!(text.contains("3 opportunities, 100.00 won"), "{text}");
    assert_eq!(replay(&round.events).unwrap(), round.state);
}

#[test]
fn a_book_without_tags_or_of_another_currency_says_nothing_about_activities() {
    let mut round = Round::open(&["A"]);
    round.does("Mara", "2025-12-02", of("A", &[activity(Some("roadshow")), objective("won", Some("won"), None)]));
    let mut plain = deals();
    plain.as_array_mut().unwrap().iter_mut().for_each(|deal| deal["tag"] = Value::Null);
    let found = Actuals::of(&round.state, &book(json!({"opportunities": plain})), date("2026-06-30"), &[]).unwrap();
    assert_eq!(found.unknown, [("A".to_owned(), "A1".to_owned())]);
    let none = Actuals::of(&round.state, &book(json!({})), date("2026-06-30"), &[]).unwrap();
    assert_eq!((none.commands.len(), none.unknown.len()), (0, 2));
    let other = PartnerBook::new("EUR".parse().unwrap(), Vec::new());
    assert!(Actuals::of(&round.state, &other, date("2026-06-30"), &[]).is_err());
    // The digest of a book belongs to a source, and is one.
    for (value, words) in [
        (
            json!({"change": "actual", "objective": "won", "value": "1", "as_of": "2025-12-01", "book": "the book"}),
            "`the book` is not the digest of a book",
        ),
        (
            json!({"change": "actual", "objective": "won", "value": "1", "as_of": "2026-12-01", "book": "ab"}),
            "the value is dated 2026-12-01, which has not come yet",
        ),
        (
            json!({"change": "registered", "activity": "A9", "opportunities": 1, "as_of": "2025-12-01", "book": "ab",
            "pipeline": {"amount": "1", "currency": "USD"}, "won": {"amount": "1", "currency": "USD"}}),
            "the business plan has no activity `A9`",
        ),
    ] {
        assert_eq!(round.tries("Mara", "2025-12-02", of("A", &[value])).unwrap_err(), words);
    }
}
