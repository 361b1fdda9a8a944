//! Faults of a vendor's files, as data with their wording.

use super::comparison::Difference;
use super::files::Room;
use crate::finding::{Field, ToField, quoted};
use crate::units::plain;
use rust_decimal::Decimal;

impl ToField for Difference {
    fn to_field(&self) -> Field {
        let values = [("figure", &self.what), ("expected", &self.expected), ("found", &self.found)];
        Field::Map(values.into_iter().map(|(name, value)| (name.to_owned(), value.to_field())).collect())
    }
}

impl ToField for Room {
    fn to_field(&self) -> Field {
        self.as_str().to_field()
    }
}

fn differences(differences: &[Difference]) -> String {
    let one = |difference: &Difference| {
        format!("{}: expected {}, found {}", difference.what, difference.expected, difference.found)
    };
    differences.iter().map(one).collect::<Vec<_>>().join("; ")
}

crate::faults! {
    /// Faults of a vendor as a whole.
    pub enum VendorFault {
        /// No vendor has this name.
        Unknown { vendor: String, near: Option<String>, known: Vec<String>, directory: String } = VendorUnknown {
            message: format!("unknown vendor `{vendor}`"),
            help: match near {
                Some(near) => format!("did you mean `{near}`?"),
                None if known.is_empty() => format!(
                    "`{directory}` contains no vendor: name the directory with `--rules DIR`, or start one with `quotient init {vendor}`"
                ),
                None => format!("vendors here: {}", known.join(", ")),
            },
        }
        /// The vendor has no manifest.
        NoManifest { vendor: String, directory: String } = VendorIncomplete {
            message: format!("vendor `{vendor}` has no manifest"),
            help: format!("write `{directory}/vendor.toml`; `quotient init NAME` makes one to start from"),
        }
        /// A factor has a weight but no rule file.
        NoRule { factor: String, near: Option<String> } = ManifestWeights {
            message: format!("factor `{factor}` has a weight but no rule"),
            help: match near {
                Some(near) => format!("did you mean `{near}`? There is a rule `{near}.rhai`"),
                None => format!("write `{factor}.rhai` beside the manifest, or remove the weight"),
            },
        }
        /// A script has nearly the name of a policy.
        MisspelledPolicy { file: String, near: String } = VendorIncomplete {
            message: format!("`{file}` is not a policy"),
            help: format!("did you mean `{near}.rhai`?"),
        }
        /// The directory of policies has none.
        NoPolicy {} = VendorIncomplete {
            message: "the policies directory contains no policy",
            help: "write `tier.rhai`, `incentive.rhai` or `intervention.rhai` with `fn decide(partner)`",
        }
        /// A case does not hold.
        CaseFailed { case: String, differences: Vec<Difference> } = CaseFailed {
            message: format!("case `{case}` does not hold: {}", self::differences(differences)),
            help: "correct the rule, or the case if the rule is right",
        }
        /// The vendor has no cases.
        NoCases {} = CaseMissing {
            message: "the vendor has no cases",
            help: "write one for each rule and policy; `quotient init` shows their form",
            severity: Warning,
        }
        /// The weights and indications of a line cannot be assessed.
        Assessment { reason: String } = ScriptOutcome {
            message: reason.clone(),
            help: "correct the weights and amounts that the rules answer with",
        }
    }
}

crate::faults! {
    /// Faults of a file in a vendor's directory.
    pub enum FileFault {
        /// The file or directory cannot be read.
        Unreadable { path: String, reason: String } = FileUnreadable {
            message: format!("`{path}` cannot be read: {reason}"),
            help: "check the path and the permissions",
        }
        /// The name is not UTF-8.
        NameNotUtf8 { path: String } = VendorFile {
            message: format!("the name of `{path}` is not UTF-8"),
            help: "rename or remove it",
        }
        /// The directory is nested too deeply.
        TooDeep { path: String } = VendorFile {
            message: format!("`{path}` is nested too deeply"),
            help: "move it up, or remove it",
        }
        /// A pipe, a device or a socket.
        NotAFile { path: String } = VendorFile {
            message: format!("`{path}` is not an ordinary file"),
            help: "replace or remove it",
        }
        /// A link out of the vendor's directory.
        LinkOutside { path: String } = VendorFile {
            message: format!("`{path}` is a link that leads out of the vendor's directory"),
            help: "copy the file, or remove the link",
        }
        /// The content is not UTF-8.
        NotUtf8 { path: String } = VendorFile {
            message: format!("`{path}` is not UTF-8"),
            help: "save it as UTF-8, or remove it",
        }
        /// The vendor has too many files.
        TooMany { path: String, limit: usize } = FileTooLarge {
            message: format!("`{path}` is one of more than {limit} files"),
            help: "remove files that the rules do not need",
        }
        /// A file is too large.
        TooLarge { path: String, limit: u64 } = FileTooLarge {
            message: format!("`{path}` has more than {limit} bytes"),
            help: "shorten or remove it",
        }
        /// All files together are too large.
        TotalTooLarge { path: String, limit: u64 } = FileTooLarge {
            message: format!("`{path}` exceeds the {limit} bytes of a vendor"),
            help: "shorten or remove files",
        }
    }
}

