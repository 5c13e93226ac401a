//! The plan's operators. **Their meaning is defined here**, in these comments, and not borrowed from a backend: memory
//! evaluates them, Neo4j renders them, and both give the same rows in the same order.
//!
//! Rules for all of them:
//!
//! - **Sight.** A [`View`] decides what exists. An entity is seen if `known_from ≤ view.known`. A fact is *current* if
//!   `known_from ≤ view.known < known_to` and its period overlaps the view's: `valid_from ≤ view.valid_to` and
//!   `valid_to ≥ view.valid_from`. A fact's ends are seen whenever the fact is (ingest sees to it). An observation is seen if
//!   `known_from ≤ view.known` and `when.first() ≤ view.valid_to && when.last() ≥ view.valid_from`. A timeless property is seen if its
//!   known day is; a `@history` property has the value of the seen entry that holds in the view: among entries with
//!   `known_from ≤ view.known` whose period overlaps, the one with the latest `since` (first day; unknown first), then
//!   the latest `known_from`, then the largest value.
//! - **Logic is two-valued.** A test of something absent is false, except `IsNull(true)`. `Not` is the complement, so a
//!   filter and its negation partition the whole.
//! - **Comparison.** Text by code point; numbers by value; enum values as text. A partial date is its period
//!   `[first, last]` and a comparison is true only where it is certain: see [`Test`].
//! - **Order** is total: the keys in turn, absent values last in either direction, then the tie-breakers of the record in the
//!   direction of the last key (ascending when there is none): entity → id; edge → neighbour's id, fact's id;
//!   fact → id; observation → id.
//! - **Uniqueness.** An edge is one current fact, so a neighbour appears once for each fact that joins it. Filters ask
//!   whether an edge exists and never multiply rows. A fact that joins an entity to itself is an edge to itself, once in each
//!   direction (once in all under a symmetric relationship), one fact about it, and no degree.
//! - **Tests of the wrong type** (a text test of a number, a comparison of a text, of a boolean or of a value object) are false.
//! - **Nothing** sums to nothing: a count of nothing is 0.

use crate::graph::{Basis, DAY_MAX, DAY_MIN, Day, PartialDate, Status, StatusSet, Value};
use crate::ontology::{DerivedId, Direction, KindSet, PropId, RelId};
use std::sync::Arc;

/// What is looked at: a period in which facts must hold, and what had been stated by a day.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct View {
    /// First day of the period; [`DAY_MIN`] when unset.
    pub valid_from: Day,
    /// Last day of the period; [`DAY_MAX`] when unset.
    pub valid_to: Day,
    /// The last day whose documents count; `DAY_MAX - 1` when unset: all, and only facts not superseded.
    pub known: Day,
    /// Canonical text of the `asOf` in force, empty when unset: part of normalised cache keys.
    pub key: Arc<str>,
}

impl View {
    /// `asOf: {valid, known}`; both mean their whole period.
    pub fn new(valid: Option<PartialDate>, known: Option<PartialDate>) -> View {
        let key = match (valid, known) {
            (None, None) => String::new(),
            (Some(v), None) => format!("valid={v}"),
            (None, Some(k)) => format!("known={k}"),
            (Some(v), Some(k)) => format!("valid={v},known={k}"),
        };
        View {
            valid_from: valid.map_or(DAY_MIN, PartialDate::first),
            valid_to: valid.map_or(DAY_MAX, PartialDate::last),
            known: known.map_or(DAY_MAX - 1, PartialDate::last),
            key: key.into(),
        }
    }
    /// Whether neither part is set: stored degrees hold, and properties need no known day.
    pub fn is_latest(&self) -> bool {
        self.key.is_empty()
    }
    /// Whether `known` is set.
    pub fn is_known_set(&self) -> bool {
        self.known != DAY_MAX - 1
    }
}

/// What a language-dependent text prefers; it falls back to the other language.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Lang {
    /// Chinese.
    Zh,
    /// English.
    En,
}

