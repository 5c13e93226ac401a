//! Plans to Cypher: one statement a root field. The text depends on the plan's form alone, so that few plans make few texts and Neo4j's plan
//! cache hits; values, limits and cursors are parameters.
//!
//! Rows are lists: positions only, as in a [`crate::store::Datum`]. A page is `[items, total, beside]`, beside its items groups or an aggregate, or its
//! items alone where nothing else is asked for; an item `[values …]`, or `[keys, values …]` where keys are; an entity `[kind, values …]`. Each list
//! costs the database, the wire and the server.

mod aggregate;
mod edges;
mod entity;
mod fact;
mod filter;
mod hierarchy;
mod kept;
mod observation;
mod page;
mod search;
mod sources;

use std::collections::HashMap;
use std::sync::Arc;

use smol_str::format_smolstr;

use super::client::Statement;
use super::counts::TOTALS;
use super::cypher::{Arrow, Clause, Expr, Match, Name, Query, Rel, Var, With};
use super::import::META_ID;
use super::layout as at;
use super::value::Value;
use crate::graph::DAY_MAX;
use crate::ontology::{KindSet, Ontology, PropId, ValueType};
use crate::plan::ir::{Anchor, EntitiesPage, EntityKey, EntityOrder, Root, View};
use crate::plan::optimise::left;

pub use kept::Kept;
pub(super) use page::are_items_alone;

use aggregate::Listed;
use page::{Key, Listing};
use search::slips;
use sources::positions;

/// Retired ids and the ids that took their place.
pub type Retired = HashMap<Arc<str>, Arc<str>>;

/// The statement of a root field. It gives one row, but [`Root::ByIds`] one an id, and that of one id, [`Root::Fact`] and
/// [`Root::Observation`] at most one.
pub fn statement(ontology: &Ontology, retired: &Retired, root: &Root, view: &View) -> Statement {
    rendered(ontology, retired, root, view, leading(retired, root))
}

/// The values that a root comes again with: its text depends on how many there are, not on what they are. They are the first parameters.
fn leading(retired: &Retired, root: &Root) -> Vec<Value> {
    match root {
        Root::ByIds { ids, .. } if ids.len() == 1 => ids.iter().map(|id| current(retired, id)).collect(),
        Root::Search(page) if !page.text.is_empty() => {
            [Value::from(&*page.text)].into_iter().chain(slips(&page.text)).collect()
        }
        _ => Vec::new(),
    }
}

/// An id, or the one that took its place.
fn current(retired: &Retired, id: &Arc<str>) -> Value {
    Value::from(&**retired.get(id).unwrap_or(id))
}

fn rendered(ontology: &Ontology, retired: &Retired, root: &Root, view: &View, leading: Vec<Value>) -> Statement {
    let mut renderer = Renderer { ontology, retired, view, parameters: Vec::new(), variables: 0 };
    let leading: Vec<Expr> = leading.into_iter().map(|value| renderer.parameter(value)).collect();
    let query = renderer.root(root, &leading);
    Statement { text: query.text(), parameters: renderer.parameters }
}

/// Renders under one view; collects parameters.
struct Renderer<'a> {
    ontology: &'a Ontology,
    retired: &'a Retired,
    view: &'a View,
    parameters: Vec<(Name, Value)>,
    variables: u32,
}

