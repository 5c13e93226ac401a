//! What an anchor leaves to be tested.

use super::super::ir::{Anchor, EdgeFilter, Filter, Hop, Quantifier, Test};
use super::conjuncts;

/// The parts of a filter that do not hold of every entity of an anchor by how these were found. Of the latest view alone: an earlier one
/// may not have seen a property's value yet by which an index finds its entity.
pub fn left(filter: &Filter, anchor: &Anchor) -> Filter {
    let mut parts = Vec::new();
    conjuncts(filter, &mut parts);
    let mut left: Vec<Filter> = parts.into_iter().filter(|part| !says(anchor, part)).cloned().collect();
    match left.pop() {
        Some(only) if left.is_empty() => only,
        last => Filter::And(left.into_iter().chain(last).collect()),
    }
}

/// Whether each entity of the anchor passes. Names are found by keys of which some are no names, so such an anchor says nothing.
fn says(anchor: &Anchor, part: &Filter) -> bool {
    match (anchor, part) {
        (Anchor::Ids(of), Filter::Ids(ids)) | (Anchor::Within(of), Filter::Within(ids)) => of == ids,
        (Anchor::Property(of, values), Filter::Property(property, Test::In(wanted))) => {
            of == property && values == wanted
        }
        (
            Anchor::Via { hop: over @ Hop::Edge(..), inner, .. },
            Filter::Related { hop, quantifier: Quantifier::Some, edge, node },
        ) => over == hop && *edge == EdgeFilter::default() && left(node, inner).is_true(),
        _ => false,
    }
}
