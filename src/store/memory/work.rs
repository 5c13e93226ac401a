//! What an execution costs: entities and facts looked at are counted, and the deadline is watched while counting.

use crate::store::{StoreError, Work};
use std::cell::Cell;
use std::time::Instant;

/// How many visits may pass between two looks at the clock: about 50 µs of work.
const VISITS_PER_CHECK: u32 = 1_000;

/// Counts the visits of one execution.
pub(super) struct Meter {
    nodes: Cell<u64>,
    edges: Cell<u64>,
    keys: Cell<u64>,
    until_check: Cell<u32>,
    /// The deadline was seen to have passed: every further visit fails.
    late: Cell<bool>,
    deadline: Instant,
}

impl Meter {
    /// Starts counting. [`StoreError::Timeout`] if the deadline has passed already.
    pub(super) fn start(deadline: Instant) -> Result<Meter, StoreError> {
        let (nodes, edges, keys) = (Cell::new(0), Cell::new(0), Cell::new(0));
        let meter = Meter { nodes, edges, keys, until_check: Cell::new(0), late: Cell::new(false), deadline };
        meter.visit()?;
        Ok(meter)
    }
    /// An entity (or an observation) is looked at.
    pub(super) fn node(&self) -> Result<(), StoreError> {
        self.nodes.set(self.nodes.get() + 1);
        self.visit()
    }
    /// A fact is looked at.
    pub(super) fn edge(&self) -> Result<(), StoreError> {
        self.edges.set(self.edges.get() + 1);
        self.visit()
    }
    /// A search key is looked at.
    pub(super) fn key(&self) -> Result<(), StoreError> {
        self.keys.set(self.keys.get() + 1);
        self.visit()
    }
    /// Something else that takes about as long, and is neither, is done.
    pub(super) fn visit(&self) -> Result<(), StoreError> {
        match self.until_check.get() {
            0 => {
                if self.late.get() || Instant::now() >= self.deadline {
                    self.late.set(true);
                    return Err(StoreError::Timeout);
                }
                self.until_check.set(VISITS_PER_CHECK);
                Ok(())
            }
            left => {
                self.until_check.set(left - 1);
                Ok(())
            }
        }
    }
    /// Whether the deadline passed at a look whose answer nobody could take: [`StoreError::Timeout`] then.
    pub(super) fn finish(&self) -> Result<(), StoreError> {
        if self.late.get() { Err(StoreError::Timeout) } else { Ok(()) }
    }
    /// What was counted.
    pub(super) fn work(&self) -> Work {
        Work { nodes: self.nodes.get(), edges: self.edges.get(), keys: self.keys.get() }
    }
}