impl Renderer<'_> {
    fn root(&mut self, root: &Root, leading: &[Expr]) -> Query {
        match (root, leading) {
            (Root::ByIds { ids: _, kinds, entity }, [id]) => {
                let n = self.fresh("n");
                let found = Match::node(&n, vec![at::ENTITY.into()])
                    .filtered([Expr::prop(&n, at::ID).infix("=", id.clone())])
                    .filtered(self.of_kinds(&n, *kinds, self.ontology.all_kinds()))
                    .filtered(self.seen(&n));
                let entity = self.entity(&n, *kinds, entity);
                Query(vec![Clause::Match(found), Clause::ReturnRow(entity)])
            }
            (Root::ByIds { ids, kinds, entity }, _) => {
                let ids = self.ids(ids);
                let n = self.fresh("n");
                let mut found = Match::node(&n, vec![at::ENTITY.into()])
                    .filtered([Expr::prop(&n, at::ID).infix("=", ids.clone().at(Expr::var("i")))])
                    .filtered(self.of_kinds(&n, *kinds, self.ontology.all_kinds()))
                    .filtered(self.seen(&n));
                found.optional = true;
                let order = vec![(Expr::var("i"), false)];
                let last = Expr::Call("size", vec![ids]).infix("-", Expr::Int(1));
                let entity = self.entity(&n, *kinds, entity);
                Query(vec![
                    Clause::Unwind(Expr::Call("range", vec![Expr::Int(0), last]), "i".into()),
                    Clause::Match(found),
                    Clause::With(With { order, ..With::keeping(["i", n.as_str()]) }),
                    Clause::ReturnRow(Expr::case(Expr::var(&n).is_null(), Expr::Null, entity)),
                ])
            }
            (Root::Entities(page), _) => {
                let page = self.entities(page);
                Query(vec![Clause::ReturnRow(page)])
            }
            (Root::Search(page), leading) => {
                let page = self.search(page, leading);
                Query(vec![Clause::ReturnRow(page)])
            }
            (Root::Fact { id, fact }, _) => self.fact_by_id(id, fact),
            (Root::Facts { anchor, facts }, _) => {
                let page = self.all_facts(anchor, facts);
                Query(vec![Clause::ReturnRow(page)])
            }
            (Root::Observations(page), _) => {
                let page = self.observations(None, page);
                Query(vec![Clause::ReturnRow(page)])
            }
            // What the import counted: nothing else changes the graph.
            (Root::Totals, _) => {
                let m = self.fresh("m");
                let id = self.parameter(Value::Text(META_ID.into()));
                let found = Match::node(&m, vec![at::META.into()]).filtered([Expr::prop(&m, at::ID).infix("=", id)]);
                let parts = TOTALS.map(|part| Expr::prop(&m, part)).to_vec();
                Query(vec![Clause::Match(found), Clause::ReturnRow(Expr::List(parts))])
            }
            (Root::Observation { id, observation }, _) => {
                let o = self.fresh("o");
                let id = self.parameter((&**id).into());
                let found = Match::node(&o, vec![at::OBSERVATION.into()])
                    .filtered([Expr::prop(&o, at::ID).infix("=", id)])
                    .filtered(self.observation_seen(&o));
                let row = self.observation(&o, observation);
                Query(vec![Clause::Match(found), Clause::ReturnRow(row)])
            }
        }
    }

    fn entities(&mut self, page: &EntitiesPage) -> Expr {
        let n = self.fresh("n");
        let clauses = self.found_from(&page.anchor, &n, page);
        let keys = self.entity_keys(&n, &page.order);
        let descending = keys.last().is_some_and(|key| key.descending);
        let keys = keys.into_iter().chain([Key::sure(Expr::prop(&n, at::ID), descending)]).collect();
        let row = vec![self.entity(&n, page.kinds, &page.entity)];
        let by_name = matches!(page.order.as_slice(), [] | [EntityOrder { key: EntityKey::Name, .. }]);
        let walked = by_name && page.anchor == Anchor::OrderWalk && self.labels(page.kinds).len() == 1;
        let listed = (!page.aggregate.is_empty()).then(|| Listed {
            clauses: clauses.clone(),
            n: n.clone(),
            kinds: page.kinds,
            repeats: false,
            is_root: true,
        });
        let beside = self.aggregate(listed, &page.aggregate);
        self.page(Listing { clauses, variables: vec![n], keys, walked }, &page.page, row, beside)
    }

    /// Clauses that bind the entities of a list to `n`; the last one takes conditions.
    fn found_from(&mut self, anchor: &Anchor, n: &str, page: &EntitiesPage) -> Vec<Clause> {
        let mut clauses = self.anchor(n, page.kinds, anchor);
        if let Some(last) = clauses.last_mut() {
            if let Some(condition) = self.seen(n) {
                last.and(condition);
            }
            let filter = match self.view.is_latest() {
                true => left(&page.filter, anchor),
                false => page.filter.clone(),
            };
            if !filter.is_true() {
                last.and(self.filter(n, page.kinds, &filter));
            }
        }
        clauses
    }

    /// Clauses that bind the entities of an anchor; the last one takes conditions.
    fn anchor(&mut self, n: &str, kinds: KindSet, anchor: &Anchor) -> Vec<Clause> {
        let entity = || vec![at::ENTITY.into()];
        let start = match anchor {
            Anchor::Ids(ids) => {
                let is_one = self.is_one_of(n, ids);
                Match::node(n, entity()).filtered([is_one])
            }
            // The stored value of a `@history` property is that of the latest view.
            Anchor::Property(property, values)
                if self.view.is_latest() || !self.ontology.property(*property).history =>
            {
                let value = Expr::prop(n, &self.ontology.property(*property).name);
                let values = values.iter().map(at::stored).collect();
                let is_one = self.among(value, values);
                Match::node(n, entity()).filtered([is_one])
            }
            Anchor::Name(texts) => {
                let k = self.fresh("k");
                let texts = self.parameter(Value::texts(texts.iter().map(|text| &**text)));
                let found = Match::node(&k, vec![at::NAME.into()]).step(
                    Rel::new("", vec![at::OF.into()], Arrow::Right),
                    n,
                    Vec::new(),
                );
                let found = found.filtered([Expr::prop(&k, at::KEY).infix("IN", texts)]);
                return self.distinct(n, kinds, vec![Clause::Match(found)]);
            }
            Anchor::Within(ids) => {
                let found = self.within(n, ids);
                return self.distinct(n, kinds, vec![Clause::Match(found)]);
            }
            Anchor::Via { hop, kinds: inner_kinds, inner } => {
                let m = self.fresh("n");
                let mut clauses = self.anchor(&m, *inner_kinds, inner);
                let hop = self.hop(n, *hop, &m);
                clauses.push(Clause::Match(hop.found));
                return self.distinct(n, kinds, clauses);
            }
            Anchor::Scan | Anchor::OrderWalk | Anchor::Property(..) => {
                return vec![Clause::Match(Match::node(n, self.labels(kinds)))];
            }
        };
        vec![Clause::Match(start.filtered(self.of_kinds(n, kinds, self.ontology.all_kinds())))]
    }

    /// Each of the entities that clauses bind, once, if it is of these kinds: those of others are not first kept to be told apart.
    fn distinct(&mut self, n: &str, kinds: KindSet, mut clauses: Vec<Clause>) -> Vec<Clause> {
        if let (Some(of_kinds), Some(last)) = (self.of_kinds(n, kinds, self.ontology.all_kinds()), clauses.last_mut()) {
            last.and(of_kinds);
        }
        clauses.push(Clause::With(With { distinct: true, ..With::keeping([n]) }));
        clauses
    }

    /// A variable that occurs nowhere else in the statement: subqueries see the variables around them.
    fn fresh(&mut self, prefix: &str) -> Var {
        self.variables += 1;
        format_smolstr!("{prefix}{}", self.variables)
    }

    fn parameter(&mut self, value: Value) -> Expr {
        let name = format_smolstr!("p{}", self.parameters.len());
        self.parameters.push((name.clone(), value));
        Expr::Param(name)
    }

    /// A parameter of the view, which has a name and is there once.
    fn view_parameter(&mut self, name: &str, day: i32) -> Expr {
        if !self.parameters.iter().any(|(given, _)| given == name) {
            self.parameters.push((name.into(), Value::Int(day.into())));
        }
        Expr::Param(name.into())
    }

    fn known(&mut self) -> Expr {
        self.view_parameter("known", self.view.known)
    }

    /// Ids as a parameter, retired ones replaced.
    fn ids(&mut self, ids: &[Arc<str>]) -> Expr {
        let retired = self.retired;
        self.parameter(Value::List(ids.iter().map(|id| current(retired, id)).collect()))
    }

    /// That a value is one of these; of one alone, the planner knows that there is one.
    fn among(&mut self, value: Expr, mut values: Vec<Value>) -> Expr {
        let one = if values.len() == 1 { values.pop() } else { None };
        match one {
            Some(one) => value.infix("=", self.parameter(one)),
            None => value.infix("IN", self.parameter(Value::List(values))),
        }
    }

    /// That an entity has one of these ids, retired ones replaced.
    fn is_one_of(&mut self, n: &str, ids: &[Arc<str>]) -> Expr {
        let retired = self.retired;
        self.among(Expr::prop(n, at::ID), ids.iter().map(|id| current(retired, id)).collect())
    }

    /// That an entity, found without the help of a fact, is seen.
    fn seen(&mut self, n: &str) -> Option<Expr> {
        self.view.is_known_set().then(|| Expr::prop(n, at::KNOWN).infix("<=", self.known()))
    }

    /// That a relationship is a fact known in the view whose period overlaps the view's.
    fn stated(&mut self, r: &str) -> Vec<Expr> {
        let mut conditions = Vec::new();
        if self.view.is_known_set() {
            conditions.push(Expr::prop(r, at::KNOWN).infix("<=", self.known()));
        }
        if self.view.valid_to != DAY_MAX {
            let to = self.view_parameter("validTo", self.view.valid_to);
            conditions.push(Expr::prop(r, at::FROM).infix("<=", to));
        }
        if self.view.valid_from != crate::graph::DAY_MIN {
            let from = self.view_parameter("validFrom", self.view.valid_from);
            conditions.push(Expr::prop(r, at::TO).infix(">=", from));
        }
        conditions
    }

    /// That it is current: stated, and nothing known took its place.
    fn current(&mut self, r: &str) -> Vec<Expr> {
        let mut conditions = self.stated(r);
        conditions.push(Expr::prop(r, at::KNOWN_TO).infix(">", self.known()));
        conditions
    }

    /// The labels that together mean these kinds: `Entity`, an interface, or the kinds one by one.
    fn labels(&self, kinds: KindSet) -> Vec<Name> {
        if kinds == self.ontology.all_kinds() {
            return vec![at::ENTITY.into()];
        }
        if kinds.len() > 1
            && let Some(interface) = self.ontology.interfaces.iter().find(|interface| interface.kinds == kinds)
        {
            return vec![Name::new(&interface.name)];
        }
        kinds.iter().map(|kind| Name::new(&self.ontology.kind(kind).name)).collect()
    }

    /// That an entity, known to be of the `possible` kinds, is of the wanted ones.
    fn of_kinds(&self, n: &str, wanted: KindSet, possible: KindSet) -> Option<Expr> {
        if wanted.includes(possible) {
            return None;
        }
        let wanted = wanted.and(possible);
        Some(if wanted.is_empty() {
            Expr::Or(Vec::new())
        } else {
            Expr::Labels(Box::new(Expr::var(n)), self.labels(wanted))
        })
    }

    /// A property's value in the view.
    fn property(&mut self, n: &str, property: PropId) -> Expr {
        let declared = self.ontology.property(property);
        let value = Expr::prop(n, &declared.name);
        if declared.history && !self.view.is_latest() {
            let [values, from, to, known] = at::history_of(self.ontology, property).map(|list| Expr::prop(n, &list));
            let i = self.fresh("i");
            let each = |list: Expr| list.at(Expr::var(&i));
            let fits = self.holds_in_view(each(known), each(from), each(to));
            let positions = Box::new(positions(values.clone()));
            let fitting = Expr::Comprehension(i.clone(), positions, Box::new(Expr::And(fits)), Box::new(each(values)));
            return Expr::Call("last", vec![fitting]);
        }
        if !declared.history && self.view.is_known_set() {
            let since = Expr::prop(n, &at::known_of(self.ontology, property));
            let stated = Expr::Call("coalesce", vec![since, Expr::Int(0)]).infix("<=", self.known());
            return Expr::case(stated, value, Expr::Null);
        }
        value
    }

    /// That a value known since a day, of this period, is seen.
    fn holds_in_view(&mut self, known: Expr, from: Expr, to: Expr) -> Vec<Expr> {
        vec![
            known.infix("<=", self.known()),
            from.infix("<=", self.view_parameter("validTo", self.view.valid_to)),
            to.infix(">=", self.view_parameter("validFrom", self.view.valid_from)),
        ]
    }

    fn type_of(&self, property: PropId) -> &ValueType {
        &self.ontology.property(property).ty
    }
}
