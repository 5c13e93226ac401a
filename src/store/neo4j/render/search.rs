//! Searches by name: over the stored search keys, by the indexes of their texts and of the variants of their first blocks.

use super::super::cypher::{Arrow, Clause, Expr, Match, Query, Rel, With};
use super::super::layout as at;
use super::super::value::Value;
use super::Renderer;
use super::page::{Key, Listing, total};
use crate::graph::naming::{KeyField, Match as Way, slip};
use crate::plan::ir::SearchPage;

impl Renderer<'_> {
    pub(super) fn search(&mut self, page: &SearchPage) -> Expr {
        let (n, best) = (self.fresh("n"), self.fresh("best"));
        let text = self.parameter(Value::Text(page.text.to_string()));
        let slips = slips(&page.text).map(|rows| self.parameter(rows));
        let mut clauses = self.keys_found(&n, page, &text, slips.as_ref());
        let mut wanted = With { distinct: true, ..With::keeping([n.as_str()]) };
        wanted.filter.extend(self.of_kinds(&n, page.kinds, self.ontology.all_kinds()));
        wanted.filter.extend(self.seen(&n));
        if !page.filter.is_true() {
            wanted.filter.push(self.filter(&n, page.kinds, &page.filter));
        }
        clauses.push(Clause::With(wanted));
        // How many there are needs no ranks.
        let total = if page.page.total { total(&clauses) } else { Expr::Null };

        // Of each entity its best key; no aggregating function, for the reason given at `derived_edges`.
        let equal = self.best_key(&n, &text);
        clauses.push(Clause::With(With {
            items: vec![(Expr::var(&n), n.clone()), (equal, best.clone())],
            ..With::default()
        }));
        if let Some(slips) = &slips {
            // A match with slips is less than any other: looked for only where there is no other.
            let near = self.best_key_with_slips(&n, &best, slips);
            let either = Expr::Call("coalesce", vec![Expr::var(&best), near]);
            clauses.push(Clause::With(With {
                items: vec![(Expr::var(&n), n.clone()), (either, best.clone())],
                ..With::default()
            }));
        }
        let part = |index| Expr::var(&best).at(Expr::Int(index));
        let row = vec![part(0), part(1), part(2), self.entity(&n, page.kinds, &page.entity)];
        let keys = vec![
            Key::sure(Expr::Int(0).infix("-", part(0)), false),
            Key::sure(Expr::prop(&n, at::SORT), false),
            Key::sure(Expr::prop(&n, at::ID), false),
        ];
        let listing = Listing { clauses, variables: vec![n, best], keys, walked: false };
        let items = if page.page.items { self.items(listing, &page.page, row) } else { Expr::List(Vec::new()) };
        Expr::List(vec![items, total])
    }

    /// Clauses that bind the entities of all keys found, an entity once a key.
    fn keys_found(&mut self, n: &str, page: &SearchPage, text: &Expr, slips: Option<&Expr>) -> Vec<Clause> {
        let k = self.fresh("k");
        let never = page.text.is_empty().then(|| Expr::Or(Vec::new()));
        let Some(slips) = slips else {
            let found = of(Match::node(&k, vec![at::NAME.into()]), n);
            return vec![Clause::Match(found.filtered(text_found(&k, text)).filtered(never))];
        };
        let (cut, variant) = (self.fresh("cut"), self.fresh("v"));
        let by_text = Match::node(&k, vec![at::NAME.into()]).filtered(text_found(&k, text));
        let by_slips = Match::node(&k, vec![at::NAME.into()]).filtered([
            Expr::prop(&k, at::SLIPS_FIRST).infix("CONTAINS", Expr::var(&variant)),
            self.has_variant(&k, at::SLIPS_SECOND, piece(&cut, 1)),
        ]);
        let rows = Clause::ReturnVars(vec![k.clone()]);
        let variants = [Clause::Unwind(slips.clone(), cut.clone()), Clause::Unwind(piece(&cut, 0), variant)];
        let both = vec![
            Query(vec![Clause::Match(by_text), rows.clone()]),
            Query(variants.into_iter().chain([Clause::Match(by_slips), rows]).collect()),
        ];
        vec![Clause::Union(both), Clause::Match(of(Match::node(&k, Vec::new()), n))]
    }

    /// That a key matches with slips in a cut of [`slips`].
    fn slip_found(&mut self, k: &str, cut: &str) -> [Expr; 2] {
        [self.has_variant(k, at::SLIPS_FIRST, piece(cut, 0)), self.has_variant(k, at::SLIPS_SECOND, piece(cut, 1))]
    }

    /// That one of a piece's variants is one of the stored ones of a block.
    fn has_variant(&mut self, k: &str, stored: &str, variants: Expr) -> Expr {
        let variant = self.fresh("v");
        let holds = Expr::prop(k, stored).infix("CONTAINS", Expr::var(&variant));
        Expr::Quantified("any", variant, Box::new(variants), Box::new(holds))
    }

    /// Of an entity's keys that the text is found in, the one with the best rank: `[rank, value, field]`.
    fn best_key(&mut self, n: &str, text: &Expr) -> Expr {
        let k = self.fresh("k");
        let key = || Expr::prop(&k, at::KEY);
        let way = Expr::Case(
            vec![
                (key().infix("=", text.clone()), ranked(Way::Exact)),
                (key().infix("STARTS WITH", text.clone()), ranked(Way::Prefix)),
            ],
            Box::new(ranked(Way::Part)),
        );
        let found = of(Match::node(&k, vec![at::NAME.into()]), n).filtered(text_found(&k, text));
        self.first_of(&k, found, way)
    }

    /// Of an entity's keys that the text matches with slips, likewise; nothing if `best` is something.
    fn best_key_with_slips(&mut self, n: &str, best: &str, slips: &Expr) -> Expr {
        let (k, cut, one) = (self.fresh("k"), self.fresh("cut"), self.fresh("cut"));
        let any = |cut: &str, tests: Vec<Expr>| {
            Expr::Quantified("any", cut.to_owned(), Box::new(slips.clone()), Box::new(Expr::And(tests)))
        };
        let found = any(&cut, self.slip_found(&k, &cut).into());
        // One of the pieces is its block: that is the first of the stored variants, as the piece itself is of its own.
        let whole =
            |stored: &str, index| Expr::prop(&k, stored).infix("STARTS WITH", piece(&one, index).at(Expr::Int(0)));
        let mut tests: Vec<Expr> = self.slip_found(&k, &one).into();
        tests.push(Expr::Or(vec![whole(at::SLIPS_FIRST, 0), whole(at::SLIPS_SECOND, 1)]));
        let way = Expr::case(any(&one, tests), ranked(Way::Slip), ranked(Way::TwoSlips));
        let keys = of(Match::node(&k, vec![at::NAME.into()]), n).filtered([Expr::var(best).is_null(), found]);
        self.first_of(&k, keys, way)
    }

    /// Of the keys found the one with the best rank, the smallest key, field and value.
    fn first_of(&mut self, k: &str, found: Match, way: Expr) -> Expr {
        let rank = self.fresh("rank");
        let ordered = With {
            items: vec![(Expr::var(k), k.to_owned()), (way.infix("+", Expr::prop(k, at::WEIGHT)), rank.clone())],
            order: vec![
                (Expr::var(&rank), true),
                (Expr::prop(k, at::KEY), false),
                (Expr::prop(k, at::FIELD), false),
                (Expr::prop(k, at::WRITTEN), false),
            ],
            limit: Some(Expr::Int(1)),
            ..With::default()
        };
        let shown = Expr::List(vec![Expr::var(&rank), Expr::prop(k, at::WRITTEN), Expr::prop(k, at::FIELD)]);
        let first = Query(vec![Clause::Match(found), Clause::With(ordered), Clause::Return(shown)]);
        Expr::Call("head", vec![Expr::collect(first)])
    }
}

