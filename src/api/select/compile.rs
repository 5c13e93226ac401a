//! Resolves collected fields against the ontology: the tree of [`super`].

use super::collect::{Collected, Conditions, collect, type_conditions};
use super::*;
use crate::api::about::AboutTrees;
use crate::api::input::literal;
use crate::api::introspect::extract;
use crate::api::prepare::Context;
use crate::error::{ErrorCode, GraphqlError, Limit, Location};
use crate::ontology::{Direction, Ontology, Target, ValueType};
use apollo_compiler::ast::VariableDefinition;
use apollo_compiler::executable::{self, SelectionSet};
use apollo_compiler::validation::Valid;
use apollo_compiler::{ExecutableDocument, Node, Schema};
use std::collections::HashMap;

/// How many fields a tree may have. The guard bounds the selections of a document; under an interface a field is compiled once
/// for each shape of entity that it is selected of, which multiplies.
const MOST_FIELDS: u32 = 50_000;

/// The names of the API, resolved: what the fields of each kind and of the root stand for.
#[derive(Debug)]
pub struct Vocabulary {
    links: Vec<HashMap<Arc<str>, Link>>,
    singular: HashMap<Arc<str>, KindId>,
    plural: HashMap<Arc<str>, KindId>,
}

impl Vocabulary {
    /// The names that an ontology gives.
    pub fn of(ontology: &Ontology) -> Vocabulary {
        let kinds = || (0..ontology.kinds.len() as u16).map(KindId);
        Vocabulary {
            links: kinds().map(|kind| ontology.links_of(Target::Kind(kind)).into_iter().collect()).collect(),
            singular: kinds().map(|kind| (ontology.kind(kind).singular.clone(), kind)).collect(),
            plural: kinds().map(|kind| (ontology.kind(kind).plural.clone(), kind)).collect(),
        }
    }

    /// The link behind a field of a target: any kind of an interface has all that the interface has.
    pub fn link(&self, ontology: &Ontology, target: Target, name: &str) -> Option<Link> {
        let kind = ontology.kinds_of(target).iter().next()?;
        self.links.get(kind.index())?.get(name).copied()
    }
}

/// Makes the tree of one operation for one choice of its conditions.
pub struct Compiler<'d> {
    /// The validated document.
    pub document: &'d ExecutableDocument,
    /// Its text, for places of errors.
    pub text: &'d str,
    /// The types that it was validated against.
    pub schema: &'d Valid<Schema>,
    /// What the types were written from.
    pub ontology: &'d Ontology,
    /// The same, by name.
    pub vocabulary: &'d Vocabulary,
    /// The operation's variables, in order.
    pub variables: &'d [Name],
    /// Their declarations.
    pub declared: &'d [Node<VariableDefinition>],
    /// The values of those that `@skip` and `@include` use.
    pub conditions: Conditions<'d>,
    about: &'d AboutTrees,
    memo: HashMap<(Vec<*const executable::Field>, KindSet), Arc<EntitySet>>,
    fields: u32,
}

pub(super) type Compiled<T> = Result<T, GraphqlError>;

/// The type of a collected field without its wrappers.
pub(super) fn type_name(field: &executable::Field) -> &Name {
    field.definition.ty.inner_named_type()
}

impl<'d> Compiler<'d> {
    /// A compiler that has not compiled yet.
    pub fn new(
        document: &'d ExecutableDocument,
        text: &'d str,
        context: &'d Context,
        variables: &'d [Name],
        declared: &'d [Node<VariableDefinition>],
        conditions: Conditions<'d>,
    ) -> Self {
        let Context { ontology, vocabulary, schema, about, .. } = context;
        let (schema, memo) = (&schema.types, HashMap::new());
        Compiler {
            document,
            text,
            schema,
            ontology,
            vocabulary,
            variables,
            declared,
            conditions,
            about,
            memo,
            fields: 0,
        }
    }

    /// The root fields of an operation.
    ///
    /// # Errors
    /// A literal that its type does not allow; a tree that grows too large.
    pub fn root(&mut self, set: &'d SelectionSet) -> Compiled<Vec<RootField>> {
        let all = self.collect(&[set])?;
        all.iter().map(|it| self.root_field(it)).collect()
    }

