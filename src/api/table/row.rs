//! Rows of a store to rows of a table. What is asked of the store and how its values are taken stand side by side: their order is
//! the agreement.

use crate::api::build::title;
use crate::api::write::{Misfit, Row as Values, Writer};
use crate::graph::{Basis, Bound, Span, Status};
use crate::ontology::{KindSet, Ontology, PropId, ValueType};
use crate::plan::ir::{
    CitationProjection, CitationSlot, EntityProjection, FactProjection, FactSlot, Lang, NamePart,
    ObservationProjection, ObservationSlot, Slot, View,
};
use crate::store::Datum;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

type Made = Result<Value, Misfit>;

/// Citations are all given: a table without some would look complete.
const ALL_CITATIONS: u32 = u32::MAX;

/// What is taken of an entity that is a row. One shape for all kinds, of what any of them has: over Neo4j a shape for each would make a
/// statement that takes seconds to plan.
pub fn entity_projection(ontology: &Ontology, kinds: KindSet) -> EntityProjection {
    let mut slots = vec![
        Slot::Id,
        Slot::Names(NamePart::ALL.to_vec()),
        Slot::Disambiguation(Lang::Zh),
        Slot::Disambiguation(Lang::En),
        Slot::Description(Lang::Zh),
        Slot::Description(Lang::En),
        Slot::Degree,
        Slot::Sources(ALL_CITATIONS, citation(ontology)),
    ];
    slots.extend(properties(ontology, kinds).into_iter().map(Slot::Property));
    EntityProjection { shapes: vec![(kinds, slots)] }
}

/// The properties of kinds, in the order of the ontology.
fn properties(ontology: &Ontology, kinds: KindSet) -> BTreeSet<PropId> {
    kinds.iter().flat_map(|kind| ontology.kind(kind).properties.iter().copied()).collect()
}

/// What is taken of a fact.
pub fn fact_projection(ontology: &Ontology) -> FactProjection {
    vec![
        FactSlot::Id,
        FactSlot::Relationship,
        FactSlot::Subject(end(ontology)),
        FactSlot::Object(end(ontology)),
        FactSlot::Status,
        FactSlot::Basis,
        FactSlot::Since,
        FactSlot::Until,
        FactSlot::Properties,
        FactSlot::Note,
        FactSlot::Doubt,
        FactSlot::KnownFrom,
        FactSlot::KnownTo,
        FactSlot::SupersededBy(vec![FactSlot::Id]),
        FactSlot::Sources(ALL_CITATIONS, citation(ontology)),
    ]
}

/// What is taken of an observation.
pub fn observation_projection(ontology: &Ontology) -> ObservationProjection {
    vec![
        ObservationSlot::Id,
        ObservationSlot::Indicator(end(ontology)),
        ObservationSlot::Subjects(end(ontology)),
        ObservationSlot::When,
        ObservationSlot::Span,
        ObservationSlot::Value,
        ObservationSlot::Unit,
        ObservationSlot::Normalized,
        ObservationSlot::Bound,
        ObservationSlot::Rank(end(ontology)),
        ObservationSlot::Status,
        ObservationSlot::Scope { sector: end(ontology), place: end(ontology) },
        ObservationSlot::BreakdownOf(vec![ObservationSlot::Id]),
        ObservationSlot::Note,
        ObservationSlot::Doubt,
        ObservationSlot::Sources(ALL_CITATIONS, citation(ontology)),
    ]
}

/// What is taken of an entity that a row names.
fn end(ontology: &Ontology) -> EntityProjection {
    let slots = vec![Slot::Id, Slot::Names(NamePart::ALL.to_vec()), Slot::Name(Lang::Zh), Slot::Name(Lang::En)];
    EntityProjection { shapes: vec![(ontology.all_kinds(), slots)] }
}

fn citation(ontology: &Ontology) -> CitationProjection {
    let title = title(ontology).map_or(Slot::Name(Lang::Zh), Slot::Property);
    let document = EntityProjection { shapes: vec![(ontology.all_kinds(), vec![Slot::Id, title])] };
    vec![CitationSlot::Document(document), CitationSlot::Section, CitationSlot::Supports]
}

/// Makes the rows of a table: JSON as NDJSON writes it, from which the columns of CSV are taken.
pub struct Row<'a> {
    pub ontology: &'a Ontology,
    pub view: &'a View,
    /// Of which kinds the entities are that are rows.
    pub kinds: KindSet,
}

