use super::{HISTORY, demonstration, document, shipped, small};
use proptest::prelude::*;
use quotient::plugin::{Room, VendorFile, VendorFiles, VendorPlugin, disk::Roots};
use quotient::report::schema;
use quotient::request::{Answer, Cause, Defaults, Limits, NoBooks, Refusal, Revision, compare};
use quotient::script::on_script_threads;
use rust_decimal::Decimal;
use serde_json::{Value, json};

const MANIFEST: &str = "api = 1\nname = \"Acme\"\ncurrency = \"USD\"\n[plan]\nperiod = \"year\"\n\
    fiscal_year_starts = \"January\"\ngrain = \"partner\"\nbasis = \"indicated\"\nrounding_unit = 100\n\
    [weights]\nhistory = 1\n";

fn files(extra: &[(&str, &str)]) -> VendorFiles {
    let file = |(path, text): (&str, &str)| VendorFile {
        room: Room::Rules,
        path: path.to_owned(),
        shown: format!("rules/acme/{path}"),
        text: text.into(),
    };
    VendorFiles::new(
        "acme",
        std::iter::once(("vendor.toml", MANIFEST)).chain(extra.iter().copied()).map(file).collect(),
    )
}

fn compared(before: &VendorFiles, after: &VendorFiles, body: &Value) -> Result<Answer, Refusal> {
    let compiled = |files: &VendorFiles| {
        let (plugin, findings) = on_script_threads(Some(1), || VendorPlugin::compile(files).into_parts());
        plugin.unwrap_or_else(|| panic!("{findings:#?}"))
    };
    let (old, new) = (compiled(before), compiled(after));
    let (before, after) = (Revision { plugin: &old, files: before }, Revision { plugin: &new, files: after });
    compare(before, after, body.to_string().as_bytes(), &Defaults::default(), &NoBooks, &Limits::default())
}

