//! Filters evaluated in the plainest way, by reading the whole graph for each entity: what both stores are held to.
//! Only for a request without `asOf`.

use super::request::Literal;
use mdgraph::graph::{Basis, DAY_MAX, Fact, Graph, NodeIx, PartialDate, Status, StatusSet, Value, naming};
use mdgraph::ontology::{Direction, Hierarchies, Link, Ontology, PropId, RelId, Target};
use std::collections::BTreeSet;

/// An edge to a neighbour, as a filter sees it: stored ones have a fact, derived ones the paths.
struct Edge<'g> {
    neighbour: NodeIx,
    paths: Vec<Vec<&'g Fact>>,
}

/// Evaluates filters over one graph.
pub struct Naive<'g> {
    graph: &'g Graph,
    ontology: &'g Ontology,
    current: Vec<&'g Fact>,
}

fn object(literal: &Literal) -> &[(String, Literal)] {
    if let Literal::Object(fields) = literal { fields } else { &[] }
}

fn list(literal: &Literal) -> Vec<&str> {
    match literal {
        Literal::List(items) => items.iter().map(text).collect(),
        one => vec![text(one)],
    }
}

fn text(literal: &Literal) -> &str {
    match literal {
        Literal::Text(text) | Literal::Token(text) => text,
        _ => "",
    }
}

fn date(literal: &Literal) -> PartialDate {
    text(literal).parse().expect("a date")
}

/// The literal as a value of the same type as another.
fn like(value: &Value, literal: &str) -> Value {
    match value {
        Value::Bool(_) => Value::Bool(literal == "true"),
        Value::Int(_) => Value::Int(literal.parse().expect("a whole number")),
        Value::Decimal(_) => Value::Decimal(literal.parse().expect("a number")),
        _ => Value::from(literal),
    }
}

/// Whether values (one, or those of a list; none when absent) pass every operator of a filter.
fn passes(values: &[Value], filter: &Literal) -> bool {
    object(filter).iter().all(|(operator, operand)| {
        let any = |test: &dyn Fn(&Value) -> bool| values.iter().any(test);
        let is = |value: &Value, literal: &str| *value == like(value, literal);
        match operator.as_str() {
            "isNull" => values.is_empty() == (text(operand) == "true"),
            "eq" | "in" => any(&|v| list(operand).iter().any(|o| is(v, o))),
            "notIn" => !values.is_empty() && !any(&|v| list(operand).iter().any(|o| is(v, o))),
            "contains" => any(&|v| v.as_str().is_some_and(|v| v.contains(text(operand)))),
            "startsWith" => any(&|v| v.as_str().is_some_and(|v| v.starts_with(text(operand)))),
            "gt" => any(&|v| *v > like(v, text(operand))),
            "gte" => any(&|v| *v >= like(v, text(operand))),
            "lt" => any(&|v| *v < like(v, text(operand))),
            "lte" => any(&|v| *v <= like(v, text(operand))),
            "during" | "before" | "after" => any(&|v| {
                let (Value::Date(v), o) = (v, date(operand)) else { return false };
                match operator.as_str() {
                    "during" => v.first() >= o.first() && v.last() <= o.last(),
                    "before" => v.last() < o.first(),
                    _ => v.first() > o.last(),
                }
            }),
            other => panic!("an operator that is not known here: {other}"),
        }
    })
}

