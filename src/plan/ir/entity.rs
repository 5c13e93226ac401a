//! Entities: their pages, their order, what is taken of them.

use super::{
    AggregateProjection, Anchor, CitationProjection, EdgesPage, FactsPage, Filter, Hop, Lang, ObservationsPage,
    PageArgs, RelatedPage,
};
use crate::ontology::{KindSet, PropId};

/// A page of entities.
#[derive(Clone, Debug, PartialEq, Hash)]
pub struct EntitiesPage {
    /// Of which kinds; never empty.
    pub kinds: KindSet,
    /// Which.
    pub filter: Filter,
    /// Where to start; chosen by the optimiser, has no influence on the answer.
    pub anchor: Anchor,
    /// In which order; empty: by name ascending.
    pub order: Vec<EntityOrder>,
    /// Which part.
    pub page: PageArgs,
    /// What of each.
    pub entity: EntityProjection,
    /// What of all of them together.
    pub aggregate: AggregateProjection,
}

/// One key of an order over entities.
#[derive(Clone, Debug, PartialEq, Hash)]
pub struct EntityOrder {
    /// By what.
    pub key: EntityKey,
    /// Largest first.
    pub descending: bool,
}

/// By what entities are ordered.
#[derive(Clone, Debug, PartialEq, Hash)]
pub enum EntityKey {
    /// [`crate::graph::Node::sort_name`].
    Name,
    /// Degree under the view.
    Degree,
    /// A timeless or `@history` property that is not a list or a value object.
    Property(PropId),
    /// What its current edges of a hop, of any status, lead to.
    Related(Hop, RelatedKey),
}

/// What of an entity's edges is a key of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RelatedKey {
    /// How many edges there are; of a shortcut, how many neighbours. Never absent.
    Count,
    /// Of the neighbours' [`crate::graph::Node::sort_name`] the smallest, in a descending order the largest; absent where there is no
    /// neighbour.
    Name,
}

/// What is taken of an entity, by its kind. Kinds that need the same slots share a shape.
#[derive(Clone, Debug, PartialEq, Hash, Default)]
pub struct EntityProjection {
    /// Disjoint kind sets; a kind in none of them gives a row without values.
    pub shapes: Vec<(KindSet, Vec<Slot>)>,
}

impl EntityProjection {
    /// The slots of a kind.
    pub fn slots(&self, kind: crate::ontology::KindId) -> &[Slot] {
        self.shapes.iter().find(|(kinds, _)| kinds.contains(kind)).map_or(&[], |(_, slots)| slots)
    }
}

/// One value of an entity's row. What each gives is said as a [`crate::store::Datum`].
#[derive(Clone, Debug, PartialEq, Hash)]
pub enum Slot {
    /// `Str`.
    Id,
    /// The display name in a language: `Str`.
    Name(Lang),
    /// Parts of its names: `List`, of each what [`NamePart`] says.
    Names(Vec<NamePart>),
    /// `Str` or `Null`; falls back to the other language.
    Disambiguation(Lang),
    /// `Str` or `Null`; falls back to the other language.
    Description(Lang),
    /// A property, timeless or `@history`: the value's datum, or `Null`.
    Property(PropId),
    /// The dated values of a `@history` property, of which [`Slot::Property`] takes the last: those known in the view whose period overlaps
    /// it, by the first day of `since` (unknown first), then the known day, then the value: `List` of rows.
    History(PropId, Vec<DatedSlot>),
    /// **Degree**: the number of distinct other entities joined to it by current facts of [`StatusSet::HELD`]: `Int`.
    Degree,
    /// Its citations from documents that are seen, ascending by document id and section, at most so many: `List` of citation rows.
    Sources(u32, CitationProjection),
    /// **Expand**: a page of edges of a hop: `Page`; an item's row is the edge projection's.
    Edges(EdgesPage),
    /// The single neighbour of a hop: of the current edges' neighbours (any status) the first by name, then id: an entity row, or `Null`.
    One(Hop, EntityProjection),
    /// A page of edges of any relationship: `Page`; with groups.
    Related(RelatedPage),
    /// A page of the facts about it, as subject or object: `Page`.
    Facts(FactsPage),
    /// A page of the observations of which it is a subject, or which measure it: `Page`.
    Observations(ObservationsPage),
}

/// A part of the names of an entity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NamePart {
    /// In Chinese: `Str` or `Null`.
    Zh,
    /// In English: `Str` or `Null`.
    En,
    /// Short names: `List`.
    Short,
    /// Those it had before: `List`.
    Former,
    /// Other names: `List`.
    Aliases,
}

impl NamePart {
    /// All of them.
    pub const ALL: [NamePart; 5] = [NamePart::Zh, NamePart::En, NamePart::Short, NamePart::Former, NamePart::Aliases];

    /// Its name in the API.
    pub fn name(self) -> &'static str {
        match self {
            NamePart::Zh => "zh",
            NamePart::En => "en",
            NamePart::Short => "short",
            NamePart::Former => "former",
            NamePart::Aliases => "aliases",
        }
    }
}

/// One value of a dated value's row.
#[derive(Clone, Debug, PartialEq, Hash)]
pub enum DatedSlot {
    /// The value's datum.
    Value,
    /// `List [Str text, Date|Null earliest, Date|Null latest]`, or `Null`.
    Since,
    /// Likewise.
    Until,
    /// Its citations, as [`Slot::Sources`].
    Sources(u32, CitationProjection),
}
