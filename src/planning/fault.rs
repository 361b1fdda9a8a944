//! Faults of a plan and of its request, as data with their wording.

use crate::finding::{agreeing, counted};
use chrono::NaiveDate;

crate::faults! {
    /// Faults of a plan's request: period, date, target, locks.
    pub enum PlanFault {
        /// The book is in another currency than the vendor plans in.
        Currency { book: String, vendor: String, expected: String } = BookMixedCurrency {
            message: format!("the book is in {book}, and {vendor} plans in {expected}"),
            help: format!("convert the amounts to {expected}, or name the book's currency in a mapping file"),
        }
        /// The period is not one of the vendor's calendar.
        UnknownPeriod { reason: String } = PlanPeriod {
            message: reason.clone(),
            help: "name a period of the vendor's calendar",
        }
        /// The period has another length than the vendor plans.
        PeriodLength { period: String, months: u32, vendor: String, expected: u32 } = PlanPeriod {
            message: format!(
                "`{period}` has {}, and {vendor} plans {}",
                counted(*months, "month"),
                counted(*expected, "month")
            ),
            help: "name a period of that length",
        }
        /// The book has no revenue, so no as-of date can be derived.
        NoRevenue {} = BookEmpty {
            message: "the book contains no revenue, so no as-of date can be derived",
            help: "name the date with `--as-of 2025-12-31`, or fill the revenue table",
        }
        /// The as-of date is after the end of the period.
        PeriodOver { as_of: String, period: String } = PlanPeriod {
            message: format!("the as-of date {as_of} is after the end of `{period}`"),
            help: "plan a later period, or use an earlier as-of date",
        }
        /// No period begins after the as-of date.
        NoPeriod { as_of: String } = PlanPeriod {
            message: format!("no period of the vendor's calendar begins after {as_of}"),
            help: "correct the date, or name a period",
        }
        /// The locks were agreed for another period.
        OtherPeriod { agreed: String, planned: String } = BookStale {
            message: format!("the locks were agreed for `{agreed}`, and `{planned}` is planned"),
            help: format!("return the workbook of `{planned}`, or name `--period {agreed}`"),
        }
        /// No partner is in the book, or none is eligible.
        NoPartner { not_eligible: usize } = BookEmpty {
            message: match not_eligible {
                0 => "the book contains no partner".to_owned(),
                1 => "the only partner of the book is not eligible for a quota".to_owned(),
                many => format!("none of the {many} partners is eligible for a quota"),
            },
            help: "fill the partners table, or check `[eligibility]` in the manifest, the as-of date, and `since` and `until`",
        }
        /// Partners that were not tried because the rules use up their budget.
        NotTried { exhausted: usize, not_tried: usize } = ScriptBudget {
            message: format!(
                "{} not tried: the rules used up their budget for {} before",
                counted(*not_tried, "partner"),
                counted(*exhausted, "partner")
            ),
            help: "make the rules do less for each partner",
        }
        /// More faults of rules than are shown.
        MoreFaults { faults: usize } = ScriptRuntime {
            message: format!("{} of rules not shown", counted(*faults, "more fault")),
            help: "correct the faults above first",
        }
        /// An indication beyond what the engine takes.
        Indication { partner: String } = ScriptOutcome {
            message: format!("an indication for `{partner}` is out of range"),
            help: "find the rule that multiplies without a limit",
        }
        /// The assessment of a partner cannot be computed.
        Assessment { partner: String, reason: String } = ScriptOutcome {
            message: format!("the assessment of `{partner}`: {reason}"),
            help: "find the rule that multiplies without a limit",
        }
        /// A lock of a line that the plan does not have.
        UnknownLock { line: String, remedy: String } = BookLock {
            message: format!("{line} is locked, and the plan has no such line"),
            help: remedy.clone(),
        }
        /// Two locks of one line with different quotas.
        DuplicateLock { line: String, quotas: Vec<String> } = BookLock {
            message: format!("{line} is locked at different quotas: {}", quotas.join(" and ")),
            help: "keep one of the locks",
        }
        /// A lock with quotas of other reporting periods than the plan has.
        LockPeriods { line: String, agreed: Vec<String>, planned: Vec<String> } = BookLock {
            message: format!("the quota of {line} was agreed for {}; the plan has {}", agreed.join(", "), planned.join(", ")),
            help: "plan the period that the quotas were agreed for, or remove the columns of the reporting periods",
        }
        /// Partners that are not in the program on any date of the period.
        OutsideProgram { partners: usize, period: String, named: String } = PlanProration {
            message: match partners {
                1 => format!("one partner left before `{period}`, or joins after it, and gets no quota: {named}"),
                more => format!("{more} partners left before `{period}`, or join after it, and get no quota: {named}"),
            },
            help: "correct `since` and `until` in the partners table if they are wrong",
            severity: Warning,
        }
        /// Partners that join or leave inside the period.
        Prorated { lines: usize, of: usize, period: String, named: String } = PlanProration {
            message: format!(
                "{lines} of {} {} prorated, because the partner joins or leaves inside `{period}`: {named}",
                counted(*of, "line"),
                agreeing(*lines, "is", "are")
            ),
            help: "see the step `proration` in `quotient explain`; lock an agreed quota where another one is meant",
            severity: Warning,
        }
        /// Every factor abstained for some lines.
        NoAssessment { lines: usize, of: usize, named: String } = PlanNoAssessment {
            message: format!("every factor abstained for {lines} of {}: {named}", counted(*of, "line")),
            help: "such a line gets its floor, or nothing: lock an agreed quota, or let a rule indicate an amount",
            severity: Warning,
        }
        /// Every factor abstained for a line of the one partner that is assessed; each says why.
        NoIndication { line: String, reasons: Vec<String> } = PlanNoAssessment {
            message: format!("no factor indicates a quota for {line}: {}", reasons.join("; ")),
            help: "add the facts that the factors miss to the book, or send the whole book with `partner`",
            severity: Warning,
        }
        /// A rule decides the weights and the manifest states no numbers, so that a search has nothing to change.
        WeightsRule {} = PlanBacktest {
            message: "`weights.rhai` decides the weights of each line, and the manifest states no numbers under `[parameters]`: there is nothing to search",
            help: "calibration changes numbers of the manifest: write a constant of `weights.rhai` or of a factor rule as `name = 0.25` under `[parameters]`, and read it there as `partner.parameters.name`",
        }
        /// No past period is known on which settings could be scored.
        NothingToCalibrate {} = PlanBacktest {
            message: "the book has no past period with revenue to score weights on",
            help: "it must cover one period before the as-of date and as many months before that",
        }
        /// Rules that are scored on past periods read facts of today.
        Undated { facts: Vec<String> } = PlanBacktest {
            message: format!(
                "these figures may be too good: the rules read facts as the book has them today: {}",
                facts.iter().map(|fact| format!("`{fact}`")).collect::<Vec<_>>().join(", ")
            ),
            help: "date the rows of their tables with `valid_from`, and opportunities with `registered_on`",
            severity: Warning,
        }
        /// A stronger guardrail overrode a weaker one.
        Overridden { lines: usize, of: usize, example: String, named: String } = PlanGuardrail {
            message: format!(
                "on {lines} of {} a stronger guardrail overrode a weaker one, for example `{example}`: {named}",
                counted(*of, "line")
            ),
            help: "the addressable market comes first, then the tier's minimum, then factor rules, then growth limits",
            severity: Warning,
        }
        /// Quotas outside their guardrails.
        OutsideGuardrails { quotas: usize, of: usize, line: String, reason: String } = PlanGuardrail {
            message: format!(
                "{quotas} of {} {} outside the guardrails; the first is {line}: {reason}",
                counted(*of, "quota"),
                agreeing(*quotas, "is", "are")
            ),
            help: "see the columns `floor` and `ceiling` of those lines",
            severity: Warning,
        }
        /// An amount of the plan is beyond what the engine takes.
        AmountOutOfRange {} = PlanInfeasible {
            message: "an amount of the plan is out of range",
            help: "check the currency and the targets: amounts are at most 9 × 10^15 minor units",
        }
        /// The quotas cannot be divided into reporting periods.
        NotPhased { reason: String } = PlanInfeasible {
            message: format!("the quotas cannot be phased: {reason}"),
            help: "check `[phasing]` in the manifest and the reporting periods",
        }
        /// The targets or locks cannot be used.
        Unusable { reason: String } = PlanInfeasible {
            message: reason.clone(),
            help: "",
        }
        /// More rejected lines than are shown.
        MoreRejected { lines: usize } = PlanRejected {
            message: format!("{} outside their guardrails not shown", counted(*lines, "more line")),
            help: "",
        }
        /// The partner to explain is not eligible.
        NotEligible { partner: String } = BookUnknownReference {
            message: format!("partner `{partner}` is not eligible for a quota"),
            help: "see `[eligibility]` in the manifest",
        }
        /// The plan has no partner of this id.
        NotPlanned { partner: String, near: Option<String> } = BookUnknownReference {
            message: format!("the plan has no partner `{partner}`"),
            help: match near {
                Some(near) => format!("did you mean `{near}`?"),
                None => "`propose --format csv` lists the ids of all partners".to_owned(),
            },
        }
        /// The partner has no such line.
        NoSuchLine { partner: String } = BookUnknownReference {
            message: format!("partner `{partner}` has no such line"),
            help: "omit the product line and the territory to see all its lines",
        }
        /// The book does not cover the period of a backtest.
        NotCovered { period: String, covered: String } = PlanPeriod {
            message: format!("the book has {covered}, which does not cover `{period}` and a time before it"),
            help: "name a past period that the book covers",
        }
        /// Constants of the rules were chosen on periods that the backtest scores.
        Fitted { through: NaiveDate, fitted: usize, folds: usize } = PlanBacktest {
            message: format!(
                "constants of the rules were chosen on data up to {through}, which {fitted} of {} score: the rules look better there than they are",
                counted(*folds, "fold")
            ),
            help: "learn the numbers under `[parameters]`, or trust only folds that begin later",
            severity: Warning,
        }
        /// The horizon is not the period that the vendor plans.
        OtherHorizon { months: u32, expected: u32 } = PlanBacktest {
            message: format!("the rules plan {}, and the backtest scores {}", counted(*expected, "month"), counted(*months, "month")),
            help: "read the scores only if the rules use `partner.channel.period_months`",
            severity: Warning,
        }
        /// A dimension by which lines cannot be broken down.
        UnknownDimension { name: String, near: Option<String>, known: Vec<String> } = PlanBacktest {
            message: format!("lines have no dimension `{name}`"),
            help: match near {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("known: {}", known.join(", ")),
            },
        }
        /// Several partners, and none is named.
        PartnerNotNamed { partners: usize } = BookUnknownReference {
            message: format!("the book has {}, and none is named", counted(*partners, "partner")),
            help: "name one with `partner`",
        }
        /// The book has no partner of this id.
        UnknownPartner { partner: String, near: Option<String> } = BookUnknownReference {
            message: format!("the book has no partner `{partner}`"),
            help: match near {
                Some(near) => format!("did you mean `{near}`?"),
                None => "correct the identifier".to_owned(),
            },
        }
        /// Only a part of the latest month is known, so that the plan is seen from the month before.
        PartLeftOut { month: String, known: String, whole: NaiveDate, as_of: NaiveDate } = PlanHistory {
            message: format!("the revenue of {month} is {known}, so the plan is seen from the end of the last complete month, {as_of}"),
            help: format!("use `--as-of {whole}` if the month is complete"),
            severity: Warning,
        }
        /// Only a part of a month is known, and it counts as a whole one.
        PartCounts { month: String, known: String, complete: NaiveDate, as_of: NaiveDate } = PlanHistory {
            message: format!("the revenue of {month} is {known}, and the as-of date {as_of} counts it as a whole month"),
            help: format!("use `--as-of {complete}` to see the plan from the last complete month"),
            severity: Warning,
        }
        /// The book's revenue begins after the as-of date.
        RevenueBeginsLater { first: String, as_of: String } = PlanHistory {
            message: format!("the book's revenue begins in {first}, so none of it is known on the as-of date {as_of}"),
            help: "use a later `--as-of` date, or add the revenue of the months before",
            severity: Warning,
        }
        /// The book's revenue ends before the as-of date.
        RevenueEndsEarlier { last: String, last_day: String, as_of: String, months: i32 } = PlanHistory {
            message: format!(
                "the book's revenue ends in {last}, and the as-of date is {as_of}: {} without revenue",
                match months {
                    1 => "the month since then counts as a month".to_owned(),
                    more => format!("the {more} months since then count as months"),
                }
            ),
            help: format!("add their revenue, or use `--as-of {last_day}`"),
            severity: Warning,
        }
        /// The book's revenue is shorter than the time that quotas are derived from.
        ShortHistory { months: i32, needed: i32, until: String, from: String } = PlanHistory {
            message: format!(
                "the book's revenue covers {months} of the {needed} months up to {until}, so no partner's prior revenue is known"
            ),
            help: match months {
                3.. => format!("add the revenue from {from} on; until then, growth is measured from these months, scaled to {needed}"),
                _ => format!("add the revenue from {from} on"),
            },
            severity: Warning,
        }
    }
}