impl<'g> Naive<'g> {
    /// Over a graph.
    pub fn new(graph: &'g Graph) -> Naive<'g> {
        let current = graph.facts.iter().filter(|f| f.known_to == DAY_MAX).collect();
        Naive { graph, ontology: &graph.ontology, current }
    }

    /// The ids of a kind's entities that pass a filter, ascending.
    pub fn passing(&self, target: Target, filter: &Literal) -> Vec<String> {
        let kinds = self.ontology.kinds_of(target);
        let all = (0..self.graph.nodes.len()).map(|i| NodeIx(i as u32));
        let of_kind = all.filter(|n| kinds.contains(self.graph.node(*n).kind));
        of_kind.filter(|n| self.holds(target, *n, filter)).map(|n| self.graph.node(n).id.to_string()).collect()
    }

    fn holds(&self, target: Target, node: NodeIx, filter: &Literal) -> bool {
        object(filter).iter().all(|(name, operand)| self.field_holds(target, node, name, operand))
    }

    fn field_holds(&self, target: Target, node: NodeIx, name: &str, operand: &Literal) -> bool {
        let it = self.graph.node(node);
        let parts = || if let Literal::List(items) = operand { items.iter() } else { [].iter() };
        match name {
            "AND" => parts().all(|part| self.holds(target, node, part)),
            "OR" => parts().any(|part| self.holds(target, node, part)),
            "NOT" => !self.holds(target, node, operand),
            "kind" => list(operand).contains(&&*self.ontology.kind(it.kind).constant),
            "id" => object(operand).iter().all(|(operator, ids)| {
                let is = list(ids).iter().any(|id| self.graph.find(id) == Some(node));
                match operator.as_str() {
                    "eq" | "in" => is,
                    "notIn" => !is,
                    _ => self.under(node).iter().any(|n| list(ids).iter().any(|id| self.graph.find(id) == Some(*n))),
                }
            }),
            "document" => {
                let facts = self.graph.facts.iter().filter(|f| [f.subject, f.object].contains(&node));
                let figures = self.graph.observations.iter();
                let figures = figures.filter(|o| o.indicator == node || o.subjects.contains(&node));
                let cited = it.citations.iter().chain(facts.flat_map(|f| &f.citations));
                let mut cited = cited.chain(figures.flat_map(|o| &o.citations)).map(|citation| citation.document);
                cited.any(|document| self.field_holds(target, document, "id", operand))
            }
            "name" => {
                let names: Vec<Value> = it.names.all().map(|n| Value::from(naming::fold(n).as_str())).collect();
                let folded = object(operand).iter().map(|(operator, o)| {
                    let o = match o {
                        Literal::Text(t) => Literal::Text(naming::fold(t)),
                        Literal::List(items) => {
                            Literal::List(items.iter().map(|t| Literal::Text(naming::fold(text(t)))).collect())
                        }
                        other => other.clone(),
                    };
                    (operator.clone(), o)
                });
                passes(&names, &Literal::Object(folded.collect()))
            }
            property if self.ontology.property_named(property).is_some() => {
                let id = self.ontology.property_named(property).expect("just found");
                passes(&self.values(node, id), operand)
            }
            field => {
                let links = self.ontology.links_of(target);
                let (_, link) = links.iter().find(|(f, _)| &**f == field).expect("a link");
                let edges = self.edges(node, *link);
                object(operand).iter().all(|(quantifier, found)| {
                    let mut passing = edges.iter().map(|edge| self.edge_holds(edge, *link, found));
                    match quantifier.as_str() {
                        "some" => passing.any(|p| p),
                        "none" => !passing.any(|p| p),
                        _ => passing.all(|p| p),
                    }
                })
            }
        }
    }

    /// The value or the elements of a property, in force now.
    fn values(&self, node: NodeIx, id: PropId) -> Vec<Value> {
        let it = self.graph.node(node);
        let dated = it.history.iter().find(|(p, _)| *p == id).and_then(|(_, entries)| {
            let key = |e: &&mdgraph::graph::Dated| {
                (e.since.as_ref().map_or(0, mdgraph::graph::When::first), e.known_from, e.value.clone())
            };
            entries.iter().max_by_key(key).map(|e| &e.value)
        });
        match it.property(id).or(dated) {
            Some(Value::List(items)) => items.to_vec(),
            Some(value) => vec![value.clone()],
            None => Vec::new(),
        }
    }

    /// It and its ancestors: where it is, where that is, and so on, and what each of those is a part of.
    fn under(&self, node: NodeIx) -> BTreeSet<NodeIx> {
        let Hierarchies { plain, inherited } = self.ontology.hierarchies();
        let mut reached = BTreeSet::from([node]);
        while let Some((own, over)) = inherited {
            let there: BTreeSet<NodeIx> = reached.iter().flat_map(|n| self.inherited(*n, own, over)).collect();
            if there.is_subset(&reached) {
                break;
            }
            reached.extend(there);
        }
        self.closed(reached, &plain)
    }

    /// What an entity has over a relationship, or else what they have that it is under over another; all that are on the way at once.
    fn inherited(&self, node: NodeIx, own: RelId, over: RelId) -> BTreeSet<NodeIx> {
        let (mut heirs, mut found) = (BTreeSet::from([node]), BTreeSet::new());
        loop {
            let has: BTreeSet<NodeIx> = heirs.iter().flat_map(|heir| self.held(*heir, own)).collect();
            found.extend(has);
            let poor = heirs.iter().filter(|heir| self.held(**heir, own).is_empty());
            let above: BTreeSet<NodeIx> = poor.flat_map(|heir| self.held(*heir, over)).collect();
            if above.is_subset(&heirs) {
                return found;
            }
            heirs.extend(above);
        }
    }

    /// What is reached over some relationships, any number of steps.
    fn closed(&self, mut reached: BTreeSet<NodeIx>, over: &[RelId]) -> BTreeSet<NodeIx> {
        loop {
            let above = reached.iter().flat_map(|n| over.iter().flat_map(|id| self.held(*n, *id)));
            let above: BTreeSet<NodeIx> = above.collect();
            if above.is_subset(&reached) {
                return reached;
            }
            reached.extend(above);
        }
    }

    fn held(&self, subject: NodeIx, id: RelId) -> Vec<NodeIx> {
        let facts = self.current.iter().filter(|f| f.subject == subject && f.relationship == id);
        facts.filter(|f| StatusSet::HELD.contains(f.status)).map(|f| f.object).collect()
    }

    /// Facts that join an entity to others over a relationship in a direction, with the other end.
    fn facts(&self, node: NodeIx, id: RelId, direction: Direction) -> Vec<(&'g Fact, NodeIx)> {
        let symmetric = self.ontology.relationship(id).symmetric;
        let mut found = Vec::new();
        for fact in self.current.iter().filter(|f| f.relationship == id) {
            if fact.subject == node && (symmetric || direction == Direction::Out) {
                found.push((*fact, fact.object));
            } else if fact.object == node && (symmetric || direction == Direction::In) {
                found.push((*fact, fact.subject));
            }
        }
        found
    }

    fn edges(&self, node: NodeIx, link: Link) -> Vec<Edge<'g>> {
        let (id, direction) = match link {
            Link::Relationship(id, direction) => {
                let facts = self.facts(node, id, direction);
                return facts.into_iter().map(|(f, n)| Edge { neighbour: n, paths: vec![vec![f]] }).collect();
            }
            Link::Derived(id, direction) => (id, direction),
        };
        let derived = self.ontology.shortcut(id);
        let starts = self.ontology.kinds_of(derived.from);
        let mut edges: Vec<Edge<'g>> = Vec::new();
        let mut add = |neighbour: NodeIx, path: Vec<&'g Fact>| match edges.iter_mut().find(|e| e.neighbour == neighbour)
        {
            Some(edge) => edge.paths.push(path),
            None => edges.push(Edge { neighbour, paths: vec![path] }),
        };
        for start in (0..self.graph.nodes.len()).map(|i| NodeIx(i as u32)) {
            if (direction == Direction::Out && start != node) || !starts.contains(self.graph.node(start).kind) {
                continue;
            }
            for (end, path) in self.paths(start, id) {
                match direction {
                    Direction::Out if end != node => add(end, path),
                    Direction::In if end == node && start != node => add(start, path),
                    _ => {}
                }
            }
        }
        edges
    }

