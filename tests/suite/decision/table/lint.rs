//! What the linter finds, with the exact interval or combination.

use super::{lint, table};

#[test]
fn a_gap_between_two_intervals_is_named_exactly() {
    assert_eq!(
        lint("U,attainment,-> bonus\n,< 0.8,0\n,[0.9..1],0.02\n,> 1,0.05\n"),
        "t.csv: warning[table::gap]: no row applies when attainment in [0.8..0.9); add a row for it, or a `default` row"
    );
    assert_eq!(lint("U,attainment,-> bonus\n,< 0.8,0\n,> 0.8,1\n").matches("attainment = 0.8;").count(), 1);
    assert!(lint("U,years,-> bonus\ntype,whole,\n,<= 1,0\n,>= 2,1\n").is_empty(), "there is no value between 1 and 2");
    assert!(lint("U,years,-> bonus\n,<= 1,0\n,>= 2,1\n").contains("years in (1..2)"));
    assert!(lint("U,day,-> y\n,<= 2026-01-31,0\n,>= 2026-03-01,1\n").contains("day in [2026-02-01..2026-02-28]"));
}

#[test]
fn a_gap_in_a_combination_is_named_exactly() {
    let text = "U,tier,attainment,-> bonus\nallowed,\"Gold, Silver, Bronze\",[0..2],\n\
        ,Gold,< 0.8,0\n,Gold,>= 0.9,1\n,\"Silver, Bronze\",-,0\n";
    assert!(lint(text).contains("no row applies when tier = Gold and attainment in [0.8..0.9);"), "{}", lint(text));
    let text = text.replace("\"Silver, Bronze\",-", "Silver,-");
    let found = lint(&text);
    assert!(found.contains("no row applies when tier = Bronze;"), "{found}");
    assert_eq!(found.lines().count(), 2, "{found}");
}

#[test]
fn equal_gaps_of_several_values_are_one_finding() {
    let found = lint("U,tier,x,-> y\nallowed,\"Gold, Silver, Bronze\",,\n,-,< 1,0\n,Gold,>= 1,1\n");
    assert!(found.contains("no row applies when tier is Bronze or Silver and x >= 1;"), "{found}");
    assert_eq!(found.lines().count(), 1, "{found}");
}

#[test]
fn texts_without_a_list_of_allowed_values_leave_a_gap() {
    let found = lint("U,tier,-> y\n,Gold,1\n,Silver,2\n");
    assert!(found.contains("no row applies when tier is none of Gold, Silver;"), "{found}");
    assert!(lint("U,tier,-> y\nallowed,\"Gold, Silver\",\n,Gold,1\n,Silver,2\n").is_empty());
    assert!(lint("U,tier,-> y\ndefault,,0\n,Gold,1\n,Silver,2\n").is_empty(), "a default fills every gap");
}

#[test]
fn values_that_are_not_known_count_where_the_table_speaks_of_them() {
    assert!(lint("U,x,-> y\n,< 1,0\n,>= 1,1\n").is_empty());
    let found = lint("U,x,z,-> y\n,< 1,-,0\n,>= 1,-,1\n,null,true,2\n");
    assert!(found.contains("no row applies when x is not known and z = false;"), "{found}");
    let found = lint("U,x,-> y\nallowed,\"[0..2], null\",\n,< 1,0\n,>= 1,1\n");
    assert!(found.contains("no row applies when x is not known;"), "{found}");
}

#[test]
fn an_overlap_under_unique_names_rows_and_region() {
    let text = "U,tier,x,-> y\nallowed,\"Gold, Silver\",,\nfloor,Gold,< 1,0\nrest,-,>= 0.8,1\n,Silver,< 0.8,2\n";
    let found = lint(text);
    assert!(
        found.contains(
            "error[table::overlap]: rows 3 and 4 both apply when tier = Gold and x in [0.8..1), and UNIQUE allows one"
        ),
        "{found}"
    );
    assert_eq!(found.lines().count(), 1, "{found}");
    for policy in ["F", "R", "C", "C#"] {
        assert!(!lint(&text.replacen('U', policy, 1)).contains("table::overlap"), "{policy}");
    }
}

#[test]
fn an_overlap_under_any_breaks_it_only_with_different_outputs() {
    let found = lint("A,x,-> y\n,< 5,1\n,[3..7],1\n,> 6,2\n");
    assert!(
        found.contains("rows 3 and 4 both apply when x in (6..7], but conclude differently, which ANY does not allow"),
        "{found}"
    );
    assert_eq!(found.matches("table::overlap").count(), 1, "{found}");
}

#[test]
fn priorities_that_do_not_distinguish_rows_are_an_overlap() {
    let found = lint("P,x,-> y,-> z\nallowed,,\"a, b\",\n,< 5,a,1\n,>= 3,a,2\n,-,b,3\n");
    assert!(
        found.contains("rows 3 and 4 both apply when x in [3..5), but conclude differently with the same priority"),
        "{found}"
    );
}

