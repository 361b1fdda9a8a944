//! Faults of what a rule or policy answers: values out of range, contradictions, decisions that do not fit.

use crate::finding::{Code, quoted};
use crate::units::plain;
use rust_decimal::Decimal;

/// Sign and amount that make weights sum to 1.
fn correction(sum: Decimal) -> String {
    let gap = Decimal::ONE.checked_sub(sum).unwrap_or_default().normalize();
    let direction = if gap > Decimal::ZERO { "raise" } else { "lower" };
    format!("{direction} one of them by {}", plain(gap.abs()))
}

crate::faults! {
    /// Faults of an answer.
    pub(super) enum OutcomeFault {
        /// An amount is beyond what the engine takes.
        OutOfRange { figure: &'static str, amount: Decimal } = ScriptOutcome {
            message: format!("the rule answers with a {figure} of {}, which is out of range", plain(*amount)),
            help: "check the units: amounts are at most 9 × 10^15",
        }
        /// The floor is above the ceiling.
        FloorAboveCeiling { floor: Decimal, ceiling: Decimal } = ScriptOutcome {
            message: format!("the rule answers with a floor of {} above its ceiling of {}", plain(*floor), plain(*ceiling)),
            help: "keep the floor below the ceiling, for example with `min`",
        }
        /// A rule answers with a value of another kind.
        NotAnIndication { found: String, is_number: bool } = ScriptOutcome {
            message: format!("`assess` answers with {found} instead of an indication"),
            help: if *is_number {
                "write `indicate(amount).because(\"why\")`"
            } else {
                "end every path with `indicate(…)` or `abstain(…)`"
            },
        }
        /// The weights are not a map.
        NotWeights { found: String } = ScriptOutcome {
            message: format!("`weights` answers with {found} instead of a map of weights"),
            help: "answer with `#{ history: 0.6, pipeline_coverage: 0.4 }`",
        }
        /// A weight of something that is not a factor.
        NotAFactor { name: String, near: Option<String> } = ScriptOutcome {
            message: format!("`{name}` is not a factor"),
            help: match near {
                Some(near) => format!("did you mean `{near}`?"),
                None => "a factor is a rule file of that name".to_owned(),
            },
        }
        /// A weight is not a number.
        WeightKind { factor: String, found: String } = ScriptOutcome {
            message: format!("the weight of `{factor}` is {found}"),
            help: "write a number from 0 to 1",
        }
        /// A weight is below 0 or above 1.
        WeightRange { factor: String, weight: Decimal } = ScriptOutcome {
            message: format!("the weight of `{factor}` is {}, not within 0 to 1", plain(*weight)),
            help: "write a number from 0 to 1",
        }
        /// The weights do not sum to 1.
        WeightSum { sum: Decimal } = ScriptOutcome {
            message: format!("the weights sum to {}, not 1", plain(sum.normalize())),
            help: correction(*sum),
        }
        /// A rule that abstains sets a floor or ceiling.
        BoundOnAbstention { function: String } = ScriptOutcome {
            message: format!("a rule that abstains has no {function}"),
            help: "put it on `indicate(…)`",
        }
        /// A policy answers with something other than a tier decision.
        NotATierDecision { found: String } = ScriptOutcome {
            message: format!("`decide` answers with {found} instead of a tier decision"),
            help: "end every path with `retain()`, `promote(…)`, `demote(…)` or `grant(…)`",
        }
        /// A tier that the manifest does not have.
        UnknownTier { tier: String, near: Option<String> } = ScriptOutcome {
            message: format!("`{tier}` is not a tier of the manifest"),
            help: match near {
                Some(near) => format!("did you mean `{near}`? Correct the partner book, or `[tiers]` in the manifest"),
                None => "correct the partner book, or add the tier to `[tiers]` in the manifest".to_owned(),
            },
        }
        /// A promotion that does not rise.
        PromotionNotAbove { to: String, current: String } = ScriptOutcome {
            message: format!("`promote` names {to}, which is not above the current {current}"),
            help: "answer with `retain()` or `demote(…)`, or compare `rank(…)` first",
        }
        /// A demotion that does not fall.
        DemotionNotBelow { to: String, current: String } = ScriptOutcome {
            message: format!("`demote` names {to}, which is not below the current {current}"),
            help: "answer with `retain()` or `promote(…)`, or compare `rank(…)` first",
        }
        /// A demotion without a requirement that is not met.
        UnfoundedDemotion {} = ScriptOutcome {
            message: "the demotion names no unmet requirement",
            help: "add it with `.because(at_least(\"revenue\", value, threshold))`; a missed quota alone is not one",
        }
        /// A policy answers with something other than a list.
        NotAList { found: String, item: &'static str, example: &'static str } = ScriptOutcome {
            message: format!("`decide` answers with {found} instead of a list of {item}s"),
            help: format!("answer with a list of {example}, or `[]` for none"),
        }
        /// An item of the list is not a decision.
        NotAnItem { index: usize, found: String, item: &'static str, example: &'static str } = ScriptOutcome {
            message: format!("item {index} of the answer is {found}, not an {item}"),
            help: format!("answer with a list of {example}, or `[]` for none"),
        }
        /// A policy answers another policy's question.
        OtherDecision { found: String, expected: String } = ScriptOutcome {
            message: format!("the answer holds {found}, not {expected}"),
            help: "answer each policy's question in its own file",
        }
        /// An answer has too many decisions.
        TooManyDecisions { decisions: usize, limit: usize } = ScriptOutcome {
            message: format!("the policy answers with {decisions} decisions, more than {limit}"),
            help: "decide the most important ones, or combine several into one",
        }
        /// A decision has too many grounds.
        TooManyGrounds { grounds: usize, limit: usize } = ScriptOutcome {
            message: format!("a decision has {grounds} reasons, requirements and changes, more than {limit}"),
            help: "name the ones that decided",
        }
        /// A reason or a name is too long.
        LongReason { characters: usize, limit: usize } = ScriptOutcome {
            message: format!("a reason or name of the answer has {characters} characters, more than {limit}"),
            help: "write the reason in a sentence or two",
        }
        /// The texts of an answer are too large in total.
        LargeAnswer { limit: usize } = ScriptOutcome {
            message: format!("the texts of the answer take more than {} KiB in total", limit >> 10),
            help: "write shorter reasons, or fewer decisions",
        }
        /// An award is beyond what the engine takes.
        AwardOutOfRange { incentive: String, amount: Decimal } = ScriptOutcome {
            message: format!("`{incentive}` awards {}, which is out of range", plain(*amount)),
            help: "check the units: amounts are at most 9 × 10^15",
        }
        /// The tiers of a ladder are not in ascending order.
        LadderOrder { tier: String, below: String } = ScriptOutcome {
            message: format!("the ladder names `{tier}` after `{below}`, which is not below it in `[tiers]`"),
            help: "write the tiers lowest first",
        }
        /// A ladder has too many tiers.
        LadderLength { limit: usize } = ScriptOutcome {
            message: format!("the ladder has more than {limit} tiers"),
            help: "add each tier once",
        }
        /// A list of requirements is empty.
        NoRequirement { function: String } = ScriptOutcome {
            message: format!("`{function}` has no requirement"),
            help: "write at least one into its list",
        }
        /// Requirements are nested too deeply.
        RequirementDepth { limit: usize } = ScriptOutcome {
            message: format!("requirements are nested more than {limit} deep"),
            help: "gather the requirements in one list and join them once",
        }
        /// A requirement has too many conditions.
        RequirementConditions { limit: usize } = ScriptOutcome {
            message: format!("the requirement has more than {limit} conditions"),
            help: "gather the requirements in one list and join them once",
        }
        /// Inputs of a decision table are missing.
        MissingInput { table: String, inputs: Vec<String> } = ScriptOutcome {
            message: format!("the decision table `{table}` also needs {}", quoted(inputs)),
            help: "write it into the map; `()` says that it is not known",
        }
        /// A decision table cannot decide.
        Undecidable { table: String, reason: String } = ScriptOutcome {
            message: format!("the decision table `{table}` cannot decide: {reason}"),
            help: "correct the table, or its inputs",
        }
        /// An input of a decision table has a value that its `allowed` row does not list.
        ///
        /// `instead` is a value that it lists: a dry run takes it for its sample partner.
        NotAllowed { table: String, column: String, value: String, allowed: String, instead: Option<String> } = ScriptRuntime {
            message: format!(
                "the decision table `{table}` cannot decide: `{value}` is not allowed in `{column}`, only `{allowed}`"
            ),
            help: "allow the value in the table, or correct it in the book",
        }
        /// A decision table without such an output.
        UnknownOutput { table: String, output: String, near: Option<String> } = ScriptUnknownFact {
            message: format!("the decision table `{table}` has no output `{output}`"),
            help: match near {
                Some(near) => format!("did you mean `{near}`?"),
                None => "see the columns with `->` in its header".to_owned(),
            },
        }
        /// One output is read of a decision table that returns several rows.
        SeveralRows { table: String, output: String } = ScriptKinds {
            message: format!("the decision table `{table}` returns several rows"),
            help: format!("iterate over them: `for row in answer.rows {{ row.{output} }}`"),
        }
        /// A record has no such field.
        UnknownField { record: String, field: String, near: Option<String> } = ScriptUnknownFact {
            message: format!("{record} has no field `{field}`"),
            help: match near {
                Some(near) => format!("did you mean `{near}`?"),
                None => "see `quotient api` for all facts".to_owned(),
            },
        }
        /// An item that is not a record has no fields.
        NotARecord { found: String, field: String } = ScriptKinds {
            message: format!("an item of the list is {found}, which has no field `{field}`"),
            help: "fields belong to records: `partner.pipeline.opportunities.sum(\"amount\")`",
        }
        /// A list of facts is needed.
        NotFacts { function: String } = ScriptKinds {
            message: format!("`{function}` needs a list of facts, not of values of your own"),
            help: "compare the dates yourself: `partner.channel.as_of`",
        }
        /// A field has to hold dates.
        NotADateField { function: String, field: String, found: String } = ScriptKinds {
            message: format!("`{function}` needs a date in `{field}`, not {found}"),
            help: "name a field that holds dates",
        }
        /// A result needs more digits than can be held exactly.
        ResultOutOfRange {} = ScriptRuntime {
            message: "the result has more digits than exact numbers can hold",
            help: "keep amounts below 9 × 10^15 and exponents small",
        }
        /// A division by zero.
        DivisionByZero {} = ScriptRuntime {
            message: "division by zero",
            help: "test the divisor first: `if x == 0 { … }`",
        }
        /// A text is not a date.
        NotADate { text: String } = ScriptRuntime {
            message: format!("`{text}` is not a date"),
            help: "write year, month and day: `date(\"2026-01-31\")`",
        }
        /// The steps of a rebate are not in ascending order.
        StepOrder { function: String } = ScriptKinds {
            message: format!("the steps of `{function}` are not in ascending order"),
            help: "list the step with the lowest amount first",
        }
        /// Expired records of a table are counted.
        ExpiredCounted { list: String, field: String } = ScriptStyle {
            message: format!("`{list}` also has the records that have expired by `{field}`"),
            help: format!("write `{list}.valid(\"{field}\")` where only valid ones count"),
            severity: Warning,
        }
        /// An exponent has decimals.
        FractionalExponent {} = ScriptRuntime {
            message: "the exponent is not a whole number",
            help: "write `root(x, n)` for the n-th root",
        }
        /// The degree of a root is not taken.
        RootDegree { degree: i64, most: i64 } = ScriptRuntime {
            message: format!("`root` takes no {degree}th root"),
            help: format!("write a degree from 1 to {most}"),
        }
        /// The root of a negative number.
        RootOfNegative { number: Decimal } = ScriptRuntime {
            message: format!("{} is negative and has no root", plain(*number)),
            help: "test it first: `if x < 0 { … }`",
        }
        /// The logarithm of a number that is not above zero.
        Logarithm { function: String, number: Decimal } = ScriptRuntime {
            message: format!("`{function}` needs a number above zero, not {}", plain(*number)),
            help: "test it first: `if x > 0 { … }`",
        }
        /// A share outside 0 to 1.
        Share { share: Decimal } = ScriptRuntime {
            message: format!("a share of {} is not within 0 to 1", plain(*share)),
            help: "write `0.75` for the 75th percentile",
        }
        /// Peers are asked for where no channel is given.
        NoPeers {} = ScriptRuntime {
            message: "the peers are not given: there is only this partner",
            help: "give all partners of the channel with it; in a case, state the others under `[[case.peers]]`",
        }
        /// The name of a peer fact is put together while the rule runs.
        PeerFactCalculated { fact: String } = ScriptRuntime {
            message: format!("`{fact}` of the peers was not prepared, because no text of the rules names it"),
            help: "write the fact out as one text: `peers.sum(\"history.prior_revenue\")`",
        }
        /// More decimals than can be rounded to.
        DecimalPlaces {} = ScriptRuntime {
            message: "the number of decimals is not within 0 to 12",
            help: "write 2 for cents",
        }
        /// A step of rounding that is not above zero.
        RoundingStep {} = ScriptRuntime {
            message: "the step is not above zero",
            help: "write a step such as 1000",
        }
        /// The ends of `clamp` are exchanged.
        ClampEnds { low: Decimal, high: Decimal } = ScriptRuntime {
            message: format!("`clamp` has a low end of {} above its high end of {}", plain(*low), plain(*high)),
            help: "write the smaller number first",
        }
        /// Points per a number that is not above zero.
        PointStep { function: String, step: Decimal } = ScriptRuntime {
            message: format!("`{function}` is for each {}, which is not above zero", plain(*step)),
            help: "write how much makes one step, such as 1000",
        }
        /// A list index is out of bounds.
        ListBounds { items: usize, index: i64 } = ScriptRuntime {
            message: format!("the list has {}; there is none at {index}", crate::finding::counted(*items, "item")),
            help: "check `len()` first; the first item is `list[0]`, the last `list[-1]`",
        }
        /// `throw` in the rule.
        Thrown { text: Option<String> } = ScriptRuntime {
            message: match text {
                Some(text) => format!("the rule stopped itself: {text}"),
                None => "the rule stopped itself without a reason".to_owned(),
            },
            help: "see the `throw` in the rule",
        }
        /// An error that only the interpreter has words for.
        Interpreter { text: String } = ScriptRuntime {
            message: text.clone(),
            help: "see `quotient api`",
        }
        /// The engine itself failed.
        Engine {} = ScriptEngine {
            message: "internal error: the engine failed on this rule",
            help: "report it with the rule",
        }
        /// An item of a list is not known.
        ItemNotKnown { item: usize } = ScriptNotKnown {
            message: format!("item {item} of the list is not known"),
            help: "leave such items out: `list.filter(|item| is_known(item))`",
        }
        /// A column that the manifest declares is missing in the book's table.
        MissingColumn { table: String, column: String, near: Option<String> } = BookMissingColumn {
            message: format!("the table `{table}` has no column `{column}`"),
            help: match near {
                Some(near) => format!("did you mean `{near}`? Correct the manifest or the table"),
                None => "add the column, or remove it from the manifest".to_owned(),
            },
        }
        /// A cell of a declared table is not of its column's kind.
        CellKind { code: Code, column: String, declared: String, cell: String, expected: &'static str } = (*code) {
            message: format!("`{column}` is declared as {declared}, but `{cell}` is not {expected}"),
            help: "correct the cell, or declare another kind in the manifest",
        }
    }
}
