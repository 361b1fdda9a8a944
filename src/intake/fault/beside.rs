//! Faults of files beside the book: targets, locks, a previous proposal.

crate::faults! {
    /// Faults of files beside the book.
    pub enum BesideFault {
        /// A part of the channel has several targets.
        DuplicateTarget {} = BookTargets {
            message: "duplicate target for the same part of the channel",
            help: "keep one of the rows",
        }
        /// A targets file has no target.
        NoTarget {} = BookTargets {
            message: "the file has no target",
            help: "write one row per target, or leave `--targets` out",
        }
        /// A locks file is a proposal in which no quota is marked as agreed.
        NothingAgreed {} = BookMissingColumn {
            message: "the file is a proposal without the column `override_quota`, so no line of it is agreed",
            help: "return the workbook with its original column names, or write a table of locks: `partner_id`, `quota`, `reason`",
        }
        /// The numbers of a file beside the book are written with signs that its amounts show.
        FoundNotation { decimal: String, example: String } = BookAmount {
            message: format!("amounts such as `{example}` are read with the decimal sign `{decimal}`"),
            help: "check the sums, or write the amounts as `1234.50`",
            severity: Warning,
        }
        /// No amount of a file beside the book shows what its sign means; an error for a point, which would be read as a
        /// decimal sign.
        OpenNotation { example: String } = BookAmount {
            message: format!("`{example}` can be a thousand or a fraction, and no other amount of the file decides it"),
            help: "write one of the amounts with its decimals, such as `1,234.00` or `1.234,00`, or all of them as `1234.50`",
            severity: Warning,
        }
        /// A line has several locks with different quotas.
        DuplicateLock { partner: String, quotas: Vec<String> } = BookLock {
            message: format!("a line of `{partner}` is locked at different quotas: `{}`", quotas.join("` and `")),
            help: "keep one of the rows",
            varying: [partner, quotas],
        }
        /// A number in the column of reasons, and no override.
        MisplacedQuota { column: String, value: String, override_column: String } = BookLock {
            message: format!("`{column}` contains the number `{value}`, and `{override_column}` is empty"),
            help: format!("move an agreed quota to `{override_column}`, and write the reason in words"),
            varying: [value],
        }
        /// Words in the column of overrides.
        MisplacedReason { column: String, value: String, reason_column: String } = BookLock {
            message: format!("`{column}` contains the text `{value}` instead of a quota"),
            help: format!("write the agreed quota in digits, and move the text to `{reason_column}`"),
            varying: [value],
        }
        /// A percentage in the column of overrides.
        PercentQuota { column: String, value: String } = BookLock {
            message: format!("`{column}` contains a percentage instead of a quota: `{value}` as a number"),
            help: "write the agreed quota as an amount",
            varying: [value],
        }
        /// A reason without an override.
        ReasonWithoutQuota { column: String, override_column: String } = BookLock {
            message: format!("`{column}` is filled in, and `{override_column}` is empty: the proposed quota stays"),
            help: format!("write the agreed quota into `{override_column}`, or clear the reason"),
            severity: Warning,
        }
        /// An override far from the proposal.
        ImplausibleOverride { column: String, value: String, proposed: String } = BookLock {
            message: format!("`{column}` is `{value}`, and the proposed quota is `{proposed}`"),
            help: "check the unit: overrides are amounts in full, not thousands or percentages",
            severity: Warning,
            varying: [value, proposed],
        }
        /// A computed cell of a returned proposal was changed.
        EditedCell { column: String, value: String, proposed: String, override_column: String, is_quota: bool } = BookLock {
            message: match (value.is_empty(), proposed.is_empty()) {
                (true, _) => format!("`{column}` was cleared; it was `{proposed}`"),
                (false, true) => format!("`{column}` was changed to `{value}`"),
                (false, false) => format!("`{column}` was changed from `{proposed}` to `{value}`"),
            },
            help: match is_quota {
                true => format!("write an agreed quota into `{override_column}`, and restore the cell"),
                false => "restore the cell: its column is computed, and a change has no effect".to_owned(),
            },
            varying: [value, proposed],
        }
        /// The quota of a reporting period was changed without an override.
        PeriodWithoutQuota { column: String, override_column: String } = BookLock {
            message: format!("`{column}` was changed, and the quota was not: nothing is locked by it"),
            help: format!("write the quota that the reporting periods sum to into `{override_column}`"),
        }
        /// Quotas of reporting periods that do not sum to the quota of the line.
        PeriodSum { sum: String, quota: String } = BookLock {
            message: format!("the quotas of the reporting periods sum to `{sum}`, and the quota of the line is `{quota}`"),
            help: "correct the reporting periods so that they sum to the quota or to its override",
            varying: [sum, quota],
        }
        /// A line occurs several times in a previous proposal.
        DuplicateLine { partner: String } = BookDuplicate {
            message: format!("duplicate line of `{partner}`"),
            help: "name the proposal as it was written",
            varying: [partner],
        }
        /// A file beside the book is in another currency than the book.
        OtherCurrency { currency: String, book_currency: String } = BookMixedCurrency {
            message: format!("the amounts are in `{currency}`, but the book is in `{book_currency}`"),
            help: "use the file that belongs to this book",
        }
    }
}
