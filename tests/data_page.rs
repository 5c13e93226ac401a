//! The counts in `docs/data.md` are those of the shipped seed. `UPDATE=1 cargo test --test data_page` writes them anew.

use mdgraph::graph::{Citation, Graph, NodeIx};
use mdgraph::ingest;
use mdgraph::ontology::Ontology;
use std::fmt::Write;
use std::path::Path;
use std::sync::Arc;

const BEGIN: &str = "<!-- counts:begin -->\n";
const END: &str = "<!-- counts:end -->";

/// The lines of a table: for each name how many of its items each document cites, and how many there are in all.
struct Counts<'a> {
    documents: &'a [NodeIx],
    text: String,
    totals: Vec<usize>,
}

impl<'a> Counts<'a> {
    fn new(graph: &Graph, documents: &'a [NodeIx], what: &str) -> Self {
        let slug = |document: &NodeIx| graph.node(*document).id.split(':').nth(1).unwrap_or_default().to_owned();
        let columns: Vec<String> = documents.iter().map(slug).chain(["all".to_owned()]).collect();
        let mut text = String::new();
        let _ = writeln!(text, "| {what} | {} |", columns.join(" | "));
        let _ = writeln!(text, "| --- |{}", " --- |".repeat(columns.len()));
        Counts { documents, text, totals: vec![0; columns.len()] }
    }

    /// A line, unless nothing is counted in it.
    fn line<'b>(&mut self, name: &str, items: impl Iterator<Item = &'b [Citation]>) {
        let mut row = vec![0; self.totals.len()];
        for citations in items {
            row[self.documents.len()] += 1;
            for (column, document) in self.documents.iter().enumerate() {
                row[column] += usize::from(citations.iter().any(|citation| citation.document == *document));
            }
        }
        if row[self.documents.len()] > 0 {
            self.write(name, &row);
            self.totals.iter_mut().zip(&row).for_each(|(total, count)| *total += count);
        }
    }

    fn write(&mut self, name: &str, row: &[usize]) {
        let row: Vec<String> = row.iter().map(ToString::to_string).collect();
        let _ = writeln!(self.text, "| {name} | {} |", row.join(" | "));
    }

    fn total(mut self, name: &str) -> String {
        let totals = std::mem::take(&mut self.totals);
        self.write(name, &totals);
        self.text
    }
}

fn counts(graph: &Graph) -> String {
    let ontology = &graph.ontology;
    let document = ontology.kind_named("Document");
    let all = (0..graph.nodes.len() as u32).map(NodeIx);
    let documents: Vec<NodeIx> = all.filter(|ix| Some(graph.node(*ix).kind) == document).collect();

    let mut entities = Counts::new(graph, &documents, "kind");
    for (index, kind) in ontology.kinds.iter().enumerate() {
        let of_kind = graph.nodes.iter().filter(|node| node.kind.index() == index);
        entities.line(&kind.name, of_kind.map(|node| &*node.citations));
    }
    let mut facts = Counts::new(graph, &documents, "relationship");
    for (index, relationship) in ontology.relationships.iter().enumerate() {
        let of_type = graph.facts.iter().filter(|fact| fact.relationship.index() == index);
        facts.line(&relationship.name, of_type.map(|fact| &*fact.citations));
    }
    let mut observations = Counts::new(graph, &documents, "indicator");
    for (index, indicator) in graph.nodes.iter().enumerate() {
        let of_indicator = graph.observations.iter().filter(|o| o.indicator.0 as usize == index);
        let name = indicator.display_name().to_string();
        observations.line(&name, of_indicator.map(|o| &*o.citations));
    }
    [entities.total("**entities**"), facts.total("**facts**"), observations.total("**observations**")].join("\n")
}

#[test]
fn the_page_counts_what_the_seed_holds() {
    let ontology = Arc::new(Ontology::embedded().expect("the shipped ontology has no errors"));
    let loaded = ingest::load(&ontology, &ingest::embedded()).expect("the shipped seed has no errors");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/data.md");
    let page = std::fs::read_to_string(&path).expect("docs/data.md is there");
    let (before, rest) = page.split_once(BEGIN).expect("docs/data.md has the mark where counts begin");
    let (_, after) = rest.split_once(END).expect("docs/data.md has the mark where counts end");
    let expected = format!("{before}{BEGIN}{}{END}{after}", counts(&loaded.graph));
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, &expected).expect("docs/data.md can be written");
        return;
    }
    assert!(page == expected, "docs/data.md is out of date: UPDATE=1 cargo test --test data_page rewrites its counts");
}
