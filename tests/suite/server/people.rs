//! Grants through the server: who gives them, what they reach, and how they end.

use super::http::Answer;
use super::plans::{PARTNERS, Site, opening};
use serde_json::{Value, json};

const PEOPLE: &str = "/v1/people";
const GRANTS: &str = "/v1/people/grants";

/// A site with an administrator, `adam`, who has no grant, and `pia`, the planner.
fn site() -> Site {
    let token = |name: &str, scopes: &str| {
        format!(
            "[[token]]\nname = \"token of {name}\"\nperson = \"{name}\"\ntoken = \"secret-of-{name}-is-long\"\nscopes = [{scopes}]\n"
        )
    };
    let tokens =
        [token("adam", "\"plan\", \"admin\""), token("pia", "\"plan\", \"evaluate\""), token("mara", "\"plan\"")];
    Site::new(Some(&tokens.concat()), &[&["pia", "planner"]])
}

fn ask(site: &Site, person: &str, method: &str, path: &str, body: Option<&Value>) -> Answer {
    let token = format!("Authorization: Bearer secret-of-{person}-is-long");
    site.ask(method, path, &[&token], body)
}

fn persons(answer: &Answer) -> Vec<(String, bool, u64)> {
    let document = answer.json();
    let grants = document["grants"].as_array().cloned().unwrap_or_default();
    let one = |grant: &Value| {
        (grant["person"].as_str().unwrap().to_owned(), grant["holds"] == true, grant["sees_partners"].as_u64().unwrap())
    };
    grants.iter().map(one).collect()
}

#[test]
fn an_administrator_gives_and_revokes_grants_and_they_hold_at_once() {
    let site = site();
    let path = "/v1/vendors/meridian/plans";
    assert_eq!(ask(&site, "pia", "POST", path, Some(&opening("FY2026"))).status, 201);
    let reads = || ask(&site, "mara", "GET", &format!("{path}/FY2026"), None).status;
    assert_eq!(reads(), 404);
    let grant =
        json!({"person": "mara", "role": "channel_manager", "partners": ["P1", "P2"], "reason": "her accounts"});
    let given = ask(&site, "adam", "POST", GRANTS, Some(&grant));
    assert_eq!(given.status, 201, "{}", given.text());
    // The planner sees every partner of the plan, the account manager two.
    let all = PARTNERS.len() as u64;
    assert_eq!(persons(&given), [("pia".to_owned(), true, all), ("mara".to_owned(), true, 2)]);
    let last = given.json()["grants"][1].clone();
    let said = ["given_by", "reason", "vendor", "revoked_by"].map(|member| last[member].clone());
    assert_eq!(said, [json!("adam"), json!("her accounts"), Value::Null, Value::Null]);
    assert_eq!(reads(), 200);
    let number = last["grant"].as_u64().unwrap();
    let revoked = ask(&site, "adam", "DELETE", &format!("{GRANTS}/{number}?reason=moved%20on"), None);
    assert_eq!((revoked.status, reads()), (200, 404), "{}", revoked.text());
    assert_eq!(persons(&revoked)[1], ("mara".to_owned(), false, 2));
    assert_eq!(revoked.json()["grants"][1]["revoked_by"], "adam");
    assert_eq!(persons(&ask(&site, "adam", "GET", PEOPLE, None)), persons(&revoked));
}

