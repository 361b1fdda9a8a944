//! Words by which exports name total rows and footers.

use super::value::month_word::month_number;

/// Words that name a total, lower case; the plural is recognised as well.
const TOTALS: [&str; 28] = [
    "total",
    "grand total",
    "subtotal",
    "sub total",
    "sub-total",
    "overall total",
    "report total",
    "summe",
    "gesamt",
    "gesamtsumme",
    "gesamtergebnis",
    "zwischensumme",
    "total général",
    "sous-total",
    "totale",
    "totale complessivo",
    "subtotale",
    "suma",
    "total geral",
    "totaal",
    "eindtotaal",
    "subtotaal",
    "total general",
    "total générale",
    "suma total",
    "totalt",
    "total parcial",
    "grand sum",
];
/// Names of a total that is nothing else, lower case: words that names of partners may begin with.
const WHOLE: [&str; 31] = [
    "all",
    "all partners",
    "all customers",
    "all accounts",
    "all resellers",
    "alle",
    "alle partner",
    "alle kunden",
    "tous",
    "todos",
    "tutti",
    "sum",
    "overall",
    "insgesamt",
    "ensemble",
    "合計",
    "総計",
    "総合計",
    "小計",
    "合计",
    "总计",
    "小计",
    "합계",
    "итого",
    "ukupno",
    "razem",
    "ogółem",
    "result",
    "overall result",
    "ergebnis",
    "összesen",
];
/// Names of rows with a figure about the rows above, lower case.
const STATISTICS: [&str; 16] = [
    "average",
    "avg",
    "mean",
    "median",
    "min",
    "max",
    "minimum",
    "maximum",
    "count",
    "durchschnitt",
    "mittelwert",
    "anzahl",
    "moyenne",
    "nombre",
    "promedio",
    "平均",
];
/// Names of rows that are compared with the total above them, lower case.
const COMPARISONS: [&str; 24] = [
    "target",
    "budget",
    "plan",
    "forecast",
    "goal",
    "previous year",
    "prior year",
    "last year",
    "variance",
    "difference",
    "change",
    "growth",
    "growth vs py",
    "yoy",
    "vorjahr",
    "abweichung",
    "ziel",
    "differenz",
    "veränderung",
    "objectif",
    "année précédente",
    "écart",
    "presupuesto",
    "año anterior",
];
/// Words that begin the lines below an export, lower case.
const PHRASES: [&str; 18] = [
    "copyright",
    "©",
    "(c) ",
    "confidential",
    "generated ",
    "exported ",
    "printed ",
    "created by",
    "report run",
    "run by",
    "page ",
    "filtered by",
    "source:",
    "note:",
    "erstellt ",
    "vertraulich",
    "seite ",
    "end of report",
];
/// Words for periods, lower case.
const PERIODS: [&str; 14] = [
    "month",
    "monthly",
    "quarter",
    "quarterly",
    "half",
    "year",
    "annual",
    "ytd",
    "fy",
    "monat",
    "quartal",
    "jahr",
    "mois",
    "trimestre",
];
/// The name of a total row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Label {
    /// True when the cell has no other words.
    pub is_exact: bool,
    /// Number of records that the cell states: `Grand Totals (12 records)`.
    pub count: Option<u64>,
}

