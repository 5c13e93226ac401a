//! Records to the rows that are written: one piece of code for a graph that is held and for one that is streamed. A row carries the hash
//! of all that it says, which the database keeps beside it, so that a later import knows what is there already.

use std::collections::{HashMap, HashSet};

use sha2::{Digest, Sha256};

use super::super::layout as at;
use super::super::value::Value;
use super::fact;
use super::there::Places;
use crate::graph::records::{Record, Records};
use crate::graph::{
    Bilingual, Citation, Dated, Day, Node, NodeIx, Observation, PartialDate, When, naming, naming::slip,
};
use crate::ontology::{Ontology, PropId, RelId};

/// Raised when the same record would be written otherwise, so that what an earlier version wrote is written anew.
const LAYOUT: u8 = 2;

/// Entries of a map, in a fixed order.
pub(super) type Entries = Vec<(String, Value)>;

/// A row, and what it would be recognised by.
pub(super) struct Row {
    /// Of all that the row says; never 0, which the database keeps for what was begun.
    pub hash: u64,
    /// What its statement takes.
    pub value: Value,
}

/// Of all rows, in any order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Sum(u128);

impl Sum {
    /// Adds a row.
    pub fn add(&mut self, row: &Row) {
        // A row's hash is as good as random, and so is its square.
        let hash = u128::from(row.hash);
        self.0 = self.0.wrapping_add(hash.wrapping_mul(hash) ^ hash << 64);
    }

    /// As text.
    pub fn hex(self) -> String {
        format!("{:032x}", self.0)
    }
}

/// Makes rows of the records of a graph.
pub(super) struct Rows<'r> {
    pub records: &'r dyn Records,
    /// By kind: the labels of its entities.
    labels: Vec<Value>,
}

