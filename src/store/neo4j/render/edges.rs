//! Hops and edges.

use super::super::cypher::{Arrow, Clause, Expr, Match, Name, Query, Rel, Var, With};
use super::super::layout as at;
use super::super::value::Value;
use super::Renderer;
use super::aggregate::Listed;
use super::page::{Key, Listing};
use crate::graph::StatusSet;
use crate::ontology::{Direction, KindSet, RelId};
use crate::plan::ir::{EdgeFilter, EdgeSlot, EdgesPage, Hop, RelatedPage};

/// How many facts a derived edge shows.
const FACTS_SHOWN: i64 = 100;

/// A hop as a pattern, all its facts current.
pub(super) struct HopMatch {
    pub found: Match,
    /// One for a stored relationship, one a step for a derived shortcut.
    pub relationships: Vec<Var>,
    pub neighbour: Var,
    /// What the neighbour can be.
    pub kinds: KindSet,
    /// Of a derived edge: its paths, each a list of relationships …
    pub paths: Var,
    /// … and its status.
    pub status: Var,
}

/// What an edge's row is made of.
struct Edge<'a> {
    m: &'a str,
    kinds: KindSet,
    stored: Option<Stored<'a>>,
    paths: &'a str,
    status: &'a str,
}

/// A stored edge: its relationship, and which it is and which way it is read, where one statement knows that.
struct Stored<'a> {
    r: &'a str,
    relationship: Option<RelId>,
    direction: Expr,
    /// Subject and object, where they are known to be these variables.
    ends: Option<(&'a str, &'a str)>,
}

