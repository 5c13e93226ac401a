//! Statements of all documents to one graph. What merging means: `docs/decisions/0001-fact-model.md`.
//!
//! Statements are taken in the order in which they became known: by the document's day, then by its id, then as they stand in
//! it. So the result does not depend on the names or the order of files.

mod entities;
mod facts;
mod hierarchy;
mod observations;
mod settle;

pub(crate) use entities::fill_defaults;
pub(super) use entities::{required, unique};
pub(super) use facts::Settled;
pub(crate) use facts::id as fact_id;
pub(super) use hierarchy::{Link, check as hierarchy, circles, is_followed};
pub(super) use observations::{Wanted, normalize, parts_of_themselves, units};

use super::problem::{Place, Problems};
use super::statement::{Cited, Mention, Retired, Source, Statements};
use crate::graph::{Citation, Day, Graph, NodeIx};
use crate::ontology::Ontology;
use crate::ontology::spelling::nearest;
use std::collections::HashMap;
use std::sync::Arc;

/// Merges statements. `complete`: no file failed to parse, so an id that nothing declares is a problem. The result is only of
/// use when no problem is an error.
pub(super) fn merge(
    ontology: &Arc<Ontology>,
    mut statements: Statements,
    complete: bool,
    problems: &mut Problems,
) -> Graph {
    let order = Order::of(&statements.sources, problems);
    statements.entities.sort_by_key(|statement| order.rank(&statement.cited));
    statements.facts.sort_by_key(|statement| order.rank(&statement.cited));
    statements.observations.sort_by_key(|statement| order.rank(&statement.cited));
    let mut ids = Ids::of(&statements, complete, problems);
    let mut entities = entities::merge(ontology, &statements.entities, &order, &ids, problems);
    let settled = facts::merge(ontology, &statements.facts, &order, &mut ids, &mut entities, problems);
    let observations = observations::merge(ontology, &statements, &order, &mut ids, &mut entities, problems);
    let nodes = entities::finish(ontology, entities, &order, &ids);
    hierarchy::check(ontology, &nodes, &settled, problems);
    let facts = settled.into_iter().map(|settled| settled.fact).collect();
    let retired = ids.resolve_retired(&statements.retired, problems);
    Graph::new(ontology.clone(), nodes, facts, observations, retired)
}

/// Retired ids of a graph whose entities have these places.
pub(super) fn retired(
    by_id: HashMap<Arc<str>, NodeIx>,
    statements: &[Retired],
    problems: &mut Problems,
) -> HashMap<Arc<str>, NodeIx> {
    Ids::with(by_id, statements, true, problems).resolve_retired(statements, problems)
}

/// A citation before entities have their places in the graph: the rank of its document among [`Order::ids`].
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct DraftCitation {
    pub rank: u32,
    pub section: Arc<str>,
    pub supports: Vec<Arc<str>>,
}

/// Documents in the order in which they became known.
pub(super) struct Order {
    /// By source: the rank of its document.
    ranks: Vec<u32>,
    /// By rank: id and known day.
    documents: Vec<(Arc<str>, Day)>,
}

impl Order {
    fn of(sources: &[Source], problems: &mut Problems) -> Order {
        let mut first: HashMap<&str, &Source> = HashMap::new();
        for source in sources {
            if let Some(earlier) = first.insert(&source.id, source)
                && !(earlier.reference && source.reference)
                && !source.id.is_empty()
            {
                let other = problems.name(earlier.at);
                problems.error(
                    source.at,
                    format!("\"{}\" is restated in {other} already; one file a document, merge the two", source.id),
                );
            }
        }
        let mut documents: Vec<(Arc<str>, Day)> = first.values().map(|s| (s.id.clone(), s.known)).collect();
        documents.sort_by(|a, b| (a.1, &a.0).cmp(&(b.1, &b.0)));
        let by_id: HashMap<&str, u32> =
            documents.iter().enumerate().map(|(rank, (id, _))| (&**id, rank as u32)).collect();
        let ranks = sources.iter().map(|source| by_id.get(&*source.id).copied().unwrap_or(0)).collect();
        Order { ranks, documents }
    }

    fn rank(&self, cited: &Cited) -> u32 {
        self.ranks.get(cited.source as usize).copied().unwrap_or(0)
    }

    /// First day on which what is cited was known.
    fn known(&self, cited: &Cited) -> Day {
        self.documents.get(self.rank(cited) as usize).map_or(0, |(_, known)| *known)
    }

    fn citation(&self, cited: &Cited, supports: Vec<Arc<str>>) -> DraftCitation {
        DraftCitation { rank: self.rank(cited), section: cited.section.clone(), supports }
    }