    /// Every path of a shortcut from an entity.
    fn paths(&self, start: NodeIx, id: mdgraph::ontology::DerivedId) -> Vec<(NodeIx, Vec<&'g Fact>)> {
        let mut paths = vec![(start, Vec::new())];
        for step in &self.ontology.shortcut(id).steps {
            let relationship = self.ontology.relationship(step.relationship);
            let mut longer = Vec::new();
            for (at, path) in paths {
                for (fact, next) in self.facts(at, step.relationship, step.direction) {
                    let edge_fits = step.edge.iter().all(|(name, value)| {
                        let position = relationship.properties.iter().position(|p| p.name == *name);
                        position.and_then(|p| fact.property(p as u8)) == Some(value)
                    });
                    let node_fits = step.kinds.contains(self.graph.node(next).kind)
                        && step.node.iter().all(|(id, value)| self.values(next, *id).contains(value));
                    if edge_fits && node_fits && !path.iter().any(|f: &&Fact| f.id == fact.id) {
                        let mut path: Vec<&'g Fact> = path.clone();
                        path.push(fact);
                        longer.push((next, path));
                    }
                }
            }
            paths = longer;
        }
        paths
    }

    fn edge_holds(&self, edge: &Edge<'_>, link: Link, found: &Literal) -> bool {
        let target = self.ontology.link_target(link);
        object(found).iter().all(|(part, operand)| match part.as_str() {
            "node" => self.holds(target, edge.neighbour, operand),
            _ => object(operand).iter().all(|(name, operand)| match name.as_str() {
                "status" => {
                    let of = |path: &Vec<&Fact>| path.iter().map(|f| f.status).min();
                    let best = edge.paths.iter().filter_map(of).max();
                    list(operand).iter().any(|s| Status::named(s) == best)
                }
                "basis" => {
                    let wanted: Vec<Option<Basis>> = list(operand).into_iter().map(Basis::named).collect();
                    edge.paths.iter().any(|path| path.iter().all(|f| wanted.contains(&Some(f.basis))))
                }
                property => {
                    let fact = edge.paths[0][0];
                    let relationship = self.ontology.relationship(fact.relationship);
                    let position = relationship.properties.iter().position(|p| &*p.name == property);
                    let values = match position.and_then(|p| fact.property(p as u8)) {
                        Some(Value::List(items)) => items.to_vec(),
                        Some(value) => vec![value.clone()],
                        None => Vec::new(),
                    };
                    passes(&values, operand)
                }
            }),
        })
    }
}
