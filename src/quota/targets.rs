//! Targets by level: the amount that each group of lines has to distribute.
//!
//! The tree is channel → territory → product line within the territory, or channel → product line (→ territory within it).
//! A line belongs to the most detailed target that covers it. The remainder of a target after those inside it goes to the
//! lines that it covers and they do not: the *rest*. The reserve, held back for partners not yet recruited, is part of the channel
//! target and of no other: it is deducted from what the channel distributes, before over-assignment. So
//! channel target = Σ targets inside it + rest + reserve, and without a rest the equation must hold by itself.

use super::exact::divided_half_up;
use super::fault::QuotaFault;
use super::infeasible::amount_text;
use super::reconciliation_input::ReconciliationGroup;
use crate::channel::{Name, SegmentKey};
use crate::finding::{Finding, counted, did_you_mean};
use crate::units::{Currency, MAX_MINOR_UNITS, Rate};
use rust_decimal::Decimal;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use thiserror::Error;

/// One given target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TargetRow {
    /// Scope: a territory, a product line, both, or (neither) the channel.
    pub segment: SegmentKey,
    /// Amount in minor units.
    pub amount: i128,
}

/// Everything that decides what the groups distribute.
#[derive(Debug, Clone, Copy)]
pub struct TargetRequest<'a> {
    /// Channel target in minor units, reserve included, where it is given apart from the rows.
    pub channel: Option<i128>,
    /// Given targets, in any order.
    pub rows: &'a [TargetRow],
    /// Rates of over-assignment of all levels; they compound, (1 + a) × (1 + b), and hold for every group alike.
    pub over_assignment: &'a [Rate],
    /// Part of the channel target kept for partners not yet recruited, in minor units.
    pub reserve: i128,
}

/// Lines that share a target; amounts in minor units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TargetGroup {
    /// Name: `channel`, `territory North`, `territory North, product line Servers`, `rest of the channel`.
    pub name: String,
    /// The target it comes from.
    pub segment: SegmentKey,
    /// True when targets inside that target cover a part of it.
    pub is_rest: bool,
    /// Target before over-assignment, without reserve and without the targets inside; `None` uses the bottom-up assessment.
    pub target: Option<i128>,
    /// Amount to distribute: target × over-assignment, rounded to the minor unit.
    pub assigned: Option<i128>,
    /// Positions of its lines, ascending, never empty.
    pub lines: Vec<usize>,
}

impl TargetGroup {
    /// The group as reconciliation takes it.
    ///
    /// ```
    /// use quotient::channel::SegmentKey;
    /// use quotient::quota::TargetGroup;
    /// let group = TargetGroup {
    ///     name: "channel".to_owned(),
    ///     segment: SegmentKey::default(),
    ///     is_rest: false,
    ///     target: Some(100_00),
    ///     assigned: Some(105_00),
    ///     lines: vec![0, 1],
    /// };
    /// assert_eq!(group.to_reconcile().amount, Some(105_00));
    /// ```
    pub fn to_reconcile(&self) -> ReconciliationGroup {
        ReconciliationGroup { name: self.name.clone(), amount: self.assigned, lines: self.lines.clone() }
    }
}

/// A partition of the lines into groups.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TargetTree {
    /// Channel target in minor units, reserve included: as given, or the sum of full targets and the reserve.
    ///
    /// `None` when none was given and some lines are covered by no target; they keep their bottom-up assessment.
    pub channel: Option<i128>,
    /// Groups, ascending by product line and territory of their target, the channel's first.
    pub groups: Vec<TargetGroup>,
}