#[test]
fn grants_are_for_administrators_and_refused_with_their_reason() {
    let site = site();
    let planner = json!({"person": "zoe", "role": "planner"});
    for (method, path, body) in [
        ("GET", PEOPLE.to_owned(), None),
        ("POST", GRANTS.to_owned(), Some(&planner)),
        ("DELETE", format!("{GRANTS}/1?reason=x"), None),
    ] {
        let refused = ask(&site, "pia", method, &path, body);
        assert_eq!(refused.status, 403, "{method} {path}: {}", refused.text());
    }
    let code = |method: &str, path: &str, body: Option<&Value>| {
        let answer = ask(&site, "adam", method, path, body);
        (answer.status, answer.json()["code"].as_str().unwrap_or_default().to_owned())
    };
    let give = |body: Value| code("POST", GRANTS, Some(&body));
    let refused = |status: u16, code: &str| (status, code.to_owned());
    assert_eq!(give(json!({"person": "berg", "role": "partner_user"})), refused(422, "input_refused"));
    assert_eq!(give(json!({"person": "zoe", "role": "king"})).0, 400);
    let backwards = json!({"person": "zoe", "role": "planner", "from": "2026-12-31", "until": "2026-01-01"});
    assert_eq!(give(backwards), refused(422, "input_refused"));
    assert_eq!(give(json!({"person": "pia", "role": "planner"})), refused(409, "state_conflict"));
    assert_eq!(code("DELETE", &format!("{GRANTS}/999?reason=x"), None), refused(404, "grant_unknown"));
    assert_eq!(code("DELETE", &format!("{GRANTS}/none?reason=x"), None), refused(404, "grant_unknown"));
    let first = ask(&site, "adam", "GET", PEOPLE, None).json()["grants"][0]["grant"].as_u64().unwrap();
    assert_eq!(code("DELETE", &format!("{GRANTS}/{first}"), None), refused(422, "reason_missing"));
    // Nothing of that was recorded.
    assert_eq!(persons(&ask(&site, "adam", "GET", PEOPLE, None)).len(), 1);
}

#[test]
fn an_administrator_of_some_vendors_governs_their_grants_only() {
    let token = |name: &str, more: &str| {
        format!(
            "[[token]]\nname = \"token of {name}\"\nperson = \"{name}\"\ntoken = \"secret-of-{name}-is-long\"\nscopes = [\"plan\", \"admin\"]\n{more}"
        )
    };
    let tokens = [token("adam", ""), token("hana", "vendors = [\"halcyon\"]\n")].concat();
    let site = Site::new(Some(&tokens), &[&["pia", "planner"], &["mara", "auditor", "--vendor", "meridian"]]);
    let all = ask(&site, "adam", "GET", PEOPLE, None).json()["grants"].clone();
    assert_eq!(persons(&ask(&site, "hana", "GET", PEOPLE, None)), []);
    let give = |vendor: Value| {
        let grant = json!({"person": "zoe", "role": "planner", "vendor": vendor});
        ask(&site, "hana", "POST", GRANTS, Some(&grant)).status
    };
    assert_eq!([json!("meridian"), Value::Null, json!("halcyon")].map(give), [403, 403, 201]);
    assert_eq!(persons(&ask(&site, "hana", "GET", PEOPLE, None)), [("zoe".to_owned(), true, 0)]);
    // The grants of others are like grants that never existed.
    for grant in all.as_array().unwrap() {
        let answer = ask(&site, "hana", "DELETE", &format!("{GRANTS}/{}?reason=x", grant["grant"]), None);
        assert_eq!((answer.status, answer.json()["code"].clone()), (404, json!("grant_unknown")));
    }
    let names = json!({"person": "zoe", "role": "planner", "vendor": "halcyon", "managers": ["a\u{1b}[2J"]});
    assert_eq!(ask(&site, "hana", "POST", GRANTS, Some(&names)).json()["code"], "input_refused");
}

#[test]
fn a_repeated_request_gives_one_grant() {
    let site = site();
    let grant = json!({"person": "zoe", "role": "auditor"});
    let fields = ["Authorization: Bearer secret-of-adam-is-long", "Idempotency-Key: a-grant-for-zoe"];
    let give = || site.ask("POST", GRANTS, &fields, Some(&grant));
    let (first, second) = (give(), give());
    assert_eq!((first.status, second.status), (201, 201), "{}", second.text());
    assert_eq!(persons(&second).len(), 2);
}

#[test]
fn before_the_first_grant_a_server_without_tokens_says_that_all_may_do_everything() {
    let site = Site::new(None, &[]);
    let people = |fields: &[&str]| site.ask("GET", PEOPLE, fields, None).json()["is_unrestricted"].clone();
    assert_eq!(people(&[]), json!(true));
    let grant = json!({"person": "pia", "role": "planner"});
    let given = site.ask("POST", GRANTS, &["Quotient-Person: pia"], Some(&grant));
    assert_eq!((given.status, people(&[])), (201, json!(false)), "{}", given.text());
    // A grant has a person who gives it.
    assert_eq!(site.ask("POST", GRANTS, &[], Some(&grant)).json()["code"], "parameter_invalid");
}
