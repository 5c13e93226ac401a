//! The memory store against the meaning of the plan's operators: hard cases by hand, a naive evaluator on made-up graphs, and the
//! work that the optimiser's choices save.

mod aggregates;
mod ask;
mod edges;
mod explained;
mod facts;
mod filters;
mod naive;
mod observations;
mod pages;
mod random;
mod searches;
mod time;
mod toy;
mod work;
