//! An industry as a file, in the order of `export all` and without holding it: entities and observations are reckoned from their places. The
//! ids of facts are digests, so facts are made several times over, and each time those of some subjects are put in order and written.

use super::facts::Address;
use super::{Counts, Error, Industry};
use crate::graph::{FactIx, NodeIx, ObsIx};
use crate::ingest::{Ids, Lines};
use std::borrow::Cow;
use std::io::Write;
use std::ops::Range;

/// How many facts are put in order at a time, about: 16 bytes each.
const AT_ONCE: u64 = 2_000_000;
/// Ranges of subjects whose facts are counted.
const BUCKETS: u32 = 4096;

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
        let (facts, parts) = self.parts_of_facts();
        let counts = Counts { entities: self.layout.total().into(), facts, observations: self.figures.total().into() };
        let mut lines = Lines::new(self, &self.ontology, out);
        lines.head(counts.entities, counts.facts, counts.observations)?;
        Self::units().iter().try_for_each(|unit| lines.unit(unit))?;
        (0..self.layout.total()).try_for_each(|at| lines.entity(&self.node(NodeIx(at))))?;
        for subjects in parts {
            for (_, _, address) in self.facts_of(&subjects)? {
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

    /// How many facts there are, and ranges of subjects, each with about as many as are put in order at a time.
    fn parts_of_facts(&self) -> (u64, Vec<Range<u32>>) {
        let width = self.layout.total().div_ceil(BUCKETS).max(1);
        let mut counts = vec![0u64; BUCKETS as usize];
        self.each_fact(|it| {
            if let Some(count) = counts.get_mut((it.subject().0 / width) as usize) {
                *count += 1;
            }
        });
        let total = counts.iter().sum();
        let mut parts: Vec<Range<u32>> = Vec::new();
        let (mut from, mut facts) = (0, 0);
        for (bucket, count) in (0u32..).zip(counts) {
            if facts > 0 && facts + count > AT_ONCE {
                parts.push(from..bucket * width);
                (from, facts) = (bucket * width, 0);
            }
            facts += count;
        }
        parts.push(from..u32::MAX);
        (total, parts)
    }

    /// The facts of some subjects: by subject, then by id.
    fn facts_of(&self, subjects: &Range<u32>) -> Result<Vec<(NodeIx, u64, Address)>, Error> {
        let mut found: Vec<(NodeIx, u64, Address)> = Vec::new();
        self.each_fact(|it| {
            let subject = it.subject();
            if subjects.contains(&subject.0) {
                found.push((subject, number(&it.id()), it.address));
            }
        });
        found.sort_unstable();
        // An id is a digest of its subject and more: that two facts of several subjects have one is a chance that whoever reads finds out.
        if found.windows(2).any(|pair| pair[0].1 == pair[1].1) { Err(Error::SameId) } else { Ok(found) }
    }
}

/// The digits of a fact's id.
fn number(id: &str) -> u64 {
    id.rsplit(':').next().and_then(|digits| u64::from_str_radix(digits, 16).ok()).unwrap_or(0)
}
