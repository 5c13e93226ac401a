//! Tables over both stores.

use super::neo4j::Neo4j;
use super::world::{Service, World};
use libtest_mimic::Failed;
use mdgraph::api::table::{Format, TableRequest, What};

/// Every table is the same over memory and over Neo4j, to the byte, over as many pages as it takes.
pub fn tables_are_those_of_memory(neo4j: &Neo4j) -> Result<(), Failed> {
    for (graph, requests) in [(None, SHIPPED), (Some("hard"), EVERYTHING)] {
        let world = World::load(graph)?;
        let database = world.on_neo4j(neo4j)?;
        for (what, parameters) in requests {
            // CSV is made from the same rows, without a store.
            let mut request = TableRequest::new(*what, Format::Ndjson);
            for (name, text) in *parameters {
                request.set(name, text)?;
            }
            let table = |service: &Service| service.table(&request);
            let (ours, theirs) = (table(&world.memory)?, table(&database)?);
            assert!(ours.lines().count() > 1, "{request:?}: an empty table shows nothing");
            assert_eq!(ours, theirs, "{request:?}");
        }
    }
    Ok(())
}

type Requests = &'static [(What, &'static [(&'static str, &'static str)])];

const EVERYTHING: Requests = &[(What::Entities, &[]), (What::Facts, &[]), (What::Observations, &[])];

const SHIPPED: Requests = &[
    (What::Entities, &[]),
    (What::Entities, &[("kind", "COMPANY"), ("orderBy", "[{\"degree\": \"DESC\"}]"), ("known", "2024")]),
    (What::Entities, &[("kind", "POLICY_RULE")]),
    (What::Facts, &[("orderBy", "[{\"since\": \"DESC\"}]")]),
    (What::Facts, &[("where", "{\"placesDiffer\": true}")]),
    (What::Facts, &[("where", "{\"relationships\": [\"TAKES_PART_IN\"]}"), ("valid", "2023"), ("known", "2024-06")]),
    (What::Observations, &[("where", "{\"value\": {\"gte\": 10}}"), ("orderBy", "[{\"value\": \"DESC\"}]")]),
];
