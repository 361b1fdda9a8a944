//! Numbers that rules learned from the channel, in words and as documents.

use super::figures::count;
use crate::figure::Fraction;
use crate::finding::readable;
use crate::planning::{Estimate, Learned, QuotaPlan};
use crate::units::{Rate, plain};
use schemars::JsonSchema;
use serde::Serialize;

/// A number that rules read, learned from the channel.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Learned")]
pub(super) struct LearnedDocument<'a> {
    /// Name in the manifest.
    name: &'a str,
    /// `repeat`, `retention`, `season` or `growth`.
    learned: &'static str,
    /// Property of a line by which it is learned; null for one number for the whole channel.
    by: Option<&'a str>,
    /// Nothing later than this date was looked at.
    #[schemars(extend("format" = "date"))]
    as_of: String,
    /// First month of the earlier stretch; null when the book does not go back far enough.
    before: Option<String>,
    /// First month of the later stretch; null when the book does not go back far enough.
    after: Option<String>,
    /// Length of each stretch in months; null when the book does not go back far enough.
    months: Option<i32>,
    /// The number of the whole channel; null when it is not known.
    whole: Option<EstimateDocument<'a>>,
    /// The numbers of the groups, shrunk towards the whole, ascending by name.
    groups: Vec<EstimateDocument<'a>>,
}

/// A learned number with its 80 % band, which is an estimate.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Estimate")]
struct EstimateDocument<'a> {
    /// Group; null for the whole channel.
    group: Option<&'a str>,
    /// The number.
    value: Fraction,
    /// Number of lines it was learned from.
    lines: usize,
    /// Lower limit; null for the fallback of the manifest.
    low: Option<Fraction>,
    /// Upper limit; null for the fallback of the manifest.
    high: Option<Fraction>,
}

impl<'a> EstimateDocument<'a> {
    fn of(group: Option<&'a str>, estimate: &Estimate) -> Self {
        Self {
            group,
            value: Fraction(estimate.value),
            lines: estimate.lines,
            low: estimate.band.map(|(low, _)| Fraction(low)),
            high: estimate.band.map(|(_, high)| Fraction(high)),
        }
    }
}

/// The learned numbers of a plan.
pub(super) fn documents(plan: &QuotaPlan) -> Vec<LearnedDocument<'_>> {
    let documents = plan.learned.iter().map(|learned| LearnedDocument {
        name: &learned.parameter.name,
        learned: learned.parameter.kind.as_str(),
        by: learned.parameter.by.as_ref().map(|by| by.as_str()),
        as_of: plan.as_of.to_string(),
        before: learned.stretches.map(|stretches| stretches.before.to_string()),
        after: learned.stretches.map(|stretches| stretches.after.to_string()),
        months: learned.stretches.map(|stretches| stretches.months),
        whole: learned.whole.as_ref().map(|whole| EstimateDocument::of(None, whole)),
        groups: learned.groups.iter().map(|(name, one)| EstimateDocument::of(Some(name), one)).collect(),
    });
    documents.collect()
}

/// One sentence per learned number: its value, lines and band, for the channel and for each group.
pub(super) fn sentences(plan: &QuotaPlan) -> Vec<String> {
    plan.learned.iter().map(|learned| sentence(plan, learned)).collect()
}

fn sentence(plan: &QuotaPlan, learned: &Learned) -> String {
    let name = readable(&learned.parameter.name);
    let kind = learned.parameter.kind;
    let Some(whole) = &learned.whole else {
        return format!("{name} ({kind}): not known, because too few lines or months say something about it");
    };
    let by = learned.parameter.by.as_ref().map(|by| format!(" by {}", readable(by.as_str()))).unwrap_or_default();
    let months = learned.stretches.map(|stretches| {
        format!(", {} months from {} against {}", stretches.months, stretches.after, stretches.before)
    });
    let groups = learned.groups.iter().map(|(group, one)| format!("{} {}", readable(group), estimate(one)));
    let all: Vec<String> = std::iter::once(format!("channel {}", estimate(whole))).chain(groups).collect();
    let months = months.unwrap_or_default();
    format!("{name} ({kind}{by}{months}, as of {}): {}", plan.as_of, all.join("; "))
}

/// `0.7123 (208 lines, 80 % 0.6 to 0.8)`.
fn estimate(estimate: &Estimate) -> String {
    let rate = |rate: Rate| plain(rate.normalize());
    let lines = count(estimate.lines);
    match estimate.band {
        Some((low, high)) => {
            format!("{} ({lines} lines, 80 % {} to {})", rate(estimate.value), rate(low), rate(high))
        }
        None => format!("{} (fallback: only {lines} lines)", rate(estimate.value)),
    }
}
