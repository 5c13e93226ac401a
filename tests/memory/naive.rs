//! The operators again, as plainly as their comments put them: no index, no order kept, nothing stopped early.

use mdgraph::graph::{Fact, Graph, Node, NodeIx, StatusSet, Value, When, naming};
use mdgraph::ontology::{Direction, Hierarchies, Ontology, PropId, RelId};
use mdgraph::plan::ir::*;
use std::collections::BTreeSet;

pub struct Naive<'g> {
    pub graph: &'g Graph,
    pub view: &'g View,
}

/// An edge: the neighbour and the facts of each path that it stands for.
type Edge = (NodeIx, Vec<Vec<usize>>);

impl<'g> Naive<'g> {
    fn ontology(&self) -> &'g Ontology {
        &self.graph.ontology
    }
    fn is_current(&self, fact: &Fact) -> bool {
        fact.known_from <= self.view.known
            && self.view.known < fact.known_to
            && fact.valid_from() <= self.view.valid_to
            && fact.valid_to() >= self.view.valid_from
    }
    fn current(&self) -> impl Iterator<Item = (usize, &'g Fact)> {
        self.graph.facts.iter().enumerate().filter(|(_, fact)| self.is_current(fact))
    }
    pub fn is_seen(&self, node: NodeIx) -> bool {
        self.graph.node(node).known_from <= self.view.known
    }

    pub fn property(&self, node: &'g Node, id: PropId) -> Option<&'g Value> {
        if !self.ontology().property(id).history {
            return node.property(id).filter(|_| node.property_known(id) <= self.view.known);
        }
        let all = node.history.iter().filter(|(p, _)| *p == id).flat_map(|(_, list)| list);
        let mut seen: Vec<_> = all
            .filter(|dated| {
                dated.known_from <= self.view.known
                    && dated.since.as_ref().is_none_or(|w| w.first() <= self.view.valid_to)
                    && dated.until.as_ref().is_none_or(|w| w.last() >= self.view.valid_from)
            })
            .collect();
        seen.sort_by_key(|d| (d.since.as_ref().map_or(0, When::first), d.known_from, d.value.clone()));
        seen.last().map(|dated| &dated.value)
    }

    /// Every step along a relationship: the fact, and where it leads.
    fn steps(&self, node: NodeIx, hop: Hop) -> Vec<(usize, NodeIx)> {
        let Hop::Edge(id, direction) = hop else { return Vec::new() };
        let symmetric = self.ontology().relationship(id).symmetric;
        let mut steps = Vec::new();
        for (i, fact) in self.current().filter(|(_, fact)| fact.relationship == id) {
            if fact.subject == node && (direction == Direction::Out || symmetric) {
                steps.push((i, fact.object));
            } else if fact.object == node && (direction == Direction::In || symmetric) {
                steps.push((i, fact.subject));
            }
        }
        steps
    }

    pub fn edges(&self, node: NodeIx, hop: Hop) -> Vec<Edge> {
        let (id, direction) = match hop {
            Hop::Edge(..) => return self.steps(node, hop).into_iter().map(|(i, to)| (to, vec![vec![i]])).collect(),
            Hop::Derived(id, direction) => (id, direction),
        };
        // Always along the declared steps, from everywhere; kept are the paths that join this entity.
        let derived = self.ontology().shortcut(id);
        let from = self.ontology().kinds_of(derived.from);
        let mut paths: Vec<(NodeIx, NodeIx, Vec<usize>)> = (0..self.graph.nodes.len() as u32)
            .map(NodeIx)
            .filter(|n| from.contains(self.graph.node(*n).kind))
            .map(|n| (n, n, vec![]))
            .collect();
        for step in &derived.steps {
            let declared = &self.ontology().relationship(step.relationship).properties;
            let mut longer = Vec::new();
            for (start, at, path) in paths {
                for (i, to) in self.steps(at, Hop::Edge(step.relationship, step.direction)) {
                    let (fact, reached) = (&self.graph.facts[i], self.graph.node(to));
                    let edge_fits = step.edge.iter().all(|(name, value)| {
                        let position = declared.iter().position(|p| p.name == *name).unwrap();
                        fact.property(position as u8) == Some(value)
                    });
                    let node_fits = step.node.iter().all(|(id, value)| self.property(reached, *id) == Some(value));
                    if edge_fits && node_fits && step.kinds.contains(reached.kind) && !path.contains(&i) {
                        longer.push((start, to, [path.clone(), vec![i]].concat()));
                    }
                }
            }
            paths = longer;
        }
        let mut edges: Vec<Edge> = Vec::new();
        for (start, end, path) in paths {
            let (here, there) = if direction == Direction::Out { (start, end) } else { (end, start) };
            if here == node && there != node {
                match edges.iter_mut().find(|(n, _)| *n == there) {
                    Some((_, paths)) => paths.push(path),
                    None => edges.push((there, vec![path])),
                }
            }
        }
        edges
    }

    pub fn edge_passes(&self, paths: &[Vec<usize>], hop: Hop, filter: &EdgeFilter) -> bool {
        let fact = |i: &usize| &self.graph.facts[*i];
        let status = paths.iter().filter_map(|path| weakest(path.iter().map(|i| fact(i).status))).max();
        let basis = |set: &Vec<_>| paths.iter().any(|path| path.iter().all(|i| set.contains(&fact(i).basis)));
        filter.status.is_none_or(|set| status.is_some_and(|s| set.contains(s)))
            && filter.basis.as_ref().is_none_or(basis)
            && filter.properties.iter().all(|(position, test)| {
                matches!(hop, Hop::Edge(..)) && passes(fact(&paths[0][0]).property(*position), test)
            })
    }

    /// It and all that it is under.
    pub fn above(&self, ix: NodeIx) -> BTreeSet<NodeIx> {
        let mut tried = BTreeSet::new();
        self.step_up(&mut tried, ix, true);
        tried.into_iter().map(|(node, _)| node).collect()
    }

    /// Tries every step. `inherits`: nothing on the way had its own of the inherited hierarchy and was left over a plain one.
    fn step_up(&self, tried: &mut BTreeSet<(NodeIx, bool)>, at: NodeIx, inherits: bool) {
        if !tried.insert((at, inherits)) {
            return;
        }
        let Hierarchies { plain, inherited } = self.ontology().hierarchies();
        let held = |id: RelId| {
            let facts = self.current().map(|(_, fact)| fact).filter(|f| f.relationship == id && f.subject == at);
            facts.filter(|f| StatusSet::HELD.contains(f.status)).map(|f| f.object).collect::<Vec<_>>()
        };
        let own = inherited.map_or(Vec::new(), |(id, _)| held(id));
        for id in plain {
            let still = inherits && inherited.is_none_or(|(_, over)| over == id && own.is_empty());
            held(id).into_iter().for_each(|to| self.step_up(tried, to, still));
        }
        for to in own.into_iter().filter(|_| inherits) {
            self.step_up(tried, to, true);
        }
    }

    pub fn passes(&self, ix: NodeIx, filter: &Filter) -> bool {
        let node = self.graph.node(ix);
        match filter {
            Filter::And(parts) => parts.iter().all(|part| self.passes(ix, part)),
            Filter::Or(parts) => parts.iter().any(|part| self.passes(ix, part)),
            Filter::Not(inner) => !self.passes(ix, inner),
            Filter::Kinds(kinds) => kinds.contains(node.kind),
            Filter::Ids(ids) => ids.iter().any(|id| self.graph.find(id) == Some(ix)),
            Filter::Within(ids) => {
                let above = self.above(ix);
                ids.iter().any(|id| self.graph.find(id).is_some_and(|top| above.contains(&top)))
            }
            Filter::Cited(document) => {
                let about = self.graph.facts.iter().filter(|f| [f.subject, f.object].contains(&ix));
                let known = about.filter(|f| f.known_from <= self.view.known).flat_map(|f| &f.citations);
                let figures = self.graph.observations.iter().filter(|o| o.known_from <= self.view.known);
                let figures = figures.filter(|o| o.indicator == ix || o.subjects.contains(&ix));
                let mut cited = node.citations.iter().chain(known).chain(figures.flat_map(|o| &o.citations));
                cited.any(|c| {
                    self.graph.node(c.document).known_from <= self.view.known && self.passes(c.document, document)
                })
            }
            Filter::Name(Test::NotIn(values)) => {
                !node.names.all().any(|name| values.contains(&Value::from(&*naming::fold(name))))
            }
            Filter::Name(Test::IsNull(null)) => !null,
            Filter::Name(test) => node.names.all().any(|name| passes(Some(&Value::from(&*naming::fold(name))), test)),
            Filter::Property(id, test) => passes(self.property(node, *id), test),
            Filter::Related { hop, quantifier, edge, node } => {
                let edges = self.edges(ix, *hop);
                let mut passed =
                    edges.iter().map(|(to, paths)| self.edge_passes(paths, *hop, edge) && self.passes(*to, node));
                match quantifier {
                    Quantifier::Some => passed.any(|p| p),
                    Quantifier::None => !passed.any(|p| p),
                    Quantifier::Every => passed.all(|p| p),
                }
            }
        }
    }

    pub fn degree(&self, node: NodeIx) -> i64 {
        let held = self.current().map(|(_, fact)| fact).filter(|fact| StatusSet::HELD.contains(fact.status));
        let mut others = BTreeSet::new();
        for fact in held {
            if fact.subject == node {
                others.insert(fact.object);
            }
            if fact.object == node {
                others.insert(fact.subject);
            }
        }
        others.remove(&node);
        others.len() as i64
    }

    /// Ids in an order: by sorting with a comparison that is written out.
    pub fn sorted(&self, mut nodes: Vec<NodeIx>, order: &[EntityOrder]) -> Vec<NodeIx> {
        nodes.sort_by(|a, b| {
            let (x, y) = (self.graph.node(*a), self.graph.node(*b));
            let default = [EntityOrder { key: EntityKey::Name, descending: false }];
            let order = if order.is_empty() { &default } else { order };
            for by in order {
                let ordering = match by.key {
                    EntityKey::Name => x.sort_name.cmp(&y.sort_name),
                    EntityKey::Degree => self.degree(*a).cmp(&self.degree(*b)),
                    EntityKey::Property(id) => absent_last(self.property(x, id), self.property(y, id), by.descending),
                    EntityKey::Related(hop, RelatedKey::Count) => {
                        self.edges(*a, hop).len().cmp(&self.edges(*b, hop).len())
                    }
                    EntityKey::Related(hop, RelatedKey::Name) => {
                        let name = |node: NodeIx| {
                            let edges = self.edges(node, hop);
                            let names = edges.iter().map(|(to, _)| &*self.graph.node(*to).sort_name);
                            if by.descending { names.max() } else { names.min() }
                        };
                        absent_last(name(*a), name(*b), by.descending)
                    }
                };
                let ordering = if by.descending { ordering.reverse() } else { ordering };
                if ordering.is_ne() {
                    return ordering;
                }
            }
            let last = order.last().is_some_and(|by| by.descending);
            if last { y.id.cmp(&x.id) } else { x.id.cmp(&y.id) }
        });
        nodes
    }
}

