//! The one list of all finding codes, with the long text that `quotient explain-code` prints.

use super::area::Area;
use super::codes::codes;
use std::fmt;

codes! {
    /// A file or directory that the command needs could not be read or written.
    ///
    /// The message carries the operating system's words. Check the path and the permissions.
    FileUnreadable = Files, "file::unreadable";
    /// A file is larger, or has more rows, than the limits allow.
    FileTooLarge = Files, "file::too_large";
    /// The output could not be written. Nothing half-written is left: output goes to a temporary file first.
    FileUnwritable = Files, "file::unwritable";
    /// An export profile is not valid, or the proposal does not have what its columns need.
    ///
    /// A column names a value of the proposal or has a fixed text; see `docs/exports.md`.
    FileProfile = Files, "file::profile";

    /// The text is in no encoding that the reader knows (UTF-8, UTF-16 with a byte order mark, or Windows-1252).
    BookEncoding = Book, "book::encoding";
    /// A table is not shaped as expected: no header, a row with more or fewer fields than the header, or an unreadable workbook.
    BookShape = Book, "book::shape";
    /// A table that the book must have (partners, revenue) is missing.
    BookMissingTable = Book, "book::missing_table";
    /// A file or sheet is not a table of the book.
    BookUnknownTable = Book, "book::unknown_table";
    /// A column that the table must have is missing, after the mapping file was applied.
    BookMissingColumn = Book, "book::missing_column";
    /// A table with fixed columns has an unknown column. It may be misspelt.
    BookUnknownColumn = Book, "book::unknown_column";
    /// Two columns of a table mean the same thing, or have the same name.
    BookDuplicateColumn = Book, "book::duplicate_column";
    /// A value that must be there is empty.
    BookMissingValue = Book, "book::missing_value";
    /// A value is not an exact decimal amount, or has more decimals than the currency or the engine can hold.
    ///
    /// Amounts are read exactly: `1234.50`. A text with two meanings, such as `1,234`, is an error until the mapping file states
    /// the notation (`decimal`, `thousands`).
    BookAmount = Book, "book::amount";
    /// A value is not a rate: a fraction such as `0.12`, or `12 %`. Percent scales must be declared in the mapping file.
    BookRate = Book, "book::rate";
    /// A value is not a whole number.
    BookCount = Book, "book::count";
    /// A value is not a date (`2026-01-31`), month (`2026-01`) or quarter.
    BookDate = Book, "book::date";
    /// A value is none of the words the column allows.
    BookWord = Book, "book::word";
    /// An identifier is empty, too long, or damaged, has control or invisible characters, or is a word for nothing.
    BookIdentifier = Book, "book::identifier";
    /// Duplicate identifier, or duplicate row.
    BookDuplicate = Book, "book::duplicate";
    /// Two identifiers look alike although they differ (upper and lower case, Latin and Cyrillic letters, spaces).
    BookConfusable = Book, "book::confusable";
    /// A row names a partner, territory or product line that the book does not have.
    BookUnknownReference = Book, "book::unknown_reference";
    /// The book has amounts in more than one currency. A plan is made in exactly one.
    BookMixedCurrency = Book, "book::mixed_currency";
    /// A row looks like the footer of an export and was left out.
    BookFooter = Book, "book::footer";
    /// The months of the revenue are probably incomplete or mistyped: a month in the future, or a gap beside the first or last month.
    ///
    /// The as-of date and the planning period follow from the last month with revenue, so one mistyped year moves them.
    BookMonths = Book, "book::months";
    /// The book has no partner, or none that the vendor's eligibility admits.
    BookEmpty = Book, "book::empty";
    /// The mapping file is not valid: unknown table or column, or two sources for one column.
    BookMapping = Book, "book::mapping";
    /// The targets file or `--target` is not valid, or the levels do not agree.
    BookTargets = Book, "book::targets";
    /// A lock is not valid: unknown line, negative amount, or two locks for one line.
    BookLock = Book, "book::lock";
    /// The returned workbook or the previous proposal was made from other rules or another book.
    BookStale = Book, "book::stale";

    /// The body of a request is not a JSON document: not UTF-8, not JSON, a duplicate key, or nested too deeply.
    RequestSyntax = Book, "request::syntax";
    /// A member of a request means nothing there. It may be misspelt.
    RequestUnknownMember = Book, "request::unknown_member";
    /// A member of a request is missing, of the wrong kind, or out of range.
    RequestMember = Book, "request::member";
    /// A request names a stored book that the service does not have, or no longer has.
    ///
    /// Send the book once more, or the whole book instead of its id.
    RequestUnknownBook = Book, "request::unknown_book";
    /// The body of a request is larger than the service takes.
    RequestTooLarge = Book, "request::too_large";
    /// The vendor cannot provide the response, or not in this format.
    RequestNotPossible = Book, "request::not_possible";

    /// A document of a book in partitions is not what the step reads.
    PartitionDocument = Book, "partition::document";
    /// Documents of different revisions, dates or surveys are put together. All steps need the same rules and merged survey.
    PartitionMixed = Book, "partition::mixed";
    /// A partition is missing, was counted twice, or has changed between two steps.
    PartitionIncomplete = Book, "partition::incomplete";
    /// A partner is in several partitions, or twice in one.
    PartitionDoubled = Book, "partition::doubled";
    /// The rules of the vendor need all lines at once, so that its book cannot be assessed in partitions.
    PartitionUnsupported = Book, "partition::unsupported";

    /// The archive of past revisions has an entry that cannot be trusted: its content does not have the digest it is filed under.
    ///
    /// The entry is not used. Remove it; the next revision that loads is archived again.
    ArchiveDamaged = Files, "archive::damaged";
    /// The file system reports no changes, so that they are seen by looking at intervals only.
    WatchBlind = Files, "watch::blind";

    /// The tokens file of the server is not valid.
    ///
    /// A token is a table `[[token]]` with `name`, `token` (or `digest`, its BLAKE3 digest), `scopes` and, where it is for
    /// some vendors only, `vendors`. While the file is not valid, the tokens read last stay in force.
    TokensFile = Files, "tokens::invalid";
    /// The server cannot be started as asked: an address, a certificate, or an option that needs another.
    ServerOptions = Files, "server::options";
    /// A replica of the server decides with another revision than the one that was asked.
    ///
    /// New content or a pin is on its way to it: wait, or read `GET /v1/status`.
    ServerReplicas = Files, "server::replicas";
    /// A pointer to a value that the decision log must not show is not a JSON pointer, or there are too many of them.
    ///
    /// Nothing is logged under a masking that cannot be understood.
    AuditPointer = Files, "audit::pointer";
    /// The decision log cannot be sent to the collector that is named.
    AuditCollector = Files, "audit::collector";
    /// A decision could not be recorded and is withheld: the decision log is strict.
    AuditUnrecorded = Files, "audit::unrecorded";
    /// The key that signs heads of the decision log, or that verifies them, cannot be used.
    ///
    /// A key is Ed25519 in PEM. `openssl genpkey -algorithm ed25519 -out log.key` generates one, and
    /// `openssl pkey -in log.key -pubout -out log.pub` writes its public key.
    AuditKey = Files, "audit::key";
    /// The decision log is not what was written: entries were changed, removed, duplicated, moved or added.
    ///
    /// Every entry has a number and the hash of the entry before it, so that each of these shows at its line. A copy of
    /// the log from elsewhere (a backup, a collector) shows what it contained.
    AuditChain = Files, "audit::chain";

    /// The file is not a ledger, is damaged, or cannot be used where it is.
    ///
    /// A ledger is one file on a local disk. While it is in use, its write-ahead log (`-wal`) is a part of it, so that a copy
    /// is made with `quotient ledger backup`. Or it is in a PostgreSQL database, `postgres://USER@HOST:PORT/DATABASE`, with a
    /// program that was built with the feature `postgres`; the database makes the backups then.
    LedgerFile = Files, "ledger::file";
    /// The plan has changed since it was read, so that the decision must be made again.
    LedgerConflict = Plan, "ledger::conflict";
    /// An idempotency key was used for another command.
    LedgerKey = Plan, "ledger::key";
    /// An event, a snapshot or a personal value cannot be recorded.
    LedgerEvent = Plan, "ledger::event";
    /// The ledger is not what was appended: events, snapshots or values were changed, removed, duplicated or moved.
    ///
    /// Every event has a number and the hash of the event before it. A backup shows what the ledger contained, and so does
    /// an anchor, the number and hash of an event that was copied elsewhere.
    LedgerChain = Files, "ledger::chain";

    /// No vendor has this name.
    VendorUnknown = Rules, "vendor::unknown";
    /// The vendor's directory has no manifest, or lacks an entry point that the manifest needs.
    VendorIncomplete = Rules, "vendor::incomplete";
    /// A file of the vendor cannot be used: not UTF-8, too large, a link out of the directory, or a special file.
    VendorFile = Rules, "vendor::file";
    /// A file of the vendor looks like one that was being written: it is empty, or has NUL characters.
    ///
    /// Half a script often compiles, so that such a file is refused before anything is compiled.
    VendorTorn = Rules, "vendor::torn";
    /// The vendor's directory is missing, while its rules are still in use (pinned, or the parent directory could not be read).
    VendorGone = Rules, "vendor::gone";
    /// No revision of that digest is known for this vendor.
    RevisionUnknown = Rules, "revision::unknown";
    /// More past revisions are asked for than are made ready at a time.
    RevisionBusy = Rules, "revision::busy";
    /// The process or thread that looked at a candidate died. The candidate is not used.
    CandidateDied = Rules, "candidate::died";
    /// Looking at a candidate took longer than allowed. The candidate is not used; it is tried again after a while.
    CandidateSlow = Rules, "candidate::slow";
    /// The file is not a bundle (`quotient bundle create` writes one), or its content was changed.
    BundleContent = Rules, "bundle::content";
    /// The bundle is not signed as the file of keys demands. A vendor in use keeps its revision.
    BundleSignature = Rules, "bundle::signature";
    /// The bundle is older than one that was accepted, or has its number and another content.
    BundleOrder = Rules, "bundle::order";
    /// The file of keys cannot be used, or bundles of another machine would be used without keys.
    BundleKeys = Files, "bundle::keys";
    /// Bundles cannot be fetched from their address. Rules in use stay in use.
    BundleAddress = Files, "bundle::address";
    /// The manifest is not valid TOML.
    ManifestSyntax = Rules, "manifest::syntax";
    /// The manifest has a key that means nothing.
    ManifestUnknownKey = Rules, "manifest::unknown_key";
    /// The manifest lacks a key that it must have.
    ManifestMissingKey = Rules, "manifest::missing_key";
    /// A value of the manifest is of the wrong kind or out of range.
    ManifestValue = Rules, "manifest::value";
    /// The weights do not sum to exactly 1, or name a factor that has no rule.
    ManifestWeights = Rules, "manifest::weights";
    /// A table beside the rules is not valid.
    TableInvalid = Rules, "table::invalid";
    /// A decision table is not shaped as expected: quotes, number of cells, a duplicate row, or no rules.
    ///
    /// The first row has the hit policy and the names of the columns; every row has as many cells as the first.
    TableShape = Rules, "table::shape";
    /// A decision table names no hit policy, or one that does not fit its outputs.
    ///
    /// PRIORITY and OUTPUT ORDER need an output whose values are listed in the `allowed` row, highest priority first.
    /// COLLECT with an operator needs exactly one output.
    TableHitPolicy = Rules, "table::hit_policy";
    /// A column of a decision table has no name, or the name of another, or inputs or outputs are missing altogether.
    TableColumn = Rules, "table::column";
    /// The kind of a column of a decision table is not one of number, whole, text, truth, date, or its cells disagree.
    TableType = Rules, "table::type";
    /// A cell of a decision table is not a condition, not a value of its column's kind, or not an allowed value.
    ///
    /// Numbers are written exactly: `0.1`, never `10%` or `1,000`. Dates are written as `2026-01-31`.
    TableCell = Rules, "table::cell";
    /// An interval of a decision table runs backwards, or is empty.
    TableInterval = Rules, "table::interval";
    /// No row of the decision table applies to some inputs, and the table has no `default` row.
    ///
    /// The message names the exact interval or combination. Add a row for it, or a `default` row.
    TableGap = Rules, "table::gap";
    /// Two rows of a decision table apply to the same inputs, which the hit policy does not allow.
    ///
    /// UNIQUE allows no overlap at all; ANY allows it when the outputs are equal; PRIORITY when the priorities distinguish
    /// the rows apart. Deciding such inputs fails.
    TableOverlap = Rules, "table::overlap";
    /// A row of a decision table can never win: rows above it (FIRST) or of higher priority (PRIORITY) cover it.
    TableMasked = Rules, "table::masked";
    /// A row of a decision table says nothing that another does not say, or says it twice.
    TableRedundant = Rules, "table::redundant";
    /// A row of a decision table never applies: its condition excludes every allowed value.
    TableNever = Rules, "table::never";
    /// A column of a decision table has no effect: every row leaves it open.
    TableUnused = Rules, "table::unused";
    /// The decision table has more combinations than were examined. What was found holds; there may be more.
    TableUnexamined = Rules, "table::unexamined";

    /// The script is not valid Rhai.
    ScriptSyntax = Rules, "script::syntax";
    /// The script uses a language feature that rules may not use.
    ScriptForbidden = Rules, "script::forbidden";
    /// The script defines no entry point, or one with the wrong parameters.
    ScriptEntryPoint = Rules, "script::entry_point";
    /// A name is not defined.
    ScriptUnknownName = Rules, "script::unknown_name";
    /// A function does not exist, or not with that many arguments.
    ScriptUnknownFunction = Rules, "script::unknown_function";
    /// A fact does not exist.
    ScriptUnknownFact = Rules, "script::unknown_fact";
    /// A script function has the name of one that the engine provides.
    ScriptShadows = Rules, "script::shadows";
    /// The text has characters that change how it reads (bidirectional overrides, invisible characters).
    ScriptInvisible = Rules, "script::invisible";
    /// An import names no module of this vendor, or modules import each other.
    ScriptImport = Rules, "script::import";
    /// The script is larger, or more deeply nested, than the limits allow.
    ScriptLimits = Rules, "script::limits";
    /// Something is never used: a variable, a parameter, a constant, an import, or a table beside the script.
    ///
    /// It is a leftover, or the sign that another name was meant. A name that begins with `_` is not reported.
    ScriptUnused = Rules, "script::unused";
    /// A condition is always true or never true, by itself or after the conditions before it.
    ///
    /// Of several ranges, test for the narrowest first.
    ScriptCondition = Rules, "script::condition";
    /// The value of a statement is not used, although the statement does nothing else.
    ///
    /// Without `return`, an answer such as `abstain(…)` inside an `if` is dropped and the rule goes on.
    ScriptDropped = Rules, "script::dropped";
    /// Something is legal but probably not meant (unused function, a variable that hides another).
    ///
    /// Where it is meant, say why: a comment `// allow script::style: reason` on the line, or on the line above.
    ScriptStyle = Rules, "script::style";
    /// The script failed while it ran: the message says what and with which values.
    ScriptRuntime = Rules, "script::runtime";
    /// The engine itself failed on the script, which is an internal error. The failure is contained: the script has no result.
    ScriptEngine = Rules, "script::engine";
    /// The script used a fact that is not known for this partner as if it were known.
    ScriptNotKnown = Rules, "script::not_known";
    /// The script compared or combined values of different kinds.
    ScriptKinds = Rules, "script::kinds";
    /// The script adds, compares or passes on numbers whose units do not fit: money, rates, counts, months, days.
    ///
    /// Every fact has a unit (`quotient api` lists it), and so have the results of functions. An amount × a rate is an amount, an
    /// amount ÷ an amount is a rate; an amount + a rate is nothing. Rates are fractions: 12 % is `0.12`. Where the number is
    /// right as it is, say why: a comment `// allow script::units: reason` on the line, or on the line above.
    ScriptUnits = Rules, "script::units";
    /// The script ran out of its budget of operations, time or memory.
    ScriptBudget = Rules, "script::budget";
    /// The entry point returned something else than its contract asks for.
    ScriptOutcome = Rules, "script::outcome";
    /// Typed code and the interpreter gave different answers for one call of a rule (`--shadow` compares them).
    ///
    /// The interpreter's answer was used, and it runs the rule from then on. The rule is not at fault; please report it.
    ScriptTyped = Rules, "script::typed";

    /// A cases file is not valid.
    CaseInvalid = Rules, "case::invalid";
    /// A case did not come out as its author expects.
    CaseFailed = Rules, "case::failed";
    /// The vendor has no cases, or none of the name that is asked for.
    CaseMissing = Rules, "case::missing";

    /// The book's revenue does not reach as far as the plan looks: it begins too late, or ends before the as-of date.
    ///
    /// Months after the book's last one count as months without revenue. Look from the end of the last month that is complete.
    PlanHistory = Plan, "plan::history";
    /// The target cannot be met within the guardrails and locks.
    PlanInfeasible = Plan, "plan::infeasible";
    /// A guardrail would be broken and the manifest says `on_violation = "reject"`.
    PlanRejected = Plan, "plan::rejected";
    /// A guardrail is broken or gave way to a stronger one, and the manifest says to go on.
    PlanGuardrail = Plan, "plan::guardrail";
    /// A partner joins or leaves inside the period, or is not in the program during it.
    ///
    /// `since` and `until` of the partners table say when. A quota is prorated by calendar days, and so are floors, ceilings and
    /// reporting periods; a locked quota is kept as agreed.
    PlanProration = Plan, "plan::proration";
    /// The plan has something that a planner would question: a growth, a decline, a quota of a line that never sold, a rounding
    /// unit above the quotas that it rounds, or most of the money in one reporting period.
    ///
    /// The limits are in `[plausibility]` of the manifest. `reject` there names the checks that refuse the plan, `ignore` those
    /// that are not made.
    PlanPlausibility = Plan, "plan::plausibility";
    /// Judged by past periods, the quotas are too high or too low, or the growth asked of a line depends on its size.
    /// `[health]` of the manifest has the limits.
    PlanHealth = Plan, "plan::health";
    /// A line got no assessment: every factor abstained.
    PlanNoAssessment = Plan, "plan::no_assessment";
    /// A backtest says less than it seems to, or cannot be broken down as asked.
    ///
    /// Rules whose constants were chosen on a period look better on it than they will be. `[parameters]` of the manifest says
    /// up to which date that was, and lets rules learn the numbers from the channel instead.
    PlanBacktest = Plan, "plan::backtest";
    /// The period label is not one of the vendor's calendar.
    PlanPeriod = Plan, "plan::period";

    /// The plan or the line is in a state in which the command is not possible.
    ///
    /// The message names the steps that are possible. `docs/planning-round.md` shows a whole round.
    LedgerState = Plan, "ledger::state";
    /// The ledger has no such plan, or the plan has no such line.
    LedgerUnknown = Plan, "ledger::unknown";
    /// A figure changes without a reason.
    ///
    /// Every change of a figure has a person, a time and a reason, so that it can be explained years later.
    LedgerReason = Plan, "ledger::reason";
    /// A figure, a name or a date of a command cannot be used.
    LedgerFigure = Plan, "ledger::figure";
    /// A person may not do this to their own figure: what a person set or agreed is approved by another one.
    LedgerDuties = Plan, "ledger::duties";
    /// A person has no grant for a command.
    ///
    /// `quotient ledger persons` lists the grants; `quotient ledger grant` gives one.
    LedgerGrant = Plan, "ledger::grant";
    /// An approval is missing that the rule of approvals asks for.
    LedgerApproval = Plan, "ledger::approval";
    /// A workbook, a book or rules are not those that the plan has now.
    ///
    /// A figure that was entered against an older state is never taken over a newer one: distribute the plan again.
    LedgerStale = Book, "ledger::stale";

    /// Amounts of a partner, or their sum, are too large to be exact, so that the partner cannot be reviewed.
    ///
    /// The review goes on with the other partners and says so.
    ReviewRange = Plan, "review::out_of_range";
    /// The book's latest revenue is of a month before the as-of day's: the book may be an old export.
    ReviewOldBook = Plan, "review::old_book";
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
