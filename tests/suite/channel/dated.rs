//! Days on which facts count.

use crate::performance::{With, day, partner};
use quotient::channel::{ExtraRow, ExtraTable, OpportunityStatus};

/// A table with a column of dates, whose rows have a partner and a date or nothing.
fn table(rows: &[(usize, &str)]) -> ExtraTable {
    let rows = rows.iter().enumerate().map(|(at, (partner, date))| ExtraRow {
        partner: *partner,
        row: at as u64 + 2,
        values: vec!["7".into(), (*date).into()],
    });
    ExtraTable { name: "scores".into(), columns: vec!["score".into(), "valid_from".into()], rows: rows.collect() }
}

#[test]
fn a_table_is_undated_for_a_partner_without_any_date() {
    assert!(!table(&[]).has_undated());
    assert!(!table(&[(0, ""), (0, "2025-01-01"), (1, "2025-01-01")]).has_undated());
    assert!(table(&[(0, "2025-01-01"), (1, ""), (1, "")]).has_undated());
    assert!(table(&[(0, ""), (1, "2025-01-01")]).has_undated());
    let without = ExtraTable { columns: vec!["score".into(), "since".into()], ..table(&[(0, "2025-01-01")]) };
    assert!(without.has_undated() && !ExtraTable { rows: Vec::new(), ..without }.has_undated());
}

#[test]
fn an_opportunity_is_decided_after_the_first_day_and_at_the_latest_on_the_last() {
    use OpportunityStatus::{Lost, Open, Won};
    let outcome = |status, close: &str| {
        let deal = partner("P").deal(status, close, "10", "").opportunities.remove(0);
        deal.outcome_between(day("2025-03-31"), day("2025-06-30"))
    };
    for (status, expected) in [(Won, Some(true)), (Lost, Some(false)), (Open, None)] {
        assert_eq!((outcome(status, "2025-03-31"), outcome(status, "2025-07-01")), (None, None));
        assert_eq!((outcome(status, "2025-04-01"), outcome(status, "2025-06-30")), (expected, expected));
    }
}
