//! Facts, and the sentence that says one.

use super::{Misfit, Row, Writer, Written, json, label};
use crate::api::build::lang;
use crate::api::select::{DatedField, FactField, FactPropertyField, FactSet, Field, WhenField};
use crate::graph::{Basis, Status};
use crate::ontology::{EdgeProperty, Relationship, ValueType};
use crate::plan::ir::Lang;
use crate::store::Datum;

/// How statuses are said in a sentence; ACTUAL goes without saying.
const STATUS_WORDS: [(&str, &str); 6] = [
    ("建议", "proposed"),
    ("争取", "sought"),
    ("计划", "planned"),
    ("预计", "expected"),
    ("进行中", "under way"),
    ("", ""),
];

impl Writer<'_> {
    /// A fact whose values come next in a row.
    pub(super) fn fact(&mut self, set: &FactSet, row: &mut Row) -> Written {
        self.object(set, |this, field| match field {
            FactField::Typename => this.name("Fact"),
            FactField::AsOfKey => this.name(&this.view.key),
            FactField::Id => this.present(row.next()?),
            FactField::Text(args) => {
                let text = this.sentence(row, lang(args, this.variables))?;
                this.name(&text)
            }
            FactField::Subject(set) | FactField::Object(set) => this.entity_present(set, row.next()?),
            FactField::Relationship => {
                let id = row.int()?;
                this.relationship(id)
            }
            FactField::Status => {
                let status = row.int()?;
                this.constant(Status::ALL.iter().map(|s| s.name()), status)
            }
            FactField::Basis => {
                let basis = row.int()?;
                this.constant(Basis::ALL.iter().map(|b| b.name()), basis)
            }
            FactField::Since(fields) | FactField::Until(fields) => this.when(fields, row.next()?),
            FactField::Note | FactField::Doubt | FactField::KnownTo => this.plain(row.next()?),
            FactField::KnownFrom => match row.next()? {
                // Common knowledge: known since ever, and the schema promises a date.
                Datum::Null => this.name("0001"),
                date => this.plain(date),
            },
            FactField::Properties(fields) => {
                let relationship = this.relationship_of(row)?;
                this.fact_properties(fields, relationship, row.next()?)
            }
            FactField::SupersededBy(set) => {
                let datum = row.next()?;
                this.nullable(datum, |this| this.fact(set, &mut Row::list(datum)?))
            }
            FactField::Sources(sources) => this.sources(&sources.fields, row.next()?),
        })
    }

    /// A time, or null.
    pub(super) fn when(&mut self, fields: &[Field<WhenField>], datum: &Datum) -> Written {
        self.nullable(datum, |this| {
            let Datum::List(parts) = datum else { return Err(Misfit("a time is missing")) };
            this.object(fields, |this, field| match field {
                WhenField::Typename => this.name("When"),
                WhenField::Part(at) => this.plain(parts.get(*at).ok_or(Misfit("a time is incomplete"))?),
            })
        })
    }

    /// The dated values of a property.
    pub(super) fn history(&mut self, fields: &[Field<DatedField>], datum: &Datum) -> Written {
        let Datum::List(values) = datum else { return Err(Misfit("dated values are missing")) };
        self.list(values, |this, value| {
            let mut row = Row::list(value)?;
            this.object(fields, |this, field| match field {
                DatedField::Typename => this.name("DatedValue"),
                DatedField::Value => {
                    let text = text_of(row.next()?);
                    this.name(&text)
                }
                DatedField::Since(fields) | DatedField::Until(fields) => this.when(fields, row.next()?),
                DatedField::Sources(sources) => this.sources(&sources.fields, row.next()?),
            })
        })
    }

    fn relationship_of(&self, row: &mut Row) -> Result<usize, Misfit> {
        let id = usize::try_from(row.int()?).map_err(|_| Misfit("no such relationship"))?;
        if id < self.ontology.relationships.len() { Ok(id) } else { Err(Misfit("no such relationship")) }
    }

    fn fact_properties(&mut self, fields: &[Field<FactPropertyField>], relationship: usize, datum: &Datum) -> Written {
        let ontology = self.ontology;
        let relationship = &ontology.relationships[relationship];
        let Datum::List(properties) = datum else { return Err(Misfit("properties are missing")) };
        self.list(properties, |this, property| {
            let (property, value) = property_of(relationship, property)?;
            this.object(fields, |this, field| match field {
                FactPropertyField::Typename => this.name("FactProperty"),
                FactPropertyField::Name => this.name(&property.name),
                FactPropertyField::Label(args) => {
                    this.name(label(&property.described.labels, lang(args, this.variables)))
                }
                FactPropertyField::Value => {
                    json::string(this.out, &text_of(value));
                    Ok(())
                }
            })
        })
    }

    /// `威高集团 参与 威海市医疗器械产业链（角色：链主；计划；2022-03起）`: the ends and the relationship's label, and in brackets
    /// what qualifies it.
    pub(in crate::api) fn sentence(&self, row: &mut Row, lang: Lang) -> Result<String, Misfit> {
        let subject = name_of(row.next()?)?;
        let relationship = &self.ontology.relationships[self.relationship_of(row)?];
        let object = name_of(row.next()?)?;
        let status = usize::try_from(row.int()?).unwrap_or(usize::MAX);
        let (since, until) = (words_of(row.next()?), words_of(row.next()?));
        let zh = lang == Lang::Zh;
        let mut details = Vec::new();
        let Datum::List(properties) = row.next()? else { return Err(Misfit("properties are missing")) };
        for property in properties {
            let (property, value) = property_of(relationship, property)?;
            let value = self.value_label(&property.ty, value, lang);
            details.push(format!("{}{}{value}", label(&property.described.labels, lang), if zh { "：" } else { ": " }));
        }
        let words = STATUS_WORDS.get(status).ok_or(Misfit("no such status"))?;
        if !words.0.is_empty() {
            details.push((if zh { words.0 } else { words.1 }).to_owned());
        }
        match (since, until) {
            (None, None) => {}
            (Some(since), None) => details.push(if zh { format!("{since}起") } else { format!("since {since}") }),
            (None, Some(until)) => details.push(if zh { format!("至{until}") } else { format!("until {until}") }),
            (Some(since), Some(until)) if since == until => details.push(since.to_owned()),
            (Some(since), Some(until)) => details.push(format!("{since}–{until}")),
        }
        let verb = label(&relationship.described.labels, lang);
        let details = match (details.is_empty(), zh) {
            (true, _) => String::new(),
            (false, true) => format!("（{}）", details.join("；")),
            (false, false) => format!(" ({})", details.join("; ")),
        };
        Ok(format!("{subject} {verb} {object}{details}"))
    }

    /// A property's value in words: an enum's by its label.
    fn value_label(&self, ty: &ValueType, value: &Datum, lang: Lang) -> String {
        let text = text_of(value);
        if let ValueType::Enum(id) = ty {
            let values = &self.ontology.enumeration(*id).values;
            if let Some(value) = values.iter().find(|value| *value.name == *text) {
                return label(&value.described.labels, lang).to_owned();
            }
        }
        text
    }
}