/// From a key to its entity.
fn of(key: Match, n: &str) -> Match {
    key.step(Rel::new("", vec![at::OF.into()], Arrow::Right), n, Vec::new())
}

/// That the text is in a key; of initials, at their start.
fn text_found(k: &str, text: &Expr) -> [Expr; 2] {
    let key = || Expr::prop(k, at::KEY);
    let initials = Expr::Int(KeyField::Initials as i64);
    [
        key().infix("CONTAINS", text.clone()),
        Expr::Or(vec![Expr::prop(k, at::FIELD).infix("<>", initials), key().infix("STARTS WITH", text.clone())]),
    ]
}

/// What a way to match gives to the rank.
fn ranked(way: Way) -> Expr {
    Expr::Int(way as i64 * 100_000)
}

/// The variants of a piece of a cut.
fn piece(cut: &str, index: i64) -> Expr {
    Expr::var(cut).at(Expr::Int(index))
}

/// What is looked for to find keys with slips, none for a text that is too short or too long: of each cut of the text the variants of both pieces.
fn slips(text: &str) -> Option<Value> {
    let text: Vec<char> = text.chars().collect();
    let sought = |piece: &[char]| Value::texts(slip::variants(piece).iter().map(|variant| at::slip_variant(variant)));
    let cuts: Vec<Value> = slip::cuts(&text).into_iter().map(|cut| Value::List(cut.map(sought).into())).collect();
    (!cuts.is_empty()).then_some(Value::List(cuts))
}