impl Row<'_> {
    /// A row of [`entity_projection`].
    pub fn entity(&self, row: &[Datum]) -> Made {
        let [Datum::Entity(kind, values)] = row else { return Err(Misfit("an entity is missing")) };
        let mut values = Values::of(values);
        let id = plain(values.next()?);
        let names = names(values.next()?)?;
        let mut both = || Ok::<_, Misfit>(json!({ "zh": plain(values.next()?), "en": plain(values.next()?) }));
        let (disambiguation, description) = (both()?, both()?);
        let degree = plain(values.next()?);
        let sources = sources(values.next()?)?;
        let mut named = Map::new();
        for id in properties(self.ontology, self.kinds) {
            let datum = values.next()?;
            if !self.ontology.kind(*kind).properties.contains(&id) {
                continue;
            }
            let property = self.ontology.property(id);
            let value = match (datum, &property.default) {
                // As in the API, which promises a value of a property with a default.
                (Datum::Null, Some(default)) => self.value(&property.ty, &Datum::from(default)),
                (datum, _) => self.value(&property.ty, datum),
            };
            if !value.is_null() {
                named.insert(property.name.to_string(), value);
            }
        }
        Ok(json!({
            "id": id,
            "kind": &*self.ontology.kind(*kind).constant,
            "names": names,
            "disambiguation": disambiguation,
            "description": description,
            "degree": degree,
            "properties": named,
            "sources": sources,
        }))
    }

    /// A row of [`fact_projection`].
    pub fn fact(&self, row: &[Datum]) -> Made {
        let [
            id,
            relationship,
            subject,
            object,
            status,
            basis,
            since,
            until,
            properties,
            note,
            doubt,
            from,
            to,
            superseded_by,
            sources_of,
        ] = row
        else {
            return Err(Misfit("a fact is incomplete"));
        };
        let of = match relationship {
            Datum::Int(number) => usize::try_from(*number).ok().and_then(|at| self.ontology.relationships.get(at)),
            _ => None,
        };
        let of = of.ok_or(Misfit("no such relationship"))?;
        let Datum::List(given) = properties else { return Err(Misfit("properties are missing")) };
        let mut named = Map::new();
        for property in given {
            let Datum::List(pair) = property else { return Err(Misfit("a property is missing")) };
            let [Datum::Int(position), value] = pair.as_slice() else { return Err(Misfit("a property is incomplete")) };
            let declared = usize::try_from(*position).ok().and_then(|at| of.properties.get(at));
            let declared = declared.ok_or(Misfit("no such property"))?;
            named.insert(declared.name.to_string(), self.value(&declared.ty, value));
        }
        let sentence = |lang: Lang| {
            let name = |end: &Datum| named_alone(end, lang);
            let parts = [
                name(subject)?,
                relationship.clone(),
                name(object)?,
                status.clone(),
                since.clone(),
                until.clone(),
                properties.clone(),
            ];
            let (mut out, view) = (Vec::new(), self.view);
            let writer = Writer { out: &mut out, ontology: self.ontology, variables: &[], view };
            writer.sentence(&mut Values::of(&parts), lang)
        };
        let labels = &of.described.labels;
        Ok(json!({
            "id": plain(id),
            "text": { "zh": sentence(Lang::Zh)?, "en": sentence(Lang::En)? },
            "relationship": &*of.name,
            "label": { "zh": labels.zh, "en": labels.en },
            "subject": self.end(subject)?,
            "object": self.end(object)?,
            "status": constant(Status::ALL.map(Status::name), status)?,
            "basis": constant(Basis::ALL.map(Basis::name), basis)?,
            "since": when(since)?,
            "until": when(until)?,
            "properties": named,
            "note": plain(note),
            "doubt": plain(doubt),
            "known": { "from": plain(from), "to": plain(to) },
            "supersededBy": first(superseded_by),
            "sources": sources(sources_of)?,
        }))
    }

    /// A row of [`observation_projection`].
    pub fn observation(&self, row: &[Datum]) -> Made {
        let [
            id,
            indicator,
            subjects,
            time,
            span,
            value,
            unit,
            normalized,
            bound,
            rank,
            status,
            scope,
            whole,
            note,
            doubt,
            sources_of,
        ] = row
        else {
            return Err(Misfit("an observation is incomplete"));
        };
        let Datum::List(subjects) = subjects else { return Err(Misfit("subjects are missing")) };
        let subjects = subjects.iter().map(|subject| self.end(subject)).collect::<Result<Vec<_>, _>>()?;
        let normalized = match normalized {
            Datum::List(parts) => match parts.as_slice() {
                [value, unit] => json!({ "value": plain(value), "unit": plain(unit) }),
                _ => return Err(Misfit("a quantity is incomplete")),
            },
            _ => Value::Null,
        };
        let bounds = Bound::ALL.map(Bound::name);
        let rank = match rank {
            Datum::List(parts) => match parts.as_slice() {
                [position, bound, among, within] => json!({
                    "position": plain(position),
                    "bound": constant(bounds, bound)?,
                    "among": plain(among),
                    "within": self.end(within)?,
                }),
                _ => return Err(Misfit("a rank is incomplete")),
            },
            _ => Value::Null,
        };
        let Datum::List(scope) = scope else { return Err(Misfit("a scope is missing")) };
        let [text, sector, population, place] = scope.as_slice() else { return Err(Misfit("a scope is incomplete")) };
        Ok(json!({
            "id": plain(id),
            "indicator": self.end(indicator)?,
            "subjects": subjects,
            "when": when(time)?,
            "span": constant(Span::ALL.map(Span::name), span)?,
            "value": plain(value),
            "unit": plain(unit),
            "normalized": normalized,
            "bound": constant(bounds, bound)?,
            "rank": rank,
            "status": constant(Status::ALL.map(Status::name), status)?,
            "scope": {
                "text": plain(text),
                "sector": self.end(sector)?,
                "population": plain(population),
                "place": self.end(place)?,
            },
            "breakdownOf": first(whole),
            "note": plain(note),
            "doubt": plain(doubt),
            "sources": sources(sources_of)?,
        }))
    }

    /// An entity that a row names, or null for none.
    fn end(&self, datum: &Datum) -> Made {
        let Datum::Entity(kind, values) = datum else { return Ok(Value::Null) };
        let mut values = Values::of(values);
        let id = plain(values.next()?);
        let names = names(values.next()?)?;
        let kind = &*self.ontology.kind(*kind).constant;
        Ok(json!({ "id": id, "kind": kind, "zh": names["zh"], "en": names["en"] }))
    }

    /// A property's value.
    fn value(&self, ty: &ValueType, datum: &Datum) -> Value {
        match (ty, datum) {
            (ValueType::List(inner), Datum::List(items)) => items.iter().map(|item| self.value(inner, item)).collect(),
            (ValueType::Struct(id), Datum::List(values)) => {
                let fields = self.ontology.structure(*id).fields.iter().zip(values);
                let given = fields.filter(|(_, value)| **value != Datum::Null);
                let made = given.map(|(field, value)| (field.name.to_string(), self.value(&field.ty, value)));
                Value::Object(made.collect())
            }
            _ => plain(datum),
        }
    }
}

