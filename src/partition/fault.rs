//! Faults of a book in partitions, as data.

use crate::finding::counted;

/// The first names, and how many more there are.
fn names(all: &[String]) -> String {
    all.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

crate::faults! {
    /// Faults of partitions: their documents, their surveys, and what they are put together to.
    pub enum PartitionFault {
        /// A document is not what the step reads.
        Document { document: String, reason: String } = PartitionDocument {
            message: format!("{document} is not what this step reads: {reason}"),
            help: "a partition is a JSON book per line, or a directory or workbook given with `--book`; give each further step the output of the step before it, unchanged",
        }
        /// A survey is of another question or another revision than the one beside it.
        OtherQuestion { member: String, one: String, other: String } = PartitionMixed {
            message: format!("two surveys differ in `{member}`: `{one}` and `{other}`"),
            help: "survey every partition with the same vendor, revision, currency, date, period and target",
        }
        /// A survey was made by another revision of the rules than the step is run with.
        OtherRevision { vendor: String, revision: String, expected: String } = PartitionMixed {
            message: format!("the survey is of revision `{revision}` of `{vendor}`, and the rules are at `{expected}`"),
            help: "run all steps with the same rules; survey the partitions again after a change",
        }
        /// A survey is of another vendor.
        OtherVendor { vendor: String, expected: String } = PartitionMixed {
            message: format!("the survey is of the vendor `{vendor}`, not of `{expected}`"),
            help: "name the vendor that the survey was made for",
        }
        /// Surveys that are merged are not of the same step, or rest on different steps before it.
        OtherStep { member: String } = PartitionMixed {
            message: format!("two surveys cannot be merged: their `{member}` of the rounds before differ"),
            help: "merge surveys of one round, all made from the same merged survey of the round before",
        }
        /// Partitions state the same shared value differently.
        Disagreement { what: String, one: String, other: String } = PartitionMixed {
            message: format!("partitions disagree about {what}: `{one}` and `{other}`"),
            help: "tables that belong to no partner must be the same in every partition that has them",
        }
        /// An attribute reads as one kind in one partition and as another kind in another.
        AttributeKind { attribute: String, one: String, other: String } = PartitionMixed {
            message: format!("the attribute `{attribute}` reads as {one} in one partition and as {other} in another"),
            help: "declare it with its kind under `[attributes]` in the vendor's manifest",
        }
        /// A round of the survey saw other partners than the first one.
        OtherPartners { round: &'static str, partners: u64, before: u64 } = PartitionIncomplete {
            message: match partners == before {
                true => format!("the round `{round}` of the survey saw other facts of the partners than the first round"),
                false => format!(
                    "the round `{round}` of the survey saw {}, and the first round {}",
                    counted(*partners as usize, "partner"),
                    counted(*before as usize, "partner")
                ),
            },
            help: "merge the surveys of all partitions, each exactly once, before the next step; do not change partitions between steps",
        }
        /// A step needs a survey with all its rounds.
        NotSurveyed { round: &'static str } = PartitionIncomplete {
            message: format!("the survey lacks the round `{round}`"),
            help: "repeat `quotient assess survey` with `--survey` until `next` of the merged survey is `lines`",
        }
        /// A survey has all its rounds already.
        Surveyed {} = PartitionIncomplete {
            message: "the survey has all its rounds",
            help: "go on with `quotient assess lines`",
        }
        /// No survey is given, or none has a partner.
        NoPartner {} = PartitionIncomplete {
            message: "the survey has no partner",
            help: "survey the partitions and merge their surveys",
        }
        /// A partner is in several partitions, or twice in one.
        DoubledPartner { partner: String } = PartitionDoubled {
            message: format!("the partner `{partner}` was assessed twice"),
            help: "all rows of a partner must be in one document of one partition",
        }
        /// Partners of the survey lack an assessment, or others have one.
        Missing { partners: u64, surveyed: u64 } = PartitionIncomplete {
            message: match partners == surveyed {
                true => "the assessments are of other facts than the survey".to_owned(),
                false => format!(
                    "the assessments are of {}, and the survey is of {}",
                    counted(*partners as usize, "partner"),
                    counted(*surveyed as usize, "partner")
                ),
            },
            help: "settle the assessments of all partitions together, each once, of the partitions as they were surveyed",
        }
        /// An assessment was made with another survey.
        OtherSurvey { partner: String } = PartitionMixed {
            message: format!("the assessment of `{partner}` was made with another survey"),
            help: "assess all partitions with the same merged survey, and settle with it",
        }
        /// A settled line and the summary are of two settlements.
        OtherSettlement { line: String } = PartitionMixed {
            message: format!("the settled line of {line} is of another settlement than the summary"),
            help: "give the summary and the lines that one `quotient assess settle` has written",
        }
        /// A line was not settled.
        NotSettled { line: String } = PartitionIncomplete {
            message: format!("the line of {line} has no settled quota"),
            help: "give the settled lines of these partners, all of them, as `quotient assess settle` wrote them",
        }
        /// A line is not as it was when it was settled.
        Changed { line: String } = PartitionIncomplete {
            message: format!("the line of {line} has changed since it was settled"),
            help: "finish the partitions as they were assessed, or repeat all steps",
        }
        /// Documents or settled lines are not in ascending order of partners.
        NotAscending { partner: String, before: String } = PartitionDocument {
            message: format!("`{partner}` comes after `{before}`"),
            help: "sort partitions and settled lines by partner id in the order of its bytes, as `LC_ALL=C sort` does",
        }
        /// The rules compare a line with its peers.
        Peers { rules: Vec<String>, facts: Vec<String> } = PartitionUnsupported {
            message: format!(
                "a line of this vendor cannot be assessed apart from the others: its rules look at peers in {} ({})",
                names(rules),
                names(facts)
            ),
            help: "use `quotient propose`: ranks and percentiles need the values of all lines at once",
        }
        /// The manifest asks for bands.
        Bands {} = PartitionUnsupported {
            message: "the manifest asks for bands (`[health] bands = true`), which are estimated from the whole book",
            help: "use `quotient propose`, or take `bands` out of the manifest",
        }
        /// Partitions need an as-of date.
        NoDate {} = PartitionDocument {
            message: "the as-of date is not known: the latest complete month is one of the whole book, not of a partition",
            help: "name it with `--as-of 2025-12-31`",
        }
    }
}
