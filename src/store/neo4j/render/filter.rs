//! Filters and tests. A comparison with something absent is null in Cypher, which counts as false everywhere but under a
//! negation; there [`Expr::negated`] makes it so.

use super::super::cypher::{Arrow, Clause, Expr, Match, Query, Rel};
use super::super::layout as at;
use super::super::value::Value;
use super::Renderer;
use crate::graph::{self, PartialDate, Precision, StatusSet};
use crate::ontology::{KindSet, ValueType};
use crate::plan::ir::{EdgeFilter, Filter, Hop, Quantifier, Test};

impl Renderer<'_> {
    /// That an entity, known to be of the `possible` kinds, passes.
    pub(super) fn filter(&mut self, n: &str, possible: KindSet, filter: &Filter) -> Expr {
        match filter {
            Filter::And(parts) => Expr::And(parts.iter().map(|part| self.filter(n, possible, part)).collect()),
            Filter::Or(parts) => {
                let parts: Vec<Expr> = parts.iter().map(|part| self.filter(n, possible, part)).collect();
                Expr::any_of(parts)
            }
            Filter::Not(inner) => self.filter(n, possible, inner).negated(),
            Filter::Kinds(kinds) => self.of_kinds(n, *kinds, possible).unwrap_or(Expr::And(Vec::new())),
            Filter::Ids(ids) => self.is_one_of(n, ids),
            Filter::Within(ids) => {
                let found = self.within(n, ids);
                Expr::exists(Query(vec![Clause::Match(found)]))
            }
            Filter::Cited(document) => self.named(n, document),
            Filter::Name(test) => {
                let text = ValueType::List(Box::new(ValueType::String));
                self.test(Expr::prop(n, at::FOLDED), &text, test)
            }
            Filter::Property(property, test) => {
                let value = self.property(n, *property);
                let ty = self.type_of(*property).clone();
                self.test(value, &ty, test)
            }
            Filter::Related { hop, quantifier, edge, node } => {
                let m = self.fresh("n");
                let mut passing = self.hop_from(n, *hop, &m, possible);
                let kinds = passing.kinds;
                let node = (!node.is_true()).then(|| self.filter(&m, kinds, node));
                match (quantifier, hop) {
                    (Quantifier::Every, Hop::Edge(relationship, _)) => {
                        let mut all = self.edge_filter(&passing.relationships, Some(*relationship), edge);
                        all.extend(node);
                        passing.found.filter.push(Expr::And(all).negated());
                        Expr::exists(Query(vec![Clause::Match(passing.found)])).negated()
                    }
                    (Quantifier::Every, Hop::Derived(..)) => {
                        let mut clauses = self.derived_edges(passing, edge);
                        if let Some(Clause::With(with)) = clauses.last_mut() {
                            let mut all = std::mem::take(&mut with.filter);
                            all.extend(node);
                            with.filter.push(Expr::And(all).negated());
                        }
                        clauses.push(Clause::Return(Expr::Int(1)));
                        Expr::exists(Query(clauses)).negated()
                    }
                    (Quantifier::Some | Quantifier::None, hop) => {
                        passing.found.filter.extend(node);
                        let clauses = match hop {
                            Hop::Edge(relationship, _) => {
                                let edge = self.edge_filter(&passing.relationships, Some(*relationship), edge);
                                passing.found.filter.extend(edge);
                                vec![Clause::Match(passing.found)]
                            }
                            Hop::Derived(..) if *edge == EdgeFilter::default() => {
                                vec![Clause::Match(passing.found)]
                            }
                            Hop::Derived(..) => {
                                let mut clauses = self.derived_edges(passing, edge);
                                clauses.push(Clause::Return(Expr::Int(1)));
                                clauses
                            }
                        };
                        let some = Expr::exists(Query(clauses));
                        if *quantifier == Quantifier::None { some.negated() } else { some }
                    }
                }
            }
        }
    }

    /// That a document names an entity: its own citations do, or those of a fact or an observation about it.
    fn named(&mut self, n: &str, document: &Filter) -> Expr {
        let own = self.cited(n, document);
        let r = self.fresh("r");
        let all = self.asked(None);
        let cited = self.cited(&r, document);
        let fact = self.any_way(n, &r, &all, "").filtered(self.seen(&r)).filtered([cited]);
        let o = self.fresh("o");
        let cited = self.cited(&o, document);
        let link = Rel::new("", vec![at::ABOUT.into(), at::MEASURES.into()], Arrow::Right);
        let figure = Match::node(&o, vec![at::OBSERVATION.into()]).step(link, n, Vec::new());
        let figure = figure.filtered(self.seen(&o)).filtered([cited]);
        let exists = |found| Expr::exists(Query(vec![Clause::Match(found)]));
        Expr::Or(vec![own, exists(fact), exists(figure)])
    }

    /// That a status is in the set; nothing when every status is.
    pub(super) fn of_status(&mut self, status: Expr, set: StatusSet) -> Option<Expr> {
        (set != StatusSet::ALL).then(|| {
            let numbers = set.iter().map(|status| Value::Int(status as i64)).collect();
            status.infix("IN", self.parameter(Value::List(numbers)))
        })
    }

    /// That a value of a type passes.
    pub(super) fn test(&mut self, value: Expr, ty: &ValueType, test: &Test) -> Expr {
        let ValueType::List(element) = ty else { return self.scalar_test(value, ty, test) };
        let size = Expr::Call("coalesce", vec![Expr::Call("size", vec![value.clone()]), Expr::Int(0)]);
        // A list of value objects is stored as one text, and only asked whether it is there.
        let is_text = matches!(**element, ValueType::Struct(_));
        match test {
            Test::IsNull(true) if is_text => value.is_null(),
            Test::IsNull(false) if is_text => value.is_not_null(),
            Test::IsNull(absent) => size.infix(if *absent { "=" } else { ">" }, Expr::Int(0)),
            _ if is_text => Expr::Or(Vec::new()),
            Test::NotIn(values) => {
                let x = self.fresh("x");
                let among = self.scalar_test(Expr::var(&x), element, &Test::In(values.clone()));
                let none = Expr::Quantified("none", x, Box::new(value), Box::new(among));
                Expr::And(vec![size.infix(">", Expr::Int(0)), none])
            }
            _ => {
                let x = self.fresh("x");
                let passes = self.scalar_test(Expr::var(&x), element, test);
                Expr::Quantified("any", x, Box::new(value), Box::new(passes))
            }
        }
    }

    fn scalar_test(&mut self, value: Expr, ty: &ValueType, test: &Test) -> Expr {
        let is_text = matches!(ty, ValueType::String | ValueType::CreditCode | ValueType::Enum(_));
        let is_number = matches!(ty, ValueType::Int | ValueType::Decimal);
        let is_date = *ty == ValueType::PartialDate;
        let never = Expr::Or(Vec::new());
        match test {
            Test::IsNull(true) => value.is_null(),
            Test::IsNull(false) => value.is_not_null(),
            _ if matches!(ty, ValueType::Struct(_)) => never,
            Test::In(values) => value.infix("IN", self.stored_list(values)),
            Test::NotIn(values) => {
                let among = value.clone().infix("IN", self.stored_list(values));
                Expr::And(vec![value.is_not_null(), among.negated()])
            }
            Test::Contains(text) if is_text => value.infix("CONTAINS", self.parameter((&**text).into())),
            Test::StartsWith(text) if is_text => value.infix("STARTS WITH", self.parameter((&**text).into())),
            Test::Gt(number) if is_number => value.infix(">", self.parameter(at::stored(number))),
            Test::Gte(number) if is_number => value.infix(">=", self.parameter(at::stored(number))),
            Test::Lt(number) if is_number => value.infix("<", self.parameter(at::stored(number))),
            Test::Lte(number) if is_number => value.infix("<=", self.parameter(at::stored(number))),
            Test::During(_) | Test::Before(_) | Test::After(_) if is_date => {
                self.period_test(first_day(&value), last_day(&value), test)
            }
            _ => never,
        }
    }

    /// That a period lies within, before or after a date.
    pub(super) fn period_test(&mut self, first: Expr, last: Expr, test: &Test) -> Expr {
        let mut day = |day: i32| self.parameter(Value::Int(day.into()));
        match test {
            Test::During(date) => {
                let begins = first.infix(">=", day(date.first()));
                Expr::And(vec![begins, last.infix("<=", day(last_code(*date)))])
            }
            Test::Before(date) => last.infix("<", day(date.first())),
            Test::After(date) => first.infix(">", day(date.last())),
            _ => Expr::Or(Vec::new()),
        }
    }

    pub(super) fn stored_list(&mut self, values: &[graph::Value]) -> Expr {
        self.parameter(Value::List(values.iter().map(at::stored).collect()))
    }
}

/// The first day of a stored date.
fn first_day(date: &Expr) -> Expr {
    by_precision(date, 1, 101)
}

/// The last day of a stored date, or for a month the 31st even if it has fewer: no day lies between, so nothing compares otherwise.
fn last_day(date: &Expr) -> Expr {
    by_precision(date, 31, 1231)
}

fn by_precision(date: &Expr, month: i64, year: i64) -> Expr {
    let gives = |digits| date.clone().infix("%", Expr::Int(digits)).infix("<>", Expr::Int(0));
    let plus = |days| date.clone().infix("+", Expr::Int(days));
    Expr::Case(vec![(gives(100), date.clone()), (gives(10_000), plus(month))], Box::new(plus(year)))
}

/// As [`last_day`].
fn last_code(date: PartialDate) -> i32 {
    match date.precision() {
        Precision::Day => date.code(),
        Precision::Month => date.code() + 31,
        Precision::Year => date.code() + 1231,
    }
}
