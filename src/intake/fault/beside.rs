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
        /// A line has several locks.
        DuplicateLock { partner: String } = BookLock {
            message: format!("duplicate lock for a line of `{partner}`"),
            help: "keep one of the rows",
            varying: [partner],
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
