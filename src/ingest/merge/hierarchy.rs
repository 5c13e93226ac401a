//! Hierarchies have no circles: nothing is under itself.

use super::facts::Settled;
use crate::graph::{Fact, Node, NodeIx, StatusSet};
use crate::ingest::problem::{Place, Problems};
use crate::ontology::Ontology;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Seen {
    No,
    OnPath,
    Done,
}

/// Whether `within` follows a fact.
pub(in crate::ingest) fn is_followed(ontology: &Ontology, fact: &Fact) -> bool {
    let holds = fact.superseded_by.is_none() && StatusSet::HELD.contains(fact.status);
    holds && ontology.relationship(fact.relationship).hierarchy
}

/// Reports each circle once, with all that is in it. Looks at what `within` follows: facts that hold, over all hierarchies.
pub(in crate::ingest) fn check(ontology: &Ontology, nodes: &[Node], facts: &[Settled], problems: &mut Problems) {
    let followed = facts.iter().filter(|Settled { fact, .. }| is_followed(ontology, fact));
    let links: Vec<Link> = followed.map(|Settled { fact, at }| (fact.subject, fact.object, *at)).collect();
    circles(nodes.len(), &links, |at| &*nodes[at].id, problems);
}

/// From which entity to which, and where it is stated.
pub(in crate::ingest) type Link = (NodeIx, NodeIx, Place);

/// Reports each circle of links among so many entities.
pub(in crate::ingest) fn circles<'i>(
    entities: usize,
    links: &[Link],
    id: impl Fn(usize) -> &'i str,
    problems: &mut Problems,
) {
    let mut up: Vec<Vec<(u32, usize)>> = vec![Vec::new(); entities];
    for (i, (subject, object, _)) in links.iter().enumerate() {
        if let Some(parents) = up.get_mut(subject.0 as usize) {
            parents.push((object.0, i));
        }
    }
    let mut seen = vec![Seen::No; entities];
    for start in 0..entities {
        if seen[start] != Seen::No {
            continue;
        }
        // Entity, how many of its parents were followed, the fact that led to it.
        let mut path: Vec<(usize, usize, Option<usize>)> = vec![(start, 0, None)];
        seen[start] = Seen::OnPath;
        while let Some((current, followed, _)) = path.last_mut() {
            let Some((parent, fact)) = up[*current].get(*followed).copied() else {
                seen[*current] = Seen::Done;
                path.pop();
                continue;
            };
            *followed += 1;
            let parent = parent as usize;
            match seen[parent] {
                Seen::Done => {}
                Seen::No => {
                    seen[parent] = Seen::OnPath;
                    path.push((parent, 0, Some(fact)));
                }
                Seen::OnPath => {
                    let from = path.iter().position(|(entity, ..)| *entity == parent).unwrap_or(0);
                    let circle = path[from..].iter().map(|(entity, ..)| id(*entity));
                    let circle: Vec<&str> = circle.chain([id(parent)]).collect();
                    let inside = path[from..].iter().skip(1).filter_map(|(.., fact)| *fact).chain([fact]);
                    let Some(last) = inside.map(|link| links[link].2).max() else { continue };
                    problems.error(
                        last,
                        format!(
                            "these stand under one another in a circle: {}; take one of the facts away",
                            circle.join(" → ")
                        ),
                    );
                }
            }
        }
    }
}
