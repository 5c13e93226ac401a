//! Graphs and requests that are made up, and what is known of their answers.
// Each target uses a part of it.
#![allow(dead_code)]

pub mod generate;
mod grouping;
pub mod naive;
pub mod request;
pub mod seed;
pub mod shrink;
