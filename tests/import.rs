//! `import` against a real Neo4j: it writes what differs and nothing else, removes only what it is told to, and comes to its end whatever
//! happens in the middle.

mod support;

#[path = "import/program.rs"]
mod as_program;

use std::io;
use std::ops::ControlFlow;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use libtest_mimic::Failed;
use mdgraph::graph::records::{Held, Record, Records, Survey};
use mdgraph::graph::{FactIx, Graph, NodeIx, ObsIx};
use mdgraph::ingest::{self, SeedFile, Stream};
use mdgraph::ontology::Ontology;
use mdgraph::store::neo4j::Neo4jStore;
use mdgraph::store::neo4j::client::Client;
use mdgraph::store::neo4j::import::{Change, Event, Failure, Options, Outcome, import_records};
use support::database::{block_on, clear, connect, connect_by, content, text, within};
use support::neo4j::Neo4j;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};

fn main() -> ExitCode {
    support::neo4j::run(&[
        ("a_second_import_writes_nothing", a_second_import_writes_nothing),
        ("what_changed_is_written_and_what_is_gone_needs_prune", what_changed_is_written),
        ("a_stream_is_written_as_the_graph_that_it_holds", a_stream_is_written_as_its_graph),
        ("an_interrupted_import_is_completed", an_interrupted_import_is_completed),
        ("a_connection_that_is_cut_is_made_again", a_connection_that_is_cut_is_made_again),
        ("facts_that_a_lost_answer_left_twice_are_left_once", facts_that_are_there_twice_are_left_once),
        ("the_program_tells_what_it_does", as_program::the_program_tells_what_it_does),
        ("the_examples_of_the_page_answer", as_program::the_examples_of_the_page_answer),
    ])
}

/// The shipped graph.
fn shipped() -> Result<Graph, Failed> {
    graph(&ingest::embedded())
}

