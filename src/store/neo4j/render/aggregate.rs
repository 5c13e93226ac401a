//! Aggregates, and keys of orders by related entities.
//!
//! No aggregating function, for the reason given at [`Renderer::derived_edges`]: groups of entities are counted by a subquery each, which
//! starts at the group; values and numbers are sent as a list and put together when rows are read, where a sum cannot overflow.

use super::super::cypher::{Clause, Expr, Query, With};
use super::super::layout as at;
use super::super::value::Value;
use super::Renderer;
use super::page::{Key, total};
use crate::ontology::KindSet;
use crate::plan::ir::{AggregateSlot, GroupBy, GroupKey, Hop, RelatedKey};

/// What an aggregate is over.
pub(super) struct Listed {
    /// They bind the entities; the last one takes conditions.
    pub clauses: Vec<Clause>,
    /// The entities' variable.
    pub n: String,
    /// What they can be.
    pub kinds: KindSet,
    /// Whether an entity can be bound more than once.
    pub repeats: bool,
    /// The same entities as `clauses` gives, bound without an order of their own, so that those of one group are found from the group.
    pub of_group: Vec<Clause>,
}

impl Listed {
    /// The clauses with further ones.
    fn with(clauses: &[Clause], more: impl IntoIterator<Item = Clause>) -> Vec<Clause> {
        clauses.iter().cloned().chain(more).collect()
    }
    /// Each entity once.
    fn once(&self) -> Vec<Clause> {
        Listed::with(&self.clauses, self.repeats.then(|| distinct(&self.n)))
    }
}

/// Every value of a variable once.
fn distinct(variable: &str) -> Clause {
    Clause::With(With { distinct: true, ..With::keeping([variable]) })
}

impl Renderer<'_> {
    /// A page, `[items, total]`, with the values of its list's aggregate behind.
    pub(super) fn with_aggregate(&mut self, page: Expr, listed: Option<Listed>, slots: &[AggregateSlot]) -> Expr {
        match (page, listed) {
            (Expr::List(mut parts), Some(listed)) => {
                let values = slots.iter().map(|slot| self.aggregate_slot(&listed, slot)).collect();
                parts.extend([Expr::Null, Expr::List(values)]);
                Expr::List(parts)
            }
            (page, _) => page,
        }
    }

    fn aggregate_slot(&mut self, listed: &Listed, slot: &AggregateSlot) -> Expr {
        let values =
            |clauses: Vec<Clause>, value: Expr| Expr::collect(Query(Listed::with(&clauses, [Clause::Return(value)])));
        match slot {
            AggregateSlot::Count => total(&listed.once()),
            AggregateSlot::By(by) => self.groups_by(listed, by),
            AggregateSlot::Values(GroupKey::Kind, _) => values(listed.once(), Expr::prop(&listed.n, at::KIND)),
            AggregateSlot::Values(GroupKey::Property(id), _) => {
                let value = self.property(&listed.n, *id);
                values(listed.once(), value)
            }
            AggregateSlot::Figures(id) => {
                let value = self.property(&listed.n, *id);
                let mut clauses = listed.once();
                if let Some(last) = clauses.last_mut() {
                    last.and(value.clone().is_not_null());
                }
                values(clauses, value)
            }
        }
    }

    /// `[total, unassigned, groups]`
    fn groups_by(&mut self, listed: &Listed, by: &GroupBy) -> Expr {
        let m = self.fresh("n");
        let mut hop = self.hop_from(&listed.n, Hop::Edge(by.relationship, by.direction), &m, listed.kinds);
        for r in &hop.relationships {
            hop.found.filter.extend(self.of_status(Expr::prop(r, at::STATUS), by.status));
        }
        let mut to_group = vec![Clause::Match(hop.found)];
        let mut group = m.clone();
        let mut kinds = hop.kinds;
        if let Some(level) = &by.up {
            let (mut climb, above) = self.above(&m);
            kinds = self.ontology.above(kinds);
            climb.filter.push(self.filter(&above, kinds, level));
            to_group.push(Clause::Match(climb));
            group = above;
        }
        let whole = Listed::with(&listed.clauses, to_group.clone());
        let count = if by.total { total(&Listed::with(&whole, [distinct(&group)])) } else { Expr::Null };
        let unassigned = if by.unassigned {
            let mut without = listed.clauses.clone();
            if let Some(last) = without.last_mut() {
                last.and(Expr::exists(Query(to_group.clone())).negated());
            }
            without.extend(listed.repeats.then(|| distinct(&listed.n)));
            total(&without)
        } else {
            Expr::Null
        };
        let groups = if by.limit > 0 {
            let entities = self.fresh("count");
            let members = Listed::with(&listed.of_group, to_group.into_iter().chain([distinct(&listed.n)]));
            let mut counted = With::keeping([group.as_str()]);
            counted.items.push((total(&members), entities.clone()));
            let order = vec![(Expr::var(&entities), true), (Expr::prop(&group, at::ID), false)];
            let limit = Some(self.parameter(Value::Int(by.limit.into())));
            let largest = With { order, limit, ..With::keeping([group.as_str(), &entities]) };
            let row = Expr::List(vec![Expr::var(&entities), self.entity(&group, kinds, &by.entity)]);
            let clauses = [distinct(&group), Clause::With(counted), Clause::With(largest), Clause::Return(row)];
            Expr::collect(Query(Listed::with(&whole, clauses)))
        } else {
            Expr::List(Vec::new())
        };
        Expr::List(vec![count, unassigned, groups])
    }

    /// A key of an order by the edges of a hop.
    pub(super) fn related_key(&mut self, n: &str, hop: Hop, key: RelatedKey, descending: bool) -> Key {
        let m = self.fresh("n");
        let found = Clause::Match(self.hop(n, hop, &m).found);
        match (key, hop) {
            (RelatedKey::Count, Hop::Edge(..)) => Key::sure(total(&[found]), descending),
            (RelatedKey::Count, Hop::Derived(..)) => Key::sure(total(&[found, distinct(&m)]), descending),
            (RelatedKey::Name, _) => {
                let name = || Expr::prop(&m, at::SORT);
                let order = vec![(name(), descending)];
                let first = With { order, limit: Some(Expr::Int(1)), ..With::keeping([m.as_str()]) };
                let names = Expr::collect(Query(vec![found, Clause::With(first), Clause::Return(name())]));
                Key { expr: Expr::Call("head", vec![names]), descending, nullable: true }
            }
        }
    }
}
