//! Bodies of requests: each is declared once, and its reader and its schema derive from the declaration.

use super::body::{Body, ChangeWord, Part};
use crate::finding::Findings;
use chrono::NaiveDate;
use rust_decimal::Decimal;

/// Type of a member's value, for schemas.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MemberType {
    /// A string.
    Text,
    /// True or false.
    Truth,
    /// The word `change`.
    Change,
    /// A date.
    Date,
    /// An amount of zero or more.
    Amount,
    /// Rows of targets by level.
    Targets,
    /// Rows of agreed quotas.
    Locks,
    /// A proposal, or a list of its lines.
    Quotas,
    /// A book: whole, or a stored one with changes.
    Book,
    /// Tables of a book.
    Tables,
    /// A list of partner ids.
    Partners,
}

/// A member of a body.
#[derive(Debug, Clone, Copy)]
pub struct Member {
    /// Name.
    pub name: &'static str,
    /// Meaning.
    pub doc: &'static str,
    /// Type of its value.
    pub kind: MemberType,
    /// True if the schema requires it.
    pub is_required: bool,
}

/// The declaration of a body.
#[derive(Debug)]
pub struct BodyDocument {
    /// Name of its schema.
    pub name: &'static str,
    /// Meaning.
    pub doc: &'static str,
    /// Members, in the order in which they are read.
    pub members: &'static [Member],
}

/// A value that a member can have.
pub(super) trait MemberValue<'t>: Sized {
    /// Its type in schemas.
    const KIND: MemberType;

    /// Reads a member; `None` if it is absent or not valid, with a finding in the second case.
    fn read(body: &mut Body<'t>, name: &'static str) -> Option<Self>;
}

/// Declares value types with their kind and how a body reads them.
macro_rules! member_values {
    ($($(#[doc = $doc:literal])? $type:ident $(($inner:ty))? = $kind:ident, $read:ident;)+) => {$(
        $(
            #[doc = $doc]
            pub(super) struct $type<'t>(pub $inner);
        )?

        member_values!(@impl $type $(($inner))? = $kind, $read);
    )+};
    (@impl $type:ident ($inner:ty) = $kind:ident, $read:ident) => {
        impl<'t> MemberValue<'t> for $type<'t> {
            const KIND: MemberType = MemberType::$kind;

            fn read(body: &mut Body<'t>, name: &'static str) -> Option<Self> {
                body.$read(name).map(Self)
            }
        }
    };
    (@impl $type:ident = $kind:ident, $read:ident) => {
        impl<'t> MemberValue<'t> for $type {
            const KIND: MemberType = MemberType::$kind;

            fn read(body: &mut Body<'t>, name: &'static str) -> Option<Self> {
                body.$read(name)
            }
        }
    };
}