/// A small one with all that is hard.
fn hard() -> Result<Graph, Failed> {
    graph(&ingest::directory(&std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/graphs/hard/seed"))?)
}

fn graph(files: &[SeedFile]) -> Result<Graph, Failed> {
    let ontology = Arc::new(Ontology::embedded().map_err(|errors| format!("{errors:?}"))?);
    Ok(ingest::load(&ontology, files).map_err(|problems| format!("{problems:?}"))?.graph)
}

fn pruning() -> Options {
    Options { prune: true, ..Options::default() }
}

async fn load(client: &Client, graph: &Graph, options: &Options) -> Result<Outcome, Failure> {
    import_records(client, &Held::of(graph), options, &|_| {}).await
}

fn a_second_import_writes_nothing(neo4j: &Neo4j) -> Result<(), Failed> {
    block_on(async {
        let (client, graph) = (connect(neo4j)?, shipped()?);
        clear(&client).await?;
        let first = load(&client, &graph, &Options::default()).await?;
        let (entities, facts) = (graph.nodes.len() as u64, graph.facts.len() as u64);
        assert_eq!(
            first.difference.total(Change::Added),
            entities + facts + graph.observations.len() as u64 + graph.retired.len() as u64
        );
        let before = content(&client).await?;
        let written = AtomicUsize::new(0);
        let count = |event: Event| {
            if matches!(event, Event::Begun { stage, .. } if stage > mdgraph::store::neo4j::import::Stage::Compared) {
                written.fetch_add(1, Ordering::Relaxed);
            }
        };
        let again = import_records(&client, &Held::of(&graph), &Options::default(), &count).await?;
        assert!(again.difference.is_empty(), "{}", again.difference);
        assert_eq!(again.imported, first.imported);
        assert_eq!(written.into_inner(), 0, "a stage of writing began");
        assert_eq!(content(&client).await?, before);
        Ok(())
    })
}

/// A seed of two firms, with or without the second, its address and the fact between them.
fn firms(second: bool, code: &str) -> Vec<SeedFile> {
    let more = if second {
        "company \"b\" { zh \"乙公司\" }\nfact \"company:a\" \"SUPPLIES\" \"company:b\"\n\
         observation \"b-firms\" { indicator \"indicator:firms\"; subject \"region:r\"; when \"2023\"; value 5; unit \"家\"; scope \"全部\" }"
    } else {
        ""
    };
    let text = format!(
        "reference \"document:reference\" {{ title \"通用\"; zh \"通用\"; en \"Common\" }}\n\
         section \"一\" {{\nunit \"家\"\nregion \"r\" {{ zh \"某市\"; level \"PREFECTURE\" }}\n\
         indicator \"firms\" {{ zh \"企业数\"; indicatorType \"COUNT\" }}\n\
         company \"a\" {{ zh \"甲公司\"{code} }}\nfact \"company:a\" \"LOCATED_IN\" \"region:r\"\n{more}\n}}\n"
    );
    vec![SeedFile { name: "seed/reference/all.kdl".into(), text }]
}

fn what_changed_is_written(neo4j: &Neo4j) -> Result<(), Failed> {
    block_on(async {
        let client = connect(neo4j)?;
        clear(&client).await?;
        let foreign = "CREATE (:Entity {id: 'theirs'})-[:KNOWS]->(:Theirs)";
        client.write(&text(foreign)).await?;
        let both = graph(&firms(true, ""))?;
        load(&client, &both, &Options::default()).await?;
        let before = content(&client).await?;
        let one = graph(&firms(false, "; short \"甲\""))?;
        // Without being told to, nothing is removed, and nothing half written.
        let Err(Failure::Stale(told)) = load(&client, &one, &Options::default()).await else {
            return Err("an import that would remove something is not refused".into());
        };
        assert_eq!(content(&client).await?, before);
        let dry = load(&client, &one, &Options { dry_run: true, ..Options::default() }).await?;
        assert_eq!(content(&client).await?, before, "a dry run writes");
        assert_eq!(dry.difference, *told);
        let shown = dry.difference.to_string();
        for line in ["~ company:a", "- company:b", "- observation:b-firms"] {
            assert!(shown.lines().any(|shown| shown == line), "{line} in\n{shown}");
        }
        assert_eq!(dry.difference.counts.get("SUPPLIES"), Some(&[0, 0, 1]));
        assert_eq!(dry.difference.counts.get("LOCATED_IN"), None, "{shown}");
        let done = load(&client, &one, &pruning()).await?;
        assert_eq!((&done.difference, done.imported), (&dry.difference, dry.imported));
        // What is left is what a fresh import gives, and what others wrote.
        let after = content(&client).await?;
        clear(&client).await?;
        client.write(&text(foreign)).await?;
        load(&client, &one, &Options::default()).await?;
        assert_eq!(content(&client).await?, after);
        Ok(())
    })
}

fn a_stream_is_written_as_its_graph(neo4j: &Neo4j) -> Result<(), Failed> {
    block_on(async {
        let client = connect(neo4j)?;
        let seed = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/graphs/hard/seed");
        let ontology = Arc::new(Ontology::embedded().map_err(|errors| format!("{errors:?}"))?);
        let loaded = ingest::load(&ontology, &ingest::directory(&seed)?).map_err(|problems| format!("{problems:?}"))?;
        let folder = tempfile::tempdir()?;
        let file = folder.path().join("graph.ndjson");
        ingest::write_ndjson(&loaded.graph, &loaded.units, &mut std::fs::File::create(&file)?)?;
        let stream = Stream::open(&ontology, &file, &|_| {}).map_err(|problems| format!("{problems:?}"))?;
        assert_eq!(stream.survey(), Held::of(&loaded.graph).survey());
        clear(&client).await?;
        let streamed = import_records(&client, &stream, &Options::default(), &|_| {}).await?;
        let held = load(&client, &loaded.graph, &Options::default()).await?;
        assert!(held.difference.is_empty(), "{}", held.difference);
        assert_eq!(held.imported, streamed.imported);
        // What is changed between the check and the writing is noticed.
        std::fs::write(&file, "{}")?;
        let changed = import_records(&client, &stream, &pruning(), &|_| {}).await;
        assert!(
            matches!(&changed, Err(Failure::Records(error)) if error.to_string().contains("was changed")),
            "{changed:?}"
        );
        Ok(())
    })
}

/// A graph that ends with an error after so many records when it is written.
struct Broken<'g>(Held<'g>, usize);

impl Records for Broken<'_> {
    fn ontology(&self) -> &Arc<Ontology> {
        self.0.ontology()
    }
    fn survey(&self) -> &Survey {
        self.0.survey()
    }
    fn entity_id(&self, ix: NodeIx) -> &str {
        self.0.entity_id(ix)
    }
    fn fact_id(&self, ix: FactIx) -> String {
        self.0.fact_id(ix)
    }
    fn observation_id(&self, ix: ObsIx) -> &str {
        self.0.observation_id(ix)
    }
    fn entity_named(&self, id: &str) -> Option<NodeIx> {
        self.0.entity_named(id)
    }
    fn fact_named(&self, id: &str) -> Option<FactIx> {
        self.0.fact_named(id)
    }
    fn observation_named(&self, id: &str) -> Option<ObsIx> {
        self.0.observation_named(id)
    }
    fn indicator_sort(&self, ix: NodeIx) -> &str {
        self.0.indicator_sort(ix)
    }
    fn retired(&self) -> Vec<(String, String)> {
        self.0.retired()
    }
    fn each(&self, visit: &mut dyn FnMut(Record<'_>) -> ControlFlow<()>) -> io::Result<()> {
        let mut left = self.1;
        self.0.each(&mut |record| {
            left = left.saturating_sub(1);
            if left == 0 { ControlFlow::Break(()) } else { visit(record) }
        })?;
        Err(io::Error::other("the disk is gone"))
    }
}

fn an_interrupted_import_is_completed(neo4j: &Neo4j) -> Result<(), Failed> {
    block_on(async {
        let (client, graph) = (connect(neo4j)?, hard()?);
        clear(&client).await?;
        let whole = load(&client, &graph, &Options::default()).await?;
        let expected = content(&client).await?;
        // In the middle of entities, and when those, or the facts too, are on their way.
        let (entities, facts) = (graph.nodes.len(), graph.facts.len());
        let ends = [entities / 2, entities + 2, entities + facts / 2, entities + facts + 2];
        for end in ends {
            clear(&client).await?;
            let broken = import_records(&client, &Broken(Held::of(&graph), end), &Options::default(), &|_| {}).await;
            assert!(matches!(broken, Err(Failure::Records(_))), "{broken:?}");
            let store = Neo4jStore::new(connect(neo4j)?, graph.ontology.clone());
            assert!(store.ready(Instant::now() + Duration::from_secs(20)).await.is_err(), "half a graph is served");
            let done = load(&client, &graph, &Options::default()).await?;
            assert_eq!(done.imported, whole.imported);
            let added = done.difference.total(Change::Added);
            let all = whole.difference.total(Change::Added);
            assert!(added < all || end < entities, "all is written again after {end}");
            assert_eq!(content(&client).await?, expected, "broken off after {end}");
            store.ready(Instant::now() + Duration::from_secs(20)).await?;
        }
        Ok(())
    })
}

fn facts_that_are_there_twice_are_left_once(neo4j: &Neo4j) -> Result<(), Failed> {
    block_on(async {
        let (client, graph) = (connect(neo4j)?, hard()?);
        clear(&client).await?;
        let whole = load(&client, &graph, &Options::default()).await?;
        let expected = content(&client).await?;
        // As a batch leaves them that was done after its answer was lost, before there were constraints.
        client.write(&text("DROP CONSTRAINT mdgraph_fact_LOCATED_IN")).await?;
        let twice = "MATCH (a)-[r:LOCATED_IN]->(b) CREATE (a)-[again:LOCATED_IN]->(b) SET again = properties(r)";
        client.write(&text(twice)).await?;
        client.write(&text("MATCH (m:MdgraphMeta) SET m.state = 'IMPORTING'")).await?;
        assert_ne!(content(&client).await?.len(), expected.len(), "nothing was there twice");
        let done = load(&client, &graph, &Options::default()).await?;
        assert_eq!(done.imported, whole.imported);
        assert_eq!(content(&client).await?, expected);
        Ok(())
    })
}

fn a_connection_that_is_cut_is_made_again(neo4j: &Neo4j) -> Result<(), Failed> {
    block_on(async {
        let (direct, graph) = (connect(neo4j)?, shipped()?);
        clear(&direct).await?;
        let proxy = Proxy::before(neo4j).await?;
        let client = connect_by(&proxy.uri, neo4j)?;
        let (cuts, waits) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let tell = |event: Event| match event {
            // Twice in the middle of the facts everything breaks off, and for a while nobody is there.
            Event::Written { stage: mdgraph::store::neo4j::import::Stage::Facts, .. }
                if cuts.fetch_add(1, Ordering::Relaxed) < 2 =>
            {
                proxy.cut()
            }
            Event::Waiting { .. } => drop(waits.fetch_add(1, Ordering::Relaxed)),
            _ => {}
        };
        let through = import_records(&client, &Held::of(&graph), &Options::default(), &tell).await?;
        assert!(waits.into_inner() > 0, "nothing was cut");
        let again = load(&direct, &graph, &Options::default()).await?;
        assert!(again.difference.is_empty(), "{}", again.difference);
        assert_eq!(again.imported, through.imported);
        // Nobody there at all: an end, not a wait for ever.
        let nobody = connect_by("bolt://127.0.0.1:9", neo4j)?;
        let hurried = Options { patience: Duration::from_millis(600), ..Options::default() };
        assert!(matches!(load(&nobody, &graph, &hurried).await, Err(Failure::Store(_))));
        Ok(())
    })
}

/// Stands before the server; when it is cut, every connection ends and for a second none is accepted.
struct Proxy {
    uri: String,
    cut: Arc<AtomicBool>,
    ends: tokio::sync::broadcast::Sender<()>,
}

impl Proxy {
    async fn before(neo4j: &Neo4j) -> Result<Proxy, Failed> {
        let (scheme, server) = neo4j.uri.split_once("://").ok_or("NEO4J_URI has no scheme")?;
        let server: Arc<str> = server.into();
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let uri = format!("{scheme}://{}", listener.local_addr()?);
        let (ends, _) = tokio::sync::broadcast::channel(1);
        let cut = Arc::new(AtomicBool::new(false));
        let (is_cut, ended) = (cut.clone(), ends.clone());
        tokio::spawn(async move {
            while let Ok((mut client, _)) = listener.accept().await {
                if is_cut.load(Ordering::Relaxed) {
                    continue;
                }
                let (server, mut end) = (server.clone(), ended.subscribe());
                tokio::spawn(async move {
                    let Ok(mut server) = TcpStream::connect(&*server).await else { return };
                    tokio::select! { _ = copy_bidirectional(&mut client, &mut server) => {}, _ = end.recv() => {} }
                });
            }
        });
        Ok(Proxy { uri, cut, ends })
    }

    fn cut(&self) {
        self.cut.store(true, Ordering::Relaxed);
        let _ = self.ends.send(());
        let cut = self.cut.clone();
        std::thread::spawn(move || {
            std::thread::sleep(Duration::from_secs(1));
            cut.store(false, Ordering::Relaxed);
        });
    }
}
