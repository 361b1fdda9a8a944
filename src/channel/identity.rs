//! Identity of partners and lines: names, and the part of the business.

use crate::figures;
use std::hash::{Hash, Hasher};
use std::ops::Deref;
use std::sync::Arc;

/// Name of the group of those whose tier, territory, account manager and so on is not known.
pub const NOT_KNOWN: &str = "(not known)";

/// A name that many rows share: an id, a territory, a product line, a tier.
pub type Name = Arc<str>;

figures! {
    /// Identity of one line: whose it is, and what it is grouped by.
    #[derive(Debug, Clone, PartialEq, Eq, Default)]
    pub struct Identity = "Identity" {
        /// Identifier in the vendor's systems.
        partner_id: Name, script("id").example("P-100");
        /// Name for people.
        partner_name: Name, script("name").example("Example Partner").width(32);
        /// Tier in the partner program.
        tier: Option<Name>, example("Gold").width(12);
        /// Territory of the line; the home territory where lines have none.
        territory: Option<Name>, example("North");
        /// Industry the partner mainly sells into.
        vertical: Option<Name>, example("retail").width(16);
        /// Product line of the line; not known where lines are whole partners.
        product_line: Option<Name>, width(16);
        /// Account manager at the vendor.
        account_manager: Option<Name>, example("A. Manager").width(18);
    }
}

figures! {
    /// Part of a partner's business; what is not named is all of that dimension.
    #[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
    pub struct SegmentKey = "Segment" {
        /// Product line; null at a grain without.
        product_line: Option<Name>, example("Software").width(16);
        /// Territory; null at a grain without.
        territory: Option<Name>, width(16);
    }
}

impl SegmentKey {
    /// True when `other` is part of this segment; a segment contains itself.
    pub fn contains(&self, other: &Self) -> bool {
        let wider = |mine: &Option<Name>, theirs: &Option<Name>| mine.is_none() || mine == theirs;
        wider(&self.product_line, &other.product_line) && wider(&self.territory, &other.territory)
    }
}

/// A segment that many rows share, in 8 bytes.
///
/// ```
/// use quotient::channel::{SegmentKey, SharedSegment};
/// let servers = SegmentKey { product_line: Some("Servers".into()), territory: None };
/// assert_eq!(*SharedSegment::from(servers.clone()), servers);
/// assert_eq!(*SharedSegment::default(), SegmentKey::default());
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct SharedSegment(Option<Arc<SegmentKey>>);

/// All of a partner's business.
static WHOLE: SegmentKey = SegmentKey { product_line: None, territory: None };

impl From<SegmentKey> for SharedSegment {
    fn from(segment: SegmentKey) -> Self {
        Self((segment != WHOLE).then(|| Arc::new(segment)))
    }
}

impl Deref for SharedSegment {
    type Target = SegmentKey;

    fn deref(&self) -> &SegmentKey {
        self.0.as_deref().unwrap_or(&WHOLE)
    }
}

/// The hash is that of the segment.
impl Hash for SharedSegment {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (**self).hash(state);
    }
}
