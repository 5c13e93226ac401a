//! Answers: rows of a store to JSON, along the tree of what is selected. Bytes are appended as they come; no JSON value is built.

mod about;
mod aggregate;
mod connection;
mod fact;
pub mod json;
mod observation;

use crate::api::input::Variables;
use crate::api::select::{
    CitationField, EntityField, EntitySet, Field, NamesField, RootField, RootWhat, StructField, ValueSet,
};
use crate::ontology::{Direction, KindId, Labels, Ontology, ValueType};
use crate::plan::ir::{Lang, View};
use crate::store::Datum;

/// A row that does not fit its plan: a fault of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a store's row does not fit its plan: {0}")]
pub struct Misfit(pub &'static str);

type Written = Result<(), Misfit>;

/// Writes the answer of one root field.
pub struct Writer<'a> {
    /// Where to.
    pub out: &'a mut Vec<u8>,
    /// The ontology.
    pub ontology: &'a Ontology,
    /// The request's variables.
    pub variables: &'a Variables,
    /// The root field's view.
    pub view: &'a View,
}

/// The values of a row, taken in turn.
pub(super) struct Row<'r> {
    values: std::slice::Iter<'r, Datum>,
}

impl<'r> Row<'r> {
    pub fn of(values: &'r [Datum]) -> Row<'r> {
        Row { values: values.iter() }
    }
    /// The row of a record.
    pub fn list(datum: &'r Datum) -> Result<Row<'r>, Misfit> {
        match datum {
            Datum::List(values) => Ok(Row::of(values)),
            _ => Err(Misfit("a record is missing")),
        }
    }
    pub fn next(&mut self) -> Result<&'r Datum, Misfit> {
        self.values.next().ok_or(Misfit("a row is too short"))
    }
    fn int(&mut self) -> Result<i64, Misfit> {
        match self.next()? {
            Datum::Int(number) => Ok(*number),
            _ => Err(Misfit("a number is missing")),
        }
    }
}

/// A label in a language.
fn label(labels: &Labels, lang: Lang) -> &str {
    match lang {
        Lang::Zh => &labels.zh,
        Lang::En => &labels.en,
    }
}

impl Writer<'_> {
    /// The answer of a root field that a store executed.
    ///
    /// # Errors
    /// A row that does not fit its plan; what was written by then is of no use.
    pub fn root(&mut self, field: &RootField, datum: &Datum) -> Written {
        match &field.what {
            RootWhat::Typename => {
                json::string(self.out, "Query");
                Ok(())
            }
            RootWhat::Introspection(_) => Err(Misfit("introspection is not data")),
            RootWhat::About(tree, fields) => self.about(fields, tree, datum),
            RootWhat::Entity(_, set) => match datum {
                Datum::List(rows) => self.entity(set, rows.first().unwrap_or(&Datum::Null)),
                _ => Err(Misfit("a list of entities is missing")),
            },
            RootWhat::Entities(set) => match datum {
                Datum::List(rows) => self.list(rows, |this, row| this.entity(set, row)),
                _ => Err(Misfit("a list of entities is missing")),
            },
            RootWhat::Page(_, connection)
            | RootWhat::Search(connection)
            | RootWhat::Facts(connection)
            | RootWhat::Observations(connection) => self.connection(connection, datum),
            RootWhat::Fact(set) => self.nullable(datum, |this| this.fact(set, &mut Row::list(datum)?)),
            RootWhat::Observation(set) => self.nullable(datum, |this| this.observation(set, &mut Row::list(datum)?)),
        }
    }

    fn null(&mut self) {
        json::null(self.out);
    }

    /// null, or what `write` writes.
    fn nullable(&mut self, datum: &Datum, write: impl FnOnce(&mut Self) -> Written) -> Written {
        if *datum == Datum::Null {
            self.null();
            return Ok(());
        }
        write(self)
    }

    /// An object of fields.
    fn object<W>(&mut self, fields: &[Field<W>], mut write: impl FnMut(&mut Self, &W) -> Written) -> Written {
        self.out.push(b'{');
        for (at, field) in fields.iter().enumerate() {
            if at > 0 {
                self.out.push(b',');
            }
            self.out.extend_from_slice(field.key.as_bytes());
            write(self, &field.what)?;
        }
        self.out.push(b'}');
        Ok(())
    }

    fn list<T>(&mut self, items: &[T], mut write: impl FnMut(&mut Self, &T) -> Written) -> Written {
        self.out.push(b'[');
        for (at, item) in items.iter().enumerate() {
            if at > 0 {
                self.out.push(b',');
            }
            write(self, item)?;
        }
        self.out.push(b']');
        Ok(())
    }

    fn name(&mut self, text: &str) -> Written {
        json::string(self.out, text);
        Ok(())
    }

    /// A scalar, or a list of them.
    fn plain(&mut self, datum: &Datum) -> Written {
        match datum {
            Datum::Null => self.null(),
            Datum::Bool(truth) => json::boolean(self.out, *truth),
            Datum::Int(number) => json::int(self.out, *number),
            Datum::Decimal(number) => json::decimal(self.out, *number),
            Datum::Sum(sum) => json::sum(self.out, *sum),
            Datum::Date(date) => json::date(self.out, *date),
            Datum::Str(text) => json::string(self.out, text),
            Datum::List(items) => return self.list(items, |this, item| this.plain(item)),
            Datum::Entity(..) | Datum::Page(_) => return Err(Misfit("a scalar is missing")),
        }
        Ok(())
    }

