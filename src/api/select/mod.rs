//! What a document selects, resolved against the ontology: the tree from which a request's plan is built and along which its
//! answer is written. Made once for a document, an operation and the values of the variables of its `@skip` and `@include`.
//!
//! The order of slots is the order of the tree: building the plan and writing the answer walk it in the same way, and each
//! field takes the values of its slots in turn.

mod aggregate;
pub mod collect;
mod compile;
mod compile_record;
mod record;

pub use aggregate::*;
pub use compile::{Compiler, Vocabulary};
pub use record::*;

use crate::api::about::About;
use crate::api::input::{Input, Variables};
use crate::api::introspect::Introspection;
use crate::ontology::{KindId, KindSet, Link, PropId, StructId};
use crate::plan::ir::NamePart;
use apollo_compiler::Name;
use std::sync::Arc;

/// A field of an answer.
#[derive(Debug)]
pub struct Field<W> {
    /// The response key as it is written: `"name":`.
    pub key: Box<str>,
    /// What stands there.
    pub what: W,
}

/// Fields of an object, in the order of the answer.
pub type Fields<W> = Vec<Field<W>>;

/// The arguments of a field, literals coerced; variables are looked up for each request.
#[derive(Debug, Default)]
pub struct Args {
    given: Vec<(Name, Input)>,
    /// Byte offset of the field in the document, for errors.
    pub offset: usize,
}

impl Args {
    /// The value of an argument; `None` if it is not given, null, or a variable that is not given.
    pub fn get<'a>(&'a self, name: &str, variables: &'a Variables) -> Option<&'a Input> {
        self.given.iter().find(|(given, _)| given == name).and_then(|(_, value)| value.given(variables))
    }
    /// All that are given, as they stand.
    pub fn iter(&self) -> impl Iterator<Item = (&Name, &Input)> {
        self.given.iter().map(|(name, value)| (name, value))
    }
}

/// What is selected of entities, by kind.
#[derive(Debug, Default)]
pub struct EntitySet {
    /// Disjoint sets of kinds that select the same fields.
    pub shapes: Vec<(KindSet, Fields<EntityField>)>,
}

impl EntitySet {
    /// The fields of a kind; none for a kind that cannot stand here.
    pub fn fields(&self, kind: KindId) -> &[Field<EntityField>] {
        self.shapes.iter().find(|(kinds, _)| kinds.contains(kind)).map_or(&[], |(_, fields)| fields)
    }
}

/// A field of an entity.
#[derive(Debug)]
pub enum EntityField {
    /// `__typename`
    Typename,
    /// `kind`
    Kind,
    /// `asOfKey`
    AsOfKey,
    /// `id`
    Id,
    /// `name(lang)`
    Name(Args),
    /// `names`
    Names(Fields<NamesField>),
    /// `disambiguation(lang)`
    Disambiguation(Args),
    /// `description(lang)`
    Description(Args),
    /// A property.
    Property(PropId, ValueSet),
    /// `<property>History`
    History(PropId, Fields<DatedField>),
    /// `degree`
    Degree,
    /// `sources(first)`
    Sources(Sources),
    /// A relationship or a shortcut as a connection.
    Edges(Link, Box<Connection>),
    /// A shortcut to one entity.
    One(Link, Arc<EntitySet>),
    /// `related`
    Related(Box<Connection>),
    /// `facts`
    Facts(Box<Connection>),
    /// `observations`
    Observations(Box<Connection>),
}

/// A field of `Names`.
#[derive(Clone, Copy, Debug)]
pub enum NamesField {
    /// `__typename`
    Typename,
    /// A part.
    Part(NamePart),
}

/// What is selected of a property's value.
#[derive(Debug)]
pub enum ValueSet {
    /// A scalar or an enum, or a list of those.
    Plain,
    /// A value object, or a list of them.
    Struct(StructId, Fields<StructField>),
}

/// A field of a value object.
#[derive(Debug)]
pub enum StructField {
    /// `__typename`
    Typename,
    /// The field at this position of the declaration; whether it holds a list.
    Value {
        /// Position in the declaration.
        position: usize,
        /// Declared as a list.
        list: bool,
        /// What is selected of it.
        value: ValueSet,
    },
}

/// `sources(first)`.
#[derive(Debug)]
pub struct Sources {
    /// `first`
    pub args: Args,
    /// What of each citation.
    pub fields: Fields<CitationField>,
}

/// A field of a citation.
#[derive(Debug)]
pub enum CitationField {
    /// `__typename`
    Typename,
    /// `document`
    Document(Arc<EntitySet>),
    /// `section`
    Section,
    /// `supports`
    Supports,
}

