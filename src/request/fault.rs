//! Faults of requests, as data.

use crate::finding::counted;

crate::faults! {
    /// Faults of the body of a request, and of a request that its vendor cannot answer.
    pub enum RequestFault {
        /// The body exceeds the limit.
        TooLarge { bytes: usize, limit: usize } = RequestTooLarge {
            message: format!("the body has {bytes} bytes, more than {limit}"),
            help: "store the book with the service and send its id, or split the request",
        }
        /// The response exceeds the limit.
        ResponseTooLarge { limit: usize } = RequestNotPossible {
            message: format!("the response would take more than {limit} bytes"),
            help: "request it for fewer partners, or as CSV",
        }
        /// The body is not UTF-8, not JSON, or has duplicate keys or too many levels.
        Syntax { reason: String, advice: String } = RequestSyntax {
            message: reason.clone(),
            help: advice.clone(),
        }
        /// A member of a small document is missing, unknown, or of another type.
        NotThisDocument { reason: String } = RequestMember {
            message: reason.clone(),
            help: "send the document that `/openapi.json` describes for this operation",
        }
        /// A value is not a JSON object.
        NotAnObject { subject: String } = RequestMember {
            message: format!("{subject} is not an object"),
            help: "write an object: `{…}`",
        }
        /// A member is not a list.
        NotAList { member: String } = RequestMember {
            message: format!("`{member}` is not a list"),
            help: "write a list of objects: `[{…}, {…}]`",
        }
        /// A member is not a string.
        NotAString { member: String } = RequestMember {
            message: format!("`{member}` is not a string"),
            help: "write it in quotes",
        }
        /// A string has an invisible character.
        InvisibleCharacter { member: String } = RequestMember {
            message: format!("`{member}` has an invisible character"),
            help: "remove the character",
        }
        /// A string is empty.
        EmptyMember { member: String } = RequestMember {
            message: format!("`{member}` is empty"),
            help: "omit the member, or fill it",
        }
        /// A string exceeds the length of a name.
        TooLong { member: String, limit: usize } = RequestMember {
            message: format!("`{member}` has more than {limit} characters"),
            help: "write the name itself",
        }
        /// A member is not a date.
        NotADate { member: String } = RequestMember {
            message: format!("`{member}` is not a date"),
            help: "write it as `2026-01-31`",
        }
        /// A member is not an amount of zero or more.
        NotAnAmount { member: String, reason: String } = RequestMember {
            message: format!("`{member}` {reason}"),
            help: "write digits with at most one point, such as `\"60000000.00\"`",
        }
        /// The request has no book.
        NoBook {} = RequestMember {
            message: "the request has no book",
            help: "add `book`: an object with a list per table, or `{\"base\": \"…\"}` with the id of a stored book",
        }
        /// A change of a stored book does not name the book.
        NoBase {} = RequestMember {
            message: "the book of the kind `change` has no `base`",
            help: "add `base` with the id of the stored book",
        }
        /// A string is not one of the words that the member takes.
        NotOneOf { member: String, known: Vec<String> } = RequestMember {
            message: format!("`{member}` is not one of its words"),
            help: format!("write `{}`", known.join("` or `")),
        }
        /// A table of the book is not declared by the vendor, so nothing reads it.
        UnreadTable { table: String, near: Option<String> } = BookUnknownTable {
            message: format!("nothing reads the table `{table}`: the vendor does not declare it"),
            help: near.as_ref().map_or_else(
                || "declare it under `[tables]` in the vendor's manifest, or leave it out".to_owned(),
                |near| format!("did you mean `{near}`?"),
            ),
            severity: Warning,
        }
        /// The request does not name a partner.
        NoPartner {} = RequestMember {
            message: "the request does not name a partner",
            help: "add `partner` with its id",
        }
        /// The request has no as-of date.
        NoDate {} = RequestMember {
            message: "the request has no as-of date",
            help: "add `as_of`, such as `\"2025-09-30\"`",
        }
        /// A member is unknown.
        UnknownMember { member: String, near: Option<String>, known: Vec<String> } = RequestUnknownMember {
            message: format!("unknown member `{member}`"),
            help: near.as_ref().map_or_else(
                || format!("known members: `{}`", known.join("`, `")),
                |near| format!("did you mean `{near}`?"),
            ),
        }
        /// A member of a book is not one of its tables.
        UnknownTable { member: String, near: Option<String> } = RequestUnknownMember {
            message: format!("`{member}` is not a table of a book"),
            help: near.as_ref().map_or_else(
                || "remove it from the book".to_owned(),
                |near| format!("did you mean `{near}`?"),
            ),
        }
        /// A table of a book is not a list.
        TableNotAList { table: String } = RequestUnknownMember {
            message: format!("the table `{table}` is not a list"),
            help: "write a list of rows: `[{…}]`",
        }
        /// The currency of a book is not a string.
        CurrencyNotAString {} = RequestUnknownMember {
            message: "`currency` is not a string",
            help: "write a code such as `\"USD\"`",
        }
        /// The stored book that the request refers to does not exist.
        UnknownBook { book: String } = RequestUnknownBook {
            message: format!("no book `{book}` is stored"),
            help: "store the book again, or send the whole book with the request",
        }
        /// The book has no such partner.
        UnknownPartner { partner: String, near: Option<String> } = BookUnknownReference {
            message: format!("the book has no partner `{partner}`"),
            help: near.as_ref().map_or_else(
                || "correct the identifier".to_owned(),
                |near| format!("did you mean `{near}`?"),
            ),
        }
        /// Partners of a plan that an export does not have.
        NotInExport { partners: usize, first: String } = BookUnknownReference {
            message: match partners {
                1 => format!("partner `{first}` has a quota in force and is not in the book"),
                more => format!("{} with a quota in force are not in the book; the first is `{first}`", counted(*more, "partner")),
            },
            help: "they count with their quota and without revenue; if they sold anything, use an export of the whole channel",
            severity: Warning,
        }
        /// The response of this kind cannot be written in the requested format.
        WrongFormat { subject: String, format: String } = RequestNotPossible {
            message: format!("{subject} cannot be written as {format}"),
            help: "request JSON",
        }
        /// The review of a single partner cannot be written in the requested format.
        WrongFormatOfPartner { format: String } = RequestNotPossible {
            message: format!("the review of one partner cannot be written as {format}"),
            help: "request JSON, or omit `partner`",
        }
        /// The vendor has no quota rules.
        NoRules { vendor: String, subject: String } = RequestNotPossible {
            message: format!("vendor `{vendor}` has no quota rules, which {subject} needs"),
            help: "request a review, or choose a vendor with a directory of rules",
        }
        /// The vendor has no policies.
        NoPolicies { vendor: String } = RequestNotPossible {
            message: format!("vendor `{vendor}` has no policies, which a review needs"),
            help: "request a proposal, or choose a vendor with a directory of policies",
        }
        /// The response cannot be written because of its size.
        NotWritten { reason: String } = RequestNotPossible {
            message: reason.clone(),
            help: "",
        }
        /// A sum of the response is out of range.
        OutOfRange { reason: String } = PlanInfeasible {
            message: reason.clone(),
            help: "",
        }
    }
}
