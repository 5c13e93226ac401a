//! A plan prints itself.

use crate::ask::*;
use crate::toy::{ontology, rel};
use mdgraph::graph::{Status, Value};
use mdgraph::ontology::{DerivedId, Direction};
use mdgraph::plan::explain::explain;
use mdgraph::plan::ir::*;

#[test]
fn a_plan_prints_itself() {
    let documents = vec![CitationSlot::Section, CitationSlot::Document(ids_only())];
    let row = vec![
        EdgeSlot::Property(0),
        EdgeSlot::Fact(vec![FactSlot::Status, FactSlot::KnownFrom, FactSlot::Sources(5, documents)]),
        EdgeSlot::Node(row(vec![Slot::Name(Lang::En)])),
    ];
    let edge = EdgeFilter {
        status: Some([Status::Planned, Status::Actual].into_iter().collect()),
        basis: None,
        properties: vec![(0, Test::StartsWith("R".into()))],
    };
    let node = has("deviceClass", Test::NotIn(vec!["I".into()]));
    let makes = EdgesPage { row, edge, node, ..edges(out("MAKES"), with_total(first(20))) };
    let manufacturers = Hop::Derived(DerivedId(0), Direction::In);
    let mut root = entities(
        &["Company", "Hospital"],
        Filter::And(vec![
            related(manufacturers, Quantifier::None, Filter::TRUE),
            Filter::Or(vec![Filter::Name(Test::Contains("威".into())), has("size", Test::Gte(Value::Int(3)))]),
        ]),
        vec![by(EntityKey::Degree, true)],
        PageArgs { after: Some(vec![SortValue::Int(3), SortValue::Str("company:a".into())]), ..first(20) },
    );
    let Root::Entities(page) = &mut root else { unreachable!() };
    page.anchor = Anchor::Via {
        hop: out("LOCATED_IN"),
        kinds: kinds(&["Region"]),
        inner: Box::new(Anchor::Within(ids(&["region:r"]))),
    };
    page.entity = EntityProjection {
        shapes: vec![
            (kinds(&["Company"]), vec![Slot::Id, Slot::Edges(makes)]),
            (
                kinds(&["Hospital"]),
                vec![Slot::Related(RelatedPage { relationships: Some(vec![rel("SAME_AS")]), ..all_related(first(3)) })],
            ),
        ],
    };
    let printed = explain(&root, &view(Some("2022"), None), &ontology());
    assert_eq!(printed, include_str!("explained.txt"), "{printed}");
}
