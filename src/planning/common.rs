//! Facts that the lines of all partners of a channel share.

use super::learned::Learned;
use super::tally::{Cell, CellKey};
use crate::channel::{ChannelFacts, KnownMonths};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Facts that the lines of all partners share. Cloning shares.
#[derive(Debug, Clone)]
pub struct Common {
    pub(super) known_months: KnownMonths,
    pub(super) channel: Arc<ChannelFacts>,
    /// Numbers that are learned from the channel, in the order of the manifest.
    pub(super) learned: Arc<Vec<Learned>>,
    pub(super) cells: Arc<BTreeMap<CellKey, Cell>>,
    /// Cells of whole partners; empty at partner grain, where they are those of the lines.
    pub(super) whole_cells: Arc<BTreeMap<CellKey, Cell>>,
}

impl Common {
    /// Numbers that are learned from the channel, in the order of the manifest.
    pub fn learned(&self) -> &[Learned] {
        &self.learned
    }
}