impl<'r> Rows<'r> {
    pub fn of(records: &'r dyn Records) -> Rows<'r> {
        let ontology = records.ontology();
        let labels = ontology.all_kinds().iter().map(|kind| {
            let interfaces = ontology.interfaces.iter().filter(|interface| interface.kinds.contains(kind));
            Value::texts([&*ontology.kind(kind).name].into_iter().chain(interfaces.map(|it| &*it.name)))
        });
        Rows { records, labels: labels.collect() }
    }

    pub(super) fn ontology(&self) -> &Ontology {
        self.records.ontology()
    }

    /// The row of a record.
    pub fn row(&self, record: Record<'_>) -> Row {
        match record {
            Record::Entity(ix, node) => self.entity(ix, node),
            Record::Fact(_, fact) => fact::row(self, fact),
            Record::Observation(_, observation) => self.observation(observation),
        }
    }

    fn entity(&self, ix: NodeIx, node: &Node) -> Row {
        let degree = self.records.survey().degrees.get(ix.0 as usize).copied().unwrap_or(0);
        let labels = self.labels.get(node.kind.index()).cloned().unwrap_or(Value::Null);
        let names = naming::keys(&node.names).into_iter().map(|key| name(&node.id, &key)).collect();
        let values = self.entity_values(node, degree);
        row(
            vec![("id".into(), text_of(&node.id)), ("labels".into(), labels), ("names".into(), Value::List(names))],
            values,
        )
    }

    fn observation(&self, o: &Observation) -> Row {
        row(self.links(o, |ix| text_of(self.records.entity_id(ix))), self.observation_values(o))
    }

    /// An observation's id, and where it leads: to entities as `end` writes them, and to the whole of which it is a part.
    fn links(&self, o: &Observation, end: impl Fn(NodeIx) -> Value) -> Entries {
        let link =
            |to: Value, position: usize| Value::List(vec![to, Value::Int(i64::try_from(position).unwrap_or(i64::MAX))]);
        let one = |ix: Option<NodeIx>| Value::List(ix.map(|ix| link(end(ix), 0)).into_iter().collect());
        let about = o.subjects.iter().enumerate().map(|(position, ix)| link(end(*ix), position));
        let whole = o.breakdown_of.map(|ix| link(text_of(self.records.observation_id(ix)), 0));
        vec![
            ("id".into(), text_of(&o.id)),
            (at::ABOUT.into(), Value::List(about.collect())),
            (at::MEASURES.into(), one(Some(o.indicator))),
            (at::SECTOR.into(), one(o.scope.sector)),
            (at::PLACE.into(), one(o.scope.place)),
            (at::RANKED_WITHIN.into(), one(o.rank.as_ref().and_then(|rank| rank.within))),
            (at::BREAKDOWN_OF.into(), Value::List(whole.into_iter().collect())),
        ]
    }

    /// The row's value with each entity that it leads to as the number of its node, which the database finds without an index.
    pub fn placed(&self, row: Row, record: Record<'_>, places: &Places) -> Value {
        match (record, row.value) {
            (Record::Fact(_, fact), Value::List(values)) => fact::placed(values, fact, places),
            (Record::Observation(_, o), Value::Map(mut entries)) => {
                let mut links: HashMap<String, Value> = self.links(o, |ix| places.of(ix)).into_iter().collect();
                for (name, value) in &mut entries {
                    if let Some(placed) = links.remove(name.as_str()) {
                        *value = placed;
                    }
                }
                Value::Map(entries)
            }
            (_, value) => value,
        }
    }

    /// Which relationship a record is written as; none for what is a node.
    pub fn relationship(record: Record<'_>) -> Option<RelId> {
        match record {
            Record::Fact(_, fact) => Some(fact.relationship),
            _ => None,
        }
    }

    fn entity_values(&self, node: &Node, degree: u32) -> Entries {
        let ontology = self.ontology();
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
            (at::DEGREE.into(), Value::Int(degree.into())),
            (at::KNOWN.into(), Value::Int(node.known_from.into())),
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

    fn observation_values(&self, o: &Observation) -> Entries {
        let mut row = vec![
            (at::ID.into(), text_of(&o.id)),
            (at::SORT.into(), text_of(self.records.indicator_sort(o.indicator))),
            (at::FIRST.into(), Value::Int(o.when.first().into())),
            (at::LAST.into(), Value::Int(o.when.last().into())),
            (at::SPAN.into(), Value::Int(o.span as i64)),
            (at::BOUND.into(), Value::Int(o.bound as i64)),
            (at::STATUS.into(), Value::Int(o.status as i64)),
            (at::SCOPE_TEXT.into(), text_of(&o.scope.text)),
            (at::KNOWN.into(), Value::Int(o.known_from.into())),
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
    fn push_dates(&self, row: &mut Entries, property: PropId, entries: &[&Dated]) {
        let ontology = self.ontology();
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
        row.push((documents, Value::texts(cited().map(|(_, it)| self.records.entity_id(it.document)))));
        row.push((sections, Value::texts(cited().map(|(_, it)| &*it.section))));
        row.push((supports, Value::texts(cited().map(|(_, it)| it.supports.join(",")))));
    }

    fn push_citations(&self, row: &mut Entries, citations: &[Citation]) {
        let names = [at::CITED_DOCUMENTS, at::CITED_SECTIONS, at::CITED_SUPPORTS];
        let lists = names.into_iter().map(str::to_owned).zip(self.cited(citations));
        row.extend(lists.filter(|(_, list)| *list != Value::Null));
    }

    /// Documents, sections and what is supported, citation by citation; the last is left out where no citation says it.
    pub(super) fn cited(&self, citations: &[Citation]) -> [Value; 3] {
        let says = citations.iter().any(|citation| !citation.supports.is_empty());
        [
            Value::texts(citations.iter().map(|citation| self.records.entity_id(citation.document))),
            Value::texts(citations.iter().map(|citation| &*citation.section)),
            says.then(|| Value::texts(citations.iter().map(|citation| citation.supports.join(",")))).into(),
        ]
    }
}

/// A search key of an entity's names.
fn name(of: &str, key: &naming::NameKey) -> Value {
    let characters = i64::try_from(key.key.chars().count()).unwrap_or(i64::MAX);
    // The rank without the way it matches.
    let weight = key.field.weight() * 10_000 - characters.min(9_999);
    let mut values = vec![
        (at::ID.into(), format!("{of} {} {}", key.field.name(), key.key).into()),
        (at::KEY.into(), text_of(&key.key)),
        (at::FIELD.into(), Value::Int(key.field as i64)),
        (at::WRITTEN.into(), text_of(&key.value)),
        (at::WEIGHT.into(), Value::Int(weight)),
    ];
    let spelt: Vec<char> = key.key.chars().filter(|_| key.field.is_spelt()).collect();
    if let Some([first, second]) = slip::blocks(&spelt) {
        values.push((at::SLIPS_FIRST.into(), at::slip_variants(first).into()));
        values.push((at::SLIPS_SECOND.into(), at::slip_variants(second).into()));
    }
    Value::Map(values)
}

/// A row of what identifies it and its values, which get its hash.
fn row(mut about: Entries, mut values: Entries) -> Row {
    let mut content = Content::begin();
    about.iter().chain(&values).for_each(|(name, value)| {
        content.text(name);
        content.value(value);
    });
    let hash = content.hash();
    values.push((at::CONTENT.into(), kept(hash)));
    about.push(("values".into(), Value::Map(values)));
    Row { hash, value: Value::Map(about) }
}

/// A hash as the database keeps it: its numbers have a sign.
pub(super) fn kept(hash: u64) -> Value {
    Value::Int(i64::from_le_bytes(hash.to_le_bytes()))
}

/// A hash as the database kept it; 0 for what is none.
pub(super) fn unkept(value: &Value) -> u64 {
    match value {
        Value::Int(number) => u64::from_le_bytes(number.to_le_bytes()),
        _ => 0,
    }
}

/// What a row says, to be hashed.
pub(super) struct Content(Sha256);

impl Content {
    pub fn begin() -> Content {
        Content(Sha256::new_with_prefix([LAYOUT]))
    }

    /// Every value with its type and length before it, so that different ones never give the same bytes.
    pub fn value(&mut self, value: &Value) {
        match value {
            Value::Null => self.0.update([0]),
            Value::Bool(truth) => self.0.update([1, u8::from(*truth)]),
            Value::Int(number) => {
                self.0.update([2]);
                self.0.update(number.to_le_bytes());
            }
            Value::Float(number) => {
                self.0.update([3]);
                self.0.update(number.to_le_bytes());
            }
            Value::Text(text) => {
                self.0.update([4]);
                self.text(text);
            }
            Value::List(items) => {
                self.0.update([5]);
                self.0.update((items.len() as u64).to_le_bytes());
                items.iter().for_each(|item| self.value(item));
            }
            Value::Map(entries) => {
                self.0.update([6]);
                self.0.update((entries.len() as u64).to_le_bytes());
                for (name, value) in entries {
                    self.text(name);
                    self.value(value);
                }
            }
        }
    }

    pub fn text(&mut self, text: &str) {
        self.0.update((text.len() as u64).to_le_bytes());
        self.0.update(text);
    }

    /// Never 0.
    pub fn hash(self) -> u64 {
        let mut first = [0; 8];
        first.copy_from_slice(&self.0.finalize()[..8]);
        u64::from_le_bytes(first).max(1)
    }
}

fn text_of(text: &str) -> Value {
    text.into()
}

fn push<T: Into<Value>>(row: &mut Entries, name: &str, value: Option<T>) {
    if let Some(value) = value {
        row.push((name.to_owned(), value.into()));
    }
}

fn push_when(row: &mut Entries, names: [&str; 3], when: Option<&When>) {
    let entries = names.into_iter().map(str::to_owned).zip(parts(when));
    row.extend(entries.filter(|(_, value)| *value != Value::Null));
}

/// A date's words, earliest and latest day.
pub(super) fn parts(when: Option<&When>) -> [Value; 3] {
    let day = |date: Option<PartialDate>| date.map(|date| i64::from(date.code())).into();
    [
        when.map(|when| &*when.text).into(),
        day(when.and_then(|when| when.earliest)),
        day(when.and_then(|when| when.latest)),
    ]
}
