//! Faults of export profiles and of the values they ask for.

use crate::finding::quoted;

crate::faults! {
    /// Faults of an export.
    pub enum ExportFault {
        /// The profile is neither a shipped one nor a file that can be read.
        UnknownProfile { profile: String, shipped: Vec<String>, reason: String } = FileUnreadable {
            message: format!("the export profile `{profile}` cannot be read: {reason}"),
            help: format!("name a file, or one of the shipped profiles: {}", quoted(shipped)),
        }
        /// No column of the profile has the quota.
        NoQuota {} = FileProfile {
            message: "no column contains the quota",
            help: "add a column such as `Value = \"quota\"` to `[columns]`",
        }
        /// A key names a column that the profile does not have.
        UnknownHeading { heading: String, headings: Vec<String> } = FileProfile {
            message: format!("the profile has no column `{heading}`"),
            help: format!("its columns are {}", quoted(headings)),
        }
        /// Text is set for a column that has a value of the proposal.
        NotText { heading: String } = FileProfile {
            message: format!("the column `{heading}` does not have a fixed text"),
            help: "set only columns that the profile writes as `{ text = \"…\" }`",
        }
        /// A setting of the command line without a heading.
        Setting { setting: String } = FileProfile {
            message: format!("`{setting}` does not set a column"),
            help: "write `--set HEADING=TEXT`",
        }
        /// Lines have no value for a column that must have one.
        EmptyValue { heading: String, lines: usize, example: String } = FileProfile {
            message: match lines {
                0 => format!("the column `{heading}` has no text"),
                1 => format!("the column `{heading}` is empty for {example}"),
                more => format!("the column `{heading}` is empty for {more} lines, for example {example}"),
            },
            help: match lines {
                0 => format!("set it with `--set {heading}=TEXT`"),
                _ => format!("fill it in the book, or remove `{heading}` from `required`"),
            },
        }
        /// Values of the proposal that the profile does not translate.
        Untranslated { heading: String, values: Vec<String>, more: usize } = FileProfile {
            message: match more {
                0 => format!("`[values.{heading}]` does not translate {}", quoted(values)),
                more => format!("`[values.{heading}]` does not translate {} and {more} more values", quoted(values)),
            },
            help: format!("add a line for each value to `[values.{heading}]`"),
        }
        /// The plan has no reporting period of that length.
        Amount { reason: String } = FileProfile {
            message: format!("the quotas of a row cannot be added up: {reason}"),
            help: "add a column that distinguishes the lines",
        }
    }
}
