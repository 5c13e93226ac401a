//! What must hold of answers whatever is asked of whatever graph, over memory: graphs and requests made up, always the same ones.

#[path = "differential/mod.rs"]
mod made_up;
mod support;

use made_up::generate::{Generator, Samples};
use made_up::naive::Naive;
use made_up::request::{Argument, Field, Literal, Request, Selection};
use made_up::seed::{self, Size};
use mdgraph::ontology::{KindId, Target};
use serde_json::Value as Json;
use support::random::Random;
use support::world::World;

const SIZE: Size = Size { entities: 40, facts: 200, observations: 40, documents: 4 };

/// Calls `check` with generators over several graphs, so many times each.
fn over_graphs(times: usize, mut check: impl FnMut(&World, &mut Generator<'_>)) {
    for (number, ontology) in [(1, Some("odd")), (2, None)] {
        let random = Random::new(number);
        let read = support::world::ontology(ontology).expect("the ontology is right");
        let made = seed::generate(&read, SIZE, &mut random.fork(1));
        let world = World::of(read, made.files()).expect("the seed is right");
        let schema = world.schema().expect("the SDL is right");
        let samples = Samples::of(&world.graph);
        let mut generator = Generator::new(&schema, &samples, random.fork(2));
        for _ in 0..times {
            check(&world, &mut generator);
        }
    }
}

fn answer(world: &World, request: &Request) -> Json {
    let answer = world.memory.answer(&request.document(), request.variables(), None).expect("an answer");
    serde_json::from_str(&answer).expect("JSON")
}

/// What a request was, for a failure's message.
fn shown(request: &Request) -> String {
    format!("{}{}", request.document(), serde_json::to_string(&request.variables()).unwrap_or_default())
}

fn argument(name: &str, ty: &str, value: Literal) -> Argument {
    Argument { name: name.to_owned(), value, ty: ty.to_owned(), variable: false, required: false }
}

fn only(field: Field) -> Request {
    Request { roots: vec![Selection::Field(field)] }
}

/// A page of a root, with ids.
fn page(of: &Field, size: (&str, usize), cursor: Option<(&str, String)>) -> Request {
    let mut field = of.clone();
    field.alias = None;
    field.arguments.retain(|a| !["first", "last", "after", "before"].contains(&a.name.as_str()));
    field.arguments.push(argument(size.0, "Int", Literal::Token(size.1.to_string())));
    field.arguments.extend(cursor.map(|(name, cursor)| argument(name, "String", Literal::Text(cursor))));
    let select = |name: &str, inner: Vec<Field>| Field {
        selections: inner.into_iter().map(Selection::Field).collect(),
        ..Field::leaf(name)
    };
    let node = select("node", vec![Field::leaf("id")]);
    let infos = ["hasNextPage", "hasPreviousPage", "startCursor", "endCursor"].map(Field::leaf).to_vec();
    let fields =
        vec![Field::leaf("totalCount"), select("pageInfo", infos), select("edges", vec![Field::leaf("cursor"), node])];
    field.selections = fields.into_iter().map(Selection::Field).collect();
    only(field)
}

/// The ids of a page, in its order.
fn ids(page: &Json) -> Vec<String> {
    let edges = page["edges"].as_array().cloned().unwrap_or_default();
    edges.iter().map(|e| e["node"]["id"].as_str().unwrap_or("?").to_owned()).collect()
}

/// Walking forward and backward, in pages of several sizes, meets each item of the list once, in its order.
#[test]
fn pages_make_up_the_list() {
    over_graphs(60, |world, generator| {
        let Some(field) = generator.paged_root() else { return };
        let whole = page(&field, ("first", 100), None);
        let whole = answer(world, &whole)["data"][field.name.as_str()].clone();
        if whole.is_null() {
            panic!("{}", shown(&page(&field, ("first", 100), None)));
        }
        let all = ids(&whole);
        // A list that is longer than a page may be cannot be had whole.
        if whole["pageInfo"]["hasNextPage"] == true {
            return;
        }
        assert_eq!(whole["totalCount"], all.len(), "{}", shown(&page(&field, ("first", 100), None)));
        for (size, cut, end, more) in
            [("first", "after", "endCursor", "hasNextPage"), ("last", "before", "startCursor", "hasPreviousPage")]
        {
            let limit = generator.random.between(1, 5);
            let mut walked: Vec<String> = Vec::new();
            let mut cursor = None;
            loop {
                let request = page(&field, (size, limit), cursor);
                let part = answer(world, &request)["data"][field.name.as_str()].clone();
                let met = ids(&part);
                assert!(met.len() <= limit && walked.len() <= all.len(), "{}", shown(&request));
                let missing = all.len() - walked.len();
                walked = if size == "first" { [walked, met].concat() } else { [met, walked].concat() };
                let goes_on = part["pageInfo"][more] == true;
                assert_eq!(goes_on, missing > limit, "{more} of {}", shown(&request));
                assert_eq!(part["totalCount"], all.len(), "{}", shown(&request));
                let Some(next) = part["pageInfo"][end].as_str().filter(|_| goes_on) else { break };
                cursor = Some((cut, next.to_owned()));
            }
            assert_eq!(walked, all, "by {size}: {limit} of {}", shown(&page(&field, (size, limit), None)));
        }
    });
}

/// What passes a filter and what passes its negation are the whole, and nothing is in both.
#[test]
fn a_filter_and_its_negation_part_the_whole() {
    over_graphs(150, |world, generator| {
        let Some(field) = generator.paged_root() else { return };
        let Some(place) = field.argument("where") else { return };
        // Facts are filtered by a table's columns, without logic.
        if field.arguments[place].ty.starts_with("FactWhere") {
            return;
        }
        let list = |filter: Option<Literal>| {
            let mut field = field.clone();
            match filter {
                Some(filter) => field.arguments[place].value = filter,
                None => drop(field.arguments.remove(place)),
            }
            let request = page(&field, ("first", 100), None);
            let mut ids = ids(&answer(world, &request)["data"][field.name.as_str()]);
            ids.sort();
            (ids, request)
        };
        let filter = field.arguments[place].value.clone();
        let (whole, _) = list(None);
        let (passes, request) = list(Some(filter.clone()));
        let (fails, _) = list(Some(Literal::Object(vec![("NOT".to_owned(), filter)])));
        let mut both = [passes, fails].concat();
        both.sort();
        assert_eq!(both, whole, "{}", shown(&request));
    });
}

/// What is known far in the future is what is known now.
#[test]
fn known_in_the_far_future_is_unset() {
    over_graphs(250, |world, generator| {
        // The view is part of cursors and of the key of caches, and of nothing else.
        let mut request = generator.request().without(&["cursor", "startCursor", "endCursor", "asOfKey"]);
        // What is said of the whole graph has no view.
        request
            .roots
            .retain(|root| !matches!(root, Selection::Field(f) if ["ontology", "statistics"].contains(&&*f.name)));
        if request.roots.is_empty() {
            return;
        }
        request.set_root_argument("asOf", None);
        let unset = answer(world, &request);
        let far = Literal::Object(vec![("known".to_owned(), Literal::Text("9000".to_owned()))]);
        request.set_root_argument("asOf", Some(argument("asOf", "AsOf", far)));
        assert_eq!(unset, answer(world, &request), "{}", shown(&request));
    });
}

/// A value in the document and the same value by a variable mean the same.
#[test]
fn variables_are_literals() {
    over_graphs(250, |world, generator| {
        let request = generator.request();
        let by_text = |text: String, variables| world.memory.answer(&text, variables, None).expect("an answer");
        let literal = request.with_variables(false);
        let variable = request.with_variables(true);
        assert_eq!(
            by_text(literal.document(), literal.variables()),
            by_text(variable.document(), variable.variables()),
            "{}",
            shown(&variable)
        );
    });
}

/// A filter finds what a naive reading of the whole graph finds.
#[test]
fn filters_find_what_a_naive_reading_finds() {
    let mut telling = 0;
    over_graphs(400, |world, generator| {
        let Some(mut field) = generator.paged_root() else { return };
        field.arguments.retain(|a| a.name != "asOf");
        let Some(place) = field.argument("where") else { return };
        let ontology = &world.graph.ontology;
        let Some(kind) = ontology.kinds.iter().position(|k| *k.plural == *field.name) else { return };
        let target = Target::Kind(KindId(kind as u16));
        let filter = &field.arguments[place].value;
        let expected = Naive::new(&world.graph).passing(target, filter);
        let request = page(&field, ("first", 100), None);
        let mut found = ids(&answer(world, &request)["data"][field.name.as_str()]);
        found.sort();
        assert_eq!(found, expected, "{}", shown(&request));
        let of_kind = world.graph.nodes.iter().filter(|n| n.kind == KindId(kind as u16)).count();
        telling += usize::from(!found.is_empty() && found.len() < of_kind);
    });
    assert!(telling > 50, "only {telling} of the filters let some pass and some not");
}
