//! Who sees and does what in plans of record: for every operation, role and foreign object the answer is that of one
//! that never existed. The matrix comes from the list of operations and the schema of the commands.

use super::document::alternatives;
use super::http::Answer;
use super::partner_page::of_line;
use super::plans::{PARTNERS, Site, ledger_command, line, opening, usd};
use quotient::server::{Operation, openapi, operations};
use serde_json::{Value, json};

/// Persons with their grants; the token of each is `secret-of-NAME-is-long`.
const PERSONS: [(&str, &[&str]); 9] = [
    ("pia", &["planner"]),
    ("mara", &["channel_manager", "--manager", "Mara"]),
    ("dana", &["approver"]),
    ("berg", &["partner_user", "--partner", "P1"]),
    ("aud", &["auditor"]),
    ("rudi", &["rule_author"]),
    ("svc", &["service"]),
    ("hal", &["planner", "--vendor", "halcyon"]),
    ("old", &["planner", "--until", "2020-12-31"]),
];

fn tokens() -> String {
    let names = PERSONS.iter().map(|(name, _)| *name).chain(["stranger"]);
    let token = |name: &str| {
        format!(
            "[[token]]\nname = \"token of {name}\"\nperson = \"{name}\"\ntoken = \"secret-of-{name}-is-long\"\nscopes = [\"read\", \"plan\", \"evaluate\"]\n"
        )
    };
    names.map(token).collect()
}

fn site() -> Site {
    let grants: Vec<Vec<&str>> = PERSONS.iter().map(|(name, grant)| [&[*name], *grant].concat()).collect();
    let grants: Vec<&[&str]> = grants.iter().map(Vec::as_slice).collect();
    Site::new(Some(&tokens()), &grants)
}

fn as_person(site: &Site, person: &str, method: &str, path: &str, body: Option<&Value>) -> Answer {
    let token = format!("Authorization: Bearer secret-of-{person}-is-long");
    site.ask(method, path, &[&token, "If-Match: *"], body)
}

/// Every command of the schema about a line, with a body for the line `id`.
fn commands(id: &str) -> Vec<Value> {
    let schema = openapi();
    let variants = alternatives(&schema, "PlanCommand");
    let names: Vec<&str> =
        variants.iter().map(|variant| variant["properties"]["command"]["const"].as_str().unwrap()).collect();
    assert!(names.len() > 10, "{names:?}");
    let change = json!([{"line": line(id), "figure": usd("1000.00"), "reason": "a reason"}]);
    let body = |name: &str| match name {
        "offer" | "resolve" => json!({"lines": change}),
        "amend" => json!({"lines": change, "effective_from": "2026-07-01", "code": "error"}),
        "counter" => json!({"lines": [{"line": line(id), "figure": usd("1000.00"), "code": "market", "reason": "a"}]}),
        "distribute" | "lock" | "accept" | "approve" => json!({"lines": [line(id)]}),
        "escalate" | "return" | "withdraw" => json!({"lines": [line(id)], "reason": "a reason"}),
        "approve_total" | "close" => json!({"reason": "a reason"}),
        "change_target" => json!({"target": usd("1.00"), "reason": "a reason"}),
        "apply_silence" => json!({}),
        "business_plan" => json!({"partner_id": id, "changes": []}),
        other => panic!("the test has no body for the command `{other}`"),
    };
    let command = |name: &str| {
        let mut body = body(name);
        body["command"] = json!(name);
        body
    };
    let (business, others): (Vec<Value>, Vec<Value>) =
        names.into_iter().map(command).partition(|command| command["command"] == "business_plan");
    assert_eq!(business.len(), 1);
    let with = |change: Value| {
        let mut command = business[0].clone();
        command["changes"] = json!([change]);
        command
    };
    others.into_iter().chain(business_changes().into_iter().map(with)).collect()
}

