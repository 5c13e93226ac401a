//! The ontology: which kinds of entity, properties and relationships exist.
//!
//! It is read from SDL files (`schema/ontology/*.graphql`), resolved in stages, and everything else derives
//! from it: the GraphQL API, the checks on seed data, the indexes of the memory store, Neo4j's constraints,
//! the generated docs.
//!
//! Stages, as a table of contents: `parse` (files → syntax trees, every syntax error) → `resolve`
//! (syntax trees → [`Ontology`], every error of meaning, in one run).
//!
//! Ids ([`KindId`], [`RelId`] …) index the vectors of the [`Ontology`] that issued them and mean nothing elsewhere.

use std::sync::Arc;

pub mod doc;
mod error;
mod ids;
mod load;
mod lookup;
mod parse;
mod resolve;
pub mod spelling;

pub use error::OntologyError;
pub use ids::{DerivedId, EnumId, InterfaceId, KindId, KindSet, PropId, RelId, StructId};
pub use load::{LoadError, embedded_files, load};
pub use lookup::{HISTORY, Names};

/// What a thing is called, in the two languages of the API.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Labels {
    /// Chinese.
    pub zh: String,
    /// English.
    pub en: String,
}

/// Labels and explanation of a declared thing, from its SDL description: first line `中文 · English`, the rest the text.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Described {
    /// The first line, split.
    pub labels: Labels,
    /// Everything after the first line; may be empty.
    pub text: String,
}

impl Described {
    /// The SDL description that is published: labels first, Chinese before English.
    pub fn sdl(&self) -> String {
        let head = format!("{} · {}", self.labels.zh, self.labels.en);
        if self.text.is_empty() { head } else { format!("{head}\n{}", self.text) }
    }
}

/// The type of a property or an edge property.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ValueType {
    /// Text; compared by code point.
    String,
    /// true or false.
    Boolean,
    /// 32-bit whole number.
    Int,
    /// Exact number with up to four decimals, [`crate::graph::Decimal`].
    Decimal,
    /// Year, month or day, [`crate::graph::PartialDate`].
    PartialDate,
    /// Unified social credit code: 18 characters, GB 32100-2015, the last a check character.
    CreditCode,
    /// One value of a declared enum.
    Enum(EnumId),
    /// A value object (a type without `@node`): no identity, no filters, read as a whole.
    Struct(StructId),
    /// Several of the inner type, in order. Never nested.
    List(Box<ValueType>),
}

/// How a property is found quickly.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Indexing {
    /// Neither unique nor indexed.
    None,
    /// `@index`: many entities may share a value.
    Index,
    /// `@unique`: at most one entity of all has a value.
    Unique,
}

/// A property of entities. The name is global: two kinds that declare it mean the same type.
#[derive(Clone, Debug)]
pub struct Property {
    /// As in the API: `creditCode`.
    pub name: Arc<str>,
    /// Its type.
    pub ty: ValueType,
    /// Declared with `!`: every entity has a value, its own or the default.
    pub required: bool,
    /// `@index`, `@unique`.
    pub indexing: Indexing,
    /// `@level`: says at which level of the hierarchies an entity stands. An enum.
    pub level: bool,
    /// `@level(place: "PREFECTURE")`: the level that counts as the place where something is. At most one property of all has it.
    pub place: Option<crate::graph::Value>,
    /// `@history`: changes over time; dated values are kept and the one in force is served.
    pub history: bool,
    /// The value of an entity that no document gives one (`@default(value: "true")`), as it is typed.
    pub default: Option<crate::graph::Value>,
    /// Labels and text (of the first kind or interface that declares it).
    pub described: Described,
}

