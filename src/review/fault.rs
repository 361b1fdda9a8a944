//! Faults of a review and of its request, as data with their wording.

use crate::finding::counted;
use chrono::NaiveDate;

crate::faults! {
    /// Faults of a review.
    pub enum ReviewFault {
        /// The book is in another currency than the vendor reviews in.
        Currency { book: String, vendor: String, expected: String } = BookMixedCurrency {
            message: format!("the book is in {book}, and {vendor} reviews in {expected}"),
            help: format!("convert the amounts to {expected}, or name the book's currency in a mapping file"),
        }
        /// The book has no partner.
        NoPartner {} = BookEmpty {
            message: "the book contains no partner",
            help: "fill the partners table",
        }
        /// The period is not one of the vendor's calendar.
        UnknownPeriod { reason: String } = PlanPeriod {
            message: reason.clone(),
            help: "name a period of the vendor's calendar",
        }
        /// The period begins after the as-of date.
        NotBegun { period: String, as_of: String } = PlanPeriod {
            message: format!("`{period}` begins after the as-of date {as_of}: nothing is closed yet"),
            help: "use a later as-of date, or name another period",
            severity: Warning,
        }
        /// The quotas are for a period that the vendor's calendar does not have.
        QuotaPeriod { period: String } = PlanPeriod {
            message: format!("the quotas are for `{period}`, which is not a period of the vendor's calendar"),
            help: "name a proposal of this vendor",
        }
        /// The quotas name partners that the book does not have.
        UnknownPartners { partners: usize, first: String } = BookUnknownReference {
            message: match partners {
                1 => format!("the quotas name partner `{first}`, which the book does not have"),
                more => format!("the quotas name {}, the first is `{first}`", counted(*more, "partner") + " that the book does not have"),
            },
            help: "add them to the book; their quotas do not count until then",
            severity: Warning,
        }
        /// Partners whose first dated row counts after the as-of date.
        BeginsLater { partners: usize, first: String, as_of: String } = BookUnknownReference {
            message: match partners {
                1 => format!("partner `{first}` is left out: its first row counts after {as_of}"),
                more => format!("{} are left out, the first is `{first}`: their first rows count after {as_of}", counted(*more, "partner")),
            },
            help: "leave `valid_from` of the first row empty for a partner that was one from the beginning",
            severity: Warning,
        }
        /// The quotas are for another period than the one reviewed.
        OtherPeriod { quotas: String, period: String } = PlanPeriod {
            message: format!("the quotas are for `{quotas}` and not for `{period}`"),
            help: format!("review `{quotas}` with `--period {quotas}`"),
            severity: Warning,
        }
        /// A line has different quotas in two files, or twice in one.
        QuotaConflict { partner: String, quotas: Vec<String> } = BookDuplicate {
            message: format!("a line of `{partner}` has different quotas: `{}`", quotas.join("` and `")),
            help: "pass one file for each line",
            varying: [partner, quotas],
        }
        /// Files of quotas are for different periods.
        QuotaPeriods { first: String, second: String } = PlanPeriod {
            message: format!("the quotas are for `{first}` in one file and for `{second}` in another"),
            help: "pass quotas of one period",
        }
        /// Agreed quotas of a workbook whose reporting periods still sum to the proposed ones.
        SpreadQuotas { lines: usize } = BookLock {
            message: format!("the agreed quotas of {} were spread over the reporting periods in the proportions of the proposal", counted(*lines, "line")),
            help: "to set the periods yourself, change their columns in the workbook so that they sum to the agreed quota",
            severity: Warning,
        }
        /// Amounts of the channel are beyond what the engine takes.
        ChannelOutOfRange { reason: String } = ReviewRange {
            message: format!("the channel as a whole: {reason}"),
            help: "look for amounts that are too large, or for a date before the calendar",
        }
        /// Amounts of a partner are beyond what the engine takes.
        PartnerOutOfRange { partner: String } = ReviewRange {
            message: format!("the amounts of `{partner}` are out of range"),
            help: "look for amounts that are too large",
        }
        /// The policies were not tried for a partner because they use up their budget.
        NotTried { exhausted: usize } = ScriptBudget {
            message: format!("not tried: the policies used up their budget for {} before", counted(*exhausted, "partner")),
            help: "make the policies do less for each partner",
        }
        /// The book's revenue ends before the as-of date.
        OldBook { latest: String, as_of: String } = ReviewOldBook {
            message: format!("the book's latest revenue is of {latest}; later months up to {as_of} count as none"),
            help: "export the book again, or use an earlier as-of date",
            severity: Warning,
        }
        /// Quotas of the book end because their partners leave.
        Leavers { partners: usize, period: String, named: String } = PlanProration {
            message: match partners {
                1 => format!("the quota of one partner that leaves before the end of `{period}` is prorated: {named}"),
                more => format!("the quotas of {more} partners that leave before the end of `{period}` are prorated: {named}"),
            },
            help: "write `effective_to` in the quotas table where a quota is meant for another time",
            severity: Warning,
        }
        /// Only a part of a month is known, and it counts as a whole one.
        PartOfMonth { month: String, date: NaiveDate, as_of: NaiveDate } = ReviewOldBook {
            message: format!("the revenue of {month} is dated up to {date}, and the as-of date {as_of} counts it as a whole month"),
            help: "export the book again, or use the end of the month before as the as-of date",
            severity: Warning,
        }
        /// The quotas come from a proposal of another vendor.
        OtherVendor { file: String, vendor: String } = BookStale {
            message: format!("`{file}` is a proposal of vendor `{vendor}`"),
            help: "name a proposal of this vendor",
        }
    }
}