crate::faults! {
    /// Faults of amounts that a plan is made of: rounding unit, target, locks, reserve.
    pub enum PlanAmountFault {
        /// The rounding unit is beyond what the engine takes.
        RoundingUnitRange {} = ManifestValue {
            message: "the rounding unit is out of range",
            help: "write a smaller one",
        }
        /// The rounding unit is finer than the currency.
        RoundingUnitFine { unit: String, currency: String } = ManifestValue {
            message: format!("the rounding unit {unit} is finer than an amount in {currency} can be"),
            help: "write a multiple of the smallest unit, such as 1 or 100",
        }
        /// An amount is finer than the currency.
        Fine { subject: String, amount: String, currency: String, rounded: String } = BookTargets {
            message: format!("{subject} {amount} is finer than an amount in {currency} can be"),
            help: format!("round it, for example to {rounded}"),
        }
        /// An amount is negative or beyond what the engine takes.
        Range { subject: String, amount: String } = BookTargets {
            message: format!("{subject} {amount} is not an amount from 0 to 9 × 10^15 minor units"),
            help: "write an amount such as 1250000.00",
        }
        /// The reserve is beyond what the engine takes.
        ReserveRange {} = BookTargets {
            message: "the reserve is out of range",
            help: "see `[reserve]` in the manifest",
        }
        /// A target of a territory or product line is finer than the currency.
        TargetFine { currency: String } = BookTargets {
            message: format!("the target is finer than an amount in {currency} can be"),
            help: "round it",
        }
        /// A target of a territory or product line is beyond what the engine takes.
        TargetRange { reason: String } = BookTargets {
            message: reason.clone(),
            help: "write a smaller target",
        }
    }
}
