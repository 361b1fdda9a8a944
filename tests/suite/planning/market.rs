//! The market of a line where its rows differ in what they state.

use super::bounds::{acme, plan, quotas};

/// The quota of a partner of `North` without a vertical, from the market as known: 7 and no growth where it is not.
fn asked(health: &str) -> String {
    let rule = "/// The market.\nfn assess(partner) {\n    \
        indicate((partner.market.addressable ?? 7.0) + 1000.0 * (partner.market.growth ?? 0.0)).because(\"market\")\n}\n";
    let bench = acme("", "");
    bench.write("rules/acme/history.rhai", rule);
    bench.write("book/partners.csv", "partner_id,territory\nA,North\n");
    bench.write("book/revenue.csv", "partner_id,month,amount\nA,2025-01,1\nA,2025-12,1\n");
    let rows = format!("territory,vertical,addressable_market,growth\nNorth,Retail,100,0.1\nNorth,Health,{health}\n");
    bench.write("book/market.csv", &rows);
    quotas(&plan(&bench, "--as-of 2025-12-31"))[0].1.clone()
}

#[test]
fn the_market_of_several_rows_is_known_where_each_states_it_and_growth_where_all_agree() {
    // 400 and (100 × 0.1 + 300 × 0.3) ÷ 400 = 0.25.
    assert_eq!(asked("300,0.3"), "650.00");
    assert_eq!(asked(",0.1"), "107.00");
    assert_eq!(asked(",0.3"), "7.00");
    // The size is known, how it grows is not.
    assert_eq!(asked("300,"), "400.00");
}
