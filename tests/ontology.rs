//! The ontology language: what is shipped resolves, and every kind of mistake is told where it is and how to mend it.

use mdgraph::ontology::Ontology;

#[test]
fn the_shipped_ontology_has_no_errors() {
    if let Err(errors) = Ontology::embedded() {
        let shown: Vec<String> = errors.iter().map(ToString::to_string).collect();
        panic!("{} errors\n\n{}", errors.len(), shown.join("\n\n"));
    }
}
