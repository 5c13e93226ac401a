//! A graph to lines. What is absent is left out.

use super::{FORMAT, types};
use crate::graph::{
    Bilingual, Citation, DAY_MAX, DAY_MIN, Dated, Day, Fact, FactIx, Graph, Node, NodeIx, ObsIx, Observation,
    PartialDate, Value, When,
};
use crate::ingest::Unit;
use crate::ontology::{Ontology, PropId, ValueType};
use serde_json::{Map, Value as Json, json};
use std::borrow::Cow;
use std::io::{self, Write};

/// Writes a graph and the units that its figures are in; the same graph gives the same bytes.
///
/// # Errors
/// Those of `out`.
pub fn write(graph: &Graph, units: &[Unit], out: &mut dyn Write) -> io::Result<()> {
    let mut lines = Lines::new(graph, &graph.ontology, out);
    let [entities, facts, observations] =
        [graph.nodes.len(), graph.facts.len(), graph.observations.len()].map(|count| count as u64);
    lines.head(entities, facts, observations)?;
    units.iter().try_for_each(|unit| lines.unit(unit))?;
    graph.nodes.iter().try_for_each(|node| lines.entity(node))?;
    // What is said of one entity stands together: it reads so, and a database takes it faster.
    let mut facts: Vec<&Fact> = graph.facts.iter().collect();
    facts.sort_by_key(|fact| fact.subject);
    facts.into_iter().try_for_each(|fact| lines.fact(fact))?;
    graph.observations.iter().try_for_each(|observation| lines.observation(observation))?;
    let mut retired: Vec<_> = graph.retired.iter().collect();
    retired.sort();
    retired.into_iter().try_for_each(|(id, by)| lines.retired(id, *by))
}

/// The ids by which lines name one another.
pub trait Ids {
    /// Of an entity.
    fn entity(&self, ix: NodeIx) -> Cow<'_, str>;
    /// Of a fact.
    fn fact(&self, ix: FactIx) -> Cow<'_, str>;
    /// Of an observation.
    fn observation(&self, ix: ObsIx) -> Cow<'_, str>;
}

impl Ids for Graph {
    fn entity(&self, ix: NodeIx) -> Cow<'_, str> {
        Cow::Borrowed(&self.node(ix).id)
    }
    fn fact(&self, ix: FactIx) -> Cow<'_, str> {
        Cow::Borrowed(&Graph::fact(self, ix).id)
    }
    fn observation(&self, ix: ObsIx) -> Cow<'_, str> {
        Cow::Borrowed(&Graph::observation(self, ix).id)
    }
}

/// Writes line after line, in the order in which they are called for: the head, units, entities, facts, observations, retired ids. What is
/// written need not be in memory as a graph.
pub struct Lines<'a, I> {
    ids: &'a I,
    ontology: &'a Ontology,
    out: &'a mut dyn Write,
}

impl<'a, I: Ids> Lines<'a, I> {
    /// Lines that name one another by these ids.
    pub fn new(ids: &'a I, ontology: &'a Ontology, out: &'a mut dyn Write) -> Lines<'a, I> {
        Lines { ids, ontology, out }
    }

    fn line(&mut self, value: &Json) -> io::Result<()> {
        serde_json::to_writer(&mut *self.out, value)?;
        self.out.write_all(b"\n")
    }

    fn writer(&self) -> Writer<'a, I> {
        Writer { ids: self.ids, ontology: self.ontology }
    }

    /// The first line: how many there are of each sort.
    ///
    /// # Errors
    /// Here and below: those of the output.
    pub fn head(&mut self, entities: u64, facts: u64, observations: u64) -> io::Result<()> {
        self.line(&json!({
            "type": types::GRAPH, "format": FORMAT, "entities": entities, "facts": facts, "observations": observations,
        }))
    }
    /// A unit.
    pub fn unit(&mut self, unit: &Unit) -> io::Result<()> {
        let mut members = Members::of(types::UNIT, &unit.name);
        if let Some((base, factor)) = &unit.base {
            members.put("base", &**base).put("factor", factor.to_json());
        }
        self.line(&members.finish())
    }
    /// An entity.
    pub fn entity(&mut self, node: &Node) -> io::Result<()> {
        self.line(&self.writer().entity(node))
    }
    /// A fact.
    pub fn fact(&mut self, fact: &Fact) -> io::Result<()> {
        self.line(&self.writer().fact(fact))
    }
    /// An observation.
    pub fn observation(&mut self, observation: &Observation) -> io::Result<()> {
        self.line(&self.writer().observation(observation))
    }
    /// An id that was given up, and the entity that took its place.
    pub fn retired(&mut self, id: &str, by: NodeIx) -> io::Result<()> {
        self.line(&Members::of(types::RETIRED, id).put("by", &*self.ids.entity(by)).finish())
    }
}