/// Every change of a business plan of the schema.
fn business_changes() -> Vec<Value> {
    let schema = openapi();
    let variants = alternatives(&schema, "BusinessPlanChange");
    let names: Vec<&str> =
        variants.iter().map(|variant| variant["properties"]["change"]["const"].as_str().unwrap()).collect();
    assert!(names.len() > 10, "{names:?}");
    let body = |name: &str| match name {
        "header" => json!({"vision": "to grow"}),
        "objective" => json!({"id": "O1", "kind": "other", "measure": "people", "target": "3"}),
        "activity" => json!({"id": "A1", "kind": "other", "title": "work", "side": "partner", "due": "2026-03-31"}),
        "account" => json!({"id": "T1", "customer": "Orion"}),
        "risk" => json!({"id": "R1", "risk": "delay", "likelihood": "low"}),
        "drop" => json!({"item": "O1", "reason": "over"}),
        "done" => json!({"activity": "A1", "on": "2025-12-01"}),
        "actual" => json!({"objective": "O1", "value": "2", "as_of": "2025-12-01"}),
        "registered" => json!({"activity": "A1", "opportunities": 1, "pipeline": usd("1.00"), "won": usd("1.00"),
            "as_of": "2025-12-01", "book": "ab"}),
        "approve_fund" => json!({"activity": "A1"}),
        "claim" => json!({"activity": "A1", "amount": usd("1.00")}),
        "sign" => json!({"side": "partner"}),
        "review" => json!({"as_of": "2025-12-01"}),
        "answer" => json!({"side": "partner", "accepts": true}),
        other => panic!("the test has no body for the change `{other}`"),
    };
    let change = |name: &str| {
        let mut body = body(name);
        body["change"] = json!(name);
        body
    };
    names.into_iter().map(change).collect()
}

/// Operations of the ledger that are about no plan: what a person gets from them depends on the person only; those about
/// people are for administrators.
const ABOUT_NO_PLAN: [&str; 9] =
    ["session", "people", "grant", "revoke", "sign_in", "sign_out", "plans", "plan_open", "survey"];

#[test]
fn every_operation_of_the_ledger_is_in_the_matrix_or_about_no_plan() {
    let of_plans: Vec<&str> = of_plans().map(|operation| operation.id).collect();
    for operation in operations().filter(|operation| operation.group == "plans") {
        let is_known = of_plans.contains(&operation.id) || ABOUT_NO_PLAN.contains(&operation.id);
        assert!(is_known, "`{}` is not in the matrix of operations, persons and foreign plans", operation.id);
    }
}

/// Bodies that an operation takes, about the line `id`.
fn bodies(operation: &Operation, id: &str) -> Vec<Option<Value>> {
    match operation.body.first().map(|media| media.schema) {
        None => vec![None],
        Some(Some("PlanCommand")) => commands(id).into_iter().map(Some).collect(),
        Some(Some("PreviewPlan")) => ["channel", "manager"]
            .map(|scope| Some(json!({"change": {"line": line(id), "figure": usd("1000.00")}, "scope": scope})))
            .to_vec(),
        Some(Some("PlanStandingsRequest")) => vec![Some(json!({}))],
        Some(Some("PlanScenario")) => vec![Some(json!({"target": "2000000.00", "levers": []}))],
        Some(Some("ProposalRequest")) => vec![Some(json!({"as_of": "2025-12-31", "book": {"currency": "USD",
            "partners": [{"partner_id": id}], "revenue": []}}))],
        Some(Some("Candidate")) => vec![Some(json!({"vendor": "meridian", "files": []}))],
        Some(other) => panic!("the test has no body for {other:?} of `{}`", operation.id),
    }
}

fn of_plans() -> impl Iterator<Item = &'static Operation> {
    let found = operations().filter(|operation| operation.path.contains("{plan}"));
    found.inspect(|operation| assert!(matches!(operation.group, "plans" | "authoring"), "{}", operation.id))
}

/// What can be seen of an answer, without the id of the request.
fn seen(answer: &Answer) -> (u16, Vec<(String, String)>, String) {
    let id = answer.field("x-request-id").unwrap_or_default().to_owned();
    let varying = ["x-request-id", "traceparent", "date"];
    let fields = answer.fields.iter().filter(|(name, _)| !varying.contains(&name.as_str())).cloned().collect();
    (answer.status, fields, answer.text().replace(&id, "ID"))
}

