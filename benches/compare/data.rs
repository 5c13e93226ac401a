//! The same data for the two peers, shaped as one would by hand: a map of companies with their lists.

use mdgraph::graph::{DAY_MAX, Graph, Node, NodeIx, StatusSet, Value};
use std::collections::{BTreeSet, HashMap};

/// A neighbour by id and name.
pub struct Named {
    pub id: String,
    pub name: String,
}

/// A product with what the page shows of it.
pub struct Product {
    pub brand: Option<String>,
    pub status: &'static str,
    pub product: Named,
    pub device_class: Option<String>,
    pub sectors: Vec<Named>,
}

/// A delivery.
pub struct Supply {
    pub goods: Option<String>,
    pub to: Named,
}

/// A company with what the page shows of it; lists by name.
pub struct Company {
    pub id: String,
    pub name: String,
    pub en: Option<String>,
    pub credit_code: Option<String>,
    pub identified: bool,
    pub founded_on: Option<String>,
    pub degree: usize,
    pub located_in: Vec<Named>,
    pub sectors: Vec<Named>,
    pub makes: Vec<Product>,
    pub supplies: Vec<Supply>,
}

/// Companies by id.
pub type Data = HashMap<String, Company>;

/// Reads the peers' data out of the graph that ours serves.
pub fn data(graph: &Graph) -> Data {
    let reader = Reader::of(graph);
    let company = graph.ontology.kind_named("Company");
    let ids = (0..graph.nodes.len() as u32).map(NodeIx).filter(|ix| Some(graph.node(*ix).kind) == company);
    ids.map(|ix| (graph.node(ix).id.to_string(), reader.company(ix))).collect()
}

struct Reader<'a> {
    graph: &'a Graph,
    out: HashMap<NodeIx, Vec<usize>>,
    degree: HashMap<NodeIx, BTreeSet<NodeIx>>,
}

impl<'a> Reader<'a> {
    fn of(graph: &'a Graph) -> Self {
        let mut out: HashMap<NodeIx, Vec<usize>> = HashMap::new();
        let mut degree: HashMap<NodeIx, BTreeSet<NodeIx>> = HashMap::new();
        for (i, fact) in graph.facts.iter().enumerate().filter(|(_, fact)| fact.known_to == DAY_MAX) {
            out.entry(fact.subject).or_default().push(i);
            if StatusSet::HELD.contains(fact.status) {
                degree.entry(fact.subject).or_default().insert(fact.object);
                degree.entry(fact.object).or_default().insert(fact.subject);
            }
        }
        let order = |i: &usize| {
            let neighbour = graph.node(graph.facts[*i].object);
            (neighbour.sort_name.clone(), neighbour.id.clone(), graph.facts[*i].id.clone())
        };
        out.values_mut().for_each(|list| list.sort_by_cached_key(order));
        Reader { graph, out, degree }
    }

    fn edges(&self, ix: NodeIx, relationship: &str) -> impl Iterator<Item = (&'a mdgraph::graph::Fact, &'a Node)> {
        let graph = self.graph;
        let wanted = graph.ontology.relationship_named(relationship);
        let all = self.out.get(&ix).cloned().unwrap_or_default();
        all.into_iter()
            .map(|i| &graph.facts[i])
            .filter(move |f| Some(f.relationship) == wanted)
            .map(|f| (f, graph.node(f.object)))
    }

    fn named(&self, node: &Node) -> Named {
        Named { id: node.id.to_string(), name: node.display_name().to_string() }
    }

    fn text(&self, node: &Node, property: &str) -> Option<String> {
        let value = node.property(self.graph.ontology.property_named(property)?)?;
        match value {
            Value::Str(text) => Some(text.to_string()),
            Value::Date(date) => Some(date.to_string()),
            _ => None,
        }
    }

    fn truth(&self, node: &Node, property: &str) -> bool {
        let value = self.graph.ontology.property_named(property).and_then(|property| node.property(property));
        value == Some(&Value::Bool(true))
    }

    fn company(&self, ix: NodeIx) -> Company {
        let node = self.graph.node(ix);
        let edge_text = |fact: &mdgraph::graph::Fact| fact.property(0).and_then(Value::as_str).map(str::to_owned);
        let sectors = |ix| self.edges(ix, "IN_SECTOR").map(|(_, n)| self.named(n)).collect::<Vec<_>>();
        Company {
            id: node.id.to_string(),
            name: node.display_name().to_string(),
            en: node.names.en.as_ref().map(ToString::to_string),
            credit_code: self.text(node, "creditCode"),
            identified: self.truth(node, "identified"),
            founded_on: self.text(node, "foundedOn"),
            degree: self.degree.get(&ix).map_or(0, BTreeSet::len),
            located_in: self.edges(ix, "LOCATED_IN").map(|(_, n)| self.named(n)).collect(),
            sectors: sectors(ix),
            makes: self
                .edges(ix, "MAKES")
                .map(|(fact, product)| Product {
                    brand: edge_text(fact),
                    status: fact.status.name(),
                    product: self.named(product),
                    device_class: self.text(product, "deviceClass"),
                    sectors: sectors(fact.object),
                })
                .collect(),
            supplies: self
                .edges(ix, "SUPPLIES")
                .map(|(fact, to)| Supply { goods: edge_text(fact), to: self.named(to) })
                .collect(),
        }
    }
}