/// The members of an object, without those that are null or empty.
#[derive(Default)]
struct Members(Map<String, Json>);

impl Members {
    fn of(name: &str, id: &str) -> Members {
        let mut members = Members::default();
        members.put("type", name).put("id", id);
        members
    }
    fn put(&mut self, name: &str, value: impl Into<Json>) -> &mut Members {
        let value = value.into();
        let nothing = match &value {
            Json::Null => true,
            Json::Array(items) => items.is_empty(),
            Json::Object(members) => members.is_empty(),
            _ => false,
        };
        if !nothing {
            self.0.insert(name.to_owned(), value);
        }
        self
    }
    fn finish(&mut self) -> Json {
        Json::Object(std::mem::take(&mut self.0))
    }
}

struct Writer<'a, I> {
    ids: &'a I,
    ontology: &'a Ontology,
}

impl<I: Ids> Writer<'_, I> {
    fn id(&self, ix: NodeIx) -> Json {
        Json::String(self.ids.entity(ix).into_owned())
    }

    fn end(&self, ix: Option<NodeIx>) -> Json {
        ix.map_or(Json::Null, |ix| self.id(ix))
    }

    fn entity(&self, node: &Node) -> Json {
        let names = &node.names;
        let mut members = Members::of(types::ENTITY, &node.id);
        members.put("zh", text(&names.zh)).put("en", text(&names.en));
        for (name, all) in [("short", &names.short), ("former", &names.former), ("alias", &names.aliases)] {
            members.put(name, all.iter().map(|name| Json::from(&**name)).collect::<Json>());
        }
        members.put("disambiguation", bilingual(&node.disambiguation)).put("description", bilingual(&node.description));
        let mut properties = Members::default();
        for (id, value) in &node.properties {
            let property = self.ontology.property(*id);
            properties.put(&property.name, self.value(&property.ty, value));
        }
        members.put("properties", properties.finish());
        let history = node.history.iter().flat_map(|(id, all)| all.iter().map(|dated| self.dated(*id, dated)));
        members.put("history", history.collect::<Json>());
        members.put("knownFrom", day(node.known_from));
        let mut known = Members::default();
        for (id, from) in &node.properties_known {
            known.put(&self.ontology.property(*id).name, Json::from(day(*from)));
        }
        members.put("propertiesKnownFrom", known.finish()).put("sources", self.sources(&node.citations));
        members.finish()
    }

    fn dated(&self, id: PropId, dated: &Dated) -> Json {
        let property = self.ontology.property(id);
        let mut members = Members::default();
        members.put("property", &*property.name).put("value", self.value(&property.ty, &dated.value));
        members.put("since", when(&dated.since)).put("until", when(&dated.until));
        members.put("knownFrom", day(dated.known_from)).put("sources", self.sources(&dated.citations));
        members.finish()
    }

    fn fact(&self, fact: &Fact) -> Json {
        let relationship = self.ontology.relationship(fact.relationship);
        let mut members = Members::of(types::FACT, &fact.id);
        members.put("relationship", &*relationship.name);
        members.put("subject", self.id(fact.subject)).put("object", self.id(fact.object));
        members.put("status", fact.status.name()).put("basis", fact.basis.name());
        members.put("since", when(&fact.since)).put("until", when(&fact.until));
        let mut properties = Members::default();
        for (position, value) in &fact.properties {
            if let Some(property) = relationship.properties.get(usize::from(*position)) {
                properties.put(&property.name, self.value(&property.ty, value));
            }
        }
        members.put("properties", properties.finish());
        members.put("note", text(&fact.note)).put("doubt", text(&fact.doubt));
        members.put("knownFrom", day(fact.known_from)).put("knownTo", day(fact.known_to));
        members.put("supersededBy", fact.superseded_by.map(|ix| self.ids.fact(ix).into_owned()));
        members.put("conflictingFrom", fact.conflicting_from.and_then(day));
        members.put("sources", self.sources(&fact.citations));
        members.finish()
    }

    fn observation(&self, it: &Observation) -> Json {
        let mut members = Members::of(types::OBSERVATION, &it.id);
        members.put("indicator", self.id(it.indicator));
        members.put("subjects", it.subjects.iter().map(|ix| self.id(*ix)).collect::<Json>());
        members.put("when", when(&Some(it.when.clone()))).put("span", it.span.name());
        members.put("value", it.value.map(|value| value.to_json())).put("unit", text(&it.unit));
        let normalized = it.normalized.as_ref();
        let normalized = normalized.map(|it| json!({ "value": it.value.to_json(), "unit": &*it.unit }));
        members.put("normalized", normalized).put("bound", it.bound.name());
        if let Some(rank) = &it.rank {
            let mut parts = Members::default();
            parts.put("position", rank.position).put("bound", rank.bound.name());
            parts.put("among", text(&rank.among)).put("within", self.end(rank.within));
            members.put("rank", parts.finish());
        }
        members.put("status", it.status.name());
        let mut scope = Members::default();
        scope.put("text", &*it.scope.text).put("sector", self.end(it.scope.sector));
        scope.put("population", text(&it.scope.population)).put("place", self.end(it.scope.place));
        members.put("scope", scope.finish());
        members.put("breakdownOf", it.breakdown_of.map(|ix| self.ids.observation(ix).into_owned()));
        members.put("note", text(&it.note)).put("doubt", text(&it.doubt));
        members.put("knownFrom", day(it.known_from)).put("sources", self.sources(&it.citations));
        members.finish()
    }

    fn sources(&self, citations: &[Citation]) -> Json {
        let source = |citation: &Citation| {
            let mut members = Members::default();
            members.put("document", self.id(citation.document)).put("section", &*citation.section);
            members.put("supports", citation.supports.iter().map(|name| Json::from(&**name)).collect::<Json>());
            members.finish()
        };
        citations.iter().map(source).collect()
    }

    fn value(&self, ty: &ValueType, value: &Value) -> Json {
        let inner = if let ValueType::List(inner) = ty { inner } else { ty };
        match value {
            Value::Bool(truth) => (*truth).into(),
            Value::Int(number) => (*number).into(),
            Value::Decimal(number) => number.to_json(),
            Value::Date(date) => date.to_string().into(),
            Value::Str(text) => Json::from(&**text),
            Value::List(items) => items.iter().map(|item| self.value(inner, item)).collect(),
            Value::Struct(values) => {
                let declared = match inner {
                    ValueType::Struct(id) => self.ontology.structure(*id).fields.as_slice(),
                    _ => &[],
                };
                let given =
                    declared.iter().zip(values.iter()).filter_map(|(field, value)| Some((field, value.as_ref()?)));
                Json::Object(
                    given.map(|(field, value)| (field.name.to_string(), self.value(&field.ty, value))).collect(),
                )
            }
        }
    }
}

fn text(text: &Option<std::sync::Arc<str>>) -> Json {
    text.as_deref().map_or(Json::Null, Json::from)
}

fn bilingual(text_in: &Bilingual) -> Json {
    Members::default().put("zh", text(&text_in.zh)).put("en", text(&text_in.en)).finish()
}

/// A day; none for ever.
fn day(day: Day) -> Option<String> {
    let bounded = day != DAY_MIN && day != DAY_MAX;
    PartialDate::from_code(day).filter(|_| bounded).map(|day| day.to_string())
}

/// A time: its words, and the dates between which it lies.
fn when(when: &Option<When>) -> Json {
    let Some(when) = when else { return Json::Null };
    let date = |date: Option<PartialDate>| date.map(|date| date.to_string());
    let mut members = Members::default();
    members.put("text", &*when.text).put("earliest", date(when.earliest)).put("latest", date(when.latest));
    members.finish()
}