#[test]
fn a_plan_that_a_person_may_not_see_is_one_that_never_existed() {
    let site = site();
    for name in ["FY2026", "OTHER1"] {
        let opened = as_person(&site, "pia", "POST", "/v1/vendors/meridian/plans", Some(&opening(name)));
        assert_eq!(opened.status, 201, "{}", opened.text());
    }
    let count = of_plans().count();
    assert!(count >= 7, "{count}");
    // The partner has no offer yet; the others have no grant that reaches the plan.
    for person in ["berg", "rudi", "hal", "old", "stranger"] {
        let list = as_person(&site, person, "GET", "/v1/vendors/meridian/plans", None);
        assert_eq!(list.json(), json!({"plans": []}), "{person}");
        for operation in of_plans() {
            for body in bodies(operation, "P1").into_iter().chain(bodies(operation, "P9")) {
                let about = |plan: &str| {
                    let path = operation.path.replace("{vendor}", "meridian").replace("{plan}", plan);
                    let path = path.replace("{partner}", "P1");
                    let answer = as_person(&site, person, operation.method, &path, body.as_ref());
                    let (status, fields, text) = seen(&answer);
                    (status, fields, text.replace(plan, "PLAN"))
                };
                let (hidden, never) = (about("FY2026"), about("NEVER1"));
                assert_eq!(hidden, never, "{person} {} {body:?}", operation.id);
                assert_eq!(hidden.0, 404, "{person} {} {}", operation.id, hidden.2);
            }
        }
    }
}

#[test]
fn a_line_that_a_person_may_not_see_is_one_that_never_existed() {
    let site = site();
    let path = "/v1/vendors/meridian/plans";
    assert_eq!(as_person(&site, "pia", "POST", path, Some(&opening("FY2026"))).status, 201);
    let all: Vec<Value> = PARTNERS.iter().map(|(id, ..)| json!({"line": line(id)})).collect();
    let offer = json!({"command": "offer", "lines": all});
    let commands = format!("{path}/FY2026/commands");
    assert_eq!(as_person(&site, "pia", "POST", &commands, Some(&offer)).status, 200);
    for (person, foreign) in [("berg", ["P2", "P3"]), ("mara", ["P3", "P6"])] {
        // What a book says counts for the partners that the person sees, whatever else is in it: see below, and `standings`.
        let is_about_lines = |operation: &&Operation| {
            !matches!(operation.id, "plan_actuals" | "plan_standings")
                && (operation.method == "POST" || operation.path.ends_with("{partner}"))
        };
        for operation in of_plans().filter(is_about_lines) {
            for id in foreign {
                for (hidden, never) in bodies(operation, id).into_iter().zip(bodies(operation, "P9")) {
                    let about = |id: &str, body: &Option<Value>| {
                        let path = operation.path.replace("{vendor}", "meridian").replace("{plan}", "FY2026");
                        let path = path.replace("{partner}", id);
                        let answer = as_person(&site, person, operation.method, &path, body.as_ref());
                        let (status, fields, text) = seen(&answer);
                        (status, fields, text.replace(id, "LINE"))
                    };
                    let answers = (about(id, &hidden), about("P9", &never));
                    assert_eq!(answers.0, answers.1, "{person} {} {hidden:?}", operation.id);
                    assert!(matches!(answers.0.0, 403 | 404), "{person} {} {hidden:?}", operation.id);
                }
            }
        }
    }
}

