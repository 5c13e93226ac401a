//! Searches by name: over the stored search keys, by the indexes of their texts and of the variants of their first blocks.

use super::super::cypher::{Arrow, Clause, Expr, Match, Query, Rel, With};
use super::super::layout as at;
use super::super::value::Value;
use super::Renderer;
use super::page::{Key, Listing};
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
        self.page(Listing { clauses, variables: vec![n, best.clone()], keys, walked: false }, &page.page, row, None)
    }

    /// Clauses that bind the entities of all keys found, an entity once a key.
    fn keys_found(&mut self, n: &str, page: &SearchPage, text: &Expr, slips: Option<&Expr>) -> Vec<Clause> {
        let k = self.fresh("k");
        let never = page.text.is_empty().then(|| Expr::Or(Vec::new()));
        let Some(slips) = slips else {
            let found = of(Match::node(&k, vec![at::NAME.into()]), n);
            return vec![Clause::Match(found.filtered(text_found(&k, text)).filtered(never))];
        };
        let s = self.fresh("s");
        let by_text = Match::node(&k, vec![at::NAME.into()]).filtered(text_found(&k, text));
        let by_slips = Match::node(&k, vec![at::NAME.into()]).filtered(self.slip_found(&k, &Expr::var(&s)));
        let rows = Clause::ReturnVars(vec![k.clone()]);
        let both = vec![
            Query(vec![Clause::Match(by_text), rows.clone()]),
            Query(vec![Clause::Unwind(slips.clone(), s), Clause::Match(by_slips), rows]),
        ];
        vec![Clause::Union(both), Clause::Match(of(Match::node(&k, Vec::new()), n))]
    }

    /// That a key matches with slips, by one row of [`slips`].
    fn slip_found(&mut self, k: &str, row: &Expr) -> [Expr; 2] {
        let variant = self.fresh("v");
        let seconds = row.clone().at(Expr::Int(2));
        let holds = Expr::prop(k, at::SLIPS_SECOND).infix("CONTAINS", Expr::var(&variant));
        [
            Expr::prop(k, at::SLIPS_FIRST).infix("CONTAINS", row.clone().at(Expr::Int(0))),
            Expr::Quantified("any", variant, Box::new(seconds), Box::new(holds)),
        ]
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
        let (k, s, one) = (self.fresh("k"), self.fresh("s"), self.fresh("s"));
        let any = |row: &str, tests: Vec<Expr>| {
            Expr::Quantified("any", row.to_owned(), Box::new(slips.clone()), Box::new(Expr::And(tests)))
        };
        let found = any(&s, self.slip_found(&k, &Expr::var(&s)).into());
        // One of the pieces is its block: that stands first among the variants.
        let whole =
            |stored: &str, index| Expr::prop(&k, stored).infix("STARTS WITH", Expr::var(&one).at(Expr::Int(index)));
        let mut tests: Vec<Expr> = self.slip_found(&k, &Expr::var(&one)).into();
        tests.push(Expr::Or(vec![whole(at::SLIPS_FIRST, 1), whole(at::SLIPS_SECOND, 3)]));
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

/// What is looked for to find keys with slips, none for a text that is too short or too long: of each cut of the text and each variant of its
/// first piece, that variant, the piece, the variants of the second piece, and that piece.
fn slips(text: &str) -> Option<Value> {
    let text: Vec<char> = text.chars().collect();
    let written = |piece: &[char]| Value::Text(at::slip_variant(&piece.iter().collect::<String>()));
    let mut rows = Vec::new();
    for [first, second] in slip::cuts(&text) {
        let seconds = Value::texts(slip::variants(second).iter().map(|variant| at::slip_variant(variant)));
        for variant in slip::variants(first) {
            let variant = Value::Text(at::slip_variant(&variant));
            rows.push(Value::List(vec![variant, written(first), seconds.clone(), written(second)]));
        }
    }
    (!rows.is_empty()).then_some(Value::List(rows))
}
