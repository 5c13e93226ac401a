//! What is taken of an entity.

use super::super::cypher::{Clause, Expr, Name, Query, With};
use super::super::layout as at;
use super::Renderer;
use crate::ontology::KindSet;
use crate::plan::ir::{EntityProjection, Lang, Slot};

impl Renderer<'_> {
    /// `[kind, values …]` of an entity known to be of the `possible` kinds.
    pub(super) fn entity(&mut self, n: &str, possible: KindSet, projection: &EntityProjection) -> Expr {
        let kind = match (possible.len(), possible.iter().next()) {
            (1, Some(kind)) => Expr::Type(Name::new(&self.ontology.kind(kind).name)),
            _ => Expr::prop(n, at::KIND),
        };
        let mut branches = Vec::new();
        for (kinds, slots) in &projection.shapes {
            if kinds.and(possible).is_empty() || slots.is_empty() {
                continue;
            }
            let values = slots.iter().map(|slot| self.slot(n, kinds.and(possible), slot));
            let row = Expr::List([kind.clone()].into_iter().chain(values).collect());
            match self.of_kinds(n, *kinds, possible) {
                Some(test) => branches.push((test, row)),
                None => return row,
            }
        }
        let bare = Expr::List(vec![kind]);
        if branches.is_empty() { bare } else { Expr::Case(branches, Box::new(bare)) }
    }

    fn slot(&mut self, n: &str, kinds: KindSet, slot: &Slot) -> Expr {
        let own = |name| Expr::prop(n, name);
        let either = |first, second| Expr::Call("coalesce", vec![own(first), own(second)]);
        match slot {
            Slot::Id => own(at::ID),
            Slot::Name(Lang::Zh) => either(at::ZH, at::EN),
            Slot::Name(Lang::En) => either(at::EN, at::ZH),
            Slot::Names(parts) => Expr::List(parts.iter().map(|part| own(at::name_part(*part))).collect()),
            Slot::Disambiguation(Lang::Zh) => either(at::DISAMBIGUATION_ZH, at::DISAMBIGUATION_EN),
            Slot::Disambiguation(Lang::En) => either(at::DISAMBIGUATION_EN, at::DISAMBIGUATION_ZH),
            Slot::Description(Lang::Zh) => either(at::DESCRIPTION_ZH, at::DESCRIPTION_EN),
            Slot::Description(Lang::En) => either(at::DESCRIPTION_EN, at::DESCRIPTION_ZH),
            Slot::Property(property) => self.property(n, *property),
            Slot::History(property, slots) => self.history(n, *property, slots),
            Slot::Degree => self.degree(n),
            Slot::Sources(limit, citations) => self.sources(n, *limit, citations),
            Slot::Edges(page) => self.edges(n, kinds, page),
            Slot::One(hop, projection) => {
                let m = self.fresh("n");
                let hop = self.hop_from(n, *hop, &m, kinds);
                let order = vec![(Expr::prop(&m, at::SORT), false), (Expr::prop(&m, at::ID), false)];
                let first = With { order, limit: Some(Expr::Int(1)), ..With::keeping([m.as_str()]) };
                let row = self.entity(&m, hop.kinds, projection);
                let found = Query(vec![Clause::Match(hop.found), Clause::With(first), Clause::Return(row)]);
                Expr::Call("head", vec![Expr::collect(found)])
            }
            Slot::Related(page) => self.related(n, page),
            Slot::Facts(page) => self.facts(n, page),
            Slot::Observations(page) => self.observations(Some((n, kinds)), page),
        }
    }
}