#[test]
fn a_partner_sees_own_lines_and_what_was_said_to_them_and_nothing_else() {
    let site = site();
    let path = "/v1/vendors/meridian/plans";
    let commands = format!("{path}/FY2026/commands");
    let gives = |person: &str, command: Value| {
        let answer = as_person(&site, person, "POST", &commands, Some(&command));
        assert_eq!(answer.status, 200, "{person} {command}: {}", answer.text());
        answer.json()
    };
    assert_eq!(as_person(&site, "pia", "POST", path, Some(&opening("FY2026"))).status, 201);
    gives("pia", json!({"command": "distribute", "lines": [line("P1"), line("P2")]}));
    gives(
        "mara",
        json!({"command": "offer", "lines":
        [{"line": line("P2")}, {"line": line("P1"), "figure": usd("111111.00"), "reason": "for both sides"}]}),
    );
    let counter = json!({"command": "counter", "lines":
        [{"line": line("P1"), "figure": usd("99999.00"), "code": "capacity", "reason": "two engineers left"}]});
    let change = gives("berg", counter);
    assert_eq!((&change["version"], &change["totals"], &change["head"]), (&json!(2), &Value::Null, &Value::Null));
    assert_eq!(change["lines"].as_array().unwrap().len(), 1);
    // The vendor accepts a counter, and not the partner; another person cannot be named.
    let accept = json!({"command": "accept", "lines": [line("P1")]});
    let own = as_person(&site, "berg", "POST", &commands, Some(&accept));
    assert_eq!((own.status, own.json()["code"].as_str()), (409, Some("state_conflict")), "{}", own.text());
    let other = json!({"command": "accept", "by": "another", "lines": [line("P1")]});
    assert_eq!(as_person(&site, "berg", "POST", &commands, Some(&other)).status, 403);
    gives("mara", json!({"command": "escalate", "lines": [line("P1")], "reason": "a secret of the vendor"}));
    gives(
        "dana",
        json!({"command": "resolve", "lines":
        [{"line": line("P1"), "figure": usd("105000.00"), "reason": "the middle"}]}),
    );
    gives("berg", accept);
    gives("dana", json!({"command": "return", "lines": [line("P1")], "reason": "another secret of the vendor"}));

    // In the partner's eyes the figure is accepted; the step of the vendor does not show, not even in a refusal.
    let late = json!({"command": "counter", "lines":
        [{"line": line("P1"), "figure": usd("1.00"), "code": "market", "reason": "too late"}]});
    let refused = as_person(&site, "berg", "POST", &commands, Some(&late));
    let message = refused.json()["errors"][0]["message"].as_str().unwrap_or_default().to_owned();
    assert_eq!((refused.status, message.as_str()), (409, "line `P1` is accepted and cannot take the step `counter`"));
    assert!(!refused.text().contains("return"), "{}", refused.text());

    // Everything that the partner can read, in one text.
    let mut text = String::new();
    for operation in of_plans().filter(|operation| operation.method == "GET" && operation.id != "plan_stream") {
        let path = operation.path.replace("{vendor}", "meridian").replace("{plan}", "FY2026");
        let path = path.replace("{partner}", "P1");
        text.push_str(&as_person(&site, "berg", "GET", &path, None).text());
        // Of the operations about one line, those of others are like those of a line that never existed.
        if operation.query.iter().any(|parameter| parameter.name == "line") {
            text.push_str(&as_person(&site, "berg", "GET", &of_line(&path, "P1"), None).text());
            let foreign = ["P2", "P9"].map(|id| {
                let (status, fields, text) = seen(&as_person(&site, "berg", "GET", &of_line(&path, id), None));
                (status, fields, text.replace(id, "LINE"))
            });
            assert_eq!(foreign[0], foreign[1], "{}", operation.id);
        }
    }
    assert!(text.contains("quotient.agreement/1") && text.contains("\"months\":[{"), "{text}");
    text.push_str(&as_person(&site, "berg", "GET", path, None).text());
    assert!(
        text.contains("Alder Systems") && text.contains("111111.00") && text.contains("two engineers left"),
        "{text}"
    );
    let whole = as_person(&site, "aud", "GET", &format!("{path}/FY2026/lines"), None).json();
    let lines = whole["lines"].as_array().unwrap();
    let mut secrets: Vec<String> =
        ["secret of the vendor", "dana", "pia", "mara", "1900000", "Noor"].map(str::to_owned).into();
    secrets.push(lines[0]["proposed"].as_str().unwrap().to_owned());
    for (line, (id, name, ..)) in lines.iter().zip(PARTNERS).skip(1) {
        secrets.extend([line["figure"].as_str().unwrap().to_owned(), format!("\"{id}\""), name.to_owned()]);
    }
    for secret in secrets {
        assert!(!text.contains(&secret), "`{secret}` is in\n{text}");
    }
    let plan = as_person(&site, "berg", "GET", &format!("{path}/FY2026"), None);
    assert_eq!((plan.field("etag"), &plan.json()["totals"]), (Some("\"FY2026.5\""), &Value::Null));
    let events = as_person(&site, "berg", "GET", &format!("{path}/FY2026/events"), None).json();
    let kinds: Vec<&str> =
        events["events"].as_array().unwrap().iter().map(|event| event["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["line.offered", "line.countered", "line.escalated", "line.resolved", "line.accepted"]);

    // An account manager sees own lines and no totals; the auditor sees all and changes nothing.
    let own = as_person(&site, "mara", "GET", &format!("{path}/FY2026/lines"), None).json();
    let ids: Vec<&str> = own["lines"].as_array().unwrap().iter().map(|line| line["line"].as_str().unwrap()).collect();
    assert_eq!(ids, ["P1", "P2", "P5"]);
    let part = as_person(&site, "mara", "GET", &format!("{path}/FY2026"), None).json();
    assert_eq!((&part["totals"], &part["managers"][0]["manager"]), (&Value::Null, &json!("Mara")));
    let refused = as_person(&site, "aud", "POST", &commands, Some(&json!({"command": "close", "reason": "no"})));
    assert_eq!(refused.json()["code"], "role_missing");
    let preview = json!({"change": {"line": line("P1"), "figure": usd("1000.00")}});
    let refused = as_person(&site, "berg", "POST", &format!("{path}/FY2026/previews"), Some(&preview));
    assert_eq!(refused.json()["code"], "role_missing");
}

#[test]
fn a_grant_holds_from_when_it_is_given_until_it_is_revoked() {
    let site = site();
    let path = "/v1/vendors/meridian/plans";
    assert_eq!(as_person(&site, "pia", "POST", path, Some(&opening("FY2026"))).status, 201);
    let reads = || as_person(&site, "stranger", "GET", &format!("{path}/FY2026"), None).status;
    assert_eq!(reads(), 404);
    let given = ledger_command(&site.ledger(), &["grant", "stranger", "auditor", "--vendor", "meridian"]);
    assert_eq!(reads(), 200);
    let number = given.split_whitespace().next().unwrap().to_owned();
    let held = ledger_command(&site.ledger(), &["persons"]);
    assert!(held.contains(&format!("{number}  stranger is auditor of meridian; given by root")), "{held}");
    ledger_command(&site.ledger(), &["revoke", &number, "--reason", "left the company"]);
    assert_eq!(reads(), 404);
    assert!(ledger_command(&site.ledger(), &["persons", "--all"]).contains("revoked by root"));
    ledger_command(&site.ledger(), &["verify"]);
    // A token is for one person.
    let fields = ["Authorization: Bearer secret-of-pia-is-long", "Quotient-Person: dana"];
    assert_eq!(site.ask("GET", path, &fields, None).json()["code"], "parameter_invalid");
}

#[test]
fn without_tokens_the_first_grant_restricts_everyone() {
    let site = Site::new(None, &[]);
    let opened = site.does("pia", "", &opening("FY2026"));
    assert_eq!(opened.status, 201, "{}", opened.text());
    let reads = |fields: &[&str]| site.ask("GET", "/v1/vendors/meridian/plans/FY2026", fields, None).status;
    assert_eq!(reads(&[]), 200);
    ledger_command(&site.ledger(), &["grant", "pia", "planner"]);
    assert_eq!((reads(&[]), reads(&["Quotient-Person: dana"]), reads(&["Quotient-Person: pia"])), (404, 404, 200));
}

#[test]
fn what_a_book_says_is_recorded_for_the_partners_that_the_person_sees() {
    let site = site();
    let path = "/v1/vendors/meridian/plans";
    assert_eq!(as_person(&site, "pia", "POST", path, Some(&opening("FY2026"))).status, 201);
    let objective = json!([{"change": "objective", "id": "O1", "kind": "certification", "measure": "engineers",
        "target": "6", "source": "certified_staff"}]);
    for partner in ["P1", "P3"] {
        let command = json!({"command": "business_plan", "partner_id": partner, "changes": objective});
        let answer = as_person(&site, "pia", "POST", &format!("{path}/FY2026/commands"), Some(&command));
        assert_eq!(answer.status, 200, "{}", answer.text());
    }
    let rows = |staff: u32| {
        let row = |id: &str| json!({"partner_id": id, "certified_now": staff});
        json!({"as_of": "2025-12-31", "book": {"currency": "USD", "partners": [{"partner_id": "P1"}, {"partner_id": "P3"}],
            "revenue": [], "investments": [row("P1"), row("P3")]}})
    };
    let records = |person: &str, staff: u32| {
        let answer = as_person(&site, person, "POST", &format!("{path}/FY2026/actuals"), Some(&rows(staff)));
        let events = answer.json()["events"].as_array().map_or(0, Vec::len);
        (answer.status, events, answer.json()["code"].clone())
    };
    // P3 is not a partner of Mara; the auditor and the approver record nothing.
    assert_eq!(records("mara", 3), (200, 1, Value::Null));
    assert_eq!(records("svc", 3), (200, 1, Value::Null));
    assert_eq!(records("svc", 3), (200, 0, Value::Null), "what is recorded is not recorded again");
    assert_eq!(records("pia", 4), (200, 2, Value::Null));
    for person in ["aud", "dana"] {
        assert_eq!(records(person, 5), (403, 0, json!("role_missing")));
    }
    let own = as_person(&site, "pia", "GET", &format!("{path}/FY2026/business-plans/P3"), None).json();
    let objective = &own["objectives"][0];
    assert_eq!((&objective["actual"], &objective["is_from_book"]), (&json!("4"), &json!(true)), "{own}");
    assert_eq!((&objective["recorded_by"], objective["book"].as_str().map(str::len)), (&json!("pia"), Some(64)));
}