/// One root field's work. A store answers it as a whole, over one snapshot.
#[derive(Clone, Debug, PartialEq)]
pub enum Root {
    /// **ByIds**: a row an id, in the order given, `Null` for an id that is unknown, not seen, or of another kind. Retired ids
    /// answer with the entity that took their place. Gives [`crate::store::Datum::List`].
    ByIds {
        /// As given; may repeat.
        ids: Vec<Arc<str>>,
        /// The kinds that count.
        kinds: KindSet,
        /// What of each.
        entity: EntityProjection,
    },
    /// **Entities**: a page of the seen entities of `kinds` that pass `filter`. Gives `Page`.
    Entities(EntitiesPage),
    /// **Search**: a page of entities found by name. Gives `Page`; an item's row is `[Int rank, Str value, Str field, entity row]`.
    Search(SearchPage),
    /// **Observations** of everything. Gives `Page`; an item's row is the projection's.
    Observations(ObservationsPage),
    /// One observation by id, or `Null` if it is unknown or not seen.
    Observation {
        /// Its id.
        id: Arc<str>,
        /// What of it.
        observation: ObservationProjection,
    },
}

/// A page of entities.
#[derive(Clone, Debug, PartialEq)]
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
}

/// **Anchor**: the set of entities from which a plan starts; a superset of the answer. The store still applies the whole filter.
#[derive(Clone, Debug, PartialEq)]
pub enum Anchor {
    /// Every entity of the kinds.
    Scan,
    /// Walk the entities of the kinds in the order's first key, stopping when the page is full.
    OrderWalk,
    /// These ids.
    Ids(Vec<Arc<str>>),
    /// Entities whose property equals one of the values (a unique or indexed property).
    Property(PropId, Vec<Value>),
    /// Entities one of whose folded names equals one of the texts.
    Name(Vec<Arc<str>>),
    /// Entities under one of these in a hierarchy, themselves included.
    Within(Vec<Arc<str>>),
    /// From the entities of an inner anchor, back over a hop.
    Via {
        /// The hop as the filter states it: from the wanted entity to the inner one.
        hop: Hop,
        /// The kinds at the inner end.
        kinds: KindSet,
        /// Where the inner end starts.
        inner: Box<Anchor>,
    },
}

/// **Filter** over an entity.
#[derive(Clone, Debug, PartialEq)]
pub enum Filter {
    /// All of them; empty: true.
    And(Vec<Filter>),
    /// Any of them; empty: false.
    Or(Vec<Filter>),
    /// The complement.
    Not(Box<Filter>),
    /// Its kind is one of these.
    Kinds(KindSet),
    /// Its id is one of these. A retired id counts as the id of the entity that took its place.
    Ids(Vec<Arc<str>>),
    /// It is one of these or under one of them: reaches it over hierarchy relationships (current facts of
    /// [`StatusSet::HELD`]), any number of steps, cycles tolerated. Unknown ids have nothing under them; retired ids count as in `Ids`.
    Within(Vec<Arc<str>>),
    /// **Name** test: true if any of its names passes, compared in folded form ([`crate::graph::naming::fold`]); the operands are
    /// already folded. `NotIn`: no name is among them. `IsNull(true)` is false: every entity has a name.
    Name(Test),
    /// A timeless or `@history` property. A list property passes if any element does; `NotIn`: there is an element and none is among them;
    /// an empty list counts as absent.
    Property(PropId, Test),
    /// **Related**: about the edges of a hop that pass `edge`. A neighbour passes when `node` does.
    Related {
        /// Over which hop.
        hop: Hop,
        /// How many must pass.
        quantifier: Quantifier,
        /// Which edges count at all for `some` and `none`; for `every` see [`Quantifier::Every`].
        edge: EdgeFilter,
        /// What the neighbour must pass.
        node: Box<Filter>,
    },
}

impl Filter {
    /// What passes everything.
    pub const TRUE: Filter = Filter::And(Vec::new());
    /// Whether it passes everything by its form.
    pub fn is_true(&self) -> bool {
        matches!(self, Filter::And(parts) if parts.iter().all(Filter::is_true))
    }
}

/// How many edges of a hop must pass both the edge's and the node's filter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Quantifier {
    /// At least one.
    Some,
    /// Not one.
    None,
    /// No current edge of the hop fails (edge or node); true when there is none.
    Every,
}

/// **Test** of a value. A test of an absent value is false, but `IsNull(true)`.
#[derive(Clone, Debug, PartialEq)]
pub enum Test {
    /// Equal to one of these (a partial date: the same text).
    In(Vec<Value>),
    /// There is a value, and it is none of these.
    NotIn(Vec<Value>),
    /// Text contains this text. The empty text is in every text.
    Contains(Arc<str>),
    /// Text starts with this text.
    StartsWith(Arc<str>),
    /// Number larger than.
    Gt(Value),
    /// Number at least.
    Gte(Value),
    /// Number less than.
    Lt(Value),
    /// Number at most.
    Lte(Value),
    /// The date's period lies within this one: `first ≥ d.first` and `last ≤ d.last`.
    During(PartialDate),
    /// The date's period ends before this one begins.
    Before(PartialDate),
    /// The date's period begins after this one ends.
    After(PartialDate),
    /// true: there is no value; false: there is one.
    IsNull(bool),
}

