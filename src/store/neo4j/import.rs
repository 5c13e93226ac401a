//! A graph into the database. Every batch is idempotent, so one whose answer was lost is sent again, and an import that was
//! interrupted is simply repeated. What an earlier import wrote and this one does not, is removed at the end.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt::{self, Write};

use sha2::{Digest, Sha256};

use super::client::{Client, Error, Statement};
use super::counts::{Counted, PARTS};
use super::layout as at;
use super::schema;
use super::value::Value;
use super::vocabulary;
use crate::graph::{
    Bilingual, Citation, DAY_MAX, Dated, Day, Fact, Graph, Node, NodeIx, Observation, PartialDate, StatusSet, When,
    naming, naming::slip,
};
use crate::ontology::{Indexing, KindId, PropId, RelId};

/// Rows a statement.
const BATCH: usize = 1000;
/// `id` of the one node that says what the database holds.
pub(super) const META_ID: &str = "graph";
/// Its state while an import has not come to its end.
pub(super) const IMPORTING: &str = "IMPORTING";
/// Its state afterwards.
pub(super) const COMPLETE: &str = "COMPLETE";

/// What an import wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Imported {
    /// Entities.
    pub entities: usize,
    /// Facts, superseded ones included.
    pub facts: usize,
    /// Observations.
    pub observations: usize,
    /// SHA-256 of the graph, hex: equal for equal graphs.
    pub content: String,
}

type Row = Vec<(String, Value)>;

/// Makes the database hold this graph. Until it is done, servers of this database report that they are not ready.
pub async fn import(client: &Client, graph: &Graph) -> Result<Imported, Error> {
    let content = content_of(graph);
    let import = Import { client, graph, content: &content };
    import.remove_other_ontology().await?;
    schema::apply(client, &graph.ontology).await?;
    import.mark(IMPORTING).await?;
    import.release_unique_values().await?;
    import.entities().await?;
    import.names().await?;
    import.retired().await?;
    import.facts().await?;
    import.observations().await?;
    import.remove_stale().await?;
    import.mark(COMPLETE).await?;
    let Graph { nodes, facts, observations, .. } = graph;
    Ok(Imported { entities: nodes.len(), facts: facts.len(), observations: observations.len(), content })
}

struct Import<'a> {
    client: &'a Client,
    graph: &'a Graph,
    content: &'a str,
}