/// Reads a cell as the name of a total row: `Total`, `Grand Totals (12 records)`, `Summe:`, `Total Acme`, `Acme Total`.
pub(super) fn label(text: &str) -> Option<Label> {
    // Most cells are looked at no further: every name begins with one of these pairs, or has one of these parts.
    let may_be_whole = match text.as_bytes() {
        [first, second, ..] if first.is_ascii_alphabetic() => {
            matches!(
                &[first | 0x20, second | 0x20],
                b"al" | b"to" | b"tu" | b"su" | b"ov" | b"in" | b"en" | b"uk" | b"ra" | b"og" | b"re" | b"er"
            )
        }
        [first, ..] => !first.is_ascii() || *first == b'*' || *first == b' ',
        [] => return None,
    };
    if may_be_whole && text.len() < 20 {
        let lower = text.trim_matches(['*', ' ']).trim_end_matches([':', ' ']).to_lowercase();
        if WHOLE.contains(&lower.as_str()) {
            return Some(Label { is_exact: true, count: None });
        }
    }
    let has_part = text.as_bytes().windows(3).any(|part| match part {
        [one, two, three] => matches!(&[one | 0x20, two | 0x20, three | 0x20], b"tot" | b"sum" | b"sam"),
        _ => false,
    });
    if !has_part {
        return None;
    }
    let lower = text.trim_matches(['*', ' ']).trim_end_matches([':', ' ']).to_lowercase();
    let begins = TOTALS.iter().filter_map(|word| lower.strip_prefix(word)).map(without_plural);
    for rest in begins.filter(|rest| rest.is_empty() || rest.starts_with([' ', '(', ':'])) {
        let digits: String = rest.chars().filter(char::is_ascii_digit).collect();
        let is_counted = rest.trim_start().starts_with('(') && rest.ends_with(')');
        if rest.is_empty() || is_counted {
            return Some(Label { is_exact: true, count: digits.parse().ok() });
        }
    }
    let is_beside = TOTALS.iter().any(|word| {
        let begins = lower.strip_prefix(word).map(without_plural).is_some_and(|rest| rest.starts_with([' ', ':']));
        begins || lower.strip_suffix(word).is_some_and(|rest| rest.ends_with([' ', '-']))
    });
    is_beside.then(|| Label { is_exact: group(&lower).is_some_and(is_period), count: None })
}

/// True for the name of a row with a figure about the rows above, such as their average.
pub(super) fn is_statistic(text: &str) -> bool {
    let name = text.split(':').next().unwrap_or_default();
    text.len() < 26 && STATISTICS.contains(&name.trim_matches(['*', ' ']).to_lowercase().as_str())
}

/// True for the name of a row that is compared with the total above it, such as that of the year before.
pub(super) fn is_comparison(text: &str) -> bool {
    text.len() < 40 && COMPARISONS.contains(&text.trim_matches(['*', ' ', ':', '%']).to_lowercase().as_str())
}

/// True for words that state a period and nothing else: `January` and `2025` of `Total January 2025`, `quarter` of
/// `Quarter total`.
fn is_period(words: &str) -> bool {
    let is_one = |word: &str| {
        PERIODS.contains(&word)
            || month_number(word).is_some()
            || word.trim_start_matches(['q', 'h']).bytes().all(|byte| byte.is_ascii_digit())
    };
    let mut all = words.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    all.clone().next().is_some() && all.all(is_one)
}

/// The words beside the name of a total: `Acme` of `Acme Total`.
pub(super) fn group(text: &str) -> Option<&str> {
    let plain = text.trim_matches(['*', ' ']).trim_end_matches([':', ' ']);
    let lower = plain.to_lowercase();
    if lower.len() != plain.len() {
        return None;
    }
    let rest = TOTALS.iter().filter_map(|word| {
        let behind = lower
            .strip_prefix(word)
            .filter(|rest| rest.starts_with([' ', ':']))
            .map(|rest| &plain[plain.len() - rest.len()..]);
        behind.or_else(|| {
            lower.strip_suffix(word).filter(|rest| rest.ends_with([' ', '-'])).map(|rest| &plain[..rest.len()])
        })
    });
    rest.map(|rest| rest.trim_matches([' ', ':', '-']))
        .map(|rest| {
            ["for ", "für ", "pour ", "para ", "per "].iter().find_map(|link| rest.strip_prefix(link)).unwrap_or(rest)
        })
        .filter(|rest| !rest.is_empty())
        .min_by_key(|rest| rest.len())
}

fn without_plural(rest: &str) -> &str {
    rest.strip_prefix('s').filter(|rest| !rest.starts_with(char::is_alphanumeric)).unwrap_or(rest)
}

/// True for a line that exports write below the data: copyright, page number, time of the export.
pub(super) fn footer_phrase(text: &str) -> bool {
    let lower = text.trim_start_matches(['*', '-', ' ']).to_lowercase();
    PHRASES.iter().any(|phrase| lower.starts_with(phrase))
}
