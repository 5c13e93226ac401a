//! Facts: which of them, in which order, and what is taken of each.

use super::filter::{Built, is_descending};
use super::{Builder, Planned, lang};
use crate::api::input::Input;
use crate::api::select::{Connection, EdgeField, FactField, FactSet, Field};
use crate::ontology::Target;
use crate::plan::ir::{
    EntityProjection, FactFilter, FactKey, FactOrder, FactProjection, FactSlot, FactsPage, Slot, View,
};

/// What every ontology has as the end of a fact.
const END: Target = Target::Entity;

impl Builder<'_> {
    /// `facts` of an entity.
    pub(super) fn facts_about(&self, connection: &Connection, view: &View) -> Planned<FactsPage> {
        let mut filter = FactFilter::default();
        for name in ["relationships", "status"] {
            self.argument(&connection.args, name, |input| self.fact_test(name, input, &mut filter))?;
        }
        self.facts_page(connection, view, filter, Vec::new())
    }

    /// The root field `facts`.
    pub(super) fn all_facts(&self, connection: &Connection, view: &View) -> Planned<FactsPage> {
        let args = &connection.args;
        let filter = self.argument(args, "where", |input| self.fact_filter(input))?.unwrap_or_default();
        let order = self.argument(args, "orderBy", |input| self.fact_order(input))?.unwrap_or_default();
        self.facts_page(connection, view, filter, order)
    }

    fn facts_page(
        &self,
        connection: &Connection,
        view: &View,
        filter: FactFilter,
        order: Vec<FactOrder>,
    ) -> Planned<FactsPage> {
        let mut row = Vec::new();
        for field in connection.edges.iter().flatten() {
            if let EdgeField::FactNode(set) = &field.what {
                row.append(&mut self.fact(set, view)?);
            }
        }
        // Without keys the relationship is one; then the fact's id.
        let page = self.page(connection, view, order.len().max(1) + 1)?;
        Ok(FactsPage { filter, order, page, row })
    }

    /// `FactWhere`
    pub(super) fn fact_filter(&self, input: &Input) -> Built<FactFilter> {
        let mut filter = FactFilter::default();
        for (name, value) in self.given(input) {
            self.fact_test(name, value, &mut filter).map_err(|wrong| wrong.within(name))?;
        }
        Ok(filter)
    }

    /// One part of `FactWhere`.
    fn fact_test(&self, name: &str, input: &Input, filter: &mut FactFilter) -> Built<()> {
        let truth = |input: &Input| match input {
            Input::Bool(truth) => Some(*truth),
            _ => None,
        };
        match name {
            "relationships" => filter.relationships = Some(self.relationships(input)?),
            "status" => filter.status = self.statuses(input)?,
            "basis" => filter.basis = Some(self.bases(input)?),
            "document" => filter.document = self.ids(input)?,
            // An `EntityMatch` is a part of what every entity can be asked.
            "subject" => filter.subject = self.filter(END, input)?,
            "object" => filter.object = self.filter(END, input)?,
            "placesDiffer" => filter.places_differ = truth(input),
            _ => filter.conflicting = truth(input),
        }
        Ok(())
    }

    /// `FactOrderBy`
    pub(super) fn fact_order(&self, input: &Input) -> Built<Vec<FactOrder>> {
        let key = |name: &str| match name {
            "since" => FactKey::Since,
            "known" => FactKey::Known,
            "relationship" => FactKey::Relationship,
            "subject" => FactKey::Subject,
            _ => FactKey::Object,
        };
        let entries = self.order(input)?.into_iter();
        Ok(entries.map(|(name, to)| FactOrder { key: key(name), descending: is_descending(to) }).collect())
    }

    pub(super) fn fact(&self, set: &FactSet, view: &View) -> Planned<FactProjection> {
        let mut slots = Vec::with_capacity(set.len());
        for Field { what, .. } in set {
            let slot = match what {
                FactField::Typename | FactField::AsOfKey => continue,
                FactField::Id => FactSlot::Id,
                FactField::Text(args) => {
                    let name = || EntityProjection {
                        shapes: vec![(self.ontology.all_kinds(), vec![Slot::Name(lang(args, self.variables))])],
                    };
                    slots.extend([
                        FactSlot::Subject(name()),
                        FactSlot::Relationship,
                        FactSlot::Object(name()),
                        FactSlot::Status,
                        FactSlot::Since,
                        FactSlot::Until,
                    ]);
                    FactSlot::Properties
                }
                FactField::Subject(set) => FactSlot::Subject(self.entity(set, view)?),
                FactField::Relationship => FactSlot::Relationship,
                FactField::Object(set) => FactSlot::Object(self.entity(set, view)?),
                FactField::Status => FactSlot::Status,
                FactField::Basis => FactSlot::Basis,
                FactField::Since(_) => FactSlot::Since,
                FactField::Until(_) => FactSlot::Until,
                FactField::Note => FactSlot::Note,
                FactField::Doubt => FactSlot::Doubt,
                FactField::Properties(_) => {
                    slots.push(FactSlot::Relationship);
                    FactSlot::Properties
                }
                FactField::KnownFrom => FactSlot::KnownFrom,
                FactField::KnownTo => FactSlot::KnownTo,
                FactField::SupersededBy(set) => FactSlot::SupersededBy(self.fact(set, view)?),
                FactField::Sources(sources) => {
                    let (most, citation) = self.sources(sources, view)?;
                    FactSlot::Sources(most, citation)
                }
            };
            slots.push(slot);
        }
        Ok(slots)
    }
}