impl Import<'_> {
    async fn entities(&self) -> Result<(), Error> {
        let ontology = &self.graph.ontology;
        let degrees = degrees(self.graph);
        let mut by_kind: BTreeMap<KindId, Vec<(NodeIx, &Node)>> = BTreeMap::new();
        for (ix, node) in (0u32..).map(NodeIx).zip(&self.graph.nodes) {
            by_kind.entry(node.kind).or_default().push((ix, node));
        }
        for (kind, nodes) in by_kind {
            let interfaces = ontology.interfaces.iter().filter(|interface| interface.kinds.contains(kind));
            let labels: Vec<String> = [&ontology.kind(kind).name]
                .into_iter()
                .chain(interfaces.map(|interface| &interface.name))
                .map(|label| format!(":`{label}`"))
                .collect();
            let text = format!(
                "UNWIND $rows AS row MERGE (n:{} {{id: row.id}}) SET n = row.values, n{}",
                at::ENTITY,
                labels.concat()
            );
            self.send(
                &text,
                nodes.into_iter().map(|(ix, node)| {
                    vec![
                        ("id".into(), text_of(&node.id)),
                        ("values".into(), Value::Map(self.entity(node, degrees.get(&ix).copied().unwrap_or(0)))),
                    ]
                }),
            )
            .await?;
        }
        Ok(())
    }

    fn entity(&self, node: &Node, degree: usize) -> Row {
        let ontology = &self.graph.ontology;
        let names = &node.names;
        let folded: HashSet<String> = names.all().map(|name| naming::fold(name)).collect();
        let mut folded: Vec<String> = folded.into_iter().collect();
        folded.sort();
        let mut row = vec![
            (at::ID.into(), text_of(&node.id)),
            (at::KIND.into(), text_of(&ontology.kind(node.kind).name)),
            (at::DISPLAY.into(), text_of(node.display_name())),
            (at::SORT.into(), text_of(&node.sort_name)),
            (at::FOLDED.into(), Value::texts(folded)),
            (at::SHORT.into(), Value::texts(names.short.iter().map(|name| &**name))),
            (at::FORMER.into(), Value::texts(names.former.iter().map(|name| &**name))),
            (at::ALIASES.into(), Value::texts(names.aliases.iter().map(|name| &**name))),
            (at::DEGREE.into(), number(degree)),
            (at::KNOWN.into(), Value::Int(node.known_from.into())),
            (at::CONTENT.into(), self.content.into()),
        ];
        let Bilingual { zh, en } = &node.disambiguation;
        push(&mut row, at::DISAMBIGUATION_ZH, zh.as_deref());
        push(&mut row, at::DISAMBIGUATION_EN, en.as_deref());
        let Bilingual { zh, en } = &node.description;
        push(&mut row, at::DESCRIPTION_ZH, zh.as_deref());
        push(&mut row, at::DESCRIPTION_EN, en.as_deref());
        push(&mut row, at::ZH, names.zh.as_deref());
        push(&mut row, at::EN, names.en.as_deref());
        for (property, value) in &node.properties {
            row.push((ontology.property(*property).name.to_string(), at::stored(value)));
        }
        for (property, known) in &node.properties_known {
            row.push((at::known_of(ontology, *property), Value::Int((*known).into())));
        }
        for (property, entries) in &node.history {
            // In the order in which the last one that fits a view is its value; every one fits the latest view.
            let mut entries: Vec<_> = entries.iter().collect();
            entries.sort_by_key(|dated| dated.order());
            if let Some(dated) = entries.last() {
                row.push((ontology.property(*property).name.to_string(), at::stored(&dated.value)));
            }
            let days = |day: fn(&Dated) -> Day| entries.iter().map(|dated| i64::from(day(dated))).collect::<Vec<_>>();
            let [values, from, to, known] = at::history_of(ontology, *property);
            row.push((values, Value::List(entries.iter().map(|dated| at::stored(&dated.value)).collect())));
            row.push((from, days(Dated::valid_from).into()));
            row.push((to, days(Dated::valid_to).into()));
            row.push((known, days(|dated| dated.known_from).into()));
            self.push_dates(&mut row, *property, &entries);
        }
        self.push_citations(&mut row, &node.citations);
        row
    }

    async fn names(&self) -> Result<(), Error> {
        let text = format!(
            "UNWIND $rows AS row MATCH (n:{} {{id: row.of}}) MERGE (k:{} {{id: row.values.id}}) SET k = row.values MERGE (k)-[:{}]->(n)",
            at::ENTITY,
            at::NAME,
            at::OF
        );
        let rows = self.graph.nodes.iter().flat_map(|node| {
            naming::keys(&node.names).into_iter().map(move |key| {
                let characters = i64::try_from(key.key.chars().count()).unwrap_or(i64::MAX);
                // The rank without the way it matches.
                let weight = key.field.weight() * 10_000 - characters.min(9_999);
                let mut values = vec![
                    (at::ID.into(), format!("{} {} {}", node.id, key.field.name(), key.key).into()),
                    (at::KEY.into(), text_of(&key.key)),
                    (at::FIELD.into(), Value::Int(key.field as i64)),
                    (at::WRITTEN.into(), text_of(&key.value)),
                    (at::WEIGHT.into(), Value::Int(weight)),
                    (at::CONTENT.into(), self.content.into()),
                ];
                let spelt: Vec<char> = key.key.chars().filter(|_| key.field.is_spelt()).collect();
                if let Some([first, second]) = slip::blocks(&spelt) {
                    values.push((at::SLIPS_FIRST.into(), at::slip_variants(first).into()));
                    values.push((at::SLIPS_SECOND.into(), at::slip_variants(second).into()));
                }
                vec![("of".into(), text_of(&node.id)), ("values".into(), Value::Map(values))]
            })
        });
        self.send(&text, rows).await
    }

    async fn retired(&self) -> Result<(), Error> {
        let text = format!("UNWIND $rows AS row MERGE (r:{} {{id: row.values.id}}) SET r = row.values", at::RETIRED);
        let rows = self.graph.retired.iter().map(|(old, new)| {
            let values = vec![
                (at::ID.into(), text_of(old)),
                (at::BY.into(), text_of(&self.graph.node(*new).id)),
                (at::CONTENT.into(), self.content.into()),
            ];
            vec![("values".into(), Value::Map(values))]
        });
        self.send(&text, rows).await
    }

    async fn facts(&self) -> Result<(), Error> {
        let mut by_type: BTreeMap<RelId, Vec<&Fact>> = BTreeMap::new();
        for fact in &self.graph.facts {
            by_type.entry(fact.relationship).or_default().push(fact);
        }
        for (relationship, facts) in by_type {
            let text = format!(
                "UNWIND $rows AS row MATCH (a:{entity} {{id: row.from}}) MATCH (b:{entity} {{id: row.to}}) \
                 MERGE (a)-[r:`{}` {{{}: row.id}}]->(b) SET r = row.values",
                self.graph.ontology.relationship(relationship).name,
                at::FACT_ID,
                entity = at::ENTITY,
            );
            let rows = facts.into_iter().map(|fact| {
                vec![
                    ("from".into(), text_of(&self.graph.node(fact.subject).id)),
                    ("to".into(), text_of(&self.graph.node(fact.object).id)),
                    ("id".into(), text_of(&fact.id)),
                    ("values".into(), Value::Map(self.fact(fact))),
                ]
            });
            self.send(&text, rows).await?;
        }
        Ok(())
    }

    fn fact(&self, fact: &Fact) -> Row {
        let mut row = vec![
            (at::FACT_ID.into(), text_of(&fact.id)),
            (at::STATUS.into(), Value::Int(fact.status as i64)),
            (at::BASIS.into(), Value::Int(fact.basis as i64)),
            (at::FROM.into(), Value::Int(fact.valid_from().into())),
            (at::TO.into(), Value::Int(fact.valid_to().into())),
            (at::KNOWN.into(), Value::Int(fact.known_from.into())),
            (at::KNOWN_TO.into(), Value::Int(fact.known_to.into())),
            (at::CONTENT.into(), self.content.into()),
        ];
        push(&mut row, at::CONFLICTING_FROM, fact.conflicting_from.map(i64::from));
        push_when(&mut row, at::SINCE, fact.since.as_ref());
        push_when(&mut row, at::UNTIL, fact.until.as_ref());
        push(&mut row, at::NOTE, fact.note.as_deref());
        push(&mut row, at::DOUBT, fact.doubt.as_deref());
        push(&mut row, at::SUPERSEDED_BY, fact.superseded_by.map(|later| &*self.graph.fact(later).id));
        let declared = &self.graph.ontology.relationship(fact.relationship).properties;
        for (position, value) in &fact.properties {
            if let Some(property) = declared.get(usize::from(*position)) {
                row.push((property.name.to_string(), at::stored(value)));
            }
        }
        self.push_citations(&mut row, &fact.citations);
        row
    }

    async fn observations(&self) -> Result<(), Error> {
        let all = &self.graph.observations;
        let text =
            format!("UNWIND $rows AS row MERGE (o:{} {{id: row.values.id}}) SET o = row.values", at::OBSERVATION);
        self.send(&text, all.iter().map(|o| vec![("values".into(), Value::Map(self.observation(o)))])).await?;
        let one = |by: fn(&Observation) -> Option<NodeIx>| {
            all.iter().filter_map(move |o| by(o).map(|node| (o, 0, &*self.graph.node(node).id)))
        };
        let subjects = all.iter().flat_map(|o| {
            (0..).zip(&o.subjects).map(move |(position, subject)| (o, position, &*self.graph.node(*subject).id))
        });
        self.links(at::ABOUT, at::ENTITY, subjects).await?;
        self.links(at::MEASURES, at::ENTITY, one(|o| Some(o.indicator))).await?;
        self.links(at::SECTOR, at::ENTITY, one(|o| o.scope.sector)).await?;
        self.links(at::PLACE, at::ENTITY, one(|o| o.scope.place)).await?;
        self.links(at::RANKED_WITHIN, at::ENTITY, one(|o| o.rank.as_ref().and_then(|rank| rank.within))).await?;
        let wholes = all.iter().filter_map(|o| o.breakdown_of.map(|whole| (o, 0, &*self.graph.observation(whole).id)));
        self.links(at::BREAKDOWN_OF, at::OBSERVATION, wholes).await
    }

    async fn links<'a>(
        &self,
        by: &str,
        label: &str,
        ends: impl Iterator<Item = (&'a Observation, i64, &'a str)>,
    ) -> Result<(), Error> {
        let text = format!(
            "UNWIND $rows AS row MATCH (o:{} {{id: row.from}}) MATCH (n:{label} {{id: row.to}}) \
             MERGE (o)-[r:{by} {{{}: row.position}}]->(n) SET r.{} = row.content",
            at::OBSERVATION,
            at::POSITION,
            at::CONTENT,
        );
        let rows = ends.map(|(observation, position, to)| {
            vec![
                ("from".into(), text_of(&observation.id)),
                ("to".into(), to.into()),
                ("position".into(), Value::Int(position)),
                ("content".into(), self.content.into()),
            ]
        });
        self.send(&text, rows).await
    }

    fn observation(&self, o: &Observation) -> Row {
        let mut row = vec![
            (at::ID.into(), text_of(&o.id)),
            (at::SORT.into(), text_of(&self.graph.node(o.indicator).sort_name)),
            (at::FIRST.into(), Value::Int(o.when.first().into())),
            (at::LAST.into(), Value::Int(o.when.last().into())),
            (at::SPAN.into(), Value::Int(o.span as i64)),
            (at::BOUND.into(), Value::Int(o.bound as i64)),
            (at::STATUS.into(), Value::Int(o.status as i64)),
            (at::SCOPE_TEXT.into(), text_of(&o.scope.text)),
            (at::KNOWN.into(), Value::Int(o.known_from.into())),
            (at::CONTENT.into(), self.content.into()),
        ];
        push_when(&mut row, at::WHEN, Some(&o.when));
        push(&mut row, at::VALUE, o.value.map(|value| value.scaled()));
        push(&mut row, at::UNIT, o.unit.as_deref());
        push(&mut row, at::NORMALIZED_VALUE, o.normalized.as_ref().map(|quantity| quantity.value.scaled()));
        push(&mut row, at::NORMALIZED_UNIT, o.normalized.as_ref().map(|quantity| &*quantity.unit));
        let figure = o.normalized.as_ref().map(|quantity| quantity.value).or(o.value);
        push(&mut row, at::FIGURE, figure.map(|figure| figure.scaled()));
        push(&mut row, at::RANK_POSITION, o.rank.as_ref().map(|rank| rank.position));
        push(&mut row, at::RANK_BOUND, o.rank.as_ref().map(|rank| rank.bound as i64));
        push(&mut row, at::RANK_AMONG, o.rank.as_ref().and_then(|rank| rank.among.as_deref()));
        push(&mut row, at::POPULATION, o.scope.population.as_deref());
        push(&mut row, at::NOTE, o.note.as_deref());
        push(&mut row, at::DOUBT, o.doubt.as_deref());
        self.push_citations(&mut row, &o.citations);
        row
    }

    /// What is written about the values of a `@history` property, in their order: dates and citations.
    fn push_dates(&self, row: &mut Row, property: PropId, entries: &[&Dated]) {
        let ontology = &self.graph.ontology;
        let ends: [fn(&Dated) -> Option<&When>; 2] = [|dated| dated.since.as_ref(), |dated| dated.until.as_ref()];
        for ([words, earliest, latest], end) in at::dates_of(ontology, property).into_iter().zip(ends) {
            let whens = || entries.iter().map(|dated| end(dated));
            let code = |date: Option<PartialDate>| date.map_or(0, |date| i64::from(date.code()));
            row.push((words, Value::texts(whens().map(|when| when.map_or("", |when| &*when.text)))));
            row.push((earliest, whens().map(|when| code(when.and_then(|w| w.earliest))).collect::<Vec<_>>().into()));
            row.push((latest, whens().map(|when| code(when.and_then(|w| w.latest))).collect::<Vec<_>>().into()));
        }
        let cited = || (0i64..).zip(entries).flat_map(|(at, dated)| dated.citations.iter().map(move |it| (at, it)));
        let [values, documents, sections, supports] = at::citations_of(ontology, property);
        row.push((values, cited().map(|(at, _)| at).collect::<Vec<_>>().into()));
        row.push((documents, Value::texts(cited().map(|(_, it)| &*self.graph.node(it.document).id))));
        row.push((sections, Value::texts(cited().map(|(_, it)| &*it.section))));
        row.push((supports, Value::texts(cited().map(|(_, it)| it.supports.join(",")))));
    }

    fn push_citations(&self, row: &mut Row, citations: &[Citation]) {
        let documents = citations.iter().map(|citation| &*self.graph.node(citation.document).id);
        row.push((at::CITED_DOCUMENTS.into(), Value::texts(documents)));
        row.push((at::CITED_SECTIONS.into(), Value::texts(citations.iter().map(|citation| &*citation.section))));
        let supports = citations.iter().map(|citation| citation.supports.join(","));
        row.push((at::CITED_SUPPORTS.into(), Value::texts(supports)));
    }

    /// Another ontology gives the same ids other labels and other constraints: what was filled for one is removed first.
    async fn remove_other_ontology(&self) -> Result<(), Error> {
        let text = format!("MATCH (m:{}) WHERE m.ontology <> $ontology RETURN 1 AS row", at::META);
        let parameters = vec![("ontology".to_owned(), self.graph.ontology.hash.as_str().into())];
        let deadline = tokio::time::Instant::now() + self.client.limits().batch;
        if self.client.read(&Statement { text, parameters }, deadline).await?.is_empty() {
            return Ok(());
        }
        for label in [at::META, at::NAME, at::RETIRED, at::OBSERVATION, at::ENTITY] {
            let of_ours = if label == at::META { "true".to_owned() } else { format!("n.{} IS NOT NULL", at::CONTENT) };
            let text = format!(
                "MATCH (n:{label}) WHERE {of_ours} CALL (n) {{ DETACH DELETE n }} IN TRANSACTIONS OF 1000 ROWS"
            );
            self.client.write(&Statement { text, parameters: Vec::new() }).await?;
        }
        Ok(())
    }

    /// Takes unique values from entities of another content: an entity of this graph may have got one of them, and entities are
    /// written before what is gone is removed.
    async fn release_unique_values(&self) -> Result<(), Error> {
        for property in self.graph.ontology.properties.iter().filter(|p| p.indexing == Indexing::Unique) {
            let text = format!(
                "MATCH (n:{}) WHERE n.`{name}` IS NOT NULL AND n.{} <> $content CALL (n) {{ REMOVE n.`{name}` }} IN TRANSACTIONS OF 10000 ROWS",
                at::ENTITY,
                at::CONTENT,
                name = property.name,
            );
            let parameters = vec![("content".to_owned(), Value::from(self.content))];
            self.client.write(&Statement { text, parameters }).await?;
        }
        Ok(())
    }

    /// Removes what another import wrote. Nodes and relationships that no import wrote have no content and stay.
    async fn remove_stale(&self) -> Result<(), Error> {
        let content = || vec![("content".to_owned(), Value::from(self.content))];
        for label in [at::ENTITY, at::OBSERVATION] {
            let text = format!(
                "MATCH (:{label})-[r]->() WHERE r.{} <> $content CALL (r) {{ DELETE r }} IN TRANSACTIONS OF 10000 ROWS",
                at::CONTENT
            );
            self.client.write(&Statement { text, parameters: content() }).await?;
        }
        for label in [at::NAME, at::RETIRED, at::OBSERVATION, at::ENTITY] {
            let text = format!(
                "MATCH (n:{label}) WHERE n.{} <> $content CALL (n) {{ DETACH DELETE n }} IN TRANSACTIONS OF 1000 ROWS",
                at::CONTENT
            );
            self.client.write(&Statement { text, parameters: content() }).await?;
        }
        Ok(())
    }

    async fn mark(&self, state: &str) -> Result<(), Error> {
        let Graph { ontology, nodes, facts, observations, .. } = self.graph;
        let text = format!("MERGE (m:{} {{id: $values.id}}) SET m = $values", at::META);
        let counts = PARTS.into_iter().zip(Counted::of(self.graph).stored());
        let about = [
            ("id", META_ID.into()),
            ("state", state.into()),
            ("ontology", ontology.hash.as_str().into()),
            (at::VOCABULARY, Value::texts(vocabulary::lines(ontology))),
            ("content", self.content.into()),
            ("entities", number(nodes.len())),
            ("facts", number(facts.len())),
            ("observations", number(observations.len())),
        ];
        let values = Value::map(about.into_iter().chain(counts));
        self.client.write(&Statement { text, parameters: vec![("values".into(), values)] }).await
    }

    async fn send(&self, text: &str, rows: impl Iterator<Item = Row>) -> Result<(), Error> {
        let mut rows = rows.peekable();
        while rows.peek().is_some() {
            let batch = rows.by_ref().take(BATCH).map(Value::Map).collect();
            let parameters = vec![("rows".to_owned(), Value::List(batch))];
            self.client.write(&Statement { text: text.to_owned(), parameters }).await?;
        }
        Ok(())
    }
}

