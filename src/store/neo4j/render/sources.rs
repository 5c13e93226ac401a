//! Who says so: citations, and the dated values of properties that have their own.

use super::super::cypher::{Clause, Expr, Match, Query, With};
use super::super::layout as at;
use super::super::value::Value;
use super::Renderer;
use crate::ontology::PropId;
use crate::plan::ir::{CitationProjection, CitationSlot, DatedSlot};

impl Renderer<'_> {
    /// The citations of an entity, a fact or an observation.
    pub(super) fn sources(&mut self, of: &str, limit: u32, slots: &CitationProjection) -> Expr {
        let lists = [at::CITED_DOCUMENTS, at::CITED_SECTIONS, at::CITED_SUPPORTS].map(|list| Expr::prop(of, list));
        self.citations(lists, None, limit, slots)
    }

    /// The citations in three lists: all, or those that another list gives a number.
    fn citations(
        &mut self,
        [documents, sections, supports]: [Expr; 3],
        only: Option<(Expr, Expr)>,
        limit: u32,
        slots: &CitationProjection,
    ) -> Expr {
        let (i, d) = (self.fresh("i"), self.fresh("n"));
        let this = |list: &Expr| list.clone().at(Expr::var(&i));
        let document = Match::node(&d, vec![at::ENTITY.into()])
            .filtered(only.map(|(numbers, number)| this(&numbers).infix("=", number)))
            .filtered([Expr::prop(&d, at::ID).infix("=", this(&documents))])
            .filtered(self.seen(&d));
        let limit = Some(self.parameter(Value::Int(limit.into())));
        let order = vec![(Expr::var(&i), false)];
        let mut row = Vec::new();
        for slot in slots {
            row.push(match slot {
                CitationSlot::Document(projection) => self.entity(&d, self.ontology.all_kinds(), projection),
                CitationSlot::Section => this(&sections),
                CitationSlot::Supports => this(&supports),
            });
        }
        Expr::collect(Query(vec![
            Clause::Unwind(positions(documents.clone()), i.clone()),
            Clause::Match(document),
            Clause::With(With { order, limit, ..With::keeping([i.as_str(), d.as_str()]) }),
            Clause::Return(Expr::List(row)),
        ]))
    }

    /// The dated values of a `@history` property.
    pub(super) fn history(&mut self, n: &str, property: PropId, slots: &[DatedSlot]) -> Expr {
        let own = |list: String| Expr::prop(n, &list);
        let [values, from, to, known] = at::history_of(self.ontology, property).map(own);
        let [since, until] = at::dates_of(self.ontology, property).map(|end| end.map(own));
        let [numbers, documents, sections, supports] = at::citations_of(self.ontology, property).map(own);
        let i = self.fresh("i");
        let this = |list: Expr| list.at(Expr::var(&i));
        let filter = self.holds_in_view(this(known), this(from), this(to));
        let mut row = Vec::new();
        for slot in slots {
            row.push(match slot {
                DatedSlot::Value => this(values.clone()),
                DatedSlot::Since => Expr::List(since.clone().map(this).to_vec()),
                DatedSlot::Until => Expr::List(until.clone().map(this).to_vec()),
                DatedSlot::Sources(limit, citations) => {
                    let lists = [documents.clone(), sections.clone(), supports.clone()];
                    self.citations(lists, Some((numbers.clone(), Expr::var(&i))), *limit, citations)
                }
            });
        }
        let order = vec![(Expr::var(&i), false)];
        Expr::collect(Query(vec![
            Clause::Unwind(positions(values), i.clone()),
            Clause::With(With { filter, ..With::keeping([i.as_str()]) }),
            Clause::With(With { order, ..With::keeping([i.as_str()]) }),
            Clause::Return(Expr::List(row)),
        ]))
    }
}

/// The positions of a list that may be absent.
pub(super) fn positions(list: Expr) -> Expr {
    let size = Expr::Call("coalesce", vec![Expr::Call("size", vec![list]), Expr::Int(0)]);
    Expr::Call("range", vec![Expr::Int(0), size.infix("-", Expr::Int(1))])
}