/// A fault of the targets; amounts in minor units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TargetFault {
    /// There are rows for territories and rows for product lines: it is ambiguous where they cross.
    Crossing {
        /// A territory that has a row.
        territory: Name,
        /// A product line that has a row.
        product_line: Name,
    },
    /// Two rows, or the channel target and a row, are for the same.
    Duplicate {
        /// Their scope.
        segment: SegmentKey,
    },
    /// A target or the reserve is negative or above 9 × 10^15 minor units; no segment means the reserve.
    OutOfRange {
        /// Its scope.
        segment: Option<SegmentKey>,
        /// The amount.
        amount: i128,
    },
    /// A target, or the rest of one, covers no line that could take it.
    NoLines {
        /// Its scope.
        segment: SegmentKey,
        /// The amount.
        amount: i128,
        /// The nearest name that lines have, when the territory or product line is unknown.
        nearest: Option<Name>,
    },
    /// The targets inside a target (and the reserve) sum to more than it.
    Exceeded {
        /// The outer target.
        segment: SegmentKey,
        /// Its amount.
        amount: i128,
        /// Sum of the targets inside.
        inside: i128,
        /// Reserve; zero but for the channel.
        reserve: i128,
    },
    /// The targets inside cover every line, but sum (with the reserve) to less than the target.
    NotReached {
        /// The outer target.
        segment: SegmentKey,
        /// Its amount.
        amount: i128,
        /// Sum of the targets inside.
        inside: i128,
        /// Reserve; zero but for the channel.
        reserve: i128,
    },
    /// The rates of over-assignment leave nothing, have too many digits, or lead out of range.
    OverAssignment,
}

impl TargetFault {
    /// The fault as an error about the targets, amounts in `currency`.
    ///
    /// ```
    /// use quotient::channel::SegmentKey;
    /// use quotient::quota::TargetFault;
    /// let fault = TargetFault::Duplicate { segment: SegmentKey { territory: Some("North".into()), product_line: None } };
    /// assert_eq!(fault.to_finding(quotient::units::Currency::USD).message(), "duplicate target for `territory North`");
    /// ```
    pub fn to_finding(&self, currency: Currency) -> Finding {
        let (cause, scope) = match self {
            Self::Crossing { .. } => ("crossing", None),
            Self::Duplicate { segment } => ("duplicate", Some(segment_name(segment))),
            Self::OutOfRange { segment, .. } => ("out_of_range", segment.as_ref().map(segment_name)),
            Self::NoLines { segment, .. } => ("no_lines", Some(segment_name(segment))),
            Self::Exceeded { segment, .. } => ("exceeded", Some(segment_name(segment))),
            Self::NotReached { segment, .. } => ("not_reached", Some(segment_name(segment))),
            Self::OverAssignment => ("over_assignment", None),
        };
        let (text, remedy) = (self.message(currency), self.help(currency));
        QuotaFault::Targets { cause, scope, text, remedy }.into()
    }

    fn message(&self, currency: Currency) -> String {
        let money = |minor| amount_text(minor, currency);
        match self {
            Self::Crossing { territory, product_line } => format!(
                "there are targets for territories (`{territory}`) and for product lines (`{product_line}`), which cross"
            ),
            Self::Duplicate { segment } => format!("duplicate target for `{}`", segment_name(segment)),
            Self::OutOfRange { segment, amount } => {
                let name = segment.as_ref().map_or_else(|| "reserve".to_owned(), segment_name);
                format!("the amount for `{name}` is {}, which is out of range", money(*amount))
            }
            Self::NoLines { segment, amount, .. } => {
                format!("no line can take the {} of `{}`", money(*amount), segment_name(segment))
            }
            Self::Exceeded { segment, amount, inside, reserve } => format!(
                "the targets inside `{}` sum to {}{}, which is {} more than its {}",
                segment_name(segment),
                money(*inside),
                with_reserve(*reserve, currency),
                money(inside + reserve - amount),
                money(*amount)
            ),
            Self::NotReached { segment, amount, inside, reserve } => format!(
                "the targets inside `{}` cover every line and sum to {}{}, which is {} less than its {}",
                segment_name(segment),
                money(*inside),
                with_reserve(*reserve, currency),
                money(amount - inside - reserve),
                money(*amount)
            ),
            Self::OverAssignment => "the rates of over-assignment cannot be applied to the targets".to_owned(),
        }
    }