/// The degree of every entity that has one, in the latest view: see [`crate::plan::ir::Slot::Degree`].
fn degrees(graph: &Graph) -> HashMap<NodeIx, usize> {
    let mut neighbours: HashMap<NodeIx, HashSet<NodeIx>> = HashMap::new();
    for fact in &graph.facts {
        if fact.known_to == DAY_MAX && StatusSet::HELD.contains(fact.status) && fact.subject != fact.object {
            neighbours.entry(fact.subject).or_default().insert(fact.object);
            neighbours.entry(fact.object).or_default().insert(fact.subject);
        }
    }
    neighbours.into_iter().map(|(node, others)| (node, others.len())).collect()
}

/// A hash of all that is imported.
fn content_of(graph: &Graph) -> String {
    struct Hashing(Sha256);
    impl Write for Hashing {
        fn write_str(&mut self, text: &str) -> fmt::Result {
            self.0.update(text);
            Ok(())
        }
    }
    let mut hashing = Hashing(Sha256::new());
    let mut retired: Vec<_> = graph.retired.iter().collect();
    retired.sort();
    // Writing into a hash cannot fail.
    let _ = write!(hashing, "{} {retired:?}", graph.ontology.hash);
    let _ = graph.nodes.iter().try_for_each(|node| write!(hashing, "{node:?}"));
    let _ = graph.facts.iter().try_for_each(|fact| write!(hashing, "{fact:?}"));
    let _ = graph.observations.iter().try_for_each(|observation| write!(hashing, "{observation:?}"));
    hashing.0.finalize().iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

fn text_of(text: &str) -> Value {
    text.into()
}

fn number(count: usize) -> Value {
    Value::Int(i64::try_from(count).unwrap_or(i64::MAX))
}

fn push<T: Into<Value>>(row: &mut Row, name: &str, value: Option<T>) {
    if let Some(value) = value {
        row.push((name.to_owned(), value.into()));
    }
}

fn push_when(row: &mut Row, names: [&str; 3], when: Option<&When>) {
    let [words, earliest, latest] = names;
    push(row, words, when.map(|when| &*when.text));
    push(row, earliest, when.and_then(|when| when.earliest).map(|date| i64::from(date.code())));
    push(row, latest, when.and_then(|when| when.latest).map(|date| i64::from(date.code())));
}