/// A kind of entity: an object type with `@node`.
#[derive(Clone, Debug)]
pub struct Kind {
    /// GraphQL type and Neo4j label: `Company`.
    pub name: Arc<str>,
    /// The prefix of its ids and its seed keyword: `company`, `research-institute`.
    pub prefix: Arc<str>,
    /// The value of the API's `Kind` enum: `COMPANY`, `RESEARCH_INSTITUTE`.
    pub constant: Arc<str>,
    /// Root field of one: `company`.
    pub singular: Arc<str>,
    /// Root field of a page: `companies`.
    pub plural: Arc<str>,
    /// The interfaces that it implements, `Entity` excepted (all do).
    pub interfaces: Vec<InterfaceId>,
    /// Its properties, in the order declared (those of its interfaces included, as SDL repeats them).
    pub properties: Vec<PropId>,
    /// `@node(hub: true)`: never an intermediate of a path unless asked.
    pub hub: bool,
    /// Labels and text.
    pub described: Described,
}

/// An interface over kinds. `Entity` is not among them: it is every kind.
#[derive(Clone, Debug)]
pub struct Interface {
    /// GraphQL type and additional Neo4j label: `Organisation`.
    pub name: Arc<str>,
    /// The kinds that implement it.
    pub kinds: KindSet,
    /// Interfaces that it implements itself (Organisation implements Actor).
    pub interfaces: Vec<InterfaceId>,
    /// Properties that it declares, which all its kinds have.
    pub properties: Vec<PropId>,
    /// Labels and text.
    pub described: Described,
}

/// The end of a relationship, a field's type, a filter's subject: one kind, one interface, or every entity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Target {
    /// One kind.
    Kind(KindId),
    /// All kinds that implement it.
    Interface(InterfaceId),
    /// Every kind.
    Entity,
}

/// A property that stands on the edge.
#[derive(Clone, Debug)]
pub struct EdgeProperty {
    /// As in the API: `role`.
    pub name: Arc<str>,
    /// Its type; never a struct, a list only of strings.
    pub ty: ValueType,
    /// `@key`: part of the edge's identity.
    pub key: bool,
    /// Labels and text.
    pub described: Described,
}

/// A type of relationship, declared once, on the side that reads naturally.
#[derive(Clone, Debug)]
pub struct Relationship {
    /// Neo4j type and value of the API's `RelationshipType`: `TAKES_PART_IN`.
    pub name: Arc<str>,
    /// CamelCase, for the names of its API types: `TakesPartIn`.
    pub type_name: Arc<str>,
    /// The side that declares it.
    pub from: Target,
    /// The other side.
    pub to: Target,
    /// Pairs of kinds that it may join; `from` × `to` unless `allows:` narrows it. Bit `to` of entry `from.index()`.
    pub allowed: Vec<KindSet>,
    /// The field on the declaring side: `takesPartIn`.
    pub field: Arc<str>,
    /// The field that the other side gets: `participants`.
    pub inverse: Arc<str>,
    /// Properties of the edge, in order.
    pub properties: Vec<EdgeProperty>,
    /// `hierarchy: true`: the subject is under the object; `within` follows it.
    pub hierarchy: bool,
    /// `inherited: "PART_OF"`: an entity that has none of these has those of what it is under over that relationship, another hierarchy.
    /// At most one relationship of all has it.
    pub inherited: Option<RelId>,
    /// `symmetric: true`: A–B says B–A. Stored once; `field` reads both directions and there is no inverse field
    /// (`inverse` equals `field`).
    pub symmetric: bool,
    /// Labels of the forward reading (参与 · takes part in) and text.
    pub described: Described,
    /// Labels of the inverse reading (参与方 · participants).
    pub inverse_labels: Labels,
}

/// The relationships over which an entity is under others. How they are walked together, says
/// [`Filter::Within`](crate::plan::ir::Filter::Within).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hierarchies {
    /// Those that are not inherited.
    pub plain: Vec<RelId>,
    /// The inherited one, and the plain one over which it is.
    pub inherited: Option<(RelId, RelId)>,
}

/// Which way a relationship is read from an entity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Direction {
    /// The entity is the subject.
    Out,
    /// The entity is the object.
    In,
}

impl Direction {
    /// Each.
    pub const BOTH: [Direction; 2] = [Direction::Out, Direction::In];

