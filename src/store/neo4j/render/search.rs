//! Searches by name: over the stored search keys, by the indexes of their texts and of the variants of their first blocks.

use super::super::cypher::{Arrow, Clause, Expr, Match, Query, Rel, With};
use super::super::layout as at;
use super::super::value::Value;
use super::Renderer;
use super::page::{Key, Listing, total};
use crate::graph::naming::{KeyField, Match as Way, slip};
use crate::plan::ir::SearchPage;

impl Renderer<'_> {
    /// The text and what is looked for with slips are the leading values; of the empty text there are none.
    pub(super) fn search(&mut self, page: &SearchPage, leading: &[Expr]) -> Expr {
        let (n, k, best) = (self.fresh("n"), self.fresh("k"), self.fresh("best"));
        let (mut clauses, way) = self.keys_found(&n, &k, leading);
        if let (Some(of_kinds), Some(last)) =
            (self.of_kinds(&n, page.kinds, self.ontology.all_kinds()), clauses.last_mut())
        {
            last.and(of_kinds);
        }
        let mut wanted: Vec<Expr> = self.seen(&n).into_iter().collect();
        if !page.filter.is_true() {
            wanted.push(self.filter(&n, page.kinds, &page.filter));
        }
        // How many there are needs no ranks.
        let total = page.page.total.then(|| {
            let once = With { distinct: true, filter: wanted.clone(), ..With::keeping([n.as_str()]) };
            total(&clauses.iter().cloned().chain([Clause::With(once)]).collect::<Vec<_>>())
        });
        // Of each entity its best key: the highest rank, then the smallest key, field and value. A rank's negative, so that all are smallest.
        let of_key = |name| Expr::prop(&k, name);
        let rank = Expr::Int(0).infix("-", way.infix("+", of_key(at::WEIGHT)));
        let of_best = |index| Expr::var(&best).at(Expr::Int(index));
        let (first, [rank_of_best, value, field]) = if page.matched {
            let first = Expr::List(vec![rank, of_key(at::KEY), of_key(at::FIELD), of_key(at::WRITTEN)]);
            (first, [of_best(0), of_best(3), of_best(2)])
        } else {
            (rank, [Expr::var(&best), Expr::Null, Expr::Null])
        };
        let items = vec![(Expr::var(&n), n.clone()), (Expr::Call("min", vec![first]), best.clone())];
        clauses.push(Clause::With(With { items, filter: wanted, ..With::default() }));
        let score = Expr::Int(0).infix("-", rank_of_best.clone());
        let row = vec![score, value, field, self.entity(&n, page.kinds, &page.entity)];
        let keys = vec![
            Key::sure(rank_of_best, false),
            Key::sure(Expr::prop(&n, at::SORT), false),
            Key::sure(Expr::prop(&n, at::ID), false),
        ];
        let listing = Listing { clauses, variables: vec![n, best], keys, walked: false };
        self.totalled(listing, &page.page, row, total, Vec::new())
    }

    /// Clauses that bind the keys found and the entity of each, a key once a way that it is found, and what that way gives to the rank.
    fn keys_found(&mut self, n: &str, k: &str, leading: &[Expr]) -> (Vec<Clause>, Expr) {
        let never = leading.is_empty().then(|| Expr::Or(Vec::new()));
        let (text, slips) = (leading.first().unwrap_or(&Expr::Null), leading.get(1));
        let key = || Expr::prop(k, at::KEY);
        let by_text = Match::node(k, vec![at::NAME.into()]).filtered(text_found(k, text)).filtered(never);
        let way_of_text = Expr::Case(
            vec![
                (key().infix("=", text.clone()), ranked(Way::Exact)),
                (key().infix("STARTS WITH", text.clone()), ranked(Way::Prefix)),
            ],
            Box::new(ranked(Way::Part)),
        );
        let Some(slips) = slips else { return (vec![Clause::Match(of(by_text, n))], way_of_text) };
        let (cut, variant, way) = (self.fresh("cut"), self.fresh("v"), self.fresh("way"));
        let by_slips = Match::node(k, vec![at::NAME.into()]).filtered([
            Expr::prop(k, at::SLIPS_FIRST).infix("CONTAINS", Expr::var(&variant)),
            self.has_variant(k, at::SLIPS_SECOND, piece(&cut, 1)),
        ]);
        // One of the pieces is its block: that is the first of the stored variants, as the piece itself is of its own.
        let whole =
            |stored: &str, index| Expr::prop(k, stored).infix("STARTS WITH", piece(&cut, index).at(Expr::Int(0)));
        let is_whole = Expr::Or(vec![whole(at::SLIPS_FIRST, 0), whole(at::SLIPS_SECOND, 1)]);
        let way_of_slips = Expr::case(is_whole, ranked(Way::Slip), ranked(Way::TwoSlips));
        let rows = |of_way: Expr| {
            let mut row = With::keeping([k]);
            row.items.push((of_way, way.clone()));
            [Clause::With(row), Clause::ReturnVars(vec![k.into(), way.clone()])]
        };
        let variants = [Clause::Unwind(slips.clone(), cut.clone()), Clause::Unwind(piece(&cut, 0), variant)];
        let both = vec![
            Query([Clause::Match(by_text)].into_iter().chain(rows(way_of_text)).collect()),
            Query(variants.into_iter().chain([Clause::Match(by_slips)]).chain(rows(way_of_slips)).collect()),
        ];
        (vec![Clause::Union(both), Clause::Match(of(Match::node(k, Vec::new()), n))], Expr::var(&way))
    }

    /// That one of a piece's variants is one of the stored ones of a block.
    fn has_variant(&mut self, k: &str, stored: &str, variants: Expr) -> Expr {
        let variant = self.fresh("v");
        let holds = Expr::prop(k, stored).infix("CONTAINS", Expr::var(&variant));
        Expr::Quantified("any", variant, Box::new(variants), Box::new(holds))
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
pub(super) fn slips(text: &str) -> Option<Value> {
    let text: Vec<char> = text.chars().collect();
    let sought = |piece: &[char]| Value::texts(slip::variants(piece).iter().map(|variant| at::slip_variant(variant)));
    let cuts: Vec<Value> = slip::cuts(&text).into_iter().map(|cut| Value::List(cut.map(sought).into())).collect();
    (!cuts.is_empty()).then_some(Value::List(cuts))
}