/// **EdgeFilter**: which facts count. Everything given must hold.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct EdgeFilter {
    /// Status is one of these. None: any.
    pub status: Option<StatusSet>,
    /// Basis is one of these. None: any.
    pub basis: Option<Vec<Basis>>,
    /// Tests of edge properties, by position in the relationship.
    pub properties: Vec<(u8, Test)>,
}

/// **Hop**: from an entity to its neighbours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Hop {
    /// Along a stored relationship. `Out`: the entity is the subject. A symmetric relationship is read both ways whatever the direction.
    Edge(RelId, Direction),
    /// Along a derived shortcut; `Out` from its declaring side. All paths of current facts that fit the steps; one edge a neighbour, never
    /// the entity itself; a path meets no fact twice. Its facts are those of all the paths, each once, by fact id; its status is the weakest fact's of the path whose
    /// weakest is strongest; edge filters: `status` tests that status, `basis` passes if every fact of some path passes, there are
    /// no properties.
    Derived(DerivedId, Direction),
}

/// One key of an order over entities.
#[derive(Clone, Debug, PartialEq)]
pub struct EntityOrder {
    /// By what.
    pub key: EntityKey,
    /// Largest first.
    pub descending: bool,
}

/// By what entities are ordered.
#[derive(Clone, Debug, PartialEq)]
pub enum EntityKey {
    /// [`crate::graph::Node::sort_name`].
    Name,
    /// Degree under the view.
    Degree,
    /// A timeless or `@history` property that is not a list or a value object.
    Property(PropId),
}

/// **Page**: which part of an ordered list, by keyset. Both cursors may be given: what lies between them is then the list of which the
/// first (`backward`: the last) `limit` items are given, and beyond which [`crate::store::Page::more`] looks.
#[derive(Clone, Debug, PartialEq)]
pub struct PageArgs {
    /// How many at most; 0 is allowed. Already bounded by the limits.
    pub limit: u32,
    /// `last`/`before`: the last `limit` items, given in the list's order all the same.
    pub backward: bool,
    /// Only what comes after this key in the order.
    pub after: Option<Vec<SortValue>>,
    /// Only what comes before it.
    pub before: Option<Vec<SortValue>>,
    /// Whether items are wanted; else there are none, `more` is false, and only `total` and groups count.
    pub items: bool,
    /// Whether the total (of the whole list, cursors apart) is wanted.
    pub total: bool,
}

/// One component of an item's place in an order: the requested keys, then the tie-breakers.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SortValue {
    /// Numbers; decimals scaled, dates by code, booleans 0 and 1.
    Int(i64),
    /// Text; by code point.
    Str(Arc<str>),
    /// Absent: last in either direction.
    Null,
}

/// What is taken of an entity, by its kind. Kinds that need the same slots share a shape.
#[derive(Clone, Debug, PartialEq, Default)]
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
#[derive(Clone, Debug, PartialEq)]
pub enum Slot {
    /// `Str`.
    Id,
    /// The display name in a language: `Str`.
    Name(Lang),
    /// `List [Str|Null zh, Str|Null en, List short, List former, List aliases]`.
    Names,
    /// `Str` or `Null`; falls back to the other language.
    Disambiguation(Lang),
    /// `Str` or `Null`; falls back to the other language.
    Description(Lang),
    /// A property, timeless or `@history`: the value's datum, or `Null`.
    Property(PropId),
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
    /// A page of the observations of which it is a subject: `Page`.
    Observations(ObservationsPage),
}

/// **Expand**: a page of edges. Order: the neighbour's keys (empty: by name ascending), neighbour's id, fact's id
/// (a derived edge has no fact: its third key is the empty text).
#[derive(Clone, Debug, PartialEq)]
pub struct EdgesPage {
    /// Over which hop.
    pub hop: Hop,
    /// Which edges.
    pub edge: EdgeFilter,
    /// Which neighbours.
    pub node: Filter,
    /// In which order.
    pub order: Vec<EntityOrder>,
    /// Which part.
    pub page: PageArgs,
    /// What of each edge.
    pub row: Vec<EdgeSlot>,
}

