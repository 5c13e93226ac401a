//! The store in Neo4j, against a real one: an import may be repeated, and plans give the rows that memory gives.

#[path = "neo4j_store/circles.rs"]
mod circles;
#[path = "neo4j_store/rows.rs"]
mod rows;
mod support;

use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use libtest_mimic::Failed;
use mdgraph::graph::{Basis, Bound, Graph, PartialDate, Span, Status, StatusSet, Value as Data, naming};
use mdgraph::ingest;
use mdgraph::ontology::{DerivedId, Direction, Indexing, KindSet, Ontology, PropId, RelId, ValueType};
use mdgraph::plan::ir::*;
use mdgraph::store::memory::Snapshot;
use mdgraph::store::neo4j::Neo4jStore;
use mdgraph::store::neo4j::client::Statement;
use mdgraph::store::neo4j::import::import;
use mdgraph::store::neo4j::value::Value;
use mdgraph::store::{Datum, Page, StoreError};
use rows::{everything, fact, names, observation, page};
use support::database::{block_on, connect, content, text, within};
use support::neo4j::Neo4j;

fn main() -> ExitCode {
    // What the database says of a refused statement stands in the log alone.
    tracing_subscriber::fmt().with_max_level(tracing::Level::WARN).with_writer(std::io::stderr).init();
    support::neo4j::run(&[
        ("an_import_may_be_repeated", an_import_may_be_repeated),
        ("what_is_gone_from_the_graph_is_removed", what_is_gone_from_the_graph_is_removed),
        ("plans_give_the_rows_that_memory_gives", plans_give_the_rows_that_memory_gives),
        (
            "what_is_filled_for_another_ontology_is_served_no_more",
            what_is_filled_for_another_ontology_is_served_no_more,
        ),
        ("pages_join_to_the_whole_list", pages_join_to_the_whole_list),
        ("hierarchies_that_run_in_circles_end", circles::circles_end),
        ("tables_are_those_of_memory", support::tables::tables_are_those_of_memory),
    ])
}

/// A prime, so that plans of one sort are far apart and every one is met.
const STRIDE: usize = 389;

fn an_import_may_be_repeated(neo4j: &Neo4j) -> Result<(), Failed> {
    block_on(async {
        let (client, graph) = (connect(neo4j)?, shipped()?);
        let first = import(&client, &graph).await?;
        let once = content(&client).await?;
        let again = import(&client, &graph).await?;
        assert_eq!(first, again);
        assert_eq!(once, content(&client).await?, "the second import changed something");
        assert_eq!(first.entities, graph.nodes.len());
        Ok(())
    })
}

fn what_is_gone_from_the_graph_is_removed(neo4j: &Neo4j) -> Result<(), Failed> {
    block_on(async {
        let (client, graph) = (connect(neo4j)?, shipped()?);
        let foreign = |text: &str| Statement { text: text.into(), parameters: Vec::new() };
        client.write(&foreign("MERGE (:Entity {id: 'theirs'})-[:KNOWS]->(:Theirs)")).await?;
        let all = import(&client, &graph).await?;
        let none = Graph::new(graph.ontology.clone(), Vec::new(), Vec::new(), Vec::new(), Default::default());
        import(&client, &none).await?;
        let left = "MATCH (n) OPTIONAL MATCH (n)-[r]->() WITH labels(n)[0] AS label, type(r) AS type ORDER BY label RETURN [label, type] AS row";
        let left = client.read(&foreign(left), within()).await?;
        let pair = |label: &str, kind: Option<&str>| Value::List(vec![label.into(), kind.map(str::to_owned).into()]);
        assert_eq!(left, [pair("Entity", Some("KNOWS")), pair("MdgraphMeta", None), pair("Theirs", None)]);
        client.write(&foreign("MATCH (n:Entity {id: 'theirs'})-->(m) DETACH DELETE n, m")).await?;
        assert_eq!(import(&client, &graph).await?, all);
        Ok(())
    })
}

