//! What several test targets share.
// Each target uses a part of it.
#![allow(dead_code)]

pub mod database;
pub mod json;
pub mod neo4j;
pub mod random;
pub mod tables;
pub mod world;