/// A declared property and its value, from `[position, value]`.
fn property_of<'a>(relationship: &'a Relationship, datum: &'a Datum) -> Result<(&'a EdgeProperty, &'a Datum), Misfit> {
    let Datum::List(pair) = datum else { return Err(Misfit("a property is missing")) };
    let [Datum::Int(position), value] = pair.as_slice() else { return Err(Misfit("a property is incomplete")) };
    let position = usize::try_from(*position).unwrap_or(usize::MAX);
    let property = relationship.properties.get(position).ok_or(Misfit("no such property"))?;
    Ok((property, value))
}

/// A value as text; several are joined.
fn text_of(value: &Datum) -> String {
    match value {
        Datum::Str(text) => text.to_string(),
        Datum::Int(number) => number.to_string(),
        Datum::Decimal(number) => number.to_string(),
        Datum::Date(date) => date.to_string(),
        Datum::Bool(truth) => truth.to_string(),
        Datum::List(items) => items.iter().map(text_of).collect::<Vec<_>>().join("、"),
        Datum::Null | Datum::Sum(_) | Datum::Entity(..) | Datum::Page(_) => String::new(),
    }
}

/// The name of an entity that is projected to its name alone.
fn name_of(datum: &Datum) -> Result<&str, Misfit> {
    match datum {
        Datum::Entity(_, values) => match values.first() {
            Some(Datum::Str(name)) => Ok(name),
            _ => Err(Misfit("a name is missing")),
        },
        _ => Err(Misfit("an end of a fact is missing")),
    }
}

/// The words of a time.
fn words_of(datum: &Datum) -> Option<&str> {
    match datum {
        Datum::List(parts) => match parts.first() {
            Some(Datum::Str(text)) => Some(text),
            _ => None,
        },
        _ => None,
    }
}
