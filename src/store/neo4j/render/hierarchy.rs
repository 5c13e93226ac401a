//! Walks of the hierarchies. What an entity is under, says [`Filter::Within`](crate::plan::ir::Filter::Within).

use super::super::cypher::{Arrow, Clause, Expr, Match, Name, Query, Rel, Var};
use super::super::layout as at;
use super::super::value::Value;
use super::Renderer;
use crate::graph::StatusSet;
use crate::ontology::RelId;
use std::sync::Arc;

impl Renderer<'_> {
    /// The entities of these ids and all that have one of them among their ancestors, which may be met twice.
    pub(super) fn within(&mut self, n: &str, ids: &[Arc<str>]) -> Match {
        let (mut found, above) = self.above(n);
        let is_one = self.is_one_of(&above, ids);
        found.filter.insert(0, is_one);
        found
    }

    /// An entity and all its ancestors: the pattern, and the variable of what is above. What two ways lead to is met twice. A pattern
    /// meets no relationship twice, so that circles end.
    pub(super) fn above(&mut self, n: &str) -> (Match, Var) {
        let hierarchies = self.ontology.hierarchies();
        let inherited = hierarchies.inherited.map(|(relationship, _)| relationship);
        let types = self.types(inherited.into_iter().chain(hierarchies.plain.iter().copied()));
        if types.is_empty() {
            return (Match::node(n, Vec::new()), n.into());
        }
        let (above, path, r) = (self.fresh("n"), self.fresh("path"), self.fresh("r"));
        let holds = self.holds(&r);
        let rel = Rel { repeated: true, ..Rel::new(&path, types, Arrow::Right) };
        let all_hold = Expr::Quantified("all", r, Box::new(Expr::var(&path)), Box::new(Expr::And(holds)));
        let mut found = Match::node(n, Vec::new()).step(rel, &above, vec![at::ENTITY.into()]).filtered([all_hold]);
        if let Some((relationship, over)) = hierarchies.inherited {
            found.filter.push(self.has_none_of_its_own(&path, relationship, over));
            let others: Vec<RelId> = hierarchies.plain.into_iter().filter(|id| *id != over).collect();
            if !others.is_empty() {
                found.filter.push(self.inherits_over_no_other(&path, relationship, &others));
            }
        }
        (found, above)
    }

    /// That a fact is current and held.
    fn holds(&mut self, r: &str) -> Vec<Expr> {
        let mut holds = self.current(r);
        holds.extend(self.of_status(Expr::prop(r, at::STATUS), StatusSet::HELD));
        holds
    }

    /// That nothing on a path inherits a relationship over another and has it of its own.
    fn has_none_of_its_own(&mut self, path: &str, relationship: RelId, over: RelId) -> Expr {
        let (i, heir, r) = (self.fresh("i"), self.fresh("n"), self.fresh("r"));
        let inherits = self.goes_on_over(path, &i, &[over], relationship);
        let start = Expr::Call("startNode", vec![Expr::var(path).at(Expr::var(&i))]);
        let heirs = Expr::Comprehension(i, Box::new(steps(path)), Box::new(inherits), Box::new(start));
        let holds = self.holds(&r);
        let own = Match::node(&heir, Vec::new())
            .step(Rel::new(&r, self.types([relationship]), Arrow::Right), "", Vec::new())
            .filtered(holds);
        let has_own = Expr::exists(Query(vec![Clause::Match(own)]));
        Expr::Quantified("none", heir, Box::new(heirs), Box::new(has_own))
    }

    /// That nothing on a path inherits a relationship over these.
    fn inherits_over_no_other(&mut self, path: &str, relationship: RelId, others: &[RelId]) -> Expr {
        let i = self.fresh("i");
        let inherits = self.goes_on_over(path, &i, others, relationship);
        Expr::Quantified("none", i, Box::new(steps(path)), Box::new(inherits))
    }

    /// That a step of a path is over one of some relationships, and a later one over another.
    fn goes_on_over(&mut self, path: &str, i: &str, step: &[RelId], later: RelId) -> Expr {
        let of = |position: &str| Expr::Call("type", vec![Expr::var(path).at(Expr::var(position))]);
        let names = |types: Vec<Name>| Value::texts(types.iter().map(Name::as_str));
        let step = of(i).infix("IN", self.parameter(names(self.types(step.iter().copied()))));
        let j = self.fresh("j");
        let is_later = of(&j).infix("IN", self.parameter(names(self.types([later]))));
        let after = range(Expr::var(i).infix("+", Expr::Int(1)), path, 1);
        Expr::And(vec![step, Expr::Quantified("any", j, Box::new(after), Box::new(is_later))])
    }
}

/// Positions of the steps of a path, but for the last.
fn steps(path: &str) -> Expr {
    range(Expr::Int(0), path, 2)
}

/// Positions from one to the path's length less so many.
fn range(from: Expr, path: &str, less: i64) -> Expr {
    let length = Expr::Call("size", vec![Expr::var(path)]);
    Expr::Call("range", vec![from, length.infix("-", Expr::Int(less))])
}
