//! What rules read of the book beside their line: extra tables, peers, longer history. Every expected figure is computed in
//! a comment.

use super::bounds::acme;
use crate::support::Bench;

/// A vendor whose rule is `body`; `rest` are further lines of its manifest.
fn bench(body: &str, rest: &str) -> Bench {
    let bench = acme("", rest);
    bench.write("rules/acme/history.rhai", &format!("/// As the case says.\nfn assess(partner) {{\n    {body}\n}}\n"));
    bench.write("book/partners.csv", "partner_id,tier,employees\nA,Gold,10\nB,Gold,20\nC,Silver,30\nD,,40\n");
    bench.write("book/revenue.csv", REVENUE);
    bench
}

/// Two years of which only the amounts matter.
const REVENUE: &str = "partner_id,month,amount\nA,2024-01,100\nA,2025-03,200\nB,2024-05,300\nB,2025-05,400\n\
    C,2024-02,50\nC,2025-02,90\nD,2024-01,10\nD,2025-12,10\n";

/// The quotas in the order of the partners.
fn quotas(bench: &Bench) -> Vec<String> {
    let found = super::bounds::plan(bench, "--as-of 2025-12-31");
    super::bounds::quotas(&found).into_iter().map(|(_, quota)| quota).collect()
}

#[test]
fn peers_are_the_lines_of_the_same_group() {
    let of = |expression: &str| quotas(&bench(&format!("indicate({expression} ?? 0.0).because(\"peers\")"), ""));
    // Gold: 200 and 400; Silver: 90; D has no tier.
    assert_eq!(of("partner.peers(\"tier\").sum(\"history.prior_revenue\")"), ["600.00", "600.00", "90.00", "0.00"]);
    assert_eq!(of("partner.peers(\"tier\").median(\"history.prior_revenue\")"), ["300.00", "300.00", "90.00", "0.00"]);
    // 10, 90, 200, 400: at place 0.75 × 3 = 2.25 between 200 and 400.
    assert_eq!(of("partner.peers(\"channel\").percentile(\"history.prior_revenue\", 0.75)"), ["250.00"; 4]);
    assert_eq!(of("partner.peers(\"channel\").average(\"history.prior_revenue\")"), ["175.00"; 4]);
    let place = "partner.peers(\"channel\").rank(\"history.prior_revenue\")";
    let ranked = quotas(&bench(&format!("indicate(1_000.0 * ({place} ?? 0)).because(\"rank\")"), ""));
    // 400 is the largest, then 200, 90 and 10.
    assert_eq!(ranked, ["2000.00", "1000.00", "3000.00", "4000.00"]);
}

#[test]
fn cohorts_and_attributes_group_peers() {
    let manifest = "[attributes]\nemployees = \"count\"\n[cohorts]\nclass = [\"tier\", \"employees\"]\n";
    let of = |group: &str| {
        let body =
            format!("indicate((partner.peers(\"{group}\").sum(\"history.prior_revenue\") ?? 0.0)).because(\"peers\")");
        quotas(&bench(&body, manifest))
    };
    assert_eq!(of("employees"), ["200.00", "400.00", "90.00", "10.00"]);
    // D has no tier, and so no class.
    assert_eq!(of("class"), ["200.00", "400.00", "90.00", "0.00"]);
    let body =
        "indicate(100.0 * (partner.peers(\"channel\").largest(\"attributes.employees\") ?? 0)).because(\"peers\")";
    assert_eq!(quotas(&bench(body, manifest)), ["4000.00"; 4]);
}

#[test]
fn history_goes_back_as_far_as_the_book() {
    // Years: 100 and 200, 300 and 400, 50 and 90, 10 and 10.
    let body = "let years = partner.history.years;\n    indicate(years[0] + years[-1] * 10).because(\"years\")";
    assert_eq!(quotas(&bench(body, "")), ["2100.00", "4300.00", "950.00", "110.00"]);
    let body = "indicate(sum(partner.history.months)).because(\"months\")";
    assert_eq!(quotas(&bench(body, "")), ["300.00", "700.00", "140.00", "20.00"]);
}

#[test]
fn former_quotas_and_closed_deals_are_those_up_to_the_date() {
    let body = "let former = partner.quota.former;\n    if former.is_empty() { return indicate(0.0).because(\"none\"); }\n    \
        indicate(former.last().quota + (former.last().revenue ?? 0.0)).because(\"former\")";
    let with = bench(body, "");
    with.write(
        "book/quotas.csv",
        "partner_id,period,quota\nA,FY2024,1000\nA,FY2025,2000\nA,FY2026,9000\nB,FY2024,500\n",
    );
    // A: 2,000 of FY2025 and its revenue of 200; B: 500 of FY2024 and its revenue of 300.
    assert_eq!(quotas(&with), ["2200.00", "800.00", "0.00", "0.00"]);
    let body = "indicate(partner.pipeline.closed.where(\"is_won\", true).sum(\"amount\")).because(\"won\")";
    let with = bench(body, "");
    with.write(
        "book/opportunities.csv",
        "opportunity_id,partner_id,amount,status,close_date\n1,A,70,won,2025-06-30\n2,A,9,lost,2025-06-30\n3,A,5,won,2026-01-31\n4,B,8,open,2026-03-31\n",
    );
    assert_eq!(quotas(&with), ["70.00", "0.00", "0.00", "0.00"]);
}

const SELLERS: &str = "[tables.sellers]\nrole = \"text\"\nhired_on = \"date\"\n";

#[test]
fn rules_read_the_tables_of_the_book() {
    let body = "indicate(1_000.0 * partner.sellers.where(\"role\", \"senior\").count()).because(\"sellers\")";
    let with = bench(body, SELLERS);
    with.write(
        "book/sellers.csv",
        "partner_id,role,hired_on\nA,senior,2025-01-01\nA,senior,2025-02-01\nA,junior,\nC,senior,\n",
    );
    assert_eq!(quotas(&with), ["2000.00", "0.00", "1000.00", "0.00"]);
}

#[test]
fn a_cell_that_cannot_be_read_refuses_the_plan_only_where_rules_read_the_table() {
    let wrong = "partner_id,role,hired_on\nA,senior,soon\n";
    let reading = bench("indicate(1.0 * (partner.sellers ?? []).count()).because(\"sellers\")", SELLERS);
    reading.write("book/sellers.csv", wrong);
    let text = reading.refused(3, "propose acme --book book --as-of 2025-12-31");
    assert!(text.contains("`hired_on` is declared as date, but `soon` is not a date"), "{text}");
    let other = bench("indicate(partner.history.prior_revenue ?? 0.0).because(\"last year\")", SELLERS);
    other.write("book/sellers.csv", wrong);
    assert_eq!(quotas(&other), ["200.00", "400.00", "90.00", "10.00"]);
}

#[test]
fn one_partner_alone_has_no_peers() {
    let alone =
        bench("indicate(partner.peers(\"channel\").sum(\"history.prior_revenue\") ?? 0.0).because(\"peers\")", "");
    alone.write("book/partners.csv", "partner_id\nA\n");
    alone.write("book/revenue.csv", "partner_id,month,amount\nA,2024-01,100\nA,2025-12,200\n");
    let text = alone.refused(4, "propose acme --book book --as-of 2025-12-31");
    assert!(text.contains("the peers are not given: there is only this partner"), "{text}");
}
