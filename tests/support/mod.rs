//! What several test targets need to have running beside them.

pub mod neo4j;
