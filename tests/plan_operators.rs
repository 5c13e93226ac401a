//! The Cypher of every operator, asserted without a database: `docs/plan-operators.md` shows it and this test holds the page to
//! the code. `UPDATE=1 cargo test --test plan_operators` rewrites the page.

use std::fmt::Write;
use std::path::Path;
use std::sync::Arc;

use mdgraph::graph::{Basis, Status, StatusSet};
use mdgraph::ontology::{DerivedId, Direction, KindSet, Link, Ontology, Target};
use mdgraph::plan::ir::*;
use mdgraph::store::neo4j::render::{Kept, Retired, statement};

const HEAD: &str = "# The plan's operators in Cypher

What an operator means stands in `src/plan/ir/`; this page shows what Neo4j is asked, one statement a root field. It is
generated (`UPDATE=1 cargo test --test plan_operators`), and the same statements are run against a real Neo4j and compared with the rows of the
memory store by `tests/neo4j_store.rs` and `tests/differential.rs`.

What the trials on Neo4j 5.26 showed, and the statements therefore do:

- A comparison with something absent is null. `AND`, `OR` and `WHERE` treat that as false; `NOT` does not, so every negation is
  `NOT coalesce(…, false)`.
- An aggregating function inside a nested `COLLECT {}` is taken for one of the projection around it and refused (\"implicit grouping
  expressions\"). So none is used: the best is `ORDER BY … LIMIT 1`, groups are counted when rows are read.
- Ascending order puts absent values last, descending first. Absent is last in both here, so a descending key that may be absent is
  preceded by `key IS NULL`; read backward, it is the other way round.
- An undirected pattern meets a relationship from a node to itself once; `UNWIND` gives it its two directions.
- One pattern never meets a relationship twice: what the plan asks of a shortcut's path.
- A list of no types in a pattern means any type; where a plan asks for no relationship the statement says `false`.
- Before it plans, Neo4j multiplies out an `OR` of conjunctions, and plans each subquery in every factor: three alternatives of a few
  subqueries took it half a minute. It takes a `CASE` as it is, so such alternatives are the branches of one.
- Planning, not running, is what a new statement costs: some ten milliseconds a nested subquery on an idle machine. Values are parameters, so
  a plan's form is planned once.
";

fn examples(ontology: &Ontology) -> Vec<(&'static str, &'static str, Root, View)> {
    let latest = || View::new(None, None);
    let company = KindSet::one(ontology.kind_named("Company").unwrap());
    let all = ontology.all_kinds();
    let entity = |kinds| EntityProjection { shapes: vec![(kinds, vec![Slot::Id, Slot::Name(Lang::Zh)])] };
    let page = PageArgs::first(20);
    let entities = |filter, anchor, order, page: &PageArgs, slots| {
        let entity = EntityProjection { shapes: vec![(company, slots)] };
        Root::Entities(EntitiesPage {
            kinds: company,
            filter,
            anchor,
            order,
            page: page.clone(),
            entity,
            aggregate: Vec::new(),
        })
    };
    let of = |slot| entities(Filter::TRUE, Anchor::Scan, Vec::new(), &page, vec![slot]);
    let whose = |filter| entities(filter, Anchor::Scan, Vec::new(), &page, vec![Slot::Id]);
    let by = |key, descending| vec![EntityOrder { key, descending }];
    let code = ontology.property_named("creditCode").unwrap();
    let makes_id = ontology.relationship_named("MAKES").unwrap();
    let makes = Hop::Edge(makes_id, Direction::Out);
    let part = Hop::Edge(ontology.relationship_named("TAKES_PART_IN").unwrap(), Direction::Out);
    let shortcut =
        ontology.links_of(Target::Kind(ontology.kind_named("Company").unwrap())).into_iter().find_map(|(_, link)| {
            match link {
                Link::Derived(id, direction) => Some(Hop::Derived(id, direction)),
                Link::Relationship(..) => None,
            }
        });
    let shortcut = shortcut.unwrap_or(Hop::Derived(DerivedId(0), Direction::Out));
    let edges = |hop, row| {
        let edge = EdgeFilter::default();
        let (order, aggregate) = (Vec::new(), Vec::new());
        Slot::Edges(EdgesPage { hop, edge, node: Filter::TRUE, order, page: page.clone(), row, aggregate })
    };
    let page_of_edges = |hop| match edges(hop, Vec::new()) {
        Slot::Edges(edges) => edges,
        _ => unreachable!(),
    };
    let located = ontology.relationship_named("LOCATED_IN").unwrap();
    let (level, rung) = (ontology.property_named("level").unwrap(), ontology.property_named("rung").unwrap());
    let aggregate = |slots| {
        let (filter, entity) = (Filter::Within(vec!["region:weihai".into()]), EntityProjection::default());
        let (anchor, order, page) = (Anchor::Scan, Vec::new(), PageArgs { items: false, ..page.clone() });
        Root::Entities(EntitiesPage { kinds: company, filter, anchor, order, page, entity, aggregate: slots })
    };
    let related = |hop, quantifier| {
        let edge = EdgeFilter {
            status: Some([Status::Actual].into_iter().collect()),
            basis: Some(vec![Basis::Stated]),
            properties: Vec::new(),
        };
        Filter::Related { hop, quantifier, edge, node: Box::new(Filter::Name(Test::Contains("x".into()))) }
    };
    let region: Arc<str> = "region:weihai".into();
    let backward = PageArgs {
        backward: true,
        total: true,
        keys: true,
        before: Some(vec![SortValue::Null, SortValue::Str("company:b".into())]),
        ..page.clone()
    };
    let forward =
        PageArgs { after: Some(vec![SortValue::Str("b".into()), SortValue::Str("company:b".into())]), ..page.clone() };
    let observations = |filter, row| {
        let order = vec![ObservationOrder { key: ObservationKey::Value, descending: true }];
        ObservationsPage { filter, order, page: page.clone(), row }
    };
    let facts = |filter, order, row| FactsPage { filter, order, page: page.clone(), row };
    let of_makes = || FactFilter { relationships: Some(vec![makes_id]), ..FactFilter::default() };
    let end = Filter::Ids(vec!["company:a".into()]);
    let fact = vec![FactSlot::Id, FactSlot::Status, FactSlot::KnownTo, FactSlot::SupersededBy(vec![FactSlot::Id])];
    vec![
        (
            "ByIds",
            "A row an id, in the order given; retired ids are replaced before.",
            Root::ByIds { ids: vec!["company:b".into(), "company:a".into()], kinds: company, entity: entity(company) },
            latest(),
        ),
        (
            "ByIds, one",
            "No order to keep, and no row where there is nothing.",
            Root::ByIds { ids: vec!["company:a".into()], kinds: company, entity: entity(company) },
            latest(),
        ),
        ("Entities", "A page of the entities of some kinds, by name.", whose(Filter::TRUE), latest()),
        (
            "Page, forward",
            "What comes after a cursor; the form of the condition lets an index be walked.",
            entities(Filter::TRUE, Anchor::OrderWalk, Vec::new(), &forward, vec![Slot::Id]),
            latest(),
        ),
        (
            "Page, backward, with a total",
            "What comes before a cursor whose key is absent, in a descending order.",
            entities(Filter::TRUE, Anchor::Scan, by(EntityKey::Property(code), true), &backward, vec![Slot::Id]),
            latest(),
        ),
        (
            "View",
            "What holds in a period as far as was known by a day.",
            entities(
                Filter::Property(code, Test::IsNull(false)),
                Anchor::Scan,
                by(EntityKey::Degree, true),
                &page,
                vec![Slot::Degree],
            ),
            View::new("2021".parse().ok(), "2022-08".parse().ok()),
        ),
        (
            "Anchor: a value",
            "Starts at a unique or indexed property.",
            entities(
                Filter::Property(code, Test::In(vec!["x".into()])),
                Anchor::Property(code, vec!["x".into()]),
                Vec::new(),
                &page,
                vec![Slot::Id],
            ),
            latest(),
        ),
        (
            "Anchor: over a hop",
            "Starts at the selective end of a relationship.",
            entities(
                related(part, Quantifier::Some),
                Anchor::Via { hop: part, kinds: all, inner: Box::new(Anchor::Name(vec!["x".into()])) },
                Vec::new(),
                &page,
                vec![Slot::Id],
            ),
            latest(),
        ),
        (
            "Filter",
            "Negation is the complement.",
            whose(Filter::Not(Box::new(Filter::Property(code, Test::StartsWith("9137".into()))))),
            latest(),
        ),
        (
            "Filter: alternatives of several conditions",
            "None is multiplied out; alternatives of one condition each are an `OR`.",
            whose(Filter::Or(vec![
                Filter::And(vec![Filter::Name(Test::Contains("x".into())), related(makes, Quantifier::Some)]),
                related(part, Quantifier::None),
            ])),
            latest(),
        ),
        (
            "Within",
            "Under it, over held facts, any number of steps; a place is inherited only where there is none of its own.",
            whose(Filter::Within(vec![region.clone()])),
            latest(),
        ),
        ("Related: some", "An edge exists.", whose(related(makes, Quantifier::Some)), latest()),
        ("Related: none", "No edge exists.", whose(related(makes, Quantifier::None)), latest()),
        ("Related: every", "No current edge fails.", whose(related(makes, Quantifier::Every)), latest()),
        (
            "Related over a shortcut",
            "The edge is all paths to a neighbour.",
            whose(related(shortcut, Quantifier::Some)),
            latest(),
        ),
        (
            "Expand",
            "A page of the edges of a hop.",
            of(edges(makes, vec![EdgeSlot::Fact(fact.clone()), EdgeSlot::Node(entity(all))])),
            latest(),
        ),
        (
            "Expand over a shortcut",
            "One edge a neighbour, with the facts of all paths.",
            of(edges(
                shortcut,
                vec![EdgeSlot::Status, EdgeSlot::Facts(vec![FactSlot::Id]), EdgeSlot::Node(entity(all))],
            )),
            latest(),
        ),
        (
            "Order by related entities",
            "By how many edges there are, then by the last neighbour's name.",
            entities(
                Filter::TRUE,
                Anchor::Scan,
                vec![
                    EntityOrder { key: EntityKey::Related(makes, RelatedKey::Count), descending: true },
                    EntityOrder { key: EntityKey::Related(part, RelatedKey::Name), descending: true },
                ],
                &page,
                vec![Slot::Id],
            ),
            latest(),
        ),
        (
            "Aggregate",
            "The whole list counted, its values and its numbers: counted and summed up when the row is read.",
            aggregate(vec![
                AggregateSlot::Count,
                AggregateSlot::Values(GroupKey::Property(code), 20),
                AggregateSlot::Figures(rung),
            ]),
            latest(),
        ),
        (
            "Aggregate: groups of related entities",
            "By what stands at a level above a neighbour. Each group is counted from the group.",
            aggregate(vec![AggregateSlot::By(GroupBy {
                relationship: located,
                direction: Direction::Out,
                status: StatusSet::HELD,
                up: Some(Filter::Property(level, Test::In(vec!["COUNTY".into()]))),
                total: true,
                unassigned: true,
                limit: 20,
                sized: true,
                entity: entity(all),
            })]),
            latest(),
        ),
        (
            "Aggregate over edges",
            "A neighbour counts once, whatever the number of edges.",
            of(Slot::Edges(EdgesPage { aggregate: vec![AggregateSlot::Count], ..page_of_edges(makes) })),
            latest(),
        ),
        ("One", "The first neighbour by name.", of(Slot::One(makes, entity(all))), latest()),
        (
            "Related page",
            "Edges of every relationship, both ways, and their groups.",
            of(Slot::Related(RelatedPage {
                relationships: None,
                kinds: all,
                direction: None,
                status: StatusSet::HELD,
                page: page.clone(),
                groups: true,
                row: vec![EdgeSlot::Relationship, EdgeSlot::Direction, EdgeSlot::Node(entity(all))],
            })),
            latest(),
        ),
        (
            "Facts",
            "Facts about an entity, superseded ones included.",
            of(Slot::Facts(facts(FactFilter::default(), Vec::new(), fact.clone()))),
            latest(),
        ),
        (
            "Fact",
            "One by id: an index holds the ids of one type, and each is asked.",
            Root::Fact { id: "fact:0123456789abcdef".into(), fact: vec![FactSlot::Id, FactSlot::Object(entity(all))] },
            latest(),
        ),
        (
            "Facts of a relationship",
            "In the order of the type's index; the type's name orders nothing.",
            Root::Facts { anchor: FactAnchor::Scan, facts: facts(of_makes(), Vec::new(), fact.clone()) },
            latest(),
        ),
        (
            "Facts of everything",
            "A table in an order of its own; every type is scanned.",
            Root::Facts {
                anchor: FactAnchor::Scan,
                facts: facts(
                    FactFilter { conflicting: Some(true), ..FactFilter::default() },
                    vec![
                        FactOrder { key: FactKey::Since, descending: true },
                        FactOrder { key: FactKey::Subject, descending: false },
                    ],
                    vec![FactSlot::Id],
                ),
            },
            latest(),
        ),
        (
            "Facts at an end",
            "Starts at the entities that the subject must be.",
            Root::Facts {
                anchor: FactAnchor::Subject(Anchor::Ids(vec!["company:a".into()])),
                facts: facts(FactFilter { subject: end, ..of_makes() }, Vec::new(), vec![FactSlot::Id]),
            },
            latest(),
        ),
        (
            "Facts of a document, between places",
            "The documents cited are a list of ids; places are what both ends are under.",
            Root::Facts {
                anchor: FactAnchor::Documents(vec!["document:a".into()]),
                facts: facts(
                    FactFilter {
                        document: Filter::Ids(vec!["document:a".into()]),
                        places_differ: Some(true),
                        ..of_makes()
                    },
                    Vec::new(),
                    vec![FactSlot::Id],
                ),
            },
            latest(),
        ),
        (
            "Sources",
            "Citations from documents that are seen.",
            of(Slot::Sources(
                3,
                vec![CitationSlot::Document(entity(all)), CitationSlot::Section, CitationSlot::Supports],
            )),
            View::new(None, "2022-08".parse().ok()),
        ),
        (
            "History",
            "The dated values of a property that changes, from lists of one length; their citations stand in lists that say of which value each is.",
            of(Slot::History(
                ontology.property_named("stage").unwrap(),
                vec![DatedSlot::Value, DatedSlot::Since, DatedSlot::Sources(3, vec![CitationSlot::Section])],
            )),
            View::new(None, "2022-08".parse().ok()),
        ),
        (
            "Search",
            "Entities by name keys, the best key of each shown.",
            Root::Search(SearchPage {
                text: "wg".into(),
                kinds: all,
                filter: Filter::Within(vec![region.clone()]),
                page: page.clone(),
                matched: true,
                entity: entity(all),
            }),
            latest(),
        ),
        (
            "Search with slips",
            "A text of four characters or more also finds keys that differ a little, by stored variants of their blocks.",
            Root::Search(SearchPage {
                text: "wgao".into(),
                kinds: all,
                filter: Filter::TRUE,
                page: page.clone(),
                matched: true,
                entity: entity(all),
            }),
            latest(),
        ),
        (
            "Observations",
            "Reported figures: a test must hold for all that the bound leaves open.",
            Root::Observations(observations(
                ObservationFilter::Value(Test::Gte(mdgraph::graph::Value::Int(1))),
                vec![ObservationSlot::Id, ObservationSlot::Value, ObservationSlot::Subjects(entity(all))],
            )),
            latest(),
        ),
        (
            "Observations about an entity",
            "Those of which it is a subject.",
            of(Slot::Observations(observations(ObservationFilter::And(Vec::new()), vec![ObservationSlot::Id]))),
            latest(),
        ),
        (
            "Observation",
            "One by id.",
            Root::Observation {
                id: "observation:a".into(),
                observation: vec![ObservationSlot::Id, ObservationSlot::Indicator(entity(all))],
            },
            latest(),
        ),
    ]
}

#[test]
fn the_page_shows_the_statements() {
    let ontology = Ontology::embedded().unwrap();
    let mut text = HEAD.to_owned();
    for (name, meaning, root, view) in examples(&ontology) {
        let statement = statement(&ontology, &Retired::default(), &root, &view);
        for (parameter, _) in &statement.parameters {
            assert!(statement.text.contains(&format!("${parameter}")), "{name}: ${parameter} is not used");
        }
        let broken = statement
            .text
            .replace(" MATCH ", "\n  MATCH ")
            .replace(" WITH ", "\n  WITH ")
            .replace(" RETURN ", "\n  RETURN ");
        let broken = broken.replace(" UNWIND ", "\n  UNWIND ").replace("STARTS\n  WITH", "STARTS WITH");
        write!(text, "\n## {name}\n\n{meaning}\n\n```cypher\n{broken}\n```\n").unwrap();
        for (parameter, value) in &statement.parameters {
            writeln!(text, "- `${parameter}`: `{value:?}`").unwrap();
        }
    }
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/plan-operators.md");
    if std::env::var("UPDATE").is_ok_and(|value| value == "1") {
        std::fs::write(&page, &text).unwrap();
    }
    let committed = std::fs::read_to_string(&page).unwrap_or_default();
    assert!(
        committed == text,
        "docs/plan-operators.md is not what is rendered: UPDATE=1 cargo test --test plan_operators"
    );
}

#[test]
fn a_kept_statement_is_the_one_that_would_be_rendered() {
    let ontology = Ontology::embedded().unwrap();
    let retired: Retired = [("company:old".into(), "company:new".into())].into();
    let mut asked = examples(&ontology);
    for (_, _, root, view) in examples(&ontology) {
        let other = |text: &str| match root.clone() {
            Root::ByIds { ids, kinds, entity } => {
                let ids = ids.iter().map(|_| format!("company:{text}").into()).collect();
                Some(Root::ByIds { ids, kinds, entity })
            }
            Root::Search(page) => Some(Root::Search(SearchPage { text: text.into(), ..page })),
            _ => None,
        };
        let views = [view, View::new(None, "2022-06".parse().ok())];
        for (text, view) in
            ["old", "b", "", "weigao", "weigaojituan"].into_iter().flat_map(|t| views.iter().map(move |v| (t, v)))
        {
            asked.extend(other(text).map(|root| ("", "", root, view.clone())));
        }
    }
    let kept = Kept::default();
    for (_, _, root, view) in asked.iter().chain(&asked) {
        assert_eq!(kept.statement(&ontology, &retired, root, view), statement(&ontology, &retired, root, view));
    }
}
