//! `mdgraph`: a GraphQL API over the knowledge graph of the medical-device industry.
//!
//! The modules, in the direction in which they depend on each other (`docs/architecture.md` draws it):
//!
//! - [`ontology`] and [`graph`]: what may be said, and what is said. No I/O.
//! - [`ingest`]: seed files to a checked graph.
//! - [`generate`]: an industry that is made up, to measure on.
//! - [`plan`]: what a request asks for, in a dozen operators whose meaning is defined there.
//! - [`store`]: executes plans, over memory or Neo4j.
//! - [`api`]: GraphQL, from a request's parts to the bytes of its answer.
//! - [`http`]: the server.
//! - [`telemetry`]: the log. [`metrics`]: what is counted and measured.
//! - [`config`] and [`error`]: the settings, and the errors that clients see.
#![warn(missing_docs)]

pub mod api;
pub mod config;
pub mod error;
pub mod generate;
pub mod graph;
pub mod http;
pub mod ingest;
pub mod metrics;
pub mod ontology;
pub mod plan;
pub mod store;
pub mod telemetry;
