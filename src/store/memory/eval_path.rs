//! Shortcuts (paths read as edges), degrees, and the first neighbour of a hop.

use super::eval::Eval;
use super::index_links::{Station, Step};
use crate::graph::{Basis, Status};
use crate::ontology::{DerivedId, Direction};
use crate::plan::ir::{EdgeFilter, Hop, RelatedKey, SortValue};
use crate::store::StoreError;
use std::collections::HashMap;

/// All paths of a shortcut that join an entity to one neighbour.
pub(super) struct PathEdge {
    /// The entity at the far end.
    pub neighbour: u32,
    /// The weakest status of the path whose weakest is strongest.
    pub status: Status,
    /// The facts of all paths, ascending by id, once each.
    pub facts: Vec<u32>,
    /// Whether every fact of some path has one of the wanted bases.
    basis_fits: bool,
}

impl PathEdge {
    /// Whether it passes an edge filter (the one whose bases were given when it was made).
    pub(super) fn passes(&self, filter: &EdgeFilter) -> bool {
        self.basis_fits && filter.status.is_none_or(|set| set.contains(self.status)) && filter.properties.is_empty()
    }
}

struct Search<'a> {
    start: u32,
    steps: &'a [Step],
    bases: Option<&'a [Basis]>,
    path: Vec<u32>,
    places: HashMap<u32, usize>,
    found: Vec<PathEdge>,
}

impl<'s> Eval<'s> {
    /// The edges of a shortcut from an entity, ascending by the neighbour's (name key, id).
    pub(super) fn paths(
        &self,
        node: u32,
        id: DerivedId,
        direction: Direction,
        bases: Option<&[Basis]>,
    ) -> Result<Vec<PathEdge>, StoreError> {
        let walk = self.index.derived(id, direction);
        if !self.fits(node, &walk.start) {
            return Ok(Vec::new());
        }
        let mut search = Search {
            start: node,
            steps: &walk.steps,
            bases,
            path: Vec::with_capacity(walk.steps.len()),
            places: HashMap::new(),
            found: Vec::new(),
        };
        self.extend(node, &mut search)?;
        let mut found = search.found;
        for edge in &mut found {
            edge.facts.sort_unstable();
            edge.facts.dedup();
        }
        found.sort_unstable_by_key(|edge| self.head(edge.neighbour).name_rank);
        Ok(found)
    }

    fn fits(&self, node: u32, station: &Station) -> bool {
        station.kinds.contains(self.head(node).kind)
            && station.properties.iter().all(|(id, value)| self.property(node, *id) == Some(value))
    }

    // As deep as the shortcut has steps, which its ontology bounds.
    fn extend(&self, at: u32, search: &mut Search<'_>) -> Result<(), StoreError> {
        let Some(step) = search.steps.get(search.path.len()) else {
            self.arrive(at, search);
            return Ok(());
        };
        for entry in self.index.edges(at, step.relationship, step.direction) {
            self.meter.edge()?;
            let fact = &self.graph.facts[entry.fact as usize];
            if self.fact_head(entry.fact).is_current(self.view)
                && !search.path.contains(&entry.fact)
                && step.edge.iter().all(|(position, value)| fact.property(*position) == Some(value))
                && self.fits(entry.neighbour, &step.reaches)
            {
                search.path.push(entry.fact);
                self.extend(entry.neighbour, search)?;
                search.path.pop();
            }
        }
        Ok(())
    }

    fn arrive(&self, at: u32, search: &mut Search<'_>) {
        if at == search.start {
            return;
        }
        let heads = || search.path.iter().map(|fact| self.fact_head(*fact));
        let status = crate::plan::ir::weakest(heads().map(|head| head.status)).unwrap_or(Status::Actual);
        let basis_fits = search.bases.is_none_or(|bases| heads().all(|head| bases.contains(&head.basis)));
        match search.places.get(&at) {
            Some(place) => {
                let edge = &mut search.found[*place];
                edge.status = edge.status.max(status);
                edge.basis_fits |= basis_fits;
                edge.facts.extend_from_slice(&search.path);
            }
            None => {
                search.places.insert(at, search.found.len());
                search.found.push(PathEdge { neighbour: at, status, facts: search.path.clone(), basis_fits });
            }
        }
    }

    /// The neighbour of a hop that is first by name, then id.
    pub(super) fn first_neighbour(&self, node: u32, hop: Hop) -> Result<Option<u32>, StoreError> {
        match hop {
            Hop::Edge(relationship, direction) => {
                for entry in self.index.edges(node, relationship, direction) {
                    self.meter.edge()?;
                    if self.fact_head(entry.fact).is_current(self.view) {
                        return Ok(Some(entry.neighbour));
                    }
                }
                Ok(None)
            }
            Hop::Derived(id, direction) => {
                Ok(self.paths(node, id, direction, None)?.first().map(|edge| edge.neighbour))
            }
        }
    }

    /// A key of an order by the edges of a hop. One that the deadline cuts short fails the execution at its end.
    pub(super) fn related_key(&self, node: u32, hop: Hop, key: RelatedKey, descending: bool) -> SortValue {
        let name = |neighbour: Option<u32>| {
            neighbour.map_or(SortValue::Null, |neighbour| SortValue::Str(self.node(neighbour).sort_name.clone()))
        };
        // Edges and paths come ascending by the neighbour's name.
        match hop {
            Hop::Edge(relationship, direction) => {
                let edges = self.index.edges(node, relationship, direction).iter();
                let mut current = edges
                    .filter(|entry| self.meter.edge().is_ok() && self.fact_head(entry.fact).is_current(self.view))
                    .map(|entry| entry.neighbour);
                match key {
                    RelatedKey::Count => SortValue::Int(current.count() as i64),
                    RelatedKey::Name if descending => name(current.next_back()),
                    RelatedKey::Name => name(current.next()),
                }
            }
            Hop::Derived(id, direction) => {
                let paths = self.paths(node, id, direction, None).unwrap_or_default();
                let end = if descending { paths.last() } else { paths.first() };
                match key {
                    RelatedKey::Count => SortValue::Int(paths.len() as i64),
                    RelatedKey::Name => name(end.map(|path| path.neighbour)),
                }
            }
        }
    }

    /// Distinct others joined by held facts. Stored under the latest view, else counted; a count that the deadline cuts short
    /// fails the execution at its end.
    pub(super) fn degree(&self, node: u32) -> i64 {
        if self.view.is_latest() {
            return i64::from(self.head(node).degree);
        }
        let mut others = Vec::new();
        for (relationship, direction) in self.index.links_of(node) {
            for entry in self.index.edges(node, *relationship, *direction) {
                if self.meter.edge().is_err() {
                    return 0;
                }
                if entry.neighbour != node && self.is_held(entry.fact) {
                    others.push(entry.neighbour);
                }
            }
        }
        others.sort_unstable();
        others.dedup();
        others.len() as i64
    }
}
