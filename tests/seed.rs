//! Seed files: what is shipped is right, what is wrong is told, and nothing that is written makes the reader panic.

use mdgraph::ingest::{self, SeedFile};
use mdgraph::ontology::Ontology;
use std::path::Path;
use std::sync::Arc;

fn ontology() -> Arc<Ontology> {
    Arc::new(Ontology::embedded().expect("the shipped ontology has no errors"))
}

#[test]
fn the_shipped_seed_passes() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("seed");
    let files = ingest::directory(&root).expect("seed/ can be read");
    let files: Vec<SeedFile> = files
        .into_iter()
        .map(|file| SeedFile {
            name: file.name.trim_start_matches(env!("CARGO_MANIFEST_DIR")).trim_start_matches('/').to_owned(),
            ..file
        })
        .collect();
    let report = ingest::check(&ontology(), &files, false);
    println!("{report}");
    assert!(report.passed, "see above");
}
