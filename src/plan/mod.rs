//! Plans: what a request asks of the data, independent of GraphQL and of any store.
//!
//! [`ir`] defines the operators and their meaning; [`optimise`] chooses where a plan starts; [`explain`] prints it;
//! [`budget`] prices it. A store ([`crate::store`]) executes one [`ir::Root`] at a time, under one [`ir::View`].

pub mod budget;
pub mod explain;
mod explain_aggregate;
mod explain_filter;
pub mod ir;
pub mod optimise;