    fn help(&self, currency: Currency) -> String {
        match self {
            Self::Crossing { .. } => {
                "give targets for each territory and product line together, or for one of the two only".to_owned()
            }
            Self::Duplicate { .. } => "remove one of them".to_owned(),
            Self::OutOfRange { .. } => {
                format!("give an amount from 0 to {}", amount_text(MAX_MINOR_UNITS, currency))
            }
            Self::NoLines { nearest: Some(nearest), .. } => format!("did you mean `{nearest}`?"),
            Self::NoLines { nearest: None, .. } => {
                "remove the target, or add the amount to the reserve if partners for it are still to be recruited"
                    .to_owned()
            }
            Self::Exceeded { segment, inside, reserve, .. } | Self::NotReached { segment, inside, reserve, .. } => {
                let (name, sum) = (segment_name(segment), amount_text(inside + reserve, currency));
                format!("set the target of `{name}` to {sum}, or change a target inside it by the difference")
            }
            Self::OverAssignment => {
                "give rates above -1 with few decimals, such as 0.05, so that amounts stay in range".to_owned()
            }
        }
    }
}

/// All faults of the targets, never empty.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("targets have {}", counted(.0.len(), "fault"))]
pub struct TargetFaults(pub Vec<TargetFault>);

/// Splits the lines into groups with the amount each distributes.
///
/// `lines` says what each line is for, in the plan's order; a line without territory or product line is covered only by
/// targets that do not ask for one. Reports all faults at once.
///
/// - Every target is checked against those directly inside it: they must sum to it when they cover all its lines;
///   otherwise the rest, at least zero, goes to the lines not covered.
/// - Without a channel target, targets that cover every line (and the reserve) make it; otherwise the lines not covered
///   have no target and keep their bottom-up assessment.
/// - The sum of all targets × over-assignment is rounded half up to the minor unit; the groups get their part of it
///   rounded down, and the units left go to the largest remainders (ties: the earlier group).
///
/// ```
/// use quotient::channel::SegmentKey;
/// use quotient::quota::{TargetRequest, TargetRow, partition_targets};
/// let in_territory = |name: &str| SegmentKey { product_line: None, territory: Some(name.into()) };
/// let rows = [TargetRow { segment: in_territory("North"), amount: 600 }];
/// let request = TargetRequest { channel: Some(1_000), rows: &rows, over_assignment: &[], reserve: 100 };
/// let tree = partition_targets(request, &[in_territory("North"), in_territory("South")])?;
/// // 1,000 − 600 − reserve 100 is left for the rest of the channel.
/// assert_eq!(tree.groups[0].name, "rest of the channel");
/// assert_eq!(tree.groups[0].assigned, Some(300));
/// assert_eq!(tree.groups[1].assigned, Some(600));
/// # Ok::<(), quotient::quota::TargetFaults>(())
/// ```
pub fn partition_targets(request: TargetRequest<'_>, lines: &[SegmentKey]) -> Result<TargetTree, TargetFaults> {
    let (given, mut faults) = given(&request);
    faults.extend(crossing(&given));
    if !faults.is_empty() {
        return Err(TargetFaults(faults));
    }
    let mut tree = Tree::new(&given, lines);
    tree.add_up(request.reserve, lines, &mut faults);
    let assigned = assign(&tree.nets(), request.over_assignment);
    match assigned {
        Some(assigned) if faults.is_empty() => Ok(tree.into_groups(&assigned)),
        Some(_) => Err(TargetFaults(faults)),
        None => {
            faults.push(TargetFault::OverAssignment);
            Err(TargetFaults(faults))
        }
    }
}

/// The given targets by what they are for, the channel's under the empty key, and what is wrong with them one by one.
fn given(request: &TargetRequest<'_>) -> (BTreeMap<SegmentKey, i128>, Vec<TargetFault>) {
    let mut given = BTreeMap::new();
    let mut faults = Vec::new();
    let in_range = |amount: i128| (0..=MAX_MINOR_UNITS).contains(&amount);
    if !in_range(request.reserve) {
        faults.push(TargetFault::OutOfRange { segment: None, amount: request.reserve });
    }
    let channel = request.channel.map(|amount| (SegmentKey::default(), amount));
    for (segment, amount) in channel.into_iter().chain(request.rows.iter().map(|row| (row.segment.clone(), row.amount)))
    {
        if !in_range(amount) {
            faults.push(TargetFault::OutOfRange { segment: Some(segment.clone()), amount });
        }
        if given.insert(segment.clone(), amount).is_some() {
            faults.push(TargetFault::Duplicate { segment });
        }
    }
    (given, faults)
}

