//! An industry as a graph in memory, from the drafts that a file is written of.

use super::facts::Address;
use super::layout::{Family, nth};
use super::{Error, Industry};
use crate::graph::{Fact, FactIx, Graph, NodeIx, ObsIx};
use std::collections::HashMap;

impl Industry {
    /// The graph that is read from what [`Industry::write`] writes.
    ///
    /// # Errors
    /// When two facts come to one id.
    pub fn graph(&self) -> Result<Graph, Error> {
        let nodes = (0..self.layout.total()).map(|at| self.node(NodeIx(at))).collect();
        let mut facts: Vec<(Address, Fact)> = Vec::new();
        self.each_fact(|found| facts.push((found.address, found.fact())));
        facts.sort_unstable_by(|a, b| a.1.id.cmp(&b.1.id));
        if facts.windows(2).any(|pair| pair[0].1.id == pair[1].1.id) {
            return Err(Error::SameId);
        }
        // What supersedes is named by its address until all have their places.
        let mut places: HashMap<Address, u32> =
            facts.iter().filter_map(|(_, fact)| Some((fact.superseded_by?.0, 0))).collect();
        for (place, (address, _)) in (0..).zip(&facts) {
            if let Some(found) = places.get_mut(address) {
                *found = place;
            }
        }
        let placed = |(_, mut fact): (Address, Fact)| {
            fact.superseded_by = fact.superseded_by.and_then(|by| places.get(&by.0).copied()).map(FactIx);
            fact
        };
        let facts = facts.into_iter().map(placed).collect();
        let observations = (0..self.figures.total()).map(|at| self.observation(ObsIx(at))).collect();
        let retired = (0..self.retired()).map(|place| self.retired_at(place)).map(|(id, by)| (id.into(), by)).collect();
        Ok(Graph::new(self.ontology.clone(), nodes, facts, observations, retired))
    }

    /// How many ids were given up for others: of one company in 2,000.
    pub(super) fn retired(&self) -> u32 {
        self.layout.count(Family::Company).div_ceil(2_000)
    }

    /// The id that was given up, by its place among them, and what took its place.
    pub(super) fn retired_at(&self, place: u32) -> (String, NodeIx) {
        let number = nth(place, self.retired());
        let company = Family::Company.at(number * 2_000);
        (format!("{}-old", self.layout.id(Family::Company.at(number))), self.ix(company))
    }
}