    fn root_field(&mut self, it: &Collected<'d>) -> Compiled<RootField> {
        let name = it.first().name.as_str();
        let what = match name {
            "__typename" => RootWhat::Typename,
            "__schema" | "__type" => RootWhat::Introspection(extract(self.document, &it.fields, self.declared)),
            "node" => RootWhat::Entity(self.ontology.all_kinds(), self.entities(it, self.ontology.all_kinds())?),
            "nodes" => RootWhat::Entities(self.entities(it, self.ontology.all_kinds())?),
            "fact" => RootWhat::Fact(self.facts(it)?),
            "facts" => RootWhat::Facts(self.connection(it, KindSet::EMPTY)?),
            "observation" => RootWhat::Observation(self.observations(it)?),
            "observations" => RootWhat::Observations(self.connection(it, KindSet::EMPTY)?),
            "ontology" => RootWhat::About(self.about.ontology.clone(), self.about(it)?),
            "statistics" => RootWhat::About(self.about.statistics.clone(), self.about(it)?),
            "search" => RootWhat::Search(self.connection(it, self.ontology.all_kinds())?),
            _ => match (self.vocabulary.singular.get(name), self.vocabulary.plural.get(name)) {
                (Some(kind), _) => RootWhat::Entity(KindSet::one(*kind), self.entities(it, KindSet::one(*kind))?),
                (_, Some(kind)) => RootWhat::Page(*kind, self.connection(it, KindSet::one(*kind))?),
                _ => return Err(self.unknown(it)),
            },
        };
        let args = match what {
            RootWhat::Introspection(_) => Args::default(),
            _ => self.args(it)?,
        };
        Ok(RootField { name: it.key.clone(), args, what })
    }

    fn about(&mut self, it: &Collected<'d>) -> Compiled<Fields<AboutField>> {
        self.fields(it, |this, inner| Ok(AboutField { name: inner.first().name.clone(), fields: this.about(inner)? }))
    }

