//! What is taken of entities, facts and observations: every slot that there is.

use mdgraph::graph::StatusSet;
use mdgraph::ontology::{Direction, KindId, KindSet, Link, Ontology, PropId, Property, Target, ValueType};
use mdgraph::plan::ir::*;

/// A first page with a total.
pub fn page(limit: u32) -> PageArgs {
    PageArgs { total: true, ..PageArgs::first(limit) }
}

/// Id and name.
pub fn names(kinds: KindSet) -> EntityProjection {
    EntityProjection { shapes: vec![(kinds, vec![Slot::Id, Slot::Name(Lang::Zh)])] }
}

/// Every slot of an entity of a kind.
pub fn everything(ontology: &Ontology, kind: KindId) -> Vec<Slot> {
    let all = ontology.all_kinds();
    let mut slots = vec![
        Slot::Id,
        Slot::Name(Lang::En),
        Slot::Names(NamePart::ALL.to_vec()),
        Slot::Disambiguation(Lang::Zh),
        Slot::Description(Lang::En),
        Slot::Degree,
        Slot::Sources(3, citation(ontology)),
    ];
    slots.extend(ontology.kind(kind).properties.iter().map(|property| Slot::Property(*property)));
    let dated = |id: &&PropId| ontology.property(**id).history;
    slots.extend(ontology.kind(kind).properties.iter().filter(dated).map(|property| {
        let row = vec![DatedSlot::Value, DatedSlot::Since, DatedSlot::Until, DatedSlot::Sources(2, citation(ontology))];
        Slot::History(*property, row)
    }));
    for (number, (_, link)) in ontology.links_of(Target::Kind(kind)).into_iter().enumerate() {
        let hop = match link {
            Link::Relationship(id, direction) => Hop::Edge(id, direction),
            Link::Derived(id, direction) => Hop::Derived(id, direction),
        };
        let row = vec![
            EdgeSlot::Node(names(all)),
            EdgeSlot::Fact(fact(ontology)),
            EdgeSlot::Property(0),
            EdgeSlot::Relationship,
            EdgeSlot::Direction,
            EdgeSlot::Status,
            EdgeSlot::Facts(vec![FactSlot::Id]),
        ];
        slots.push(match number % 3 {
            0 => {
                let order = vec![EntityOrder { key: EntityKey::Degree, descending: true }];
                let edge = EdgeFilter { status: Some(StatusSet::HELD), ..EdgeFilter::default() };
                // Of one hop a kind: each costs several subqueries, whose planning is what takes time.
                let aggregate = if number == 0 { aggregate(ontology, hop) } else { Vec::new() };
                let node = Filter::TRUE;
                Slot::Edges(EdgesPage { hop, edge, node, order, page: page(2), row, aggregate })
            }
            1 => {
                let node = Filter::Name(Test::Contains("威".into()));
                let (edge, order, aggregate) = (EdgeFilter::default(), Vec::new(), Vec::new());
                Slot::Edges(EdgesPage { hop, edge, node, order, page: page(3), row, aggregate })
            }
            _ => Slot::One(hop, names(all)),
        });
    }
    let row = vec![
        EdgeSlot::Node(names(all)),
        EdgeSlot::Relationship,
        EdgeSlot::Direction,
        EdgeSlot::Fact(vec![FactSlot::Id]),
    ];
    for direction in [None, Some(Direction::Out), Some(Direction::In)] {
        slots.push(Slot::Related(RelatedPage {
            relationships: None,
            kinds: all,
            direction,
            status: StatusSet::ALL,
            page: page(5),
            groups: true,
            row: row.clone(),
        }));
    }
    let filter = FactFilter::default();
    slots.push(Slot::Facts(FactsPage { filter, order: Vec::new(), page: page(5), row: fact(ontology) }));
    let filter = ObservationFilter::And(Vec::new());
    slots.push(Slot::Observations(ObservationsPage {
        filter,
        order: Vec::new(),
        page: page(2),
        row: observation(ontology),
    }));
    slots
}

/// Every slot of a citation.
pub fn citation(ontology: &Ontology) -> CitationProjection {
    vec![CitationSlot::Document(names(ontology.all_kinds())), CitationSlot::Section, CitationSlot::Supports]
}

/// Every slot of a fact.
pub fn fact(ontology: &Ontology) -> FactProjection {
    let names = || names(ontology.all_kinds());
    vec![
        FactSlot::Id,
        FactSlot::Relationship,
        FactSlot::Status,
        FactSlot::Basis,
        FactSlot::Since,
        FactSlot::Until,
        FactSlot::Note,
        FactSlot::Doubt,
        FactSlot::Properties,
        FactSlot::KnownFrom,
        FactSlot::KnownTo,
        FactSlot::Subject(names()),
        FactSlot::Object(names()),
        FactSlot::SupersededBy(vec![FactSlot::Id, FactSlot::Status, FactSlot::Subject(names())]),
        FactSlot::Sources(2, citation(ontology)),
    ]
}

/// Every slot of an observation.
pub fn observation(ontology: &Ontology) -> ObservationProjection {
    let names = || names(ontology.all_kinds());
    vec![
        ObservationSlot::Id,
        ObservationSlot::Indicator(names()),
        ObservationSlot::Subjects(names()),
        ObservationSlot::When,
        ObservationSlot::Span,
        ObservationSlot::Value,
        ObservationSlot::Unit,
        ObservationSlot::Normalized,
        ObservationSlot::Bound,
        ObservationSlot::Rank(names()),
        ObservationSlot::Status,
        ObservationSlot::Scope { sector: names(), place: names() },
        ObservationSlot::BreakdownOf(vec![ObservationSlot::Id]),
        ObservationSlot::Note,
        ObservationSlot::Doubt,
        ObservationSlot::Sources(2, citation(ontology)),
    ]
}

/// What is said of the neighbours over a hop.
fn aggregate(ontology: &Ontology, hop: Hop) -> AggregateProjection {
    let number = |property: &Property| matches!(property.ty, ValueType::Int | ValueType::Decimal);
    let numbers = (0..).map(PropId).zip(&ontology.properties).filter(|(_, property)| number(property));
    let mut slots = vec![AggregateSlot::Count, AggregateSlot::Values(GroupKey::Kind, 3)];
    // One is enough: each is a subquery, and planning them is what takes time.
    slots.extend(numbers.take(1).map(|(id, _)| AggregateSlot::Figures(id)));
    if let Hop::Edge(relationship, direction) = hop {
        slots.push(AggregateSlot::By(GroupBy {
            relationship,
            direction: direction.opposite(),
            status: StatusSet::ALL,
            up: None,
            total: true,
            unassigned: true,
            limit: 2,
            sized: true,
            entity: names(ontology.all_kinds()),
        }));
    }
    slots
}
