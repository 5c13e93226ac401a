//! How the graph lies in Neo4j: the names that import, indexes and statements share.
//!
//! - An entity is a node with the labels of its kind, of the kind's interfaces, and [`ENTITY`]; its properties have the ontology's names.
//! - A fact is a relationship of the ontology's type, from subject to object; edge properties have the ontology's names.
//! - An observation, a name's search key and what an import was are nodes of our own.
//!
//! Names of our own on entities and facts begin with an underscore, which the ontology's never do; except `id`, `kind` and `name` of an
//! entity, which the API reserves. Days are whole numbers yyyymmdd, exact numbers are in ten-thousandths, a value object is JSON text,
//! statuses, bases, bounds and spans are their numbers.

use super::value::Value;
use crate::graph::{self, naming::slip};
use crate::ontology::{Ontology, PropId};
use crate::plan::ir::NamePart;

/// Label of every entity.
pub const ENTITY: &str = "Entity";
/// Label of an observation.
pub const OBSERVATION: &str = "Observation";
/// Label of a search key; [`OF`] leads to its entity.
pub const NAME: &str = "Name";
/// Label of a retired id, with the id that took its place in [`BY`].
pub const RETIRED: &str = "RetiredId";
/// Label of the node that says what the database was filled with.
pub const META: &str = "MdgraphMeta";
/// What its ontology declares: [`vocabulary::lines`](super::vocabulary::lines).
pub const VOCABULARY: &str = "vocabulary";

/// From a search key to its entity.
pub const OF: &str = "_OF";
/// From an observation to a subject; [`POSITION`] keeps their order.
pub const ABOUT: &str = "_ABOUT";
/// From an observation to what is measured.
pub const MEASURES: &str = "_MEASURES";
/// From an observation to its scope's sector.
pub const SECTOR: &str = "_SECTOR";
/// From an observation to its scope's place.
pub const PLACE: &str = "_PLACE";
/// From an observation to that within which it is ranked.
pub const RANKED_WITHIN: &str = "_RANKED_WITHIN";
/// From an observation to the one of which it is a part.
pub const BREAKDOWN_OF: &str = "_BREAKDOWN_OF";
/// The relationships of an observation.
pub const OBSERVATION_LINKS: [&str; 6] = [ABOUT, MEASURES, SECTOR, PLACE, RANKED_WITHIN, BREAKDOWN_OF];

/// The id of an entity, an observation, a search key.
pub const ID: &str = "id";
/// The name of an entity's kind.
pub const KIND: &str = "kind";
/// The display name of an entity: for people who look at the database; no statement reads it.
pub const DISPLAY: &str = "name";
/// The sort key of an entity's name; on an observation its indicator's.
pub const SORT: &str = "_sort";
/// An entity's folded names.
pub const FOLDED: &str = "_folded";
/// Names and texts of an entity.
pub const ZH: &str = "_zh";
/// English name.
pub const EN: &str = "_en";
/// Short names.
pub const SHORT: &str = "_short";
/// Former names.
pub const FORMER: &str = "_former";
/// Other names.
pub const ALIASES: &str = "_aliases";
/// The property that holds a part of an entity's names.
pub fn name_part(part: NamePart) -> &'static str {
    match part {
        NamePart::Zh => ZH,
        NamePart::En => EN,
        NamePart::Short => SHORT,
        NamePart::Former => FORMER,
        NamePart::Aliases => ALIASES,
    }
}
/// What tells it from its namesakes, in Chinese.
pub const DISAMBIGUATION_ZH: &str = "_disambiguationZh";
/// In English.
pub const DISAMBIGUATION_EN: &str = "_disambiguationEn";
/// What it is, in Chinese.
pub const DESCRIPTION_ZH: &str = "_descriptionZh";
/// In English.
pub const DESCRIPTION_EN: &str = "_descriptionEn";
/// Degree of an entity in the latest view.
pub const DEGREE: &str = "_degree";
/// First day on which anything stated it: of entities, facts, observations.
pub const KNOWN: &str = "_known";
/// The hash of the content that an import wrote; what has another one is stale.
pub const CONTENT: &str = "_content";
/// Citations, in three lists of one length: documents' ids …
pub const CITED_DOCUMENTS: &str = "_citedDocuments";
/// … sections …
pub const CITED_SECTIONS: &str = "_citedSections";
/// … and what each supports, the names joined by commas; absent where none says it.
pub const CITED_SUPPORTS: &str = "_citedSupports";

/// A fact's id.
pub const FACT_ID: &str = "_id";
/// Number of the status.
pub const STATUS: &str = "_status";
/// Number of the basis.
pub const BASIS: &str = "_basis";
/// First day on which it may hold.
pub const FROM: &str = "_from";
/// Last day.
pub const TO: &str = "_to";
/// The day on which a later statement took its place.
pub const KNOWN_TO: &str = "_knownTo";
/// The id of that statement.
pub const SUPERSEDED_BY: &str = "_supersededBy";
/// The first day on which it was known that another fact contradicts it.
pub const CONFLICTING_FROM: &str = "_conflictingFrom";
/// Words, earliest and latest date of `since`.
pub const SINCE: [&str; 3] = ["_sinceText", "_sinceEarliest", "_sinceLatest"];
/// Of `until`.
pub const UNTIL: [&str; 3] = ["_untilText", "_untilEarliest", "_untilLatest"];
/// A remark.
pub const NOTE: &str = "_note";
/// What is left open.
pub const DOUBT: &str = "_doubt";