/// The fault of mixing rows for territories with rows for product lines.
fn crossing(given: &BTreeMap<SegmentKey, i128>) -> Option<TargetFault> {
    let only = |territory: bool| {
        given.keys().find(move |key| key.territory.is_some() == territory && key.product_line.is_some() != territory)
    };
    let (territory, product_line) = (only(true)?.territory.clone()?, only(false)?.product_line.clone()?);
    Some(TargetFault::Crossing { territory, product_line })
}

/// A target with what lies inside it.
struct Node {
    segment: SegmentKey,
    /// `None` only for a channel without target.
    amount: Option<i128>,
    /// Positions of the targets directly inside.
    inside: Vec<usize>,
    /// Positions of the lines that belong to no target inside.
    lines: Vec<usize>,
    /// Amount for its own lines.
    net: Option<i128>,
}

/// Targets ascending by segment; the first is the channel, so every outer target comes before those inside it.
struct Tree {
    nodes: Vec<Node>,
    channel: Option<i128>,
}

impl Tree {
    fn new(given: &BTreeMap<SegmentKey, i128>, lines: &[SegmentKey]) -> Self {
        let root = SegmentKey::default();
        let segments = std::iter::once(&root).chain(given.keys().filter(|key| **key != root));
        let node = |segment: &SegmentKey| Node {
            segment: segment.clone(),
            amount: given.get(segment).copied(),
            inside: Vec::new(),
            lines: Vec::new(),
            net: None,
        };
        let mut nodes: Vec<Node> = segments.map(node).collect();
        let positions: BTreeMap<SegmentKey, usize> =
            nodes.iter().enumerate().map(|(position, node)| (node.segment.clone(), position)).collect();
        for position in 1..nodes.len() {
            let outer = wider(&nodes[position].segment).find_map(|key| positions.get(&key)).copied().unwrap_or(0);
            nodes[outer].inside.push(position);
        }
        // Lines of a plan share few segments; each is looked up once.
        let mut owners: BTreeMap<&SegmentKey, usize> = BTreeMap::new();
        for (line, segment) in lines.iter().enumerate() {
            let owner = *owners.entry(segment).or_insert_with(|| {
                let keys = std::iter::once(segment.clone()).chain(wider(segment));
                keys.into_iter().find_map(|key| positions.get(&key)).copied().unwrap_or(0)
            });
            nodes[owner].lines.push(line);
        }
        Self { nodes, channel: given.get(&root).copied() }
    }

    /// Checks every target against those inside it and computes the amount for its own lines.
    fn add_up(&mut self, reserve: i128, lines: &[SegmentKey], faults: &mut Vec<TargetFault>) {
        for position in 0..self.nodes.len() {
            let node = &self.nodes[position];
            let reserve = if position == 0 { reserve } else { 0 };
            let inside: i128 = node.inside.iter().filter_map(|child| self.nodes[*child].amount).sum();
            let segment = node.segment.clone();
            let Some(amount) = node.amount else {
                if node.lines.is_empty() && !node.inside.is_empty() {
                    self.channel = Some(inside + reserve).filter(|amount| *amount <= MAX_MINOR_UNITS);
                    if self.channel.is_none() {
                        faults.push(TargetFault::OutOfRange { segment: Some(segment), amount: inside + reserve });
                    }
                }
                continue;
            };
            let rest = amount - inside - reserve;
            if rest < 0 {
                faults.push(TargetFault::Exceeded { segment, amount, inside, reserve });
            } else if !node.lines.is_empty() {
                self.nodes[position].net = Some(rest);
            } else if rest > 0 && node.inside.is_empty() {
                let nearest = nearest(&segment, lines);
                faults.push(TargetFault::NoLines { segment, amount: rest, nearest });
            } else if rest > 0 {
                faults.push(TargetFault::NotReached { segment, amount, inside, reserve });
            }
        }
    }

    /// Returns the amount for the lines of each node before over-assignment.
    fn nets(&self) -> Vec<Option<i128>> {
        self.nodes.iter().map(|node| node.net).collect()
    }

    fn into_groups(self, assigned: &[Option<i128>]) -> TargetTree {
        let group = |(node, assigned): (Node, &Option<i128>)| {
            let is_rest = !node.inside.is_empty();
            TargetGroup {
                name: group_name(&node.segment, is_rest),
                segment: node.segment,
                is_rest,
                target: node.net,
                assigned: *assigned,
                lines: node.lines,
            }
        };
        let groups = self.nodes.into_iter().zip(assigned).map(group).filter(|group| !group.lines.is_empty());
        TargetTree { channel: self.channel, groups: groups.collect() }
    }
}

