//! Observations: reported figures.

use super::super::cypher::{Arrow, Clause, Expr, Match, Query, Rel, With};
use super::super::layout as at;
use super::super::value::Value;
use super::Renderer;
use super::page::{Key, Listing};
use crate::graph::{Bound, DAY_MAX, DAY_MIN};
use crate::ontology::{KindSet, ValueType};
use crate::plan::ir::{
    EntityProjection, Filter, ObservationFilter, ObservationKey, ObservationProjection, ObservationSlot,
    ObservationsPage, Test,
};

impl Renderer<'_> {
    /// A page of observations: of all, or of those about one entity of these kinds or measured by it.
    pub(super) fn observations(&mut self, of: Option<(&str, KindSet)>, page: &ObservationsPage) -> Expr {
        let o = self.fresh("o");
        let mut found = Match::node(&o, vec![at::OBSERVATION.into()]);
        let mut may_measure = false;
        if let Some((n, kinds)) = of {
            let indicators = self.ontology.kind_named("Indicator").map_or(KindSet::EMPTY, KindSet::one);
            may_measure = !kinds.and(indicators).is_empty();
            let by: &[&str] = if may_measure { &[at::ABOUT, at::MEASURES] } else { &[at::ABOUT] };
            let link = Rel::new("", by.iter().map(|by| (*by).into()).collect(), Arrow::Right);
            found = found.step(link, n, Vec::new());
        }
        found.filter.extend(self.observation_seen(&o));
        if !matches!(&page.filter, ObservationFilter::And(parts) if parts.is_empty()) {
            let passes = self.observation_filter(&o, &page.filter);
            found.filter.push(passes);
        }
        let mut clauses = vec![Clause::Match(found)];
        if may_measure {
            // One that is about its own indicator is met twice.
            clauses.push(Clause::With(With { distinct: true, ..With::keeping([o.as_str()]) }));
        }
        let mut keys = Vec::new();
        let mut descending = false;
        for order in &page.order {
            descending = order.descending;
            match order.key {
                ObservationKey::When => keys.extend(by_time(&o, descending)),
                ObservationKey::Value => {
                    keys.push(Key { expr: Expr::prop(&o, at::FIGURE), descending, nullable: true })
                }
                ObservationKey::Indicator => keys.push(Key::sure(Expr::prop(&o, at::SORT), descending)),
            }
        }
        if keys.is_empty() {
            keys.extend(by_time(&o, false));
        }
        keys.push(Key::sure(Expr::prop(&o, at::ID), descending));
        let row = self.observation_row(&o, &page.row);
        let listing = Listing { clauses, variables: vec![o], keys, walked: false };
        self.page(listing, &page.page, row, Vec::new())
    }

    /// That an observation is seen.
    pub(super) fn observation_seen(&mut self, o: &str) -> Vec<Expr> {
        let mut conditions = Vec::new();
        conditions.extend(self.seen(o));
        if self.view.valid_to != DAY_MAX {
            let to = self.view_parameter("validTo", self.view.valid_to);
            conditions.push(Expr::prop(o, at::FIRST).infix("<=", to));
        }
        if self.view.valid_from != DAY_MIN {
            let from = self.view_parameter("validFrom", self.view.valid_from);
            conditions.push(Expr::prop(o, at::LAST).infix(">=", from));
        }
        conditions
    }

    fn observation_filter(&mut self, o: &str, filter: &ObservationFilter) -> Expr {
        match filter {
            ObservationFilter::And(parts) => {
                Expr::And(parts.iter().map(|part| self.observation_filter(o, part)).collect())
            }
            ObservationFilter::Or(parts) => {
                Expr::any_of(parts.iter().map(|part| self.observation_filter(o, part)).collect())
            }
            ObservationFilter::Not(inner) => self.observation_filter(o, inner).negated(),
            ObservationFilter::Indicator(filter) => self.linked(o, at::MEASURES, filter),
            ObservationFilter::Subject(filter) => self.linked(o, at::ABOUT, filter),
            ObservationFilter::Sector(filter) => self.linked(o, at::SECTOR, filter),
            ObservationFilter::Place(filter) => self.linked(o, at::PLACE, filter),
            ObservationFilter::Document(filter) => self.cited(o, filter),
            ObservationFilter::When(test) => self.time_test(o, test),
            ObservationFilter::Value(test) => {
                self.figure_test([at::FIGURE, at::BOUND].map(|name| Expr::prop(o, name)), &ValueType::Decimal, test)
            }
            ObservationFilter::Rank(test) => {
                let parts = [at::RANK_POSITION, at::RANK_BOUND].map(|name| Expr::prop(o, name));
                self.figure_test(parts, &ValueType::Int, test)
            }
            ObservationFilter::Unit(test) => self.test(Expr::prop(o, at::UNIT), &ValueType::String, test),
            ObservationFilter::Population(test) => self.test(Expr::prop(o, at::POPULATION), &ValueType::String, test),
            ObservationFilter::Bound(set) => self.numbered(Expr::prop(o, at::BOUND), set.iter().map(|it| *it as i64)),
            ObservationFilter::Span(set) => self.numbered(Expr::prop(o, at::SPAN), set.iter().map(|it| *it as i64)),
            ObservationFilter::Status(set) => {
                self.of_status(Expr::prop(o, at::STATUS), *set).unwrap_or(Expr::And(Vec::new()))
            }
        }
    }

    fn linked(&mut self, o: &str, by: &str, filter: &Filter) -> Expr {
        let n = self.fresh("n");
        let passes = self.filter(&n, self.ontology.all_kinds(), filter);
        let found = Match::node(o, Vec::new()).step(link("", by), &n, Vec::new()).filtered([passes]);
        Expr::exists(Query(vec![Clause::Match(found)]))
    }

    fn time_test(&mut self, o: &str, test: &Test) -> Expr {
        let [_, earliest, latest] = at::WHEN.map(|part| Expr::prop(o, part));
        match test {
            Test::IsNull(absent) => {
                let neither = Expr::And(vec![earliest.is_null(), latest.is_null()]);
                if *absent { neither } else { neither.negated() }
            }
            Test::In(values) => {
                let among = earliest.clone().infix("IN", self.stored_list(values));
                Expr::And(vec![earliest.infix("=", latest), among])
            }
            Test::NotIn(values) => {
                let among = earliest.clone().infix("IN", self.stored_list(values));
                Expr::And(vec![earliest.infix("=", latest), among.negated()])
            }
            _ => self.period_test(Expr::prop(o, at::FIRST), Expr::prop(o, at::LAST), test),
        }
    }

    /// That the number of a constant is one of these.
    fn numbered(&mut self, value: Expr, numbers: impl Iterator<Item = i64>) -> Expr {
        value.infix("IN", self.parameter(Value::List(numbers.map(Value::Int).collect())))
    }

    /// A test of all the values that a figure and its bound leave open.
    fn figure_test(&mut self, [figure, bound]: [Expr; 2], ty: &ValueType, test: &Test) -> Expr {
        let figure = || figure.clone();
        let is = |of: Bound| bound.clone().infix("=", Expr::Int(of as i64));
        let and = |bound, test| Expr::And(vec![is(bound), test]);
        let exact = |renderer: &mut Self, test: &Test| and(Bound::Exact, renderer.test(figure(), ty, test));
        match test {
            Test::IsNull(_) => self.test(figure(), ty, test),
            Test::Gt(number) | Test::Gte(number) => {
                let exact = exact(self, test);
                let number = self.parameter(at::stored(number));
                let strictly = if matches!(test, Test::Gt(_)) { ">" } else { ">=" };
                Expr::Or(vec![
                    exact,
                    and(Bound::AtLeast, figure().infix(strictly, number.clone())),
                    and(Bound::Over, figure().infix(">=", number)),
                ])
            }
            Test::Lt(number) | Test::Lte(number) => {
                let exact = exact(self, test);
                let number = self.parameter(at::stored(number));
                let strictly = if matches!(test, Test::Lt(_)) { "<" } else { "<=" };
                Expr::Or(vec![exact, and(Bound::AtMost, figure().infix(strictly, number))])
            }
            Test::NotIn(values) => {
                let exact = exact(self, test);
                let list = self.stored_list(values);
                let x = self.fresh("x");
                let all = |outside: &'static str| {
                    let each = Box::new(Expr::var(&x).infix(outside, figure()));
                    let all = Expr::Quantified("all", x.clone(), Box::new(list.clone()), each);
                    Expr::And(vec![figure().is_not_null(), all])
                };
                Expr::Or(vec![
                    exact,
                    and(Bound::AtLeast, all("<")),
                    and(Bound::Over, all("<=")),
                    and(Bound::AtMost, all(">")),
                ])
            }
            _ => exact(self, test),
        }
    }

    /// What is taken of an observation, as a list.
    pub(super) fn observation(&mut self, o: &str, slots: &ObservationProjection) -> Expr {
        Expr::List(self.observation_row(o, slots))
    }

    fn observation_row(&mut self, o: &str, slots: &ObservationProjection) -> Vec<Expr> {
        slots.iter().map(|slot| self.observation_slot(o, slot)).collect()
    }

    fn observation_slot(&mut self, o: &str, slot: &ObservationSlot) -> Expr {
        let own = |name| Expr::prop(o, name);
        match slot {
            ObservationSlot::Id => own(at::ID),
            ObservationSlot::Indicator(projection) => self.linked_entity(o, at::MEASURES, projection),
            ObservationSlot::Subjects(projection) => {
                let (r, n) = (self.fresh("r"), self.fresh("n"));
                let found = Match::node(o, Vec::new()).step(link(&r, at::ABOUT), &n, Vec::new());
                let order = vec![(Expr::prop(&r, at::POSITION), false)];
                let with = With { order, ..With::keeping([n.as_str(), r.as_str()]) };
                let row = self.entity(&n, self.ontology.all_kinds(), projection);
                Expr::collect(Query(vec![Clause::Match(found), Clause::With(with), Clause::Return(row)]))
            }
            ObservationSlot::When => Expr::List(at::WHEN.map(own).to_vec()),
            ObservationSlot::Span => own(at::SPAN),
            ObservationSlot::Value => own(at::VALUE),
            ObservationSlot::Unit => own(at::UNIT),
            ObservationSlot::Normalized => Expr::List(vec![own(at::NORMALIZED_VALUE), own(at::NORMALIZED_UNIT)]),
            ObservationSlot::Bound => own(at::BOUND),
            ObservationSlot::Rank(projection) => {
                let within = self.linked_entity(o, at::RANKED_WITHIN, projection);
                Expr::List(vec![own(at::RANK_POSITION), own(at::RANK_BOUND), own(at::RANK_AMONG), within])
            }
            ObservationSlot::Status => own(at::STATUS),
            ObservationSlot::Scope { sector, place } => {
                let sector = self.linked_entity(o, at::SECTOR, sector);
                let place = self.linked_entity(o, at::PLACE, place);
                Expr::List(vec![own(at::SCOPE_TEXT), sector, own(at::POPULATION), place])
            }
            ObservationSlot::BreakdownOf(slots) => {
                let whole = self.fresh("o");
                let found = Match::node(o, Vec::new())
                    .step(link("", at::BREAKDOWN_OF), &whole, Vec::new())
                    .filtered(self.observation_seen(&whole));
                let row = self.observation(&whole, slots);
                Expr::Call("head", vec![Expr::collect(Query(vec![Clause::Match(found), Clause::Return(row)]))])
            }
            ObservationSlot::Note => own(at::NOTE),
            ObservationSlot::Doubt => own(at::DOUBT),
            ObservationSlot::Sources(limit, citations) => self.sources(o, *limit, citations),
        }
    }

    /// The one entity at the end of a link, if it is there and seen.
    fn linked_entity(&mut self, o: &str, by: &str, projection: &EntityProjection) -> Expr {
        let n = self.fresh("n");
        let found = Match::node(o, Vec::new()).step(link("", by), &n, Vec::new()).filtered(self.seen(&n));
        let row = self.entity(&n, self.ontology.all_kinds(), projection);
        Expr::Call("head", vec![Expr::collect(Query(vec![Clause::Match(found), Clause::Return(row)]))])
    }
}

fn link(r: &str, by: &str) -> Rel {
    Rel::new(r, vec![by.into()], Arrow::Right)
}

fn by_time(o: &str, descending: bool) -> [Key; 2] {
    [at::FIRST, at::LAST].map(|day| Key::sure(Expr::prop(o, day), descending))
}