    /// What may not be null.
    fn present(&mut self, datum: &Datum) -> Written {
        if *datum == Datum::Null { Err(Misfit("null where a value is promised")) } else { self.plain(datum) }
    }

    /// An entity, or null.
    fn entity(&mut self, set: &EntitySet, datum: &Datum) -> Written {
        match datum {
            Datum::Null => {
                self.null();
                Ok(())
            }
            Datum::Entity(kind, values) => self.entity_part(set, *kind, &mut Row::of(values)),
            _ => Err(Misfit("an entity is missing")),
        }
    }

    /// An entity where the schema promises one.
    fn entity_present(&mut self, set: &EntitySet, datum: &Datum) -> Written {
        match datum {
            Datum::Entity(kind, values) => self.entity_part(set, *kind, &mut Row::of(values)),
            _ => Err(Misfit("null where an entity is promised")),
        }
    }

    /// One selection of an entity, whose values come next in its row.
    fn entity_part(&mut self, set: &EntitySet, kind: KindId, row: &mut Row) -> Written {
        self.object(set.fields(kind), |this, field| this.entity_field(field, kind, row))
    }

    fn entity_field(&mut self, field: &EntityField, kind: KindId, row: &mut Row) -> Written {
        match field {
            EntityField::Typename => self.name(&self.ontology.kind(kind).name),
            EntityField::Kind => self.name(&self.ontology.kind(kind).constant),
            EntityField::AsOfKey => self.name(&self.view.key),
            EntityField::Id | EntityField::Name(_) | EntityField::Degree => self.present(row.next()?),
            EntityField::Disambiguation(_) | EntityField::Description(_) => self.plain(row.next()?),
            EntityField::Names(fields) => {
                let mut parts = Row::list(row.next()?)?;
                self.object(fields, |this, field| match field {
                    NamesField::Typename => this.name("Names"),
                    NamesField::Part(_) => this.plain(parts.next()?),
                })
            }
            EntityField::Property(id, set) => match (row.next()?, &self.ontology.property(*id).default) {
                // The schema promises a value of a property with a default, also of what is not yet stated in the view.
                (Datum::Null, Some(default)) => self.plain(&Datum::from(default)),
                (Datum::Null, None) if self.ontology.property(*id).required => {
                    Err(Misfit("null where a value is promised"))
                }
                (datum, _) => {
                    let list = matches!(self.ontology.property(*id).ty, ValueType::List(_));
                    self.value(set, list, datum)
                }
            },
            EntityField::History(_, fields) => self.history(fields, row.next()?),
            EntityField::Sources(sources) => self.sources(&sources.fields, row.next()?),
            EntityField::One(_, set) => self.entity(set, row.next()?),
            EntityField::Edges(_, connection)
            | EntityField::Related(connection)
            | EntityField::Facts(connection)
            | EntityField::Observations(connection) => self.connection(connection, row.next()?),
        }
    }

    /// A property's value; `list` says that the ontology declares a list of value objects, which a datum alone cannot tell from one.
    fn value(&mut self, set: &ValueSet, list: bool, datum: &Datum) -> Written {
        match (set, datum) {
            (ValueSet::Struct(..), Datum::List(items)) if list => {
                self.list(items, |this, item| this.value(set, false, item))
            }
            (ValueSet::Struct(id, fields), Datum::List(values)) => self.object(fields, |this, field| match field {
                StructField::Typename => this.name(&this.ontology.structure(*id).name),
                StructField::Value { position, list, value } => {
                    this.value(value, *list, values.get(*position).unwrap_or(&Datum::Null))
                }
            }),
            _ => self.plain(datum),
        }
    }

    fn sources(&mut self, fields: &[Field<CitationField>], datum: &Datum) -> Written {
        let Datum::List(citations) = datum else { return Err(Misfit("sources are missing")) };
        self.list(citations, |this, citation| {
            let mut row = Row::list(citation)?;
            this.object(fields, |this, field| match field {
                CitationField::Typename => this.name("Citation"),
                CitationField::Document(set) => this.entity_present(set, row.next()?),
                CitationField::Section | CitationField::Supports => this.present(row.next()?),
            })
        })
    }

    /// The label of a relationship in a direction.
    fn label(&mut self, id: i64, direction: i64, lang: Lang) -> Written {
        let all = &self.ontology.relationships;
        let it = all.get(usize::try_from(id).unwrap_or(usize::MAX)).ok_or(Misfit("no such relationship"))?;
        self.name(label(if direction == 0 { &it.described.labels } else { &it.inverse_labels }, lang))
    }

    fn relationship(&mut self, id: i64) -> Written {
        let all = &self.ontology.relationships;
        let it = all.get(usize::try_from(id).unwrap_or(usize::MAX)).ok_or(Misfit("no such relationship"))?;
        json::string(self.out, &it.name);
        Ok(())
    }

    fn direction(&mut self, direction: i64) -> Written {
        let direction = if direction == Direction::Out as i64 { Direction::Out } else { Direction::In };
        self.name(direction.name())
    }

    /// The name of a numbered constant: a status, basis, bound or span.
    fn constant(&mut self, names: impl Iterator<Item = &'static str>, number: i64) -> Written {
        let mut names = names;
        let name = usize::try_from(number).ok().and_then(|at| names.nth(at));
        self.name(name.ok_or(Misfit("no such constant"))?)
    }
}