member_values! {
    String = Text, text;
    bool = Truth, truth;
    NaiveDate = Date, date;
    Decimal = Amount, amount;
    ChangeWord = Change, change;
    #[doc = "Rows of targets by level, not read yet."]
    Targets(Part<'t>) = Targets, list;
    #[doc = "Rows of agreed quotas, not read yet."]
    Locks(Part<'t>) = Locks, list;
    #[doc = "A proposal or its lines, not read yet."]
    Quotas(Part<'t>) = Quotas, part;
    #[doc = "A book, not read yet."]
    BookValue(Part<'t>) = Book, raw;
    #[doc = "Tables of a book, not read yet."]
    Tables(Part<'t>) = Tables, part;
    #[doc = "Ids of partners, not read yet."]
    Partners(Part<'t>) = Partners, list;
}

/// A body that is declared and read.
pub(super) trait RequestBody<'t>: Sized {
    /// Its declaration.
    const DOCUMENT: BodyDocument;

    /// Reads every member.
    fn read(body: &mut Body<'t>) -> Self;

    /// Refuses members that are not declared; returns all findings about the members.
    fn finish(body: Body<'t>) -> Findings {
        let known: Vec<&str> = Self::DOCUMENT.members.iter().map(|member| member.name).collect();
        body.finish(&known)
    }
}

/// Declares bodies: members with their meaning and type, and whether the schema requires them.
macro_rules! request_bodies {
    ($(
        $(#[doc = $doc:literal])+
        $name:ident { $($(#[doc = $member_doc:literal])+ $member:ident: $type:ty = $required:ident,)+ }
    )+) => {$(
        $(#[doc = $doc])+
        pub(super) struct $name<'t> { $($(#[doc = $member_doc])+ pub $member: Option<$type>,)+ }

        impl<'t> RequestBody<'t> for $name<'t> {
            const DOCUMENT: BodyDocument = BodyDocument {
                name: stringify!($name),
                doc: concat!($($doc),+),
                members: &[$(Member {
                    name: stringify!($member),
                    doc: concat!($($member_doc),+),
                    kind: <$type as MemberValue<'t>>::KIND,
                    is_required: request_bodies!(@$required),
                },)+],
            };

            fn read(body: &mut Body<'t>) -> Self {
                Self { $($member: MemberValue::read(body, stringify!($member)),)+ }
            }
        }
    )+};
    (@required) => { true };
    (@optional) => { false };
}

request_bodies! {
    /// Request of an assessment.
    AssessmentRequest {
        /// Partner id; can be omitted if the book has one partner.
        partner: String = optional,
        /// As-of date: later facts are ignored; the end of the latest complete month with revenue if omitted.
        as_of: NaiveDate = optional,
        /// Planning period in the vendor's calendar, for example `FY2026`; the first one after the as-of date if omitted.
        period: String = optional,
        /// The partner book.
        book: BookValue<'t> = required,
    }
    /// Request of a proposal, of the health of a plan, or of a comparison of two revisions.
    ProposalRequest {
        /// As-of date: later facts are ignored; the end of the latest complete month with revenue if omitted.
        as_of: NaiveDate = optional,
        /// Planning period in the vendor's calendar, for example `FY2026`; the first one after the as-of date if omitted.
        period: String = optional,
        /// Channel target, in the book's currency.
        target: Decimal = optional,
        /// Targets per territory or product line.
        targets: Targets<'t> = optional,
        /// Agreed quotas that stay fixed; they take precedence over those of the book.
        locks: Locks<'t> = optional,
        /// Previous proposal to compare with: the document, or a list of its lines.
        previous: Quotas<'t> = optional,
        /// True for bands and odds: estimates from past periods planned with the same rules, which take as long as planning those periods.
        bands: bool = optional,
        /// The partner book.
        book: BookValue<'t> = required,
    }
    /// Request of an explanation: a proposal, and the partner whose quota is explained.
    ExplanationRequest {
        /// Partner id.
        partner: String = required,
        /// Only this product line.
        product_line: String = optional,
        /// Only this territory.
        territory: String = optional,
        /// As-of date: later facts are ignored; the end of the latest complete month with revenue if omitted.
        as_of: NaiveDate = optional,
        /// Planning period in the vendor's calendar, for example `FY2026`; the first one after the as-of date if omitted.
        period: String = optional,
        /// Channel target, in the book's currency.
        target: Decimal = optional,
        /// Targets per territory or product line.
        targets: Targets<'t> = optional,
        /// Agreed quotas that stay fixed; they take precedence over those of the book.
        locks: Locks<'t> = optional,
        /// Previous proposal to compare with: the document, or a list of its lines.
        previous: Quotas<'t> = optional,
        /// True for bands and odds: estimates from past periods planned with the same rules, which take as long as planning those periods.
        bands: bool = optional,
        /// The partner book.
        book: BookValue<'t> = required,
    }
    /// Request of a review.
    ReviewRequest {
        /// As-of date: later facts are ignored; can be omitted only if the query has one.
        as_of: NaiveDate = optional,
        /// Period, for example `FY2026-Q3`; the vendor's planning period around the as-of date if omitted.
        period: String = optional,
        /// Quotas instead of the book's: a proposal, or a list of its lines.
        quotas: Quotas<'t> = optional,
        /// Only this partner, in full; the response is that partner's document.
        partner: String = optional,
        /// The partner book.
        book: BookValue<'t> = required,
    }
    /// A stored book, with changes to it.
    BookChange {
        /// Always `change`; can be omitted, because only such a book has a `base`.
        kind: ChangeWord = optional,
        /// Id of the stored book.
        base: String = required,
        /// Tables with rows that replace all rows of their partners; tables that are not about partners are replaced whole.
        replace: Tables<'t> = optional,
        /// Ids of partners that are removed from every table before rows are replaced.
        remove: Partners<'t> = optional,
    }
}
