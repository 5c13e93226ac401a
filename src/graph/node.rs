//! Entities and citations.

use super::{Day, Value, When};
use crate::ontology::{KindId, PropId};
use std::sync::Arc;

/// Index into [`super::Graph::nodes`]; the order of indices is the order of ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeIx(pub u32);

/// A text in one or both languages.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Bilingual {
    /// Chinese.
    pub zh: Option<Arc<str>>,
    /// English.
    pub en: Option<Arc<str>>,
}

/// What an entity is called. Names are unions over documents and timeless. At least one of `zh` and `en` is there.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct NodeNames {
    /// Full Chinese name.
    pub zh: Option<Arc<str>>,
    /// Full English name.
    pub en: Option<Arc<str>>,
    /// Short names in use, in the order first stated.
    pub short: Vec<Arc<str>>,
    /// Names it had before.
    pub former: Vec<Arc<str>>,
    /// Other names, misprints of a document included.
    pub aliases: Vec<Arc<str>>,
}

impl NodeNames {
    /// Every name, once, in the order zh, en, short, former, aliases.
    pub fn all(&self) -> impl Iterator<Item = &Arc<str>> {
        self.zh.iter().chain(&self.en).chain(&self.short).chain(&self.former).chain(&self.aliases)
    }
}

/// Where a statement stands.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Citation {
    /// The document (an entity of kind Document).
    pub document: NodeIx,
    /// The section, fine enough to find the sentence.
    pub section: Arc<str>,
    /// The properties that it supports (`names`, `creditCode`, `role` …); empty: the statement as such.
    pub supports: Vec<Arc<str>>,
}

/// A dated value of a `@history` property.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dated {
    /// The value.
    pub value: Value,
    /// From when it held. None: unknown.
    pub since: Option<When>,
    /// Until when. None: open or unknown.
    pub until: Option<When>,
    /// First day on which a document stated it.
    pub known_from: Day,
    /// Who says so.
    pub citations: Vec<Citation>,
}

impl Dated {
    /// First day on which it may hold.
    pub fn valid_from(&self) -> Day {
        self.since.as_ref().map_or(super::DAY_MIN, When::first)
    }
    /// Last day on which it may hold.
    pub fn valid_to(&self) -> Day {
        self.until.as_ref().map_or(super::DAY_MAX, When::last)
    }
    /// By what the values of a property are in order; the last one that a view sees is the value in it.
    pub fn order(&self) -> (Day, Day, &Value) {
        (self.valid_from(), self.known_from, &self.value)
    }
}

/// An entity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// `company:weigao`, stable.
    pub id: Arc<str>,
    /// Its kind.
    pub kind: KindId,
    /// Its names.
    pub names: NodeNames,
    /// Sort key of its display name: see [`super::naming::sort_key`].
    pub sort_name: Arc<str>,
    /// What tells it from its namesakes.
    pub disambiguation: Bilingual,
    /// What it is, in a sentence of ours.
    pub description: Bilingual,
    /// Timeless properties, ascending by id, defaults of the ontology filled in; absent ones absent.
    pub properties: Vec<(PropId, Value)>,
    /// For a property that was not stated with the entity's first statement: the first day on which it was.
    /// Ascending by id; not listed means [`Node::known_from`].
    pub properties_known: Vec<(PropId, Day)>,
    /// `@history` properties, ascending by id, then by [`Dated::known_from`]; each list is not empty.
    pub history: Vec<(PropId, Vec<Dated>)>,
    /// First day on which anything stated it, a fact or an observation about it included; 0 for common knowledge.
    pub known_from: Day,
    /// Who states it, ascending.
    pub citations: Vec<Citation>,
}

impl Node {
    /// The value of a timeless property.
    pub fn property(&self, id: PropId) -> Option<&Value> {
        self.properties.binary_search_by_key(&id, |(p, _)| *p).ok().map(|i| &self.properties[i].1)
    }
    /// First day on which a timeless property was stated.
    pub fn property_known(&self, id: PropId) -> Day {
        match self.properties_known.binary_search_by_key(&id, |(p, _)| *p) {
            Ok(i) => self.properties_known[i].1,
            Err(_) => self.known_from,
        }
    }
    /// The display name in Chinese, else in English.
    pub fn display_name(&self) -> &Arc<str> {
        // A node has one of the two; its id is the answer of last resort, never shown for checked data.
        self.names.zh.as_ref().or(self.names.en.as_ref()).unwrap_or(&self.id)
    }
}
