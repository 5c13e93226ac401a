//! The store in Neo4j.

pub mod breaker;
pub mod client;
pub mod value;