    /// Citations of one statement: one a document and section, ascending, with all that they support there. A citation that
    /// supports the statement as such (nothing in particular) says so only where nothing else does.
    fn citations(&self, drafts: Vec<DraftCitation>, ids: &Ids) -> Vec<Citation> {
        let document = |rank: u32| {
            let id = self.documents.get(rank as usize).map(|(id, _)| id);
            id.and_then(|id| ids.by_id.get(id)).copied().unwrap_or(NodeIx(0))
        };
        let mut citations: Vec<Citation> = drafts
            .into_iter()
            .map(|d| Citation { document: document(d.rank), section: d.section, supports: d.supports })
            .collect();
        citations.sort();
        let mut merged: Vec<Citation> = Vec::with_capacity(citations.len());
        for citation in citations {
            match merged.last_mut() {
                Some(last) if last.document == citation.document && last.section == citation.section => {
                    last.supports.extend(citation.supports);
                    last.supports.sort();
                    last.supports.dedup();
                }
                _ => merged.push(citation),
            }
        }
        merged
    }
}

/// Ids of entities and their places in the graph.
pub(super) struct Ids {
    by_id: HashMap<Arc<str>, NodeIx>,
    retired: HashMap<Arc<str>, Arc<str>>,
    complete: bool,
    /// How many spellings may still be suggested: each looks at every id.
    suggestions: usize,
}

impl Ids {
    fn of(statements: &Statements, complete: bool, problems: &mut Problems) -> Ids {
        let mut ids: Vec<&Arc<str>> = statements.entities.iter().map(|statement| &statement.id).collect();
        ids.sort();
        ids.dedup();
        let by_id = ids.into_iter().enumerate().map(|(i, id)| (id.clone(), NodeIx(i as u32))).collect();
        Ids::with(by_id, &statements.retired, complete, problems)
    }

    fn with(by_id: HashMap<Arc<str>, NodeIx>, statements: &[Retired], complete: bool, problems: &mut Problems) -> Ids {
        let mut retired: HashMap<Arc<str>, Arc<str>> = HashMap::new();
        for Retired { id, by, at } in statements {
            if by_id.contains_key(id) {
                problems.error(*at, format!("\"{id}\" is retired and yet in use; rename its blocks to \"{}\"", by.id));
            } else if retired.insert(id.clone(), by.id.clone()).is_some_and(|other| other != by.id) {
                problems.error(*at, format!("\"{id}\" is retired twice, to different ids; keep one"));
            }
        }
        Ids { by_id, retired, complete, suggestions: 50 }
    }

    /// The entity of a mention; a problem when nothing declares it.
    fn look_up(&mut self, mention: &Mention, problems: &mut Problems) -> Option<NodeIx> {
        if let Some(ix) = self.by_id.get(&mention.id) {
            return Some(*ix);
        }
        if let Some(by) = self.retired.get(&mention.id) {
            problems.error(mention.at, format!("\"{}\" is retired; write \"{by}\"", mention.id));
        } else if self.complete {
            let (kind, slug) = mention.id.split_once(':').unwrap_or(("", &mention.id));
            let near = match self.suggestions.checked_sub(1) {
                Some(left) => {
                    self.suggestions = left;
                    let mut slugs: Vec<&str> =
                        self.by_id.keys().filter_map(|id| id.strip_prefix(kind)?.strip_prefix(':')).collect();
                    slugs.sort_unstable();
                    nearest(slug, slugs).map_or(String::new(), |near| format!("did you mean `{kind}:{near}`? "))
                }
                None => String::new(),
            };
            problems.error(
                mention.at,
                format!(
                    "nothing declares \"{}\"; {near}add {kind} \"{slug}\" {{ zh \"…\" }} in the section that names it",
                    mention.id
                ),
            );
        }
        None
    }

    /// As [`Ids::look_up`], and of one of these kinds.
    fn look_up_kind(
        &mut self,
        mention: &Mention,
        ontology: &Ontology,
        (name, kinds): (&str, crate::ontology::KindSet),
        problems: &mut Problems,
    ) -> Option<NodeIx> {
        let kind = mention.id.split_once(':').and_then(|(prefix, _)| ontology.kind_of_prefix(prefix));
        if kind.is_some_and(|kind| kinds.contains(kind)) {
            return self.look_up(mention, problems);
        }
        problems.error(mention.at, format!("\"{}\" is no {name}; name one", mention.id));
        None
    }

    fn resolve_retired(self, statements: &[Retired], problems: &mut Problems) -> HashMap<Arc<str>, NodeIx> {
        let mut resolved = HashMap::new();
        for Retired { id, at, .. } in statements {
            // As many steps as there are ids: beyond, they go in a circle.
            let mut current = id;
            for _ in 0..=self.retired.len() {
                match self.retired.get(current) {
                    Some(next) => current = next,
                    None => break,
                }
            }
            match self.by_id.get(current) {
                Some(ix) => {
                    resolved.insert(id.clone(), *ix);
                }
                None if self.retired.contains_key(current) => {
                    problems
                        .error(*at, format!("\"{id}\" is retired in a circle; let the last one point to an id in use"));
                }
                None if self.complete => {
                    problems.error(
                        *at,
                        format!("nothing declares \"{current}\", which takes the place of \"{id}\"; name an id in use"),
                    );
                }
                None => {}
            }
        }
        resolved
    }
}

/// `file:line` beside a message's own place.
fn elsewhere(problems: &Problems, at: Place) -> String {
    problems.name(at)
}
