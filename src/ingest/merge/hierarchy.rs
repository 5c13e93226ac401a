//! Hierarchies have no circles: nothing is under itself.

use super::facts::Settled;
use crate::graph::{Node, StatusSet};
use crate::ingest::problem::Problems;
use crate::ontology::Ontology;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Seen {
    No,
    OnPath,
    Done,
}

/// Reports each circle once, with all that is in it. Looks at what `within` follows: facts that hold, over all hierarchies.
pub(in crate::ingest) fn check(ontology: &Ontology, nodes: &[Node], facts: &[Settled], problems: &mut Problems) {
    let mut up: Vec<Vec<(u32, usize)>> = vec![Vec::new(); nodes.len()];
    for (i, Settled { fact, .. }) in facts.iter().enumerate() {
        let holds = fact.superseded_by.is_none() && StatusSet::HELD.contains(fact.status);
        if holds
            && ontology.relationship(fact.relationship).hierarchy
            && let Some(parents) = up.get_mut(fact.subject.0 as usize)
        {
            parents.push((fact.object.0, i));
        }
    }
    let mut seen = vec![Seen::No; nodes.len()];
    for start in 0..nodes.len() {
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
                    let circle = path[from..].iter().map(|(entity, ..)| &*nodes[*entity].id);
                    let circle: Vec<&str> = circle.chain([&*nodes[parent].id]).collect();
                    let inside = path[from..].iter().skip(1).filter_map(|(.., fact)| *fact).chain([fact]);
                    let Some(last) = inside.map(|fact| facts[fact].at).max() else { continue };
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
