//! One partner assessed by itself.

use super::{WIDE, book, vendor};
use crate::usd;
use quotient::planning::{Request, assess_partner};
use quotient::script::on_script_threads;

#[test]
fn a_partner_is_found_by_its_id_and_may_be_left_out_where_it_is_alone() {
    let plugin = vendor("indicated", WIDE, "history = 1");
    // Each has sold twice in the latest year.
    let (both, alone) = (book(&[(0, 100, 1_000), (1, 100, 2_000)]), book(&[(0, 100, 1_000)]));
    let assess = |book, partner| {
        let found = on_script_threads(Some(1), || assess_partner(&plugin, book, &Request::default(), partner));
        let found = found.map_err(|findings| findings.iter().map(|finding| finding.message()).collect::<Vec<_>>())?;
        let prior = found.lines.iter().map(|line| line.facts.history.prior_revenue).collect::<Vec<_>>();
        Ok((found.partner_id.to_string(), prior))
    };
    assert_eq!(assess(&both, Some("P001")), Ok(("P001".to_owned(), vec![Some(usd(40))])));
    assert_eq!(assess(&alone, None), Ok(("P000".to_owned(), vec![Some(usd(20))])));
    let refused: Result<_, Vec<String>> = assess(&both, None);
    assert!(refused.is_err_and(|messages| messages[0].contains("2 partners")));
    assert!(assess(&both, Some("P002")).is_err_and(|messages| messages[0].contains("P002")));
}