/// A page of edges of several relationships, both ways. Order: relationship type, direction (Out before In), neighbour's name
/// key, neighbour's id, fact's id, all ascending; as sort values the type's name, 0 or 1, and three texts.
/// A symmetric relationship counts as Out from either end.
#[derive(Clone, Debug, PartialEq)]
pub struct RelatedPage {
    /// Which relationships, ascending, each once. None: all.
    pub relationships: Option<Vec<RelId>>,
    /// Neighbours of which kinds.
    pub kinds: KindSet,
    /// One direction only.
    pub direction: Option<Direction>,
    /// Which statuses.
    pub status: StatusSet,
    /// Which part.
    pub page: PageArgs,
    /// Whether the groups are wanted: `(relationship, direction, status, edges)` ascending by type name, direction, status.
    pub groups: bool,
    /// What of each edge.
    pub row: Vec<EdgeSlot>,
}

/// One value of an edge's row. A derived edge has no fact, relationship, direction or property of its own: `Null`; a stored edge's
/// facts are the one that it is, and its status is that fact's.
#[derive(Clone, Debug, PartialEq)]
pub enum EdgeSlot {
    /// The fact: `List` of the projection's values.
    Fact(FactProjection),
    /// An edge property by position: its value's datum, or `Null`. Only under one relationship.
    Property(u8),
    /// The neighbour: an entity row.
    Node(EntityProjection),
    /// The relationship: `Int` of its [`RelId`].
    Relationship,
    /// The direction: `Int`, 0 Out, 1 In.
    Direction,
    /// Of a derived edge: its facts by id, at most 100: `List` of fact rows.
    Facts(FactProjection),
    /// Of a derived edge: the status as `Int` of [`Status`].
    Status,
}

/// What is taken of a fact; a row is `List` of these.
pub type FactProjection = Vec<FactSlot>;

/// One value of a fact's row.
#[derive(Clone, Debug, PartialEq)]
pub enum FactSlot {
    /// `Str`.
    Id,
    /// `Int` of the [`RelId`].
    Relationship,
    /// `Int` of the [`Status`].
    Status,
    /// `Int` of the [`Basis`].
    Basis,
    /// `List [Str text, Date|Null earliest, Date|Null latest]`, or `Null`.
    Since,
    /// Likewise.
    Until,
    /// `Str` or `Null`.
    Note,
    /// `Str` or `Null`.
    Doubt,
    /// All edge properties that it has: `List` of `List [Int position, value]`, by position.
    Properties,
    /// `Date`: known since; `Null` for common knowledge (day 0).
    KnownFrom,
    /// `Date`, or `Null` while, as far as is known in the view (`known_to > view.known`), nothing took its place.
    KnownTo,
    /// An entity row.
    Subject(EntityProjection),
    /// An entity row.
    Object(EntityProjection),
    /// The fact that took its place, if that is known in the view (its `known_from ≤ view.known`, whatever its period): `List` of the
    /// projection's values, or `Null`.
    SupersededBy(FactProjection),
    /// Its citations, as [`Slot::Sources`].
    Sources(u32, CitationProjection),
}

/// A page of facts. Unlike edges it shows superseded facts too: a fact is in it if `known_from ≤ view.known` and its period overlaps the
/// view's. Order: relationship type's name, then id, ascending.
#[derive(Clone, Debug, PartialEq)]
pub struct FactsPage {
    /// Which relationships, ascending, each once. None: all.
    pub relationships: Option<Vec<RelId>>,
    /// Which statuses.
    pub status: StatusSet,
    /// Which part.
    pub page: PageArgs,
    /// What of each.
    pub row: FactProjection,
}

/// What is taken of a citation; a row is `List` of these.
pub type CitationProjection = Vec<CitationSlot>;

/// One value of a citation's row.
#[derive(Clone, Debug, PartialEq)]
pub enum CitationSlot {
    /// The document: an entity row.
    Document(EntityProjection),
    /// `Str`.
    Section,
    /// `List` of `Str`.
    Supports,
}

/// A page of observations, of all or of one entity. Order: the keys (empty: by time ascending), then id.
#[derive(Clone, Debug, PartialEq)]
pub struct ObservationsPage {
    /// Which.
    pub filter: ObservationFilter,
    /// In which order.
    pub order: Vec<ObservationOrder>,
    /// Which part.
    pub page: PageArgs,
    /// What of each.
    pub row: ObservationProjection,
}

