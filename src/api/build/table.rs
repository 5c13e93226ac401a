//! The plans of tables: the API's filters and orders, over rows that are taken whole.

use super::Builder;
use crate::api::input::{Input, Wrong};
use crate::api::table::{What, entity_projection, fact_projection, observation_projection};
use crate::ontology::{KindId, KindSet, Ontology, PropId, Target};
use crate::plan::ir::{
    AggregateProjection, Anchor, EntitiesPage, FactAnchor, FactsPage, Filter, ObservationFilter, ObservationsPage,
    PageArgs, Root,
};

/// The property that is a document's title, where the ontology has one.
pub fn title(ontology: &Ontology) -> Option<PropId> {
    let id = ontology.property_named("title")?;
    let document = ontology.kind_named("Document")?;
    ontology.kind(document).properties.contains(&id).then_some(id)
}

impl Builder<'_> {
    /// The plan of a table's first page.
    ///
    /// # Errors
    /// What no type rules out in a value, with the parameter that holds it.
    pub fn table(
        &self,
        what: What,
        kind: Option<KindId>,
        filter: Option<&Input>,
        order: Option<&Input>,
        page: PageArgs,
    ) -> Result<Root, (&'static str, Wrong)> {
        let (filtered, ordered) = (|wrong| ("where", wrong), |wrong| ("orderBy", wrong));
        Ok(match what {
            What::Entities => {
                let target = kind.map_or(Target::Entity, Target::Kind);
                let kinds = kind.map_or_else(|| self.ontology.all_kinds(), KindSet::one);
                let filter = filter.map(|input| self.filter(target, input)).transpose().map_err(filtered)?;
                let order = order.map(|input| self.entity_order(target, input)).transpose().map_err(ordered)?;
                Root::Entities(EntitiesPage {
                    kinds,
                    filter: filter.unwrap_or(Filter::TRUE),
                    anchor: Anchor::Scan,
                    order: order.unwrap_or_default(),
                    page,
                    entity: entity_projection(self.ontology, kinds),
                    aggregate: AggregateProjection::default(),
                })
            }
            What::Facts => {
                let filter = filter.map(|input| self.fact_filter(input)).transpose().map_err(filtered)?;
                let order = order.map(|input| self.fact_order(input)).transpose().map_err(ordered)?;
                let row = fact_projection(self.ontology);
                let (filter, order) = (filter.unwrap_or_default(), order.unwrap_or_default());
                Root::Facts { anchor: FactAnchor::Scan, facts: FactsPage { filter, order, page, row } }
            }
            What::Observations => {
                let filter = filter.map(|input| self.observation_filter(input)).transpose().map_err(filtered)?;
                let order = order.map(|input| self.observation_order(input)).transpose().map_err(ordered)?;
                Root::Observations(ObservationsPage {
                    filter: filter.unwrap_or(ObservationFilter::And(Vec::new())),
                    order: order.unwrap_or_default(),
                    page,
                    row: observation_projection(self.ontology),
                })
            }
        })
    }
}