/// Of an observation: words, earliest and latest date.
pub const WHEN: [&str; 3] = ["whenText", "earliest", "latest"];
/// First day that it may mean.
pub const FIRST: &str = "first";
/// Last day.
pub const LAST: &str = "last";
/// Number of the span.
pub const SPAN: &str = "span";
/// The figure.
pub const VALUE: &str = "value";
/// Its unit.
pub const UNIT: &str = "unit";
/// The figure in the base unit.
pub const NORMALIZED_VALUE: &str = "normalizedValue";
/// The base unit.
pub const NORMALIZED_UNIT: &str = "normalizedUnit";
/// What is tested and sorted by: the normalised figure, else the figure.
pub const FIGURE: &str = "figure";
/// Number of the bound.
pub const BOUND: &str = "bound";
/// Rank: its position …
pub const RANK_POSITION: &str = "rankPosition";
/// … the number of its bound …
pub const RANK_BOUND: &str = "rankBound";
/// … and among what.
pub const RANK_AMONG: &str = "rankAmong";
/// The scope in words.
pub const SCOPE_TEXT: &str = "scopeText";
/// The kind of unit counted.
pub const POPULATION: &str = "population";
/// The place of a subject among several.
pub const POSITION: &str = "position";

/// Of a search key: the normalised text.
pub const KEY: &str = "key";
/// The number of its field.
pub const FIELD: &str = "field";
/// The name as written.
pub const WRITTEN: &str = "value";
/// What the field and the length give to the rank: `weight·10,000 − min(characters, 9,999)`.
pub const WEIGHT: &str = "weight";

/// Of a search key that may be found with slips: the variants of its first block, that itself first, as [`slip_variants`] writes them …
pub const SLIPS_FIRST: &str = "slipsFirst";
/// … and those of its second block.
pub const SLIPS_SECOND: &str = "slipsSecond";

/// Between variants, and around them: no key has white space, so a variant between two of them is found in a text of many by `CONTAINS`.
const BETWEEN: char = '\n';

/// The variants of a block of a search key as one text.
pub fn slip_variants(block: &[char]) -> String {
    let mut text = String::from(BETWEEN);
    for variant in slip::variants(block) {
        text.push_str(&variant);
        text.push(BETWEEN);
    }
    text
}

/// What is looked for in such a text.
pub fn slip_variant(variant: &str) -> String {
    format!("{BETWEEN}{variant}{BETWEEN}")
}

/// Of a retired id: the id that took its place.
pub const BY: &str = "by";

/// The property that holds the first day on which a timeless property was stated, where that is later than its entity's.
pub fn known_of(ontology: &Ontology, property: PropId) -> String {
    format!("_known_{}", ontology.property(property).name)
}

/// The four lists that hold a `@history` property: values, first days, last days, known days; in the order in which the last one that
/// fits a view is its value. The property itself holds its value in the latest view.
pub fn history_of(ontology: &Ontology, property: PropId) -> [String; 4] {
    let name = &ontology.property(property).name;
    ["values", "from", "to", "known"].map(|part| format!("_{part}_{name}"))
}

/// The lists beside those of [`history_of`] that say what is written about each value: words, earliest and latest date of `since`, then of
/// `until`; where nothing is said, the empty text and 0.
pub fn dates_of(ontology: &Ontology, property: PropId) -> [[String; 3]; 2] {
    let name = &ontology.property(property).name;
    ["since", "until"].map(|end| ["Text", "Earliest", "Latest"].map(|part| format!("_{end}{part}_{name}")))
}

/// The citations of all values of a `@history` property, in four lists of one length: which value (counted from 0), and as
/// [`CITED_DOCUMENTS`], [`CITED_SECTIONS`] and [`CITED_SUPPORTS`].
pub fn citations_of(ontology: &Ontology, property: PropId) -> [String; 4] {
    let name = &ontology.property(property).name;
    ["Values", "Documents", "Sections", "Supports"].map(|part| format!("_cited{part}_{name}"))
}

/// A property's value as Neo4j holds it.
pub fn stored(value: &graph::Value) -> Value {
    match value {
        graph::Value::Bool(truth) => Value::Bool(*truth),
        graph::Value::Int(number) => Value::Int(*number),
        graph::Value::Decimal(number) => Value::Int(number.scaled()),
        graph::Value::Date(date) => Value::Int(date.code().into()),
        graph::Value::Str(text) => (&**text).into(),
        graph::Value::List(items) if items.iter().any(|item| matches!(item, graph::Value::Struct(_))) => {
            json(value).to_string().into()
        }
        graph::Value::List(items) => Value::List(items.iter().map(stored).collect()),
        graph::Value::Struct(_) => json(value).to_string().into(),
    }
}

/// A value object as JSON: its fields by position, numbers and dates as they are stored.
fn json(value: &graph::Value) -> serde_json::Value {
    match value {
        graph::Value::Bool(truth) => (*truth).into(),
        graph::Value::Int(number) => (*number).into(),
        graph::Value::Decimal(number) => number.scaled().into(),
        graph::Value::Date(date) => date.code().into(),
        graph::Value::Str(text) => (**text).into(),
        graph::Value::List(items) => items.iter().map(json).collect(),
        graph::Value::Struct(fields) => {
            fields.iter().map(|field| field.as_ref().map_or(serde_json::Value::Null, json)).collect()
        }
    }
}