#[test]
fn rows_that_never_win_are_masked() {
    let found = lint("F,x,-> y\n,< 5,1\n,>= 3,2\n,[4..6],3\n,[1..9],4\n");
    assert!(found.contains("warning[table::masked]: row 4 never wins: row 3 covers it and comes first"), "{found}");
    assert!(found.contains("row 5 never wins: rows 2 and 3 cover it together"), "{found}");
    let found = lint("P,x,-> y\nallowed,,\"no, yes\"\n,> 3,yes\n,-,no\n");
    assert!(found.contains("row 3 never wins: row 4 covers it and has priority"), "{found}");
    assert!(lint("F,x,-> y\n,< 5,1\n,>= 3,2\n,-,4\n").is_empty(), "row 3 wins from 5, row 4 where x is not known");
    assert!(lint("F,x,-> y\nallowed,>= 0,\n,>= 0,1\n,-,4\n").is_empty(), "row 4 wins where x is not known");
}

#[test]
fn rows_that_add_nothing_are_redundant() {
    assert!(
        lint("A,x,-> y\n,< 5,1\n,[1..3],1\n,>= 5,2\n").contains("row 3 concludes nothing that row 2 does not conclude")
    );
    assert!(
        lint("F,x,-> y\n,[1..3],1\n,< 5,1\n,>= 5,2\n").contains("row 2 concludes nothing that row 3 does not conclude")
    );
    assert!(lint("F,x,-> y\n,[1..3],1\n,(2..3],2\n,-,1\n").contains("row 3 never wins"));
    assert!(lint("F,x,-> y\n,[1..3],1\n,(2..4],2\n,-,1\n").is_empty(), "row 3 would win between 2 and 3");
    assert!(lint("F,x,-> y,because\n,[1..3],1,special\n,-,1,other\n").is_empty(), "the reasons differ");
    assert!(lint("C+,x,-> y\n,> 1,1\n,> 1,1\n").contains("row 3 concludes nothing that row 2 does not conclude"));
    assert!(lint("C+,x,-> y\n,> 1,1\n,> 2,1\n").is_empty());
}

#[test]
fn cells_and_columns_without_effect_are_found() {
    let found = lint("U,tier,x,-> y\ntype,,number,\nallowed,\"Gold, Silver\",[0..1],\n,Gold,-,1\n,Silver,-,2\n");
    assert_eq!(found.lines().count(), 1);
    assert!(found.contains("warning[table::unused]: no row has a condition for `x`"), "{found}");
    let found = lint("U,x,-> y\nallowed,[0..1],\n,> 1,1\n,-,2\n");
    assert!(
        found.contains("row 3, column `x`, value `> 1`: warning[table::never]: `> 1` matches no value of `x`"),
        "{found}"
    );
    assert!(lint("U,x,-> y\n,\"not(true, false)\",1\n,-,2\n").contains("table::never"));
}

#[test]
fn large_tables_are_examined_within_a_bound_and_say_so() {
    // 30 columns × 500 rows of conditions drawn at random: nearly every combination is a gap.
    let mut seed = 1u64;
    let mut random = move |below: u64| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) % below
    };
    let mut text = String::from("U");
    (0..30).for_each(|column| text.push_str(&format!(",c{column}")));
    text.push_str(",-> y\n");
    for row in 0..500 {
        for _ in 0..30 {
            match random(3) {
                0 => text.push_str(",-"),
                1 => text.push_str(&format!(",>= {}", random(100))),
                _ => text.push_str(&format!(",< {}", random(100))),
            }
        }
        text.push_str(&format!(",{row}\n"));
    }
    let started = std::time::Instant::now();
    let found = lint(&text);
    assert!(found.contains("too many combinations to find every gap"), "{}", &found[..found.len().min(500)]);
    assert!(found.matches("table::gap").count() <= 21);
    assert!(started.elapsed() < crate::patience::HANG, "{:?}", started.elapsed());
    println!("lint of 30 columns x 500 rows: {:?}", started.elapsed());
}

#[test]
fn regions_tell_what_they_contain() {
    let table = table("U,tier,x,-> y\nallowed,\"Gold, Silver\",,\n,Gold,< 1,0\n,Silver,-,1\n");
    let gaps = table.gaps();
    assert!(gaps.is_complete);
    assert_eq!(gaps.regions.len(), 1);
    assert_eq!(gaps.regions[0].to_string(), "tier = Gold and x >= 1");
    assert!(gaps.regions[0].contains(&super::values("Gold 1")));
    assert!(!gaps.regions[0].contains(&super::values("Gold 0.99")));
    assert!(!gaps.regions[0].contains(&super::values("Silver 1")));
}
