//! Syntax trees to the ontology.