    /// As the API names it.
    pub fn name(self) -> &'static str {
        match self {
            Direction::Out => "OUT",
            Direction::In => "IN",
        }
    }

    /// The same relationship read from the other end.
    pub fn opposite(self) -> Direction {
        match self {
            Direction::Out => Direction::In,
            Direction::In => Direction::Out,
        }
    }
}

/// One step of a derived path.
#[derive(Clone, Debug)]
pub struct DerivedStep {
    /// Along which relationship.
    pub relationship: RelId,
    /// From the entity reached so far.
    pub direction: Direction,
    /// Edge properties that must be equal, e.g. role = MANUFACTURER.
    pub edge: Vec<(Arc<str>, crate::graph::Value)>,
    /// The kinds that may be reached.
    pub kinds: KindSet,
    /// Properties that the reached entity must have, e.g. form = CONTRACT_MANUFACTURING.
    pub node: Vec<(PropId, crate::graph::Value)>,
}

/// A shortcut under one field name: a path with roles, read from the graph and never stored.
#[derive(Clone, Debug)]
pub struct Derived {
    /// The field on the declaring side: `contractManufacturesFor`.
    pub field: Arc<str>,
    /// The field on the other side, if one is declared: `contractManufacturers`.
    pub inverse: Option<Arc<str>>,
    /// The side that declares it.
    pub from: Target,
    /// The other side.
    pub to: Target,
    /// One step or more, from `from` to `to`.
    pub steps: Vec<DerivedStep>,
    /// The field's type is not a list: one entity or null, the first by name, then id.
    pub single: bool,
    /// Labels and text.
    pub described: Described,
    /// Labels of the inverse reading.
    pub inverse_labels: Labels,
}

/// A declared enum.
#[derive(Clone, Debug)]
pub struct EnumType {
    /// `Stage`.
    pub name: Arc<str>,
    /// Values in order (an order that means something where the enum is a ladder).
    pub values: Vec<EnumValue>,
    /// Labels and text.
    pub described: Described,
}

/// A value of an enum.
#[derive(Clone, Debug)]
pub struct EnumValue {
    /// `CHAIN_LEADER`.
    pub name: Arc<str>,
    /// `@countsAs(levels: ["PROVINCE", "PREFECTURE"])`: the levels at which what stands at this one stands too; other values of the enum.
    pub counts_as: Vec<Arc<str>>,
    /// Labels and text.
    pub described: Described,
}

/// A value object: what a property holds when it has parts and no identity (a policy's tier).
#[derive(Clone, Debug)]
pub struct StructType {
    /// `Tier`.
    pub name: Arc<str>,
    /// Fields in order; a field may be another struct or a list of them, never cyclic.
    pub fields: Vec<StructField>,
    /// Labels and text.
    pub described: Described,
}

/// A field of a value object.
#[derive(Clone, Debug)]
pub struct StructField {
    /// `amount`.
    pub name: Arc<str>,
    /// Its type.
    pub ty: ValueType,
    /// Declared with `!`.
    pub required: bool,
    /// Labels and text.
    pub described: Described,
}

/// What a field of a kind or an interface stands for beyond properties: a relationship or a shortcut, one way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Link {
    /// A stored relationship, read in a direction.
    Relationship(RelId, Direction),
    /// A derived shortcut; `Out` from its declaring side.
    Derived(DerivedId, Direction),
}

/// The whole, resolved.
#[derive(Debug)]
pub struct Ontology {
    /// Kinds, in the order of file name and declaration.
    pub kinds: Vec<Kind>,
    /// Interfaces, likewise.
    pub interfaces: Vec<Interface>,
    /// All property names.
    pub properties: Vec<Property>,
    /// Relationships.
    pub relationships: Vec<Relationship>,
    /// Shortcuts.
    pub derived: Vec<Derived>,
    /// Enums of property and edge property types.
    pub enums: Vec<EnumType>,
    /// Value objects.
    pub structs: Vec<StructType>,
    /// SHA-256 over the files' text, hex: recognises a database that another ontology filled.
    pub hash: String,
    /// Look-ups by name; made by [`Names::of`].
    pub names: Names,
}