fn what_is_filled_for_another_ontology_is_served_no_more(neo4j: &Neo4j) -> Result<(), Failed> {
    block_on(async {
        let (client, graph) = (connect(neo4j)?, shipped()?);
        import(&client, &graph).await?;
        let store = Neo4jStore::new(connect(neo4j)?, graph.ontology.clone());
        let (_, root) = roots(&graph).swap_remove(0);
        let view = View::new(None, None);
        let is_served = async || store.execute(&root, &view, Instant::now() + Duration::from_secs(10)).await.map(drop);
        let becomes = async |wanted: Result<(), StoreError>| {
            let until = Instant::now() + Duration::from_secs(60);
            while is_served().await != wanted {
                if Instant::now() > until {
                    return Err(format!("it is not {wanted:?}"));
                }
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
            Ok(())
        };
        becomes(Ok(())).await?;
        client.write(&text("MATCH (m:MdgraphMeta) SET m.was = m.ontology, m.ontology = 'another'")).await?;
        becomes(Err(StoreError::Unavailable)).await?;
        let why = store.ready(Instant::now() + Duration::from_secs(10)).await.map_err(|why| why.to_string());
        assert!(why.as_ref().is_err_and(|why| why.contains("another ontology")), "{why:?}");
        client.write(&text("MATCH (m:MdgraphMeta) SET m.ontology = m.was REMOVE m.was")).await?;
        Ok(becomes(Ok(())).await?)
    })
}

fn plans_give_the_rows_that_memory_gives(neo4j: &Neo4j) -> Result<(), Failed> {
    block_on(async {
        let (client, graph) = (connect(neo4j)?, Arc::new(shipped()?));
        import(&client, &graph).await?;
        let store = Neo4jStore::new(client, graph.ontology.clone());
        let memory = Snapshot::new(graph.clone());
        let views = [
            View::new(None, None),
            View::new(date("2024"), None),
            View::new(None, date("2022-08")),
            View::new(date("2021-06"), date("2023")),
        ];
        let mut wrong = Vec::new();
        let mut fail = |how: String| {
            eprintln!("{how}");
            wrong.push(how);
        };
        let roots = roots(&graph);
        // Planning them all takes minutes: a twentieth, of every sort, unless all are asked for.
        let all = std::env::var("MDGRAPH_ALL_PLANS").is_ok_and(|value| value == "1");
        for number in 0..if all { roots.len() } else { roots.len() / 20 } {
            let (what, root) = &roots[number * STRIDE % roots.len()];
            // Every plan in one view, some in all.
            for view in views.iter().skip(if number % 9 == 0 { 0 } else { number % 4 }).take(if number % 9 == 0 {
                4
            } else {
                1
            }) {
                let deadline = Instant::now() + Duration::from_secs(60);
                let (expected, _) = memory.execute(root, view, deadline)?;
                match store.execute(root, view, deadline).await {
                    Ok((found, _)) if found == expected => {}
                    Ok((found, _)) => fail(format!("{what} [{}]: {}", view.key, difference(&expected, &found))),
                    Err(error) => fail(format!("{what} [{}]: {error}", view.key)),
                }
            }
        }
        if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n").into()) }
    })
}

fn pages_join_to_the_whole_list(neo4j: &Neo4j) -> Result<(), Failed> {
    block_on(async {
        let (client, graph) = (connect(neo4j)?, shipped()?);
        import(&client, &graph).await?;
        let store = Neo4jStore::new(client, graph.ontology.clone());
        for order in orders(&graph.ontology).into_iter().step_by(6) {
            let whole = page_of(&store, &graph, &order, PageArgs { limit: 10_000, ..page(0) }).await?;
            for backward in [false, true] {
                let mut items = Vec::new();
                let mut cursor = None;
                loop {
                    let (after, before) = if backward { (None, cursor) } else { (cursor, None) };
                    let args = PageArgs { backward, after, before, ..page(17) };
                    let part = page_of(&store, &graph, &order, args).await?;
                    let last = if backward { part.items.first() } else { part.items.last() };
                    cursor = last.map(|item| item.keys.clone());
                    if backward {
                        items.splice(0..0, part.items)
                    } else {
                        items.splice(items.len().., part.items)
                    };
                    if !part.more {
                        break;
                    }
                }
                assert!(
                    items == whole.items,
                    "{order:?}, backward {backward}: {} items of {}",
                    items.len(),
                    whole.items.len()
                );
            }
        }
        Ok(())
    })
}

async fn page_of(store: &Neo4jStore, graph: &Graph, order: &[EntityOrder], page: PageArgs) -> Result<Page, Failed> {
    let kinds = graph.ontology.all_kinds();
    let root = entities(kinds, Filter::TRUE, order.to_vec(), page, names(kinds));
    match store.execute(&root, &View::new(None, None), Instant::now() + Duration::from_secs(60)).await? {
        (Datum::Page(page), _) => Ok(*page),
        other => Err(format!("no page: {other:?}").into()),
    }
}

/// Plans over the shipped seed: every operator, every slot, every property, every relationship and shortcut.
fn roots(graph: &Graph) -> Vec<(String, Root)> {
    let ontology = &graph.ontology;
    let all = ontology.all_kinds();
    let ids: Vec<Arc<str>> = graph.nodes.iter().map(|node| node.id.clone()).collect();
    let some_ids: Vec<Arc<str>> = ids.iter().step_by(7).cloned().collect();
    let places: Vec<Arc<str>> = ids.iter().filter(|id| id.starts_with("region:")).step_by(3).cloned().collect();
    let mut roots = Vec::new();
    let mut add = |what: String, root: Root| roots.push((what, root));
    let unknown = ["nobody:at-all".into()];
    let with_unknown: Vec<Arc<str>> = some_ids.iter().chain(&unknown).chain(&some_ids[..2]).cloned().collect();
    add("by ids".into(), Root::ByIds { ids: with_unknown, kinds: all, entity: names(all) });
    for kind in all.iter() {
        let kinds = KindSet::one(kind);
        let name = &ontology.kind(kind).name;
        let slots = everything(ontology, kind);
        let own = slots.len().div_ceil(4);
        for (i, slots) in slots.chunks(4).enumerate().skip(usize::from(kind.0) % 3).step_by(if own > 6 { 3 } else { 1 })
        {
            let entity = EntityProjection { shapes: vec![(kinds, slots.to_vec())] };
            add(format!("all of {name}, {i}"), entities(kinds, Filter::TRUE, Vec::new(), page(30), entity));
        }
        add(format!("none but {name}"), Root::ByIds { ids: some_ids.clone(), kinds, entity: names(kinds) });
    }
    for (number, order) in orders(ontology).into_iter().enumerate() {
        if number % 5 > 1 {
            continue;
        }
        let what = format!("order {order:?}");
        add(what.clone(), entities(all, Filter::TRUE, order.clone(), page(5000), names(all)));
        add(
            format!("{what} backward"),
            entities(all, Filter::TRUE, order, PageArgs { backward: true, ..page(40) }, names(all)),
        );
    }
    for (what, filter) in filters(graph, &some_ids, &places) {
        let negated = Filter::Not(Box::new(filter.clone()));
        add(format!("where {what}"), entities(all, filter.clone(), Vec::new(), page(300), names(all)));
        if !matches!(filter, Filter::Related { .. }) {
            add(format!("where not {what}"), entities(all, negated, Vec::new(), page(300), names(all)));
        }
    }
    for (what, anchor, filter) in anchors(ontology, &some_ids, &places) {
        let mut root = entities(all, filter, Vec::new(), page(300), names(all));
        if let Root::Entities(page) = &mut root {
            page.anchor = anchor;
        }
        add(format!("from {what}"), root);
    }
    for text in ["威", "威高", "w", "wg", "wei", "醫療器械", "zzz", "", "wiegao", "weigajitaun", "威高集图"]
    {
        let text: Arc<str> = naming::fold(text).into();
        for (where_, filter) in [("", Filter::TRUE), (" within", Filter::Within(places.to_vec()))] {
            let search = SearchPage {
                text: text.clone(),
                kinds: all,
                filter,
                page: page(50),
                matched: true,
                entity: names(all),
            };
            add(format!("search {text}{where_}"), Root::Search(search));
        }
    }
    for (number, filter) in fact_filters(graph, &some_ids, &places).into_iter().enumerate() {
        for (key, descending) in [
            (FactKey::Relationship, false),
            (FactKey::Since, true),
            (FactKey::Since, false),
            (FactKey::Known, true),
            (FactKey::Subject, false),
            (FactKey::Object, true),
        ] {
            let order = vec![FactOrder { key, descending }];
            let facts = FactsPage { filter: filter.clone(), order, page: page(300), row: fact(ontology) };
            add(format!("facts {number} by {key:?}"), Root::Facts { anchor: FactAnchor::Scan, facts });
        }
    }
    for one in graph.facts.iter().step_by(40) {
        add(format!("{}", one.id), Root::Fact { id: one.id.clone(), fact: fact(ontology) });
    }
    for (what, filter) in observation_filters(graph, &some_ids, &places) {
        for (key, descending) in [
            (ObservationKey::When, true),
            (ObservationKey::Value, false),
            (ObservationKey::Value, true),
            (ObservationKey::Indicator, false),
        ] {
            let order = vec![ObservationOrder { key, descending }];
            let page = ObservationsPage { filter: filter.clone(), order, page: page(500), row: observation(ontology) };
            add(format!("observations {what} by {key:?}"), Root::Observations(page));
        }
    }
    for one in graph.observations.iter().step_by(20) {
        add(format!("{}", one.id), Root::Observation { id: one.id.clone(), observation: observation(ontology) });
    }
    roots
}

fn fact_filters(graph: &Graph, ids: &[Arc<str>], places: &[Arc<str>]) -> Vec<FactFilter> {
    let all = FactFilter::default;
    let documents: Vec<Arc<str>> = ids.iter().filter(|id| id.starts_with("document:")).cloned().collect();
    let one = graph.facts.first().map(|fact| fact.relationship);
    vec![
        all(),
        FactFilter { relationships: Some(one.into_iter().collect()), ..all() },
        FactFilter { relationships: Some(Vec::new()), ..all() },
        FactFilter { status: StatusSet::HELD, basis: Some(vec![Basis::Stated, Basis::Inferred]), ..all() },
        FactFilter { document: Filter::Ids(documents.clone()), ..all() },
        FactFilter { document: Filter::Not(Box::new(Filter::Ids(documents))), ..all() },
        FactFilter { subject: Filter::Within(places.to_vec()), ..all() },
        FactFilter { object: Filter::Name(Test::Contains("威".into())), ..all() },
        FactFilter { subject: Filter::Ids(ids.to_vec()), object: Filter::Ids(ids.to_vec()), ..all() },
        FactFilter { places_differ: Some(true), ..all() },
        FactFilter { places_differ: Some(false), ..all() },
        FactFilter { conflicting: Some(true), ..all() },
        FactFilter { conflicting: Some(false), status: [Status::Planned].into_iter().collect(), ..all() },
    ]
}

fn orders(ontology: &Ontology) -> Vec<Vec<EntityOrder>> {
    let scalar = |(_, property): &(usize, &mdgraph::ontology::Property)| {
        !matches!(property.ty, ValueType::List(_) | ValueType::Struct(_))
    };
    let properties =
        ontology.properties.iter().enumerate().filter(scalar).map(|(i, _)| EntityKey::Property(PropId(i as u16)));
    let by_hop = |hop: &Hop| [RelatedKey::Count, RelatedKey::Name].map(|key| EntityKey::Related(*hop, key));
    let related = hops(ontology).iter().step_by(29).flat_map(by_hop).collect::<Vec<_>>();
    let keys = [EntityKey::Name, EntityKey::Degree].into_iter().chain(related);
    let keys: Vec<EntityKey> = keys.chain(properties).collect();
    let mut orders = vec![Vec::new()];
    for descending in [false, true] {
        orders.extend(keys.iter().map(|key| vec![EntityOrder { key: key.clone(), descending }]));
        let two = keys.iter().rev().step_by(5).take(2);
        orders.push(two.map(|key| EntityOrder { key: key.clone(), descending }).collect());
    }
    orders
}

fn filters(graph: &Graph, ids: &[Arc<str>], places: &[Arc<str>]) -> Vec<(String, Filter)> {
    let ontology = &graph.ontology;
    let mut filters = vec![
        ("ids".to_owned(), Filter::Ids(ids.to_vec())),
        ("within".to_owned(), Filter::Within(places.to_vec())),
        ("nothing".to_owned(), Filter::Or(Vec::new())),
        ("named by".to_owned(), Filter::Cited(Box::new(Filter::Ids(documents_of(graph))))),
        ("kinds".to_owned(), Filter::Kinds(ontology.all_kinds().iter().step_by(2).collect())),
        ("name contains".to_owned(), Filter::Name(Test::Contains("威".into()))),
        ("name starts".to_owned(), Filter::Name(Test::StartsWith("w".into()))),
        ("name in".to_owned(), Filter::Name(Test::In(vec!["威高".into(), "威海".into()]))),
        ("name not in".to_owned(), Filter::Name(Test::NotIn(vec!["威高".into(), "威海".into()]))),
    ];
    for (i, property) in ontology.properties.iter().enumerate() {
        let id = PropId(i as u16);
        // A value object is read as a whole: the API has no filter of one.
        let inner = if let ValueType::List(inner) = &property.ty { inner } else { &property.ty };
        if matches!(inner, ValueType::Struct(_)) {
            continue;
        }
        let mut values: Vec<Data> = Vec::new();
        for node in &graph.nodes {
            let dated =
                node.history.iter().filter(|(p, _)| *p == id).flat_map(|(_, dated)| dated.iter().map(|d| &d.value));
            for value in node.property(id).into_iter().chain(dated) {
                match value {
                    Data::List(items) => values.extend(items.iter().cloned()),
                    value => values.push(value.clone()),
                }
            }
        }
        values.sort();
        values.dedup();
        values.truncate(4);
        let mut tests =
            vec![Test::IsNull(true), Test::IsNull(false), Test::In(values.clone()), Test::NotIn(values.clone())];
        if let Some(first) = values.first() {
            match first {
                Data::Str(text) => {
                    tests.push(Test::Contains(text.chars().take(2).collect::<String>().into()));
                    tests.push(Test::StartsWith(text.chars().take(1).collect::<String>().into()));
                }
                Data::Int(_) | Data::Decimal(_) => {
                    let number = || first.clone();
                    tests.extend([Test::Gt(number()), Test::Gte(number()), Test::Lt(number()), Test::Lte(number())]);
                }
                Data::Date(day) => tests.extend([Test::During(*day), Test::Before(*day), Test::After(*day)]),
                _ => {}
            }
            tests.push(Test::During("2022".parse().unwrap_or_else(|_| unreachable!())));
        }
        filters
            .extend(tests.into_iter().map(|test| (format!("{} {test:?}", property.name), Filter::Property(id, test))));
    }
    for hop in hops(ontology) {
        for quantifier in [Quantifier::Some, Quantifier::None, Quantifier::Every] {
            let number = filters.len();
            let variants = [
                (EdgeFilter::default(), Filter::TRUE),
                (
                    EdgeFilter { status: Some([Status::Actual].into_iter().collect()), ..EdgeFilter::default() },
                    Filter::TRUE,
                ),
                (
                    EdgeFilter { basis: Some(vec![Basis::Stated]), ..EdgeFilter::default() },
                    Filter::Not(Box::new(Filter::Name(Test::Contains("威".into())))),
                ),
                (EdgeFilter { properties: vec![(0, Test::IsNull(false))], ..EdgeFilter::default() }, Filter::TRUE),
            ];
            for (edge, node) in variants.into_iter().skip(number % 4).take(1) {
                if let Hop::Edge(id, _) = hop
                    && edge.properties.len() > ontology.relationship(id).properties.len()
                {
                    continue;
                }
                let what = format!("{quantifier:?} {} {edge:?}", hop_name(ontology, hop));
                filters.push((what, Filter::Related { hop, quantifier, edge, node: Box::new(node) }));
            }
        }
    }
    filters
}

fn anchors(ontology: &Ontology, ids: &[Arc<str>], places: &[Arc<str>]) -> Vec<(String, Anchor, Filter)> {
    let text = |text: &str| Data::Str(text.into());
    let mut anchors = vec![
        ("order".to_owned(), Anchor::OrderWalk, Filter::TRUE),
        ("ids".to_owned(), Anchor::Ids(ids.to_vec()), Filter::Ids(ids.to_vec())),
        ("within".to_owned(), Anchor::Within(places.to_vec()), Filter::Within(places.to_vec())),
        ("name".to_owned(), Anchor::Name(vec!["威高".into()]), Filter::Name(Test::In(vec![text("威高")]))),
    ];
    for (i, property) in
        ontology.properties.iter().enumerate().filter(|(_, property)| property.indexing != Indexing::None)
    {
        let values = vec![Data::Bool(true), text("91371000"), text("ACTUAL")];
        let id = PropId(i as u16);
        let filter = Filter::Property(id, Test::In(values.clone()));
        anchors.push((property.name.to_string(), Anchor::Property(id, values), filter));
    }
    for hop in hops(ontology) {
        let all = ontology.all_kinds();
        let inner = Anchor::Within(places.to_vec());
        let node = Box::new(Filter::Within(places.to_vec()));
        let filter = Filter::Related { hop, quantifier: Quantifier::Some, edge: EdgeFilter::default(), node };
        let anchor = Anchor::Via { hop, kinds: all, inner: Box::new(inner) };
        anchors.push((format!("via {}", hop_name(ontology, hop)), anchor, filter));
    }
    anchors
}

fn documents_of(graph: &Graph) -> Vec<Arc<str>> {
    graph.nodes.iter().map(|node| node.id.clone()).filter(|id| id.starts_with("document:")).skip(1).step_by(2).collect()
}

fn observation_filters(graph: &Graph, ids: &[Arc<str>], places: &[Arc<str>]) -> Vec<(String, ObservationFilter)> {
    let figures = graph.observations.iter().filter_map(|o| o.normalized.as_ref().map(|q| q.value).or(o.value));
    let figures: Vec<Data> = figures.step_by(9).map(Data::Decimal).take(6).collect();
    let day: PartialDate = "2021".parse().unwrap_or_else(|_| unreachable!());
    let mut filters = vec![
        ("all".to_owned(), ObservationFilter::And(Vec::new())),
        ("about".to_owned(), ObservationFilter::Subject(Filter::Within(places.to_vec()))),
        ("measuring".to_owned(), ObservationFilter::Indicator(Filter::Ids(ids.to_vec()))),
        ("in sector".to_owned(), ObservationFilter::Sector(Filter::TRUE)),
        ("at a place".to_owned(), ObservationFilter::Place(Filter::Within(places.to_vec()))),
        ("cited".to_owned(), ObservationFilter::Document(Filter::Ids(documents_of(graph)))),
        ("bounded".to_owned(), ObservationFilter::Bound(vec![Bound::AtLeast, Bound::Over])),
        ("over a period".to_owned(), ObservationFilter::Span(vec![Span::Span])),
        ("counted in".to_owned(), ObservationFilter::Unit(Test::In(vec!["家".into(), "亿元".into()]))),
        ("not counted in".to_owned(), ObservationFilter::Unit(Test::NotIn(vec!["家".into()]))),
        ("of some population".to_owned(), ObservationFilter::Population(Test::IsNull(false))),
        ("actual".to_owned(), ObservationFilter::Status([Status::Actual].into_iter().collect())),
    ];
    let dates = || vec![Data::Date(day)];
    for test in [
        Test::During(day),
        Test::Before(day),
        Test::After(day),
        Test::In(dates()),
        Test::NotIn(dates()),
        Test::IsNull(true),
    ] {
        filters.push((format!("when {test:?}"), ObservationFilter::When(test.clone())));
        filters.push((format!("not when {test:?}"), ObservationFilter::Not(Box::new(ObservationFilter::When(test)))));
    }
    let mut tests =
        vec![Test::In(figures.clone()), Test::NotIn(figures.clone()), Test::IsNull(true), Test::IsNull(false)];
    for figure in figures {
        let number = || figure.clone();
        tests.extend([Test::Gt(number()), Test::Gte(number()), Test::Lt(number()), Test::Lte(number())]);
    }
    for position in [1, 2, 3] {
        let number = || Data::Int(position);
        for test in [Test::Gt(number()), Test::Lte(number()), Test::In(vec![number()]), Test::NotIn(vec![number()])] {
            filters.push((format!("rank {test:?}"), ObservationFilter::Rank(test)));
        }
    }
    filters.push(("ranked".to_owned(), ObservationFilter::Rank(Test::IsNull(false))));
    filters.extend(tests.into_iter().map(|test| (format!("value {test:?}"), ObservationFilter::Value(test))));
    filters
}

fn hops(ontology: &Ontology) -> Vec<Hop> {
    let directions = [Direction::Out, Direction::In];
    let stored = (0..ontology.relationships.len() as u16).flat_map(|i| directions.map(|d| Hop::Edge(RelId(i), d)));
    let derived = (0..ontology.derived.len() as u16).flat_map(|i| directions.map(|d| Hop::Derived(DerivedId(i), d)));
    stored.chain(derived).collect()
}

fn hop_name(ontology: &Ontology, hop: Hop) -> String {
    match hop {
        Hop::Edge(id, direction) => format!("{} {direction:?}", ontology.relationship(id).name),
        Hop::Derived(id, direction) => format!("{} {direction:?}", ontology.shortcut(id).field),
    }
}

fn entities(kinds: KindSet, filter: Filter, order: Vec<EntityOrder>, page: PageArgs, entity: EntityProjection) -> Root {
    Root::Entities(EntitiesPage { kinds, filter, anchor: Anchor::Scan, order, page, entity, aggregate: Vec::new() })
}

fn shipped() -> Result<Graph, Failed> {
    let ontology = Arc::new(Ontology::embedded().map_err(|errors| format!("{errors:?}"))?);
    let loaded = ingest::load(&ontology, &ingest::embedded()).map_err(|problems| format!("{problems:?}"))?;
    Ok(loaded.graph)
}

/// Where two texts of data part.
fn difference(expected: &Datum, found: &Datum) -> String {
    let (expected, found) = (format!("{expected:?}"), format!("{found:?}"));
    let same = expected.chars().zip(found.chars()).take_while(|(a, b)| a == b).count();
    let around = |text: &str| text.chars().skip(same.saturating_sub(120)).take(320).collect::<String>();
    format!("\n  memory: …{}\n  neo4j:  …{}", around(&expected), around(&found))
}

fn date(text: &str) -> Option<PartialDate> {
    text.parse().ok()
}
