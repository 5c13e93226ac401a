//! Aggregates, and keys of orders by related entities.
//!
//! Groups of a root's list are counted in one pass over it. In the lists of rows there is no aggregating function, for the reason given at
//! [`Renderer::derived_edges`]: each group is counted by a subquery, and there are few. Values and numbers are sent as a list and put
//! together when rows are read, where a sum cannot overflow.

use super::super::cypher::{Clause, Expr, Query, Var, With};
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
    pub n: Var,
    /// What they can be.
    pub kinds: KindSet,
    /// Whether an entity can be bound more than once.
    pub repeats: bool,
    /// Whether it is a root's: nothing is bound outside of it.
    pub is_root: bool,
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
    /// What stands beside a page's items and total: the values of its list's aggregate, if there is one.
    pub(super) fn aggregate(&mut self, listed: Option<Listed>, slots: &[AggregateSlot]) -> Vec<Expr> {
        let values = |listed| Expr::List(slots.iter().map(|slot| self.aggregate_slot(&listed, slot)).collect());
        listed.map(values).into_iter().collect()
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
        let found = Clause::Match(hop.found);
        let (mut group, mut kinds, mut climb) = (m.clone(), hop.kinds, None);
        if let Some(level) = &by.up {
            let (mut up, above) = self.above(&m);
            kinds = self.ontology.above(kinds);
            up.filter.push(self.filter(&above, kinds, level));
            (group, climb) = (above, Some(Clause::Match(up)));
        }
        let to_group: Vec<Clause> = [found.clone()].into_iter().chain(climb.clone()).collect();
        // Up once from each place, neither from each entity at it nor down from all that there is above.
        let places = climb.is_some().then(|| distinct(&m));
        let to_all = [found.clone()].into_iter().chain(places).chain(climb.clone()).chain([distinct(&group)]);
        let whole = Listed::with(&listed.clauses, to_all);
        let count = if by.total { total(&whole) } else { Expr::Null };
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
            let mut counted = With::keeping([group.as_str()]);
            let (members, number) = if listed.is_root {
                let each = climb.map(|climb| self.each_place_climbs(&m, &listed.n, climb)).into_iter().flatten();
                let members = Listed::with(&listed.clauses, [found].into_iter().chain(each));
                (members, Expr::Aggregate("count", listed.n.clone()))
            } else {
                let of_group = to_group.into_iter().chain([distinct(&listed.n)]);
                (whole, total(&Listed::with(&listed.clauses, of_group)))
            };
            counted.items.push((number, entities.clone()));
            let order = vec![(Expr::var(&entities), true), (Expr::prop(&group, at::ID), false)];
            let limit = Some(self.parameter(Value::Int(by.limit.into())));
            let largest = With { order, limit, ..With::keeping([group.as_str(), &entities]) };
            let row = Expr::List(vec![Expr::var(&entities), self.entity(&group, kinds, &by.entity)]);
            let clauses = [Clause::With(counted), Clause::With(largest), Clause::Return(row)];
            Expr::collect(Query(Listed::with(&members, clauses)))
        } else {
            Expr::List(Vec::new())
        };
        Expr::List(vec![count, unassigned, groups])
    }

    /// The clause that climbs from a place, once for all entities that are at it.
    fn each_place_climbs(&mut self, place: &str, n: &str, climb: Clause) -> [Clause; 3] {
        let all = self.fresh("all");
        let mut at_place = With::keeping([place]);
        at_place.items.push((Expr::Aggregate("collect", n.into()), all.clone()));
        [Clause::With(at_place), climb, Clause::Unwind(Expr::var(&all), n.into())]
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
