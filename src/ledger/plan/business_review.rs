//! End of the period: what follows from quota and commitments, by the vendor's table.

use super::words::Verdict;
use crate::decision::table::Value;
use crate::decision::{BUSINESS_REVIEW, PurposeTable};
use crate::units::Rate;

/// Table for a vendor that has none.
const DEFAULT: &str = "\
UNIQUE,attainment,kept,-> verdict,because
type,number,number,text,
,>= 1,>= 0.8,repeat,commitments kept and quota reached
,< 1,>= 0.8,recalibrate,commitments kept and quota missed: the quota or the activities were wrong
,< 1,< 0.8,improvement_plan,commitments not kept and quota missed
,>= 1,< 0.8,too_soft,quota reached without the commitments: it was too soft or there was a windfall
";

/// Returns the verdict with its reason and the rows of the vendor's table; none where no row applies.
pub fn verdict(
    table: Option<&PurposeTable>,
    attainment: Option<Rate>,
    kept: Option<Rate>,
) -> Result<(Option<Verdict>, String, Vec<u64>), String> {
    let usual = PurposeTable::parse(&BUSINESS_REVIEW, "the default table", &DEFAULT.into()).value;
    let Some(used) = table.or(usual.as_ref()) else { return Err("it has no table".to_owned()) };
    let facts = [("attainment", Value::from(attainment)), ("kept", Value::from(kept))];
    let concluded = used.conclude(&facts).map_err(|fault| fault.to_string())?;
    let Some(first) = concluded.into_iter().next() else {
        let unknown = [("the attainment", attainment), ("the share of commitments kept", kept)];
        let unknown: Vec<&str> =
            unknown.into_iter().filter(|(_, known)| known.is_none()).map(|(what, _)| what).collect();
        let because = match unknown.as_slice() {
            [] => "no row of the table applies".to_owned(),
            [one] => format!("{one} is not known"),
            several => format!("{} are not known", several.join(" and ")),
        };
        return Ok((None, because, Vec::new()));
    };
    let verdict = first.word.parse().map_err(|_| format!("`{}` is not a verdict", first.word))?;
    let rows = if table.is_some() { first.rows } else { Vec::new() };
    Ok((Some(verdict), first.because, rows))
}