/// A connection: a page of a list.
#[derive(Debug)]
pub struct Connection {
    /// Its type: `TakesPartInConnection`.
    pub type_name: Name,
    /// The field that it answers, part of what its cursors are bound to.
    pub field: Name,
    /// `first after last before`, and what chooses and orders the list.
    pub args: Args,
    /// Its fields.
    pub fields: Fields<ConnectionField>,
    /// What is selected under each `edges`.
    pub edges: Vec<Fields<EdgeField>>,
    /// Whether any cursor is selected.
    pub has_cursors: bool,
}

/// A field of a connection.
#[derive(Debug)]
pub enum ConnectionField {
    /// `__typename`
    Typename,
    /// `totalCount`
    TotalCount,
    /// `pageInfo`
    PageInfo(Fields<PageInfoField>),
    /// `edges`: the position in [`Connection::edges`].
    Edges(usize),
    /// `groups` of related entities.
    Groups(Fields<GroupField>),
    /// `aggregate` of entities.
    Aggregate(Fields<AggregateField>),
}

/// A field of `PageInfo`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum PageInfoField {
    /// `__typename`
    Typename,
    /// `hasNextPage`
    HasNext,
    /// `hasPreviousPage`
    HasPrevious,
    /// `startCursor`
    Start,
    /// `endCursor`
    End,
}

/// A field of `RelatedGroup`.
#[derive(Debug)]
pub enum GroupField {
    /// `__typename`
    Typename,
    /// `relationship`
    Relationship,
    /// `direction`
    Direction,
    /// `label(lang)`
    Label(Args),
    /// `status`
    Status,
    /// `count`
    Count,
}

/// A field of an edge of any connection.
#[derive(Debug)]
pub enum EdgeField {
    /// `__typename`: the edge's type.
    Typename(Name),
    /// `cursor`
    Cursor,
    /// `node` that is an entity reached over an edge: a value of its own in the row.
    Entity(Arc<EntitySet>),
    /// `node` that is the item itself, of a page of entities or of a search: all of them share one entity's row.
    Itself(Arc<EntitySet>),
    /// `node` that is a fact.
    FactNode(Arc<FactSet>),
    /// `node` that is an observation.
    Observation(Arc<ObservationSet>),
    /// `fact`
    Fact(Arc<FactSet>),
    /// `facts` of a derived edge.
    Facts(Arc<FactSet>),
    /// `status` of a derived edge.
    Status,
    /// A declared property of the edge, by position.
    Property(u8),
    /// `relationship`
    Relationship,
    /// `direction`
    Direction,
    /// `label(lang)`
    Label(Args),
    /// `score`
    Score,
    /// `matched`
    Matched(Fields<MatchedField>),
}

impl EntityField {
    /// How many values it takes from its entity's row.
    pub fn slots(&self) -> usize {
        usize::from(!matches!(self, EntityField::Typename | EntityField::Kind | EntityField::AsOfKey))
    }
}

impl EdgeField {
    /// How many values it takes from its item's row; [`EdgeField::Itself`] takes from the entity's.
    pub fn slots(&self) -> usize {
        match self {
            EdgeField::FactNode(set) => set.iter().map(|field| field.what.slots()).sum(),
            EdgeField::Observation(set) => set.iter().map(|field| field.what.slots()).sum(),
            EdgeField::Label(_) => 2,
            EdgeField::Typename(_) | EdgeField::Cursor | EdgeField::Itself(_) => 0,
            // Of a search: read from their places.
            EdgeField::Score | EdgeField::Matched(_) => 0,
            _ => 1,
        }
    }
}

/// A field of `Matched`.
#[derive(Clone, Copy, Debug)]
pub enum MatchedField {
    /// `__typename`
    Typename,
    /// `value`
    Value,
    /// `field`
    Field,
}

/// A field of an object of [`About`].
#[derive(Debug)]
pub struct AboutField {
    /// Its name; `__typename` is one.
    pub name: Name,
    /// What is selected of it; empty of a scalar.
    pub fields: Fields<AboutField>,
}

/// A root field.
#[derive(Debug)]
pub struct RootField {
    /// The response key.
    pub name: Name,
    /// Its arguments, `asOf` among them.
    pub args: Args,
    /// What it answers.
    pub what: RootWhat,
}

/// What a root field answers.
#[derive(Debug)]
pub enum RootWhat {
    /// `__typename`
    Typename,
    /// `__schema` and `__type`.
    Introspection(Introspection),
    /// `ontology` or `statistics`: the tree, and what is selected of it.
    About(Arc<About>, Fields<AboutField>),
    /// One entity by id.
    Entity(KindSet, Arc<EntitySet>),
    /// Several by id.
    Entities(Arc<EntitySet>),
    /// A page of a kind; its filters and orders are those of the kind.
    Page(KindId, Box<Connection>),
    /// One fact by id.
    Fact(Arc<FactSet>),
    /// A page of facts.
    Facts(Box<Connection>),
    /// One observation by id.
    Observation(Arc<ObservationSet>),
    /// A page of observations.
    Observations(Box<Connection>),
    /// A page of what is found by name.
    Search(Box<Connection>),
}