fn validates(document: &Value) {
    let schema: Value = serde_json::from_str(&schema::comparison()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let errors: Vec<String> =
        validator.iter_errors(document).map(|error| format!("{error} at {}", error.instance_path())).collect();
    assert_eq!(errors, Vec::<String>::new());
}

/// A sold 120,000 and B 240,000: × 1.5 before, × 2 after.
#[test]
fn every_line_that_moves_is_listed_the_largest_change_first() {
    let doubled = HISTORY.replace("1.5", "2");
    let (before, after) = (files(&[("history.rhai", HISTORY)]), files(&[("history.rhai", &doubled)]));
    let document = document(&compared(&before, &after, &json!({"book": small()})).unwrap());
    validates(&document);
    assert_eq!(document["before_revision"], before.revision());
    let proposal = &document["proposal"];
    assert_eq!((&proposal["before"]["total"], &proposal["after"]["total"]), (&json!("540000.00"), &json!("720000.00")));
    assert_eq!((&proposal["change"], &proposal["raised"]), (&json!("180000.00"), &json!(2)));
    let lines: Vec<_> =
        proposal["lines"].as_array().unwrap().iter().map(|line| (&line["partner_id"], &line["change"])).collect();
    assert_eq!(lines, [(&json!("B"), &json!("120000.00")), (&json!("A"), &json!("60000.00"))]);
    assert_eq!(proposal["territories"][1]["change"], "120000.00");
    assert_eq!(proposal["tiers"][0]["after"], "720000.00");
    let file = &document["files"][0];
    assert_eq!((&file["path"], &file["state"]), (&json!("rules/acme/history.rhai"), &json!("changed")));
    let difference = file["difference"].as_str().unwrap();
    assert!(
        difference.contains("\n-fn assess(partner) { indicate(partner.history.prior_revenue * 1.5)"),
        "{difference}"
    );
    assert!(difference.contains("\n+fn assess(partner) { indicate(partner.history.prior_revenue * 2)"), "{difference}");
}

#[test]
fn the_same_revision_differs_in_nothing() {
    let roots = Roots { rules: super::root().join("rules"), policies: super::root().join("policies") };
    let files = roots.read("meridian").unwrap();
    let body = json!({"as_of": "2025-09-30", "book": demonstration()});
    let document = document(&compared(&files, &files, &body).unwrap());
    validates(&document);
    assert_eq!(document["files"], json!([]));
    assert_eq!(document["proposal"]["lines"], json!([]));
    assert_eq!(document["proposal"]["change"], "0.00");
    assert_eq!(document["decisions"]["partners"], json!([]));
    let partners = demonstration()["partners"].as_array().unwrap().len();
    assert_eq!(document["decisions"]["unchanged"], partners);
}

#[test]
fn partners_about_whom_something_else_is_decided_are_listed() {
    let roots = Roots { rules: super::root().join("rules"), policies: super::root().join("policies") };
    let before = roots.read("meridian").unwrap();
    let changed: Vec<VendorFile> = before
        .iter()
        .filter(|file| !file.path.starts_with("cases"))
        .map(|file| match (file.room, &*file.path) {
            (Room::Policies, "tier.rhai") => {
                let text = "/// Everybody stays.\nfn decide(partner) { retain().because(\"everybody stays\") }\n";
                VendorFile { text: text.into(), ..file.clone() }
            }
            _ => file.clone(),
        })
        .collect();
    let after = VendorFiles::new("meridian", changed);
    let body = json!({"as_of": "2025-12-31", "book": demonstration()});
    let document = document(&compared(&before, &after, &body).unwrap());
    validates(&document);
    assert_eq!(document["proposal"]["lines"], json!([]));
    let partners = document["decisions"]["partners"].as_array().unwrap();
    assert!(!partners.is_empty());
    for partner in partners {
        assert_ne!(partner["before"]["tiers"][0]["decision"], "retain", "{partner}");
        assert_eq!(partner["after"]["tiers"][0]["reasons"], json!(["everybody stays"]));
        assert_eq!(partner["before"]["incentives"], partner["after"]["incentives"]);
    }
    drop(shipped("meridian"));
}

#[test]
fn a_revision_that_fails_is_that_sides_findings() {
    let broken = "/// Fails.\nfn assess(partner) { indicate(partner.market.addressable * 2).because(\"market\") }\n";
    let (before, after) = (files(&[("history.rhai", HISTORY)]), files(&[("history.rhai", broken)]));
    let document = document(&compared(&before, &after, &json!({"book": small()})).unwrap());
    validates(&document);
    let proposal = &document["proposal"];
    assert_eq!((&proposal["before"]["total"], &proposal["after"]["total"]), (&json!("540000.00"), &Value::Null));
    // One rule that fails for two partners is one finding.
    let [finding] = &proposal["after"]["findings"].as_array().unwrap()[..] else { panic!("{proposal}") };
    assert_eq!((&finding["count"], finding["others"].as_array().unwrap().len()), (&json!(2), 1));
    assert_eq!(proposal["change"], Value::Null);
}

#[test]
fn files_are_added_and_removed() {
    let module = "fn half(amount) { amount / 2 }\n";
    let (before, after) = (
        files(&[("history.rhai", HISTORY), ("old.rhai", module)]),
        files(&[("history.rhai", HISTORY), ("new.rhai", module)]),
    );
    let document = document(&compared(&before, &after, &json!({"book": small()})).unwrap());
    let states: Vec<_> =
        document["files"].as_array().unwrap().iter().map(|file| (&file["path"], &file["state"])).collect();
    let expected =
        [(&json!("rules/acme/new.rhai"), &json!("added")), (&json!("rules/acme/old.rhai"), &json!("removed"))];
    assert_eq!(states, expected);
}

#[test]
fn a_body_that_is_wrong_for_both_is_refused() {
    let files = files(&[("history.rhai", HISTORY)]);
    assert_eq!(compared(&files, &files, &json!({"booc": small()})).unwrap_err().cause, Cause::Malformed);
    let mut book = small();
    book["revenue"][0]["amount"] = json!("x");
    assert_eq!(compared(&files, &files, &json!({"book": book})).unwrap_err().cause, Cause::Refused);
    assert_eq!(compared(&files, &files, &json!({"book": {"base": "x"}})).unwrap_err().cause, Cause::UnknownBook);
}

/// Factors, weight of the first one, growth ceiling and rounding unit of one revision.
type Rules = (u8, u8, u8, Option<u8>, u16);

fn revision((history, flat, weight, ceiling, unit): Rules) -> VendorFiles {
    let rate = |percent: u8| format!("{}.{:02}", percent / 100, percent % 100);
    let ceiling = ceiling.map(|percent| format!("growth_ceiling = {}\n", rate(percent))).unwrap_or_default();
    let manifest = format!(
        "api = 1\nname = \"Acme\"\ncurrency = \"USD\"\n[plan]\nrounding_unit = {unit}\n[weights]\n\
         history = {}\nflat = {}\n[guardrails]\n{ceiling}",
        rate(weight),
        rate(100 - weight),
    );
    let history = HISTORY.replace("1.5", &rate(history));
    let flat = format!(
        "/// Flat.\nfn assess(partner) {{ indicate(partner.history.prior_revenue * {}).because(\"x\") }}\n",
        rate(flat)
    );
    let file = |(path, text): (&str, &str)| VendorFile {
        room: Room::Rules,
        path: path.to_owned(),
        shown: format!("rules/acme/{path}"),
        text: text.into(),
    };
    let all = [("vendor.toml", &*manifest), ("history.rhai", &*history), ("flat.rhai", &*flat)];
    VendorFiles::new("acme", all.into_iter().map(file).collect())
}

fn any_rules() -> impl Strategy<Value = Rules> {
    (1..250_u8, 1..250_u8, 1..100_u8, prop::option::of(1..200_u8), prop::sample::select(vec![1_u16, 7, 100, 1000]))
}

fn amount(value: &Value) -> Decimal {
    value.as_str().unwrap().parse().unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn the_parts_of_every_change_sum_to_it(
        before in any_rules(),
        after in any_rules(),
        target in prop::option::of(100_000..900_000_u32),
        amounts in prop::collection::vec(1..9_999_999_u32, 1..6),
    ) {
        let partners: Vec<Value> = (0..amounts.len()).map(|at| json!({"partner_id": format!("P{at}"), "partner_name": format!("P{at}")})).collect();
        let revenue: Vec<Value> = amounts
            .iter()
            .enumerate()
            .flat_map(|(at, cents)| (1..=12).map(move |month| json!({"partner_id": format!("P{at}"), "month": format!("2025-{month:02}"), "amount": format!("{}.{:02}", cents / 100, cents % 100)})))
            .collect();
        let mut body = json!({"as_of": "2025-12-31", "book": {"currency": "USD", "partners": partners, "revenue": revenue}});
        if let Some(target) = target {
            body["target"] = json!(target.to_string());
        }
        let document = document(&compared(&revision(before), &revision(after), &body).unwrap());
        let proposal = &document["proposal"];
        // A target beyond the ceilings is refused, and nothing is compared.
        prop_assume!(!proposal["change"].is_null());
        for whole in proposal["lines"].as_array().unwrap().iter().chain([proposal]) {
            let parts = whole["parts"].as_array().unwrap();
            let sum: Decimal = parts.iter().map(|part| amount(&part["change"])).sum();
            prop_assert_eq!(sum, amount(&whole["change"]), "{:#}", whole);
            for part in parts {
                prop_assert_eq!(amount(&part["after"]) - amount(&part["before"]), amount(&part["change"]));
                prop_assert_eq!(part["factor"].is_null(), part["part"] != "factor");
            }
        }
        let lines: Decimal = proposal["lines"].as_array().unwrap().iter().map(|line| amount(&line["change"])).sum();
        prop_assert_eq!(lines, amount(&proposal["change"]));
    }
}