/// **ObservationFilter**; two-valued like [`Filter`].
#[derive(Clone, Debug, PartialEq)]
pub enum ObservationFilter {
    /// All of them; empty: true.
    And(Vec<ObservationFilter>),
    /// Any of them; empty: false.
    Or(Vec<ObservationFilter>),
    /// The complement.
    Not(Box<ObservationFilter>),
    /// The indicator passes (a filter of ids and `Within` only).
    Indicator(Filter),
    /// One of the subjects passes.
    Subject(Filter),
    /// The scope's sector is there and passes.
    Sector(Filter),
    /// The time, a period from `when.first()` to `when.last()`, as a date is tested. `In`/`NotIn`: `earliest` and `latest` are there and
    /// are the same date, and it is (is not) among these. `IsNull(true)`: neither is there.
    When(Test),
    /// The value, only where it is certain: with bound EXACT the value itself; AT_LEAST `[v, ∞)`; OVER `(v, ∞)`; AT_MOST `(-∞, v]`; ABOUT and
    /// NEARLY are certain of nothing. The test must hold for all of the range (`In` of a range never does; `NotIn` does when none of these
    /// lies in it). `IsNull` asks for the figure, whatever its bound.
    /// The normalised value is tested where there is one, else the value as written.
    Value(Test),
    /// Its status is one of these.
    Status(StatusSet),
}

/// One key of an order over observations.
#[derive(Clone, Debug, PartialEq)]
pub struct ObservationOrder {
    /// By what.
    pub key: ObservationKey,
    /// Largest first.
    pub descending: bool,
}

/// By what observations are ordered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ObservationKey {
    /// `when.first()`, then `when.last()`: two sort values, never absent (unknown is the earliest or the last of all days).
    When,
    /// The normalised value, else the value.
    Value,
    /// The indicator's name key.
    Indicator,
}

/// What is taken of an observation; a row is `List` of these.
pub type ObservationProjection = Vec<ObservationSlot>;

/// One value of an observation's row.
#[derive(Clone, Debug, PartialEq)]
pub enum ObservationSlot {
    /// `Str`.
    Id,
    /// An entity row.
    Indicator(EntityProjection),
    /// `List` of entity rows, in the order stated.
    Subjects(EntityProjection),
    /// `List [Str text, Date|Null, Date|Null]`.
    When,
    /// `Int` of [`crate::graph::Span`].
    Span,
    /// `Decimal` or `Null`.
    Value,
    /// `Str` or `Null`.
    Unit,
    /// `List [Decimal, Str]` or `Null`.
    Normalized,
    /// `Int` of [`crate::graph::Bound`].
    Bound,
    /// `List [Int position, Int bound, Str|Null among, entity row|Null within]` or `Null`. An entity that is not seen is `Null`.
    Rank(EntityProjection),
    /// `Int` of [`Status`].
    Status,
    /// `List [Str text, entity row|Null sector, Str|Null population, entity row|Null place]`. An entity that is not seen is `Null`.
    Scope {
        /// What of the sector.
        sector: EntityProjection,
        /// What of the place.
        place: EntityProjection,
    },
    /// `List` of the projection's values, or `Null` if there is none or it is not seen.
    BreakdownOf(ObservationProjection),
    /// `Str` or `Null`.
    Note,
    /// `Str` or `Null`.
    Doubt,
    /// Its citations, as [`Slot::Sources`].
    Sources(u32, CitationProjection),
}

/// **Search**: entities under one of whose keys ([`crate::graph::naming::keys`]) the folded text is found: equal, at the start, or (not in
/// initials) anywhere. An entity's rank is its best key's ([`crate::graph::naming::rank`]); among keys of equal rank the smaller key, then field,
/// then value is shown. Order: rank descending, name key, id ascending; as sort values the negated rank and two texts.
#[derive(Clone, Debug, PartialEq)]
pub struct SearchPage {
    /// Folded; the empty text finds nothing.
    pub text: Arc<str>,
    /// Of which kinds.
    pub kinds: KindSet,
    /// Which part.
    pub page: PageArgs,
    /// What of each.
    pub entity: EntityProjection,
}

/// The status of an edge's or a path's facts: the weakest.
pub fn weakest(statuses: impl IntoIterator<Item = Status>) -> Option<Status> {
    statuses.into_iter().min()
}
