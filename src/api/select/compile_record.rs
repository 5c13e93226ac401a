//! Resolves what is selected of facts and observations.

use super::collect::Collected;
use super::compile::{Compiled, type_name};
use super::*;

impl<'d> Compiler<'d> {
    pub(super) fn facts(&mut self, it: &Collected<'d>) -> Compiled<Arc<FactSet>> {
        let everything = self.ontology.all_kinds();
        let fields = self.fields(it, |this, inner| {
            Ok(match inner.first().name.as_str() {
                "id" => FactField::Id,
                "asOfKey" => FactField::AsOfKey,
                "text" => FactField::Text(this.args(inner)?),
                "subject" => FactField::Subject(this.entities(inner, everything)?),
                "relationship" => FactField::Relationship,
                "object" => FactField::Object(this.entities(inner, everything)?),
                "status" => FactField::Status,
                "basis" => FactField::Basis,
                "since" => FactField::Since(this.when(inner)?),
                "until" => FactField::Until(this.when(inner)?),
                "note" => FactField::Note,
                "doubt" => FactField::Doubt,
                "properties" => FactField::Properties(this.fields(inner, |this, field| {
                    Ok(match field.first().name.as_str() {
                        "name" => FactPropertyField::Name,
                        "label" => FactPropertyField::Label(this.args(field)?),
                        "value" => FactPropertyField::Value,
                        _ => FactPropertyField::Typename,
                    })
                })?),
                "knownFrom" => FactField::KnownFrom,
                "knownTo" => FactField::KnownTo,
                "supersededBy" => FactField::SupersededBy(this.facts(inner)?),
                "sources" => FactField::Sources(this.sources(inner)?),
                _ => FactField::Typename,
            })
        })?;
        Ok(Arc::new(fields))
    }

    /// `<property>History`
    pub(super) fn dated(&mut self, it: &Collected<'d>) -> Compiled<Fields<DatedField>> {
        self.fields(it, |this, inner| {
            Ok(match inner.first().name.as_str() {
                "value" => DatedField::Value,
                "since" => DatedField::Since(this.when(inner)?),
                "until" => DatedField::Until(this.when(inner)?),
                "sources" => DatedField::Sources(this.sources(inner)?),
                _ => DatedField::Typename,
            })
        })
    }

    fn when(&mut self, it: &Collected<'d>) -> Compiled<Fields<WhenField>> {
        self.fields(it, |_, inner| {
            let parts = ["text", "earliest", "latest"];
            Ok(parts.iter().position(|part| inner.first().name == *part).map_or(WhenField::Typename, WhenField::Part))
        })
    }

    pub(super) fn observations(&mut self, it: &Collected<'d>) -> Compiled<Arc<ObservationSet>> {
        let everything = self.ontology.all_kinds();
        let fields = self.fields(it, |this, inner| {
            Ok(match inner.first().name.as_str() {
                "id" => ObservationField::Id,
                "asOfKey" => ObservationField::AsOfKey,
                "indicator" => {
                    let kinds = this.kinds_named(type_name(inner.first()));
                    ObservationField::Indicator(this.entities(inner, kinds)?)
                }
                "subjects" => ObservationField::Subjects(this.entities(inner, everything)?),
                "when" => ObservationField::When(this.when(inner)?),
                "span" => ObservationField::Span,
                "value" => ObservationField::Value,
                "unit" => ObservationField::Unit,
                "normalized" => ObservationField::Normalized(this.fields(inner, |_, field| {
                    Ok(match field.first().name.as_str() {
                        "value" => QuantityField::Value,
                        "unit" => QuantityField::Unit,
                        _ => QuantityField::Typename,
                    })
                })?),
                "bound" => ObservationField::Bound,
                "rank" => ObservationField::Rank(this.fields(inner, |this, field| {
                    Ok(match field.first().name.as_str() {
                        "position" => RankField::Position,
                        "bound" => RankField::Bound,
                        "among" => RankField::Among,
                        "within" => RankField::Within(this.entities(field, everything)?),
                        _ => RankField::Typename,
                    })
                })?),
                "status" => ObservationField::Status,
                "scope" => ObservationField::Scope(this.fields(inner, |this, field| {
                    Ok(match field.first().name.as_str() {
                        "text" => ScopeField::Text,
                        "sector" => ScopeField::Sector(this.entities(field, everything)?),
                        "population" => ScopeField::Population,
                        "place" => ScopeField::Place(this.entities(field, everything)?),
                        _ => ScopeField::Typename,
                    })
                })?),
                "breakdownOf" => ObservationField::BreakdownOf(this.observations(inner)?),
                "note" => ObservationField::Note,
                "doubt" => ObservationField::Doubt,
                "sources" => ObservationField::Sources(this.sources(inner)?),
                _ => ObservationField::Typename,
            })
        })?;
        Ok(Arc::new(fields))
    }
}