/// The keys of the targets that contain a more detailed one, nearest first, without the channel's.
fn wider(key: &SegmentKey) -> impl Iterator<Item = SegmentKey> + use<> {
    let has_both = key.territory.is_some() && key.product_line.is_some();
    let territory = SegmentKey { product_line: None, territory: key.territory.clone() };
    let product_line = SegmentKey { product_line: key.product_line.clone(), territory: None };
    [territory, product_line].into_iter().filter(move |_| has_both)
}

/// The nearest name that lines have to one of the segment's that no line has.
fn nearest(segment: &SegmentKey, lines: &[SegmentKey]) -> Option<Name> {
    let near = |name: Option<&Name>, of: fn(&SegmentKey) -> Option<&Name>| {
        let known: BTreeSet<&Name> = lines.iter().filter_map(of).collect();
        let name = name.filter(|name| !known.contains(name))?;
        did_you_mean(name, known.iter().map(|name| &***name)).map(Name::from)
    };
    near(segment.territory.as_ref(), |line| line.territory.as_ref())
        .or_else(|| near(segment.product_line.as_ref(), |line| line.product_line.as_ref()))
}

/// Multiplies each amount with the compounded rates; the sum is rounded half up, the parts by largest remainder.
///
/// `None` when a rate is -1 or less, or when the factor or an amount is out of range.
fn assign(nets: &[Option<i128>], rates: &[Rate]) -> Option<Vec<Option<i128>>> {
    let (numerator, denominator) = compounded(rates)?;
    let dues: Vec<Option<i128>> = nets
        .iter()
        .map(|net| net.map_or(Some(None), |net| net.checked_mul(numerator).map(Some)))
        .collect::<Option<_>>()?;
    let sum: i128 = nets.iter().flatten().sum();
    let total = divided_half_up(sum.checked_mul(numerator)?, denominator);
    let mut assigned: Vec<Option<i128>> = dues.iter().map(|due| due.map(|due| due / denominator)).collect();
    let mut order: Vec<usize> = (0..nets.len()).filter(|at| nets[*at].is_some()).collect();
    order.sort_by_key(|at| Reverse(dues[*at].map(|due| due % denominator)));
    let left = usize::try_from(total - assigned.iter().flatten().sum::<i128>()).ok()?;
    for at in order.into_iter().take(left) {
        assigned[at] = assigned[at].map(|amount| amount + 1);
    }
    assigned.iter().flatten().all(|amount| *amount <= MAX_MINOR_UNITS).then_some(assigned)
}

/// (1 + rate) × (1 + rate) × … as numerator and denominator, exactly; `None` out of range.
fn compounded(rates: &[Rate]) -> Option<(i128, i128)> {
    let mut factor = (1_i128, 1_i128);
    for rate in rates.iter().map(Decimal::normalize) {
        let one = 10_i128.checked_pow(rate.scale())?;
        let level = one.checked_add(rate.mantissa()).filter(|level| *level > 0)?;
        factor = (factor.0.checked_mul(level)?, factor.1.checked_mul(one)?);
    }
    Some(factor)
}

/// Describes the scope of a target.
fn segment_name(segment: &SegmentKey) -> String {
    match (&segment.territory, &segment.product_line) {
        (None, None) => "channel".to_owned(),
        (Some(territory), None) => format!("territory {territory}"),
        (None, Some(product_line)) => format!("product line {product_line}"),
        (Some(territory), Some(product_line)) => format!("territory {territory}, product line {product_line}"),
    }
}

fn group_name(segment: &SegmentKey, is_rest: bool) -> String {
    match (is_rest, segment.territory.is_none() && segment.product_line.is_none()) {
        (false, _) => segment_name(segment),
        (true, true) => "rest of the channel".to_owned(),
        (true, false) => format!("rest of {}", segment_name(segment)),
    }
}

fn with_reserve(reserve: i128, currency: Currency) -> String {
    if reserve == 0 { String::new() } else { format!(" with the reserve of {}", amount_text(reserve, currency)) }
}
