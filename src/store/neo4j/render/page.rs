//! Pages: order, cursors, limits, totals.

use super::super::cypher::{Clause, Expr, Query, Var, With};
use super::super::layout as at;
use super::super::value::Value;
use super::Renderer;
use crate::ontology::ValueType;
use crate::plan::ir::{EntityKey, EntityOrder, PageArgs, SortValue};

/// One key of an order.
pub(super) struct Key {
    pub expr: Expr,
    pub descending: bool,
    /// Whether it may be absent, which is last in either direction.
    pub nullable: bool,
}

impl Key {
    /// A key that is never absent.
    pub fn sure(expr: Expr, descending: bool) -> Key {
        Key { expr, descending, nullable: false }
    }
    /// Whether all items have the same, so that it orders nothing.
    fn is_constant(&self) -> bool {
        matches!(self.expr, Expr::Type(_))
    }
}

/// What a page is a part of.
pub(super) struct Listing {
    /// They bind the items; the last one takes conditions.
    pub clauses: Vec<Clause>,
    /// What the row needs.
    pub variables: Vec<Var>,
    /// With the tie-breakers: no two items have the same.
    pub keys: Vec<Key>,
    /// Whether an index has all of them in this order.
    pub walked: bool,
}

impl Renderer<'_> {
    /// A page: its items alone, or `[items, total, beside …]`.
    pub(super) fn page(&mut self, listing: Listing, page: &PageArgs, row: Vec<Expr>, beside: Vec<Expr>) -> Expr {
        let total = page.total.then(|| total(&listing.clauses));
        self.totalled(listing, page, row, total, beside)
    }

    /// The same, with a total of its own.
    pub(super) fn totalled(
        &mut self,
        listing: Listing,
        page: &PageArgs,
        row: Vec<Expr>,
        total: Option<Expr>,
        beside: Vec<Expr>,
    ) -> Expr {
        let items = if page.items { self.items(listing, page, row) } else { Expr::List(Vec::new()) };
        if are_items_alone(page, !beside.is_empty()) {
            return items;
        }
        Expr::List([items, total.unwrap_or(Expr::Null)].into_iter().chain(beside).collect())
    }

    /// The items of a page, each `[values …]`, or `[keys, values …]` where its keys are wanted.
    fn items(&mut self, listing: Listing, page: &PageArgs, row: Vec<Expr>) -> Expr {
        let Listing { mut clauses, mut variables, mut keys, walked } = listing;
        // A computed key is computed once and named; a stored one stays a property, so that an index can give the order; a variable has a name.
        let mut named = Vec::new();
        for key in &mut keys {
            let is_at_hand = match &key.expr {
                Expr::Var(_) => true,
                Expr::Prop(of, _) => matches!(**of, Expr::Var(_)),
                _ => false,
            };
            if !is_at_hand && !key.is_constant() {
                let name = self.fresh("key");
                named.push((std::mem::replace(&mut key.expr, Expr::var(&name)), name));
            }
        }
        if !named.is_empty() {
            let mut with = With::keeping(variables.iter().map(Var::as_str));
            variables.extend(named.iter().map(|(_, name)| name.clone()));
            with.items.extend(named);
            clauses.push(Clause::With(with));
        }
        if walked && let Some(last) = clauses.last_mut() {
            // They always are there; an index can give the order only where the statement says so.
            let indexed = keys.iter().filter(|key| !key.is_constant());
            indexed.for_each(|key| last.and(key.expr.clone().is_not_null()));
        }
        let after = page.after.as_ref().map(|cursor| self.beyond(&keys, cursor, false));
        let before = page.before.as_ref().map(|cursor| self.beyond(&keys, cursor, true));
        if let Some(last) = clauses.last_mut() {
            after.into_iter().chain(before).for_each(|condition| last.and(condition));
        }
        let mut order = Vec::new();
        for Key { expr, descending, nullable } in keys.iter().filter(|key| !key.is_constant()) {
            // Cypher puts absent values last ascending and first descending, which is what a list read backward wants.
            if *nullable && *descending {
                order.push((expr.clone().is_null(), page.backward));
            }
            order.push((expr.clone(), *descending != page.backward));
        }
        let limit = i64::try_from(page.looked_for()).unwrap_or(i64::MAX);
        let limit = Some(self.parameter(Value::Int(limit)));
        clauses.push(Clause::With(With { order, limit, ..With::keeping(variables.iter().map(Var::as_str)) }));
        let keys = page.keys.then(|| Expr::List(keys.into_iter().map(|key| key.expr).collect()));
        clauses.push(Clause::Return(Expr::List(keys.into_iter().chain(row).collect())));
        Expr::collect(Query(clauses))
    }

    /// That an item comes after a cursor, or before it.
    fn beyond(&mut self, keys: &[Key], cursor: &[SortValue], before: bool) -> Expr {
        let mut beyond = Expr::Or(Vec::new());
        for (key, value) in keys.iter().zip(cursor).rev().filter(|(key, _)| !key.is_constant()) {
            let expr = || key.expr.clone();
            let value = match value {
                SortValue::Int(number) => Some(self.parameter(Value::Int(*number))),
                SortValue::Str(text) => Some(self.parameter((&**text).into())),
                SortValue::Null => None,
            };
            let (operator, or_equal) = if key.descending == before { (">", ">=") } else { ("<", "<=") };
            let (past, same) = match (value, before) {
                (None, false) => (Expr::Or(Vec::new()), expr().is_null()),
                (None, true) => (expr().is_not_null(), expr().is_null()),
                (Some(value), _) if !key.nullable => {
                    // The form in which an index on the first key is walked once: an OR would be read as two walks joined.
                    beyond = if matches!(&beyond, Expr::Or(none) if none.is_empty()) {
                        expr().infix(operator, value)
                    } else {
                        let tie = Expr::case(expr().infix("=", value.clone()), beyond, Expr::And(Vec::new()));
                        Expr::And(vec![expr().infix(or_equal, value), tie])
                    };
                    continue;
                }
                (Some(value), before) => {
                    let mut past = vec![expr().infix(operator, value.clone())];
                    if !before {
                        past.push(expr().is_null());
                    }
                    (Expr::Or(past), expr().infix("=", value))
                }
            };
            beyond = Expr::Or(vec![past, Expr::And(vec![same, beyond])]);
        }
        beyond
    }

    /// The keys of an order over entities, without the tie-breaker.
    pub(super) fn entity_keys(&mut self, n: &str, order: &[EntityOrder]) -> Vec<Key> {
        if order.is_empty() {
            return vec![Key::sure(Expr::prop(n, at::SORT), false)];
        }
        order
            .iter()
            .map(|EntityOrder { key, descending }| match key {
                EntityKey::Name => Key::sure(Expr::prop(n, at::SORT), *descending),
                EntityKey::Degree => Key::sure(self.degree(n), *descending),
                EntityKey::Property(property) => {
                    let value = self.property(n, *property);
                    let expr = match self.type_of(*property) {
                        ValueType::Boolean => Expr::Call("toInteger", vec![value]),
                        _ => value,
                    };
                    Key { expr, descending: *descending, nullable: true }
                }
                EntityKey::Related(hop, key) => self.related_key(n, *hop, *key, *descending),
            })
            .collect()
    }
}

/// How many there are in all.
pub(super) fn total(clauses: &[Clause]) -> Expr {
    let mut clauses = clauses.to_vec();
    if !matches!(clauses.as_slice(), [Clause::Match(_)]) {
        clauses.push(Clause::Return(Expr::Int(1)));
    }
    Expr::count(Query(clauses))
}

/// Whether a page is its items, without a list around for what else is asked of it.
pub(in crate::store::neo4j) fn are_items_alone(page: &PageArgs, has_beside: bool) -> bool {
    page.items && !page.total && !has_beside
}