    /// Collects fields of an object type that is no interface.
    fn collect(&mut self, sets: &[&'d SelectionSet]) -> Compiled<Vec<Collected<'d>>> {
        let all = collect(self.document, sets, self.conditions, &|_| true);
        self.count(&all)?;
        Ok(all)
    }

    fn count(&mut self, all: &[Collected]) -> Compiled<()> {
        self.fields = self.fields.saturating_add(all.len() as u32);
        if self.fields > MOST_FIELDS {
            return Err(GraphqlError::limit(Limit::Selections, MOST_FIELDS.into(), self.fields.into()));
        }
        Ok(())
    }

    /// The fields under a field, each made by `make`; `__typename` is among them.
    pub(super) fn fields<W>(
        &mut self,
        it: &Collected<'d>,
        mut make: impl FnMut(&mut Self, &Collected<'d>) -> Compiled<W>,
    ) -> Compiled<Fields<W>> {
        let all = self.collect(&it.sets())?;
        all.iter().map(|inner| Ok(Field { key: written(inner.key), what: make(self, inner)? })).collect()
    }

    /// A field that the schema knows and this does not: a fault of ours.
    pub(super) fn unknown(&self, it: &Collected) -> GraphqlError {
        tracing::error!(field = %it.first().name, "the schema has a field that is not compiled");
        GraphqlError::new(ErrorCode::Internal, format!("The field {} cannot be answered.", it.first().name))
    }

    pub(super) fn args(&self, it: &Collected<'d>) -> Compiled<Args> {
        let field = it.first();
        let offset = field.location().map_or(0, |span| span.offset());
        let mut given = Vec::with_capacity(field.arguments.len());
        for argument in &field.arguments {
            let Some(definition) = field.definition.argument_by_name(&argument.name) else {
                continue;
            };
            let value = literal(self.schema, &definition.ty, &argument.value, self.variables).map_err(|wrong| {
                let place = argument.location().map_or(offset, |span| span.offset());
                GraphqlError::new(ErrorCode::BadUserInput, wrong.say(&format!("Argument {}", argument.name)))
                    .at(Location::of_offset(self.text, place))
            })?;
            given.push((definition.name.clone(), value));
        }
        Ok(Args { given, offset })
    }

    /// What is selected of entities of `kinds` under a field.
    pub(super) fn entities(&mut self, it: &Collected<'d>, kinds: KindSet) -> Compiled<Arc<EntitySet>> {
        let key = (it.fields.iter().map(|field| std::ptr::from_ref(&***field)).collect::<Vec<_>>(), kinds);
        if let Some(known) = self.memo.get(&key) {
            return Ok(known.clone());
        }
        let sets = it.sets();
        let conditions: Vec<KindSet> =
            type_conditions(self.document, &sets).into_iter().map(|name| self.kinds_named(name)).collect();
        // Kinds to which the same conditions apply select the same.
        let mut groups: Vec<(Vec<bool>, KindSet)> = Vec::new();
        for kind in kinds.iter() {
            let applying: Vec<bool> = conditions.iter().map(|condition| condition.contains(kind)).collect();
            match groups.iter_mut().find(|(other, _)| *other == applying) {
                Some((_, group)) => group.insert(kind),
                None => groups.push((applying, KindSet::one(kind))),
            }
        }
        // So do groups that end up with the same fields: a field that several kinds reach was selected on an interface of
        // theirs, and means the same for all.
        let mut shapes: Vec<(KindSet, Vec<Collected<'d>>)> = Vec::new();
        for (_, group) in groups {
            let Some(kind) = group.iter().next() else { continue };
            let all = collect(self.document, &sets, self.conditions, &|name| self.kinds_named(name).contains(kind));
            match shapes.iter_mut().find(|(_, other)| same(other, &all)) {
                Some((kinds, _)) => *kinds = kinds.or(group),
                None => shapes.push((group, all)),
            }
        }
        let mut compiled = EntitySet::default();
        for (group, all) in shapes {
            self.count(&all)?;
            let mut fields = Vec::with_capacity(all.len());
            for inner in &all {
                fields.push(Field { key: written(inner.key), what: self.entity_field(inner, group)? });
            }
            compiled.shapes.push((group, fields));
        }
        let compiled = Arc::new(compiled);
        self.memo.insert(key, compiled.clone());
        Ok(compiled)
    }

    pub(super) fn kinds_named(&self, name: &str) -> KindSet {
        if name == "Entity" {
            return self.ontology.all_kinds();
        }
        let interface = || self.ontology.interface_named(name).map(|id| self.ontology.interface(id).kinds);
        self.ontology.kind_named(name).map(KindSet::one).or_else(interface).unwrap_or(KindSet::EMPTY)
    }

    fn entity_field(&mut self, it: &Collected<'d>, kinds: KindSet) -> Compiled<EntityField> {
        let name = it.first().name.as_str();
        Ok(match name {
            "__typename" => EntityField::Typename,
            "kind" => EntityField::Kind,
            "asOfKey" => EntityField::AsOfKey,
            "id" => EntityField::Id,
            "name" => EntityField::Name(self.args(it)?),
            "names" => EntityField::Names(self.fields(it, |_, inner| {
                let part = NamePart::ALL.into_iter().find(|part| inner.first().name == part.name());
                Ok(part.map_or(NamesField::Typename, NamesField::Part))
            })?),
            "disambiguation" => EntityField::Disambiguation(self.args(it)?),
            "description" => EntityField::Description(self.args(it)?),
            "degree" => EntityField::Degree,
            "sources" => EntityField::Sources(self.sources(it)?),
            "facts" => EntityField::Facts(self.connection(it, KindSet::EMPTY)?),
            "related" => EntityField::Related(self.connection(it, self.ontology.all_kinds())?),
            "observations" => EntityField::Observations(self.connection(it, KindSet::EMPTY)?),
            _ if let Some(property) = self.ontology.history_named(name) => {
                EntityField::History(property, self.dated(it)?)
            }
            _ => match self.ontology.property_named(name) {
                Some(property) => {
                    let value = self.value(it, &self.ontology.property(property).ty)?;
                    EntityField::Property(property, value)
                }
                None => {
                    let kind = kinds.iter().next().ok_or_else(|| self.unknown(it))?;
                    let link = self.vocabulary.link(self.ontology, Target::Kind(kind), name);
                    let link = link.ok_or_else(|| self.unknown(it))?;
                    let target = self.ontology.kinds_of(self.ontology.link_target(link));
                    match link {
                        Link::Derived(id, Direction::Out) if self.ontology.shortcut(id).single => {
                            EntityField::One(link, self.entities(it, target)?)
                        }
                        _ => EntityField::Edges(link, self.connection(it, target)?),
                    }
                }
            },
        })
    }

    fn value(&mut self, it: &Collected<'d>, ty: &ValueType) -> Compiled<ValueSet> {
        match ty {
            ValueType::List(inner) => self.value(it, inner),
            ValueType::Struct(id) => {
                let id = *id;
                let fields = self.fields(it, |this, inner| {
                    let declared = &this.ontology.structure(id).fields;
                    let Some(position) = declared.iter().position(|field| inner.first().name == *field.name) else {
                        return Ok(StructField::Typename);
                    };
                    let ty = &declared[position].ty;
                    let value = this.value(inner, ty)?;
                    Ok(StructField::Value { position, list: matches!(ty, ValueType::List(_)), value })
                })?;
                Ok(ValueSet::Struct(id, fields))
            }
            _ => Ok(ValueSet::Plain),
        }
    }

    pub(super) fn sources(&mut self, it: &Collected<'d>) -> Compiled<Sources> {
        let args = self.args(it)?;
        let fields = self.fields(it, |this, inner| {
            Ok(match inner.first().name.as_str() {
                "document" => {
                    let kinds = this.kinds_named(type_name(inner.first()));
                    CitationField::Document(this.entities(inner, kinds)?)
                }
                "section" => CitationField::Section,
                "supports" => CitationField::Supports,
                _ => CitationField::Typename,
            })
        })?;
        Ok(Sources { args, fields })
    }

    /// A connection whose nodes, where they are entities, are of `kinds`.
    fn connection(&mut self, it: &Collected<'d>, kinds: KindSet) -> Compiled<Box<Connection>> {
        let mut edges = Vec::new();
        let fields = self.fields(it, |this, inner| {
            Ok(match inner.first().name.as_str() {
                "totalCount" => ConnectionField::TotalCount,
                "pageInfo" => ConnectionField::PageInfo(this.fields(inner, |_, field| {
                    Ok(match field.first().name.as_str() {
                        "hasNextPage" => PageInfoField::HasNext,
                        "hasPreviousPage" => PageInfoField::HasPrevious,
                        "startCursor" => PageInfoField::Start,
                        "endCursor" => PageInfoField::End,
                        _ => PageInfoField::Typename,
                    })
                })?),
                "groups" => ConnectionField::Groups(this.fields(inner, |this, field| {
                    Ok(match field.first().name.as_str() {
                        "relationship" => GroupField::Relationship,
                        "direction" => GroupField::Direction,
                        "label" => GroupField::Label(this.args(field)?),
                        "status" => GroupField::Status,
                        "count" => GroupField::Count,
                        _ => GroupField::Typename,
                    })
                })?),
                "edges" => {
                    let edge_type = type_name(inner.first()).clone();
                    edges.push(this.fields(inner, |this, field| this.edge_field(field, &edge_type, kinds))?);
                    ConnectionField::Edges(edges.len() - 1)
                }
                "aggregate" => ConnectionField::Aggregate(this.aggregate(inner)?),
                _ => ConnectionField::Typename,
            })
        })?;
        let first = it.first();
        let in_edges = edges.iter().flatten().any(|field| matches!(field.what, EdgeField::Cursor));
        let in_info = fields.iter().any(|field| match &field.what {
            ConnectionField::PageInfo(info) => {
                info.iter().any(|f| matches!(f.what, PageInfoField::Start | PageInfoField::End))
            }
            _ => false,
        });
        Ok(Box::new(Connection {
            has_cursors: in_edges || in_info,
            type_name: type_name(first).clone(),
            field: first.name.clone(),
            args: self.args(it)?,
            fields,
            edges,
        }))
    }

    fn edge_field(&mut self, it: &Collected<'d>, edge: &Name, kinds: KindSet) -> Compiled<EdgeField> {
        let field = it.first();
        Ok(match field.name.as_str() {
            "__typename" => EdgeField::Typename(edge.clone()),
            "cursor" => EdgeField::Cursor,
            "node" => match type_name(field).as_str() {
                "Fact" => EdgeField::FactNode(self.facts(it)?),
                "Observation" => EdgeField::Observation(self.observations(it)?),
                _ if edge == "SearchEdge"
                    || edge.strip_suffix("Edge").is_some_and(|of| self.ontology.kind_named(of).is_some()) =>
                {
                    EdgeField::Itself(self.entities(it, kinds)?)
                }
                _ => EdgeField::Entity(self.entities(it, kinds)?),
            },
            "fact" => EdgeField::Fact(self.facts(it)?),
            "facts" => EdgeField::Facts(self.facts(it)?),
            "status" if edge == "DerivedEdge" => EdgeField::Status,
            "relationship" if edge == "RelatedEdge" => EdgeField::Relationship,
            "direction" if edge == "RelatedEdge" => EdgeField::Direction,
            "label" if edge == "RelatedEdge" => EdgeField::Label(self.args(it)?),
            "score" if edge == "SearchEdge" => EdgeField::Score,
            "matched" if edge == "SearchEdge" => EdgeField::Matched(self.fields(it, |_, inner| {
                Ok(match inner.first().name.as_str() {
                    "value" => MatchedField::Value,
                    "field" => MatchedField::Field,
                    _ => MatchedField::Typename,
                })
            })?),
            name => {
                let of = edge.as_str().strip_suffix("Edge");
                let relationship = self.ontology.relationships.iter().find(|r| Some(&*r.type_name) == of);
                let position = relationship.and_then(|r| r.properties.iter().position(|p| &*p.name == name));
                EdgeField::Property(position.ok_or_else(|| self.unknown(it))? as u8)
            }
        })
    }
}

/// Whether two shapes select the same fields in the same order.
fn same(one: &[Collected], other: &[Collected]) -> bool {
    let equal = |a: &Collected, b: &Collected| {
        a.key == b.key
            && a.fields.len() == b.fields.len()
            && a.fields.iter().zip(&b.fields).all(|(x, y)| Node::ptr_eq(x, y))
    };
    one.len() == other.len() && one.iter().zip(other).all(|(a, b)| equal(a, b))
}

/// A response key as it is written. Names are ASCII: nothing to escape.
fn written(key: &Name) -> Box<str> {
    format!("\"{key}\":").into()
}