/// A scalar, or a list of them.
fn plain(datum: &Datum) -> Value {
    match datum {
        Datum::Null | Datum::Entity(..) | Datum::Page(_) | Datum::Sum(_) => Value::Null,
        Datum::Bool(truth) => Value::Bool(*truth),
        Datum::Int(number) => Value::from(*number),
        Datum::Decimal(number) => number.to_json(),
        Datum::Date(date) => Value::String(date.to_string()),
        Datum::Str(text) => Value::String(text.to_string()),
        Datum::List(items) => items.iter().map(plain).collect(),
    }
}

fn names(datum: &Datum) -> Made {
    let Datum::List(parts) = datum else { return Err(Misfit("names are missing")) };
    let [zh, en, short, former, aliases] = parts.as_slice() else { return Err(Misfit("names are incomplete")) };
    Ok(json!({
        "zh": plain(zh), "en": plain(en), "short": plain(short), "former": plain(former), "aliases": plain(aliases),
    }))
}

/// The same end with its name in a language alone, as a sentence takes it.
fn named_alone(end: &Datum, lang: Lang) -> Result<Datum, Misfit> {
    let at = if lang == Lang::Zh { 2 } else { 3 };
    match end {
        Datum::Entity(kind, values) => {
            let name = values.get(at).ok_or(Misfit("a name is missing"))?;
            Ok(Datum::Entity(*kind, vec![name.clone()]))
        }
        _ => Err(Misfit("an end of a fact is missing")),
    }
}

/// The words of a time and its dates, or null.
fn when(datum: &Datum) -> Made {
    match datum {
        Datum::Null => Ok(Value::Null),
        Datum::List(parts) => match parts.as_slice() {
            [text, earliest, latest] => {
                Ok(json!({ "text": plain(text), "earliest": plain(earliest), "latest": plain(latest) }))
            }
            _ => Err(Misfit("a time is incomplete")),
        },
        _ => Err(Misfit("a time is missing")),
    }
}

/// The first value of a record, or null for none.
fn first(datum: &Datum) -> Value {
    match datum {
        Datum::List(values) => values.first().map_or(Value::Null, plain),
        _ => Value::Null,
    }
}

/// The name of a numbered constant.
fn constant<const N: usize>(names: [&'static str; N], datum: &Datum) -> Result<&'static str, Misfit> {
    let at = match datum {
        Datum::Int(number) => usize::try_from(*number).ok(),
        _ => None,
    };
    at.and_then(|at| names.get(at).copied()).ok_or(Misfit("no such constant"))
}

fn sources(datum: &Datum) -> Made {
    let Datum::List(citations) = datum else { return Err(Misfit("sources are missing")) };
    let source = |citation: &Datum| {
        let mut parts = Values::list(citation)?;
        let (document, section, supports) = (parts.next()?, parts.next()?, parts.next()?);
        let Datum::Entity(_, document) = document else { return Err(Misfit("a document is missing")) };
        let [id, title] = document.as_slice() else { return Err(Misfit("a document is incomplete")) };
        Ok(json!({
            "document": plain(id), "title": plain(title), "section": plain(section), "supports": plain(supports),
        }))
    };
    citations.iter().map(source).collect::<Result<Vec<_>, _>>().map(Value::Array)
}