impl Renderer<'_> {
    /// A hop from any entity that can have it.
    pub(super) fn hop(&mut self, n: &str, hop: Hop, m: &str) -> HopMatch {
        self.hop_from(n, hop, m, self.ontology.all_kinds())
    }

    /// A hop from `n`, one of these kinds, to `m`.
    pub(super) fn hop_from(&mut self, n: &str, hop: Hop, m: &str, from: KindSet) -> HopMatch {
        let (paths, status) = (self.fresh("paths"), self.fresh("status"));
        let neighbour = m.into();
        match hop {
            Hop::Edge(relationship, direction) => {
                let r = self.fresh("r");
                let rel = Rel::new(&r, self.types([relationship]), self.arrow(relationship, direction));
                let found = Match::node(n, Vec::new()).step(rel, m, Vec::new()).filtered(self.current(&r));
                let kinds = self.ontology.reached(relationship, direction, from);
                HopMatch { found, relationships: vec![r], neighbour, kinds, paths, status }
            }
            Hop::Derived(derived, direction) => {
                let ontology = self.ontology;
                let derived = ontology.shortcut(derived);
                // Always written from the declaring side.
                let (declaring, other) = if direction == Direction::Out { (n, m) } else { (m, n) };
                let declaring_kinds = ontology.kinds_of(derived.from);
                let mut found = Match::node(declaring, Vec::new());
                let mut relationships = Vec::new();
                let mut possible = declaring_kinds;
                if direction == Direction::Out {
                    found.filter.extend(self.of_kinds(n, declaring_kinds, from));
                } else if let Some(first) = derived.steps.first() {
                    let back = if first.direction == Direction::Out { Direction::In } else { Direction::Out };
                    let ends = self.ontology.reached(first.relationship, back, ontology.all_kinds());
                    found.filter.extend(self.of_kinds(m, declaring_kinds, ends));
                }
                for (i, step) in derived.steps.iter().enumerate() {
                    let r = self.fresh("r");
                    let x = if i + 1 == derived.steps.len() { other.into() } else { self.fresh("x") };
                    let rel =
                        Rel::new(&r, self.types([step.relationship]), self.arrow(step.relationship, step.direction));
                    found = found.step(rel, &x, Vec::new()).filtered(self.current(&r));
                    for (name, value) in &step.edge {
                        let value = self.parameter(at::stored(value));
                        found.filter.push(Expr::prop(&r, name).infix("=", value));
                    }
                    let ends = self.ontology.reached(step.relationship, step.direction, possible);
                    found.filter.extend(self.of_kinds(&x, step.kinds, ends));
                    for (property, value) in &step.node {
                        let value = self.parameter(at::stored(value));
                        let property = self.property(&x, *property);
                        found.filter.push(property.infix("=", value));
                    }
                    possible = step.kinds;
                    relationships.push(r);
                }
                found.filter.push(Expr::var(m).infix("<>", Expr::var(n)));
                let kinds = if direction == Direction::Out { possible } else { declaring_kinds };
                HopMatch { found, relationships, neighbour, kinds, paths, status }
            }
        }
    }

    fn arrow(&self, relationship: RelId, direction: Direction) -> Arrow {
        match direction {
            _ if self.ontology.relationship(relationship).symmetric => Arrow::Either,
            Direction::Out => Arrow::Right,
            Direction::In => Arrow::Left,
        }
    }

    pub(super) fn types(&self, relationships: impl IntoIterator<Item = RelId>) -> Vec<Name> {
        relationships.into_iter().map(|id| Name::new(&self.ontology.relationship(id).name)).collect()
    }

    /// Every relationship of the ontology, or those asked for.
    pub(super) fn asked(&self, relationships: Option<&[RelId]>) -> Vec<RelId> {
        match relationships {
            Some(asked) => asked.to_vec(),
            None => (0..self.ontology.relationships.len()).filter_map(|i| u16::try_from(i).ok()).map(RelId).collect(),
        }
    }

    /// `(n)-[r]-(m)` over these relationships; no type at all would mean any, so none matches nothing.
    pub(super) fn any_way(&mut self, n: &str, r: &str, relationships: &[RelId], m: &str) -> Match {
        let rel = Rel::new(r, self.types(relationships.iter().copied()), Arrow::Either);
        let never = relationships.is_empty().then(|| Expr::Or(Vec::new()));
        Match::node(n, Vec::new()).step(rel, m, Vec::new()).filtered(never)
    }

    /// That a stored edge's fact passes.
    pub(super) fn edge_filter(&mut self, rs: &[Var], relationship: Option<RelId>, edge: &EdgeFilter) -> Vec<Expr> {
        let mut all = Vec::new();
        for r in rs {
            if let Some(status) = edge.status {
                all.extend(self.of_status(Expr::prop(r, at::STATUS), status));
            }
            all.extend(self.of_basis(r, edge));
            let Some(relationship) = relationship else { continue };
            for (position, test) in &edge.properties {
                let Some(property) = self.ontology.relationship(relationship).properties.get(usize::from(*position))
                else {
                    continue;
                };
                let (value, ty) = (Expr::prop(r, &property.name), property.ty.clone());
                all.push(self.test(value, &ty, test));
            }
        }
        all
    }

    fn of_basis(&mut self, r: &str, edge: &EdgeFilter) -> Option<Expr> {
        let numbers = edge.basis.as_ref()?.iter().map(|basis| Value::Int(*basis as i64)).collect();
        Some(Expr::prop(r, at::BASIS).infix("IN", self.parameter(Value::List(numbers))))
    }

    /// The edges of a derived hop, one a neighbour. The last clause takes conditions and has those of the edge filter.
    ///
    /// No aggregating function: Neo4j 5 takes one in a nested subquery for one of the projection around it, and refuses that.
    pub(super) fn derived_edges(&mut self, hop: HopMatch, edge: &EdgeFilter) -> Vec<Clause> {
        let HopMatch { found, relationships, neighbour, paths, status, .. } = hop;
        let path = Expr::List(relationships.iter().map(|r| Expr::var(r)).collect());
        let statuses = relationships.iter().map(|r| Expr::prop(r, at::STATUS));
        let weakest = statuses.reduce(|a, b| Expr::case(a.clone().infix("<", b.clone()), a, b)).unwrap_or(Expr::Null);
        let w = self.fresh("weakest");
        let strongest = With {
            items: vec![(weakest, w.clone())],
            order: vec![(Expr::var(&w), true)],
            limit: Some(Expr::Int(1)),
            ..With::default()
        };
        let again = || Clause::Match(found.clone());
        let all = Expr::collect(Query(vec![again(), Clause::Return(path)]));
        let best = Expr::collect(Query(vec![again(), Clause::With(strongest), Clause::Return(Expr::var(&w))]));
        let mut with = With::keeping([neighbour.as_str()]);
        with.items.push((all, paths));
        with.items.push((Expr::Call("head", vec![best]), status.clone()));
        if let Some(set) = edge.status {
            with.filter.extend(self.of_status(Expr::var(&status), set));
        }
        if !edge.properties.is_empty() {
            with.filter.push(Expr::Or(Vec::new()));
        }
        if edge.basis.is_some() {
            let mut passing = found.clone();
            for r in &relationships {
                passing.filter.extend(self.of_basis(r, edge));
            }
            with.filter.push(Expr::exists(Query(vec![Clause::Match(passing)])));
        }
        let distinct = With { distinct: true, ..With::keeping([neighbour.as_str()]) };
        vec![Clause::Match(found), Clause::With(distinct), Clause::With(with)]
    }

    /// A page of edges of a hop.
    pub(super) fn edges(&mut self, n: &str, from: KindSet, page: &EdgesPage) -> Expr {
        let m = self.fresh("n");
        let mut hop = self.hop_from(n, page.hop, &m, from);
        let kinds = hop.kinds;
        if !page.node.is_true() {
            let passes = self.filter(&m, kinds, &page.node);
            hop.found.filter.push(passes);
        }
        let (paths, status) = (hop.paths.clone(), hop.status.clone());
        let mut keys = self.entity_keys(&m, &page.order);
        let descending = keys.last().is_some_and(|key| key.descending);
        keys.push(Key::sure(Expr::prop(&m, at::ID), descending));
        let edge = |stored| Edge { m: &m, kinds, stored, paths: &paths, status: &status };
        match page.hop {
            Hop::Edge(relationship, direction) => {
                let r = hop.relationships.first().cloned().unwrap_or_default();
                let passes = self.edge_filter(&hop.relationships, Some(relationship), &page.edge);
                hop.found.filter.extend(passes);
                keys.push(Key::sure(Expr::prop(&r, at::FACT_ID), descending));
                let symmetric = self.ontology.relationship(relationship).symmetric;
                let (number, ends) = match direction {
                    _ if symmetric => (0, None),
                    Direction::Out => (0, Some((n, m.as_str()))),
                    Direction::In => (1, Some((m.as_str(), n))),
                };
                let stored = Stored { r: &r, relationship: Some(relationship), direction: Expr::Int(number), ends };
                let row = self.edge_row(&edge(Some(stored)), &page.row);
                let clauses = vec![Clause::Match(hop.found)];
                let listed = (!page.aggregate.is_empty()).then(|| Listed {
                    clauses: clauses.clone(),
                    n: m.clone(),
                    kinds,
                    repeats: true,
                    is_root: false,
                });
                let listing = Listing { clauses, variables: vec![r.clone(), m.clone()], keys, walked: false };
                let beside = self.aggregate(listed, &page.aggregate);
                self.page(listing, &page.page, row, beside)
            }
            Hop::Derived(..) => {
                // Every neighbour once: its id alone makes the order total.
                let row = self.edge_row(&edge(None), &page.row);
                let found = hop.found.clone();
                let clauses = self.derived_edges(hop, &page.edge);
                let listed = (!page.aggregate.is_empty()).then(|| {
                    // All paths are looked at only where they decide which neighbours count.
                    let (clauses, repeats) = match page.edge == EdgeFilter::default() {
                        true => (vec![Clause::Match(found)], true),
                        false => (clauses.clone(), false),
                    };
                    Listed { clauses, n: m.clone(), kinds, repeats, is_root: false }
                });
                let listing =
                    Listing { clauses, variables: vec![m.clone(), paths.clone(), status.clone()], keys, walked: false };
                let beside = self.aggregate(listed, &page.aggregate);
                self.page(listing, &page.page, row, beside)
            }
        }
    }

    /// A page of edges of several relationships.
    pub(super) fn related(&mut self, n: &str, page: &RelatedPage) -> Expr {
        let (r, m, d) = (self.fresh("r"), self.fresh("n"), self.fresh("d"));
        let relationships = self.asked(page.relationships.as_deref());
        let mut found = self.any_way(n, &r, &relationships, &m);
        found.filter.extend(self.current(&r));
        found.filter.extend(self.of_kinds(&m, page.kinds, self.ontology.all_kinds()));
        found.filter.extend(self.of_status(Expr::prop(&r, at::STATUS), page.status));

        let (out, back) = (Expr::Int(0), Expr::Int(1));
        let ends_at_n = |end| Expr::Call(end, vec![Expr::var(&r)]).infix("=", Expr::var(n));
        let mut ways = Vec::new();
        let symmetric = relationships.iter().map(|id| self.ontology.relationship(*id)).filter(|r| r.symmetric);
        let symmetric: Vec<String> = symmetric.map(|relationship| relationship.name.as_ref().into()).collect();
        if !symmetric.is_empty() {
            let symmetric = self.parameter(Value::texts(symmetric));
            let among = Expr::Call("type", vec![Expr::var(&r)]).infix("IN", symmetric);
            ways.push((among, Expr::List(vec![out.clone()])));
        }
        let loops = Expr::And(vec![ends_at_n("startNode"), ends_at_n("endNode")]);
        ways.push((loops, Expr::List(vec![out.clone(), back.clone()])));
        ways.push((ends_at_n("startNode"), Expr::List(vec![out])));
        let ways = Expr::Case(ways, Box::new(Expr::List(vec![back])));

        let mut kept = With::keeping([r.as_str(), &m, &d]);
        if let Some(direction) = page.direction {
            kept.filter.push(Expr::var(&d).infix("=", Expr::Int(i64::from(direction == Direction::In))));
        }
        let clauses = vec![Clause::Match(found), Clause::Unwind(ways, d.clone()), Clause::With(kept)];
        let kind = || Expr::Call("type", vec![Expr::var(&r)]);
        let groups = page.groups.then(|| {
            let row = vec![kind(), Expr::var(&d), Expr::prop(&r, at::STATUS)];
            let mut clauses = clauses.clone();
            clauses.push(Clause::Return(Expr::List(row)));
            Expr::collect(Query(clauses))
        });
        let keys = vec![
            Key::sure(kind(), false),
            Key::sure(Expr::var(&d), false),
            Key::sure(Expr::prop(&m, at::SORT), false),
            Key::sure(Expr::prop(&m, at::ID), false),
            Key::sure(Expr::prop(&r, at::FACT_ID), false),
        ];
        let stored = Stored { r: &r, relationship: None, direction: Expr::var(&d), ends: None };
        let edge = Edge { m: &m, kinds: self.ontology.all_kinds(), stored: Some(stored), paths: "", status: "" };
        let row = self.edge_row(&edge, &page.row);
        let listing = Listing { clauses, variables: vec![r.clone(), m.clone(), d.clone()], keys, walked: false };
        self.page(listing, &page.page, row, groups.into_iter().collect())
    }

    fn edge_row(&mut self, edge: &Edge<'_>, slots: &[EdgeSlot]) -> Vec<Expr> {
        slots.iter().map(|slot| self.edge_slot(edge, slot)).collect()
    }

    fn edge_slot(&mut self, edge: &Edge<'_>, slot: &EdgeSlot) -> Expr {
        match (slot, &edge.stored) {
            (EdgeSlot::Node(projection), _) => self.entity(edge.m, edge.kinds, projection),
            (EdgeSlot::Fact(facts), Some(stored)) => self.fact(stored.r, stored.ends, facts),
            (EdgeSlot::Facts(facts), Some(stored)) => Expr::List(vec![self.fact(stored.r, stored.ends, facts)]),
            (EdgeSlot::Property(position), Some(Stored { r, relationship: Some(relationship), .. })) => {
                let property = self.ontology.relationship(*relationship).properties.get(usize::from(*position));
                property.map_or(Expr::Null, |property| Expr::prop(r, &property.name))
            }
            (EdgeSlot::Relationship, Some(stored)) => Expr::Call("type", vec![Expr::var(stored.r)]),
            (EdgeSlot::Direction, Some(stored)) => stored.direction.clone(),
            (EdgeSlot::Status, Some(stored)) => Expr::prop(stored.r, at::STATUS),
            (EdgeSlot::Status, None) => Expr::var(edge.status),
            (EdgeSlot::Facts(facts), None) => {
                let (path, r) = (self.fresh("path"), self.fresh("r"));
                let with = With {
                    distinct: true,
                    order: vec![(Expr::prop(&r, at::FACT_ID), false)],
                    limit: Some(Expr::Int(FACTS_SHOWN)),
                    ..With::keeping([r.as_str()])
                };
                let fact = self.fact(&r, None, facts);
                Expr::collect(Query(vec![
                    Clause::Unwind(Expr::var(edge.paths), path.clone()),
                    Clause::Unwind(Expr::var(&path), r.clone()),
                    Clause::With(with),
                    Clause::Return(fact),
                ]))
            }
            (EdgeSlot::Fact(_) | EdgeSlot::Property(_) | EdgeSlot::Relationship | EdgeSlot::Direction, _) => Expr::Null,
        }
    }

    /// The number of distinct other entities joined by current facts that hold.
    pub(super) fn degree(&mut self, n: &str) -> Expr {
        if self.view.is_latest() {
            return Expr::prop(n, at::DEGREE);
        }
        let (r, m) = (self.fresh("r"), self.fresh("n"));
        let all = self.asked(None);
        let mut found = self.any_way(n, &r, &all, &m);
        found.filter.extend(self.current(&r));
        found.filter.extend(self.of_status(Expr::prop(&r, at::STATUS), StatusSet::HELD));
        found.filter.push(Expr::var(&m).infix("<>", Expr::var(n)));
        let distinct = With { distinct: true, ..With::keeping([m.as_str()]) };
        Expr::count(Query(vec![Clause::Match(found), Clause::With(distinct), Clause::Return(Expr::Int(1))]))
    }
}
