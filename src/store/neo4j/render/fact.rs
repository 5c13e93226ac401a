//! Facts: one by id, pages of those about an entity and of all.

use super::super::cypher::{Arrow, Clause, Expr, Match, Name, Query, Rel, Var, With};
use super::super::layout as at;
use super::Renderer;
use super::page::{Key, Listing};
use crate::plan::ir::{
    EdgeFilter, EntityProjection, FactAnchor, FactFilter, FactKey, FactOrder, FactProjection, FactSlot, FactsPage,
    Filter,
};

/// Facts as they are bound: the relationship, and its ends where they are variables.
struct Bound<'a> {
    clauses: Vec<Clause>,
    r: &'a str,
    ends: Option<(Var, Var)>,
    /// The relationship's type.
    kind: Expr,
    /// Whether an index has them in the usual order.
    walked: bool,
}

impl Renderer<'_> {
    /// One fact by id. An index holds the ids of one type: each is asked.
    pub(super) fn fact_by_id(&mut self, id: &str, slots: &FactProjection) -> Query {
        let (a, r, b) = (self.fresh("n"), self.fresh("r"), self.fresh("n"));
        let id = self.parameter(id.into());
        let mut branches = Vec::new();
        for relationship in self.asked(None) {
            let found = Match::node(&a, Vec::new())
                .step(Rel::new(&r, self.types([relationship]), Arrow::Right), &b, Vec::new())
                .filtered([Expr::prop(&r, at::FACT_ID).infix("=", id.clone())])
                .filtered(self.stated(&r));
            branches.push(Query(vec![Clause::Match(found), Clause::ReturnVars(vec![a.clone(), r.clone(), b.clone()])]));
        }
        if branches.is_empty() {
            return Query(vec![Clause::ReturnRow(Expr::Null)]);
        }
        let row = self.fact(&r, Some((&a, &b)), slots);
        Query(vec![Clause::Union(branches), Clause::ReturnRow(row)])
    }

    /// A page of all facts.
    pub(super) fn all_facts(&mut self, anchor: &FactAnchor, page: &FactsPage) -> Expr {
        let (a, r, b) = (self.fresh("n"), self.fresh("r"), self.fresh("n"));
        let all = self.ontology.all_kinds();
        let mut clauses = match anchor {
            FactAnchor::Subject(end) => self.anchor(&a, all, end),
            FactAnchor::Object(end) => self.anchor(&b, all, end),
            FactAnchor::Scan | FactAnchor::Documents(_) => Vec::new(),
        };
        let relationships = self.asked(page.filter.relationships.as_deref());
        let (kind, walked) = match relationships.as_slice() {
            // The same for all of them: an index of the type has them in the order of their ids.
            [one] => {
                let name = Name::new(&self.ontology.relationship(*one).name);
                (Expr::Type(name), page.is_in_usual_order() && *anchor == FactAnchor::Scan)
            }
            _ => (Expr::Call("type", vec![Expr::var(&r)]), false),
        };
        // No type at all would mean any.
        let never = relationships.is_empty().then(|| Expr::Or(Vec::new()));
        let rel = Rel::new(&r, self.types(relationships.iter().copied()), Arrow::Right);
        // One type is scanned by itself. Of several the planner begins at nodes: without a label at all, names and observations among them.
        let scanned = matches!(anchor, FactAnchor::Scan | FactAnchor::Documents(_));
        let labels = if scanned && relationships.len() != 1 { vec![at::ENTITY.into()] } else { Vec::new() };
        let mut found = Match::node(&a, labels).step(rel, &b, Vec::new()).filtered(never);
        if let FactAnchor::Documents(ids) = anchor {
            let (x, ids) = (self.fresh("x"), self.ids(ids));
            let among = Expr::var(&x).infix("IN", ids);
            found.filter.push(Expr::Quantified(
                "any",
                x,
                Box::new(Expr::prop(&r, at::CITED_DOCUMENTS)),
                Box::new(among),
            ));
        }
        clauses.push(Clause::Match(found));
        self.facts_page(Bound { clauses, r: &r, ends: Some((a, b)), kind, walked }, page)
    }

    /// A page of the facts about an entity.
    pub(super) fn facts(&mut self, n: &str, page: &FactsPage) -> Expr {
        let r = self.fresh("r");
        let relationships = self.asked(page.filter.relationships.as_deref());
        let found = self.any_way(n, &r, &relationships, "");
        let kind = Expr::Call("type", vec![Expr::var(&r)]);
        let mut bound = Bound { clauses: vec![Clause::Match(found)], r: &r, ends: None, kind, walked: false };
        let FactFilter { subject, object, places_differ, .. } = &page.filter;
        let by_end = page.order.iter().any(|by| matches!(by.key, FactKey::Subject | FactKey::Object));
        if by_end || places_differ.is_some() || ![subject, object].iter().all(|filter| filter.is_true()) {
            let (a, b) = (self.fresh("n"), self.fresh("n"));
            let end = |function| Expr::Call(function, vec![Expr::var(&r)]);
            let mut with = With::keeping([r.as_str()]);
            with.items.extend([(end("startNode"), a.clone()), (end("endNode"), b.clone())]);
            bound.clauses.push(Clause::With(with));
            bound.ends = Some((a, b));
        }
        self.facts_page(bound, page)
    }

    fn facts_page(&mut self, bound: Bound<'_>, page: &FactsPage) -> Expr {
        let Bound { mut clauses, r, ends, kind, walked } = bound;
        let ends = ends.as_ref().map(|(a, b)| (a.as_str(), b.as_str()));
        let conditions = self.fact_filter(r, ends, &page.filter);
        if let Some(last) = clauses.last_mut() {
            conditions.into_iter().for_each(|condition| last.and(condition));
        }
        let variables: Vec<Var> =
            [r].into_iter().chain(ends.iter().flat_map(|(a, b)| [*a, *b])).map(Var::new).collect();
        if let (Some(differ), Some((a, b))) = (page.filter.places_differ, ends) {
            clauses.push(self.places(&variables, (a, b), differ));
        }
        let usual = [FactOrder { key: FactKey::Relationship, descending: false }];
        let order = if page.order.is_empty() { &usual } else { page.order.as_slice() };
        let of_end = |end: Option<&str>| end.map_or(Expr::Null, |n| Expr::prop(n, at::SORT));
        let [_, since, _] = at::SINCE;
        let mut keys: Vec<Key> = order
            .iter()
            .map(|FactOrder { key, descending }| match key {
                FactKey::Since => Key { expr: Expr::prop(r, since), descending: *descending, nullable: true },
                FactKey::Known => Key::sure(Expr::prop(r, at::KNOWN), *descending),
                FactKey::Relationship => Key::sure(kind.clone(), *descending),
                FactKey::Subject => Key::sure(of_end(ends.map(|(a, _)| a)), *descending),
                FactKey::Object => Key::sure(of_end(ends.map(|(_, b)| b)), *descending),
            })
            .collect();
        let descending = keys.last().is_some_and(|key| key.descending);
        keys.push(Key::sure(Expr::prop(r, at::FACT_ID), descending));
        let row = self.fact_row(r, ends, &page.row);
        self.page(Listing { clauses, variables, keys, walked }, &page.page, row, Vec::new())
    }

    /// That a fact, its relationship apart, is listed in the view and passes, but for its places.
    fn fact_filter(&mut self, r: &str, ends: Option<(&str, &str)>, filter: &FactFilter) -> Vec<Expr> {
        let mut all = self.stated(r);
        let edge = EdgeFilter { status: Some(filter.status), basis: filter.basis.clone(), properties: Vec::new() };
        all.extend(self.edge_filter(&[r.into()], None, &edge));
        if let Some(wanted) = filter.conflicting {
            let conflicting = Expr::prop(r, at::CONFLICTING_FROM).infix("<=", self.known());
            all.push(if wanted { conflicting } else { conflicting.negated() });
        }
        let everything = self.ontology.all_kinds();
        if let Some((a, b)) = ends {
            for (n, filter) in [(a, &filter.subject), (b, &filter.object)] {
                if !filter.is_true() {
                    all.push(self.filter(n, everything, filter));
                }
            }
        }
        if !filter.document.is_true() {
            all.push(self.cited(r, &filter.document));
        }
        all
    }

    /// That one of the documents cited is seen and passes.
    pub(super) fn cited(&mut self, r: &str, filter: &Filter) -> Expr {
        let (x, d) = (self.fresh("x"), self.fresh("n"));
        let passes = self.filter(&d, self.ontology.all_kinds(), filter);
        let document = Match::node(&d, vec![at::ENTITY.into()])
            .filtered([Expr::prop(&d, at::ID).infix("=", Expr::var(&x))])
            .filtered(self.seen(&d))
            .filtered([passes]);
        let documents = Expr::prop(r, at::CITED_DOCUMENTS);
        Expr::exists(Query(vec![Clause::Unwind(documents, x), Clause::Match(document)]))
    }

    /// The variables kept, where the places of two entities are known and have none (`differ`: false: one) in common.
    fn places(&mut self, variables: &[Var], (a, b): (&str, &str), differ: bool) -> Clause {
        let mut with = With::keeping(variables.iter().map(Var::as_str));
        let Some((property, levels)) = self.ontology.place_level() else {
            with.filter.push(Expr::Or(Vec::new()));
            return Clause::With(with);
        };
        let mut names = Vec::new();
        for n in [a, b] {
            let (found, place) = self.above(n);
            let levels = self.stored_list(&levels);
            let stands = self.property(&place, property).infix("IN", levels);
            let ids = Query(vec![Clause::Match(found.filtered([stands])), Clause::Return(Expr::prop(&place, at::ID))]);
            let name = self.fresh("places");
            with.items.push((Expr::collect(ids), name.clone()));
            names.push(name);
        }
        let x = self.fresh("x");
        let [a, b] = [names.first(), names.last()].map(|name| name.map_or(Expr::Null, |name| Expr::var(name)));
        let shared = Expr::var(&x).infix("IN", b.clone());
        if differ {
            let some = |places: &Expr| Expr::Call("size", vec![places.clone()]).infix(">", Expr::Int(0));
            with.filter.extend([some(&a), some(&b)]);
        }
        let quantifier = if differ { "none" } else { "any" };
        with.filter.push(Expr::Quantified(quantifier, x, Box::new(a), Box::new(shared)));
        Clause::With(with)
    }

    /// What is taken of a fact, as a list; its subject and object may be known to be these variables.
    pub(super) fn fact(&mut self, r: &str, ends: Option<(&str, &str)>, slots: &[FactSlot]) -> Expr {
        Expr::List(self.fact_row(r, ends, slots))
    }

    fn fact_row(&mut self, r: &str, ends: Option<(&str, &str)>, slots: &[FactSlot]) -> Vec<Expr> {
        slots.iter().map(|slot| self.fact_slot(r, ends, slot)).collect()
    }

    fn fact_slot(&mut self, r: &str, ends: Option<(&str, &str)>, slot: &FactSlot) -> Expr {
        let own = |name| Expr::prop(r, name);
        let kind = || Expr::Call("type", vec![Expr::var(r)]);
        match slot {
            FactSlot::Id => own(at::FACT_ID),
            FactSlot::Relationship => kind(),
            FactSlot::Status => own(at::STATUS),
            FactSlot::Basis => own(at::BASIS),
            FactSlot::Since => Expr::List(at::SINCE.map(own).to_vec()),
            FactSlot::Until => Expr::List(at::UNTIL.map(own).to_vec()),
            FactSlot::Note => own(at::NOTE),
            FactSlot::Doubt => own(at::DOUBT),
            // Which properties it has, its type says; what else the map holds is left out when it is read.
            FactSlot::Properties => Expr::List(vec![kind(), Expr::Call("properties", vec![Expr::var(r)])]),
            FactSlot::KnownFrom => own(at::KNOWN),
            FactSlot::KnownTo => {
                let known = self.known();
                Expr::case(own(at::KNOWN_TO).infix("<=", known), own(at::KNOWN_TO), Expr::Null)
            }
            FactSlot::Subject(projection) => self.end(r, "startNode", ends.map(|(subject, _)| subject), projection),
            FactSlot::Object(projection) => self.end(r, "endNode", ends.map(|(_, object)| object), projection),
            FactSlot::SupersededBy(facts) => {
                let (a, b, later) = (self.fresh("n"), self.fresh("n"), self.fresh("r"));
                let end = |function| Expr::Call(function, vec![Expr::var(r)]);
                let ends =
                    With { items: vec![(end("startNode"), a.clone()), (end("endNode"), b.clone())], ..With::default() };
                let known = self.known();
                let found = Match::node(&a, Vec::new())
                    .step(Rel::new(&later, Vec::new(), Arrow::Right), &b, Vec::new())
                    .filtered([
                        Expr::prop(&later, at::FACT_ID).infix("=", own(at::SUPERSEDED_BY)),
                        Expr::prop(&later, at::KNOWN).infix("<=", known),
                    ]);
                let row = self.fact(&later, Some((&a, &b)), facts);
                let later = Expr::collect(Query(vec![Clause::With(ends), Clause::Match(found), Clause::Return(row)]));
                Expr::Call("head", vec![later])
            }
            FactSlot::Sources(limit, citations) => self.sources(r, *limit, citations),
        }
    }

    fn end(&mut self, r: &str, function: &'static str, known: Option<&str>, projection: &EntityProjection) -> Expr {
        let kinds = self.ontology.all_kinds();
        if let Some(n) = known {
            return self.entity(n, kinds, projection);
        }
        let n = self.fresh("n");
        let end = Expr::List(vec![Expr::Call(function, vec![Expr::var(r)])]);
        let row = self.entity(&n, kinds, projection);
        Expr::Call("head", vec![Expr::collect(Query(vec![Clause::Unwind(end, n), Clause::Return(row)]))])
    }
}
