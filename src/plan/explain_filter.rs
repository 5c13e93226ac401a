//! Filters as text, for [`super::explain`].

use super::explain::{edge_property, hop, kinds, list, statuses, value, values};
use super::ir::{EdgeFilter, FactFilter, Filter, Hop, ObservationFilter, Quantifier, Test};
use crate::graph::Basis;
use crate::ontology::{Ontology, RelId};

/// A filter on one line; what passes everything is `true`.
pub(super) fn filter(of: &Filter, ontology: &Ontology) -> String {
    match of {
        Filter::And(parts) => joined(parts.iter().map(|part| filter(part, ontology)), " and ", "true"),
        Filter::Or(parts) => joined(parts.iter().map(|part| filter(part, ontology)), " or ", "false"),
        Filter::Not(inner) => format!("not ({})", filter(inner, ontology)),
        Filter::Kinds(of) => format!("kind in {}", kinds(*of, ontology)),
        Filter::Ids(ids) => format!("id in [{}]", list(ids)),
        Filter::Within(ids) => format!("within [{}]", list(ids)),
        Filter::Cited(document) => format!("named by document ({})", filter(document, ontology)),
        Filter::Name(of) => test("name", of),
        Filter::Property(id, of) => test(&ontology.property(*id).name, of),
        Filter::Related { hop: over, quantifier, edge, node } => {
            let word = match quantifier {
                Quantifier::Some => "some",
                Quantifier::None => "none",
                Quantifier::Every => "every",
            };
            let relationship = match over {
                Hop::Edge(id, _) => Some(*id),
                Hop::Derived(..) => None,
            };
            let edge = edge_filter(edge, relationship, ontology);
            let edge = if edge == "true" { String::new() } else { format!("[{edge}]") };
            let node = filter(node, ontology);
            let node = if node == "true" { String::new() } else { format!(" ({node})") };
            format!("{word} {}{edge}{node}", hop(*over, ontology))
        }
    }
}

fn joined(parts: impl Iterator<Item = String>, word: &str, nothing: &str) -> String {
    let parts: Vec<String> = parts.collect();
    match parts.as_slice() {
        [] => nothing.to_owned(),
        [one] => one.clone(),
        several => format!("({})", several.join(word)),
    }
}

/// What edges must pass, on one line.
pub(super) fn edge_filter(of: &EdgeFilter, relationship: Option<RelId>, ontology: &Ontology) -> String {
    let status = of.status.map(|set| format!("status {}", statuses(set)));
    let basis = of.basis.as_deref().map(bases);
    let properties =
        of.properties.iter().map(|(position, of)| test(&edge_property(*position, relationship, ontology), of));
    joined(status.into_iter().chain(basis).chain(properties), " and ", "true")
}

fn bases(of: &[Basis]) -> String {
    format!("basis {}", of.iter().map(|basis| basis.name()).collect::<Vec<_>>().join("|"))
}

fn test(what: &str, test: &Test) -> String {
    match test {
        Test::In(of) => format!("{what} in [{}]", values(of)),
        Test::NotIn(of) => format!("{what} not in [{}]", values(of)),
        Test::Contains(text) => format!("{what} contains {text:?}"),
        Test::StartsWith(text) => format!("{what} starts with {text:?}"),
        Test::Gt(than) => format!("{what} > {}", value(than)),
        Test::Gte(than) => format!("{what} >= {}", value(than)),
        Test::Lt(than) => format!("{what} < {}", value(than)),
        Test::Lte(than) => format!("{what} <= {}", value(than)),
        Test::During(date) => format!("{what} during {date}"),
        Test::Before(date) => format!("{what} before {date}"),
        Test::After(date) => format!("{what} after {date}"),
        Test::IsNull(true) => format!("{what} is absent"),
        Test::IsNull(false) => format!("{what} is present"),
    }
}

/// A filter of observations on one line.
pub(super) fn observation_filter(of: &ObservationFilter, ontology: &Ontology) -> String {
    use ObservationFilter as F;
    let all = |parts: &[F], word: &str, nothing: &str| {
        joined(parts.iter().map(|part| observation_filter(part, ontology)), word, nothing)
    };
    match of {
        F::And(parts) => all(parts, " and ", "true"),
        F::Or(parts) => all(parts, " or ", "false"),
        F::Not(inner) => format!("not ({})", observation_filter(inner, ontology)),
        F::Indicator(inner) => format!("indicator ({})", filter(inner, ontology)),
        F::Subject(inner) => format!("subject ({})", filter(inner, ontology)),
        F::Sector(inner) => format!("sector ({})", filter(inner, ontology)),
        F::Place(inner) => format!("place ({})", filter(inner, ontology)),
        F::Document(inner) => format!("document ({})", filter(inner, ontology)),
        F::When(of) => test("when", of),
        F::Value(of) => test("value", of),
        F::Rank(of) => test("rank", of),
        F::Unit(of) => test("unit", of),
        F::Population(of) => test("population", of),
        F::Bound(of) => format!("bound {}", of.iter().map(|bound| bound.name()).collect::<Vec<_>>().join("|")),
        F::Span(of) => format!("span {}", of.iter().map(|span| span.name()).collect::<Vec<_>>().join("|")),
        F::Status(of) => format!("status {}", statuses(*of)),
    }
}

/// A filter of facts on one line, but for relationships and status.
pub(super) fn fact_filter(of: &FactFilter, ontology: &Ontology) -> String {
    let basis = of.basis.as_deref().map(bases);
    let entities = [("document", &of.document), ("subject", &of.subject), ("object", &of.object)];
    let entities = entities.into_iter().filter(|(_, inner)| !inner.is_true());
    let entities = entities.map(|(which, inner)| format!("{which} ({})", filter(inner, ontology)));
    let places = of.places_differ.map(|differ| if differ { "places differ" } else { "places shared" }.to_owned());
    let conflicting = of.conflicting.map(|is| if is { "conflicting" } else { "not conflicting" }.to_owned());
    joined(basis.into_iter().chain(entities).chain(places).chain(conflicting), " and ", "true")
}
