//! An industry as a file, in the order of ids and without holding it: entities and observations are reckoned from their places. The ids of
//! facts are digests, so facts are made several times over, and each time those of a range of ids are put in order and written.

use super::facts::Address;
use super::{Counts, Error, Industry};
use crate::graph::{FactIx, NodeIx, ObsIx};
use crate::ingest::{Ids, Lines};
use std::borrow::Cow;
use std::io::Write;

/// How many facts are put in order at a time, about: 16 bytes each.
const AT_ONCE: u64 = 2_000_000;

impl Ids for Industry {
    fn entity(&self, ix: NodeIx) -> Cow<'_, str> {
        self.layout.id(self.layout.at(ix)).into()
    }
    /// Facts are named by their addresses here.
    fn fact(&self, ix: FactIx) -> Cow<'_, str> {
        self.at_address(ix.0, |found| found.id()).unwrap_or_default().into()
    }
    fn observation(&self, ix: ObsIx) -> Cow<'_, str> {
        self.observation_id(ix).into()
    }
}

impl Industry {
    /// Writes it as `mdgraph export all` would: the same for the same arguments, in memory that does not grow with it.
    ///
    /// # Errors
    /// Those of `out`, and when two facts come to one id.
    pub fn write(&self, out: &mut dyn Write) -> Result<Counts, Error> {
        let counts = self.counts();
        let mut lines = Lines::new(self, &self.ontology, out);
        lines.head(counts.entities, counts.facts, counts.observations)?;
        Self::units().iter().try_for_each(|unit| lines.unit(unit))?;
        (0..self.layout.total()).try_for_each(|at| lines.entity(&self.node(NodeIx(at))))?;
        let parts = counts.facts.div_ceil(AT_ONCE).max(1);
        for part in 0..parts {
            for (_, address) in self.part_of_facts(part, parts)? {
                if let Some(fact) = self.at_address(address, |found| found.fact()) {
                    lines.fact(&fact)?;
                }
            }
        }
        (0..self.figures.total()).try_for_each(|at| lines.observation(&self.observation(ObsIx(at))))?;
        (0..self.retired()).try_for_each(|place| {
            let (id, by) = self.retired_at(place);
            lines.retired(&id, by)
        })?;
        Ok(counts)
    }

    /// The facts whose ids are in one of so many equal ranges, by their ids.
    fn part_of_facts(&self, part: u64, parts: u64) -> Result<Vec<(u64, Address)>, Error> {
        let mut found: Vec<(u64, Address)> = Vec::new();
        self.each_fact(|it| {
            let digits = number(&it.id());
            if (u128::from(digits) * u128::from(parts)) >> 64 == u128::from(part) {
                found.push((digits, it.address));
            }
        });
        found.sort_unstable();
        if found.windows(2).any(|pair| pair[0].0 == pair[1].0) { Err(Error::SameId) } else { Ok(found) }
    }
}

/// The digits of a fact's id.
fn number(id: &str) -> u64 {
    id.rsplit(':').next().and_then(|digits| u64::from_str_radix(digits, 16).ok()).unwrap_or(0)
}
