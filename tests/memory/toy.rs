//! Small graphs, said in a few words.

use mdgraph::graph::{
    Basis, Bilingual, Bound, Citation, DAY_MAX, Dated, Day, Decimal, Fact, FactIx, Graph, Node, NodeIx, NodeNames,
    Observation, PartialDate, Scope, Span, Status, Value, When, naming,
};
use mdgraph::ontology::{Ontology, PropId, RelId, load};
use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

/// The ontology of the toys.
pub fn ontology() -> Arc<Ontology> {
    static TOY: OnceLock<Arc<Ontology>> = OnceLock::new();
    let read = || load(&[("toy.graphql".to_owned(), include_str!("toy.graphql").to_owned())]);
    TOY.get_or_init(|| Arc::new(read().unwrap_or_else(|errors| panic!("{errors:#?}")))).clone()
}

pub fn prop(name: &str) -> PropId {
    ontology().property_named(name).unwrap_or_else(|| panic!("no property {name}"))
}

pub fn rel(name: &str) -> RelId {
    ontology().relationship_named(name).unwrap_or_else(|| panic!("no relationship {name}"))
}

pub fn date(text: &str) -> PartialDate {
    text.parse().expect(text)
}

pub fn decimal(text: &str) -> Value {
    Value::Decimal(text.parse::<Decimal>().expect(text))
}

/// A graph in the making: ends are named by id, and ids sorted at the end.
#[derive(Clone, Default)]
pub struct Toy {
    pub nodes: Vec<Node>,
    facts: Vec<(String, String, Fact, Option<String>)>,
    observations: Vec<(String, Vec<String>, Option<String>, Observation)>,
    retired: Vec<(String, String)>,
}

impl Toy {
    /// An entity, known since ever. Returns it, to be given more.
    pub fn node(&mut self, id: &str, name: &str) -> &mut Node {
        let kind = ontology().kind_of_prefix(id.split(':').next().unwrap()).unwrap_or_else(|| panic!("kind of {id}"));
        self.nodes.push(Node {
            id: id.into(),
            kind,
            names: NodeNames { zh: Some(name.into()), ..NodeNames::default() },
            sort_name: naming::sort_key(name),
            disambiguation: Bilingual::default(),
            description: Bilingual::default(),
            properties: Vec::new(),
            properties_known: Vec::new(),
            history: Vec::new(),
            known_from: 0,
            citations: Vec::new(),
        });
        self.nodes.last_mut().unwrap()
    }
    /// A fact, actual and known since ever: `"company:a MAKES product:x"`. Returns it, to be changed.
    pub fn fact(&mut self, id: &str, said: &str) -> &mut Fact {
        let words: Vec<&str> = said.split(' ').collect();
        let fact = Fact {
            id: format!("fact:{id}").into(),
            relationship: rel(words[1]),
            subject: NodeIx(0),
            object: NodeIx(0),
            status: Status::Actual,
            basis: Basis::Stated,
            since: None,
            until: None,
            properties: Vec::new(),
            note: None,
            doubt: None,
            known_from: 0,
            known_to: DAY_MAX,
            superseded_by: None,
            conflicting_from: None,
            citations: Vec::new(),
        };
        self.facts.push((words[0].to_owned(), words[2].to_owned(), fact, None));
        &mut self.facts.last_mut().unwrap().2
    }
    /// The last fact is superseded by another on a day.
    pub fn superseded(&mut self, by: &str, on: Day) {
        let last = self.facts.last_mut().unwrap();
        last.2.known_to = on;
        last.3 = Some(format!("fact:{by}"));
    }
    /// An exact figure about an entity. Returns it, to be changed.
    pub fn observation(&mut self, id: &str, indicator: &str, subjects: &[&str], when: When) -> &mut Observation {
        let observation = Observation {
            id: format!("observation:{id}").into(),
            indicator: NodeIx(0),
            subjects: Vec::new(),
            when,
            span: Span::Span,
            value: None,
            unit: None,
            normalized: None,
            bound: Bound::Exact,
            rank: None,
            status: Status::Actual,
            scope: Scope { text: "".into(), sector: None, population: None, place: None },
            breakdown_of: None,
            note: None,
            doubt: None,
            known_from: 0,
            citations: Vec::new(),
        };
        let subjects = subjects.iter().map(|s| s.to_string()).collect();
        self.observations.push((indicator.to_owned(), subjects, None, observation));
        &mut self.observations.last_mut().unwrap().3
    }
    pub fn retired(&mut self, id: &str, by: &str) {
        self.retired.push((id.to_owned(), by.to_owned()));
    }

    /// The graph. Citations of nodes and facts are by position in `cited`.
    pub fn graph(mut self) -> Graph {
        self.nodes.sort_by(|a, b| a.id.cmp(&b.id));
        let at: HashMap<Arc<str>, NodeIx> =
            self.nodes.iter().enumerate().map(|(i, n)| (n.id.clone(), NodeIx(i as u32))).collect();
        let find = |id: &str| *at.get(id).unwrap_or_else(|| panic!("no entity {id}"));
        self.facts.sort_by(|a, b| a.2.id.cmp(&b.2.id));
        let ids: Vec<Arc<str>> = self.facts.iter().map(|f| f.2.id.clone()).collect();
        let facts = self.facts.into_iter().map(|(subject, object, mut fact, next)| {
            (fact.subject, fact.object) = (find(&subject), find(&object));
            let place = |id: String| ids.iter().position(|i| **i == *id).unwrap_or_else(|| panic!("no {id}"));
            fact.superseded_by = next.map(|id| FactIx(place(id) as u32));
            fact
        });
        let facts = facts.collect();
        self.observations.sort_by(|a, b| a.3.id.cmp(&b.3.id));
        let observations = self.observations.into_iter().map(|(indicator, subjects, sector, mut observation)| {
            observation.indicator = find(&indicator);
            observation.subjects = subjects.iter().map(|s| find(s)).collect();
            observation.scope.sector = sector.map(|s| find(&s));
            observation
        });
        let observations = observations.collect();
        let retired = self.retired.iter().map(|(id, by)| (id.as_str().into(), find(by))).collect();
        Graph::new(ontology(), self.nodes, facts, observations, retired)
    }
}

/// Gives an entity a timeless property.
pub fn set(node: &mut Node, name: &str, value: Value) {
    node.properties.push((prop(name), value));
    node.properties.sort_by_key(|(p, _)| *p);
}

/// Gives an entity a dated value.
pub fn dated(node: &mut Node, name: &str, value: &str, since: Option<&str>, until: Option<&str>, known_from: Day) {
    let when = |text: &str| When::date(date(text));
    let dated = Dated {
        value: value.into(),
        since: since.map(when),
        until: until.map(when),
        known_from,
        citations: Vec::new(),
    };
    match node.history.iter_mut().find(|(p, _)| *p == prop(name)) {
        Some((_, list)) => list.push(dated),
        None => node.history.push((prop(name), vec![dated])),
    }
    node.history.iter_mut().for_each(|(_, list)| list.sort_by_key(|d| d.known_from));
    node.history.sort_by_key(|(p, _)| *p);
}

/// A citation of the entity at a position.
pub fn citation(document: NodeIx, section: &str) -> Citation {
    Citation { document, section: section.into(), supports: Vec::new() }
}