/// A comparison that, reversed where the order is descending, puts what is absent last.
fn absent_last<T: Ord>(a: Option<T>, b: Option<T>, descending: bool) -> std::cmp::Ordering {
    match (&a, &b) {
        (Some(v), Some(w)) => v.cmp(w),
        _ if descending => a.is_some().cmp(&b.is_some()),
        _ => b.is_some().cmp(&a.is_some()),
    }
}

pub fn passes(value: Option<&Value>, test: &Test) -> bool {
    let elements: Vec<&Value> = match value {
        None => vec![],
        Some(Value::List(items)) => items.iter().collect(),
        Some(value) => vec![value],
    };
    let text = |v: &Value| v.as_str().map(str::to_owned);
    let number = |v: &Value| match v {
        Value::Int(i) => Some(*i as f64),
        Value::Decimal(d) => Some(d.scaled() as f64 / 10_000.0),
        _ => None,
    };
    let both = |v: &Value, w: &Value| Some((number(v)?, number(w)?));
    let date = |v: &Value| match v {
        Value::Date(d) => Some((d.first(), d.last())),
        _ => None,
    };
    let any = |holds: &dyn Fn(&Value) -> bool| elements.iter().any(|v| holds(v));
    match test {
        Test::IsNull(null) => elements.is_empty() == *null,
        Test::NotIn(values) => !elements.is_empty() && !any(&|v| values.contains(v)),
        Test::In(values) => any(&|v| values.contains(v)),
        Test::Contains(part) => any(&|v| text(v).is_some_and(|t| t.contains(&**part))),
        Test::StartsWith(part) => any(&|v| text(v).is_some_and(|t| t.starts_with(&**part))),
        Test::Gt(w) => any(&|v| both(v, w).is_some_and(|(a, b)| a > b)),
        Test::Gte(w) => any(&|v| both(v, w).is_some_and(|(a, b)| a >= b)),
        Test::Lt(w) => any(&|v| both(v, w).is_some_and(|(a, b)| a < b)),
        Test::Lte(w) => any(&|v| both(v, w).is_some_and(|(a, b)| a <= b)),
        Test::During(d) => any(&|v| date(v).is_some_and(|(f, l)| f >= d.first() && l <= d.last())),
        Test::Before(d) => any(&|v| date(v).is_some_and(|(_, l)| l < d.first())),
        Test::After(d) => any(&|v| date(v).is_some_and(|(f, _)| f > d.last())),
    }
}