crate::faults! {
    /// Faults of values in a manifest.
    pub enum ManifestFault {
        /// The manifest is written for another version of the script API.
        ApiVersion { version: i64, supported: i64 } = ManifestValue {
            message: format!("version {version} of the script API is not supported"),
            help: format!("write `api = {supported}`"),
        }
        /// A ceiling on the assessment does not apply to fair shares.
        StretchOnFairShare {} = ManifestValue {
            message: "a fair share follows the target, so an assessment does not limit it",
            help: "remove the key, or plan on the basis `indicated`",
        }
        /// A tier minimum at a grain finer than the partner.
        TierMinimumGrain {} = ManifestValue {
            message: "a tier's minimum is for a partner, not for a part of it",
            help: "remove the key, or plan at the grain `partner`",
        }
        /// The fiscal year starts in a month that does not exist.
        Month { text: String } = ManifestValue {
            message: format!("`{text}` is not a month"),
            help: "write its English name, such as \"July\"",
        }
        /// The currency is not known.
        Currency { reason: String } = ManifestValue {
            message: reason.clone(),
            help: "write a code such as \"EUR\"",
        }
        /// A rounding unit of zero.
        ZeroRoundingUnit {} = ManifestValue {
            message: "a rounding unit of 0 does not round",
            help: "write an amount such as `100`, or remove the key",
        }
        /// The weights do not sum to 1.
        WeightSum { sum: Decimal, gap: Decimal } = ManifestWeights {
            message: format!("weights sum to {}, not 1", plain(*sum)),
            help: format!(
                "{} one of the weights in `[weights]` by {}",
                if *gap > Decimal::ZERO { "raise" } else { "lower" },
                plain(gap.abs())
            ),
        }
        /// The least growth is above the most.
        GrowthBounds { floor: Decimal, ceiling: Decimal } = ManifestValue {
            message: format!("growth_floor {} is above growth_ceiling {}", plain(*floor), plain(*ceiling)),
            help: "exchange the two",
        }
        /// A limit of growth looks like a percentage.
        PercentageForRate { key: String, rate: Decimal } = ManifestValue {
            message: format!(
                "`{key}` is a fraction, and {} is {} %",
                plain(*rate),
                plain(rate.checked_mul(Decimal::ONE_HUNDRED).unwrap_or(Decimal::MAX).normalize())
            ),
            help: format!("for {} % write `{}`", plain(*rate), plain(rate.checked_div(Decimal::ONE_HUNDRED).unwrap_or_default())),
            severity: Warning,
        }
        /// A tier asks for less than the tier below it.
        TierOrder { tier: String, below: String } = ManifestValue {
            message: format!("the minimum of `{tier}` is lower than that of `{below}`, the tier below it"),
            help: "list the tiers from the lowest to the highest, and check the amounts",
            severity: Warning,
        }
        /// Quotas are rounded to more than the lowest tier asks for.
        RoundingAboveTier { unit: Decimal, lowest: Decimal } = ManifestValue {
            message: format!(
                "quotas are rounded to multiples of {}, which is more than the lowest tier minimum of {}",
                plain(*unit),
                plain(*lowest)
            ),
            help: "write a smaller `rounding_unit`",
            severity: Warning,
        }
        /// The reserve is stated in two ways.
        SecondReserve {} = ManifestValue {
            message: "the reserve is stated twice",
            help: "keep one of `amount`, `share_of_target`, `share_of_bottom_up`",
        }
        /// A what-if names a number that the manifest cannot have.
        UnknownLever { lever: String, near: Option<String> } = ManifestValue {
            message: format!("`{lever}` is not a number of the manifest that a what-if changes"),
            help: match near {
                Some(near) => format!("did you mean `{near}`?"),
                None => "change weights, growth limits, the reserve or the over-assignment".to_owned(),
            },
        }
        /// A what-if changes a number of the manifest twice.
        LeverTwice { lever: String } = ManifestValue {
            message: format!("`{lever}` is changed twice"),
            help: "keep one of the values",
        }
        /// A what-if gives a number of the manifest another value than a number.
        LeverValue { lever: String, value: String } = ManifestValue {
            message: format!("`{lever}` is `{value}`, which is not a number"),
            help: "write a decimal such as `0.25`, without a percent sign",
        }
        /// A check of plausibility or health both refuses the plan and is left out.
        PlausibilityTwice { check: String } = ManifestValue {
            message: format!("`{check}` is in `reject` and in `ignore`"),
            help: "keep it in one of the lists",
        }
        /// The range of the share of lines that reach their quota ends before it begins.
        HealthRange { low: Decimal, high: Decimal } = ManifestValue {
            message: format!("`at_quota_low` is {low}, above `at_quota_high` = {high}"),
            help: "write shares such as `at_quota_low = 0.50` and `at_quota_high = 0.70`",
        }
        /// A line would lapse before it is quiet.
        SilenceOrder { quiet: i64, lapsed: i64 } = ManifestValue {
            message: format!("`quiet_months` is {quiet}, not below `lapsed_months` = {lapsed}"),
            help: "a line is first quiet and then lapsed: write fewer months for `quiet_months`",
        }
        /// A name that scripts cannot read after a point.
        ParameterName { parameter: String } = ManifestValue {
            message: format!("`{parameter}` cannot be the name of a number"),
            help: "scripts read it as `partner.learned.name` or `partner.parameters.name`: use letters, digits and `_`",
        }
        /// A number outside the region that is stated for it.
        ParameterRegion { parameter: String, value: Decimal, low: Decimal, high: Decimal } = ManifestValue {
            message: match low > high {
                true => format!("`at_least` of `{parameter}` is {low}, above its `at_most` of {high}"),
                false => format!("`{parameter}` is {value}, outside its region from {low} to {high}"),
            },
            help: "`at_least` and `at_most` are the least and largest value that a calibration tries",
        }
        /// A number is learned by something that lines do not have.
        ParameterGroup { by: String, known: Vec<String> } = ManifestValue {
            message: format!("lines have no `{by}` by which a number could be learned"),
            help: format!("declare it under `[attributes]`, or write one of {}", quoted(known)),
        }
        /// A name that cannot be that of a group of peers.
        CohortName { cohort: String } = ManifestValue {
            message: format!("`{cohort}` cannot be the name of a group of peers"),
            help: "use letters, digits and `_`, and not the name of a property or attribute",
        }
        /// Peers are grouped by something that lines do not have.
        CohortProperty { property: String, known: Vec<String> } = ManifestValue {
            message: format!("lines have no `{property}` by which peers could be grouped"),
            help: format!("declare it under `[attributes]`, or write one of {}", quoted(known)),
        }
        /// A group of peers without any property.
        EmptyCohort { cohort: String } = ManifestValue {
            message: format!("`{cohort}` names no property that its lines have in common"),
            help: "write a list such as `[\"tier\", \"territory\"]`; `peers(\"channel\")` are all lines",
        }
        /// The ramp has only zeros.
        EmptyRamp {} = ManifestValue {
            message: "the ramp has no share above zero",
            help: "write one share for each reporting period, such as `[1, 2, 3, 4]`",
        }
        /// The table of tiers per product line is not declared as such.
        TierTable { table: String } = ManifestValue {
            message: format!("`{table}` is not a declared table with the texts `product_line` and `tier`"),
            help: format!("add `[tables.{table}]` with `product_line = \"text\"` and `tier = \"text\"`"),
        }
        /// A table of tiers per product line, but tiers per partner.
        TierTableUnused {} = ManifestValue {
            message: "this program has one tier per partner",
            help: "add `tier_per = \"product_line\"`, or remove the key",
        }
        /// A name that scripts cannot read as a table.
        TableName { table: String } = ManifestValue {
            message: format!("`{table}` cannot be the name of a table"),
            help: "scripts read it as `partner.name`: use letters, digits and `_`, and not a fact of the engine",
        }
        /// A name that scripts cannot read as a column.
        ColumnName { column: String } = ManifestValue {
            message: format!("`{column}` cannot be the name of a column"),
            help: "scripts read it as `record.name`: use letters, digits and `_`",
        }
        /// A table without columns.
        NoColumns { table: String } = ManifestValue {
            message: format!("the table `{table}` declares no column"),
            help: "write one line per column, such as `level = \"text\"`",
        }
    }
}

crate::faults! {
    /// Faults of cases.
    pub enum CaseFault {
        /// Two cases of a file have the same name.
        Duplicate { case: String } = CaseInvalid {
            message: format!("two cases are named `{case}`"),
            help: "give each case its own sentence",
        }
        /// The case expects nothing.
        NoExpectation {} = CaseInvalid {
            message: "this case expects nothing",
            help: "add what the rule must return, such as `expect.indicates = 1000`",
        }
        /// The period is not one of the vendor's calendar.
        Period { reason: String } = CaseInvalid {
            message: reason.clone(),
            help: "write a period of the vendor's calendar",
        }
        /// A tier is misspelt.
        UnknownTier { tier: String, near: String } = CaseInvalid {
            message: format!("`{tier}` is not a tier of the manifest"),
            help: format!("did you mean `{near}`?"),
        }
        /// No rule has this name.
        UnknownRule { rule: String, near: Option<String>, known: Vec<String> } = CaseInvalid {
            message: format!("unknown rule `{rule}`"),
            help: match near {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("known: {}", quoted(known)),
            },
        }
    }
}
